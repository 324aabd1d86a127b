/* The rule of splits: split_seed draws the test side, the run's seed training and validation from the rest.
 * Over seeds, no sample of any seed's training or validation is a test sample of another. By brute force. */
#include "commands/registry.h"
#include "datasets/group_split.h"
#include "datasets/points.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { N = 211, CLASSES = 4, SEEDS = 12 };
static const size_t sizes[N_SPLITS] = {90, 31, 53};

/* chosen, as marks: which[s][i] is 1 where sample i is in split s. `apart`: the test side is another list. */
static void draw(long split_seed, uint64_t seed, bool apart, char which[N_SPLITS][N])
{
    int labels[N];
    struct mem mem = {0};
    struct error e = {0};
    size_t *chosen[N_SPLITS];
    const struct dataset_common c = {.split_seed = split_seed};
    for (int i = 0; i < N; i++) labels[i] = i % 7 % CLASSES;
    memset(which, 0, N_SPLITS * N);
    cr_assert_eq(
        dataset_choose(&c, seed, labels, N, apart ? labels : NULL, N, CLASSES, sizes, chosen, &mem, &e),
        ST_OK, "%s", e.text);
    for (int s = 0; s < N_SPLITS; s++)
        for (size_t i = 0; i < sizes[s]; i++) {
            cr_assert_lt(chosen[s][i], N);
            cr_expect_eq(which[s][chosen[s][i]], 0, "split %d has sample %zu twice", s, chosen[s][i]);
            which[s][chosen[s][i]] = 1;
        }
    mem_free(&mem);
}

static size_t shared(const char a[N], const char b[N])
{
    size_t n = 0;
    for (int i = 0; i < N; i++) n += a[i] && b[i];
    return n;
}

Test(splits, no_seed_trains_or_validates_on_a_test_sample_of_another)
{
    static char which[SEEDS][N_SPLITS][N];
    for (long split_seed = 0; split_seed < 3; split_seed++) {
        for (int k = 0; k < SEEDS; k++) draw(split_seed, (uint64_t)k, false, which[k]);
        for (int a = 0; a < SEEDS; a++)
            for (int b = 0; b < SEEDS; b++) {
                cr_expect_eq(shared(which[a][SPLIT_TEST], which[b][SPLIT_TEST]), sizes[SPLIT_TEST]);
                cr_expect_eq(shared(which[a][SPLIT_TEST], which[b][SPLIT_TRAIN]), 0, "seeds %d, %d", a, b);
                cr_expect_eq(shared(which[a][SPLIT_TEST], which[b][SPLIT_VALIDATION]), 0);
                if (a == b) cr_expect_eq(shared(which[a][SPLIT_TRAIN], which[a][SPLIT_VALIDATION]), 0);
                if (a != b) cr_expect_lt(shared(which[a][SPLIT_TRAIN], which[b][SPLIT_TRAIN]), 75);
            }
    }
}

/* Another split_seed redraws all, so also where the test side is published, training and validation. */
Test(splits, another_split_seed_redraws_all)
{
    static char one[N_SPLITS][N], other[N_SPLITS][N];
    for (int apart = 0; apart < 2; apart++) {
        draw(0, 5, apart, one);
        draw(1, 5, apart, other);
        for (int s = 0; s < N_SPLITS; s++)
            cr_expect_lt(shared(one[s], other[s]), sizes[s] * 4 / 5, "apart %d, split %d", apart, s);
        if (!apart)
            cr_expect_gt(shared(one[SPLIT_TEST], other[SPLIT_VALIDATION]), 0, "which is why it is warned of");
    }
}

/* Every class has its share in each split, within one. */
Test(splits, every_split_is_stratified)
{
    static char which[N_SPLITS][N];
    draw(3, 8, false, which);
    for (int s = 0; s < N_SPLITS; s++)
        for (int c = 0; c < CLASSES; c++) {
            double of_class = 0, found = 0;
            for (int i = 0; i < N; i++) {
                of_class += i % 7 % CLASSES == c;
                found += i % 7 % CLASSES == c && which[s][i];
            }
            cr_expect_float_eq(found, of_class * (double)sizes[s] / N, 2, "split %d, class %d", s, c);
        }
}

