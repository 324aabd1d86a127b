/* implicit_lbfgs: an implicit step (implicit.h) by L-BFGS (Liu, Nocedal 1989) on its residual: the step is -H
 * r, with H of the last ten pairs s = change of w, y = change of r, by the two-loop recursion. Pairs with s'y
 * <= 1e-10 y'y are left out. A trial is accepted if its residual is at most twice the one before: the
 * residual is not the gradient of the loss that was simulated, so that a line search on the loss (Armijo)
 * misleads. A trial that is refused still gives a pair, and the next is half as long. */
#include "trainer/implicit.h"

enum { PAIRS = 10, CHANGE = IMPLICIT_OWN, ANSWER = CHANGE + PAIRS };
_Static_assert((int)ANSWER + (int)PAIRS <= (int)OPTIMIZER_SCRATCH_MAX, "more vectors than there is room for");

/* Pair k, k = 0 the newest, is in place (next + PAIRS - 1 - k) % PAIRS. */
struct pairs {
    size_t n, next;
    double curvature[PAIRS]; /* s'y, by place */
};

static size_t place(const struct pairs *q, size_t k)
{
    return (q->next + PAIRS - 1 - k) % PAIRS;
}

/* DIRECTION = -H r. */
static void find_direction(const struct implicit *p, const struct pairs *q)
{
    struct optimizer_state *s = p->s;
    real *const *d = s->scratch[IMPLICIT_DIRECTION];
    double share[PAIRS] = {0};
    implicit_combine(s, -1, s->scratch[IMPLICIT_RESIDUAL], 0, d);
    for (size_t k = 0; k < q->n; k++) {
        const size_t i = place(q, k);
        share[k] = implicit_dot(s, s->scratch[CHANGE + i], d) / q->curvature[i];
        implicit_combine(s, -share[k], s->scratch[ANSWER + i], 1, d);
    }
    if (q->n > 0) {
        real *const *y = s->scratch[ANSWER + place(q, 0)];
        implicit_combine(s, q->curvature[place(q, 0)] / implicit_dot(s, y, y), d, 0, d);
    }
    for (size_t k = q->n; k-- > 0;) {
        const size_t i = place(q, k);
        const double back = implicit_dot(s, s->scratch[ANSWER + i], d) / q->curvature[i];
        implicit_combine(s, share[k] - back, s->scratch[CHANGE + i], 1, d);
    }
}

/* Keeps the pair from W to the trial, unless its curvature is of no use (or not finite). */
static void remember(const struct implicit *p, struct pairs *q)
{
    struct optimizer_state *s = p->s;
    real *const *change = s->scratch[CHANGE + q->next], *const *answer = s->scratch[ANSWER + q->next];
    implicit_copy(s, s->scratch[IMPLICIT_TRIAL], change);
    implicit_combine(s, -1, p->W, 1, change);
    implicit_copy(s, s->scratch[IMPLICIT_TRIAL_RESIDUAL], answer);
    implicit_combine(s, -1, s->scratch[IMPLICIT_RESIDUAL], 1, answer);
    const double sy = implicit_dot(s, change, answer), yy = implicit_dot(s, answer, answer);
    if (!(sy > 1e-10 * yy) || !isfinite(yy)) {
        if (q->n == PAIRS) q->n--; /* the oldest pair was overwritten */
        return;
    }
    q->curvature[q->next] = sy;
    q->next = (q->next + 1) % PAIRS;
    if (q->n < PAIRS) q->n++;
}

static void update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    struct implicit p;
    struct pairs q = {0};
    double step = 1;
    implicit_begin(&p, s, W, lr, g);
    while (implicit_open(&p)) {
        find_direction(&p, &q);
        const double norm = implicit_try(&p, step);
        const bool accepted = norm <= 2 * p.norm;
        remember(&p, &q);
        if (accepted) implicit_accept(&p, norm);
        step = accepted ? 1 : step / 2;
    }
    implicit_end(&p);
}

const struct optimizer optimizer_implicit_lbfgs = {
    .name = "implicit_lbfgs",
    .reads = {"weight_decay", "inner_evaluations", "inner_tol"},
    .scratch = IMPLICIT_OWN + 2 * PAIRS,
    .update = update,
};
