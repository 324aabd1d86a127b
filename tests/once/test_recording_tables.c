/* The readers of tables of events, .npy and text, against bytes written by hand. */
#include "datasets/npy.h"
#include "datasets/recording_formats.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 600 };

struct table {
    unsigned char bytes[FILE_MOST];
    size_t size;
    struct event_list list;
    struct usage usage;
    struct error e;
};

/* A .npy file of version `major` with this header and data. */
static void npy_file(struct table *f, int major, const char *header, const void *data, size_t size)
{
    const size_t n = strlen(header), width = major == 1 ? 2 : 4;
    memset(f, 0, sizeof *f);
    memcpy(f->bytes, "\x93NUMPY", 6);
    f->bytes[6] = (unsigned char)major;
    f->bytes[8] = (unsigned char)n;
    f->bytes[9] = (unsigned char)(n >> 8);
    memcpy(f->bytes + 8 + width, header, n);
    if (size > 0) memcpy(f->bytes + 8 + width + n, data, size);
    f->size = 8 + width + n + size;
}

static status read_table(struct table *f, const struct recording_format *format, int unit,
                         const char *columns)
{
    struct recording r = {.source = "hand",
                          .bytes = f->bytes,
                          .size = f->size,
                          .request = {.width = 128,
                                      .height = 128,
                                      .time_unit = unit,
                                      .columns = columns,
                                      .from = RECORDING_BEGIN,
                                      .to = RECORDING_END},
                          .events = &f->list,
                          .usage = &f->usage};
    return recording_read(&r, format, &f->e);
}

/* (3, 7) ON at 5 us and (127, 0) OFF at 70,000 us. */
static void expect_two(struct table *f, status st)
{
    static const struct event expected[] = {{5, 3, 7, 1}, {70000, 127, 0, 0}};
    cr_assert_eq(st, ST_OK, "%s", f->e.text);
    cr_assert_eq(f->list.n, 2, "%zu", f->list.n);
    for (size_t i = 0; i < 2; i++) {
        const struct event *v = &f->list.events[i];
        cr_expect(v->t == expected[i].t && v->x == expected[i].x && v->y == expected[i].y &&
                      v->polarity == expected[i].polarity,
                  "event %zu: %u us (%u, %u) %u", i, v->t, v->x, v->y, v->polarity);
    }
    events_free(&f->list);
}

/* As tonic writes them: x, y, t, p with int16, int16, int64, bool; and in another order and other types, big-
 * endian, with a field of no interest. */
Test(recording_tables, npy_with_fields)
{
    static const unsigned char tonic[] = {3,   0, 7, 0, 5,    0,    0, 0, 0, 0, 0, 0, 1,
                                          127, 0, 0, 0, 0x70, 0x11, 1, 0, 0, 0, 0, 0, 0};
    static const unsigned char other[] = {0, 0, 0,    5,    9, 9, 1,    0, 7, 0, 3,
                                          0, 1, 0x11, 0x70, 9, 9, 0xff, 0, 0, 0, 127};
    struct table f;
    npy_file(&f, 1,
             "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')], 'fortran_order': False, "
             "'shape': (2,), }\n",
             tonic, sizeof tonic);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_US, ""));
    npy_file(
        &f, 2,
        "{'descr': [('timestamp', '>u4'), ('id', '>u2'), ('polarity', '|i1'), ('y', '>i2'), ('x', '>u2')], "
        "'fortran_order': False, 'shape': (2,)}",
        other, sizeof other);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_US, ""));
}

/* Four columns whose order is known: tonic's DVS Gesture has x, y, p, t in ms, as float64. */
Test(recording_tables, npy_of_plain_numbers)
{
    static const double ms[] = {3, 7, 1, 0.005, 127, 0, 0, 70};
    static const int64_t us[] = {3, 7, 1, 5, 127, 0, 0, 70000};
    static const uint32_t by_column[] = {3, 127, 7, 0, 1, 0, 5, 70000};
    static const float floats[] = {3, 7, 1, 5, 127, 0, -0.0F, 70000};
    struct table f;
    npy_file(&f, 1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4), }", ms, sizeof ms);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_MS, "x y p t"));
    npy_file(&f, 3, "{'shape': (2, 4), 'fortran_order': False, 'descr': '<i8'}", us, sizeof us);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_US, "xypt"));
    npy_file(&f, 1, "{'descr': '<u4', 'fortran_order': True, 'shape': (2, 4)}", by_column, sizeof by_column);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_US, "x, y, p, t"));
    npy_file(&f, 1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}", floats, sizeof floats);
    expect_two(&f, read_table(&f, &recording_npy, UNIT_US, "x y p t"));
}

Test(recording_tables, numbers_of_every_type)
{
    static const unsigned char ones[8] = {255, 255, 255, 255, 255, 255, 255, 255};
    static const unsigned char mixed[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t size = 1; size <= 8; size *= 2) {
        struct npy_field f = {.kind = 'i', .size = size};
        double little = 0, big = 0;
        for (size_t k = 0; k < size; k++) {
            little += mixed[k] * pow(256, (double)k);
            big = 256 * big + mixed[k];
        }
        cr_expect_eq(npy_number(&f, ones), -1.0, "%zu bytes: %g", size, npy_number(&f, ones));
        cr_expect_eq(npy_number(&f, mixed), little, "%zu bytes: %g", size, npy_number(&f, mixed));
        f.big = true;
        cr_expect_eq(npy_number(&f, mixed), big);
        f.kind = 'u';
        cr_expect_eq(npy_number(&f, ones), pow(256, (double)size) - (size < 8));
    }
}

