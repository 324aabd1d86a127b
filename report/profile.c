/* See profile.h. */
#include "report/profile.h"
#include "records/record.h"
#include "support/texts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_MEASURES = N_PROFILE_MEASURES, N_LEVELS = 3 };
const char *const profile_measures[N_MEASURES] = {"seconds", "forward_passes", "train_synops"};
static const char *const columns[N_MEASURES] = {"train_s", "forward_passes",
                                                "train_synops"}; /* of the curves */
static const double levels[N_LEVELS] = {0.80, 0.90, 0.95};
static const double absent = -1; /* in place of a cost: there is no such run */

void profile_ratios(double *costs, size_t problems, size_t trainers)
{
    for (size_t p = 0; p < problems; p++) {
        double *cost = costs + p * trainers, least = INFINITY;
        for (size_t s = 0; s < trainers; s++) least = cost[s] < least ? cost[s] : least;
        for (size_t s = 0; s < trainers; s++) {
            if (isinf(cost[s])) continue;
            cost[s] = cost[s] > least ? cost[s] / least : 1; /* a least cost of 0 leaves infinity to others */
        }
    }
}

/* The costs of all trainers and problems of an experiment. */
struct profile {
    struct mem mem;
    const struct groups *groups;
    struct group_list problem;
    struct texts trainer;
    size_t *trainer_of;                 /* [groups] */
    double *cost[N_MEASURES][N_LEVELS]; /* [problems * trainers] seconds, passes, operations; nan: unknown */
    bool *shared;                       /* [problems * trainers] timing_valid is 0 */
    double *ratio;                      /* [problems * trainers] of those that are compared */
    double *sorted;                     /* [problems] room for the ratios of one */
    size_t *compared, n_problems, n_compared; /* [n_compared] trainers of `ratio`; its size */
};

static bool is_problem(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "network.hidden") == 0 || strcmp(name, "seed") == 0 ||
           strcmp(name, "dataset.split_seed") == 0;
}

/* The group's label without its widths and its split, which belong to the problem. */
static void name_trainer(const struct group *one, char *name)
{
    static const char split[] = "_split_seed=";
    line_name(one->name, one->hidden, one->label, name, GROUP_LABEL);
    char *cut = strstr(name, split);
    if (!cut) return;
    const char *rest = cut + sizeof split - 1;
    rest += strcspn(rest, "_");
    memmove(cut, rest, strlen(rest) + 1);
}

status profile_begin(struct profile **out, const struct groups *g, struct error *e)
{
    struct profile *f = *out = calloc(1, sizeof *f);
    if (!f) return FAIL(e, ST_MEMORY, "no memory for profiles");
    f->groups = g;
    TRY(group_rows(&f->problem, &g->runs, is_problem, true, &f->mem, e));
    f->trainer_of = mem_alloc(&f->mem, g->n, sizeof *f->trainer_of, e);
    f->compared = mem_alloc(&f->mem, g->n, sizeof *f->compared, e);
    if (!f->trainer_of || !f->compared) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++) {
        char name[GROUP_LABEL];
        name_trainer(&g->group[k], name);
        f->trainer_of[k] = texts_place(&f->trainer, name);
    }
    if (f->trainer.no_memory) return FAIL(e, ST_MEMORY, "no memory for the trainers' names");
    const size_t n = f->problem.n * f->trainer.n;
    f->shared = mem_alloc(&f->mem, n, sizeof *f->shared, e);
    f->ratio = mem_alloc(&f->mem, n, sizeof *f->ratio, e);
    f->sorted = mem_alloc(&f->mem, f->problem.n, sizeof *f->sorted, e);
    if (!f->shared || !f->ratio || !f->sorted) return ST_MEMORY;
    for (size_t k = 0; k < N_MEASURES * N_LEVELS; k++) {
        double *cost = f->cost[k / N_LEVELS][k % N_LEVELS] = mem_alloc(&f->mem, n, sizeof *cost, e);
        if (!cost) return ST_MEMORY;
        for (size_t i = 0; i < n; i++) cost[i] = absent;
    }
    return ST_OK;
}

