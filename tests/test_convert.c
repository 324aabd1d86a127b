/* Conversion: the analogue network's gradient against finite differences, and the three neurons against plain
 * loops and closed forms that share no code with them. */
#include "baselines/convert_neuron.h"
#include "tests/gradient_bench.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDEST = 24 };
static const bool is_double = sizeof(real) == 8;

static double plain_activation(enum activation kind, double x)
{
    if (kind == ACTIVATION_GELU) return x * 0.5 * (1 + erf(x / sqrt(2.0)));
    return x > 0 ? x : kind == ACTIVATION_LEAKY_RELU ? 0.1 * x : 0;
}

/* Mean over the steps of input i of sample n. */
static double plain_input(const struct spikes *x, size_t n, size_t i)
{
    double sum = 0;
    for (size_t k = x->start[n * x->T]; k < x->start[(n + 1) * x->T]; k++)
        if (x->index[k] == i) sum += x->value ? (double)x->value[k] : 1;
    return sum / (double)x->T;
}

/* y_j = sum_i W_l[j, i] h_i */
static void plain_product(const struct net *net, size_t l, const double *h, double *y)
{
    for (size_t j = 0; j < net->n[l]; j++) {
        y[j] = 0;
        for (size_t i = 0; i < net->n[l - 1]; i++) y[j] += (double)net->W[l][i * net->n[l] + j] * h[i];
    }
}

/* h[l][j] of all layers; h[L]: the scores. */
static void plain_forward(const struct net *net, const struct spikes *x, size_t n, enum activation kind,
                          double h[][WIDEST])
{
    for (size_t i = 0; i < net->n[0]; i++) h[0][i] = plain_input(x, n, i);
    for (size_t l = 1; l <= net->L; l++) {
        plain_product(net, l, h[l - 1], h[l]);
        for (size_t j = 0; l < net->L && j < net->n[l]; j++) h[l][j] = plain_activation(kind, h[l][j]);
    }
}

/* Sum of the cross-entropies of all samples. */
static double plain_loss(const struct bench *b, enum activation kind)
{
    double h[4][WIDEST], loss = 0;
    for (size_t n = 0; n < b->batch.n; n++) {
        double sum = 0;
        plain_forward(&b->net, b->batch.x, n, kind, h);
        for (size_t k = 0; k < b->net.n[3]; k++) sum += exp(h[3][k]);
        loss += log(sum) - h[3][b->batch.labels[n]];
    }
    return loss;
}

Test(convert, gradient_equals_finite_differences)
{
    const double step = is_double ? 1e-6 : 1e-3, tolerance = is_double ? 1e-6 : 5e-3;
    for (int kind = 0; activation_names[kind]; kind++) {
        struct bench b;
        struct ann ann;
        real *gradient[NET_MAX_LAYERS + 1] = {NULL};
        const struct activation_function f = {(enum activation)kind, 0.1};
        bench_begin(&b, 12, 3, 6, 3);
        cr_assert_eq(ann_create(&ann, &b.net, 12, &b.mem, NULL), ST_OK);
        for (size_t l = 1; l <= 3; l++) gradient[l] = mem_reals(&b.mem, b.net.n[l] * b.net.n[l - 1], NULL);
        const double loss = ann_gradient(&ann, &b.net, &f, &b.batch, 0, 12, gradient);
        cr_expect_float_eq(loss, plain_loss(&b, f.kind), 1e-5 * loss);
        for (size_t l = 1; l <= 3; l++)
            for (size_t i = 0; i < b.net.n[l] * b.net.n[l - 1]; i++) {
                real *w = &b.net.W[l][i];
                const real kept = *w, up = (real)((double)kept + step), down = (real)((double)kept - step);
                *w = up;
                double difference = plain_loss(&b, f.kind);
                *w = down;
                difference = (difference - plain_loss(&b, f.kind)) / ((double)up - (double)down);
                *w = kept;
                cr_expect_float_eq((double)gradient[l][i], difference, tolerance * (1 + fabs(difference)),
                                   "%s, W_%zu[%zu]: %g, not %g", activation_names[kind], l, i,
                                   (double)gradient[l][i], difference);
            }
        bench_end(&b);
    }
}

/* The equations of signGD, sample by sample and neuron by neuron. */
static void plain_signgd(const struct net *net, const struct conversion *c, const struct spikes *x, size_t n,
                         double y[][WIDEST], double *spikes)
{
    double in[WIDEST], eta = c->first;
    memset(y, 0, 4 * sizeof *y);
    for (size_t i = 0; i < net->n[0]; i++) y[0][i] = plain_input(x, n, i);
    for (size_t t = 1; t <= c->steps; t++) {
        for (size_t l = 1; l < 3; l++) {
            plain_product(net, l, y[l - 1], in);
            for (size_t j = 0; j < net->n[l]; j++) {
                const int s = y[l][j] >= plain_activation(c->f.kind, in[j]) ? 1 : 0;
                y[l][j] += (double)c->A[l] * eta * (1 - 2 * s);
                spikes[l] += s;
            }
        }
        eta = c->decay > 0 ? eta * c->decay : c->first / (double)(t + 1);
    }
    plain_product(net, 3, y[2], y[3]);
}

