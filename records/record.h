/* Result rows: named cells in order, and merging rows of different columns into one CSV file. */
#ifndef SPIKEBENCH_RECORDS_RECORD_H
#define SPIKEBENCH_RECORDS_RECORD_H

#include "experiments/plan.h"
#include "records/columns.h"
#include "support/csvio.h"

enum { RECORD_MAX = 192 };

/* One row of runs.csv. Names and texts are owned by the arena. */
struct record {
    struct mem mem;
    size_t n;
    const char *names[RECORD_MAX], *values[RECORD_MAX];
};

/* Appends a cell; commas in `value` become spaces. ST_INTERNAL beyond RECORD_MAX, ST_MEMORY. */
status record_put(struct record *r, const char *name, const char *value, struct error *e);
status record_put_number(struct record *r, const char *name, double value, struct error *e);
/* Text of a cell, or NULL. */
const char *record_get(const struct record *r, const char *name);
void record_free(struct record *r);

/* Appends the columns of `result` and the options of the run in the order of result_columns. The texts that
 * name the run are taken from `run`. `whole` false: only those with COLUMN_HEAD. */
status record_of_run(struct record *r, const struct run *run, const struct run_result *result, bool whole,
                     struct error *e);

/* Whether `column` counts passes or operations of training, and the row of runs.csv, so its curve too, is of
 * an earlier schema (or names none): other numbers than today's, missing for whoever averages or compares. */
bool record_counted_otherwise(const struct csv_table *runs, size_t row, const char *column);
/* The number of the rules (RESULT_RULES) by which a row of runs.csv was made, and the largest of a table (0:
 * no row). Rows of different numbers have nothing to do with each other. */
long record_rules(const struct csv_table *runs, size_t row);
long record_newest_rules(const struct csv_table *runs);
/* Refuses a table of runs that lacks one of the columns that every reader needs, or whose run_id is no word
 * of letters, digits, '_' and '-' (it names files). ST_DATA. */
status record_check(const struct csv_table *runs, struct error *e);

/* Writes the row as a CSV file of its own (atomically), and reads rows back: `row` of a table as a record. */
status record_write(const struct record *r, const char *path, struct error *e);
status record_from_table(struct record *r, const struct csv_table *t, size_t row, struct error *e);

/* Writes n rows as one CSV file (atomically). The columns are the union over the rows, a row's extra column
 * standing behind the one it follows in that row; missing cells are nan. */
status records_write(const struct record *const *rows, size_t n, const char *path, struct error *e);

#endif
