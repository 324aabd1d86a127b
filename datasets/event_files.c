/* Writing a recording (see event_write.h). */
#include "datasets/event_write.h"
#include "support/csvio.h"
#include "support/file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EVENT_BYTES = 5, TIME_MOST = (1 << 23) - 1, ROW_BYTES = 13, HEADER_BYTES = 128 };

static const struct event_format bin = {"bin", 256, events_write_bin}, npy = {"npy", 32768, events_write_npy},
                                 csv = {"csv", 65536, events_write_csv};
const struct event_format *const event_formats[] = {&bin, &npy, &csv, NULL};

static status put_bin(const struct event_list *list, const char *path, FILE *f, struct error *e)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct event *v = &list->events[i];
        if (v->t > TIME_MOST)
            return FAIL(e, ST_DATA, "%s: event %zu is at %u us; the format has room for %d", path, i, v->t,
                        TIME_MOST);
        const uint32_t word = (uint32_t)v->polarity << 23 | v->t; /* the lower three of its bytes */
        const unsigned char bytes[EVENT_BYTES] = {(unsigned char)v->x, (unsigned char)v->y,
                                                  (unsigned char)(word >> 16), (unsigned char)(word >> 8),
                                                  (unsigned char)word};
        if (fwrite(bytes, sizeof bytes, 1, f) != 1) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    }
    return ST_OK;
}

/* Version 1: magic, length and text of the header, in all 128 bytes. */
static status put_npy(const struct event_list *list, const char *path, FILE *f, struct error *e)
{
    unsigned char head[HEADER_BYTES + 1] = "\x93NUMPY\x01";
    const size_t text = HEADER_BYTES - 10;
    char *to = (char *)head + 10;
    memset(to, ' ', text);
    const int n = snprintf(to, text,
                           "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')], "
                           "'fortran_order': False, 'shape': (%zu,), }",
                           list->n);
    if (n < 0 || (size_t)n >= text) return FAIL(e, ST_DATA, "%s: too many events", path);
    to[n] = ' ';
    head[8] = HEADER_BYTES - 10;
    head[HEADER_BYTES - 1] = '\n';
    bool written = fwrite(head, HEADER_BYTES, 1, f) == 1;
    for (size_t i = 0; i < list->n && written; i++) {
        const struct event *v = &list->events[i];
        unsigned char row[ROW_BYTES] = {(unsigned char)v->x, (unsigned char)(v->x >> 8), (unsigned char)v->y,
                                        (unsigned char)(v->y >> 8)};
        for (size_t k = 0; k < 4; k++) row[4 + k] = (unsigned char)(v->t >> (8 * k));
        row[ROW_BYTES - 1] = v->polarity;
        written = fwrite(row, sizeof row, 1, f) == 1;
    }
    return written ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}

typedef status (*putter)(const struct event_list *list, const char *path, FILE *f, struct error *e);

static status write_by(putter put, const struct event_list *list, const char *path, struct error *e)
{
    struct file_writer w;
    TRY(file_create(&w, path, e));
    status st = put(list, path, w.file, e);
    if (st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status events_write_bin(const struct event_list *list, const char *path, struct error *e)
{
    return write_by(put_bin, list, path, e);
}

status events_write_npy(const struct event_list *list, const char *path, struct error *e)
{
    return write_by(put_npy, list, path, e);
}

status events_write_csv(const struct event_list *list, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w, "x,y,t,p", e, "%s", path));
    for (size_t i = 0; i < list->n; i++) {
        const struct event *v = &list->events[i];
        csv_numbers(&w, (const double[]){v->x, v->y, v->t, v->polarity}, 4);
    }
    return csv_close(&w, e);
}
