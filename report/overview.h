/* The results of an experiment as one table, and what of the differences in it is more than chance. */
#ifndef SPIKEBENCH_REPORT_OVERVIEW_H
#define SPIKEBENCH_REPORT_OVERVIEW_H

#include "report/groups.h"
#include "support/table.h"

/* A row per group: mean and standard deviation of the accuracies in % (of regression: losses), iterations and
 * training seconds. ST_MEMORY, ST_IO. */
status overview_print(const struct groups *g, FILE *out, struct error *e);

/* In Markdown: a row per label (and per configuration, where a label has several), a column per hidden
 * layers, entries "training / test" in % (of regression: losses) with the half-width of the test mean's 95 %
 * interval (interval_of) where there are two runs or more, then mean training seconds (valid timings only)
 * and forward passes; a line below says what they are. ST_DATA, ST_MEMORY, ST_IO. */
status overview_by_depth(struct groups *g, FILE *out, struct error *e);

/* Every name of the experiment compared with `reference` (a label or a solver): runs of the same dataset,
 * widths, seed and split are paired, and the differences name minus reference of acc_train, acc_val and
 * acc_test are averaged. */
struct paired {
    const struct groups *groups;
    const char *reference;
    struct difference *of; /* [n] every other name and widths that have pairs; in the arena of the groups */
    size_t n;
};
/* ST_USAGE if there is no such name; ST_DATA if a name has two runs of one seed and split. (paired.c) */
status paired_find(struct paired *p, struct groups *g, const char *reference, struct error *e);
/* Prints a table in percentage points to `out` and then writes FOLDER/paired.csv (name, reference, hidden,
 * pairs, then mean and half-width per column, as fractions). ST_IO. */
status paired_write(const struct paired *p, enum table_format format, FILE *out, struct error *e);

#endif
