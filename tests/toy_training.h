/* A solver in training on toy data, by itself: without the runner. */
#ifndef SPIKEBENCH_TESTS_TOY_TRAINING_H
#define SPIKEBENCH_TESTS_TOY_TRAINING_H

#include "tests/toy_data.h"

struct toy_training {
    struct mem mem;
    struct dataset data;
    struct net_options net_options;
    struct net net;
    struct rng rng;
    struct train_env env;
    const struct solver *solver;
    void *options, *state;
};

/* Creates the solver's state in the arena and starts it: as many threads as env->pool has. */
status toy_begin(const struct solver *solver, void **state, const void *options, const struct train_env *env,
                 struct mem *m, struct error *e);
/* What run_check says of these options on this data; data without training samples is given some. */
status toy_check(const struct solver *solver, void *options, const struct net_options *net,
                 const struct dataset_info *info, struct error *e);

/* Chooses the solver and the network's options, all with their defaults; the data are in t->data already. */
void toy_training_create(struct toy_training *t, const char *solver);
/* Sets an option of the solver. */
void toy_training_set(struct toy_training *t, const char *option, const char *value);
/* The same for "key=value key=value ...". */
void toy_training_set_all(struct toy_training *t, const char *text);
/* Creates the net as t->net_options say, and the solver's state: random numbers from seed 1. */
void toy_training_init(struct toy_training *t, uint64_t net_seed);
/* The same on the threads of a pool, which must outlive the state. */
void toy_training_init_on(struct toy_training *t, uint64_t net_seed, struct pool *pool);
/* One step; returns the samples that it reports. */
double toy_training_step(struct toy_training *t);
void toy_training_free(struct toy_training *t);

#endif
