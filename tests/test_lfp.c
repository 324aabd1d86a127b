/* Layer-wise feedback propagation: rewards by hand, conservation, what it leaves alone. */
#include "baselines/lfp.h"
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 6, INPUTS = 12, CLASSES = 3 };

/* softmax is the descent direction of the cross-entropy, error half that of the squared loss. */
Test(lfp, rewards_of_the_outputs)
{
    const real s[] = {R(0.3), R(-1.2), R(2.0), R(0.7)};
    real r[4], gradient[4];
    double sum = 0;
    lfp_output_reward(LFP_SOFTMAX, 4, s, 3, r);
    loss_value(LOSS_CROSS_ENTROPY, 4, s, 3, gradient);
    for (int k = 0; k < 4; k++) {
        cr_expect_float_eq((double)r[k], -(double)gradient[k], 1e-6);
        sum += (double)r[k];
    }
    cr_expect_float_eq(sum, 0, 1e-6);
    lfp_output_reward(LFP_ERROR, 4, s, 3, r);
    loss_value(LOSS_SQUARED, 4, s, 3, gradient);
    for (int k = 0; k < 4; k++) cr_expect_float_eq((double)r[k], -(double)gradient[k] / 2, 1e-6);
    const real behind[] = {0, 0, R(-1.0), R(1.0)};
    lfp_output_reward(LFP_MISCLASSIFIED, 4, s, 3, r);
    for (int k = 0; k < 4; k++) cr_expect_eq(r[k], behind[k], "output 2 is the best");
    const real low[] = {0, R(1.0), R(-1.0), 0};
    lfp_output_reward(LFP_MISCLASSIFIED, 4, s, 1, r);
    for (int k = 0; k < 4; k++) cr_expect_eq(r[k], low[k], "of three that score above, the best");
    lfp_output_reward(LFP_MISCLASSIFIED, 4, s, 2, r);
    for (int k = 0; k < 4; k++) cr_expect_eq(r[k], 0, "the label leads");
}

/* One neuron, two steps, leak 1/2, potentials -2 and -3/2, no spike, reward 1 at the second: rbar = 1 / (2 +
 * 1/2) = 0.4, and leak u rbar = -0.4 goes back to a potential of size 2: -0.2; with its magnitude 0.2. */
Test(lfp, negative_potentials_signed_or_by_magnitude)
{
    const struct lif lif = {R(0.5), R(1.0), RESET_SOFT};
    const real z[] = {R(-2.0), R(-1.5)}, a[] = {0, 0};
    for (int carry = 0; carry < 2; carry++)
        for (int readout = 0; readout < 2; readout++) {
            const struct lfp_rule rule = {LFP_MISCLASSIFIED, (enum lfp_carry)carry, R(1e-9)};
            real reward[] = {0, R(1.0)};
            lfp_layer(&lif, 1, 2, 1, z, readout ? NULL : a, &rule, NULL, NULL, reward);
            cr_expect_float_eq((double)reward[1], 0.4, 1e-6);
            cr_expect_float_eq((double)reward[0], carry == LFP_SIGNED && !readout ? -0.2 : 0.2, 1e-6);
        }
}

/* One input (a spike at both steps), one hidden neuron, two outputs, leak 1/2, threshold 1, soft reset, w =
 * 1.8, v = (2, -1), label 1, misclassified: rewards (-1, 1) at the last step.
 * Hidden: z = 1.8, 0.9 + 1.8 - 1 = 1.7: two spikes. Readout: y = v, 3/2 v.
 * Readout, step 2: u = v, h = 3/2 v, size 3/2 |v|: rbar = (-1/3, 2/3); to step 1: 1/2 |v| rbar = (-1/3, 1/3),
 * divided by |v|: (-1/6, 1/3). Feedback of v: -(-1/3 - 1/6, 2/3 + 1/3) = (1/2, -1).
 * Spikes: step 2: -2/3 - 2/3 = -4/3; step 1: -1/3 - 1/3 = -2/3.
 * Hidden, step 2: u = 1.8, h = 1.7 + 1: size 2.7, rbar = -40/81; to step 1: 1/2 1.8 (-40/81) = -4/9, so that
 * it has -10/9, over 1.8: -50/81. Feedback of w: (40 + 50)/81 = 10/9. With reset none, z = 1.8, 2.7 and the
 * same numbers: the reset is undone. */
Test(lfp, hand_unrolled_two_layers_two_steps)
{
    const int resets[] = {RESET_SOFT, RESET_NONE};
    for (int k = 0; k < 2; k++) {
        struct mem mem = {0};
        struct toy_two_steps two;
        struct lfp_work w;
        toy_two_steps_create(&two, resets[k], 1.8, (const double[]){2, -1}, &mem);
        real *feedback[] = {NULL, mem_reals(&mem, 1, NULL), mem_reals(&mem, 2, NULL)};
        const struct lfp_rule rule = {LFP_MISCLASSIFIED, LFP_SIGNED, R(1e-9)};
        cr_assert_eq(lfp_work_create(&w, &two.net, 2, 1, &mem, NULL), ST_OK);
        double rewarded = lfp_block(&w, &two.net, &two.batch, 0, 1, &rule, feedback);
        cr_expect_float_eq(rewarded, 2, 1e-6);
        cr_expect_float_eq((double)feedback[2][0], 0.5, 1e-5);
        cr_expect_float_eq((double)feedback[2][1], -1.0, 1e-5);
        cr_expect_float_eq((double)feedback[1][0], 10.0 / 9, 1e-5);
        mem_free(&mem);
    }
}

