/* The simulated event camera: a pixel by hand, the saccades, refractory time, noise, and the dataset made of
 * it. */
#include "commands/registry.h"
#include "datasets/camera.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct camera plain = {.side = 8, .threshold = 0.2, .amplitude = 2};

/* From 0 by 2.5 thresholds up in 1000 us: ON at 1/2.5 and 2/2.5 of the step; the rest of half a threshold
 * counts in the next step, which goes down by 2 thresholds to 0.5: OFF when 1.0 is reached again. */
Test(camera, a_pixel_by_hand)
{
    struct event_list events = {0};
    struct camera_pixel p = {3, 5, 0.0, -INFINITY};
    cr_assert_eq(camera_sense(&plain, &p, 2000, 1000, 0.0, 0.5, &events, NULL), ST_OK);
    cr_assert_eq(events.n, 2);
    cr_expect(events.events[0].t == 2400 && events.events[0].polarity == 1);
    cr_expect(events.events[1].t == 2800 && events.events[1].polarity == 1);
    cr_expect(events.events[0].x == 3 && events.events[0].y == 5);
    cr_expect_float_eq(p.reference, 0.4, 1e-12);
    cr_assert_eq(camera_sense(&plain, &p, 3000, 1000, 0.5, 0.1, &events, NULL), ST_OK);
    cr_assert_eq(events.n, 3);
    cr_expect(events.events[2].t == 3750 && events.events[2].polarity == 0, "%u", events.events[2].t);
    cr_expect_float_eq(p.reference, 0.2, 1e-12);
    cr_assert_eq(camera_sense(&plain, &p, 4000, 1000, 0.1, 0.39, &events, NULL), ST_OK);
    cr_expect_eq(events.n, 3, "less than a threshold is no event");
    events_free(&events);
}

Test(camera, a_pixel_rests_after_an_event)
{
    struct event_list events = {0};
    struct camera tired = plain;
    struct camera_pixel p = {0, 0, 0.0, -INFINITY};
    tired.refractory_us = 500;
    cr_assert_eq(camera_sense(&tired, &p, 0, 1000, 0.0, 0.81, &events, NULL), ST_OK);
    /* crossings at 247, 494, 741, 988 us: the second and the third come too early */
    cr_assert_eq(events.n, 2);
    cr_expect(events.events[0].t == 246 && events.events[1].t == 987, "%u %u", events.events[0].t,
              events.events[1].t);
    events_free(&events);
}

Test(camera, three_saccades_along_a_triangle)
{
    double x[4], y[4], mid_x, mid_y;
    for (int k = 0; k < 4; k++) camera_path(&plain, k * 100000.0, &x[k], &y[k]);
    cr_expect_float_eq(x[0], x[3], 1e-12);
    cr_expect_float_eq(y[0], y[3], 1e-12);
    double a = hypot(x[1] - x[0], y[1] - y[0]), b = hypot(x[2] - x[1], y[2] - y[1]),
           c = hypot(x[3] - x[2], y[3] - y[2]);
    cr_expect_float_eq(a, b, 1e-12);
    cr_expect_float_eq(c, plain.amplitude, 1e-12);
    camera_path(&plain, 150000, &mid_x, &mid_y);
    cr_expect_float_eq(mid_x, 0.5 * (x[1] + x[2]), 1e-12);
    cr_expect_float_eq(mid_y, 0.5 * (y[1] + y[2]), 1e-12);
}

/* A uniform scene that fills the sensor's view changes at its borders only; black changes nowhere. */
Test(camera, black_sends_nothing_and_an_edge_sends_both)
{
    struct event_list events = {0};
    double image[16] = {0};
    struct camera_scene scene = {image, 4, 4};
    struct rng rng;
    size_t on = 0;
    rng_seed(&rng, 1, "test");
    cr_assert_eq(camera_record(&plain, &scene, &rng, &events, NULL), ST_OK);
    cr_expect_eq(events.n, 0);
    image[5] = image[6] = 1;
    cr_assert_eq(camera_record(&plain, &scene, &rng, &events, NULL), ST_OK);
    cr_assert_gt(events.n, 20);
    for (size_t i = 0; i < events.n; i++) {
        on += events.events[i].polarity;
        cr_assert(events.events[i].x < 8 && events.events[i].y < 8 && events.events[i].t <= CAMERA_SPAN_US);
        if (i > 0) cr_assert_leq(events.events[i - 1].t, events.events[i].t);
    }
    /* the view returns: every pixel has risen as often as it has fallen, but for rounding */
    cr_expect(on * 2 <= events.n + 4 && on * 2 + 4 >= events.n, "%zu of %zu", on, events.n);
    cr_expect_gt(on, 0);
    events_free(&events);
}

/* Of a scene of 5 x 3 cells, zero outside: bilinear by the hats of all cells. */
static double plain_log(const double image[3][5], double x, double y)
{
    double sum = 0.1;
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < 5; i++)
            sum += image[j][i] * fmax(0, 1 - fabs(x - (i + 0.5))) * fmax(0, 1 - fabs(y - (j + 0.5)));
    return log(sum);
}

/* Pixel by pixel, millisecond by millisecond: as many events of either sign as levels are crossed, in the
 * milliseconds where they are. A level that is come back to exactly is reached when rounding says so: pixels
 * that see black at first, and the last millisecond, are left out. Cells are (8 - 2) / 5 of a pixel wide. */
