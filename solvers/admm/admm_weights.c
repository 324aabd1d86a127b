/* See admm_weights.h. */
#include "solvers/admm/admm_weights.h"
#include "network/input_gram.h"
#include "network/tiled_products.h"
#include "support/blas.h"
#include <string.h>

struct sums_task {
    struct admm *s;
    size_t l;
};

/* D = sum target a' and, for dense inputs, G = sum a a' over the part's chunks. */
static void sum_part(void *context, size_t part, size_t sum, size_t thread)
{
    const struct sums_task *task = context;
    struct admm *s = task->s;
    size_t l = task->l, n = s->net->n[l], in = s->net->n[l - 1];
    real *target = s->work[thread].target, *d = s->d_sum[sum], *g = s->g_sum[sum];
    memset(d, 0, n * in * sizeof *d);
    if (l > 1) memset(g, 0, in * in * sizeof *g);
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        size_t C = admm_chunk_size(s, c), columns = s->T * C;
        admm_target(s, l, c, 0, s->T, target);
        if (l == 1) {
            tiled_outer(&s->work[thread].lists, &s->env.train, chunk_first(&s->part, c), C, target, n, d);
            continue;
        }
        const real *a = admm_block(s, s->a[l - 1], l - 1, c);
        blas_gemm(false, true, n, in, columns, R(1.0), target, n, a, in, R(1.0), d, n);
        blas_syrk(in, columns, R(1.0), a, in, R(1.0), g, in);
    }
}

static void add_sums(void *context, size_t sum, size_t other)
{
    const struct sums_task *task = context;
    const struct admm *s = task->s;
    size_t n = s->net->n[task->l], in = s->net->n[task->l - 1];
    blas_axpy(n * in, R(1.0), s->d_sum[other], s->d_sum[sum]);
    if (task->l > 1) blas_axpy(in * in, R(1.0), s->g_sum[other], s->g_sum[sum]);
}

static size_t sum_blocks(void *context, size_t sum, struct rank_block *blocks)
{
    const struct sums_task *task = context;
    const struct admm *s = task->s;
    size_t n = 0, in = s->net->n[task->l - 1];
    blocks[n++] = rank_memory(s->d_sum[sum], s->net->n[task->l] * in * sizeof(real));
    if (task->l > 1) blocks[n++] = rank_memory(s->g_sum[sum], in * in * sizeof(real));
    return n;
}

/* rcond of layer l's Cholesky factor, where it is wanted, off the clock. */
static status measure_rcond(struct admm *s, size_t l, struct error *e)
{
    if (!s->measure) return ST_OK;
    step_hold(s->report);
    status st = chol_rcond(&s->weight[l].chol, &s->rcond_w[l], e);
    step_resume(s->report);
    return st;
}

/* The Gram matrix of layer l's inputs, sum a a'; that of layer 1 is the data's and made once. */
static void make_gram(struct admm *s, size_t l)
{
    struct weight_system *w = &s->weight[l];
    if (l > 1) {
        memcpy(w->gram, s->g_sum[0], s->net->n[l - 1] * s->net->n[l - 1] * sizeof *w->gram);
    } else if (!w->fixed) {
        input_gram(&s->env.train, &s->part, s->env.pool, w->gram, w->received);
    }
}

/* Factors the system of layer l from its Gram matrix; layer 1 once. */
static status factor_weights(struct admm *s, size_t l, struct error *e)
{
    struct weight_system *w = &s->weight[l];
    size_t in = s->net->n[l - 1];
    if (w->fixed) return s->set.weights == WEIGHTS_PINV ? ST_OK : measure_rcond(s, l, e);
    w->fixed = l == 1;
    if (s->set.weights == WEIGHTS_PINV) {
        memcpy(w->pinv.q, w->gram, in * in * sizeof *w->gram);
        TRY(pinv_factor(&w->pinv, s->set.cutoff, e));
        s->rcond_w[l] = pinv_rcond(&w->pinv);
        return ST_OK;
    }
    memcpy(w->chol.a, w->gram, in * in * sizeof *w->gram);
    w->shift = add_ridge(in, s->set.kappa, w->chol.a);
    status st = chol_factor(&w->chol, e);
    if (st != ST_OK) return err_prefix(e, "weights of layer %zu", l);
    return measure_rcond(s, l, e);
}

/* Majorised steps, set.inner of them: W += (D - W G) / lmax(G), D in d_kept. Since ||W' - W||_G^2 <= lmax
 * ||W' - W||_F^2 none raises the Lagrangian. Along an eigenvector of G with eigenvalue g what is missing to
 * the solution shrinks by 1 - g / lmax a step. */
