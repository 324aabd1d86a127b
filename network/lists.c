/* Products by lists, and the loops over tiles. */
#include "network/lists.h"
#include <string.h>

/* Samples are gone through backwards in groups of about so many columns: their dz stays in the cache. */
enum { GROUP_COLUMNS = 1024 };
/* W's tile is copied together where each input has about so many entries; else it is read where it stands. */
enum { ENTRIES_PER_COPY = 8 };
/* Of 100 cells so many are likely to hold a spike: trained networks fire in 2 to 25 of 100 steps. There is
 * room for more, which is not touched. */
enum { LIKELY = 10 };

static size_t group_columns(size_t T, size_t C_max)
{
    size_t columns = T > GROUP_COLUMNS ? T : GROUP_COLUMNS;
    return columns < T * C_max ? columns : T * C_max;
}

status lists_create(struct lists *w, size_t inputs, size_t hidden, size_t T, size_t C_max, struct mem *m,
                    struct error *e)
{
    *w = (struct lists){.T = T, .C_max = C_max, .columns = group_columns(T, C_max)};
    if (inputs > UINT32_MAX / (T + 1))
        return FAIL(e, ST_MEMORY, "%zu inputs over %zu steps are too many", inputs, T);
    w->entries = inputs * T;
    w->capacity = spikes_most_listed(hidden * T * C_max);
    w->weights = mem_reals(m, inputs * KERNEL_TILE, e);
    w->from = mem_alloc(m, T * C_max, sizeof *w->from, e);
    w->to = mem_alloc(m, T * C_max, sizeof *w->to, e);
    w->index = mem_likely(m, w->capacity, sizeof *w->index, hidden * T * C_max / 100 * LIKELY, e);
    w->start = mem_alloc(m, inputs + 2, sizeof *w->start, e);
    w->column =
        mem_likely(m, w->entries, sizeof *w->column, inputs * group_columns(T, C_max) / 100 * LIKELY, e);
    w->value = mem_spare(m, w->entries, e); /* inputs that are no spikes */
    w->block = mem_reals(m, w->columns * KERNEL_TILE, e);
    return w->weights && w->from && w->to && w->index && w->start && w->column && w->value && w->block
               ? ST_OK
               : ST_MEMORY;
}

struct spike_columns lists_of_batch(struct lists *w, const struct batch *b, size_t first, size_t C)
{
    const struct spikes *x = b->x;
    const struct kernels *k = kernels();
    bool ones = true;
    spikes_visit(b, first, C);
    for (size_t c = 0; c < C; c++) {
        const size_t *start = x->start + batch_sample(b, first + c) * x->T;
        ones = ones && (!x->value || k->ones(start[x->T] - start[0], x->value + start[0]));
        for (size_t t = 0; t < x->T; t++) {
            w->from[t * C + c] = start[t];
            w->to[t * C + c] = start[t + 1];
        }
    }
    return (struct spike_columns){w->from, w->to, x->index, ones ? NULL : x->value};
}

bool lists_of_bits(struct lists *w, const uint32_t *bits, size_t n, size_t columns, struct spike_columns *out)
{
    const size_t words = spike_words(n);
    size_t count = 0;
    if (spikes_are_dense(kernels()->count(words * columns, bits), n * columns)) return false;
    for (size_t j = 0; j < columns; j++) {
        w->from[j] = count;
        for (size_t k = 0; k < words; k++)
            for (uint32_t rest = bits[j * words + k]; rest != 0; rest &= rest - 1)
                w->index[count++] = (uint32_t)(32 * k) + (uint32_t)__builtin_ctz(rest);
        w->to[j] = count;
    }
    *out = (struct spike_columns){w->from, w->to, w->index, NULL};
    return true;
}

/* The tile's rows of W, one input after another. */
static void copy_tile(const real *W, size_t n, size_t inputs, struct tile tile, real *to)
{
    if (tile.width == KERNEL_TILE) {
        for (size_t i = 0; i < inputs; i++)
            memcpy(to + i * KERNEL_TILE, W + i * n + tile.row, KERNEL_TILE * sizeof(real));
        return;
    }
    const size_t rows = n < tile.width ? n : tile.width;
    if (rows < tile.width) memset(to, 0, inputs * tile.width * sizeof(real));
    for (size_t i = 0; i < inputs; i++)
        memcpy(to + i * tile.width, W + i * n + tile.row, rows * sizeof(real));
}

