/* One recording of an event camera: the file formats behind one interface. A format is one file,
 * recording_NAME.c, and a line in recording_formats.c. */
#ifndef SPIKEBENCH_DATASETS_RECORDING_H
#define SPIKEBENCH_DATASETS_RECORDING_H

#include "datasets/event_list.h"

/* Units of times where the format does not fix them. */
enum time_unit { UNIT_S, UNIT_MS, UNIT_US, UNIT_NS };
extern const char *const time_unit_names[]; /* "s", "ms", "us", "ns", NULL */

/* What is asked of a file, and what is known of it beforehand. */
struct recording_request {
    unsigned width, height; /* of the sensor; 0: as the file says */
    int time_unit;          /* enum time_unit */
    const char *columns; /* "x y p t": their order where the file does not name them; "" or NULL: unknown */
    enum bad_policy bad; /* BAD_SKIP: events off the sensor are left out and counted */
    int64_t from, to;    /* only from <= t < to is taken and counted, microseconds of the file's clock */
    bool from_first;     /* time zero is the first event; else `from`, or with RECORDING_BEGIN the clock's */
};
#define RECORDING_BEGIN INT64_MIN
#define RECORDING_END   INT64_MAX

/* A file that is being read; all but the last line is set by the caller. */
struct recording {
    const char *source; /* its name, for messages */
    const unsigned char *bytes;
    size_t size;
    struct recording_request request;
    struct event_list *events; /* out: replaced, sorted by time */
    struct usage *usage;       /* counts are added */
    unsigned width, height;    /* out: the sensor's size, 0 if neither request nor file has it */
    int64_t origin, latest;    /* of recording_put */
};

struct recording_format {
    const char *name;
    const char *const *ends; /* of file names: ".bin", ... NULL at the end */
    bool has_unit;           /* times are in request.time_unit, else in microseconds */
    bool text;               /* may be taken for a recording by its name alone, as README.txt */
    bool marked;             /* files begin with a mark of their own: file_kind.h knows them */
    status (*parse)(struct recording *r, struct error *e);
};
/* Reads a recording. ST_DATA naming source, place (byte, row or line) and reason; where all of the bytes are
 * those of another kind of file, its name. ST_CONFIG where the sensor's size or the order of columns is
 * needed and not known; ST_MEMORY. */
status recording_read(struct recording *r, const struct recording_format *f, struct error *e);

/* ---- for the formats ---- */

/* An event as it is in the file: microseconds of the file's clock. */
struct raw_event {
    int64_t t, x, y;
    bool on;
};
/* Where an event is, for messages: "byte", "row" or "line", and its number. */
struct recording_place {
    const char *word;
    size_t number;
};

/* The sensor's size as the file has it; that of the request goes before it. */
void recording_sensor(struct recording *r, unsigned width, unsigned height);
/* Takes the next event of the file: window, sensor, time zero, counts. */
status recording_put(struct recording *r, const struct raw_event *v, struct recording_place at,
                     struct error *e);
/* Counts an event off the sensor; ST_DATA unless they are to be left out. */
status recording_off_sensor(struct recording *r, int64_t x, int64_t y, struct recording_place at,
                            struct error *e);
/* Time `v` in the request's unit in whole microseconds, rounded to the nearest. ST_DATA if it is none. */
status recording_time(const struct recording *r, double v, struct recording_place at, int64_t *t,
                      struct error *e);

/* A clock of 32 bits: a time that falls by more than half of them is a clock that began again. */
struct recording_clock {
    int64_t from;
    uint32_t last;
};
int64_t recording_unwrap(struct recording_clock *c, uint32_t t, struct usage *u);

/* Numbers of 2 and 4 bytes. */
uint32_t recording_u16(const unsigned char *p);
uint32_t recording_u32(const unsigned char *p);
uint32_t recording_u32_big(const unsigned char *p);

/* The end of the line at `from`: the place behind its line feed, or `size`. */
size_t recording_line(const unsigned char *bytes, size_t size, size_t from);

/* Columns of events in a table. */
enum recording_column { COLUMN_X, COLUMN_Y, COLUMN_T, COLUMN_P, RECORDING_COLUMNS, COLUMN_OTHER };
/* Which column a name means ("x", "t", "timestamp", "polarity", ... in any case). */
enum recording_column recording_column(const char *name);

/* The columns of a table: number of each, from 0; -1: there is none (only P may be missing: all are ON). */
struct recording_columns {
    int number[RECORDING_COLUMNS];
    size_t n; /* of the table */
};
/* Starts a table without columns; adds the next one, false if there are two of a kind. */
void recording_columns_start(struct recording_columns *c);
bool recording_columns_add(struct recording_columns *c, enum recording_column column);
/* Of the request's text: a letter x, y, t, p for each, and - for any other. ST_CONFIG if there is no text or
 * it is no such order. */
status recording_columns_parse(struct recording_columns *c, const struct recording *r, struct error *e);
bool recording_columns_complete(const struct recording_columns *c);
/* Takes an event whose numbers are values[COLUMN_X], ...: pixels must be whole, polarities 1, 0 or -1. */
status recording_put_numbers(struct recording *r, const struct recording_columns *c, const double *values,
                             struct recording_place at, struct error *e);

#endif
