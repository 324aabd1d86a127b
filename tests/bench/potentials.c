/* See pairs.h. PATHS paths of T steps (solvers/proximal/joint_potentials.h). A: the whole update, which finds
 * the steps that sit on a bound and then compares costs. B is told these steps by A and solves the dense
 * system of order T for the others: less than any dense method must do. FLOPs: B T^3/3 + 2 T^2 a path; A
 * depends on the bounds: not counted. */
#include "solvers/proximal/joint_potentials.h"
#include "support/linsolve.h"
#include "tests/bench/pairs.h"
#include <stdbool.h>
#include <string.h>

enum { PATHS = 256 };
static const double delta = 0.9;
struct potentials {
    size_t T, size;
    struct joint_potentials tables;
    struct joint_work work;
    struct joint_stats stats;
    real *g, *a, *far, *z[2];
    struct chol chol; /* of order T */
    real *right;
};

status potentials_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    struct potentials *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    struct rng rng;
    (void)variant;
    if (!s) return ST_MEMORY;
    s->T = *(const size_t *)setting;
    p->n_out = s->size = s->T * PATHS;
    TRY(joint_potentials_create(&s->tables, s->T, 1, 1, (real)delta, R(1.0), R(1e-3), &p->mem, e));
    TRY(joint_work_create(&s->work, s->T, &p->mem, e));
    TRY(chol_create(&s->chol, s->T, &p->mem, e));
    real **blocks[] = {&s->g, &s->a, &s->far, &s->z[0], &s->z[1], &s->right};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (!(*blocks[i] = mem_reals(&p->mem, s->size, e))) return ST_MEMORY;
    rng_seed(&rng, 1, "potentials");
    bench_normal(s->g, s->size, &rng);
    bench_spikes(s->a, s->size, 0.15, &rng);
    for (size_t i = 0; i < s->size; i++) s->g[i] *= R(0.5);
    for (size_t i = 0; i < s->size; i++) s->far[i] = R(1e3); /* costs more than any solution */
    for (int side = 0; side < 2; side++) p->out[side] = s->z[side];
    double T = (double)s->T;
    p->flops[SIDE_B] = PATHS * (T * T * T / 3 + 2 * T * T);
    p->bytes[SIDE_A] = 4 * (double)(s->size * sizeof(real)); /* g, a, z in and out */
    p->bytes[SIDE_B] = 3 * (double)(s->size * sizeof(real)); /* g, A's z, z */
    (void)snprintf(p->sizes, sizeof p->sizes, "%d paths, T %zu", PATHS, s->T);
    return ST_OK;
}

/* Whether A left z on a bound, up to the rounding of z - z0 + z0. */
static bool on_bound(const struct potentials *s, real z)
{
    const double near = REAL_SELECT(1e-9, 1e-6);
    return fabs((double)z - s->tables.off) < near || fabs((double)z - s->tables.on) < near;
}

/* d/dz_t of sum_t (z_t - delta z_{t-1} - g_t)^2 / 2 = 0 for free steps, z_t as A left it for the others,
 * whose columns go to the right-hand side. */
static status dense_path(struct potentials *s, size_t path, struct error *e)
{
    const size_t T = s->T;
    const real d = (real)delta, *g = s->g + path, *known = s->z[SIDE_A] + path;
    real *K = s->chol.a, *b = s->right;
    memset(K, 0, T * T * sizeof *K);
    for (size_t t = 0; t < T; t++) {
        bool bound = on_bound(s, known[t * PATHS]);
        b[t] = bound ? known[t * PATHS] : g[t * PATHS] - (t + 1 < T ? d * g[(t + 1) * PATHS] : 0);
        K[t * T + t] = bound || t + 1 == T ? R(1.0) : 1 + d * d;
    }
    for (size_t t = 0; t + 1 < T; t++) {
        real z = known[t * PATHS], next = known[(t + 1) * PATHS];
        bool bound = on_bound(s, z), next_bound = on_bound(s, next);
        if (!bound && !next_bound) K[t * T + t + 1] = -d;
        if (!bound && next_bound) b[t] += d * next;
        if (bound && !next_bound) b[t + 1] += d * z;
    }
    TRY(chol_factor(&s->chol, e));
    chol_solve(&s->chol, 1, b);
    for (size_t t = 0; t < T; t++) s->z[SIDE_B][t * PATHS + path] = b[t];
    return ST_OK;
}

status potentials_run(struct pair *p, enum side side, struct error *e)
{
    struct potentials *s = p->state;
    if (side == SIDE_A) {
        memcpy(s->z[SIDE_A], s->far, s->size * sizeof(real));
        joint_potentials_update(&s->tables, JOINT_PATTERN, PATHS, s->g, s->a, s->z[SIDE_A], NULL, &s->work,
                                &s->stats);
        return ST_OK;
    }
    for (size_t path = 0; path < PATHS; path++) TRY(dense_path(s, path, e));
    return ST_OK;
}
