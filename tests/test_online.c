/* Rules that go forwards with time: against backpropagation where they equal it, and plain loops. */
#include "baselines/backward.h"
#include "baselines/decolle.h"
#include "baselines/eprop.h"
#include "baselines/ottt.h"
#include "commands/registry.h"
#include "tests/plain_net.h"
#include "tests/toy_data.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

enum { SAMPLES = 7, INPUTS = 9, CLASSES = 3, STEPS = 6 };

struct bench {
    struct mem mem;
    struct dataset data;
    struct net_options options;
    struct net net;
    struct batch batch;
    real *gradient[NET_MAX_LAYERS + 1], *other[NET_MAX_LAYERS + 1], *B[NET_MAX_LAYERS + 1];
    double expected[PLAIN_LAYERS][PLAIN_WIDTH][PLAIN_WIDTH]; /* [l][j][i] */
    double loss;
};

static const struct online_rule spiking = {&surrogates[0], R(2.0), false};

static void begin(struct bench *b, size_t hidden, size_t T, int reset, int readout, int loss, double leak)
{
    struct rng rng;
    memset(b, 0, sizeof *b);
    toy_data_create(&b->data, SAMPLES, T, INPUTS, CLASSES, 11);
    cr_assert_eq(opt_defaults(&net_option_table, &b->options, NULL), ST_OK);
    b->options.hidden = (struct int_list){hidden, {8, 5, 6}};
    b->options.reset = reset;
    b->options.readout = readout;
    b->options.loss = loss;
    b->options.leak = (struct real_list){1, {leak}};
    b->options.start = START_KAIMING;
    toy_net_create(&b->net, &b->options, &b->data, &b->mem, 5);
    b->batch = dataset_batch(&b->data, SPLIT_TRAIN);
    for (size_t l = 1; l <= b->net.L; l++) {
        b->gradient[l] = mem_reals(&b->mem, b->net.n[l] * b->net.n[l - 1], NULL);
        b->other[l] = mem_reals(&b->mem, b->net.n[l] * b->net.n[l - 1], NULL);
    }
    cr_assert_eq(online_matrices_create(b->B, &b->net, &b->mem, NULL), ST_OK);
    rng_seed(&rng, 3, "matrices");
    online_matrices_draw(b->B, &b->net, &rng);
}

static void end(struct bench *b)
{
    mem_free(&b->mem);
    dataset_free(&b->data);
}

/* Relative distance of two gradients of layer l; the second must not be zero. */
static double distance(const struct bench *b, size_t l)
{
    double miss = 0, norm = 0;
    for (size_t i = 0; i < b->net.n[l] * b->net.n[l - 1]; i++) {
        const double x = (double)b->gradient[l][i], y = (double)b->other[l][i];
        miss += (x - y) * (x - y);
        norm += y * y;
    }
    cr_assert_gt(norm, 1e-8, "layer %zu has a gradient", l);
    return sqrt(miss / norm);
}

static double backpropagate(struct bench *b, size_t T, bool detach, real *const *gradient)
{
    struct backward w;
    const struct backward_options how = {spiking.surrogate, spiking.slope, false, detach};
    cr_assert_eq(backward_create(&w, &b->net, T, SAMPLES, &b->mem, NULL), ST_OK);
    return backward_block(&w, &b->net, &b->batch, 0, SAMPLES, &how, gradient);
}

/* In blocks of three samples at a time, of which seven are no multiple. */
static double eligibility(struct bench *b, bool detach, real *const *B)
{
    struct eprop_work w;
    const struct eprop_rule rule = {spiking, detach, B};
    cr_assert_eq(eprop_work_create(&w, &b->net, detach, SAMPLES, &b->mem, NULL), ST_OK);
    cr_assert_eq(w.samples, SAMPLES);
    w.samples = 3;
    return eprop_block(&w, &b->net, &b->batch, 0, SAMPLES, &rule, b->gradient);
}

/* ---- e-prop -------------------------------------------------------------------------------------------- */

struct eprop_case {
    int hidden, reset, readout, loss, detach;
};

