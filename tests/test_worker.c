/* A run as the worker performs it against the same training step by step: streams, splits, curves, the row,
 * reasons to stop; and what a checkpoint brings back. */
#include "commands/registry.h"
#include "runs/session.h"
#include "support/csvio.h"
#include "support/env.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { ITERATIONS = 6, SEED = 6 };

struct setting {
    char folder[FOLDER_MAX];
    struct run run;
    struct mem mem;
    struct csv_table curve, row;
    double loss[ITERATIONS + 1][N_SPLITS], accuracy[ITERATIONS + 1][N_SPLITS]; /* by hand */
};

static void begin(struct setting *s)
{
    static const char *const digits[] = {"T=6", "n_train=60", "n_validation=35", "n_test=45", NULL};
    memset(s, 0, sizeof *s);
    folder_create(s->folder);
    folder_shell(s->folder, "mkdir curves .work");
    struct run *run = &s->run;
    run->experiment = "worker";
    run->label = "bptt";
    run->solver = catalogue_solver(&registry, "bptt");
    run->dataset = catalogue_dataset(&registry, "digits");
    run->dataset_options = data_options(run->dataset, digits);
    run->seed = SEED;
    run->solver_options = mem_alloc(&s->mem, 1, run->solver->options.size, NULL);
    cr_assert_not_null(run->solver_options);
    cr_assert_eq(opt_defaults(&run->solver->options, run->solver_options, NULL), ST_OK);
    cr_assert_eq(opt_set(opt_find(&run->solver->options, "batch"), run->solver_options, "25", NULL), ST_OK);
    cr_assert_eq(opt_set(opt_find(&run->solver->options, "lr"), run->solver_options, "0.02", NULL), ST_OK);
    cr_assert_eq(opt_defaults(&run_option_table, &run->run, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&stop_option_table, &run->stop, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &run->net, NULL), ST_OK);
    run->net.hidden = (struct int_list){1, {12}};
    run->net.loss = LOSS_CROSS_ENTROPY;
    run->run.eval_every = 1;
    run->stop.max_iter = ITERATIONS;
}

static void end(struct setting *s)
{
    csv_table_free(&s->curve);
    csv_table_free(&s->row);
    free(s->run.dataset_options);
    mem_free(&s->mem);
    folder_remove(s->folder);
}

static void measure(struct setting *s, const struct net *net, const struct dataset *d, size_t iteration)
{
    struct evaluator *ev;
    struct evaluation result;
    cr_assert_eq(evaluator_create(&ev, net, d->info.T, NULL, NULL), ST_OK);
    for (int k = 0; k < N_SPLITS; k++) {
        const struct batch b = {.x = &d->x[k], .n = d->info.n[k], .labels = d->labels[k]};
        evaluate(ev, net, &b, &result, NULL);
        s->loss[iteration][k] = result.loss;
        s->accuracy[iteration][k] = result.accuracy;
    }
    evaluator_free(ev);
}

/* The data of the seed, weights from its stream "start", the solver with its stream "solver". */
static void train_by_hand(struct setting *s)
{
    struct dataset d;
    struct net net;
    struct rng start, solver;
    struct mem mem = {0};
    struct error e = {0};
    void *state = NULL;
    cr_assert_eq(s->run.dataset->open(s->run.dataset_options, SEED, &d, &e), ST_OK, "%s", e.text);
    const struct batch train = {
        .x = &d.x[SPLIT_TRAIN], .n = d.info.n[SPLIT_TRAIN], .labels = d.labels[SPLIT_TRAIN]};
    rng_seed(&start, SEED, "start");
    rng_seed(&solver, SEED, "solver");
    cr_assert_eq(net_create(&net, &s->run.net, d.info.n_inputs, d.info.n_classes, &mem, &e), ST_OK, "%s",
                 e.text);
    cr_assert_eq(net_start(&net, &s->run.net, &train, NULL, &start, NULL, &e), ST_OK, "%s", e.text);
    const struct train_env env = {
        .net = &net, .net_options = &s->run.net, .info = &d.info, .train = train, .rng = &solver};
    cr_assert_eq(toy_begin(s->run.solver, &state, s->run.solver_options, &env, &mem, &e), ST_OK, "%s",
                 e.text);
    measure(s, &net, &d, 0);
    for (size_t k = 1; k <= ITERATIONS; k++) {
        struct step_report r = {.measure = true};
        cr_assert_eq(s->run.solver->step(state, &r, &e), ST_OK, "%s", e.text);
        measure(s, &net, &d, k);
    }
    mem_free(&mem);
    dataset_free(&d);
}

