/* Tasks in sequence: which samples belong to which, what is refused, and a run against the same by hand. */
#include "commands/registry.h"
#include "datasets/tasks.h"
#include "experiments/plan_check.h"
#include "runs/session.h"
#include "support/csvio.h"
#include "support/process.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 5, EPOCHS = 2, SEED = 3, CLASSES = 10 };

static const char *const digits[] = {"T=6", "n_train=200", "n_validation=60", "n_test=80", "tasks=5", NULL};

struct setting {
    char folder[FOLDER_MAX];
    struct run run;
    struct mem mem;
    struct csv_table row;
};

static void begin(struct setting *s, const char *solver)
{
    memset(s, 0, sizeof *s);
    folder_create(s->folder);
    folder_shell(s->folder, "mkdir curves .work");
    struct run *run = &s->run;
    run->experiment = "tasks";
    run->label = solver;
    run->solver = catalogue_solver(&registry, solver);
    run->dataset = catalogue_dataset(&registry, "digits");
    run->dataset_options = data_options(run->dataset, digits);
    run->seed = SEED;
    run->solver_options = mem_alloc(&s->mem, 1, run->solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&run->solver->options, run->solver_options, NULL), ST_OK);
    const struct option *batch = opt_find(&run->solver->options, "batch");
    if (batch) cr_assert_eq(opt_set(batch, run->solver_options, "15", NULL), ST_OK);
    cr_assert_eq(opt_defaults(&run_option_table, &run->run, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&stop_option_table, &run->stop, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &run->net, NULL), ST_OK);
    run->net.hidden = (struct int_list){1, {14}};
    run->net.loss = LOSS_CROSS_ENTROPY;
    run->run.eval_every = 1;
    run->stop.max_iter = EPOCHS;
}

static void end(struct setting *s)
{
    csv_table_free(&s->row);
    free(s->run.dataset_options);
    mem_free(&s->mem);
    folder_remove(s->folder);
}

static status work(struct setting *s, struct error *e)
{
    const struct worker_settings settings = {.out = s->folder, .jobs = 1, .progress_fd = -1};
    char path[RUN_FILE];
    struct error bad = {0};
    csv_table_free(&s->row);
    const status st = worker_run(&s->run, &settings, e);
    run_file(path, s->folder, ".work", s->run.id, ".row.csv");
    cr_assert_eq(csv_read(&s->row, path, 1, &bad), ST_OK, "%s", bad.text);
    return st;
}

static double number(const struct setting *s, const char *column)
{
    double value = NAN;
    const long c = csv_column(&s->row, column);
    cr_assert_neq(c, CSV_NONE, "%s", column);
    cr_assert_eq(csv_number(&s->row, 0, (size_t)c, &value, NULL), ST_OK);
    return value;
}

/* Every sample of training and validation is in the task of its label, whole and in its order, and no other.
 */
Test(tasks, samples_are_divided_by_class)
{
    struct dataset all;
    struct error e = {0};
    void *options = data_options(catalogue_dataset(&registry, "digits"), digits);
    cr_assert_eq(catalogue_dataset(&registry, "digits")->open(options, SEED, &all, &e), ST_OK, "%s", e.text);
    for (int k = SPLIT_TRAIN; k <= SPLIT_VALIDATION; k++) {
        size_t seen = 0, largest = 0;
        for (size_t task = 0; task < TASKS; task++) {
            struct dataset d;
            size_t at = 0;
            cr_assert_eq(task_select(&all, TASKS, task, &d, &e), ST_OK, "%s", e.text);
            for (size_t i = 0; i < all.info.n[k]; i++) {
                if ((size_t)all.labels[k][i] / 2 != task) continue;
                cr_assert_eq(d.labels[k][at], all.labels[k][i]);
                for (size_t cell = 0; cell < 6 * 64; cell++)
                    cr_assert_eq(data_cell(&d, (enum split)k, at, cell / 64, cell % 64),
                                 data_cell(&all, (enum split)k, i, cell / 64, cell % 64));
                at++;
            }
            cr_expect_eq(d.info.n[k], at);
            cr_expect_eq(d.x[k].n_samples, at);
            seen += at;
            largest = at > largest ? at : largest;
            dataset_free(&d);
        }
        cr_expect_eq(seen, all.info.n[k]);
        cr_expect_eq(tasks_largest(&all, TASKS).n[k], largest);
    }
    dataset_free(&all);
    free(options);
}

