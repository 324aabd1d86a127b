/* The regression gate: results against reference results. */
#ifndef SPIKEBENCH_REPORT_COMPARISON_H
#define SPIKEBENCH_REPORT_COMPARISON_H

#include "support/err.h"
#include <stddef.h>
#include <stdio.h>

struct comparison_result {
    size_t runs, values, regressions; /* of the reference; compared; outside of their tolerance */
};

/* Compares runs.csv and curves of two folders, run by run (same solver, dataset, seed and options), with the
 * tolerances of the file `tolerances` or, where that is NULL, of REFERENCE/tolerances.csv if it is there.
 * Prints a line per regression, naming run, column, iteration, values and tolerance. ST_IO,
 * ST_DATA. */
status comparison_run(const char *results, const char *reference, const char *tolerances, FILE *out,
                      struct comparison_result *found, struct error *e);

#endif
