/* lista, ista and fista against complex arithmetic that shares no code with them: products, gradient, the
 * conditions of the minimum, few spikes. */
#include "baselines/unrolled.h"
#include "commands/registry.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
enum { N = 8, G = 12, SAMPLES = 40, LAYERS = 3, MOST = 40 };

/* ---- products ---- */

static void draw(struct rng *rng, size_t n, real *v)
{
    for (size_t i = 0; i < n; i++) v[i] = (real)rng_normal(rng);
}

static double dot(size_t n, const real *a, const real *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

/* The expanded T times a vector is the convolution of its taps, in one dimension and in two. */
Test(lista, toeplitz_product_equals_the_sum_over_taps)
{
    static const struct grid grids[] = {{{5, 1}, {9, 1}}, {{2, 3}, {4, 5}}};
    for (int k = 0; k < 2; k++) {
        const struct grid *g = &grids[k];
        const struct unrolled u = unrolled_make(g, 2, true);
        const size_t cells = u.G, taps = unrolled_size_T(&u) / 2, width = 2 * g->cells[1] - 1;
        static real T[400], M[4 * MOST * MOST], x[2 * MOST];
        struct rng rng;
        rng_seed(&rng, 3, "taps");
        draw(&rng, 2 * taps, T);
        draw(&rng, 2 * cells, x);
        unrolled_expand_T(&u, T, M);
        for (size_t i = 0; i < cells; i++) {
            double complex sum = 0, own = 0;
            for (size_t j = 0; j < cells; j++) {
                const size_t down = i / g->cells[1] + g->cells[0] - 1 - j / g->cells[1];
                const size_t across = i % g->cells[1] + g->cells[1] - 1 - j % g->cells[1],
                             at = down * width + across;
                sum += ((double)T[at] + I * (double)T[taps + at]) * ((double)x[j] + I * (double)x[cells + j]);
            }
            for (size_t j = 0; j < 2 * cells; j++)
                own +=
                    ((double)M[i + 2 * cells * j] + I * (double)M[cells + i + 2 * cells * j]) * (double)x[j];
            cr_expect_lt(cabs(own - sum), REAL_SELECT(1e-12, 1e-4), "grid %d, row %zu", k, i);
        }
    }
}

/* <expand(v), M> = <v, fold(M)> for any v and M. */
Test(lista, folds_are_the_transposes_of_expansions)
{
    static const struct grid grids[] = {{{5, 1}, {9, 1}}, {{2, 3}, {4, 5}}};
    for (int k = 0; k < 4; k++) {
        const struct unrolled u = unrolled_make(&grids[k / 2], 2, k % 2 == 0);
        static real v[2 * MOST * MOST], folded[2 * MOST * MOST], M[4 * MOST * MOST],
            expanded[4 * MOST * MOST];
        struct rng rng;
        rng_seed(&rng, 5, "folds");
        draw(&rng, 4 * u.G * u.G, M);
        draw(&rng, unrolled_size_T(&u), v);
        unrolled_expand_T(&u, v, expanded);
        unrolled_fold_T(&u, M, folded);
        cr_expect_float_eq(dot(4 * u.G * u.G, expanded, M), dot(unrolled_size_T(&u), v, folded),
                           REAL_SELECT(1e-10, 1e-2));
        draw(&rng, unrolled_size_B(&u), v);
        unrolled_expand_B(&u, v, expanded);
        unrolled_fold_B(&u, M, folded);
        cr_expect_float_eq(dot(4 * u.G * u.N, expanded, M), dot(unrolled_size_B(&u), v, folded),
                           REAL_SELECT(1e-10, 1e-2));
    }
}

/* ---- training data and plain layers ---- */

static void begin(struct toy_training *t, const char *solver, const char *options)
{
    static const char *const settings[] = {"samples=8", "cells=12",        "sources=2", "n_train=40",
                                           "snr_db=20", "n_validation=30", "n_test=1",  NULL};
    struct error e = {0};
    void *data = data_options(catalogue_dataset(&registry, "harmonic"), settings);
    memset(t, 0, sizeof *t);
    cr_assert_eq(catalogue_dataset(&registry, "harmonic")->open(data, 1, &t->data, &e), ST_OK, "%s", e.text);
    free(data);
    toy_training_create(t, solver);
    toy_training_set_all(t, options);
    /* an own network: toy_training_init makes a shared one */
    cr_assert_eq(toy_check(t->solver, t->options, &t->net_options, &t->data.info, &e), ST_OK, "%s", e.text);
    toy_training_init(t, 1);
}

static double complex part(const real *v, size_t n, size_t i)
{
    return (double)v[i] + I * (double)v[n + i];
}

static double complex measured(size_t n, size_t g)
{
    return cexp(2 * pi * I * (double)n * (double)g / G) / sqrt(N);
}

static void inputs(const struct dataset *d, enum split s, size_t i, double complex *y)
{
    for (size_t n = 0; n < N; n++) y[n] = data_cell(d, s, i, 0, n) + I * data_cell(d, s, i, 0, N + n);
}

/* z of layer k (from 0) by Toeplitz taps or a matrix. */
static void plain_layer(real *const *W, bool toeplitz, size_t k, const double complex *y,
                        const double complex *x, double complex *z)
{
    const size_t taps = toeplitz ? 2 * G - 1 : G * G;
    for (size_t i = 0; i < G; i++) {
        z[i] = 0;
        for (size_t n = 0; n < N; n++) z[i] += part(W[2] + k * 2 * G * N, G * N, i + G * n) * y[n];
        for (size_t j = 0; k > 0 && j < G; j++)
            z[i] += part(W[1] + (k - 1) * 2 * taps, taps, toeplitz ? i + G - 1 - j : i + G * j) * x[j];
    }
}

static void plain_shrink(double theta, const double complex *z, double complex *x)
{
    for (size_t i = 0; i < G; i++) x[i] = cabs(z[i]) > theta ? z[i] * (1 - theta / cabs(z[i])) : 0;
}

/* The loss of all training samples at these weights. */
static double plain_loss(const struct toy_training *t, bool toeplitz, double early)
{
    double sum = 0, power = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        double complex y[N], z[G], x[G];
        inputs(&t->data, SPLIT_TRAIN, s, y);
        for (size_t k = 0; k < LAYERS; k++) {
            plain_layer(t->net.W, toeplitz, k, y, x, z);
            plain_shrink((double)t->net.W[3][k], z, x);
            for (size_t i = 0; i < G; i++) {
                const double complex target = part(t->data.targets[SPLIT_TRAIN] + s * 2 * G, G, i);
                sum += (k + 1 == LAYERS ? 1 : early) * pow(cabs(x[i] - target), 2);
                power += k == 0 ? pow(cabs(target), 2) : 0;
            }
        }
    }
    return sum / power;
}

