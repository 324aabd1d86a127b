/* What rules share that go forwards with time and keep nothing of the steps before but traces: a block of
 * samples is simulated one step after another, in memory that does not depend on the number of steps. */
#ifndef SPIKEBENCH_BASELINES_ONLINE_H
#define SPIKEBENCH_BASELINES_ONLINE_H

#include "network/net.h"
#include "trainer/cost.h"
#include "trainer/minibatch.h"

/* The derivative that stands in for the spike's: psi = surrogate'(z - threshold). */
struct online_rule {
    const struct surrogate *surrogate;
    real slope;
    bool smooth; /* simulate the smooth network (the surrogate's integral instead of the spike): for tests */
};

/* Workspaces of a thread for blocks of at most C_max samples, and where the block stands. */
struct online {
    size_t C;
    struct trace trace; /* of the step of now: z[l] (n_l x C), l = 1 .. L, and a[l] */
    struct net_state state;
    struct spikes steps; /* every step of every sample is a sample of one step */
    size_t *samples;     /* [C_max], into steps */
    real *input;         /* n_0 x C: a_0 of the step of now */
    /* By weight matrix k = 1 .. net->blocks (net.h), inputs x C: the trace of the spikes that go through it,
     * its inputs through the synapse, if it is current-based, and the leak of the layer that it feeds: sum
     * over the steps so far of leak^(steps since) x. z_L = W_L filtered[L]. */
    real *filtered[NET_MAX_BLOCKS + 1];
    real *through_synapse[NET_MAX_BLOCKS +
                          1];         /* before that leak; NULL: delta synapses, the inputs themselves */
    real *before[NET_MAX_LAYERS + 1]; /* n_l x C, of recurrent layers: a_l of the step before */
    real *features;                   /* n_{L-1} x C: what the scores are W_L times of, after the last step */
    real *scores, *dscores;           /* n_L x C */
};
status online_create(struct online *w, const struct net *net, size_t C_max, struct mem *m, struct error *e);
/* Before the first step of C samples of b. */
void online_begin(struct online *w, const struct net *net, const struct batch *b, size_t C);
/* Step t = 0, 1, .. of these samples. */
void online_step(struct online *w, const struct net *net, const struct online_rule *rule,
                 const struct batch *b, size_t first, size_t t);
/* What goes into matrix k at this step: the spikes of the layer below, or a recurrent layer's own of the step
 * before. */
const real *online_inputs(const struct online *w, const struct net *net, size_t k);
/* values (n_l x C) times psi of layer l's potentials, element by element. */
void online_times_psi(const struct online *w, const struct net *net, const struct online_rule *rule, size_t l,
                      real *values);
/* After the last step: scores, the sum of their losses, dscores, and the readout's own gradient, exact and
 * SUMMED over the samples, added to `gradient` (n_L x n_{L-1}). */
double online_readout(struct online *w, const struct net *net, const struct batch *b, size_t first,
                      real *gradient);

/* B_l (n_L x n_l) for the hidden layers l: fixed random readouts, or feedback. */
status online_matrices_create(real **B, const struct net *net, struct mem *m, struct error *e);
/* Entries N(0, 1/n_l), as the readout's are at the start. */
void online_matrices_draw(real *const *B, const struct net *net, struct rng *rng);

/* ---- trainers -------------------------------------------------------------------------------------------
 */

/* Their options begin with this, their states with struct minibatch. */
struct online_options {
    struct minibatch_options common;
    int surrogate;
    double slope;
};
enum { ONLINE_OPTIONS = 2 };
extern const struct option online_option_list[ONLINE_OPTIONS];
struct online_rule online_rule_of(const struct online_options *o);

/* What a step reports that simulates every sample of b so many times: passes, and of the gradients' sums
 * those of the hidden layers, dense (traces are no lists), one for each step. The rest is added to *cost by
 * the caller beforehand. */
void online_count(const struct net *net, const struct batch *b, double times, struct step_cost *cost,
                  struct step_report *r);

#endif
