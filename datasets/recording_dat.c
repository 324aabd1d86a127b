/* .dat, Prophesee's format of version 2: lines that begin with %, then two bytes, type and size of an event,
 * then little-endian events: time (32 bits, microseconds), x (14 bits), y (14), polarity (4). */
#include "datasets/recording.h"
#include <stdio.h>
#include <string.h>

enum { EVENT_BYTES = 8, TYPE_OLD = 0, TYPE_CD = 12, LINE_MOST = 200 };

/* A line of the header: the sensor's size, the version; refuses Metavision's RAW. */
static status read_line(struct recording *r, const char *line, struct error *e)
{
    unsigned value = 0;
    if (sscanf(line, "%% Width %7u", &value) == 1) recording_sensor(r, value, r->height);
    if (sscanf(line, "%% Height %7u", &value) == 1) recording_sensor(r, r->width, value);
    if (sscanf(line, "%% Version %7u", &value) == 1 && value != 2)
        return FAIL(e, ST_DATA, "%s: version %u of the format; 2 is read", r->source, value);
    if (strncmp(line, "% evt ", 6) == 0 || strncmp(line, "% format EVT", 12) == 0)
        return FAIL(e, ST_DATA,
                    "%s: Metavision's RAW format is not read: convert it (metavision_file_to_dat, "
                    "metavision_file_to_csv)",
                    r->source);
    return ST_OK;
}

static status read_header(struct recording *r, size_t *begin, struct error *e)
{
    size_t at = 0;
    if (r->size > 0 && r->bytes[0] != '%')
        return FAIL(e, ST_DATA, "%s: byte 0: no line that begins with %%: no .dat file of Prophesee",
                    r->source);
    while (at < r->size && r->bytes[at] == '%') {
        char line[LINE_MOST] = "";
        const size_t end = recording_line(r->bytes, r->size, at), n = end - at;
        memcpy(line, r->bytes + at, n < sizeof line ? n : sizeof line - 1);
        TRY(read_line(r, line, e));
        at = end;
    }
    if (r->width > UINT16_MAX || r->height > UINT16_MAX)
        return FAIL(e, ST_DATA, "%s: a sensor of %u x %u pixels", r->source, r->width, r->height);
    if (r->size > 0 && r->size - at < 2)
        return FAIL(e, ST_DATA, "%s: byte %zu: the file ends before the type of its events", r->source, at);
    if (r->size > 0 &&
        (r->bytes[at + 1] != EVENT_BYTES || (r->bytes[at] != TYPE_OLD && r->bytes[at] != TYPE_CD)))
        return FAIL(e, ST_DATA, "%s: byte %zu: events of type %d with %d bytes; type 0 or 12 with 8 is read",
                    r->source, at, r->bytes[at], r->bytes[at + 1]);
    *begin = r->size > 0 ? at + 2 : 0;
    return ST_OK;
}

static status parse(struct recording *r, struct error *e)
{
    struct recording_clock clock = {0, 0};
    size_t at = 0;
    TRY(read_header(r, &at, e));
    for (; r->size - at >= EVENT_BYTES; at += EVENT_BYTES) {
        const uint32_t word = recording_u32(r->bytes + at + 4);
        const struct raw_event v = {recording_unwrap(&clock, recording_u32(r->bytes + at), r->usage),
                                    word & 0x3fff, word >> 14 & 0x3fff, word >> 28 != 0};
        TRY(recording_put(r, &v, (struct recording_place){"byte", at}, e));
    }
    return at == r->size ? ST_OK
                         : FAIL(e, ST_DATA, "%s: byte %zu: the last event is cut (%zu of %d bytes)",
                                r->source, at, r->size - at, EVENT_BYTES);
}

const struct recording_format recording_dat = {
    .name = "dat",
    .ends = (const char *const[]){".dat", ".raw", NULL}, /* the reader refuses the last */
    .parse = parse,
};
