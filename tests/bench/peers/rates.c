/* See rates.h. */
#include "tests/bench/peers/rates.h"
#include "network/kernels/kernels.h"
#include "support/blas.h"
#include "support/mem.h"
#include "support/progress.h"
#include <string.h>

enum { SIDE = 1024, COPY = 64 << 20, LISTED = 64, COLUMNS = 512, PASSES = 64 };

static status measure_product(struct rates *r, struct mem *m, struct error *e)
{
    real *a = mem_reals(m, SIDE * SIDE, e), *b = mem_reals(m, SIDE * SIDE, e),
         *c = mem_reals(m, SIDE * SIDE, e);
    if (!a || !b || !c) return ST_MEMORY;
    for (size_t i = 0; i < SIDE * SIDE; i++) a[i] = b[i] = R(1.0);
    const double since = clock_seconds();
    blas_gemm(false, false, SIDE, SIDE, SIDE, R(1.0), a, SIDE, b, SIDE, R(0.0), c, SIDE);
    r->product = 2.0 * SIDE * SIDE * SIDE / (clock_seconds() - since);
    return c[0] == SIDE ? ST_OK : FAIL(e, ST_INTERNAL, "a product is wrong");
}

static status measure_copy(struct rates *r, struct mem *m, struct error *e)
{
    char *from = mem_alloc(m, COPY, 1, e), *to = mem_alloc(m, COPY, 1, e);
    if (!from || !to) return ST_MEMORY;
    memset(from, 1, COPY);
    memset(to, 2, COPY);
    const double since = clock_seconds();
    memcpy(to, from, COPY);
    r->copy = 2.0 * COPY / (clock_seconds() - since);
    return to[COPY - 1] == 1 ? ST_OK : FAIL(e, ST_INTERNAL, "a copy is wrong");
}

/* Every column lists all LISTED inputs of a tile, 16 kB of weights. */
static status measure_lists(struct rates *r, struct mem *m, struct error *e)
{
    size_t from[COLUMNS], to[COLUMNS];
    uint32_t index[LISTED];
    real *W = mem_reals(m, LISTED * KERNEL_TILE, e), *z = mem_reals(m, COLUMNS * KERNEL_TILE, e);
    if (!W || !z) return ST_MEMORY;
    for (uint32_t i = 0; i < LISTED; i++) index[i] = i;
    for (size_t i = 0; i < LISTED * KERNEL_TILE; i++) W[i] = R(1.0);
    for (size_t j = 0; j < COLUMNS; j++) {
        from[j] = 0;
        to[j] = LISTED;
    }
    const struct spike_columns in = {from, to, index, NULL};
    const struct forward_pass p = {
        .n = KERNEL_TILE, .T = 1, .C = COLUMNS, .in = &in, .W = W, .ld = KERNEL_TILE, .z = z};
    const double since = clock_seconds();
    for (int pass = 0; pass < PASSES; pass++) kernels()->forward(&p, tile_after(KERNEL_TILE, 0));
    r->lists = 2.0 * LISTED * KERNEL_TILE * COLUMNS * PASSES / (clock_seconds() - since);
    return z[0] == LISTED ? ST_OK : FAIL(e, ST_INTERNAL, "a sum over a list is wrong");
}

status rates_measure(struct rates *r, struct error *e)
{
    struct mem m = {0};
    status st = measure_product(r, &m, e);
    if (st == ST_OK) st = measure_copy(r, &m, e);
    if (st == ST_OK) st = measure_lists(r, &m, e);
    mem_free(&m);
    return st;
}
