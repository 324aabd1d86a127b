/* See input_gram.h. */
#include "network/input_gram.h"
#include "support/blas.h"
#include <math.h>

struct task {
    const struct batch *b;
    const struct partition *part;
    struct pool *pool;
    real *sums[2];
};

bool input_gram_exact(const struct batch *b)
{
    const struct spikes *x = b->x;
    const double limit = REAL_SELECT(0x1p53, 0x1p24);
    double most = 1;
    for (size_t i = 0; x->value && i < b->n; i++) {
        const size_t *start = x->start + batch_sample(b, i) * x->T;
        spikes_visit(b, i, 1);
        for (size_t k = start[0]; k < start[x->T]; k++) {
            const double value = fabs((double)x->value[k]);
            if (value != floor(value)) return false;
            most = fmax(most, value);
        }
    }
    return most * most * (double)b->n * (double)x->T <= limit;
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
    out[0] = (struct rank_block){t->sums[sum], t->b->x->n_inputs * t->b->x->n_inputs * sizeof(real)};
    return 1;
}

void input_gram(const struct batch *b, const struct partition *part, struct pool *pool, real *G, real *other)
{
    static const struct part_sum sum = {add_own, add, blocks};
    struct task t = {b, part, pool, {G, other}};
    const size_t ranks = ranks_count(pool ? pool_ranks(pool) : NULL);
    if (ranks > 1 && input_gram_exact(b))
        (void)pool_sum(pool, ranks, &sum, &t);
    else
        add_chunks(&t, 0, part->n_chunks);
}