void lists_forward(struct lists *w, struct forward_pass p, const real *W, size_t inputs)
{
    const struct kernels *k = kernels();
    size_t entries = 0;
    for (size_t j = 0; p.in && j < p.T * p.C; j++) entries += p.in->to[j] - p.in->from[j];
    const bool copy = p.in && (p.n < KERNEL_LINE || entries >= ENTRIES_PER_COPY * inputs);
    for (size_t done = 0; done < p.n;) {
        struct tile tile = tile_after(p.n, done);
        if (copy) copy_tile(W, p.n, inputs, tile, w->weights);
        p.W = copy ? w->weights : W ? W + tile.row : NULL;
        p.ld = copy ? tile.width : p.n;
        k->forward(&p, tile);
        done = tile.row + tile.width;
    }
}

/* The lists by input of samples c0 .. *c1-1, as many as fit but one at least. */
static void transpose(struct lists *w, const struct spike_columns *in, size_t inputs, size_t T, size_t C,
                      size_t c0, size_t *c1)
{
    uint32_t *start = w->start;
    size_t entries = 0;
    memset(start, 0, (inputs + 2) * sizeof *start);
    for (*c1 = c0; *c1 < C && (*c1 + 1 - c0) * T <= w->columns; ++*c1) {
        size_t own = 0;
        for (size_t t = 0; t < T; t++) own += in->to[t * C + *c1] - in->from[t * C + *c1];
        if (entries + own > w->entries) break;
        entries += own;
        for (size_t t = 0; t < T; t++)
            for (size_t k = in->from[t * C + *c1]; k < in->to[t * C + *c1]; k++) start[in->index[k] + 2]++;
    }
    for (size_t i = 2; i <= inputs; i++) start[i] += start[i - 1];
    for (size_t c = c0; c < *c1; c++)
        for (size_t t = 0; t < T; t++)
            for (size_t k = in->from[t * C + c]; k < in->to[t * C + c]; k++) {
                uint32_t at = start[in->index[k] + 1]++;
                w->column[at] = (uint32_t)((c - c0) * T + t);
                if (in->value) w->value[at] = in->value[k];
            }
}

void lists_backward(struct lists *w, struct backward_pass p, const struct spike_columns *in, size_t inputs,
                    real *D)
{
    const struct kernels *k = kernels();
    for (p.c0 = 0; p.c0 < p.C; p.c0 = p.c1) {
        p.c1 = p.C;
        if (in) transpose(w, in, inputs, p.T, p.C, p.c0, &p.c1);
        p.block = in ? w->block : NULL;
        const struct outer_pass outer = {
            p.n, inputs, w->start, w->column, in && in->value ? w->value : NULL, w->block, D};
        for (size_t done = 0; done < p.n;) {
            struct tile tile = tile_after(p.n, done);
            k->backward(&p, tile);
            if (in) k->outer(&outer, tile);
            done = tile.row + tile.width;
        }
    }
}

/* The tile's rows of V in the columns of samples c0 .. c1-1, in the order that transpose numbers them. */
static void copy_columns(const real *V, size_t n, size_t T, size_t C, size_t c0, size_t c1, struct tile tile,
                         real *to)
{
    const size_t rows = n < tile.width ? n : tile.width;
    for (size_t c = c0; c < c1; c++)
        for (size_t t = 0; t < T; t++, to += tile.width) {
            memcpy(to, V + (t * C + c) * n + tile.row, rows * sizeof *to);
            if (rows < tile.width) memset(to + rows, 0, (tile.width - rows) * sizeof *to);
        }
}

void lists_outer(struct lists *w, size_t C, const real *V, size_t n, const struct spike_columns *in,
                 size_t inputs, real *D)
{
    const struct outer_pass outer = {n,        inputs, w->start, w->column, in->value ? w->value : NULL,
                                     w->block, D};
    for (size_t c0 = 0, c1; c0 < C; c0 = c1) {
        transpose(w, in, inputs, w->T, C, c0, &c1);
        for (size_t done = 0; done < n;) {
            struct tile tile = tile_after(n, done);
            copy_columns(V, n, w->T, C, c0, c1, tile, w->block);
            kernels()->outer(&outer, tile);
            done = tile.row + tile.width;
        }
    }
}
