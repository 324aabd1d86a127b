/* Winning configurations as parts of an experiment file. */
#ifndef SPIKEBENCH_REPORT_BEST_ITEMS_H
#define SPIKEBENCH_REPORT_BEST_ITEMS_H

#include "experiments/catalogue.h"
#include "report/groups.h"
#include <stdio.h>

/* Prints the parts of an experiment file that hold these n configurations (of c) to `out`: the options of
 * the top, stop, dataset and network that all configurations of c share and that are not at their default,
 * then an item of `solvers` for each of the n: the solver's options that are not at their default, and the
 * options of the sections that differ among the configurations of c, so that the item holds whatever the
 * sections of the file say. What a configuration is averaged over (network.hidden, dataset.split_seed, seeds)
 * and options that do not change results (paths, threads) are left to the file, as are those that runs.csv
 * has no column of. ST_MEMORY, ST_INTERNAL. */
status best_items_print(struct groups *g, const struct group_list *c, const struct catalogue *catalogue,
                        const struct group *const *winners, size_t n, FILE *out, struct error *e);

#endif
