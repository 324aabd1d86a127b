/* The results of an experiment as one table. */
#ifndef SPIKEBENCH_REPORT_OVERVIEW_H
#define SPIKEBENCH_REPORT_OVERVIEW_H

#include "report/groups.h"
#include "support/table.h"

/* A row per group: mean and standard deviation of the accuracies in % (of regression: losses), iterations and
 * training seconds. ST_MEMORY, ST_IO. */
status overview_print(const struct groups *g, FILE *out, struct error *e);

/* A row per label (and per configuration, where a label has several), a column per hidden layers, entries
 * "training / test" in % (of regression: losses) with the half-width of the test mean's 95 % interval
 * (interval_of) where there are two runs or more, then mean training seconds (valid timings only) and forward
 * passes; a line below says what they are. ST_DATA, ST_MEMORY, ST_IO. */
status overview_by_depth(struct groups *g, enum table_format format, FILE *out, struct error *e);

#endif
