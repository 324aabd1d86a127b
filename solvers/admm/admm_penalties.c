/* Penalty schedules of the ADMM family. */
#include "solvers/admm/admm_family.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include <string.h>

/* The nearest value to `wanted` within a factor `limit` of `start`. */
static double limited(double wanted, double start, double limit)
{
    double most = limit > 1 ? limit : 1 / limit;
    return wanted > start * most ? start * most : wanted < start / most ? start / most : wanted;
}

/* rms of z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}. */
static double primal_residual(const struct admm *b)
{
    size_t K = b->net->n[b->L];
    const double delta = (double)b->net->lif.leak;
    double sum = 0;
    for (size_t c = 0; c < b->part.n_chunks; c++) {
        size_t step = K * admm_chunk_size(b, c), offset = step * (b->T - 1);
        const real *z = admm_block(b, b->z[b->L], b->L, c) + offset,
                   *v = admm_block(b, b->v[b->L], b->L, c) + offset;
        for (size_t i = 0; i < step; i++) {
            double r = (double)z[i] - (double)v[i];
            if (b->T > 1) r -= delta * (double)z[(ptrdiff_t)i - (ptrdiff_t)step];
            sum += r * r;
        }
    }
    return sqrt(sum / ((double)b->N * (double)K));
}

void admm_penalties_advance(struct admm_solver *s)
{
    /* Boyd et al. 2011, section 3.4.1: factor 2 where one residual is ten times the other */
    const double apart = 10, factor = 2;
    const struct admm_options *o = &s->options;
    struct admm *b = &s->blocks;
    if (o->penalties == PENALTIES_GEOMETRIC) {
        for (size_t l = 1; l <= b->L; l++) {
            double start = l == b->L ? b->set.rho_out : b->set.rho;
            b->rho[l] = limited(b->rho[l] * o->growth, start, o->growth_limit);
            b->beta[l] = limited(b->beta[l] * o->growth, b->set.beta, o->growth_limit);
        }
    } else if (o->penalties == PENALTIES_BALANCING && !isnan(s->dual)) {
        admm_family_product(s, b->L);
        double primal = primal_residual(b), rho = b->rho[b->L];
        if (primal > apart * s->dual) rho *= factor;
        if (s->dual > apart * primal) rho /= factor;
        b->rho[b->L] = limited(rho, b->set.rho_out, o->growth_limit);
    }
}

struct gain_task {
    struct admm *b;
    size_t l;
    double squares[PART_MAX];
};

static void gain_part(void *context, size_t part, size_t thread)
{
    struct gain_task *task = context;
    struct admm *b = task->b;
    struct admm_work *w = &b->work[thread];
    size_t l = task->l, n = b->net->n[l], rows = b->net->n[l + 1];
    double sum = 0;
    for (size_t c = part_first(&b->part, part); c < part_first(&b->part, part + 1); c++) {
        size_t columns = b->T * admm_chunk_size(b, c);
        const real *v = admm_block(b, b->v[l + 1], l + 1, c);
        admm_target(b, l + 1, c, w->target);
        for (size_t i = 0; i < rows * columns; i++) w->target[i] -= v[i];
        blas_gemm(true, false, n, columns, rows, (real)b->rho[l + 1], b->net->W[l + 1], rows, w->target, rows,
                  R(0.0), w->rhs, n);
        for (size_t i = 0; i < n * columns; i++) sum += (double)w->rhs[i] * (double)w->rhs[i];
    }
    task->squares[part] = sum;
}

void admm_penalties_adapt(struct admm_solver *s, size_t l)
{
    struct admm *b = &s->blocks;
    struct gain_task task = {.b = b, .l = l};
    double sum = 0;
    const double columns = (double)(b->N * b->T);
    admm_family_product(s, l + 1);
    pool_run(b->env->pool, b->part.n_parts, gain_part, &task);
    s->backward += columns * (double)(b->net->n[l + 1] * b->net->n[l]); /* the same product as the spikes' */
    cost_product(&s->work, b->net, l + 1, columns, 0);
    for (size_t k = 0; k < b->part.n_parts; k++) sum += task.squares[k];
    double rms = sqrt(sum / ((double)b->N * (double)b->T * (double)b->net->n[l]));
    /* Where the layer above is satisfied the gain is rounding noise: the penalty keeps to its limits. */
    b->beta[l] = limited(s->options.flip_gain * rms, b->set.beta, s->options.growth_limit);
    b->rho[l] = b->beta[l] / (s->options.window * s->options.window);
}
