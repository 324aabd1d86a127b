/* How a run's worker is started where it has several ranks, and what is recorded where it is lost. */
#ifndef SPIKEBENCH_RUNS_LAUNCH_H
#define SPIKEBENCH_RUNS_LAUNCH_H

#include "runs/session.h"
#include "support/env.h"

enum { LAUNCH_ARGUMENTS_MAX = 32 }; /* of a worker's command line, the launcher's included */

/* Version, commit and sources of this program: what it starts must be of the same, since both know the
 * options of a run and the command line between them. */
enum { LAUNCH_VERSION = 2 * ENV_TEXT };
void launch_version(char text[LAUNCH_VERSION]);

/* Texts of a launcher's command line. */
struct launch {
    char ranks[32], session[RUN_FILE];
};

/* Whether a run's worker is to be started by mpirun: with several ranks, unless a launcher has started this
 * program as one of them already. */
bool launch_needed(const struct run *run);
/* Writes what goes before the worker's command line where launch_needed; argv borrows the texts of *l. mpirun
 * keeps files of its session in FOLDER/.work/<id>.mpi: in one place for several, one that ends takes away
 * what another is making. Returns how many arguments. */
size_t launch_arguments(const char **argv, struct launch *l, const char *folder, const struct run *run);
/* Removes what a launcher has left of its session. */
void launch_end(const char *folder, const struct run *run);
/* Writes the row file of a worker that ended, with this status of waitpid, without writing one: where a stop
 * signal ended it, it was still starting. ST_IO, ST_MEMORY. One that did not take its command line is of
 * another version: ST_CONFIG, which ends the plan, and there is no row. */
status launch_lost(const char *path, const struct run *run, int wait_status, struct error *e);

#endif