ParameterizedTestParameters(eprop, symmetric_with_one_layer_equals_bptt)
{
    static struct eprop_case cases[3 * 3 * 2 * 2 * 2];
    size_t n = 0;
    for (int hidden = 1; hidden <= 3; hidden++)
        for (int reset = 0; reset < 3; reset++)
            for (int readout = 0; readout < 2; readout++)
                for (int loss = 0; loss < 2; loss++)
                    for (int detach = 0; detach < 2; detach++)
                        cases[n++] = (struct eprop_case){hidden, reset, readout, loss, detach};
    return cr_make_param_array(struct eprop_case, cases, n);
}
/* In deeper networks the last two layers' do; the others' signals go straight from the outputs. */
ParameterizedTest(struct eprop_case *c, eprop, symmetric_with_one_layer_equals_bptt)
{
    struct bench b;
    begin(&b, (size_t)c->hidden, STEPS, c->reset, c->readout, c->loss, 0.8);
    const double loss = eligibility(&b, c->detach, NULL);
    const double expected = backpropagate(&b, STEPS, c->detach, b.other);
    cr_expect_float_eq(loss, expected, REAL_SELECT(1e-10, 1e-4) * expected);
    for (size_t l = b.net.L - 1; l <= b.net.L; l++)
        cr_expect_lt(distance(&b, l), REAL_SELECT(1e-11, 1e-4), "layer %zu: %g", l, distance(&b, l));
    if (c->hidden > 1) cr_expect_gt(distance(&b, 1), 1e-3, "another gradient below");
    end(&b);
}

/* d z_t / d z_{t-1} of a neuron, by the definition of its reset. */
static double keep(const struct plain_net *p, size_t l, size_t t, size_t j, bool detach)
{
    const struct lif *lif = &p->net->lif[1];
    const double leak = (double)lif->leak, theta = (double)lif->threshold, z = p->z[l][t - 1][j];
    const double psi = detach ? 0 : p->psi[l][t - 1][j], a = p->a[l][t - 1][j];
    return lif->reset == RESET_SOFT   ? leak - theta * psi
           : lif->reset == RESET_HARD ? leak * (1 - a) - leak * z * psi
                                      : leak;
}

/* ebar of a synapse, after the last step or its mean over the steps. */
static double eligibility_trace(const struct plain_net *p, size_t l, size_t j, size_t i, bool detach)
{
    double eps = 0, ebar = 0, sum = 0;
    for (size_t t = 0; t < p->T; t++) {
        eps = (t > 0 ? keep(p, l, t, j, detach) * eps : 0) + p->a[l - 1][t][i];
        ebar = (double)p->net->lif[1].leak * ebar + p->psi[l][t][j] * eps;
        sum += ebar;
    }
    return p->net->readout == READOUT_MEAN ? sum / (double)p->T : ebar;
}

static void scores_of(const struct plain_net *p, double *scores)
{
    const struct net *net = p->net;
    for (size_t k = 0; k < net->n[net->L]; k++) {
        scores[k] = p->z[net->L][p->T - 1][k];
        if (net->readout == READOUT_LAST) continue;
        scores[k] = 0;
        for (size_t t = 0; t < p->T; t++) scores[k] += p->z[net->L][t][k] / (double)p->T;
    }
}

static void expect_plain(const struct bench *b, const char *what)
{
    for (size_t l = 1; l <= b->net.L; l++)
        for (size_t j = 0; j < b->net.n[l]; j++)
            for (size_t i = 0; i < b->net.n[l - 1]; i++) {
                const double x = (double)b->gradient[l][i * b->net.n[l] + j], y = b->expected[l][j][i];
                cr_assert_float_eq(x, y, REAL_SELECT(1e-10, 1e-3) * (1 + fabs(y)), "%s %zu: %g, not %g", what,
                                   l, x, y);
            }
}

static void add_plain_eprop(struct bench *b, const struct plain_net *p, int label, bool detach)
{
    const struct net *net = p->net;
    double scores[PLAIN_WIDTH], d[PLAIN_WIDTH];
    scores_of(p, scores);
    b->loss += plain_loss(net, scores, label, d);
    for (size_t l = 1; l < net->L; l++)
        for (size_t j = 0; j < net->n[l]; j++) {
            double signal = 0;
            for (size_t k = 0; k < CLASSES; k++) signal += (double)b->B[l][j * CLASSES + k] * d[k];
            for (size_t i = 0; i < net->n[l - 1]; i++)
                b->expected[l][j][i] += signal * eligibility_trace(p, l, j, i, detach);
        }
    for (size_t k = 0; k < CLASSES; k++)
        for (size_t i = 0; i < net->n[net->L - 1]; i++)
            for (size_t t = 0; t < p->T; t++)
                if (net->readout == READOUT_MEAN || t + 1 == p->T)
                    b->expected[net->L][k][i] +=
                        d[k] * p->trace[net->L - 1][t][i] / (net->readout == READOUT_MEAN ? (double)p->T : 1);
}

