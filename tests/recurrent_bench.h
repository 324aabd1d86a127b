/* A small network with recurrent weights, current-based synapses and neurons of each layer its own, on toy
 * data. */
#ifndef SPIKEBENCH_TESTS_RECURRENT_BENCH_H
#define SPIKEBENCH_TESTS_RECURRENT_BENCH_H

#include "baselines/backward.h"
#include "tests/toy_data.h"

enum { RECURRENT_SAMPLES = 7, RECURRENT_STEPS = 7, RECURRENT_INPUTS = 9, RECURRENT_CLASSES = 3 };

struct recurrent_case {
    size_t hidden; /* layers */
    int recurrent, self_connections, synapse, neurons, reset, readout;
    bool wide; /* layers of more than a tile of the kernels; else fit for plain loops */
};

struct recurrent_bench {
    struct mem mem;
    struct dataset data;
    struct net_options options;
    struct net net;
    struct batch batch;
    real *gradient[NET_MAX_BLOCKS + 1], *other[NET_MAX_BLOCKS + 1];
};

/* Kaiming's weights, loss cross_entropy, gradients zero; ended by recurrent_end. */
void recurrent_begin(struct recurrent_bench *b, const struct recurrent_case *c);
void recurrent_end(struct recurrent_bench *b);
/* Adds the gradient of the summed loss of all samples; returns the loss. The surrogate is fast_sigmoid,
 * slope 2. */
double recurrent_backpropagate(struct recurrent_bench *b, bool smooth, bool detach, real *const *gradient);
/* The loss of the smooth network. */
double recurrent_smooth_loss(struct recurrent_bench *b);

#endif
