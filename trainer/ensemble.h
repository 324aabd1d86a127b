/* Many weight vectors of one network, and their scores on a batch. */
#ifndef SPIKEBENCH_TRAINER_ENSEMBLE_H
#define SPIKEBENCH_TRAINER_ENSEMBLE_H

#include "network/net.h"

/* J members of D weights: a column of `weights` (D x J, column-major) is a member, its layers 1 .. L one
 * after another as they lie in struct net. */
struct ensemble {
    size_t J, D;
    real *weights;
    struct trace *traces; /* [threads] */
};

/* Allocates J members of the net's shape, and workspace to score blocks of samples of T steps. ST_MEMORY. */
status ensemble_create(struct ensemble *m, const struct net *net, size_t T, size_t J, size_t threads,
                       struct mem *mem, struct error *e);

/* Weights of a net to w (D), and back. */
void ensemble_pack(const struct net *net, real *w);
void ensemble_unpack(const real *w, struct net *net);

/* scores[(j n + i) K + k]: score k of member j on sample i of the batch, n = batch->n, K = n_L. `net` gives
 * shape, neuron and readout; its weights are not read. Members are spread over the pool (NULL: one thread)
 * and its ranks; one thread simulates a member's samples in blocks that depend on n alone, so that the bits
 * do not depend on the number of threads. */
void ensemble_scores(const struct ensemble *m, const struct net *net, const struct batch *batch,
                     struct pool *pool, real *scores);

/* Mean of the members (D). Accumulated in double. */
void ensemble_mean(const struct ensemble *m, real *mean);
/* Shifts all members so that their mean is `mean` (D), to rounding, and multiplies what they differ from it
 * by `factor`. */
void ensemble_centre(const struct ensemble *m, const real *mean, double factor);

#endif