Test(convert, signgd_equals_plain_loops)
{
    for (int kind = 0; is_double && activation_names[kind]; kind++)
        for (int geometric = 0; geometric < 2; geometric++) {
            struct bench b;
            struct converted_net converted;
            struct conversion c = {.f = {(enum activation)kind, 0.1},
                                   .steps = 40,
                                   .first = geometric ? 0.15 : 0.5,
                                   .decay = geometric ? 0.95 : 0,
                                   .A = {0, R(1.3), R(0.8)}};
            double y[4][WIDEST], spikes[3] = {0};
            bench_begin(&b, 12, 3, 6, 3);
            cr_assert_eq(converted_create(&converted, &b.net, 12, &b.mem, NULL), ST_OK);
            converted_simulate(&converted, &b.net, &c, &b.batch, 0, 12);
            for (size_t n = 0; n < 12; n++) {
                plain_signgd(&b.net, &c, b.batch.x, n, y, spikes);
                for (size_t l = 1; l <= 3; l++)
                    for (size_t j = 0; j < b.net.n[l]; j++)
                        cr_expect_float_eq((double)converted.ann.h[l][n * b.net.n[l] + j], y[l][j], 1e-9,
                                           "%s, layer %zu, neuron %zu", activation_names[kind], l, j);
            }
            for (size_t l = 1; l < 3; l++) cr_expect_eq(converted.spikes[l], spikes[l]);
            bench_end(&b);
        }
}

/* One neuron that is given x, and what it says. */
struct single {
    struct mem mem;
    struct toy_two_steps toy;
    struct converted_net converted;
};

static void single_begin(struct single *s)
{
    static const double v[2] = {1, 1};
    memset(s, 0, sizeof *s);
    toy_two_steps_create(&s->toy, 0, 1, v, &s->mem);
    cr_assert_eq(converted_create(&s->converted, &s->toy.net, 1, &s->mem, NULL), ST_OK);
}

static double single_value(struct single *s, struct conversion c, double x)
{
    c.A[1] = R(2.0);
    s->toy.net.W[1][0] = (real)x;
    converted_simulate(&s->converted, &s->toy.net, &c, &s->toy.batch, 0, 1);
    return (double)s->converted.ann.h[1][0];
}

Test(convert, signgd_error_is_geometric)
{
    struct single s;
    struct conversion c = {.f = {ACTIVATION_GELU, 0}, .first = 0.15, .decay = 0.95};
    double worst[2] = {0, 0};
    single_begin(&s);
    for (int k = 0; k < 2; k++)
        for (double x = -2; x <= 2; x += 0.01) {
            c.steps = k ? 128 : 64;
            const double error =
                fabs(single_value(&s, c, x) - plain_activation(ACTIVATION_GELU, (double)(real)x));
            worst[k] = error > worst[k] ? error : worst[k];
            cr_expect_leq(error, 2 * 0.15 * pow(0.95, (double)c.steps - 1) + 1e-6, "x = %g", x);
        }
    cr_expect_geq(worst[0] / worst[1], 15, "0.95^-64 is 26.6; %g", worst[0] / worst[1]);
    mem_free(&s.mem);
}

/* The rate after T steps is x/A rounded down to a multiple of 1/T, or to the nearest with half a threshold.
 */
Test(convert, rate_error_is_one_over_the_steps)
{
    struct single s;
    struct conversion c = {.neuron = CONVERT_RATE, .f = {ACTIVATION_LEAKY_RELU, 0.5}};
    single_begin(&s);
    for (int half = 0; half < 2; half++)
        for (size_t T = 4; T <= 64; T *= 2) {
            double worst = 0;
            c.half = half;
            c.steps = T;
            for (double x = -2; x <= 2; x += 0.00731) {
                const double f = x > 0 ? x : x / 2, A = 2, step = A / (double)T;
                const double wanted = copysign(step * floor(fabs(f) / step + (half ? 0.5 : 0)), f);
                const double y = single_value(&s, c, x);
                cr_expect_float_eq(y, wanted, 1e-5, "%zu steps, x = %g: %g, not %g", T, x, y, wanted);
                worst = fmax(worst, fabs(y - f));
            }
            cr_expect(worst <= (half ? 1 : 2) * 1.0 / (double)T + 1e-5 &&
                          worst >= (half ? 0.8 : 1.6) / (double)T,
                      "%zu steps: %g", T, worst);
        }
    mem_free(&s.mem);
}

