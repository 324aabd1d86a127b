/* The regression gate: results against reference results. */
#ifndef SPIKEBENCH_REPORT_COMPARISON_H
#define SPIKEBENCH_REPORT_COMPARISON_H

#include "support/csvio.h"
#include <stdio.h>

/* How far a result may be from its reference. */
struct tolerance {
    double rtol, atol; /* |value - reference| <= atol + rtol |reference| */
    bool ignored;
};

struct tolerances {
    struct csv_table table; /* n_rows = 0 without a file */
};

/* Reads a tolerance file: columns scope (runs or curves), solver, precision, column, rtol, atol; * in solver,
 * precision or column matches anything, `ignore` in rtol leaves the column out; the last matching row counts.
 * path may be absent if `optional`. ST_IO; ST_DATA naming file, line, column. Free with tolerances_free. */
status tolerances_read(struct tolerances *t, const char *path, bool optional, struct error *e);
void tolerances_free(struct tolerances *t);

/* The tolerance of a column. Without a matching row: in runs.csv the final accuracies within 0.01, everything
 * else ignored; in curves rtol 1e-6 (atol 1e-12) in double, and in float the accuracies within 0.01,
 * everything else ignored. Passes and synaptic operations of training count like any other column. Times,
 * memory and provenance are always ignored. */
struct tolerance tolerance_of(const struct tolerances *t, const char *scope, const char *solver,
                              const char *precision, const char *column);

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
