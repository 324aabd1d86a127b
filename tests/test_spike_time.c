/* First-spike times by hand and by integration, and their gradients against finite differences. */
#include "baselines/spike_time.h"
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct spike_time_options plain = {.span = 2, .deadline = 10, .tau = 0.5};

/* A sample of T steps with one spike of input i at step steps[i], n <= 8 inputs. */
static void one_sample(struct spikes *x, size_t n, size_t T, const size_t *steps, struct mem *m)
{
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, n, T, 1, NULL), ST_OK);
    for (size_t t = 0; t < T; t++) {
        for (size_t i = 0; i < n; i++)
            if (steps[i] == t) cr_assert_eq(spikes_add(&b, (uint32_t)i, 1.0, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, x, m, NULL), ST_OK);
}

/* One input at time 0, weight 2, threshold 1: V = 2 (1 - exp(-t)) = 1 at t = log 2. With weight 1 V only
 * tends to 1: silent. A second input at time 1 (step 1 of 3, span 2), weight -1: after it V = 1 - ..., so a
 * neuron with weights (1.5, -1) must fire before or never: 1.5 (1 - exp(-t)) = 1 at log 3 > 1: never. With
 * (1.5, 1): A = 2.5, B = 1.5 + e: exp(t) = (1.5 + e) / 1.5. */
Test(spike_time, times_by_hand)
{
    struct mem m = {0};
    struct spikes x;
    struct net_options o;
    struct net net;
    struct spike_time s;
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){1, {4}};
    cr_assert_eq(net_create(&net, &o, 2, 1, &m, NULL), ST_OK);
    one_sample(&x, 2, 3, (const size_t[]){0, 1}, &m);
    const double first[] = {2, 1, 1.5, 1.5}, second[] = {0, 0, -1, 1};
    for (size_t j = 0; j < 4; j++) {
        net.W[1][j] = (real)first[j];
        net.W[1][4 + j] = (real)second[j];
        net.W[2][j] = R(1.5); /* two spikes: log 2 and log((1.5 + e) / 1.5) = 1.034 */
    }
    struct batch b = {.x = &x, .n = 1};
    cr_assert_eq(spike_time_create(&s, &plain, &net, 2, &m, NULL), ST_OK);
    spike_time_simulate(&s, &net, &b, 0);
    const double e = exp(1), *t = s.layer[1].time;
    cr_expect_float_eq(t[0], log(2), 1e-6);
    cr_expect_eq(t[1], 10, "silent");
    cr_expect_eq(t[2], 10, "the second spike came first");
    cr_expect_float_eq(t[3], log((1.5 + e) / 1.5), 1e-6);
    cr_expect_eq(s.layer[1].causal[0], 1);
    cr_expect_eq(s.layer[1].causal[1], 0);
    cr_expect_eq(s.layer[1].causal[3], 2);
    /* The output hears log 2 first; alone it would fire at exp(t) = 1.5 * 2 / 0.5 = 6, after the second:
     * exp(t) = 1.5 (2 + z) / 2 with z = (1.5 + e) / 1.5. */
    cr_expect_float_eq(s.layer[2].time[0], log(1.5 * (2 + (1.5 + e) / 1.5) / 2), 1e-6);
    cr_expect_eq(spike_time_synops(&s, &net), 2 * 4 + 2 * 1);
    /* causal events: 1, 0, 0, 2 in layer 1, for the weights alone; 2 of the output, for the times as well */
    cr_expect_eq(spike_time_gradient_macs(&s, &net), 3 + 2 * 2);
    mem_free(&m);
}

struct example {
    struct mem mem;
    struct dataset data;
    struct net net;
    struct batch batch;
    struct spike_time s;
    double *gradient[NET_MAX_LAYERS + 1];
};

static void begin(struct example *x, size_t hidden)
{
    struct net_options o;
    struct rng rng;
    memset(x, 0, sizeof *x);
    toy_data_create(&x->data, 12, 6, 7, 3, 21);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){hidden, {9, 8, 7}};
    cr_assert_eq(net_create(&x->net, &o, 7, 3, &x->mem, NULL), ST_OK);
    rng_seed(&rng, 6, "weights");
    for (size_t l = 1; l <= x->net.L; l++) {
        size_t size = x->net.n[l] * x->net.n[l - 1];
        for (size_t i = 0; i < size; i++) x->net.W[l][i] = (real)(0.3 + 0.4 * rng_normal(&rng));
        x->gradient[l] = mem_alloc(&x->mem, size, sizeof(double), NULL);
    }
    x->batch = dataset_batch(&x->data, SPLIT_TRAIN);
    cr_assert_eq(spike_time_create(&x->s, &plain, &x->net, 6 * 7, &x->mem, NULL), ST_OK);
}

