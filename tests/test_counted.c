/* Sums over binary spikes by counting and by lists, against plain loops. */
#include "network/bit_gram.h"
#include "network/lists.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <string.h>

static const size_t widths[] = {1, 5, 31, 32, 33, 64, 100};

/* Spikes of n neurons in so many columns: as numbers and as bits, with words of their own for each column. */
static void draw(size_t n, size_t columns, double rate, struct rng *rng, real *s, uint32_t *bits)
{
    memset(bits, 0, spike_words(n) * columns * sizeof *bits);
    for (size_t j = 0; j < columns; j++)
        for (size_t i = 0; i < n; i++) {
            bool on = rng_uniform(rng) < rate;
            s[j * n + i] = on ? R(1.0) : R(0.0);
            if (on) bits[j * spike_words(n) + i / 32] |= (uint32_t)1 << i % 32;
        }
}

Test(counted, gram_matrix_equals_the_dense_one_exactly)
{
    const size_t columns[] = {1, 31, 32, 63, 64, 65, 200};
    static real s[100 * 200], G[100 * 100];
    static uint32_t bits[4 * 200];
    static uint64_t work[128 * 4];
    struct rng rng;
    rng_seed(&rng, 5, "counted");
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
            const size_t n = widths[w], m = columns[k];
            draw(n, m, 0.4, &rng, s, bits);
            cr_assert_leq(bit_gram_work(n, m), sizeof work / sizeof *work);
            for (size_t i = 0; i < n * n; i++) G[i] = 3; /* added to, below the diagonal alone */
            bit_gram(bits, n, m, work, G);
            for (size_t j = 0; j < n; j++)
                for (size_t i = 0; i < n; i++) {
                    real sum = 3;
                    for (size_t c = 0; c < m && i >= j; c++) sum += s[c * n + i] * s[c * n + j];
                    cr_assert_eq(G[j * n + i], sum, "n %zu, %zu columns, (%zu, %zu): %g, not %g", n, m, i, j,
                                 (double)G[j * n + i], (double)sum);
                }
        }
}

Test(counted, outer_product_by_lists_equals_plain_loops)
{
    enum { T = 7, C = 9, INPUTS = 37 };
    static real s[INPUTS * T * C], V[100 * T * C], D[100 * INPUTS];
    static uint32_t bits[2 * T * C];
    struct mem mem = {0};
    struct lists lists;
    struct spike_columns in;
    struct rng rng;
    rng_seed(&rng, 6, "counted");
    cr_assert_eq(lists_create(&lists, INPUTS, INPUTS, T, C, &mem, NULL), ST_OK);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const size_t n = widths[w];
        draw(INPUTS, T * C, 0.2, &rng, s, bits);
        cr_assert(lists_of_bits(&lists, bits, INPUTS, T * C, &in));
        for (size_t i = 0; i < n * T * C; i++) V[i] = (real)rng_normal(&rng);
        for (size_t i = 0; i < n * INPUTS; i++) D[i] = 2;
        lists_outer(&lists, C, V, n, &in, INPUTS, D);
        for (size_t j = 0; j < INPUTS; j++)
            for (size_t i = 0; i < n; i++) {
                double sum = 2;
                for (size_t c = 0; c < T * C; c++) sum += (double)V[c * n + i] * (double)s[c * INPUTS + j];
                cr_assert_lt(fabs((double)D[j * n + i] - sum), REAL_SELECT(1e-12, 1e-4));
            }
    }
    mem_free(&mem);
}
