/* Training samples that change from epoch to epoch: moved, mirrored, with events left out, moved in time and
 * added. Validation and test samples never do. */
#ifndef SPIKEBENCH_DATASETS_AUGMENT_H
#define SPIKEBENCH_DATASETS_AUGMENT_H

#include "network/spikes.h"
#include "support/opt.h"
#include "support/parallel.h"

struct augment_options {
    long shift;
    bool flip;
    double drop, jitter, noise;
};

/* The options, for a table whose struct has a member common.augment: of all events, and those of pictures. */
/* clang-format off */
#define AUGMENT_EVENT_OPTIONS(type)                                                                          \
    {"augment_drop", OPT_REAL, offsetof(type, common.augment.drop), "0", 0, 1, OPT_OPEN_HI, NULL, "",        \
     "training alone, anew in each iteration: share of events left out"},                                    \
    {"augment_jitter", OPT_REAL, offsetof(type, common.augment.jitter), "0", 0, 1e4, 0, NULL, "steps",       \
     "likewise: standard deviation of a shift in time of each event, rounded to steps; events that leave the " \
     "T steps are left out"},                                                                                \
    {"augment_noise", OPT_REAL, offsetof(type, common.augment.noise), "0", 0, 1e7, 0, NULL, "events",        \
     "likewise: mean number of events added to a sample, anywhere"}
#define AUGMENT_OPTIONS(type)                                                                                \
    AUGMENT_EVENT_OPTIONS(type),                                                                             \
    {"augment_shift", OPT_INT, offsetof(type, common.augment.shift), "0", 0, UINT16_MAX, 0, NULL, "pixels",  \
     "likewise: samples are moved by up to so many pixels each way"},                                        \
    {"augment_flip", OPT_BOOL, offsetof(type, common.augment.flip), "false", 0, 0, 0, NULL, "",              \
     "likewise: half of the samples are mirrored, left to right"}
/* clang-format on */

/* Whether anything is asked for. */
bool augment_asked(const struct augment_options *o);

/* What the samples are: inputs as pictures (dataset_info; 0 where they are none), and whether entries may be
 * other than 1. */
struct augment_shape {
    size_t channels, width, height;
    bool valued;
};
/* ST_CONFIG naming an option that the samples do not allow. */
status augment_check(const struct augment_options *o, const struct augment_shape *shape, struct error *e);

/* Augmented samples, in memory that is used again from epoch to epoch. All zero: none. */
struct augmented {
    struct spikes x;                  /* the samples of the last epoch that was made; heap */
    size_t capacity;                  /* of its lists */
    struct augmented_sample *samples; /* [x.n_samples] scratch; heap */
};
/* Makes the samples of an epoch. Each is drawn from a stream of its own, of seed, epoch and number of the
 * sample. Entries that are whole numbers k count as k events, others as one. Where entries are not valued two
 * events in a cell are one. The same bits for any number of threads. ST_MEMORY. */
struct augment_source {
    const struct spikes *from;
    const struct augment_options *options;
    const struct augment_shape *shape;
    uint64_t seed, epoch;
};
status augment_make(struct augmented *a, const struct augment_source *source, struct pool *pool,
                    struct error *e);
void augment_free(struct augmented *a);
/* Bytes of scratch that an entry takes on average, by measurement: their room grows by doubling, but most of
 * what is behind the last entry stays untouched. */
double augment_entry_memory(void);

#endif
