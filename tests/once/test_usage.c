/* What loaders count, skip and refuse: recordings written byte by byte. */
#include "commands/registry.h"
#include "datasets/event_list.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 34 };

static size_t put_event(unsigned char *to, unsigned x, unsigned y, unsigned polarity, uint32_t t)
{
    const unsigned char bytes[5] = {(unsigned char)x, (unsigned char)y,
                                    (unsigned char)(polarity << 7 | t >> 16), (unsigned char)(t >> 8),
                                    (unsigned char)t};
    memcpy(to, bytes, sizeof bytes);
    return sizeof bytes;
}

static void parse(const unsigned char *bytes, size_t size, enum bad_policy policy, struct event_list *list,
                  struct usage *u)
{
    struct error e = {0};
    *list = (struct event_list){0};
    *u = (struct usage){0};
    cr_assert_eq(data_parse_bin(list, "hand", bytes, size, policy, u, &e), ST_OK, "%s", e.text);
}

static void expect_times(const struct event_list *list, const uint32_t *t, const uint16_t *x, size_t n)
{
    cr_assert_eq(list->n, n);
    for (size_t k = 0; k < n; k++)
        cr_expect(list->events[k].t == t[k] && list->events[k].x == x[k], "event %zu: %u us, x %u", k,
                  list->events[k].t, list->events[k].x);
}

/* Two events of 30 us stay in their order. */
Test(usage, times_that_run_backwards_are_sorted_and_counted)
{
    static const uint32_t times[] = {50, 30, 60, 30, 10, 70};
    unsigned char bytes[30];
    struct event_list list;
    struct usage u;
    size_t at = 0;
    for (unsigned k = 0; k < 6; k++) at += put_event(bytes + at, k, 0, 1, times[k]);
    parse(bytes, at, BAD_ERROR, &list, &u);
    expect_times(&list, (const uint32_t[]){10, 30, 30, 50, 60, 70}, (const uint16_t[]){4, 1, 3, 0, 2, 5}, 6);
    cr_expect(u.events == 6 && u.out_of_order == 3 && u.wraps == 0, "%zu %zu", u.out_of_order, u.wraps);
    events_free(&list);
}

/* Larger lists, against counting: every order of the merge. */
Test(usage, sorting_against_counting)
{
    enum { MOST = 70 };
    for (size_t n = 1; n < MOST; n++) {
        unsigned char bytes[5 * MOST];
        uint32_t times[MOST];
        struct event_list list;
        struct usage u;
        size_t at = 0;
        for (size_t k = 0; k < n; k++) {
            times[k] = (uint32_t)(k * k * 31 % 47);
            at += put_event(bytes + at, (unsigned)k % SIDE, (unsigned)k / SIDE, 0, times[k]);
        }
        parse(bytes, at, BAD_ERROR, &list, &u);
        for (size_t k = 0; k < n; k++) {
            size_t place = 0;
            for (size_t i = 0; i < n; i++) place += times[i] < times[k] || (times[i] == times[k] && i < k);
            cr_expect(list.events[place].t == times[k] &&
                          (size_t)list.events[place].y * SIDE + list.events[place].x == k,
                      "event %zu of %zu", k, n);
        }
        events_free(&list);
    }
}

/* 2^23 us after 8,388,600 comes 0 again; a fall of less than half of that is disorder. */
Test(usage, a_clock_that_wraps_goes_on)
{
    unsigned char bytes[20];
    struct event_list list;
    struct usage u;
    size_t at = put_event(bytes, 1, 0, 0, 8388600);
    at += put_event(bytes + at, 2, 0, 0, 8388607);
    at += put_event(bytes + at, 3, 0, 0, 0);
    at += put_event(bytes + at, 4, 0, 0, 5);
    parse(bytes, at, BAD_ERROR, &list, &u);
    expect_times(&list, (const uint32_t[]){8388600, 8388607, 8388608, 8388613},
                 (const uint16_t[]){1, 2, 3, 4}, 4);
    cr_expect(u.wraps == 1 && u.out_of_order == 0 && u.events == 4);
    events_free(&list);
}

/* Row 240: no event, and 2^13 us more from there on. */
Test(usage, marks_of_an_overflow_are_no_events)
{
    unsigned char bytes[20];
    struct event_list list;
    struct usage u;
    size_t at = put_event(bytes, 1, 0, 0, 8000);
    at += put_event(bytes + at, 0, 240, 0, 8191);
    at += put_event(bytes + at, 2, 0, 0, 3);
    at += put_event(bytes + at, 3, 0, 0, 4);
    parse(bytes, at, BAD_ERROR, &list, &u);
    expect_times(&list, (const uint32_t[]){8000, 8195, 8196}, (const uint16_t[]){1, 2, 3}, 3);
    cr_expect(u.events == 3 && u.out_of_order == 0 && u.off_sensor == 0);
    events_free(&list);
}

