/* Rows of runs.csv: writing one, or those of several tables as one, and what readers of a table of runs must
 * know. */
#ifndef SPIKEBENCH_RECORDS_RECORD_H
#define SPIKEBENCH_RECORDS_RECORD_H

#include "experiments/plan.h"
#include "records/columns.h"
#include "support/csvio.h"

enum { RUN_FILE = 4400 };
/* FOLDER/NAME, and FOLDER/PART/<id>END, in `path`, which is returned. */
char *folder_file(char path[RUN_FILE], const char *folder, const char *name);
char *run_file(char path[RUN_FILE], const char *folder, const char *part, const char *id, const char *end);
/* Removes FOLDER/.work/<id>END. The one rule of checkpoints (".ckpt") of a run that was not asked to begin
 * anew: only when the row and the curve that they lead to are on the disk. */
void run_remove(const char *folder, const char *id, const char *end);

/* NAME_train, NAME_val, NAME_test of the dataset's metrics: column k, k < N_SPLITS n_metrics, split after
 * split. */
void record_metric_name(const struct dataset_source *dataset, size_t k, char *name, size_t size);
/* Writes a CSV file of one row (atomically): the columns of `result` and the options of the run in the order
 * of result_columns. The texts that name the run are taken from `run`; commas and line ends become spaces.
 * `whole` false: only the columns with COLUMN_HEAD. ST_IO, ST_MEMORY. */
status record_write(const char *path, const struct run *run, const struct run_result *result, bool whole,
                    struct error *e);

/* Commas and line ends of a text become spaces, as in the cells that record_write writes. */
void record_clean(char *text);

/* Whether `column` counts passes or operations of training, and the row of runs.csv, so its curve too, is of
 * an earlier schema (or names none): other numbers than today's, missing for whoever averages or compares. */
bool record_counted_otherwise(const struct csv_table *runs, size_t row, const char *column);
/* The same in two steps, for whoever asks of one column of many rows: the schema since which a column counts
 * as today (0: always), and whether a row is of an earlier one. */
long record_counted_since(const char *column);
bool record_before(const struct csv_table *runs, size_t row, long schema);
/* Whether a row's run has come to its end, well or diverged: no other has a whole curve. */
bool record_finished(const struct csv_table *runs, size_t row);
/* The number of the rules (RESULT_RULES) by which a row of runs.csv was made, and the largest of a table (0:
 * no row). Rows of different numbers have nothing to do with each other. */
long record_rules(const struct csv_table *runs, size_t row);
long record_newest_rules(const struct csv_table *runs);
/* Reads FOLDER/runs.csv. ST_IO; ST_DATA if it lacks one of the columns that every reader needs, or if a name
 * (run_id, experiment, solver, label, dataset, status) or the widths are none that an experiment file could
 * have brought: they become names of files and parts of labels. A row without a plugin_sha256 gets `none`.
 * Free with csv_table_free, also after an error. */
enum { RECORD_NAME_MAX = 120 };
status records_read(struct csv_table *runs, const char *folder, struct error *e);

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
