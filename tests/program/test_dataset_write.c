/* spikebench dataset write: what it writes, our own loader reads back event for event. */
#include "commands/registry.h"
#include "datasets/event_write.h"
#include "tests/cli_run.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

TestSuite(dataset_write, .init = cli_setup, .fini = cli_teardown);

Test(dataset_write, bytes_and_back)
{
    struct event v[] = {{5, 3, 7, 1}, {66051, 33, 0, 0}, {8388607, 0, 33, 1}};
    struct event_list list = {v, 3, 3};
    struct error e = {0};
    static struct result r;
    char path[400];
    cli_shell(&r, "pwd");
    (void)snprintf(path, sizeof path, "%.*s/events.bin", (int)strcspn(r.output, "\n"), r.output);
    cr_assert_eq(events_write_bin(&list, path, &e), ST_OK, "%s", e.text);
    cli_shell(&r, "od -An -tx1 -v events.bin");
    cr_expect_str_eq(r.output, " 03 07 80 00 05 21 00 01 02 03 00 21 ff ff ff\n");
    v[1].t = 8388608;
    cr_expect_eq(events_write_bin(&list, path, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "event 1 is at 8388608 us"), "%s", e.text);
    cr_expect_eq(events_write_bin(&list, "/nonexistent/x.bin", &e), ST_IO);
}

/* Hashes of the recordings of one side, independent of their order. */
struct sums {
    uint64_t sum[2][10];
    size_t n[2];
};

static status add(void *context, enum split split, size_t index, int label, struct event_list *events,
                  struct error *e)
{
    struct sums *s = context;
    uint64_t h = 14695981039346656037u;
    size_t side = split == SPLIT_TEST;
    (void)index, (void)e;
    for (size_t i = 0; i < events->n; i++) {
        const struct event *v = &events->events[i];
        const uint64_t word = (uint64_t)v->t << 32 | (uint64_t)v->x << 16 | (uint64_t)v->y << 8 | v->polarity;
        h = (h ^ word) * 1099511628211u;
    }
    s->sum[side][label] += h;
    s->n[side]++;
    return ST_OK;
}

static void sums_of(const char *name, const char *const *settings, struct sums *s)
{
    struct error e = {0};
    const struct dataset_source *source = catalogue_dataset(&registry, name);
    void *options = data_options(source, settings);
    memset(s, 0, sizeof *s);
    cr_assert_eq(source->recordings(options, 2, add, s, &e), ST_OK, "%s", e.text);
    free(options);
}

Test(dataset_write, the_same_events_come_back)
{
    static struct result r;
    struct sums made, read, again;
    char here[300], path[400];
    spikebench(&r, "dataset write event_camera --seed 2 --out made --set sensor=34 --set threshold=0.4 --set "
                   "n_train=40 --set n_validation=10 --set n_test=30 --set noise_rate=5");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "50 training and 30 test recordings in made"), "%s", r.output);
    cli_shell(&r, "pwd");
    (void)snprintf(here, sizeof here, "%.*s", (int)strcspn(r.output, "\n"), r.output);
    sums_of("event_camera",
            (const char *const[]){"sensor=34", "threshold=0.4", "n_train=40", "n_validation=10", "n_test=30",
                                  "noise_rate=5", NULL},
            &made);
    (void)snprintf(path, sizeof path, "path=%s/made", here);
    sums_of("nmnist", (const char *const[]){path, "n_validation=5", NULL}, &read);
    cr_expect(made.n[0] == 50 && read.n[0] == 50 && made.n[1] == 30 && read.n[1] == 30);
    cr_expect_arr_eq(made.sum, read.sum, sizeof made.sum);
    /* and from N-MNIST's layout once more */
    spikebench(&r, "dataset write nmnist --out again --set path=made --set n_validation=0");
    cr_assert_eq(r.code, 0, "%s", r.output);
    (void)snprintf(path, sizeof path, "path=%s/again", here);
    sums_of("nmnist", (const char *const[]){path, "n_validation=0", NULL}, &again);
    cr_expect_arr_eq(made.sum, again.sum, sizeof made.sum);
}

