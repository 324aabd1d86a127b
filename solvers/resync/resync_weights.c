/* See resync_weights.h. */
#include "solvers/resync/resync_weights.h"
#include "network/input_gram.h"
#include "support/blas.h"
#include <string.h>

/* What layer l's system and step take; the system of layer 1 is made once. The solve, or the product with G
 * that measures D. */
static void count_step(struct resync *s, size_t l)
{
    const bool factor = s->o.precondition == PRECONDITION_GRAM;
    double in = (double)s->net->n[l - 1];
    if (l > 1 && factor) cost_factor(&s->work, in);
    cost_solve(&s->work, in, (double)s->net->n[l]);
    if (l > 1 || s->record.solved) return;
    cost_input_gram(&s->work, spikes_squares(&s->env.train));
    if (factor) cost_factor(&s->work, in);
    s->record.solved = true;
}

/* The system of layer l, G + kappa tr(G)/n I with its factor, or G alone. */
static status make_system(struct resync *s, size_t l, struct step_report *r, struct error *e)
{
    struct chol *c = &s->chol[l];
    const size_t in = s->net->n[l - 1];
    count_step(s, l);
    if (l > 1 || !s->prepared) {
        if (l == 1) {
            const struct partition all = partition_make(s->env.train.n);
            input_gram(&s->env.train, &all, s->env.pool, s->chol[1].a, s->received);
            s->prepared = true;
        } else {
            memcpy(s->chol[l].a, s->gram[0][l], in * in * sizeof(real));
        }
        if (s->o.precondition == PRECONDITION_NONE) return ST_OK;
        s->shift[l] = add_ridge(in, s->o.kappa, c->a); /* no spike at all: D = 0, and so is dW */
        if (chol_factor(c, e) != ST_OK) return err_prefix(e, "weights of layer %zu", l);
    }
    if (!r->measure || s->o.precondition == PRECONDITION_NONE) return ST_OK;
    step_hold(r);
    status st = chol_rcond(c, &s->record.rcond[l], e);
    step_resume(r);
    return st;
}

status resync_solve_layer(struct resync *s, const struct resync_batch *b, size_t l, struct step_report *r,
                          double *squares, struct error *e)
{
    size_t n = s->net->n[l], in = s->net->n[l - 1], size = n * in;
    real *D = s->d[0][l], *kept = s->scratch, *work = s->scratch + size;
    const bool plain = s->o.precondition == PRECONDITION_NONE;
    TRY(make_system(s, l, r, e));
    if (plain) {
        symmetric_times_right(n, in, D, s->chol[l].a, kept);
    } else {
        memcpy(kept, D, size * sizeof *D);
        chol_solve_right(&s->chol[l], n, D, s->env.pool);
    }
    double inner = 0, norm2 = 0;
    for (size_t i = 0; i < size; i++) {
        inner += (double)D[i] * (double)kept[i];
        norm2 += (double)D[i] * (double)D[i];
    }
    *squares = inner - s->shift[l] * norm2;
    if (l == 1) *squares *= (double)b->part.n / (double)s->env.train.n;
    if (!r->measure || plain) return ST_OK;
    step_hold(r);
    s->record.backward[l] = backward_error_right(n, in, s->chol[l].a, D, kept, work);
    step_resume(r);
    return ST_OK;
}

void resync_move_weights(struct resync *s, size_t l, double scale)
{
    size_t size = s->net->n[l] * s->net->n[l - 1];
    real *step = s->d[0][l];
    if (!s->velocity[l]) {
        blas_axpy(size, (real)scale, step, s->net->W[l]);
        return;
    }
    const real mu = (real)s->o.momentum;
    for (size_t i = 0; i < size; i++) s->velocity[l][i] = mu * s->velocity[l][i] + (real)scale * step[i];
    blas_axpy(size, R(1.0), s->velocity[l], s->net->W[l]);
}
