/* What a worker holds while it performs a run; shared by worker.c and checkpoint.c. */
#ifndef SPIKEBENCH_RUNS_SESSION_H
#define SPIKEBENCH_RUNS_SESSION_H

#include "network/evaluate.h"
#include "runs/worker.h"

/* The training clock: runs during init and step, held for diagnostics and evaluation. */
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
    void *solver;
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

/* Writes OUT/.work/<id>.ckpt atomically. ST_IO. (checkpoint.c) */
status checkpoint_save(struct session *s, struct error *e);
/* Restores the session from the file if there is one of the same run and commit; *found tells. An unusable
 * file is no error: it is ignored. ST_IO for one that breaks off half-way through, after which the session
 * must not go on. */
status checkpoint_restore(struct session *s, bool *found, struct error *e);
void checkpoint_remove(const struct session *s);
/* Accumulations of the simulations of training so far, an estimate: those since the last evaluation take the
 * accumulations per training sample of the network simulated there; nan for a solver with a prediction rule
 * of its own. (worker_record.c) */
double session_accumulations(const struct session *s);
/* Room for one more curve row. */
status session_grow_rows(struct session *s, struct error *e);

#endif
