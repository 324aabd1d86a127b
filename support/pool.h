/* A pool of threads that share out numbered tasks. */
#ifndef SPIKEBENCH_SUPPORT_POOL_H
#define SPIKEBENCH_SUPPORT_POOL_H

#include "support/err.h"
#include <stddef.h>

struct pool;
struct ranks;

/* A pool of `threads` >= 1 threads, the calling one included. The caller owns it; pool_free accepts NULL. */
status pool_create(struct pool **p, size_t threads, struct error *e);
void pool_free(struct pool *p);
size_t pool_threads(const struct pool *p); /* 1 for NULL */
/* The processes whose pools share the work of parts (support/parallel.h); borrowed, NULL (at first, and for
 * NULL): this one alone. */
void pool_join(struct pool *p, struct ranks *r);
struct ranks *pool_ranks(const struct pool *p);

/* task: 0 .. n_tasks-1, thread: 0 .. pool_threads-1, for per-thread workspaces. */
typedef void (*pool_task)(void *context, size_t task, size_t thread);

/* Runs task(context, i, thread) for every i and returns when all are done. A NULL pool runs them in order.
 * Thread k begins with tasks n_tasks k / threads and on, so that it finds in its cache what it worked on the
 * last time; who has done its share takes what others have left. Not reentrant: a task must not call pool_run
 * on the same pool. */
void pool_run(struct pool *p, size_t n_tasks, pool_task task, void *context);

#endif
