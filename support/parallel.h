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
 * after another. Processes (support/ranks.h) share the work likewise: each has a range of parts, which is
 * made of a few aligned groups, one if ranks and parts are powers of two. The tree goes on over the groups of
 * all ranks: a sum whose neighbour is another rank's travels to the left one, or with some numbers of parts
 * to the right one, whichever way fewer do, and that of all parts goes to all. So the bits are those of one
 * process, too: a + b is b + a. */
#ifndef SPIKEBENCH_SUPPORT_PARALLEL_H
#define SPIKEBENCH_SUPPORT_PARALLEL_H

#include "support/pool.h"
#include "support/ranks.h"

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
/* Samples in the largest chunk of any partition of at most n samples. */
size_t chunk_at_most(size_t n);

/* Parts first .. end-1. */
struct part_range {
    size_t first, end;
};
/* The share of rank `own` of `ranks`: the first of them may have some parts more than the others, but at most
 * an eighth more than the busiest rank must, and the last none at all. Every part belongs to exactly one
 * rank, and those of a rank come before the next's. */
struct part_range parts_of_rank(size_t n_parts, size_t ranks, size_t own);

/* Samples first .. end-1 of n: those of the parts that are a rank's. */
struct part_range samples_of_rank(size_t n, size_t ranks, size_t own);

/* The parts that are this rank's, and their chunks. */
struct part_range own_parts(const struct pool *p, size_t n_parts);
struct part_range own_chunks(const struct pool *p, const struct partition *part);

/* pool_run for the parts 0 .. n_parts-1 that are this rank's. */
void part_run(struct pool *p, size_t n_parts, pool_task task, void *context);
/* Makes known to all ranks what each has written for its own parts: `values` has `size` bytes a part. */
void part_share(struct pool *p, size_t n_parts, void *values, size_t size);
/* The same of `size` bytes a sample; gather: known to rank 0 alone. */
void part_share_samples(struct pool *p, const struct partition *part, void *values, size_t size);
void part_gather_samples(struct pool *p, const struct partition *part, void *values, size_t size);

/* Adds sum number `other` to sum number `sum`; the bits are the same the other way round. */
typedef void (*sum_add)(void *context, size_t sum, size_t other);
/* A sum over parts: `part` writes the partial sum of a part to sum number `sum`. `blocks` says where a sum
 * lies in memory, at most RANK_BLOCKS_MAX blocks, and returns how many. Where it is NULL, all ranks work out
 * all parts. */
struct part_sum {
    void (*part)(void *context, size_t part, size_t sum, size_t thread);
    sum_add add;
    size_t (*blocks)(void *context, size_t sum, struct rank_block *blocks);
};
/* Sums that the caller of pool_sum provides for at most n_parts parts, numbered from 0: a thread holds the
 * sum of its group and at most log2 of the group's size besides; with several ranks (0 is one) there is one
 * more, for what comes from others. At most PART_MAX. */
size_t pool_sums(size_t n_parts, size_t threads, size_t ranks);
/* Runs s->part for every part. Returns n > 0 sums 0 .. n-1 of aligned groups, whose tree (sum_tree, or the
 * caller's own over pieces of the sums) is the sum over all parts: with several ranks 1, the sum itself, on
 * all of them. n_parts > 0. */
size_t pool_sum(struct pool *p, size_t n_parts, const struct part_sum *s, void *context);
/* The tree over sums 0 .. n-1; the result is sum 0, the others are overwritten. */
void sum_tree(size_t n, sum_add add, void *context);
/* The same of numbers, which stay. 0 if n = 0. */
double sum_of_parts(size_t n, const double *v);

#endif
