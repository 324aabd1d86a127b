/* Harmonic retrieval: a few sinusoids in noise, on a grid of frequencies, from a seed. The inputs are the
 * samples y (2 N currents, the same at every step), the targets the amplitudes x (2 G, most of them 0).
 * Noise is complex Gaussian, its power over that of the sample's own A x as snr_db says. */
#include "datasets/harmonic.h"
#include "datasets/points.h"
#include <math.h>
#include <string.h>

enum { SAMPLES_MOST = 4096, SOURCES_MOST = 100 };
static const double pi = 3.14159265358979323846;

struct harmonic_options {
    struct dataset_common common;
    long samples, cells, dimensions, sources, spacing;
    double least, snr_db;
};

#define AT(field) offsetof(struct harmonic_options, field)
static const struct option harmonic_option_list[] = {
    DATASET_COMMON_OPTIONS_FROM(struct harmonic_options, "1", "9600", "200", "1000", "made on the spot"),
    {"samples", OPT_INT, AT(samples), "64", 1, SAMPLES_MOST, 0, NULL, "samples", "N, in each dimension"},
    {"cells", OPT_INT, AT(cells), "128", 2, 4096, 0, NULL, "cells", "G, in each dimension, at least N"},
    {"dimensions", OPT_INT, AT(dimensions), "1", 1, 2, 0, NULL, "",
     "of the frequencies; 2: the measurement is a Kronecker product"},
    {"sources", OPT_INT, AT(sources), "5", 1, SOURCES_MOST, 0, NULL, "",
     "sinusoids of a sample: 1 to so many"},
    {"spacing", OPT_INT, AT(spacing), "2", 1, 4096, 0, NULL, "cells",
     "smallest distance of two of them, around the circle (2 dimensions: the larger of both distances)"},
    {"least", OPT_REAL, AT(least), "0.5", 0, 1, OPT_OPEN_LO, NULL, "",
     "moduli of the amplitudes are uniform from this to 1, phases uniform"},
    {"snr_db", OPT_REAL, AT(snr_db), "15", -100, 200, 0, NULL, "dB",
     "power of the signal over that of the noise"},
};

enum { NMSE, HITS, ORACLE, N_METRICS };
static const struct dataset_metric metric_list[N_METRICS] = {
    [NMSE] = {"nmse", "dB", "sum of |xhat - x|^2 over that of |x|^2, over all samples", true},
    [HITS] = {"hits", "",
              "share of the sinusoids whose cell is among the k largest |xhat|, k sinusoids in the sample",
              false},
    [ORACLE] = {"nmse_oracle", "dB", "nmse of least squares on the true cells, which no trainer knows", true},
};

static struct grid grid_of(const struct harmonic_options *o)
{
    const size_t N = (size_t)o->samples, G = (size_t)o->cells;
    const bool two = o->dimensions == 2;
    return (struct grid){{N, two ? N : 1}, {G, two ? G : 1}};
}

static status harmonic_probe(const void *options, struct dataset_info *info, struct error *e)
{
    const struct harmonic_options *o = options;
    const struct grid grid = grid_of(o);
    const double taken = pow(2 * (double)o->spacing - 1, (double)o->dimensions);
    struct hash h;
    if (o->cells < o->samples)
        return FAIL(e, ST_CONFIG, "option 'cells' is %ld; it must be at least 'samples', %ld", o->cells,
                    o->samples);
    if ((double)(o->sources - 1) * taken >= (double)grid_cells(&grid))
        return FAIL(e, ST_CONFIG, "option 'sources': %ld of spacing %ld may not fit on %zu cells", o->sources,
                    o->spacing, grid_cells(&grid));
    if (grid_samples(&grid) > SAMPLES_MOST)
        return FAIL(e, ST_CONFIG, "option 'samples': %zu over both dimensions; at most %d",
                    grid_samples(&grid), SAMPLES_MOST);
    *info = (struct dataset_info){.n_inputs = 2 * grid_samples(&grid),
                                  .n_targets = 2 * grid_cells(&grid),
                                  .T = (size_t)o->common.T,
                                  .grid = grid,
                                  .test_side = TEST_MADE,
                                  .valued = true};
    TRY(points_sizes(&o->common, info->n, e));
    info->entries = info->n_inputs * info->T * (info->n[0] + info->n[1] + info->n[2]);
    hash_start(&h);
    hash_add(&h, "harmonic 1", sizeof "harmonic 1");
    hash_finish(&h, info->sha256);
    return ST_OK;
}

/* ---- samples ------------------------------------------------------------------------------------------ */

