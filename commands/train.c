/* spikebench train: one network outside of a grid, kept as NET.net and NET.yaml. */
#include "commands/command_table.h"
#include "commands/commands.h"
#include "commands/dataset_request.h"
#include "commands/registry.h"
#include "experiments/plan_check.h"
#include "experiments/plan_settings.h"
#include "records/trained.h"
#include "runs/runner.h"
#include "support/csvio.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, SET_MOST = 128 };
enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, EXIT_STOPPED = 130 };

struct request {
    const char *name[2]; /* SOLVER and DATASET, or FILE */
    size_t n_names;
    const char *out, *seed;
    const char *set[SET_MOST + 1];
    size_t n_set;
    char precision[40];
    bool help;
};

/* One "--name value". */
static status take(struct request *r, const char *name, const char *value, struct error *e)
{
    uint64_t seed;
    if (strcmp(name, "--set") == 0) {
        if (r->n_set == SET_MOST) return FAIL(e, ST_USAGE, "--set is given more than %d times", SET_MOST);
        r->set[r->n_set++] = value;
        return ST_OK;
    }
    if (strcmp(name, "--out") == 0) {
        r->out = value;
        return ST_OK;
    }
    if (strcmp(name, "--seed") == 0) {
        r->seed = value;
        return dataset_request_whole(name, value, UINT64_MAX, &seed, e);
    }
    if (strcmp(name, "--precision") == 0) {
        if (strcmp(value, "double") != 0 && strcmp(value, "float") != 0)
            return FAIL(e, ST_USAGE, "--precision '%.60s': double or float is allowed", value);
        (void)snprintf(r->precision, sizeof r->precision, "precision=%s", value);
        return ST_OK;
    }
    return FAIL(e, ST_USAGE, "unknown option '%.60s'; see 'spikebench train --help'", name);
}

static status parse(struct request *r, int argc, char **argv, struct error *e)
{
    *r = (struct request){.n_names = 0};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) r->help = true;
    for (int i = 1; i < argc && !r->help; i++) {
        if (argv[i][0] != '-') {
            if (r->n_names == 2) return FAIL(e, ST_USAGE, "'%.60s': one solver and one dataset", argv[i]);
            r->name[r->n_names++] = argv[i];
            continue;
        }
        if (i + 1 == argc) return FAIL(e, ST_USAGE, "option '%.60s' is unknown or needs a value", argv[i]);
        TRY(take(r, argv[i], argv[i + 1], e));
        i++;
    }
    if (r->help) return ST_OK;
    if (r->n_names == 0)
        return FAIL(e, ST_USAGE,
                    "a solver and a dataset, or an experiment file, are missing; see "
                    "'spikebench train --help'");
    if (!r->out) return FAIL(e, ST_USAGE, "--out NET.net is missing");
    if (r->precision[0]) r->set[r->n_set++] = r->precision;
    return ST_OK;
}

/* Both names must be known. */
static status check_names(const struct request *r, struct error *e)
{
    const char *names[CATALOGUE_NAMES_MAX];
    if (!solver_find(r->name[0]))
        return unknown_name(e, "SOLVER", "solver", r->name[0], "", names,
                            catalogue_solver_names(&registry, names));
    if (!dataset_find(r->name[1]))
        return unknown_name(e, "DATASET", "dataset", r->name[1], "", names,
                            catalogue_dataset_names(&registry, names));
    return ST_OK;
}

/* The experiment file that SOLVER DATASET stands for, in a temporary file that the caller removes. */
static status write_experiment(const struct request *r, char *path, size_t size, struct error *e)
{
    const char *parent = getenv("TMPDIR");
    TRY(check_names(r, e));
    int n = snprintf(path, size, "%s/spikebench-XXXXXX", parent && parent[0] ? parent : "/tmp");
    if (n < 0 || (size_t)n >= size) return FAIL(e, ST_IO, "TMPDIR: the name is too long");
    int file = mkstemp(path);
    FILE *f = file < 0 ? NULL : fdopen(file, "w");
    if (!f) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    (void)fprintf(f, "experiment: train\ndataset: {name: %s}\nsolvers: [{name: %s}]\n", r->name[1],
                  r->name[0]);
    return fclose(f) == 0 ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}

