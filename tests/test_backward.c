/* Losses, spikes and gradients of spiking networks against plain loops over one sample and one weight after
 * another, in double precision: no product, list or vector of the library's. */
#include "baselines/backward.h"
#include "network/evaluate.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { SAMPLES = 7, FIRST = 2, C = 4, STEPS = 6, INPUTS = 23, CLASSES = 3, WIDEST = 40 };

struct shape {
    size_t hidden[3], depth;
    int reset, readout;
    double density, gain; /* of the inputs; of the weights: how much the hidden layers fire */
    bool detach, counts;  /* counts: inputs of other values than 1 */
};
ParameterizedTestParameters(backward, spiking_networks_equal_plain_loops)
{
    static struct shape shapes[3 * 2 * 4 * 2];
    size_t k = 0;
    for (int reset = 0; reset < 3; reset++)
        for (int readout = 0; readout < 2; readout++)
            for (int way = 0; way < 4; way++) /* inputs and hidden spikes by lists or by BLAS */
                for (int depth = 1; depth < 4; depth += 2)
                    shapes[k++] = (struct shape){
                        {17, 40, 9},     (size_t)depth,     reset,  readout, way & 1 ? 0.6 : 0.1,
                        way & 2 ? 9 : 4, (way + reset) % 2, way > 1};
    return cr_make_param_array(struct shape, shapes, k);
}

/* One sample: potentials and spikes of every layer and step, and back again. */
struct plain {
    const struct net *net;
    double x[STEPS][INPUTS];
    double z[5][STEPS][WIDEST], a[5][STEPS][WIDEST], dz[5][STEPS][WIDEST], scores[CLASSES];
};

static double below(const struct plain *p, size_t l, size_t t, size_t i)
{
    return l == 1 ? p->x[t][i] : p->a[l - 1][t][i];
}

static void plain_forward(struct plain *p)
{
    const struct net *net = p->net;
    const double leak = (double)net->lif[1].leak, theta = (double)net->lif[1].threshold;
    for (size_t l = 1; l <= net->L; l++)
        for (size_t t = 0; t < STEPS; t++)
            for (size_t j = 0; j < net->n[l]; j++) {
                double z = t ? leak * p->z[l][t - 1][j] : 0, a = t && l < net->L ? p->a[l][t - 1][j] : 0;
                if (net->lif[1].reset == RESET_HARD) z *= 1 - a;
                if (net->lif[1].reset == RESET_SOFT) z -= theta * a;
                for (size_t i = 0; i < net->n[l - 1]; i++)
                    z += (double)net->W[l][i * net->n[l] + j] * below(p, l, t, i);
                p->z[l][t][j] = z;
                p->a[l][t][j] = z > theta;
            }
    for (size_t k = 0; k < CLASSES; k++) {
        p->scores[k] = 0;
        for (size_t t = net->readout == READOUT_LAST ? STEPS - 1 : 0; t < STEPS; t++)
            p->scores[k] += p->z[net->L][t][k] / (net->readout == READOUT_LAST ? 1 : STEPS);
    }
}

/* d loss / d a of neuron i of layer l at step t, through the layer above. */
static double from_above(const struct plain *p, size_t l, size_t t, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < p->net->n[l + 1]; j++)
        sum += (double)p->net->W[l + 1][i * p->net->n[l + 1] + j] * p->dz[l + 1][t][j];
    return sum;
}

static void plain_backward(struct plain *p, const double *dscores, const struct backward_options *o,
                           double *const *gradient)
{
    const struct net *net = p->net;
    const double leak = (double)net->lif[1].leak, theta = (double)net->lif[1].threshold, k = (double)o->slope;
    for (size_t l = net->L; l >= 1; l--)
        for (size_t t = STEPS; t-- > 0;)
            for (size_t j = 0; j < net->n[l]; j++) {
                double next = t + 1 < STEPS ? p->dz[l][t + 1][j] : 0, dz = leak * next;
                if (l == net->L && net->readout == READOUT_LAST) dz += t + 1 == STEPS ? dscores[j] : 0;
                if (l == net->L && net->readout == READOUT_MEAN) dz += dscores[j] / STEPS;
                if (l < net->L) {
                    double da = from_above(p, l, t, j), d = 1 + k * fabs(p->z[l][t][j] - theta);
                    if (net->lif[1].reset == RESET_HARD) dz *= 1 - p->a[l][t][j];
                    if (!o->detach_reset && net->lif[1].reset == RESET_SOFT) da -= theta * next;
                    if (!o->detach_reset && net->lif[1].reset == RESET_HARD)
                        da -= leak * p->z[l][t][j] * next;
                    dz += k / (2 * d * d) * da;
                }
                p->dz[l][t][j] = dz;
                for (size_t i = 0; i < net->n[l - 1]; i++)
                    gradient[l][i * net->n[l] + j] += dz * below(p, l, t, i);
            }
}

