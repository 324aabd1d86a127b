/* Which part of a recording is looked at: crop, coarser pixels, polarity, beginning. */
#ifndef SPIKEBENCH_DATASETS_EVENT_VIEW_H
#define SPIKEBENCH_DATASETS_EVENT_VIEW_H

#include "datasets/event_list.h"
#include "support/opt.h"

struct event_view {
    struct int_list crop; /* x, y, width, height; a size of 0: up to the edge */
    long downsample;
    int polarity; /* enum event_polarity */
    double t_min_ms;
};
enum event_polarity { POLARITY_BOTH, POLARITY_MERGE, POLARITY_ON };
extern const char *const event_polarity_names[];

/* The options, for a table whose struct has a member `view`. */
/* clang-format off */
#define EVENT_VIEW_OPTIONS(type)                                                                             \
    {"crop", OPT_INTS, offsetof(type, view.crop), "0-0-0-0", 0, UINT16_MAX, 0, NULL, "pixels",               \
     "part of the sensor: x, y, width, height; a size of 0 goes up to the edge"},                            \
    {"downsample", OPT_INT, offsetof(type, view.downsample), "1", 1, 1024, 0, NULL, "pixels",                \
     "side of the squares of pixels that become one, after the crop and before the filter"},                 \
    {"polarity", OPT_CHOICE, offsetof(type, view.polarity), "both", 0, 0, 0, event_polarity_names, "",       \
     "both: a channel for ON and one for OFF events; merge: one for all; on: one, OFF events are left out"}, \
    {"t_min", OPT_REAL, offsetof(type, view.t_min_ms), "0", 0, 4e6, 0, NULL, "ms",                           \
     "earlier events are left out, and the steps begin there"}
/* clang-format on */

/* A view of a sensor of width x height pixels. */
struct event_frame {
    unsigned x, y, width, height; /* the crop, in pixels of the sensor */
    unsigned cell;                /* their squares */
    unsigned columns, rows;       /* what the squares make */
    size_t channels;
    uint32_t t_min; /* microseconds */
};
/* ST_CONFIG naming the option where the crop is not on the sensor or not four numbers, or t_min is no whole
 * number of microseconds. */
status event_frame_make(struct event_frame *f, const struct event_view *v, unsigned width, unsigned height,
                        struct error *e);
/* Leaves out of a recording what the frame does not show, and moves and scales what it shows; counts events
 * of the crop and the polarity as not wanted, earlier ones as outside. */
void event_frame_apply(const struct event_frame *f, const struct event_view *v, struct event_list *events,
                       struct usage *u);

#endif
