/* See admm_readout.h. */
#include "solvers/admm/admm_readout.h"
#include "solvers/proximal/loss_prox.h"
#include <string.h>

/* z_{L,t}, t < T: both dynamics terms that it stands in, and the multiplier at t = T-1. */
static void output_step(struct admm *s, size_t chunk, size_t t)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), step = K * C;
    real *z = admm_block(s, s->z[s->L], s->L, chunk) + step * t;
    const real *v = admm_block(s, s->v[s->L], s->L, chunk) + step * t;
    const real *before = t > 0 ? z - step : NULL;
    const real *lambda = s->lambda + K * chunk_first(&s->part, chunk);
    const real delta = s->net->lif[s->L].leak, inverse = (real)(1.0 / s->rho[s->L]);
    for (size_t i = 0; i < step; i++) {
        real m = v[i] + (before ? delta * before[i] : 0) + delta * (z[i + step] - v[i + step]);
        if (t + 2 == s->T) m += delta * inverse * lambda[i];
        z[i] = m / (1 + delta * delta);
    }
}

/* The terms of the Lagrangian that z_L stands in, over a chunk. */
static double readout_value(const struct admm *s, size_t chunk)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), step = K * C,
           first = chunk_first(&s->part, chunk);
    const real *z = admm_block(s, s->z[s->L], s->L, chunk), *v = admm_block(s, s->v[s->L], s->L, chunk);
    const real *lambda = s->lambda + K * first;
    const double delta = (double)s->net->lif[s->L].leak;
    double sum = 0;
    for (size_t t = 0; t < s->T; t++) {
        double share = admm_multiplier_share(s, t);
        for (size_t i = 0; i < step; i++) {
            double r = (double)z[t * step + i] - (double)v[t * step + i];
            if (t > 0) r -= delta * (double)z[(t - 1) * step + i];
            sum += 0.5 * s->rho[s->L] * r * r + share * (double)lambda[i] * r;
        }
    }
    for (size_t c = 0; c < C; c++)
        sum += loss_value(s->net->loss, K, z + (s->T - 1) * step + c * K, s->labels[first + c], NULL);
    return sum;
}

/* z_{L,T} = argmin loss(z, y) + <lambda, z> + rho/2 ||z - s_T||^2, s_T = W_L a_{L-1,T} + delta z_{L,T-1}: a
 * proximal step of the loss at s_T - lambda / rho. For the squared loss (rho s_T + 2 y - lambda) / (2 + rho).
 */
static void output_last(struct admm *s, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), first = chunk_first(&s->part, chunk);
    size_t offset = K * C * (s->T - 1);
    real *z = admm_block(s, s->z[s->L], s->L, chunk) + offset;
    const real *v = admm_block(s, s->v[s->L], s->L, chunk) + offset;
    const real delta = s->net->lif[s->L].leak;
    const double rho = s->rho[s->L];
    double *centre = w->doubles, *d = centre + K, *work = centre + 2 * K;
    size_t newton = 0; /* steps: of no interest here */
    memcpy(s->last + K * first, z, K * C * sizeof *z);
    for (size_t c = 0; c < C; c++) {
        for (size_t k = 0; k < K; k++) {
            size_t i = c * K + k;
            real before = s->T > 1 ? delta * z[(ptrdiff_t)i - (ptrdiff_t)(K * C)] : 0;
            centre[k] = (double)(v[i] + before) - (double)s->lambda[K * first + i] / rho;
        }
        if (!loss_prox(s->net->loss, K, centre, s->labels[first + c], rho, d, work, &newton))
            sums->unsolved += 1;
        for (size_t k = 0; k < K; k++) z[c * K + k] = (real)(centre[k] + d[k]);
    }
}

/* All steps of z_L at once (solvers/proximal/joint_output.h). */
static void output_joint(struct admm *s, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk), step = K * C,
           first = chunk_first(&s->part, chunk);
    real *z = admm_block(s, s->z[s->L], s->L, chunk);
    const real *v = admm_block(s, s->v[s->L], s->L, chunk);
    const struct joint_output problem = {.loss = s->net->loss,
                                         .multiplier = s->set.multiplier,
                                         .K = K,
                                         .T = s->T,
                                         .rho = s->rho[s->L],
                                         .delta = (double)s->net->lif[s->L].leak};
    struct joint_output_stats stats = {0};
    memcpy(s->last + K * first, z + step * (s->T - 1), step * sizeof *z);
    joint_output_update(&problem, C, v, s->labels + first,
                        s->set.multiplier == MULTIPLIER_OFF ? NULL : s->lambda + K * first, z,
                        s->adjoint + K * first, w->doubles, &stats);
    sums->unsolved += (double)stats.unsolved;
}

void admm_update_output(struct admm *s, size_t chunk, struct admm_work *w, struct admm_sums *sums)
{
    struct step_time since = step_now(s->report);
    double before = s->measure ? readout_value(s, chunk) : 0;
    if (s->measure) step_spent(s->report, since, &sums->diagnostics);
    if (s->set.output == OUTPUT_JOINT) {
        output_joint(s, chunk, w, sums);
    } else {
        for (size_t k = 0; k + 1 < s->T; k++) output_step(s, chunk, s->time_order ? s->time_order[k] : k);
        output_last(s, chunk, w, sums);
    }
    if (!s->measure) return;
    since = step_now(s->report);
    sums->change_z += readout_value(s, chunk) - before;
    step_spent(s->report, since, &sums->diagnostics);
}

void admm_update_multiplier(struct admm *s)
{
    size_t K = s->net->n[s->L];
    const real delta = s->net->lif[s->L].leak, rho = (real)s->rho[s->L];
    if (s->set.multiplier == MULTIPLIER_OFF) return;
    const struct part_range own = own_chunks(s->env.pool, &s->part);
    if (s->set.output == OUTPUT_JOINT) { /* lambda_T + rho r_T = rho r~_T */
        const size_t first = K * chunk_first(&s->part, own.first), end = K * chunk_first(&s->part, own.end);
        memcpy(s->lambda + first, s->adjoint + first, (end - first) * sizeof *s->lambda);
        return;
    }
    for (size_t c = own.first; c < own.end; c++) {
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
