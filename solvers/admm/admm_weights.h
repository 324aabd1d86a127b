/* The weight block of the ADMM family: a least-squares problem per layer (docs/method.md, section 3). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_WEIGHTS_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_WEIGHTS_H

#include "solvers/admm/admm_state.h"

/* W_l = argmin sum ||target - W a_{l-1}||^2 (+ shift ||W||^2 ridge, + shift ||W - W_old||^2 proximal; pinv:
 * the solution of least norm; linearised: set.inner majorised steps), then v[l]. 2 n_l n_{l-1} N T FLOPs for
 * each of D and v, n_{l-1}^2 N T for G, n_{l-1}^3/3 + 2 n_l n_{l-1}^2 to solve; layer 1 works on the sparse
 * lists and its factor is computed once. While measuring, *change receives the change of the Lagrangian.
 * ST_NUMERIC. */
status admm_update_weights(struct admm *s, size_t l, double *change, struct error *e);

#endif