static void work(struct setting *s)
{
    const struct worker_settings settings = {.out = s->folder, .jobs = 1, .progress_fd = -1};
    char path[RUN_FILE];
    struct error e = {0};
    csv_table_free(&s->curve);
    csv_table_free(&s->row);
    cr_assert_eq(worker_run(&s->run, &settings, &e), ST_OK, "%s", e.text);
    run_file(path, s->folder, "curves", s->run.id, ".csv");
    cr_assert_eq(csv_read(&s->curve, path, 1, &e), ST_OK, "%s", e.text);
    run_file(path, s->folder, ".work", s->run.id, ".row.csv");
    cr_assert_eq(csv_read(&s->row, path, 1, &e), ST_OK, "%s", e.text);
}

static void expect_number(const struct csv_table *t, size_t row, const char *column, double expected)
{
    double value = NAN;
    struct error e = {0};
    long c = csv_column(t, column);
    cr_assert_neq(c, CSV_NONE, "%s", column);
    cr_assert_eq(csv_number(t, row, (size_t)c, &value, &e), ST_OK, "%s", e.text);
    cr_expect_eq(value, expected, "%s, row %zu: %.17g, not %.17g", column, row, value, expected);
}

static void expect_point(const struct setting *s, const struct csv_table *t, size_t row, size_t k,
                         const char *loss)
{
    expect_number(t, row, loss, s->loss[k][SPLIT_TRAIN]);
    expect_number(t, row, "acc_train", s->accuracy[k][SPLIT_TRAIN]);
    expect_number(t, row, "acc_val", s->accuracy[k][SPLIT_VALIDATION]);
    expect_number(t, row, "acc_test", s->accuracy[k][SPLIT_TEST]);
}

/* The first iteration with the best validation accuracy. */
static size_t best_of(const struct setting *s)
{
    size_t best = 0;
    for (size_t k = 1; k <= ITERATIONS; k++)
        if (s->accuracy[k][SPLIT_VALIDATION] > s->accuracy[best][SPLIT_VALIDATION]) best = k;
    return best;
}

/* Bit for bit: every point of the curve, the row, and the test accuracy where validation was best. */
Test(worker, a_run_equals_training_by_hand)
{
    struct setting s;
    begin(&s);
    train_by_hand(&s);
    work(&s);
    cr_assert_eq(s.curve.n_rows, (size_t)ITERATIONS + 1);
    for (size_t k = 0; k <= ITERATIONS; k++) {
        expect_number(&s.curve, k, "iter", (double)k);
        expect_number(&s.curve, k, "samples", (double)(60 * k));
        expect_point(&s, &s.curve, k, k, "loss");
    }
    expect_point(&s, &s.row, 0, ITERATIONS, "loss_train");
    expect_number(&s.row, 0, "loss_val", s.loss[ITERATIONS][SPLIT_VALIDATION]);
    expect_number(&s.row, 0, "loss_test", s.loss[ITERATIONS][SPLIT_TEST]);
    const size_t best = best_of(&s);
    size_t by_test = 0;
    for (size_t k = 1; k <= ITERATIONS; k++)
        if (s.accuracy[k][SPLIT_TEST] > s.accuracy[by_test][SPLIT_TEST]) by_test = k;
    cr_expect_neq(best, by_test, "the example must tell validation from test");
    expect_number(&s.row, 0, "iters", ITERATIONS);
    expect_number(&s.row, 0, "best_iter", (double)best);
    expect_number(&s.row, 0, "acc_val_best", s.accuracy[best][SPLIT_VALIDATION]);
    expect_number(&s.row, 0, "acc_test_at_best_val", s.accuracy[best][SPLIT_TEST]);
    cr_expect_str_eq(csv_text(&s.row, 0, "stop_reason"), "max_iter");
    end(&s);
}

