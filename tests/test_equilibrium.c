/* Rates at their equilibrium and gradients through it (ide, spide), against plain loops in double precision,
 * finite differences and LAPACK. */
#include "baselines/equilibrium.h"
#include "support/lapack.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

void REAL_SELECT(dgesvd_, sgesvd_)(const char *jobu, const char *jobvt, const int *m, const int *n, real *a,
                                   const int *lda, real *s, real *u, const int *ldu, real *vt,
                                   const int *ldvt, real *work, const int *lwork, int *info, size_t, size_t);

enum { INPUTS = 6, SAMPLES = 12, CLASSES = 3, WIDTH = 16, WIDEST = 20, LAYERS = 3, BLOCKS = 6 };
/* Of the plain loops: each halves the error, so that what is left is below the last bit of a double. */
enum { ITERATIONS = 60 };

struct bench {
    struct mem mem;
    struct net net;
    struct spikes x;
    int labels[SAMPLES];
    struct batch batch;
    struct equilibrium work;
    real *gradient[BLOCKS], *other[BLOCKS];
};

/* Largest singular value. */
static double spectral_norm(size_t n, const real *R)
{
    static real a[WIDEST * WIDEST], s[WIDEST], none[1], work[20 * WIDEST];
    const int order = (int)n, one = 1, size = 20 * WIDEST;
    int info;
    memcpy(a, R, n * n * sizeof *a);
    REAL_SELECT(dgesvd_, sgesvd_)
    ("N", "N", &order, &order, a, &order, s, none, &one, none, &one, work, &size, &info, 1, 1);
    cr_assert_eq(info, 0);
    return (double)s[0];
}

/* Steady inputs in [0, 1]. */
static void steady_inputs(struct bench *b, size_t T, struct rng *rng)
{
    struct spikes_builder build;
    cr_assert_eq(spikes_begin(&build, INPUTS, T, SAMPLES, NULL), ST_OK);
    for (size_t c = 0; c < SAMPLES; c++) {
        double value[INPUTS];
        for (size_t i = 0; i < INPUTS; i++) value[i] = rng_uniform(rng);
        b->labels[c] = (int)(c % CLASSES);
        for (size_t t = 0; t < T; t++) {
            for (uint32_t i = 0; i < INPUTS; i++) cr_assert_eq(spikes_add(&build, i, value[i], NULL), ST_OK);
            cr_assert_eq(spikes_end_row(&build, NULL), ST_OK);
        }
    }
    cr_assert_eq(spikes_finish(&build, &b->x, &b->mem, NULL), ST_OK);
    b->batch = (struct batch){.x = &b->x, .n = SAMPLES, .labels = b->labels};
}

/* Threshold 2, no leak, recurrent weights of spectral norm 1: the source's. */
static void begin(struct bench *b, size_t hidden, size_t T)
{
    struct net_options o;
    struct rng rng;
    memset(b, 0, sizeof *b);
    rng_seed(&rng, 5, "equilibrium");
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){hidden, {WIDTH, 11}};
    o.leak = (struct real_list){1, {1}};
    o.threshold = (struct real_list){1, {2}};
    o.loss = LOSS_CROSS_ENTROPY;
    o.recurrent = o.self_connections = true;
    cr_assert_eq(net_create(&b->net, &o, INPUTS, CLASSES, &b->mem, NULL), ST_OK);
    steady_inputs(b, T, &rng);
    for (size_t k = 1; k <= b->net.blocks; k++) {
        const struct net_block block = net_block(&b->net, k);
        const double scale =
            k == b->net.L ? 6 / sqrt((double)block.cols) / (double)T : 6 / sqrt((double)block.cols);
        for (size_t i = 0; i < net_block_size(&b->net, k); i++)
            block.w[i] = (real)(scale * (rng_uniform(&rng) - 0.45));
        for (size_t i = 0; k > b->net.L && i == 0;) {
            const real norm = (real)spectral_norm(block.rows, block.w);
            for (; i < net_block_size(&b->net, k); i++) block.w[i] /= norm;
        }
        b->gradient[k] = mem_reals(&b->mem, net_block_size(&b->net, k), NULL);
        b->other[k] = mem_reals(&b->mem, net_block_size(&b->net, k), NULL);
    }
    cr_assert_eq(equilibrium_create(&b->work, &b->net, T, SAMPLES, &b->mem, NULL), ST_OK);
}

static void end(struct bench *b)
{
    mem_free(&b->mem);
}

/* ---- plain loops --------------------------------------------------------------------------------------- */

