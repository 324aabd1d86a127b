/* gradient_probe: the reference gradient against closed forms and a smooth network, the agreement by hand,
 * and the trainer that measures. */
#include "baselines/gradient_estimate.h"
#include "baselines/gradient_reference.h"
#include "commands/registry.h"
#include "tests/gradient_bench.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 5, INPUTS = 6, CLASSES = 3, SAMPLES = 70 }; /* two chunks */

/* ---- one neuron, one step: E L in closed form ---------------------------------------------------------- */

/* One input that spikes at the only step, one hidden neuron with weight w, two outputs with weights v, label
 * 1, squared loss. With H the spike, P = Phi((w - theta) / sigma) its mean and s2 = sigma^2:
 *   E L = 1 + P sum_k (v_k^2 + s2 - 2 t_k v_k)
 *   d/dw = phi((w - theta) / sigma) / sigma sum_k (v_k^2 + s2 - 2 t_k v_k),  d/dv_k = P (2 v_k - 2 t_k) */
struct neuron {
    struct mem mem;
    struct spikes x;
    int label;
    struct batch batch;
    struct net net;
};

static void neuron_create(struct neuron *n, double w)
{
    struct spikes_builder builder;
    struct net_options o;
    memset(n, 0, sizeof *n);
    cr_assert_eq(spikes_begin(&builder, 1, 1, 1, NULL), ST_OK);
    cr_assert_eq(spikes_add(&builder, 0, 1.0, NULL), ST_OK);
    cr_assert_eq(spikes_end_row(&builder, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&builder, &n->x, &n->mem, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){1, {1}};
    cr_assert_eq(net_create(&n->net, &o, 1, 2, &n->mem, NULL), ST_OK);
    n->net.W[1][0] = (real)w;
    n->net.W[2][0] = R(0.7);
    n->net.W[2][1] = R(-0.4);
    n->label = 1;
    n->batch = (struct batch){.x = &n->x, .n = 1, .labels = &n->label};
}

static void neuron_gradient(const struct neuron *n, double sigma, double *w, double v[2])
{
    const double at = ((double)n->net.W[1][0] - 1) / sigma;
    const double density = exp(-at * at / 2) / sqrt(2 * acos(-1.0)), mean = erfc(-at / sqrt(2.0)) / 2;
    double jump = 0;
    for (int k = 0; k < 2; k++) {
        double target = k == n->label ? 1 : 0, weight = (double)n->net.W[2][k];
        jump += weight * weight + sigma * sigma - 2 * target * weight;
        v[k] = mean * 2 * (weight - target);
    }
    *w = density / sigma * jump;
}

Test(gradient_probe, reference_equals_the_closed_form)
{
    static const double weights[] = {0.85, 1.0, 1.3};
    const struct reference_options o = {.coordinates = 10, .draws = 20000, .noise = 0.25};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        struct neuron n;
        struct gradient_reference g;
        struct rng rng;
        struct error e = {0};
        double w, v[2];
        neuron_create(&n, weights[i]);
        rng_seed(&rng, 5, "reference");
        cr_assert_eq(reference_create(&g, &o, &n.net, 1, 1, 1, &n.mem, &e), ST_OK, "%s", e.text);
        reference_choose(&g, &n.net, &rng);
        cr_assert_eq(g.n, 3, "three weights are all there are");
        cr_assert_eq(reference_estimate(&g, &n.net, &n.batch, NULL, &rng, &e), ST_OK, "%s", e.text);
        cr_expect_float_eq(g.sigma, 0.25 * sqrt((weights[i] * weights[i] + 0.49 + 0.16) / 3), 1e-6);
        neuron_gradient(&n, g.sigma, &w, v);
        for (size_t k = 0; k < 3; k++) {
            double exact = g.layer[k] == 1 ? w : v[g.index[k]], square = 0;
            for (size_t d = 0; d < o.draws; d++) {
                double miss = g.draws[d * 3 + k] - g.mean[k];
                square += miss * miss;
            }
            double deviation = sqrt(square) / (double)o.draws; /* of the mean */
            cr_expect_lt(deviation, 0.05 * fabs(exact), "the draws must tell something: %g of %g", deviation,
                         exact);
            cr_expect_float_eq(g.mean[k], exact, 4 * deviation, "w %g, layer %zu: %g +- %g, exact %g",
                               weights[i], g.layer[k], g.mean[k], deviation, exact);
        }
        mem_free(&n.mem);
    }
}

