/* Sparse spike tensors: products against plain sums, both ways of computing them. */
#include "network/tiled_products.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

struct shape {
    size_t inputs, T, C, rows;
    double density; /* share of cells with an entry */
};

ParameterizedTestParameters(spikes, products_equal_plain_sums)
{
    static struct shape shapes[] = {{6, 4, 5, 3, 0.05},   {6, 4, 5, 3, 0.5},    {300, 9, 11, 4, 0.05},
                                    {300, 9, 11, 4, 0.2}, {128, 16, 4, 5, 1.0}, {129, 5, 13, 1, 0.9},
                                    {257, 1, 3, 2, 1.0},  {1, 3, 70, 2, 0.5},   {300, 9, 11, 4, 0.125}};
    return cr_make_param_array(struct shape, shapes, sizeof shapes / sizeof *shapes);
}

/* C + 3 samples, taken in descending order; returns their batch. */
static struct batch make_batch(const struct shape *s, struct spikes *x, size_t *samples, struct mem *m)
{
    struct spikes_builder b;
    struct rng rng;
    size_t n = s->C + 3;
    rng_seed(&rng, 7, "test");
    cr_assert_eq(spikes_begin(&b, s->inputs, s->T, n, NULL), ST_OK);
    for (size_t row = 0; row < n * s->T; row++) {
        for (uint32_t i = 0; i < s->inputs; i++)
            if (rng_uniform(&rng) < s->density)
                cr_assert_eq(spikes_add(&b, i, 0.5 + rng_uniform(&rng), NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, x, m, NULL), ST_OK);
    for (size_t i = 0; i < n; i++) samples[i] = n - 1 - i;
    return (struct batch){x, samples, n, NULL, NULL};
}

static real *numbers(size_t n, struct mem *m, struct rng *rng)
{
    real *v = mem_reals(m, n, NULL);
    cr_assert_not_null(v);
    for (size_t i = 0; i < n; i++) v[i] = (real)(rng_uniform(rng) - 0.5);
    return v;
}

/* start + sum_k a[k * a_step] * b[k * b_step] against `got`, within rounding of the terms' magnitude. */
static void expect_sum(double got, double start, size_t n, const real *a, size_t a_step, const real *b,
                       size_t b_step, const char *what)
{
    double sum = start, scale = fabs(start) + 1;
    for (size_t k = 0; k < n; k++) {
        double term = (double)a[k * a_step] * (double)b[k * b_step];
        sum += term;
        scale += fabs(term);
    }
    cr_assert_lt(fabs(got - sum), scale * REAL_SELECT(1e-13, 1e-5), "%s: %.17g instead of %.17g", what, got,
                 sum);
}

ParameterizedTest(struct shape *s, spikes, products_equal_plain_sums)
{
    struct mem m = {0};
    struct spikes x;
    struct rng rng;
    size_t samples[100], n = s->rows, in = s->inputs, columns = s->T * s->C;
    struct batch b = make_batch(s, &x, samples, &m);
    rng_seed(&rng, 8, "test");
    real *W = numbers(n * in, &m, &rng), *V = numbers(n * columns, &m, &rng), *D = numbers(n * in, &m, &rng),
         *G = numbers(in * in, &m, &rng), *X = numbers(in * columns, &m, &rng);
    real *D0 = mem_reals(&m, n * in, NULL), *G0 = mem_reals(&m, in * in, NULL);
    cr_assert(D0 && G0);
    for (size_t i = 0; i < n * in; i++) D0[i] = D[i];
    for (size_t i = 0; i < in * in; i++) G0[i] = G[i];
    spikes_dense(&b, 2, s->C, X);
    spikes_times_weights(&b, 2, s->C, W, n, V);
    spikes_outer(&b, 2, s->C, V, n, D);
    spikes_gram(&b, 2, s->C, G);
    for (size_t c = 0; c < columns; c++)
        for (size_t o = 0; o < n; o++)
            expect_sum((double)V[c * n + o], 0, in, W + o, n, X + c * in, 1, "V = W X");
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < n; o++)
            expect_sum((double)D[i * n + o], (double)D0[i * n + o], columns, V + o, n, X + i, in, "D + V X'");
    for (size_t j = 0; j < in; j++)
        for (size_t i = 0; i < in; i++)
            if (i >= j)
                expect_sum((double)G[j * in + i], (double)G0[j * in + i], columns, X + i, in, X + j, in,
                           "G + X X'");
            else
                cr_assert_eq(G[j * in + i], G0[j * in + i], "the upper triangle is not touched");
    mem_free(&m);
}

