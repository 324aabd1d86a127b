/* The Gram matrix of the data: the same bits of one rank and of several, each of which has made its share
 * where sums are exact, and where they are not has seen its own chunks alone. */
#include "network/input_gram.h"
#include "support/rng.h"
#include "tests/thread_ranks.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { INPUTS = 20, STEPS = 3, SAMPLES = 300, SIZE = INPUTS * INPUTS };

struct made {
    struct spikes x;
    struct batch batch;
    struct mem mem;
    real grams[4][SIZE];
};

/* values: 0: spikes, 1: counts, 2: currents */
static void make(struct made *d, int values, double density)
{
    struct spikes_builder b;
    struct rng rng;
    rng_seed(&rng, 5, "gram");
    cr_assert_eq(spikes_begin(&b, INPUTS, STEPS, SAMPLES, NULL), ST_OK);
    for (size_t row = 0; row < STEPS * SAMPLES; row++) {
        for (uint32_t i = 0; i < INPUTS; i++) {
            const double v = values == 0   ? 1
                             : values == 1 ? 1 + floor(4 * rng_uniform(&rng))
                                           : rng_uniform(&rng);
            if (rng_uniform(&rng) < density) cr_assert_eq(spikes_add(&b, i, v, NULL), ST_OK);
        }
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &d->x, &d->mem, NULL), ST_OK);
    d->batch = (struct batch){.x = &d->x, .n = SAMPLES};
}

static void make_gram(struct ranks *r, void *context)
{
    struct made *d = context;
    const struct partition part = partition_make(SAMPLES);
    struct pool *pool = NULL;
    real other[SIZE];
    cr_assert_eq(pool_create(&pool, 1, NULL), ST_OK);
    pool_join(pool, r);
    real *G = d->grams[ranks_own(r)];
    memset(G, 0, sizeof d->grams[0]);
    input_gram(&d->batch, &part, pool, G, other);
    pool_free(pool);
}

struct kind {
    int values;
    double density;
};

ParameterizedTestParameters(input_gram, all_ranks_have_the_bits_of_one)
{
    static struct kind kinds[] = {{0, 0.1}, {0, 0.8}, {1, 0.1}, {1, 0.8}, {2, 0.1}, {2, 0.8}};
    return cr_make_param_array(struct kind, kinds, sizeof kinds / sizeof *kinds);
}
ParameterizedTest(struct kind *k, input_gram, all_ranks_have_the_bits_of_one)
{
    static struct made d;
    real plain[SIZE] = {0}, cells[INPUTS * STEPS];
    make(&d, k->values, k->density);
    for (size_t n = 0; n < SAMPLES; n++) { /* by its definition */
        spikes_dense(&d.batch, n, 1, cells);
        for (size_t t = 0; t < STEPS; t++)
            for (size_t j = 0; j < INPUTS; j++)
                for (size_t i = j; i < INPUTS; i++)
                    plain[j * INPUTS + i] += cells[t * INPUTS + i] * cells[t * INPUTS + j];
    }
    real one[SIZE];
    make_gram(NULL, &d);
    memcpy(one, d.grams[0], sizeof one);
    for (size_t i = 0; i < SIZE; i++)
        cr_assert_lt(fabs((double)(one[i] - plain[i])), REAL_SELECT(1e-10, 1e-2), "%zu", i);
    cr_expect_eq(input_gram_exact(&d.batch), k->values < 2);
    for (size_t ranks = 2; ranks <= 4; ranks++) {
        const struct rank_traffic sent = thread_ranks_run(ranks, make_gram, &d);
        for (size_t r = 0; r < ranks; r++)
            cr_expect_arr_eq(one, d.grams[r], sizeof one, "rank %zu of %zu", r, ranks);
        /* sums up and down the tree, or the sum once around and down */
        cr_expect_eq(sent.messages, (double)(k->values < 2 ? 2 * ranks - 2 : 2 * ranks - 1), "%zu ranks",
                     ranks);
    }
    mem_free(&d.mem);
}

/* Sums that a real may not hold exactly depend on their order. */
Test(input_gram, large_counts_are_not_exact)
{
    struct spikes_builder b;
    struct spikes x;
    struct mem m = {0};
    cr_assert_eq(spikes_begin(&b, 2, 1, 2, NULL), ST_OK);
    for (int n = 0; n < 2; n++) {
        cr_assert_eq(spikes_add(&b, 0, REAL_SELECT(0x1p26, 0x1p11), NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, &x, &m, NULL), ST_OK);
    struct batch batch = {.x = &x, .n = 2};
    cr_expect(input_gram_exact(&batch));
    x.value[1] *= 2;
    cr_expect_not(input_gram_exact(&batch));
    x.value[1] = R(0.5);
    cr_expect_not(input_gram_exact(&batch));
    mem_free(&m);
}
