/* See admm_potentials.h. */
#include "solvers/admm/admm_potentials.h"
#include <string.h>

/* The cheaper of the two branches of weight/2 (z - m)^2 + beta/2 (a - H(z - theta))^2. */
static inline real branch(real m, real weight, real beta, real a, real theta)
{
    real on = m > theta ? m : theta + ADMM_EPS, off = m > theta ? theta : m;
    real cost_on = weight * (on - m) * (on - m) + beta * (a - 1) * (a - 1);
    real cost_off = weight * (off - m) * (off - m) + beta * a * a;
    return cost_on < cost_off ? on : off;
}

static double branch_cost(double z, double m, double weight, double beta, double a, double theta)
{
    double gap = a - (z > theta ? 1.0 : 0.0);
    return 0.5 * weight * (z - m) * (z - m) + 0.5 * beta * gap * gap;
}

/* The two steps that z_t stands in: what q and r of docs/method.md, section 2, are made of. The step before
 * is NULL at t = 1, the one after at t = T. */
struct neighbours {
    const real *v, *a, *z_before, *a_before, *z_next, *v_next;
    real delta, theta;
};

/* m (one step) = the minimiser without the spike's term. */
static void free_minimiser(const struct neighbours *at, size_t step, real *restrict m)
{
    const real *restrict v = at->v, *restrict a = at->a, *restrict z_before = at->z_before,
                         *restrict a_before = at->a_before, *restrict z_next = at->z_next,
                         *restrict v_next = at->v_next;
    const real delta = at->delta, theta = at->theta, share = 1 / (1 + delta * delta);
    if (z_before && z_next)
        for (size_t i = 0; i < step; i++)
            m[i] = share * (v[i] + (delta * z_before[i] - theta * a_before[i]) +
                            delta * (z_next[i] - v_next[i] + theta * a[i]));
    else if (z_before)
        for (size_t i = 0; i < step; i++) m[i] = v[i] + (delta * z_before[i] - theta * a_before[i]);
    else if (z_next)
        for (size_t i = 0; i < step; i++)
            m[i] = share * (v[i] + delta * (z_next[i] - v_next[i] + theta * a[i]));
    else
        memcpy(m, v, step * sizeof *m);
}

void admm_update_potential(struct admm *s, size_t l, size_t chunk, size_t t, struct admm_work *w,
                           struct admm_sums *sums)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    real *restrict z = admm_block(s, s->z[l], l, chunk) + step * t, *restrict m = w->product;
    const real *restrict a = admm_block(s, s->a[l], l, chunk) + step * t;
    const real *v = admm_block(s, s->v[l], l, chunk) + step * t;
    const real delta = s->net->lif[l].leak, theta = s->net->lif[l].threshold, beta = (real)s->set.beta;
    const bool has_next = t + 1 < s->T;
    const real weight = (real)s->rho[l] * (has_next ? 1 + delta * delta : 1);
    const struct neighbours at = {.v = v,
                                  .a = a,
                                  .z_before = t > 0 ? z - step : NULL,
                                  .a_before = t > 0 ? a - step : NULL,
                                  .z_next = has_next ? z + step : NULL,
                                  .v_next = has_next ? v + step : NULL,
                                  .delta = delta,
                                  .theta = theta};
    double change = 0;
    free_minimiser(&at, step, m);
    for (size_t i = 0; i < step && s->measure; i++)
        change += branch_cost((double)branch(m[i], weight, beta, a[i], theta), (double)m[i], (double)weight,
                              (double)beta, (double)a[i], (double)theta) -
                  branch_cost((double)z[i], (double)m[i], (double)weight, (double)beta, (double)a[i],
                              (double)theta);
    for (size_t i = 0; i < step; i++) z[i] = branch(m[i], weight, beta, a[i], theta);
    sums->change_z += change;
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
