/* The regression gate: results against reference results. */
#ifndef SPIKEBENCH_REPORT_COMPARISON_H
#define SPIKEBENCH_REPORT_COMPARISON_H

#include "support/err.h"
#include <stddef.h>
#include <stdio.h>

/* Compares runs.csv and curves of two folders, run by run (same solver, dataset, seed and options), with the
 * tolerances of the file `tolerances` or, where that is NULL, of REFERENCE/tolerances.csv if it is there.
 * Prints a line per regression, naming run, column, iteration, values and tolerance, and a summary. ST_IO,
 * ST_DATA. */
status comparison_run(const char *results, const char *reference, const char *tolerances, FILE *out,
                      size_t *regressions, struct error *e);

#endif