static void draw_inputs(struct spikes *x, const struct shape *s, struct rng *rng, struct mem *m)
{
    struct spikes_builder b;
    cr_assert_eq(spikes_begin(&b, INPUTS, STEPS, SAMPLES, NULL), ST_OK);
    for (size_t row = 0; row < SAMPLES * STEPS; row++) {
        for (uint32_t i = 0; i < INPUTS; i++)
            if (rng_uniform(rng) < s->density)
                cr_assert_eq(spikes_add(&b, i, s->counts ? 1 + (double)rng_below(rng, 3) : 1, NULL), ST_OK);
        cr_assert_eq(spikes_end_row(&b, NULL), ST_OK);
    }
    cr_assert_eq(spikes_finish(&b, x, m, NULL), ST_OK);
}

static void create_net(struct net *net, const struct shape *s, struct rng *rng, struct mem *m)
{
    struct net_options o;
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden.n = s->depth;
    for (size_t l = 0; l < s->depth; l++) o.hidden.v[l] = (long)s->hidden[l];
    o.reset = s->reset;
    o.readout = s->readout;
    o.loss = LOSS_CROSS_ENTROPY;
    cr_assert_eq(net_create(net, &o, INPUTS, CLASSES, m, NULL), ST_OK);
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            net->W[l][i] = (real)(s->gain * (rng_uniform(rng) - 0.4) / sqrt((double)net->n[l - 1]));
}

static void take_sample(struct plain *p, const struct spikes *x, size_t sample)
{
    memset(p->x, 0, sizeof p->x);
    for (size_t t = 0; t < STEPS; t++)
        for (size_t k = x->start[sample * STEPS + t]; k < x->start[sample * STEPS + t + 1]; k++)
            p->x[t][x->index[k]] = (double)spikes_value(x, k);
}

/* The block's loss and gradient; returns the spikes of the hidden layers. */
static double plain_block(struct plain *p, const struct batch *b, const struct backward_options *o,
                          double *loss, double *const *gradient)
{
    double spikes = 0;
    *loss = 0;
    for (size_t c = 0; c < C; c++) {
        size_t sample = b->samples[FIRST + c];
        double sum = 0, dscores[CLASSES];
        take_sample(p, b->x, sample);
        plain_forward(p);
        for (size_t k = 0; k < CLASSES; k++) sum += exp(p->scores[k]);
        *loss += log(sum) - p->scores[b->labels[sample]];
        for (size_t k = 0; k < CLASSES; k++)
            dscores[k] = exp(p->scores[k]) / sum - ((int)k == b->labels[sample]);
        plain_backward(p, dscores, o, gradient);
        for (size_t l = 1; l < p->net->L; l++)
            for (size_t t = 0; t < STEPS; t++)
                for (size_t j = 0; j < p->net->n[l]; j++) spikes += p->a[l][t][j];
    }
    return spikes;
}

ParameterizedTest(struct shape *s, backward, spiking_networks_equal_plain_loops)
{
    static const size_t samples[SAMPLES] = {6, 1, 5, 0, 3, 2, 4};
    static const int labels[SAMPLES] = {0, 1, 2, 0, 1, 2, 0};
    static struct plain p;
    struct mem m = {0};
    struct rng rng;
    struct spikes x;
    struct net net;
    struct backward w;
    double loss, *expected[NET_MAX_LAYERS + 1] = {0}, counted[NET_MAX_LAYERS + 1] = {0}, spikes = 0;
    real *gradient[NET_MAX_LAYERS + 1] = {0};
    rng_seed(&rng, 12, "backward");
    draw_inputs(&x, s, &rng, &m);
    create_net(&net, s, &rng, &m);
    const struct batch b = {.x = &x, .samples = samples, .n = SAMPLES, .labels = labels};
    const struct backward_options o = {&surrogates[0], R(3.0), false, s->detach};
    for (size_t l = 1; l <= net.L; l++) {
        expected[l] = mem_alloc(&m, net.n[l] * net.n[l - 1], sizeof **expected, NULL);
        gradient[l] = mem_reals(&m, net.n[l] * net.n[l - 1], NULL);
        cr_assert(expected[l] && gradient[l]);
    }
    p.net = &net;
    double fired = plain_block(&p, &b, &o, &loss, expected);
    cr_assert_eq(backward_create(&w, &net, STEPS, C, &m, NULL), ST_OK);
    double got = backward_block(&w, &net, &b, FIRST, C, &o, gradient);
    net_simulate(&net, &b, FIRST, C, &w.trace, &(struct simulate_options){.spikes_out = counted});
    for (size_t l = 1; l < net.L; l++) spikes += counted[l];
    cr_expect(fired > 0 && spikes == fired, "%g spikes, not %g", spikes, fired);
    cr_expect_lt(fabs(got - loss), REAL_SELECT(1e-12, 1e-4) * loss, "loss %.17g, not %.17g", got, loss);
    for (size_t l = 1; l <= net.L; l++) {
        double miss = 0, norm = 0;
        for (size_t i = 0; i < net.n[l] * net.n[l - 1]; i++) {
            miss += pow((double)gradient[l][i] - expected[l][i], 2);
            norm += pow(expected[l][i], 2);
        }
        cr_expect_gt(norm, 0);
        cr_expect_lt(sqrt(miss / norm), REAL_SELECT(1e-12, 1e-4), "layer %zu: %g", l, sqrt(miss / norm));
    }
    mem_free(&m);
}
