/* Experiments of many runs: nothing is compared with everything, memory is bounded, and figures say what they
 * leave out. */
#include "report/groups.h"
#include "support/texts.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The address sanitizer reserves far more than it takes. */
#ifdef __SANITIZE_ADDRESS__
#define LIMIT ""
#else
#define LIMIT "ulimit -v 2000000; "
#endif

TestSuite(scale, .init = cli_setup, .fini = cli_teardown);

/* A runs.csv of this many configurations, each with 5 seeds, beside its curves if there are any. */
static void make_many(const char *from, size_t configurations, const char *option)
{
    static struct result r;
    char text[300];
    (void)snprintf(text, sizeof text,
                   "sh \"$SOURCES/tests/many_runs.sh\" \"$SOURCES/results/reference/%s\" results/many %zu %s",
                   from, configurations, option);
    cli_shell(&r, text);
    cr_assert_eq(r.code, 0, "%s", r.output);
}

/* 5,000 rows took a minute where each group was compared with each: the limit is for slow machines. */
static void expect_fast(struct result *r, const char *arguments)
{
    char text[400];
    (void)snprintf(text, sizeof text,
                   "(" LIMIT "timeout 60 \"$SB\" %s) > out 2>&1; c=$?; tail -c 2000 out; exit $c", arguments);
    cli_shell(r, text);
    cr_expect_eq(r->code, 0, "%s: %s", arguments, r->output);
}

Test(scale, commands_take_thousands_of_rows)
{
    static struct result r;
    make_many("resync_digits", 1000, "solver.kappa");
    expect_fast(&r, "summarise many");
    expect_fast(&r, "best many --per label");
    cli_shell(&r, "wc -l < results/many/summary.csv; \"$SB\" best many | sed -n 2p");
    cr_expect_not_null(strstr(r.output, "1001\n"), "a row per configuration: %s", r.output);
    expect_fast(&r, "table depth many");
    expect_fast(&r, "table sensitivity many");
}

Test(scale, curves_and_comparisons_of_thousands_of_rows)
{
    static struct result r;
    make_many("poc_digits", 300, "solver.rho");
    expect_fast(&r, "summarise many");
    expect_fast(&r, "compare results/many results/many");
    cr_expect_not_null(strstr(r.output, "1500 runs"), "%s", r.output);
}

/* Every row is looked up at the cost of a few comparisons, however many there are. */
Test(scale, look_ups_do_not_grow)
{
    struct texts t = {.n = 0};
    char text[40];
    enum { N = 100000 };
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < N; i++) {
            (void)snprintf(text, sizeof text, "configuration %zu", i * i);
            cr_assert_eq(texts_place(&t, text), i);
        }
    cr_expect_eq(t.n, (size_t)N);
    cr_expect_lt(t.compared, (size_t)(4 * N), "%zu comparisons", t.compared);
    cr_expect_eq(texts_find(&t, "configuration -1"), (size_t)N);
    texts_free(&t);
}

/* The last column of keys differs alone, which a sum over few columns would miss. */
Test(scale, rows_are_indexed_by_all_their_keys)
{
    enum { N = 20000 };
    struct csv_table t;
    struct csv_columns columns;
    struct csv_index index;
    struct mem mem = {0};
    struct error e = {0};
    char *bytes = malloc(N * 40), *at = bytes;
    cr_assert_not_null(bytes);
    at += sprintf(at, "solver,other,solver.rho\n");
    for (size_t i = 0; i < N; i++) at += sprintf(at, "admm,%zu,%zu\n", i, i / 2);
    cr_assert_eq(csv_parse_memory(&t, "rows", bytes, (size_t)(at - bytes), 1, &e), ST_OK, "%s", e.text);
    columns = (struct csv_columns){2, (size_t[]){0, 2}};
    cr_assert_eq(csv_index_make(&index, &t, columns, &mem, &e), ST_OK);
    for (size_t i = 0; i < N; i++) cr_assert_eq(csv_index_place(&index, i), i / 2);
    cr_expect_eq(index.n, (size_t)(N / 2));
    cr_expect_lt(index.compared, (size_t)(4 * N), "%zu comparisons", index.compared);
    cr_expect_eq(csv_index_find(&index, &t, &columns, 7), (size_t)3);
    csv_table_free(&t);
    mem_free(&mem);
    free(bytes);
}

Test(scale, plot_says_what_it_leaves_out)
{
    static struct result r;
    make_many("resync_digits", 1000, "solver.kappa");
    cli_shell(&r, "timeout 200 \"$SB\" plot many --format svg --out f; test -s f/depth.svg || ls f");
    cr_expect_not_null(
        strstr(r.output, "configurations are left out: figures show the first 256 of runs.csv"), "%s",
        r.output);
}

/* A figure that shows nothing but curves is left out where there are none, not drawn empty. */
Test(scale, no_empty_figures)
{
    static struct result r;
    cli_shell(
        &r,
        "mkdir -p results && cp -r \"$SOURCES/results/reference/optimizers\" results/ && \"$SB\" plot "
        "optimizers --format svg --out full >/dev/null && ls full; rm -r results/optimizers/curves_summary; "
        "\"$SB\" plot optimizers --format svg --out f; echo code $?; ls f");
    cr_expect_eq(strncmp(r.output, "optimizers.svg\n", 15), 0, "%s", r.output);
    cr_expect_not_null(
        strstr(r.output, "results/optimizers has no curves, which figure optimizers is made of"), "%s",
        r.output);
    cr_expect_not_null(strstr(r.output, "code 1\n"), "%s", r.output);
    cr_expect_null(strstr(r.output + 15, "optimizers.svg"), "%s", r.output);
}
