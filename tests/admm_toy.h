/* A tiny ADMM problem whose Lagrangian is evaluated by brute force, for tests. */
#ifndef SPIKEBENCH_TESTS_ADMM_TOY_H
#define SPIKEBENCH_TESTS_ADMM_TOY_H

#include "solvers/admm/admm_state.h"

enum { TOY_N = 5, TOY_INPUTS = 4, TOY_CLASSES = 3 };

struct toy {
    struct mem mem;
    struct spikes x;
    int labels[TOY_N];
    struct dataset_info info;
    struct net_options net_options;
    struct net net;
    struct rng rng;
    struct shapes shapes;
    struct train_env env;
    struct admm admm;
};

/* Random inputs, weights, z, a and lambda: a point in general position. `hidden` widths are 7, 3, 7, ... so
 * that both ways of solving for the spikes occur (Woodbury where the next layer is narrow). */
void toy_create(struct toy *toy, size_t hidden, size_t T, struct admm_settings set);
void toy_free(struct toy *toy);

/* Addresses of single variables: sample n, step t from 0, unit i. */
real *toy_z(struct toy *toy, size_t l, size_t t, size_t n, size_t i);
real *toy_a(struct toy *toy, size_t l, size_t t, size_t n, size_t i);

/* Updates layer l's spikes at all steps in the published (ascending) order, all before them being fresh. */
void toy_update_spikes(struct toy *toy, size_t l, struct admm_sums *sums);

/* The Lagrangian, summed as solvers/admm/admm_state.h writes it, by plain loops that share no code with the
 * solver. */
double toy_lagrangian(struct toy *toy);

/* d Lagrangian / d *variable by a central difference (exact for a quadratic, up to rounding). */
double toy_slope(struct toy *toy, real *variable);

#endif
