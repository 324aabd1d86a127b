/* The energy of inference: the model, and the operations that evaluation and predictions count for it. */
#include "experiments/run.h"
#include "network/energy.h"
#include "network/evaluate.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const struct energy_model usual = {0.9, 4.6};

Test(energy, model_by_hand)
{
    struct run_options o;
    cr_expect_float_eq(energy_of(&usual, 1000, 0), 0.9, 1e-12);
    cr_expect_float_eq(energy_of(&usual, 1000, 1000), 4.6, 1e-12);
    cr_expect_float_eq(energy_of(&usual, 1000, 400), 0.6 * 0.9 + 0.4 * 4.6, 1e-12);
    cr_expect(isnan(energy_of(&usual, NAN, 0)) && isnan(energy_of(&usual, 1, NAN)));
    cr_assert_eq(opt_defaults(&run_option_table, &o, NULL), ST_OK);
    cr_expect(o.energy.accumulation == 0.9 && o.energy.mac == 4.6);
}

static struct evaluation evaluated(const struct net *net, const struct dataset *d)
{
    struct evaluator *ev;
    struct evaluation v;
    const struct batch b = dataset_batch(d, SPLIT_TRAIN);
    cr_assert_eq(evaluator_create(&ev, net, d->info.T, NULL, NULL), ST_OK);
    evaluate(ev, net, &b, &v, NULL);
    evaluator_free(ev);
    return v;
}

/* Products with inputs multiply where these have values, and only there. */
Test(energy, inputs_with_values_multiply)
{
    struct toy_training t = {.state = NULL};
    toy_data_create(&t.data, 30, 5, 8, 3, 4);
    toy_training_create(&t, "bptt");
    t.net_options.hidden = (struct int_list){2, {9, 6}};
    toy_training_init(&t, 3);
    const struct evaluation spikes = evaluated(&t.net, &t.data);
    struct spikes *x = &t.data.x[SPLIT_TRAIN];
    const size_t entries = x->start[30 * 5];
    cr_expect_eq(spikes.macs, 0);
    cr_expect_gt(spikes.synops, 9 * (double)entries / 30, "layers 1 and 2 fire");
    x->value = mem_reals(&t.data.mem, entries, NULL);
    cr_assert_not_null(x->value);
    for (size_t k = 0; k < entries; k++) x->value[k] = 1;
    const struct evaluation currents = evaluated(&t.net, &t.data);
    cr_expect_eq(currents.synops, spikes.synops, "the same network on the same inputs");
    cr_expect_float_eq(currents.macs, 9 * (double)entries / 30, 1e-9);
    toy_training_free(&t);
}

/* ---- convert, by plain loops ---- */

enum { INPUTS = 8, HIDDEN = 7, CLASSES = 3, SAMPLES = 40, STEPS = 5, DIGITS = 4 };

/* Ones among the DIGITS binary places of v / A behind the point, v >= 0. */
static double ones(double v, double A)
{
    long digits = (long)floor(v / A * (1 << DIGITS)), n = 0;
    if (digits >= 1 << DIGITS) digits = (1 << DIGITS) - 1;
    for (; digits > 0; digits /= 2) n += digits % 2;
    return (double)n;
}

static struct operations predicted(struct toy_training *t, const char *options)
{
    static real scores[SAMPLES * CLASSES];
    struct operations counts = {-1, -1};
    memset(t, 0, sizeof *t);
    toy_data_create(&t->data, SAMPLES, STEPS, INPUTS, CLASSES, 4);
    toy_training_create(t, "convert");
    t->net_options.hidden = (struct int_list){1, {HIDDEN}};
    toy_training_set_all(t, options);
    toy_training_init(t, 3);
    cr_assert_eq(t->solver->predict(t->state, &t->env.train, scores, &counts, NULL), ST_OK);
    return counts;
}

Test(energy, conversions_count_spikes_and_products)
{
    struct toy_training t, other;
    const struct operations few = predicted(&t, "neuron=few_spikes steps=4"),
                            analogue = predicted(&other, "neuron=analogue");
    const struct spikes *x = &t.data.x[SPLIT_TRAIN];
    static double h[SAMPLES][HIDDEN];
    double A = 0, spikes = 0, inputs = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        double mean[INPUTS] = {0};
        for (size_t k = x->start[i * STEPS]; k < x->start[(i + 1) * STEPS]; k++)
            mean[x->index[k]] += 1.0 / STEPS;
        for (size_t j = 0; j < HIDDEN; j++) {
            h[i][j] = 0;
            for (size_t m = 0; m < INPUTS; m++) h[i][j] += (double)t.net.W[1][m * HIDDEN + j] * mean[m];
            A = fmax(A, h[i][j]);
        }
        for (size_t m = 0; m < INPUTS; m++) inputs += mean[m] > 0;
    }
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t j = 0; j < HIDDEN; j++) spikes += ones(fmax(h[i][j], 0), A);
    cr_assert_gt(spikes, 100);
    /* in float a digit of a few values differs */
    cr_expect_float_eq(few.accumulations, spikes * CLASSES / SAMPLES, REAL_SELECT(1e-9, 1e-2) * spikes);
    cr_expect_float_eq(few.macs, inputs * HIDDEN / SAMPLES, 1e-9 * inputs);
    cr_expect_eq(analogue.accumulations, 0);
    cr_expect_float_eq(analogue.macs, few.macs + HIDDEN * CLASSES, 1e-9);
    toy_training_free(&t);
    toy_training_free(&other);
}
