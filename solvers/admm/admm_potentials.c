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

void admm_update_potential(struct admm *s, size_t l, size_t chunk, size_t t, struct admm_sums *sums)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    real *z = admm_block(s, s->z[l], l, chunk) + step * t;
    const real *a = admm_block(s, s->a[l], l, chunk) + step * t,
               *v = admm_block(s, s->v[l], l, chunk) + step * t;
    const real delta = s->net->lif.leak, theta = s->net->lif.threshold, beta = (real)s->set.beta;
    const real rho = (real)s->rho[l];
    const bool has_next = t + 1 < s->T;
    const real weight = has_next ? rho * (1 + delta * delta) : rho;
    const real *z_before = t > 0 ? z - step : NULL, *a_before = t > 0 ? a - step : NULL;
    const real *z_next = has_next ? z + step : NULL, *v_next = has_next ? v + step : NULL;
    double change = 0;
    for (size_t i = 0; i < step; i++) {
        real m = v[i];
        if (t > 0) m += delta * z_before[i] - theta * a_before[i];
        if (has_next) m = (m + delta * (z_next[i] - v_next[i] + theta * a[i])) / (1 + delta * delta);
        real best = branch(m, weight, beta, a[i], theta);
        if (s->measure)
            change += branch_cost((double)best, (double)m, (double)weight, (double)beta, (double)a[i],
                                  (double)theta) -
                      branch_cost((double)z[i], (double)m, (double)weight, (double)beta, (double)a[i],
                                  (double)theta);
        z[i] = best;
    }
    sums->change_z += change;
}

void admm_update_paths(struct admm *s, size_t l, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk), size = step * s->T;
    real *z = admm_block(s, s->z[l], l, chunk), *g = w->product;
    const real *a = admm_block(s, s->a[l], l, chunk), *v = admm_block(s, s->v[l], l, chunk);
    const real theta = s->net->lif.threshold;
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
