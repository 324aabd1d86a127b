/* The gradient of a spiking network's expected loss under small weight noise, by simulations alone, and how
 * well another gradient agrees with it. */
#ifndef SPIKEBENCH_BASELINES_GRADIENT_REFERENCE_H
#define SPIKEBENCH_BASELINES_GRADIENT_REFERENCE_H

#include "network/net.h"

struct reference_options {
    size_t coordinates; /* weights that the gradient is estimated for, shared out among the layers */
    size_t draws;       /* of the noise, at least 2 */
    double noise;       /* standard deviation over the root mean square of all weights of the net */
    const struct surrogate *smooth; /* NULL: spikes; else the smooth network: for tests */
    real slope;
};

struct gradient_reference {
    struct reference_options o;
    size_t n;              /* weights chosen: coordinates / L (rounded up) per layer, or all of the layer */
    size_t *layer, *index; /* [n]: weight index[k] of W[layer[k]], layers in ascending order */
    double *share;         /* [n]: weights of its layer that each stands for */
    size_t *order;         /* [weights of the net]: for the choice */
    double sigma;          /* of the noise, in weight units */
    uint64_t *seeds;       /* [draws] */
    double *draws;         /* [draws][n]: estimates from one draw each */
    double *mean;          /* [n]: the estimate */
    double *half[2];       /* [n]: the same from the even and the odd draws alone */
    struct reference_work *work; /* [threads] */
};

/* Allocates. batch_max: samples of the largest batch; threads: of the pool. ST_MEMORY. */
status reference_create(struct gradient_reference *g, const struct reference_options *o,
                        const struct net *net, size_t T, size_t batch_max, size_t threads, struct mem *m,
                        struct error *e);
/* Chooses the weights at random: those of a layer without repetition. */
void reference_choose(struct gradient_reference *g, const struct net *net, struct rng *rng);

/* Fills sigma, draws, mean and half: g_i = d/dw_i E L(W + sigma xi), xi ~ N(0, I), L the mean loss over the
 * batch, for the weights chosen. By Stein's lemma, with the two signs of xi_i together,
 *
 *   g_i = E [L(W + sigma xi) xi_i] / sigma = E [xi_i (L(xi_i) - L(-xi_i))] / (2 sigma)
 *       = E_u E [L(u) - L(-u)] / (2 sigma u),      L(u): xi_i replaced by u, the others drawn
 *
 * where u > 0 has the density 2 u^2 phi(u), that of the length of a normal vector of three: what |xi_i|
 * weighted by its square is. So each draw is a central difference whose step is sigma u: there is no step to
 * choose and no bias, and a linear loss has no variance. One draw of the other weights serves all i. Draws
 * are spread over the pool (NULL: one thread); the same bits for any number of threads. ST_NUMERIC if the
 * weights are zero or a loss is not finite. Takes 2 draws n simulations of the batch. */
status reference_estimate(struct gradient_reference *g, const struct net *net, const struct batch *b,
                          struct pool *pool, struct rng *rng, struct error *e);

/* Weights chosen of a gradient (gradient[l] n_l x n_{l-1}, l = 1 .. L) into out [n]. */
void reference_gather(const struct gradient_reference *g, real *const *gradient, double *out);

/* Of a vector v [n] with a vector w [n], both of the weights chosen, in `layer` or (0) in all layers:
 *   cosine          <v, w> / (|v| |w|)
 *   error           |v - w| / |w|
 *   error_scaled    min over c of |c v - w| / |w| = sqrt(1 - cosine^2)
 *   norm_ratio      |v| / |w|
 * with products <v, w> = sum share v w, the unbiased estimate of the product over all weights. nan where a
 * norm to divide by is zero. */
struct agreement {
    double cosine, error, error_scaled, norm_ratio;
};
struct agreement reference_agreement(const struct gradient_reference *g, size_t layer, const double *v,
                                     const double *w);

/* Cosine of the two halves' estimates, and what it says of the mean's cosine with the true gradient, which no
 * estimator can expect to exceed: with independent errors of equal size, cosine_halves = c gives
 * sqrt(2 c / (1 + c)). Halves that do not agree, c <= 0, say that the mean is all error: 0, so that medians
 * over seeds count them. nan if c is. */
double reference_halves(const struct gradient_reference *g, size_t layer);
double reference_ceiling(double cosine_halves);

#endif
