/* See admm_spikes.h. */
#include "solvers/admm/admm_spikes.h"
#include "solvers/admm/admm_box.h"
#include "support/blas.h"
#include <string.h>

status admm_factor_spikes(struct admm *s, size_t l, struct error *e)
{
    const double theta = (double)s->net->lif[l].threshold;
    for (int k = 0; k < 2; k++) {
        double shift = s->set.beta + (k == 0 ? s->rho[l] * (theta * theta) : 0.0);
        if (spike_system_factor(&s->spike[l][k], s->net->W[l + 1], s->rho[l + 1], shift, e) != ST_OK)
            return err_prefix(e, "spikes of layer %zu", l);
    }
    if (!s->measure || s->spike[l][0].linear) return ST_OK;
    step_hold(s->report);
    status st = chol_rcond(&s->spike[l][0].chol, &s->rcond_a[l], e);
    step_resume(s->report);
    return st;
}

/* The right-hand sides but for the layer's own terms: rhs = rho_{l+1} W_{l+1}' target_{l+1}. */
static void make_right(const struct admm *s, size_t l, size_t chunk, size_t first, size_t last,
                       struct admm_work *w, real *rhs)
{
    size_t n = s->net->n[l], rows = s->net->n[l + 1], columns = (last - first) * admm_chunk_size(s, chunk);
    admm_target(s, l + 1, chunk, first, last, w->target);
    blas_gemm(true, false, n, columns, rows, (real)s->rho[l + 1], s->net->W[l + 1], rows, w->target, rows,
              R(0.0), rhs, n);
}

/* Adds beta H(z_t - theta) - rho_l theta w_{t+1} (no w at the last step), w_{t+1} = z_{t+1} - delta z_t -
 * v_{t+1}. */
static void add_local_terms(const struct admm *s, size_t l, size_t chunk, size_t t, real *restrict rhs)
{
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    const real *restrict z = admm_block(s, s->z[l], l, chunk) + step * t;
    const real theta = s->net->lif[l].threshold, delta = s->net->lif[l].leak, beta = (real)s->set.beta;
    if (t + 1 == s->T) {
        for (size_t i = 0; i < step; i++) rhs[i] += z[i] > theta ? beta : 0;
        return;
    }
    const real *restrict next = z + step, *restrict v = admm_block(s, s->v[l], l, chunk) + step * (t + 1);
    const real weight = (real)s->rho[l] * theta;
    for (size_t i = 0; i < step; i++)
        rhs[i] = rhs[i] + (z[i] > theta ? beta : 0) - weight * (next[i] - delta * z[i] - v[i]);
}

/* x -= (M x - b) / lipschitz: the minimiser of the quadratic with M's part rho W'W replaced by its largest
 * eigenvalue times I, a majorant at x; with a box a projected gradient step, which never raises it either. */
static void linear_step(const struct spike_system *sys, size_t m, const real *b, real *x, struct admm_work *w)
{
    const real rate = (real)(1.0 / sys->lipschitz);
    spike_product(sys, m, x, w->product, w->small);
    for (size_t i = 0; i < sys->n * m; i++) x[i] -= rate * (w->product[i] - b[i]);
}

static void cut_to_box(const struct admm *s, size_t size, real *a)
{
    if (s->set.box == BOX_NONE) return;
    for (size_t i = 0; i < size; i++) a[i] = a[i] < 0 ? R(0.0) : a[i] > 1 ? R(1.0) : a[i];
}

static void measure_solve(const struct spike_system *sys, size_t m, const real *b, const real *x,
                          struct admm_work *w, struct admm_sums *sums)
{
    spike_product(sys, m, x, w->product, w->small);
    for (size_t i = 0; i < sys->n * m; i++) {
        double r = (double)b[i] - (double)w->product[i];
        sums->residual2 += r * r;
        sums->x2 += (double)x[i] * (double)x[i];
        sums->b2 += (double)b[i] * (double)b[i];
    }
}

/* Adds sign times the value of the block's quadratic, off the clock. */
static void measure_value(const struct admm *s, const struct spike_system *sys, size_t m, const real *b,
                          const real *a, double sign, struct admm_work *w, struct admm_sums *sums)
{
    if (!s->measure) return;
    struct step_time since = step_now(s->report);
    sums->change_a += sign * spike_objective(sys, m, b, a, w->product, w->small);
    step_spent(s->report, since, &sums->diagnostics);
}

void admm_update_spikes(struct admm *s, size_t l, size_t chunk, size_t first, size_t last,
                        struct admm_work *w, struct admm_sums *sums)
{
    size_t n = s->net->n[l], C = admm_chunk_size(s, chunk), m = (last - first) * C;
    const struct spike_system *sys = &s->spike[l][last == s->T ? 1 : 0];
    /* where nobody asks for the old spikes or for the right-hand sides, these are made in place of the former
     */
    const bool in_place = !s->measure && !sys->linear && s->set.box != BOX_EXACT;
    real *a = admm_block(s, s->a[l], l, chunk) + n * C * first, *b = in_place ? a : w->rhs;
    size_t products = sys->linear || sys->woodbury; /* with W and W' */
    make_right(s, l, chunk, first, last, w, b);
    for (size_t t = first; t < last; t++) add_local_terms(s, l, chunk, t, b + n * C * (t - first));
    measure_value(s, sys, m, b, a, -1, w, sums);
    if (sys->linear) {
        linear_step(sys, m, b, a, w);
        cut_to_box(s, n * m, a);
    } else if (s->set.box == BOX_EXACT) {
        double kkt = box_solve(sys, m, b, a, w->target, w->product, w->small, &products);
        sums->kkt = kkt > sums->kkt ? kkt : sums->kkt;
        sums->unsolved += !(kkt <= box_tolerance(sys));
    } else {
        spike_solve(sys, m, b, a, w->small);
        if (s->measure) {
            struct step_time since = step_now(s->report);
            measure_solve(sys, m, b, a, w, sums);
            if (chunk == 0 && (first == 0 || last == s->T))
                spike_precision(sys, m, b, a, &w->precision, &sums->distance2, &sums->norm2);
            step_spent(s->report, since, &sums->diagnostics);
        }
        cut_to_box(s, n * m, a);
    }
    sums->products += (double)(products * m);
    measure_value(s, sys, m, b, a, 1, w, sums);
}
