/* Ranks: shares of parts, sums over the parts of all, and what else they say to each other. */
#include "support/parallel.h"
#include "support/real.h"
#include "support/rng.h"
#include "tests/thread_ranks.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const size_t counts[] = {1, 2, 3, 4, 5, 7, 8, 16, 33, 64};
enum { N_COUNTS = sizeof counts / sizeof *counts };

Test(ranks, parts_are_shared_out_in_order_and_evenly)
{
    for (size_t n = 1; n <= PART_MAX; n++)
        for (size_t ranks = 1; ranks <= 64; ranks++) {
            size_t next = 0, most = 0;
            for (size_t k = 0; k < ranks; k++) {
                const struct part_range range = parts_of_rank(n, ranks, k);
                cr_assert_eq(range.first, next, "%zu parts, rank %zu of %zu", n, k, ranks);
                cr_assert_leq(range.first, range.end);
                next = range.end;
                if (range.end - range.first > most) most = range.end - range.first;
            }
            cr_assert_eq(next, n);
            cr_expect_leq(8 * most, 9 * ((n + ranks - 1) / ranks), "%zu parts, %zu ranks", n, ranks);
            cr_expect_eq(parts_of_rank(n, ranks, 0).end, most, "the first has no fewer than others");
        }
    cr_expect_eq(parts_of_rank(10, 2, 0).end, 5, "not six and four");
    cr_expect_eq(parts_of_rank(64, 3, 0).end, 24, "two more than 22, for aligned groups of eight");
}

/* Neighbours are added, level by level; a last one without a neighbour stays. */
static real tree_by_levels(size_t n, const real *leaves)
{
    real v[PART_MAX];
    memcpy(v, leaves, n * sizeof *v);
    for (; n > 1; n = (n + 1) / 2)
        for (size_t i = 0; i < n; i += 2) v[i / 2] = i + 1 < n ? v[i] + v[i + 1] : v[i];
    return v[0];
}

/* A sum over n parts by each rank; [rank] is what it got. */
struct adding {
    size_t n, threads;
    real leaves[PART_MAX];
    real result[64];
    size_t held[64], foreign[64]; /* sums, and parts of other ranks that were asked for */
};

/* Of one rank. Two numbers in separate places make a sum: the value, and how many parts are in it. */
struct rank_sums {
    const struct adding *adding;
    real value[PART_MAX];
    double parts[PART_MAX];
    size_t most;
    struct part_range own;
    bool foreign[PART_MAX];
};

static void leaf(void *context, size_t part, size_t sum, size_t thread)
{
    struct rank_sums *s = context;
    (void)thread;
    s->foreign[part] = part < s->own.first || part >= s->own.end;
    s->value[sum] = s->adding->leaves[part];
    s->parts[sum] = 1;
}

static void add(void *context, size_t sum, size_t other)
{
    struct rank_sums *s = context;
    s->value[sum] += s->value[other];
    s->parts[sum] += s->parts[other];
}

static size_t blocks_of(void *context, size_t sum, struct rank_block *blocks)
{
    struct rank_sums *s = context;
    if (sum > s->most) s->most = sum; /* called by one thread */
    blocks[0] = rank_memory(&s->value[sum], sizeof(real));
    blocks[1] = rank_memory(&s->parts[sum], sizeof(double));
    return 2;
}

static void sum_leaves(struct ranks *r, void *context)
{
    static const struct part_sum parts = {leaf, add, blocks_of};
    struct adding *a = context;
    struct rank_sums s = {.adding = a, .own = parts_of_rank(a->n, ranks_count(r), r->own)};
    struct pool *pool = NULL;
    if (pool_create(&pool, a->threads, NULL) != ST_OK) return;
    pool_join(pool, r);
    sum_tree(pool_sum(pool, a->n, &parts, &s), add, &s);
    a->result[r->own] = s.parts[0] == (double)a->n ? s.value[0] : 0;
    a->held[r->own] = s.most;
    a->foreign[r->own] = 0;
    for (size_t i = 0; i < a->n; i++) a->foreign[r->own] += s.foreign[i];
    pool_free(pool);
}