/* A step of plain gradient descent is -lr times the gradient: central differences of the plain loss, of
 * weights of every matrix. */
Test(lista, gradient_equals_finite_differences)
{
    for (int kind = 0; kind < 2; kind++) {
        struct toy_training t;
        const double lr = 0.01, early = 0.3;
        static real before[3][4000], after[3][4000];
        char options[200];
        (void)snprintf(options, sizeof options,
                       "layers=3 products=%s early=0.3 optimizer=sgd momentum=0 lr=0.01 batch=40",
                       kind ? "dense" : "toeplitz");
        begin(&t, "lista", options);
        cr_assert_eq(t.net.blocks, 3);
        (void)toy_training_step(&t); /* away from where layers are alike */
        for (int k = 0; k < 3; k++)
            memcpy(before[k], t.net.W[k + 1], net_block_size(&t.net, (size_t)k + 1) * sizeof(real));
        (void)toy_training_step(&t);
        for (int k = 0; k < 3; k++) {
            const size_t size = net_block_size(&t.net, (size_t)k + 1);
            memcpy(after[k], t.net.W[k + 1], size * sizeof(real));
            memcpy(t.net.W[k + 1], before[k], size * sizeof(real));
        }
        double largest = 0, worst = 0;
        for (int k = 0; k < 3; k++) {
            const size_t size = net_block_size(&t.net, (size_t)k + 1);
            for (size_t i = 0; i<size; i += size> 50 ? 7 : 1) {
                real *w = &t.net.W[k + 1][i];
                const double h = REAL_SELECT(1e-6, 1.0 / 512);
                *w = before[k][i] + (real)h;
                const double up = plain_loss(&t, kind == 0, early);
                *w = before[k][i] - (real)h;
                const double down = plain_loss(&t, kind == 0, early);
                *w = before[k][i];
                const double own = ((double)before[k][i] - (double)after[k][i]) / lr,
                             wanted = (up - down) / (2 * h);
                largest = fmax(largest, fabs(wanted));
                worst = fmax(worst, fabs(own - wanted));
            }
        }
        cr_expect_gt(largest, 0.05);
        cr_expect_lt(worst, REAL_SELECT(1e-7, 2e-2) * largest, "kind %d: %g of %g", kind, worst, largest);
        toy_training_free(&t);
    }
}

