/* The tables of the paper and of the results page, from the files that `summarise` wrote. */
#ifndef SPIKEBENCH_REPORT_RESULT_TABLES_H
#define SPIKEBENCH_REPORT_RESULT_TABLES_H

#include "support/table.h"

/* Prints a table of the experiments whose results are in `folders` (one, but for numbers and provenance):
 *   numbers       means of every label; in LaTeX macros \setresult{EXPERIMENT}{LABEL}{KEY}{TEXT}
 *   depth         a row per line of the figure over depth, a column per hidden layers: training / test
 *   list          a row per label: accuracies with deviations, seconds
 *   acceleration  iterations to each training accuracy, by depth
 *   sensitivity   least, median and best validation accuracy per solver over a grid of rho and beta
 *   conditioning  condition numbers and backward errors of the weight solves
 *   provenance    runs, commits, BLAS and processor of each experiment
 *   paired        differences to the reference trainer with their 95 % intervals, in points
 *   data_size     fitted exponents of the seconds per iteration
 * ST_USAGE, ST_IO, ST_DATA, ST_MEMORY. */
status result_table(const char *name, const char *const *folders, size_t n, enum table_format format,
                    FILE *out, struct error *e);

#endif