/* A target between the accuracies of two iterations stops at the first whose validation accuracy passes it,
 * and the patience counts from the best of validation. */
Test(worker, reasons_to_stop_look_at_validation)
{
    struct setting s;
    begin(&s);
    train_by_hand(&s);
    const size_t best = best_of(&s);
    size_t reached = 0, by_test = 0;
    const double target = s.accuracy[best][SPLIT_VALIDATION];
    while (s.accuracy[reached][SPLIT_VALIDATION] < target) reached++;
    while (by_test <= ITERATIONS && s.accuracy[by_test][SPLIT_TEST] < target) by_test++;
    cr_expect_neq(reached, by_test, "the example must tell validation from test");
    s.run.stop.target = target;
    work(&s);
    expect_number(&s.row, 0, "iters", (double)reached);
    cr_expect_str_eq(csv_text(&s.row, 0, "stop_reason"), "target");
    s.run.stop.target = 0;
    s.run.stop.patience = 1;
    size_t stop = 1;
    while (s.accuracy[stop][SPLIT_VALIDATION] > s.accuracy[stop - 1][SPLIT_VALIDATION]) stop++;
    work(&s);
    expect_number(&s.row, 0, "iters", (double)stop);
    cr_expect_str_eq(csv_text(&s.row, 0, "stop_reason"), stop < ITERATIONS ? "plateau" : "max_iter");
    end(&s);
}

static void make_session(struct session *s, struct setting *from, const struct worker_settings *settings)
{
    memset(s, 0, sizeof *s);
    s->run = &from->run;
    s->settings = settings;
    s->n_columns = 3;
    cr_assert_eq(net_create(&s->net, &from->run.net, 4, 3, &s->mem, NULL), ST_OK);
}

static void end_session(struct session *s)
{
    free(s->rows);
    mem_free(&s->mem);
}

/* All of the progress, the last evaluation, the curve, the stream and the weights. */
Test(worker, a_checkpoint_brings_everything_back)
{
    struct setting from;
    static struct session a, b;
    static struct solver plain;
    bool found = false;
    struct error e = {0};
    begin(&from);
    plain = *from.run.solver;
    plain.checkpoint = NULL;
    from.run.solver = &plain;
    memcpy(from.run.id, "0123456789ab", RUN_ID_SIZE);
    const struct worker_settings settings = {.out = from.folder, .jobs = 1, .progress_fd = -1};
    make_session(&a, &from, &settings);
    make_session(&b, &from, &settings);
    rng_seed(&a.rng, 7, "solver");
    rng_seed(&b.rng, 7, "start");
    a.at.iter = 17;
    a.at.totals.best_val = 0.75;
    a.at.n_rows = 2;
    a.last[SPLIT_TEST].accuracy = 0.625;
    cr_assert_eq(session_reserve_rows(&a, 2, &e), ST_OK);
    for (size_t i = 0; i < 6; i++) a.rows[i] = (double)i + 0.5;
    for (size_t l = 1; l <= a.net.L; l++)
        for (size_t i = 0; i < a.net.n[l] * a.net.n[l - 1]; i++) a.net.W[l][i] = (real)rng_normal(&a.rng);
    cr_assert_eq(checkpoint_save(&a, &e), ST_OK, "%s", e.text);
    cr_assert_eq(checkpoint_restore(&b, &found, &e), ST_OK, "%s", e.text);
    cr_expect(found);
    cr_expect_eq(memcmp(&a.at, &b.at, sizeof a.at), 0, "progress");
    cr_expect_eq(memcmp(a.last, b.last, sizeof a.last), 0, "the last evaluation");
    cr_expect_eq(memcmp(a.rows, b.rows, 6 * sizeof *a.rows), 0, "the curve");
    for (size_t l = 1; l <= a.net.L; l++)
        cr_expect_eq(memcmp(a.net.W[l], b.net.W[l], a.net.n[l] * a.net.n[l - 1] * sizeof(real)), 0,
                     "layer %zu", l);
    cr_expect_eq(rng_u64(&a.rng), rng_u64(&b.rng), "the stream goes on where it was");
    end_session(&a);
    end_session(&b);
    end(&from);
}

