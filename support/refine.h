/* Iterative refinement: the solution of a linear system in higher precision, to see what a solve lost. */
#ifndef SPIKEBENCH_SUPPORT_REFINE_H
#define SPIKEBENCH_SUPPORT_REFINE_H

#include "support/real.h"
#include <stddef.h>

/* A square system M x = b of order n. */
struct refine {
    size_t n;
    void (*product)(const void *context, const long double *x, long double *y); /* y = M x */
    void (*solve)(const void *context, real *r); /* r = M^-1 r, approximately */
    const void *context;
};

/* Adds |x - y|^2 to *distance2 and |y|^2 to *norm2, where y solves M y = b: from x by refinement, with
 * residuals and solution in long double (Higham 2002, chapter 12). To a hundredth of the distance, or where
 * that is smaller to the rounding of long double. It converges while cond(M) times the rounding of `real` is
 * below 1; otherwise *distance2 becomes NaN. y: 2 n numbers of workspace, r: n. */
void refine_distance(const struct refine *s, const real *b, const real *x, long double *y, real *r,
                     double *distance2, double *norm2);

#endif
