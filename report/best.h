/* The configuration of each solver that did best on validation. */
#ifndef SPIKEBENCH_REPORT_BEST_H
#define SPIKEBENCH_REPORT_BEST_H

#include "experiments/catalogue.h"
#include "report/groups.h"
#include <stdio.h>

struct best_request {
    const char *by; /* a column of runs.csv, of training or validation */
    bool by_label;  /* per label instead of per solver */
    bool smallest;  /* losses, errors and drops are always minimised */
};

/* Chooses the configuration with the best mean of a column over seeds, widths and splits, for each solver (or
 * label) among those with the most finished runs. Prints a table and the winners as parts of an experiment
 * file to `out`, what makes the choice doubtful to `warnings`, and then writes FOLDER/best.csv. ST_USAGE for
 * a column that nothing may be chosen by; ST_DATA, ST_IO, ST_MEMORY. */
status best_run(struct groups *g, const struct best_request *asked, const struct catalogue *catalogue,
                FILE *out, FILE *warnings, struct error *e);

#endif