/* Random feedback, all resets, kept or not, both readouts, two hidden layers. */
Test(eprop, random_feedback_equals_plain_loops)
{
    for (int k = 0; k < 12; k++) {
        static struct plain_net p;
        struct bench b;
        const bool detach = k % 2;
        begin(&b, 2, STEPS, k / 2 % 3, k / 6, LOSS_CROSS_ENTROPY, 0.8);
        for (size_t c = 0; c < SAMPLES; c++) {
            plain_simulate(&p, &b.net, &b.batch, c, spiking.surrogate, 2, false);
            add_plain_eprop(&b, &p, b.batch.labels[batch_sample(&b.batch, c)], detach);
        }
        const double loss = eligibility(&b, detach, b.B);
        cr_expect_float_eq(loss, b.loss, REAL_SELECT(1e-10, 1e-4) * loss);
        expect_plain(&b, "eprop");
        end(&b);
    }
}

/* ---- ottt ---------------------------------------------------------------------------------------------- */

static double online_through_time(struct bench *b, const struct online_rule *rule)
{
    struct ottt_work w;
    cr_assert_eq(ottt_work_create(&w, &b->net, SAMPLES, &b->mem, NULL), ST_OK);
    return ottt_block(&w, &b->net, &b->batch, 0, SAMPLES, rule, b->gradient);
}

static void add_plain_ottt(struct bench *b, const struct plain_net *p, int label)
{
    const struct net *net = p->net;
    double delta[PLAIN_LAYERS][PLAIN_WIDTH];
    for (size_t t = 0; t < p->T; t++) {
        b->loss += plain_loss(net, p->z[net->L][t], label, delta[net->L]) / (double)p->T;
        for (size_t k = 0; k < CLASSES; k++) delta[net->L][k] /= (double)p->T;
        for (size_t l = net->L - 1; l >= 1; l--)
            for (size_t j = 0; j < net->n[l]; j++) {
                delta[l][j] = 0;
                for (size_t k = 0; k < net->n[l + 1]; k++)
                    delta[l][j] += p->psi[l][t][j] * plain_weight(net, l + 1, k, j) * delta[l + 1][k];
            }
        for (size_t l = 1; l <= net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++)
                for (size_t i = 0; i < net->n[l - 1]; i++)
                    b->expected[l][j][i] += delta[l][j] * p->trace[l - 1][t][i];
    }
}

Test(ottt, equals_plain_loops)
{
    static const int resets[] = {RESET_SOFT, RESET_NONE};
    for (int k = 0; k < 4; k++) {
        static struct plain_net p;
        struct bench b;
        begin(&b, 3, STEPS, resets[k % 2], READOUT_LAST, k / 2 ? LOSS_SQUARED : LOSS_CROSS_ENTROPY, 0.8);
        for (size_t c = 0; c < SAMPLES; c++) {
            plain_simulate(&p, &b.net, &b.batch, c, spiking.surrogate, 2, false);
            add_plain_ottt(&b, &p, b.batch.labels[batch_sample(&b.batch, c)]);
        }
        const double loss = online_through_time(&b, &spiking);
        cr_expect_float_eq(loss, b.loss, REAL_SELECT(1e-10, 1e-4) * loss);
        expect_plain(&b, "ottt");
        end(&b);
    }
}

/* With one step there is no time to go through: the gradient of backpropagation, at any depth. */
Test(ottt, one_step_equals_bptt)
{
    for (size_t hidden = 1; hidden <= 3; hidden++) {
        struct bench b;
        begin(&b, hidden, 1, RESET_SOFT, READOUT_LAST, LOSS_CROSS_ENTROPY, 0.8);
        const double loss = online_through_time(&b, &spiking);
        const double expected = backpropagate(&b, 1, false, b.other);
        cr_expect_float_eq(loss, expected, REAL_SELECT(1e-10, 1e-4) * expected);
        for (size_t l = 1; l <= b.net.L; l++) cr_expect_lt(distance(&b, l), REAL_SELECT(1e-11, 1e-4));
        end(&b);
    }
}

/* Without leak only the step itself counts, and the gradient of each step's loss is that of backpropagation
 * with the reset detached over the steps up to it: their mean is the rule's gradient, at any depth. */
