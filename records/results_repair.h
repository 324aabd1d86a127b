/* What does not belong together in a folder of results, and what can be done about it. */
#ifndef SPIKEBENCH_RECORDS_RESULTS_REPAIR_H
#define SPIKEBENCH_RECORDS_RESULTS_REPAIR_H

#include "experiments/plan.h"
#include "support/csvio.h"

/* Cuts the torn end of a runs.csv, that is what stands behind its last whole line, or behind the first byte
 * that is zero: a copy of the file is kept beside it (file_set_aside's names) and said on stderr. A file of
 * which no whole line is left goes aside as a whole. Nothing where there is no such file, or a sound one.
 * ST_IO, ST_MEMORY. */
status results_repair(const char *path, struct error *e);

/* What is wrong with the curve of a row, FOLDER/curves/<run_id>.csv; NULL if it is the one that belongs to
 * it: its CRC-32 is that of column curve_crc32, or, of rows before that column, it is a table with rows. */
const char *curve_fault(const char *folder, const struct csv_table *runs, size_t row);

/* The first option for which the row of this run holds nan, as it is younger than the row; NULL: none. */
const char *results_lacking(const struct csv_table *runs, size_t row, const struct run *run);

/* Prints what does not belong together in a folder of results: a torn or damaged runs.csv, finished runs
 * without a sound curve, rows of the plan's runs (NULL: of none) that lack options, curves without a row, row
 * files that runs.csv lacks, checkpoints, states. *n: how many of the first four. ST_IO, ST_MEMORY. */
status results_inspect(const char *folder, const struct plan *plan, FILE *out, size_t *n, struct error *e);

#endif
