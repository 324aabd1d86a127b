/* The solvers and datasets that an experiment may name: the program's (commands/registry.h) and plug-ins'. */
#ifndef SPIKEBENCH_EXPERIMENTS_CATALOGUE_H
#define SPIKEBENCH_EXPERIMENTS_CATALOGUE_H

#include "datasets/dataset.h"
#include "trainer/solver.h"

/* A shared object that brings solvers (commands/program.c opens it). */
struct plugin {
    const char *file;      /* its path, with a slash */
    char sha256[HASH_HEX]; /* of its bytes */
    /* ends with NULL; their code is for the precision of their ABI word */
    const struct solver *const *solvers;
};

/* Both lists end with NULL; they and what they point to are borrowed. */
struct catalogue {
    const struct solver *const *solvers; /* the plug-in's too */
    const struct dataset_source *const *datasets;
    const struct plugin *plugin; /* NULL: none */
};

/* The plug-in if it brings this solver, or NULL. */
const struct plugin *catalogue_plugin(const struct catalogue *c, const struct solver *solver);

/* The entry of this name, or NULL. */
const struct solver *catalogue_solver(const struct catalogue *c, const char *name);
const struct dataset_source *catalogue_dataset(const struct catalogue *c, const char *name);

/* What solvers and datasets have in common. */
enum module_kind { MODULE_SOLVER, MODULE_DATASET, N_MODULE_KINDS };
struct module {
    const char *name, *summary;
};
/* The i-th one of a kind, from 0; false beyond the last. */
bool catalogue_module(const struct catalogue *c, enum module_kind kind, size_t i, struct module *m);
/* Fills names with the names of all, at most OPT_NAMES_MAX; returns how many. */
size_t catalogue_names(const struct catalogue *c, enum module_kind kind, const char **names);
/* ST_CONFIG "WHERE: unknown solver 'NAME'" with the nearest name and all that there are, unless it is one. */
status catalogue_check(const struct catalogue *c, enum module_kind kind, const char *where, const char *name,
                       struct error *e);
/* Says in an error about a name that a plug-in may have it, if there is none. */
void catalogue_hint(const struct catalogue *c, struct error *e);

/* Sets "KEY=VALUE" (or "dataset.KEY=VALUE") in the options of a dataset. ST_USAGE or ST_CONFIG. */
status dataset_set(const struct dataset_source *source, void *options, const char *text, struct error *e);

#endif
