/* Splits whose sides share no group (a subject, a file of several samples). */
#ifndef SPIKEBENCH_DATASETS_GROUP_SPLIT_H
#define SPIKEBENCH_DATASETS_GROUP_SPLIT_H

#include "support/err.h"
#include "support/rng.h"
#include <stdbool.h>
#include <stddef.h>

/* n samples with a class and a group each. */
struct grouped {
    const int *labels;    /* [n], 0 .. n_classes-1 */
    const size_t *groups; /* [n], 0 .. n_groups-1 */
    size_t n, n_classes, n_groups;
};
/* Whether some group has two samples. ST_MEMORY. */
status group_split_needed(const struct grouped *g, bool *needed, struct error *e);
/* Marks in taken[n_groups] whole groups, of those not yet marked, until they have `wanted` samples or more,
 * and adds the samples to *got. Groups come in an order drawn from rng; of the first few the one is next with
 * which the classes are nearest to their shares in all samples. ST_CONFIG if all are too few; ST_MEMORY. */
status group_split_take(const struct grouped *g, size_t wanted, bool *taken, size_t *got, struct rng *rng,
                        struct error *e);

#endif
