/* The harmonic dataset: its measurement, its samples, and its metrics against least squares by LAPACK and
 * sums by hand. */
#include "commands/registry.h"
#include "datasets/harmonic.h"
#include "support/lapack.h"
#include "tests/data_helpers.h"
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const struct grid grids[] = {{{6, 1}, {12, 1}}, {{5, 1}, {7, 1}}, {{3, 4}, {6, 5}}};
enum { GRIDS = sizeof grids / sizeof *grids, MOST = 40 };

static double complex element(const struct grid *g, size_t n, size_t c)
{
    double re, im;
    grid_element(g, n, c, &re, &im);
    return re + im * I;
}

Test(harmonic, two_dimensions_are_a_kronecker_product)
{
    for (int k = 0; k < GRIDS; k++) {
        const struct grid *g = &grids[k];
        for (size_t n = 0; n < grid_samples(g); n++)
            for (size_t c = 0; c < grid_cells(g); c++) {
                double complex wanted = 1;
                const size_t row[2] = {n / g->samples[1], n % g->samples[1]};
                const size_t cell[2] = {c / g->cells[1], c % g->cells[1]};
                for (int d = 0; d < 2; d++)
                    wanted *= cexp(2 * pi * I * (double)row[d] * (double)cell[d] / (double)g->cells[d]) /
                              sqrt((double)g->samples[d]);
                cr_expect_lt(cabs(element(g, n, c) - wanted), 1e-13, "grid %d, %zu, %zu", k, n, c);
            }
    }
}

/* A A' = (G / N) I; the columns' products depend on the difference of their cells alone. */
Test(harmonic, rows_are_orthogonal_and_correlations_toeplitz)
{
    for (int k = 0; k < GRIDS; k++) {
        const struct grid *g = &grids[k];
        const size_t N = grid_samples(g), G = grid_cells(g);
        for (size_t a = 0; a < N; a++)
            for (size_t b = 0; b < N; b++) {
                double complex sum = a == b ? -(double)G / (double)N : 0;
                for (size_t c = 0; c < G; c++) sum += element(g, a, c) * conj(element(g, b, c));
                cr_expect_lt(cabs(sum), 1e-12, "grid %d, rows %zu and %zu", k, a, b);
            }
        for (size_t i = 0; i < G; i++)
            for (size_t j = 0; j < G; j++) {
                double complex sum = 0;
                double re, im;
                for (size_t n = 0; n < N; n++) sum += conj(element(g, n, i)) * element(g, n, j);
                cr_assert_lt(grid_difference(g, i, j), grid_differences(g));
                grid_correlation(g, grid_difference(g, i, j), &re, &im);
                cr_expect_lt(cabs(sum - re - im * I), 1e-13, "grid %d, cells %zu and %zu", k, i, j);
            }
    }
}

static void open_data(struct dataset *d, const char *const *settings)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "harmonic");
    struct error e = {0};
    void *options = data_options(source, settings);
    cr_assert_eq(source->open(options, 1, d, &e), ST_OK, "%s", e.text);
    free(options);
}

static double complex target(const struct dataset *d, enum split s, size_t i, size_t c)
{
    const size_t G = d->info.n_targets / 2;
    return (double)d->targets[s][i * 2 * G + c] + I * (double)d->targets[s][i * 2 * G + G + c];
}

static size_t circle(size_t a, size_t b, size_t cells)
{
    return a > b ? circle(b, a, cells) : b - a < cells - (b - a) ? b - a : cells - (b - a);
}

