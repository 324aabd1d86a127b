/* See traffic.h. */
#include "report/traffic.h"
#include "support/statistics.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { ITERS, MESSAGES, BYTES, N_COSTS };
static const char *const cost_columns[N_COSTS] = {"iter", "messages", "bytes_sent"};
static const double levels[] = {0.8, 0.9, 0.95, 0.98};
enum { N_LEVELS = sizeof levels / sizeof *levels };

/* The number of ranks that all runs of a group had; 1 if they differ. */
static double ranks_of(const struct groups *g, const struct group *one)
{
    double ranks = one->n > 0 ? csv_value(&g->runs, one->rows[0], "ranks") : 1;
    for (size_t i = 1; i < one->n; i++)
        if (csv_value(&g->runs, one->rows[i], "ranks") != ranks) ranks = 1;
    return ranks;
}

/* costs[level][cost][i] of run i: nan where it never gets there. */
static status read_costs(const struct groups *g, const struct group *one, size_t i,
                         double costs[N_LEVELS][N_COSTS][GROUP_RUNS_MAX], struct error *e)
{
    struct csv_table curve;
    status st = groups_curve(g, one->rows[i], &curve, e);
    for (size_t k = 0; k < N_LEVELS; k++)
        for (size_t c = 0; c < N_COSTS && st == ST_OK; c++) {
            st = curve_cost(&curve, "acc_val", levels[k], cost_columns[c], &costs[k][c][i], e);
            if (isinf(costs[k][c][i])) costs[k][c][i] = NAN;
        }
    csv_table_free(&curve);
    return st;
}

static status write_group(struct csv_writer *w, const struct groups *g, const struct group *one,
                          struct error *e)
{
    double costs[N_LEVELS][N_COSTS][GROUP_RUNS_MAX];
    for (size_t i = 0; i < one->n; i++) TRY(read_costs(g, one, i, costs, e));
    for (size_t k = 0; k < N_LEVELS; k++) {
        double reached = 0;
        for (size_t i = 0; i < one->n; i++) reached += !isnan(costs[k][ITERS][i]);
        csv_put_texts(w, (const char *const[]){one->label, one->solver, one->dataset, one->name}, 4);
        csv_put_numbers(w, (const double[]){ranks_of(g, one), levels[k], (double)one->n, reached}, 4);
        for (size_t c = 0; c < N_COSTS; c++) csv_put_number(w, mean_of(costs[k][c], one->n));
        csv_end_row(w);
    }
    return ST_OK;
}

status traffic_write(const struct groups *g, struct error *e)
{
    struct csv_writer w;
    char path[4096];
    size_t divided = 0;
    (void)snprintf(path, sizeof path, "%s/traffic.csv", groups_of_runs(g));
    for (size_t i = 0; i < g->n; i++) divided += ranks_of(g, &g->group[i]) > 1;
    if (divided == 0) {
        if (unlink(path) != 0 && errno != ENOENT)
            return FAIL(e, ST_IO, "%s: cannot be removed: %s", path, strerror(errno));
        return ST_OK;
    }
    TRY(csv_start(&w, "label,solver,dataset,name,ranks,level,seeds,reached,iters,messages,bytes_sent", e,
                  "%s", path));
    status st = ST_OK;
    for (size_t i = 0; i < g->n && st == ST_OK; i++)
        if (ranks_of(g, &g->group[i]) > 1) st = write_group(&w, g, &g->group[i], e);
    return csv_end(&w, st, e);
}