/* Leak 1 and positive weights: every part of a potential is positive and they add up to it, so that what the
 * weights of a layer receive over all steps, sum w a rbar, is the outputs' reward, for each layer. */
Test(lfp, rewards_are_conserved_where_all_parts_are_positive)
{
    for (size_t depth = 1; depth <= 3; depth++)
        for (int readout = 0; readout < 2; readout++) {
            enum { SAMPLES = 5 };
            struct mem mem = {0};
            struct dataset d;
            struct net_options o;
            struct net net;
            struct lfp_work w;
            real *feedback[NET_MAX_LAYERS + 1] = {0};
            double outputs = 0;
            toy_data_create(&d, SAMPLES, STEPS, INPUTS, CLASSES, 3);
            cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
            o.hidden = (struct int_list){depth, {7, 5, 6}};
            o.leak = (struct real_list){1, {1}};
            o.readout = readout;
            o.start = START_KAIMING;
            toy_net_create(&net, &o, &d, &mem, 9);
            for (size_t l = 1; l <= net.L; l++) {
                feedback[l] = mem_reals(&mem, net.n[l] * net.n[l - 1], NULL);
                for (size_t i = 0; i < net.n[l] * net.n[l - 1]; i++) net.W[l][i] = R(0.1) + fabs(net.W[l][i]);
            }
            struct batch b = dataset_batch(&d, SPLIT_TRAIN);
            const struct lfp_rule rule = {LFP_ERROR, LFP_SIGNED, R(1e-12)};
            cr_assert_eq(lfp_work_create(&w, &net, STEPS, SAMPLES, &mem, NULL), ST_OK);
            lfp_block(&w, &net, &b, 0, SAMPLES, &rule, feedback);
            for (size_t t = 0; t < STEPS; t++) /* a reward for a potential of no parts has no receiver */
                for (size_t i = 0; i < CLASSES * SAMPLES; i++)
                    if (w.trace.z[net.L][t * CLASSES * SAMPLES + i] > 0 &&
                        (readout == READOUT_MEAN || t + 1 == STEPS))
                        outputs += (double)w.out[i] / (readout == READOUT_MEAN ? STEPS : 1);
            for (size_t l = 1; l <= net.L; l++) {
                double received = 0;
                for (size_t i = 0; i < net.n[l] * net.n[l - 1]; i++)
                    received -= (double)net.W[l][i] * (double)feedback[l][i];
                cr_expect_float_eq(received, outputs, REAL_SELECT(1e-9, 1e-3) * fabs(outputs),
                                   "%zu hidden layers, layer %zu: %g of %g", depth, l, received, outputs);
            }
            mem_free(&mem);
            dataset_free(&d);
        }
}

/* Mini-batches with remainders of any size, for trainers of baselines/minibatch.h; the sanitizers watch.
 * A weight of zero stays zero under LFP, all others move. */
Test(lfp, remainders_of_any_size_and_weights_of_zero)
{
    static const struct {
        const char *solver;
        size_t n;
        const char *batch;
    } cases[] = {{"lfp", 160, "100"},
                 {"lfp", 65, "64"},
                 {"lfp", 3, "100"},
                 {"forward_forward", 160, "100"},
                 {"forward_forward", 129, "65"},
                 {"forward_forward", 3, "100"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct toy_training t = {0};
        toy_data_create(&t.data, cases[i].n, 5, 8, 3, 1);
        toy_training_create(&t, cases[i].solver);
        t.net_options.hidden = (struct int_list){1, {7}};
        t.net_options.start = START_KAIMING;
        toy_training_set(&t, "batch", cases[i].batch);
        toy_training_init(&t, 1);
        t.net.W[1][3] = t.net.W[2][4] = 0;
        real before = t.net.W[1][0];
        double samples = toy_training_step(&t);
        cr_expect_eq(samples, (double)cases[i].n);
        cr_expect(net_finite(&t.net));
        cr_expect_neq(t.net.W[1][0], before, "%s must train", cases[i].solver);
        if (strcmp(cases[i].solver, "lfp") == 0) cr_expect(t.net.W[1][3] == 0 && t.net.W[2][4] == 0);
        toy_training_free(&t);
    }
}

Test(lfp, refuses_what_it_has_no_rule_for)
{
    struct net_options o;
    struct error e = {0};
    const struct solver *lfp = catalogue_solver(&registry, "lfp");
    struct dataset_info info = {.n_classes = 3, .n_inputs = 5, .T = 4};
    void *options = calloc(1, lfp->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&lfp->options, options, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    cr_expect_eq(toy_check(lfp, options, &o, &info, &e), ST_OK);
    o.reset = RESET_HARD;
    cr_expect_eq(toy_check(lfp, options, &o, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "network.reset") != NULL, "%s", e.text);
    o.reset = RESET_NONE;
    o.start = START_PUBLISHED;
    cr_expect_eq(toy_check(lfp, options, &o, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "network.start") != NULL, "%s", e.text);
    o.start = START_RATE;
    info.n_classes = 0;
    cr_expect_eq(toy_check(lfp, options, &o, &info, &e), ST_CONFIG);
    free(options);
}