/* |f| rounded down to A 2^-K, at most A (1 - 2^-K). */
Test(convert, few_spikes_round_down)
{
    struct single s;
    single_begin(&s);
    for (size_t K = 1; K <= 10; K++)
        for (int kind = 0; activation_names[kind]; kind++)
            for (double x = -3; x <= 3; x += 0.0173) {
                const struct conversion c = {
                    .neuron = CONVERT_FEW_SPIKES, .f = {(enum activation)kind, 0.1}, .steps = K};
                const double unit = 2.0 / (double)(1 << K), f = plain_activation(c.f.kind, (double)(real)x);
                const double y = single_value(&s, c, x),
                             wanted = fmin(floor(fabs(f) / unit) * unit, 2 - unit);
                cr_expect_float_eq(y, f < 0 ? -wanted : wanted, 1e-6, "K %zu, f %g: %g", K, f, y);
                size_t bits = 0;
                for (size_t left = (size_t)lround(wanted / unit); left > 0; left /= 2) bits += left % 2;
                cr_expect_eq(s.converted.spikes[1], (double)bits);
            }
    mem_free(&s.mem);
}

static void scores_of(const char *options, struct toy_training *t, real *scores)
{
    toy_data_create(&t->data, 80, 6, 12, 3, 4);
    toy_training_create(t, "convert");
    t->net_options.hidden = (struct int_list){2, {24, 9}};
    toy_training_set_all(t, options);
    toy_training_init(t, 2);
    struct operations counts;
    for (int k = 0; k < 5; k++) (void)toy_training_step(t);
    cr_assert_eq(t->solver->predict(t->state, &t->env.train, scores, &counts, NULL), ST_OK);
}

/* After the same training, conversions of many steps say what the analogue network says. */
Test(convert, many_steps_equal_the_analogue_network)
{
    static const char *const many[] = {"neuron=signgd steps=300", "neuron=rate steps=20000 membrane=zero",
                                       "neuron=few_spikes steps=24"};
    for (int k = 0; k < 3; k++) {
        struct toy_training a = {0}, b = {0};
        static real analogue[80 * 3], converted[80 * 3];
        double far = 0, largest = 0;
        scores_of("batch=20 neuron=analogue", &a, analogue);
        char options[100];
        (void)snprintf(options, sizeof options, "batch=20 %s", many[k]);
        scores_of(options, &b, converted);
        for (size_t i = 0; i < 3 * a.env.train.n; i++) {
            far = fmax(far, fabs((double)analogue[i] - (double)converted[i]));
            largest = fmax(largest, fabs((double)analogue[i]));
        }
        cr_expect_gt(largest, 0.1);
        cr_expect_leq(far, 2e-3 * largest, "%s: %g of %g", many[k], far, largest);
        toy_training_free(&a);
        toy_training_free(&b);
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The scale is the largest activation over the training samples, or what one in a thousand exceeds. */
Test(convert, scales_are_of_the_training_samples)
{
    for (int percentile = 0; is_double && percentile < 2; percentile++) {
        struct toy_training t = {0};
        static real scores[80 * 3];
        static double all[3][80 * WIDEST];
        double h[4][WIDEST], A[3] = {0}, wanted[3];
        scores_of(percentile ? "batch=20 neuron=few_spikes steps=3 scale=percentile"
                             : "batch=20 neuron=few_spikes steps=3",
                  &t, scores);
        const size_t N = t.env.train.n;
        for (size_t n = 0; n < N; n++) {
            plain_forward(&t.net, t.env.train.x, n, ACTIVATION_RELU, h);
            for (size_t l = 1; l < 3; l++) memcpy(all[l] + n * t.net.n[l], h[l], t.net.n[l] * sizeof(double));
        }
        for (size_t l = 1; l < 3; l++) {
            const size_t size = N * t.net.n[l];
            qsort(all[l], size, sizeof(double), ascending);
            A[l] = all[l][percentile ? (size_t)ceil(0.999 * (double)size) - 1 : size - 1];
        }
        for (size_t n = 0; n < N; n++) {
            for (size_t i = 0; i < t.net.n[0]; i++) h[0][i] = plain_input(t.env.train.x, n, i);
            for (size_t l = 1; l < 3; l++) {
                plain_product(&t.net, l, h[l - 1], h[l]);
                for (size_t j = 0; j < t.net.n[l]; j++)
                    h[l][j] = fmin(floor(8 * fmax(h[l][j], 0) / A[l]), 7) * A[l] / 8;
            }
            plain_product(&t.net, 3, h[2], wanted);
            for (size_t k = 0; k < 3; k++)
                cr_expect_float_eq((double)scores[n * 3 + k], wanted[k], 1e-9, "sample %zu", n);
        }
        toy_training_free(&t);
    }
}
