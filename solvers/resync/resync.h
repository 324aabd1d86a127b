/* Passes of admm_resync (docs/method.md, section 5). */
#ifndef SPIKEBENCH_SOLVERS_RESYNC_RESYNC_H
#define SPIKEBENCH_SOLVERS_RESYNC_RESYNC_H

#include "solvers/resync/resync_state.h"

/* The mini-batch of at most `size` samples that starts at place `first` of the order. */
struct resync_batch resync_batch_from(const struct resync *s, size_t first, size_t size);

/* keep > 0: the auxiliary potentials of a mini-batch as the network simulates them. */
void resync_start_kept(struct resync *s, const struct resync_batch *b);

/* Mean loss of the simulated network over a mini-batch. */
double resync_loss(struct resync *s, const struct resync_batch *b);

/* One sweep over a mini-batch: simulate, output pull, branch steps backwards, and all layers' W-steps. tau:
 * the step's size in membrane units. ST_NUMERIC if a system cannot be factored. */
status resync_sweep(struct resync *s, const struct resync_batch *b, double tau, struct step_report *r,
                    struct error *e);

extern const struct solver solver_admm_resync;

#endif
