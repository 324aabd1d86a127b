/* sine, multiscale and poisson_1d: targets at points read back from currents, codes of one coordinate, splits
 * and seeds. */
#include "commands/registry.h"
#include "datasets/formula.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static const char *const names[] = {"sine", "multiscale", "poisson_1d"};
enum { N_NAMES = sizeof names / sizeof *names };

static void open_data(const char *name, struct dataset *d, uint64_t seed, const char *const *settings)
{
    struct error e = {0};
    void *options = data_options(catalogue_dataset(&registry, name), settings);
    cr_assert_eq(catalogue_dataset(&registry, name)->open(options, seed, d, &e), ST_OK, "%s", e.text);
    free(options);
}

static double first_input(const struct dataset *d, enum split s, size_t i)
{
    return data_cell(d, s, i, 0, 0);
}

/* Every target of all splits, against `formula`. */
static void expect_targets(const char *name, const char *const *settings, double (*formula)(double x))
{
    struct dataset d;
    open_data(name, &d, 3, settings);
    cr_expect_eq(d.info.n_targets, 1);
    cr_expect_eq(d.info.n_classes, 0);
    cr_expect_eq(d.info.n_inputs, 2, "x and 1 - x");
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t i = 0; i < d.info.n[s]; i++) {
            const double x = first_input(&d, (enum split)s, i);
            cr_expect(x >= 0 && x <= 1);
            cr_expect_float_eq(data_cell(&d, (enum split)s, i, 0, 1), 1 - x, 1e-6);
            cr_expect_float_eq((double)d.targets[s][i], formula(x), REAL_SELECT(1e-12, 1e-5), "%s at %g",
                               name, x);
        }
    dataset_free(&d);
}

static double two_periods(double x)
{
    return sin(4 * PI * x);
}

/* sin(a) + sin(b) by the sum of complex powers' imaginary parts would be the same: written out by halves. */
static double slow_and_fast(double x)
{
    return 2 * sin(PI * x) * cos(PI * x) + 0.5 * sin(10 * PI * x);
}

static double third_wave(double x)
{
    const double s = sin(PI * x);
    return s + 2 * (3 * s - 4 * s * s * s); /* sin 3a = 3 sin a - 4 sin^3 a */
}

Test(formula, targets_fit_the_points)
{
    static const char *const sine[] = {"T=1", "n_train=200", "encoding=current", "cycles=2", NULL};
    static const char *const multiscale[] = {"T=1",     "n_train=200", "encoding=current",
                                             "ratio=5", "share=0.5",   NULL};
    static const char *const poisson[] = {"T=1",    "n_train=200", "encoding=current",
                                          "mode=3", "share=2",     NULL};
    expect_targets("sine", sine, two_periods);
    expect_targets("multiscale", multiscale, slow_and_fast);
    expect_targets("poisson_1d", poisson, third_wave);
}

static int by_point(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* -u'' of the targets, by second differences of three near points, is the right-hand side. */
Test(formula, poisson_targets_solve_the_equation)
{
    static const char *const settings[] = {"T=1", "n_train=3000", "encoding=current", NULL};
    struct dataset d;
    static double at[3000][2];
    size_t looked = 0;
    double edge = 1;
    if (sizeof(real) == sizeof(float)) return; /* second differences cancel */
    open_data("poisson_1d", &d, 1, settings);
    for (size_t i = 0; i < 3000; i++) {
        at[i][0] = first_input(&d, SPLIT_TRAIN, i);
        at[i][1] = (double)d.targets[SPLIT_TRAIN][i];
    }
    qsort(at, 3000, sizeof *at, by_point);
    for (size_t i = 1; i + 1 < 3000; i++) {
        const double x = at[i][0], left = x - at[i - 1][0], right = at[i + 1][0] - x;
        if (left < 2e-4 || right < 2e-4 || left > 1e-3 || right > 1e-3) continue;
        const double second =
            2 * ((at[i + 1][1] - at[i][1]) / right - (at[i][1] - at[i - 1][1]) / left) / (left + right);
        const double force = PI * PI * sin(PI * x) + 0.25 * 16 * PI * PI * sin(4 * PI * x);
        cr_expect_float_eq(-second, force, 0.5, "at %g: %g, %g", x, -second, force);
        looked++;
    }
    cr_expect_gt(looked, 300);
    edge = fmax(fabs(at[0][1] / at[0][0]), fabs(at[2999][1] / (1 - at[2999][0])));
    cr_expect_lt(edge, 2 * PI + 0.1, "u is 0 at both ends: %g", edge);
    dataset_free(&d);
}

/* The code of one coordinate: two mirrored inputs, or the cells of x alone. */
Test(formula, codes_of_one_coordinate)
{
    static const char *const population[] = {"T=2", "n_train=20", "cells=5", NULL};
    static const char *const latency[] = {"T=9", "n_train=20", "encoding=latency", NULL};
    struct dataset d, currents;
    static const char *const current[] = {"T=1", "n_train=20", "encoding=current", NULL};
    open_data("sine", &currents, 2, current);
    open_data("sine", &d, 2, population);
    cr_expect_eq(d.info.n_inputs, 5);
    for (size_t i = 0; i < 20; i++)
        for (size_t c = 0; c < 5; c++) {
            const double away = (first_input(&currents, SPLIT_TRAIN, i) - (double)c / 4) * 4;
            const double value = exp(-away * away / 2);
            cr_expect_float_eq(data_cell(&d, SPLIT_TRAIN, i, 1, c), value < 1e-3 ? 0 : value, 1e-5);
        }
    dataset_free(&d);
    open_data("sine", &d, 2, latency);
    cr_expect_eq(d.info.n_inputs, 2);
    for (size_t i = 0; i < 20; i++) {
        const double x = first_input(&currents, SPLIT_TRAIN, i);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, i, (size_t)lround((1 - x) * 8), 0), 1);
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, i, (size_t)lround(x * 8), 1), 1);
    }
    dataset_free(&d);
    dataset_free(&currents);
}