/* Stein's estimator and the antithetic differences have the same mean, so that a perfect one has cosine 1. */
Test(gradient_probe, unbiased_estimators_converge_to_the_closed_form)
{
    for (int kind = ESTIMATE_WEIGHT_PERTURBATION; kind <= ESTIMATE_STEIN; kind++) {
        struct neuron n;
        struct gradient_estimator g;
        struct rng rng;
        double w, v[2];
        const double sigma = 0.2;
        neuron_create(&n, 1.1);
        rng_seed(&rng, 6, "directions");
        const struct estimate_options o = {.kind = (enum estimate_kind)kind,
                                           .surrogate = &surrogates[0],
                                           .slope = R(1.0),
                                           .law = DIRECTION_GAUSSIAN,
                                           .directions = 1000,
                                           .sigma = sigma};
        cr_assert_eq(estimator_create(&g, &o, &n.net, 1, 1, 1, &n.mem, NULL), ST_OK);
        gradient_estimate(&g, &n.net, &n.batch, NULL, 40, &rng);
        neuron_gradient(&n, sigma, &w, v);
        const double size = sqrt(w * w + v[0] * v[0] + v[1] * v[1]);
        cr_expect_float_eq((double)g.gradient[1][0], w, 0.05 * size, "%g, exact %g", (double)g.gradient[1][0],
                           w);
        for (int k = 0; k < 2; k++)
            cr_expect_float_eq((double)g.gradient[2][k], v[k], 0.05 * size, "%g, exact %g",
                               (double)g.gradient[2][k], v[k]);
        mem_free(&n.mem);
    }
}

Test(gradient_probe, no_noise_without_weights)
{
    struct neuron n;
    struct gradient_reference g;
    struct rng rng;
    struct error e = {0};
    const struct reference_options o = {.coordinates = 1, .draws = 2, .noise = 0.1};
    neuron_create(&n, 0);
    n.net.W[2][0] = n.net.W[2][1] = 0;
    rng_seed(&rng, 5, "reference");
    cr_assert_eq(reference_create(&g, &o, &n.net, 1, 1, 1, &n.mem, NULL), ST_OK);
    reference_choose(&g, &n.net, &rng);
    cr_expect_eq(reference_estimate(&g, &n.net, &n.batch, NULL, &rng, &e), ST_NUMERIC);
    cr_expect(strstr(e.text, "noise") != NULL, "%s", e.text);
    mem_free(&n.mem);
}

/* ---- a smooth network ---------------------------------------------------------------------------------- */

/* With little noise each single draw gives the gradient of the smooth network, which bptt has exactly: the
 * step that is drawn costs no variance. */
