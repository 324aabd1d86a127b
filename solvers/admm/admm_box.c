/* See admm_box.h. */
#include "solvers/admm/admm_box.h"

enum { BOX_ITERATIONS = 20000, BOX_CHECK = 10 };

static real clip01(real x)
{
    return x < 0 ? R(0.0) : x > 1 ? R(1.0) : x;
}

double box_tolerance(const struct spike_system *sys)
{
    return fmax(REAL_SELECT(1e-9, 1e-5), 8.0 * (double)REAL_EPSILON * sys->lipschitz);
}

double box_solve(const struct spike_system *sys, size_t m, const real *b, real *x, real *y, real *g,
                 real *small, size_t *products)
{
    const double tolerance = box_tolerance(sys);
    double root = sqrt(sys->lipschitz / sys->s), kkt = INFINITY;
    const real momentum = (real)((root - 1.0) / (root + 1.0)), rate = (real)(1.0 / sys->lipschitz);
    const size_t size = sys->n * m;
    *products = 0;
    for (size_t i = 0; i < size; i++) y[i] = x[i] = clip01(x[i]);
    for (int k = 0; k < BOX_ITERATIONS; k++) {
        if (k % BOX_CHECK == 0) {
            spike_product(sys, m, x, g, small);
            ++*products;
            kkt = 0;
            for (size_t i = 0; i < size; i++) {
                double r = fabs((double)x[i] - (double)clip01(x[i] - (g[i] - b[i])));
                kkt = !(r <= kkt) ? r : kkt; /* NaN is kept */
            }
            if (kkt <= tolerance) break;
        }
        spike_product(sys, m, y, g, small);
        ++*products;
        for (size_t i = 0; i < size; i++) {
            real next = clip01(y[i] - rate * (g[i] - b[i]));
            y[i] = next + momentum * (next - x[i]);
            x[i] = next;
        }
    }
    return kkt;
}
