/* Directional derivatives against finite differences of the smooth network, and the estimate made of them
 * against the gradient of backpropagation through time. */
#include "baselines/backward.h"
#include "baselines/forward_estimator.h"
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 70, STEPS = 5, INPUTS = 6, CLASSES = 3 }; /* two chunks */

struct forward_case {
    size_t hidden;
    int reset, readout, surrogate, detach;
};

struct bench {
    struct mem mem;
    struct dataset data;
    struct net_options options;
    struct net net;
    struct batch batch;
    struct forward_estimator f;
    real *exact[NET_MAX_LAYERS + 1], *estimate[NET_MAX_LAYERS + 1];
};

/* A net, a batch, an estimator, and bptt's gradient of the mean loss in b->exact. */
static void begin(struct bench *b, const struct forward_case *c, const struct forward_options *o)
{
    struct backward w;
    memset(b, 0, sizeof *b);
    toy_data_create(&b->data, SAMPLES, STEPS, INPUTS, CLASSES, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &b->options, NULL), ST_OK);
    b->options.hidden = (struct int_list){c->hidden, {5, 4, 5}};
    b->options.reset = c->reset;
    b->options.readout = c->readout;
    b->options.loss = LOSS_CROSS_ENTROPY;
    b->options.start = START_KAIMING;
    toy_net_create(&b->net, &b->options, &b->data, &b->mem, 5);
    b->batch = dataset_batch(&b->data, SPLIT_TRAIN);
    cr_assert_eq(forward_create(&b->f, o, &b->net, STEPS, SAMPLES, 2, &b->mem, NULL), ST_OK);
    cr_assert_eq(backward_create(&w, &b->net, STEPS, SAMPLES, &b->mem, NULL), ST_OK);
    for (size_t l = 1; l <= b->net.L; l++) {
        b->exact[l] = mem_reals(&b->mem, b->net.n[l] * b->net.n[l - 1], NULL);
        b->estimate[l] = mem_reals(&b->mem, b->net.n[l] * b->net.n[l - 1], NULL);
    }
    struct backward_options how = {o->surrogate, o->slope, o->smooth, o->detach_reset};
    backward_block(&w, &b->net, &b->batch, 0, SAMPLES, &how, b->exact);
    for (size_t l = 1; l <= b->net.L; l++)
        for (size_t i = 0; i < b->net.n[l] * b->net.n[l - 1]; i++) b->exact[l][i] /= SAMPLES;
}

static void end(struct bench *b)
{
    mem_free(&b->mem);
    dataset_free(&b->data);
}

/* <exact gradient, v> */
static double slope_along(const struct bench *b, const real *v)
{
    double sum = 0;
    for (size_t l = 1; l <= b->net.L; l++) {
        size_t size = b->net.n[l] * b->net.n[l - 1];
        for (size_t i = 0; i < size; i++) sum += (double)b->exact[l][i] * (double)v[i];
        v += size;
    }
    return sum;
}

/* Relative error of the estimate. */
static double relative_error(const struct bench *b)
{
    double miss2 = 0, norm2 = 0;
    for (size_t l = 1; l <= b->net.L; l++)
        for (size_t i = 0; i < b->net.n[l] * b->net.n[l - 1]; i++) {
            double exact = (double)b->exact[l][i], miss = (double)b->estimate[l][i] - exact;
            miss2 += miss * miss;
            norm2 += exact * exact;
        }
    cr_assert_gt(norm2, 1e-6, "the example must have a gradient");
    return sqrt(miss2 / norm2);
}

/* Depths x resets x readouts x the two surrogates without kinks, with the reset attached and detached. */
static struct criterion_test_params all_cases(int attachments)
{
    static struct forward_case cases[3 * 3 * 2 * 2 * 2];
    size_t n = 0;
    for (size_t hidden = 1; hidden <= 3; hidden++)
        for (int reset = 0; reset < 3; reset++)
            for (int readout = 0; readout < 2; readout++)
                for (int surrogate = 0; surrogate < 2; surrogate++)
                    for (int detach = 0; detach < attachments; detach++)
                        cases[n++] = (struct forward_case){hidden, reset, readout, surrogate, detach};
    return cr_make_param_array(struct forward_case, cases, n);
}

