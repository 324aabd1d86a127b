/* spikebench train: one network outside of a grid, kept as NET.net and NET.yaml. */
#include "commands/commands.h"
#include "runs/changes.h"
#include "runs/runner.h"
#include "runs/worker.h"
#include "support/csvio.h"
#include "support/file_kind.h"
#include "support/mpi_link.h"
#include "support/process.h"
#include "support/settings.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* Refuses several runs, and says which --set has several values where one does. */
static status refuse_runs(struct call *call, const struct plan *p, struct error *e)
{
    size_t n_set;
    const char **given;
    TRY(call_list(call, "set", &given, &n_set, e));
    for (size_t i = n_set; i-- > 0;) {
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

/* The network of --from, of which the start is read again as the run begins. */
static status describe_start(struct call *call, struct trained *from, struct error *e)
{
    struct trained_import import = {.dataset = NULL};
    const char *weights = call_text(call, "from");
    TRY(read_import(call, weights, &import, e));
    import.alone = true;
    TRY(file_named(weights, ".nir") ? trained_describe_nir(from, call_catalogue(call), weights, &import, e)
                                    : trained_describe(from, call_catalogue(call), weights, e));
    from->run->net.start_dt = import.nir.dt;
    if (from->nir && from->nir->note[0]) (void)fprintf(stderr, "note: %s\n", from->nir->note);
    return ST_OK;
}

/* The text of an experiment file of one run; with --from, the network is that of the file. */
static status write_text(struct call *call, FILE *f, struct error *e)
{
    struct trained from = {.run = NULL};
    const char *const *words = call->arguments;
    (void)fprintf(f, "experiment: train\ndataset: {name: %s}\nsolvers: [{name: %s}]\n", words[1], words[0]);
    if (!call_has(call, "from")) return ST_OK;
    status st = describe_start(call, &from, e);
    if (st == ST_OK) {
        (void)fprintf(f, "precision: %s\nnetwork:\n", precision_names[from.run->run.precision]);
        settings_write(&net_option_table, &from.run->net, "  ", f);
    }
    trained_free(&from);
    return st;
}

/* With an experiment file the network is that of the file: of --from the weights count. */
static status check_import(struct call *call, struct error *e)
{
    static const char *const names[] = {"reset", "readout", "membrane"};
    struct trained_import import;
    TRY(read_import(call, call_text(call, "from"), &import, e));
    for (size_t i = 0; i < sizeof names / sizeof *names && call->n_arguments == 1; i++)
        if (call_has(call, names[i]))
            return FAIL(e, ST_USAGE, "--%s: the network is that of %s, of --from the weights alone count",
                        names[i], call->arguments[0]);
    return ST_OK;
}

/* The plan of SOLVER DATASET. */
static status load_pair(struct call *call, struct plan *p, struct error *e)
{
    char name[300], *text = NULL;
    size_t size;
    const char *const *words = call->arguments;
    (void)snprintf(name, sizeof name, "%.100s on %.100s", words[0], words[1]);
    FILE *f = open_memstream(&text, &size);
    if (!f) return FAIL(e, ST_MEMORY, "no memory for an experiment file");
    status st = write_text(call, f, e);
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_MEMORY, "no memory for an experiment file");
    if (st == ST_OK) st = call_plan(call, name, text, p, e);
    free(text);
    return st;
}

/* The plan of SOLVER DATASET or of an experiment file. */
static status load(struct call *call, struct plan *p, struct error *e)
{
    TRY(check_import(call, e));
    if (call->n_arguments == 1)
        TRY(call_plan(call, call->arguments[0], NULL, p, e));
    else
        TRY(load_pair(call, p, e));
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

/* Whether the run that the runner has just recorded left its weights: it ended well, or was interrupted after
 * it began to train. */
static bool has_weights(const char *table)
{
    struct csv_table t;
    const bool row = csv_read(&t, table, 1, NULL) == ST_OK && t.n_rows > 0;
    const char *word = row ? csv_text(&t, 0, "status") : "";
    const bool begun = !isnan(csv_value(&t, 0, "iters"));
    const bool good = begun && (strcmp(word, "ok") == 0 || strcmp(word, "interrupted") == 0);
    csv_table_free(&t);
    return good;
}

/* Whether the run has left a checkpoint, or its state at the end: there is something to go on from. */
static bool has_checkpoint(const struct plan *p, const char *work)
{
    char folder[PATH_SIZE + 200], path[RUN_FILE], end[RUN_FILE];
    (void)snprintf(folder, sizeof folder, "%s/%s", work, p->experiment);
    run_file(path, folder, ".work", &p->runs[0], ".ckpt");
    run_file(end, folder, ".work", &p->runs[0], ".end");
    return access(path, F_OK) == 0 || access(end, F_OK) == 0;
}

/* Runs the plan in NET.net.work, which stays while there is a checkpoint in it. */
static status train_into(struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    const char *weights = call_text(call, "out");
    size_t n_set;
    const char **set;
    TRY(call_list(call, "set", &set, &n_set, e));

    char work[PATH_SIZE], table[PATH_SIZE + 100], how[300];
    struct runner_outcome outcome;
    const struct runner_settings settings = {.out = work,
                                             .jobs = 1,
                                             .states = call_whole(call, "states"),
                                             .set = set,
                                             .n_set = n_set,
                                             .weights = weights};
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

/* The run of a network, as a side of a comparison. */
struct run_side {
    const struct run *run;
    char text[OPT_STRING_MAX + 64];
};

static const char *text_of_run(void *side, const char *name)
{
    struct run_side *s = side;
    s->text[0] = '\0';
    (void)run_option_text(s->run, name, s->text, sizeof s->text);
    record_clean(s->text);
    return s->text;
}

/* What makes the run another one than that of the network which it is going to replace. false: that is of
 * another solver, dataset or seed, or there is none. *t is to be freed in any case. */
static bool compare_replaced(struct call *call, const struct run *run, struct trained *t,
                             struct difference *d)
{
    struct error none;
    const status st = trained_describe(t, call_catalogue(call), call_text(call, "out"), &none);
    *d = (struct difference){.n = 0};
    if (st != ST_OK || t->run->solver != run->solver || t->run->dataset != run->dataset ||
        t->run->seed != run->seed)
        return false;
    changes_compare(run, text_of_run, &(struct run_side){.run = t->run}, d);
    return true;
}

static void tell_replaced(struct call *call, const struct run *run)
{
    struct trained t;
    struct difference d;
    const char *weights = call_text(call, "out");
    (void)compare_replaced(call, run, &t, &d);
    if (d.longer)
        (void)fprintf(stderr,
                      "%s begins anew: the state at the end of its training (stop.max_iter %ld) was not kept "
                      "(--states)\n",
                      weights, t.run->stop.max_iter);
    else if (d.n > 0)
        (void)fprintf(stderr, "%s was another run: %s\n", weights, d.text);
    trained_free(&t);
}

/* Says that NET.net is what this very run has left, where its state at the end is kept (--states): without it
 * the run is made again. */
static bool tell_finished(struct call *call, const struct plan *p, const char *work)
{
    struct trained t;
    struct error none;
    struct difference d;
    char folder[PATH_SIZE + 200], end[RUN_FILE], how[300];
    const struct run *run = &p->runs[0];
    const char *weights = call_text(call, "out");
    (void)snprintf(folder, sizeof folder, "%s/%s", work, p->experiment);
    run_file(end, folder, ".work", run, ".end");
    if (call_whole(call, "states") == 0 || access(end, F_OK) != 0 || access(weights, R_OK) != 0) return false;
    const bool same =
        compare_replaced(call, run, &t, &d) && d.n == 0 && strcmp(t.data_sha256, run->data_sha256) == 0;
    trained_free(&t);
    if (!same || trained_summary(weights, how, sizeof how, &none) != ST_OK) return false;
    (void)printf("%s: finished before: %s\n", weights, how);
    return true;
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
    name[length > 0 ? length : 0] = '\0';
    if (!file_named(name, precision_tags[precision])) return hand_on(call, precision, e);
    const struct worker_settings settings = {.out = folder,
                                             .jobs = 1,
                                             .progress_fd = -1,
                                             .weights = call_text(call, "out"),
                                             .keep_bytes = 1048576.0 * (double)call_whole(call, "states")};
    (void)snprintf(folder, sizeof folder, "%s.work/%s", settings.weights, p->experiment);
    stop_catch(NULL);
    (void)worker_run(&p->runs[0], &settings, e);
    return ST_OK; /* how it went is the first rank's to say */
}

static status train(struct call *call, struct error *e)
{
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.n_probes = 0};
    char work[PATH_SIZE];
    size_t own;
    const size_t launched = mpi_launched(&own);
    const char *weights = call_text(call, "out");
    status st = own == 0 ? trained_may_save(weights, e) : ST_OK;
    if (st == ST_OK) st = load(call, &plan, e);
    if (st == ST_OK) st = take_ranks(&plan, launched, e);
    if (st == ST_OK) st = check(&plan, &report, e);
    (void)snprintf(work, sizeof work, "%s.work", weights);
    if (st == ST_OK && own == 0 && access(work, F_OK) != 0) tell_replaced(call, &plan.runs[0]);
    if (st == ST_OK) st = plan_identify(&plan, &report, e);
    const bool finished = st == ST_OK && launched == 1 && tell_finished(call, &plan, work);
    if (st == ST_OK && !finished) st = own > 0 ? serve(call, &plan, e) : train_into(call, &plan, &report, e);
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
            &(parameter_row){"--from NET.net", &value_network,
                             .help =
                                 "start from the weights of this file, or of NET.nir, a NIR file; without "
                                 "an experiment file with its network, too"},
            &import_step_option, &import_reset_option, &import_readout_option, &import_membrane_option,
            &(parameter_row){"--seed N", &value_whole, .help = "seed (0, or the file's)"}, &precision_option,
            &(parameter_row){
                "--states MIB", &value_whole, "0",
                .help = "keep the state at the end, in NET.net.work, if it has at most so many MiB: with a "
                        "larger stop.max_iter the training then goes on from there; 0: none",
                .most = 1 << 20},
            &plugin_option, NULL},
    .failure = "the training failed or its data is absent",
    .interrupts = true,
};