Test(ranks, sums_have_the_bits_of_one_rank)
{
    struct rng rng;
    struct adding a;
    size_t in_order = 0, sums = 0;
    rng_seed(&rng, 7, "parts");
    for (size_t i = 0; i < PART_MAX; i++) a.leaves[i] = (real)(rng_normal(&rng) * exp(6 * rng_normal(&rng)));
    for (size_t c = 0; c < N_COUNTS; c++)
        for (a.n = 1; a.n <= PART_MAX; a.n += counts[c] > 8 && a.n > 2 ? 7 : 1)
            for (a.threads = 1; a.threads <= (counts[c] <= 4 ? 2U : 1U); a.threads++) {
                real straight = 0;
                (void)thread_ranks_run(counts[c], sum_leaves, &a);
                for (size_t k = 0; k < counts[c]; k++) {
                    cr_assert_eq(a.result[k], tree_by_levels(a.n, a.leaves),
                                 "%zu parts, rank %zu of %zu, %zu threads", a.n, k, counts[c], a.threads);
                    cr_expect_eq(a.foreign[k], 0, "%zu parts of other ranks", a.foreign[k]);
                    cr_expect_lt(a.held[k], pool_sums(a.n, a.threads, counts[c]));
                }
                for (size_t i = 0; i < a.n; i++) straight += a.leaves[i];
                in_order += straight == a.result[0];
                sums++;
            }
    cr_expect_lt(in_order, sums / 2, "the numbers tell one order from another");
}

Test(ranks, one_partial_sum_of_each_rank_travels)
{
    struct adding a = {.n = PART_MAX, .threads = 1};
    for (size_t n = 1; n <= 64; n *= 2) {
        const struct rank_traffic sent = thread_ranks_run(n, sum_leaves, &a);
        cr_expect_eq(sent.messages, (double)(2 * (n - 1)), "%zu ranks: one up and one down each", n);
        cr_expect_eq(sent.bytes, sent.messages * (double)(sizeof(real) + sizeof(double)));
    }
    cr_expect_eq(thread_ranks_run(3, sum_leaves, &a).messages, 2 + 1 + 2, "two sums, one, and two answers");
}

/* Of ten parts the first rank has the sums 0-3 and 4, the second 5, 6-7 and 8-9. */
Test(ranks, sums_travel_where_they_are_fewer)
{
    struct adding a = {.n = 10, .threads = 1};
    cr_expect_eq(thread_ranks_run(2, sum_leaves, &a).messages, 2 + 1, "to the second, and the answer");
    a.n = 7;
    cr_expect_eq(thread_ranks_run(2, sum_leaves, &a).messages, 1 + 1, "4-6 to the first, and the answer");
}

/* A word of one rank to all. */
struct telling {
    size_t root, heard[64];
};

static void tell(struct ranks *r, void *context)
{
    struct telling *t = context;
    size_t word = 100 + r->own;
    const struct rank_block block = rank_memory(&word, sizeof word);
    ranks_broadcast_from(r, t->root, &block, 1);
    t->heard[r->own] = word;
}

Test(ranks, any_rank_can_tell_all)
{
    for (size_t c = 0; c < N_COUNTS; c++)
        for (size_t root = 0; root < counts[c]; root++) {
            struct telling t = {.root = root};
            const struct rank_traffic sent = thread_ranks_run(counts[c], tell, &t);
            cr_expect_eq(sent.messages, (double)(counts[c] - 1));
            for (size_t k = 0; k < counts[c]; k++)
                cr_expect_eq(t.heard[k], 100 + root, "rank %zu of %zu from %zu", k, counts[c], root);
        }
}

/* What ranks know of each other's parts and samples. */
struct knowing {
    size_t n;
    bool all[64], gathered[64];
};

