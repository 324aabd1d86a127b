/* Optimizers by themselves: an oracle of quadratics whose minima move from mini-batch to mini-batch. */
#ifndef SPIKEBENCH_TESTS_TOY_QUADRATIC_H
#define SPIKEBENCH_TESTS_TOY_QUADRATIC_H

#include "trainer/optimizers.h"

enum { TOY_WEIGHTS = 4 * 3 + 2 * 4 }; /* of layers 3 -> 4 -> 2 */

/* Gradient A (w - centre), w all weights one layer after another, column by column; A = Q diag(k) Q' with Q =
 * I - 2 u u', |u| = 1. */
struct toy_quadratic {
    struct mem mem;
    struct net net; /* its sizes, and the weights */
    struct optimizer_state state;
    double u[TOY_WEIGHTS], curvature[TOY_WEIGHTS], centre[TOY_WEIGHTS];
    int calls;
};

/* Curvatures k as given, u, centre and weights at random from the seed. All options of the optimizer are the
 * defaults of bptt's table, then "key=value key=value". */
void toy_quadratic_begin(struct toy_quadratic *t, const char *optimizer, const char *options,
                         const double curvature[TOY_WEIGHTS], uint64_t seed);
/* Another centre: another mini-batch. */
void toy_quadratic_draw(struct toy_quadratic *t, struct rng *rng);
void toy_quadratic_update(struct toy_quadratic *t, double lr);
/* A x */
void toy_quadratic_product(const struct toy_quadratic *t, const double *x, double *out);
/* (I + lr A)^-1 x */
void toy_quadratic_resolvent(const struct toy_quadratic *t, double lr, const double *x, double *out);
void toy_quadratic_weights(const struct toy_quadratic *t, double *w);
void toy_quadratic_end(struct toy_quadratic *t);

/* The optimizer of this name. */
const struct optimizer *toy_optimizer(const char *name);

#endif
