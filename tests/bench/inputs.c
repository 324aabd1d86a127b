/* See pairs.h. C samples of T steps, M = T C columns, n_0 inputs, n rows, e list entries.
 * FLOPs: lists 2 n e for W X and V X', sum of k (k + 1) over columns of k entries for the Gram matrix; dense,
 * and lists that are written out for BLAS, 2 n n_0 M, and (n_0 + 1) n_0 M for the lower triangle. */
#include "support/blas.h"
#include "tests/bench/pairs.h"
#include <string.h>

enum { ROWS = 100 };
struct inputs {
    struct dataset data;
    struct batch batch;
    enum input_product product;
    size_t C, columns, size; /* size: of the result */
    real *dense, *factor, *result[2];
};

static void count(struct pair *p, const struct inputs *s)
{
    const struct spikes *x = s->batch.x;
    double in = (double)x->n_inputs, M = (double)s->columns, entries = (double)x->start[s->columns],
           pairs = 0;
    for (size_t row = 0; row < s->columns; row++) {
        double k = (double)(x->start[row + 1] - x->start[row]);
        pairs += k * (k + 1);
    }
    bool gram = s->product == INPUT_GRAM;
    p->flops[SIDE_B] = gram ? in * (in + 1) * M : 2.0 * ROWS * in * M;
    p->flops[SIDE_A] = gram ? pairs : 2.0 * ROWS * entries;
    if (spikes_as_dense(&s->batch, 0, s->C)) p->flops[SIDE_A] = p->flops[SIDE_B];
    double word = (double)sizeof(real);
    double other = word * (gram ? in * (in + 1) / 2 : ROWS * (in + M)); /* W and V, or V and D */
    p->bytes[SIDE_A] = other + entries * (word + sizeof *x->index) + (M + 1) * sizeof *x->start;
    p->bytes[SIDE_B] = other + word * in * M;
    (void)snprintf(p->sizes, sizeof p->sizes, "%zu samples, T %zu, %zu inputs, %.1f %% of the cells%s", s->C,
                   x->T, x->n_inputs, 100 * entries / (in * M), gram ? "" : ", 100 rows");
}

status inputs_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    const struct inputs_setting *set = setting;
    struct inputs *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    struct rng rng;
    (void)variant;
    if (!s) return ST_MEMORY;
    TRY(bench_open(&s->data, set->data, e));
    s->batch = dataset_batch(&s->data, SPLIT_TRAIN);
    s->product = set->product;
    s->C = s->batch.n < CHUNK_MAX ? s->batch.n : CHUNK_MAX;
    s->columns = s->C * s->batch.x->T;
    size_t in = s->batch.x->n_inputs;
    s->size = s->product == INPUT_TIMES ? ROWS * s->columns : in * (s->product == INPUT_OUTER ? ROWS : in);
    s->dense = mem_reals(&p->mem, in * s->columns, e);
    s->factor = mem_reals(&p->mem, ROWS * (in > s->columns ? in : s->columns), e);
    for (int side = 0; side < 2; side++) p->out[side] = s->result[side] = mem_reals(&p->mem, s->size, e);
    if (!s->dense || !s->factor || !s->result[0] || !s->result[1]) return ST_MEMORY;
    spikes_dense(&s->batch, 0, s->C, s->dense);
    rng_seed(&rng, 1, "factor");
    bench_normal(s->factor, ROWS * (in > s->columns ? in : s->columns), &rng);
    p->n_out = s->size;
    count(p, s);
    return ST_OK;
}

/* Sums start at 0 on both sides. */
status inputs_run(struct pair *p, enum side side, struct error *e)
{
    const struct inputs *s = p->state;
    size_t in = s->batch.x->n_inputs, M = s->columns;
    real *out = s->result[side];
    (void)e;
    if (s->product != INPUT_TIMES && side == SIDE_A) memset(out, 0, s->size * sizeof *out);
    switch (s->product) {
    case INPUT_TIMES:
        if (side == SIDE_A)
            spikes_times_weights(&s->batch, 0, s->C, s->factor, ROWS, out);
        else
            blas_gemm(false, false, ROWS, M, in, R(1.0), s->factor, ROWS, s->dense, in, R(0.0), out, ROWS);
        break;
    case INPUT_OUTER:
        if (side == SIDE_A)
            spikes_outer(&s->batch, 0, s->C, s->factor, ROWS, out);
        else
            blas_gemm(false, true, ROWS, in, M, R(1.0), s->factor, ROWS, s->dense, in, R(0.0), out, ROWS);
        break;
    case INPUT_GRAM:
        if (side == SIDE_A)
            spikes_gram(&s->batch, 0, s->C, out);
        else
            blas_syrk(in, M, R(1.0), s->dense, in, R(0.0), out, in);
        break;
    }
    return ST_OK;
}

void inputs_close(struct pair *p)
{
    struct inputs *s = p->state;
    if (s) dataset_free(&s->data);
}
