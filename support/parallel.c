/* Fixed partitions and sums over their parts. */
#include "support/parallel.h"
#include <stdbool.h>

struct partition partition_make(size_t n)
{
    struct partition p = {n, (n + CHUNK_MAX - 1) / CHUNK_MAX, 0};
    p.n_parts = p.n_chunks < PART_MAX ? p.n_chunks : PART_MAX;
    return p;
}

size_t chunk_first(const struct partition *p, size_t chunk)
{
    return p->n_chunks == 0
               ? 0
               : p->n / p->n_chunks * chunk + (chunk < p->n % p->n_chunks ? chunk : p->n % p->n_chunks);
}

size_t part_first(const struct partition *p, size_t part)
{
    return p->n_parts == 0 ? 0 : part * p->n_chunks / p->n_parts;
}

size_t chunk_at_most(size_t n)
{
    return n < CHUNK_MAX ? n : CHUNK_MAX;
}

size_t chunk_largest(const struct partition *p)
{
    return p->n_chunks == 0 ? 0 : (p->n + p->n_chunks - 1) / p->n_chunks;
}

/* The parts of the busiest rank, where ranks share out grains of `size` parts. */
static size_t busiest(size_t n_parts, size_t ranks, size_t size)
{
    const size_t grains = (n_parts + size - 1) / size;
    return (grains + ranks - 1) / ranks * size;
}

/* Ranks share out grains of parts: the largest power of two that leaves each two of them, so that ranges are
 * made of few aligned groups, and by which the busiest rank has at most an eighth more parts than it must, so
 * that the others do not wait long for it. */
static size_t grain(size_t n_parts, size_t ranks)
{
    size_t size = 1;
    while (4 * size * ranks <= n_parts &&
           8 * busiest(n_parts, ranks, 2 * size) <= 9 * busiest(n_parts, ranks, 1))
        size *= 2;
    return size;
}

struct part_range parts_of_rank(size_t n_parts, size_t ranks, size_t own)
{
    const size_t size = grain(n_parts, ranks), grains = (n_parts + size - 1) / size;
    const size_t first = (grains * own + ranks - 1) / ranks * size,
                 end = (grains * (own + 1) + ranks - 1) / ranks * size;
    return (struct part_range){first < n_parts ? first : n_parts, end < n_parts ? end : n_parts};
}

struct part_range samples_of_rank(size_t n, size_t ranks, size_t own)
{
    const struct partition part = partition_make(n);
    const struct part_range range = parts_of_rank(part.n_parts, ranks, own);
    return (struct part_range){chunk_first(&part, part_first(&part, range.first)),
                               chunk_first(&part, part_first(&part, range.end))};
}

struct part_range own_parts(const struct pool *p, size_t n_parts)
{
    const struct ranks *r = pool_ranks(p);
    return parts_of_rank(n_parts, ranks_count(r), ranks_own(r));
}

struct part_range own_chunks(const struct pool *p, const struct partition *part)
{
    const struct part_range own = own_parts(p, part->n_parts);
    return (struct part_range){part_first(part, own.first), part_first(part, own.end)};
}

/* A task over a range of parts. */
struct range_task {
    size_t first;
    pool_task task;
    void *context;
};

static void run_in_range(void *context, size_t i, size_t thread)
{
    const struct range_task *range = context;
    range->task(range->context, range->first + i, thread);
}

void part_run(struct pool *p, size_t n_parts, pool_task task, void *context)
{
    const struct part_range own = own_parts(p, n_parts);
    struct range_task range = {own.first, task, context};
    pool_run(p, own.end - own.first, run_in_range, &range);
}

void part_share(struct pool *p, size_t n_parts, void *values, size_t size)
{
    struct ranks *r = pool_ranks(p);
    const size_t n = ranks_count(r);
    size_t first[PART_MAX + 1] = {0};
    if (n == 1) return;
    for (size_t k = 0; k < n; k++) first[k + 1] = parts_of_rank(n_parts, n, k).end * size;
    ranks_share(r, values, first);
}