static void end(struct example *x)
{
    mem_free(&x->mem);
    dataset_free(&x->data);
}

/* Times against an integration of I' = -I, V' = I in small steps: the first crossing of the threshold. */
Test(spike_time, times_equal_those_of_an_integration)
{
    struct example x;
    const double h = 1e-4;
    begin(&x, 1);
    size_t fired = 0, silent = 0;
    for (size_t i = 0; i < 3; i++) {
        spike_time_simulate(&x.s, &x.net, &x.batch, i);
        for (size_t l = 1; l <= 2; l++)
            for (size_t j = 0; j < x.net.n[l]; j++) {
                const struct spike_layer *y = &x.s.layer[l];
                double current = 0, V = 0, time = plain.deadline;
                size_t next = 0;
                for (double t = 0; t < plain.deadline && time == plain.deadline; t += h) {
                    for (; next < y->n_events && log(y->z[next]) <= t; next++)
                        current += (double)x.net.W[l][y->input[next] * x.net.n[l] + j] * y->value[next];
                    V += h * current;
                    current -= h * current;
                    if (V > 1) time = t;
                }
                /* close to the threshold small errors of the integration move a spike far: 5e-3 is for the
                 * others */
                cr_expect_float_eq(y->time[j], time, 5e-3, "sample %zu, layer %zu, neuron %zu: %g, %g", i, l,
                                   j, y->time[j], time);
                fired += y->causal[j] > 0;
                silent += y->causal[j] == 0;
            }
    }
    cr_expect(fired > 10 && silent > 0, "%zu fired, %zu silent", fired, silent);
    end(&x);
}

/* Sum of the losses over the samples, in double; adds the gradients to `gradient`. */
static double summed_loss(struct example *x, double *const *gradient)
{
    double sum = 0;
    for (size_t i = 0; i < x->batch.n; i++) {
        spike_time_simulate(&x->s, &x->net, &x->batch, i);
        sum += spike_time_gradient(&x->s, &x->net, x->batch.labels[i], gradient);
    }
    return sum;
}

/* The weights are as precise as `real`, times and losses are in double: the step is what it really was. */
Test(spike_time, gradient_equals_finite_differences)
{
    for (size_t hidden = 1; hidden <= 3; hidden++) {
        struct example x;
        double miss2 = 0, norm2 = 0, *unused[NET_MAX_LAYERS + 1] = {0};
        begin(&x, hidden);
        for (size_t l = 1; l <= x.net.L; l++)
            unused[l] = mem_alloc(&x.mem, x.net.n[l] * x.net.n[l - 1], sizeof(double), NULL);
        summed_loss(&x, x.gradient);
        const real h = R(1e-6);
        for (size_t l = 1; l <= x.net.L; l++)
            for (size_t i = 0; i < x.net.n[l] * x.net.n[l - 1]; i++) {
                real old = x.net.W[l][i], more = old + h, less = old - h;
                x.net.W[l][i] = more;
                double up = summed_loss(&x, unused);
                x.net.W[l][i] = less;
                double down = summed_loss(&x, unused);
                x.net.W[l][i] = old;
                double difference = (up - down) / ((double)more - (double)less);
                double miss = x.gradient[l][i] - difference;
                miss2 += miss * miss;
                norm2 += difference * difference;
            }
        cr_expect_gt(norm2, 0.1, "the example must have a gradient");
        cr_expect_lt(sqrt(miss2 / norm2), REAL_SELECT(1e-6, 1e-3), "relative error %g", sqrt(miss2 / norm2));
        end(&x);
    }
}

