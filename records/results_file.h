/* OUT/<experiment>/runs.csv while a plan is being run. */
#ifndef SPIKEBENCH_RECORDS_RESULTS_FILE_H
#define SPIKEBENCH_RECORDS_RESULTS_FILE_H

#include "experiments/plan.h"
#include "records/record.h"

/* A row of a table; without a table: there is none. */
struct record {
    const struct csv_table *table;
    size_t row;
};

struct results_file {
    struct mem mem;
    char path[4200];
    size_t n_runs, n_others;
    struct record *rows; /* [n_runs + n_others]: of the plan's runs, then of other configurations that were
                            in the file */
    struct csv_table before; /* the file as it was */
    struct csv_table *news;  /* [n_runs] the row files of workers that have ended */
};

/* Reads what is there (nothing is fine). ST_DATA if the file is damaged. Free with results_free. */
status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e);
/* Writes all rows: those of the plan in plan order, then the others. The columns are the union over the rows,
 * a row's extra column standing behind the one it follows in that row; missing cells are nan. */
status results_write(const struct results_file *f, struct error *e);
/* Replaces the row of run i by the worker's row file, which is removed. */
status results_take(struct results_file *f, size_t i, const char *row_path, struct error *e);
/* The text in a column of the row of run i; "nan" where there is none. */
const char *results_text(const struct results_file *f, size_t i, const char *column);
void results_free(struct results_file *f);

#endif