status profile_add(struct profile *f, size_t group, size_t row, const struct csv_table *curve,
                   struct error *e)
{
    const struct csv_table *runs = &f->groups->runs;
    const size_t at = f->problem.of[row] * f->trainer.n + f->trainer_of[group];
    for (size_t m = 0; m < N_MEASURES; m++) {
        const bool counted = !record_counted_otherwise(runs, row, columns[m]);
        for (size_t l = 0; l < N_LEVELS; l++) {
            f->cost[m][l][at] = NAN;
            if (counted) TRY(curve_cost(curve, "acc_val", levels[l], columns[m], &f->cost[m][l][at], e));
        }
    }
    f->shared[at] = strcmp(csv_text(runs, row, "timing_valid"), "0") == 0;
    return ST_OK;
}

/* Computes the ratios of what is known: `timed` seconds only, or all. false if there is nothing. */
static bool select_known(struct profile *f, size_t m, size_t l, bool timed)
{
    const double *cost = f->cost[m][l];
    size_t S = f->trainer.n;
    f->n_compared = f->n_problems = 0;
    for (size_t s = 0; s < S; s++) {
        bool known = false;
        for (size_t p = 0; p < f->problem.n; p++)
            known = known || (cost[p * S + s] >= 0 && !(timed && f->shared[p * S + s]));
        if (known) f->compared[f->n_compared++] = s;
    }
    for (size_t p = 0; p < f->problem.n; p++) {
        bool known = f->n_compared > 0;
        for (size_t i = 0; i < f->n_compared; i++) {
            size_t at = p * S + f->compared[i];
            f->ratio[f->n_problems * f->n_compared + i] = cost[at] == absent ? INFINITY : cost[at];
            known = known && !isnan(cost[at]) && !(timed && f->shared[at]);
        }
        f->n_problems += known;
    }
    profile_ratios(f->ratio, f->n_problems, f->n_compared);
    return f->n_problems > 0;
}

/* The steps of each profile, which are the ratios of its trainer in order: the share of problems at each. */
static void put_profile(struct csv_writer *w, const struct profile *f, size_t m, size_t l, bool timed)
{
    const size_t n = f->n_problems;
    double last = 1;
    for (size_t k = 0; k < n * f->n_compared; k++)
        if (!isinf(f->ratio[k]) && f->ratio[k] > last) last = f->ratio[k];
    for (size_t i = 0; i < f->n_compared; i++) {
        size_t within = 0;
        for (size_t p = 0; p < n; p++) f->sorted[p] = f->ratio[p * f->n_compared + i];
        sort_numbers(f->sorted, n);
        for (double x = 1; x <= last;) {
            while (within < n && f->sorted[within] <= x) within++;
            const double next = within < n ? f->sorted[within] : INFINITY;
            csv_put(w, profile_measures[m]);
            csv_put_number(w, levels[l]);
            csv_put(w, f->trainer.v[f->compared[i]]);
            csv_put_numbers(w, (const double[]){x, (double)within / (double)n, (double)n, timed}, 4);
            csv_end_row(w);
            x = isinf(next) && x < last ? last : next;
        }
    }
}

status profile_end(struct profile *f, status st, struct error *e)
{
    struct csv_writer w;
    if (!f) return st;
    if (st == ST_OK)
        st = csv_start(&w, "measure,level,label,ratio,share,problems,timing_valid", e, "%s/profile.csv",
                       groups_of_runs(f->groups));
    for (size_t k = 0; st == ST_OK && k < N_MEASURES * N_LEVELS; k++) {
        const size_t m = k / N_LEVELS, l = k % N_LEVELS;
        const bool seconds = m == 0, timed = select_known(f, m, l, seconds);
        if (timed || (seconds && select_known(f, m, l, false))) put_profile(&w, f, m, l, timed);
    }
    if (st == ST_OK) st = csv_close(&w, e);
    texts_free(&f->trainer);
    mem_free(&f->mem);
    free(f);
    return st;
}
