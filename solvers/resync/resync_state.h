/* State of admm_resync (docs/method.md, section 5). Blocks of C samples are laid out as in
 * network/spikes.h. */
#ifndef SPIKEBENCH_SOLVERS_RESYNC_RESYNC_STATE_H
#define SPIKEBENCH_SOLVERS_RESYNC_RESYNC_STATE_H

#include "solvers/resync/resync_branch.h"
#include "solvers/resync/resync_kept.h"
#include "support/linsolve.h"
#include "trainer/cost.h"
#include "trainer/solver.h"

enum resync_precondition { PRECONDITION_GRAM, PRECONDITION_NONE };
enum resync_gain { GAIN_FIRST_ORDER, GAIN_SINGLE_FLIP };
enum resync_feed { FEED_SIMULATED, FEED_AUXILIARY };

struct resync_options {
    double rho, win, rho_hidden, kappa, tau, tau_end, momentum, keep;
    long tau_iterations, batch;
    int precondition, gain, feed;
    bool margin, time_credit, multiplier, recompute;
};

/* What one iteration recorded, per layer l = 1..L. */
struct resync_record {
    /* Entries (sample, step, neuron) of hidden layers: all of them, those that the branch step moved, and
     * those where kept and simulated spike differ before it. */
    double entries[NET_MAX_LAYERS + 1], moved[NET_MAX_LAYERS + 1], differ[NET_MAX_LAYERS + 1];
    double penalty[NET_MAX_LAYERS + 1]; /* rho_l, hidden layers, of the last mini-batch */
    double idle[NET_MAX_LAYERS + 1];    /* mini-batches that left the layer alone, since the start */
    double rcond[NET_MAX_LAYERS + 1], backward[NET_MAX_LAYERS + 1];
    double tau;      /* of the last iteration */
    double unsolved; /* proximal steps that did not converge */
    bool solved;     /* layer 1's system has been counted: it is made once, and again after a resumption */
};

struct resync {
    struct resync_options o;
    struct train_env env;
    struct net *net;
    size_t *order; /* [N]: indices into env.train, shuffled where there are mini-batches */
    /* [slots]: the blocks that chunks of a mini-batch are worked on in, one for each chunk; with recompute
     * one for each thread, and what a chunk's would hold is made again in every pass over it. */
    struct trace *traces;
    struct trace *fed;   /* [threads], of TRACE_ALL: what auxiliary spikes feed; NULL without */
    real **pull, **gain; /* [slots]: widest hidden layer x T*C */
    real **nu;           /* [slots]: K x C */
    real **spread;       /* [slots]: n_{L-1} x C: W_L' nu, of which the gains are a multiple at each step */
    real *lbar;          /* K x training samples: the readout's multiplier; NULL without */
    real **scores;       /* [threads]: K x C */
    double **prox;       /* [threads]: 6 K: a proximal step's centre, displacement and workspace */
    uint64_t **columns;  /* [threads]: workspace of bit_gram */
    /* Over parts, see pool_sum; the layers share all sums but 0. */
    real *d[PART_MAX][NET_MAX_LAYERS + 1];    /* sum_t P_t s_{l-1,t}' */
    real *gram[PART_MAX][NET_MAX_LAYERS + 1]; /* sum_t s s', l > 1 */
    struct chol chol[NET_MAX_LAYERS + 1];
    real *received; /* with several ranks: room for another Gram matrix of layer 1 (input_gram); else NULL */
    bool prepared;  /* layer 1's system: made once, from all training samples */
    double shift[NET_MAX_LAYERS + 1];
    real *velocity[NET_MAX_LAYERS + 1]; /* momentum; NULL without */
    struct resync_kept kept;            /* keep > 0 */
    real *scratch;
    double tally[PART_MAX];                     /* of a sum over parts: unsolved steps, or entries moved */
    double squares[PART_MAX], counts[PART_MAX]; /* of parts */
    long iteration;
    bool active[NET_MAX_LAYERS + 1];              /* layers with a pull in this mini-batch */
    struct branch_rule rules[NET_MAX_LAYERS + 1]; /* of hidden layers, in this mini-batch */
    double simulated;                             /* this step's simulations of samples that recompute adds */
    double swept;                                 /* this step's products with W_{l+1}': weights x samples */
    struct step_cost work;                        /* this step's products and solves but simulations */
    struct resync_record record;
};

/* A mini-batch: its samples and their partition. */
struct resync_batch {
    struct batch samples;
    struct partition part;
};

#endif