Test(gradient_probe, reference_equals_the_gradient_of_a_smooth_network)
{
    struct bench b;
    struct gradient_reference g;
    struct backward w;
    real *exact[NET_MAX_LAYERS + 1];
    const struct reference_options o = {.coordinates = 30,
                                        .draws = 6,
                                        .noise = REAL_SELECT(1e-4, 1e-2),
                                        .smooth = &surrogates[1],
                                        .slope = R(1.5)};
    const struct backward_options how = {o.smooth, o.slope, true, false};
    bench_begin(&b, SAMPLES, STEPS, INPUTS, CLASSES);
    cr_assert_eq(reference_create(&g, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
    reference_choose(&g, &b.net, &b.rng);
    cr_assert_eq(reference_estimate(&g, &b.net, &b.batch, NULL, &b.rng, NULL), ST_OK);
    cr_assert_eq(backward_create(&w, &b.net, STEPS, SAMPLES, &b.mem, NULL), ST_OK);
    for (size_t l = 1; l <= b.net.L; l++) exact[l] = mem_reals(&b.mem, b.net.n[l] * b.net.n[l - 1], NULL);
    backward_block(&w, &b.net, &b.batch, 0, SAMPLES, &how, exact);
    double *values = mem_alloc(&b.mem, g.n, sizeof *values, NULL);
    reference_gather(&g, exact, values);
    for (size_t k = 0; k < g.n; k++) values[k] /= SAMPLES;
    for (size_t l = 0; l <= b.net.L; l++) {
        struct agreement a = reference_agreement(&g, l, g.mean, values);
        cr_expect_lt(a.error, REAL_SELECT(1e-3, 5e-2), "layer %zu: relative error %g", l, a.error);
        cr_expect_gt(reference_halves(&g, l), REAL_SELECT(1 - 1e-6, 0.99));
    }
    bench_end(&b);
}

/* ---- the weights that are compared, and the measures ----------------------------------------------------
 */

Test(gradient_probe, weights_are_distinct_and_stand_for_all_of_their_layer)
{
    struct bench b;
    struct gradient_reference g;
    const struct reference_options o = {.coordinates = 43, .draws = 2, .noise = 0.1};
    bench_begin(&b, SAMPLES, STEPS, INPUTS, CLASSES);
    cr_assert_eq(reference_create(&g, &o, &b.net, STEPS, SAMPLES, 1, &b.mem, NULL), ST_OK);
    reference_choose(&g, &b.net, &b.rng);
    cr_assert_eq(g.n, 15 + 15 + 12, "a third of 43, rounded up, or the whole layer");
    for (size_t l = 1; l <= b.net.L; l++) {
        double share = 0;
        for (size_t k = 0; k < g.n; k++) share += g.layer[k] == l ? g.share[k] : 0;
        cr_expect_float_eq(share, (double)(b.net.n[l] * b.net.n[l - 1]), 1e-9);
    }
    for (size_t k = 0; k < g.n; k++) {
        cr_expect_lt(g.index[k], b.net.n[g.layer[k]] * b.net.n[g.layer[k] - 1]);
        for (size_t j = 0; j < k; j++) cr_expect(g.layer[j] != g.layer[k] || g.index[j] != g.index[k]);
    }
    bench_end(&b);
}

/* Two weights of layer 1 that stand for 3 each, one of layer 2 for itself: |w|^2 = 3 (1 + 4) + 1 = 16. */
Test(gradient_probe, agreement_by_hand)
{
    size_t layer[] = {1, 1, 2};
    double share[] = {3, 3, 1}, w[] = {1, 2, 1}, v[] = {-2, 1, 0}, twice[] = {-2, -4, -2}, none[] = {0, 0, 0};
    const struct gradient_reference g = {.n = 3, .layer = layer, .share = share};
    struct agreement a = reference_agreement(&g, 0, w, w);
    cr_expect_float_eq(a.cosine, 1, 1e-12);
    cr_expect_float_eq(a.error, 0, 1e-12);
    cr_expect_float_eq(a.error_scaled, 0, 1e-6);
    cr_expect_float_eq(a.norm_ratio, 1, 1e-12);
    a = reference_agreement(&g, 0, twice, w);
    cr_expect_float_eq(a.cosine, -1, 1e-12);
    cr_expect_float_eq(a.error, 3, 1e-12);
    cr_expect_float_eq(a.error_scaled, 0, 1e-6);
    cr_expect_float_eq(a.norm_ratio, 2, 1e-12);
    a = reference_agreement(&g, 0, v, w);
    cr_expect_float_eq(a.cosine, 0, 1e-12);
    cr_expect_float_eq(a.error, sqrt(31.0) / 4, 1e-12);
    cr_expect_float_eq(a.error_scaled, 1, 1e-12);
    a = reference_agreement(&g, 2, twice, w);
    cr_expect_float_eq(a.norm_ratio, 2, 1e-12);
    a = reference_agreement(&g, 2, v, w);
    cr_expect(isnan(a.cosine) && a.error == 1 && a.norm_ratio == 0);
    a = reference_agreement(&g, 0, w, none);
    cr_expect(isnan(a.cosine) && isnan(a.error) && isnan(a.norm_ratio));
    cr_expect_float_eq(reference_ceiling(1), 1, 1e-12);
    cr_expect_float_eq(reference_ceiling(0.5), sqrt(2.0 / 3), 1e-12);
    cr_expect_eq(reference_ceiling(0), 0);
    cr_expect_eq(reference_ceiling(-0.1), 0, "halves that disagree must lower a median, not drop out of it");
    cr_expect_eq(reference_ceiling(-1), 0);
    cr_expect(isnan(reference_ceiling(NAN)), "no halves to compare");
}

/* The ceiling is what it claims to be: with a known gradient and errors of a known size. */
Test(gradient_probe, ceiling_predicts_the_cosine_of_the_true_gradient)
{
    enum { N = 20000 };
    static size_t layer[N];
    static double share[N], truth[N], mean[N], half[2][N];
    struct gradient_reference g = {
        .n = N, .layer = layer, .share = share, .mean = mean, .half = {half[0], half[1]}};
    struct rng rng;
    rng_seed(&rng, 3, "errors");
    for (size_t k = 0; k < N; k++) {
        layer[k] = 1;
        share[k] = 1;
        truth[k] = rng_normal(&rng);
        for (int i = 0; i < 2; i++) half[i][k] = truth[k] + 1.5 * rng_normal(&rng);
        mean[k] = (half[0][k] + half[1][k]) / 2;
    }
    cr_expect_float_eq(reference_ceiling(reference_halves(&g, 0)),
                       reference_agreement(&g, 0, truth, mean).cosine, 0.02);
}

/* ---- the solver ---------------------------------------------------------------------------------------- */

enum { VALUES = 64 };

/* Trains nothing but reports: values after the last of `n` steps, options as "key=value key=value ...". */
static void probe(const char *options, size_t threads, int n, double *values, struct toy_training *t)
{
    struct error e = {0};
    memset(t, 0, sizeof *t);
    toy_training_create(t, "gradient_probe");
    toy_data_create(&t->data, SAMPLES, STEPS, INPUTS, CLASSES, 11);
    t->net_options.hidden = (struct int_list){2, {5, 4}};
    toy_training_set_all(t, options);
    toy_net_create(&t->net, &t->net_options, &t->data, &t->mem, 5);
    rng_seed(&t->rng, 1, "solver");
    t->env = (struct train_env){.net = &t->net,
                                .net_options = &t->net_options,
                                .info = &t->data.info,
                                .train = dataset_batch(&t->data, SPLIT_TRAIN),
                                .rng = &t->rng};
    cr_assert_eq(pool_create(&t->env.pool, threads, NULL), ST_OK);
    cr_assert_eq(toy_begin(t->solver, &t->state, t->options, &t->env, &t->mem, &e), ST_OK, "%s", e.text);
    for (int i = 0; i < n; i++) toy_training_step(t);
    struct metric_sink sink = {&t->solver->metrics, t->net.L, values, false};
    cr_assert_leq(metric_count(sink.table, sink.L), VALUES);
    metric_clear(&sink);
    t->solver->report(t->state, &sink);
    cr_expect_not(sink.bad);
}

static void probe_end(struct toy_training *t)
{
    pool_free(t->env.pool);
    toy_training_free(t);
}

static double value(const struct toy_training *t, const double *values, const char *name)
{
    size_t n = metric_count(&t->solver->metrics, t->net.L);
    for (size_t k = 0; k < n; k++) {
        char column[64];
        metric_column(&t->solver->metrics, t->net.L, k, column, sizeof column);
        if (strcmp(column, name) == 0) return values[k];
    }
    cr_assert_fail("no column %s", name);
    return NAN;
}

#define SMALL "coordinates=30 draws=6 samples=70 "

Test(gradient_probe, measures_do_not_depend_on_threads)
{
    static const char *const options[] = {SMALL "estimator=surrogate growth=2",
                                          SMALL "estimator=jvp directions=3 growth=2",
                                          SMALL "estimator=weight_perturbation directions=3",
                                          SMALL "estimator=stein direction=gaussian repeats=2",
                                          SMALL "estimator=lfp",
                                          SMALL "estimator=eprop growth=2 detach_reset=true",
                                          SMALL "estimator=eprop_random",
                                          SMALL "estimator=ottt growth=2",
                                          SMALL "estimator=decolle",
                                          SMALL "train_epochs=2"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct toy_training one, three;
        double a[VALUES], b[VALUES];
        probe(options[i], 1, 2, a, &one);
        probe(options[i], 3, 2, b, &three);
        size_t n = metric_count(&one.solver->metrics, one.net.L);
        for (size_t k = 0; k < n; k++)
            cr_expect(a[k] == b[k] || (isnan(a[k]) && isnan(b[k])), "%s: value %zu: %g and %g", options[i], k,
                      a[k], b[k]);
        cr_expect_gt(value(&one, a, "relative_error"), 0);
        cr_expect_leq(fabs(value(&one, a, "cosine")), 1);
        probe_end(&one);
        probe_end(&three);
    }
}

/* Slope and directions grow from step to step, the reference and the weights stay. */
Test(gradient_probe, sweeps_slopes_and_directions_over_one_reference)
{
    struct toy_training t, direct;
    double values[VALUES], other[VALUES];
    probe(SMALL "slope=0.5 growth=3", 1, 3, values, &t);
    probe(SMALL "slope=4.5", 1, 1, other, &direct);
    cr_expect_float_eq(value(&t, values, "slope"), 4.5, 1e-12);
    cr_expect(isnan(value(&t, values, "directions")));
    cr_expect_eq(value(&t, values, "cosine"), value(&direct, other, "cosine"),
                 "a sweep is a row of single runs");
    cr_expect_eq(value(&t, values, "layer_cosine_1"), value(&direct, other, "layer_cosine_1"));
    cr_expect_eq(value(&t, values, "cosine_halves"), value(&direct, other, "cosine_halves"));
    for (size_t l = 1; l <= t.net.L; l++)
        cr_expect_eq(memcmp(t.net.W[l], direct.net.W[l], t.net.n[l] * t.net.n[l - 1] * sizeof(real)), 0);
    probe_end(&t);
    probe_end(&direct);
    probe(SMALL "estimator=jvp directions=2 growth=5", 1, 3, values, &t);
    cr_expect_eq(value(&t, values, "directions"), 50);
    cr_expect_eq(value(&t, values, "slope"), 5);
    probe_end(&t);
    probe(SMALL "slope=1000 growth=1000", 1, 2, values, &t);
    struct step_report r = {0};
    struct error e = {0};
    cr_expect_eq(t.solver->step(t.state, &r, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "growth = 1000") && strstr(e.text, "stop.max_iter"), "%s", e.text);
    probe_end(&t);
}

/* train_epochs trains as bptt does: the same weights as its steps from the same random numbers. */
Test(gradient_probe, trains_beforehand_as_bptt_does)
{
    struct toy_training t, bptt = {.state = NULL};
    double values[VALUES];
    probe(SMALL "train_epochs=3", 1, 1, values, &t);
    toy_training_create(&bptt, "bptt");
    toy_data_create(&bptt.data, SAMPLES, STEPS, INPUTS, CLASSES, 11);
    bptt.net_options = t.net_options;
    toy_training_init(&bptt, 5);
    for (int i = 0; i < 3; i++) toy_training_step(&bptt);
    for (size_t l = 1; l <= t.net.L; l++)
        cr_expect_eq(memcmp(t.net.W[l], bptt.net.W[l], t.net.n[l] * t.net.n[l - 1] * sizeof(real)), 0);
    toy_training_free(&bptt);
    probe_end(&t);
}

Test(gradient_probe, refuses_what_it_cannot_measure)
{
    static const struct {
        const char *estimator;
        int reset, start;
        const char *named;
    } wrong[] = {{"stein", RESET_SOFT, START_RATE, "gaussian"},
                 {"lfp", RESET_HARD, START_RATE, "network.reset"},
                 {"ottt", RESET_HARD, START_RATE, "network.reset"},
                 {"decolle", RESET_HARD, START_RATE, "network.reset"},
                 {"eprop_random", RESET_HARD, START_RATE, NULL},
                 {"surrogate", RESET_SOFT, START_PUBLISHED, "network.start"},
                 {"surrogate", RESET_HARD, START_KAIMING, NULL}};
    const struct solver *s = catalogue_solver(&registry, "gradient_probe");
    const struct dataset_info info = {.n_classes = 3, .T = 4};
    void *options = calloc(1, s->options.size);
    cr_assert_not_null(options);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct net_options net;
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &net, NULL), ST_OK);
        cr_assert_eq(opt_defaults(&s->options, options, NULL), ST_OK);
        cr_assert_eq(opt_set(opt_find(&s->options, "estimator"), options, wrong[i].estimator, NULL), ST_OK);
        net.reset = wrong[i].reset;
        net.start = wrong[i].start;
        cr_expect_eq(toy_check(s, options, &net, &info, &e), wrong[i].named ? ST_CONFIG : ST_OK, "%zu: %s", i,
                     e.text);
        if (wrong[i].named) cr_expect(strstr(e.text, wrong[i].named) != NULL, "%s", e.text);
    }
    cr_expect_eq(opt_set(opt_find(&s->options, "draws"), options, "1", NULL), ST_CONFIG,
                 "there are no two halves");
    free(options);
}
