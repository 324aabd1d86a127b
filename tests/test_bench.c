/* The benchmark program: what it refuses, what it writes, and in which order it runs. */
#include "support/blas.h"
#include "support/csvio.h"
#include "tests/bench/bench.h"
#include "tests/cli_run.h"
#include <criterion/alloc.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>
#include <unistd.h>

/* A pair that notes the order of its runs and leaves one number on each side. */
struct noted {
    char order[3 * BENCH_REPEATS_MIN + 8];
    size_t n;
    real out[2], value[2];
};

static status note(struct pair *p, enum side side, struct error *e)
{
    struct noted *s = p->state;
    (void)e;
    if (s->n + 1 < sizeof s->order) s->order[s->n++] = side == SIDE_A ? 'A' : 'B';
    s->out[side] = s->value[side];
    return ST_OK;
}

static status refuse(struct pair *p, enum side side, struct error *e)
{
    (void)p;
    return side == SIDE_A ? ST_OK : FAIL(e, ST_NUMERIC, "B fails");
}

static status measure_noted(struct noted *s, struct measurement *m, struct error *e)
{
    const struct bench_case c = {
        .name = "noted", .same = "the number", .tolerance = 1e-3, .run = note, .difference = bench_relative};
    struct pair p = {.state = s, .out = {&s->out[SIDE_A], &s->out[SIDE_B]}, .n_out = 1};
    status st = bench_measure(&c, &p, 0, m, e);
    mem_free(&p.mem);
    return st;
}

Test(bench, runs_a_and_b_in_turn)
{
    struct noted s = {.value = {R(2.0), R(2.001)}};
    struct measurement m = {0};
    cr_assert_eq(measure_noted(&s, &m, NULL), ST_OK);
    cr_expect_eq(m.repeats, BENCH_REPEATS_MIN);
    cr_expect_str_eq(s.order, "ABABABAB", "one run of each is the check");
    cr_expect_float_eq(m.difference, 0.001 / 2.001, 1e-6);
    const struct quartiles *all[] = {&m.seconds[SIDE_A], &m.seconds[SIDE_B], &m.ratio};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_expect_leq(all[i]->q1, all[i]->median);
        cr_expect_leq(all[i]->median, all[i]->q3);
    }
}

Test(bench, different_results_are_not_timed)
{
    const real wrong[] = {R(2.1), (real)NAN, (real)INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct noted s = {.value = {wrong[i], R(2.0)}};
        struct measurement m = {0};
        struct error e = {0};
        cr_expect_eq(measure_noted(&s, &m, &e), ST_NUMERIC, "%g", (double)wrong[i]);
        cr_expect_str_eq(s.order, "AB", "no run but the check");
        cr_expect(strstr(e.text, "the number") && strstr(e.text, "0.001"), "%s", e.text);
    }
}

Test(bench, an_error_of_a_run_is_handed_on)
{
    const struct bench_case c = {.name = "refused", .same = "", .run = refuse, .difference = bench_relative};
    struct pair p = {0};
    struct measurement m;
    struct error e = {0};
    cr_expect_eq(bench_measure(&c, &p, 0, &m, &e), ST_NUMERIC);
    cr_expect_str_eq(e.text, "B fails");
    mem_free(&p.mem);
}

Test(bench, cases_are_complete_and_of_different_names)
{
    size_t n = 0;
    for (const struct bench_case *c = bench_cases; c->name; c++, n++) {
        cr_expect(c->a && c->b && c->same && c->open && c->run && c->difference, "%s", c->name);
        for (const struct bench_case *other = bench_cases; other < c; other++)
            cr_expect_str_neq(other->name, c->name);
        if (c->variant) cr_expect_not_null(c->variant(0), "%s", c->name);
    }
    cr_expect_gt(n, 10);
}

/* What would take the suite more than a second or so; of the steps two stay: the solvers have tests of their
 * own. */
static bool costly(const char *name)
{
    static const char *const parts[] = {"events", "_512",      "border_30", "step_100_100/",
                                        "/admm",  "/forward_", "/lfp",      "threads/"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(name, parts[i])) return true;
    return false;
}

struct checked {
    size_t index, variant; /* into bench_cases */
};

static void free_checked(struct criterion_test_params *params)
{
    cr_free(params->params);
}

ParameterizedTestParameters(bench, a_case_opens_and_its_sides_agree)
{
    enum { MOST = 100 };
    struct checked *cases = cr_calloc(MOST, sizeof *cases);
    char name[100];
    size_t n = 0;
    for (size_t i = 0; bench_cases[i].name; i++)
        for (size_t k = 0; n < MOST && bench_case_name(&bench_cases[i], k, name, sizeof name); k++)
            if (!costly(name)) cases[n++] = (struct checked){i, k};
    return cr_make_param_array(struct checked, cases, n, free_checked);
}

ParameterizedTest(struct checked *checked, bench, a_case_opens_and_its_sides_agree)
{
    const struct bench_case *c = &bench_cases[checked->index];
    struct pair p = {.flops = {NAN, NAN}, .bytes = {NAN, NAN}};
    struct error e = {0};
    double difference = NAN;
    blas_single_thread();
    cr_expect_eq(c->open(&p, c->setting, checked->variant, &e), ST_OK, "%s: %s", c->name, e.text);
    if (!*e.text)
        cr_expect_eq(bench_check(c, &p, &difference, &e), ST_OK, "%s %zu: %s", c->name, checked->variant,
                     e.text);
    cr_expect(*p.sizes && difference <= c->tolerance, "%s: '%s'", c->name, p.sizes);
    if (c->close) c->close(&p);
    mem_free(&p.mem);
}

