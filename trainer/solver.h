/* The solver contract: everything a trainer is. Adding one = one .c file in solvers/ or baselines/ and one
 * line in commands/registry.c; help, YAML schema, CSV columns and contract tests follow from the tables
 * below.
 *
 * A solver does no I/O, never reads the clock, never evaluates and never sees test data: the runner does. */
#ifndef SPIKEBENCH_TRAINER_SOLVER_H
#define SPIKEBENCH_TRAINER_SOLVER_H

#include "datasets/dataset.h"
#include "network/net.h"
#include "support/opt.h"
#include "support/parallel.h"
#include "support/rng.h"
#include <stdio.h>

/* Version of this contract. SOLVER_ABI adds the size of `real`, so that a solver that was compiled for the
 * other precision, or against another version, can be told from its first word. */
enum { SOLVER_API = 8, SOLVER_ABI_UNIT = 256, SOLVER_ABI = SOLVER_ABI_UNIT * SOLVER_API + (int)sizeof(real) };

/* What a solver can do. trainer/suit.c refuses what its mask leaves out, naming the option and what
 * the solver allows; a solver's own `check` is for what these bits cannot say. Of tasks, losses, resets,
 * readouts and starts each solver has at least one bit, and of the ways of training exactly one of
 * FEATURE_FULL_BATCH, FEATURE_MINI_BATCH, FEATURE_MEASURES, or the first two where an option chooses. Bits of
 * a group are in the order of its enum. */
enum solver_feature {
    FEATURE_CLASSIFICATION = 1 << 0, /* class labels */
    FEATURE_REGRESSION = 1 << 1,     /* real-valued targets, with network.loss = squared */
    FEATURE_RETRIEVAL = 1 << 24,     /* those of harmonic retrieval alone (dataset_info.grid) */

    FEATURE_LOSS_SQUARED = 1 << 2, /* network.loss: enum loss */
    FEATURE_LOSS_CROSS_ENTROPY = 1 << 3,
    FEATURE_LOSS_SQUARED_HINGE = 1 << 4,
    FEATURE_LOSS_HINGE = 1 << 5,
    FEATURE_LOSSES = 15 << 2, /* all of them, as are the following plurals */

    FEATURE_RESET_SOFT = 1 << 6, /* network.reset: enum reset */
    FEATURE_RESET_HARD = 1 << 7,
    FEATURE_RESET_NONE = 1 << 8,
    FEATURE_RESETS = 7 << 6,

    FEATURE_READOUT_LAST = 1 << 9, /* network.readout: enum readout */
    FEATURE_READOUT_MEAN = 1 << 10,
    FEATURE_READOUTS = 3 << 9,

    FEATURE_START_RATE = 1 << 11, /* network.start: enum start */
    FEATURE_START_KAIMING = 1 << 12,
    FEATURE_START_PUBLISHED = 1 << 13,
    FEATURE_STARTS = 7 << 11,

    FEATURE_NETWORKS =
        FEATURE_LOSSES | FEATURE_RESETS | FEATURE_READOUTS | FEATURE_STARTS, /* all of network.* */

    FEATURE_FULL_BATCH = 1 << 14, /* a step works on all training samples at once */
    FEATURE_MINI_BATCH = 1 << 15,
    FEATURE_MEASURES = 1 << 16, /* trains nothing: steps measure the network that start leaves, and keep it */
    FEATURE_ONE_SHOT = 1 << 17, /* has a closed-form result: converged after one step */
    FEATURE_OWN_PREDICTION = 1 << 18, /* predicts by a rule of its own: has `predict` */

    FEATURE_RECURRENT = 1 << 19,     /* network.recurrent: trains net->W[1 .. net->blocks], R_l included */
    FEATURE_SYNAPSE = 1 << 20,       /* network.synapse = current */
    FEATURE_LAYER_NEURONS = 1 << 21, /* network.leak, .threshold: another number for each layer */
    /* Nothing of a training sample outlasts the step but its number: samples may be others in each
     * (dataset.augment_*), as env.train.x then has them. */
    FEATURE_FRESH_SAMPLES = 1 << 22,
    /* Several ranks divide its samples, or enkf's members (support/parallel.h). Where all are trained on at
     * once (solver_is_full) a rank has the lists of those of own_parts of each split alone. */
    FEATURE_RANKS = 1 << 23,

