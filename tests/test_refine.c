/* Refined solutions against systems solved by elimination in long double. */
#include "solvers/admm/admm_spikes.h"
#include "support/linsolve.h"
#include "support/refine.h"
#include "tests/admm_toy.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 12 };

/* x = M^-1 b by Gauss elimination with pivots, M and b destroyed. */
static void eliminate(size_t n, long double m[MOST][MOST], long double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t p = k;
        for (size_t i = k; i < n; i++)
            if (fabsl(m[i][k]) > fabsl(m[p][k])) p = i;
        for (size_t j = 0; j < n; j++) {
            long double swap = m[k][j];
            m[k][j] = m[p][j];
            m[p][j] = swap;
        }
        long double swap = b[k];
        b[k] = b[p];
        b[p] = swap;
        for (size_t i = k + 1; i < n; i++) {
            long double f = m[i][k] / m[k][k];
            for (size_t j = k; j < n; j++) m[i][j] -= f * m[k][j];
            b[i] -= f * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++) b[k] -= m[k][j] * b[j];
        b[k] /= m[k][k];
    }
}

/* |x - y| / |y| for the rows of a weight matrix that was solved with W A = D, A + shift Hilbert's matrix. */
Test(refine, weights_on_a_hilbert_matrix)
{
    enum { HIDDEN = 3, IN = 7 };
    struct toy toy;
    struct admm_settings set = {.rho = 1, .rho_out = 1, .beta = 1, .kappa = 1};
    toy_create(&toy, 2, 2, set); /* layer 2: 3 neurons, 7 inputs */
    struct chol *c = &toy.admm.weight[2].chol;
    real d[HIDDEN * IN], *W = toy.net.W[2];
    double distance2 = 0, norm2 = 0;
    const double shift = REAL_SELECT(1e-9, 1e-3);
    for (size_t j = 0; j < IN; j++)
        for (size_t i = j; i < IN; i++)
            c->a[j * IN + i] = (real)(1.0 / (double)(i + j + 1) + (i == j ? shift : 0));
    cr_assert_eq(chol_factor(c, NULL), ST_OK);
    for (size_t i = 0; i < HIDDEN * IN; i++) W[i] = d[i] = (real)rng_normal(&toy.rng);
    chol_solve_right(c, HIDDEN, W, NULL);
    double measured2 = 0, size2 = 0;
    weight_precision(c, HIDDEN, W, d, &toy.admm.work[0].precision, &measured2, &size2);
    double measured = sqrt(measured2 / size2);
    for (size_t row = 0; row < HIDDEN; row++) {
        long double m[MOST][MOST], y[MOST];
        for (size_t i = 0; i < IN; i++) {
            y[i] = (long double)d[i * HIDDEN + row];
            for (size_t j = 0; j < IN; j++)
                m[i][j] = (long double)(i >= j ? c->a[j * IN + i] : c->a[i * IN + j]);
        }
        eliminate(IN, m, y);
        for (size_t i = 0; i < IN; i++) {
            distance2 += (double)((W[i * HIDDEN + row] - y[i]) * (W[i * HIDDEN + row] - y[i]));
            norm2 += (double)(y[i] * y[i]);
        }
    }
    double brute = sqrt(distance2 / norm2);
    cr_expect_gt(brute, 20 * REAL_EPSILON, "the example must lose digits");
    cr_expect_float_eq(measured, brute, 0.01 * brute, "%g, not %g", measured, brute);
    toy_free(&toy);
}

/* The same for the spikes: M = rho W'W + s I, both ways of solving; mild, as elimination must be the better
 * one. */
Test(refine, spikes_both_ways)
{
    struct toy toy;
    struct admm_settings set = {.rho = 1, .rho_out = 1, .beta = 0.05};
    toy_create(&toy, 3, 1, set); /* layers of 7, 3, 7 and 3: Woodbury for 1 and 3, Cholesky for 2 */
    for (size_t l = 1; l <= 3; l++) {
        struct admm_work *w = &toy.admm.work[0];
        struct admm_sums sums = {0};
        size_t n = toy.net.n[l], rows = toy.net.n[l + 1];
        double distance2 = 0, norm2 = 0;
        real b[7 * 2], x[7 * 2];
        cr_assert_eq(admm_factor_spikes(&toy.admm, l, NULL), ST_OK);
        const struct spike_system *sys = &toy.admm.spike[l][1];
        for (size_t i = 0; i < 2 * n; i++) b[i] = (real)rng_normal(&toy.rng);
        spike_solve(sys, 2, b, x, w->small);
        spike_precision(sys, 2, b, x, &w->precision, &sums.distance2, &sums.norm2);
        for (size_t k = 0; k < 2; k++) {
            long double m[MOST][MOST], y[MOST];
            for (size_t i = 0; i < n; i++) {
                y[i] = (long double)b[k * n + i];
                for (size_t j = 0; j < n; j++) {
                    m[i][j] = i == j ? (long double)sys->s : 0;
                    for (size_t r = 0; r < rows; r++)
                        m[i][j] += (long double)sys->rho * (long double)toy.net.W[l + 1][i * rows + r] *
                                   (long double)toy.net.W[l + 1][j * rows + r];
                }
            }
            eliminate(n, m, y);
            for (size_t i = 0; i < n; i++) {
                distance2 += (double)((x[k * n + i] - y[i]) * (x[k * n + i] - y[i]));
                norm2 += (double)(y[i] * y[i]);
            }
        }
        cr_expect_float_eq(sqrt(sums.norm2), sqrt(norm2), 1e-3 * sqrt(norm2));
        cr_expect_float_eq(sqrt(sums.distance2), sqrt(distance2), 0.05 * sqrt(distance2),
                           "layer %zu: %g, not %g", l, sqrt(sums.distance2), sqrt(distance2));
    }
    toy_free(&toy);
}

/* A solver that never gives back less than the rounding of long double. */
static void same(const void *context, const long double *x, long double *y)
{
    (void)context;
    memcpy(y, x, 3 * sizeof *y);
}

static void rounding(const void *context, real *r)
{
    const real *step = context;
    for (size_t i = 0; i < 3; i++) r[i] = r[i] > 0 ? -*step : *step;
}

/* A solution that is right to the last bit has a distance of nothing, not an unknown one: steps of long
 * double's rounding do not shrink. Larger ones that do not shrink say that nothing is known. */
Test(refine, a_solution_without_error_is_known)
{
    static const real x[3] = {1, -2, R(0.5)};
    long double y[6];
    real r[3], step = R(4e-19);
    struct refine s = {3, same, rounding, &step};
    double distance2 = 0, norm2 = 0;
    refine_distance(&s, x, x, y, r, &distance2, &norm2);
    cr_expect_float_eq(norm2, 5.25, 1e-12);
    cr_expect_lt(distance2, 1e-30, "%g", distance2);
    step = R(1e-9);
    refine_distance(&s, x, x, y, r, &distance2, &norm2);
    cr_expect(isnan(distance2), "%g", distance2);
}