Test(usage, events_off_the_sensor_are_left_out_where_asked)
{
    unsigned char bytes[15];
    struct event_list list;
    struct usage u;
    size_t at = put_event(bytes, 1, 0, 0, 1);
    at += put_event(bytes + at, 34, 0, 0, 2);
    at += put_event(bytes + at, 33, 33, 0, 3);
    parse(bytes, at, BAD_SKIP, &list, &u);
    expect_times(&list, (const uint32_t[]){1, 3}, (const uint16_t[]){1, 33}, 2);
    cr_expect(u.events == 3 && u.off_sensor == 1);
    events_free(&list);
}

/* Per class two training recordings and another for testing, each of two events of neighbours, at 1 and 2 ms.
 */
static void write_layout(const char *folder)
{
    for (int label = 0; label < 10; label++)
        for (int i = 0; i < 3; i++) {
            char name[64];
            unsigned char bytes[10];
            size_t at = put_event(bytes, 5 + (i == 2), (unsigned)label, 1, 1000);
            at += put_event(bytes + at, 6 + (i == 2), (unsigned)label, 1, 2000);
            (void)snprintf(name, sizeof name, "%s/%d/%05d.bin", i < 2 ? "Train" : "Test", label, i);
            folder_write(folder, name, bytes, at);
        }
}

static status open_data(const char *folder, const char *const more[3], struct dataset *d, struct error *e)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    const char *const settings[] = {path,    "n_validation=0", "T=2",   "filter_ms=0",
                                    more[0], more[1],          more[2], NULL};
    void *options = data_options(catalogue_dataset(&registry, "nmnist"), settings);
    status st = catalogue_dataset(&registry, "nmnist")->open(options, 0, d, e);
    free(options);
    return st;
}

/* What a shell command does to the folder, the settings, and what comes of it: an error, or the line of what
 * is used. */
struct layout {
    char command[150];
    char more[3][24];
    char expected[170];
};

static struct layout layouts[] = {
    {":", {""}, "30 recordings, 60 events, all of them used"},
    {"for f in Train/*/*; do : > $f; done", {"bad=skip"}, "nmnist: no recording of the Train side is left"},
    {"cp Train/0/00000.bin Train/0/._00000.bin; touch Test/1/.DS_Store Test/1/list.txt",
     {""},
     "30 recordings, 60 events: 3 other files passed over"},
    {"mkdir Train/10; cp Train/0/* Train/10", {""}, "Train/10: a folder beside those of the classes 0 to 9"},
    {"mkdir Train/10; cp Train/0/* Train/10",
     {"bad=skip"},
     "30 recordings, 60 events: 1 other files passed over"},
    {": > Train/3/00001.bin", {""}, "Train/3/00001.bin: the recording holds no event; dataset.bad = skip"},
    {": > Train/3/00001.bin", {"bad=skip"}, "30 recordings, 58 events: 1 empty recordings left out"},
    {"printf abc > Train/3/00001.bin",
     {"bad=skip"},
     "30 recordings, 58 events: 1 malformed recordings left out"},
    {"printf '<html><body>' > Train/3/00001.bin", {""}, "Train/3/00001.bin: is no recording but a web page"},
    {"printf '\\377\\0\\0\\0\\1' >> Test/3/00002.bin", {""}, "byte 10: pixel (255, 0) is off the 34 x 34"},
    {"printf '\\377\\0\\0\\0\\1' >> Test/3/00002.bin",
     {"bad=skip"},
     "30 recordings, 61 events: 1 events off the sensor left out (1.64 %)"},
    {":", {"filter_ms=10"}, "30 recordings, 60 events: 30 isolated events filtered (50 %)"},
    {":",
     {"filter_ms=1"},
     "00000.bin: none of its 2 events is left: 0 are beyond the time that the steps cover, 2 isolated"},
    /* 1000 us is less than 1000.5 us, and before the end of a window of 1000.4 us */
    {":", {"filter_ms=1.0005"}, "30 recordings, 60 events: 30 isolated events filtered (50 %)"},
    {":",
     {"binning=window", "window_ms=0.9996"},
     "30 recordings, 60 events: 30 events beyond the time covered left out (50 %)"},
    {":", {"binning=window", "window_ms=1.0004"}, "30 recordings, 60 events, all of them used"},
    {":", {"filter_ms=1", "bad=skip"}, "nmnist: of 30 recordings 0 are malformed and 30 empty: nearly all"},
    {":",
     {"binning=window", "T=2"},
     "30 recordings, 60 events: 30 events beyond the time covered left out (50 %)"},
    {":",
     {"binning=window", "T=1"},
     "none of its 2 events is left: 2 are beyond the time that the steps cover"},
    {":",
     {"binning=window", "window_ms=1.23456789012"},
     "option 'window_ms' is 1.23456789012: at most nine digits"},
    {"mv Train train; mv Test TEST; mkdir N-MNIST; mv train TEST N-MNIST",
     {""},
     "30 recordings, 60 events, all"},
    {"mkdir x; mv Train/* x; mv x Train/Train", {""}, "30 recordings, 60 events, all"},
    {"for f in Train/*/*.bin; do mv $f ${f%.bin}.BIN; done", {""}, "30 recordings, 60 events, all"},
    {"mv Test Tests", {""}, "/Test is not there; the folder holds Tests, Train; nearest: 'Tests'"},
    {"rm Train/1/00000.bin; mkfifo Train/1/00000.bin", {"bad=skip"}, "58 events: 1 malformed recordings"},
};

