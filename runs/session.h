/* What a worker holds while it performs a run, and the files that it writes. */
#ifndef SPIKEBENCH_RUNS_SESSION_H
#define SPIKEBENCH_RUNS_SESSION_H

#include "experiments/run.h"
#include "network/evaluate.h"
#include "records/record.h"
#include "runs/accounts.h"
#include "support/file.h"
#include "trainer/stopwatch.h"

struct worker_settings {
    const char *out;     /* OUT/<experiment> */
    long jobs;           /* how many runs share the machine: timing_valid is 0 if more than one */
    int progress_fd;     /* where the numbers of finished iterations go, a line each; -1: nowhere */
    const char *weights; /* NULL, or NAME.net, where the network is written at the end (trained.h) */
    void (*begun)(void); /* NULL, or called when training begins: who stops the run from then on waits for
                            the step that is running */
    const char *after;   /* NULL, or the id of a shorter run from whose end this one goes on (changes.h) */
    double keep_bytes;   /* the state at the end is kept if it has at most so many */
};

/* The part of the progress that a checkpoint carries as it is. */
struct progress_state {
    struct run_totals totals;
    double new_spike_passes; /* simulations of training since the last evaluation */
    long iter, best_iter;
    long task, task_iter; /* of tasks in sequence the one that runs, from 0, and its iterations */
    bool converged;       /* the last step said so */
    bool machine_shared;  /* during some of the training */
    bool end_kept;        /* checkpoint_keep */
    size_t n_rows;
};

/* Each of a run's ranks has one, with the same weights and numbers; rank 0 alone writes files. */
struct session {
    struct mem mem;
    struct run *run;
    const struct worker_settings *settings;
    struct ranks *ranks;      /* that share the run; NULL: this process alone */
    struct accounts accounts; /* of what they have sent */
    struct dataset data;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    struct batch plain;         /* the training samples of env as they are in the data */
    struct augmented augmented; /* those of env.train.x where they change (dataset.augment_*) */
    struct evaluator *evaluator;
    struct mem solver_mem;
    void *solver;        /* the solver's state, in solver_mem */
    bool created;        /* whether it is whole */
    size_t solver_bytes; /* that create took; of tasks the most */
    /* Tasks in sequence; with one task the rest is empty. */
    size_t n_tasks;
    struct dataset part[2];      /* of task k: part[k % 2]; the other while the next begins */
    struct dataset_info largest; /* tasks_largest */
    struct net begun;            /* the weights, and the random stream, with which the task began */
    struct rng begun_rng;
    double *known; /* N_SPLITS x n_tasks x n_tasks: accuracy on task j at the end of task i; nan: not yet */
    struct stopwatch watch;
    struct progress_state at;
    struct evaluation last[N_SPLITS]; /* of the last evaluation */
    real *scores;                     /* for predict and for tasks; NULL without */
    size_t n_columns; /* of the curve; the last are the metrics of the dataset, of all splits */
    double *rows;     /* heap: n_rows x n_columns */
    size_t rows_capacity;
    const char *stop_reason;
    bool agreed;                /* all ranks know of the error that ended the run */
    char word[16];              /* what rank 0 has last told the others to do */
    char curve_crc32[FILE_CRC]; /* "" until the curve is written */
};

/* Of tasks in sequence: the place in s->known of the accuracy on task j of a split at the end of task i, or
 * so far. */
double *session_known(const struct session *s, enum split split, size_t i, size_t j);
/* Columns of the dataset's metrics. */
size_t session_measures(const struct session *s);
/* OUT/FOLDER/<id>.csv in `path`, its folder made if there is none. ST_IO. */
status session_folder(const struct session *s, const char *folder, char path[RUN_FILE], struct error *e);

/* Room for n curve rows in all. ST_MEMORY. */
status session_reserve_rows(struct session *s, size_t n, struct error *e);
/* What the session has measured so far. Accumulations are an estimate: simulations since the last evaluation
 * take the accumulations per training sample of the network simulated there; nan for a solver with a
 * prediction rule of its own. */
struct run_result session_result(const struct session *s);
/* ranks_agree; an error is one that all ranks know of. */
status session_agree(struct session *s, status st, struct error *e);
/* OUT/curves/<id>.csv: a row per evaluation; its CRC-32 goes to s->curve_crc32. ST_IO. */
status session_write_curve(struct session *s, struct error *e);
/* OUT/.work/<id>.row.csv: the run's row of runs.csv. `word`: its status; `text`: what went wrong, or "".
 * ST_IO. */
status session_write_row(const struct session *s, const char *word, const char *text, struct error *e);

/* Training on one task after the other (dataset.tasks). A run without tasks is a sequence of one.
 *
 * sequence_create: the training data of the first task, in s->env, and the room for what follows.
 * sequence_next: the same of the task s->at.task, and a solver for it, new for each task unless it has a
 * `task` of its own; `resumed`: s->net and s->rng are what they were when it began. The errors of
 * task_select, and of the solver. */
status sequence_create(struct session *s, struct error *e);
status sequence_next(struct session *s, bool resumed, struct error *e);
/* Where training samples change from iteration to iteration: makes those of the next one; no time of
 * training. As the solver starts, and where nothing is asked for, they are those of the data. ST_MEMORY. */
status sequence_refresh(struct session *s, struct error *e);
void sequence_free_solver(struct session *s);
/* Takes the accuracies of a split by task from the scores (n_L x n) of its samples. */
void sequence_score(struct session *s, enum split split, const real *scores);
/* OUT/tasks/<id>.csv: a row for each task that began and each task, where there are tasks. ST_IO. */
status sequence_write(const struct session *s, struct error *e);

/* Writes OUT/.work/<id>.ckpt, complete or as it was before: rank 0 does, with what all others hand it. ST_IO.
 */
status checkpoint_save(struct session *s, struct error *e);
/* Writes the same as OUT/.work/<id>.end, the state from which a run goes on that differs in a larger
 * stop.max_iter alone: that of the end, or, where the last step is measured and evaluated for being the last
 * alone, that before it. Once; not where it exceeds settings->keep_bytes, nor of tasks in sequence. Where it
 * cannot be written, that is said on stderr, and is no error of the run. */
status checkpoint_keep(struct session *s, struct error *e);
/* Restores the session from its checkpoint, or else from the end of the run settings->after, its solver
 * included, which begins again where the task began, if there is one of the same run and build; *found tells.
 * One that is damaged, cannot be read or is of another is set aside under another name, said on stderr, and
 * the run begins anew. All ranks read the same file. On an error the session must not go on: ST_MEMORY leaves
 * the file where it is; ST_DATA or ST_IO, of a whole file that does not fit its run, sets it aside. */
status checkpoint_restore(struct session *s, bool *found, struct error *e);

/* Performs the run in this process: OUT/curves/<id>.csv and OUT/.work/<id>.row.csv, and, when stopped,
 * OUT/.work/<id>.ckpt, from which the same run by the same commit resumes. stop_signal (support/process.h) is
 * read after each step. Failures of the run itself are results: they are written as a row with status
 * `failed`, `diverged` or `no_data`; what is returned is ST_OK, ST_INTERRUPTED, ST_NO_DATA or the failure.
 * settings->weights is written when the run ended or was stopped, not when it failed. */
status worker_run(struct run *run, const struct worker_settings *s, struct error *e);

#endif