/* No point twice, within a split, in two of them or under another seed, but in the test side, which is the
 * same for all; the same seed gives the same data. */
Test(formula, splits_and_seeds_are_disjoint)
{
    static const char *const settings[] = {"T=1",       "n_train=301",      "n_validation=90",
                                           "n_test=60", "encoding=current", NULL};
    for (size_t k = 0; k < N_NAMES; k++) {
        double x[2 * 451];
        size_t n = 0;
        struct dataset d[2], again;
        for (int seed = 0; seed < 2; seed++) {
            open_data(names[k], &d[seed], (uint64_t)seed + 1, settings);
            for (int s = 0; s < (seed == 0 ? N_SPLITS : SPLIT_TEST); s++)
                for (size_t i = 0; i < d[seed].info.n[s]; i++)
                    x[n++] = first_input(&d[seed], (enum split)s, i);
        }
        cr_assert_eq(n, 842);
        qsort(x, n, sizeof *x, by_point);
        for (size_t i = 1; i < n; i++)
            cr_expect(REAL_SELECT(x[i] > x[i - 1], x[i] >= x[i - 1]), "%s: %g twice", names[k], x[i]);
        open_data(names[k], &again, 1, settings);
        for (size_t i = 0; i < 60; i++) {
            cr_expect_eq(first_input(&d[0], SPLIT_TEST, i), first_input(&d[1], SPLIT_TEST, i));
            cr_expect_eq(first_input(&d[0], SPLIT_TRAIN, i), first_input(&again, SPLIT_TRAIN, i));
            cr_expect_eq(d[0].targets[SPLIT_TRAIN][i], again.targets[SPLIT_TRAIN][i]);
        }
        cr_expect_str_eq(d[0].info.sha256, d[1].info.sha256);
        dataset_free(&again);
        for (int seed = 0; seed < 2; seed++) dataset_free(&d[seed]);
    }
}

Test(formula, datasets_are_told_apart_and_empty_splits_refused)
{
    struct dataset_info info[N_NAMES];
    for (size_t k = 0; k < N_NAMES; k++) {
        struct error e = {0};
        const struct dataset_source *source = catalogue_dataset(&registry, names[k]);
        void *options = data_options(source, (const char *const[]){"n_train=40", NULL});
        cr_assert_eq(source->probe(options, &info[k], &e), ST_OK, "%s", e.text);
        for (size_t other = 0; other < k; other++) cr_expect_str_neq(info[k].sha256, info[other].sha256);
        free(options);
        options = data_options(source, (const char *const[]){"n_test=0", NULL});
        cr_expect_eq(source->probe(options, &info[k], &e), ST_CONFIG);
        cr_expect(strstr(e.text, "n_test") != NULL, "%s", e.text);
        free(options);
        options = data_options(source, (const char *const[]){"n_test=1", NULL});
        cr_assert_eq(source->probe(options, &info[k], &e), ST_OK);
        free(options);
    }
}
