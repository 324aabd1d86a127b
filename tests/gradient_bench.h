/* A small network of two hidden layers on toy data, for tests of gradients. */
#ifndef SPIKEBENCH_TESTS_GRADIENT_BENCH_H
#define SPIKEBENCH_TESTS_GRADIENT_BENCH_H

#include "tests/toy_data.h"

struct bench {
    struct mem mem;
    struct dataset data;
    struct net_options options;
    struct net net;
    struct batch batch; /* the training samples */
    struct rng rng;
};

/* So many samples, steps, inputs and classes; hidden layers of 5 and 4, cross-entropy. Free with bench_end.
 */
void bench_begin(struct bench *b, size_t samples, size_t steps, size_t inputs, size_t classes);
void bench_end(struct bench *b);

#endif
