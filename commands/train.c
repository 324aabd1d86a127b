/* spikebench train: one network outside of a grid, kept as NET.net and NET.yaml. */
#include "commands/commands.h"
#include "runs/changes.h"
#include "runs/runner.h"
#include "runs/session.h"
#include "support/csvio.h"
#include "support/file_kind.h"
#include "support/mpi_link.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/settings.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* Refuses several runs, and says which --set has several values where one does. */
static status refuse_runs(const struct call *call, const struct plan *p, struct error *e)
{
    size_t n_set;
    const char *const *given = call_list(call, "set", &n_set);
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
static status write_network(struct call *call, const struct trained_import *import, FILE *f, struct error *e)
{
    struct trained from = {.run = NULL};
    status st = describe_weights(call, call_text(call, "from"), import, &from, e);
    if (st == ST_OK) {
        from.run->net.start_dt = import->nir.dt;
        if (from.nir && from.nir->note[0]) (void)fprintf(stderr, "note: %s\n", from.nir->note);
        (void)fprintf(f, "precision: %s\nnetwork:\n", precision_names[from.run->run.precision]);
        settings_write(&net_option_table, &from.run->net, "  ", f);
    }
    trained_free(&from);
    return st;
}

/* The plan of SOLVER DATASET: that of an experiment file of one run. */
static status load_pair(struct call *call, const struct trained_import *import, struct plan *p,
                        struct error *e)
{
    char name[300], *text = NULL;
    size_t size;
    const char *const *words = call->arguments;
    (void)snprintf(name, sizeof name, "%.100s on %.100s", words[0], words[1]);
    FILE *f = open_memstream(&text, &size);
    if (!f) return FAIL(e, ST_MEMORY, "no memory for an experiment file");
    (void)fprintf(f, "experiment: train\ndataset: {name: %s}\nsolvers: [{name: %s}]\n", words[1], words[0]);
    status st = call_has(call, "from") ? write_network(call, import, f, e) : ST_OK;
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_MEMORY, "no memory for an experiment file");
    if (st == ST_OK) st = call_plan(call, name, text, p, e);
    free(text);
    return st;
}

/* The plan of SOLVER DATASET or of an experiment file, whose network it has then. */
static status load(struct call *call, struct plan *p, struct error *e)
{
    static const char *const names[] = {"reset", "readout", "membrane"};
    struct trained_import import;
    const bool pair = call->n_arguments > 1;
    TRY(read_import(call, call_text(call, "from"), true, &import, e));
    for (size_t i = 0; i < sizeof names / sizeof *names && !pair; i++)
        if (call_has(call, names[i]))
            return FAIL(e, ST_USAGE, "--%s: the network is that of %s, of --from the weights alone count",
                        names[i], call->arguments[0]);
    TRY(pair ? load_pair(call, &import, p, e) : call_plan(call, call->arguments[0], NULL, p, e));
    return p->n_runs == 1 ? ST_OK : refuse_runs(call, p, e);
}

/* Refuses what cannot be trained before anything is written. */
static status check(struct plan *p, struct plan_report *r, struct error *e)
{
    TRY(plan_check(p, r, e));
    const struct plan_configuration *c = r->configurations;
    if (c->outcome != ST_OK) return FAIL(e, c->outcome, "%s: %s", p->source, c->message);
    return plan_identify(p, r, e);
}

/* Where the runner works: NET.net.work, in it the experiment's folder, and what the run leaves there to go on
 * from: a checkpoint, or its state at the end. */
struct place {
    char work[PATH_SIZE], folder[PATH_SIZE + 200], checkpoint[RUN_FILE], end[RUN_FILE];
};

/* Removes what the runner wrote for itself, unless there is something to go on from. */
static void clean(const struct place *at)
{
    static const char *const parts[] = {"/.work", "/curves", "/ranks", "/tasks", ""};
    char path[PATH_SIZE + 300];
    if (access(at->checkpoint, F_OK) == 0 || access(at->end, F_OK) == 0) return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)snprintf(path, sizeof path, "%s%s", at->folder, parts[i]);
        path_remove(path);
    }
    (void)rmdir(at->work);
}

/* Whether the run that the runner has just recorded left its weights: it ended well, or was interrupted after
 * it began to train. */
static bool has_weights(const struct place *at)
{
    struct csv_table t;
    const bool row = csv_load(&t, NULL, "%s/runs.csv", at->folder) == ST_OK && t.n_rows > 0;
    const char *word = row ? csv_text(&t, 0, "status") : "";
    const bool begun = !isnan(csv_value(&t, 0, "iters"));
    const bool good = begun && (strcmp(word, "ok") == 0 || strcmp(word, "interrupted") == 0);
    csv_table_free(&t);
    return good;
}