ParameterizedTestParameters(usage, folders)
{
    return cr_make_param_array(struct layout, layouts, sizeof layouts / sizeof *layouts);
}

ParameterizedTest(struct layout *c, usage, folders)
{
    char folder[FOLDER_MAX], line[300] = "";
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_layout(folder);
    folder_shell(folder, c->command);
    const char *more[3] = {NULL};
    for (size_t k = 0; k < 3 && c->more[k][0]; k++) more[k] = c->more[k];
    if (open_data(folder, more, &d, &e) == ST_OK) {
        FILE *f = folder_scratch();
        cr_expect(usage_print(&d.info.usage, "", false, f));
        rewind(f);
        line[fread(line, 1, sizeof line - 1, f)] = '\0';
        (void)fclose(f);
        const struct usage *u = &d.info.usage;
        cr_expect_eq(d.info.n[SPLIT_TRAIN] + d.info.n[SPLIT_TEST], u->recordings - u->empty - u->bad);
    }
    const char *said = e.code == ST_OK ? line : e.text;
    cr_expect(strstr(said, c->expected) != NULL, "%s: '%s' is not in: %s", c->command, c->expected, said);
    dataset_free(&d);
    folder_remove(folder);
}

/* What is left out changes nothing else: with a recording skipped, the others are as they were. */
Test(usage, skipping_keeps_the_rest)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_layout(folder);
    folder_shell(folder, ": > Train/3/00000.bin; printf abc > Train/7/00001.bin");
    cr_assert_eq(open_data(folder, (const char *const[3]){"bad=skip"}, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[SPLIT_TRAIN] == 18 && d.info.n[SPLIT_TEST] == 10);
    size_t per_class[10] = {0};
    for (size_t n = 0; n < 18; n++) {
        size_t label = (size_t)d.labels[SPLIT_TRAIN][n];
        per_class[label]++;
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 0, (SIDE + label) * SIDE + 5), 1.0);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, n, 1, (SIDE + label) * SIDE + 6), 1.0);
    }
    for (size_t k = 0; k < 10; k++) cr_expect_eq(per_class[k], k == 3 || k == 7 ? 1 : 2);
    dataset_free(&d);
    folder_remove(folder);
}

Test(usage, nearly_all_is_refused)
{
    struct error e = {0};
    struct usage u = {.recordings = 1000, .events = 100000, .outside = 90000, .filtered = 8999};
    cr_expect_eq(usage_check(&u, "x", &e), ST_OK);
    u.filtered = 9000;
    cr_expect_eq(usage_check(&u, "x", &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "x: of 100000 events 90000 are beyond the time"), "%s", e.text);
    u = (struct usage){.recordings = 1000, .bad = 989, .events = 10};
    cr_expect_eq(usage_check(&u, "x", &e), ST_OK);
    u.empty = 1;
    cr_expect_eq(usage_check(&u, "x", &e), ST_DATA);
    u = (struct usage){.recordings = 1, .events = 1000, .out_of_order = 989};
    cr_expect_eq(usage_check(&u, "x", &e), ST_OK);
    u.out_of_order = 990;
    cr_expect_eq(usage_check(&u, "x", &e), ST_DATA);
    cr_expect_eq(usage_check(&(struct usage){0}, "x", &e), ST_OK);
}

/* A clean folder says nothing in run and check; without recordings there is nothing to say at all. */
Test(usage, quiet_where_all_is_used)
{
    const struct usage clean = {.recordings = 3, .events = 9},
                       some = {.recordings = 3, .events = 9, .outside = 1};
    FILE *f = folder_scratch();
    cr_expect(!usage_print(&clean, "", true, f));
    cr_expect(!usage_print(&(struct usage){0}, "", false, f));
    cr_expect_eq(ftell(f), 0);
    cr_expect(usage_print(&some, "", true, f));
    (void)fclose(f);
}
