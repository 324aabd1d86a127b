/* The spike block of the ADMM family: a symmetric positive definite system per (sample, step), the same
 * matrix for all samples, so that whole blocks of right-hand sides are solved at once. */
#include "solvers/admm/admm_blocks.h"
#include "support/blas.h"
#include <string.h>

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

status admm_factor_spikes(struct admm *s, size_t l, struct error *e)
{
    size_t n = s->net->n[l], rows = s->net->n[l + 1];
    double theta2 = (double)s->net->lif.threshold * (double)s->net->lif.threshold;
    const real *W = s->net->W[l + 1];
    for (int k = 0; k < 2; k++) {
        struct spike_system *sys = &s->spike[l][k];
        struct chol *c = &sys->chol;
        sys->s = s->set.beta + (k == 0 ? s->rho[l] * theta2 : 0.0);
        sys->rho = s->rho[l + 1];
        if (sys->woodbury)
            blas_syrk(rows, n, R(1.0), W, rows, R(0.0), c->a, rows);
        else
            blas_syrk_trans(n, rows, (real)sys->rho, W, rows, R(0.0), c->a, n);
        double norm =
            sys->linear ? largest_eigenvalue(c->n, c->a, c->work, &sys->powers) : norm_one(c->n, c->a);
        sys->lipschitz = sys->s + (sys->woodbury ? sys->rho * norm : norm);
        if (sys->linear) continue;
        real shift = (real)(sys->woodbury ? sys->s / sys->rho : sys->s);
        for (size_t i = 0; i < c->n; i++) c->a[i * c->n + i] += shift;
        if (chol_factor(c, e) != ST_OK) return err_prefix(e, "spikes of layer %zu", l);
    }
    if (!s->measure || s->spike[l][0].linear) return ST_OK;
    step_hold(s->report);
    status st = chol_rcond(&s->spike[l][0].chol, &s->rcond_a[l], e);
    step_resume(s->report);
    return st;
}

void admm_spikes_prepare(const struct admm *s, size_t l, size_t chunk, struct admm_work *w)
{
    size_t n = s->net->n[l], rows = s->net->n[l + 1], columns = s->T * admm_chunk_size(s, chunk);
    admm_target(s, l + 1, chunk, w->target);
    blas_gemm(true, false, n, columns, rows, (real)s->rho[l + 1], s->net->W[l + 1], rows, w->target, rows,
              R(0.0), w->rhs, n);
}

/* Adds beta H(z_t - theta) - rho_l theta w_{t+1} (no w at the last step), w_{t+1} = z_{t+1} - delta z_t -
 * v_{t+1}. */
static void add_local_terms(const struct admm *s, size_t l, size_t chunk, size_t t, real *rhs)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    const real *z = admm_block(s, s->z[l], l, chunk) + step * t;
    const real theta = s->net->lif.threshold, delta = s->net->lif.leak, beta = (real)s->set.beta;
    for (size_t i = 0; i < step; i++) rhs[i] += beta * admm_step(z[i], theta);
    if (t + 1 == s->T) return;
    const real *next = z + step, *v = admm_block(s, s->v[l], l, chunk) + step * (t + 1);
    const real weight = (real)s->rho[l] * theta;
    for (size_t i = 0; i < step; i++) rhs[i] -= weight * (next[i] - delta * z[i] - v[i]);
}

void admm_spike_product(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                        const real *x, real *g, real *small)
{
    blas_gemm(false, false, rows, m, n, R(1.0), W, rows, x, n, R(0.0), small, rows);
    memcpy(g, x, n * m * sizeof *g);
    blas_gemm(true, false, n, m, rows, (real)sys->rho, W, rows, small, rows, (real)sys->s, g, n);
}

void admm_spike_solve(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                      const real *b, real *x, real *small)
{
    memcpy(x, b, n * m * sizeof *x);
    if (!sys->woodbury) {
        chol_solve(&sys->chol, m, x);
        return;
    }
    real inverse = (real)(1.0 / sys->s);
    blas_gemm(false, false, rows, m, n, R(1.0), W, rows, b, n, R(0.0), small, rows);
    chol_solve(&sys->chol, m, small);
    blas_gemm(true, false, n, m, rows, -inverse, W, rows, small, rows, inverse, x, n);
}

