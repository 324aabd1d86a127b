/* implicit_newton: an implicit step (implicit.h) by Newton's method with conjugate gradients. With A the
 * derivative of g each outer step solves
 *
 *   ((1 + lr decay) I + lr A) d = -r
 *
 * by CG; a product with a vector v is (r(w + h v) - r(w)) / h, one evaluation, h = sqrt(epsilon) (1 + ||w||)
 * / ||v||. CG ends where its own residual is what the update may leave, or at a direction without positive
 * curvature. Then w moves by d, d/2, d/4 .. until the residual falls. On a quadratic one outer step does. */
#include "trainer/implicit.h"

enum { LEFT = IMPLICIT_OWN, SEARCH, VECTORS }; /* of CG: what is left of the right-hand side, the direction */

_Static_assert((int)VECTORS <= (int)OPTIMIZER_SCRATCH_MAX, "more vectors than there is room for");

/* TRIAL_RESIDUAL = the matrix times SEARCH. */
static void multiply(struct implicit *p)
{
    struct optimizer_state *s = p->s;
    real *const *v = s->scratch[SEARCH], *const *trial = s->scratch[IMPLICIT_TRIAL];
    real *const *product = s->scratch[IMPLICIT_TRIAL_RESIDUAL];
    const double size = 1 + sqrt(implicit_dot(s, p->W, p->W));
    const double h = sqrt((double)REAL_EPSILON) * size / sqrt(implicit_dot(s, v, v));
    implicit_copy(s, p->W, trial);
    implicit_combine(s, h, v, 1, trial);
    implicit_evaluate(p, trial, product);
    implicit_combine(s, -1 / h, s->scratch[IMPLICIT_RESIDUAL], 1 / h, product);
}

/* DIRECTION, with an evaluation left for its trial. */
static void find_direction(struct implicit *p)
{
    struct optimizer_state *s = p->s;
    const struct optimizer_options *o = &s->options;
    real *const *d = s->scratch[IMPLICIT_DIRECTION], *const *left = s->scratch[LEFT];
    real *const *search = s->scratch[SEARCH], *const *product = s->scratch[IMPLICIT_TRIAL_RESIDUAL];
    double now = p->norm * p->norm;
    implicit_combine(s, -1, s->scratch[IMPLICIT_RESIDUAL], 0, left);
    implicit_combine(s, 1, left, 0, search);
    implicit_combine(s, 0, left, 0, d);
    for (long k = 0; p->evaluations + 1 < o->inner_evaluations && sqrt(now) > o->inner_tol * p->first; k++) {
        multiply(p);
        const double curvature = implicit_dot(s, search, product), before = now;
        if (!(curvature > 0) && k > 0) return;
        const double length = curvature > 0 ? now / curvature : 1;
        implicit_combine(s, length, search, 1, d);
        if (!(curvature > 0)) return;
        implicit_combine(s, -length, product, 1, left);
        now = implicit_dot(s, left, left);
        implicit_combine(s, 1, left, now / before, search);
    }
    if (!(implicit_dot(s, d, d) > 0)) implicit_combine(s, 1, left, 0, d);
}

static void update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    struct implicit p;
    implicit_begin(&p, s, W, lr, g);
    while (implicit_open(&p)) {
        bool accepted = false;
        find_direction(&p);
        for (double step = 1; !accepted && p.evaluations < s->options.inner_evaluations; step /= 2) {
            const double norm = implicit_try(&p, step);
            accepted = norm < p.norm;
            if (accepted) implicit_accept(&p, norm);
        }
    }
    implicit_end(&p);
}

const struct optimizer optimizer_implicit_newton = {
    .name = "implicit_newton",
    .reads = {"weight_decay", "inner_evaluations", "inner_tol"},
    .scratch = VECTORS,
    .update = update,
};
