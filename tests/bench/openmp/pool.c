/* The pool of support/pool.h by OpenMP, in place of support/pool.c: for `make bench-pool` alone. */
#include "support/pool.h"
#include <omp.h>
#include <stdlib.h>

struct pool {
    int threads;
    struct ranks *ranks;
};

status pool_create(struct pool **p, size_t threads, struct error *e)
{
    *p = malloc(sizeof **p);
    if (!*p) return FAIL(e, ST_MEMORY, "no memory for a pool of %zu threads", threads);
    (*p)->threads = (int)threads;
    (*p)->ranks = NULL;
    return ST_OK;
}

void pool_free(struct pool *p)
{
    free(p);
}

size_t pool_threads(const struct pool *p)
{
    return p ? (size_t)p->threads : 1;
}

void pool_join(struct pool *p, struct ranks *r)
{
    p->ranks = r;
}

struct ranks *pool_ranks(const struct pool *p)
{
    return p ? p->ranks : NULL;
}

void pool_run(struct pool *p, size_t n_tasks, pool_task task, void *context)
{
    if (!p || p->threads == 1) {
        for (size_t i = 0; i < n_tasks; i++) task(context, i, 0);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(p->threads)
    for (size_t i = 0; i < n_tasks; i++) task(context, i, (size_t)omp_get_thread_num());
}
