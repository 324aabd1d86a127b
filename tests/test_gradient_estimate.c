/* The gradients that gradient_probe compares are those of the trainers. */
#include "baselines/gradient_estimate.h"
#include "tests/gradient_bench.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { STEPS = 5, INPUTS = 6, CLASSES = 3, SAMPLES = 70 }; /* two chunks */

/* What plain gradient descent of a trainer changes, over its learning rate, is the estimate. */
Test(gradient_estimate, estimates_are_what_trainers_descend)
{
    static const char *const names[] = {"bptt", "lfp", "eprop", "ottt"};
    static const enum estimate_kind kinds[] = {ESTIMATE_SURROGATE, ESTIMATE_LFP, ESTIMATE_EPROP,
                                               ESTIMATE_OTTT};
    for (int i = 0; i < 4; i++) {
        struct bench b;
        struct gradient_estimator g;
        struct toy_training t = {.state = NULL};
        const struct estimate_options o = {.kind = kinds[i],
                                           .surrogate = &surrogates[0],
                                           .slope = R(5.0),
                                           .detach_reset = kinds[i] == ESTIMATE_EPROP};
        bench_begin(&b, SAMPLES, STEPS, INPUTS, CLASSES);
        cr_assert_eq(estimator_create(&g, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
        estimator_start(&g, &b.net, NULL); /* draws nothing */
        gradient_estimate(&g, &b.net, &b.batch, NULL, 1, NULL);
        toy_training_create(&t, names[i]);
        toy_data_create(&t.data, SAMPLES, STEPS, INPUTS, CLASSES, 11);
        t.net_options = b.options;
        toy_training_set(&t, "optimizer", "sgd");
        toy_training_set(&t, "momentum", "0");
        toy_training_set(&t, "lr", "0.125");
        toy_training_set(&t, "batch", "70");
        toy_training_init(&t, 5);
        toy_training_step(&t);
        double largest = 0;
        for (size_t l = 1; l <= b.net.L; l++)
            for (size_t k = 0; k < b.net.n[l] * b.net.n[l - 1]; k++) {
                double moved = (double)b.net.W[l][k] - (double)t.net.W[l][k];
                cr_expect_float_eq(moved / 0.125, (double)g.gradient[l][k], REAL_SELECT(1e-12, 1e-4));
                largest = fmax(largest, fabs(moved));
            }
        cr_expect_gt(largest, 1e-3, "the example must move");
        toy_training_free(&t);
        bench_end(&b);
    }
}

/* The matrices of eprop_random and decolle are those that estimator_start draws, with the law of the
 * trainers'; the estimate is the rule with them, over the chunks of the batch. */
Test(gradient_estimate, random_matrices_are_drawn_once)
{
    static const enum estimate_kind kinds[] = {ESTIMATE_EPROP_RANDOM, ESTIMATE_DECOLLE};
    for (int i = 0; i < 2; i++) {
        struct bench b;
        struct gradient_estimator g;
        struct rng rng;
        const struct estimate_options o = {.kind = kinds[i], .surrogate = &surrogates[0], .slope = R(5.0)};
        bench_begin(&b, SAMPLES, STEPS, INPUTS, CLASSES);
        real *B[NET_MAX_LAYERS + 1], *sum[NET_MAX_LAYERS + 1];
        cr_assert_eq(online_matrices_create(B, &b.net, &b.mem, NULL), ST_OK);
        rng_seed(&rng, 3, "matrices");
        online_matrices_draw(B, &b.net, &rng);
        for (size_t l = 1; l <= b.net.L; l++) sum[l] = mem_reals(&b.mem, b.net.n[l] * b.net.n[l - 1], NULL);
        const struct online_rule rule = {&surrogates[0], R(5.0), false};
        const struct eprop_rule random = {rule, false, B};
        struct decolle_work decolle;
        struct eprop_work eprop;
        double local[NET_MAX_LAYERS + 1] = {0};
        cr_assert_eq(decolle_work_create(&decolle, &b.net, SAMPLES, &b.mem, NULL), ST_OK);
        cr_assert_eq(eprop_work_create(&eprop, &b.net, false, SAMPLES, &b.mem, NULL), ST_OK);
        if (i == 0)
            eprop_block(&eprop, &b.net, &b.batch, 0, SAMPLES, &random, sum);
        else
            decolle_block(&decolle, &b.net, &b.batch, 0, SAMPLES, &rule, B, local, sum);
        cr_assert_eq(estimator_create(&g, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
        rng_seed(&rng, 3, "matrices");
        estimator_start(&g, &b.net, &rng);
        gradient_estimate(&g, &b.net, &b.batch, NULL, 1, NULL);
        for (size_t l = 1; l <= b.net.L; l++)
            for (size_t k = 0; k < b.net.n[l] * b.net.n[l - 1]; k++)
                cr_expect_float_eq((double)g.gradient[l][k], (double)sum[l][k] / SAMPLES,
                                   REAL_SELECT(1e-12, 1e-5));
        bench_end(&b);
    }
}

/* jvp with K Rademacher directions misses bptt's gradient by sqrt((D - 1) / K) of its norm, D the number of
 * weights; `times` multiplies K. */
Test(gradient_estimate, times_multiplies_the_directions)
{
    struct bench b;
    struct gradient_estimator exact, g;
    struct estimate_options o = {.kind = ESTIMATE_SURROGATE,
                                 .surrogate = &surrogates[0],
                                 .slope = R(2.0),
                                 .law = DIRECTION_RADEMACHER};
    bench_begin(&b, SAMPLES, STEPS, INPUTS, CLASSES);
    cr_assert_eq(estimator_create(&exact, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
    gradient_estimate(&exact, &b.net, &b.batch, NULL, 1, NULL);
    o.kind = ESTIMATE_JVP;
    o.directions = 500;
    cr_assert_eq(estimator_create(&g, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
    for (size_t times = 1; times <= 4; times *= 4) {
        double miss2 = 0, norm2 = 0, D = (double)net_parameters(&b.net);
        gradient_estimate(&g, &b.net, &b.batch, NULL, times, &b.rng);
        for (size_t l = 1; l <= b.net.L; l++)
            for (size_t i = 0; i < b.net.n[l] * b.net.n[l - 1]; i++) {
                double miss = (double)g.gradient[l][i] - (double)exact.gradient[l][i];
                miss2 += miss * miss;
                norm2 += (double)exact.gradient[l][i] * (double)exact.gradient[l][i];
            }
        double expected = sqrt((D - 1) / (500.0 * (double)times)), error = sqrt(miss2 / norm2);
        cr_expect_float_eq(error, expected, 0.35 * expected, "error %g, expected %g", error, expected);
    }
    bench_end(&b);
}
