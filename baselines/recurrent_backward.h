/* Backpropagation through time in a layer with recurrent weights or current-based synapses: what
 * network/recurrent.h does, backwards. */
#ifndef SPIKEBENCH_BASELINES_RECURRENT_BACKWARD_H
#define SPIKEBENCH_BASELINES_RECURRENT_BACKWARD_H

#include "baselines/lif_backward.h"
#include "network/recurrent.h"

/* da (n_{L-1} x T*C): out, d loss / d a of the last hidden layer through the readout, through whose leak and
 * synapse credit flows back in time. own (n_{L-1} x C): W_L' times the derivative in the readout's potential
 * at each step that the scores read. potential (n_{L-1} x C): workspace. */
void recurrent_from_readout(const struct net *net, size_t T, size_t C, const real *own, real *potential,
                            real *da);

/* Layer l < L over t from the last step to the first; dv is d loss / d the sum of products that enters the
 * current:
 *
 *   da_t += R_l' dv_{t+1};   dz_t from da_t and dz_{t+1} by lif_backward_step;   dv_t = dz_t + alpha dv_{t+1}
 *
 * alpha = 0 with delta synapses. z, a (n_l x T*C): potentials and spikes; da (n_l x T*C): in d loss / d a
 * through the layer above, out with what comes through R_l; dv (n_l x T*C): out; dz: two workspaces of n_l x
 * C. Then dW_l = sum_t dv_t a_{l-1,t}', dR_l = sum_t dv_t a_{l,t-1}' and da_{l-1,t} = W_l' dv_t. */
void recurrent_through_time(const struct net *net, size_t l, size_t T, size_t C,
                            const struct backward_options *o, const real *z, const real *a, real *da,
                            real *const dz[2], real *dv);

#endif
