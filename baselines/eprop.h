/* Eligibility propagation for a block of samples. */
#ifndef SPIKEBENCH_BASELINES_EPROP_H
#define SPIKEBENCH_BASELINES_EPROP_H

#include "baselines/online.h"

struct eprop_rule {
    struct online_rule common;
    bool detach_reset;     /* leave the reset out of the traces */
    real *const *feedback; /* B_l (n_L x n_l); NULL: symmetric, B_l = W_L W_{L-1} .. W_{l+1} */
};

/* Traces of the synapses of a weight matrix, rows x inputs each, for `samples` samples one after another. */
struct eprop_traces {
    real *potential; /* eps; NULL where it is the same for all neurons: then it is the trace of the spikes
                        below */
    real *current;   /* what the readout's current-based synapse makes of psi eps; NULL: delta synapses */
    real *filtered;  /* ebar */
    real *total;     /* readout mean: the sum of ebar over the steps; NULL: not needed */
    bool *seen;      /* inputs x samples: whether the input has spiked yet; before, its traces are 0 */
    real *keep;      /* n_l x samples: d z_t / d z_{t-1}; NULL as potential */
};

/* Workspaces of a thread, in the arena, for blocks of at most C_max samples. ST_MEMORY. */
struct eprop_work {
    struct online online;
    size_t samples;                                 /* that are worked on at a time */
    struct eprop_traces traces[NET_MAX_BLOCKS + 1]; /* of W_1 .. W_{L-1} and R_1 .. R_{L-1} */
    real *symmetric[NET_MAX_LAYERS + 1];            /* B_l */
    real *psi, *signal;                             /* widest hidden layer x samples */
};
status eprop_work_create(struct eprop_work *w, const struct net *net, bool detach_reset, size_t C_max,
                         struct mem *m, struct error *e);

/* Goes through the steps of samples first .. first+C-1 and adds to gradient[l] (n_l x n_{l-1}), SUMMED over
 * the samples, for hidden layers l, with delta = d loss / d scores, each synapse i -> j carrying
 *
 *   eps_{ji,t}  = keep_{j,t} eps_{ji,t-1} + a_{l-1,i,t}        the derivative of z_{j,t} in w_ji
 *   ebar_{ji,t} = leak ebar_{ji,t-1} + psi_{j,t} eps_{ji,t}    filtered as the readout filters
 *   dW_ji      += (B_l' delta)_j ebar_{ji,T}                   readout mean: the mean of ebar over the steps
 *
 *   keep_{j,t}:  soft reset  leak                    - threshold psi_{j,t-1}
 *                hard reset  leak (1 - a_{j,t-1})    - leak z_{j,t-1} psi_{j,t-1}
 *                no reset    leak                      (the last terms unless detach_reset)
 *
 * Recurrent weights carry the same traces of a_{l,i,t-1} (gradient[L + l]): what their spikes do to other
 * neurons' potentials at later steps is left out, as in the source. With current-based synapses a is what the
 * synapse has made of it, and psi eps goes through the readout's synapse before its leak.
 *
 * And the readout's own gradient (online_readout). With one hidden layer that is not recurrent and symmetric
 * feedback this is the gradient of backward.h with the same detach_reset. Returns the sum of the losses. */
double eprop_block(struct eprop_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                   const struct eprop_rule *rule, real *const *gradient);
/* What a step reports that does so so many times with every sample of b. */
void eprop_count(const struct net *net, bool detach_reset, const struct batch *b, double times,
                 struct step_report *r);

#endif
