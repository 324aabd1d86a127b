/* See event_view.h. */
#include "datasets/event_view.h"
#include <math.h>

const char *const event_polarity_names[] = {"both", "merge", "on", NULL};

status event_frame_make(struct event_frame *f, const struct event_view *v, unsigned width, unsigned height,
                        struct error *e)
{
    const long *c = v->crop.v;
    if (v->crop.n != 4)
        return FAIL(e, ST_CONFIG, "option 'crop' has %zu numbers: x, y, width and height are four",
                    v->crop.n);
    if (c[0] >= (long)width || c[1] >= (long)height || c[0] + c[2] > (long)width ||
        c[1] + c[3] > (long)height)
        return FAIL(e, ST_CONFIG, "option 'crop' is %ld-%ld-%ld-%ld, not on the sensor of %u x %u pixels",
                    c[0], c[1], c[2], c[3], width, height);
    const double us = round(v->t_min_ms * 1000);
    if (fabs(us - v->t_min_ms * 1000) > 1e-6 || us > (double)UINT32_MAX)
        return FAIL(e, ST_CONFIG, "option 't_min' is %.12g: whole microseconds, at most 4294967 ms",
                    v->t_min_ms);
    *f = (struct event_frame){.x = (unsigned)c[0],
                              .y = (unsigned)c[1],
                              .width = c[2] ? (unsigned)c[2] : width - (unsigned)c[0],
                              .height = c[3] ? (unsigned)c[3] : height - (unsigned)c[1],
                              .cell = (unsigned)v->downsample,
                              .channels = v->polarity == POLARITY_BOTH ? 2 : 1,
                              .t_min = (uint32_t)us};
    f->columns = (f->width + f->cell - 1) / f->cell;
    f->rows = (f->height + f->cell - 1) / f->cell;
    return ST_OK;
}

void event_frame_apply(const struct event_frame *f, const struct event_view *v, struct event_list *events,
                       struct usage *u)
{
    size_t kept = 0;
    for (size_t i = 0; i < events->n; i++) {
        struct event event = events->events[i];
        const bool shown = event.x >= f->x && event.y >= f->y && event.x - f->x < f->width &&
                           event.y - f->y < f->height && (event.polarity || v->polarity != POLARITY_ON);
        u->not_wanted += !shown;
        u->outside += shown && event.t < f->t_min;
        if (!shown || event.t < f->t_min) continue;
        event.t -= f->t_min;
        event.x = (uint16_t)((event.x - f->x) / f->cell);
        event.y = (uint16_t)((event.y - f->y) / f->cell);
        events->events[kept++] = event;
    }
    events->n = kept;
}