/* Another digit in the header's hash of the sources, and a right checksum: another build, of the same commit.
 */
static void change_sources(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *f = fopen(path, "rb+");
    cr_assert_not_null(f);
    const size_t n = fread(bytes, 1, sizeof bytes, f), size = strlen(env_sources());
    size_t at = 0;
    while (at + size < 400 && memcmp(bytes + at, env_sources(), size) != 0) at++;
    cr_assert(n > 400 && at + size < 400, "the header does not hold the hash of the sources");
    bytes[at] = bytes[at] == '0' ? '1' : '0';
    const uint32_t sum = (uint32_t)crc32(0, bytes, (uInt)(n - sizeof sum));
    memcpy(bytes + n - sizeof sum, &sum, sizeof sum);
    rewind(f);
    cr_assert_eq(fwrite(bytes, 1, n, f), n);
    (void)fclose(f);
}

Test(worker, a_checkpoint_of_other_sources_is_set_aside)
{
    struct setting from;
    static struct session a;
    bool found = true;
    struct error e = {0};
    char path[FOLDER_MAX + 100];
    begin(&from);
    memcpy(from.run.id, "0123456789ab", RUN_ID_SIZE);
    const struct worker_settings settings = {.out = from.folder, .jobs = 1, .progress_fd = -1};
    make_session(&a, &from, &settings);
    rng_seed(&a.rng, 7, "solver");
    static struct solver plain;
    plain = *from.run.solver;
    plain.checkpoint = NULL;
    from.run.solver = &plain;
    cr_assert_eq(checkpoint_save(&a, &e), ST_OK, "%s", e.text);
    (void)snprintf(path, sizeof path, "%s/.work/0123456789ab.ckpt", from.folder);
    change_sources(path);
    cr_expect_eq(checkpoint_restore(&a, &found, &e), ST_OK, "%s", e.text);
    cr_expect_not(found);
    cr_expect_neq(access(path, F_OK), 0, "it is set aside");
    end_session(&a);
    end(&from);
}

static long size_of(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    (void)fseek(f, 0, SEEK_END);
    const long size = ftell(f);
    (void)fclose(f);
    return size;
}

/* Ends a file 100 bytes earlier, with a right checksum. */
static void cut(const char *path)
{
    static unsigned char bytes[1 << 20];
    uint32_t sum = 0;
    FILE *f = fopen(path, "rb");
    cr_assert_not_null(f);
    const size_t n = fread(bytes, 1, sizeof bytes, f) - sizeof sum - 100;
    (void)fclose(f);
    sum = (uint32_t)crc32(0, bytes, (uInt)n);
    f = fopen(path, "wb");
    cr_assert_not_null(f);
    cr_assert_eq(fwrite(bytes, 1, n, f) + fwrite(&sum, 1, sizeof sum, f), n + sizeof sum);
    (void)fclose(f);
}

/* A run of five steps, evaluated after each second: its state at the end, which `path` names, is that before
 * the last step, after which a longer run has no evaluation. `failing`: all steps are done, but the weights
 * cannot be written. */
