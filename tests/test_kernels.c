/* The kernels: every level of this processor gives the same bits, and those are the sums and the recursions
 * written down here as plain loops, one output after another. */
#include "network/kernels/kernels.h"
#include "support/mem.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 37, T = 7, C = 5, COLUMNS = T * C, N_SIZES = 16 };
/* Around lines and tiles of either precision. */
static const size_t sizes[N_SIZES] = {1, 5, 8, 10, 15, 16, 17, 20, 31, 36, 47, 63, 64, 65, 100, 200};

struct kernel_case {
    size_t n;
    int reset;
    bool ones, mean;
};
ParameterizedTestParameters(kernels, levels)
{
    static struct kernel_case cases[N_SIZES * 3 * 2 * 2];
    size_t k = 0;
    for (size_t i = 0; i < N_SIZES; i++)
        for (int reset = 0; reset < 3; reset++)
            for (int ones = 0; ones < 2; ones++)
                for (int mean = 0; mean < 2; mean++)
                    cases[k++] = (struct kernel_case){sizes[i], reset, ones, mean};
    return cr_make_param_array(struct kernel_case, cases, k);
}

static real *numbers(size_t n, struct mem *m, struct rng *rng)
{
    real *x = mem_reals(m, n, NULL);
    cr_assert_not_null(x);
    for (size_t i = 0; i < n; i++) x[i] = (real)rng_normal(rng);
    return x;
}

/* Lists of COLUMNS columns, about a quarter of the inputs each, and the same by input. */
struct listed {
    size_t from[COLUMNS], to[COLUMNS];
    uint32_t index[COLUMNS * INPUTS], start[INPUTS + 1], column[COLUMNS * INPUTS];
    real value[COLUMNS * INPUTS], by_input[COLUMNS * INPUTS];
};
static void draw_lists(struct listed *l, bool ones, struct rng *rng)
{
    size_t n = 0, m = 0;
    bool spikes[COLUMNS][INPUTS];
    real values[COLUMNS][INPUTS];
    for (size_t j = 0; j < COLUMNS; j++) {
        l->from[j] = n;
        for (uint32_t i = 0; i < INPUTS; i++) {
            spikes[j][i] = rng_uniform(rng) < (j == 3 ? 0 : 0.25);
            values[j][i] = ones ? R(1.0) : (real)(0.5 + rng_uniform(rng));
            if (!spikes[j][i]) continue;
            l->index[n] = i;
            l->value[n++] = values[j][i];
        }
        l->to[j] = n;
    }
    for (size_t i = 0; i < INPUTS; i++) {
        l->start[i] = (uint32_t)m;
        for (uint32_t j = 0; j < COLUMNS; j++)
            if (spikes[j][i]) {
                l->column[m] = j;
                l->by_input[m++] = values[j][i];
            }
    }
    l->start[INPUTS] = (uint32_t)m;
}

/* What a level computes of a layer, whose tiles it goes through. */
struct results {
    real *z, *product, *filtered, *dz, *D;
    uint32_t *bits;
    size_t words;
};
static void create(struct results *r, size_t n, const real *D, struct mem *m)
{
    r->z = mem_reals(m, n * COLUMNS, NULL);
    r->product = mem_reals(m, n * COLUMNS, NULL);
    r->filtered = mem_reals(m, n * C, NULL);
    r->dz = mem_reals(m, n * COLUMNS, NULL);
    r->D = mem_reals(m, n * INPUTS, NULL);
    r->words = spike_words(n) * COLUMNS;
    r->bits = mem_alloc(m, r->words, sizeof *r->bits, NULL);
    cr_assert(r->z && r->product && r->filtered && r->dz && r->D && r->bits);
    memcpy(r->D, D, n * INPUTS * sizeof *D);
    memset(r->bits, 0xff, r->words * sizeof *r->bits); /* every word must be written */
}

static const real readout_leak = R(0.7); /* not that of the layer's neurons */

struct layer {
    const struct kernel_case *c;
    struct lif lif;
    struct listed lists;
    real *W, *da, *own, *D;
    enum surrogate_kind surrogate;
    real slope;
    bool detach;
};

/* W's rows of a tile, zeros below: as the library copies them together. */
static void copy_rows(const real *W, size_t n, struct tile tile, real *to)
{
    for (size_t i = 0; i < INPUTS; i++)
        for (size_t k = 0; k < tile.width; k++)
            to[i * tile.width + k] = tile.row + k < n ? W[i * n + tile.row + k] : 0;
}

