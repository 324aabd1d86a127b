/* Hidden layers with recurrent weights, and current-based synapses (docs/method.md, section 1): where a
 * layer's current is more than W_l times the spikes below. Sparse and dense paths of simulate.c both end
 * here.
 *
 *   i_t = alpha i_{t-1} + W_l a_{l-1,t} + R_l a_{l,t-1}
 *
 *   z_t = leak z_{t-1} - reset + i_t                              (lif_step)
 *
 * alpha is net->synapse_decay, 0 with delta synapses. So a spike reaches the layer above in the same step,
 * and its own layer one step later. */
#ifndef SPIKEBENCH_NETWORK_RECURRENT_H
#define SPIKEBENCH_NETWORK_RECURRENT_H

#include "network/net.h"

/* Whether layers need the steps of this file: recurrent weights or current-based synapses. */
bool net_needs_steps(const struct net *net);

/* Layer l of C samples over T steps. z (n_l x T*C): in W_l a_{l-1}, out potentials; a (n_l x T*C): out; NULL:
 * the readout. smooth, slope: as lif_step. state: NULL, or where the layer begins and, on return, stands.
 * current (n_l x C): workspace where there is a decay but no state. */
void recurrent_simulate(const struct net *net, size_t l, size_t T, size_t C, real *z, real *a,
                        const struct surrogate *smooth, real slope, struct net_state *state, real *current);

#endif