/* The first byte of each rank's samples. */
static void places_of_samples(const struct partition *part, size_t ranks, size_t size, size_t *first)
{
    first[0] = 0;
    for (size_t k = 0; k < ranks; k++)
        first[k + 1] = chunk_first(part, part_first(part, parts_of_rank(part->n_parts, ranks, k).end)) * size;
}

void part_share_samples(struct pool *p, const struct partition *part, void *values, size_t size)
{
    struct ranks *r = pool_ranks(p);
    size_t first[PART_MAX + 1];
    if (ranks_count(r) == 1) return;
    places_of_samples(part, r->n, size, first);
    ranks_share(r, values, first);
}

void part_gather_samples(struct pool *p, const struct partition *part, void *values, size_t size)
{
    struct ranks *r = pool_ranks(p);
    size_t first[PART_MAX + 1];
    if (ranks_count(r) == 1) return;
    places_of_samples(part, r->n, size, first);
    ranks_gather(r, values, first);
}

/* How the parts are shared out: groups of `size` parts, a power of two, twice as many as threads where there
 * is more than one; `depth` sums a thread besides that of its group. This rank has groups first .. first+n-1
 * of `all`. */
struct sharing {
    size_t parts, size, all, first, n, depth;
    const struct part_sum *sum;
    void *context;
};

/* The largest power of two that divides where each rank's parts begin, or n_parts at least. */
static size_t alignment(size_t n_parts, size_t ranks)
{
    size_t bits = 0, most = 1;
    for (size_t k = 1; k < ranks; k++) {
        const struct part_range range = parts_of_rank(n_parts, ranks, k);
        if (range.first < n_parts) bits |= range.first;
    }
    while (most < n_parts && !(bits & most)) most *= 2;
    return most;
}

static struct sharing groups_make(size_t parts, size_t threads, size_t ranks, size_t own)
{
    const struct part_range range = parts_of_rank(parts, ranks, own), most = parts_of_rank(parts, ranks, 0);
    const size_t limit = alignment(parts, ranks);
    struct sharing g = {.parts = parts, .size = 1};
    /* of the largest range: the size must be the same on all ranks */
    while (g.size < limit && (most.end + g.size - 1) / g.size > 1 &&
           (threads == 1 || (most.end + g.size - 1) / g.size >= 4 * threads))
        g.size *= 2;
    g.all = (parts + g.size - 1) / g.size;
    g.first = (range.first + g.size - 1) / g.size;
    g.n = (range.end + g.size - 1) / g.size - g.first;
    for (size_t i = 0; i < g.size && i < parts; i++) {
        size_t depth = (size_t)__builtin_popcountl(i);
        if (depth > g.depth) g.depth = depth;
    }
    return g;
}

/* The sum that takes what other ranks send: behind those that threads hold. */
static size_t received(const struct sharing *g, size_t threads)
{
    return (g->n > 0 ? g->n : 1) + threads * g->depth;
}

size_t pool_sums(size_t n_parts, size_t threads, size_t ranks)
{
    size_t most = 0;
    if (ranks == 0) ranks = 1;
    for (size_t n = 1; n <= n_parts; n++)
        for (size_t own = 0; own < ranks; own++) {
            struct sharing g = groups_make(n, threads, ranks, own);
            size_t sums = received(&g, threads) + (ranks > 1);
            if (sums > most) most = sums;
        }
    return most;
}

/* The k-th sum that a thread holds while it works on a group of this rank. */
static size_t held(const struct sharing *g, size_t group, size_t thread, size_t k)
{
    return k == 0 ? group : g->n + thread * g->depth + k - 1;
}

/* Part i of a group comes on top of the sums of the groups within i, one for each bit of i; then those of
 * equal size are added. */
static void run_group(void *context, size_t group, size_t thread)
{
    const struct sharing *g = context;
    size_t first = (g->first + group) * g->size, n = g->parts - first < g->size ? g->parts - first : g->size;
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)__builtin_popcountl(i);
        g->sum->part(g->context, first + i, held(g, group, thread, k), thread);
        for (size_t bits = i; bits & 1; bits >>= 1, k--)
            g->sum->add(g->context, held(g, group, thread, k - 1), held(g, group, thread, k));
    }
    for (size_t k = (size_t)__builtin_popcountl(n) - 1; k > 0; k--)
        g->sum->add(g->context, held(g, group, thread, k - 1), held(g, group, thread, k));
}

