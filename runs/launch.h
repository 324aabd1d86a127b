/* How a run's worker is started where it has several ranks, and what is recorded where it is lost. */
#ifndef SPIKEBENCH_RUNS_LAUNCH_H
#define SPIKEBENCH_RUNS_LAUNCH_H

#include "experiments/run.h"

enum { LAUNCH_ARGUMENTS_MAX = 32 }; /* of a worker's command line, the launcher's included */

/* Whether a run's worker is to be started by mpirun: with several ranks, unless a launcher has started this
 * program as one of them already. */
bool launch_needed(const struct run *run);
/* Writes what goes before the worker's command line where launch_needed, `ranks` being their number (borrowed
 * by argv). Returns how many arguments. */
size_t launch_arguments(const char **argv, const char *ranks);
/* Writes the row file of a worker that ended, with this status of waitpid, without writing one: where a stop
 * signal ended it, it was still starting. ST_IO, ST_MEMORY. */
status launch_lost(const char *path, const struct run *run, int wait_status, struct error *e);

#endif
