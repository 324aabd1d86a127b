/* AEDAT 3.1: packets of a header of 28 bytes and events, little-endian. Of polarity events (type 1): a word
 * with valid (1 bit), polarity (1), y (15), x (15), and the time (31 bits, microseconds), to which the
 * header's overflow is added as bit 31 and above. */
#include "datasets/aedat.h"
#include <strings.h>

enum { HEADER_BYTES = 28, EVENT_BYTES = 8, POLARITY = 1 };

/* A packet's header. */
struct packet {
    uint32_t type, size, overflow, capacity, number;
};

static status read_packet(const struct recording *r, size_t at, struct packet *p, struct error *e)
{
    const unsigned char *b = r->bytes + at;
    if (r->size - at < HEADER_BYTES)
        return FAIL(e, ST_DATA, "%s: byte %zu: the header of the last packet is cut (%zu of %d bytes)",
                    r->source, at, r->size - at, HEADER_BYTES);
    *p = (struct packet){recording_u16(b), recording_u32(b + 4), recording_u32(b + 12), recording_u32(b + 16),
                         recording_u32(b + 20)};
    const size_t room = r->size - at - HEADER_BYTES;
    if (p->number > p->capacity || p->overflow > INT32_MAX)
        return FAIL(e, ST_DATA, "%s: byte %zu: a packet of %u events with room for %u, overflow %u",
                    r->source, at, p->number, p->capacity, p->overflow);
    if (p->size > 0 && p->capacity > room / p->size)
        return FAIL(e, ST_DATA, "%s: byte %zu: a packet of %u events of %u bytes, but %zu bytes are left",
                    r->source, at, p->capacity, p->size, room);
    if (p->type == POLARITY && p->size != EVENT_BYTES)
        return FAIL(e, ST_DATA, "%s: byte %zu: polarity events of %u bytes; %d are read", r->source, at,
                    p->size, EVENT_BYTES);
    return ST_OK;
}

static status read_events(struct recording *r, size_t at, const struct packet *p, struct error *e)
{
    for (uint32_t i = 0; i < p->number; i++, at += EVENT_BYTES) {
        const uint32_t word = recording_u32(r->bytes + at), time = recording_u32(r->bytes + at + 4);
        const struct raw_event v = {(int64_t)p->overflow << 31 | (int64_t)(time & INT32_MAX), word >> 17,
                                    word >> 2 & 0x7fff, word >> 1 & 1};
        if (word & 1)
            TRY(recording_put(r, &v, (struct recording_place){"byte", at}, e));
        else
            r->usage->invalid += v.t >= r->request.from && v.t < r->request.to;
    }
    return ST_OK;
}

status aedat3_parse(struct recording *r, const struct aedat_header *h, struct error *e)
{
    unsigned width = 0, height = 0;
    if (aedat_sensor(h->chip, &width, &height)) recording_sensor(r, width, height);
    for (size_t at = h->end; at < r->size;) {
        struct packet p = {0};
        TRY(read_packet(r, at, &p, e));
        at += HEADER_BYTES;
        if (p.type == POLARITY) TRY(read_events(r, at, &p, e));
        at += (size_t)p.capacity * p.size;
    }
    return ST_OK;
}