static void expect_samples(const char *const *settings, const struct grid *g, size_t spacing)
{
    struct dataset d;
    size_t counts[6] = {0};
    double noise = 0, signal = 0;
    open_data(&d, settings);
    const size_t N = grid_samples(g), G = grid_cells(g);
    cr_assert(memcmp(&d.info.grid, g, sizeof *g) == 0 && d.info.n_inputs == 2 * N &&
              d.info.n_targets == 2 * G);
    for (size_t i = 0; i < d.info.n[SPLIT_TEST]; i++) {
        size_t cell[MOST], n = 0;
        double own = 0, away = 0;
        for (size_t c = 0; c < G; c++) {
            const double modulus = cabs(target(&d, SPLIT_TEST, i, c));
            if (modulus == 0) continue;
            cr_expect(modulus > 0.5 - 1e-6 && modulus < 1 + 1e-6);
            for (size_t k = 0; k < n; k++)
                cr_expect(circle(cell[k] / g->cells[1], c / g->cells[1], g->cells[0]) >= spacing ||
                          circle(cell[k] % g->cells[1], c % g->cells[1], g->cells[1]) >= spacing);
            cr_assert_lt(n, 5);
            cell[n++] = c;
        }
        counts[n]++;
        for (size_t a = 0; a < N; a++) {
            double complex clean = 0, y = data_cell(&d, SPLIT_TEST, i, 0, a) +
                                          I * data_cell(&d, SPLIT_TEST, i, 0, N + a);
            for (size_t k = 0; k < n; k++)
                clean += element(g, a, cell[k]) * target(&d, SPLIT_TEST, i, cell[k]);
            own += cabs(clean) * cabs(clean);
            away += cabs(y - clean) * cabs(y - clean);
        }
        signal += 1;
        noise += away / own;
    }
    cr_expect_eq(counts[0], 0);
    for (int n = 1; n <= 5; n++) cr_expect_gt(counts[n], 300 / 5 / 2, "%d sinusoids: %zu", n, counts[n]);
    cr_expect_float_eq(10 * log10(signal / noise), 15, 0.3);
    cr_expect_neq(data_cell(&d, SPLIT_TEST, 0, 0, 0), data_cell(&d, SPLIT_TRAIN, 0, 0, 0), "splits differ");
    dataset_free(&d);
}

Test(harmonic, samples_are_what_the_options_say)
{
    static const char *const one[] = {"samples=16",      "cells=32",   "n_train=10",
                                      "n_validation=10", "n_test=300", NULL};
    static const char *const two[] = {"samples=4",  "cells=7",         "dimensions=2", "spacing=2",
                                      "n_train=10", "n_validation=10", "n_test=300",   NULL};
    expect_samples(one, &(struct grid){{16, 1}, {32, 1}}, 2);
    expect_samples(two, &(struct grid){{4, 4}, {7, 7}}, 2);
}

Test(harmonic, sizes_that_cannot_be_are_refused_by_name)
{
    static const struct {
        const char *const settings[6];
        const char *said;
    } cases[] = {{{"samples=16", "cells=8", NULL}, "cells"},
                 {{"samples=8", "cells=16", "sources=7", "spacing=2", NULL}, "sources"},
                 {{"samples=65", "cells=65", "dimensions=2", NULL}, "samples"},
                 {{"n_train=0", NULL}, "n_train"}};
    const struct dataset_source *source = catalogue_dataset(&registry, "harmonic");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct dataset_info info;
        struct error e = {0};
        void *options = data_options(source, cases[k].settings);
        cr_expect_eq(source->probe(options, &info, &e), ST_CONFIG);
        cr_expect_not_null(strstr(e.text, cases[k].said), "%s", e.text);
        free(options);
    }
}

/* |xhat - x|^2 of least squares on the cells of x, by LAPACK's QR of the real form of A's columns. */
static double by_lapack(const struct grid *g, const real *y, const real *x)
{
    static real A[2 * MOST * 2 * MOST], b[2 * MOST], work[64 * MOST];
    size_t cell[MOST], n = 0;
    const size_t N = grid_samples(g), G = grid_cells(g);
    double error = 0;
    for (size_t c = 0; c < G; c++)
        if (x[c] != 0 || x[G + c] != 0) cell[n++] = c;
    for (size_t k = 0; k < n; k++)
        for (size_t a = 0; a < N; a++) {
            const double complex v = element(g, a, cell[k]);
            A[2 * N * k + a] = A[2 * N * (n + k) + N + a] = (real)creal(v);
            A[2 * N * k + N + a] = (real)cimag(v);
            A[2 * N * (n + k) + a] = (real)-cimag(v);
        }
    memcpy(b, y, 2 * N * sizeof *b);
    cr_assert_eq(lapack_gels(2 * N, 2 * n, A, b, work, 64 * MOST), 0);
    for (size_t k = 0; k < n; k++) {
        const double re = (double)b[k] - (double)x[cell[k]], im = (double)b[n + k] - (double)x[G + cell[k]];
        error += re * re + im * im;
    }
    return error;
}

