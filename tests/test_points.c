/* yin_yang and mexican_hat: geometry by hand, balance, encodings, seeds, disjoint splits, bad sizes. */
#include "commands/registry.h"
#include "datasets/points.h"
#include "datasets/yin_yang.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void open_data(const char *name, struct dataset *d, uint64_t seed, const char *const *settings)
{
    struct error e = {0};
    void *options = data_options(catalogue_dataset(&registry, name), settings);
    cr_assert_eq(catalogue_dataset(&registry, name)->open(options, seed, d, &e), ST_OK, "%s", e.text);
    free(options);
}

static const char *const small_currents[] = {"T=2",       "n_train=301",      "n_validation=90",
                                             "n_test=60", "encoding=current", NULL};

Test(yin_yang, labels_of_points_by_hand)
{
    static const struct {
        double x, y;
        int class;
    } points[] = {
        {0.05, 0.05, OUTSIDE}, /* a corner */
        {0.5, 0.95, YIN},      /* above the middle, far from both dots */
        {0.5, 0.05, YANG},     /* below it */
        {0.25, 0.5, DOT},      {0.75, 0.5, DOT},   {0.25, 0.59, DOT}, /* within 0.1 of a dot's centre */
        {0.25, 0.39, YIN}, /* below the middle, but in the left bulge: 0.11 from its centre */
        {0.25, 0.26, YIN}, /* the bulge ends at y = 0.25 */
        {0.25, 0.24, YANG},    {0.75, 0.61, YANG}, /* above the middle, but in the right bulge */
        {0.75, 0.74, YANG},    {0.75, 0.76, YIN},  /* beyond it */
        {0.03, 0.52, YIN},     {0.97, 0.48, YANG},
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        cr_expect_eq(yin_yang_class(points[i].x, points[i].y, 0.1), points[i].class, "(%g, %g): %d",
                     points[i].x, points[i].y, yin_yang_class(points[i].x, points[i].y, 0.1));
    cr_expect_eq(yin_yang_class(0.25, 0.59, 0.05), YIN, "a smaller dot leaves the point to yin");
}

/* Turning the sign by half a circle exchanges yin and yang. */
Test(yin_yang, half_a_turn_exchanges_the_classes)
{
    size_t found[YIN_YANG_CLASSES] = {0};
    for (int i = 0; i < 97; i++)
        for (int j = 0; j < 97; j++) {
            double x = (i + 0.37) / 97, y = (j + 0.41) / 97;
            int class = yin_yang_class(x, y, 0.1), turned = yin_yang_class(1 - x, 1 - y, 0.1);
            cr_expect_eq(turned, class == YIN ? YANG : class == YANG ? YIN : class, "(%g, %g)", x, y);
            if (class != OUTSIDE) found[class]++;
        }
    for (int k = 0; k < YIN_YANG_CLASSES; k++) cr_expect_gt(found[k], 100);
}

/* The coordinates can be read back from constant currents: every point has the class that its label says. */
Test(yin_yang, classes_are_balanced_and_labels_fit_the_points)
{
    struct dataset d;
    open_data("yin_yang", &d, 4, small_currents);
    cr_expect_eq(d.info.n_inputs, 4);
    cr_expect_eq(d.info.n_classes, 3);
    for (int s = 0; s < N_SPLITS; s++) {
        size_t found[YIN_YANG_CLASSES] = {0}, n = d.info.n[s], in_order = 0;
        for (size_t i = 0; i < n; i++) {
            double v[4];
            for (size_t k = 0; k < 4; k++) {
                v[k] = data_cell(&d, (enum split)s, i, 0, k);
                cr_expect_eq(v[k], data_cell(&d, (enum split)s, i, 1, k));
            }
            cr_expect_float_eq(v[0] + v[2], 1, 1e-6);
            cr_expect_float_eq(v[1] + v[3], 1, 1e-6);
            cr_expect_eq(yin_yang_class(v[0], v[1], 0.1), d.labels[s][i]);
            found[d.labels[s][i]]++;
            in_order += d.labels[s][i] == (int)(i % YIN_YANG_CLASSES);
        }
        for (int k = 0; k < YIN_YANG_CLASSES; k++) {
            cr_expect_leq(found[k], n / 3 + 1, "split %d", s);
            cr_expect_geq(found[k], n / 3, "split %d", s);
        }
        cr_expect_lt(in_order, 2 * n / 3, "the classes come in a shuffled order");
    }
    dataset_free(&d);
}

static bool same(const struct dataset *a, enum split s, const struct dataset *b, enum split t)
{
    size_t entries = a->x[s].start[a->info.n[s] * a->info.T];
    bool equal = a->info.n[s] == b->info.n[t] && entries == b->x[t].start[b->info.n[t] * b->info.T] &&
                 memcmp(a->x[s].index, b->x[t].index, entries * sizeof(uint32_t)) == 0;
    for (size_t k = 0; equal && k < entries; k++)
        equal = spikes_value(&a->x[s], k) == spikes_value(&b->x[t], k);
    return equal;
}

static bool same_answers(const struct dataset *a, const struct dataset *b, enum split s)
{
    return a->labels[s] ? memcmp(a->labels[s], b->labels[s], a->info.n[s] * sizeof(int)) == 0
                        : memcmp(a->targets[s], b->targets[s], a->info.n[s] * sizeof(real)) == 0;
}

Test(points, the_seed_decides)
{
    static const char *const names[] = {"yin_yang", "mexican_hat"};
    static const char *const fixed[] = {
        "T=9", "n_train=60", "n_validation=30", "n_test=30", "encoding=rate", "split_seed=77", NULL};
    static const char *const other[] = {
        "T=9", "n_train=60", "n_validation=30", "n_test=30", "encoding=rate", "split_seed=78", NULL};
    for (size_t k = 0; k < 2; k++) {
        struct dataset a, b, c, f, g, h;
        open_data(names[k], &a, 1, small_currents);
        open_data(names[k], &b, 1, small_currents);
        open_data(names[k], &c, 2, small_currents);
        open_data(names[k], &f, 1, fixed);
        open_data(names[k], &g, 2, fixed);
        open_data(names[k], &h, 1, other);
        for (int s = 0; s < N_SPLITS; s++) {
            enum split at = (enum split)s;
            cr_expect(same(&a, at, &b, at) && same_answers(&a, &b, at));
            cr_expect_eq(same(&a, at, &c, at), at == SPLIT_TEST, "one test side for all seeds");
            cr_expect_eq(same_answers(&f, &g, at), at == SPLIT_TEST, "%s: split %d", names[k], s);
            cr_expect_not(same_answers(&f, &h, at), "split_seed redraws all");
            cr_expect_not(same(&f, at, &g, at), "the spikes are drawn anew all the same");
        }
        cr_expect_str_eq(a.info.sha256, c.info.sha256);
        struct dataset *all[] = {&a, &b, &c, &f, &g, &h};
        for (size_t i = 0; i < 6; i++) dataset_free(all[i]);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* No x coordinate comes twice, within a split or in two of them, or under another seed but in the test side,
 * which is the same for all. */
Test(points, splits_and_seeds_are_disjoint)
{
    static const char *const names[] = {"yin_yang", "mexican_hat"};
    for (size_t k = 0; k < 2; k++) {
        double x[2 * 451];
        size_t n = 0;
        for (uint64_t seed = 1; seed <= 2; seed++) {
            struct dataset d;
            open_data(names[k], &d, seed, small_currents);
            for (int s = 0; s < (seed == 1 ? N_SPLITS : SPLIT_TEST); s++)
                for (size_t i = 0; i < d.info.n[s]; i++) x[n++] = data_cell(&d, (enum split)s, i, 0, 0);
            dataset_free(&d);
        }
        cr_assert_eq(n, 842);
        qsort(x, n, sizeof *x, by_value);
        for (size_t i = 1; i < n; i++)
            cr_expect(REAL_SELECT(x[i] > x[i - 1], x[i] >= x[i - 1]), "%s: %g twice", names[k], x[i]);
    }
}

/* f at points that are read back from the currents, against the formula with r^2 by hand. */
Test(mexican_hat, targets_fit_the_points)
{
    static const char *const settings[] = {"T=1", "n_train=400", "encoding=current", "extent=3", NULL};
    struct dataset d;
    double least = 1, most = -1;
    open_data("mexican_hat", &d, 0, settings);
    cr_expect_eq(d.info.n_targets, 1);
    cr_expect_eq(d.info.n_classes, 0);
    cr_expect_null(d.labels[SPLIT_TRAIN]);
    for (size_t i = 0; i < 400; i++) {
        double x = 6 * data_cell(&d, SPLIT_TRAIN, i, 0, 0) - 3,
               y = 6 * data_cell(&d, SPLIT_TRAIN, i, 0, 1) - 3;
        double r = sqrt(x * x + y * y), target = (double)d.targets[SPLIT_TRAIN][i];
        cr_expect_float_eq(target, (1 - r * r / 2) * exp(-r * r / 2), 1e-5);
        least = fmin(least, target);
        most = fmax(most, target);
    }
    cr_expect_gt(most, 0.8, "the top is 1");
    cr_expect_float_eq(least, -exp(-2), 1e-3, "the brim is at -exp(-2)");
    dataset_free(&d);
}

static void encode_one(struct dataset *d, const struct point_coding *c, double x, double y, size_t T)
{
    const double xy[] = {x, y};
    memset(d, 0, sizeof *d);
    d->info = (struct dataset_info){.n_inputs = points_inputs(c, 2), .T = T, .n = {1}};
    cr_assert_eq(points_encode(c, 2, xy, 1, T, 3, SPLIT_TRAIN, &(struct dataset_common){.T = 1},
                               &d->x[SPLIT_TRAIN], &d->mem, NULL),
                 ST_OK);
}

Test(points, encodings_by_hand)
{
    struct dataset d;
    struct point_coding c = {.encoding = POINT_LATENCY, .max_rate = 0.8, .cells = 3, .cell_width = 1};
    /* T = 5, (0.75, 0): x at round(0.25 * 4) = 1, y at 4, 1-x at round(0.75 * 4) = 3, 1-y at 0. */
    static const size_t when[] = {1, 4, 3, 0};
    encode_one(&d, &c, 0.75, 0, 5);
    cr_expect_eq(d.info.n_inputs, 4);
    for (size_t t = 0; t < 5; t++)
        for (size_t i = 0; i < 4; i++)
            cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), when[i] == t ? 1 : 0, "input %zu, step %zu", i,
                         t);
    dataset_free(&d);
    c.encoding = POINT_CURRENT;
    encode_one(&d, &c, 0.75, 0, 2);
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < 4; i++)
            cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, i), ((const double[]){0.75, 0, 0.25, 1})[i]);
    dataset_free(&d);
    /* Centres 0, 0.5, 1, width 0.5: x = 0.75 is 1.5, 0.5 and 0.5 widths away, y = 0 is 0, 1 and 2. */
    static const double away[] = {1.5, 0.5, 0.5, 0, 1, 2};
    c.encoding = POINT_POPULATION;
    encode_one(&d, &c, 0.75, 0, 2);
    cr_expect_eq(d.info.n_inputs, 6);
    for (size_t i = 0; i < 6; i++)
        cr_expect_float_eq(data_cell(&d, SPLIT_TRAIN, 0, 1, i), exp(-away[i] * away[i] / 2), 1e-6);
    dataset_free(&d);
    c.cell_width = 0.5; /* y = 0 is 4 widths from the last cell: exp(-8) < 0.001 is left out */
    encode_one(&d, &c, 0.75, 0, 2);
    cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, 1, 5), 0);
    dataset_free(&d);
}