/* What X holds is what was added, for samples picked by a list. */
Test(spikes, dense_blocks)
{
    struct spikes_builder build;
    struct spikes x;
    struct mem m = {0};
    real X[2 * 2 * 2];
    size_t samples[] = {2, 0};
    cr_assert_eq(spikes_begin(&build, 2, 2, 3, NULL), ST_OK);
    for (uint32_t row = 0; row < 6; row++) {
        cr_assert_eq(spikes_add(&build, row % 2, row + 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&build, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&build, &x, &m, NULL), ST_OK);
    struct batch b = {&x, samples, 2, NULL, NULL};
    spikes_dense(&b, 0, 2, X);
    /* columns: (t 0, sample 2), (t 0, sample 0), (t 1, sample 2), (t 1, sample 0) */
    const double expected[] = {5, 0, 1, 0, 0, 6, 0, 2};
    for (size_t i = 0; i < 8; i++) cr_expect_eq((double)X[i], expected[i], "%zu", i);
    cr_expect_eq(spikes_nonzero(&b), 4);
    mem_free(&m);
}

/* Blocks of one sample with 4 and with 6 of 16 cells filled, and both together. */
Test(spikes, blocks_are_written_out_above_the_border)
{
    struct spikes_builder build;
    struct spikes x;
    struct mem m = {0};
    cr_assert_eq(spikes_begin(&build, 16, 1, 2, NULL), ST_OK);
    for (uint32_t row = 0; row < 2; row++) {
        for (uint32_t i = 0; i < 4 + 2 * row; i++) cr_assert_eq(spikes_add(&build, i, 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&build, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&build, &x, &m, NULL), ST_OK);
    struct batch b = {.x = &x, .n = 2};
    cr_expect_not(spikes_as_dense(&b, 0, 1), "4 of 16");
    cr_expect(spikes_as_dense(&b, 1, 1), "6 of 16");
    cr_expect_not(spikes_as_dense(&b, 0, 2), "10 of 32");
    for (size_t cells = 0; cells < 1000; cells++) {
        cr_expect_not(spikes_are_dense(spikes_most_listed(cells), cells));
        cr_expect(spikes_are_dense(spikes_most_listed(cells) + 1, cells));
    }
    mem_free(&m);
}

/* Rows of one entry, all of them 1 but that of row `other`; more entries than the builder takes at first. */
static void one_but(struct spikes *x, size_t rows, size_t other, struct mem *m)
{
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, 3, rows, 1, NULL), ST_OK);
    for (size_t row = 0; row < rows; row++) {
        cr_assert_eq(spikes_add(&b, (uint32_t)(row % 3), row == other ? 2 : 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, x, m, NULL), ST_OK);
}

Test(spikes, ones_are_not_stored)
{
    enum { ROWS = 9000 };
    struct mem m = {0};
    struct spikes x;
    one_but(&x, ROWS, ROWS, &m);
    cr_expect_null(x.value);
    const size_t others[] = {0, 4095, 4096, 5000, ROWS - 1};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        one_but(&x, ROWS, others[i], &m);
        cr_assert_not_null(x.value);
        for (size_t k = 0; k < ROWS; k++)
            cr_assert_eq(spikes_value(&x, k), k == others[i] ? R(2.0) : R(1.0), "entry %zu of %zu", k,
                         others[i]);
    }
    mem_free(&m);
}

/* The same tensor with its ones written out gives the same bits, below the border and above it. */
Test(spikes, products_without_values_are_those_with_ones)
{
    enum { INPUTS = 20, ROWS = 6, WIDE = 70 };
    const double shares[] = {0.2, 0.6};
    struct rng rng;
    rng_seed(&rng, 5, "ones");
    for (size_t s = 0; s < 2; s++)
        for (size_t n = 3; n <= WIDE; n += WIDE - 3) {
            struct mem m = {0};
            struct spikes_builder build;
            struct spikes x[2];
            real *out[2][3], *W = mem_reals(&m, WIDE * INPUTS, NULL);
            for (size_t i = 0; i < n * INPUTS; i++) W[i] = (real)rng_normal(&rng);
            cr_assert_eq(spikes_begin(&build, INPUTS, 2, ROWS / 2, NULL), ST_OK);
            for (size_t row = 0; row < ROWS; row++) {
                for (uint32_t i = 0; i < INPUTS; i++)
                    if (rng_uniform(&rng) < shares[s]) cr_assert_eq(spikes_add(&build, i, 1, NULL), ST_OK);
                cr_assert_eq(spikes_end_row(&build, NULL), ST_OK);
            }
            cr_assert_eq(spikes_finish(&build, &x[0], &m, NULL), ST_OK);
            x[1] = x[0];
            x[1].value = mem_reals(&m, x[0].start[ROWS], NULL);
            for (size_t k = 0; k < x[0].start[ROWS]; k++) x[1].value[k] = R(1.0);
            const size_t sizes[3] = {n * ROWS, n * INPUTS, (size_t)INPUTS * INPUTS};
            for (size_t i = 0; i < 2; i++) {
                const struct batch b = {.x = &x[i], .n = ROWS / 2};
                for (size_t k = 0; k < 3; k++) out[i][k] = mem_reals(&m, sizes[k], NULL);
                spikes_times_weights(&b, 0, ROWS / 2, W, n, out[i][0]);
                spikes_outer(&b, 0, ROWS / 2, out[i][0], n, out[i][1]);
                spikes_gram(&b, 0, ROWS / 2, out[i][2]);
            }
            for (size_t k = 0; k < 3; k++)
                cr_expect_eq(memcmp(out[0][k], out[1][k], sizes[k] * sizeof(real)), 0,
                             "product %zu of %zu rows", k, n);
            mem_free(&m);
        }
}

