/* .bin, N-MNIST's and N-Caltech101's format (Orchard et al. 2015): 40-bit big-endian events x (8 bits), y
 * (8), polarity (1), time in microseconds (23). y = 240 is no event: the camera's clock has overflown, and
 * what follows is 2^13 us later. A time that falls by more than half of the 23 bits is a clock that began
 * again. */
#include "datasets/recording.h"

enum { EVENT_BYTES = 5, TIME_MOST = (1 << 23) - 1, OVERFLOW_Y = 240, OVERFLOW_US = 1 << 13 };

/* The time of events one after another. */
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

static status parse(struct recording *r, struct error *e)
{
    struct event_clock clock = {0, 0};
    const size_t n = r->size / EVENT_BYTES;
    TRY(events_reserve(r->events, n, r->source, e));
    for (size_t i = 0; i < n; i++) {
        const unsigned char *p = r->bytes + i * EVENT_BYTES;
        const struct recording_place at = {"byte", i * EVENT_BYTES};
        if (p[1] == OVERFLOW_Y && r->height <= OVERFLOW_Y) {
            clock.from += OVERFLOW_US;
            continue;
        }
        if (r->width > 0 && (p[0] >= r->width || p[1] >= r->height)) {
            TRY(recording_off_sensor(r, p[0], p[1], at, e));
            continue;
        }
        const uint64_t t = read_clock(&clock, p, r->usage);
        if (t > UINT32_MAX)
            return FAIL(e, ST_DATA, "%s: byte %zu: after %zu wraps of the clock the time is beyond 32 bits",
                        r->source, at.number, r->usage->wraps);
        TRY(recording_put(r, &(struct raw_event){(int64_t)t, p[0], p[1], p[2] >> 7}, at, e));
    }
    if (r->size % EVENT_BYTES == 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: byte %zu: the last event is cut (%zu of %d bytes)", r->source,
                n * EVENT_BYTES, r->size % EVENT_BYTES, EVENT_BYTES);
}

const struct recording_format recording_bin = {
    .name = "bin",
    .ends = (const char *const[]){".bin", NULL},
    .parse = parse,
};
