/* The plan that several folders of results were made by: the runs in their config.resolved.yaml. */
#ifndef SPIKEBENCH_RECORDS_MERGE_PLAN_H
#define SPIKEBENCH_RECORDS_MERGE_PLAN_H

#include "experiments/plan.h"
#include "support/texts.h"

/* A run of the plan, as the experiment file of that run alone. */
struct planned_run {
    const char *id;
    const char *text; /* the YAML document, its first line included */
};
struct merge_plan {
    struct mem mem;
    struct planned_run *runs; /* [n] heap, one of each in the order of the plans */
    size_t n;
    struct texts ids; /* of the runs, in their order */
};

/* Adds the runs of FOLDER/config.resolved.yaml that are not there yet. ST_IO where there is no such file;
 * ST_DATA if it is not what 'spikebench run' wrote. */
status merge_plan_read(struct merge_plan *p, const char *folder, struct error *e);
/* The run of this id, or NULL. */
const struct planned_run *merge_plan_find(struct merge_plan *p, const char *id);
/* Writes all runs as FOLDER/config.resolved.yaml. ST_IO. */
status merge_plan_write(const struct merge_plan *p, const char *folder, struct error *e);
/* Prints " (bptt, hidden 100, seed 3)"; nothing if the run's solver or dataset is not in `c`. */
void merge_plan_describe(const struct planned_run *run, const struct catalogue *c, FILE *out);
void merge_plan_free(struct merge_plan *p);

#endif