/* Samples first .. first+C-1 of a batch in another order than the data's. */
static void same_bits_by_tiles(struct lists *lists, const struct batch *b, size_t first, size_t C, size_t n,
                               struct rng *rng)
{
    const size_t columns = b->x->T * C, weights = n * b->x->n_inputs;
    struct mem m = {0};
    real *W = mem_reals(&m, weights, NULL), *V = mem_reals(&m, n * columns, NULL),
         *tiled_V = mem_reals(&m, n * columns, NULL), *D = mem_reals(&m, weights, NULL),
         *tiled_D = mem_reals(&m, weights, NULL);
    for (size_t i = 0; i < weights; i++) W[i] = tiled_D[i] = D[i] = (real)rng_normal(rng);
    spikes_times_weights(b, first, C, W, n, V);
    tiled_times_weights(lists, b, first, C, W, n, tiled_V);
    cr_expect_eq(memcmp(V, tiled_V, n * columns * sizeof *V), 0, "forwards, %zu rows", n);
    spikes_outer(b, first, C, V, n, D);
    tiled_outer(lists, b, first, C, V, n, tiled_D);
    cr_expect_eq(memcmp(D, tiled_D, weights * sizeof *D), 0, "back, %zu rows", n);
    mem_free(&m);
}

Test(spikes, products_by_tiles_have_the_same_bits)
{
    enum { INPUTS = 37, T = 40, N = 36, FIRST = 3, C = 30 }; /* more columns than one group of lists */
    const double shares[] = {0.001, 0.1, 0.6};
    const size_t widths[] = {1, 5, 33, 100};
    size_t samples[N];
    struct rng rng;
    rng_seed(&rng, 8, "tiles");
    for (size_t i = 0; i < N; i++) samples[i] = (i * 7 + 2) % N;
    for (size_t k = 0; k < 2 * sizeof shares / sizeof *shares; k++) {
        struct mem m = {0};
        struct spikes_builder build;
        struct spikes x;
        struct lists lists;
        cr_assert_eq(spikes_begin(&build, INPUTS, T, N, NULL), ST_OK);
        for (size_t row = 0; row < N * T; row++) {
            for (uint32_t i = 0; i < INPUTS; i++)
                if (rng_uniform(&rng) < shares[k / 2])
                    cr_assert_eq(spikes_add(&build, i, k % 2 ? rng_normal(&rng) : 1, NULL), ST_OK);
            cr_assert_eq(spikes_end_row(&build, NULL), ST_OK);
        }
        cr_assert_eq(spikes_finish(&build, &x, &m, NULL), ST_OK);
        cr_assert_eq(lists_create(&lists, INPUTS, 0, T, C, &m, NULL), ST_OK);
        const struct batch b = {.x = &x, .samples = samples, .n = N};
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
            same_bits_by_tiles(&lists, &b, FIRST, C, widths[w], &rng);
        mem_free(&m);
    }
}

Test(spikes, builder_refuses_wrong_rows)
{
    struct spikes_builder b;
    struct spikes x;
    struct mem mem = {0};
    cr_assert_eq(spikes_begin(&b, 3, 1, 1, NULL), ST_OK);
    cr_expect_eq(spikes_add(&b, 3, 1, NULL), ST_INTERNAL);
    cr_expect_eq(spikes_add(&b, 1, 1, NULL), ST_OK);
    cr_expect_eq(spikes_add(&b, 1, 1, NULL), ST_INTERNAL);
    cr_expect_eq(spikes_finish(&b, &x, &mem, NULL), ST_INTERNAL);
    mem_free(&mem);
}
