/* .aedat, the formats of the cameras of iniVation: versions 2.0 and 3.1 (see aedat.h). */
#include "datasets/aedat.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LINE_MOST = 300 };

/* Takes the camera's name from a line that has it; refuses packed data. */
static status read_line(const struct recording *r, const char *line, struct aedat_header *h, struct error *e)
{
    char name[60];
    if (sscanf(line, "# AEChip: %59[^\r\n]", name) == 1) { /* the class that reads it in jAER */
        const char *dot = strrchr(name, '.');
        (void)snprintf(h->chip, sizeof h->chip, "%s", dot ? dot + 1 : name);
    }
    if (!h->chip[0] && sscanf(line, "#Source %*d: %59[^\r\n]", name) == 1) memcpy(h->chip, name, sizeof name);
    if (sscanf(line, "#Format: %59[^\r\n]", name) == 1 && strcasecmp(name, "RAW") != 0)
        return FAIL(e, ST_DATA, "%s: the data is %s; RAW is read", r->source, name);
    return ST_OK;
}

static status read_version(const struct recording *r, const char *line, struct aedat_header *h,
                           struct error *e)
{
    if (sscanf(line, "#!AER-DAT%1d.%1d", &h->major, &h->minor) != 2)
        return FAIL(e, ST_DATA, "%s: byte 0: no '#!AER-DAT' and a version: no AEDAT file", r->source);
    if (h->major >= 4)
        return FAIL(e, ST_DATA,
                    "%s: AEDAT %d is not read: convert it to .npy, CSV or AEDAT 3.1 (Python packages "
                    "dv-processing, aedat, or loris; DV's export)",
                    r->source, h->major);
    if ((h->major == 2 && h->minor == 0) || (h->major == 3 && h->minor == 1)) return ST_OK;
    return FAIL(e, ST_DATA, "%s: AEDAT %d.%d; 2.0 and 3.1 are read", r->source, h->major, h->minor);
}

static status parse(struct recording *r, struct error *e)
{
    struct aedat_header h = {.major = 0};
    bool ended = false;
    if (r->size == 0) return ST_OK;
    while (h.end < r->size && r->bytes[h.end] == '#' && !ended) {
        char line[LINE_MOST] = "";
        const size_t end = recording_line(r->bytes, r->size, h.end), n = end - h.end;
        memcpy(line, r->bytes + h.end, n < sizeof line ? n : sizeof line - 1);
        TRY(h.end == 0 ? read_version(r, line, &h, e) : read_line(r, line, &h, e));
        ended = strncmp(line, "#!END-HEADER", 12) == 0;
        h.end = end;
    }
    if (h.major == 0) return read_version(r, "", &h, e);
    if (h.major == 3 && !ended)
        return FAIL(e, ST_DATA, "%s: byte %zu: the header has no #!END-HEADER", r->source, h.end);
    return h.major == 2 ? aedat2_parse(r, &h, e) : aedat3_parse(r, &h, e);
}

const struct recording_format recording_aedat = {
    .name = "aedat",
    .ends = (const char *const[]){".aedat", ".aedat2", ".aedat3", ".aedat4", NULL}, /* the last is refused */
    .marked = true,
    .parse = parse,
};
