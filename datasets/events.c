/* Event recordings. */
#include "datasets/events.h"
#include "support/file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 5, TIME_MOST = (1 << 23) - 1 };

void events_free(struct event_list *list)
{
    free(list->events);
    *list = (struct event_list){0};
}

status events_parse(struct event_list *list, const char *source, const unsigned char *bytes, size_t size,
                    unsigned width, unsigned height, struct error *e)
{
    size_t n = size / EVENT_BYTES;
    list->n = 0;
    if (size % EVENT_BYTES != 0)
        return FAIL(e, ST_DATA, "%s: byte %zu: the last event is cut (%zu of %d bytes)", source,
                    n * EVENT_BYTES, size % EVENT_BYTES, EVENT_BYTES);
    if (n == 0) return FAIL(e, ST_DATA, "%s: byte 0: the recording holds no event", source);
    if (n > list->capacity) {
        struct event *more = realloc(list->events, n * sizeof *more);
        if (!more) return FAIL(e, ST_MEMORY, "%s: no memory for %zu events", source, n);
        list->events = more;
        list->capacity = n;
    }
    for (size_t i = 0; i < n; i++) {
        const unsigned char *p = bytes + i * EVENT_BYTES;
        if (p[0] >= width || p[1] >= height)
            return FAIL(e, ST_DATA, "%s: byte %zu: pixel (%u, %u) is off the %u x %u sensor", source,
                        i * EVENT_BYTES, p[0], p[1], width, height);
        list->events[i] = (struct event){((uint32_t)(p[2] & 0x7f) << 16) | ((uint32_t)p[3] << 8) | p[4], p[0],
                                         p[1], (uint8_t)(p[2] >> 7)};
    }
    list->n = n;
    return ST_OK;
}

static status write_events(const struct event_list *list, const char *path, FILE *f, struct error *e)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct event *v = &list->events[i];
        if (v->t > TIME_MOST)
            return FAIL(e, ST_DATA, "%s: event %zu is at %u us; the format has room for %d", path, i, v->t,
                        TIME_MOST);
        const uint32_t word = (uint32_t)v->polarity << 23 | v->t; /* the lower three of its bytes */
        const unsigned char bytes[EVENT_BYTES] = {v->x, v->y, (unsigned char)(word >> 16),
                                                  (unsigned char)(word >> 8), (unsigned char)word};
        if (fwrite(bytes, sizeof bytes, 1, f) != 1) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    }
    return ST_OK;
}

status events_write(const struct event_list *list, const char *path, struct error *e)
{
    struct file_writer w;
    TRY(file_create(&w, path, e));
    status st = write_events(list, path, w.file, e);
    if (st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status events_filter(struct event_list *list, unsigned width, unsigned height, uint32_t window_us,
                     struct error *e)
{
    /* until[y][x]: the time up to which an event at (x, y) vouches for its neighbours; a border of one pixel
     * of zeros. */
    size_t stride = width + 2, cells = stride * (height + 2), kept = 0;
    uint64_t *until = calloc(cells, sizeof *until);
    if (!until) return FAIL(e, ST_MEMORY, "no memory for the event filter");
    for (size_t i = 0; i < list->n; i++) {
        struct event v = list->events[i];
        uint64_t *at = until + (v.y + 1) * stride + v.x + 1;
        bool vouched = at[1] > v.t || *(at - 1) > v.t || at[stride] > v.t || *(at - stride) > v.t;
        *at = (uint64_t)v.t + window_us;
        if (vouched) list->events[kept++] = v;
    }
    list->n = kept;
    free(until);
    return ST_OK;
}

/* Bin of an event, or T if it falls outside. */
static size_t bin_of(const struct frames *f, uint32_t t, uint32_t first, uint32_t last)
{
    if (f->window_us > 0) {
        size_t k = t / f->window_us;
        return k < f->T ? k : f->T;
    }
    size_t k = (size_t)((uint64_t)(t - first) * f->T / ((uint64_t)(last - first) + 1));
    return k < f->T ? k : f->T - 1;
}

status events_to_frames(const struct event_list *list, const struct frames *f, unsigned width,
                        unsigned height, uint32_t *counts, struct rng *rng, struct spikes_builder *b,
                        struct error *e)
{
    size_t inputs = 2 * (size_t)width * height;
    uint32_t first = list->n ? list->events[0].t : 0, last = first;
    for (size_t i = 0; i < list->n; i++) {
        first = list->events[i].t < first ? list->events[i].t : first;
        last = list->events[i].t > last ? list->events[i].t : last;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct event *v = &list->events[i];
        size_t bin = bin_of(f, v->t, first, last);
        if (bin < f->T) counts[bin * inputs + ((size_t)v->polarity * height + v->y) * width + v->x]++;
    }
    status st = ST_OK;
    for (size_t t = 0; t < f->T && st == ST_OK; t++) {
        for (size_t i = 0; i < inputs && st == ST_OK; i++) {
            uint32_t count = counts[t * inputs + i];
            if (count == 0 && f->noise <= 0) continue;
            double value = f->binary ? count > 0 : (double)count;
            if (f->noise > 0) value += f->noise * rng_normal(rng);
            st = spikes_add(b, (uint32_t)i, value, e);
        }
        if (st == ST_OK) st = spikes_end_row(b, e);
    }
    memset(counts, 0, f->T * inputs * sizeof *counts);
    return st;
}