/* No two of the streams of splits, seeds and samples begin alike. */
Test(splits, streams_differ)
{
    enum { VALUES = 6, MOST = 600 };
    static uint64_t first[MOST];
    size_t n = 0;
    struct rng rng;
    for (long split_seed = 0; split_seed < VALUES; split_seed++) {
        const struct dataset_common c = {.split_seed = split_seed};
        dataset_split_stream(&c, 1, SPLIT_TEST, &rng);
        const uint64_t test = rng_u64(&rng);
        first[n++] = test;
        for (uint64_t seed = 0; seed < VALUES; seed++) {
            dataset_split_stream(&c, seed, SPLIT_TEST, &rng);
            cr_expect_eq(rng_u64(&rng), test, "the run's seed has no part in the test side");
            for (int s = 0; s < SPLIT_TEST; s++) {
                dataset_split_stream(&c, seed, (enum split)s, &rng);
                first[n++] = rng_u64(&rng);
            }
        }
    }
    for (uint64_t seed = 0; seed < VALUES; seed++)
        for (int s = 0; s < N_SPLITS; s++)
            for (size_t i = 0; i < VALUES; i++)
                for (int use = 0; use < 2; use++) {
                    dataset_sample_stream(seed, use ? "encode" : "camera", (enum split)s, i, &rng);
                    first[n++] = rng_u64(&rng);
                }
    cr_assert_leq(n, MOST);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) cr_expect_neq(first[i], first[k], "streams %zu and %zu", k, i);
}

/* A seed's codes of sample k are the same however many samples stand before it: whoever encodes it alone has
 * the same bits. */
Test(splits, a_sample_is_encoded_alone)
{
    enum { POINTS = 9, T = 40 };
    const struct point_coding c = {.encoding = POINT_RATE, .max_rate = 0.7};
    const struct dataset_common whole = {.T = T};
    double xy[2 * POINTS];
    struct dataset all = {.info = {.n_inputs = 4, .T = T}};
    struct rng rng;
    rng_seed(&rng, 2, "points");
    for (int i = 0; i < 2 * POINTS; i++) xy[i] = rng_uniform(&rng);
    cr_assert_eq(
        points_encode(&c, 2, xy, POINTS, T, 4, SPLIT_TEST, &whole, &all.x[SPLIT_TEST], &all.mem, NULL),
        ST_OK);
    dataset_sample_stream(4, "encode", SPLIT_TEST, POINTS - 1, &rng);
    const double *p = xy + 2 * (POINTS - 1), v[4] = {p[0], p[1], 1 - p[0], 1 - p[1]};
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < 4; i++)
            cr_expect_eq(data_cell(&all, SPLIT_TEST, POINTS - 1, t, i),
                         rng_uniform(&rng) < c.max_rate * v[i] ? 1 : 0, "step %zu, input %zu", t, i);
    dataset_free(&all);
}

/* Datasets as they are opened. Images are told from each other by their latency code, which draws nothing. */
static void open_latency(struct dataset *d, uint64_t seed, const char *split_seed)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "digits");
    const char *const settings[] = {
        "T=16", "n_train=300", "n_validation=100", "n_test=150", "encoding=latency", split_seed, NULL};
    void *options = data_options(source, settings);
    struct error e = {0};
    cr_assert_eq(source->open(options, seed, d, &e), ST_OK, "%s", e.text);
    cr_expect_eq(d->info.test_side, TEST_DRAWN);
    free(options);
}

/* Whether sample i of a split has the code of sample k of another. */
static bool same_code(const struct dataset *a, enum split s, size_t i, const struct dataset *b, enum split t,
                      size_t k)
{
    const struct spikes *x = &a->x[s], *y = &b->x[t];
    const size_t T = a->info.T;
    for (size_t step = 0; step < T; step++) {
        const size_t from = x->start[i * T + step], n = x->start[i * T + step + 1] - from,
                     other = y->start[k * T + step];
        if (y->start[k * T + step + 1] - other != n) return false;
        if (memcmp(x->index + from, y->index + other, n * sizeof *x->index) != 0) return false;
    }
    return true;
}

