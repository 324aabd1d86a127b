/* See implicit.h. */
#include "trainer/implicit.h"
#include <string.h>

double implicit_dot(const struct optimizer_state *s, real *const *x, real *const *y)
{
    double sum = 0;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++) sum += (double)x[l][i] * (double)y[l][i];
    return sum;
}

void implicit_copy(const struct optimizer_state *s, real *const *from, real *const *to)
{
    for (size_t l = 1; l <= s->layers; l++) memcpy(to[l], from[l], s->size[l] * sizeof(real));
}

void implicit_combine(const struct optimizer_state *s, double a, real *const *x, double b, real *const *y)
{
    const real ra = (real)a, rb = (real)b;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++)
            y[l][i] = rb == 0 ? ra * x[l][i] : ra * x[l][i] + rb * y[l][i];
}

double implicit_evaluate(struct implicit *p, real *const *w, real *const *r)
{
    const struct optimizer_state *s = p->s;
    real *const *w0 = s->scratch[IMPLICIT_START];
    const real lr = (real)p->lr, decay = (real)s->options.weight_decay;
    p->oracle->at(p->oracle->context, w, s->gradient);
    p->evaluations++;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t i = 0; i < s->size[l]; i++)
            r[l][i] = w[l][i] - w0[l][i] + lr * (s->gradient[l][i] + decay * w[l][i]);
    return sqrt(implicit_dot(s, r, r));
}

void implicit_begin(struct implicit *p, struct optimizer_state *s, real *const *W, double lr,
                    const struct gradient_oracle *g)
{
    *p = (struct implicit){.s = s, .oracle = g, .W = W, .lr = lr};
    implicit_copy(s, W, s->scratch[IMPLICIT_START]);
    implicit_copy(s, W, s->scratch[IMPLICIT_BEST]);
    p->first = p->norm = p->best = implicit_evaluate(p, W, s->scratch[IMPLICIT_RESIDUAL]);
}

bool implicit_open(const struct implicit *p)
{
    const struct optimizer_options *o = &p->s->options;
    return p->norm > o->inner_tol * p->first && p->evaluations < o->inner_evaluations;
}

double implicit_try(struct implicit *p, double step)
{
    struct optimizer_state *s = p->s;
    real *const *trial = s->scratch[IMPLICIT_TRIAL];
    implicit_copy(s, p->W, trial);
    implicit_combine(s, step, s->scratch[IMPLICIT_DIRECTION], 1, trial);
    return implicit_evaluate(p, trial, s->scratch[IMPLICIT_TRIAL_RESIDUAL]);
}

void implicit_accept(struct implicit *p, double norm)
{
    struct optimizer_state *s = p->s;
    implicit_copy(s, s->scratch[IMPLICIT_TRIAL], p->W);
    implicit_copy(s, s->scratch[IMPLICIT_TRIAL_RESIDUAL], s->scratch[IMPLICIT_RESIDUAL]);
    p->norm = norm;
    if (!(norm < p->best)) return;
    p->best = norm;
    implicit_copy(s, p->W, s->scratch[IMPLICIT_BEST]);
}

void implicit_end(struct implicit *p)
{
    implicit_copy(p->s, p->s->scratch[IMPLICIT_BEST], p->W);
    p->s->residual = p->first == 0 ? 0 : isfinite(p->first) ? p->best / p->first : 1;
}
