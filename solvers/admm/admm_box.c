/* Exactly box-constrained spikes: accelerated projected gradient for a strongly convex quadratic (Nesterov
 * 2004, section 2.2.4: constant momentum (sqrt(kappa) - 1) / (sqrt(kappa) + 1)). */
#include "solvers/admm/admm_blocks.h"
#include <string.h>

enum { BOX_ITERATIONS = 20000, BOX_CHECK = 10 };

static real clip01(real x)
{
    return x < 0 ? R(0.0) : x > 1 ? R(1.0) : x;
}

double admm_box_solve(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                      const real *b, real *x, real *y, real *g, real *small, size_t *products)
{
    /* the gradient itself is known to a few roundings of its largest term */
    const double tolerance = fmax(REAL_SELECT(1e-9, 1e-5), 8.0 * (double)REAL_EPSILON * sys->lipschitz);
    double root = sqrt(sys->lipschitz / sys->s), kkt = INFINITY;
    const real momentum = (real)((root - 1.0) / (root + 1.0)), rate = (real)(1.0 / sys->lipschitz);
    *products = 0;
    for (size_t i = 0; i < n * m; i++) y[i] = x[i] = clip01(x[i]);
    for (int k = 0; k < BOX_ITERATIONS; k++) {
        if (k % BOX_CHECK == 0) {
            admm_spike_product(sys, W, rows, n, m, x, g, small);
            ++*products;
            kkt = 0;
            for (size_t i = 0; i < n * m; i++) {
                double r = fabs((double)x[i] - (double)clip01(x[i] - (g[i] - b[i])));
                kkt = !(r <= kkt) ? r : kkt; /* NaN is kept */
            }
            if (kkt <= tolerance) break;
        }
        admm_spike_product(sys, W, rows, n, m, y, g, small);
        ++*products;
        for (size_t i = 0; i < n * m; i++) {
            real next = clip01(y[i] - rate * (g[i] - b[i]));
            y[i] = next + momentum * (next - x[i]);
            x[i] = next;
        }
    }
    return kkt;
}
