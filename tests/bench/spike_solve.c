/* See pairs.h. M x = b, M = rho W'W + s I of order n, W r x n, m columns: one iteration's factor and solve.
 * FLOPs: Woodbury r^2 n + r^3/3 for the factor, (4 n r + 2 r^2) m for the solve; whole n^2 r + n^3/3 and
 * 2 n^2 m. */
#include "solvers/admm/admm_blocks.h"
#include "support/blas.h"
#include "tests/bench/pairs.h"

struct spike_solve {
    struct spike_setting set;
    struct spike_system system[2];
    real *W, *right, *solution[2], *small;
};

static void count(struct pair *p, const struct spike_setting *set)
{
    double n = (double)set->order, r = (double)set->rows, m = (double)set->columns;
    p->flops[SIDE_A] = r * r * n + r * r * r / 3 + (4 * n * r + 2 * r * r) * m;
    p->flops[SIDE_B] = n * n * r + n * n * n / 3 + 2 * n * n * m;
    p->bytes[SIDE_A] = p->bytes[SIDE_B] = (double)sizeof(real) * (n * r + 2 * n * m);
    (void)snprintf(p->sizes, sizeof p->sizes, "%zu spikes, next layer %zu, %zu columns", set->order,
                   set->rows, set->columns);
}

status spike_solve_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    struct spike_solve *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    struct rng rng;
    (void)variant;
    if (!s) return ST_MEMORY;
    s->set = *(const struct spike_setting *)setting;
    p->n_out = s->set.order * s->set.columns;
    s->W = mem_reals(&p->mem, s->set.rows * s->set.order, e);
    s->right = mem_reals(&p->mem, p->n_out, e);
    s->small = mem_reals(&p->mem, s->set.rows * s->set.columns, e);
    if (!s->W || !s->right || !s->small) return ST_MEMORY;
    for (int side = 0; side < 2; side++) {
        s->system[side] = (struct spike_system){.woodbury = side == SIDE_A, .s = 1, .rho = 1};
        TRY(chol_create(&s->system[side].chol, side == SIDE_A ? s->set.rows : s->set.order, &p->mem, e));
        p->out[side] = s->solution[side] = mem_reals(&p->mem, p->n_out, e);
        if (!p->out[side]) return ST_MEMORY;
    }
    rng_seed(&rng, 1, "spikes");
    bench_normal(s->W, s->set.rows * s->set.order, &rng);
    bench_normal(s->right, p->n_out, &rng);
    count(p, &s->set);
    return ST_OK;
}

/* s / rho = 1: the same shift on both sides, as admm_factor_spikes adds it. */
status spike_solve_run(struct pair *p, enum side side, struct error *e)
{
    struct spike_solve *s = p->state;
    struct spike_system *system = &s->system[side];
    struct chol *c = &system->chol;
    size_t n = s->set.order, r = s->set.rows;
    if (system->woodbury)
        blas_syrk(r, n, R(1.0), s->W, r, R(0.0), c->a, r);
    else
        blas_syrk_trans(n, r, R(1.0), s->W, r, R(0.0), c->a, n);
    for (size_t i = 0; i < c->n; i++) c->a[i * c->n + i] += R(1.0);
    TRY(chol_factor(c, e));
    admm_spike_solve(system, s->W, r, n, s->set.columns, s->right, s->solution[side], s->small);
    return ST_OK;
}
