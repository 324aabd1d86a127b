/* Exactly box-constrained spikes: accelerated projected gradient for a strongly convex quadratic (Nesterov
 * 2004, section 2.2.4: constant momentum (sqrt(kappa) - 1) / (sqrt(kappa) + 1)). */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_BOX_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_BOX_H

#include "solvers/admm/admm_systems.h"

/* The KKT residual max |x - clip(x - gradient)| to which box_solve solves: 1e-9 (float: 1e-5), or what 8
 * roundings of the gradient's largest term leave of it, 8 eps lipschitz, if that is more. */
double box_tolerance(const struct spike_system *sys);

/* argmin over [0,1]^n of a'Ma/2 - b'a, for m columns: x in: start, out: result. Returns the KKT residual
 * reached: above box_tolerance, or nan, where 20000 iterations were not enough, x being the last of them.
 * *products: products with M that it took. y, g: workspaces n x m, small: rows x m. */
double box_solve(const struct spike_system *sys, size_t m, const real *b, real *x, real *y, real *g,
                 real *small, size_t *products);

#endif
