/* How far computed block updates are from the same systems solved in higher precision (see admm_blocks.h). */
#include "solvers/admm/admm_blocks.h"
#include "support/refine.h"
#include <string.h>

enum { PRECISION_ROWS = 8, PRECISION_COLUMNS = 8 }; /* systems that are solved again, evenly spaced */

struct symmetric {
    size_t n;
    const struct chol *chol;
};

static void symmetric_product(const void *context, const long double *x, long double *y)
{
    const struct symmetric *s = context;
    const real *a = s->chol->a;
    for (size_t i = 0; i < s->n; i++) y[i] = 0;
    for (size_t j = 0; j < s->n; j++) {
        y[j] += (long double)a[j * s->n + j] * x[j];
        for (size_t i = j + 1; i < s->n; i++) {
            y[i] += (long double)a[j * s->n + i] * x[j];
            y[j] += (long double)a[j * s->n + i] * x[i];
        }
    }
}

static void symmetric_solve(const void *context, real *r)
{
    const struct symmetric *s = context;
    chol_solve(s->chol, 1, r);
}

double admm_weight_precision(struct admm *s, size_t l, const real *b)
{
    size_t n = s->net->n[l], in = s->net->n[l - 1], rows = n < PRECISION_ROWS ? n : PRECISION_ROWS;
    const struct symmetric system = {in, &s->weight[l].chol};
    const struct refine refine = {in, symmetric_product, symmetric_solve, &system};
    struct admm_work *w = &s->work[0];
    double distance2 = 0, norm2 = 0;
    for (size_t k = 0; k < rows; k++) {
        size_t row = k * n / rows;
        for (size_t j = 0; j < in; j++) {
            w->column[j] = b[j * n + row];
            w->column[in + j] = s->net->W[l][j * n + row];
        }
        refine_distance(&refine, w->column, w->column + in, w->wide, w->column + 2 * in, &distance2, &norm2);
    }
    return norm2 > 0 ? sqrt(distance2 / norm2) : 0;
}

struct spikes_of {
    const struct spike_system *sys;
    const real *W;
    size_t rows, n;
    long double *wide; /* [rows] */
    real *small;       /* [rows + n] */
};

/* (rho W'W + s I) x, from W itself: what forming the matrix loses counts too. */
static void spikes_product(const void *context, const long double *x, long double *y)
{
    const struct spikes_of *s = context;
    for (size_t k = 0; k < s->rows; k++) s->wide[k] = 0;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->rows; k++) s->wide[k] += (long double)s->W[i * s->rows + k] * x[i];
    for (size_t i = 0; i < s->n; i++) {
        long double sum = 0;
        for (size_t k = 0; k < s->rows; k++) sum += (long double)s->W[i * s->rows + k] * s->wide[k];
        y[i] = (long double)s->sys->rho * sum + (long double)s->sys->s * x[i];
    }
}

static void spikes_solve(const void *context, real *r)
{
    const struct spikes_of *s = context;
    memcpy(s->small + s->rows, r, s->n * sizeof *r);
    admm_spike_solve(s->sys, s->W, s->rows, s->n, 1, s->small + s->rows, r, s->small);
}

void admm_spike_precision(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                          const real *b, const real *x, struct admm_work *w, struct admm_sums *sums)
{
    const struct spikes_of system = {sys, W, rows, n, w->wide + 2 * n, w->column + n};
    const struct refine refine = {n, spikes_product, spikes_solve, &system};
    size_t columns = m < PRECISION_COLUMNS ? m : PRECISION_COLUMNS;
    for (size_t k = 0; k < columns; k++) {
        size_t at = k * m / columns * n;
        refine_distance(&refine, b + at, x + at, w->wide, w->column, &sums->distance2, &sums->norm2);
    }
}
