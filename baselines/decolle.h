/* Deep continuous local learning for a block of samples. */
#ifndef SPIKEBENCH_BASELINES_DECOLLE_H
#define SPIKEBENCH_BASELINES_DECOLLE_H

#include "baselines/online.h"

/* Workspaces of a thread, in the arena, for blocks of at most C_max samples. ST_MEMORY. */
struct decolle_work {
    struct online online;
    real *y, *error; /* n_L x C: a layer's own scores, d loss / d y */
    real *delta;     /* widest hidden layer x C */
};
status decolle_work_create(struct decolle_work *w, const struct net *net, size_t C_max, struct mem *m,
                           struct error *e);

/* Goes through the steps of samples first .. first+C-1 and adds to gradient[l] (n_l x n_{l-1}), SUMMED over
 * the samples, with x_{l,t} = sum_s leak^(t-s) a_{l,s} and fixed random readouts G_l (n_L x n_l):
 *
 *   l < L:   y_{l,t} = G_l x_{l,t}                                 every layer has scores of its own
 *            dW_l   += psi_{l,t} (G_l' 1/T d loss(y_{l,t}) / d y_{l,t}) x_{l-1,t}'
 *   l = L:   the readout's own gradient (online_readout)
 *
 * Adds the sum of the local losses of layer l, each the mean over its steps, to local[l]; returns the sum of
 * the network's losses. */
double decolle_block(struct decolle_work *w, const struct net *net, const struct batch *b, size_t first,
                     size_t C, const struct online_rule *rule, real *const *G, double *local,
                     real *const *gradient);
/* What a step reports that does so so many times with every sample of b. */
void decolle_count(const struct net *net, const struct batch *b, double times, struct step_report *r);

#endif