static void first_inputs(const struct dataset *d, enum split s, size_t i, real *y)
{
    for (size_t k = 0; k < d->info.n_inputs; k++) y[k] = (real)data_cell(d, s, i, 0, k);
}

Test(harmonic, oracle_equals_least_squares_by_lapack)
{
    static const char *const settings[][8] = {
        {"samples=16", "cells=32", "n_train=50", "n_validation=1", "n_test=1", NULL},
        {"samples=4", "cells=7", "dimensions=2", "n_train=50", "n_validation=1", "n_test=1", NULL}};
    for (int k = 0; k < 2; k++) {
        struct dataset d;
        open_data(&d, settings[k]);
        for (size_t i = 0; i < 50; i++) {
            real y[2 * MOST];
            double work[10 * 11];
            const real *x = d.targets[SPLIT_TRAIN] + i * d.info.n_targets;
            first_inputs(&d, SPLIT_TRAIN, i, y);
            const double wanted = by_lapack(&d.info.grid, y, x),
                         own = harmonic_oracle(&d.info.grid, y, x, work);
            cr_expect_gt(wanted, 0);
            cr_expect_float_eq(own, wanted, REAL_SELECT(1e-10, 1e-3) * (wanted + 1e-3), "%g, not %g", own,
                               wanted);
        }
        dataset_free(&d);
    }
}

static double value(const char *name, const double *values)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "harmonic");
    for (size_t k = 0; k < source->n_metrics; k++)
        if (strcmp(source->metrics[k].name, name) == 0) return values[k];
    cr_assert_fail("there is no metric %s", name);
    return NAN;
}

Test(harmonic, metrics_by_hand)
{
    static const char *const settings[] = {"samples=16",     "cells=32", "n_train=40",
                                           "n_validation=1", "n_test=1", NULL};
    struct dataset d;
    double values[DATASET_METRICS_MOST], power = 0, error = 0, oracle = 0;
    size_t sources = 0, moved = 0;
    open_data(&d, settings);
    const size_t n = 40 * d.info.n_targets, G = d.info.n_targets / 2;
    const real *x = d.targets[SPLIT_TRAIN];
    real *scores = calloc(n, sizeof *scores);
    cr_assert_not_null(scores);
    catalogue_dataset(&registry, "harmonic")->measure(&d, SPLIT_TRAIN, scores, values);
    cr_expect_float_eq(value("nmse", values), 0, 1e-9, "an estimate of nothing");
    cr_expect_eq(value("hits", values), 0);
    for (size_t i = 0; i < n; i++) {
        scores[i] = (real)0.9 * x[i];
        power += (double)x[i] * (double)x[i];
        error += pow((double)scores[i] - (double)x[i], 2);
    }
    /* of each third sample the first sinusoid is looked for in a cell beside */
    for (size_t i = 0; i < 40; i++) {
        real y[2 * MOST];
        bool first = i % 3 == 0;
        for (size_t c = 0; c < G; c++) {
            if (cabs(target(&d, SPLIT_TRAIN, i, c)) == 0) continue;
            sources++;
            if (!first) continue;
            real *s = scores + 2 * G * i;
            const double gone = pow((double)s[c], 2) + pow((double)s[G + c], 2);
            error += pow(cabs(target(&d, SPLIT_TRAIN, i, c)), 2) + gone -
                     pow(cabs(target(&d, SPLIT_TRAIN, i, c)) - sqrt(gone), 2);
            s[(c + 1) % G] = s[c];
            s[G + (c + 1) % G] = s[G + c];
            s[c] = s[G + c] = 0;
            moved++;
            first = false;
        }
        first_inputs(&d, SPLIT_TRAIN, i, y);
        oracle += by_lapack(&d.info.grid, y, x + 2 * G * i);
    }
    catalogue_dataset(&registry, "harmonic")->measure(&d, SPLIT_TRAIN, scores, values);
    cr_expect_float_eq(value("nmse", values), 10 * log10(error / power), REAL_SELECT(1e-9, 1e-4));
    cr_expect_float_eq(value("hits", values), 1 - (double)moved / (double)sources, 1e-12);
    cr_expect_float_eq(value("nmse_oracle", values), 10 * log10(oracle / power), REAL_SELECT(1e-9, 1e-2));
    free(scores);
    dataset_free(&d);
}