/* A step so long that thresholds would fall below zero, where they would stretch: they end at zero. */
Test(lista, thresholds_end_at_zero)
{
    struct toy_training t;
    real before[LAYERS];
    double right[LAYERS];
    int below = 0;
    begin(&t, "lista", "layers=3 early=0.3 start_lambda=0.4 optimizer=sgd momentum=0 lr=2 batch=40");
    real *theta = t.net.W[3];
    memcpy(before, theta, sizeof before);
    for (size_t k = 0; k < LAYERS; k++) {
        const double h = REAL_SELECT(1e-6, 1.0 / 512);
        theta[k] = before[k] + (real)h;
        const double up = plain_loss(&t, true, 0.3);
        theta[k] = before[k] - (real)h;
        const double slope = (up - plain_loss(&t, true, 0.3)) / (2 * h);
        theta[k] = before[k];
        right[k] = (double)before[k] - 2 * slope;
        below += right[k] < -0.01;
    }
    (void)toy_training_step(&t);
    for (size_t k = 0; k < LAYERS; k++)
        cr_expect_float_eq((double)theta[k], fmax(0, right[k]), REAL_SELECT(1e-6, 2e-2),
                           "layer %zu: %g, not %g", k, (double)theta[k], right[k]);
    cr_expect_gt(below, 0, "a threshold must be kept from falling below zero: %g %g %g", right[0], right[1],
                 right[2]);
    toy_training_free(&t);
}

/* ---- ista, fista ---- */

/* G x G and G x N complex products, of four real ones each, in all iterations but the first, and once. */
static void estimate(struct toy_training *t, const char *solver, const char *options, real *scores)
{
    struct operations counts;
    const double iterations = strtod(options + strlen("iterations="), NULL);
    begin(t, solver, options);
    (void)toy_training_step(t);
    cr_assert_eq(t->solver->predict(t->state, &t->env.train, scores, &counts, NULL), ST_OK);
    cr_expect_eq(counts.accumulations, 0);
    cr_expect_eq(counts.macs, 4 * (G * N + (iterations - 1) * G * G));
}

static double objective(const struct toy_training *t, const real *scores, double lambda)
{
    double sum = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        double complex y[N];
        inputs(&t->data, SPLIT_TRAIN, s, y);
        for (size_t n = 0; n < N; n++) {
            for (size_t i = 0; i < G; i++) y[n] -= measured(n, i) * part(scores + s * 2 * G, G, i);
            sum += pow(cabs(y[n]), 2) / 2;
        }
        for (size_t i = 0; i < G; i++) sum += lambda * cabs(part(scores + s * 2 * G, G, i));
    }
    return sum;
}

/* A'(A x - y) + lambda x / |x| = 0 where x is not 0, |A'(A x - y)| <= lambda where it is: these and nothing
 * else are the minimum of a convex function. */
Test(lista, many_iterations_reach_the_minimum)
{
    static const char *const solvers_tried[] = {"ista", "fista"};
    for (int k = 0; k < 2; k++) {
        static real scores[SAMPLES * 2 * G];
        struct toy_training t;
        estimate(&t, solvers_tried[k], "iterations=4000 candidates=1 lambda_first=0.1 lambda_last=0.1",
                 scores);
        size_t zeros = 0;
        for (size_t s = 0; s < SAMPLES; s++) {
            double complex y[N];
            const real *x = scores + s * 2 * G;
            inputs(&t.data, SPLIT_TRAIN, s, y);
            for (size_t n = 0; n < N; n++)
                for (size_t i = 0; i < G; i++) y[n] -= measured(n, i) * part(x, G, i);
            for (size_t i = 0; i < G; i++) {
                double complex slope = 0;
                for (size_t n = 0; n < N; n++) slope -= conj(measured(n, i)) * y[n];
                const double size = cabs(part(x, G, i));
                zeros += size == 0;
                if (size > 0)
                    cr_expect_lt(cabs(slope + 0.1 * part(x, G, i) / size), REAL_SELECT(1e-6, 1e-3));
                else
                    cr_expect_lt(cabs(slope), 0.1 + REAL_SELECT(1e-6, 1e-3));
            }
        }
        cr_expect_gt(zeros, SAMPLES, "the minimum is sparse");
        toy_training_free(&t);
    }
}

