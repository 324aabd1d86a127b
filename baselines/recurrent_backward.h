/* Backpropagation through time in a layer with recurrent weights or current-based synapses: what
 * network/recurrent.h does, backwards. */
#ifndef SPIKEBENCH_BASELINES_RECURRENT_BACKWARD_H
#define SPIKEBENCH_BASELINES_RECURRENT_BACKWARD_H

#include "baselines/backward.h"
#include "network/recurrent.h"

/* Layer l < L of a block that *w holds, the layers above being done: w->da (n_l x T*C, of the last hidden
 * layer not read: it is made from w->own) is d loss / d a_l through the layer above. Adds dW_l to gradient[l]
 * and dR_l to gradient[L + l], and leaves in w->da the same for the layer below, if it has a gradient. Over t
 * from the last step to the first, dv being d loss / d the sum of products that enters the current:
 *
 *   da_t += R_l' dv_{t+1};   dz_t from da_t and dz_{t+1} by lif_backward_step;   dv_t = dz_t + alpha dv_{t+1}
 *   dW_l = sum_t dv_t a_{l-1,t}',   dR_l = sum_t dv_t a_{l,t-1}',   da_{l-1,t} = W_l' dv_t
 *
 * alpha = 0 with delta synapses. */
void recurrent_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                        size_t C, const struct backward_options *o, size_t l, real *const *gradient);

#endif
