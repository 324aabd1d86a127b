/* What a worker holds while it performs a run. */
#ifndef SPIKEBENCH_RUNS_SESSION_H
#define SPIKEBENCH_RUNS_SESSION_H

#include "experiments/plan.h"
#include "network/evaluate.h"
#include <signal.h>

struct worker_settings {
    const char *out;     /* OUT/<experiment> */
    long jobs;           /* how many runs share the machine: timing_valid is 0 if more than one */
    int progress_fd;     /* where progress lines go; -1: nowhere */
    const char *weights; /* NULL, or NAME.net, where the network is written at the end (trained.h) */
    const volatile sig_atomic_t *stop; /* set by a signal handler; read after each step */
};

/* The training clock: runs during create, start and step, held for diagnostics and evaluation. */
struct stopwatch {
    double total, since;         /* wall seconds */
    double cpu_total, cpu_since; /* CPU seconds of the process, all threads */
    bool running;
};

/* The part of the progress that a checkpoint carries as it is. */
struct progress_state {
    long iter;
    double samples, setup_s, train_s, eval_s, cpu_s, time_to_target_s;
    double forward_passes, backward_passes; /* of training, so far */
    double train_macs;                      /* of training, so far: dense_macs of all steps */
    double gradient_evaluations;            /* of training, so far */
    /* Accumulations of the simulations of training up to the last evaluation, and simulations since. */
    double accumulations, new_spike_passes;
    /* At best_iter: accuracies, or for regression losses with their sign turned; nan before the first
     * evaluation with a validation split. */
    double best_val, best_test;
    long best_iter;
    size_t n_rows;
};

struct session {
    struct mem mem;
    struct run *run;
    const struct worker_settings *settings;
    struct dataset data;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    struct evaluator *evaluator;
    void *solver; /* the solver's state, in mem */
    bool created; /* whether it is whole */
    struct stopwatch watch;
    struct progress_state at;
    struct evaluation last[N_SPLITS]; /* of the last evaluation */
    struct metric_sink sink;
    real *scores;     /* for predict; NULL without */
    size_t n_columns; /* of the curve */
    double *rows;     /* heap: n_rows x n_columns */
    size_t rows_capacity;
    bool resumed;
    const char *stop_reason;
};

/* Accumulations of the simulations of training so far, an estimate: those since the last evaluation take the
 * accumulations per training sample of the network simulated there; nan for a solver with a prediction rule
 * of its own. */
double session_accumulations(const struct session *s);
/* Room for n curve rows in all. ST_MEMORY. */
status session_reserve_rows(struct session *s, size_t n, struct error *e);

#endif
