/* See admm_potentials.h. */
#include "solvers/admm/admm_potentials.h"
#include "network/kernels/kernels.h"
#include <string.h>

#define ALWAYS_INLINE __attribute__((always_inline))

static double branch_cost(double z, double m, double weight, double beta, double a, double theta)
{
    double gap = a - (z > theta ? 1.0 : 0.0);
    return 0.5 * weight * (z - m) * (z - m) + 0.5 * beta * gap * gap;
}

/* The two steps that z_t stands in: what q and r of docs/method.md, section 2, are made of. The step before
 * is NULL at t = 1, the one after at t = T. */
struct neighbours {
    const real *v, *a, *z_before, *a_before, *z_next, *v_next;
    real delta, theta, weight, beta; /* weight: of both steps' dynamics */
};

/* p + from, NULL where there is none. */
static const real *behind(const real *p, size_t from)
{
    return p ? p + from : NULL;
}

/* m = the minimiser without the spike's term of `size` potentials from number `from` on. */
static inline ALWAYS_INLINE void free_minimiser(const struct neighbours *at, size_t from, size_t size,
                                                real *restrict m)
{
    const real *restrict v = at->v + from, *restrict a = at->a + from,
                         *restrict z_before = behind(at->z_before, from),
                         *restrict a_before = behind(at->a_before, from),
                         *restrict z_next = behind(at->z_next, from),
                         *restrict v_next = behind(at->v_next, from);
    const real delta = at->delta, theta = at->theta, share = 1 / (1 + delta * delta);
    if (z_before && z_next)
        for (size_t i = 0; i < size; i++)
            m[i] = share * (v[i] + (delta * z_before[i] - theta * a_before[i]) +
                            delta * (z_next[i] - v_next[i] + theta * a[i]));
    else if (z_before)
        for (size_t i = 0; i < size; i++) m[i] = v[i] + (delta * z_before[i] - theta * a_before[i]);
    else if (z_next)
        for (size_t i = 0; i < size; i++)
            m[i] = share * (v[i] + delta * (z_next[i] - v_next[i] + theta * a[i]));
    else
        memcpy(m, v, size * sizeof *m);
}

/* So many potentials stay in the first-level cache. */
enum { SOME = 512 };
static size_t some_of(size_t step, size_t first)
{
    return step - first < SOME ? step - first : SOME;
}

/* z = the cheaper of the two branches of weight/2 (z - m)^2 + beta/2 (a - H(z - theta))^2, for at most SOME
 * potentials from number `from` on. A loop with one comparison each: compilers make vectors of these. */
static inline ALWAYS_INLINE void branches(const struct neighbours *at, size_t from, size_t size,
                                          const real *restrict m, real *restrict z)
{
    const real weight = at->weight, beta = at->beta, theta = at->theta, least = theta + ADMM_EPS;
    const real *restrict a = at->a + from;
    real on[SOME], off[SOME];
    for (size_t i = 0; i < size; i++) on[i] = m[i] > theta ? m[i] : least;
    for (size_t i = 0; i < size; i++) off[i] = m[i] > theta ? theta : m[i];
    for (size_t i = 0; i < size; i++) {
        real cost_on = weight * (on[i] - m[i]) * (on[i] - m[i]) + beta * (a[i] - 1) * (a[i] - 1);
        real cost_off = weight * (off[i] - m[i]) * (off[i] - m[i]) + beta * a[i] * a[i];
        z[i] = cost_on < cost_off ? on[i] : off[i];
    }
}

/* z of all potentials of the step. */
static inline ALWAYS_INLINE void take_branches(const struct neighbours *at, size_t step, real *z)
{
    real m[SOME];
    for (size_t first = 0; first < step; first += SOME) {
        const size_t size = some_of(step, first);
        free_minimiser(at, first, size, m);
        branches(at, first, size, m, z + first);
    }
}

/* Compiled for two kinds of processors, as the kernels are for three (network/kernels/kernels.h): nothing is
 * contracted, so that both give the same bits. */
static void take_branches_generic(const struct neighbours *at, size_t step, real *z)
{
    take_branches(at, step, z);
}
#ifdef __x86_64__
__attribute__((target("avx2"))) static void take_branches_avx2(const struct neighbours *at, size_t step,
                                                               real *z)
{
    take_branches(at, step, z);
}
#else
#define take_branches_avx2 take_branches_generic
#endif

/* What taking them changes of the Lagrangian. */
static double branches_change(const struct neighbours *at, size_t step, const real *z)
{
    const double weight = (double)at->weight, beta = (double)at->beta, theta = (double)at->theta;
    real m[SOME], next[SOME];
    double change = 0;
    for (size_t first = 0; first < step; first += SOME) {
        const size_t size = some_of(step, first);
        free_minimiser(at, first, size, m);
        branches(at, first, size, m, next);
        for (size_t i = 0; i < size; i++) {
            const double a = (double)at->a[first + i], free = (double)m[i];
            change += branch_cost((double)next[i], free, weight, beta, a, theta) -
                      branch_cost((double)z[first + i], free, weight, beta, a, theta);
        }
    }
    return change;
}

void admm_update_potential(struct admm *s, size_t l, size_t chunk, size_t t, struct admm_sums *sums)
{
    const size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    real *z = admm_block(s, s->z[l], l, chunk) + step * t;
    const real *a = admm_block(s, s->a[l], l, chunk) + step * t;
    const real *v = admm_block(s, s->v[l], l, chunk) + step * t;
    const real delta = s->net->lif[l].leak;
    const bool has_next = t + 1 < s->T;
    const struct neighbours at = {.v = v,
                                  .a = a,
                                  .z_before = t > 0 ? z - step : NULL,
                                  .a_before = t > 0 ? a - step : NULL,
                                  .z_next = has_next ? z + step : NULL,
                                  .v_next = has_next ? v + step : NULL,
                                  .delta = delta,
                                  .theta = s->net->lif[l].threshold,
                                  .weight = (real)s->rho[l] * (has_next ? 1 + delta * delta : 1),
                                  .beta = (real)s->set.beta};
    if (s->measure) sums->change_z += branches_change(&at, step, z);
    if (kernels() == kernels_level(0))
        take_branches_generic(&at, step, z);
    else
        take_branches_avx2(&at, step, z);
}

void admm_update_paths(struct admm *s, size_t l, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk), size = step * s->T;
    real *z = admm_block(s, s->z[l], l, chunk), *g = w->product;
    const real *a = admm_block(s, s->a[l], l, chunk), *v = admm_block(s, s->v[l], l, chunk);
    const real theta = s->net->lif[l].threshold;
    struct joint_potentials problem = s->paths; /* the tables of the leak, and this layer's penalties */
    struct joint_stats stats = {0};
    problem.rho = s->rho[l];
    problem.sigma = s->set.beta;
    memcpy(g, v, step * sizeof *g);
    for (size_t i = step; i < size; i++) g[i] = v[i] - theta * a[i - step];
    joint_potentials_update(&problem, s->set.potentials == POTENTIALS_PATTERN ? JOINT_PATTERN : JOINT_EXACT,
                            step, g, a, z, NULL, &w->paths, &stats);
    sums->change_z += stats.change;
    sums->rejected += (double)stats.rejected;
    sums->path_macs += stats.macs;
    sums->kkt_z = stats.kkt > sums->kkt_z ? stats.kkt : sums->kkt_z;
}
