/* Paired differences between trainers: what of a difference in accuracy is more than chance. */
#ifndef SPIKEBENCH_REPORT_PAIRED_H
#define SPIKEBENCH_REPORT_PAIRED_H

#include "report/groups.h"
#include "support/table.h"

/* Compares every name of the experiment with `reference` (a label or a solver): runs of the same dataset,
 * widths, seed and split are paired, and the differences name minus reference of acc_train, acc_val and
 * acc_test are averaged. Prints a table in percentage points to `out` and then writes FOLDER/paired.csv
 * (name, reference, hidden, pairs, then mean and half-width per column, as fractions). ST_USAGE if there is
 * no such name; ST_DATA if a name has two runs of one seed and split; ST_IO. */
status paired_write(const struct groups *g, const char *reference, enum table_format format, FILE *out,
                    struct error *e);

/* Whether paired_write would find its pairs, for who says something before. ST_USAGE and ST_DATA as there. */
status paired_check(const struct groups *g, const char *reference, struct error *e);

#endif
