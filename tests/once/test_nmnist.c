/* N-MNIST: bytes written by hand, the isolated-event filter, frames, damaged folders, and (where
 * SPIKEBENCH_DATA is set) real recordings. */
#include "commands/registry.h"
#include "datasets/event_list.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 34, INPUTS = 2 * SIDE * SIDE };

Test(nmnist, bytes_by_hand)
{
    /* x, y, polarity bit and 23 bits of microseconds, most significant first */
    static const unsigned char bytes[] = {3,  7,  0x80, 0x00, 0x05,  /* (3, 7) on at 5 us */
                                          33, 0,  0x01, 0x02, 0x03,  /* (33, 0) off at 0x010203 us */
                                          0,  33, 0xff, 0xff, 0xff}; /* (0, 33) on at 2^23 - 1 us */
    static const struct event expected[] = {{5, 3, 7, 1}, {66051, 33, 0, 0}, {8388607, 0, 33, 1}};
    struct event_list list = {0};
    struct error e = {0};
    struct usage u = {0};
    cr_assert_eq(data_parse_bin(&list, "hand", bytes, sizeof bytes, BAD_ERROR, &u, &e), ST_OK, "%s", e.text);
    cr_assert_eq(list.n, 3);
    cr_expect(u.events == 3 && u.out_of_order == 0 && u.wraps == 0 && u.off_sensor == 0);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(list.events[i].t, expected[i].t);
        cr_expect_eq(list.events[i].x, expected[i].x);
        cr_expect_eq(list.events[i].y, expected[i].y);
        cr_expect_eq(list.events[i].polarity, expected[i].polarity);
    }
    events_free(&list);
}

struct bad_bytes {
    unsigned char bytes[12];
    size_t size;
    char expected[80];
};

ParameterizedTestParameters(nmnist, damaged_bytes)
{
    static struct bad_bytes cases[] = {
        {{1, 2, 3, 4}, 4, "rec.bin: byte 0: the last event is cut (4 of 5 bytes)"},
        {{1, 2, 3, 4, 5, 6}, 6, "rec.bin: byte 5: the last event is cut (1 of 5 bytes)"},
        {{34, 2, 3, 4, 5}, 5, "rec.bin: byte 0: pixel (34, 2) is off the 34 x 34 sensor"},
        {{1, 2, 3, 4, 5, 6, 255, 8, 9, 10}, 10, "rec.bin: byte 5: pixel (6, 255) is off the 34 x 34 sensor"},
    };
    return cr_make_param_array(struct bad_bytes, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct bad_bytes *c, nmnist, damaged_bytes)
{
    struct event_list list = {0};
    struct error e = {0};
    struct usage u = {0};
    cr_expect_eq(data_parse_bin(&list, "rec.bin", c->bytes, c->size, BAD_ERROR, &u, &e), ST_DATA);
    cr_expect_str_eq(e.text, c->expected);
    events_free(&list);
}

Test(nmnist, filter_keeps_what_a_neighbour_vouches_for)
{
    struct event events[] = {
        {1000, 5, 5, 1},  /* first event: nobody before it: dropped */
        {1500, 6, 5, 0},  /* right neighbour 500 us later, other polarity: kept */
        {1600, 7, 6, 1},  /* diagonal neighbour only: dropped */
        {10999, 5, 4, 1}, /* above (5,5), 9,999 us later: kept */
        {20999, 5, 3, 1}, /* exactly 10,000 us after (5,4): dropped */
        {21000, 5, 3, 1}, /* the same pixel again does not vouch: dropped */
        {21001, 0, 3, 1}, /* at the border, alone: dropped */
    };
    struct event_list list = {events, 7, 7};
    cr_assert_eq(events_filter(&list, SIDE, SIDE, 10000, NULL), ST_OK);
    cr_assert_eq(list.n, 2);
    cr_expect_eq(list.events[0].t, 1500);
    cr_expect_eq(list.events[1].t, 10999);
}

/* Frames of five events on a 2 x 2 sensor. */
static void frames_of(struct dataset *d, struct frames f, struct rng *rng)
{
    struct event events[] = {{100, 0, 0, 0}, {100, 0, 0, 0}, {130, 1, 0, 1}, {150, 0, 1, 1}, {199, 1, 1, 0}};
    struct event_list list = {events, 5, 5};
    uint32_t *counts = calloc(f.T * 8, sizeof *counts);
    struct spikes_builder b;
    cr_assert_not_null(counts);
    memset(d, 0, sizeof *d);
    cr_assert_eq(spikes_begin(&b, 8, f.T, 1, NULL), ST_OK);
    cr_assert_eq(events_to_frames(&list, &f, 2, 2, counts, rng, &b, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&b, &d->x[0], &d->mem, NULL), ST_OK);
    for (size_t i = 0; i < f.T * 8; i++) cr_expect_eq(counts[i], 0, "the scratch is zero again");
    free(counts);
}

/* input = (polarity * 2 + y) * 2 + x */
Test(nmnist, equal_bins_by_hand)
{
    /* span 100 .. 199 us in two bins of 50 us */
    static const double expected[2][8] = {{2, 0, 0, 0, 0, 1, 0, 0}, {0, 0, 0, 1, 0, 0, 1, 0}};
    struct dataset d;
    frames_of(&d, (struct frames){.T = 2, .window = {0, 1}}, NULL);
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < 8; i++) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), expected[t][i]);
    dataset_free(&d);
}