static void know_all(struct ranks *r, void *context)
{
    struct knowing *k = context;
    struct pool *pool = NULL;
    const struct partition part = partition_make(k->n);
    double parts[PART_MAX] = {0};
    unsigned shared[5000] = {0}, gathered[5000] = {0};
    if (pool_create(&pool, 1, NULL) != ST_OK) return;
    pool_join(pool, r);
    const struct part_range own = own_parts(pool, part.n_parts), chunks = own_chunks(pool, &part);
    for (size_t i = own.first; i < own.end; i++) parts[i] = 3 + (double)i;
    for (size_t i = chunk_first(&part, chunks.first); i < chunk_first(&part, chunks.end); i++)
        shared[i] = gathered[i] = 5 + (unsigned)i;
    part_share(pool, part.n_parts, parts, sizeof *parts);
    part_share_samples(pool, &part, shared, sizeof *shared);
    part_gather_samples(pool, &part, gathered, sizeof *gathered);
    k->all[r->own] = k->gathered[r->own] = true;
    for (size_t i = 0; i < part.n_parts; i++) k->all[r->own] = k->all[r->own] && parts[i] == 3 + (double)i;
    for (size_t i = 0; i < k->n; i++) {
        k->all[r->own] = k->all[r->own] && shared[i] == 5 + i;
        k->gathered[r->own] = k->gathered[r->own] && gathered[i] == 5 + i;
    }
    pool_free(pool);
}

Test(ranks, parts_and_samples_become_known_to_all)
{
    static const size_t sizes[] = {1, 63, 65, 200, 1000, 4097, 5000};
    for (size_t c = 0; c < N_COUNTS; c++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            struct knowing know = {.n = sizes[k]};
            (void)thread_ranks_run(counts[c], know_all, &know);
            cr_expect(know.gathered[0], "%zu samples, %zu ranks", sizes[k], counts[c]);
            for (size_t r = 0; r < counts[c]; r++)
                cr_expect(know.all[r], "%zu samples, rank %zu of %zu", sizes[k], r, counts[c]);
        }
}

/* Ranks of which some fail. */
struct failing {
    bool fails[64];
    status outcome[64];
    char text[64][sizeof((struct error *)0)->text];
};

static void agree(struct ranks *r, void *context)
{
    struct failing *f = context;
    struct error e = {.code = ST_OK};
    const status own = f->fails[r->own] ? FAIL(&e, ST_NO_DATA, "nothing at %zu", r->own) : ST_OK;
    f->outcome[r->own] = ranks_agree(r, own, &e);
    (void)snprintf(f->text[r->own], sizeof f->text[r->own], "%s", e.text);
}

Test(ranks, all_hear_of_the_first_that_fails)
{
    for (size_t c = 1; c < N_COUNTS; c++)
        for (size_t first = 0; first <= counts[c]; first++) {
            static struct failing f;
            char text[200] = "";
            f = (struct failing){{0}, {0}, {{0}}};
            for (size_t k = first; k < counts[c]; k++) f.fails[k] = true;
            (void)thread_ranks_run(counts[c], agree, &f);
            if (first < counts[c]) (void)snprintf(text, sizeof text, "nothing at %zu", first);
            for (size_t k = 0; k < counts[c]; k++) {
                cr_expect_eq(f.outcome[k], first < counts[c] ? ST_NO_DATA : ST_OK);
                cr_expect(strstr(f.text[k], text), "'%s' instead of '%s'", f.text[k], text);
                cr_expect_eq(strncmp(f.text[k], "rank ", 5) == 0, first > 0 && first < counts[c]);
            }
        }
}

Test(ranks, one_rank_says_nothing)
{
    struct error e = {.code = ST_OK};
    double value = 4;
    const struct rank_block block = rank_memory(&value, sizeof value);
    const size_t first[] = {0, sizeof value};
    cr_expect_eq(ranks_count(NULL), 1);
    cr_expect_eq(ranks_own(NULL), 0);
    ranks_broadcast(NULL, &block, 1);
    ranks_share(NULL, &value, first);
    cr_expect_eq(value, 4);
    cr_expect_eq(ranks_agree(NULL, FAIL(&e, ST_DATA, "bad"), &e), ST_DATA);
    cr_expect_str_eq(e.text, "bad");
    cr_expect_eq(ranks_traffic(NULL).messages, 0);
}
