/* Which recordings of a set are in which split. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_SPLIT_H
#define SPIKEBENCH_DATASETS_RECORDING_SPLIT_H

#include "datasets/recording_set.h"

/* Fills s->info.n. Validation comes from its own side where that is published, else from the training side;
 * test from its own side, else from the training side, too. Where a side has groups of several samples, the
 * splits drawn from it take whole groups, by split_seed alone: as many as asked for, or some more. ST_CONFIG
 * if more is asked for than there is. */
status recording_split_sizes(struct recording_set *s, struct error *e);
/* The samples of each split, chosen[k][0 .. s->info.n[k]), in the set's arena. */
status recording_split_choose(struct recording_set *s, uint64_t seed,
                              const struct sample_file *const *chosen[N_SPLITS], struct error *e);

#endif
