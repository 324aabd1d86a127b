/* Forward-Forward: local gradients against finite differences, goodness by hand and by brute force. */
#include "baselines/forward_forward.h"
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 4, STEPS = 5, INPUTS = 6, CLASSES = 3 };

Test(forward_forward, losses_by_hand_and_their_derivatives)
{
    double p, n;
    cr_expect_float_eq(ff_loss_value(FF_SOFTPLUS, 1.5, 2, 1.5, 1.5, &p, &n), 2 * log(2.0), 1e-12);
    cr_expect_float_eq(p, -1, 1e-12);
    cr_expect_float_eq(n, 1, 1e-12);
    cr_expect_float_eq(ff_loss_value(FF_SWISH, 0, 3, 0.7, 0.7, &p, &n), 0, 1e-12);
    cr_expect_float_eq(n, 1.5, 1e-12, "half the sharpness where both are equal");
    /* x = 2: 2 / (1 + e^-2) */
    cr_expect_float_eq(ff_loss_value(FF_SWISH, 0, 1, 1, 3, &p, &n), 2 / (1 + exp(-2.0)), 1e-12);
    for (enum ff_loss kind = FF_SOFTPLUS; kind <= FF_SWISH; kind++)
        for (double pos = -30; pos <= 30; pos += 7.5)
            for (double neg = -29; neg <= 30; neg += 7.5) {
                const double h = 1e-5;
                double up, down, unused;
                cr_expect(isfinite(ff_loss_value(kind, 1, 1.3, pos, neg, &p, &n)));
                up = ff_loss_value(kind, 1, 1.3, pos + h, neg, &unused, &unused);
                down = ff_loss_value(kind, 1, 1.3, pos - h, neg, &unused, &unused);
                cr_expect_float_eq(p, (up - down) / (2 * h), 1e-6);
                up = ff_loss_value(kind, 1, 1.3, pos, neg + h, &unused, &unused);
                down = ff_loss_value(kind, 1, 1.3, pos, neg - h, &unused, &unused);
                cr_expect_float_eq(n, (up - down) / (2 * h), 1e-6);
            }
}

Test(forward_forward, wrong_labels_are_wrong_and_all_of_them_occur)
{
    struct rng rng;
    rng_seed(&rng, 3, "solver");
    for (int label = 0; label < 4; label++) {
        int seen[4] = {0};
        for (int i = 0; i < 3000; i++) {
            int k = ff_wrong_label(&rng, 4, label);
            cr_assert(k >= 0 && k < 4);
            seen[k]++;
        }
        for (int k = 0; k < 4; k++)
            cr_expect(k == label ? seen[k] == 0 : seen[k] > 850 && seen[k] < 1150, "%d of %d", seen[k], k);
    }
}

/* ---- gradient ---------------------------------------------------------------------------------------- */

struct gradient_case {
    size_t hidden;
    int reset, loss, surrogate;
    bool label_only;
};

ParameterizedTestParameters(forward_forward, local_gradient_equals_finite_differences)
{
    static struct gradient_case cases[3 * 3 * 2 * 2 * 2];
    size_t n = 0;
    for (size_t hidden = 1; hidden <= 3; hidden++)
        for (int reset = 0; reset < 3; reset++)
            for (int loss = 0; loss < 2; loss++)
                for (int surrogate = 0; surrogate < 2; surrogate++)
                    for (int only = 0; only < 2; only++)
                        cases[n++] = (struct gradient_case){hidden, reset, loss, surrogate, only == 1};
    return cr_make_param_array(struct gradient_case, cases, n);
}
/* The derivative of layer l's loss in W_l: perturbing W_l leaves the layers below, its input, as they are. */
ParameterizedTest(struct gradient_case *c, forward_forward, local_gradient_equals_finite_differences)
{
    struct dataset d;
    struct net_options o;
    struct net net;
    struct mem mem = {0};
    struct ff_work w;
    const int wrong[SAMPLES] = {1, 2, 0, 2};
    real *gradient[NET_MAX_LAYERS + 1] = {0}, *unused[NET_MAX_LAYERS + 1] = {0};
    struct ff_rule rule = {.loss = (enum ff_loss)c->loss,
                           .threshold = 0.8,
                           .sharpness = 1.7,
                           .label_scale = R(1.5),
                           .input_rate = R(0.6),
                           .label_only = c->label_only,
                           .surrogate = &surrogates[c->surrogate],
                           .slope = R(1.5),
                           .smooth = true};
    toy_data_create(&d, SAMPLES, STEPS, INPUTS, CLASSES, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){c->hidden, {5, 4, 6}};
    o.reset = c->reset;
    o.start = START_KAIMING;
    toy_net_create(&net, &o, &d, &mem, 5);
    struct batch b = dataset_batch(&d, SPLIT_TRAIN);
    cr_assert_eq(ff_work_create(&w, &net, STEPS, SAMPLES, &mem, NULL), ST_OK);
    for (size_t l = 1; l < net.L; l++) {
        gradient[l] = mem_reals(&mem, net.n[l] * net.n[l - 1], NULL);
        unused[l] = mem_reals(&mem, net.n[l] * net.n[l - 1], NULL);
    }
    struct ff_sums sums = {0};
    ff_block(&w, &net, &b, 0, SAMPLES, wrong, &rule, gradient, &sums);
    const real h = REAL_SELECT(R(1e-5), R(1e-2));
    for (size_t l = 1; l < net.L; l++) {
        double miss2 = 0, norm2 = 0;
        for (size_t i = 0; i < net.n[l] * net.n[l - 1]; i++) {
            struct ff_sums up = {0}, down = {0};
            real old = net.W[l][i];
            net.W[l][i] = old + h;
            ff_block(&w, &net, &b, 0, SAMPLES, wrong, &rule, unused, &up);
            net.W[l][i] = old - h;
            ff_block(&w, &net, &b, 0, SAMPLES, wrong, &rule, unused, &down);
            net.W[l][i] = old;
            double difference = (up.loss[l] - down.loss[l]) / (2 * (double)h),
                   miss = (double)gradient[l][i] - difference;
            miss2 += miss * miss;
            norm2 += difference * difference;
        }
        cr_expect_gt(norm2, 1e-6, "the example must have a gradient in layer %zu", l);
        cr_expect_lt(sqrt(miss2 / norm2), REAL_SELECT(1e-6, 5e-2), "layer %zu: relative error %g", l,
                     sqrt(miss2 / norm2));
    }
    mem_free(&mem);
    dataset_free(&d);
}

