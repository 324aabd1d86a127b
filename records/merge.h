/* Folders of results of parts of one plan, put together. */
#ifndef SPIKEBENCH_RECORDS_MERGE_H
#define SPIKEBENCH_RECORDS_MERGE_H

#include "records/record.h"
#include "support/texts.h"

/* The plan that folders of results were made by: the runs in their config.resolved.yaml, one of each. */
struct merge_plan {
    struct mem mem;
    struct texts ids;   /* of the runs, in the order of the plans */
    const char **texts; /* [ids.n] heap: the experiment file of that run alone, its first line included */
};

/* Adds the runs of FOLDER/config.resolved.yaml that are not there yet. ST_IO where there is no such file;
 * ST_DATA if it is not what 'spikebench run' wrote. ST_MEMORY. Free with merge_plan_free, also after an
 * error. */
status merge_plan_read(struct merge_plan *p, const char *folder, struct error *e);
/* Prints " (bptt, hidden 100, seed 3)" of run i; nothing if its solver or dataset is not in `c`. */
void merge_plan_describe(const struct merge_plan *p, size_t i, const struct catalogue *c, FILE *out);
void merge_plan_free(struct merge_plan *p);

struct merge_outcome {
    size_t n_runs;              /* rows of the merged table */
    size_t n_planned, n_absent; /* runs of the plan; those without a row */
    size_t n_open;              /* runs of the plan whose row says that they failed or were interrupted */
};

/* Puts the results of the n folders into OUT, which may hold results already: runs.csv (rows in plan order,
 * then others), curves/, tasks/, ranks/, the checkpoints and states that runs go on from, and
 * config.resolved.yaml.
 * Of a run with several rows the finished one with its curve is taken, of several the first with valid
 * times. A cell that lacks an option younger than its row gets the default. The plan is what the
 * config.resolved.yaml of all folders hold; prints what of it is missing, with the names of `c`.
 *
 * Nothing is written where something does not belong together: ST_DATA naming the files and lines for rows of
 * another experiment, schema or rules, of other data for the same options of the dataset, for a run whose
 * finished rows differ in more than times, machine and provenance, and for a finished run without the curve
 * that belongs to it. ST_IO, ST_MEMORY; ST_IO also while a runner uses OUT. */
status merge_folders(const char *out, const char *const *folders, size_t n, const struct catalogue *c,
                     FILE *report, struct merge_outcome *o, struct error *e);

#endif
