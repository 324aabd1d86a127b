/* Machine rates (see rates.h). */
#include "support/rates.h"
#include "support/blas.h"
#include "support/mem.h"
#include "support/progress.h"

enum { SIDE = 512, STREAM = 1 << 22, REPEATS = 5, ROWS = 100, SPREAD = 2000, COLUMNS = 200000 };

static double best_product(const real *a, real *c)
{
    double best = 0;
    for (int k = 0; k < REPEATS; k++) {
        double since = clock_seconds();
        blas_gemm(false, false, SIDE, SIDE, SIDE, R(1.0), a, SIDE, a, SIDE, R(0.0), c, SIDE);
        double rate = 2.0 * SIDE * SIDE * SIDE / (clock_seconds() - since);
        best = rate > best ? rate : best;
    }
    return best;
}

/* Columns of ROWS numbers from a block that the second-level cache holds, as layer 1 on its lists picks them.
 */
static double best_sparse(const real *a, real *c)
{
    double best = 0;
    for (int k = 0; k < REPEATS; k++) {
        double since = clock_seconds();
        for (size_t i = 0; i < COLUMNS; i++) {
            const real *column = a + (i * 977 % SPREAD) * ROWS;
            real *sum = c + (i / 16 % SPREAD) * ROWS;
            for (size_t j = 0; j < ROWS; j++) sum[j] += R(0.5) * column[j];
        }
        double rate = 2.0 * ROWS * COLUMNS / (clock_seconds() - since);
        best = rate > best ? rate : best;
    }
    return best;
}

static double best_stream(const real *a, const real *b, real *c)
{
    double best = 0;
    for (int k = 0; k < REPEATS; k++) {
        double since = clock_seconds();
        for (size_t i = 0; i < STREAM; i++) c[i] = a[i] + R(0.5) * b[i];
        double rate = 3.0 * STREAM * sizeof(real) / (clock_seconds() - since);
        best = rate > best ? rate : best;
    }
    return best;
}

status rates_measure(struct rates *r, struct error *e)
{
    struct mem m = {0};
    real *a = mem_reals(&m, STREAM, e), *b = mem_reals(&m, STREAM, e), *c = mem_reals(&m, STREAM, e);
    status st = a && b && c ? ST_OK : ST_MEMORY;
    if (st == ST_OK) {
        blas_single_thread();
        for (size_t i = 0; i < STREAM; i++) a[i] = b[i] = c[i] = R(1.0);
        r->flops = best_product(a, c);
        r->sparse_flops = best_sparse(a, c);
        r->bytes = best_stream(a, b, c);
    }
    mem_free(&m);
    return st;
}
