/* spikebench best: the configuration of each solver that did best on validation. */
#include "commands/commands.h"
#include "experiments/plan_settings.h"
#include "report/best_items.h"
#include "report/configurations.h"
#include "support/paths.h"
#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 60, OPTIONS_SIZE = 1000 };

struct request {
    const char *experiment, *results, *by;
    const struct catalogue *catalogue;
    bool by_label, smallest;
};

/* The best configuration of one name. */
struct choice {
    const char *name;
    size_t tried, short_of_runs; /* configurations, and those with fewer runs than the fullest */
    size_t runs;                 /* of the winner */
    const struct configuration *winner;
    double mean, deviation;
};

/* Refuses what is no result: --by must be a column of numbers behind the options, and none of test. */
static status check_column(const struct request *r, const struct csv_table *t, struct error *e)
{
    const char *names[COLUMNS_MAX];
    size_t n = 0;
    for (size_t c = (size_t)csv_column(t, "data_sha256") + 1; c < t->n_columns && n < COLUMNS_MAX; c++) {
        if (strcmp(t->names[c], "timing_valid") == 0) break; /* provenance follows */
        if (strcmp(t->names[c], "threads") != 0 && !strstr(t->names[c], "test")) names[n++] = t->names[c];
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], r->by) == 0) return ST_OK;
    return unknown_name(e, "--by", "column", r->by, " of runs.csv", names, n);
}

/* Mean, deviation and number of the values of a configuration. */
static status judge(const struct request *r, const struct configurations *c, const struct configuration *one,
                    double *values, struct choice *result, struct error *e)
{
    size_t n;
    TRY(configuration_values(c, one, r->by, NULL, values, &n, e));
    result->runs = 0;
    for (size_t i = 0; i < n; i++) result->runs += isnan(values[i]) ? 0 : 1;
    result->mean = mean_of(values, n);
    result->deviation = deviation_of(values, n);
    result->winner = one;
    return ST_OK;
}

/* The winner among the configurations of a name that have as many runs as the fullest of them: a mean over
 * the depths and seeds that did not diverge would be too good. The first among equals. */
static status choose(const struct request *r, const struct configurations *c, const char *name,
                     double *values, struct choice *best, struct error *e)
{
    size_t most = 0;
    *best = (struct choice){.name = name};
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < c->n; k++) {
            struct choice now = *best;
            if (strcmp(c->v[k].name, name) != 0) continue;
            TRY(judge(r, c, &c->v[k], values, &now, e));
            if (round == 0) {
                best->tried++;
                most = now.runs > most ? now.runs : most;
            } else if (now.runs < most) {
                best->short_of_runs++;
            } else if (!best->winner || (r->smallest ? now.mean < best->mean : now.mean > best->mean)) {
                now.short_of_runs = best->short_of_runs;
                *best = now;
            }
        }
    if (most > 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: no finished run of '%s' has a number in column '%s'", c->groups->runs.source,
                name, r->by);
}

static void print_table(const struct request *r, const struct configurations *c, const struct choice *best,
                        size_t n)
{
    char options[OPTIONS_SIZE];
    int widest = 6;
    for (size_t k = 0; k < n; k++)
        widest = (int)strlen(best[k].name) > widest ? (int)strlen(best[k].name) : widest;
    (void)printf("%-*s  %14s  %5s  %22s  options of the %s mean of %s\n", widest,
                 r->by_label ? "label" : "solver", "configurations", "runs", "mean +- sd",
                 r->smallest ? "smallest" : "largest", r->by);
    for (size_t k = 0; k < n; k++) {
        char value[60];
        (void)snprintf(value, sizeof value, isnan(best[k].deviation) ? "%.5g" : "%.5g +- %.2g", best[k].mean,
                       best[k].deviation);
        configuration_options(c, best[k].winner, options, sizeof options);
        (void)printf("%-*s  %14zu  %5zu  %22s  %s\n", widest, best[k].name, best[k].tried, best[k].runs,
                     value, options[0] ? options : "-");
    }
    (void)putchar('\n');
}

