/* How far computed block updates are from the same systems solved in higher precision: iterative refinement
 * with residuals and solution in long double (support/refine.h). Squared norms are added to *distance2 and
 * *norm2, NaN where the refinement does not converge. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_PRECISION_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_PRECISION_H

#include "solvers/admm/admm_systems.h"

/* Workspace, each of 3 times the largest order. */
struct precision_work {
    real *column;
    long double *wide;
};
status precision_work_create(struct precision_work *w, size_t order, struct mem *m, struct error *e);

/* Up to 8 rows, evenly spaced, of W (n rows) that solves W A = b; A as it was factored. */
void weight_precision(const struct chol *chol, size_t n, const real *W, const real *b,
                      struct precision_work *w, double *distance2, double *norm2);
/* Up to 8 of m columns of M x = b; M from W itself. */
void spike_precision(const struct spike_system *sys, size_t m, const real *b, const real *x,
                     struct precision_work *w, double *distance2, double *norm2);

#endif
