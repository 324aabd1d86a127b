/* See pairs.h. M x = b, M = rho W'W + s I of order n, W r x n, m columns: one iteration's factor and solve.
 * FLOPs: Woodbury r^2 n + r^3/3 for the factor, (4 n r + 2 r^2) m for the solve; whole n^2 r + n^3/3 and
 * 2 n^2 m. */
#include "solvers/admm/admm_systems.h"
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
        TRY(spike_system_create(&s->system[side], s->set.rows, s->set.order, side == SIDE_A, false, &p->mem,
                                e));
        p->out[side] = s->solution[side] = mem_reals(&p->mem, p->n_out, e);
        if (!p->out[side]) return ST_MEMORY;
    }
    rng_seed(&rng, 1, "spikes");
    bench_normal(s->W, s->set.rows * s->set.order, &rng);
    bench_normal(s->right, p->n_out, &rng);
    count(p, &s->set);
    return ST_OK;
}

status spike_solve_run(struct pair *p, enum side side, struct error *e)
{
    struct spike_solve *s = p->state;
    struct spike_system *system = &s->system[side];
    TRY(spike_system_factor(system, s->W, 1, 1, e));
    spike_solve(system, s->set.columns, s->right, s->solution[side], s->small);
    return ST_OK;
}