/* The rank whose parts each group is. */
static void find_owners(const struct sharing *g, const struct ranks *r, size_t owner[PART_MAX])
{
    size_t rank = 0;
    for (size_t group = 0; group < g->all; group++) {
        while (parts_of_rank(g->parts, r->n, rank).end <= group * g->size) rank++;
        owner[group] = rank;
    }
}

/* The rank that has the sum of groups i .. i+step-1: that of the first of them, or of the last. */
static size_t home(const struct sharing *g, const size_t *owner, bool last, size_t i, size_t step)
{
    const size_t end = i + step < g->all ? i + step : g->all;
    return owner[last ? end - 1 : i];
}

/* Where it has it: in the place of the first of these groups that is its own. */
static size_t place(const struct sharing *g, size_t i)
{
    return i > g->first ? i - g->first : 0;
}

/* Messages up the tree. */
static size_t messages(const struct sharing *g, const size_t *owner, bool last)
{
    size_t n = 0;
    for (size_t step = 1; step < g->all; step *= 2)
        for (size_t i = 0; i + step < g->all; i += 2 * step)
            n += home(g, owner, last, i, step) != home(g, owner, last, i + step, step);
    return n;
}

/* The tree over the groups of all ranks: of two neighbours always the left one takes both, or always the
 * right one, whichever takes fewer messages. All ranks go through it in the same order, so that no two wait
 * for each other. */
static void sum_over_ranks(const struct sharing *g, struct ranks *r, size_t threads)
{
    const struct part_sum *s = g->sum;
    struct rank_block blocks[RANK_BLOCKS_MAX];
    const size_t arrived = received(g, threads);
    size_t owner[PART_MAX] = {0};
    find_owners(g, r, owner);
    const bool last = messages(g, owner, true) < messages(g, owner, false);
    for (size_t step = 1; step < g->all; step *= 2)
        for (size_t i = 0; i + step < g->all; i += 2 * step) {
            const size_t taken = place(g, last ? i + step : i), given = place(g, last ? i : i + step);
            const size_t left = home(g, owner, last, i, step), right = home(g, owner, last, i + step, step),
                         to = last ? right : left, from = last ? left : right;
            if (from == to) {
                if (to == r->own) s->add(g->context, place(g, i), place(g, i + step));
            } else if (from == r->own) {
                ranks_send(r, to, blocks, s->blocks(g->context, given, blocks));
            } else if (to == r->own) {
                ranks_receive(r, from, blocks, s->blocks(g->context, arrived, blocks));
                s->add(g->context, taken, arrived);
            }
        }
    ranks_broadcast_from(r, home(g, owner, last, 0, g->all), blocks, s->blocks(g->context, 0, blocks));
}

size_t pool_sum(struct pool *p, size_t n_parts, const struct part_sum *s, void *context)
{
    struct ranks *r = s->blocks ? pool_ranks(p) : NULL;
    struct sharing g = groups_make(n_parts, pool_threads(p), ranks_count(r), ranks_own(r));
    g.sum = s;
    g.context = context;
    pool_run(p, g.n, run_group, &g);
    if (ranks_count(r) == 1) return g.n;
    sum_over_ranks(&g, r, pool_threads(p));
    return 1;
}

void sum_tree(size_t n, sum_add add, void *context)
{
    for (size_t step = 1; step < n; step *= 2)
        for (size_t i = 0; i + step < n; i += 2 * step) add(context, i, i + step);
}

double sum_of_parts(size_t n, const double *v)
{
    size_t left = 1;
    if (n < 2) return n == 0 ? 0 : v[0];
    while (2 * left < n) left *= 2;
    return sum_of_parts(left, v) + sum_of_parts(n - left, v + left);
}