/* The loss that comes with the gradient is the cross-entropy of the scores. */
Test(spike_time, loss_is_that_of_the_scores)
{
    struct example x;
    begin(&x, 2);
    for (size_t i = 0; i < x.batch.n; i++) {
        real scores[3];
        spike_time_simulate(&x.s, &x.net, &x.batch, i);
        spike_time_scores(&x.s, &x.net, scores);
        double loss = spike_time_gradient(&x.s, &x.net, x.batch.labels[i], x.gradient);
        cr_expect_float_eq(loss, loss_value(LOSS_CROSS_ENTROPY, 3, scores, x.batch.labels[i], NULL), 1e-4);
    }
    end(&x);
}

/* Through the solver contract: the loss that is reported is the trained one where network.loss is
 * cross_entropy, and a distribution's Brier score otherwise; what it cannot do is refused. */
Test(spike_time, predicts_by_its_own_simulation)
{
    const struct solver *solver = catalogue_solver(&registry, "exact_spike_time");
    for (int kind = LOSS_SQUARED; kind <= LOSS_CROSS_ENTROPY; kind++) {
        struct example x;
        struct net_options o;
        struct rng rng;
        struct error e = {0};
        void *state = NULL;
        real scores[12 * 3];
        begin(&x, 2);
        cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
        x.net.loss = (enum loss)kind;
        void *options = mem_alloc(&x.mem, 1, solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
        cr_assert_eq(opt_set(opt_find(&solver->options, "tau"), options, "0.5", NULL), ST_OK);
        rng_seed(&rng, 1, "solver");
        struct train_env env = {.net = &x.net, .net_options = &o, .info = &x.data.info, .rng = &rng};
        env.train = x.batch;
        env.validation = dataset_batch(&x.data, SPLIT_VALIDATION);
        cr_assert_eq(toy_begin(solver, &state, options, &env, &x.mem, &e), ST_OK, "%s", e.text);
        struct operations counts = {-1, -1};
        double synops = 0;
        cr_assert_eq(solver->predict(state, &x.batch, scores, &counts, &e), ST_OK, "%s", e.text);
        for (size_t i = 0; i < 12; i++) {
            spike_time_simulate(&x.s, &x.net, &x.batch, i);
            synops += spike_time_synops(&x.s, &x.net) / 12;
        }
        cr_expect_float_eq(counts.accumulations, synops, 1e-9 * synops);
        cr_expect_eq(counts.macs, 0);
        for (size_t i = 0; i < 12; i++) {
            const double *time = x.s.layer[x.net.L].time;
            spike_time_simulate(&x.s, &x.net, &x.batch, i);
            double sum = 0, first = fmin(time[0], fmin(time[1], time[2]));
            for (size_t k = 0; k < 3; k++) sum += exp(-time[k] / plain.tau);
            for (size_t k = 0; k < 3; k++)
                cr_expect_float_eq(
                    (double)scores[3 * i + k],
                    kind == LOSS_SQUARED ? exp(-time[k] / plain.tau) / sum : -time[k] / plain.tau, 1e-4);
            cr_expect_eq(time[loss_argmax(3, scores + 3 * i)], first, "the earliest spike is the answer");
        }
        end(&x);
    }
}

Test(spike_time, refuses_what_it_cannot_do)
{
    const struct solver *solver = catalogue_solver(&registry, "exact_spike_time");
    struct net_options o;
    struct mem m = {0};
    struct error e = {0};
    struct dataset_info info = {.n_targets = 1, .T = 4};
    void *options = mem_alloc(&m, 1, solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    cr_expect_eq(toy_check(solver, options, &o, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "class labels") != NULL, "%s", e.text);
    info = (struct dataset_info){.n_classes = 3, .T = 4};
    cr_expect_eq(toy_check(solver, options, &o, &info, &e), ST_OK);
    o.start = START_PUBLISHED;
    cr_expect_eq(toy_check(solver, options, &o, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "network.start") != NULL, "%s", e.text);
    o.start = START_KAIMING;
    cr_assert_eq(opt_set(opt_find(&solver->options, "deadline"), options, "2", NULL), ST_OK);
    cr_expect_eq(toy_check(solver, options, &o, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "deadline") && strstr(e.text, "span"), "%s", e.text);
    mem_free(&m);
}

/* A silent neuron that could never fire is pushed until its weights sum to the threshold: with weights that
 * start at -0.5 thresholds per neuron, without spread, nothing fires and only the push moves. */
Test(spike_time, silent_neurons_are_pushed_up)
{
    const struct solver *solver = catalogue_solver(&registry, "exact_spike_time");
    static const char *const settings[][2] = {
        {"start_sum", "-0.5"}, {"start_spread", "1e-9"}, {"optimizer", "sgd"}, {"lr", "0.01"}, {"clip", "0"}};
    struct example x;
    struct net_options o;
    struct rng rng;
    void *state = NULL;
    begin(&x, 1);
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    void *options = mem_alloc(&x.mem, 1, solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        cr_assert_eq(opt_set(opt_find(&solver->options, settings[i][0]), options, settings[i][1], NULL),
                     ST_OK);
    rng_seed(&rng, 1, "solver");
    struct train_env env = {.net = &x.net, .net_options = &o, .info = &x.data.info, .rng = &rng};
    env.train = x.batch;
    env.validation = dataset_batch(&x.data, SPLIT_VALIDATION);
    cr_assert_eq(toy_begin(solver, &state, options, &env, &x.mem, NULL), ST_OK);
    struct step_report r = {0};
    cr_assert_eq(solver->step(state, &r, NULL), ST_OK);
    cr_expect_float_eq((double)x.net.W[1][0], -0.5 / 7 + 0.01, 1e-6, "one update of slope sum_push = 1");
    for (int i = 0; i < 60; i++) cr_assert_eq(solver->step(state, &r, NULL), ST_OK);
    for (size_t j = 0; j < 9; j++) {
        double sum = 0;
        for (size_t i = 0; i < 7; i++) sum += (double)x.net.W[1][9 * i + j];
        cr_expect_gt(sum, 0.9, "neuron %zu: %g", j, sum);
    }
    end(&x);
}

/* start_spread: a layer's weights keep the directions that were drawn, and have, less the shift of start_sum,
 * an rms of so many thresholds over the root of the layer's inputs. */
Test(spike_time, start_spread_is_the_rms_of_the_starting_weights)
{
    const struct solver *solver = catalogue_solver(&registry, "exact_spike_time");
    static const char *const spreads[] = {"0.25", "1", "3"};
    const double theta = 0.5, sum = 2;
    for (size_t k = 0; k < sizeof spreads / sizeof *spreads; k++) {
        struct example x;
        struct net_options o;
        struct rng rng;
        void *state = NULL;
        real drawn[NET_MAX_LAYERS + 1][81];
        begin(&x, 2);
        cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
        x.net.lif[1].threshold = (real)theta;
        for (size_t l = 1; l <= x.net.L; l++)
            memcpy(drawn[l], x.net.W[l], x.net.n[l] * x.net.n[l - 1] * sizeof(real));
        void *options = mem_alloc(&x.mem, 1, solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
        cr_assert_eq(opt_set(opt_find(&solver->options, "start_sum"), options, "2", NULL), ST_OK);
        cr_assert_eq(opt_set(opt_find(&solver->options, "start_spread"), options, spreads[k], NULL), ST_OK);
        rng_seed(&rng, 1, "solver");
        struct train_env env = {.net = &x.net, .net_options = &o, .info = &x.data.info, .rng = &rng};
        env.train = x.batch;
        env.validation = dataset_batch(&x.data, SPLIT_VALIDATION);
        cr_assert_eq(toy_begin(solver, &state, options, &env, &x.mem, NULL), ST_OK);
        for (size_t l = 1; l <= x.net.L; l++) {
            const double in = (double)x.net.n[l - 1], shift = sum * theta / in;
            const size_t size = x.net.n[l] * x.net.n[l - 1];
            const double factor = ((double)x.net.W[l][0] - shift) / (double)drawn[l][0];
            double squares = 0;
            cr_expect_gt(factor, 0);
            for (size_t i = 0; i < size; i++) {
                const double w = (double)x.net.W[l][i] - shift;
                squares += w * w;
                cr_expect_float_eq(w, factor * (double)drawn[l][i], 1e-4, "layer %zu: a direction", l);
            }
            cr_expect_float_eq(sqrt(squares / (double)size) * sqrt(in) / theta, atof(spreads[k]), 1e-4,
                               "layer %zu, start_spread %s", l, spreads[k]);
        }
        end(&x);
    }
}
