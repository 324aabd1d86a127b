/* The readout's blocks of the ADMM family: z_L and the multiplier (docs/method.md, sections 3 and 4). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_READOUT_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_READOUT_H

#include "solvers/admm/admm_state.h"

/* z_{L,t} for all t of a chunk in closed form: one after another in the order time_order, or jointly, as
 * set.output says; the loss enters through its proximal step. */
void admm_update_output(struct admm *s, size_t chunk, struct admm_work *w, struct admm_sums *sums);
/* lambda += rho_L (z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}); with MULTIPLIER_ALL the same at every step,
 * which after a joint z_L step leaves lambda_t = delta^(T-t) lambda_T. */
void admm_update_multiplier(struct admm *s);

#endif
