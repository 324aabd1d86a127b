/* Rows of several tables of runs, written as one table. */
#ifndef SPIKEBENCH_RECORDS_ROWS_H
#define SPIKEBENCH_RECORDS_ROWS_H

#include "records/record.h"

/* A row of a table; without a table: there is none. */
struct record {
    const struct csv_table *table;
    size_t row;
};

/* What a row has in a column that its table lacks, or has as nan: writes it to text, or returns false. */
typedef bool (*missing_cell)(void *context, size_t row, const char *column, char *text, size_t size);

/* Writes the n rows, in their order, as the file PATH, in one step. The columns are the union over the rows,
 * a row's extra column standing behind the one it follows in that row. A cell that is missing,
 * or nan, is what `missing` (NULL: nothing) says, else nan. Without a row there is no file afterwards. ST_IO.
 */
status rows_write(const char *path, const struct record *rows, size_t n, missing_cell missing, void *context,
                  struct error *e);

#endif
