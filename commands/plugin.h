/* Trainers that are not in the program: the shared object that --plugin names. */
#ifndef SPIKEBENCH_COMMANDS_PLUGIN_H
#define SPIKEBENCH_COMMANDS_PLUGIN_H

#include "experiments/catalogue.h"
#include "support/mem.h"

/* Opens the shared object `file` and puts the solvers of its spikebench_plugin (trainer/solver.h) behind
 * those of `base` in *out, all in the arena; the object stays open until the process ends. None of its
 * functions is called. ST_IO if the file cannot be read; ST_CONFIG if it is no plug-in, was built for another
 * version of the contract, or brings a name that is taken. */
status plugin_open(const char *file, const struct catalogue *base, struct catalogue *out, struct mem *m,
                   struct error *e);

#endif