/* Weights in double, [k][to][from], and the equilibrium of one sample. */
struct plain {
    double w[BLOCKS][WIDTH][WIDTH], a[LAYERS + 1][WIDTH], kink;
};

static void plain_weights(struct plain *p, const struct net *net)
{
    for (size_t k = 1; k <= net->blocks; k++) {
        const struct net_block block = net_block(net, k);
        for (size_t i = 0; i < block.cols; i++)
            for (size_t j = 0; j < block.rows; j++) p->w[k][j][i] = (double)block.w[i * block.rows + j];
    }
}

static void plain_layer(struct plain *p, const struct net *net, size_t l)
{
    memset(p->a[l], 0, sizeof p->a[l]);
    for (int k = 0; k < ITERATIONS; k++) {
        double z[WIDTH];
        for (size_t j = 0; j < net->n[l]; j++) {
            z[j] = 0;
            for (size_t i = 0; i < net->n[l - 1]; i++) z[j] += p->w[l][j][i] * p->a[l - 1][i] / 2;
            for (size_t i = 0; i < net->n[l]; i++) z[j] += p->w[net->L + l][j][i] * p->a[l][i] / 2;
        }
        for (size_t j = 0; j < net->n[l]; j++) {
            p->a[l][j] = fmin(1, fmax(0, z[j]));
            if (k == ITERATIONS - 1) p->kink = fmin(p->kink, fmin(fabs(z[j]), fabs(z[j] - 1)));
        }
    }
}

/* Sets p->a, and returns the loss at scores O a, O = W_L T. */
static double plain_loss_of(struct plain *p, const struct bench *b, size_t c)
{
    const struct net *net = &b->net;
    double scores[CLASSES] = {0}, sum = 0;
    for (size_t i = 0; i < INPUTS; i++) p->a[0][i] = (double)b->x.value[c * b->x.T * INPUTS + i];
    for (size_t l = 1; l < net->L; l++) plain_layer(p, net, l);
    for (size_t k = 0; k < CLASSES; k++)
        for (size_t i = 0; i < net->n[net->L - 1]; i++)
            scores[k] += (double)b->x.T * p->w[net->L][k][i] * p->a[net->L - 1][i];
    for (size_t k = 0; k < CLASSES; k++) sum += exp(scores[k]);
    return log(sum) - scores[b->labels[c]];
}

static double plain_loss_of_all(struct plain *p, const struct bench *b)
{
    double sum = 0;
    for (size_t c = 0; c < SAMPLES; c++) sum += plain_loss_of(p, b, c);
    return sum;
}

/* The plain equilibrium, where gradients are taken. */
static void put_rates(struct bench *b, struct plain *p)
{
    p->kink = 1;
    plain_weights(p, &b->net);
    for (size_t c = 0; c < SAMPLES; c++) {
        plain_loss_of(p, b, c);
        for (size_t l = 0; l < b->net.L; l++)
            for (size_t i = 0; i < b->net.n[l]; i++) b->work.rate[l][c * b->net.n[l] + i] = (real)p->a[l][i];
    }
}

/* Of the hidden layers' matrices: cosine and relative distance of `gradient` to `other`. */
static void compare(const struct bench *b, double *cosine, double *distance)
{
    double product = 0, x2 = 0, y2 = 0, miss = 0;
    for (size_t k = 1; k <= b->net.blocks; k++)
        for (size_t i = 0; k != b->net.L && i < net_block_size(&b->net, k); i++) {
            const double x = (double)b->gradient[k][i], y = (double)b->other[k][i];
            product += x * y;
            x2 += x * x;
            y2 += y * y;
            miss += (x - y) * (x - y);
        }
    cr_assert_gt(y2, 1e-6);
    *cosine = product / sqrt(x2 * y2);
    *distance = sqrt(miss / y2);
}

/* ---- ide ----------------------------------------------------------------------------------------------- */

Test(equilibrium, gradient_equals_finite_differences)
{
    for (size_t hidden = 1; hidden <= 2; hidden++) {
        static struct plain p;
        struct bench b;
        const struct equilibrium_rule rule = {.steps = 60};
        const double h = 1e-5;
        begin(&b, hidden, 4);
        put_rates(&b, &p);
        cr_assert_gt(p.kink, 3e-4, "%g", p.kink);
        const double loss = equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &rule, b.gradient);
        cr_expect_float_eq(loss, plain_loss_of_all(&p, &b), REAL_SELECT(1e-12, 1e-5) * loss);
        for (size_t k = 1; k <= b.net.blocks; k++) {
            const struct net_block block = net_block(&b.net, k);
            double miss = 0, norm = 0;
            for (size_t i = 0; i < block.cols; i++)
                for (size_t j = 0; j < block.rows; j++) {
                    double *w = &p.w[k][j][i], kept = *w;
                    *w = kept + h;
                    const double up = plain_loss_of_all(&p, &b);
                    *w = kept - h;
                    const double slope = (up - plain_loss_of_all(&p, &b)) / (2 * h);
                    *w = kept;
                    miss += pow((double)b.gradient[k][i * block.rows + j] - slope, 2);
                    norm += slope * slope;
                }
            cr_assert_gt(norm, 1e-6);
            cr_expect_lt(sqrt(miss / norm), REAL_SELECT(1e-6, 1e-4), "%s: %g", block.name, sqrt(miss / norm));
        }
        end(&b);
    }
}

