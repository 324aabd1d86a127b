/* Augmentation: what each option does to known samples, streams, and that nothing else changes. */
#include "commands/registry.h"
#include "datasets/augment.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { W = 5, H = 4, CHANNELS = 2, INPUTS = W * H * CHANNELS, STEPS = 30, SAMPLES = 40 };
static const struct augment_shape shape = {CHANNELS, W, H, true};

/* Samples of `per_step` events a step, drawn here; the value of each is `value`. */
static void make_samples(struct mem *m, struct spikes *x, double rate, double value)
{
    struct spikes_builder b;
    struct rng rng;
    rng_seed(&rng, 5, "test");
    cr_assert_eq(spikes_begin(&b, INPUTS, STEPS, SAMPLES, NULL), ST_OK);
    for (size_t row = 0; row < STEPS * SAMPLES; row++) {
        for (uint32_t i = 0; i < INPUTS; i++)
            if (rng_uniform(&rng) < rate) cr_assert_eq(spikes_add(&b, i, value, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, x, m, NULL), ST_OK);
}

static void augment(struct augmented *a, const struct spikes *x, const struct augment_options *o,
                    uint64_t epoch, size_t threads)
{
    const struct augment_source source = {x, o, &shape, 11, epoch};
    struct pool *pool = NULL;
    struct error e = {0};
    cr_assert_eq(pool_create(&pool, threads, &e), ST_OK, "%s", e.text);
    cr_assert_eq(augment_make(a, &source, pool, &e), ST_OK, "%s", e.text);
    pool_free(pool);
    cr_assert(a->x.T == x->T && a->x.n_samples == x->n_samples && a->x.n_inputs == x->n_inputs);
    for (size_t row = 0; row < STEPS * SAMPLES; row++)
        for (size_t k = a->x.start[row]; k < a->x.start[row + 1]; k++)
            cr_assert(a->x.index[k] < INPUTS && (k == a->x.start[row] || a->x.index[k - 1] < a->x.index[k]));
}

static double cell(const struct spikes *x, size_t n, size_t t, size_t input)
{
    for (size_t k = x->start[n * x->T + t]; k < x->start[n * x->T + t + 1]; k++)
        if (x->index[k] == input) return (double)spikes_value(x, k);
    return 0;
}

static double sum_of(const struct spikes *x)
{
    double sum = 0;
    for (size_t k = 0; k < x->start[x->T * x->n_samples]; k++) sum += (double)spikes_value(x, k);
    return sum;
}

static bool same(const struct spikes *a, const struct spikes *b)
{
    const size_t rows = a->T * a->n_samples, n = a->start[rows];
    if (memcmp(a->start, b->start, (rows + 1) * sizeof *a->start) != 0) return false;
    for (size_t k = 0; k < n; k++)
        if (a->index[k] != b->index[k] || spikes_value(a, k) != spikes_value(b, k)) return false;
    return true;
}

Test(augment, nothing_asked_changes_nothing)
{
    static const struct augment_options none = {.shift = 0};
    struct mem m = {0};
    struct spikes x;
    struct augmented a = {.capacity = 0};
    make_samples(&m, &x, 0.2, 3);
    cr_expect_not(augment_asked(&none));
    augment(&a, &x, &none, 7, 1);
    cr_expect(same(&a.x, &x));
    augment_free(&a);
    mem_free(&m);
}

/* Each sample is, as a whole, the old one moved by some dx, dy and mirrored or not; all motions occur. */
Test(augment, motions_against_all_of_them)
{
    static const struct augment_options o = {.shift = 1, .flip = true};
    struct mem m = {0};
    struct spikes x;
    struct augmented a = {.capacity = 0};
    size_t seen[3][3][2] = {{{0}}};
    make_samples(&m, &x, 0.3, 2);
    for (uint64_t epoch = 0; epoch < 10; epoch++) {
        augment(&a, &x, &o, epoch, 1);
        for (size_t n = 0; n < SAMPLES; n++) {
            size_t fits = 0;
            for (long dx = -1; dx <= 1; dx++)
                for (long dy = -1; dy <= 1; dy++)
                    for (size_t flip = 0; flip < 2; flip++) {
                        bool fit = true;
                        for (size_t t = 0; t < STEPS && fit; t++)
                            for (long i = 0; i < INPUTS && fit; i++) {
                                const long u = i % W - dx, y = i / W % H - dy, from = flip ? W - 1 - u : u;
                                const bool inside = u >= 0 && u < W && y >= 0 && y < H;
                                const double old =
                                    inside ? cell(&x, n, t, (size_t)((i / (W * H) * H + y) * W + from)) : 0;
                                fit = cell(&a.x, n, t, (size_t)i) == old;
                            }
                        fits += fit;
                        seen[dx + 1][dy + 1][flip] += fit;
                    }
            cr_expect_eq(fits, 1, "sample %zu of epoch %zu is the old one moved in %zu ways", n,
                         (size_t)epoch, fits);
        }
    }
    for (size_t k = 0; k < 18; k++)
        cr_expect_geq(seen[k / 6][k / 2 % 3][k % 2], 5, "400 samples over 18 motions");
    augment_free(&a);
    mem_free(&m);
}

/* Of N events each is dropped with probability p: the mean is within five standard deviations, and no cell
 * gains. */
Test(augment, dropping_is_binomial)
{
    static const struct augment_options o = {.drop = 0.25};
    struct mem m = {0};
    struct spikes x;
    struct augmented a = {.capacity = 0};
    make_samples(&m, &x, 0.2, 4);
    augment(&a, &x, &o, 0, 1);
    const double all = sum_of(&x), left = sum_of(&a.x);
    cr_expect_lt(fabs(left - 0.75 * all), 5 * sqrt(all * 0.25 * 0.75), "%g of %g", left, all);
    size_t parts[5] = {0};
    for (size_t n = 0; n < SAMPLES; n++)
        for (size_t t = 0; t < STEPS; t++)
            for (size_t i = 0; i < INPUTS; i++) {
                const double before = cell(&x, n, t, i), after = cell(&a.x, n, t, i);
                cr_assert(after <= before && after == floor(after));
                if (before > 0) parts[(int)after]++;
            }
    const double n = all / 4, p[5] = {1. / 256, 12. / 256, 54. / 256, 108. / 256, 81. / 256};
    for (size_t k = 0; k < 5; k++)
        cr_expect_lt(fabs((double)parts[k] - n * p[k]), 5 * sqrt(n * p[k]), "%zu of 4 left: %zu, %g", k,
                     parts[k], n * p[k]);
    augment_free(&a);
    mem_free(&m);
}

/* One event in the middle of each sample: where it goes has the deviation asked for; input and number stay.
 */
Test(augment, jitter_moves_in_time_alone)
{
    static const struct augment_options o = {.jitter = 2};
    enum { EPOCHS = 100 };
    struct mem m = {0};
    struct spikes x;
    struct spikes_builder b;
    struct augmented a = {.capacity = 0};
    double sum = 0, squares = 0;
    cr_assert_eq(spikes_begin(&b, INPUTS, STEPS, SAMPLES, NULL), ST_OK);
    for (size_t row = 0; row < STEPS * SAMPLES; row++) {
        if (row % STEPS == STEPS / 2) cr_assert_eq(spikes_add(&b, 7, 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &x, &m, NULL), ST_OK);
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        augment(&a, &x, &o, epoch, 1);
        for (size_t row = 0; row < STEPS * SAMPLES; row++)
            for (size_t k = a.x.start[row]; k < a.x.start[row + 1]; k++) {
                const double moved = (double)(row % STEPS) - STEPS / 2;
                cr_expect_eq(a.x.index[k], 7);
                sum += moved;
                squares += moved * moved;
            }
        cr_expect_eq(a.x.start[STEPS * SAMPLES], SAMPLES, "seven deviations from either end");
    }
    const double n = SAMPLES * EPOCHS, variance = 4 + 1.0 / 12; /* of a rounded normal */
    cr_expect_lt(fabs(sum / n), 5 * sqrt(variance / n));
    cr_expect_lt(fabs(squares / n - variance), 5 * variance * sqrt(2 / n), "%g", squares / n);
    augment_free(&a);
    mem_free(&m);
}

/* Poisson: mean and variance are those asked for; all cells are reached alike. */
Test(augment, noise_is_poisson)
{
    static const struct augment_options o = {.noise = 12};
    enum { EPOCHS = 50 };
    struct mem m = {0};
    struct spikes x;
    struct augmented a = {.capacity = 0};
    double squares = 0, all = 0, halves[2] = {0};
    make_samples(&m, &x, 0, 1);
    for (uint64_t epoch = 0; epoch < EPOCHS; epoch++) {
        augment(&a, &x, &o, epoch, 1);
        for (size_t n = 0; n < SAMPLES; n++) {
            double sum = 0;
            for (size_t k = a.x.start[n * STEPS]; k < a.x.start[(n + 1) * STEPS]; k++) {
                sum += (double)spikes_value(&a.x, k);
                halves[a.x.index[k] >= INPUTS / 2] += (double)spikes_value(&a.x, k);
            }
            all += sum;
            squares += sum * sum;
        }
    }
    const double n = SAMPLES * EPOCHS, mean = all / n, variance = squares / n - mean * mean;
    cr_expect_lt(fabs(mean - 12), 5 * sqrt(12 / n), "%g", mean);
    cr_expect_lt(fabs(variance - 12), 5 * 12 * sqrt(2.1 / n), "%g", variance);
    cr_expect_lt(fabs(halves[0] - halves[1]), 5 * sqrt(all));
    augment_free(&a);
    mem_free(&m);
}

/* The same for any number of threads, in any order of epochs; others in other epochs. */
Test(augment, streams_are_of_epoch_and_sample)
{
    static const struct augment_options o = {2, true, 0.1, 1.5, 3};
    struct mem m = {0};
    struct spikes x;
    struct augmented one = {.capacity = 0}, other = {.capacity = 0};
    make_samples(&m, &x, 0.2, 1);
    augment(&one, &x, &o, 4, 1);
    augment(&other, &x, &o, 9, 3);
    cr_expect_not(same(&one.x, &other.x));
    augment(&other, &x, &o, 4, 3);
    cr_expect(same(&one.x, &other.x));
    augment_free(&one);
    augment_free(&other);
    mem_free(&m);
}

/* Spikes stay spikes: where entries are not valued, two in a cell are one. */
Test(augment, spikes_stay_spikes)
{
    static const struct augment_options o = {.jitter = 3, .noise = 200};
    static const struct augment_shape plain = {CHANNELS, W, H, false};
    struct mem m = {0};
    struct spikes x;
    struct augmented a = {.capacity = 0};
    make_samples(&m, &x, 0.3, 1);
    const struct augment_source source = {&x, &o, &plain, 1, 1};
    cr_assert_eq(augment_make(&a, &source, NULL, NULL), ST_OK);
    cr_expect_null(a.x.value);
    cr_expect_lt(sum_of(&a.x), sum_of(&x) + 200 * SAMPLES - 100);
    augment_free(&a);
    mem_free(&m);
}

Test(augment, what_samples_do_not_allow)
{
    static const struct augment_shape points = {0, 0, 0, true};
    struct error e = {0};
    cr_expect_eq(augment_check(&(struct augment_options){.flip = true}, &points, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "dataset.augment_flip is of pictures"), "%s", e.text);
    cr_expect_eq(augment_check(&(struct augment_options){.drop = 0.5}, &points, &e), ST_OK);
    cr_expect_eq(augment_check(&(struct augment_options){.shift = 4}, &shape, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "dataset.augment_shift = 4 moves samples of 5 x 4"), "%s", e.text);
    cr_expect_eq(augment_check(&(struct augment_options){.shift = 3}, &shape, &e), ST_OK);
}
