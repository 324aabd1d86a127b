/* The hidden membrane potentials of the ADMM family (docs/method.md, sections 3 and 4). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_POTENTIALS_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_POTENTIALS_H

#include "solvers/admm/admm_state.h"

/* z_{l,t} of a hidden layer for one step of a chunk: the exact minimiser, element by element, over both
 * branches of the step function. */
void admm_update_potential(struct admm *s, size_t l, size_t chunk, size_t t, struct admm_sums *sums);
/* z_{l,1} .. z_{l,T} of a hidden layer jointly, path by path (neuron and sample), as set.potentials says;
 * taken only where the cost of the path falls, rejections counted (solvers/proximal/joint_potentials.h). */
void admm_update_paths(struct admm *s, size_t l, size_t chunk, struct admm_work *w, struct admm_sums *sums);

#endif