Test(camera, a_recording_equals_plain_loops)
{
    enum { STEPS = 299 };
    static size_t found[8][8][2][STEPS + 2];
    static const double image[3][5] = {{0.3, 0, 1, 0.6, 0.2}, {0, 0.9, 0.1, 0, 0.7}, {0.5, 0.8, 0, 0.4, 1}};
    struct event_list events = {0};
    const struct camera_scene scene = {&image[0][0], 5, 3};
    struct rng rng;
    size_t all = 0, wrong = 0;
    rng_seed(&rng, 1, "test");
    cr_assert_eq(camera_record(&plain, &scene, &rng, &events, NULL), ST_OK);
    for (size_t k = 0; k < events.n; k++) {
        const struct event *v = events.events + k;
        found[v->y][v->x][v->polarity][v->t / 1000]++;
    }
    for (int pixel = 0; pixel < 8 * 8; pixel++) {
        const int y = pixel / 8, x = pixel % 8;
        double level = 0;
        for (int k = 0; k <= STEPS; k++) {
            size_t up = 0, down = 0;
            double dx, dy;
            camera_path(&plain, k * 1000.0, &dx, &dy);
            const double now =
                plain_log(image, (x + 0.5 - 4 + dx) * 5 / 6 + 2.5, (y + 0.5 - 4 + dy) * 5 / 6 + 1.5);
            if (k == 0) level = now;
            if (k == 0 && now == log(0.1)) break;
            for (; now >= level + 0.2; level += 0.2) up++;
            for (; now <= level - 0.2; level -= 0.2) down++;
            if (k > 0) wrong += found[y][x][1][k - 1] != up || found[y][x][0][k - 1] != down;
            all += up + down;
        }
    }
    cr_expect_leq(wrong, 2, "%zu milliseconds differ, of which rounding may put one level into another",
                  wrong);
    cr_expect_gt(all, 200, "%zu", all);
    events_free(&events);
}

/* 64 pixels x 0.3 s x 100 events per pixel and second: 1920 expected, standard deviation 44; 6 of them
 * allowed. */
Test(camera, noise_has_the_rate_asked_for)
{
    struct event_list events = {0};
    struct camera noisy = plain;
    double image[4] = {0};
    struct camera_scene scene = {image, 2, 2};
    struct rng rng;
    size_t on = 0, corner = 0;
    noisy.noise_rate = 100;
    rng_seed(&rng, 5, "test");
    cr_assert_eq(camera_record(&noisy, &scene, &rng, &events, NULL), ST_OK);
    for (size_t i = 0; i < events.n; i++) {
        on += events.events[i].polarity;
        corner += events.events[i].x < 4 && events.events[i].y < 4;
    }
    cr_expect(fabs((double)events.n - 1920) < 6 * 44, "%zu", events.n);
    cr_expect(fabs((double)on - 960) < 6 * 22, "%zu", on);
    cr_expect(fabs((double)corner - 480) < 6 * 19, "%zu", corner);
    events_free(&events);
}

struct counted {
    size_t recordings, events;
};

static status count(void *context, enum split split, size_t index, int label, struct event_list *events,
                    struct error *e)
{
    struct counted *c = context;
    (void)split, (void)index, (void)label, (void)e;
    c->recordings++;
    c->events += events->n;
    return ST_OK;
}

Test(camera, the_density_is_met)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "event_camera");
    for (int k = 0; k < 2; k++) {
        struct counted c = {0, 0};
        struct error e = {0};
        const char *const settings[] = {
            "sensor=12", k ? "density=3" : "density=6", "n_train=60", "n_validation=10", "n_test=10", NULL};
        void *options = data_options(source, settings);
        cr_assert_eq(source->recordings(options, 3, count, &c, &e), ST_OK, "%s", e.text);
        free(options);
        double density = (double)c.events / (double)c.recordings / 144;
        cr_expect_eq(c.recordings, 80);
        /* all white cells have the same contrast, so that the density falls in jumps as the threshold rises
         */
        cr_expect(density < 1.1 * (k ? 3 : 6) && density > 0.75 * (k ? 3 : 6), "density %g", density);
    }
    struct error e = {0};
    void *options =
        data_options(source, (const char *const[]){"sensor=6", "density=999", "n_train=20", NULL});
    struct dataset d;
    cr_expect_eq(source->open(options, 0, &d, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "dataset.density is 999"), "%s", e.text);
    dataset_free(&d);
    free(options);
}

Test(camera, the_seed_decides)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "event_camera");
    const char *const settings[] = {"threshold=0.3", "T=4",           "n_train=10",   "n_validation=0",
                                    "n_test=10",     "noise_rate=50", "split_seed=1", NULL};
    struct dataset d[3];
    struct error e = {0};
    void *options = data_options(source, settings);
    for (int k = 0; k < 3; k++)
        cr_assert_eq(source->open(options, k == 2 ? 8 : 7, &d[k], &e), ST_OK, "%s", e.text);
    cr_expect(d[0].info.n_inputs == 512 && d[0].info.channels == 2 && d[0].info.width == 16);
    size_t rows = 10 * 4, entries = d[0].x[0].start[rows];
    cr_assert_eq(d[1].x[0].start[rows], entries);
    cr_expect_eq(memcmp(d[0].x[0].index, d[1].x[0].index, entries * sizeof(uint32_t)), 0);
    cr_expect_arr_eq(d[0].labels[SPLIT_TEST], d[2].labels[SPLIT_TEST], 10 * sizeof(int), "one test side");
    cr_expect_arr_neq(d[0].labels[SPLIT_TRAIN], d[2].labels[SPLIT_TRAIN], 10 * sizeof(int));
    cr_expect(d[2].x[0].start[rows] != entries ||
                  memcmp(d[0].x[0].index, d[2].x[0].index, entries * sizeof(uint32_t)) != 0,
              "the noise does not follow the seed");
    for (int k = 0; k < 3; k++) dataset_free(&d[k]);
    free(options);
}
