/* Products with sparse spike tensors. Blocks of few entries are gone through by their lists, 2 n FLOPs for
 * each. Others (rate-coded images, inputs with noise) are written out tile by tile for BLAS. */
#include "network/kernels/kernels.h"
#include "network/spikes.h"
#include "support/blas.h"
#include <string.h>

/* By lists where at most LISTED of 100 cells have an entry. Measured for 500 x 500 and 200 x 2312 weights and
 * 1500 columns, forwards and back: lists cost what BLAS costs at 36 to 60 %, on AVX2 and AVX-512 and in
 * either precision, later without them. So one constant serves all, and results do not depend on the level.
 */
enum { LISTED = 35 };
enum { TILE_INPUTS = 128, TILE_COLUMNS = 64, TILE = TILE_INPUTS * TILE_COLUMNS };

/* First and one-past-last entry of column t*C + c of a block that starts at sample `first`. */
static inline void entry_range(const struct batch *b, size_t first, size_t c, size_t t, size_t *from,
                               size_t *to)
{
    size_t row = batch_sample(b, first + c) * b->x->T + t;
    *from = b->x->start[row];
    *to = b->x->start[row + 1];
}

size_t spikes_most_listed(size_t cells)
{
    return cells / 100 * LISTED + cells % 100 * LISTED / 100;
}

bool spikes_are_dense(size_t entries, size_t cells)
{
    return entries > spikes_most_listed(cells);
}

bool spikes_as_dense(const struct batch *b, size_t first, size_t C)
{
    size_t entries = 0, T = b->x->T;
    for (size_t c = 0; c < C; c++) {
        const size_t *start = b->x->start + batch_sample(b, first + c) * T;
        entries += start[T] - start[0];
    }
    return spikes_are_dense(entries, b->x->n_inputs * T * C);
}

/* Some columns of a block, written out for a range of inputs after another. */
struct tiles {
    const struct batch *b;
    size_t columns;                               /* at most TILE_COLUMNS */
    size_t next[TILE_COLUMNS], end[TILE_COLUMNS]; /* entries not written out yet */
};

/* Columns column .. column + tiles->columns - 1 of a block. */
static void tiles_start(struct tiles *tiles, const struct batch *b, size_t first, size_t C, size_t column)
{
    size_t all = b->x->T * C;
    tiles->b = b;
    tiles->columns = all - column < TILE_COLUMNS ? all - column : TILE_COLUMNS;
    for (size_t j = 0; j < tiles->columns; j++)
        entry_range(b, first, (column + j) % C, (column + j) / C, &tiles->next[j], &tiles->end[j]);
}

/* X (TILE_INPUTS x columns): inputs from .. from + TILE_INPUTS - 1, in ascending calls; returns how many of
 * them there are. */
static size_t tiles_next(struct tiles *tiles, size_t from, real *X)
{
    const struct spikes *x = tiles->b->x;
    size_t n = x->n_inputs - from < TILE_INPUTS ? x->n_inputs - from : TILE_INPUTS;
    memset(X, 0, TILE_INPUTS * tiles->columns * sizeof *X);
    for (size_t j = 0; j < tiles->columns; j++) {
        size_t k = tiles->next[j];
        for (; k < tiles->end[j] && x->index[k] < from + n; k++)
            X[j * TILE_INPUTS + x->index[k] - from] = spikes_value(x, k);
        tiles->next[j] = k;
    }
    return n;
}

static void dense_times_weights(const struct batch *b, size_t first, size_t C, const real *W, size_t n,
                                real *V)
{
    real X[TILE];
    struct tiles tiles;
    for (size_t column = 0; column < b->x->T * C; column += TILE_COLUMNS) {
        tiles_start(&tiles, b, first, C, column);
        for (size_t from = 0; from < b->x->n_inputs; from += TILE_INPUTS) {
            size_t inputs = tiles_next(&tiles, from, X);
            blas_gemm(false, false, n, tiles.columns, inputs, R(1.0), W + from * n, n, X, TILE_INPUTS, R(1.0),
                      V + column * n, n);
        }
    }
}

static void dense_outer(const struct batch *b, size_t first, size_t C, const real *V, size_t n, real *D)
{
    real X[TILE];
    struct tiles tiles;
    for (size_t column = 0; column < b->x->T * C; column += TILE_COLUMNS) {
        tiles_start(&tiles, b, first, C, column);
        for (size_t from = 0; from < b->x->n_inputs; from += TILE_INPUTS) {
            size_t inputs = tiles_next(&tiles, from, X);
            blas_gemm(false, true, n, inputs, tiles.columns, R(1.0), V + column * n, n, X, TILE_INPUTS,
                      R(1.0), D + from * n, n);
        }
    }
}

