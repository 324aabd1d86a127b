/* The solvers, datasets and commands of the program. A new one is its own file and a line in registry.c. */
#ifndef SPIKEBENCH_COMMANDS_REGISTRY_H
#define SPIKEBENCH_COMMANDS_REGISTRY_H

#include "experiments/catalogue.h"
#include "support/command.h"

/* They end with NULL. */
extern const struct solver *const solvers[];
extern const struct dataset_source *const dataset_sources[];
extern const struct command *const commands[];

/* Solvers and datasets together, without plug-ins. */
extern const struct catalogue registry;

/* The program itself: its subcommands are the commands. (program.c) */
extern const struct command program;

#endif