static void run(const struct kernels *k, const struct layer *l, struct results *r)
{
    static real weights[INPUTS * KERNEL_TILE], block[COLUMNS * KERNEL_TILE];
    const size_t n = l->c->n;
    const struct listed *x = &l->lists;
    const struct spike_columns in = {x->from, x->to, x->index, l->c->ones ? NULL : x->value};
    struct forward_pass product = {.n = n, .T = T, .C = C, .in = &in, .W = weights, .z = r->product};
    struct forward_pass spiking = {.n = n,
                                   .T = T,
                                   .C = C,
                                   .lif = &l->lif,
                                   .spiking = true,
                                   .in = &in,
                                   .W = weights,
                                   .z = r->z,
                                   .bits = r->bits,
                                   .filtered = r->filtered,
                                   .readout_leak = readout_leak,
                                   .mean = l->c->mean};
    struct backward_pass back = {.n = n,
                                 .T = T,
                                 .C = C,
                                 .c1 = C,
                                 .lif = &l->lif,
                                 .surrogate = l->surrogate,
                                 .slope = l->slope,
                                 .detach_reset = l->detach,
                                 .z = r->z,
                                 .da = l->da,
                                 .dz = r->dz,
                                 .readout_leak = readout_leak,
                                 .block = block};
    const struct outer_pass outer = {n,     INPUTS, x->start, x->column, l->c->ones ? NULL : x->by_input,
                                     block, r->D};
    if (l->own) {
        back.da = NULL;
        back.own = l->own;
        back.mean = l->c->mean;
    }
    for (size_t done = 0; done < n;) {
        struct tile tile = tile_after(n, done);
        copy_rows(l->W, n, tile, weights);
        product.ld = spiking.ld = tile.width;
        k->forward(&product, tile);
        k->forward(&spiking, tile);
        done = tile.row + tile.width;
    }
    for (size_t done = 0; done < n;) {
        struct tile tile = tile_after(n, done);
        k->backward(&back, tile);
        k->outer(&outer, tile);
        done = tile.row + tile.width;
    }
}

static bool bit(const struct results *r, size_t n, size_t j, size_t i)
{
    return r->bits[j * spike_words(n) + i / 32] >> i % 32 & 1;
}

/* The neuron of lif_simulate and its filter, step by step. */
static void expect_forward(const struct layer *l, const struct results *r, size_t i, size_t c)
{
    const size_t n = l->c->n;
    const struct listed *x = &l->lists;
    const real leak = l->lif.leak, theta = l->lif.threshold;
    real z = 0, a = 0, sum = 0, mean = 0;
    for (size_t t = 0; t < T; t++) {
        const size_t j = t * C + c;
        real v = 0;
        for (size_t k = x->from[j]; k < x->to[j]; k++) v += x->value[k] * l->W[x->index[k] * n + i];
        cr_assert_eq(r->product[j * n + i], v, "W x, n %zu, row %zu", n, i);
        if (l->lif.reset == RESET_SOFT)
            z = v + (leak * z - theta * a);
        else
            z = v + leak * z * (l->lif.reset == RESET_HARD ? 1 - a : 1);
        a = z > theta ? R(1.0) : R(0.0);
        cr_assert_eq(r->z[j * n + i], z, "z, n %zu, row %zu, step %zu", n, i, t);
        cr_assert_eq(bit(r, n, j, i), a > 0, "a, n %zu, row %zu, step %zu", n, i, t);
        sum = readout_leak * sum + a;
        mean += sum;
    }
    cr_assert_eq(r->filtered[c * n + i], l->c->mean ? mean / (real)T : sum);
}

/* lif_backward's lines, with the scalar derivative. */
static void expect_backward(const struct layer *l, const struct results *r, size_t i, size_t c)
{
    const size_t n = l->c->n;
    const real leak = l->lif.leak, theta = l->lif.threshold;
    real next = 0, below = 0;
    for (size_t t = T; t-- > 0;) {
        const size_t j = t * C + c;
        const real z = r->z[j * n + i], a = z > theta ? R(1.0) : R(0.0);
        if (l->own)
            below = readout_leak * below + (l->c->mean || t + 1 == T ? l->own[c * n + i] : 0);
        else
            below = l->da[j * n + i];
        real through = below, carried = leak * next;
        if (l->lif.reset == RESET_HARD) carried *= 1 - a;
        if (!l->detach && l->lif.reset == RESET_SOFT) through -= theta * next;
        if (!l->detach && l->lif.reset == RESET_HARD) through -= leak * z * next;
        next = surrogates[l->surrogate].derivative(z - theta, l->slope) * through + carried;
        cr_assert_eq(r->dz[j * n + i], next, "dz, n %zu, row %zu, step %zu, %s", n, i, t,
                     surrogates[l->surrogate].name);
    }
}