    /* Has `parameters`, a network of its own in place of the shared one: env.net has these matrices, which
     * start sets, and no layers. network.* has no part in it and is refused where it is not at its default:
     * the mask has the default's bit of each choice. Needs FEATURE_OWN_PREDICTION. */
    FEATURE_OWN_NETWORK = 1 << 25,
    /* Its weights make hidden neurons of the simulated network spike in most steps (memory is estimated so).
     */
    FEATURE_DENSE_SPIKES = 1 << 26
};

/* Extra CSV columns of a solver. */
enum metric_scope {
    METRIC_RUN,   /* one column, `name` */
    METRIC_LAYER, /* name_1 .. name_L */
    METRIC_HIDDEN /* name_1 .. name_{L-1} */
};
struct metric_desc {
    const char *name, *unit, *help;
    enum metric_scope scope;
};

struct metric_table {
    const struct metric_desc *list;
    size_t n;
};
/* Columns of a net of L layers; the name of column k, k < metric_count. */
size_t metric_count(const struct metric_table *t, size_t L);
void metric_column(const struct metric_table *t, size_t L, size_t k, char *name, size_t size);

/* Where report() puts its values. index is the layer for METRIC_LAYER and METRIC_HIDDEN, 0 for METRIC_RUN.
 * What is not put is nan. Unknown names or indices set `bad` (contract tests check it). */
struct metric_sink {
    const struct metric_table *table;
    size_t L;
    double *values; /* [metric_count()], in column order */
    bool bad;
};
void metric_clear(struct metric_sink *s); /* all nan */
void metric_put(struct metric_sink *s, const char *name, size_t index, double value);

/* All sizes of a run: enough to allocate. `check` knows them before any data is read. */
struct shapes {
    const struct net *net; /* its sizes and neuron; the weights must not be read */
    const struct net_options *net_options;
    const struct dataset_info *info; /* info->n[SPLIT_TRAIN] > 0 */
    size_t threads;                  /* of the pool */
    size_t ranks;                    /* that share the samples; 0 and 1: this process alone */
};

/* What a solver trains with: the net, info and number of threads that create was given, now with weights,
 * data and a pool. All pointers are borrowed and outlive the state. */
struct train_env {
    struct net *net; /* in: the start; the solver changes its weights only */
    const struct net_options *net_options;
    const struct dataset_info *info;
    struct batch train;      /* the training samples: info->n[SPLIT_TRAIN], all that train.x holds */
    struct batch validation; /* for choosing a hyper-parameter inside the solver (may be empty) */
    struct pool *pool;       /* may be NULL: one thread */
    struct rng *rng;         /* the solver's own stream */
};

/* A moment or a length of time: wall seconds, and seconds of CPU time of the calling thread. */
struct step_time {
    double wall, cpu;
};

/* Synaptic operations of a prediction, mean over its samples; elementwise work is not counted. */
struct operations {
    double accumulations; /* a weight is added for a spike */
    double macs;          /* a weight times a value */
};
/* The mean over n samples of the sums of parts. */
void operations_mean(const struct operations *parts, size_t n_parts, size_t n, struct operations *mean);