static size_t found_in(const struct dataset *a, enum split s, const struct dataset *b, enum split t)
{
    size_t n = 0;
    for (size_t i = 0; i < a->info.n[s]; i++) {
        size_t k = 0;
        while (k < b->info.n[t] && !same_code(a, s, i, b, t, k)) k++;
        n += k < b->info.n[t];
    }
    return n;
}

Test(splits, digits_have_one_test_side)
{
    struct dataset a, b, other;
    open_latency(&a, 0, "split_seed=0");
    open_latency(&b, 1, "split_seed=0");
    open_latency(&other, 1, "split_seed=1");
    cr_expect_eq(found_in(&a, SPLIT_TEST, &b, SPLIT_TEST), 150);
    cr_expect_eq(found_in(&a, SPLIT_TEST, &b, SPLIT_VALIDATION), 0);
    cr_expect_eq(found_in(&a, SPLIT_TEST, &b, SPLIT_TRAIN), 0);
    cr_expect_lt(found_in(&a, SPLIT_TRAIN, &b, SPLIT_TRAIN), 120, "each seed draws training anew");
    cr_expect_gt(found_in(&a, SPLIT_TEST, &other, SPLIT_TRAIN), 5);
    dataset_free(&a);
    dataset_free(&b);
    dataset_free(&other);
}

/* Datasets with a test side of their own: validation is never of it, whatever the seeds (test_mnist and
 * test_nmnist hold their samples against the files). */
Test(splits, a_published_test_side_stays_apart)
{
    static char one[N_SPLITS][N], other[N_SPLITS][N];
    draw(0, 1, true, one);
    draw(0, 2, true, other);
    cr_expect_eq(shared(one[SPLIT_TEST], other[SPLIT_TEST]), sizes[SPLIT_TEST],
                 "a part of it is drawn by split_seed alone");
    cr_expect_eq(shared(one[SPLIT_TRAIN], one[SPLIT_VALIDATION]), 0);
    cr_expect_lt(shared(one[SPLIT_TRAIN], other[SPLIT_TRAIN]), 75);
}

/* Against counting: what is taken are whole groups, as many as asked for but no group too many, with classes
 * nearly in their shares. */
Test(splits, group_split_by_counting)
{
    enum { SAMPLES = 600, GROUPS = 60, KINDS = 4 };
    int labels[SAMPLES];
    size_t groups[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++) {
        groups[i] = i % GROUPS;
        labels[i] = (int)(i * i / 7 % KINDS);
    }
    const struct grouped g = {labels, groups, SAMPLES, KINDS, GROUPS};
    for (uint64_t seed = 0; seed < 20; seed++) {
        bool taken[GROUPS] = {[3] = true};
        struct rng rng;
        struct error e = {0};
        size_t got = 0, counted = 0, class[KINDS] = {0}, all[KINDS] = {0};
        rng_seed(&rng, seed, "x");
        cr_assert_eq(group_split_take(&g, 95, taken, &got, &rng, &e), ST_OK, "%s", e.text);
        for (size_t i = 0; i < SAMPLES; i++) {
            all[labels[i]]++;
            if (!taken[groups[i]] || groups[i] == 3) continue;
            counted++;
            class[labels[i]]++;
        }
        cr_expect(got == counted && got == 100, "%zu %zu", got, counted);
        for (size_t k = 0; k < KINDS; k++) {
            const double share = (double)all[k] / SAMPLES * 100, off = (double)class[k] - share;
            cr_expect(off < 6 && off > -6, "class %zu: %zu of %.1f", k, class[k], share);
        }
        cr_expect_eq(group_split_take(&g, 600, taken, &got, &rng, &e), ST_CONFIG);
    }
}