/* (I - R' M / theta) beta = g. */
Test(equilibrium, thirty_iterations_equal_lapack)
{
    struct bench b;
    const struct equilibrium_rule rule = {.steps = 30};
    begin(&b, 1, 4);
    const size_t n = WIDTH;
    for (size_t i = 0; i < n; i++) {
        b.work.g[i] = (real)sin(1.7 * (double)i);
        b.work.mask[i] = i % 4 ? R(1.0) : R(0.0);
    }
    equilibrium_solve(&b.work, &b.net, 1, 1, &rule);
    real a[WIDTH * WIDTH], beta[WIDTH], work[40 * WIDTH];
    const real *W = net_recurrent(&b.net, 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[j * n + i] = (i == j ? R(1.0) : R(0.0)) - W[i * n + j] * b.work.mask[j] / 2;
    memcpy(beta, b.work.g, sizeof beta);
    cr_assert_eq(lapack_gels(n, n, a, beta, work, 40 * WIDTH), 0);
    double miss = 0, feedback = 0;
    for (size_t i = 0; i < n; i++) {
        miss = fmax(miss, (double)fabs(beta[i] - b.work.beta[i]));
        feedback = fmax(feedback, (double)fabs(beta[i] - b.work.g[i]));
    }
    cr_expect_leq(miss, REAL_SELECT(1e-10, 1e-5), "%g", miss);
    cr_expect_gt(feedback, 0.1, "%g", feedback);
    end(&b);
}

/* All singular values of the recurrent weights are 1: each neuron feeds the next one. */
Test(equilibrium, recursion_is_a_good_part_of_the_gradient)
{
    static struct plain p;
    struct bench b;
    double cosine, distance;
    begin(&b, 1, 4);
    for (size_t i = 0; i < WIDTH; i++)
        for (size_t j = 0; j < WIDTH; j++)
            net_recurrent(&b.net, 1)[i * WIDTH + j] = j == (i + 1) % WIDTH ? R(1.0) : R(0.0);
    put_rates(&b, &p);
    equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &(struct equilibrium_rule){.steps = 0},
                         b.gradient);
    equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &(struct equilibrium_rule){.steps = 30},
                         b.other);
    compare(&b, &cosine, &distance);
    cr_expect_gt(distance, 0.2, "%g", distance);
    end(&b);
}

/* Without a leak the potential is all that is left over: rates come near as 1 / T. */
Test(equilibrium, distance_of_observed_rates_falls_as_one_over_T)
{
    static const size_t steps[] = {30, 100, 300, 1000, 3000};
    double least = INFINITY, most = 0;
    for (size_t k = 0; k < 5; k++) {
        static struct plain p;
        struct bench b;
        double squares = 0;
        begin(&b, 1, steps[k]);
        p.kink = 1;
        plain_weights(&p, &b.net);
        equilibrium_observe(&b.work, &b.net, &b.batch, 0, SAMPLES);
        equilibrium_point(&b.work, &b.net, SAMPLES);
        for (size_t c = 0; c < SAMPLES; c++) {
            plain_loss_of(&p, &b, c);
            for (size_t i = 0; i < WIDTH; i++) {
                squares += pow((double)b.work.rate[1][c * WIDTH + i] - p.a[1][i], 2);
                cr_expect_float_eq((double)b.work.point[1][c * WIDTH + i], p.a[1][i],
                                   REAL_SELECT(1e-12, 1e-3));
            }
        }
        const double product = (double)steps[k] * sqrt(squares / (SAMPLES * WIDTH));
        least = fmin(least, product);
        most = fmax(most, product);
        end(&b);
    }
    cr_expect_leq(most, 1.2 * least, "%g to %g", least, most);
}

/* ---- spide --------------------------------------------------------------------------------------------- */