Test(ottt, without_leak_equals_the_mean_of_bptt_over_prefixes)
{
    struct bench b;
    begin(&b, 3, STEPS, RESET_SOFT, READOUT_LAST, LOSS_CROSS_ENTROPY, 1e-14);
    for (size_t l = 1; l < b.net.L; l++) /* so that all layers spike */
        for (size_t i = 0; i < b.net.n[l] * b.net.n[l - 1]; i++) b.net.W[l][i] *= R(4.0);
    online_through_time(&b, &spiking);
    for (size_t T = 1; T <= STEPS; T++) {
        static size_t start[(SAMPLES + SAMPLES) * STEPS + 1];
        const struct spikes whole = *b.batch.x;
        struct spikes prefix = {.n_inputs = INPUTS, .T = T, .n_samples = whole.n_samples};
        struct mem mem = {0};
        size_t entries = 0;
        prefix.start = start;
        prefix.index = mem_alloc(&mem, whole.start[whole.n_samples * STEPS], sizeof *prefix.index, NULL);
        prefix.value = mem_reals(&mem, whole.start[whole.n_samples * STEPS], NULL);
        cr_assert_leq(whole.n_samples, 2 * SAMPLES);
        for (size_t n = 0; n < whole.n_samples; n++)
            for (size_t t = 0; t < T; t++) {
                start[n * T + t] = entries;
                for (size_t k = whole.start[n * STEPS + t]; k < whole.start[n * STEPS + t + 1]; k++) {
                    prefix.index[entries] = whole.index[k];
                    prefix.value[entries++] = spikes_value(&whole, k);
                }
            }
        start[whole.n_samples * T] = entries;
        b.batch.x = &prefix;
        backpropagate(&b, T, true, b.other); /* adds */
        b.batch = dataset_batch(&b.data, SPLIT_TRAIN);
        mem_free(&mem);
    }
    for (size_t l = 1; l <= b.net.L; l++) {
        for (size_t i = 0; i < b.net.n[l] * b.net.n[l - 1]; i++) b.other[l][i] /= STEPS;
        cr_expect_lt(distance(&b, l), REAL_SELECT(1e-10, 1e-3), "layer %zu: %g", l, distance(&b, l));
    }
    end(&b);
}

/* ---- decolle ------------------------------------------------------------------------------------------- */

static double local_learning(struct bench *b, const struct online_rule *rule, double *local)
{
    struct decolle_work w;
    cr_assert_eq(decolle_work_create(&w, &b->net, SAMPLES, &b->mem, NULL), ST_OK);
    return decolle_block(&w, &b->net, &b->batch, 0, SAMPLES, rule, b->B, local, b->gradient);
}

/* The local loss of layer l over one sample, and what it adds to the gradient (NULL: nothing). */
static double plain_local(const struct bench *b, const struct plain_net *p, size_t l, int label,
                          double (*gradient)[PLAIN_WIDTH])
{
    const struct net *net = p->net;
    double sum = 0;
    for (size_t t = 0; t < p->T; t++) {
        double y[PLAIN_WIDTH] = {0}, d[PLAIN_WIDTH];
        for (size_t k = 0; k < CLASSES; k++)
            for (size_t j = 0; j < net->n[l]; j++)
                y[k] += (double)b->B[l][j * CLASSES + k] * p->trace[l][t][j];
        sum += plain_loss(net, y, label, d) / (double)p->T;
        for (size_t j = 0; gradient && j < net->n[l]; j++) {
            double back = 0;
            for (size_t k = 0; k < CLASSES; k++) back += (double)b->B[l][j * CLASSES + k] * d[k];
            for (size_t i = 0; i < net->n[l - 1]; i++)
                gradient[j][i] += p->psi[l][t][j] * back / (double)p->T * p->trace[l - 1][t][i];
        }
    }
    return sum;
}

