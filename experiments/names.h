/* What a run is called among the others of its plan. */
#ifndef SPIKEBENCH_EXPERIMENTS_NAMES_H
#define SPIKEBENCH_EXPERIMENTS_NAMES_H

#include "experiments/plan.h"

enum { RUN_NAME = 300 };

/* The runs of a plan that have solver and label in common. */
struct name_group {
    const struct run *first;
    bool varies[RUN_OPTIONS_MAX]; /* by the number of the option */
};
struct names {
    struct name_group *groups; /* in the arena of names_create */
    size_t n;
    bool seeds; /* there are several */
};

/* Finds the options that vary within each group. The plan is borrowed. ST_MEMORY. */
status names_create(struct names *n, const struct plan *p, struct mem *m, struct error *e);
/* "bptt lr=0.01 hidden=100-100 seed 3": the label, and of options and seed those that vary. */
void names_format(const struct names *n, const struct run *run, char *text, size_t size);

#endif