struct refused {
    char header[130], columns[20], expected[110];
    double numbers[4];
    int code;
};

#define PLAIN "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 4)}"
static struct refused npy_cases[] = {
    {PLAIN, "", "hand does not name its columns: dataset.columns does, such as 'x y p t'", {0}, ST_CONFIG},
    {PLAIN,
     "x y t t",
     "dataset.columns 'x y t t': a letter x, y, t, p for each column, each once",
     {0},
     ST_CONFIG},
    {PLAIN, "x y p", "dataset.columns 'x y p' lacks one of x, y, t", {0}, ST_CONFIG},
    {PLAIN, "x y t", "4 columns; dataset.columns 'x y t' has 3", {0}, ST_DATA},
    {PLAIN, "x y p t", "row 0: x is 1.5: no whole number of pixels", {1.5, 0, 0, 0}, ST_DATA},
    {PLAIN, "x y p t", "row 0: pixel (-1, 0) is off the 128 x 128 sensor", {-1, 0, 0, 0}, ST_DATA},
    {PLAIN, "x y p t", "row 0: pixel (0, 128) is off the 128 x 128 sensor", {0, 128, 0, 0}, ST_DATA},
    {PLAIN, "x y p t", "row 0: polarity 70; 1 is ON, 0 or -1 OFF", {1, 2, 70, 1}, ST_DATA},
    {PLAIN, "x y p t", "row 0: the time -1 us is negative", {1, 2, 1, -1}, ST_DATA},
    {PLAIN, "x y p t", "row 0: the time 4294967296 us is beyond 32 bits", {1, 2, 1, 4294967296.0}, ST_DATA},
    {PLAIN, "x y p t", "row 0: nan is no time", {1, 2, 1, NAN}, ST_DATA},
    {PLAIN, "x y p t", "no whole number of pixels", {INFINITY, 2, 1, 0}, ST_DATA},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 5)}",
     "x y p t",
     "32 bytes of numbers, but by the header there are 40",
     {0},
     ST_DATA},
    {"{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}",
     "x y p t",
     "an array of 1 dimensions",
     {0},
     ST_DATA},
    {"{'descr': '|O', 'fortran_order': False, 'shape': (4,)}", "", "numbers of type '|O'", {0}, ST_DATA},
    {"{'descr': '<c16', 'fortran_order': False, 'shape': (2,)}", "", "numbers of type '<c16'", {0}, ST_DATA},
    {"{'descr': [('x', '<f8'), ('y', '<f8')], 'fortran_order': False, 'shape': (2,)}",
     "",
     "lack one of x, y, t",
     {0},
     ST_DATA},
    {"{'descr': [('x', '<f8'), ('x', '<f8')], 'fortran_order': False, 'shape': (2,)}",
     "",
     "field 'x' is there twice",
     {0},
     ST_DATA},
    {"{'descr': [('x', '<f8', (2,))], 'fortran_order': False, 'shape': (2,)}",
     "",
     "a field of several numbers",
     {0},
     ST_DATA},
    {"{'descr': '<f8', 'shape': (1, 4)}", "x y p t", "the header has no 'fortran_order'", {0}, ST_DATA},
    {"{'descr': '<f8', 'fortran_order': False}", "x y p t", "the header has no 'shape'", {0}, ST_DATA},
    {"{'fortran_order': False, 'shape': (1, 4)}", "x y p t", "the header has no 'descr'", {0}, ST_DATA},
};

ParameterizedTestParameters(recording_tables, npy_refused)
{
    return cr_make_param_array(struct refused, npy_cases, sizeof npy_cases / sizeof *npy_cases);
}

ParameterizedTest(struct refused *c, recording_tables, npy_refused)
{
    struct table f;
    npy_file(&f, 1, c->header, c->numbers, sizeof c->numbers);
    cr_expect_eq((int)read_table(&f, &recording_npy, UNIT_US, c->columns), c->code, "%s", f.e.text);
    cr_expect_not_null(strstr(f.e.text, c->expected), "'%s' is not in: %s", c->expected, f.e.text);
    events_free(&f.list);
}

/* Cut anywhere, a file is refused, not read beyond its end. */
Test(recording_tables, npy_cut_anywhere)
{
    static const double numbers[] = {1, 2, 1, 3};
    struct table f;
    npy_file(&f, 1, PLAIN, numbers, sizeof numbers);
    const size_t size = f.size;
    for (f.size = 1; f.size < size; f.size++) {
        unsigned char *exact = malloc(f.size); /* that a sanitizer sees a byte too much */
        cr_assert_not_null(exact);
        memcpy(exact, f.bytes, f.size);
        struct recording r = {.source = "cut",
                              .bytes = exact,
                              .size = f.size,
                              .request = {.width = 9,
                                          .height = 9,
                                          .columns = "xypt",
                                          .from = RECORDING_BEGIN,
                                          .to = RECORDING_END},
                              .events = &f.list,
                              .usage = &f.usage};
        cr_expect_eq(recording_read(&r, &recording_npy, NULL), ST_DATA, "%zu bytes", f.size);
        free(exact);
    }
    events_free(&f.list);
}

