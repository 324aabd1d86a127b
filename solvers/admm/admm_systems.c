/* See admm_systems.h. */
#include "solvers/admm/admm_systems.h"
#include "support/blas.h"
#include <string.h>

bool spike_use_woodbury(const struct net *net, size_t l)
{
    return 2 * net->n[l + 1] <= net->n[l];
}

status spike_system_create(struct spike_system *sys, size_t rows, size_t n, bool woodbury, bool linear,
                           struct mem *m, struct error *e)
{
    *sys = (struct spike_system){.rows = rows, .n = n, .woodbury = woodbury, .linear = linear};
    return chol_create(&sys->chol, woodbury ? rows : n, m, e);
}

/* Largest column sum of |A|, A symmetric with its lower triangle given: an upper bound of the largest
 * eigenvalue. */
static double norm_one(size_t n, const real *a)
{
    double largest = 0;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) sum += fabs((double)(i >= j ? a[j * n + i] : a[i * n + j]));
        largest = sum > largest ? sum : largest;
    }
    return largest;
}

status spike_system_factor(struct spike_system *sys, const real *W, double rho, double s, struct error *e)
{
    struct chol *c = &sys->chol;
    sys->W = W;
    sys->rho = rho;
    sys->s = s;
    if (sys->woodbury)
        blas_syrk(sys->rows, sys->n, R(1.0), W, sys->rows, R(0.0), c->a, sys->rows);
    else
        blas_syrk_trans(sys->n, sys->rows, (real)rho, W, sys->rows, R(0.0), c->a, sys->n);
    double norm = sys->linear ? largest_eigenvalue(c->n, c->a, c->work, &sys->powers) : norm_one(c->n, c->a);
    sys->lipschitz = s + (sys->woodbury ? rho * norm : norm);
    if (sys->linear) return ST_OK;
    real shift = (real)(sys->woodbury ? s / rho : s);
    for (size_t i = 0; i < c->n; i++) c->a[i * c->n + i] += shift;
    return chol_factor(c, e);
}

void spike_product(const struct spike_system *sys, size_t m, const real *x, real *g, real *small)
{
    size_t rows = sys->rows, n = sys->n;
    blas_gemm(false, false, rows, m, n, R(1.0), sys->W, rows, x, n, R(0.0), small, rows);
    memcpy(g, x, n * m * sizeof *g);
    blas_gemm(true, false, n, m, rows, (real)sys->rho, sys->W, rows, small, rows, (real)sys->s, g, n);
}

void spike_solve(const struct spike_system *sys, size_t m, const real *b, real *x, real *small)
{
    size_t rows = sys->rows, n = sys->n;
    if (x != b) memcpy(x, b, n * m * sizeof *x);
    if (!sys->woodbury) {
        chol_solve(&sys->chol, m, x);
        return;
    }
    real inverse = (real)(1.0 / sys->s);
    blas_gemm(false, false, rows, m, n, R(1.0), sys->W, rows, b, n, R(0.0), small, rows);
    chol_solve(&sys->chol, m, small);
    blas_gemm(true, false, n, m, rows, -inverse, sys->W, rows, small, rows, inverse, x, n);
}

double spike_objective(const struct spike_system *sys, size_t m, const real *b, const real *x, real *g,
                       real *small)
{
    double value = 0;
    spike_product(sys, m, x, g, small);
    for (size_t i = 0; i < sys->n * m; i++) value += (double)x[i] * (0.5 * (double)g[i] - (double)b[i]);
    return value;
}
