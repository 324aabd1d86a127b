/* See thread_ranks.h. */
#include "tests/thread_ranks.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A sender that waits. */
struct slot {
    const struct rank_block *blocks;
    size_t n;
};

struct exchange {
    size_t n;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot *slots; /* [from][to] */
};

struct member {
    struct exchange *exchange;
    struct ranks ranks;
    void (*body)(struct ranks *r, void *context);
    void *context;
    pthread_t thread;
};

static void send(void *context, size_t to, const struct rank_block *blocks, size_t n)
{
    struct member *m = context;
    struct exchange *x = m->exchange;
    struct slot *slot = &x->slots[m->ranks.own * x->n + to];
    (void)pthread_mutex_lock(&x->lock);
    *slot = (struct slot){blocks, n};
    (void)pthread_cond_broadcast(&x->changed);
    while (slot->blocks) (void)pthread_cond_wait(&x->changed, &x->lock);
    (void)pthread_mutex_unlock(&x->lock);
}

static size_t bytes_of(const struct rank_block *blocks, size_t n)
{
    size_t bytes = 0;
    for (size_t k = 0; k < n; k++) bytes += blocks[k].bytes * blocks[k].count;
    return bytes;
}

/* The bytes of blocks, to a message or from it. */
static void pack(const struct rank_block *blocks, size_t n, char *message, bool out)
{
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < blocks[k].count; i++, message += blocks[k].bytes) {
            char *at = (char *)blocks[k].at + i * blocks[k].stride;
            memcpy(out ? message : at, out ? at : message, blocks[k].bytes);
        }
}

/* From one list of blocks to another, which may be cut elsewhere. */
static void copy(const struct slot *from, const struct rank_block *to, size_t n)
{
    const size_t bytes = bytes_of(to, n);
    char *message = malloc(bytes + 1);
    cr_assert(message);
    cr_assert_eq(bytes_of(from->blocks, from->n), bytes, "a message is not as long as its receiver expects");
    pack(from->blocks, from->n, message, true);
    pack(to, n, message, false);
    free(message);
}

static void receive(void *context, size_t from, const struct rank_block *blocks, size_t n)
{
    struct member *m = context;
    struct exchange *x = m->exchange;
    struct slot *slot = &x->slots[from * x->n + m->ranks.own];
    (void)pthread_mutex_lock(&x->lock);
    while (!slot->blocks) (void)pthread_cond_wait(&x->changed, &x->lock);
    copy(slot, blocks, n);
    slot->blocks = NULL;
    (void)pthread_cond_broadcast(&x->changed);
    (void)pthread_mutex_unlock(&x->lock);
}

static void *run(void *argument)
{
    struct member *m = argument;
    m->body(&m->ranks, m->context);
    return NULL;
}

struct rank_traffic thread_ranks_run(size_t n, void (*body)(struct ranks *r, void *context), void *context)
{
    struct exchange x = {.n = n, .slots = calloc(n * n, sizeof *x.slots)};
    struct member *members = calloc(n, sizeof *members);
    struct rank_traffic sent = {0};
    cr_assert(x.slots && members);
    (void)pthread_mutex_init(&x.lock, NULL);
    (void)pthread_cond_init(&x.changed, NULL);
    for (size_t k = 0; k < n; k++) {
        members[k] = (struct member){.exchange = &x, .body = body, .context = context};
        members[k].ranks = (struct ranks){.n = n, .own = k, .link = {&members[k], send, receive}};
        cr_assert_eq(pthread_create(&members[k].thread, NULL, run, &members[k]), 0);
    }
    for (size_t k = 0; k < n; k++) {
        (void)pthread_join(members[k].thread, NULL);
        sent.messages += members[k].ranks.traffic.messages;
        sent.bytes += members[k].ranks.traffic.bytes;
    }
    (void)pthread_cond_destroy(&x.changed);
    (void)pthread_mutex_destroy(&x.lock);
    free(members);
    free(x.slots);
    return sent;
}
