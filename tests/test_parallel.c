/* Partitions, the pool, and sums over parts: the tree here is built level by level. */
#include "support/mem.h"
#include "support/parallel.h"
#include "support/real.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

Test(parallel, partitions_cover_every_sample_once)
{
    static const size_t sizes[] = {1, 2, 63, 64, 65, 128, 513, 1000, 4097};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct partition p = partition_make(sizes[k]);
        size_t largest = 0, smallest = sizes[k];
        cr_expect_eq(chunk_first(&p, 0), 0);
        cr_expect_eq(chunk_first(&p, p.n_chunks), sizes[k]);
        cr_expect_eq(part_first(&p, 0), 0);
        cr_expect_eq(part_first(&p, p.n_parts), p.n_chunks);
        for (size_t c = 0; c < p.n_chunks; c++) {
            size_t n = chunk_first(&p, c + 1) - chunk_first(&p, c);
            largest = n > largest ? n : largest;
            smallest = n < smallest ? n : smallest;
        }
        for (size_t s = 0; s < p.n_parts; s++) cr_expect_lt(part_first(&p, s), part_first(&p, s + 1));
        cr_expect(smallest > 0 && largest <= CHUNK_MAX && largest - smallest <= 1);
        cr_expect_eq(chunk_largest(&p), largest);
        cr_expect_leq(largest, chunk_at_most(p.n));
    }
}

struct tally {
    int done[1000];
    size_t threads;
    bool bad_thread[1000];
};

static void count_task(void *context, size_t task, size_t thread)
{
    struct tally *tally = context;
    tally->done[task]++; /* each task is one thread's alone */
    tally->bad_thread[task] = thread >= tally->threads;
}

Test(parallel, every_task_once_for_any_number_of_threads)
{
    for (size_t threads = 0; threads <= 5; threads++) {
        struct pool *pool = NULL;
        static struct tally tally;
        memset(&tally, 0, sizeof tally);
        if (threads) cr_assert_eq(pool_create(&pool, threads, NULL), ST_OK);
        tally.threads = pool_threads(pool);
        cr_expect_eq(tally.threads, threads ? threads : 1);
        for (int round = 0; round < 20; round++) pool_run(pool, 1000, count_task, &tally);
        pool_run(pool, 0, count_task, &tally);
        for (size_t i = 0; i < 1000; i++)
            cr_assert(tally.done[i] == 20 && !tally.bad_thread[i], "task %zu", i);
        pool_free(pool);
    }
}

/* A task of each thread, which ends when all have begun: nobody can do another's. */
struct meeting {
    atomic_size_t begun;
    size_t tasks, thread_of[5];
};

static void meet(void *context, size_t task, size_t thread)
{
    struct meeting *meeting = context;
    meeting->thread_of[task] = thread;
    meeting->begun++;
    while (meeting->begun < meeting->tasks) (void)sched_yield();
}

Test(parallel, every_thread_begins_with_its_own_share, .timeout = 60)
{
    for (size_t threads = 2; threads <= 5; threads++) {
        struct pool *pool = NULL;
        cr_assert_eq(pool_create(&pool, threads, NULL), ST_OK);
        for (int round = 0; round < 20; round++) {
            struct meeting meeting = {.tasks = threads};
            pool_run(pool, threads, meet, &meeting);
            for (size_t k = 0; k < threads; k++) cr_assert_eq(meeting.thread_of[k], k);
        }
        pool_free(pool);
    }
}

/* One level after another: neighbours are added, a last one without a neighbour stays. */
static real tree_by_levels(size_t n, const real *leaves)
{
    real v[PART_MAX];
    memcpy(v, leaves, n * sizeof *v);
    for (; n > 1; n = (n + 1) / 2)
        for (size_t i = 0; i < n; i += 2) v[i / 2] = i + 1 < n ? v[i] + v[i + 1] : v[i];
    return v[0];
}

