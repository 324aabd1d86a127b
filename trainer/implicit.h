/* Implicit gradient descent: the weights w after an update solve
 *
 *   r(w) = w - w0 + lr (g(w) + decay w) = 0,     g the oracle's gradient on the update's mini-batch
 *
 * (Li, Chen, Huang: Implicit Stochastic Gradient Descent for Training Physics-informed Neural Networks, AAAI
 * 2023, arXiv 2303.01767), so that a step along a steep direction of curvature k shrinks by 1 / (1 + lr k)
 * where explicit descent grows by |1 - lr k|. Here is what inner solvers share: the equation, the budget of
 * evaluations, and the best iterate, which is what an update returns: it ends at ||r|| <= inner_tol ||r(w0)||
 * or after inner_evaluations gradients. */
#ifndef SPIKEBENCH_TRAINER_IMPLICIT_H
#define SPIKEBENCH_TRAINER_IMPLICIT_H

#include "trainer/optimizer.h"

/* Vectors of all weights in s->scratch; those of an inner solver from IMPLICIT_OWN on. */
enum implicit_vector {
    IMPLICIT_START,     /* w0 */
    IMPLICIT_RESIDUAL,  /* r at the iterate, which is W itself */
    IMPLICIT_DIRECTION, /* the step that is tried */
    IMPLICIT_TRIAL,     /* weights */
    IMPLICIT_TRIAL_RESIDUAL,
    IMPLICIT_BEST, /* weights of the least residual */
    IMPLICIT_OWN
};

struct implicit {
    struct optimizer_state *s;
    const struct gradient_oracle *oracle;
    real *const *W;
    double lr;
    long evaluations;
    double first, norm, best; /* ||r||: at w0, at W, the least */
};

/* w = w0 = W; one evaluation. */
void implicit_begin(struct implicit *p, struct optimizer_state *s, real *const *W, double lr,
                    const struct gradient_oracle *g);
/* Whether the residual is too large still, and an evaluation is left. */
bool implicit_open(const struct implicit *p);
/* r = r(w); one evaluation. Returns its norm. */
double implicit_evaluate(struct implicit *p, real *const *w, real *const *r);
/* TRIAL = W + step DIRECTION and its residual. Returns the norm. */
double implicit_try(struct implicit *p, double step);
/* W = TRIAL, whose residual has this norm. */
void implicit_accept(struct implicit *p, double norm);
/* W = BEST, and s->residual: 1 where the residual at w0 is no number, since nothing was solved. */
void implicit_end(struct implicit *p);

/* Over all layers, in a fixed order; sums in double. */
double implicit_dot(const struct optimizer_state *s, real *const *x, real *const *y);
void implicit_copy(const struct optimizer_state *s, real *const *from, real *const *to);
/* y = a x + b y; y is not read where b is 0 */
void implicit_combine(const struct optimizer_state *s, double a, real *const *x, double b, real *const *y);

#endif