/* One outer iteration or epoch. */
struct step_report {
    bool measure;   /* in: report() will be called after this step, so costly diagnostics are wanted */
    double samples; /* out: training samples that this step went through */
    /* out: what the step cost, counted without a clock. Passes of one sample through the whole network, a
     * part of the layers counting by its weights: forward in a simulation, a tangent or an equal product W_l
     * x in every layer, backward in a sweep from the last layer to the first, through W_L .. W_2. Predictions
     * and diagnostics are no training and not counted. What start simulates (the auxiliary variables' start)
     * counts in the first step; the network's own start (net_start) is common to all and does not. */
    double forward_passes, backward_passes;
    double spike_passes; /* out: forward passes that are simulations of binary spikes */
    /* out: multiply-accumulates of all other matrix products and solves (trainer/cost.h: half their FLOPs,
     * dense, but with the input lists by entries): tangents, backward products, gradients' sums, products
     * with auxiliary spikes that are not simulated, Gram matrices, factors, solves, joint solves of a
     * neuron's path (solvers/proximal/joint_potentials.h). Elementwise work (neurons, losses and their
     * proximal steps, the readout's recursion in time, optimizers) is not counted. The runner's train_synops:
     * spike_passes times the accumulations of a simulation, plus these. */
    double dense_macs;
    /* out: gradients of a mini-batch's mean loss, or directions in place of one, that the step worked out,
     * whatever each of them costs: what optimizers that ask once or several times for an update differ in.
     * All trainers by mini-batches: 1 per call of the oracle (trainer/optimizer.h), so 1 per mini-batch with
     * sgd, adam and adamw; all directions of forward_mode's estimate are one call, and the local gradients of
     * all layers of forward_forward. gradient_probe: 1 per estimate that it measures. random_features and the
     * ADMM family take no gradient: 0. */
    double gradient_evaluations;
    bool converged; /* out: further steps would change nothing */
    /* The runner's clock. Diagnostics that are no part of the method (re-evaluating the Lagrangian, backward
     * errors) go between step_hold and step_resume and are not counted as training time. */
    void (*hold)(void *clock);
    void (*resume)(void *clock);
    struct step_time (*now)(void *clock);
    void (*discount)(void *clock, struct step_time length);
    void *clock;
};
void step_hold(struct step_report *r); /* r may be NULL; no-op without a clock, as are the following */
void step_resume(struct step_report *r);
/* For diagnostics inside tasks of a pool, where the clock cannot be held: step_now before one (zero without a
 * clock), step_spent after it in the same thread adds its length to *sum, and step_discount takes the sum
 * over all tasks off afterwards: wall seconds divided by the number of threads (an estimate with more than
 * one), CPU seconds as they are. Neither can exceed what the clock has counted: a thread that waits for a
 * processor spends wall seconds but no CPU time. */
struct step_time step_now(struct step_report *r);
void step_spent(struct step_report *r, struct step_time since, struct step_time *sum);
void step_discount(struct step_report *r, struct step_time sum, size_t threads);

/* A checkpoint that is being written or read. */
struct checkpoint {
    FILE *file; /* NULL on ranks but the first, which write nothing */
    bool reading;
    struct pool *pool; /* of the run */
    int failure;       /* errno of the write that failed, from which on there is no file; else 0 */
};
/* Writes the block, or reads it back into the same place. ST_IO on a short read. A write that fails is kept
 * in `failure` for whoever opened the file: other ranks go through the rest, and so must this one. */
status checkpoint_block(struct checkpoint *c, void *bytes, size_t size, struct error *e);
/* Says that a write has failed, by errno. The file stays open. */
void checkpoint_fail(struct checkpoint *c);
/* The same of an array of `size` bytes a sample, of which each rank has kept its own (support/parallel.h):
 * what is written is made whole first, what is read back is. */
status checkpoint_samples(struct checkpoint *c, const struct partition *part, void *bytes, size_t size,
                          struct error *e);
/* The same of n indices. Those that are read back must be first .. end-1, as a right checksum does not say
 * that they are: ST_DATA naming `what` otherwise. */
struct index_range {
    size_t first, end;
};
status checkpoint_indices(struct checkpoint *c, size_t *indices, size_t n, struct index_range range,
                          const char *what, struct error *e);
/* The same of a yes or no, and of a count of steps or epochs, at least 0 and so small that going on cannot
 * overflow it. What is read is taken only if it is one: ST_DATA naming `what` otherwise. */
status checkpoint_flag(struct checkpoint *c, bool *flag, const char *what, struct error *e);
status checkpoint_count(struct checkpoint *c, long *count, const char *what, struct error *e);

