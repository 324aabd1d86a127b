/* The best configuration of each solver or label (see best.h). */
#include "report/best.h"
#include "experiments/plan_settings.h"
#include "records/columns.h"
#include "report/best_items.h"
#include "support/statistics.h"
#include "support/table.h"
#include <math.h>
#include <string.h>

enum { COLUMNS_MAX = 60, OPTIONS_SIZE = 1000 };

/* The best configuration of one name. */
struct choice {
    const char *name;
    size_t tried, fewer_runs; /* configurations, and those with fewer runs than the fullest */
    size_t runs;              /* of the winner */
    const struct configuration *winner;
    double mean, deviation;
};

/* Refuses what is no result: --by must be a column of training or validation, never of test. */
static status check_column(const struct best_request *r, const struct csv_table *t, struct error *e)
{
    const char *names[COLUMNS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < n_result_columns && n < COLUMNS_MAX; i++) {
        const struct result_column *c = &result_columns[i];
        if ((c->flags & (COLUMN_TRAIN | COLUMN_VALIDATION)) && csv_column(t, c->name) != CSV_NONE)
            names[n++] = c->name;
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], r->by) == 0) return ST_OK;
    return unknown_name(e, "--by", "column", r->by, " of runs.csv", names, n);
}

/* Mean, deviation and number of the values of a configuration. */
static status evaluate_one(const struct best_request *r, const struct configurations *c,
                           const struct configuration *one, double *values, struct choice *result,
                           struct error *e)
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
static status choose(const struct best_request *r, const struct configurations *c, const char *name,
                     double *values, struct choice *best, struct error *e)
{
    size_t most = 0;
    *best = (struct choice){.name = name};
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < c->n; k++) {
            struct choice now = *best;
            if (strcmp(c->v[k].name, name) != 0) continue;
            TRY(evaluate_one(r, c, &c->v[k], values, &now, e));
            if (round == 0) {
                best->tried++;
                most = now.runs > most ? now.runs : most;
            } else if (now.runs < most) {
                best->fewer_runs++;
            } else if (!best->winner || (r->smallest ? now.mean < best->mean : now.mean > best->mean)) {
                now.fewer_runs = best->fewer_runs;
                *best = now;
            }
        }
    if (most > 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: no finished run of '%s' has a number in column '%s'", c->groups->runs.source,
                name, r->by);
}

static status print_table(const struct best_request *r, const struct configurations *c,
                          const struct choice *best, size_t n, FILE *out, struct error *e)
{
    char options[OPTIONS_SIZE];
    struct table t = {.n_cells = 0};
    table_column(&t, true, 6, "%s", r->by_label ? "label" : "solver");
    table_column(&t, false, 14, "configurations");
    table_column(&t, false, 5, "runs");
    table_column(&t, false, 22, "mean +- sd");
    table_column(&t, true, 0, "options of the %s mean of %s", r->smallest ? "smallest" : "largest", r->by);
    for (size_t k = 0; k < n; k++) {
        configuration_options(c, best[k].winner, options, sizeof options);
        table_put(&t, "%s", best[k].name);
        table_put(&t, "%zu", best[k].tried);
        table_put(&t, "%zu", best[k].runs);
        if (isnan(best[k].deviation))
            table_put(&t, "%.5g", best[k].mean);
        else
            table_put(&t, "%.5g +- %.2g", best[k].mean, best[k].deviation);
        table_put(&t, "%s", options[0] ? options : "-");
    }
    status st = table_print(&t, TABLE_TEXT, out, e);
    (void)fputc('\n', out);
    table_free(&t);
    return st;
}

static void warn(const struct best_request *r, const struct groups *g, const struct choice *best, size_t n,
                 FILE *out)
{
    static const char start[] = "spikebench best: warning:";
    bool uneven = false;
    for (size_t k = 0; k < n; k++) {
        uneven = uneven || best[k].tried != best[0].tried;
        if (best[k].fewer_runs)
            (void)fprintf(out,
                          "%s %zu of %zu configurations of %s have fewer finished runs than the others and "
                          "were not considered\n",
                          start, best[k].fewer_runs, best[k].tried, best[k].name);
        if (best[k].winner->n_unfinished)
            (void)fprintf(out, "%s %zu runs of the best configuration of %s did not finish\n", start,
                          best[k].winner->n_unfinished, best[k].name);
    }
    if (uneven) {
        (void)fprintf(out,
                      "%s the %ss were given different numbers of configurations, which favours those with "
                      "more:",
                      start, r->by_label ? "label" : "solver");
        for (size_t k = 0; k < n; k++)
            (void)fprintf(out, "%s %s %zu", k ? "," : "", best[k].name, best[k].tried);
        (void)fputc('\n', out);
    }
    if (g->left_out) (void)fprintf(out, "%zu unfinished or failed runs are left out\n", g->left_out);
}

static status write_csv(const struct best_request *r, const struct configurations *c,
                        const struct choice *best, size_t n, struct error *e)
{
    const struct csv_table *t = &c->groups->runs;
    char path[4096], options[OPTIONS_SIZE];
    struct csv_writer w;
    (void)snprintf(path, sizeof path, "%s/best.csv", c->groups->folder);
    TRY(csv_open(&w, path, e));
    csv_head(&w, "name,solver,configurations,runs,column,goal,mean,sd,options");
    for (size_t k = 0; k < n; k++) {
        configuration_options(c, best[k].winner, options, sizeof options);
        csv_put(&w, best[k].name);
        csv_put(&w, csv_text(t, best[k].winner->row, "solver"));
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

static status choose_all(const struct best_request *r, const struct catalogue *catalogue,
                         struct configurations *c, FILE *out, FILE *warnings, struct error *e)
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
    TRY(print_table(r, c, best, n, out, e));
    for (size_t k = 0; k < n; k++) winners[k] = best[k].winner;
    TRY(best_items_print(c, catalogue, winners, n, out, e));
    (void)fflush(out);
    warn(r, c->groups, best, n, warnings);
    return ST_OK;
}

status best_check(const struct best_request *r, struct error *e)
{
    if (!strstr(r->by, "test")) return ST_OK;
    return FAIL(e, ST_USAGE,
                "--by %.60s: hyper-parameters are chosen on validation, never on test; acc_val, "
                "acc_val_best, loss_val and loss_val_best are columns of validation",
                r->by);
}

status best_run(const struct groups *g, const struct best_request *asked, const struct catalogue *catalogue,
                FILE *out, FILE *warnings, struct error *e)
{
    struct best_request r = *asked;
    struct configurations c = {.n = 0};
    r.smallest = r.smallest || strncmp(r.by, "loss", 4) == 0;
    TRY(best_check(&r, e));
    TRY(check_column(&r, &g->runs, e));
    if (g->n == 0) return FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
    status st = configurations_make(&c, g, r.by_label, e);
    if (st == ST_OK) st = choose_all(&r, catalogue, &c, out, warnings, e);
    configurations_free(&c);
    return st;
}
