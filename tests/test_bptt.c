/* The gradient of backpropagation through time against finite differences of the smooth network. */
#include "baselines/backward.h"
#include "tests/toy_training.h"
#include "trainer/optimizers.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

struct gradient_case {
    size_t hidden;
    int reset, readout, loss, surrogate;
};

enum { SAMPLES = 4, STEPS = 5, INPUTS = 6, CLASSES = 3 };

static double smooth_loss(struct backward *w, const struct net *net, const struct batch *b,
                          const struct backward_options *o)
{
    struct simulate_options s = {.smooth = o->surrogate, .slope = o->slope};
    double sum = 0;
    net_simulate(net, b, 0, SAMPLES, &w->trace, &s);
    net_scores(net, &w->trace, SAMPLES, w->scores);
    for (size_t c = 0; c < SAMPLES; c++)
        sum += loss_value(net->loss, CLASSES, w->scores + c * CLASSES, b->labels[c], NULL);
    return sum;
}

/* All hidden depths x resets x readouts x losses for the two surrogates without kinks in their derivative. */
ParameterizedTestParameters(bptt, gradient_equals_finite_differences)
{
    static struct gradient_case cases[3 * 3 * 2 * 3 * 2];
    size_t n = 0;
    for (size_t hidden = 1; hidden <= 3; hidden++)
        for (int reset = 0; reset < 3; reset++)
            for (int readout = 0; readout < 2; readout++)
                for (int loss = 0; loss < 3; loss++)
                    for (int surrogate = 0; surrogate < 2; surrogate++)
                        cases[n++] = (struct gradient_case){hidden, reset, readout, loss, surrogate};
    return cr_make_param_array(struct gradient_case, cases, n);
}
ParameterizedTest(struct gradient_case *c, bptt, gradient_equals_finite_differences)
{
    struct dataset d;
    struct net_options o;
    struct net net;
    struct mem mem = {0};
    struct backward w;
    real *gradient[NET_MAX_LAYERS + 1] = {0};
    toy_data_create(&d, SAMPLES, STEPS, INPUTS, CLASSES, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){c->hidden, {5, 4, 5}};
    o.reset = c->reset;
    o.readout = c->readout;
    o.loss = c->loss;
    o.start = START_KAIMING;
    toy_net_create(&net, &o, &d, &mem, 5);
    struct batch b = dataset_batch(&d, SPLIT_TRAIN);
    struct backward_options how = {&surrogates[c->surrogate], R(1.5), true, false};
    cr_assert_eq(backward_create(&w, &net, STEPS, SAMPLES, &mem, NULL), ST_OK);
    for (size_t l = 1; l <= net.L; l++) gradient[l] = mem_reals(&mem, net.n[l] * net.n[l - 1], NULL);
    double loss = backward_block(&w, &net, &b, 0, SAMPLES, &how, gradient);
    cr_expect_float_eq(loss, smooth_loss(&w, &net, &b, &how), 1e-4 * (1 + loss));
    double miss2 = 0, norm2 = 0;
    const real h = REAL_SELECT(R(1e-5), R(1e-2));
    for (size_t l = 1; l <= net.L; l++)
        for (size_t i = 0; i < net.n[l] * net.n[l - 1]; i++) {
            real old = net.W[l][i];
            net.W[l][i] = old + h;
            double up = smooth_loss(&w, &net, &b, &how);
            net.W[l][i] = old - h;
            double down = smooth_loss(&w, &net, &b, &how);
            net.W[l][i] = old;
            double difference = (up - down) / (2 * (double)h), miss = (double)gradient[l][i] - difference;
            miss2 += miss * miss;
            norm2 += difference * difference;
        }
    cr_expect_gt(norm2, 1e-4, "the example must have a gradient");
    cr_expect_lt(sqrt(miss2 / norm2), REAL_SELECT(1e-6, 3e-2), "relative error %g", sqrt(miss2 / norm2));
    mem_free(&mem);
    dataset_free(&d);
}

/* One input, one hidden neuron, one output, two steps, input 1 at both, unrolled by hand with the boxcar of
 * width 1 (derivative 1/2 everywhere here): leak 1/2, threshold 1, w = 1.2, v = 2, soft reset, squared loss.
 * z1 = 1.2 (spike), z2 = 0.6 + 1.2 - 1 = 0.8 (none); y1 = 2, y2 = 1; loss = (1 - 1)^2 for label 0 would be
 * flat, so the target class is absent: two outputs, label 1, v = (2, 0): loss = 1 + 1, d loss / d y2 = (2,
 * -2). da2 = 2*2 = 4, da1 = leak * 4 = 2; dz2 = 1/2 * 4 = 2; dz1 = 1/2 (2 - 1 * 2) + 1/2 * 2 = 1 with the
 * reset's gradient, and 1/2 * 2 + 1/2 * 2 = 2 with the reset detached. dw = dz1 + dz2. dv_1 = 2 * (leak a1 +
 * a2) = 1, dv_2 = -1. */
