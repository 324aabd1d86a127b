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

size_t chunk_largest(const struct partition *p)
{
    return p->n_chunks == 0 ? 0 : (p->n + p->n_chunks - 1) / p->n_chunks;
}

/* How the parts are shared out: groups of `size` parts, a power of two, twice as many as threads where there
 * is more than one; `depth` sums a thread besides that of its group. */
struct groups {
    size_t parts, size, n, depth;
    const struct part_sum *sum;
    void *context;
};

static struct groups groups_make(size_t parts, size_t threads)
{
    struct groups g = {.parts = parts, .size = 1};
    while ((parts + g.size - 1) / g.size > 1 &&
           (threads == 1 || (parts + g.size - 1) / g.size >= 4 * threads))
        g.size *= 2;
    g.n = (parts + g.size - 1) / g.size;
    for (size_t i = 0; i < g.size && i < parts; i++) {
        size_t depth = (size_t)__builtin_popcountl(i);
        if (depth > g.depth) g.depth = depth;
    }
    return g;
}

size_t pool_sums(size_t n_parts, size_t threads)
{
    size_t most = 0;
    for (size_t n = 1; n <= n_parts; n++) {
        struct groups g = groups_make(n, threads);
        size_t sums = g.n + threads * g.depth;
        if (sums > most) most = sums;
    }
    return most;
}

/* The k-th sum that a thread holds while it works on a group. */
static size_t held(const struct groups *g, size_t group, size_t thread, size_t k)
{
    return k == 0 ? group : g->n + thread * g->depth + k - 1;
}

/* Part i of a group comes on top of the sums of the groups within i, one for each bit of i; then those of
 * equal size are added. */
static void run_group(void *context, size_t group, size_t thread)
{
    const struct groups *g = context;
    size_t first = group * g->size, n = g->parts - first < g->size ? g->parts - first : g->size;
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)__builtin_popcountl(i);
        g->sum->part(g->context, first + i, held(g, group, thread, k), thread);
        for (size_t bits = i; bits & 1; bits >>= 1, k--)
            g->sum->add(g->context, held(g, group, thread, k - 1), held(g, group, thread, k));
    }
    for (size_t k = (size_t)__builtin_popcountl(n) - 1; k > 0; k--)
        g->sum->add(g->context, held(g, group, thread, k - 1), held(g, group, thread, k));
}

size_t pool_sum(struct pool *p, size_t n_parts, const struct part_sum *s, void *context)
{
    struct groups g = groups_make(n_parts, pool_threads(p));
    g.sum = s;
    g.context = context;
    pool_run(p, g.n, run_group, &g);
    return g.n;
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