/* Sums that know which parts are in them. */
struct summing {
    const real *leaves;
    real sum[PART_MAX];
    unsigned long parts[PART_MAX]; /* bit k: part k */
    bool aligned[PART_MAX];        /* added to a group of its size, right beside it */
};

static void leaf(void *context, size_t part, size_t sum, size_t thread)
{
    struct summing *s = context;
    (void)thread;
    s->sum[sum] = s->leaves[part];
    s->parts[sum] = 1UL << part;
    s->aligned[sum] = true;
}

static void add(void *context, size_t sum, size_t other)
{
    struct summing *s = context;
    const int left = __builtin_popcountl(s->parts[sum]), right = __builtin_popcountl(s->parts[other]);
    const int first = __builtin_ctzl(s->parts[sum]);
    s->aligned[sum] = s->aligned[sum] && s->aligned[other] && right <= left && first % (2 * left) == 0 &&
                      __builtin_ctzl(s->parts[other]) == first + left;
    s->sum[sum] += s->sum[other];
    s->parts[sum] |= s->parts[other];
}

static void draw_leaves(real *leaves)
{
    struct rng rng;
    rng_seed(&rng, 7, "parts");
    for (size_t i = 0; i < PART_MAX; i++) leaves[i] = (real)(rng_normal(&rng) * exp(6 * rng_normal(&rng)));
}

Test(parallel, sums_over_parts_have_the_bits_of_the_tree_for_any_number_of_threads)
{
    static const size_t threads[] = {1, 2, 3, 5, 8};
    static const struct part_sum parts = {leaf, add, NULL};
    real leaves[PART_MAX];
    double numbers[PART_MAX];
    size_t in_order = 0;
    draw_leaves(leaves);
    for (size_t i = 0; i < PART_MAX; i++) numbers[i] = (double)leaves[i];
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        struct pool *pool = NULL;
        cr_assert_eq(pool_create(&pool, threads[k], NULL), ST_OK);
        for (size_t n = 1; n <= PART_MAX; n++) {
            struct summing s = {.leaves = leaves};
            real straight = 0;
            sum_tree(pool_sum(pool, n, &parts, &s), add, &s);
            cr_expect_eq(s.sum[0], tree_by_levels(n, leaves), "%zu parts, %zu threads", n, threads[k]);
            cr_expect(s.aligned[0] && s.parts[0] == ~0UL >> (64 - n), "%zu parts, %zu threads", n,
                      threads[k]);
            for (size_t i = 0; i < n; i++) straight += leaves[i];
            in_order += straight == s.sum[0];
            if (sizeof(real) == sizeof(double)) cr_expect_eq((double)s.sum[0], sum_of_parts(n, numbers));
        }
        pool_free(pool);
    }
    cr_expect_lt(in_order, 5 * PART_MAX / 2, "the numbers tell one order from another");
    cr_expect_eq(sum_of_parts(0, numbers), 0);
}

/* A thread holds its group's sum and at most log2 of the group's size besides. */
Test(parallel, few_sums_are_held_at_a_time)
{
    cr_expect_eq(pool_sums(1, 1, 1), 1);
    cr_expect_eq(pool_sums(2, 1, 0), 2);
    cr_expect_eq(pool_sums(64, 1, 1), 1 + 6);
    cr_expect_leq(pool_sums(64, 2, 1), 7 + 2 * 3, "at most 7 groups, 3 sums besides for each of 2 threads");
    for (size_t threads = 1; threads <= 70; threads++)
        for (size_t n = 1; n <= PART_MAX; n++) {
            cr_expect_leq(pool_sums(n, threads, 1), n, "%zu parts, %zu threads", n, threads);
            cr_expect_leq(pool_sums(n, threads, 1 + threads % 64), PART_MAX);
            cr_expect_leq(pool_sums(n - 1, threads, 1), pool_sums(n, threads, 1));
        }
}
