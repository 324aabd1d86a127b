/* Iterative refinement (see refine.h). */
#include "support/refine.h"
#include <float.h>
#include <math.h>

void refine_distance(const struct refine *s, const real *b, const real *x, long double *y, real *r,
                     double *distance2, double *norm2)
{
    enum { ITERATIONS = 40 };
    const long double least = 64 * LDBL_EPSILON;
    long double *product = y + s->n, moved = 0, norm = 0, distance = 0;
    for (size_t i = 0; i < s->n; i++) y[i] = (long double)x[i];
    for (int k = 0; k < ITERATIONS; k++) {
        long double step = 0;
        norm = distance = 0;
        s->product(s->context, y, product);
        for (size_t i = 0; i < s->n; i++) r[i] = (real)((long double)b[i] - product[i]);
        s->solve(s->context, r);
        for (size_t i = 0; i < s->n; i++) {
            long double difference;
            y[i] += (long double)r[i];
            difference = y[i] - (long double)x[i];
            step += (long double)r[i] * (long double)r[i];
            norm += y[i] * y[i];
            distance += difference * difference;
        }
        /* To a hundredth of the distance, or to what long double itself can give: a column that is right to
         * the last bit has steps of rounding only, which do not shrink. */
        if (step <= 1e-4L * distance || step <= least * least * norm) break;
        if (k > 0 && !(step < 0.5L * moved)) {
            distance = (long double)NAN;
            break;
        }
        moved = step;
    }
    *distance2 += (double)distance;
    *norm2 += (double)norm;
}