Test(bptt, hand_unrolled_two_steps)
{
    for (int detach = 0; detach < 2; detach++) {
        struct mem mem = {0};
        struct toy_two_steps two;
        struct backward w;
        toy_two_steps_create(&two, RESET_SOFT, 1.2, (const double[]){2, 0}, &mem);
        real *gradient[] = {NULL, mem_reals(&mem, 1, NULL), mem_reals(&mem, 2, NULL)};
        struct backward_options how = {&surrogates[3], R(1.0), false, detach == 1};
        cr_assert_eq(backward_create(&w, &two.net, 2, 1, &mem, NULL), ST_OK);
        double loss = backward_block(&w, &two.net, &two.batch, 0, 1, &how,
                                     gradient); /* not in the macro: it evaluates twice */
        cr_expect_float_eq(loss, 2.0, 1e-6);
        cr_expect_float_eq((double)gradient[1][0], detach ? 4.0 : 3.0, 1e-5);
        cr_expect_float_eq((double)gradient[2][0], 1.0, 1e-5);
        cr_expect_float_eq((double)gradient[2][1], -1.0, 1e-5);
        mem_free(&mem);
    }
}

static double constant_gradient(void *context, real *const *W, real *const *gradient)
{
    size_t *calls = context;
    (void)W;
    gradient[1][0] = R(0.5);
    ++*calls;
    return 0.0;
}

/* First steps from zero moments, by hand: g = 0.5, W = 1. */
Test(optimizer, first_steps_by_hand)
{
    static const struct {
        const char *name;
        double expected;
    } cases[] = {{"sgd", 1 - 0.1 * (0.5 + 0.2)}, {"adam", 1 - 0.1}, {"adamw", (1 - 0.1 * 0.2) - 0.1}};
    const struct optimizer_options options = {
        .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-12, .weight_decay = 0.2};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct mem mem = {0};
        struct net net = {.L = 1, .n = {1, 1}};
        struct optimizer_state s;
        real W = 1, *weights[] = {NULL, &W};
        size_t kind = 0, calls = 0;
        const struct gradient_oracle oracle = {&calls, constant_gradient};
        while (optimizers[kind] && strcmp(optimizers[kind]->name, cases[k].name) != 0) kind++;
        cr_assert_not_null(optimizers[kind]);
        cr_assert_eq(
            optimizer_create(&s, optimizers[kind], &options, &net, (struct layer_range){1, 1}, &mem, NULL),
            ST_OK);
        optimizer_update(&s, weights, 0.1, &oracle);
        cr_expect_float_eq((double)W, cases[k].expected, 1e-5, "%s: %g", cases[k].name, (double)W);
        cr_expect_eq(calls, 1);
        mem_free(&mem);
    }
}

static double gradient_in_turn(void *context, real *const *W, real *const *gradient)
{
    static const real gradients[] = {R(1.0), R(-0.15)};
    size_t *calls = context;
    (void)W;
    gradient[1][0] = gradients[(*calls)++];
    return 0.0;
}

/* By hand, b1 = 0.5, b2 = 0.9: m = 0.1 after g = 1, so that 0.5 m - 0.5 x 0.15 < 0 turns the second step
 * back, where 0.9 m - 0.1 x 0.15 > 0 would not. */
Test(optimizer, lion_mixes_by_beta1_and_keeps_by_beta2)
{
    const struct optimizer_options options = {.beta1 = 0.5, .beta2 = 0.9, .weight_decay = 0.2};
    struct mem mem = {0};
    struct net net = {.L = 1, .n = {1, 1}};
    struct optimizer_state s;
    real W = 1, *weights[] = {NULL, &W};
    size_t kind = 0, calls = 0;
    const struct gradient_oracle oracle = {&calls, gradient_in_turn};
    while (optimizers[kind] && strcmp(optimizers[kind]->name, "lion") != 0) kind++;
    cr_assert_not_null(optimizers[kind]);
    cr_assert_eq(
        optimizer_create(&s, optimizers[kind], &options, &net, (struct layer_range){1, 1}, &mem, NULL),
        ST_OK);
    optimizer_update(&s, weights, 0.1, &oracle);
    cr_expect_float_eq((double)W, 0.88, 1e-6, "%g", (double)W); /* 1 - 0.1 (1 + 0.2) */
    optimizer_update(&s, weights, 0.1, &oracle);
    cr_expect_float_eq((double)W, 0.9624, 1e-6, "%g", (double)W); /* 0.88 + 0.1 - 0.1 x 0.2 x 0.88 */
    mem_free(&mem);
}

/* The last mini-batch may have a larger chunk than the others (160 = 100 + 60: chunks of 50, 50 and 60); the
 * sanitizers watch. */
Test(bptt, remainders_of_any_size)
{
    static const struct {
        size_t n;
        const char *batch;
    } cases[] = {{160, "100"}, {129, "65"}, {65, "64"}, {3, "100"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct toy_training t = {0};
        toy_data_create(&t.data, cases[i].n, 5, 8, 3, 1);
        toy_training_create(&t, "bptt");
        t.net_options.hidden = (struct int_list){1, {7}};
        t.net_options.start = START_KAIMING;
        toy_training_set(&t, "batch", cases[i].batch);
        toy_training_init(&t, 1);
        double samples = toy_training_step(&t);
        cr_expect_eq(samples, (double)cases[i].n);
        cr_expect(net_finite(&t.net));
        toy_training_free(&t);
    }
}
