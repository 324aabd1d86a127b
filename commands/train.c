/* spikebench train: one network outside of a grid, kept as NET.net and NET.yaml. */
#include "commands/commands.h"
#include "runs/runner.h"
#include "runs/worker.h"
#include "support/csvio.h"
#include "support/mpi_link.h"
#include "support/process.h"
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* Refuses several runs, and says which --set has several values where one does. */
static status refuse_runs(struct call *call, const struct plan *p, struct error *e)
{
    size_t n_set;
    const char **given = call_list(call, "set", &n_set, e);
    for (size_t i = given ? n_set : 0; i-- > 0;) {
        struct set_text set;
        size_t n = 1;
        TRY(settings_split(given[i], &set, e));
        const struct option *option = opt_find(run_section(&p->runs[0], set.section).table, set.key);
        for (const char *c = set.value; option && option->type != OPT_STRING && *c; c++) n += *c == ',';
        if (n > 1)
            return FAIL(e, ST_CONFIG, "--set %.*s has %zu values; train takes one",
                        (int)strcspn(given[i], "="), given[i], n);
    }
    return FAIL(e, ST_CONFIG,
                "%s plans %zu runs: one is needed; --seed and --set choose among seeds and options",
                p->source, p->n_runs);
}

/* The plan of SOLVER DATASET or of an experiment file. */
static status load(struct call *call, struct plan *p, struct error *e)
{
    char name[300], text[300];
    const char *const *words = call->arguments;
    if (call->n_arguments == 1) {
        TRY(call_plan(call, words[0], NULL, p, e));
    } else {
        (void)snprintf(name, sizeof name, "%.100s on %.100s", words[0], words[1]);
        (void)snprintf(text, sizeof text,
                       "experiment: train\ndataset: {name: %.100s}\nsolvers: [{name: %.100s}]\n", words[1],
                       words[0]);
        TRY(call_plan(call, name, text, p, e));
    }
    return p->n_runs == 1 ? ST_OK : refuse_runs(call, p, e);
}

/* Refuses what cannot be trained before anything is written. */
static status check(const struct plan *p, struct plan_report *r, struct error *e)
{
    TRY(plan_check(p, r, e));
    const struct plan_configuration *c = r->configurations;
    return c->outcome == ST_OK ? ST_OK : FAIL(e, c->outcome, "%s: %s", p->source, c->message);
}

/* Removes what the runner wrote for itself. */
static void clean(const struct plan *p, const char *work)
{
    char path[PATH_SIZE + 200];
    static const char *const parts[] = {"/.work", "/curves", "/ranks", "/tasks", ""};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)snprintf(path, sizeof path, "%s/%s%s", work, p->experiment, parts[i]);
        path_remove(path);
    }
    (void)rmdir(work);
}

/* Whether the run that the runner has just recorded left its weights: it ended well or was interrupted. */
static bool has_weights(const char *table)
{
    struct csv_table t;
    const char *word = "";
    long column = csv_read(&t, table, 1, NULL) == ST_OK ? csv_column(&t, "status") : CSV_NONE;
    if (column != CSV_NONE && t.n_rows > 0) word = csv_cell(&t, 0, (size_t)column);
    bool good = strcmp(word, "ok") == 0 || strcmp(word, "interrupted") == 0;
    csv_table_free(&t);
    return good;
}

/* Whether the run has left a checkpoint: there is something to go on from. */
static bool has_checkpoint(const struct plan *p, const char *work)
{
    char folder[PATH_SIZE + 200], path[RUN_FILE];
    (void)snprintf(folder, sizeof folder, "%s/%s", work, p->experiment);
    run_file(path, folder, ".work", &p->runs[0], ".ckpt");
    return access(path, F_OK) == 0;
}