static void linear_steps(struct admm *s, size_t l)
{
    size_t n = s->net->n[l], in = s->net->n[l - 1], size = n * in;
    struct weight_system *w = &s->weight[l];
    real *W = s->net->W[l];
    if (!w->fixed) w->lipschitz = largest_eigenvalue(in, w->gram, w->power, &w->powers);
    w->fixed = l == 1; /* the Gram matrix of the data does not change */
    const real rate = w->lipschitz > 0 ? (real)(1.0 / w->lipschitz) : 0;
    memcpy(W, s->W_old, size * sizeof *W);
    for (size_t k = 0; k < (s->set.inner > 0 ? s->set.inner : 1); k++) {
        symmetric_times_right(n, in, W, w->gram, s->scratch);
        for (size_t i = 0; i < size; i++) W[i] += rate * (s->d_kept[i] - s->scratch[i]);
    }
}

/* Change of the Lagrangian in W, from f(W) = rho (tr(W G W')/2 - tr(D W')):
 * f(W) - f(W_old) = rho <W - W_old, (W + W_old)/2 G - D>. */
static double weight_change(struct admm *s, size_t l)
{
    size_t n = s->net->n[l], in = s->net->n[l - 1];
    const real *W = s->net->W[l];
    real *middle = s->d_sum[0];
    double change = 0;
    for (size_t i = 0; i < n * in; i++) middle[i] = R(0.5) * (W[i] + s->W_old[i]);
    symmetric_times_right(n, in, middle, s->weight[l].gram, s->scratch);
    for (size_t i = 0; i < n * in; i++)
        change += ((double)W[i] - (double)s->W_old[i]) * ((double)s->scratch[i] - (double)s->d_kept[i]);
    return s->rho[l] * change;
}

/* Backward error of the solve, against the matrix that was solved with. */
static double weight_backward_error(struct admm *s, size_t l)
{
    size_t n = s->net->n[l], in = s->net->n[l - 1];
    const struct weight_system *w = &s->weight[l];
    real *b = s->d_sum[0];
    memcpy(b, s->d_kept, n * in * sizeof *b);
    if (s->set.weights == WEIGHTS_PROXIMAL) blas_axpy(n * in, (real)w->shift, s->W_old, b);
    return backward_error_right(n, in, s->set.weights == WEIGHTS_PINV ? w->gram : w->chol.a, s->net->W[l], b,
                                s->scratch);
}

/* What a measured iteration records about the solve, off the clock: D is in d_kept. */
static void measure_solve(struct admm *s, size_t l, double *change)
{
    const struct weight_system *w = &s->weight[l];
    double distance2 = 0, norm2 = 0;
    step_hold(s->report);
    *change = weight_change(s, l);
    s->precision_w[l] = s->backward_w[l] = NAN;
    if (!admm_is_linear(&s->set, s->net, l)) s->backward_w[l] = weight_backward_error(s, l);
    if (!isnan(s->backward_w[l]) && s->set.weights != WEIGHTS_PINV) { /* its right-hand side is in d_sum[0] */
        weight_precision(&w->chol, s->net->n[l], s->net->W[l], s->d_sum[0], &s->work[0].precision, &distance2,
                         &norm2);
        s->precision_w[l] = norm2 > 0 ? sqrt(distance2 / norm2) : 0;
    }
    step_resume(s->report);
}

status admm_update_weights(struct admm *s, size_t l, double *change, struct error *e)
{
    static const struct part_sum parts = {sum_part, add_sums, sum_blocks};
    size_t n = s->net->n[l], in = s->net->n[l - 1], size = n * in;
    const bool linear = admm_is_linear(&s->set, s->net, l);
    real *W = s->net->W[l];
    struct sums_task task = {s, l};
    sum_tree(pool_sum(s->env.pool, s->part.n_parts, &parts, &task), add_sums, &task);
    make_gram(s, l);
    if (!linear) TRY(factor_weights(s, l, e));
    memcpy(s->W_old, W, size * sizeof *W);
    memcpy(W, s->d_sum[0], size * sizeof *W);
    if (s->measure || linear)
        memcpy(s->d_kept, W, size * sizeof *W); /* measuring: on the clock, alone of all */
    if (linear) {
        linear_steps(s, l);
    } else if (s->set.weights == WEIGHTS_PINV) {
        pinv_solve_right(&s->weight[l].pinv, n, W);
    } else {
        if (s->set.weights == WEIGHTS_PROXIMAL) blas_axpy(size, (real)s->weight[l].shift, s->W_old, W);
        chol_solve_right(&s->weight[l].chol, n, W, s->env.pool);
    }
    double moved = 0, weight = vector_norm(size, W);
    for (size_t i = 0; i < size; i++) moved += pow((double)W[i] - (double)s->W_old[i], 2.0);
    s->change_w += moved;
    s->weight2 += weight * weight;
    if (s->measure) measure_solve(s, l, change);
    s->fresh[l] = false;
    admm_refresh(s, l);
    return ST_OK;
}
