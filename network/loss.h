/* Losses of the readout. Every trainer and every evaluation uses these. */
#ifndef SPIKEBENCH_NETWORK_LOSS_H
#define SPIKEBENCH_NETWORK_LOSS_H

#include "support/real.h"
#include <stddef.h>

enum loss { LOSS_SQUARED, LOSS_CROSS_ENTROPY, LOSS_SQUARED_HINGE, LOSS_HINGE };
extern const char *const loss_names[]; /* "squared", "cross_entropy", "squared_hinge", "hinge", NULL */

/* Loss of one sample with scores s (K) and label y, t one-hot:
 *   squared:        sum_k (s_k - t_k)^2                       (the paper's)
 *   cross_entropy:  log sum_k exp(s_k) - s_y                  (shifted by the maximum)
 *   squared_hinge:  sum_k max(0, 1 - (2 t_k - 1) s_k)^2
 *   hinge:          sum_k max(0, 1 - (2 t_k - 1) s_k)
 * gradient: NULL or out (K), d loss / d s; at the hinge's kink the subgradient 0. */
double loss_value(enum loss kind, size_t K, const real *scores, int label, real *gradient);

/* The same for real-valued targets, of which squared alone is defined, sum_k (s_k - target_k)^2: solver_suits
 * refuses any other kind (trainer/suit.h). */
double loss_regression(size_t K, const real *scores, const real *target, real *gradient);

/* Index of the largest score, the lowest index among equals. */
size_t loss_argmax(size_t K, const real *scores);

#endif
