/* The readers of recordings, each against bytes written by hand. */
#include "datasets/recording_formats.h"
#include "datasets/recording_set.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

/* What a file is read with, and what comes of it. */
struct read_file {
    struct event_list list;
    struct usage usage;
    struct error e;
    unsigned width, height;
    status st;
};

static const struct recording_request whole = {
    .time_unit = UNIT_US, .from = RECORDING_BEGIN, .to = RECORDING_END};

static void read_bytes(struct read_file *f, const struct recording_format *format, const void *bytes,
                       size_t size, const struct recording_request *request)
{
    memset(f, 0, sizeof *f);
    struct recording r = {.source = "hand",
                          .bytes = bytes,
                          .size = size,
                          .request = *request,
                          .events = &f->list,
                          .usage = &f->usage};
    f->st = recording_read(&r, format, &f->e);
    f->width = r.width;
    f->height = r.height;
}

static void expect_events(struct read_file *f, const struct event *expected, size_t n)
{
    cr_assert_eq(f->st, ST_OK, "%s", f->e.text);
    cr_assert_eq(f->list.n, n, "%zu events", f->list.n);
    for (size_t i = 0; i < n; i++) {
        const struct event *v = &f->list.events[i];
        cr_expect(v->t == expected[i].t && v->x == expected[i].x && v->y == expected[i].y &&
                      v->polarity == expected[i].polarity,
                  "event %zu: %u us, (%u, %u), %u", i, v->t, v->x, v->y, v->polarity);
    }
    events_free(&f->list);
}

static void expect_refused(struct read_file *f, status st, const char *text)
{
    cr_expect_eq(f->st, st, "%s", f->e.text);
    cr_expect_not_null(strstr(f->e.text, text), "'%s' is not in: %s", text, f->e.text);
    events_free(&f->list);
}

/* ---- .dat ---- */

/* The header of a sensor of 304 x 240, and events: time, then x, y << 14, polarity << 28, from the lowest
 * byte. */
#define DAT_HEADER "% Data file containing CD events.\n% Version 2\n% Width 304\n% Height 240\n"
static const char dat[] = DAT_HEADER "\x0c\x08"
                                     "\x05\x00\x00\x00\x03\xc0\x01\x10"  /* 5 us, (3, 7), ON */
                                     "\x00\x00\x01\x00\x2f\xc1\x3b\x00"; /* 65,536 us, (303, 239), OFF */

Test(recordings, dat_by_hand)
{
    struct read_file f;
    read_bytes(&f, &recording_dat, dat, sizeof dat - 1, &whole);
    cr_expect(f.width == 304 && f.height == 240 && f.usage.events == 2);
    expect_events(&f, (const struct event[]){{5, 3, 7, 1}, {65536, 303, 239, 0}}, 2);
}

Test(recordings, dat_of_an_old_header_needs_the_sensor)
{
    static const char bytes[] = "% Version 2\n\x00\x08\x05\x00\x00\x00\x03\xc0\x01\x10";
    struct recording_request known = whole;
    struct read_file f;
    read_bytes(&f, &recording_dat, bytes, sizeof bytes - 1, &whole);
    expect_refused(&f, ST_CONFIG, "hand does not say how large the sensor is: dataset.width");
    known.width = 4, known.height = 8;
    read_bytes(&f, &recording_dat, bytes, sizeof bytes - 1, &known);
    expect_events(&f, (const struct event[]){{5, 3, 7, 1}}, 1);
    known.height = 7;
    read_bytes(&f, &recording_dat, bytes, sizeof bytes - 1, &known);
    expect_refused(&f, ST_DATA, "hand: byte 14: pixel (3, 7) is off the 4 x 7 sensor");
    known.bad = BAD_SKIP;
    read_bytes(&f, &recording_dat, bytes, sizeof bytes - 1, &known);
    cr_expect(f.usage.off_sensor == 1 && f.usage.events == 1);
    expect_events(&f, NULL, 0);
}

struct refused {
    char bytes[120];
    size_t size;
    char expected[100];
};
#define BYTES(text) text, sizeof(text) - 1

