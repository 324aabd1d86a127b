/* See pairs.h. The product W X of a block, n rows, n_0 inputs, M columns, e list entries: by the lists (2 n e
 * FLOPs), or written out for BLAS tile by tile (2 n n_0 M).
 * The library lets the data decide. Here A's copy of the block claims so many inputs that it takes the lists,
 * whose loop does not read that number; B is the function behind the other way, out of a second copy of the
 * library's source under other names. */
#include "tests/bench/pairs.h"
#include <string.h>
#define spikes_are_dense     border_are_dense
#define spikes_most_listed   border_most_listed
#define spikes_as_dense      border_as_dense
#define spikes_times_weights border_times_weights
#define spikes_outer         border_outer
#define spikes_gram          border_gram
#define spikes_dense         border_dense
#include "network/spikes_products.c"
#undef spikes_are_dense
#undef spikes_most_listed
#undef spikes_as_dense
#undef spikes_times_weights
#undef spikes_outer
#undef spikes_gram
#undef spikes_dense

enum { INPUTS = 784, STEPS = 20, SAMPLES = CHUNK_MAX, COLUMNS = STEPS * SAMPLES, ROWS = 100 };
struct border {
    struct spikes x, many; /* the same lists */
    struct batch batch[2];
    real *W, *V[2];
};

/* Every cell holds a spike with this probability. */
static status draw(struct border *s, double share, struct rng *rng, struct mem *m, struct error *e)
{
    const size_t cells = (size_t)INPUTS * COLUMNS;
    struct spikes *x = &s->x;
    *x = (struct spikes){.n_inputs = INPUTS, .T = STEPS, .n_samples = SAMPLES};
    x->start = mem_alloc(m, COLUMNS + 1, sizeof *x->start, e);
    x->index = mem_alloc(m, cells, sizeof *x->index, e);
    if (!x->start || !x->index) return ST_MEMORY;
    size_t n = 0;
    for (size_t row = 0; row < COLUMNS; row++) {
        for (uint32_t i = 0; i < INPUTS; i++) {
            if (rng_uniform(rng) >= share) continue;
            x->index[n++] = i;
        }
        x->start[row + 1] = n;
    }
    s->many = *x;
    s->many.n_inputs = 16 * (size_t)INPUTS; /* no share of the cells reaches the border */
    return ST_OK;
}

static void count(struct pair *p, const struct border *s)
{
    double cells = (double)INPUTS * COLUMNS, entries = (double)s->x.start[COLUMNS];
    double lists = entries * (double)sizeof *s->x.index + (COLUMNS + 1.0) * sizeof(size_t);
    p->flops[SIDE_A] = 2.0 * ROWS * entries;
    p->flops[SIDE_B] = 2.0 * ROWS * cells;
    p->bytes[SIDE_A] = p->bytes[SIDE_B] = lists + (double)sizeof(real) * ROWS * (INPUTS + COLUMNS);
    (void)snprintf(p->sizes, sizeof p->sizes, "%d samples, T %d, %d inputs, %.1f %% of the cells, %d rows",
                   SAMPLES, STEPS, INPUTS, 100 * entries / cells, ROWS);
}

status border_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    struct border *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    struct rng rng;
    (void)variant;
    if (!s) return ST_MEMORY;
    rng_seed(&rng, 1, "border");
    TRY(draw(s, *(const double *)setting, &rng, &p->mem, e));
    s->batch[SIDE_A] = (struct batch){.x = &s->many, .n = SAMPLES};
    s->batch[SIDE_B] = (struct batch){.x = &s->x, .n = SAMPLES};
    p->n_out = (size_t)ROWS * COLUMNS;
    s->W = mem_reals(&p->mem, (size_t)ROWS * INPUTS, e);
    for (int side = 0; side < 2; side++) p->out[side] = s->V[side] = mem_reals(&p->mem, p->n_out, e);
    if (!s->W || !s->V[0] || !s->V[1]) return ST_MEMORY;
    bench_normal(s->W, (size_t)ROWS * INPUTS, &rng);
    count(p, s);
    return ST_OK;
}

status border_run(struct pair *p, enum side side, struct error *e)
{
    const struct border *s = p->state;
    (void)e;
    if (side == SIDE_A) {
        spikes_times_weights(&s->batch[SIDE_A], 0, SAMPLES, s->W, ROWS, s->V[SIDE_A]);
        return ST_OK;
    }
    memset(s->V[SIDE_B], 0, p->n_out * sizeof(real));
    dense_times_weights(&s->batch[SIDE_B], 0, SAMPLES, s->W, ROWS, s->V[SIDE_B]);
    return ST_OK;
}
