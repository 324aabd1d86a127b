/* What is recorded about an ADMM iterate: every number recomputed from its definition. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_MEASURE_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_MEASURE_H

#include "solvers/admm/admm_state.h"

struct admm_point {
    double lagrangian; /* sum over samples, as at the top of admm_state.h */
    double loss;       /* mean over samples of the net's loss at the auxiliary z_{L,T} */
    double accuracy;   /* auxiliary accuracy: argmax of the auxiliary z_{L,T} */
    double primal;     /* rms of z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T} over samples and classes */
    double dynamics[NET_MAX_LAYERS + 1]; /* rms over samples, steps and units */
    double spikes[NET_MAX_LAYERS + 1];   /* rms of a - H(z - theta), hidden layers */
    double rate[NET_MAX_LAYERS + 1];     /* mean of H(z - theta) */
};
void admm_measure(struct admm *s, struct admm_point *p);
/* gap[l] = fraction of (sample, step, unit) where H(z_l - theta) is not the spike that the network simulates.
 */
void admm_spike_gap(struct admm *s, double *gap);

#endif
