/* Summaries of grouped runs as CSV (see groups.h). */
#include "records/record.h"
#include "report/profile.h"
#include "support/find.h"
#include "support/paths.h"
#include "support/texts.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static void put_quartiles(struct csv_writer *w, double *v, size_t n)
{
    static const double p[] = {0.5, 0.25, 0.75};
    for (int k = 0; k < 3; k++) csv_put_number(w, quantile(v, n, p[k]));
}

/* Heads of both: "acc_test_med". */
static void put_heads(struct csv_writer *w, const char *column, const char *const *parts, size_t n)
{
    char name[120];
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(name, sizeof name, "%s_%s", column, parts[i]);
        csv_put(w, name);
    }
}

static status put_group(struct csv_writer *w, const struct groups *g, const struct group *one,
                        struct error *e)
{
    double v[GROUP_RUNS_MAX];
    const size_t n = one->n;
    const char *const texts[] = {one->label, one->solver, one->dataset, one->hidden, one->name};
    csv_put_texts(w, texts, sizeof texts / sizeof *texts);
    csv_put_number(w, (double)one->depth);
    csv_put_number(w, (double)n);
    csv_put(w, one->own_rule ? "own rule" : "simulated");
    TRY(group_values(g, one, "acc_test", v, e));
    const double error = spread_test_error(g, one->row, mean_of(v, n));
    csv_put(w, spread_names[spread_of(g, one->rows, v, n).over]);
    csv_put_number(w, error);
    for (int k = 1; column_summarised(k); k++) {
        TRY(group_values(g, one, column_summarised(k)->name, v, e));
        csv_put_numbers(w, (const double[]){mean_of(v, n), deviation_of(v, n)}, 2);
        put_quartiles(w, v, n);
        csv_put_number(w, interval_of(v, n).half_width);
    }
    csv_end_row(w);
    return ST_OK;
}

static status write_summary(const struct groups *g, struct error *e)
{
    static const char *const head[] = {"label",         "solver", "dataset",    "hidden", "name",
                                       "hidden_layers", "seeds",  "prediction", "over",   "acc_test_error"};
    static const char *const parts[] = {"mean", "sd", "med", "q1", "q3", "half"};
    struct csv_writer w;
    TRY(csv_start(&w, NULL, e, "%s/summary.csv", g->out));
    csv_put_texts(&w, head, sizeof head / sizeof *head);
    for (int k = 1; column_summarised(k); k++) put_heads(&w, column_summarised(k)->name, parts, 6);
    csv_end_row(&w);
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < g->n; i++) st = put_group(&w, g, &g->group[i], e);
    return csv_end(&w, st, e);
}

/* Row of `iter` in a curve, or n_rows; it is looked for at `likely` first. */
static size_t row_of(const struct csv_table *t, const char *iter, size_t likely)
{
    size_t row = 0;
    if (likely < t->n_rows && strcmp(csv_cell(t, likely, 0), iter) == 0) return likely;
    while (row < t->n_rows && strcmp(csv_cell(t, row, 0), iter) != 0) row++;
    return row;
}

/* The curves of a group, and where their columns are. */
struct curves {
    struct mem mem;
    const struct group *of;
    struct csv_table *v; /* [of->n] */
    long *column; /* [columns of the first curve * of->n] its column in each curve; CSV_NONE: its numbers
                     are not there, or were counted by an earlier rule */
};

static status write_row(struct csv_writer *w, const struct curves *c, size_t row, struct error *e)
{
    const size_t n = c->of->n;
    double v[GROUP_RUNS_MAX];
    size_t at[GROUP_RUNS_MAX];
    const char *iter = csv_cell(&c->v[0], row, 0);
    for (size_t i = 0; i < n; i++) {
        at[i] = row_of(&c->v[i], iter, row);
        if (at[i] == c->v[i].n_rows) return ST_OK; /* not in every run */
    }
    csv_put(w, iter);
    for (size_t k = 1; k < c->v[0].n_columns; k++) {
        for (size_t i = 0; i < n; i++) {
            const long column = c->column[k * n + i];
            v[i] = NAN;
            if (column != CSV_NONE) TRY(csv_number(&c->v[i], at[i], (size_t)column, &v[i], e));
        }
        put_quartiles(w, v, n);
    }
    csv_end_row(w);
    return ST_OK;
}