/* On a full orthogonal basis (unit vectors times the root of the number of weights) the mean of dL v is
 * bptt's gradient, of the spiking network and with a detached reset as well. */
ParameterizedTestParameters(forward_mode, basis_gives_the_gradient_of_bptt)
{
    return all_cases(2);
}
ParameterizedTest(struct forward_case *c, forward_mode, basis_gives_the_gradient_of_bptt)
{
    struct bench b;
    struct net_options sizes;
    cr_assert_eq(opt_defaults(&net_option_table, &sizes, NULL), ST_OK);
    sizes.hidden = (struct int_list){c->hidden, {5, 4, 5}};
    struct net shape;
    struct mem m = {0};
    cr_assert_eq(net_create(&shape, &sizes, INPUTS, CLASSES, &m, NULL), ST_OK);
    size_t D = net_parameters(&shape);
    mem_free(&m);
    struct forward_options o = {
        .directions = D, .surrogate = &surrogates[c->surrogate], .slope = R(1.5), .detach_reset = c->detach};
    begin(&b, c, &o);
    for (size_t k = 0; k < D; k++) b.f.directions[k * D + k] = (real)sqrt((double)D);
    forward_derivatives(&b.f, &b.net, &b.batch, NULL);
    forward_gradient(&b.f, &b.net, b.estimate);
    double error = relative_error(&b);
    cr_expect_lt(error, REAL_SELECT(1e-12, 1e-4), "relative error %g", error);
    end(&b);
}

/* Mean loss of the smooth network with its weights moved along v. */
static double smooth_loss(struct bench *b, struct forward_estimator *probe, const real *v, double step)
{
    const real *at = v;
    for (size_t l = 1; l <= b->net.L; l++)
        for (size_t i = 0; i < b->net.n[l] * b->net.n[l - 1]; i++) b->net.W[l][i] += (real)step * *at++;
    double loss = forward_derivatives(probe, &b->net, &b->batch, NULL);
    at = v;
    for (size_t l = 1; l <= b->net.L; l++)
        for (size_t i = 0; i < b->net.n[l] * b->net.n[l - 1]; i++) b->net.W[l][i] -= (real)step * *at++;
    return loss;
}

/* On the smooth network the tangent is the true derivative: global and layer-wise directions against central
 * differences. */