/* The program with `arguments` (shell text). */
static void bench(struct result *r, const char *arguments)
{
    char text[1000];
    (void)snprintf(text, sizeof text, "\"${SB%%/*}/bench-f64\" %s", arguments);
    cli_shell(r, text);
}

TestSuite(bench_program, .init = cli_setup, .fini = cli_teardown);

Test(bench_program, usage)
{
    static struct result r;
    const char *const wrong[][2] = {{"--nonsense", "--nonsense"},
                                    {"--seconds", "'--seconds' needs a value"},
                                    {"--seconds soon", "from 0 to 3600"},
                                    {"--seconds -1", "from 0 to 3600"},
                                    {"--seconds nan", "from 0 to 3600"},
                                    {"--out ''", "name of a file"},
                                    {"weights", "'weights'"},
                                    {"--filter no_such_case", "'no_such_case'"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bench(&r, wrong[i][0]);
        cr_expect_eq(r.code, 2, "%s", wrong[i][0]);
        cr_expect(strstr(r.output, wrong[i][1]), "%s: %s", wrong[i][0], r.output);
    }
    bench(&r, "--help");
    cr_expect_eq(r.code, 0);
    cr_expect(strstr(r.output, "--filter NAME"));
    bench(&r, "--list --filter step_100/");
    cr_expect_eq(r.code, 0);
    cr_expect(strstr(r.output, "A: an epoch of bptt at default options\n") &&
              strstr(r.output, "  step_100/admm_resync\n"));
    cr_expect(!strstr(r.output, "forward_blocks") && !strstr(r.output, "gradient_probe"));
    cr_expect(!cli_exists("results"), "--list measures nothing");
}

Test(bench_program, rows_hold_what_was_measured)
{
    const char *const names[] = {"weights_pinv_100", "spike_solve_100"};
    static struct result r;
    struct csv_table t;
    struct error e = {0};
    double number = 0;
    bench(&r, "--filter weights_pinv_100 --seconds 0 --out new/b.csv && "
              "\"${SB%/*}/bench-f64\" --filter spike_solve_100 --seconds 0 --out new/b.csv && "
              "cat new/b.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect(strstr(r.output, "1 of 1 pairs: new/b.csv\n"));
    const char *csv = strstr(
        r.output, "case,sizes,a,b,precision,repeats,a_s,a_q1_s,a_q3_s,b_s,b_q1_s,b_q3_s,ratio,ratio_q1,"
                  "ratio_q3,a_flops,b_flops,a_gflops,b_gflops,a_bytes,b_bytes,difference,tolerance,"
                  "commit,dirty,compiler,cpu,blas_core,date\n");
    cr_assert(csv, "%s", r.output);
    cr_assert_eq(csv_parse_memory(&t, "b.csv", csv, strlen(csv), 1, &e), ST_OK, "%s", e.text);
    cr_assert_eq(t.n_rows, 2);
    for (size_t row = 0; row < 2; row++) {
        cr_expect_str_eq(csv_cell(&t, row, (size_t)csv_column(&t, "case")), names[row]);
        cr_expect_str_eq(csv_cell(&t, row, (size_t)csv_column(&t, "precision")), "double");
        cr_assert_eq(csv_number(&t, row, (size_t)csv_column(&t, "ratio"), &number, &e), ST_OK, "%s", e.text);
        cr_expect_gt(number, 0);
    }
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "a_flops"), &number, &e), ST_OK, "%s", e.text);
    cr_expect_float_eq(number, 1e6 / 3 + 2e6, 1, "n^3/3 + 2 n^2 m of order 100 with 100 rows");
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "b_flops"), &number, &e), ST_OK, "%s", e.text);
    cr_expect(isnan(number), "an eigenvalue decomposition is not counted");
    csv_table_free(&t);
}

Test(bench_program, replaces_rows_of_the_same_case_and_precision_only)
{
    static struct result r;
    bench(
        &r,
        "--filter _solve_100 --seconds 0 --out b.csv >o && "
        "awk -F, -v OFS=, 'NR == 1 {print; next} {r = $0; $1 = \"gone\"; print} "
        "{$0 = r; sub(/,double,/, \",float,\"); print; print r}' b.csv >c.csv && cp c.csv b.csv && "
        "\"${SB%/*}/bench-f64\" --filter _solve_100 --seconds 0 --out b.csv >o && "
        "head -n 3 c.csv >x && head -n 3 b.csv | cmp - x && tail -n +4 b.csv | cut -d, -f 1 && wc -l <b.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_str_eq(r.output, "spike_solve_100\n4\n", "%s", r.output);
}

Test(bench, without_rows_nothing_is_written)
{
    struct error e = {0};
    cr_expect_eq(bench_write(NULL, 0, "no/such/folder/of_bench.csv", &e), ST_OK, "%s", e.text);
    cr_expect_neq(access("no", F_OK), 0);
}

Test(bench_program, refuses_to_add_to_another_table)
{
    static struct result r;
    cli_write("other.csv", "case,ratio\nx,1\n");
    bench(&r, "--filter spike_solve_100 --seconds 0 --out other.csv; code=$?; cat other.csv; exit $code");
    cr_expect_eq(r.code, 1);
    cr_expect(!strstr(r.output, "A ms"), "refused before anything is measured");
    cr_expect(strstr(r.output, "other columns") && strstr(r.output, "case,ratio\nx,1\n"), "%s", r.output);
}
