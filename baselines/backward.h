/* Backpropagation through time for one block of samples. */
#ifndef SPIKEBENCH_BASELINES_BACKWARD_H
#define SPIKEBENCH_BASELINES_BACKWARD_H

#include "baselines/lif_backward.h"
#include "network/net.h"
#include "trainer/solver.h"

/* Workspaces of a thread for blocks of at most C_max samples. */
struct backward {
    size_t lowest; /* layers below it get no gradient, and nothing is computed for them; 1 at first */
    struct trace trace;
    real *da;     /* widest hidden layer x T*C: d loss / d a of a layer, through the layer above */
    real *dz;     /* widest hidden layer x T*C */
    real *own;    /* n_{L-1} x C: d loss / d a of the last hidden layer at a step that the scores read */
    real *scores; /* n_L x C */
    real *dscores;
    real *step[2]; /* widest hidden layer x C, where net_needs_steps: dz of a step and of the step after */
};
status backward_create(struct backward *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                       struct error *e);
/* Workspaces of all threads for layers lowest .. L. ST_MEMORY. */
status backward_create_all(struct backward **w, const struct shapes *shapes, size_t C_max, size_t lowest,
                           struct mem *m, struct error *e);
/* Simulates samples first .. first+C-1 and adds to gradient[l] (n_l x n_{l-1}, l = w->lowest .. L) the
 * derivative of the SUM of the samples' losses (net->loss at net->readout) in W_l, the spike's derivative
 * being the surrogate's (Neftci, Mostafa, Zenke 2019). Backwards over layers l and steps t:
 *
 *   soft reset:  dz_t += leak dz_{t+1}             da_t -= threshold dz_{t+1}
 *   hard reset:  dz_t += leak (1 - a_t) dz_{t+1}   da_t -= leak z_t dz_{t+1}
 *   then:        dz_t += surrogate'(z_t - threshold) da_t
 *   and:         da_{l-1} = W_l' dz_l              dW_l += dz_l a_{l-1}'
 *   readout:     dW_L += d loss / d scores filtered'  (struct trace), and W_L' d loss / d scores goes back in
 * time
 *
 * Networks with recurrent weights or current-based synapses: baselines/recurrent_backward.h; gradient[L + l]
 * is R_l's.
 *
 * Returns the sum of the losses. About 3 x the FLOPs of the simulation. */
double backward_block(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                      size_t C, const struct backward_options *o, real *const *gradient);

/* What a step reports that does so so many times with every sample of b for layers lowest .. L, or lfp_block
 * (lfp.h), which makes the same products but for the readout's: a simulation, and of the way back, whose
 * products are dense (layer 1: on the lists), the part from W_L to the layer above the lowest, by its
 * weights. `readouts`: how often those of the readout are made for a sample, once here, at each step by
 * lfp_block. */
void backward_count(const struct net *net, const struct batch *b, double times, size_t lowest,
                    size_t readouts, struct step_report *r);

#endif