/* The file of curves_summary/. */
static status write_curve(const struct groups *g, struct curves *c, struct error *e)
{
    static const char *const parts[] = {"med", "q1", "q3"};
    const struct csv_table *first = &c->v[0];
    const size_t n = c->of->n;
    struct csv_writer w;
    c->column = mem_alloc(&c->mem, first->n_columns * n, sizeof *c->column, e);
    if (!c->column) return ST_MEMORY;
    TRY(csv_start(&w, NULL, e, "%s/curves_summary/%s.csv", g->out, c->of->label));
    w.out.derived = true;
    csv_put(&w, first->names[0]);
    for (size_t k = 1; k < first->n_columns; k++) {
        const char *name = first->names[k];
        const long since = record_counted_since(name);
        for (size_t i = 0; i < n; i++)
            c->column[k * n + i] =
                record_before(&g->runs, c->of->rows[i], since) ? CSV_NONE : csv_column(&c->v[i], name);
        put_heads(&w, name, parts, 3);
    }
    csv_end_row(&w);
    status st = ST_OK;
    for (size_t row = 0; st == ST_OK && row < first->n_rows; row++) st = write_row(&w, c, row, e);
    return csv_end(&w, st, e);
}

/* A table of what it took to reach accuracies, to the resolution of eval_every: means over the runs that
 * reached them. */
enum { ITERS, N_COSTS = 3, LEVELS_MOST = 5 };
struct cost_table {
    const char *accuracy, *costs[N_COSTS]; /* columns of the curves */
    double levels[LEVELS_MOST];            /* ends with 0 */
    bool ranks;                            /* of runs of several ranks, in place of all by their layers */
};
static const struct cost_table times = {
    "acc_train", {"iter", "train_s", "forward_passes"}, {0.9, 0.95, 0.98}, false};
static const struct cost_table traffic = {
    "acc_val", {"iter", "messages", "bytes_sent"}, {0.8, 0.9, 0.95, 0.98}, true};

/* The number of ranks that all runs of a group had; 1 if they differ. */
static double ranks_of(const struct groups *g, const struct group *one)
{
    double ranks = csv_value(&g->runs, one->rows[0], "ranks");
    for (size_t i = 1; i < one->n; i++)
        if (csv_value(&g->runs, one->rows[i], "ranks") != ranks) ranks = 1;
    return ranks;
}

/* Rows of one group. A cost is nan where its run never gets there, or was counted by an earlier rule. */
static status put_costs(struct csv_writer *w, const struct cost_table *t, const struct groups *g,
                        const struct group *one, const struct csv_table *curves, struct error *e)
{
    for (const double *level = t->levels; *level > 0; level++) {
        double costs[N_COSTS][GROUP_RUNS_MAX], reached = 0;
        for (size_t c = 0; c < N_COSTS; c++)
            for (size_t i = 0; i < one->n; i++) {
                double *cost = &costs[c][i];
                TRY(curve_cost(g, one->rows[i], &curves[i], t->accuracy, *level, t->costs[c], cost, e));
                if (isinf(*cost)) *cost = NAN;
                reached += c == ITERS && !isnan(*cost);
            }
        csv_put_texts(
            w,
            (const char *const[]){one->label, one->solver, t->ranks ? one->dataset : one->hidden, one->name},
            4);
        csv_put_number(w, t->ranks ? ranks_of(g, one) : (double)one->depth);
        csv_put_numbers(w, (const double[]){*level, (double)one->n, reached}, 3);
        for (size_t c = 0; c < N_COSTS; c++) {
            csv_put_number(w, mean_of(costs[c], one->n));
            if (!t->ranks) csv_put_number(w, deviation_of(costs[c], one->n));
        }
        csv_end_row(w);
    }
    return ST_OK;
}

/* The files that curves are read for, but for curves_summary/. */
struct cost_files {
    struct csv_writer times, traffic; /* traffic: all zero where no group has several ranks */
    struct profile_costs *costs;      /* [runs] */
};

