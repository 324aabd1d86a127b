/* Parallel loops whose results do not depend on the number of threads.
 *
 * The samples of a problem are cut into chunks, the chunks grouped into parts; both depend on the number of
 * samples only. A task works on one part: it goes through the part's chunks in order and keeps partial sums
 * of its own. The partial sums are added by a fixed binary tree over the parts' numbers,
 *
 *   ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)) + ...,
 *
 * where a sum without a right neighbour moves up as it is. Since every sum has a fixed order and every matrix
 * product a fixed shape, the bits are the same for any number of threads. (OpenBLAS itself runs one thread:
 * it gives other bits with two.)
 *
 * An aligned group, parts g 2^k .. (g + 1) 2^k - 1, is one partial sum of the tree. A thread takes one group
 * after another. Processes share the work likewise: rank r of n takes the aligned group of parts r S .. (r +
 * 1) S - 1, S the smallest power of two with n S >= n_parts, and the tree over the ranks' sums gives the bits
 * of one process. */
#ifndef SPIKEBENCH_SUPPORT_PARALLEL_H
#define SPIKEBENCH_SUPPORT_PARALLEL_H

#include "support/pool.h"

enum { CHUNK_MAX = 64, PART_MAX = 64 };

struct partition {
    size_t n;        /* samples */
    size_t n_chunks; /* ceil(n / CHUNK_MAX), sizes differ by at most one */
    size_t n_parts;  /* min(n_chunks, PART_MAX) */
};

struct partition partition_make(size_t n);
size_t chunk_first(const struct partition *p,
                   size_t chunk); /* first sample of `chunk`; chunk_first(n_chunks) = n */
size_t part_first(const struct partition *p,
                  size_t part);                  /* first chunk of `part`; part_first(n_parts) = n_chunks */
size_t chunk_largest(const struct partition *p); /* samples in the largest chunk */

/* Adds sum number `other` to sum number `sum`. */
typedef void (*sum_add)(void *context, size_t sum, size_t other);
/* A sum over parts: `part` writes the partial sum of a part to sum number `sum`. */
struct part_sum {
    void (*part)(void *context, size_t part, size_t sum, size_t thread);
    sum_add add;
};
/* Sums that the caller of pool_sum provides for at most n_parts parts, numbered from 0: a thread holds the
 * sum of its group and at most log2 of the group's size besides. At most n_parts. */
size_t pool_sums(size_t n_parts, size_t threads);
/* Runs s->part for every part. Returns n > 0 sums 0 .. n-1 of aligned groups, whose tree (sum_tree, or the
 * caller's own over pieces of the sums) is the sum over all parts. n_parts > 0. */
size_t pool_sum(struct pool *p, size_t n_parts, const struct part_sum *s, void *context);
/* The tree over sums 0 .. n-1; the result is sum 0, the others are overwritten. */
void sum_tree(size_t n, sum_add add, void *context);
/* The same of numbers, which stay. 0 if n = 0. */
double sum_of_parts(size_t n, const double *v);

#endif