/* Refuses several runs, and says which --set has several values where one does. */
static status refuse_runs(const struct request *r, const struct plan *p, struct error *e)
{
    for (size_t i = r->n_set; i-- > 0;) {
        struct set_text set;
        size_t n = 1;
        TRY(settings_split(r->set[i], &set, e));
        const struct option *o = opt_find(run_section(&p->runs[0], set.section).table, set.key);
        for (const char *c = set.value; o && o->type != OPT_STRING && *c; c++) n += *c == ',';
        if (n > 1)
            return FAIL(e, ST_CONFIG, "--set %.*s has %zu values; train takes one",
                        (int)strcspn(r->set[i], "="), r->set[i], n);
    }
    return FAIL(e, ST_CONFIG,
                "%s plans %zu runs: one is needed; --seed and --set choose among seeds and options",
                p->source, p->n_runs);
}

static status load(const struct request *r, struct plan *p, struct error *e)
{
    char file[PATH_SIZE] = "";
    const struct plan_overrides overrides = {r->set, r->n_set, r->seed};
    bool own = r->n_names == 2;
    *p = (struct plan){.n_runs = 0};
    status st =
        own ? write_experiment(r, file, sizeof file, e) : path_experiment(r->name[0], file, sizeof file, e);
    if (st == ST_OK) st = plan_load(p, &registry, file, &overrides, e);
    if (own && file[0]) (void)remove(file);
    if (st == ST_OK && own) {
        (void)snprintf(file, sizeof file, "%s on %s", r->name[0], r->name[1]);
        p->source = mem_string(&p->mem, file, e);
        if (!p->source) return ST_MEMORY;
    }
    if (st == ST_OK && p->n_runs != 1) return refuse_runs(r, p, e);
    return st;
}

/* Refuses what cannot be trained before anything is written. */
static status check(const struct plan *p, struct error *e)
{
    struct plan_report report;
    status st = plan_check(p, &report, e);
    const struct plan_configuration *c = report.configurations;
    if (st == ST_OK && c->outcome != ST_OK) st = FAIL(e, c->outcome, "%s: %s", p->source, c->message);
    plan_report_free(&report);
    return st;
}

/* Removes what the runner wrote for itself. */
static void clean(const struct plan *p, const char *work)
{
    char path[PATH_SIZE + 200];
    static const char *const parts[] = {"/.work", "/curves", ""};
    for (int i = 0; i < 3; i++) {
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

/* Runs the plan in NET.net.work, which stays only if the training was interrupted: the checkpoint is there.
 */
static status train(const struct request *r, struct plan *p, struct error *e)
{
    char work[PATH_SIZE], table[PATH_SIZE + 100], how[300];
    struct runner_outcome outcome;
    const struct runner_settings settings = {
        .out = work, .program = "spikebench", .jobs = 1, .weights = r->out};
    (void)snprintf(work, sizeof work, "%s.work", r->out);
    (void)snprintf(table, sizeof table, "%s/%s/runs.csv", work, p->experiment);
    (void)remove(table); /* a finished run would not be repeated */
    status st = runner_run(p, &settings, &outcome, e);
    bool ended =
        st == ST_OK && outcome.interrupted == 0; /* else: a checkpoint, or another process's folder */
    if ((ended || outcome.interrupted > 0) && has_weights(table)) {
        struct error unread = {.code = ST_OK};
        if (trained_summary(r->out, how, sizeof how, &unread) == ST_OK)
            (void)printf("%s: %s\n", r->out, how);
        else if (st == ST_OK)
            st = FAIL(e, unread.code, "%s", unread.text);
    } else if (ended) {
        st = FAIL(e, outcome.no_data ? ST_NO_DATA : ST_NUMERIC, "the training failed: %s is not written",
                  r->out);
    }
    if (st == ST_OK && outcome.interrupted) st = FAIL(e, ST_INTERRUPTED, "interrupted");
    if (ended) clean(p, work);
    return st;
}

int command_train(int argc, char **argv)
{
    struct request r;
    struct plan plan = {.n_runs = 0};
    struct error e = {.code = ST_OK};
    status st = parse(&r, argc, argv, &e);
    if (st == ST_OK && r.help) {
        command_usage("train", stdout);
        return EXIT_GOOD;
    }
    if (st == ST_OK) st = trained_may_save(r.out, &e);
    if (st == ST_OK) st = load(&r, &plan, &e);
    if (st == ST_OK) st = check(&plan, &e);
    if (st == ST_OK) st = train(&r, &plan, &e);
    plan_free(&plan);
    if (st == ST_OK) return EXIT_GOOD;
    (void)fflush(stdout);
    (void)fprintf(stderr, "spikebench train: %s\n", e.text);
    if (st == ST_INTERRUPTED) return EXIT_STOPPED;
    return st == ST_USAGE || st == ST_CONFIG ? EXIT_WRONG : EXIT_FAILED;
}
