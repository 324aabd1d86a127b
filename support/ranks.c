/* See ranks.h. */
#include "support/ranks.h"
#include "support/progress.h"

size_t ranks_count(const struct ranks *r)
{
    return r ? r->n : 1;
}

size_t ranks_own(const struct ranks *r)
{
    return r ? r->own : 0;
}

struct rank_block rank_memory(void *at, size_t bytes)
{
    return (struct rank_block){at, bytes, 1, bytes};
}

struct rank_traffic ranks_traffic(const struct ranks *r)
{
    return r ? r->traffic : (struct rank_traffic){0};
}

void ranks_send(struct ranks *r, size_t to, const struct rank_block *blocks, size_t n)
{
    const double started = clock_seconds();
    r->link.send(r->link.context, to, blocks, n);
    r->traffic.wait_s += clock_seconds() - started;
    r->traffic.messages++;
    for (size_t k = 0; k < n; k++) r->traffic.bytes += (double)blocks[k].bytes * (double)blocks[k].count;
}

void ranks_receive(struct ranks *r, size_t from, const struct rank_block *blocks, size_t n)
{
    const double started = clock_seconds();
    r->link.receive(r->link.context, from, blocks, n);
    r->traffic.wait_s += clock_seconds() - started;
}

/* The step at which rank number k of a tree of n hears from below: the lowest bit of its number; of number 0
 * the first power of two that is not below n. */
static size_t step_of(size_t k, size_t n)
{
    size_t step = 1;
    while (step < n && !(k & step)) step *= 2;
    return step;
}

static size_t first_step(const struct ranks *r)
{
    return step_of(r->own, r->n);
}

void ranks_broadcast_from(struct ranks *r, size_t root, const struct rank_block *blocks, size_t n)
{
    if (!r) return;
    const size_t k = (r->own + r->n - root) % r->n; /* this rank's number, from the root on */
    size_t step = step_of(k, r->n);
    if (k > 0) ranks_receive(r, (r->own + r->n - step) % r->n, blocks, n);
    while ((step /= 2) > 0)
        if (k + step < r->n) ranks_send(r, (r->own + step) % r->n, blocks, n);
}

void ranks_broadcast(struct ranks *r, const struct rank_block *blocks, size_t n)
{
    ranks_broadcast_from(r, 0, blocks, n);
}

/* The bytes of ranks first_rank .. end-1. */
static struct rank_block bytes_of(void *array, const size_t *first, size_t first_rank, size_t end)
{
    return rank_memory((char *)array + first[first_rank], first[end] - first[first_rank]);
}

void ranks_gather(struct ranks *r, void *array, const size_t *first)
{
    if (!r) return;
    const size_t last = first_step(r);
    for (size_t step = 1; step < last && r->own + step < r->n; step *= 2) {
        const size_t from = r->own + step, end = from + step < r->n ? from + step : r->n;
        const struct rank_block block = bytes_of(array, first, from, end);
        ranks_receive(r, from, &block, 1);
    }
    if (r->own == 0) return;
    const size_t end = r->own + last < r->n ? r->own + last : r->n;
    const struct rank_block block = bytes_of(array, first, r->own, end);
    ranks_send(r, r->own - last, &block, 1);
}

void ranks_share(struct ranks *r, void *array, const size_t *first)
{
    if (!r) return;
    ranks_gather(r, array, first);
    const struct rank_block all = bytes_of(array, first, 0, r->n);
    ranks_broadcast(r, &all, 1);
}

/* Along the tree of the broadcast: each rank has its own outcome or that of the first rank above it that has
 * failed. */
status ranks_agree(struct ranks *r, status st, struct error *e)
{
    struct error own = {.code = ST_OK}, heard;
    if (!r) return st;
    if (st != ST_OK && e) own = *e;
    own.code = st;
    if (st != ST_OK && r->own > 0) (void)err_prefix(&own, "rank %zu", r->own);
    const size_t last = first_step(r);
    const struct rank_block in = rank_memory(&heard, sizeof heard), out = rank_memory(&own, sizeof own);
    for (size_t step = 1; step < last && r->own + step < r->n; step *= 2) {
        ranks_receive(r, r->own + step, &in, 1);
        if (own.code == ST_OK) own = heard;
    }
    if (r->own > 0) ranks_send(r, r->own - last, &out, 1);
    ranks_broadcast(r, &out, 1);
    if (own.code != ST_OK && e) *e = own;
    return own.code;
}