Test(nmnist, windows_by_hand)
{
    /* 60 us windows from time zero: the events at 100 and 100 us fall in window 1, 130 .. 150 in 2, 199 in 3,
     * which T = 3 drops; binary */
    static const double expected[3][8] = {{0}, {1, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1, 1, 0}};
    struct dataset d;
    frames_of(&d, (struct frames){.T = 3, .window = {60, 1}, .binary = true}, NULL);
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < 8; i++) cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), expected[t][i]);
    dataset_free(&d);
}

Test(nmnist, noise_has_its_deviation)
{
    enum { T = 2000 };
    double sum = 0, squares = 0;
    struct rng rng;
    struct dataset d;
    rng_seed(&rng, 1, "encode");
    frames_of(&d, (struct frames){.T = T, .window = {1000, 1}, .noise = 0.5}, &rng);
    for (size_t t = 1; t < T; t++) /* all events are in window 0 */
        for (size_t i = 0; i < 8; i++) {
            double v = data_cell(&d, SPLIT_TRAIN, 0, t, i);
            sum += v;
            squares += v * v;
        }
    cr_expect_leq(fabs(sum / (8 * T)), 0.02);
    cr_expect_leq(fabs(sqrt(squares / (8 * T)) - 0.5), 0.02);
    dataset_free(&d);
}

/* A folder in the original layout: `train` and `test` recordings per class, each with one event whose x is
 * the recording's number and y the class. */
static void write_layout(const char *folder, int train, int test)
{
    for (int label = 0; label < 10; label++)
        for (int i = 0; i < train + test; i++) {
            char name[64];
            unsigned char bytes[] = {(unsigned char)i, (unsigned char)label, 0, 0, 1};
            (void)snprintf(name, sizeof name, "%s/%d/%05d.bin", i < train ? "Train" : "Test", label, i);
            folder_write(folder, name, bytes, sizeof bytes);
        }
}

static void *options_for(const char *folder, const char *setting)
{
    char path[FOLDER_MAX + 10];
    (void)snprintf(path, sizeof path, "path=%s", folder);
    return data_options(catalogue_dataset(&registry, "nmnist"),
                        (const char *const[]){path, "filter_ms=0", "T=1", "n_validation=10", setting, NULL});
}

Test(nmnist, splits_keep_labels_and_sides)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    int seen[10][5] = {{0}};
    folder_create(folder);
    write_layout(folder, 3, 2);
    void *options = options_for(folder, "n_train=20");
    cr_assert_eq(catalogue_dataset(&registry, "nmnist")->open(options, 4, &d, &e), ST_OK, "%s", e.text);
    cr_expect_eq(d.info.n_inputs, INPUTS);
    cr_expect_eq(d.info.n[SPLIT_TEST], 20);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t n = 0; n < d.info.n[s]; n++) {
            cr_assert_eq(d.x[s].start[n + 1] - d.x[s].start[n], 1);
            uint32_t input = d.x[s].index[d.x[s].start[n]];
            size_t y = input / SIDE, x = input % SIDE;
            cr_expect_eq(y, (size_t)d.labels[s][n]);
            cr_expect_eq(x >= 3, s == SPLIT_TEST, "recording %zu of class %zu in split %d", x, y, s);
            seen[y][x]++;
        }
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 5; x++) cr_expect_eq(seen[y][x], 1, "each recording in one split, once");
    free(options);
    dataset_free(&d);
    folder_remove(folder);
}

