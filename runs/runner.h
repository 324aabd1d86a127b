/* Running a plan: one worker process per run, results merged into CSV files. */
#ifndef SPIKEBENCH_RUNS_RUNNER_H
#define SPIKEBENCH_RUNS_RUNNER_H

#include "experiments/plan_check.h"

struct runner_settings {
    const char *out;        /* results folder ("results") */
    size_t jobs;            /* runs at the same time, >= 1 */
    bool fresh;             /* repeat finished runs */
    bool machine_shared;    /* runs of other runners may share the machine: timings are not valid */
    bool quiet;             /* runs that end well are not told, and there is no progress line */
    size_t states;          /* MiB that the states at the runs' ends may have in all, from which a larger
                               stop.max_iter goes on; 0: none is kept */
    const char *const *set; /* n_set texts of --set: what they change about finished runs is said on stderr */
    size_t n_set;
    const char *weights; /* NULL, or NAME.net for the network of the plan's only run, which then is made also
                            where it is finished; what is said about it is left to the caller, but for
                            failures */
};
struct runner_outcome {
    size_t done, skipped, failed, no_data, interrupted, stale; /* stale: finished by another commit, kept */
    size_t diverged;                                           /* of the runs that were made now */
    size_t lost; /* configurations of which all runs have diverged, now or before */
};

/* Runs what is not finished yet of a plan that plan_check has found free of ST_CONFIG, in plan order, `jobs`
 * at a time, with a progress line on a terminal (one plain line per finished run otherwise). Writes
 * OUT/<experiment>/runs.csv (rows in plan order, then rows of other configurations that were there; row files
 * are its journal, results_file.h), curves/<run_id>.csv and config.resolved.yaml. SIGINT and SIGTERM reach
 * the workers, which save a checkpoint and their curve so far; returns ST_INTERRUPTED then. Runners of the
 * shards of one plan may share the folder, on several machines at the same time: each keeps the rows of the
 * others.
 */
status runner_run(struct plan *plan, const struct plan_report *checked, const struct runner_settings *s,
                  struct runner_outcome *out, struct error *e);

#endif
