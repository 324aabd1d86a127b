/* What is said about a run that has ended. */
#ifndef SPIKEBENCH_RUNS_RUN_LINE_H
#define SPIKEBENCH_RUNS_RUN_LINE_H

#include "support/csvio.h"

/* Prints the status in the only row of a table of runs, and of a run that ended well its training and
 * validation results, seconds and iterations per second; of another why it failed; then the time left, unless
 * that is "". Never of the test side: nobody shall choose by what passes by. */
void run_line_print(const struct csv_table *row, const char *left, FILE *out);

#endif