static void begin_kept(struct setting *s, bool failing, char path[RUN_FILE])
{
    struct error e = {0};
    char missing[FOLDER_MAX + 20];
    begin(s);
    memcpy(s->run.id, "0123456789ab", RUN_ID_SIZE);
    s->run.run.eval_every = 2;
    s->run.stop.max_iter = 5;
    (void)snprintf(missing, sizeof missing, "%s/missing/a.net", s->folder);
    const struct worker_settings settings = {.out = s->folder,
                                             .jobs = 1,
                                             .progress_fd = -1,
                                             .keep_bytes = 1e6,
                                             .weights = failing ? missing : NULL};
    cr_assert_eq(worker_run(&s->run, &settings, &e), failing ? ST_IO : ST_OK, "%s", e.text);
    run_file(path, s->folder, ".work", s->run.id, ".end");
}

static status resume(struct setting *s)
{
    struct error e = {0};
    const struct worker_settings settings = {
        .out = s->folder, .jobs = 1, .progress_fd = -1, .keep_bytes = 1e6};
    return worker_run(&s->run, &settings, &e);
}

/* With a curve of three points, not of four. */
Test(worker, the_state_at_the_end_is_kept_once)
{
    struct setting straight, resumed;
    char path[RUN_FILE], other[RUN_FILE];
    begin_kept(&straight, false, path);
    begin_kept(&resumed, true, other);
    cr_assert_eq(resume(&resumed), ST_OK);
    cr_expect_gt(size_of(path), 0);
    cr_expect_eq(size_of(path), size_of(other));
    end(&straight);
    end(&resumed);
}

Test(worker, a_resume_that_fails_leaves_the_state_at_the_end)
{
    struct setting s;
    char path[RUN_FILE], checkpoint[RUN_FILE];
    begin_kept(&s, true, path);
    run_file(checkpoint, s.folder, ".work", s.run.id, ".ckpt");
    cut(checkpoint);
    cr_expect_neq(resume(&s), ST_OK);
    cr_expect_gt(size_of(path), 0);
    end(&s);
}

/* The place of a column among those that every curve begins with. */
static size_t place_in_curve(const char *name)
{
    size_t i = 0;
    while (strcmp(curve_name(i), name) != 0) i++;
    return i;
}

/* Each column of a curve holds the number that it is called after. */
Test(worker, columns_of_curves_hold_what_they_are_called)
{
    struct run_result r = {.evaluated = true,
                           .classes = true,
                           .iters = 1,
                           .last = {[SPLIT_TRAIN] = {.loss = 2, .accuracy = 5},
                                    [SPLIT_VALIDATION] = {.loss = 3, .accuracy = 6},
                                    [SPLIT_TEST] = {.loss = 4, .accuracy = 7}},
                           .totals.samples = 8,
                           .totals.train_s = 9,
                           .totals.forward_passes = 10,
                           .totals.backward_passes = 11,
                           .totals.train_macs = 12,
                           .totals.gradient_evaluations = 13,
                           .totals.traffic.messages = 14,
                           .totals.traffic.bytes = 15,
                           .totals.accumulations = 100,
                           .energy = 16};
    static const struct {
        const char *name;
        double value;
    } expected[] = {{"iter", 1},
                    {"loss", 2},
                    {"acc_train", 5},
                    {"acc_val", 6},
                    {"acc_test", 7},
                    {"samples", 8},
                    {"train_s", 9},
                    {"forward_passes", 10},
                    {"backward_passes", 11},
                    {"train_macs", 12},
                    {"gradient_evaluations", 13},
                    {"messages", 14},
                    {"bytes_sent", 15},
                    {"train_synops", 112},
                    {"energy", 16}};
    double row[64];
    cr_assert_leq(curve_count(), sizeof row / sizeof *row);
    result_complete(&r);
    curve_values(&r, row);
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++)
        cr_expect_eq(row[place_in_curve(expected[k].name)], expected[k].value, "%s", expected[k].name);
    cr_expect_eq(curve_count(), sizeof expected / sizeof *expected, "a column is not in this table");
}