static status read_text(struct table *f, const char *text, const char *columns)
{
    memset(f, 0, sizeof *f);
    f->size = strlen(text);
    memcpy(f->bytes, text, f->size);
    return read_table(f, &recording_text, UNIT_US, columns);
}

struct text {
    char text[90], columns[20];
};

ParameterizedTestParameters(recording_tables, text_by_hand)
{
    static struct text cases[] = {
        {"x,y,t,p\n3,7,5,1\n127,0,70000,0\n", ""},
        {"timestamp;polarity;x;y\r\n5;1;3;7\r\n70000;-1;127;0\r\n", ""},
        {"# a comment\n% another\nT\tX\tY\tP\n5\t3\t7\t1\n70000\t127\t0\t0", ""},
        {"5 3 7 1\n70000 127 0 0\n", "t x y p"},
        {"  5   3 7 1 \n\n70000 127 0 0 \n", "t x y p"},
        {"\xef\xbb\xbfx,y,t,p\n3,7,5,1\n127,0,7e4,0\n", ""},
        {"x, y, p, t\n\"3\", 7, 1, 5\n 127, 0, 0, 70000.4\n", ""},
        {"3,7,9,5.0,1\n127,0,9,70000.0,0\n", "x y - t p"},
    };
    return cr_make_param_array(struct text, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct text *c, recording_tables, text_by_hand)
{
    struct table f;
    const status st = read_text(&f, c->text, c->columns);
    expect_two(&f, st);
}

ParameterizedTestParameters(recording_tables, text_refused)
{
    static struct refused cases[] = {
        {"5 3 7 1\n", "", "hand does not name its columns", {0}, ST_CONFIG},
        {"x,y,t,p\n3,7,5\n", "", "line 2: 3 cells; there are 4 columns", {0}, ST_DATA},
        {"x,y,t,p\n\n3,7,5,1\n3,seven,5,1\n", "", "line 4: 'seven' is no number", {0}, ST_DATA},
        {"x,y,t,p\n3,,5,1\n", "", "line 2: '' is no number", {0}, ST_DATA},
        {"x,y,t,p\n3,7,nan,1\n", "", "line 2: 'nan' is no number", {0}, ST_DATA},
        {"x,y,t,p\n3,7,5,2\n", "", "line 2: polarity 2; 1 is ON", {0}, ST_DATA},
        {"x,y,t,p\n3,7,5,1\n3,128,6,1\n", "", "line 3: pixel (3, 128) is off the 128 x 128", {0}, ST_DATA},
        {"x,y,time,t\n3,7,5,1\n", "", "line 1: column 't' is there twice", {0}, ST_DATA},
        {"x,y,p\n3,7,5\n", "", "line 1: the names of its columns lack one of x, y, t", {0}, ST_DATA},
        {"x,y,t,p\n\"3,7,5,1\n", "", "line 2: a quote (\") is open or stands within", {0}, ST_DATA},
        {"<!doctype html><html>", "", "is no recording but a web page", {0}, ST_DATA},
    };
    return cr_make_param_array(struct refused, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refused *c, recording_tables, text_refused)
{
    struct table f;
    cr_expect_eq((int)read_text(&f, c->header, c->columns), c->code, "%s", f.e.text);
    cr_expect_not_null(strstr(f.e.text, c->expected), "'%s' is not in: %s", c->expected, f.e.text);
    events_free(&f.list);
}

/* More than a block of the parser. */
Test(recording_tables, long_text)
{
    enum { EVENTS = 20000 };
    char *text = malloc(EVENTS * 20), *to = text;
    struct event_list list = {0};
    struct usage u = {0};
    struct error e = {0};
    cr_assert_not_null(text);
    to += sprintf(to, "x,y,t,p\n");
    for (int i = 0; i < EVENTS; i++) to += sprintf(to, "%d,%d,%d,%d\n", i % 128, i % 100, 3 * i, i % 2);
    struct recording r = {.source = "long",
                          .bytes = (const unsigned char *)text,
                          .size = (size_t)(to - text),
                          .request = {.width = 128,
                                      .height = 128,
                                      .time_unit = UNIT_US,
                                      .from = RECORDING_BEGIN,
                                      .to = RECORDING_END},
                          .events = &list,
                          .usage = &u};
    cr_assert_eq(recording_read(&r, &recording_text, &e), ST_OK, "%s", e.text);
    cr_assert_eq(list.n, EVENTS);
    for (int i = 0; i < EVENTS; i++)
        cr_assert(list.events[i].t == 3 * (uint32_t)i && list.events[i].x == i % 128 &&
                  list.events[i].y == i % 100 && list.events[i].polarity == i % 2);
    events_free(&list);
    free(text);
}
