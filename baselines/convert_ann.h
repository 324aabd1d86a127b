/* The analogue network that `convert` trains: the weights of the network, without time, spikes or bias.
 *
 *   h_0 = mean over the steps of the inputs,   x_l = W_l h_{l-1},   h_l = f(x_l) (l < L),   scores = x_L */
#ifndef SPIKEBENCH_BASELINES_CONVERT_ANN_H
#define SPIKEBENCH_BASELINES_CONVERT_ANN_H

#include "network/net.h"

enum activation { ACTIVATION_RELU, ACTIVATION_LEAKY_RELU, ACTIVATION_GELU };
extern const char *const activation_names[]; /* "relu", "leaky_relu", "gelu", NULL */

struct activation_function {
    enum activation kind;
    double slope; /* of leaky_relu below zero */
};
/* f(x): max(0, x); x or slope x; x Phi(x), Phi the normal distribution function (not its approximation by
 * tanh). */
double activation_value(const struct activation_function *f, double x);

/* What a pass over at most C_max samples leaves. */
struct ann {
    size_t C_max;
    real *h[NET_MAX_LAYERS + 1]; /* n_l x C, l = 0 .. L; h[L]: the scores */
    real *x[NET_MAX_LAYERS + 1]; /* n_l x C, l = 1 .. L-1 */
    real *delta[2];              /* widest of layers 1 .. L x C_max */
};
/* Arrays of `a` for the net's shape, owned by the arena. ST_MEMORY. */
status ann_create(struct ann *a, const struct net *net, size_t C_max, struct mem *m, struct error *e);

/* h_0 (n_0 x C) of samples first .. first+C-1 of the batch. */
void ann_inputs(const struct batch *b, size_t first, size_t C, real *h0);
/* Inputs and all layers of these samples. */
void ann_forward(struct ann *a, const struct net *net, const struct activation_function *f,
                 const struct batch *b, size_t first, size_t C);
/* Adds the gradient of the samples' losses (net->loss) to gradient[l] (n_l x n_{l-1}), l = 1 .. L, and
 * returns their sum. */
double ann_gradient(struct ann *a, const struct net *net, const struct activation_function *f,
                    const struct batch *b, size_t first, size_t C, real *const *gradient);

#endif
