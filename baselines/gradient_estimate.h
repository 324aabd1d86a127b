/* The gradients that trainers use in place of the true one, behind one function. */
#ifndef SPIKEBENCH_BASELINES_GRADIENT_ESTIMATE_H
#define SPIKEBENCH_BASELINES_GRADIENT_ESTIMATE_H

#include "baselines/backward.h"
#include "baselines/decolle.h"
#include "baselines/eprop.h"
#include "baselines/forward_estimator.h"
#include "baselines/lfp.h"
#include "baselines/ottt.h"

enum estimate_kind {
    ESTIMATE_SURROGATE, /* backpropagation through time (backward.h) */
    ESTIMATE_JVP,       /* random directional derivatives (forward_estimator.h), as are the next two */
    ESTIMATE_WEIGHT_PERTURBATION,
    ESTIMATE_STEIN,
    ESTIMATE_LFP,   /* the descent direction of lfp.h, rewards softmax, carry signed */
    ESTIMATE_EPROP, /* symmetric feedback (eprop.h) */
    ESTIMATE_EPROP_RANDOM,
    ESTIMATE_OTTT,
    ESTIMATE_DECOLLE
};
extern const char *const estimate_kind_names[];
/* true for jvp, weight_perturbation and stein. */
bool estimate_is_random(enum estimate_kind kind);
/* true for the last four, which go forwards with time. */
bool estimate_is_online(enum estimate_kind kind);

struct estimate_options {
    enum estimate_kind kind;
    const struct surrogate *surrogate; /* surrogate, jvp, eprop, eprop_random, ottt, decolle */
    real slope;
    bool detach_reset;      /* surrogate, jvp, eprop, eprop_random */
    enum direction_law law; /* jvp, weight_perturbation, stein */
    size_t directions;
    double sigma; /* weight_perturbation, stein: in weight units */
};

struct gradient_estimator {
    struct estimate_options o; /* surrogate and slope may be changed between calls, but for jvp */
    struct backward backward;
    struct lfp_work lfp;
    struct forward_estimator forward;
    struct eprop_work eprop;
    struct ottt_work ottt;
    struct decolle_work decolle;
    real *matrices[NET_MAX_LAYERS + 1]; /* eprop_random: feedback; decolle: readouts of the hidden layers */
    real *part[NET_MAX_LAYERS + 1];
    real *gradient[NET_MAX_LAYERS + 1]; /* n_l x n_{l-1}: out, l = 1 .. L */
};

/* Allocates for batches of at most batch_max samples of T steps; threads: of the pool. ST_MEMORY. */
status estimator_create(struct gradient_estimator *g, const struct estimate_options *o, const struct net *net,
                        size_t T, size_t batch_max, size_t threads, struct mem *m, struct error *e);
/* Draws the matrices of eprop_random and decolle; nothing for the others. */
void estimator_start(struct gradient_estimator *g, const struct net *net, struct rng *rng);
/* sigma of weight_perturbation and stein, where it is known later than the sizes. */
void estimator_set_sigma(struct gradient_estimator *g, double sigma);

/* What a step reports that makes so many of them (random estimates; the others are made once) over b. */
void estimator_count(const struct estimate_options *o, const struct net *net, const struct batch *b,
                     double times, struct step_report *r);

/* Fills g->gradient with the estimate for the mean loss over the batch, at the weights themselves. Random
 * estimates are the mean of `times` with directions of their own (that is, one of times * directions); the
 * others ignore `times` and rng. The same bits for any number of threads. */
void gradient_estimate(struct gradient_estimator *g, const struct net *net, const struct batch *b,
                       struct pool *pool, size_t times, struct rng *rng);

#endif