/* D += dz X', samples' steps one after another: column j of the block is (c, t), c first. */
static void expect_outer(const struct layer *l, const struct results *r, size_t i, size_t input)
{
    const size_t n = l->c->n;
    real d = l->D[input * n + i];
    for (uint32_t k = l->lists.start[input]; k < l->lists.start[input + 1]; k++) {
        const size_t c = l->lists.column[k] / T, t = l->lists.column[k] % T;
        d += l->lists.by_input[k] * r->dz[(t * C + c) * n + i];
    }
    cr_assert_eq(r->D[input * n + i], d, "D, n %zu, row %zu", n, i);
}

static void expect_same(const struct results *a, const struct results *b, size_t n, const char *level)
{
    cr_assert_eq(memcmp(a->z, b->z, n * COLUMNS * sizeof(real)), 0, "z, %s", level);
    cr_assert_eq(memcmp(a->product, b->product, n * COLUMNS * sizeof(real)), 0, "W x, %s", level);
    cr_assert_eq(memcmp(a->filtered, b->filtered, n * C * sizeof(real)), 0, "filtered, %s", level);
    cr_assert_eq(memcmp(a->dz, b->dz, n * COLUMNS * sizeof(real)), 0, "dz, %s", level);
    cr_assert_eq(memcmp(a->D, b->D, n * INPUTS * sizeof(real)), 0, "D, %s", level);
    cr_assert_eq(memcmp(a->bits, b->bits, a->words * sizeof *a->bits), 0, "bits, %s", level);
}

ParameterizedTest(struct kernel_case *c, kernels, levels)
{
    struct mem m = {0};
    struct rng rng;
    static struct layer l;
    rng_seed(&rng, 3, "kernels");
    l.c = c;
    l.lif = (struct lif){R(0.9), R(1.0), (enum reset)c->reset};
    l.surrogate = (enum surrogate_kind)(c->n % 4);
    l.slope = R(2.5);
    l.detach = c->n % 3 == 0;
    draw_lists(&l.lists, c->ones, &rng);
    l.W = numbers(c->n * INPUTS, &m, &rng);
    l.da = numbers(c->n * COLUMNS, &m, &rng);
    l.own = c->ones ? numbers(c->n * C, &m, &rng) : NULL;
    l.D = numbers(c->n * INPUTS, &m, &rng);
    struct results first, other;
    create(&first, c->n, l.D, &m);
    run(kernels_level(0), &l, &first);
    for (size_t i = 0; i < c->n; i++) {
        for (size_t k = 0; k < C; k++) {
            expect_forward(&l, &first, i, k);
            expect_backward(&l, &first, i, k);
        }
        for (size_t k = 0; k < INPUTS; k++) expect_outer(&l, &first, i, k);
    }
    for (size_t k = 1; kernels_level(k); k++) {
        create(&other, c->n, l.D, &m);
        run(kernels_level(k), &l, &other);
        expect_same(&first, &other, c->n, kernels_level(k)->name);
    }
    mem_free(&m);
}

/* The same weights and moments on all levels, and those of the update's lines. */
Test(kernels, adam_on_all_levels)
{
    enum { N = 203 };
    const struct adam_step s = {R(0.9), R(0.99), R(1e-6), R(0.01), R(0.999), R(0.05), R(1.3)};
    struct mem m = {0};
    struct rng rng;
    rng_seed(&rng, 5, "kernels");
    real *start[3] = {numbers(N, &m, &rng), numbers(N, &m, &rng), numbers(N, &m, &rng)},
         *g = numbers(N, &m, &rng);
    for (size_t i = 0; i < N; i++) start[2][i] = fabs(start[2][i]); /* second moments */
    for (size_t k = 0; kernels_level(k); k++) {
        real got[3][N];
        for (int j = 0; j < 3; j++) memcpy(got[j], start[j], sizeof got[j]);
        kernels_level(k)->adam(&s, N, got[0], g, got[1], got[2]);
        for (size_t i = 0; i < N; i++) {
            const real slope = g[i] + s.decay * start[0][i];
            const real first = s.beta1 * start[1][i] + (1 - s.beta1) * slope;
            const real second = s.beta2 * start[2][i] + (1 - s.beta2) * slope * slope;
            cr_assert_eq(got[1][i], first);
            cr_assert_eq(got[2][i], second);
            cr_assert_eq(got[0][i],
                         s.shrink * start[0][i] - s.rate * first / (sqrt(second * s.scale) + s.eps));
        }
    }
    mem_free(&m);
}