static size_t around(size_t a, size_t b, size_t cells)
{
    const size_t away = a > b ? a - b : b - a;
    return away < cells - away ? away : cells - away;
}

static bool far_from_all(const struct grid *g, size_t spacing, size_t cell, const size_t *others, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const size_t d0 = around(cell / g->cells[1], others[k] / g->cells[1], g->cells[0]);
        const size_t d1 = around(cell % g->cells[1], others[k] % g->cells[1], g->cells[1]);
        if (d0 < spacing && d1 < spacing) return false;
    }
    return true;
}

/* x (2 G, real) and y (2 N): cells until they are far from each other, then amplitudes, then the noise. */
static void draw_sample(const struct harmonic_options *o, const struct grid *g, struct rng *rng, real *x,
                        double *y)
{
    const size_t N = grid_samples(g), G = grid_cells(g), n = 1 + rng_below(rng, (size_t)o->sources);
    size_t cell[SOURCES_MOST];
    double power = 0;
    memset(x, 0, 2 * G * sizeof *x);
    memset(y, 0, 2 * N * sizeof *y);
    for (size_t k = 0; k < n; k++) {
        do cell[k] = rng_below(rng, G);
        while (!far_from_all(g, (size_t)o->spacing, cell[k], cell, k));
        const double modulus = o->least + (1 - o->least) * rng_uniform(rng),
                     phase = 2 * pi * rng_uniform(rng);
        const double a = modulus * cos(phase), b = modulus * sin(phase);
        x[cell[k]] = (real)a;
        x[G + cell[k]] = (real)b;
        for (size_t i = 0; i < N; i++) {
            double re, im;
            grid_element(g, i, cell[k], &re, &im);
            y[i] += a * re - b * im;
            y[N + i] += a * im + b * re;
        }
    }
    for (size_t i = 0; i < 2 * N; i++) power += y[i] * y[i];
    const double deviation = sqrt(power / (2 * (double)N) * pow(10, -o->snr_db / 10));
    for (size_t i = 0; i < 2 * N; i++) y[i] += deviation * rng_normal(rng);
}

static status fill(const struct harmonic_options *o, struct dataset *d, enum split split, struct rng *rng,
                   double *y, struct spikes_builder *b, struct error *e)
{
    const size_t n = d->info.n[split], inputs = d->info.n_inputs;
    for (size_t i = 0; i < n; i++) {
        draw_sample(o, &d->info.grid, rng, d->targets[split] + i * d->info.n_targets, y);
        for (size_t t = 0; t < d->info.T; t++) {
            for (size_t k = 0; k < inputs; k++) TRY(spikes_add(b, (uint32_t)k, y[k], e));
            TRY(spikes_end_row(b, e));
        }
    }
    return spikes_finish(b, &d->x[split], &d->mem, e);
}

static status harmonic_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct harmonic_options *o = options;
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    TRY(harmonic_probe(options, &d->info, e));
    double *y = mem_alloc(&scratch, d->info.n_inputs, sizeof *y, e);
    status st = y ? ST_OK : ST_MEMORY;
    for (int s = 0; st == ST_OK && s < N_SPLITS; s++) {
        struct rng rng;
        struct spikes_builder b;
        dataset_split_stream(&o->common, seed, (enum split)s, &rng);
        d->targets[s] = mem_reals(&d->mem, d->info.n[s] * d->info.n_targets, e);
        st = d->targets[s] ? spikes_begin(&b, d->info.n_inputs, d->info.T, d->info.n[s], e) : ST_MEMORY;
        if (st != ST_OK) break;
        st = spikes_stream(&b, o->common.stream, e);
        if (st == ST_OK) st = fill(o, d, (enum split)s, &rng, y, &b, e);
        if (st != ST_OK) spikes_abandon(&b);
    }
    mem_free(&scratch);
    return st;
}

/* ---- metrics ------------------------------------------------------------------------------------------ */

/* A M = b in place by elimination with the largest pivot of a column; M: n x (n + 1), rows, b its last
 * column. M is a Gram matrix of distinct columns of A: not singular. */
static void solve(size_t n, double *M)
{
    const size_t w = n + 1;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(M[i * w + k]) > fabs(M[pivot * w + k])) pivot = i;
        for (size_t j = k; j < w && pivot != k; j++) {
            const double swap = M[k * w + j];
            M[k * w + j] = M[pivot * w + j];
            M[pivot * w + j] = swap;
        }
        for (size_t i = 0; i < n; i++) {
            const double factor = i == k ? 0 : M[i * w + k] / M[k * w + k];
            for (size_t j = k; j < w && factor != 0; j++) M[i * w + j] -= factor * M[k * w + j];
        }
    }
    for (size_t k = 0; k < n; k++) M[k * w + n] /= M[k * w + k];
}

