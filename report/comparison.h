/* The regression gate: results against reference results. */
#ifndef SPIKEBENCH_REPORT_COMPARISON_H
#define SPIKEBENCH_REPORT_COMPARISON_H

#include "report/verdicts.h"
#include "support/csvio.h"

/* How far a result may be from its reference. */
struct tolerance {
    double rtol, atol; /* |value - reference| <= atol + rtol |reference| */
    bool ignored;
};

/* Reads a tolerance file: columns scope (runs or curves), solver, precision, column, rtol, atol; * in solver,
 * precision or column matches anything, `ignore` in rtol leaves the column out; the last matching row counts.
 * path may be absent if `optional`: no rows. ST_CONFIG naming file, line, column. Free with csv_table_free.
 */
status tolerances_read(struct csv_table *t, const char *path, bool optional, struct error *e);

/* The tolerance of a column. Without a matching row, by the column table (columns.h): counts that rounding
 * cannot change must be equal; accuracies may differ by 0.01, in curves of double precision as all others: by
 * 1e-6 relatively (atol 1e-12). In float, the other results in runs.csv may differ by 10 %; what hangs on the
 * best iteration is ignored, and so are the other columns of curves. Metrics of a dataset are such results. A
 * nan is equal to a nan only. Times, memory and provenance are always ignored. */
struct tolerance tolerance_of(const struct csv_table *t, const char *scope, const char *solver,
                              const char *precision, const char *column);

struct comparison_result {
    size_t runs, values, regressions; /* of the reference; compared; outside of their tolerance */
    size_t alone;                     /* runs of the results that were compared with none */
};

/* Compares runs.csv and curves of two folders, run by run (same solver, dataset, seed, options and rules),
 * with the tolerances of the file `tolerances` or, where that is NULL, of REFERENCE/tolerances.csv if it is
 * there. Says each regression by `format` (run, column, iteration, values and tolerance). ST_CONFIG for
 * tolerances that are malformed or of a solver or column that neither folder has; ST_IO, ST_DATA, ST_MEMORY.
 */
status comparison_run(const char *results, const char *reference, const char *tolerances,
                      enum verdict_format format, FILE *out, struct comparison_result *found,
                      struct error *e);

#endif