ParameterizedTestParameters(recordings, dat_refused)
{
    static struct refused cases[] = {
        {BYTES("\x0c\x08"), "byte 0: no line that begins with %"},
        {BYTES("% Version 2\n"), "byte 12: the file ends before the type"},
        {BYTES("% Version 2\n\x0e\x08"), "byte 12: events of type 14 with 8 bytes"},
        {BYTES("% Version 2\n\x0c\x10"), "byte 12: events of type 12 with 16 bytes"},
        {BYTES("% Version 1\n\x0c\x08"), "version 1 of the format; 2 is read"},
        {BYTES("% Width 9\n% Height 9\n\x0c\x08\x01\x02\x03"),
         "byte 23: the last event is cut (3 of 8 bytes)"},
        {BYTES("% evt 3.0\n% format EVT3\n"), "Metavision's RAW format is not read: convert it"},
        {BYTES("<!DOCTYPE html>"), "is no recording but a web page"},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refused *c, recordings, dat_refused)
{
    struct read_file f;
    read_bytes(&f, &recording_dat, c->bytes, c->size, &whole);
    expect_refused(&f, ST_DATA, c->expected);
}

/* ---- AEDAT ---- */

#define AEDAT2 "#!AER-DAT2.0\r\n# This is a raw AE data file\r\n"

/* DVS128: polarity bit 0, x bits 1 to 7, y bits 8 to 14; bit 15 is another event. Then the time. */
Test(recordings, aedat2_by_hand)
{
    static const char bytes[] = AEDAT2 "\x00\x00\x07\x07\x00\x00\x00\x05" /* y 7, x 3, ON, 5 us */
                                       "\x00\x00\x80\x00\x00\x00\x00\x06" /* no event of a pixel */
                                       "\x00\x00\x7f\xfe\x00\x01\x02\x03" /* y 127, x 127, OFF, 66,051 us */;
    struct read_file f;
    read_bytes(&f, &recording_aedat, bytes, sizeof bytes - 1, &whole);
    cr_expect(f.width == 128 && f.height == 128 && f.usage.events == 2);
    expect_events(&f, (const struct event[]){{5, 3, 7, 1}, {66051, 127, 127, 0}}, 2);
}

/* DAVIS: polarity bit 11, x bits 12 to 21, y bits 22 to 30; bits 10 and 31 are other events. */
Test(recordings, aedat2_of_a_davis)
{
    static const char bytes[] = AEDAT2 "# AEChip: eu.seebetter.ini.chips.davis.DAVIS240C\r\n"
                                       "\x01\xc0\x38\x00\x00\x00\x00\x05" /* y 7, x 3, ON */
                                       "\x80\x00\x00\x00\x00\x00\x00\x05" /* of a frame */
                                       "\x2c\xce\xf0\x00\x00\x00\x00\x06" /* y 179, x 239, OFF */;
    struct read_file f;
    read_bytes(&f, &recording_aedat, bytes, sizeof bytes - 1, &whole);
    cr_expect(f.width == 240 && f.height == 180);
    expect_events(&f, (const struct event[]){{5, 3, 7, 1}, {6, 239, 179, 0}}, 2);
}

#define AEDAT3 "#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n"
/* type, source, size of an event, place of its time, overflow, capacity, number, valid */
#define PACKET(type, overflow, number)                                                                       \
    type "\x00\x01\x00\x08\x00\x00\x00\x04\x00\x00\x00" overflow "\x00\x00\x00" number "\x00\x00\x00" number \
         "\x00\x00\x00" number "\x00\x00\x00"

/* bit 0 valid, bit 1 polarity, y bits 2 to 16, x bits 17 to 31, from the lowest byte. */
Test(recordings, aedat3_by_hand)
{
    static const char bytes[] = AEDAT3 PACKET(
        "\x01", "\x00", "\x03") "\x1f\x00\x06\x00\x05\x00\x00\x00"        /* (3, 7) ON */
                                "\x1e\x00\x06\x00\x06\x00\x00\x00"        /* the same, not valid */
                                "\xfd\x01\xfe\x00\x00\x00\x01\x00"        /* (127, 127) OFF, 65,536 us */
        PACKET("\x00", "\x00", "\x01") "\x01\x02\x03\x04\x05\x06\x07\x08" /* special events */
        PACKET("\x01", "\x01", "\x01") "\x1d\x00\x06\x00\x07\x00\x00\x00" /* after 2^31 us */;
    struct read_file f;
    read_bytes(&f, &recording_aedat, bytes, sizeof bytes - 1, &whole);
    cr_expect(f.width == 128 && f.height == 128 && f.usage.events == 3 && f.usage.invalid == 1);
    expect_events(&f, (const struct event[]){{5, 3, 7, 1}, {65536, 127, 127, 0}, {2147483655, 3, 7, 0}}, 3);
}

/* A part of the recording: its times count from its beginning, or from its first event. */
Test(recordings, a_window_of_a_recording)
{
    static const char bytes[] = AEDAT3 PACKET("\x01", "\x00", "\x04") "\x1f\x00\x06\x00\x05\x00\x00\x00"
                                                                      "\x1f\x00\x06\x00\x0c\x00\x00\x00"
                                                                      "\x1f\x00\x06\x00\x13\x00\x00\x00"
                                                                      "\x1f\x00\x06\x00\x14\x00\x00\x00";
    struct recording_request part = whole;
    struct read_file f;
    part.from = 10, part.to = 20; /* of 5, 12, 19 and 20 us */
    read_bytes(&f, &recording_aedat, bytes, sizeof bytes - 1, &part);
    cr_expect_eq(f.usage.events, 2);
    expect_events(&f, (const struct event[]){{2, 3, 7, 1}, {9, 3, 7, 1}}, 2);
    part.from_first = true;
    read_bytes(&f, &recording_aedat, bytes, sizeof bytes - 1, &part);
    expect_events(&f, (const struct event[]){{0, 3, 7, 1}, {7, 3, 7, 1}}, 2);
}

ParameterizedTestParameters(recordings, aedat_refused)
{
    static struct refused cases[] = {
        {BYTES("\x01\x02\x03"), "byte 0: no '#!AER-DAT' and a version"},
        {BYTES("#!AER-DAT4.0\r\n"), "AEDAT 4 is not read: convert it to .npy, CSV or AEDAT 3.1"},
        {BYTES("#!AER-DAT1.0\r\n"), "AEDAT 1.0; 2.0 and 3.1 are read"},
        {BYTES("#!AER-DAT3.0\r\n"), "AEDAT 3.0; 2.0 and 3.1 are read"},
        {BYTES("#!AER-DAT3.1\r\n#Format: RAW\r\n"), "byte 28: the header has no #!END-HEADER"},
        {BYTES("#!AER-DAT3.1\r\n#Format: SerializedTS\r\n#!END-HEADER\r\n"), "the data is SerializedTS; RAW"},
        {BYTES(AEDAT2 "# AEChip: x.DAS1\r\n"), "of camera 'DAS1'; AEDAT 2.0 is read of DVS128 and DAVIS"},
        {BYTES(AEDAT2 "\x00\x01\x07\x07\x00\x00\x00\x05"), "address 0x00010707 is none of a DVS128"},
        {BYTES(AEDAT2 "\x00\x00\x07"), "byte 44: the last event is cut (3 of 8 bytes)"},
        {BYTES(AEDAT3 "\x01\x00"), "byte 61: the header of the last packet is cut (2 of 28 bytes)"},
        {BYTES(AEDAT3 PACKET("\x01", "\x00", "\x02") "\x1f\x00\x06\x00\x05\x00\x00\x00"),
         "byte 61: a packet of 2 events of 8 bytes, but 8 bytes are left"},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refused *c, recordings, aedat_refused)
{
    struct read_file f;
    read_bytes(&f, &recording_aedat, c->bytes, c->size, &whole);
    expect_refused(&f, ST_DATA, c->expected);
}

/* ---- times ---- */

/* Earlier than the first event in the file, and out of order. */
Test(recordings, time_zero_is_the_first_event)
{
    static const char text[] = "t x y p\n1000 1 0 1\n900 2 0 1\n1700 3 0 0\n900 4 0 1\n";
    struct recording_request request = whole;
    struct read_file f;
    request.width = request.height = 8;
    request.from_first = true;
    read_bytes(&f, &recording_text, text, sizeof text - 1, &request);
    cr_expect_eq(f.usage.out_of_order, 2);
    expect_events(&f, (const struct event[]){{0, 2, 0, 1}, {0, 4, 0, 1}, {100, 1, 0, 1}, {800, 3, 0, 0}}, 4);
}

ParameterizedTestParameters(recordings, units)
{
    static struct refused cases[] = {
        {"1.5", UNIT_S, "1500000"}, {"0.0000005", UNIT_S, "1"}, {"0.123456", UNIT_S, "123456"},
        {"12", UNIT_MS, "12000"},   {"0.0004", UNIT_MS, "0"},   {"7", UNIT_US, "7"},
        {"1499", UNIT_NS, "1"},     {"1500", UNIT_NS, "2"},     {"4294967295", UNIT_US, "4294967295"}};
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refused *c, recordings, units)
{
    char text[200];
    struct recording_request request = whole;
    struct read_file f;
    request.width = request.height = 8;
    request.time_unit = (int)c->size;
    (void)snprintf(text, sizeof text, "x,y,t\n1,2,%s\n", c->bytes);
    read_bytes(&f, &recording_text, text, strlen(text), &request);
    expect_events(&f, (const struct event[]){{(uint32_t)strtoul(c->expected, NULL, 10), 1, 2, 1}}, 1);
}

/* Samples that differ have one order, in whichever they are added: nothing is left to the C library. */
Test(recordings, samples_of_one_place_have_one_order)
{
    static const struct sample_file sorted[] = {
        {.path = "p", .name = "a", .from = 0, .to = 5, .label = 3},
        {.path = "p", .name = "a", .from = 2, .to = 4, .label = 1, .group = 1},
        {.path = "p", .name = "a", .from = 2, .to = 4, .label = 1, .group = 2},
        {.path = "p", .name = "a", .from = 2, .to = 4, .label = 2},
        {.path = "p", .name = "a", .from = 2, .to = 9, .label = 0},
        {.path = "p", .name = "b", .from = 1, .to = 2, .label = 0},
    };
    enum { N = sizeof sorted / sizeof *sorted };
    for (size_t shift = 0; shift < N; shift++)
        for (int back = 0; back < 2; back++) {
            struct recording_set s = {.dataset = "x"};
            struct sample_list *list = &s.side[0];
            for (size_t i = 0; i < N; i++) {
                const size_t k = (i + shift) % N;
                cr_assert_eq(recording_set_add(&s, list, &sorted[back ? N - 1 - k : k], NULL), ST_OK);
            }
            recording_set_sort(list);
            for (size_t i = 0; i < N; i++) {
                const struct sample_file *f = &list->items[i], *g = &sorted[i];
                cr_expect(strcmp(f->name, g->name) == 0 && f->from == g->from && f->to == g->to &&
                              f->label == g->label && f->group == g->group,
                          "place %zu", i);
            }
            recording_set_free(&s);
        }
}
