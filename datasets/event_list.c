/* See event_list.h. */
#include "datasets/event_list.h"
#include <stdlib.h>
#include <string.h>

void events_free(struct event_list *list)
{
    free(list->events);
    *list = (struct event_list){0};
}

status events_reserve(struct event_list *list, size_t n, const char *source, struct error *e)
{
    if (n <= list->capacity) return ST_OK;
    struct event *more = realloc(list->events, n * sizeof *more);
    if (!more) return FAIL(e, ST_MEMORY, "%s: no memory for %zu events", source, n);
    list->events = more;
    list->capacity = n;
    return ST_OK;
}

/* By merging. */
status events_sort(struct event_list *list, struct error *e)
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

/* Frames of a sensor, and the span of a recording's events. */
struct grid_of_frames {
    const struct frames *frames;
    size_t width, height, inputs;
    uint32_t first, last;
};

static struct grid_of_frames grid_of(const struct event_list *list, const struct frames *f, unsigned width,
                                     unsigned height)
{
    const size_t pixels = (size_t)width * height;
    struct grid_of_frames g = {f, width, height, f->merged ? pixels : 2 * pixels, 0, 0};
    g.first = g.last = list->n ? list->events[0].t : 0;
    for (size_t i = 0; i < list->n; i++) {
        g.first = list->events[i].t < g.first ? list->events[i].t : g.first;
        g.last = list->events[i].t > g.last ? list->events[i].t : g.last;
    }
    return g;
}

/* Number of an event's cell, step by step; T * inputs or more if it falls outside. */
static size_t cell_of(const struct grid_of_frames *g, const struct event *v)
{
    const size_t plane = g->frames->merged ? 0 : v->polarity * g->width * g->height;
    const size_t pixel = v->y * g->width + v->x;
    return bin_of(g->frames, v->t, g->first, g->last) * g->inputs + plane + pixel;
}

size_t events_cells(const struct event_list *list, const struct frames *f, unsigned width, unsigned height,
                    uint32_t *seen)
{
    const struct grid_of_frames g = grid_of(list, f, width, height);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const size_t cell = cell_of(&g, &list->events[i]);
        const uint32_t bit = (uint32_t)1 << cell % 32;
        if (cell >= f->T * g.inputs) continue;
        n += !(seen[cell / 32] & bit);
        seen[cell / 32] |= bit;
    }
    for (size_t i = 0; i < list->n; i++) {
        const size_t cell = cell_of(&g, &list->events[i]);
        if (cell < f->T * g.inputs) seen[cell / 32] = 0;
    }
    return n;
}

status events_to_frames(const struct event_list *list, const struct frames *f, unsigned width,
                        unsigned height, uint32_t *counts, struct rng *rng, struct spikes_builder *b,
                        struct error *e)
{
    const struct grid_of_frames g = grid_of(list, f, width, height);
    const size_t inputs = g.inputs;
    for (size_t i = 0; i < list->n; i++) {
        const size_t cell = cell_of(&g, &list->events[i]);
        if (cell < f->T * inputs) counts[cell]++;
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