/* x -= (M x - b) / lipschitz: the minimiser of the quadratic with M's part rho W'W replaced by its largest
 * eigenvalue times I, a majorant at x; with a box a projected gradient step, which never raises it either. */
static void linear_step(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                        const real *b, real *x, struct admm_work *w)
{
    const real rate = (real)(1.0 / sys->lipschitz);
    admm_spike_product(sys, W, rows, n, m, x, w->product, w->small);
    for (size_t i = 0; i < n * m; i++) x[i] -= rate * (w->product[i] - b[i]);
}

static void cut_to_box(const struct admm *s, size_t size, real *a)
{
    if (s->set.box == BOX_NONE) return;
    for (size_t i = 0; i < size; i++) a[i] = a[i] < 0 ? R(0.0) : a[i] > 1 ? R(1.0) : a[i];
}

/* x'Mx/2 - b'x, summed over m columns. */
static double objective(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                        const real *b, const real *x, real *g, real *small)
{
    double value = 0;
    admm_spike_product(sys, W, rows, n, m, x, g, small);
    for (size_t i = 0; i < n * m; i++) value += (double)x[i] * (0.5 * (double)g[i] - (double)b[i]);
    return value;
}

static void measure_solve(const struct spike_system *sys, const real *W, size_t rows, size_t n, size_t m,
                          const real *b, const real *x, struct admm_work *w, struct admm_sums *sums)
{
    admm_spike_product(sys, W, rows, n, m, x, w->product, w->small);
    for (size_t i = 0; i < n * m; i++) {
        double r = (double)b[i] - (double)w->product[i];
        sums->residual2 += r * r;
        sums->x2 += (double)x[i] * (double)x[i];
        sums->b2 += (double)b[i] * (double)b[i];
    }
}

void admm_update_spikes(struct admm *s, size_t l, size_t chunk, size_t first, size_t last,
                        struct admm_work *w, struct admm_sums *sums)
{
    size_t n = s->net->n[l], rows = s->net->n[l + 1], C = admm_chunk_size(s, chunk), m = (last - first) * C;
    const struct spike_system *sys = &s->spike[l][last == s->T ? 1 : 0];
    const real *W = s->net->W[l + 1];
    real *a = admm_block(s, s->a[l], l, chunk) + n * C * first, *b = w->rhs + n * C * first;
    size_t products = sys->linear || sys->woodbury; /* with W and W' */
    for (size_t t = first; t < last; t++) add_local_terms(s, l, chunk, t, w->rhs + n * C * t);
    if (s->measure) {
        struct step_time since = step_now(s->report);
        sums->change_a -= objective(sys, W, rows, n, m, b, a, w->product, w->small);
        step_spent(s->report, since, &sums->diagnostics);
    }
    if (sys->linear) {
        linear_step(sys, W, rows, n, m, b, a, w);
        cut_to_box(s, n * m, a);
    } else if (s->set.box == BOX_EXACT) {
        double kkt = admm_box_solve(sys, W, rows, n, m, b, a, w->target, w->product, w->small, &products);
        sums->kkt = kkt > sums->kkt ? kkt : sums->kkt;
    } else {
        admm_spike_solve(sys, W, rows, n, m, b, a, w->small);
        if (s->measure) {
            struct step_time since = step_now(s->report);
            measure_solve(sys, W, rows, n, m, b, a, w, sums);
            if (chunk == 0 && (first == 0 || last == s->T))
                admm_spike_precision(sys, W, rows, n, m, b, a, w, sums);
            step_spent(s->report, since, &sums->diagnostics);
        }
        cut_to_box(s, n * m, a);
    }
    sums->products += (double)(products * m);
    if (s->measure) {
        struct step_time since = step_now(s->report);
        sums->change_a += objective(sys, W, rows, n, m, b, a, w->product, w->small);
        step_spent(s->report, since, &sums->diagnostics);
    }
}