Test(points, rate_has_its_probability)
{
    enum { T = 20000 };
    static const double expected[] = {0.6, 0.08, 0.2, 0.72};
    struct dataset d;
    struct point_coding c = {.encoding = POINT_RATE, .max_rate = 0.8};
    encode_one(&d, &c, 0.75, 0.1, T);
    for (size_t i = 0; i < 4; i++) {
        double spikes = 0;
        for (size_t t = 0; t < T; t++) spikes += data_cell(&d, SPLIT_TRAIN, 0, t, i);
        cr_expect_float_eq(spikes / T, expected[i], 0.015, "input %zu: %g", i, spikes / T);
    }
    dataset_free(&d);
}

/* The estimate of the entries is within a quarter of what is there, for every encoding. */
Test(points, probe_estimates_the_entries)
{
    for (int k = 0; point_encoding_names[k]; k++) {
        char encoding[40];
        struct dataset d;
        snprintf(encoding, sizeof encoding, "encoding=%s", point_encoding_names[k]);
        open_data("mexican_hat", &d, 0, (const char *const[]){encoding, NULL});
        double entries = 0;
        for (int s = 0; s < N_SPLITS; s++) entries += (double)d.x[s].start[d.info.n[s] * d.info.T];
        cr_expect_float_eq((double)d.info.entries / entries, 1, 0.25, "%s: %zu estimated, %g there", encoding,
                           d.info.entries, entries);
        dataset_free(&d);
    }
}

Test(points, empty_splits_are_refused)
{
    static const char *const bad[] = {"n_train=0", "n_test=0"};
    static const char *const names[] = {"yin_yang", "mexican_hat"};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 2; i++) {
            struct error e = {0};
            struct dataset d;
            struct dataset_info info;
            void *options =
                data_options(catalogue_dataset(&registry, names[k]), (const char *const[]){bad[i], NULL});
            cr_expect_eq(catalogue_dataset(&registry, names[k])->probe(options, &info, &e), ST_CONFIG);
            cr_expect(strncmp(bad[i], strchr(e.text, '\'') + 1, strcspn(bad[i], "=")) == 0, "%s", e.text);
            cr_expect_eq(catalogue_dataset(&registry, names[k])->open(options, 0, &d, &e), ST_CONFIG);
            dataset_free(&d);
            free(options);
        }
}
