/* Estimates of the loss's gradient from directional derivatives: forward passes only. */
#ifndef SPIKEBENCH_BASELINES_FORWARD_ESTIMATOR_H
#define SPIKEBENCH_BASELINES_FORWARD_ESTIMATOR_H

#include "network/net.h"
#include "trainer/solver.h"

enum forward_kind { FORWARD_JVP, FORWARD_WEIGHT_PERTURBATION, FORWARD_STEIN };
enum direction_law { DIRECTION_GAUSSIAN, DIRECTION_RADEMACHER };
enum direction_scope { SCOPE_GLOBAL, SCOPE_LAYER };
extern const char *const forward_kind_names[], *const direction_law_names[], *const direction_scope_names[];

struct forward_options {
    enum forward_kind kind;
    enum direction_law law;
    enum direction_scope scope;
    size_t directions; /* per estimate; scope layer: per layer */
    double sigma;      /* weight_perturbation, stein: size of the perturbation, in weight units */
    const struct surrogate *surrogate;
    real slope;
    bool detach_reset; /* jvp: no tangent through the reset */
    bool smooth; /* simulate the smooth network (the surrogate's integral instead of the spike): for tests */
};

/* A set of directions and what is needed to differentiate along them. */
struct forward_estimator {
    struct forward_options o;
    size_t n_directions; /* scope global: o.directions; layer: L * o.directions */
    size_t parameters;   /* weights of the net; layer after layer in a direction */
    real *directions;    /* [n_directions][parameters] */
    size_t *layer;       /* [n_directions]: the only layer a direction moves; 0: all of them */
    double *derivatives; /* [n_directions]: of the mean loss, by forward_derivatives */
    double *parts;       /* [PART_MAX][n_directions + 1]: sums over the samples of a part; last: the loss */
    struct forward_work *work; /* [threads] */
};

/* Allocates for mini-batches of at most batch_max samples of T steps. */
status forward_create(struct forward_estimator *f, const struct forward_options *o, const struct net *net,
                      size_t T, size_t batch_max, size_t threads, struct mem *m, struct error *e);
/* What a step reports that makes so many estimates over all samples of b: simulations of spikes; and
 * tangents, dense, a whole forward pass each, or layer-wise from the layer that moves upwards. */
void forward_count(const struct forward_options *o, const struct net *net, const struct batch *b,
                   double estimates, struct step_report *r);

/* Draws the directions: entries N(0, 1) or +-1, zero outside the layer of a layer-wise direction. */
void forward_draw(struct forward_estimator *f, const struct net *net, struct rng *rng);

/* Fills f->derivatives for the directions v that are set; the loss L is the mean over the batch:
 *
 *   jvp                  <surrogate gradient, v>, the tangent being carried along the simulation:
 *                          dv_t = V_l a_{l-1,t} + W_l da_{l-1,t}
 *                          soft reset: dz_t = leak dz_{t-1} + dv_t - threshold da_{t-1}
 *                          hard reset: dz_t = leak (1 - a_{t-1}) dz_{t-1} + dv_t - leak z_{t-1} da_{t-1}
 *                          da_t = surrogate'(z_t - threshold) dz_t
 *   weight_perturbation  (L(w + sigma v) - L(w - sigma v)) / (2 sigma), two simulations of spikes
 *   stein                (L(w + sigma v) - L(w)) / sigma: by Stein's lemma its mean times v over Gaussian v
 *                        is the gradient of E L(w + sigma v); L(w) lowers the variance only
 *
 * Returns L at the weights themselves (jvp, stein), or the mean over the directions of (L(w + sigma v) +
 * L(w - sigma v)) / 2 (weight_perturbation). Samples are spread over the pool (NULL: one thread); the same
 * bits for any number of threads. */
double forward_derivatives(struct forward_estimator *f, const struct net *net, const struct batch *b,
                           struct pool *pool);

/* gradient[l] (n_l x n_{l-1}) = mean over the directions that move layer l of derivative * direction: an
 * unbiased estimate of what the derivatives belong to (Baydin et al. 2022, arXiv 2202.08587). */
void forward_gradient(const struct forward_estimator *f, const struct net *net, real *const *gradient);

#endif
