/* OUT/<experiment>/runs.csv while a plan is being run, by one process or by several, each for its part. */
#ifndef SPIKEBENCH_RECORDS_RESULTS_FILE_H
#define SPIKEBENCH_RECORDS_RESULTS_FILE_H

#include "experiments/plan.h"
#include "records/record.h"
#include "support/find.h"
#include "support/texts.h"

struct results_file {
    struct mem mem;
    const struct plan *plan;
    char folder[3900], path[RUN_FILE];
    size_t n_runs, n_others;
    struct record *rows; /* heap, [n_runs + n_others]: of the plan's runs, then of other configurations that
                            were in the file, or in row files */
    struct csv_table before; /* the file as it was */
    struct csv_table *news; /* [n_runs + n_left] the row files of workers that have ended: of the plan's runs,
                               then of those that the plan no longer has */
    struct find_list journal;  /* ids of the runs that had a row file, sorted */
    bool *dropped;             /* [n_runs] results_drop */
    struct texts ids, lacking; /* [n_runs] of the plan's runs: as they are; as they were without their data */
    const char **pending;      /* [n_pending] ids of runs whose row files runs.csv does not hold yet */
    size_t n_left, n_pending;
};

/* Reads what is there (nothing is fine), a torn end of runs.csv mended (results_repair), and the row files in
 * FOLDER/.work of workers of a runner that was killed, be their runs in the plan or not (of a divided plan:
 * of the runs alone that this process makes). Rows that hold nan for an option younger than they are get its
 * default. The plan is borrowed. ST_DATA if the file is damaged otherwise. Free with results_free. */
status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e);
/* Writes all rows: those of the plan in plan order, then the others. The columns are the union over the rows,
 * a row's extra column standing behind the one it follows in that row. An option that is younger than a row
 * of the plan has its run's value there; other missing cells are nan. Row files are removed when runs.csv
 * holds them. Without a row there is no runs.csv. Of a divided plan the rows of the others are read again
 * before, all under a lock: those of this process alone are replaced. */
status results_write(struct results_file *f, struct error *e);
/* Replaces the row of run i by its row file, FOLDER/.work/<id>.row.csv. The row is pending: the file, which
 * is on the disk, stays until the next results_write. Row files are the journal of runs.csv, which so need
 * not be written after each run. */
status results_take(struct results_file *f, size_t i, struct error *e);
/* Leaves out the row of run i, and the one that runs.csv may have. */
void results_drop(struct results_file *f, size_t i);
/* The text in a column of the row of run i; "nan" where there is none. */
const char *results_text(const struct results_file *f, size_t i, const char *column);
void results_free(struct results_file *f);

#endif
