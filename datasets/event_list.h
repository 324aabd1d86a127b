/* Lists of events: order, the isolated-event filter, and frames. */
#ifndef SPIKEBENCH_DATASETS_EVENT_LIST_H
#define SPIKEBENCH_DATASETS_EVENT_LIST_H

#include "datasets/bins.h"
#include "datasets/usage.h"
#include "network/spikes.h"
#include "support/err.h"
#include "support/rng.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
    uint32_t t;       /* microseconds */
    uint16_t x, y;    /* pixel */
    uint8_t polarity; /* 1 for ON, 0 for OFF */
};

struct event_list {
    struct event *events; /* heap; freed by events_free */
    size_t n, capacity;
};
void events_free(struct event_list *list);

/* Room for n events in all. ST_MEMORY naming `source`. */
status events_reserve(struct event_list *list, size_t n, const char *source, struct error *e);

/* Sorts by time; events of one time stay in their order. ST_MEMORY. */
status events_sort(struct event_list *list, struct error *e);

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
    bool merged;  /* ON and OFF events in one channel */
};

/* Drops what is beyond the last window; returns how many events that were. */
size_t events_cut(struct event_list *list, const struct frames *f);

/* In how many cells of the frames there are events: the entries of events_to_frames without noise. Scratch:
 * seen, a bit for each cell of T steps, zero again on return. */
size_t events_cells(const struct event_list *list, const struct frames *f, unsigned width, unsigned height,
                    uint32_t *seen);

/* Appends the T rows of one recording: input (polarity * height + y) * width + x, with `merged` y * width +
 * x. Scratch: counts, T zeroed numbers for each input, zero again on return. rng is used for noise only. */
status events_to_frames(const struct event_list *list, const struct frames *f, unsigned width,
                        unsigned height, uint32_t *counts, struct rng *rng, struct spikes_builder *b,
                        struct error *e);

#endif
