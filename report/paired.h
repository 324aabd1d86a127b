/* Paired differences between trainers: what of a difference in accuracy is more than chance. */
#ifndef SPIKEBENCH_REPORT_PAIRED_H
#define SPIKEBENCH_REPORT_PAIRED_H

#include "report/groups.h"

/* Mean of n differences and the half-width of its 95 % interval by Student's t with n - 1 degrees of freedom
 * (nan below two differences). */
struct interval {
    size_t n;
    double mean, half;
};
struct interval interval_of(const double *differences, size_t n);

/* Compares every name of the experiment with `reference` (a label or a solver): runs of the same dataset,
 * widths, seed and split are paired, and the differences name minus reference of acc_train, acc_val and
 * acc_test are averaged. Prints a table in percentage points and writes FOLDER/paired.csv (name, reference,
 * hidden, pairs, then mean and half-width per column, as fractions). ST_USAGE if there is no such name;
 * ST_DATA if a name has two runs of one seed and split; ST_IO. */
status paired_write(const struct groups *g, const char *reference, struct error *e);

#endif