/* Tiles cover every row once as fresh ones, and never read beyond the layer but where it is narrower than a
 * line. */
Test(kernels, tiles_cover_the_rows)
{
    for (size_t n = 1; n < 5 * KERNEL_TILE; n++) {
        size_t done = 0;
        while (done < n) {
            struct tile tile = tile_after(n, done);
            cr_assert(tile.fresh == done && tile.row <= done && tile.row + tile.width > done);
            cr_assert(tile.width % KERNEL_LINE == 0 && tile.width <= KERNEL_TILE);
            cr_assert(tile.row + tile.width <= n || n < KERNEL_LINE);
            done = tile.row + tile.width;
        }
    }
}

static const struct kernels *with_level(const char *name)
{
    cr_assert_eq(name ? setenv("SPIKEBENCH_ISA", name, 1) : unsetenv("SPIKEBENCH_ISA"), 0);
    return kernels();
}

Test(kernels, environment_chooses_the_level)
{
    size_t highest = 0;
    struct error e = {0};
    for (size_t k = 0; kernels_level(k); k++) {
        cr_expect_eq(with_level(kernels_level(k)->name), kernels_level(k));
        cr_expect_str_eq(kernels_name(), kernels_level(k)->name);
        cr_expect_eq(kernels_check(&e), ST_OK);
        highest = k;
    }
    cr_expect_eq(with_level(NULL), kernels_level(highest));
    cr_expect_eq(kernels_check(&e), ST_OK);
    cr_expect_eq(with_level("sse9"), kernels_level(highest));
    cr_expect_eq(kernels_check(&e), ST_CONFIG);
    cr_expect(strstr(e.text, "sse9") && strstr(e.text, "generic"), "%s", e.text);
    with_level(NULL);
}

Test(kernels, elementwise_on_all_levels)
{
    enum { N = 1003 };
    struct mem m = {0};
    struct rng rng;
    rng_seed(&rng, 4, "kernels");
    real *x = numbers(N, &m, &rng), *y = numbers(N, &m, &rng), *sum = mem_reals(&m, N, NULL);
    uint32_t bits[N] = {0};
    size_t set = 0;
    for (size_t i = 0; i < N; i++) {
        bits[i] = (uint32_t)rng_u64(&rng);
        for (int k = 0; k < 32; k++) set += bits[i] >> k & 1;
    }
    for (size_t k = 0; kernels_level(k); k++) {
        const struct kernels *level = kernels_level(k);
        memcpy(sum, y, N * sizeof *y);
        level->add_scaled(N, R(0.3), x, sum);
        for (size_t i = 0; i < N; i++) cr_assert_eq(sum[i], y[i] + R(0.3) * x[i], "%s", level->name);
        level->scale(N, R(0.7), sum);
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(sum[i], (y[i] + R(0.3) * x[i]) * R(0.7), "%s", level->name);
        double squares = 0;
        for (size_t i = 0; i < N; i++) squares += (double)x[i] * (double)x[i];
        cr_expect_lt(fabs(level->squares(N, x) - squares), 1e-12 * squares, "%s", level->name);
        cr_expect_eq(level->squares(N, x), kernels_level(0)->squares(N, x), "%s", level->name);
        cr_expect_eq(level->count(N, bits), set, "%s", level->name);
        for (size_t i = 0; i < N; i++) sum[i] = 1;
        cr_expect(level->ones(N, sum) && level->ones(0, NULL), "%s", level->name);
        sum[N - 1] = 2;
        cr_expect(level->ones(N - 1, sum) && !level->ones(N, sum), "%s", level->name);
    }
    mem_free(&m);
}
