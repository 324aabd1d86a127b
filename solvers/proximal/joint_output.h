/* The potentials of the output layer for all time steps at once, in closed form.
 *
 * One sample, K classes, steps t = 1..T, z_0 = 0, v_t = W_L a_{L-1,t} given:
 *
 *   minimise over z_1..z_T   loss(z_T, label) + sum_t <lambda_t, r_t> + rho/2 sum_t ||r_t||^2,
 *                            r_t = z_t - delta z_{t-1} - v_t.
 *
 * Completing the square, r~_t = r_t + lambda_t / rho; the layer is linear, so
 *   z_T = c + sum_t delta^(T-t) r~_t,   c = sum_t delta^(T-t) (v_t - lambda_t / rho).
 * For a given z_T the least sum of ||r~_t||^2 is r~_t = delta^(T-t) nu with nu = (z_T - c) / E,
 * E = sum_t delta^(2(T-t)), and it is worth ||z_T - c||^2 / E: what is left is ONE proximal step,
 *   z_T = argmin_z loss(z) + rho/(2E) ||z - c||^2 (solvers/proximal/loss_prox.h). The multiplier's ascent
 * step is then exact: lambda_t + rho r_t = rho r~_t = delta^(T-t) rho nu, and by stationarity rho nu = -grad
 * loss(z_T) =: lbar. So a multiplier on every step is delta^(T-t) lbar, the adjoint of the readout, and K
 * numbers per sample hold it. With a multiplier on the last step alone the formulas are the same with
 * lambda_t = 0 for t < T, and the ascent step gives lambda_T = lbar again. */
#ifndef SPIKEBENCH_SOLVERS_PROXIMAL_JOINT_OUTPUT_H
#define SPIKEBENCH_SOLVERS_PROXIMAL_JOINT_OUTPUT_H

#include "network/loss.h"

enum joint_multiplier {
    MULTIPLIER_OFF,  /* lambda_t = 0 */
    MULTIPLIER_LAST, /* lambda_T = lbar, else 0 */
    MULTIPLIER_ALL   /* lambda_t = delta^(T-t) lbar */
};

struct joint_output {
    enum loss loss;
    enum joint_multiplier multiplier;
    size_t K, T;  /* classes, steps; T >= 1 */
    double rho;   /* penalty of the output layer's dynamics, > 0 */
    double delta; /* leak, 0 .. 1 */
};

struct joint_output_stats {
    size_t newton_steps; /* of the cross-entropy, over all samples */
    size_t unsolved;     /* samples whose proximal step did not converge: their z is the best point seen */
};

/* Doubles of workspace that joint_output_update needs for chunks of C samples. */
size_t joint_output_work(size_t K, size_t C);

/* z (K x T*C, column t*C + c) = the minimiser above for each of C samples, in double, rounded once.
 * v: K x T*C. labels: C. lbar: K x C, read unless the multiplier is off (NULL then). lbar_new: NULL (the
 * multiplier is left as it is) or K x C, may be lbar: -grad loss(z_T), the multiplier after its ascent step
 * (written with the multiplier off, too). *stats is added to. About 8 K T C FLOPs and the proximal steps. */
void joint_output_update(const struct joint_output *p, size_t C, const real *v, const int *labels,
                         const real *lbar, real *z, real *lbar_new, double *work,
                         struct joint_output_stats *stats);

/* The objective above at any z, summed over C samples; lbar as before. work: K doubles. */
double joint_output_cost(const struct joint_output *p, size_t C, const real *v, const int *labels,
                         const real *lbar, const real *z, double *work);

#endif
