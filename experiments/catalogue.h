/* The solvers and datasets that an experiment may name: those of the program (commands/registry.h) and of
 * plug-ins. */
#ifndef SPIKEBENCH_EXPERIMENTS_CATALOGUE_H
#define SPIKEBENCH_EXPERIMENTS_CATALOGUE_H

#include "datasets/dataset.h"
#include "trainer/solver.h"

/* A shared object that brings solvers (commands/plugin.c opens it). */
struct plugin {
    const char *file;      /* its path, with a slash */
    char sha256[HASH_HEX]; /* of its bytes */
    const struct solver *const
        *solvers; /* ends with NULL; their code is for the precision of their ABI word */
};

/* Both lists end with NULL; they and what they point to are borrowed. */
struct catalogue {
    const struct solver *const *solvers; /* the plug-in's too */
    const struct dataset_source *const *datasets;
    const struct plugin *plugin; /* NULL: none */
};

/* The plug-in if it brings this solver, or NULL. */
const struct plugin *catalogue_plugin(const struct catalogue *c, const struct solver *solver);

enum { CATALOGUE_NAMES_MAX = OPT_NAMES_MAX };

/* The entry of this name, or NULL. */
const struct solver *catalogue_solver(const struct catalogue *c, const char *name);
const struct dataset_source *catalogue_dataset(const struct catalogue *c, const char *name);

/* The same, or ST_CONFIG "WHERE: unknown solver 'NAME'" with the nearest name and all that there are. */
status catalogue_need_solver(const struct catalogue *c, const char *where, const char *name,
                             const struct solver **found, struct error *e);
status catalogue_need_dataset(const struct catalogue *c, const char *where, const char *name,
                              const struct dataset_source **found, struct error *e);
/* Says in an error about a name that a plug-in may have it, if there is none. */
void catalogue_hint(const struct catalogue *c, struct error *e);
/* Fills names with the names of all solvers or datasets, at most CATALOGUE_NAMES_MAX; returns how many. */
size_t catalogue_solver_names(const struct catalogue *c, const char **names);
size_t catalogue_dataset_names(const struct catalogue *c, const char **names);

/* Sets "KEY=VALUE" (or "dataset.KEY=VALUE") in the options of a dataset. ST_USAGE or ST_CONFIG. */
status dataset_set(const struct dataset_source *source, void *options, const char *text, struct error *e);

#endif
