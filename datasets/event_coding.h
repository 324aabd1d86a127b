/* Event recordings as samples: what the datasets of event cameras share. */
#ifndef SPIKEBENCH_DATASETS_EVENT_CODING_H
#define SPIKEBENCH_DATASETS_EVENT_CODING_H

#include "datasets/dataset.h"
#include "datasets/event_list.h"

struct event_coding {
    int binning, values;
    double window_ms, filter_ms, input_noise;
};
extern const char *const event_binning_names[], *const event_value_names[];

/* The options, for a table whose struct has a member `coding`. filter: default of filter_ms. */
/* clang-format off */
#define EVENT_CODING_OPTIONS(type, filter)                                                                   \
    {"binning", OPT_CHOICE, offsetof(type, coding.binning), "equal", 0, 0, 0, event_binning_names, "",       \
     "T equal bins of each recording's span, or fixed windows of window_ms of which the first T are kept"},  \
    {"window_ms", OPT_REAL, offsetof(type, coding.window_ms), "1", 0.001, 1000, 0, NULL, "ms",               \
     "length of a window (binning = window)"},                                                               \
    {"values", OPT_CHOICE, offsetof(type, coding.values), "counts", 0, 0, 0, event_value_names, "",          \
     "number of events in a cell, or 1 where there is any"},                                                 \
    {"filter_ms", OPT_REAL, offsetof(type, coding.filter_ms), filter, 0, 1000, 0, NULL, "ms",                \
     "drop events whose four neighbours were silent for this long before; 0: keep all"},                     \
    {"input_noise", OPT_REAL, offsetof(type, coding.input_noise), "0", 0, 100, 0, NULL, "events",            \
     "standard deviation of Gaussian noise added to every input cell (makes the input dense); 0: none"}
/* clang-format on */

/* Whether entries are counts or noise, not spikes (dataset_info.valued). */
bool event_coding_valued(const struct event_coding *c);

/* Refuses what the ranges of the options cannot say: ST_CONFIG. */
status event_coding_check(const struct event_coding *c, struct error *e);

/* Filters a recording and drops what is beyond the windows of info->T steps, counting both: what is left
 * makes the sample. ST_MEMORY. */
status event_coding_keep(const struct event_coding *c, const struct dataset_info *info,
                         struct event_list *events, struct usage *u, struct error *e);

/* Entries that a sample of events (after event_coding_keep) will have. Scratch: seen, a bit for each input
 * and step, zero again on return. */
size_t event_coding_entries(const struct event_coding *c, const struct dataset_info *info,
                            const struct event_list *events, uint32_t *seen);

/* Fills d from the source's recordings, d->info being filled already (a sensor of info.width x info.height):
 * filters, bins, and adds noise from dataset_sample_stream "encode". A recording of which nothing is left is
 * ST_DATA. info.usage is filled here where probe could not do so. */
status event_coding_open(const struct dataset_source *source, const void *options,
                         const struct event_coding *c, uint64_t seed, struct dataset *d, struct error *e);

#endif
