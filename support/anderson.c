/* See anderson.h. */
#include "support/anderson.h"
#include "support/blas.h"
#include "support/lapack.h"
#include "support/linsolve.h"
#include <string.h>

status anderson_create(struct anderson *s, size_t n, size_t memory, double regularization, struct mem *m,
                       struct error *e)
{
    real wanted = 0;
    *s = (struct anderson){.n = n, .memory = memory, .regularization = regularization};
    if (!blas_fits(n + memory)) return FAIL(e, ST_MEMORY, "%zu numbers are too many to accelerate", n);
    s->df = mem_reals(m, n * memory, e);
    s->dg = mem_reals(m, n * memory, e);
    s->f = mem_reals(m, n, e);
    s->g = mem_reals(m, n, e);
    s->a = mem_reals(m, (n + memory) * memory, e);
    s->b = mem_reals(m, n + memory, e);
    if (!s->df || !s->dg || !s->f || !s->g || !s->a || !s->b) return ST_MEMORY;
    if (lapack_gels(n + memory, memory, s->a, s->b, &wanted, -1) != 0)
        return FAIL(e, ST_NUMERIC, "the workspace query of a least-squares problem failed");
    s->lwork = (int)ceil((double)wanted * 1.001) + 1;
    s->work = mem_reals(m, (size_t)s->lwork, e);
    return s->work ? ST_OK : ST_MEMORY;
}

void anderson_forget(struct anderson *s)
{
    s->used = s->next = s->seen = 0;
}

/* gamma in s->b: the problem is [DF; shift I] gamma = [f; 0] in the least-squares sense. */
static status coefficients(struct anderson *s, struct error *e)
{
    size_t rows = s->n + s->used;
    double norm = vector_norm(s->n * s->used, s->df);
    const real shift = (real)(sqrt(s->regularization / (double)s->used) * norm);
    for (size_t j = 0; j < s->used; j++) {
        real *column = s->a + j * rows;
        memcpy(column, s->df + j * s->n, s->n * sizeof *column);
        memset(column + s->n, 0, s->used * sizeof *column);
        column[s->n + j] = shift;
    }
    memcpy(s->b, s->f, s->n * sizeof *s->b);
    memset(s->b + s->n, 0, s->used * sizeof *s->b);
    int info = lapack_gels(rows, s->used, s->a, s->b, s->work, s->lwork);
    for (size_t j = 0; info == 0 && j < s->used; j++)
        if (!isfinite(s->b[j])) info = (int)j + 1;
    if (info == 0) return ST_OK;
    anderson_forget(s);
    return FAIL(e, ST_NUMERIC, "the least-squares problem of Anderson acceleration has no solution (info %d)",
                info);
}

status anderson_step(struct anderson *s, const real *x, const real *g, real *next, bool *ready,
                     struct error *e)
{
    *ready = false;
    if (s->seen++ == 0) {
        for (size_t i = 0; i < s->n; i++) s->f[i] = g[i] - x[i];
        memcpy(s->g, g, s->n * sizeof *g);
        return ST_OK;
    }
    real *df = s->df + s->next * s->n, *dg = s->dg + s->next * s->n;
    for (size_t i = 0; i < s->n; i++) {
        real f = g[i] - x[i];
        df[i] = f - s->f[i];
        dg[i] = g[i] - s->g[i];
        s->f[i] = f;
    }
    memcpy(s->g, g, s->n * sizeof *g);
    s->next = (s->next + 1) % s->memory;
    if (s->used < s->memory) s->used++;
    TRY(coefficients(s, e));
    memmove(next, g, s->n * sizeof *g);
    for (size_t j = 0; j < s->used; j++) blas_axpy(s->n, -s->b[j], s->dg + j * s->n, next);
    *ready = true;
    return ST_OK;
}