/* All that comes from the curves of a group: each is read once. */
static status write_group(const struct groups *g, struct cost_files *f, struct curves *c, struct error *e)
{
    static const char *const needed[] = {"acc_train", "train_s"};
    const struct group *one = c->of;
    c->v = mem_alloc(&c->mem, one->n, sizeof *c->v, e);
    if (!c->v) return ST_MEMORY;
    for (size_t i = 0; i < one->n; i++)
        TRY(csv_load(&c->v[i], e, "%s/curves/%s.csv", g->folder, csv_text(&g->runs, one->rows[i], "run_id")));
    TRY(write_curve(g, c, e));
    for (size_t i = 0; i < one->n; i++) {
        TRY(csv_need(&c->v[i], needed, 2, e));
        TRY(profile_read(&f->costs[one->rows[i]], g, one->rows[i], &c->v[i], e));
    }
    TRY(put_costs(&f->times, &times, g, one, c->v, e));
    return ranks_of(g, one) > 1 ? put_costs(&f->traffic, &traffic, g, one, c->v, e) : ST_OK;
}

static status write_groups(const struct groups *g, struct cost_files *f, struct error *e)
{
    for (size_t i = 0; i < g->n; i++) {
        struct curves c = {.of = &g->group[i]};
        const status st = write_group(g, f, &c, e);
        for (size_t k = 0; c.v && k < c.of->n; k++) csv_table_free(&c.v[k]);
        mem_free(&c.mem);
        TRY(st);
    }
    return ST_OK;
}

/* Removes a file that may not be there. */
static status remove_file(const char *path, struct error *e)
{
    if (unlink(path) == 0 || errno == ENOENT) return ST_OK;
    return FAIL(e, ST_IO, "%s: cannot be removed: %s", path, strerror(errno));
}

/* Opens traffic.csv if a group has several ranks; else there is none. */
static status open_traffic(struct csv_writer *w, const struct groups *g, struct error *e)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/traffic.csv", g->out);
    for (size_t i = 0; i < g->n; i++)
        if (ranks_of(g, &g->group[i]) > 1)
            return csv_start(w,
                             "label,solver,dataset,name,ranks,level,seeds,reached,iters,messages,bytes_sent",
                             e, "%s", path);
    return remove_file(path, e);
}

/* Removes curves of groups that are no longer there: of rows that are gone, or of names that changed. */
static status remove_stale(const struct groups *g, const char *folder, struct error *e)
{
    char name[sizeof g->group->label + 8], path[4700];
    struct texts current = {.n = 0};
    struct find_list files = {.n = 0};
    for (size_t i = 0; i < g->n; i++) {
        (void)snprintf(name, sizeof name, "%s.csv", g->group[i].label);
        (void)texts_place(&current, name);
    }
    status st = find_ending(folder, ".csv", &files, e);
    for (size_t i = 0; st == ST_OK && !current.no_memory && i < files.n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files.names[i]);
        if (texts_find(&current, files.names[i]) == current.n) st = remove_file(path, e);
    }
    find_free(&files);
    return texts_end(&current, 1, st, "the names of groups", e);
}

status groups_write(const struct groups *g, struct error *e)
{
    char path[4096];
    struct mem m = {0};
    struct cost_files f = {.costs = NULL};
    TRY(write_summary(g, e));
    if (!g->curves) return ST_OK;
    (void)snprintf(path, sizeof path, "%s/curves_summary", g->out);
    TRY(path_make(path, e));
    TRY(csv_start(&f.times,
                  "label,solver,hidden,name,hidden_layers,accuracy,seeds,reached,iters_mean,iters_sd,"
                  "train_s_mean,train_s_sd,forward_passes_mean,forward_passes_sd",
                  e, "%s/time_to_accuracy.csv", g->out));
    status st = open_traffic(&f.traffic, g, e);
    f.costs = mem_alloc(&m, g->runs.n_rows, sizeof *f.costs, e);
    if (st == ST_OK) st = f.costs ? write_groups(g, &f, e) : ST_MEMORY;
    if (st == ST_OK) st = profile_write(g, f.costs, e);
    st = csv_end(&f.times, st, e);
    if (f.traffic.out.file) st = csv_end(&f.traffic, st, e);
    mem_free(&m);
    TRY(st);
    return remove_stale(g, path, e);
}