static void dense_gram(const struct batch *b, size_t first, size_t C, real *G)
{
    real X[TILE], Y[TILE];
    struct tiles left;
    size_t n = b->x->n_inputs;
    for (size_t column = 0; column < b->x->T * C; column += TILE_COLUMNS) {
        tiles_start(&left, b, first, C, column);
        for (size_t j = 0; j < n; j += TILE_INPUTS) {
            size_t width = tiles_next(&left, j, X);
            struct tiles below = left;
            blas_syrk(width, left.columns, R(1.0), X, TILE_INPUTS, R(1.0), G + j * n + j, n);
            for (size_t i = j + TILE_INPUTS; i < n; i += TILE_INPUTS) {
                size_t height = tiles_next(&below, i, Y);
                blas_gemm(false, true, height, width, left.columns, R(1.0), Y, TILE_INPUTS, X, TILE_INPUTS,
                          R(1.0), G + j * n + i, n);
            }
        }
    }
}

/* Narrower than a vector: entry by entry. */
static void narrow_times_weights(const struct batch *b, size_t first, size_t C, const real *W, size_t n,
                                 real *V)
{
    const struct kernels *kernel = kernels();
    memset(V, 0, n * b->x->T * C * sizeof *V);
    for (size_t t = 0; t < b->x->T; t++)
        for (size_t c = 0; c < C; c++) {
            size_t from, to;
            entry_range(b, first, c, t, &from, &to);
            real *column = V + (t * C + c) * n;
            for (size_t k = from; k < to; k++)
                kernel->add_scaled(n, spikes_value(b->x, k), W + b->x->index[k] * n, column);
        }
}

/* A tile of rows, so many columns after another: its part of W stays in the cache. */
static void gather_tile(const struct batch *b, size_t first, size_t C, const real *W, size_t n, real *V,
                        struct tile tile)
{
    enum { COLUMNS = 256 };
    const size_t all = b->x->T * C;
    size_t from[COLUMNS], to[COLUMNS];
    const struct spike_columns in = {from, to, b->x->index, b->x->value};
    for (size_t column = 0; column < all; column += COLUMNS) {
        size_t columns = all - column < COLUMNS ? all - column : COLUMNS;
        for (size_t j = 0; j < columns; j++)
            entry_range(b, first, (column + j) % C, (column + j) / C, &from[j], &to[j]);
        const struct forward_pass p = {
            .n = n, .T = 1, .C = columns, .in = &in, .W = W + tile.row, .ld = n, .z = V + column * n};
        kernels()->forward(&p, tile);
    }
}

void spikes_times_weights(const struct batch *b, size_t first, size_t C, const real *W, size_t n, real *V)
{
    spikes_visit(b, first, C);
    if (spikes_as_dense(b, first, C)) {
        memset(V, 0, n * b->x->T * C * sizeof *V);
        dense_times_weights(b, first, C, W, n, V);
        return;
    }
    if (n < KERNEL_LINE) {
        narrow_times_weights(b, first, C, W, n, V);
        return;
    }
    for (size_t done = 0; done < n;) {
        struct tile tile = tile_after(n, done);
        gather_tile(b, first, C, W, n, V, tile);
        done = tile.row + tile.width;
    }
}

void spikes_outer(const struct batch *b, size_t first, size_t C, const real *V, size_t n, real *D)
{
    const struct kernels *kernel = kernels();
    spikes_visit(b, first, C);
    if (spikes_as_dense(b, first, C)) {
        dense_outer(b, first, C, V, n, D);
        return;
    }
    for (size_t c = 0; c < C; c++)
        for (size_t t = 0; t < b->x->T; t++) {
            size_t from, to;
            entry_range(b, first, c, t, &from, &to);
            const real *column = V + (t * C + c) * n;
            for (size_t k = from; k < to; k++)
                kernel->add_scaled(n, spikes_value(b->x, k), column, D + b->x->index[k] * n);
        }
}

void spikes_gram(const struct batch *b, size_t first, size_t C, real *G)
{
    size_t n = b->x->n_inputs;
    spikes_visit(b, first, C);
    if (spikes_as_dense(b, first, C)) {
        dense_gram(b, first, C, G);
        return;
    }
    for (size_t c = 0; c < C; c++)
        for (size_t t = 0; t < b->x->T; t++) {
            size_t from, to;
            entry_range(b, first, c, t, &from, &to);
            for (size_t j = from; j < to; j++)
                for (size_t i = j; i < to; i++) /* indices ascend: the lower triangle */
                    G[b->x->index[j] * n + b->x->index[i]] += spikes_value(b->x, j) * spikes_value(b->x, i);
        }
}

void spikes_dense(const struct batch *b, size_t first, size_t C, real *X)
{
    size_t n = b->x->n_inputs;
    spikes_visit(b, first, C);
    memset(X, 0, n * b->x->T * C * sizeof *X);
    for (size_t t = 0; t < b->x->T; t++)
        for (size_t c = 0; c < C; c++) {
            size_t from, to;
            entry_range(b, first, c, t, &from, &to);
            for (size_t k = from; k < to; k++) X[(t * C + c) * n + b->x->index[k]] = spikes_value(b->x, k);
        }
}