/* ---- goodness ---------------------------------------------------------------------------------------- */

/* Three inputs, the first two for labels; two steps, leak 1/2, threshold 1, soft reset. W_1: input 0 (1/2,
 * 6/5), input 1 (0, 3/5), input 2 (3/5, 0). The data are one spike of input 2 at each step, and one of input
 * 0 that label_only leaves out. label_scale 2: label 0: v = (1.6, 2.4): both units spike twice; g_1 = (4 + 4)
 * / 2 / 2 = 2. Their rates are 1, so x = 1/2 with input_rate 1/2, and unit 2.1 (weights 3/2) gets 1.5 twice:
 * z = 1.5, 1.25; g_2 = 4 / 2 = 2. label 1: v = (0.6, 1.2): unit 2 spikes at the first step; g_1 = 1 / 2 / 2 =
 * 1/4; rates (0, 1/2), root mean square 1/sqrt 8: x = sqrt 2 at step 1: z = 2.12, 0.06: g_2 = 1/2. With the
 * spikes of input 0 left in, label 1 has v = (1.1, 2.4), counts (1, 2) and g_1 = 5/4. */
Test(forward_forward, goodness_by_hand)
{
    struct mem mem = {0};
    struct spikes_builder builder;
    struct spikes x;
    struct net_options o;
    struct net net;
    struct ff_work w;
    const real W1[] = {R(0.5), R(1.2), R(0.0), R(0.6), R(0.6), R(0.0)};
    real scores[2];
    cr_assert_eq(spikes_begin(&builder, 3, 2, 1, NULL), ST_OK);
    for (int t = 0; t < 2; t++) {
        cr_assert_eq(spikes_add(&builder, 0, 1.0, NULL), ST_OK);
        cr_assert_eq(spikes_add(&builder, 2, 1.0, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&builder, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&builder, &x, &mem, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){2, {2, 1}};
    o.leak = (struct real_list){1, {0.5}};
    cr_assert_eq(net_create(&net, &o, 3, 2, &mem, NULL), ST_OK);
    memcpy(net.W[1], W1, sizeof W1);
    net.W[2][0] = net.W[2][1] = R(1.5);
    struct batch b = {.x = &x, .n = 1};
    struct ff_rule rule = {.label_scale = 2, .input_rate = R(0.5), .label_only = true};
    cr_assert_eq(ff_work_create(&w, &net, 2, 1, &mem, NULL), ST_OK);
    ff_scores(&w, &net, &b, 0, 1, &rule, 1, scores);
    cr_expect_float_eq((double)scores[0], 4, 1e-6);
    cr_expect_float_eq((double)scores[1], 0.75, 1e-6);
    ff_scores(&w, &net, &b, 0, 1, &rule, 2, scores);
    cr_expect_float_eq((double)scores[0], 2, 1e-6);
    cr_expect_float_eq((double)scores[1], 0.5, 1e-6);
    real both[2], second[2];
    rule.label_only = false;
    ff_scores(&w, &net, &b, 0, 1, &rule, 1, both);
    ff_scores(&w, &net, &b, 0, 1, &rule, 2, second);
    cr_expect_float_eq((double)(both[1] - second[1]), 1.25, 1e-6);
    mem_free(&mem);
}

/* Goodness of one sample by plain loops. */
static double goodness_by_loops(const struct net *net, const struct spikes *x, size_t sample, size_t label,
                                double label_scale, double input_rate, size_t from_layer)
{
    enum { WIDEST = 32 };
    const size_t T = x->T, K = net->n[net->L];
    double in[STEPS][WIDEST] = {{0}}, sum = 0;
    for (size_t t = 0; t < T; t++) {
        for (size_t k = x->start[sample * T + t]; k < x->start[sample * T + t + 1]; k++)
            if (x->index[k] >= K) in[t][x->index[k]] = (double)spikes_value(x, k);
        in[t][label] = label_scale;
    }
    for (size_t l = 1; l < net->L; l++) {
        double out[STEPS][WIDEST] = {{0}}, squares = 0;
        for (size_t j = 0; j < net->n[l]; j++) {
            double z = 0, fired = 0, count = 0;
            for (size_t t = 0; t < T; t++) {
                z = (double)net->lif[1].leak * z - (double)net->lif[1].threshold * fired;
                for (size_t i = 0; i < net->n[l - 1]; i++)
                    z += (double)net->W[l][i * net->n[l] + j] * in[t][i];
                fired = z > (double)net->lif[1].threshold ? 1 : 0;
                out[t][j] = fired;
                count += fired;
            }
            squares += count * count;
        }
        double mean = squares / (double)net->n[l], scale = mean > 0 ? input_rate * (double)T / sqrt(mean) : 0;
        if (l >= from_layer) sum += mean / (double)T;
        for (size_t t = 0; t < T; t++)
            for (size_t j = 0; j < net->n[l]; j++) in[t][j] = scale * out[t][j];
    }
    return sum;
}

static void begin(struct toy_training *t, size_t depth, const char *skip_first)
{
    memset(t, 0, sizeof *t);
    toy_data_create(&t->data, 130, STEPS, 14, CLASSES, 6);
    toy_training_create(t, "forward_forward");
    t->net_options.hidden = (struct int_list){depth, {20, 11, 8}};
    toy_training_set(t, "skip_first", skip_first);
    toy_training_set(t, "label_scale", "2.5");
    toy_training_set(t, "lr", "0.02");
    toy_training_set(t, "batch", "30");
    toy_training_init(t, 5);
}

/* After some training, so that the labels have learnt to matter. One hidden layer counts even where the first
 * is to be skipped. */
Test(forward_forward, predicts_the_label_of_the_largest_goodness)
{
    for (size_t depth = 1; depth <= 3; depth++)
        for (int skip = 0; skip < 2; skip++) {
            struct toy_training s;
            begin(&s, depth, skip ? "true" : "false");
            const struct batch *train = &s.env.train;
            real scores[130 * CLASSES];
            struct operations counts;
            size_t right = 0;
            for (int i = 0; i < 20; i++) toy_training_step(&s);
            cr_assert_eq(s.solver->predict(s.state, train, scores, &counts, NULL), ST_OK);
            for (size_t i = 0; i < 130; i++) {
                double best = -1;
                size_t chosen = 0;
                for (size_t k = 0; k < CLASSES; k++) {
                    double g =
                        goodness_by_loops(&s.net, train->x, i, k, 2.5, 0.15, skip && depth > 1 ? 2 : 1);
                    cr_expect_float_eq((double)scores[i * CLASSES + k], g, 1e-5 * (1 + g));
                    if (g > best) {
                        best = g;
                        chosen = k;
                    }
                }
                cr_expect_eq(loss_argmax(CLASSES, scores + i * CLASSES), chosen);
                right += chosen == (size_t)train->labels[i];
            }
            cr_expect_gt(right, 85, "%zu hidden layers: %zu of 130 right, a third is chance", depth, right);
            toy_training_free(&s);
        }
}

Test(forward_forward, readout_and_data_stay_as_they_are)
{
    struct toy_training s;
    begin(&s, 2, "false");
    const struct batch *train = &s.env.train;
    size_t size = s.net.n[3] * s.net.n[2], entries = train->x->start[130 * STEPS];
    real *readout = mem_reals(&s.mem, size, NULL), *values = mem_reals(&s.mem, entries, NULL);
    real first = s.net.W[1][0];
    memcpy(readout, s.net.W[3], size * sizeof *readout);
    for (size_t k = 0; k < entries; k++) values[k] = spikes_value(train->x, k);
    double samples = toy_training_step(&s);
    cr_expect_eq(samples, 130.0);
    cr_expect_eq(memcmp(readout, s.net.W[3], size * sizeof *readout), 0);
    for (size_t k = 0; k < entries; k++) cr_expect_eq(values[k], spikes_value(train->x, k));
    cr_expect_neq(first, s.net.W[1][0], "layer 1 must have been trained");
    toy_training_free(&s);
}

Test(forward_forward, refuses_data_without_room_for_the_label)
{
    const struct solver *ff = catalogue_solver(&registry, "forward_forward");
    struct error e = {0};
    struct dataset_info info = {.n_classes = 10, .n_inputs = 9, .T = 4};
    struct net_options net;
    void *options = calloc(1, ff->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&ff->options, options, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
    cr_expect_eq(toy_check(ff, options, &net, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "10 classes") && strstr(e.text, "9 inputs"), "%s", e.text);
    info.n_inputs = 10;
    cr_expect_eq(toy_check(ff, options, &net, &info, &e), ST_OK);
    info.n_classes = 0;
    cr_expect_eq(toy_check(ff, options, &net, &info, &e), ST_CONFIG);
    free(options);
}
