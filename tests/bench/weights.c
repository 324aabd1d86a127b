/* See pairs.h. W (G + shift I) = D with n = the order and m rows, as a weight block solves it.
 * FLOPs: n^3/3 for a Cholesky factor, 2 n^2 m for its solve. An eigenvalue decomposition takes a multiple of
 * n^3 that depends on how many eigenvalues it can split off: not counted. */
#include "support/blas.h"
#include "support/linsolve.h"
#include "tests/bench/pairs.h"
#include <string.h>

enum { COLUMNS_PER_NEURON = 20 };
static const double kappa = 0.01, rate = 0.15; /* shift = kappa tr(G)/n; spikes per neuron and step */

struct weights {
    size_t n, m;
    bool pinv;
    real *system; /* G + shift I, lower triangle */
    real *right, *solution[2];
    struct chol chol; /* A: its factor is made once, or in each run where B is the pseudo-inverse */
    struct chol anew;
    struct pinv inverse;
};

static status gram_of_data(struct weights *s, const struct bench_data *inputs, struct pair *p,
                           struct error *e)
{
    struct dataset d;
    status st = bench_open(&d, inputs, e);
    if (st == ST_OK) {
        struct batch b = dataset_batch(&d, SPLIT_TRAIN);
        s->n = d.info.n_inputs;
        s->system = mem_reals(&p->mem, s->n * s->n, e);
        if (!s->system) st = ST_MEMORY;
        for (size_t first = 0; st == ST_OK && first + CHUNK_MAX <= b.n; first += CHUNK_MAX)
            spikes_gram(&b, first, CHUNK_MAX, s->system);
    }
    dataset_free(&d);
    return st;
}

static status gram_of_neurons(struct weights *s, size_t order, struct rng *rng, struct pair *p,
                              struct error *e)
{
    size_t columns = COLUMNS_PER_NEURON * order;
    real *a = mem_reals(&p->mem, order * columns, e);
    s->n = order;
    s->system = mem_reals(&p->mem, order * order, e);
    if (!a || !s->system) return ST_MEMORY;
    bench_spikes(a, order * columns, rate, rng);
    blas_syrk(order, columns, R(1.0), a, order, R(0.0), s->system, order);
    return ST_OK;
}

static void count(struct pair *p, const struct weights *s)
{
    double n = (double)s->n, solve = 2 * n * n * (double)s->m, factor = n * n * n / 3;
    p->flops[SIDE_A] = s->pinv ? factor + solve : solve;
    p->flops[SIDE_B] = s->pinv ? NAN : factor + solve;
    (void)snprintf(p->sizes, sizeof p->sizes, "order %zu, %zu rows", s->n, s->m);
}

status weights_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    const struct weights_setting *set = setting;
    struct weights *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    struct rng rng;
    (void)variant;
    if (!s) return ST_MEMORY;
    rng_seed(&rng, 1, "weights");
    s->m = set->rows;
    s->pinv = set->pinv;
    TRY(set->inputs ? gram_of_data(s, set->inputs, p, e) : gram_of_neurons(s, set->order, &rng, p, e));
    (void)add_ridge(s->n, kappa, s->system);
    p->n_out = s->n * s->m;
    s->right = mem_reals(&p->mem, p->n_out, e);
    for (int side = 0; side < 2; side++) p->out[side] = s->solution[side] = mem_reals(&p->mem, p->n_out, e);
    if (!s->right || !s->solution[0] || !s->solution[1]) return ST_MEMORY;
    bench_normal(s->right, p->n_out, &rng);
    TRY(chol_create(&s->chol, s->n, &p->mem, e));
    if (s->pinv)
        TRY(pinv_create(&s->inverse, s->n, s->m, &p->mem, e));
    else
        TRY(chol_create(&s->anew, s->n, &p->mem, e));
    memcpy(s->chol.a, s->system, s->n * s->n * sizeof(real));
    TRY(chol_factor(&s->chol, e));
    count(p, s);
    return ST_OK;
}

static status factor_and_solve(struct chol *c, const struct weights *s, real *x, struct error *e)
{
    memcpy(c->a, s->system, s->n * s->n * sizeof(real));
    TRY(chol_factor(c, e));
    chol_solve_right(c, s->m, x, NULL);
    return ST_OK;
}

status weights_run(struct pair *p, enum side side, struct error *e)
{
    struct weights *s = p->state;
    real *x = s->solution[side];
    memcpy(x, s->right, s->n * s->m * sizeof *x);
    if (side == SIDE_A && s->pinv) return factor_and_solve(&s->chol, s, x, e);
    if (side == SIDE_A) {
        chol_solve_right(&s->chol, s->m, x, NULL);
        return ST_OK;
    }
    if (!s->pinv) return factor_and_solve(&s->anew, s, x, e);
    memcpy(s->inverse.q, s->system, s->n * s->n * sizeof(real));
    TRY(pinv_factor(&s->inverse, 0, e));
    pinv_solve_right(&s->inverse, s->m, x);
    return ST_OK;
}