struct bad_layout {
    char command[60], expected[3][50];
    int code;
};

ParameterizedTestParameters(nmnist, damaged_folders)
{
    static struct bad_layout cases[] = {
        {"rm Train/4/*", {"Train/4", "no .bin recording"}, ST_DATA},
        {"rm -r Test/9", {"Test/9", "No such file"}, ST_DATA},
        {"rm -r Train", {"was not found", "Train"}, ST_NO_DATA},
        {"printf abc > Train/0/00001.bin", {"Train/0/00001.bin", "byte 0", "cut (3 of 5"}, ST_DATA},
        {": > Test/3/00003.bin", {"Test/3/00003.bin", "no event", "dataset.bad = skip"}, ST_DATA},
        {"printf '\\100abcd' > Train/7/00000.bin", {"Train/7/00000.bin", "byte 0", "pixel (64,"}, ST_DATA},
        {"rm Train/1/00000.bin && mkdir Train/1/00000.bin", {"Train/1/00000.bin", "directory"}, ST_DATA},
        {"truncate -s 5G Train/1/00000.bin", {"Train/1/00000.bin", "5368709120 bytes"}, ST_DATA},
        {"rm Train/1/00000.bin; mkfifo Train/1/00000.bin", {"Train/1/00000.bin", "pipe"}, ST_DATA},
        {"ln -s x.bin Train/2/x.bin", {"Train/2/x.bin", "symbolic links"}, ST_IO},
        {"rm -r Train/2; ln -s 2 Train/2", {"Train/2", "symbolic links"}, ST_IO},
        {"rm Train/*/00000.bin Train/*/00001.bin", {"n_train = 20", "10 training samples"}, ST_CONFIG},
    };
    return cr_make_param_array(struct bad_layout, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct bad_layout *c, nmnist, damaged_folders)
{
    char folder[FOLDER_MAX];
    struct dataset d;
    struct error e = {0};
    folder_create(folder);
    write_layout(folder, 3, 1);
    folder_shell(folder, c->command);
    void *options = options_for(folder, "n_train=20");
    cr_expect_eq((int)catalogue_dataset(&registry, "nmnist")->open(options, 0, &d, &e), c->code, "%s",
                 e.text);
    for (int i = 0; i < 3; i++)
        cr_expect(strstr(e.text, c->expected[i]) != NULL, "'%s' not in: %s", c->expected[i], e.text);
    dataset_free(&d);
    free(options);
    folder_remove(folder);
}

/* Real recordings: skipped, loudly, where SPIKEBENCH_DATA does not lead to them. (Criterion's own way of
 * skipping makes the whole run fail.) */
static bool real_data(const char *test)
{
    const char *base = getenv("SPIKEBENCH_DATA");
    struct error e = {0};
    struct dataset_info info;
    if (base && base[0]) {
        void *options =
            data_options(catalogue_dataset(&registry, "nmnist"), (const char *const[]){"T=1", NULL});
        status st = catalogue_dataset(&registry, "nmnist")->probe(options, &info, &e);
        free(options);
        if (st != ST_NO_DATA) return true;
    }
    (void)fprintf(
        stderr,
        "SKIPPED nmnist::%s: no recordings (set SPIKEBENCH_DATA to the folder that holds nmnist/Train)\n",
        test);
    return false;
}

Test(nmnist, real_recordings)
{
    struct error e = {0};
    struct dataset d;
    if (!real_data("real_recordings")) return;
    void *options =
        data_options(catalogue_dataset(&registry, "nmnist"),
                     (const char *const[]){"T=150", "binning=window", "window_ms=1", "values=binary",
                                           "n_train=100", "n_validation=10", "n_test=50", NULL});
    cr_assert_eq(catalogue_dataset(&registry, "nmnist")->open(options, 0, &d, &e), ST_OK, "%s", e.text);
    struct batch train = dataset_batch(&d, SPLIT_TRAIN);
    double density = (double)spikes_nonzero(&train) / (double)(train.n * d.info.T * INPUTS);
    /* the events of N-MNIST fill 0.6 % of the cells of 1 ms frames */
    cr_expect(density > 0.003 && density < 0.012, "density %g", density);
    for (size_t n = 0; n < train.n; n++)
        cr_expect_geq(d.x[SPLIT_TRAIN].start[(n + 1) * 150] - d.x[SPLIT_TRAIN].start[n * 150], 200,
                      "recording %zu is nearly empty", n);
    free(options);
    dataset_free(&d);
}
