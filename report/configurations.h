/* Runs of an experiment by configuration: what is averaged over hidden layers, seeds and splits. */
#ifndef SPIKEBENCH_REPORT_CONFIGURATIONS_H
#define SPIKEBENCH_REPORT_CONFIGURATIONS_H

#include "report/groups.h"
#include <stdbool.h>

/* Runs of the same solver, dataset and options, but for network.hidden and dataset.split_seed. */
struct configuration {
    const char *name;    /* the solver, or what it is called by: the label, where that was asked for */
    size_t n, *rows;     /* finished runs: rows of the table */
    size_t row;          /* any of its runs, also where none is finished */
    size_t n_unfinished; /* runs that failed, diverged or have not ended */
};

struct configurations {
    struct mem mem;
    const struct groups *groups; /* borrowed */
    struct configuration *v;     /* in the order of the table */
    size_t n;
};

/* Sorts the rows of g (which must outlive *c) into configurations. by_label: runs of different labels are
 * different configurations, called by their labels. ST_MEMORY. Free with configurations_free, also after an
 * error. */
status configurations_make(struct configurations *c, const struct groups *g, bool by_label, struct error *e);
void configurations_free(struct configurations *c);

/* Numbers of a column over the finished runs with these widths (NULL: all), at most one->n of them, as in
 * group_values; *n: how many. nan where the table has no such column. ST_DATA. */
status configuration_values(const struct configurations *c, const struct configuration *one,
                            const char *column, const char *hidden, double *values, size_t *n,
                            struct error *e);

/* Whether a configuration is averaged over this option: network.hidden and dataset.split_seed. */
bool configurations_average(const char *option);
/* Whether option column `column` of the table is an axis of the grid: it differs among the configurations of
 * this name (NULL: among all). */
bool configurations_axis(const struct configurations *c, const char *name, size_t column);
/* The configuration's options that are axes: "lr=0.1 network.loss=squared", without "solver."; "" if there is
 * none. */
void configuration_options(const struct configurations *c, const struct configuration *one, char *text,
                           size_t size);

#endif
