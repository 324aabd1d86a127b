/* See profile.h. */
#include "report/profile.h"
#include "support/texts.h"
#include <math.h>
#include <string.h>

enum { N_MEASURES = N_PROFILE_MEASURES, N_LEVELS = N_PROFILE_LEVELS };
const char *const profile_measures[N_MEASURES] = {"seconds", "forward_passes", "train_synops"};
static const char *const columns[N_MEASURES] = {"train_s", "forward_passes",
                                                "train_synops"}; /* of the curves */
static const double levels[N_LEVELS] = {0.80, 0.90, 0.95};

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

status profile_read(struct profile_costs *c, const struct groups *g, size_t row,
                    const struct csv_table *curve, struct error *e)
{
    for (size_t m = 0; m < N_MEASURES; m++)
        for (size_t l = 0; l < N_LEVELS; l++)
            TRY(curve_cost(g, row, curve, "acc_val", levels[l], columns[m], &c->of[m][l], e));
    return ST_OK;
}

/* The trainers and problems of an experiment. */
struct profile {
    struct mem mem;
    const struct groups *groups;
    const struct profile_costs *costs;
    struct group_list problem;
    struct texts trainer;
    size_t *run;                              /* [problems * trainers] its row + 1; 0: there is none */
    double *ratio;                            /* [problems * trainers] of those that are compared */
    double *sorted;                           /* [problems] room for the ratios of one */
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

/* Finds the run of each trainer on each problem. */
static status find_runs(struct profile *f, struct error *e)
{
    const struct groups *g = f->groups;
    TRY(group_rows(&f->problem, &g->runs, is_problem, true, &f->mem, e));
    size_t *trainer_of = mem_alloc(&f->mem, g->n, sizeof *trainer_of, e);
    if (!trainer_of) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++) {
        char name[GROUP_LABEL];
        name_trainer(&g->group[k], name);
        trainer_of[k] = texts_place(&f->trainer, name);
    }
    if (f->trainer.no_memory) return FAIL(e, ST_MEMORY, "no memory for the trainers' names");
    const size_t S = f->trainer.n, n = f->problem.n * S;
    f->run = mem_alloc(&f->mem, n, sizeof *f->run, e);
    f->ratio = mem_alloc(&f->mem, n, sizeof *f->ratio, e);
    f->sorted = mem_alloc(&f->mem, f->problem.n, sizeof *f->sorted, e);
    f->compared = mem_alloc(&f->mem, S, sizeof *f->compared, e);
    if (!f->run || !f->ratio || !f->sorted || !f->compared) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; i < g->group[k].n; i++) {
            const size_t row = g->group[k].rows[i];
            f->run[f->problem.of[row] * S + trainer_of[k]] = row + 1;
        }
    return ST_OK;
}

/* A cost that counts: nan where it is unknown, infinite where there is no run. `timed`: of runs that had the
 * machine to themselves alone. */
static double cost_of(const struct profile *f, size_t at, size_t m, size_t l, bool timed)
{
    if (f->run[at] == 0) return INFINITY;
    const size_t row = f->run[at] - 1;
    const bool shared = strcmp(csv_text(&f->groups->runs, row, "timing_valid"), "0") == 0;
    return timed && shared ? NAN : f->costs[row].of[m][l];
}

/* Computes the ratios of what is known: `timed` seconds only, or all. false if there is nothing. */
static bool select_known(struct profile *f, size_t m, size_t l, bool timed)
{
    const size_t S = f->trainer.n;
    f->n_compared = f->n_problems = 0;
    for (size_t s = 0; s < S; s++) {
        bool known = false;
        for (size_t at = s; at < f->problem.n * S; at += S)
            known = known || (f->run[at] && cost_of(f, at, m, l, timed) >= 0);
        if (known) f->compared[f->n_compared++] = s;
    }
    for (size_t p = 0; p < f->problem.n; p++) {
        bool known = f->n_compared > 0;
        for (size_t i = 0; i < f->n_compared; i++) {
            const double cost = cost_of(f, p * S + f->compared[i], m, l, timed);
            f->ratio[f->n_problems * f->n_compared + i] = cost;
            known = known && !isnan(cost);
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

status profile_write(const struct groups *g, const struct profile_costs *costs, struct error *e)
{
    struct profile f = {.groups = g, .costs = costs};
    struct csv_writer w;
    status st = find_runs(&f, e);
    if (st == ST_OK)
        st = csv_start(&w, "measure,level,label,ratio,share,problems,timing_valid", e, "%s/profile.csv",
                       g->out);
    for (size_t k = 0; st == ST_OK && k < N_MEASURES * N_LEVELS; k++) {
        const size_t m = k / N_LEVELS, l = k % N_LEVELS;
        const bool seconds = m == 0, timed = select_known(&f, m, l, seconds);
        if (timed || (seconds && select_known(&f, m, l, false))) put_profile(&w, &f, m, l, timed);
    }
    if (st == ST_OK) st = csv_close(&w, e);
    mem_free(&f.mem);
    return texts_end(&f.trainer, 1, st, "the trainers' names", e);
}
