/* Evaluation: forward simulation of the network from its weights alone. The accuracies of this file are the
 * only ones called "accuracy" in the results. */
#ifndef SPIKEBENCH_NETWORK_EVALUATE_H
#define SPIKEBENCH_NETWORK_EVALUATE_H

#include "network/net.h"

struct evaluation {
    double loss;                     /* mean per sample of net->loss (squared for regression) */
    double accuracy;                 /* fraction right, in [0, 1]; nan for regression */
    double rate[NET_MAX_LAYERS + 1]; /* rate[l]: spikes per neuron and step, hidden l = 1..L-1 */
    double synops; /* accumulate operations per sample: sum over layers of (non-zero inputs of the layer) x
                      n_l, and of its spikes x the neurons that its recurrent weights reach */
    double macs;   /* those of synops that multiply: products with the inputs, all of them where any entry of
                      the split has another value than 1 (spikes_valued) */
    double synops_dense; /* the same if nothing were sparse: T times all weights */
};

struct evaluator;

/* Workspaces for evaluating nets of this shape over T steps with this pool (borrowed; NULL: one thread).
 * Owned by the caller. ST_MEMORY. */
status evaluator_create(struct evaluator **ev, const struct net *net, size_t T, struct pool *pool,
                        struct error *e);
/* Adds to the counts of `pages` what evaluator_create takes for so many threads. ST_MEMORY. */
status evaluator_memory(const struct net *net, size_t T, size_t threads, struct mem *pages, struct error *e);
void evaluator_free(struct evaluator *ev); /* accepts NULL */
/* Simulates the whole batch, the pool's ranks its parts. scores: NULL or out (n_L x batch->n). An empty batch
 * and a network of a trainer's own give nan everywhere. */
void evaluate(struct evaluator *ev, const struct net *net, const struct batch *b, struct evaluation *out,
              real *scores);

/* As evaluate, for scores (n_L x batch->n) computed elsewhere (a solver's predict part): loss and accuracy
 * only. */
void evaluate_scores(const struct net *net, const struct batch *b, const real *scores,
                     struct evaluation *out);

/* The confusion matrix of a batch with labels: counts[y * K + k] (K x K, K = n_L, overwritten) is the number
 * of samples of class y whose largest score (scores: n_L x batch->n) is that of class k. */
void evaluate_confusion(const struct net *net, const struct batch *b, const real *scores, size_t *counts);

/* Bytes of the weights. */
size_t net_footprint(const struct net *net);

#endif
