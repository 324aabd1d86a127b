/* How many samples and events a dataset holds, and where. */
#ifndef SPIKEBENCH_DATASETS_COUNTS_H
#define SPIKEBENCH_DATASETS_COUNTS_H

#include "datasets/dataset.h"
#include "support/mem.h"

/* Counts over all splits. */
struct dataset_counts {
    size_t samples, cells_on, silent; /* silent: inputs without a spike in any split */
    double events, least, most;       /* events: sum of the cells' values; least, most: of a sample */
};

/* Adds to samples[class * N_SPLITS + split] and events[class] besides (without labels there is one class).
 * ST_MEMORY. */
status dataset_count(const struct dataset *d, struct dataset_counts *c, size_t *samples, double *events,
                     struct mem *m, struct error *e);

#endif
