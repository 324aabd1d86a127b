/* AEDAT 2.0: big-endian address (32 bits) and time (32 bits, microseconds). What the bits of the address are
 * depends on the camera. Coordinates are those of the address; viewers turn or mirror them. */
#include "datasets/aedat.h"
#include <strings.h>

enum { EVENT_BYTES = 8 };

/* An address: where its numbers are, and what is no event of a pixel. */
struct layout {
    uint32_t special; /* any of these bits: another event (frames, inertial unit, synchronisation) */
    uint32_t unused;  /* bits that are never set */
    unsigned x, y, polarity;
    uint32_t x_mask, y_mask; /* after the shift */
};
static const struct layout dvs128 = {1u << 15, 0xffff0000u, 1, 8, 0, 0x7f, 0x7f};
static const struct layout davis = {1u << 31 | 1u << 10, 0, 12, 22, 11, 0x3ff, 0x1ff};

static status choose_layout(struct recording *r, const struct aedat_header *h, const struct layout **layout,
                            struct error *e)
{
    unsigned width = 128, height = 128;
    if (h->chip[0] && !aedat_sensor(h->chip, &width, &height))
        return FAIL(e, ST_DATA, "%s: of camera '%s'; AEDAT 2.0 is read of DVS128 and DAVIS", r->source,
                    h->chip);
    recording_sensor(r, width, height);
    *layout = !h->chip[0] || strncasecmp(h->chip, "dvs128", 6) == 0 ? &dvs128 : &davis;
    return ST_OK;
}

status aedat2_parse(struct recording *r, const struct aedat_header *h, struct error *e)
{
    struct recording_clock clock = {0, 0};
    const struct layout *layout = NULL;
    size_t at = h->end;
    TRY(choose_layout(r, h, &layout, e));
    for (; r->size - at >= EVENT_BYTES; at += EVENT_BYTES) {
        const uint32_t address = recording_u32_big(r->bytes + at);
        const int64_t t = recording_unwrap(&clock, recording_u32_big(r->bytes + at + 4), r->usage);
        if (address & layout->unused)
            return FAIL(e, ST_DATA, "%s: byte %zu: address 0x%08x is none of a DVS128", r->source, at,
                        address);
        if (address & layout->special) continue;
        const struct raw_event v = {t, address >> layout->x & layout->x_mask,
                                    address >> layout->y & layout->y_mask, address >> layout->polarity & 1};
        TRY(recording_put(r, &v, (struct recording_place){"byte", at}, e));
    }
    return at == r->size ? ST_OK
                         : FAIL(e, ST_DATA, "%s: byte %zu: the last event is cut (%zu of %d bytes)",
                                r->source, at, r->size - at, EVENT_BYTES);
}
