/* Implicit steps against closed forms of quadratics, and on the smooth network. */
#include "baselines/backward.h"
#include "tests/toy_data.h"
#include "tests/toy_quadratic.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const both[] = {"implicit_lbfgs", "implicit_newton"};

static double distance(const double *x, const double *y)
{
    double sum = 0;
    for (size_t i = 0; i < TOY_WEIGHTS; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sqrt(sum);
}

/* Curvatures from least to largest in equal ratios. */
static void spread(double least, double largest, double *k)
{
    for (size_t i = 0; i < TOY_WEIGHTS; i++)
        k[i] = least * pow(largest / least, (double)i / (TOY_WEIGHTS - 1));
}

/* w* = (I + lr A)^-1 (w0 + lr A centre), from w0 and lr. */
static void solution(const struct toy_quadratic *t, double lr, const double *w0, double *w)
{
    double x[TOY_WEIGHTS], y[TOY_WEIGHTS];
    toy_quadratic_product(t, t->centre, x);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) y[i] = w0[i] + lr * x[i];
    toy_quadratic_resolvent(t, lr, y, w);
}

/* Stiff: condition 5e4, lr times the largest curvature from 2.7 to 800, where plain descent grows. The error
 * is at most the residual, since (I + lr A)^-1 has no norm above 1. */
Test(implicit, a_step_on_a_stiff_quadratic_equals_the_closed_form)
{
    static const double stiffness[] = {2.7, 30, 800};
    for (int i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof stiffness / sizeof *stiffness; k++) {
            struct toy_quadratic t;
            double curvature[TOY_WEIGHTS], w0[TOY_WEIGHTS], w[TOY_WEIGHTS], exact[TOY_WEIGHTS];
            spread(stiffness[k] / 5e4, stiffness[k], curvature);
            toy_quadratic_begin(&t, both[i], "inner_evaluations=100 inner_tol=1e-5", curvature, 3);
            toy_quadratic_weights(&t, w0);
            solution(&t, 1, w0, exact);
            toy_quadratic_update(&t, 1);
            toy_quadratic_weights(&t, w);
            cr_expect_lt(distance(w, exact), 0.01 * distance(w0, exact), "%s %g: %g of %g, %d", both[i],
                         stiffness[k], distance(w, exact), distance(w0, exact), t.calls);
            cr_expect_leq(t.calls, 100);
            toy_quadratic_end(&t);
        }
}

/* Three curvatures: CG ends after three products, and one outer step is all: one evaluation at the start,
 * three for the products, one for the trial. */
Test(implicit, newton_solves_a_quadratic_in_one_outer_step)
{
    struct toy_quadratic t;
    double curvature[TOY_WEIGHTS], w0[TOY_WEIGHTS], w[TOY_WEIGHTS], exact[TOY_WEIGHTS], first[TOY_WEIGHTS];
    const double tol = REAL_SELECT(1e-5, 1e-2), none[TOY_WEIGHTS] = {0};
    for (size_t i = 0; i < TOY_WEIGHTS; i++) curvature[i] = i % 3 == 0 ? 0.1 : i % 3 == 1 ? 2 : 50;
    toy_quadratic_begin(&t, "implicit_newton", REAL_SELECT("inner_tol=1e-5", "inner_tol=1e-2"), curvature, 3);
    toy_quadratic_weights(&t, w0);
    solution(&t, 1, w0, exact);
    toy_quadratic_update(&t, 1);
    toy_quadratic_weights(&t, w);
    cr_expect_leq(t.calls, 5, "%d", t.calls);
    cr_expect_leq(t.state.residual, tol, "%g", t.state.residual);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) w0[i] -= t.centre[i];
    toy_quadratic_product(&t, w0, first);
    cr_expect_lt(distance(w, exact), tol * distance(first, none));
    toy_quadratic_end(&t);
}

/* A step of 1e4 is nearly all the way: what remains is w0 / (1 + lr k). */
Test(implicit, lbfgs_reaches_the_minimum_of_a_quadratic)
{
    struct toy_quadratic t;
    double curvature[TOY_WEIGHTS], w0[TOY_WEIGHTS], w[TOY_WEIGHTS];
    spread(1, 20, curvature);
    toy_quadratic_begin(&t, "implicit_lbfgs", "inner_evaluations=60 inner_tol=1e-5", curvature, 3);
    toy_quadratic_weights(&t, w0);
    for (int k = 0; k < 3; k++) toy_quadratic_update(&t, 1e4);
    toy_quadratic_weights(&t, w);
    cr_expect_lt(distance(w, t.centre), REAL_SELECT(1e-4, 1e-2) * distance(w0, t.centre), "%g of %g",
                 distance(w, t.centre), distance(w0, t.centre));
    toy_quadratic_end(&t);
}

/* Decay is part of the equation: w = (w0 - lr g) / (1 + lr decay) where g does not depend on w. */
Test(implicit, weight_decay_is_implicit_too)
{
    const double flat[TOY_WEIGHTS] = {0};
    for (int i = 0; i < 2; i++) {
        struct toy_quadratic t;
        double w0[TOY_WEIGHTS], w[TOY_WEIGHTS];
        toy_quadratic_begin(&t, both[i], "weight_decay=3 inner_tol=1e-4", flat, 3);
        toy_quadratic_weights(&t, w0);
        toy_quadratic_update(&t, 2);
        toy_quadratic_weights(&t, w);
        for (size_t k = 0; k < TOY_WEIGHTS; k++)
            cr_expect_float_eq(w[k], w0[k] / 7, 1e-3 * (1 + fabs(w0[k])), "%s", both[i]);
        toy_quadratic_end(&t);
    }
}

