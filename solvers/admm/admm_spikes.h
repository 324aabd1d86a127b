/* The spike block of the ADMM family: a symmetric positive definite system per (sample, step), the same
 * matrix for all samples, so that whole blocks of right-hand sides are solved at once (docs/method.md,
 * section 3). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_SPIKES_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_SPIKES_H

#include "solvers/admm/admm_state.h"

/* Factors the systems of layer l's spikes from W_{l+1}: M = rho_{l+1} W'W + s I with s = rho_l theta^2 + beta
 * before the last step and s = beta at the last one. ST_NUMERIC. */
status admm_factor_spikes(struct admm *s, size_t l, struct error *e);
/* a_{l,t} for steps first .. last-1 of a chunk (all of them < T-1, or exactly T-1): minimiser of the
 * Lagrangian, then the box [0, 1] as set.box says. Needs fresh v[l]. */
void admm_update_spikes(struct admm *s, size_t l, size_t chunk, size_t first, size_t last,
                        struct admm_work *w, struct admm_sums *sums);

#endif
