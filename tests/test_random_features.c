/* random_features against its definition: ridge regression on the filtered spikes of the starting network. */
#include "commands/registry.h"
#include "network/evaluate.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 90, T = 7, INPUTS = 9, HIDDEN = 6, CLASSES = 3 };

struct setting {
    struct mem mem;
    struct dataset data;
    struct net_options net_options;
    struct net net;
    struct rng rng;
    struct train_env env;
    void *state;
};

static void begin(struct setting *s, const char *readout, const char *kappa)
{
    const struct solver *solver = catalogue_solver(&registry, "random_features");
    struct error e = {0};
    memset(s, 0, sizeof *s);
    toy_data_create(&s->data, N, T, INPUTS, CLASSES, 9);
    cr_assert_eq(opt_defaults(&net_option_table, &s->net_options, NULL), ST_OK);
    cr_assert_eq(opt_set(opt_find(&net_option_table, "readout"), &s->net_options, readout, NULL), ST_OK);
    s->net_options.hidden = (struct int_list){1, {HIDDEN}};
    toy_net_create(&s->net, &s->net_options, &s->data, &s->mem, 5);
    void *options = mem_alloc(&s->mem, 1, solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&solver->options, options, &e), ST_OK);
    cr_assert_eq(opt_set(opt_find(&solver->options, "kappa"), options, kappa, &e), ST_OK);
    s->env = (struct train_env){.net = &s->net,
                                .net_options = &s->net_options,
                                .info = &s->data.info,
                                .train = dataset_batch(&s->data, SPLIT_TRAIN),
                                .validation = dataset_batch(&s->data, SPLIT_VALIDATION),
                                .rng = &s->rng};
    cr_assert_eq(toy_begin(solver, &s->state, options, &s->env, &s->mem, &e), ST_OK, "%s", e.text);
}

static void step(struct setting *s)
{
    struct step_report r = {.measure = true};
    struct error e = {0};
    cr_assert_eq(catalogue_solver(&registry, "random_features")->step(s->state, &r, &e), ST_OK, "%s", e.text);
    cr_expect(r.converged);
}

static void end(struct setting *s)
{
    dataset_free(&s->data);
    mem_free(&s->mem);
}

/* f[n][j]: what readout weight (k, j) multiplies in the score of sample n. Found by brute force: the score of
 * a network whose readout is one unit weight. */
static void features_by_simulation(struct setting *s, double f[N][HIDDEN])
{
    real scores[CLASSES * N];
    struct evaluator *ev;
    struct evaluation out;
    real *W = s->net.W[2];
    cr_assert_eq(evaluator_create(&ev, &s->net, T, NULL, NULL), ST_OK);
    for (size_t j = 0; j < HIDDEN; j++) {
        memset(W, 0, CLASSES * HIDDEN * sizeof *W);
        W[j * CLASSES] = 1;
        evaluate(ev, &s->net, &s->env.train, &out, scores);
        for (size_t n = 0; n < N; n++) f[n][j] = (double)scores[n * CLASSES];
    }
    evaluator_free(ev);
}

static void check_normal_equations(const char *readout)
{
    struct setting s;
    double f[N][HIDDEN], trace = 0, largest = 0;
    begin(&s, readout, "0.05");
    features_by_simulation(&s, f);
    step(&s);
    for (size_t n = 0; n < N; n++)
        for (size_t j = 0; j < HIDDEN; j++) trace += f[n][j] * f[n][j];
    cr_assert_gt(trace, 1.0);
    /* gradient of sum_n |W f_n - y_n|^2 / 2 + kappa tr/n |W|^2 / 2 is zero */
    for (size_t k = 0; k < CLASSES; k++)
        for (size_t j = 0; j < HIDDEN; j++) {
            double gradient = 0.05 * trace / HIDDEN * (double)s.net.W[2][j * CLASSES + k];
            for (size_t n = 0; n < N; n++) {
                double score = 0;
                for (size_t i = 0; i < HIDDEN; i++) score += (double)s.net.W[2][i * CLASSES + k] * f[n][i];
                gradient += (score - (s.env.train.labels[n] == (int)k)) * f[n][j];
            }
            largest = fmax(largest, fabs(gradient));
        }
    cr_expect_lt(largest, REAL_SELECT(1e-9, 1e-2), "gradient %g of %g", largest, trace);
    end(&s);
}

Test(random_features, ridge_solution_readout_last)
{
    check_normal_equations("last");
}

Test(random_features, ridge_solution_readout_mean)
{
    check_normal_equations("mean");
}

Test(random_features, hidden_weights_stay)
{
    struct setting s;
    real before[HIDDEN * INPUTS];
    begin(&s, "last", "0");
    memcpy(before, s.net.W[1], sizeof before);
    step(&s);
    cr_expect_arr_eq(before, s.net.W[1], sizeof before);
    end(&s);
}

/* Right answers on a split with a ridge of its own. */
static size_t right_with(const char *kappa, enum split split)
{
    struct setting s;
    struct evaluator *ev;
    struct evaluation result;
    begin(&s, "last", kappa);
    step(&s);
    const struct batch b = dataset_batch(&s.data, split);
    cr_assert_eq(evaluator_create(&ev, &s.net, T, NULL, NULL), ST_OK);
    evaluate(ev, &s.net, &b, &result, NULL);
    evaluator_free(ev);
    end(&s);
    return (size_t)lround(result.accuracy * (double)b.n);
}

/* kappa = 0 takes, of the powers of ten from 1e-6 to 1e4, the one with most right answers on validation, of
 * equals the largest. */
Test(random_features, the_ridge_is_the_best_on_validation)
{
    struct setting s;
    double best = 0, by_training = 0, values[8];
    size_t most[2] = {0, 0};
    struct metric_sink sink = {&catalogue_solver(&registry, "random_features")->metrics, 2, values, false};
    for (int power = -6; power <= 4; power++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", power);
        const size_t right = right_with(text, SPLIT_VALIDATION), train = right_with(text, SPLIT_TRAIN);
        if (right >= most[0]) best = pow(10, power);
        if (right >= most[0]) most[0] = right;
        if (train >= most[1]) by_training = pow(10, power);
        if (train >= most[1]) most[1] = train;
    }
    cr_expect_neq(best, by_training, "the example must tell validation from training");
    begin(&s, "last", "0");
    step(&s);
    metric_clear(&sink);
    catalogue_solver(&registry, "random_features")->report(s.state, &sink);
    cr_expect_float_eq(values[0], best, 1e-12 * best, "kappa %g, not %g", values[0], best);
    end(&s);
}