ParameterizedTestParameters(forward_mode, tangent_equals_finite_differences)
{
    return all_cases(1); /* a detached reset has no smooth network */
}
ParameterizedTest(struct forward_case *c, forward_mode, tangent_equals_finite_differences)
{
    for (int scope = 0; scope < 2; scope++) {
        struct bench b;
        struct rng rng;
        struct forward_estimator probe;
        struct forward_options o = {.kind = FORWARD_JVP,
                                    .scope = (enum direction_scope)scope,
                                    .directions = 3,
                                    .surrogate = &surrogates[c->surrogate],
                                    .slope = R(1.5),
                                    .smooth = true};
        begin(&b, c, &o);
        rng_seed(&rng, 3, "directions");
        forward_draw(&b.f, &b.net, &rng);
        cr_assert_eq(b.f.n_directions, scope == SCOPE_LAYER ? 3 * (c->hidden + 1) : 3);
        forward_derivatives(&b.f, &b.net, &b.batch, NULL);
        o.directions = 1;
        cr_assert_eq(forward_create(&probe, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
        const double h = REAL_SELECT(1e-5, 1e-2);
        for (size_t k = 0; k < b.f.n_directions; k++) {
            const real *v = b.f.directions + k * b.f.parameters;
            double up = smooth_loss(&b, &probe, v, h), down = smooth_loss(&b, &probe, v, -h);
            cr_expect_float_eq(b.f.derivatives[k], (up - down) / (2 * h), REAL_SELECT(1e-7, 2e-2),
                               "direction %zu: %g, differences %g", k, b.f.derivatives[k],
                               (up - down) / (2 * h));
        }
        end(&b);
    }
}

/* Random directions: with D weights and K Gaussian (Rademacher) directions the expected squared relative
 * error is (D + 1) / K ((D - 1) / K); layer-wise, D is that of the layers, weighted by their gradients. */
Test(forward_mode, random_directions_are_unbiased_with_the_known_variance)
{
    const struct forward_case c = {.hidden = 2};
    for (int scope = 0; scope < 2; scope++)
        for (int law = 0; law < 2; law++) {
            struct bench b;
            struct rng rng;
            const size_t K = 4000;
            struct forward_options o = {.law = (enum direction_law)law,
                                        .scope = (enum direction_scope)scope,
                                        .directions = K,
                                        .surrogate = &surrogates[0],
                                        .slope = R(1.5)};
            begin(&b, &c, &o);
            rng_seed(&rng, 1, "directions");
            forward_draw(&b.f, &b.net, &rng);
            forward_derivatives(&b.f, &b.net, &b.batch, NULL);
            forward_gradient(&b.f, &b.net, b.estimate);
            double variance = 0, norm2 = 0;
            for (size_t l = 1; l <= b.net.L; l++) {
                size_t size = b.net.n[l] * b.net.n[l - 1];
                double own = 0, D = (double)(scope == SCOPE_LAYER ? size : net_parameters(&b.net));
                for (size_t i = 0; i < size; i++) own += (double)b.exact[l][i] * (double)b.exact[l][i];
                variance += own * (law == DIRECTION_GAUSSIAN ? D + 1 : D - 1) / (double)K;
                norm2 += own;
            }
            double expected = sqrt(variance / norm2), error = relative_error(&b);
            cr_expect_lt(error, 1.25 * expected, "error %g, expected %g", error, expected);
            cr_expect_gt(error, 0.75 * expected, "error %g, expected %g", error, expected);
            end(&b);
        }
}

/* Antithetic differences of the smooth network converge to the directional derivative, quadratically in
 * sigma; Stein's one-sided differences linearly. */
Test(forward_mode, differences_converge_to_the_directional_derivative)
{
    const struct forward_case c = {.hidden = 2};
    for (int kind = FORWARD_WEIGHT_PERTURBATION; kind <= FORWARD_STEIN; kind++)
        for (int scope = 0; scope < 2; scope++) {
            double miss[2] = {0};
            const double sigmas[2] = {REAL_SELECT(1e-2, 0.2), REAL_SELECT(1e-3, 0.05)};
            for (int s = 0; s < 2; s++) {
                struct bench b;
                struct rng rng;
                struct forward_options o = {.kind = (enum forward_kind)kind,
                                            .scope = (enum direction_scope)scope,
                                            .directions = 4,
                                            .sigma = sigmas[s],
                                            .surrogate = &surrogates[1],
                                            .slope = R(1.5),
                                            .smooth = true};
                begin(&b, &c, &o);
                rng_seed(&rng, 8, "directions");
                forward_draw(&b.f, &b.net, &rng);
                forward_derivatives(&b.f, &b.net, &b.batch, NULL);
                for (size_t k = 0; k < b.f.n_directions; k++) {
                    double exact = slope_along(&b, b.f.directions + k * b.f.parameters);
                    miss[s] += fabs(b.f.derivatives[k] - exact);
                }
                end(&b);
            }
            double order = log(miss[0] / miss[1]) / log(sigmas[0] / sigmas[1]);
            double expected = kind == FORWARD_STEIN ? 1 : 2;
            cr_expect_float_eq(order, expected, REAL_SELECT(0.1, 0.8), "%s: order %g, misses %g, %g",
                               forward_kind_names[kind], order, miss[0], miss[1]);
        }
}

/* The true spiking network: the derivative of perturbed simulations is the difference of two losses that are
 * simulated apart. */
Test(forward_mode, perturbation_uses_the_spiking_network)
{
    const struct forward_case c = {.hidden = 1};
    for (int kind = FORWARD_WEIGHT_PERTURBATION; kind <= FORWARD_STEIN; kind++) {
        struct bench b;
        struct rng rng;
        struct forward_estimator probe;
        struct forward_options o = {.kind = (enum forward_kind)kind,
                                    .directions = 1,
                                    .sigma = 0.3,
                                    .surrogate = &surrogates[0],
                                    .slope = R(1.5)};
        begin(&b, &c, &o);
        rng_seed(&rng, 8, "directions");
        forward_draw(&b.f, &b.net, &rng);
        double returned = forward_derivatives(&b.f, &b.net, &b.batch, NULL);
        o.kind = FORWARD_JVP; /* returns the loss at the weights themselves */
        cr_assert_eq(forward_create(&probe, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
        double up = smooth_loss(&b, &probe, b.f.directions, 0.3),
               down = smooth_loss(&b, &probe, b.f.directions, -0.3),
               here = smooth_loss(&b, &probe, b.f.directions, 0);
        bool stein = kind == FORWARD_STEIN;
        cr_expect_float_eq(b.f.derivatives[0], stein ? (up - here) / 0.3 : (up - down) / 0.6,
                           REAL_SELECT(1e-10, 1e-4));
        cr_expect_float_eq(returned, stein ? here : (up + down) / 2, REAL_SELECT(1e-10, 1e-4));
        cr_expect_gt(fabs(up - down), 1e-3, "the example must move");
        end(&b);
    }
}

/* One weight per layer, two steps, by hand: the network of test_bptt.c (hand_unrolled_two_steps), whose
 * gradient is dw = 3 (4 with the reset detached), dv = (1, -1). */
Test(forward_mode, hand_unrolled_two_steps)
{
    for (int detach = 0; detach < 2; detach++) {
        struct mem mem = {0};
        struct toy_two_steps two;
        struct forward_estimator f;
        toy_two_steps_create(&two, RESET_SOFT, 1.2, (const double[]){2, 0}, &mem);
        struct forward_options how = {
            .directions = 1, .surrogate = &surrogates[3], .slope = R(1.0), .detach_reset = detach == 1};
        cr_assert_eq(forward_create(&f, &how, &two.net, 2, 1, 1, &mem, NULL), ST_OK);
        f.directions[0] = R(2.0); /* dw */
        f.directions[1] = R(1.0); /* dv */
        f.directions[2] = R(3.0);
        double loss = forward_derivatives(&f, &two.net, &two.batch, NULL);
        cr_expect_float_eq(loss, 2.0, 1e-6);
        cr_expect_float_eq(f.derivatives[0], 2.0 * (detach ? 4 : 3) + 1 - 3, 1e-5);
        mem_free(&mem);
    }
}

Test(forward_mode, refuses_what_it_cannot_do)
{
    const struct solver *s = catalogue_solver(&registry, "forward_mode");
    struct net_options net;
    struct error e = {0};
    struct dataset_info info = {.n_targets = 1, .T = 4};
    void *options = calloc(1, s->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&s->options, options, NULL), ST_OK);
    cr_expect_eq(toy_check(s, options, &net, &info, &e), ST_OK, "%s", e.text);
    net.loss = LOSS_CROSS_ENTROPY;
    cr_expect_eq(toy_check(s, options, &net, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "network.loss") && strstr(e.text, "cross_entropy"), "%s", e.text);
    net.loss = LOSS_SQUARED;
    cr_assert_eq(opt_set(opt_find(&s->options, "estimator"), options, "stein", NULL), ST_OK);
    cr_expect_eq(toy_check(s, options, &net, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "gaussian") != NULL, "%s", e.text);
    free(options);
}
