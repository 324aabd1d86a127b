/* See newton_schulz.h. */
#include "trainer/newton_schulz.h"
#include "support/blas.h"
#include "support/linsolve.h"

enum { STEPS = 5 };

status newton_schulz_create(struct newton_schulz *w, size_t rows, size_t columns, struct mem *m,
                            struct error *e)
{
    const size_t order = rows < columns ? rows : columns;
    *w = (struct newton_schulz){.rows = rows, .columns = columns, .order = order};
    if (!blas_fits(rows) || !blas_fits(columns))
        return FAIL(e, ST_MEMORY, "a matrix of %zu x %zu is too large", rows, columns);
    w->gram = mem_reals(m, order * order, e);
    w->square = mem_reals(m, order * order, e);
    w->product = mem_reals(m, rows * columns, e);
    return w->gram && w->square && w->product ? ST_OK : ST_MEMORY;
}

static void step(struct newton_schulz *w, real *x)
{
    const real a = R(3.4445), b = R(-4.7750), c = R(2.0315);
    const size_t n = w->order, size = w->rows * w->columns;
    const bool wide = w->rows <= w->columns;
    if (wide)
        blas_syrk(n, w->columns, R(1.0), x, w->rows, R(0.0), w->gram, n);
    else
        blas_syrk_trans(n, w->rows, R(1.0), x, w->rows, R(0.0), w->gram, n);
    symmetric_fill(n, w->gram);
    symmetric_times_left(n, n, w->gram, w->gram, w->square);
    for (size_t i = 0; i < n * n; i++) w->gram[i] = b * w->gram[i] + c * w->square[i];
    if (wide)
        symmetric_times_left(n, w->columns, w->gram, x, w->product);
    else
        symmetric_times_right(w->rows, n, x, w->gram, w->product);
    for (size_t i = 0; i < size; i++) x[i] = a * x[i] + w->product[i];
}

void newton_schulz(struct newton_schulz *w, real *x)
{
    const size_t size = w->rows * w->columns;
    const double norm = vector_norm(size, x);
    if (!(norm > 0)) return;
    for (size_t i = 0; i < size; i++) x[i] = (real)((double)x[i] / norm);
    for (int k = 0; k < STEPS; k++) step(w, x);
}