static double modulus2(const real *x, size_t G, size_t cell)
{
    const double re = (double)x[cell], im = (double)x[G + cell];
    return re * re + im * im;
}

/* The cells where x is not 0; how many. */
static size_t support(const real *x, size_t G, size_t *cell)
{
    size_t n = 0;
    for (size_t c = 0; c < G; c++)
        if (modulus2(x, G, c) > 0) cell[n++] = c;
    return n;
}

double harmonic_oracle(const struct grid *g, const real *y, const real *x, double *work)
{
    const size_t N = grid_samples(g), G = grid_cells(g);
    size_t cell[SOURCES_MOST];
    const size_t k = support(x, G, cell), w = 2 * k + 1;
    double error = 0;
    for (size_t i = 0; i < k; i++) {
        double sum[2] = {0, 0};
        for (size_t j = 0; j < k; j++) {
            double re, im;
            grid_correlation(g, grid_difference(g, cell[i], cell[j]), &re, &im);
            work[i * w + j] = work[(k + i) * w + k + j] = re;
            work[i * w + k + j] = -im;
            work[(k + i) * w + j] = im;
        }
        for (size_t n = 0; n < N; n++) { /* A'y */
            double re, im;
            grid_element(g, n, cell[i], &re, &im);
            sum[0] += re * (double)y[n] + im * (double)y[N + n];
            sum[1] += re * (double)y[N + n] - im * (double)y[n];
        }
        work[i * w + 2 * k] = sum[0];
        work[(k + i) * w + 2 * k] = sum[1];
    }
    solve(2 * k, work);
    for (size_t i = 0; i < k; i++) {
        const double re = work[i * w + 2 * k] - (double)x[cell[i]];
        const double im = work[(k + i) * w + 2 * k] - (double)x[G + cell[i]];
        error += re * re + im * im;
    }
    return error;
}

/* Of the k cells where x is not 0, those among the k largest of the estimate. */
static size_t found(const real *estimate, const real *x, size_t G)
{
    size_t cell[SOURCES_MOST], hits = 0;
    const size_t k = support(x, G, cell);
    for (size_t i = 0; i < k; i++) {
        const double own = modulus2(estimate, G, cell[i]);
        size_t larger = 0;
        for (size_t c = 0; c < G; c++) larger += modulus2(estimate, G, c) > own;
        hits += own > 0 && larger < k;
    }
    return hits;
}

static double decibel(double part, double whole)
{
    return 10 * log10(part / whole);
}

static void harmonic_measure(const struct dataset *d, enum split split, const real *scores, double *values)
{
    const struct grid *g = &d->info.grid;
    const size_t G = grid_cells(g), inputs = d->info.n_inputs;
    double error = 0, power = 0, oracle = 0, hits = 0, sources = 0,
           work[2 * SOURCES_MOST * (2 * SOURCES_MOST + 1)];
    size_t cell[SOURCES_MOST];
    for (size_t i = 0; i < d->info.n[split]; i++) {
        const real *x = d->targets[split] + 2 * G * i, *estimate = scores + 2 * G * i;
        const struct spikes *y = &d->x[split];
        real first[2 * SAMPLES_MOST];
        const size_t from = y->start[i * d->info.T];
        memset(first, 0, inputs * sizeof *first);
        for (size_t k = from; k < y->start[i * d->info.T + 1]; k++) first[y->index[k]] = spikes_value(y, k);
        for (size_t c = 0; c < 2 * G; c++) {
            const double away = (double)estimate[c] - (double)x[c];
            error += away * away;
            power += (double)x[c] * (double)x[c];
        }
        oracle += harmonic_oracle(g, first, x, work);
        hits += (double)found(estimate, x, G);
        sources += (double)support(x, G, cell);
    }
    values[NMSE] = decibel(error, power);
    values[HITS] = hits / sources;
    values[ORACLE] = decibel(oracle, power);
}

const struct dataset_source dataset_harmonic = {
    .name = "harmonic",
    .summary = "harmonic retrieval: amplitudes of a few sinusoids in noise, on a grid of frequencies; made "
               "on the spot",
    .reference = "the task of arXiv 2412.04008 (seen as an abstract); sizes and noise are those of this file",
    .licence = "none: computed",
    .options = {.spans = {{harmonic_option_list, sizeof harmonic_option_list / sizeof *harmonic_option_list}},
                .size = sizeof(struct harmonic_options)},
    .metrics = metric_list,
    .n_metrics = N_METRICS,
    .probe = harmonic_probe,
    .open = harmonic_open,
    .measure = harmonic_measure,
};