/* Runs the plan in NET.net.work, which stays while there is a checkpoint in it. */
static status train_into(const char *weights, struct plan *p, const struct plan_report *r, struct error *e)
{
    char work[PATH_SIZE], table[PATH_SIZE + 100], how[300];
    struct runner_outcome outcome;
    const struct runner_settings settings = {.out = work, .jobs = 1, .weights = weights};
    (void)snprintf(work, sizeof work, "%s.work", weights);
    (void)snprintf(table, sizeof table, "%s/%s/runs.csv", work, p->experiment);
    status st = runner_run(p, r, &settings, &outcome, e);
    bool ended = st == ST_OK && outcome.interrupted == 0; /* else it may be another process's folder */
    if ((ended || outcome.interrupted > 0) && has_weights(table)) {
        struct error unread = {.code = ST_OK};
        if (trained_summary(weights, how, sizeof how, &unread) == ST_OK)
            (void)printf("%s: %s\n", weights, how);
        else if (st == ST_OK)
            st = FAIL(e, unread.code, "%s", unread.text);
    } else if (ended) {
        st = FAIL(e, outcome.no_data ? ST_NO_DATA : ST_NUMERIC, "the training failed: %s is not written",
                  weights);
    }
    if (st == ST_OK && outcome.interrupted) st = FAIL(e, ST_INTERRUPTED, "interrupted");
    if (ended && !has_checkpoint(p, work)) clean(p, work);
    return st;
}

/* Under a launcher: the run has as many ranks as it has started. */
static status take_ranks(struct plan *p, size_t launched, struct error *e)
{
    struct run_options *run = &p->runs[0].run;
    if (launched == 1 || run->ranks == (long)launched) return ST_OK;
    if (run->ranks > 1 || launched > PART_MAX)
        return FAIL(e, ST_CONFIG, "%s: ranks = %ld, but the launcher has started %zu (at most %d)", p->source,
                    run->ranks, launched, PART_MAX);
    run->ranks = (long)launched;
    return ST_OK;
}

/* A rank but the first under a launcher: it is the worker itself, and leaves all else to the first. */
static status serve(struct call *call, struct plan *p, struct error *e)
{
    char folder[PATH_SIZE], name[PATH_SIZE];
    const ssize_t length = readlink("/proc/self/exe", name, sizeof name - 1);
    const int precision = p->runs[0].run.precision;
    const char *end = precision == PRECISION_FLOAT ? "-f32" : "-f64";
    name[length > 0 ? length : 0] = '\0';
    if (length < 4 || strcmp(name + length - 4, end) != 0) return hand_on(call, precision, e);
    const struct worker_settings settings = {
        .out = folder, .jobs = 1, .progress_fd = -1, .weights = call_text(call, "out")};
    (void)snprintf(folder, sizeof folder, "%s.work/%s", settings.weights, p->experiment);
    stop_catch(NULL);
    (void)worker_run(&p->runs[0], &settings, e);
    return ST_OK; /* how it went is the first rank's to say */
}

static status train(struct call *call, struct error *e)
{
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.n_probes = 0};
    size_t own;
    const size_t launched = mpi_launched(&own);
    const char *weights = call_text(call, "out");
    status st = own == 0 ? trained_may_save(weights, e) : ST_OK;
    if (st == ST_OK) st = load(call, &plan, e);
    if (st == ST_OK) st = take_ranks(&plan, launched, e);
    if (st == ST_OK) st = check(&plan, &report, e);
    if (st == ST_OK) st = own > 0 ? serve(call, &plan, e) : train_into(weights, &plan, &report, e);
    plan_report_free(&report);
    plan_free(&plan);
    return st;
}

const struct command train_command = {
    .name = "train",
    .run = train,
    .synopsis = "(SOLVER DATASET | FILE.yaml) --out NET.net [options]",
    .summary = "train one network and keep its weights",
    .text =
        "Trains one network, or the only run that an experiment file plans, and writes its weights "
        "(NET.net) and all its options (NET.yaml), which 'spikebench eval' and 'spikebench trace' read. "
        "Ctrl-C saves; the same command then goes on from there. Under 'mpirun -n N' the run has N ranks.",
    .parameters =
        (parameter_list){
            &(parameter_row){"SOLVER", &value_trainable,
                             .help = "a solver from 'spikebench list solvers', or an experiment file alone",
                             .needed = true},
            &(parameter_row){"DATASET", &value_dataset, .help = "a dataset from 'spikebench list datasets'"},
            &(parameter_row){"--out NET.net", &value_weights, .help = "the weight file", .needed = true},
            &(parameter_row){"--set KEY=VALUE", &value_setting,
                             .help = "an option: solver.lr=0.01, dataset.T=10, network.hidden=100-100, "
                                     "stop.max_iter=50, ...; may be repeated"},
            &(parameter_row){"--seed N", &value_whole, .help = "seed (0, or the file's)"}, &precision_option,
            &plugin_option, NULL},
    .failure = "the training failed or its data is absent",
    .interrupts = true,
};