Test(lista, objective_falls_and_extrapolation_is_faster)
{
    static const char *const lengths[] = {"iterations=2", "iterations=8", "iterations=30"};
    static real scores[SAMPLES * 2 * G];
    double before = INFINITY;
    for (int k = 0; k < 3; k++) {
        struct toy_training a, b;
        char options[120];
        (void)snprintf(options, sizeof options, "%s candidates=1 lambda_first=0.1 lambda_last=0.1",
                       lengths[k]);
        estimate(&a, "ista", options, scores);
        const double plain = objective(&a, scores, 0.1);
        estimate(&b, "fista", options, scores);
        cr_expect_lt(plain, before);
        if (k == 1) cr_expect_lt(objective(&b, scores, 0.1), plain);
        before = plain;
        toy_training_free(&a);
        toy_training_free(&b);
    }
}

/* lambda is the best of its candidates on validation samples, by runs of one candidate each. */
Test(lista, lambda_is_chosen_on_validation)
{
    struct toy_training t, one;
    static real scores[30 * 2 * G];
    struct operations counts;
    double least = INFINITY, best = 0;
    begin(&t, "ista", "iterations=8 candidates=5 lambda_first=1 lambda_last=0.01");
    (void)toy_training_step(&t);
    for (int k = 0; k < 5; k++) {
        const double lambda = pow(10, -0.5 * k);
        char options[120];
        double error = 0;
        (void)snprintf(options, sizeof options, "iterations=8 candidates=1 lambda_first=1 lambda_last=%.17g",
                       lambda);
        begin(&one, "ista", options);
        (void)toy_training_step(&one);
        cr_assert_eq(one.solver->predict(one.state, &one.env.validation, scores, &counts, NULL), ST_OK);
        for (size_t i = 0; i < 30 * 2 * G; i++)
            error += pow((double)scores[i] - (double)one.data.targets[SPLIT_VALIDATION][i], 2);
        if (error < least) {
            least = error;
            best = lambda;
        }
        toy_training_free(&one);
    }
    cr_expect_float_eq((double)t.net.W[1][0], best, REAL_SELECT(1e-12, 1e-6));
    toy_training_free(&t);
}

/* With T, B and thresholds as they start, layers are iterations of ISTA. */
Test(lista, starts_as_ista)
{
    struct toy_training a, b;
    static real one[SAMPLES * 2 * G], other[SAMPLES * 2 * G];
    struct operations counts;
    for (int dense = 0; dense < 2; dense++) {
        estimate(&a, "ista", "iterations=3 candidates=1 lambda_first=0.2 lambda_last=0.2", one);
        begin(&b, "lista", dense ? "layers=3 start_lambda=0.2 products=dense" : "layers=3 start_lambda=0.2");
        cr_assert_eq(b.solver->predict(b.state, &b.env.train, other, &counts, NULL), ST_OK);
        for (size_t i = 0; i < SAMPLES * 2 * G; i++)
            cr_expect_float_eq((double)one[i], (double)other[i], REAL_SELECT(1e-12, 1e-5));
        cr_expect_eq(counts.macs, 4 * (3 * G * N + 2 * G * G));
        toy_training_free(&a);
        toy_training_free(&b);
    }
}

/* ---- few spikes ---- */

/* v to a multiple of A 2^-K below A, the nearest one (up = 0.5) or the next towards zero (0), and the ones of
 * its binary digits. */
static double sent(double v, double A, int K, double up, double *spikes)
{
    const double unit = ldexp(A, -K);
    long digits = (long)floor(fabs(v) / unit + up);
    if (digits >= 1L << K) digits = (1L << K) - 1;
    const double value = copysign((double)digits * unit, v);
    for (; digits > 0; digits /= 2) *spikes += (double)(digits % 2);
    return value;
}

static void plain_send(double complex *v, size_t n, double A, int K, double up, double *spikes)
{
    for (size_t i = 0; i < n; i++) {
        const double re = sent(creal(v[i]), A, K, up, spikes), im = sent(cimag(v[i]), A, K, up, spikes);
        v[i] = re + I * im;
    }
}

