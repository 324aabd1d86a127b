/* Images of MNIST's format in front of the simulated event camera: the same pictures give the same events
 * from whichever file, finer ones are averaged, and (where SPIKEBENCH_DATA is set) real images. */
#include "commands/registry.h"
#include "datasets/event_list.h"
#include "datasets/images.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 20, SMALL = 8, MIDDLE = 12, LARGE = 24 };

/* 3 cells to 2: each covers one and a half. */
Test(camera_images, shrinking_by_hand)
{
    const double row[3] = {3, 6, 9}, square[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    double two[2], four[4], same[16], image[28 * 28], small[12 * 9], mean = 0, mean_small = 0;
    images_shrink(row, 3, 1, two, 2, 1);
    cr_expect_float_eq(two[0], 4, 1e-14);
    cr_expect_float_eq(two[1], 8, 1e-14);
    images_shrink(row, 1, 3, two, 1, 2);
    cr_expect_float_eq(two[1], 8, 1e-14);
    images_shrink(square, 4, 4, four, 2, 2);
    cr_expect(four[0] == 3.5 && four[1] == 5.5 && four[2] == 11.5 && four[3] == 13.5);
    images_shrink(square, 4, 4, same, 4, 4);
    cr_expect_arr_eq(same, square, sizeof same);
    for (size_t k = 0; k < 28 * 28; k++) mean += (image[k] = (double)(k * k % 97)) / (28 * 28);
    images_shrink(image, 28, 28, small, 12, 9);
    for (size_t k = 0; k < sizeof small / sizeof *small; k++) mean_small += small[k] / (12 * 9);
    cr_expect_float_eq(mean_small, mean, 1e-10);
}

/* Black and white pictures of side x side, none of them blank: pixel j of image k; each class has two of its
 * own. */
static bool white(size_t k, size_t j)
{
    return j == 20 || (j * 7 + k * k * 13 + j * j * (k + 1)) % 5 < 2;
}

/* The pictures as the 10,000 of MNIST would be, each pixel `scale` x `scale` times. */
static void write_pictures(const char *folder, size_t side, size_t scale)
{
    static unsigned char bytes[N * LARGE * LARGE];
    unsigned char labels[N];
    size_t at = 0, full = side * scale;
    for (size_t k = 0; k < N; k++) {
        labels[k] = (unsigned char)(k % 10);
        for (size_t j = 0; j < full * full; j++)
            bytes[at++] = white(k, j / full / scale * side + j % full / scale) ? 255 : 0;
    }
    folder_write_idx(folder, "t10k-images-idx3-ubyte", bytes, N, (uint32_t)full);
    folder_write_idx(folder, "t10k-labels-idx1-ubyte", labels, N, 0);
}

/* The same as a file of digits: 0 .. 16. */
static void write_digits(const char *folder)
{
    static char text[N * (SMALL * SMALL + 1) * 3 + 1];
    size_t at = 0;
    for (size_t k = 0; k < N; k++) {
        for (size_t j = 0; j < SMALL * SMALL; j++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%d,", white(k, j) ? 16 : 0);
        at += (size_t)snprintf(text + at, sizeof text - at, "%zu\n", k % 10);
    }
    folder_write(folder, "digits.csv", text, at);
}

/* All recordings: how many, their events, and a hash of both in order. */
struct seen {
    size_t n, events, least;
    uint64_t hash;
    double x, y; /* sums of places */
};

static status see(void *context, enum split split, size_t index, int label, struct event_list *events,
                  struct error *e)
{
    struct seen *s = context;
    (void)index, (void)e;
    s->hash = (s->hash ^ (uint64_t)(label + 10 * (int)split)) * 1099511628211u;
    for (size_t i = 0; i < events->n; i++) {
        const struct event *v = &events->events[i];
        const uint64_t word = (uint64_t)v->t << 32 | (uint64_t)v->x << 16 | (uint64_t)v->y << 8 | v->polarity;
        s->hash = (s->hash ^ word) * 1099511628211u;
        s->x += v->x, s->y += v->y;
    }
    s->least = s->n == 0 || events->n < s->least ? events->n : s->least;
    s->n++;
    s->events += events->n;
    return ST_OK;
}

static status record(const char *images, const char *path, const char *const more[2], struct seen *s,
                     struct error *e)
{
    char set_images[40], set_path[200];
    const struct dataset_source *source = catalogue_dataset(&registry, "event_camera");
    (void)snprintf(set_images, sizeof set_images, "images=%s", images);
    (void)snprintf(set_path, sizeof set_path, "path=%s", path);
    const char *const settings[] = {set_images, set_path,       "side=test", "n_train=10", "n_validation=0",
                                    "n_test=0", "noise_rate=3", more[0],     more[1],      NULL};
    void *options = data_options(source, settings);
    memset(s, 0, sizeof *s);
    status st = source->recordings(options, 4, see, s, e);
    free(options);
    return st;
}

Test(camera_images, the_same_pictures_give_the_same_events)
{
    char folder[FOLDER_MAX], digits[FOLDER_MAX + 20];
    struct seen a, b;
    struct error e = {0};
    const char *const more[2] = {"sensor=16", "density=5"};
    folder_create(folder);
    write_pictures(folder, SMALL, 1);
    write_digits(folder);
    (void)snprintf(digits, sizeof digits, "%s/digits.csv", folder);
    cr_assert_eq(record("digits", digits, more, &a, &e), ST_OK, "%s", e.text);
    cr_expect(a.n == N && a.least > 100, "%zu %zu", a.n, a.least);
    static const char *const like_mnist[] = {"mnist", "fashion_mnist", "kmnist"};
    for (size_t k = 0; k < 3; k++) {
        cr_assert_eq(record(like_mnist[k], folder, more, &b, &e), ST_OK, "%s", e.text);
        cr_expect(b.n == N && b.events == a.events && b.hash == a.hash, "%s: %zu, %zu events", like_mnist[k],
                  b.events, a.events);
    }
    folder_remove(folder);
}

/* 24 x 24 pictures of pixels that are the same two by two, shown on 12 x 12 pixels: as 12 x 12 pictures. */
Test(camera_images, finer_images_are_averaged)
{
    char folder[2][FOLDER_MAX];
    struct seen seen[3];
    struct error e = {0};
    for (size_t k = 0; k < 2; k++) {
        const char *const more[2] = {"sensor=16", "amplitude=4"};
        folder_create(folder[k]);
        write_pictures(folder[k], MIDDLE, k + 1);
        cr_assert_eq(record("mnist", folder[k], more, &seen[k], &e), ST_OK, "%s", e.text);
    }
    cr_expect(seen[0].events == seen[1].events && seen[0].hash == seen[1].hash, "%zu, %zu events",
              seen[0].events, seen[1].events);
    /* a sensor that shows the 24 x 24 does not lose them */
    const char *const fine[2] = {"sensor=28", "amplitude=4"};
    cr_assert_eq(record("mnist", folder[1], fine, &seen[2], &e), ST_OK, "%s", e.text);
    cr_expect_neq(seen[2].hash, seen[1].hash);
    for (size_t k = 0; k < 2; k++) folder_remove(folder[k]);
}

Test(camera_images, both_sides)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    struct dataset d;
    struct error e = {0};
    const struct dataset_source *source = catalogue_dataset(&registry, "event_camera");
    folder_create(folder);
    write_pictures(folder, SMALL, 1);
    folder_shell(folder, "for f in *; do cp $f train${f#t10k}; done");
    (void)snprintf(path, sizeof path, "path=%s", folder);
    void *options = data_options(source, (const char *const[]){"images=mnist", path, "n_train=0",
                                                               "n_validation=5", "threshold=0.4", NULL});
    cr_assert_eq(source->open(options, 0, &d, &e), ST_OK, "%s", e.text);
    cr_expect(d.info.n[0] == N - 5 && d.info.n[1] == 5 && d.info.n[2] == N);
    dataset_free(&d);
    folder_shell(folder, "rm train-labels*");
    cr_expect_eq(source->open(options, 0, &d, &e), ST_NO_DATA);
    cr_expect_not_null(strstr(e.text, "train-labels-idx1-ubyte is not there"), "%s", e.text);
    dataset_free(&d);
    free(options);
    folder_remove(folder);
}

/* Each name has its folder, and other names are refused. */
Test(camera_images, what_is_absent_or_unknown)
{
    static const char *const names[] = {"mnist", "fashion_mnist", "kmnist"};
    static const char *const files[] = {"/mnist was not", "/fashion was not", "/kmnist was not"};
    const struct dataset_source *source = catalogue_dataset(&registry, "event_camera");
    const char *const more[2] = {"sensor=16", "density=5"};
    struct seen seen;
    struct error e = {0};
    cr_assert_eq(setenv("SPIKEBENCH_DATA", "/nonexistent", 1), 0);
    for (size_t k = 0; k < 3; k++) {
        cr_expect_eq(record(names[k], "", more, &seen, &e), ST_NO_DATA);
        cr_expect_not_null(strstr(e.text, files[k]), "%s", e.text);
    }
    void *options = data_options(source, NULL);
    cr_expect_eq(opt_set(opt_find(&source->options, "images"), options, "letters", &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "fashion_mnist"), "%s", e.text);
    free(options);
}

/* MNIST's test images; skipped, loudly, where SPIKEBENCH_DATA does not lead to them. */
Test(camera_images, real_images)
{
    const struct dataset_source *camera = catalogue_dataset(&registry, "event_camera"),
                                *mnist = catalogue_dataset(&registry, "mnist");
    struct dataset_info as_events, as_images;
    struct seen s = {0};
    struct error e = {0};
    void *options = data_options(camera, (const char *const[]){"images=mnist", "side=test", "n_train=50",
                                                               "n_validation=10", "n_test=20", NULL});
    status st = camera->recordings(options, 1, see, &s, &e);
    if (st == ST_NO_DATA) {
        free(options);
        (void)fprintf(stderr, "SKIPPED camera_images::real_images: %s\n", e.text);
        return;
    }
    cr_assert_eq(st, ST_OK, "%s", e.text);
    double events = (double)s.events, density = events / (double)s.n / 256;
    cr_expect_eq(s.n, 80);
    cr_expect_gt(s.least, 300);
    cr_expect(density < 1.15 * 8 && density > 0.75 * 8, "density %g", density);
    /* digits stand in the middle of their images, and the view moves around it */
    cr_expect(fabs(s.x / events - 7.5) < 1.5 && fabs(s.y / events - 7.5) < 1.5, "%g %g", s.x / events,
              s.y / events);
    cr_assert_eq(camera->probe(options, &as_events, &e), ST_OK, "%s", e.text);
    free(options);
    options = data_options(mnist, (const char *const[]){"side=test", "n_train=50", "n_validation=10", NULL});
    cr_assert_eq(mnist->probe(options, &as_images, &e), ST_OK, "%s", e.text);
    cr_expect_str_eq(as_events.sha256, as_images.sha256);
    free(options);
}
