/* Online training through time for a block of samples. */
#ifndef SPIKEBENCH_BASELINES_OTTT_H
#define SPIKEBENCH_BASELINES_OTTT_H

#include "baselines/online.h"

/* Workspaces of a thread, in the arena, for blocks of at most C_max samples. ST_MEMORY. */
struct ottt_work {
    struct online online;
    real *delta, *below; /* widest layer x C: d loss / d z of a layer, and of the spikes below */
};
status ottt_work_create(struct ottt_work *w, const struct net *net, size_t C_max, struct mem *m,
                        struct error *e);

/* Goes through the steps of samples first .. first+C-1 and adds to gradient[l] (n_l x n_{l-1}, l = 1 .. L),
 * SUMMED over the samples, with x_{l,t} = sum_s leak^(t-s) a_{l,s} over the steps up to t:
 *
 *   delta_{L,t} = 1/T d loss(z_{L,t}) / d z_{L,t}            a loss at every step
 *   delta_{l,t} = psi_{l,t} (W_{l+1}' delta_{l+1,t})         down through the layers within the step
 *   dW_l       += delta_{l,t} x_{l-1,t}'
 *
 * Of recurrent weights, gradient[L + l] += delta_{l,t} times the trace of a_{l,t-1}: they are in the step of
 * the potential that they feed, and credit does not go through them to the step before. With current-based
 * synapses the traces go through the synapse first. Returns the sum of the samples' losses, each the mean
 * over its steps. */
double ottt_block(struct ottt_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                  const struct online_rule *rule, real *const *gradient);
/* What a step reports that does so so many times with every sample of b. */
void ottt_count(const struct net *net, const struct batch *b, double times, struct step_report *r);

#endif
