/* How sure a mean over runs is: over what its interval is taken, and what the test samples themselves leave
 * open. */
#ifndef SPIKEBENCH_REPORT_SPREAD_H
#define SPIKEBENCH_REPORT_SPREAD_H

#include "report/groups.h"
#include "support/statistics.h"

/* What varies from value to value of an interval. Runs on one test side are not independent draws of a test
 * result, and runs of several seeds on one split not of a split. */
enum spread_over {
    OVER_DRAWS, /* all runs have one test side: training draws, a value each */
    OVER_SPLITS /* test sides differ: the mean over the runs of each is one value */
};
extern const char *const spread_names[]; /* "training draws", "splits" */

struct spread {
    enum spread_over over;
    struct interval interval; /* n: draws or splits */
};

/* The interval of the mean of values[i], which belong to these rows of the table. values is overwritten.
 * Values that are nan do not count. */
struct spread spread_of(const struct groups *g, const size_t *rows, double *values, size_t n);

/* Standard error of a test accuracy p in [0, 1], from the number of test samples of this row (column
 * n_test): sqrt(p (1 - p) / n_test), the binomial's. Two networks on the same test samples differ by less
 * than the root of the sum of both squares says. nan where the column is missing. */
double spread_test_error(const struct groups *g, size_t row, double accuracy);

#endif