/* The other formats, and what `events` reads of all three. */
Test(dataset_write, npy_and_csv_by_hand)
{
    struct event v[] = {{5, 3, 7, 1}, {66051, 300, 258, 0}};
    struct event_list list = {v, 2, 2};
    struct error e = {0};
    static struct result r;
    char path[400], here[300];
    cli_shell(&r, "pwd");
    (void)snprintf(here, sizeof here, "%.*s", (int)strcspn(r.output, "\n"), r.output);
    (void)snprintf(path, sizeof path, "%s/events.csv", here);
    cr_assert_eq(events_write_csv(&list, path, &e), ST_OK, "%s", e.text);
    cli_shell(&r, "cat events.csv");
    cr_expect_str_eq(r.output, "x,y,t,p\n3,7,5,1\n300,258,66051,0\n");
    (void)snprintf(path, sizeof path, "%s/events.npy", here);
    cr_assert_eq(events_write_npy(&list, path, &e), ST_OK, "%s", e.text);
    cli_shell(&r, "head -c 10 events.npy | od -An -tx1; head -c 128 events.npy | tail -c 118 | tr -s ' '; "
                  "tail -c 26 events.npy | od -An -tx1 -v -w13");
    cr_expect_str_eq(r.output, " 93 4e 55 4d 50 59 01 00 76 00\n"
                               "{'descr': [('x', '<i2'), ('y', '<i2'), ('t', '<i8'), ('p', '|b1')], "
                               "'fortran_order': False, 'shape': (2,), } \n"
                               " 03 00 07 00 05 00 00 00 00 00 00 00 01\n"
                               " 2c 01 02 01 03 02 01 00 00 00 00 00 00\n");
}

Test(dataset_write, events_reads_every_format)
{
    static const char *const formats[] = {"bin", "npy", "csv"};
    static struct result r;
    struct sums made, read;
    char text[300], here[300], path[400];
    static const char *const settings[] = {"threshold=0.4", "n_train=40", "n_validation=10", "n_test=30",
                                           NULL};
    sums_of("event_camera", settings, &made);
    cli_shell(&r, "pwd");
    (void)snprintf(here, sizeof here, "%.*s", (int)strcspn(r.output, "\n"), r.output);
    for (size_t k = 0; k < 3; k++) {
        (void)snprintf(
            text, sizeof text,
            "dataset write event_camera --seed 2 --out %s --format %s --set threshold=0.4 --set n_train=40 "
            "--set n_validation=10 --set n_test=30",
            formats[k], formats[k]);
        spikebench(&r, text);
        cr_assert_eq(r.code, 0, "%s", r.output);
        (void)snprintf(path, sizeof path, "path=%s/%s", here, formats[k]);
        sums_of("events",
                (const char *const[]){path, "width=16", "height=16", "zero=clock", "n_validation=5", NULL},
                &read);
        cr_expect(read.n[0] == 50 && read.n[1] == 30, "%s: %zu, %zu", formats[k], read.n[0], read.n[1]);
        cr_expect_arr_eq(made.sum, read.sum, sizeof made.sum, "%s", formats[k]);
    }
}

struct line {
    char arguments[120], expected[80];
    int code;
};

ParameterizedTestParameters(dataset_write, refused)
{
    static struct line lines[] = {
        {"event_camera", "--out DIR is missing", 2},
        {"digits --out x", "dataset 'digits' has no event recordings", 2},
        {"nmnist --out x --set path=/nonexistent", "/nonexistent: No such file or directory", 1},
        {"event_camera --out full",
         "full: the folder is not empty; if an interrupted 'dataset write' left it", 2},
        {"event_camera --out full", "remove full/Train and full/Test", 2},
        {"nmnist --out /proc/no --set path=/nonexistent", "/proc/no: ", 1},
        {"event_camera --out full/file --set threshold=1", "full/file", 1},
        {"event_camera --format mat --out x", "bin, npy, csv", 2},
        {"event_camera --index 3 --out x", "unknown option '--index'", 2},
        {"--help", "Usage: spikebench dataset write", 0},
    };
    return cr_make_param_array(struct line, lines, sizeof lines / sizeof *lines);
}

ParameterizedTest(struct line *c, dataset_write, refused)
{
    static struct result r;
    char text[200];
    cli_shell(&r, "mkdir full && : > full/file");
    (void)snprintf(text, sizeof text, "dataset write %s", c->arguments);
    spikebench(&r, text);
    cr_expect_eq(r.code, c->code, "%s: %s", text, r.output);
    cr_expect_not_null(strstr(r.output, c->expected), "%s: %s", text, r.output);
    cli_shell(&r, "ls");
    cr_expect_str_eq(r.output, "full\n", "%s left %s", text, r.output);
}
