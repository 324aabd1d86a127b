/* The proximal step of the readout losses: one sample, exact or to a stated gradient. Used where an output
 * layer is solved for jointly over all time steps (solvers/proximal/joint_output.h). */
#ifndef SPIKEBENCH_SOLVERS_PROXIMAL_LOSS_PROX_H
#define SPIKEBENCH_SOLVERS_PROXIMAL_LOSS_PROX_H

#include "network/loss.h"
#include <stdbool.h>

/* Norm of the gradient that the cross-entropy's Newton iteration reaches. */
#define LOSS_PROX_GRADIENT 1e-10

/* d (K) = z* - c with z* = argmin_z loss(z, label) + weight/2 ||z - c||^2 (loss: network/loss.h; weight > 0).
 * The displacement is given rather than z*, because weight d = -grad loss(z*) keeps its digits where z* - c
 * would not; for the hinge it is the subgradient that makes the step stationary.
 *
 * With t the one-hot label, s = 2t - 1 and m = 1 - s c (each class alone):
 *   squared:        d = 2 (t - c) / (2 + weight)
 *   squared_hinge:  d = 2 s max(0, m) / (2 + weight)
 *   hinge:          d = s min(max(0, m), 1 / weight)
 *   cross_entropy:  Newton with the Hessian diag(p) + weight I - p p', p = softmax(c + d), inverted by
 *                   Sherman and Morrison's formula, the step halved until the gradient's norm falls.
 * In double whatever `real` is. work: 4K doubles. *steps (not NULL) is increased by the Newton steps taken.
 * Returns false if the gradient did not reach LOSS_PROX_GRADIENT (NaN or infinity in c; too many steps); d is
 * then the best point seen. */
bool loss_prox(enum loss kind, size_t K, const double *c, int label, double weight, double *d, double *work,
               size_t *steps);

#endif