static void warn(const struct request *r, const struct groups *g, const struct choice *best, size_t n)
{
    bool uneven = false;
    (void)fflush(stdout);
    for (size_t k = 0; k < n; k++) {
        uneven = uneven || best[k].tried != best[0].tried;
        if (best[k].short_of_runs)
            (void)fprintf(
                stderr,
                "spikebench best: warning: %zu of %zu configurations of %s have fewer finished runs "
                "than the others and were not considered\n",
                best[k].short_of_runs, best[k].tried, best[k].name);
        if (best[k].winner->n_unfinished)
            (void)fprintf(
                stderr, "spikebench best: warning: %zu runs of the best configuration of %s did not finish\n",
                best[k].winner->n_unfinished, best[k].name);
    }
    if (uneven) {
        (void)fprintf(stderr,
                      "spikebench best: warning: the %ss were given different numbers of "
                      "configurations, which favours those with more:",
                      r->by_label ? "label" : "solver");
        for (size_t k = 0; k < n; k++)
            (void)fprintf(stderr, "%s %s %zu", k ? "," : "", best[k].name, best[k].tried);
        (void)fputc('\n', stderr);
    }
    if (g->left_out) (void)fprintf(stderr, "%zu unfinished or failed runs are left out\n", g->left_out);
}

static status write_csv(const struct request *r, const struct configurations *c, const struct choice *best,
                        size_t n, struct error *e)
{
    static const char *const head[] = {"name", "solver", "configurations", "runs", "column", "goal",
                                       "mean", "sd",     "options"};
    const struct csv_table *t = &c->groups->runs;
    char path[4096], options[OPTIONS_SIZE];
    struct csv_writer w;
    (void)snprintf(path, sizeof path, "%s/best.csv", c->groups->folder);
    TRY(csv_open(&w, path, e));
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) csv_put(&w, head[i]);
    csv_end_row(&w);
    for (size_t k = 0; k < n; k++) {
        configuration_options(c, best[k].winner, options, sizeof options);
        csv_put(&w, best[k].name);
        csv_put(&w, csv_cell(t, best[k].winner->row, (size_t)csv_column(t, "solver")));
        csv_put_number(&w, (double)best[k].tried);
        csv_put_number(&w, (double)best[k].runs);
        csv_put(&w, r->by);
        csv_put(&w, r->smallest ? "min" : "max");
        csv_put_number(&w, best[k].mean);
        csv_put_number(&w, best[k].deviation);
        csv_put(&w, options[0] ? options : "none");
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status choose_all(const struct request *r, struct configurations *c, struct error *e)
{
    struct choice *best = mem_alloc(&c->mem, c->n, sizeof *best, e);
    double *values = mem_alloc(&c->mem, c->groups->runs.n_rows, sizeof *values, e);
    const struct configuration **winners = mem_alloc(&c->mem, c->n, sizeof *winners, e);
    size_t n = 0;
    if (!best || !values || !winners) return ST_MEMORY;
    for (size_t k = 0; k < c->n; k++) {
        bool known = false;
        for (size_t i = 0; i < n; i++) known = known || strcmp(best[i].name, c->v[k].name) == 0;
        if (!known) TRY(choose(r, c, c->v[k].name, values, &best[n++], e));
    }
    TRY(write_csv(r, c, best, n, e));
    print_table(r, c, best, n);
    for (size_t k = 0; k < n; k++) winners[k] = best[k].winner;
    TRY(best_items_print(c, r->catalogue, winners, n, e));
    warn(r, c->groups, best, n);
    return ST_OK;
}

static status perform(const struct request *r, struct error *e)
{
    char folder[3900];
    struct groups g;
    struct configurations c = {.n = 0};
    path_results(r->results, r->experiment, folder, sizeof folder);
    status st = groups_load(&g, folder, e);
    if (st == ST_OK) st = check_column(r, &g.runs, e);
    if (st == ST_OK && g.n == 0) st = FAIL(e, ST_DATA, "%s holds no finished run", g.runs.source);
    if (st == ST_OK) st = configurations_make(&c, &g, r->by_label, e);
    if (st == ST_OK) st = choose_all(r, &c, e);
    configurations_free(&c);
    groups_free(&g);
    return st;
}

status command_best(struct call *call, struct error *e)
{
    const struct request r = {
        .experiment = call->arguments[0],
        .results = call_text(call, "results"),
        .by = call_text(call, "by"),
        .catalogue = call->catalogue,
        .by_label = strcmp(call_text(call, "per"), "label") == 0,
        .smallest = call_has(call, "min") || strncmp(call_text(call, "by"), "loss", 4) == 0,
    };
    if (strstr(r.by, "test"))
        return FAIL(e, ST_USAGE,
                    "--by %.60s: hyper-parameters are chosen on validation, never on test; acc_val, "
                    "acc_val_best, loss_val and loss_val_best are columns of validation",
                    r.by);
    return perform(&r, e);
}
