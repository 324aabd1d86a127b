/* Trainers that are not in the program: what a shared object exports as spikebench_plugin (trainer/solver.h).
 */
#ifndef SPIKEBENCH_TRAINER_SHARED_OBJECT_H
#define SPIKEBENCH_TRAINER_SHARED_OBJECT_H

#include "trainer/solver.h"

/* Opens the shared object `file`, a name with a slash, and finds the list of its solvers, which ends with
 * NULL; the object stays open until the process ends. None of its functions is called. ST_CONFIG if it is no
 * plug-in, was built for another version of the contract, or brings a solver that lacks what is required. */
status solver_open_list(const char *file, const struct solver *const **list, struct error *e);

#endif
