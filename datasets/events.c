/* Event recordings. */
#include "datasets/events.h"
#include "support/file.h"
#include "support/file_kind.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_BYTES = 5, TIME_MOST = (1 << 23) - 1, OVERFLOW_Y = 240, OVERFLOW_US = 1 << 13 };

void events_free(struct event_list *list)
{
    free(list->events);
    *list = (struct event_list){0};
}

/* Stable: events of one time stay in their order. */
static status sort_by_time(struct event_list *list, struct error *e)
{
    struct event *from = list->events, *to = malloc(list->n * sizeof *to), *spare = to;
    const size_t n = list->n;
    if (!to) return FAIL(e, ST_MEMORY, "no memory to sort %zu events", n);
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = start + width < n ? start + width : n,
                   end = middle + width < n ? middle + width : n;
            size_t i = start, j = middle;
            for (size_t k = start; k < end; k++)
                to[k] = i < middle && (j == end || from[i].t <= from[j].t) ? from[i++] : from[j++];
        }
        struct event *swap = from;
        from = to;
        to = swap;
    }
    if (from != list->events) memcpy(list->events, from, n * sizeof *from);
    free(spare);
    return ST_OK;
}

/* The time of events one after another: of 23 bits, a clock that overflows or begins again. */
struct event_clock {
    uint64_t from; /* what was before */
    uint32_t last; /* of 23 bits */
};

static uint64_t read_clock(struct event_clock *c, const unsigned char *p, struct usage *u)
{
    uint32_t t = ((uint32_t)(p[2] & 0x7f) << 16) | ((uint32_t)p[3] << 8) | p[4];
    if (c->last > t && c->last - t > TIME_MOST / 2) {
        c->from += (uint64_t)TIME_MOST + 1;
        u->wraps++;
    }
    c->last = t;
    return c->from + t;
}

static status read_events(struct event_list *list, const char *source, const unsigned char *bytes, size_t n,
                          unsigned width, unsigned height, enum bad_policy policy, struct usage *u,
                          struct error *e)
{
    struct event_clock clock = {0, 0};
    uint64_t latest = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *p = bytes + i * EVENT_BYTES;
        if (p[1] == OVERFLOW_Y && height <= OVERFLOW_Y) {
            clock.from += OVERFLOW_US;
            continue;
        }
        u->events++;
        if (p[0] >= width || p[1] >= height) {
            if (policy == BAD_ERROR)
                return FAIL(e, ST_DATA, "%s: byte %zu: pixel (%u, %u) is off the %u x %u sensor", source,
                            i * EVENT_BYTES, p[0], p[1], width, height);
            u->off_sensor++;
            continue;
        }
        uint64_t t = read_clock(&clock, p, u);
        if (t > UINT32_MAX)
            return FAIL(e, ST_DATA, "%s: byte %zu: after %zu wraps of the clock the time is beyond 32 bits",
                        source, i * EVENT_BYTES, u->wraps);
        if (t < latest) u->out_of_order++;
        latest = t > latest ? t : latest;
        list->events[list->n++] = (struct event){(uint32_t)t, p[0], p[1], (uint8_t)(p[2] >> 7)};
    }
    return ST_OK;
}

status events_parse(struct event_list *list, const char *source, const unsigned char *bytes, size_t size,
                    unsigned width, unsigned height, enum bad_policy policy, struct usage *u, struct error *e)
{
    size_t n = size / EVENT_BYTES, unsorted = u->out_of_order;
    list->n = 0;
    if (n > list->capacity) {
        struct event *more = realloc(list->events, n * sizeof *more);
        if (!more) return FAIL(e, ST_MEMORY, "%s: no memory for %zu events", source, n);
        list->events = more;
        list->capacity = n;
    }
    status st = read_events(list, source, bytes, n, width, height, policy, u, e);
    if (st == ST_OK && size % EVENT_BYTES != 0)
        st = FAIL(e, ST_DATA, "%s: byte %zu: the last event is cut (%zu of %d bytes)", source,
                  n * EVENT_BYTES, size % EVENT_BYTES, EVENT_BYTES);
    const char *kind = size > 0 ? file_kind(bytes, size) : NULL;
    if (kind && (st == ST_DATA || u->off_sensor > 0))
        st = FAIL(e, ST_DATA, "%s: is no recording but %s", source, kind);
    return st == ST_OK && u->out_of_order > unsorted ? sort_by_time(list, e) : st;
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

/* Bin of an event, or T if it falls outside. All products are below 2^64. */
static size_t bin_of(const struct frames *f, uint32_t t, uint32_t first, uint32_t last)
{
    if (f->window.over > 0) {
        uint64_t k = t * f->window.under / f->window.over;
        return k < f->T ? (size_t)k : f->T;
    }
    return (size_t)((uint64_t)(t - first) * f->T / ((uint64_t)(last - first) + 1));
}

size_t events_cut(struct event_list *list, const struct frames *f)
{
    size_t kept = 0, n = list->n;
    for (size_t i = 0; i < n && f->window.over > 0; i++)
        if (bin_of(f, list->events[i].t, 0, 0) < f->T) list->events[kept++] = list->events[i];
    if (f->window.over > 0) list->n = kept;
    return n - list->n;
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
