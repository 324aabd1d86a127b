/* OUT/<experiment>/runs.csv while a plan is being run. */
#ifndef SPIKEBENCH_RECORDS_RESULTS_FILE_H
#define SPIKEBENCH_RECORDS_RESULTS_FILE_H

#include "experiments/plan.h"
#include "records/record.h"

struct results_file {
    char path[4200];
    size_t n_runs;
    struct record *rows;   /* [n_runs]: of the plan's runs, n = 0 where there is none yet */
    struct record *others; /* rows of other configurations that were in the file */
    size_t n_others;
};

/* Reads what is there (nothing is fine). ST_DATA if the file is damaged. Free with results_free. */
status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e);
/* Writes all rows: those of the plan in plan order, then the others. */
status results_write(const struct results_file *f, struct error *e);
/* Replaces the row of run i by the worker's row file, if it is there (*found). */
status results_take(struct results_file *f, size_t i, const char *row_path, bool *found, struct error *e);
void results_free(struct results_file *f);

#endif