/* Concave: CG meets a direction of negative curvature, and L-BFGS pairs without use. What is returned has the
 * least residual of all points that were seen, and the budget holds. */
Test(implicit, a_concave_direction_does_no_harm)
{
    for (int i = 0; i < 2; i++) {
        struct toy_quadratic t;
        double curvature[TOY_WEIGHTS], w[TOY_WEIGHTS];
        for (size_t k = 0; k < TOY_WEIGHTS; k++) curvature[k] = k % 2 ? 5 : -3;
        toy_quadratic_begin(&t, both[i], "inner_evaluations=12", curvature, 3);
        toy_quadratic_update(&t, 1);
        toy_quadratic_weights(&t, w);
        for (size_t k = 0; k < TOY_WEIGHTS; k++) cr_expect(isfinite(w[k]));
        cr_expect_leq(t.state.residual, 1);
        cr_expect_leq(t.calls, 12, "%s: %d", both[i], t.calls);
        toy_quadratic_end(&t);
    }
}

/* Others leave no residual. */
Test(implicit, explicit_optimizers_have_no_residual)
{
    struct toy_quadratic t;
    const double flat[TOY_WEIGHTS] = {0};
    toy_quadratic_begin(&t, "adam", "", flat, 3);
    toy_quadratic_update(&t, 0.1);
    cr_expect(isnan(t.state.residual));
    toy_quadratic_end(&t);
}

/* ---- the smooth network -------------------------------------------------------------------------------- */

enum { SAMPLES = 20, STEPS = 8, INPUTS = 12, CLASSES = 3 };

struct smooth {
    struct backward work;
    struct net net;
    struct batch batch;
    int calls;
};

static double smooth_gradient(void *context, real *const *W, real *const *gradient)
{
    struct smooth *s = context;
    const struct backward_options how = {&surrogates[0], R(5.0), true, false};
    for (size_t l = 1; l <= s->net.L; l++) {
        s->net.W[l] = W[l];
        memset(gradient[l], 0, s->net.n[l] * s->net.n[l - 1] * sizeof(real));
    }
    const double loss = backward_block(&s->work, &s->net, &s->batch, 0, SAMPLES, &how, gradient);
    for (size_t l = 1; l <= s->net.L; l++)
        for (size_t i = 0; i < s->net.n[l] * s->net.n[l - 1]; i++) gradient[l][i] /= SAMPLES;
    s->calls++;
    return loss / SAMPLES;
}

/* On the network whose gradient is a gradient the residual falls to 1 % within 20 evaluations. */
Test(implicit, the_relaxed_network_is_solved_in_twenty_evaluations)
{
    for (int i = 0; i < 2; i++) {
        struct smooth s = {.calls = 0};
        struct dataset d;
        struct net_options o;
        struct mem mem = {0};
        struct optimizer_state state;
        const struct optimizer_options options = {.inner_evaluations = 20, .inner_tol = 0.01};
        toy_data_create(&d, SAMPLES, STEPS, INPUTS, CLASSES, 11);
        cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
        o.hidden = (struct int_list){1, {20}};
        o.loss = LOSS_CROSS_ENTROPY;
        toy_net_create(&s.net, &o, &d, &mem, 5);
        struct net trained = s.net;
        s.batch = dataset_batch(&d, SPLIT_TRAIN);
        cr_assert_eq(backward_create(&s.work, &s.net, STEPS, SAMPLES, &mem, NULL), ST_OK);
        cr_assert_eq(optimizer_create(&state, toy_optimizer(both[i]), &options, &s.net,
                                      (struct layer_range){1, 2}, &mem, NULL),
                     ST_OK);
        const struct gradient_oracle oracle = {&s, smooth_gradient};
        optimizer_update(&state, trained.W, 0.1, &oracle);
        cr_expect_leq(state.residual, 0.01, "%s: %g after %d", both[i], state.residual, s.calls);
        cr_expect_leq(s.calls, 20);
        mem_free(&mem);
        dataset_free(&d);
    }
}

/* Scratch is not kept between updates: what stands there, even no number, changes nothing. */
Test(implicit, old_scratch_is_not_read)
{
    for (int i = 0; i < 2; i++) {
        double curvature[TOY_WEIGHTS], w[2][TOY_WEIGHTS];
        spread(0.1, 40, curvature);
        for (int k = 0; k < 2; k++) {
            struct toy_quadratic t;
            toy_quadratic_begin(&t, both[i], "inner_evaluations=20", curvature, 3);
            for (int v = 0; k == 1 && v < OPTIMIZER_SCRATCH_MAX; v++)
                for (size_t l = 1; t.state.scratch[v][1] && l <= t.state.layers; l++)
                    for (size_t j = 0; j < t.state.size[l]; j++) t.state.scratch[v][l][j] = (real)NAN;
            toy_quadratic_update(&t, 1);
            toy_quadratic_weights(&t, w[k]);
            cr_expect_gt(t.calls, 1);
            toy_quadratic_end(&t);
        }
        cr_expect_eq(memcmp(w[0], w[1], sizeof w[0]), 0, "%s", both[i]);
    }
}

/* A gradient that is no number solves nothing, and is not reported as solved. */
Test(implicit, a_gradient_that_is_no_number_is_not_solved)
{
    for (int i = 0; i < 2; i++) {
        struct toy_quadratic t;
        double curvature[TOY_WEIGHTS];
        spread(0.1, 40, curvature);
        toy_quadratic_begin(&t, both[i], "inner_evaluations=20", curvature, 3);
        t.centre[0] = NAN;
        toy_quadratic_update(&t, 1);
        cr_expect_eq(t.state.residual, 1, "%s: %g", both[i], t.state.residual);
        toy_quadratic_end(&t);
    }
}
