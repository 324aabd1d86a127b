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

enum { SOLVER_API = 1 };

enum solver_cap {
    CAP_CLASSIFICATION = 1,
    CAP_REGRESSION = 2,
    CAP_FULL_BATCH = 4, /* one step works on all training samples at once */
    CAP_MINI_BATCH = 8,
    CAP_ONE_SHOT = 16, /* has a closed-form result: converged after one step */
    CAP_MEASURES =
        32 /* trains nothing: its steps measure the network that init leaves, and never change it */
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

/* Where report() puts its values. index is the layer for METRIC_LAYER and METRIC_HIDDEN, 0 for METRIC_RUN.
 * What is not put is nan. Unknown names or indices set `bad` (contract tests check it). */
struct metric_sink {
    const struct metric_desc *metrics;
    size_t n_metrics, L;
    double *values; /* [metric_count()], in column order */
    bool bad;
};
size_t metric_count(const struct metric_desc *m, size_t n_metrics, size_t L);
/* Name of column k (0 .. metric_count - 1). */
void metric_column(const struct metric_desc *m, size_t n_metrics, size_t L, size_t k, char *name,
                   size_t size);
void metric_clear(struct metric_sink *s); /* all nan */
void metric_put(struct metric_sink *s, const char *name, size_t index, double value);

/* What a solver trains with. All pointers are borrowed and outlive the state. */
struct train_env {
    struct net *net; /* in: the start; the solver changes its weights only */
    const struct net_options *net_options;
    const struct dataset_info *info;
    struct batch train;      /* the training samples */
    struct batch validation; /* for choosing a hyper-parameter inside the solver (may be empty) */
    struct pool *pool;       /* may be NULL: one thread */
    struct rng *rng;         /* the solver's own stream */
};

/* A moment or a length of time: wall seconds, and seconds of CPU time of the calling thread. */
struct step_time {
    double wall, cpu;
};

/* One outer iteration or epoch. */
struct step_report {
    bool measure;   /* in: report() will be called after this step, so costly diagnostics are wanted */
    double samples; /* out: training samples that this step went through */
    /* out: what the step cost, counted without a clock. Passes of one sample through the whole network, a
     * part of the layers counting by its weights: forward in a simulation, a tangent or an equal product W_l
     * x in every layer, backward in a sweep from the last layer to the first, through W_L .. W_2. Predictions
     * and diagnostics are no training and not counted. What init simulates (the auxiliary variables' start)
     * counts in the first step; the network's own start (net_start) is common to all and does not. */
    double forward_passes, backward_passes;
    double spike_passes; /* out: forward passes that are simulations of binary spikes */
    /* out: multiply-accumulates of all other matrix products and solves (solvers/cost.h: half their FLOPs,
     * dense, but with the input lists by entries): tangents, backward products, gradients' sums, products
     * with auxiliary spikes that are not simulated, Gram matrices, factors, solves, joint solves of a
     * neuron's path (solvers/joint_potentials.h). Elementwise work (neurons, losses and their proximal steps,
     * the readout's recursion in time, optimizers) is not counted. The runner's train_synops: spike_passes
     * times the accumulations of a simulation, plus these. */
    double dense_macs;
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

/* What one step costs: floating-point operations in dense matrix products and solves, those in products with
 * the lists of layer 1, and bytes moved between the processor and memory by passes over large blocks. */
struct step_cost {
    double flops, sparse_flops, bytes;
};
/* List entries of the training samples, by info's estimate. */
double training_entries(const struct dataset_info *info);

struct solver {
    unsigned api_version;                   /* SOLVER_API */
    const char *name, *summary, *reference; /* reference: the paper */
    unsigned caps;                          /* enum solver_cap */
    struct option_table options;
    const struct metric_desc *metrics;
    size_t n_metrics;
    /* Refuses combinations of options, network and data that the method cannot do: ST_CONFIG naming the
     * option. Optional (NULL: all is well). */
    status (*check)(const void *options, const struct net_options *net, const struct dataset_info *info,
                    struct error *e);
    /* Bytes of working memory that init will take with one thread, for `spikebench check`. Optional. */
    size_t (*memory)(const void *options, const struct net *net, const struct dataset_info *info);
    /* What each thread beyond the first adds to that. Optional (NULL: nothing). */
    size_t (*thread_memory)(const void *options, const struct net *net, const struct dataset_info *info);
    /* Cost of one step, an estimate for projected times (set-up and diagnostics left out). Optional. */
    struct step_cost (*cost)(const void *options, const struct net *net, const struct dataset_info *info);
    status (*init)(void **state, const void *options, const struct train_env *env, struct error *e);
    status (*step)(void *state, struct step_report *r,
                   struct error *e);                       /* timed; ST_NUMERIC: reported `diverged` */
    void (*report)(void *state, struct metric_sink *sink); /* untimed */
    /* Optional: scores (n_L x batch->n) for prediction rules other than the simulated readout. Where it is
     * set, the runner reports no operations and rates of the simulated network (nan): it is not what
     * predicts. */
    status (*predict)(void *state, const struct batch *b, real *scores, struct error *e);
    /* Checkpoints: everything that the next step depends on beyond the net's weights (which the runner saves)
     * and the rng (likewise). NULL for solvers that keep nothing. */
    status (*save)(void *state, FILE *f, struct error *e);
    status (*load)(void *state, FILE *f, struct error *e);
    void (*free)(void *state); /* accepts NULL and a half-built state */
};

/* Geometric step lengths: first (last / first)^(k / (n - 1)) in iteration k (from 0), `last` from k = n - 1
 * on. */
double step_length(double first, double last, long n, long k);

/* Raw blocks in checkpoints: ST_IO on a short write or read. */
status checkpoint_write(FILE *f, const void *bytes, size_t size, struct error *e);
status checkpoint_read(FILE *f, void *bytes, size_t size, struct error *e);

#endif
