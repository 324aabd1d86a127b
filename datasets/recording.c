/* See recording.h. */
#include "datasets/recording.h"
#include "support/file_kind.h"
#include <math.h>
#include <string.h>

const char *const time_unit_names[] = {"s", "ms", "us", "ns", NULL};

/* Room for events earlier than the first of a file, while its time is not yet known. */
static const int64_t BEFORE_FIRST = (int64_t)1 << 30;

void recording_sensor(struct recording *r, unsigned width, unsigned height)
{
    if (r->request.width == 0) r->width = width;
    if (r->request.height == 0) r->height = height;
}

status recording_off_sensor(struct recording *r, int64_t x, int64_t y, struct recording_place at,
                            struct error *e)
{
    r->usage->events++;
    r->usage->off_sensor++;
    if (r->request.bad != BAD_ERROR) return ST_OK;
    return FAIL(e, ST_DATA, "%s: %s %zu: pixel (%lld, %lld) is off the %u x %u sensor", r->source, at.word,
                at.number, (long long)x, (long long)y, r->width, r->height);
}

/* Time zero of the events: until all are read, where it is the first, so far before that that an earlier one
 * has room. */
static void set_origin(struct recording *r, int64_t t)
{
    if (r->request.from_first)
        r->origin = t - BEFORE_FIRST;
    else
        r->origin = r->request.from == RECORDING_BEGIN ? 0 : r->request.from;
    r->latest = t;
}

status recording_put(struct recording *r, const struct raw_event *v, struct recording_place at,
                     struct error *e)
{
    const int64_t most = INT64_MAX / 4;
    struct event_list *list = r->events;
    if (v->t < r->request.from || v->t >= r->request.to) return ST_OK;
    if (r->width == 0 || r->height == 0)
        return FAIL(e, ST_CONFIG,
                    "%s does not say how large the sensor is: dataset.width and dataset.height do",
                    r->source);
    if (v->x < 0 || v->y < 0 || v->x >= r->width || v->y >= r->height)
        return recording_off_sensor(r, v->x, v->y, at, e);
    if (v->t > most || v->t < -most)
        return FAIL(e, ST_DATA, "%s: %s %zu: the time %lld us is too large", r->source, at.word, at.number,
                    (long long)v->t);
    r->usage->events++;
    if (list->n == 0) set_origin(r, v->t);
    const int64_t t = v->t - r->origin;
    if (t < 0 || t > UINT32_MAX)
        return FAIL(
            e, ST_DATA,
            "%s: %s %zu: the time %lld us is %s; with dataset.zero = first times count from the first "
            "event, and dataset.time_unit is their unit",
            r->source, at.word, at.number, (long long)v->t,
            t < 0 ? "negative" : "beyond 32 bits (71 minutes)");
    if (v->t < r->latest) r->usage->out_of_order++;
    r->latest = v->t > r->latest ? v->t : r->latest;
    if (list->n == list->capacity)
        TRY(events_reserve(list, list->capacity ? 2 * list->capacity : 1024, r->source, e));
    list->events[list->n++] = (struct event){(uint32_t)t, (uint16_t)v->x, (uint16_t)v->y, v->on};
    return ST_OK;
}

/* Lets the first event be at time zero. */
static void shift_to_first(struct event_list *list)
{
    const uint32_t first = list->n > 0 ? list->events[0].t : 0;
    for (size_t i = 0; i < list->n; i++) list->events[i].t -= first;
}

status recording_read(struct recording *r, const struct recording_format *f, struct error *e)
{
    const size_t unsorted = r->usage->out_of_order, off = r->usage->off_sensor;
    r->events->n = 0;
    r->width = r->request.width;
    r->height = r->request.height;
    status st = r->width > UINT16_MAX || r->height > UINT16_MAX
                    ? FAIL(e, ST_CONFIG, "a sensor of %u x %u pixels is too large", r->width, r->height)
                    : f->parse(r, e);
    const char *kind = r->size > 0 ? file_kind(r->bytes, r->size) : NULL;
    if (kind && !f->marked && (st == ST_DATA || r->usage->off_sensor > off))
        st = FAIL(e, ST_DATA, "%s: is no recording but %s", r->source, kind);
    if (st == ST_OK && r->usage->out_of_order > unsorted) st = events_sort(r->events, e);
    if (st == ST_OK && r->request.from_first) shift_to_first(r->events);
    return st;
}

status recording_time(const struct recording *r, double v, struct recording_place at, int64_t *t,
                      struct error *e)
{
    static const double times[] = {1e6, 1e3, 1, 1}, over[] = {1, 1, 1, 1e3};
    const double us = v * times[r->request.time_unit] / over[r->request.time_unit];
    if (!(fabs(us) < 4e18))
        return FAIL(e, ST_DATA, "%s: %s %zu: %g is no time", r->source, at.word, at.number, v);
    *t = (int64_t)floor(us + 0.5);
    return ST_OK;
}

int64_t recording_unwrap(struct recording_clock *c, uint32_t t, struct usage *u)
{
    if (c->last > t && c->last - t > UINT32_MAX / 2) {
        c->from += (int64_t)UINT32_MAX + 1;
        u->wraps++;
    }
    c->last = t;
    return c->from + t;
}

uint32_t recording_u16(const unsigned char *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

uint32_t recording_u32(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

uint32_t recording_u32_big(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

size_t recording_line(const unsigned char *bytes, size_t size, size_t from)
{
    const unsigned char *feed = from < size ? memchr(bytes + from, '\n', size - from) : NULL;
    return feed ? (size_t)(feed - bytes) + 1 : size;
}