/* One trainer. A method with variants is one set of functions and a struct solver for each variant; `own`
 * then holds what they differ in. Functions without a state are given `self`; one that needs it in step keeps
 * it in the state.
 *
 * Memory: the state and everything in it belong to the arena that create was given, which the runner frees.
 * There is nothing to free, also after an error half-way through, but for what no arena can hold. */
struct solver {
    unsigned abi;                           /* SOLVER_ABI */
    const char *name, *summary, *reference; /* reference: the paper */
    unsigned features;                      /* enum solver_feature */
    struct option_table options;
    struct metric_table metrics;
    const void *own; /* the variant's own constants; NULL if there are none */

    /* Required. Allocates the state, and all that it will ever need, in the arena; copies the options. It
     * reads no data, draws no random numbers and fills no large block: `spikebench check` runs it on an arena
     * whose pages are reserved and never touched, and prints the bytes. ST_MEMORY; ST_CONFIG for sizes that
     * the method cannot take. */
    status (*create)(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e);
    /* Required. Computes what step needs from data and weights: factors, the auxiliary variables' start.
     * Called once, after create and before step, or before a checkpoint is read. create and start are timed
     * as set-up. */
    status (*start)(void *state, const struct train_env *env, struct error *e);
    /* Required. One outer iteration or epoch; timed. ST_NUMERIC: the run has `diverged`. */
    status (*step)(void *state, struct step_report *r, struct error *e);

    /* The rest is optional: NULL where there is nothing to do. */

    /* Refuses options that do nothing as the others stand (opt_refuse_idle), and combinations that `features`
     * cannot say: ST_CONFIG naming the option. */
    status (*check)(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e);
    /* The matrices of an own network: names and sizes into shape[NET_OWN_MOST], their number into *n. Knows
     * what check knows, which comes first. */
    void (*parameters)(const struct solver *self, const void *options, const struct dataset_info *info,
                       struct net_block *shape, size_t *n);
    /* Puts the values of the metrics; untimed. */
    void (*report)(void *state, struct metric_sink *sink);
    /* Scores (n_L x batch->n) for prediction rules other than the simulated readout. Where it is set, the
     * runner reports no rates of the simulated network (nan), which is not what predicts, and the operations
     * that are put into *counts (in: nan, which stays where they are not counted; batch->n > 0). They depend
     * on the net, the options and what start makes alone, so that `spikebench eval` repeats them from a
     * weight file. */
    status (*predict)(void *state, const struct batch *b, real *scores, struct operations *counts,
                      struct error *e);
    /* Writes or reads, block by block, everything that the next step depends on beyond the net's weights and
     * the rng (which the runner keeps) and what start finds again from the same data. One function for both
     * ways, so that they cannot differ. NULL for a solver that keeps nothing else. */
    status (*checkpoint)(void *state, struct checkpoint *c, struct error *e);
    /* Tasks in sequence (dataset.tasks): goes on with the next task's samples, *env as start was given it,
     * while those of the task before are still there. NULL: the runner makes a new state for each task
     * (create, start), so that all but the weights and the random stream begins anew. With it, create is
     * given the largest number of samples of any task, and start the first task, or after an interruption the
     * one that is running, the weights as they were when that began. Timed as start is. */
    status (*task)(void *state, const struct train_env *env, struct error *e);
    /* Gives back what is not in the arena (a file, a handle). Most solvers need none. Called once, if create
     * returned ST_OK. */
    void (*free)(void *state);
};

/* `start` for a solver that has nothing to compute: keeps *env in the state, which begins with a struct
 * train_env. */
status solver_keep_env(void *state, const struct train_env *env, struct error *e);

/* A shared object for --plugin exports its solvers, up to a NULL, under this name. The program itself has
 * none. */
extern const struct solver *const spikebench_plugin[];

/* Geometric step lengths: first (last / first)^(k / (n - 1)) in iteration k (from 0), `last` from k = n - 1
 * on. */
double step_length(double first, double last, long n, long k);

#endif