static void expect_refused(const struct setting *s, const struct dataset_info *info, const char *word)
{
    struct error e = {0};
    cr_expect_eq(run_check(&s->run, info, &e), ST_CONFIG, "%s", word);
    cr_expect(strstr(e.text, word), "'%s' does not say '%s'", e.text, word);
}

Test(tasks, what_cannot_be_divided_is_refused_by_name)
{
    struct setting s;
    struct dataset_info info = {.n_inputs = 4, .n_classes = CLASSES, .T = 3, .n = {50, 10, 10}};
    struct error e = {0};
    begin(&s, "bptt");
    struct dataset_common *options = s.run.dataset_options;
    cr_expect_eq(run_check(&s.run, &info, &e), ST_OK, "%s", e.text);
    options->tasks = 3;
    expect_refused(&s, &info, "dataset.tasks = 3 does not divide the 10 classes of dataset 'digits'");
    options->tasks = 5;
    s.run.stop.patience = 2;
    expect_refused(&s, &info, "stop.patience");
    s.run.stop.patience = 0;
    s.run.stop.target = 0.5;
    expect_refused(&s, &info, "stop.target");
    s.run.stop.target = 0;
    info.n_classes = 0;
    info.n_targets = 2;
    expect_refused(&s, &info, "dataset.tasks = 5 needs classes");
    options->tasks = 1;
    s.run.net.loss = LOSS_SQUARED;
    cr_expect_eq(run_check(&s.run, &info, &e), ST_OK, "%s", e.text);
    end(&s);
}

/* The accuracy on the classes of a task. */
static double accuracy(const struct net *net, const struct dataset *d, enum split k, size_t task)
{
    size_t samples[200], n = 0;
    struct evaluator *ev;
    struct evaluation result;
    for (size_t i = 0; i < d->info.n[k]; i++)
        if ((size_t)d->labels[k][i] / 2 == task) samples[n++] = i;
    const struct batch b = {.x = &d->x[k], .samples = samples, .n = n, .labels = d->labels[k]};
    cr_assert_eq(evaluator_create(&ev, net, d->info.T, NULL, NULL), ST_OK);
    evaluate(ev, net, &b, &result, NULL);
    evaluator_free(ev);
    return result.accuracy;
}

/* A new bptt on the samples of each task, picked from the whole by their labels: known[k][i][j] is the
 * accuracy on task j of split k after task i. */
static void train_by_hand(struct setting *s, double known[N_SPLITS][TASKS][TASKS])
{
    struct dataset d;
    struct net net;
    struct rng start, rng;
    struct error e = {0};
    cr_assert_eq(s->run.dataset->open(s->run.dataset_options, SEED, &d, &e), ST_OK, "%s", e.text);
    cr_assert_eq(net_create(&net, &s->run.net, 64, CLASSES, &s->mem, &e), ST_OK);
    rng_seed(&start, SEED, "start");
    rng_seed(&rng, SEED, "solver");
    for (size_t task = 0; task < TASKS; task++) {
        size_t samples[200], n = 0;
        void *state = NULL;
        for (size_t i = 0; i < d.info.n[SPLIT_TRAIN]; i++)
            if ((size_t)d.labels[SPLIT_TRAIN][i] / 2 == task) samples[n++] = i;
        const struct batch train = {
            .x = &d.x[SPLIT_TRAIN], .samples = samples, .n = n, .labels = d.labels[SPLIT_TRAIN]};
        struct dataset_info info = d.info;
        info.n[SPLIT_TRAIN] = n;
        if (task == 0) cr_assert_eq(net_start(&net, &s->run.net, &train, NULL, &start, NULL, &e), ST_OK);
        const struct train_env env = {
            .net = &net, .net_options = &s->run.net, .info = &info, .train = train, .rng = &rng};
        cr_assert_eq(toy_begin(s->run.solver, &state, s->run.solver_options, &env, &s->mem, &e), ST_OK);
        for (int k = 0; k < EPOCHS; k++) {
            struct step_report r = {.measure = true};
            cr_assert_eq(s->run.solver->step(state, &r, &e), ST_OK, "%s", e.text);
        }
        for (int k = 0; k < N_SPLITS; k++)
            for (size_t j = 0; j < TASKS; j++) known[k][task][j] = accuracy(&net, &d, (enum split)k, j);
    }
    dataset_free(&d);
}