Test(decolle, equals_plain_loops)
{
    for (int readout = 0; readout < 2; readout++) {
        static struct plain_net p;
        struct bench b;
        double local[NET_MAX_LAYERS + 1] = {0}, expected[NET_MAX_LAYERS + 1] = {0};
        begin(&b, 3, STEPS, RESET_SOFT, readout, LOSS_CROSS_ENTROPY, 0.8);
        for (size_t c = 0; c < SAMPLES; c++) {
            const int label = b.batch.labels[batch_sample(&b.batch, c)];
            plain_simulate(&p, &b.net, &b.batch, c, spiking.surrogate, 2, false);
            add_plain_eprop(&b, &p, label, true); /* for the readout's own gradient, and the loss */
        }
        for (size_t l = 1; l < b.net.L; l++) {
            memset(b.expected[l], 0, sizeof b.expected[l]);
            for (size_t c = 0; c < SAMPLES; c++) {
                plain_simulate(&p, &b.net, &b.batch, c, spiking.surrogate, 2, false);
                expected[l] +=
                    plain_local(&b, &p, l, b.batch.labels[batch_sample(&b.batch, c)], b.expected[l]);
            }
        }
        const double loss = local_learning(&b, &spiking, local);
        cr_expect_float_eq(loss, b.loss, REAL_SELECT(1e-10, 1e-4) * loss);
        for (size_t l = 1; l < b.net.L; l++)
            cr_expect_float_eq(local[l], expected[l], REAL_SELECT(1e-10, 1e-4) * expected[l]);
        expect_plain(&b, "decolle");
        end(&b);
    }
}

static double smooth_local(const struct bench *b, const struct online_rule *rule, size_t l)
{
    static struct plain_net p;
    double sum = 0;
    for (size_t c = 0; c < SAMPLES; c++) {
        plain_simulate(&p, &b->net, &b->batch, c, rule->surrogate, (double)rule->slope, true);
        sum += plain_local(b, &p, l, b->batch.labels[batch_sample(&b->batch, c)], NULL);
    }
    return sum;
}

/* With one step the rule is the derivative of the layer's own loss, in that layer's weights: here of the
 * smooth network, by finite differences. */
Test(decolle, one_step_descends_the_local_loss)
{
    struct bench b;
    const struct online_rule rule = {&surrogates[0], R(1.5), true};
    double local[NET_MAX_LAYERS + 1] = {0};
    const real h = REAL_SELECT(R(1e-5), R(1e-2));
    begin(&b, 2, 1, RESET_SOFT, READOUT_LAST, LOSS_SQUARED, 0.8);
    local_learning(&b, &rule, local);
    for (size_t l = 1; l < b.net.L; l++) {
        cr_expect_float_eq(local[l], smooth_local(&b, &rule, l), REAL_SELECT(1e-10, 1e-4) * local[l]);
        for (size_t i = 0; i < b.net.n[l] * b.net.n[l - 1]; i++) {
            const real old = b.net.W[l][i];
            b.net.W[l][i] = old + h;
            const double up = smooth_local(&b, &rule, l);
            b.net.W[l][i] = old - h;
            const double down = smooth_local(&b, &rule, l);
            b.net.W[l][i] = old;
            b.other[l][i] = (real)((up - down) / (2 * (double)h));
        }
        cr_expect_lt(distance(&b, l), REAL_SELECT(1e-6, 2e-2), "layer %zu: %g", l, distance(&b, l));
    }
    end(&b);
}

/* ---- memory -------------------------------------------------------------------------------------------- */

/* Bytes that a trainer takes for samples of T steps. */
static size_t bytes_for(const char *solver, const char *option, size_t T)
{
    struct toy_training t = {.state = NULL};
    struct mem mem = {.reserve = true};
    void *state;
    toy_data_create(&t.data, 40, T, INPUTS, CLASSES, 4);
    toy_training_create(&t, solver);
    t.net_options.hidden = (struct int_list){2, {24, 9}};
    if (option[0]) toy_training_set_all(&t, option);
    toy_training_init(&t, 2);
    const struct shapes shapes = {&t.net, &t.net_options, &t.data.info, 2, 1};
    cr_assert_eq(t.solver->create(t.solver, &state, t.options, &shapes, &mem, NULL), ST_OK);
    const size_t bytes = mem.bytes;
    mem_free(&mem);
    toy_training_free(&t);
    return bytes;
}

Test(online, memory_does_not_grow_with_the_steps)
{
    static const char *const flat[][2] = {{"eprop", ""},
                                          {"eprop", "feedback=random detach_reset=false"},
                                          {"ottt", ""},
                                          {"decolle", ""},
                                          {"decolle", "optimizer=muon"}};
    for (size_t k = 0; k < sizeof flat / sizeof *flat; k++) {
        const size_t once = bytes_for(flat[k][0], flat[k][1], 5),
                     four = bytes_for(flat[k][0], flat[k][1], 20);
        cr_expect_eq(once, four, "%s %s: %zu and %zu bytes", flat[k][0], flat[k][1], once, four);
    }
    const size_t once = bytes_for("bptt", "", 5), four = bytes_for("bptt", "", 20);
    cr_expect_gt(four, 2 * once, "bptt: %zu and %zu bytes", once, four);
}
