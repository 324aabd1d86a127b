/* What blocks of an ADMM iteration cost (trainer/cost.h), counted over M = `columns` (samples x steps) and
 * the list entries of the training samples.
 *
 * Layer 1 works on the lists: D_1 and V_1 take 2 n_1 e each, its solve 2 n_1 n_0^2 with the factor made once.
 * Each further layer l, n = n_l, m = n_{l-1}: D_l 2 n m M, Gram m^2 M, factor m^3/3, solve 2 n m^2, and V_l
 * once, after the later of W_l and a_{l-1}, 2 n m M. Spikes of hidden layer l, r = n_{l+1}: right-hand side 2
 * n r M, then 2 n^2 M by Cholesky, 4 n r M + 2 r^2 M by Woodbury, or 4 n r M by a linearised step; both
 * systems (t < T and t = T) are formed, k^2 times the other of n and r, and factored, k^3/3, k being the
 * order. Linearised steps: 2 k^2 for each product of a power iteration; a linearised weight step needs no
 * factor. box = exact: 4 n r M for each product of its iteration. Joint paths: joint_potentials.h. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_COST_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_COST_H

#include "solvers/admm/admm_state.h"
#include "trainer/cost.h"

/* The W_l step: D_l, its system and solve or step; without V_l. powers: products of the power iteration of a
 * linearised step. */
void admm_cost_weights(struct step_cost *c, const struct admm_settings *set, const struct net *net, size_t l,
                       double columns, double entries, double powers);
/* Layer 1's system, which is made once: the Gram matrix of the lists (spikes_squares) and its factor. */
void admm_cost_first_system(struct step_cost *c, const struct admm_settings *set, const struct net *net,
                            double squares, double powers);
/* The spikes of the hidden layer below W_{l+1}: systems, right-hand sides, solves. products: columns that
 * went through W and W' in these. */
void admm_cost_spikes(struct step_cost *c, const struct admm *s, size_t l, double columns, double products);

#endif
