/* See input_gram.h. */
#include "network/input_gram.h"
#include "support/blas.h"

struct task {
    const struct batch *b;
    const struct partition *part;
    struct pool *pool;
    real *sums[2];
};

bool input_gram_exact(const struct batch *b)
{
    const double most = spikes_largest(b);
    return most * most * (double)b->n * (double)b->x->T <= REAL_SELECT(0x1p53, 0x1p24);
}

static void add_chunks(const struct task *t, size_t first, size_t end)
{
    for (size_t c = first; c < end; c++) {
        const size_t sample = chunk_first(t->part, c);
        spikes_gram(t->b, sample, chunk_first(t->part, c + 1) - sample, t->sums[0]);
    }
}

/* A rank's chunks are one part of the sum. */
static void add_own(void *context, size_t part, size_t sum, size_t thread)
{
    const struct task *t = context;
    const struct part_range own = own_chunks(t->pool, t->part);
    (void)part, (void)sum, (void)thread;
    add_chunks(t, own.first, own.end);
}

static void add(void *context, size_t sum, size_t other)
{
    const struct task *t = context;
    blas_axpy(t->b->x->n_inputs * t->b->x->n_inputs, R(1.0), t->sums[other], t->sums[sum]);
}

static size_t blocks(void *context, size_t sum, struct rank_block *out)
{
    const struct task *t = context;
    out[0] = rank_memory(t->sums[sum], t->b->x->n_inputs * t->b->x->n_inputs * sizeof(real));
    return 1;
}

/* Where the order counts the ranks take turns: the sum goes from one to the next, the last hands it to all.
 */
static void take_turns(struct task *t, struct ranks *r)
{
    const size_t last = ranks_count(r) - 1, own = ranks_own(r);
    const struct part_range chunks = own_chunks(t->pool, t->part);
    struct rank_block block;
    (void)blocks(t, 0, &block);
    if (own > 0) ranks_receive(r, own - 1, &block, 1);
    add_chunks(t, chunks.first, chunks.end);
    if (last > 0) ranks_send(r, own < last ? own + 1 : 0, &block, 1);
    if (last > 0 && own == 0) ranks_receive(r, last, &block, 1);
    ranks_broadcast(r, &block, 1);
}

void input_gram(const struct batch *b, const struct partition *part, struct pool *pool, real *G, real *other)
{
    static const struct part_sum sum = {add_own, add, blocks};
    struct task t = {b, part, pool, {G, other}};
    struct ranks *r = pool ? pool_ranks(pool) : NULL;
    if (ranks_count(r) > 1 && input_gram_exact(b))
        (void)pool_sum(pool, r->n, &sum, &t);
    else
        take_turns(&t, r);
}
