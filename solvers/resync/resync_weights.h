/* The weight step of admm_resync (docs/method.md, section 5.4). */
#ifndef SPIKEBENCH_SOLVERS_RESYNC_RESYNC_WEIGHTS_H
#define SPIKEBENCH_SOLVERS_RESYNC_RESYNC_WEIGHTS_H

#include "solvers/resync/resync_state.h"

/* The step of layer l's weights, dW in d[0][l]: D (G + shift I)^-1, or D itself. *squares: sum over samples
 * and steps of ||dW s||^2 = <dW G, dW>; with the solve dW G = D - shift dW, a difference of terms some kappa
 * times as large, hence the option's limit. Where layer 1's Gram matrix is that of more samples than the
 * mini-batch's, the batch has its share of the sum. ST_NUMERIC if the system cannot be factored. */
status resync_solve_layer(struct resync *s, const struct resync_batch *b, size_t l, struct step_report *r,
                          double *squares, struct error *e);
/* W_l += scale dW, or the same by way of the momentum's velocity. */
void resync_move_weights(struct resync *s, size_t l, double scale);

#endif
