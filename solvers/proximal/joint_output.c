/* The potentials of the output layer for all time steps at once. */
#include "solvers/proximal/joint_output.h"
#include "solvers/proximal/loss_prox.h"
#include <string.h>

size_t joint_output_work(size_t K, size_t C)
{
    return 2 * K * C + 4 * K;
}

/* delta^(T-1-t), t from 0. */
static double gain_at(const struct joint_output *p, size_t t)
{
    return pow(p->delta, (double)(p->T - 1 - t));
}

/* sum_t delta^(2(T-t)) */
static double energy(const struct joint_output *p)
{
    double sum = 0;
    for (size_t t = 0; t < p->T; t++) sum = p->delta * p->delta * sum + 1;
    return sum;
}

/* lambda_t = multiplier_gain lbar. */
static double multiplier_gain(const struct joint_output *p, size_t t)
{
    if (p->multiplier == MULTIPLIER_ALL) return gain_at(p, t);
    return p->multiplier == MULTIPLIER_LAST && t + 1 == p->T ? 1.0 : 0.0;
}

void joint_output_update(const struct joint_output *p, size_t C, const real *v, const int *labels,
                         const real *lbar, real *z, real *lbar_new, double *work,
                         struct joint_output_stats *stats)
{
    const size_t K = p->K, step = K * C;
    const double E = energy(p), weight = p->rho / E;
    const double shift = p->multiplier == MULTIPLIER_OFF ? 0 : p->multiplier == MULTIPLIER_LAST ? 1 : E;
    double *state = work, *nu = work + step, *prox = work + 2 * step;
    memset(state, 0, step * sizeof *state);
    for (size_t t = 0; t < p->T; t++)
        for (size_t i = 0; i < step; i++) state[i] = p->delta * state[i] + (double)v[t * step + i];
    if (shift > 0)
        for (size_t i = 0; i < step; i++) state[i] -= shift / p->rho * (double)lbar[i];
    for (size_t c = 0; c < C; c++)
        if (!loss_prox(p->loss, K, state + c * K, labels[c], weight, nu + c * K, prox, &stats->newton_steps))
            stats->unsolved++;
    for (size_t i = 0; i < step; i++) {
        nu[i] /= E;
        state[i] = 0;
    }
    for (size_t t = 0; t < p->T; t++) {
        const double gain = gain_at(p, t), multiplier = multiplier_gain(p, t) / p->rho;
        const real *v_t = v + t * step;
        real *z_t = z + t * step;
        for (size_t i = 0; i < step; i++) {
            double r = gain * nu[i];
            if (multiplier > 0) r -= multiplier * (double)lbar[i];
            state[i] = p->delta * state[i] + (double)v_t[i] + r;
            z_t[i] = (real)state[i];
        }
    }
    if (lbar_new)
        for (size_t i = 0; i < step; i++) lbar_new[i] = (real)(p->rho * nu[i]);
}

double joint_output_cost(const struct joint_output *p, size_t C, const real *v, const int *labels,
                         const real *lbar, const real *z, double *work)
{
    const size_t K = p->K, step = K * C;
    double cost = 0;
    for (size_t c = 0; c < C; c++) {
        memset(work, 0, K * sizeof *work);
        for (size_t t = 0; t < p->T; t++) {
            const double multiplier = multiplier_gain(p, t);
            const size_t at = t * step + c * K;
            for (size_t k = 0; k < K; k++) {
                double r = (double)z[at + k] - p->delta * work[k] - (double)v[at + k];
                cost += p->rho / 2 * r * r;
                if (multiplier > 0) cost += multiplier * (double)lbar[c * K + k] * r;
                work[k] = (double)z[at + k];
            }
        }
        cost += loss_value(p->loss, K, z + (p->T - 1) * step + c * K, labels[c], NULL);
    }
    return cost;
}
