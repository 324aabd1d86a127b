/* Recordings of event cameras: the N-MNIST file format, the isolated-event filter, and frames. */
#ifndef SPIKEBENCH_DATASETS_EVENTS_H
#define SPIKEBENCH_DATASETS_EVENTS_H

#include "datasets/bins.h"
#include "datasets/usage.h"
#include "network/spikes.h"
#include "support/err.h"
#include "support/rng.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
    uint32_t t;             /* microseconds */
    uint8_t x, y, polarity; /* polarity: 1 for ON, 0 for OFF */
};

struct event_list {
    struct event *events; /* heap; freed by events_free */
    size_t n, capacity;
};
void events_free(struct event_list *list);

/* Parses the N-MNIST format (Orchard et al. 2015): 40-bit big-endian events x (8 bits), y (8), polarity (1),
 * timestamp in microseconds (23), on a width x height sensor; replaces the list's content, sorted by time
 * (events of one time in file order). y = 240 is no event: the camera's clock has overflown, and what follows
 * is 2^13 us later. A time that falls by more than half of the 23 bits is a clock that began again. Counts
 * into *u: events, those out of order, wraps, and with BAD_SKIP those off the sensor, which are left out.
 * ST_DATA naming `source`, the byte offset and the reason for a cut event, a time beyond 32 bits, and with
 * BAD_ERROR for coordinates off the sensor; where all of the bytes are those of another kind of file, its
 * name. */
status events_parse(struct event_list *list, const char *source, const unsigned char *bytes, size_t size,
                    unsigned width, unsigned height, enum bad_policy policy, struct usage *u,
                    struct error *e);

/* Writes the same format, to a temporary file that then takes the name. ST_DATA for a time beyond 23 bits
 * (8.4 s); ST_IO naming the file. */
status events_write(const struct event_list *list, const char *path, struct error *e);

/* Drops isolated events: an event stays if one of its four neighbouring pixels had an event (of either
 * polarity) less than window_us before it. In place; events are looked at in the list's order, which is to be
 * that of time. ST_MEMORY. */
status events_filter(struct event_list *list, unsigned width, unsigned height, uint32_t window_us,
                     struct error *e);

struct frames {
    size_t T;
    /* Length in microseconds of the windows from time zero, of which the first T are kept; over = 0: T equal
     * bins of the span from the first to the last event, of last - first + 1 microseconds. Edges are exact:
     * bin k holds edge(k) <= t < edge(k + 1). over and under are below 2^32. */
    struct fraction window;
    bool binary;  /* 1 where there was an event, instead of the number of events */
    double noise; /* standard deviation of Gaussian noise added to every cell; 0: none */
};

/* Drops what is beyond the last window; returns how many events that were. */
size_t events_cut(struct event_list *list, const struct frames *f);

/* Appends the T rows of one recording: input (polarity * height + y) * width + x. Scratch: counts, T * 2 *
 * width * height zeroed numbers, zero again on return. rng is used for noise only. */
status events_to_frames(const struct event_list *list, const struct frames *f, unsigned width,
                        unsigned height, uint32_t *counts, struct rng *rng, struct spikes_builder *b,
                        struct error *e);

#endif