Test(equilibrium, spikes_backwards_tend_to_the_gradient)
{
    static const struct {
        size_t steps;
        double cosine;
    } bars[] = {{30, 0.95}, {100, 0.99}, {300, 0.999}};
    static struct plain p;
    for (size_t k = 0; k < 3; k++) {
        struct bench b;
        double cosine, distance;
        const struct equilibrium_rule rule = {
            .spiking = true, .by_rates = true, .steps = bars[k].steps, .kappa = R(0.8), .threshold = R(0.5)};
        begin(&b, 1, 4);
        put_rates(&b, &p);
        equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &rule, b.gradient);
        equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &(struct equilibrium_rule){.steps = 60},
                             b.other);
        compare(&b, &cosine, &distance);
        cr_expect_geq(cosine, bars[k].cosine, "T_B %zu: %g, error %g", bars[k].steps, cosine, distance);
        cr_expect_lt(distance, 10 / (double)bars[k].steps, "T_B %zu: %g", bars[k].steps, distance);
        end(&b);
    }
}

/* At the rates of a simulation, which are above 0 where z is below and the other way round, the mask of ide
 * is what the backward neurons need to come near its gradient. */
Test(equilibrium, masks_by_rates_keep_spikes_from_the_gradient)
{
    static const double bars[] = {0.95, 0.99, 0.999};
    static const size_t steps[] = {30, 100, 300};
    for (size_t k = 0; k < 6; k++) {
        const bool by_rates = k >= 3;
        struct bench b;
        double cosine, distance;
        const struct equilibrium_rule rule = {.spiking = true,
                                              .by_rates = by_rates,
                                              .steps = steps[k % 3],
                                              .kappa = R(0.8),
                                              .threshold = R(0.5)};
        begin(&b, 1, 30);
        equilibrium_observe(&b.work, &b.net, &b.batch, 0, SAMPLES);
        equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &rule, b.gradient);
        equilibrium_gradient(&b.work, &b.net, &b.batch, 0, SAMPLES, &(struct equilibrium_rule){.steps = 60},
                             b.other);
        compare(&b, &cosine, &distance);
        if (by_rates)
            cr_expect_lt(cosine, 0.97, "T_B %zu: %g", rule.steps, cosine);
        else
            cr_expect_geq(cosine, bars[k], "T_B %zu: %g", rule.steps, cosine);
        end(&b);
    }
}

/* ---- training ------------------------------------------------------------------------------------------ */

static void train(struct toy_training *t, const char *solver, const char *options)
{
    memset(t, 0, sizeof *t);
    toy_data_create(&t->data, 60, 6, 9, 3, 4);
    toy_training_create(t, solver);
    toy_training_set_all(t, options);
    t->net_options.hidden = (struct int_list){2, {WIDEST, 15}};
    t->net_options.recurrent = true;
    t->net_options.recurrent_scale = 3;
    toy_training_init(t, 3);
}

/* From the start on, and after every step. */
Test(equilibrium, recurrent_weights_stay_a_contraction)
{
    static const char *const names[] = {"ide", "spide"};
    for (size_t i = 0; i < 2; i++) {
        struct toy_training t;
        train(&t, names[i], "contraction=0.4 lr=0.5");
        for (int k = 0; k < 4; k++) {
            for (size_t l = 1; l < 3; l++) {
                const double norm = spectral_norm(t.net.n[l], net_recurrent(&t.net, l));
                cr_expect_leq(norm, 0.4 * (1 + 1e-3), "%s: %g", names[i], norm);
                if (k == 0) cr_expect_geq(norm, 0.4 * (1 - 1e-3), "%s: %g", names[i], norm);
            }
            toy_training_step(&t);
        }
        toy_training_free(&t);
    }
}

/* Two hidden layers of 20 and 15, 9 inputs and 3 classes, by hand. */
Test(equilibrium, operations_by_hand)
{
    struct toy_training t;
    const struct equilibrium_rule iterated = {.steps = 30};
    struct equilibrium_rule spiking = {.spiking = true, .by_rates = true, .steps = 7};
    train(&t, "ide", "");
    cr_expect_eq(equilibrium_macs(&t.net, &iterated), 2 * 180 + 3 * 300 + 2 * 45 + 32 * (400 + 225));
    cr_expect_eq(equilibrium_macs(&t.net, &spiking), 180 + 2 * 300 + 2 * 45 + 8 * (400 + 225));
    spiking.by_rates = false;
    cr_expect_eq(equilibrium_macs(&t.net, &spiking), 2 * 180 + 3 * 300 + 2 * 45 + 9 * (400 + 225));
    toy_training_free(&t);
}
