/* See pool.h. */
#include "support/pool.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct worker {
    struct pool *pool;
    size_t number;
    pthread_t thread;
    size_t next, end; /* of its share of the tasks, those that nobody has taken */
};

struct pool {
    size_t threads, started;
    struct ranks *ranks;
    struct worker *workers; /* [threads]; number 0 is the calling thread */
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    pool_task task;
    void *context;
    /* Changed under the lock; read without it by threads that spin. */
    atomic_size_t busy;
    atomic_ulong round;
    bool quit;
};

/* A thread looks so often before it sleeps, some 50 microseconds: waking one takes as long. */
enum { SPINS = 2000 };

static void pause_briefly(void)
{
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
}

/* The tasks in equal shares, the same every time. */
static void share_out(struct pool *p, size_t n_tasks)
{
    for (size_t k = 0; k < p->threads; k++) {
        p->workers[k].next = n_tasks * k / p->threads;
        p->workers[k].end = n_tasks * (k + 1) / p->threads;
    }
}

/* The next task of the thread's own share, or the last of another's. false: none is left. */
static bool take(struct pool *p, size_t number, size_t *task)
{
    struct worker *own = &p->workers[number];
    if (own->next < own->end) {
        *task = own->next++;
        return true;
    }
    for (size_t k = 0; k < p->threads; k++)
        if (p->workers[k].next < p->workers[k].end) {
            *task = --p->workers[k].end;
            return true;
        }
    return false;
}

/* Takes tasks until none is left; called and left with the lock held. */
static void work_through(struct pool *p, size_t number)
{
    for (size_t task; take(p, number, &task);) {
        pthread_mutex_unlock(&p->lock);
        p->task(p->context, task, number);
        pthread_mutex_lock(&p->lock);
    }
}

static void *worker_main(void *argument)
{
    struct worker *w = argument;
    struct pool *p = w->pool;
    unsigned long seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        pthread_mutex_unlock(&p->lock);
        for (int i = 0; i < SPINS && p->round == seen; i++) pause_briefly();
        pthread_mutex_lock(&p->lock);
        while (!p->quit && p->round == seen) pthread_cond_wait(&p->work, &p->lock);
        if (p->quit) break;
        seen = p->round;
        work_through(p, w->number);
        if (--p->busy == 0) pthread_cond_signal(&p->done);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

status pool_create(struct pool **out, size_t threads, struct error *e)
{
    struct pool *p = calloc(1, sizeof *p);
    if (!p || !(p->workers = calloc(threads, sizeof *p->workers))) {
        free(p);
        return FAIL(e, ST_MEMORY, "no memory for a pool of %zu threads", threads);
    }
    p->threads = threads;
    p->started = 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->done, NULL);
    for (; p->started < threads; p->started++) {
        struct worker *w = &p->workers[p->started];
        w->pool = p;
        w->number = p->started;
        if (pthread_create(&w->thread, NULL, worker_main, w) != 0) {
            size_t got = p->started;
            pool_free(p);
            return FAIL(e, ST_MEMORY, "cannot start thread %zu of %zu", got + 1, threads);
        }
    }
    *out = p;
    return ST_OK;
}

void pool_free(struct pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 1; i < p->started; i++) pthread_join(p->workers[i].thread, NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->work);
    pthread_cond_destroy(&p->done);
    free(p->workers);
    free(p);
}

size_t pool_threads(const struct pool *p)
{
    return p ? p->threads : 1;
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
    pthread_mutex_lock(&p->lock);
    p->task = task;
    p->context = context;
    share_out(p, n_tasks);
    p->busy = p->threads - 1;
    p->round++;
    pthread_cond_broadcast(&p->work);
    work_through(p, 0);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < SPINS && p->busy > 0; i++) pause_briefly();
    pthread_mutex_lock(&p->lock);
    while (p->busy > 0) pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
