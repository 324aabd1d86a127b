/* See admm_precision.h. */
#include "solvers/admm/admm_precision.h"
#include "support/refine.h"
#include <string.h>

enum { PRECISION_ROWS = 8, PRECISION_COLUMNS = 8 }; /* systems that are solved again, evenly spaced */

status precision_work_create(struct precision_work *w, size_t order, struct mem *m, struct error *e)
{
    w->column = mem_reals(m, 3 * order, e);
    w->wide = mem_alloc(m, 3 * order, sizeof *w->wide, e);
    return w->column && w->wide ? ST_OK : ST_MEMORY;
}

static void symmetric_product(const void *context, const long double *x, long double *y)
{
    const struct chol *c = context;
    const real *a = c->a;
    for (size_t i = 0; i < c->n; i++) y[i] = 0;
    for (size_t j = 0; j < c->n; j++) {
        y[j] += (long double)a[j * c->n + j] * x[j];
        for (size_t i = j + 1; i < c->n; i++) {
            y[i] += (long double)a[j * c->n + i] * x[j];
            y[j] += (long double)a[j * c->n + i] * x[i];
        }
    }
}

static void symmetric_solve(const void *context, real *r)
{
    chol_solve(context, 1, r);
}

void weight_precision(const struct chol *chol, size_t n, const real *W, const real *b,
                      struct precision_work *w, double *distance2, double *norm2)
{
    const struct refine refine = {chol->n, symmetric_product, symmetric_solve, chol};
    size_t in = chol->n, rows = n < PRECISION_ROWS ? n : PRECISION_ROWS;
    for (size_t k = 0; k < rows; k++) {
        size_t row = k * n / rows;
        for (size_t j = 0; j < in; j++) {
            w->column[j] = b[j * n + row];
            w->column[in + j] = W[j * n + row];
        }
        refine_distance(&refine, w->column, w->column + in, w->wide, w->column + 2 * in, distance2, norm2);
    }
}

struct spikes_of {
    const struct spike_system *sys;
    long double *wide; /* [rows] */
    real *small;       /* [rows + n] */
};

/* (rho W'W + s I) x, from W itself: what forming the matrix loses counts too. */
static void spikes_product(const void *context, const long double *x, long double *y)
{
    const struct spikes_of *s = context;
    const struct spike_system *sys = s->sys;
    for (size_t k = 0; k < sys->rows; k++) s->wide[k] = 0;
    for (size_t i = 0; i < sys->n; i++)
        for (size_t k = 0; k < sys->rows; k++) s->wide[k] += (long double)sys->W[i * sys->rows + k] * x[i];
    for (size_t i = 0; i < sys->n; i++) {
        long double sum = 0;
        for (size_t k = 0; k < sys->rows; k++) sum += (long double)sys->W[i * sys->rows + k] * s->wide[k];
        y[i] = (long double)sys->rho * sum + (long double)sys->s * x[i];
    }
}

static void spikes_solve(const void *context, real *r)
{
    const struct spikes_of *s = context;
    real *right = s->small + s->sys->rows;
    memcpy(right, r, s->sys->n * sizeof *r);
    spike_solve(s->sys, 1, right, r, s->small);
}

void spike_precision(const struct spike_system *sys, size_t m, const real *b, const real *x,
                     struct precision_work *w, double *distance2, double *norm2)
{
    const struct spikes_of system = {sys, w->wide + 2 * sys->n, w->column + sys->n};
    const struct refine refine = {sys->n, spikes_product, spikes_solve, &system};
    size_t columns = m < PRECISION_COLUMNS ? m : PRECISION_COLUMNS;
    for (size_t k = 0; k < columns; k++) {
        size_t at = k * m / columns * sys->n;
        refine_distance(&refine, b + at, x + at, w->wide, w->column, distance2, norm2);
    }
}
