/* The membrane-potential blocks of the ADMM family and the multiplier. */
#include "solvers/admm_blocks.h"
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
    const real rho = (real)s->set.rho;
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

/* z_{L,t}, t < T: both dynamics terms that it stands in, and the multiplier at t = T-1. */
static void output_step(struct admm *s, size_t chunk, size_t t, struct admm_sums *sums)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), step = K * C;
    real *z = admm_block(s, s->z[s->L], s->L, chunk) + step * t;
    const real *v = admm_block(s, s->v[s->L], s->L, chunk) + step * t;
    const real *lambda = s->lambda + K * chunk_first(&s->part, chunk);
    const real delta = s->net->lif.leak, inverse = (real)(1.0 / s->set.rho_out);
    const double weight = s->set.rho_out * (1.0 + (double)delta * (double)delta);
    for (size_t i = 0; i < step; i++) {
        real m = v[i] + (t > 0 ? delta * z[i - step] : 0) + delta * (z[i + step] - v[i + step]);
        if (t + 2 == s->T) m += delta * inverse * lambda[i];
        m /= 1 + delta * delta;
        if (s->measure) sums->change_z -= 0.5 * weight * pow((double)z[i] - (double)m, 2.0);
        z[i] = m;
    }
}

/* z_{L,T} = (rho s_T + 2 y - lambda) / (2 + rho). */
static void output_last(struct admm *s, size_t chunk, struct admm_sums *sums)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), first = chunk_first(&s->part, chunk);
    size_t offset = K * C * (s->T - 1);
    real *z = admm_block(s, s->z[s->L], s->L, chunk) + offset;
    const real *v = admm_block(s, s->v[s->L], s->L, chunk) + offset;
    const real delta = s->net->lif.leak, rho = (real)s->set.rho_out;
    memcpy(s->last + K * first, z, K * C * sizeof *z);
    for (size_t c = 0; c < C; c++) {
        size_t label = (size_t)s->env->train.labels[batch_sample(&s->env->train, first + c)];
        for (size_t k = 0; k < K; k++) {
            size_t i = c * K + k;
            real predicted = v[i] + (s->T > 1 ? delta * z[(ptrdiff_t)i - (ptrdiff_t)(K * C)] : 0);
            real best =
                (rho * predicted + (k == label ? R(2.0) : R(0.0)) - s->lambda[K * first + i]) / (2 + rho);
            if (s->measure)
                sums->change_z -= 0.5 * (2.0 + s->set.rho_out) * pow((double)z[i] - (double)best, 2.0);
            z[i] = best;
        }
    }
}

void admm_update_output(struct admm *s, size_t chunk, struct admm_sums *sums)
{
    for (size_t k = 0; k + 1 < s->T; k++) output_step(s, chunk, s->time_order ? s->time_order[k] : k, sums);
    output_last(s, chunk, sums);
}

void admm_update_multiplier(struct admm *s)
{
    size_t K = s->net->n[s->L];
    const real delta = s->net->lif.leak, rho = (real)s->set.rho_out;
    for (size_t c = 0; c < s->part.n_chunks; c++) {
        size_t C = admm_chunk_size(s, c), step = K * C, offset = step * (s->T - 1);
        const real *z = admm_block(s, s->z[s->L], s->L, c) + offset,
                   *v = admm_block(s, s->v[s->L], s->L, c) + offset;
        real *lambda = s->lambda + K * chunk_first(&s->part, c);
        for (size_t i = 0; i < step; i++) {
            real before = s->T > 1 ? delta * z[(ptrdiff_t)i - (ptrdiff_t)step] : 0;
            lambda[i] += rho * (z[i] - before - v[i]);
        }
    }
}
