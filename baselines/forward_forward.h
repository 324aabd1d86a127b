/* Forward-Forward training of spiking layers: goodness, the local losses and their local gradients. */
#ifndef SPIKEBENCH_BASELINES_FORWARD_FORWARD_H
#define SPIKEBENCH_BASELINES_FORWARD_FORWARD_H

#include "network/net.h"

enum ff_loss { FF_SOFTPLUS, FF_SWISH };

/* One layer's loss from the goodness of a positive and a negative sample; *d_pos, *d_neg: its derivatives.
 *   softplus: softplus(k (threshold - g_pos)) + softplus(k (g_neg - threshold)), k the sharpness
 *   swish:    x sigmoid(x) with x = k (g_neg - g_pos) */
double ff_loss_value(enum ff_loss kind, double threshold, double sharpness, double g_pos, double g_neg,
                     double *d_pos, double *d_neg);

/* A label other than `label`, each of the n_classes - 1 others equally likely; n_classes >= 2. */
int ff_wrong_label(struct rng *rng, size_t n_classes, int label);

struct ff_rule {
    enum ff_loss loss;
    double threshold, sharpness;
    real label_scale; /* current of the label's input, in spikes per step */
    real input_rate;  /* root mean square firing rate that a layer's spikes are normalised to for the next */
    bool label_only;  /* the data's own spikes at the label inputs are left out */
    const struct surrogate *surrogate;
    real slope;
    bool detach_reset;
    bool smooth; /* smooth network: for tests */
};

/* Workspaces of a thread, in the arena, for blocks of at most C_max samples. ST_MEMORY, also where T*2*C_max
 * is more than BLAS counts. */
struct ff_work {
    size_t C_max;
    real *v;                       /* n_1 x T*C: drive of layer 1 by the data */
    real *z, *a, *x, *da, *dz;     /* widest layer x T*2C; x: normalised spikes of the layer below */
    real *counts;                  /* widest layer x 2C: spikes of a unit over the steps */
    double *goodness, *d_goodness; /* [2C] */
    int *labels;                   /* [2C] */
};
status ff_work_create(struct ff_work *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                      struct error *e);

/* Sums over samples, by hidden layer l. */
struct ff_sums {
    double loss[NET_MAX_LAYERS + 1], good_pos[NET_MAX_LAYERS + 1], good_neg[NET_MAX_LAYERS + 1];
};

/* Simulates samples first .. first+C-1 with their labels (positive) and with wrong[sample] (negative, by
 * index into the batch's tensor), and adds to gradient[l] (n_l x n_{l-1}, l = 1 .. L-1) the derivative of the
 * SUM over samples of layer l's own loss in W_l, its input held fixed. Adds to *sums, and
 * returns the sum of the losses over samples and layers. */
double ff_block(struct ff_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                const int *wrong, const struct ff_rule *rule, real *const *gradient, struct ff_sums *sums);

/* scores (n_L x C) of samples first .. first+C-1: the goodness with each label embedded, summed over hidden
 * layers from_layer .. L-1. Returns the accumulations of hidden layers' spikes, summed over samples and
 * labels.
 */
double ff_scores(struct ff_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                 const struct ff_rule *rule, size_t from_layer, real *scores);

#endif