/* Runs the plan in its place, which stays while there is something to go on from. */
static status train_into(struct call *call, struct plan *p, const struct plan_report *r,
                         const struct place *at, struct error *e)
{
    const char *weights = call_text(call, "out");
    char how[300];
    struct runner_outcome outcome;
    struct runner_settings settings = {
        .out = at->work, .jobs = 1, .states = call_whole(call, "states"), .weights = weights};
    settings.set = call_list(call, "set", &settings.n_set);
    status st = runner_run(p, r, &settings, &outcome, e);
    const bool interrupted = outcome.interrupted > 0;
    const bool ended = st == ST_OK && !interrupted; /* else it may be another process's folder */
    if ((ended || interrupted) && has_weights(at)) {
        const status read = trained_summary(weights, how, sizeof how, st == ST_OK ? e : NULL);
        if (read == ST_OK) (void)printf("%s: %s\n", weights, how);
        if (st == ST_OK) st = read;
    } else if (ended) {
        st = FAIL(e, outcome.no_data ? ST_NO_DATA : ST_NUMERIC, "the training failed: %s is not written",
                  weights);
    }
    if (st == ST_OK && interrupted) st = FAIL(e, ST_INTERRUPTED, "interrupted");
    if (ended) clean(at);
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

/* Says what makes the run another one than that of the network which it is going to replace; or that NET.net
 * is what this very run has left (true), where its state at the end is kept (--states): without it the run is
 * made again. */
static bool tell_before(struct call *call, const struct run *run, const struct place *at, bool alone)
{
    struct trained t;
    struct error none;
    struct difference d = {.n = 0};
    char how[300];
    const char *weights = call_text(call, "out");
    const bool begun = access(at->work, F_OK) == 0,
               kept = alone && call_whole(call, "states") > 0 && access(at->end, F_OK) == 0;
    if (begun && (!kept || access(weights, R_OK) != 0)) return false;
    const bool alike = trained_describe(&t, call_catalogue(call), weights, &none) == ST_OK &&
                       t.run->solver == run->solver && t.run->dataset == run->dataset &&
                       t.run->seed == run->seed;
    if (alike) changes_compare(run, text_of_run, &(struct run_side){.run = t.run}, &d);
    const bool finished = begun && alike && d.n == 0 && strcmp(t.data_sha256, run->data_sha256) == 0 &&
                          trained_summary(weights, how, sizeof how, &none) == ST_OK;
    if (finished)
        (void)printf("%s: finished before: %s\n", weights, how);
    else if (!begun && d.longer)
        (void)fprintf(stderr,
                      "%s begins anew: the state at the end of its training (stop.max_iter %ld) was not kept "
                      "(--states)\n",
                      weights, t.run->stop.max_iter);
    else if (!begun && d.n > 0)
        (void)fprintf(stderr, "%s was another run: %s\n", weights, d.text);
    trained_free(&t);
    return finished;
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
static status serve(struct call *call, struct plan *p, const struct place *at, struct error *e)
{
    char name[PATH_SIZE];
    const ssize_t length = readlink("/proc/self/exe", name, sizeof name - 1);
    const int precision = p->runs[0].run.precision;
    name[length > 0 ? length : 0] = '\0';
    if (!file_named(name, precision_tags[precision])) return hand_on(call, precision, e);
    const struct worker_settings settings = {.out = at->folder,
                                             .jobs = 1,
                                             .progress_fd = -1,
                                             .weights = call_text(call, "out"),
                                             .keep_bytes = 1048576.0 * (double)call_whole(call, "states")};
    stop_catch(NULL);
    (void)worker_run(&p->runs[0], &settings, e);
    return ST_OK; /* how it went is the first rank's to say */
}

static status train(struct call *call, struct error *e)
{
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.plan = NULL};
    struct place at;
    size_t own;
    const size_t launched = mpi_launched(&own);
    const char *weights = call_text(call, "out");
    status st = own == 0 ? trained_may_save(weights, e) : ST_OK;
    if (st == ST_OK) st = load(call, &plan, e);
    if (st == ST_OK) st = take_ranks(&plan, launched, e);
    if (st == ST_OK) st = check(&plan, &report, e);
    if (st == ST_OK) {
        (void)snprintf(at.work, sizeof at.work, "%s.work", weights);
        (void)snprintf(at.folder, sizeof at.folder, "%s/%s", at.work, plan.experiment);
        (void)run_file(at.checkpoint, at.folder, ".work", plan.runs[0].id, ".ckpt");
        (void)run_file(at.end, at.folder, ".work", plan.runs[0].id, ".end");
        if (own > 0)
            st = serve(call, &plan, &at, e);
        else if (!tell_before(call, &plan.runs[0], &at, launched == 1))
            st = train_into(call, &plan, &report, &at, e);
    }
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
        "Trains one network, or the only run that an experiment file plans, and writes its weights (NET.net) "
        "and all its options (NET.yaml), which 'spikebench eval' and 'spikebench trace' read. Ctrl-C saves; "
        "the same command then goes on from there. Under 'mpirun -n N' the run has N ranks.",
    .parameters =
        (parameter_list){
            &(parameter_row){"SOLVER", "a solver from 'spikebench list solvers', or an experiment file alone",
                             &value_trainable, .needed = true},
            &(parameter_row){"DATASET", "a dataset from 'spikebench list datasets'", .kind = &value_dataset},
            &(parameter_row){"--out NET.net", "the weight file", &value_weights, .needed = true},
            &(parameter_row){"--set KEY=VALUE",
                             "an option: solver.lr=0.01, dataset.T=10, network.hidden=100-100, "
                             "stop.max_iter=50, ...; may be repeated",
                             .kind = &value_setting},
            &(parameter_row){"--from NET.net",
                             "start from the weights of this file, or of NET.nir, a NIR file; without an "
                             "experiment file with its network, too",
                             .kind = &value_network},
            &import_step_option, &import_reset_option, &import_readout_option, &import_membrane_option,
            &(parameter_row){"--seed N", "seed (0, or the file's)", .kind = &value_whole}, &precision_option,
            &(parameter_row){"--states MIB",
                             "keep the state at the end, in NET.net.work, if it has at most so many MiB: "
                             "with a larger stop.max_iter the training then goes on from there; 0: none",
                             &value_whole, "0", .most = 1 << 20},
            &plugin_option, NULL},
    .failure = "the training failed or its data is absent",
    .interrupts = true,
};
