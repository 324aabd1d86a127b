/* Hidden layers at their equilibrium, and the gradient through it (docs/method.md, section 7.14).
 *
 * A layer of integrate-and-fire neurons with a soft reset and steady input fires at rates that tend to
 *
 *   a_l = clip(z_l, 0, 1),   z_l = (R_l a_l + W_l a_{l-1}) / theta_l         a_0: the mean input
 *
 * while || R_l || < theta_l. Xiao and others (arXiv 2109.14247) take the derivative of the loss through this
 * equation instead of through time. With m = [0 < z_l < 1], from the last hidden layer to the first:
 *
 *   beta = g + R_l' (m beta) / theta_l                 g = d loss / d a_l through the layer above
 *   delta = m beta / theta_l
 *   dW_l = delta a_{l-1}',   dR_l = delta a_l',   d loss / d a_{l-1} = W_l' delta
 *
 * all of them at the observed rates, means over the steps with the weights leak^(T-t). */
#ifndef SPIKEBENCH_BASELINES_EQUILIBRIUM_H
#define SPIKEBENCH_BASELINES_EQUILIBRIUM_H

#include "network/net.h"

/* How beta is found. */
struct equilibrium_rule {
    bool spiking;   /* false: `steps` times beta <- g + R' (m beta) / theta, from beta = g */
    bool by_rates;  /* m = [0 < a_l < 1] of the observed rates, which needs no z_l */
    size_t steps;   /* of the iteration, or of the backward neurons (T_B) */
    real kappa;     /* spiking: scale of the current that g feeds to the backward neurons */
    real threshold; /* spiking: of the backward neurons (V_b); their spikes are -2, 0 and 2 times this */
};

/* Workspace of a thread for blocks of at most C_max samples. */
struct equilibrium {
    struct trace trace;
    real *rate[NET_MAX_LAYERS + 1];  /* n_l x C, l = 0 .. L-1: the rates where gradients are taken */
    real *point[NET_MAX_LAYERS + 1]; /* n_l x C, l = 1 .. L-1: equilibrium_point's */
    real *mask, *g, *beta, *delta;   /* widest layer x C, as above; the mask's entries are 0 or 1 */
    real *potential, *spikes;        /* widest layer x C: backward neurons */
    real *scores, *dscores;          /* n_L x C */
};
/* ST_MEMORY. */
status equilibrium_create(struct equilibrium *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                          struct error *e);

/* sum_t leak^(T-t): the readout's features are this times the rates. */
real equilibrium_weight(const struct net *net, size_t T);

/* Simulates samples first .. first+C-1 and leaves their rates in w->rate. */
void equilibrium_observe(struct equilibrium *w, const struct net *net, const struct batch *b, size_t first,
                         size_t C);

/* Adds to gradient (numbered as in net.h) the derivative of the SUM of the samples' losses, at w->rate.
 * Returns the sum of the losses. */
double equilibrium_gradient(struct equilibrium *w, const struct net *net, const struct batch *b, size_t first,
                            size_t C, const struct equilibrium_rule *rule, real *const *gradient);

/* beta (n_l x C) in w->beta, of w->mask and w->g (n_l x C) of layer l. */
void equilibrium_solve(struct equilibrium *w, const struct net *net, size_t l, size_t C,
                       const struct equilibrium_rule *rule);

/* The equilibrium of the inputs' rates w->rate[0], in w->point: iterates the equation of each layer until it
 * stands still, at most 1000 times. */
void equilibrium_point(struct equilibrium *w, const struct net *net, size_t C);

/* || R ||_2 of a matrix of order n, by power iteration of R'R from v (n; its unit vector on return), until it
 * changes by less than 1e-8 of itself (1e-5 in single precision), at most 200 times. work: 2n. *products:
 * adds the products with R and R'. */
double equilibrium_norm(size_t n, const real *R, real *v, real *work, double *products);

/* Multiply-accumulates of equilibrium_gradient for one sample. */
double equilibrium_macs(const struct net *net, const struct equilibrium_rule *rule);

#endif
