/* Reading the recordings of a set. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_LOAD_H
#define SPIKEBENCH_DATASETS_RECORDING_LOAD_H

#include "datasets/recording_set.h"

/* What probe does after the lists are filled: reads all recordings and fills s->info. */
status recording_set_describe(struct recording_set *s, struct error *e);
/* What the contract's `recordings` does then: hands out the recordings of each split, as they are seen
 * through the view. */
status recording_set_visit(struct recording_set *s, uint64_t seed, recording_visitor take, void *context,
                           struct error *e);

#endif