/* Largest parts of inputs and units on validation samples. */
static void plain_scales(const struct toy_training *t, double *A)
{
    for (size_t k = 0; k <= LAYERS; k++) A[k] = 0;
    for (size_t s = 0; s < 30; s++) {
        double complex y[N], z[G], x[G];
        inputs(&t->data, SPLIT_VALIDATION, s, y);
        for (size_t n = 0; n < N; n++) A[0] = fmax(A[0], fmax(fabs(creal(y[n])), fabs(cimag(y[n]))));
        for (size_t k = 0; k < LAYERS; k++) {
            plain_layer(t->net.W, true, k, y, x, z);
            plain_shrink((double)t->net.W[3][k], z, x);
            for (size_t i = 0; i < G; i++)
                A[k + 1] = fmax(A[k + 1], fmax(fabs(creal(x[i])), fabs(cimag(x[i]))));
        }
    }
}

static void compare_few_spikes(const char *options, double scale, double up)
{
    enum { K = 5 };
    struct toy_training t;
    static real scores[SAMPLES * 2 * G];
    struct operations counts;
    double A[LAYERS + 1], operations = 0;
    size_t apart = 0;
    begin(&t, "lista", options);
    for (int i = 0; i < 3; i++) (void)toy_training_step(&t);
    cr_assert_eq(t.solver->predict(t.state, &t.env.train, scores, &counts, NULL), ST_OK);
    plain_scales(&t, A);
    for (size_t k = 0; k <= LAYERS; k++) A[k] *= scale;
    for (size_t s = 0; s < SAMPLES; s++) {
        double complex y[N], z[G], x[G];
        double input = 0, units = 0, last = 0;
        inputs(&t.data, SPLIT_TRAIN, s, y);
        plain_send(y, N, A[0], K, up, &input);
        for (size_t k = 0; k < LAYERS; k++) {
            plain_layer(t.net.W, true, k, y, x, z);
            plain_shrink((double)t.net.W[3][k], z, x);
            plain_send(x, G, A[k + 1], K, up, k + 1 < LAYERS ? &units : &last);
        }
        operations += 2 * G * (LAYERS * input + units) / SAMPLES;
        for (size_t i = 0; i < G; i++)
            apart += cabs(x[i] - part(scores + s * 2 * G, G, i)) > REAL_SELECT(1e-9, 1e-4);
    }
    /* in float a value on the border between two multiples may go the other way */
    cr_expect_leq(apart, (size_t)REAL_SELECT(0, 5), "%s: %zu", options, apart);
    cr_expect_float_eq(counts.accumulations, operations, REAL_SELECT(1e-6, 1e-2) * operations);
    cr_expect_eq(counts.macs, 0);
    toy_training_free(&t);
}

Test(lista, few_spikes_equal_plain_loops)
{
    compare_few_spikes("layers=3 neuron=few_spikes steps=5 lr=0.01 batch=20", 1, 0.5);
    compare_few_spikes("layers=3 neuron=few_spikes steps=5 lr=0.01 batch=20 amplitude=0.5 rounding=down", 0.5,
                       0);
}

/* FFTs of 2 G points: 2 G log2(2 G) + 2 G complex products for a T, four real ones each. */
Test(lista, operations_by_hand)
{
    const struct grid grid = {{64, 1}, {128, 1}};
    const struct unrolled u = unrolled_make(&grid, 8, true);
    cr_expect_eq(unrolled_macs_dense(&u), 720896);
    cr_expect_eq(unrolled_macs_fft(&u), 8 * 4 * 128 * 64 + 7 * 4 * (256 * 8 + 256));
    cr_expect_eq(unrolled_lipschitz(&u), 2);
}

Test(lista, other_data_and_networks_are_refused)
{
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    toy_data_create(&t.data, 40, 5, 8, 3, 4);
    toy_training_create(&t, "lista");
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "lista"), "%s", e.text);
    t.data.info.n_classes = 0;
    t.data.info.n_targets = 3;
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "harmonic"), "%s", e.text);
    t.data.info.grid = (struct grid){{4, 1}, {8, 1}};
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_OK, "%s", e.text);
    t.net_options.hidden = (struct int_list){1, {30}};
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "network.hidden"), "%s", e.text);
    toy_training_free(&t);
}