static void expect_columns(const struct setting *s, double known[TASKS][TASKS], const char *of, double unit)
{
    char column[40];
    double sum = 0, lost = 0;
    for (size_t j = 0; j < TASKS; j++) sum += known[TASKS - 1][j];
    for (size_t j = 0; j + 1 < TASKS; j++) lost += known[j][j] - known[TASKS - 1][j];
    (void)snprintf(column, sizeof column, "acc_%s_tasks", of);
    cr_expect_float_eq(number(s, column), sum / TASKS, unit, "%s", column);
    (void)snprintf(column, sizeof column, "drop_%s", of);
    cr_expect_float_eq(number(s, column), lost / (TASKS - 1), unit, "%s", column);
}

Test(tasks, fine_tuning_equals_runs_one_after_the_other)
{
    struct setting s;
    static double known[N_SPLITS][TASKS][TASKS];
    struct error e = {0};
    struct csv_table t = {0};
    begin(&s, "bptt");
    cr_assert_eq(opt_set(opt_find(&s.run.solver->options, "lr"), s.run.solver_options, "0.02", NULL), ST_OK);
    train_by_hand(&s, known);
    cr_assert_eq(work(&s, &e), ST_OK, "%s", e.text);
    cr_expect_eq(number(&s, "iters"), TASKS * EPOCHS);
    expect_columns(&s, known[SPLIT_VALIDATION], "val", 1e-12);
    expect_columns(&s, known[SPLIT_TEST], "test", 1e-12);
    cr_expect_gt(number(&s, "drop_test"), 0.2, "the example must forget");
    cr_assert_eq(csv_load(&t, &e, "%s/tasks/%s.csv", s.folder, s.run.id), ST_OK, "%s", e.text);
    cr_assert_eq(t.n_rows, TASKS * TASKS);
    for (size_t r = 0; r < t.n_rows; r++) {
        cr_expect_float_eq(csv_value(&t, r, "acc_val"), known[SPLIT_VALIDATION][r / TASKS][r % TASKS], 1e-15);
        cr_expect_float_eq(csv_value(&t, r, "acc_test"), known[SPLIT_TEST][r / TASKS][r % TASKS], 1e-15);
    }
    csv_table_free(&t);
    end(&s);
}

/* ffnb, or bptt, that asks to be interrupted after its step number `stop_after` in this process. */
static long stop_after;
static const struct solver *stopped;
static status stopping_step(void *state, struct step_report *r, struct error *e)
{
    if (--stop_after == 0) (void)raise(SIGTERM);
    return stopped->step(state, r, e);
}

/* Wherever a run is interrupted, inside of a task or at the end of one, it ends as the one that was not; on
 * two threads. */
static void expect_resumed(const char *name, long after)
{
    static const char *const columns[] = {"acc_train",      "loss_val",  "acc_val_tasks",
                                          "acc_test_tasks", "drop_test", "drop_val",
                                          "iters",          "samples",   "train_macs"};
    enum { N = sizeof columns / sizeof *columns };
    struct setting s;
    struct stop_signals before;
    struct error e = {0};
    struct solver stopping;
    double whole[N];
    begin(&s, name);
    stop_after = 0;
    cr_assert_eq(work(&s, &e), ST_OK, "%s", e.text);
    for (size_t i = 0; i < N; i++) whole[i] = number(&s, columns[i]);
    stopping = *(stopped = s.run.solver);
    stopping.step = stopping_step;
    s.run.solver = &stopping;
    s.run.run.threads = 2;
    stop_after = after;
    stop_catch(&before);
    cr_assert_eq(work(&s, &e), ST_INTERRUPTED, "%s", e.text);
    cr_expect_eq(number(&s, "iters"), (double)after);
    stop_release(&before);
    stop_catch(&before);
    cr_assert_eq(work(&s, &e), ST_OK, "%s", e.text);
    stop_release(&before);
    for (size_t i = 0; i < N; i++)
        cr_expect_eq(number(&s, columns[i]), whole[i], "%s after %ld: %s is %.17g, not %.17g", name, after,
                     columns[i], number(&s, columns[i]), whole[i]);
    end(&s);
}

Test(tasks, an_interrupted_run_ends_as_the_whole_one)
{
    static const char *const names[] = {"bptt", "ffnb", "random_features"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_resumed(names[i], 1);
        expect_resumed(names[i], 2);
        expect_resumed(names[i], 3);
        if (i < 2) expect_resumed(names[i], 7);
    }
}
