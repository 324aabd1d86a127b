/* Parallel loops whose results do not depend on the number of threads.
 *
 * The samples of a problem are cut into chunks, the chunks grouped into parts; both depend on the number of
 * samples only. A task works on one part: it goes through the part's chunks in order and keeps partial sums
 * of its own. The caller then adds the partial sums in part order. Since every sum has a fixed order and
 * every matrix product a fixed shape, the bits are the same for any number of threads. (OpenBLAS itself runs
 * one thread: it gives other bits with two.) */
#ifndef SPIKEBENCH_SUPPORT_PARALLEL_H
#define SPIKEBENCH_SUPPORT_PARALLEL_H

#include "support/err.h"
#include <stddef.h>

enum { CHUNK_MAX = 64, PART_MAX = 8 };

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

struct pool;

/* A pool of `threads` >= 1 threads, the calling one included. The caller owns it; pool_free accepts NULL. */
status pool_create(struct pool **p, size_t threads, struct error *e);
void pool_free(struct pool *p);
size_t pool_threads(const struct pool *p); /* 1 for NULL */

/* task: 0 .. n_tasks-1, thread: 0 .. pool_threads-1, for per-thread workspaces. */
typedef void (*pool_task)(void *context, size_t task, size_t thread);

/* Runs task(context, i, thread) for every i and returns when all are done. A NULL pool runs them in order.
 * Not reentrant: a task must not call pool_run on the same pool. */
void pool_run(struct pool *p, size_t n_tasks, pool_task task, void *context);

#endif
