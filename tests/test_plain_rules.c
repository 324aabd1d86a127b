/* Epochs of lfp, forward_forward and forward_mode against plain loops over samples, steps and units, written
 * from docs/method.md, section 7. One mini-batch holds all samples and the optimizer is sgd, so that the
 * weights move by the learning rate times the mean direction. */
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

enum { N = 5, T = 6, INPUTS = 6, WIDTH = 8, LAYERS = 3 };
static const double rate = 0.25, same = REAL_SELECT(1e-11, 1e-4);
#define SGD "optimizer=sgd momentum=0 lr=0.25 batch=100 "

struct plain_net {
    size_t L, n[LAYERS + 1];
    double leak, theta;
    int reset, readout, label[N];
    double W[LAYERS + 1][WIDTH][WIDTH];
    double z[LAYERS + 1][T][N][WIDTH], a[LAYERS + 1][T][N][WIDTH]; /* a[0]: the inputs */
    double score[N][WIDTH], direction[LAYERS + 1][WIDTH][WIDTH];   /* direction: mean over the samples */
};

struct rule_case {
    int reset, readout, kind;
    char options[200];
};

static void begin(struct toy_training *t, struct plain_net *p, const char *solver, const struct rule_case *c,
                  size_t classes)
{
    memset(t, 0, sizeof *t);
    memset(p, 0, sizeof *p);
    toy_data_create(&t->data, N, T, INPUTS, classes, 8);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){2, {7, 5}};
    t->net_options.start = START_KAIMING;
    t->net_options.reset = c->reset;
    t->net_options.readout = c->readout;
    t->net_options.loss = LOSS_CROSS_ENTROPY;
    p->leak = 0.8;
    t->net_options.leak = (struct real_list){1, {p->leak}};
    p->theta = 0.6;
    t->net_options.threshold = (struct real_list){1, {p->theta}};
    toy_training_set_all(t, c->options);
    toy_training_init(t, 3);
    p->L = t->net.L;
    p->reset = c->reset;
    p->readout = c->readout;
    const struct spikes *x = &t->data.x[SPLIT_TRAIN];
    for (size_t s = 0; s < N; s++) {
        p->label[s] = t->data.labels[SPLIT_TRAIN][s];
        for (size_t step = 0; step < T; step++)
            for (size_t k = x->start[s * T + step]; k < x->start[s * T + step + 1]; k++)
                p->a[0][step][s][x->index[k]] = (double)spikes_value(x, k);
    }
    for (size_t l = 0; l <= p->L; l++) {
        p->n[l] = t->net.n[l];
        for (size_t i = 0; l > 0 && i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) p->W[l][i][j] = (double)t->net.W[l][j * p->n[l] + i];
    }
}

static double spike(double x)
{
    return x > 0 ? 1 : 0;
}

static double surrogate(double x, double k)
{
    return k / (2 * (1 + k * fabs(x)) * (1 + k * fabs(x)));
}

/* One layer of one sample from a[l-1]. */
static void simulate_layer(struct plain_net *p, size_t l, size_t s)
{
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < p->n[l]; i++) {
            double z = 0, old = t > 0 ? p->z[l][t - 1][s][i] : 0, reset = t > 0 ? p->a[l][t - 1][s][i] : 0;
            if (l == p->L) reset = 0;
            for (size_t j = 0; j < p->n[l - 1]; j++) z += p->W[l][i][j] * p->a[l - 1][t][s][j];
            z += p->reset == RESET_HARD ? p->leak * old * (1 - reset) : p->leak * old;
            if (p->reset == RESET_SOFT) z -= p->theta * reset;
            p->z[l][t][s][i] = z;
            p->a[l][t][s][i] = spike(z - p->theta);
        }
}

static void simulate(struct plain_net *p)
{
    memset(p->score, 0, sizeof p->score);
    for (size_t s = 0; s < N; s++) {
        for (size_t l = 1; l <= p->L; l++) simulate_layer(p, l, s);
        for (size_t t = 0; t < T; t++)
            for (size_t k = 0; k < p->n[p->L]; k++) {
                if (p->readout == READOUT_MEAN) p->score[s][k] += p->z[p->L][t][s][k] / T;
                if (p->readout == READOUT_LAST && t + 1 == T) p->score[s][k] = p->z[p->L][t][s][k];
            }
    }
}

/* Weights after an epoch: W - rate direction. */
static void expect_moved(const struct toy_training *t, const struct plain_net *p, size_t layers,
                         const char *what)
{
    double length = 0;
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) {
                double by = l <= layers ? rate * p->direction[l][i][j] : 0;
                double expected = p->W[l][i][j] - by, value = (double)t->net.W[l][j * p->n[l] + i];
                length += by * by;
                cr_expect_lt(fabs(value - expected), same * (1 + fabs(by)),
                             "%s, layer %zu (%zu, %zu): %g, not %g", what, l, i, j, value, expected);
            }
    cr_expect_gt(length, 1e-4, "%s: the example must move", what);
}

/* ---- lfp ------------------------------------------------------------------------------------------------
 */

enum { SOFTMAX, ERROR, MISCLASSIFIED };

static void output_rewards(const struct plain_net *p, size_t s, int kind, double *r)
{
    const size_t K = p->n[p->L], y = (size_t)p->label[s];
    double sum = 0;
    size_t rival = y == 0 ? 1 : 0;
    for (size_t k = 0; k < K; k++) {
        sum += exp(p->score[s][k]);
        if (k != y && p->score[s][k] > p->score[s][rival]) rival = k;
    }
    for (size_t k = 0; k < K; k++) {
        r[k] = (k == y) - (kind == SOFTMAX ? exp(p->score[s][k]) / sum : p->score[s][k]);
        if (kind == MISCLASSIFIED) r[k] = 0;
    }
    if (kind != MISCLASSIFIED || p->score[s][rival] < p->score[s][y]) return;
    r[y] = 1;
    r[rival] = -1;
}

/* Rewards of all potentials of a sample, from the readout down, and what the weights receive. */
static void lfp_sample(struct plain_net *p, size_t s, int kind, bool magnitude, double epsilon)
{
    static double r[LAYERS + 1][T][WIDTH];
    double out[WIDTH];
    memset(r, 0, sizeof r);
    output_rewards(p, s, kind, out);
    for (size_t t = 0; t < T; t++)
        for (size_t k = 0; k < p->n[p->L]; k++) {
            if (p->readout == READOUT_MEAN) r[p->L][t][k] = out[k] / T;
            if (p->readout == READOUT_LAST && t + 1 == T) r[p->L][t][k] = out[k];
        }
    for (size_t l = p->L; l >= 1; l--)
        for (size_t t = T; t-- > 0;)
            for (size_t i = 0; i < p->n[l]; i++) {
                double u = t > 0 ? p->z[l][t - 1][s][i] : 0, h = p->z[l][t][s][i];
                if (t > 0 && l < p->L && p->reset == RESET_SOFT) h += p->theta * p->a[l][t - 1][s][i];
                double share = r[l][t][i] / (fabs(u) + fabs(h - u) + epsilon);
                if (t > 0) r[l][t - 1][i] += p->leak * (l == p->L || magnitude ? fabs(u) : u) * share;
                for (size_t j = 0; j < p->n[l - 1]; j++) {
                    double a = p->a[l - 1][t][s][j], w = p->W[l][i][j];
                    p->direction[l][i][j] -= fabs(w) * a * share / N;
                    r[l - 1][t][j] += a * w * share;
                }
            }
}

ParameterizedTestParameters(plain_rules, lfp)
{
    static struct rule_case list[24];
    static const char *const kinds[] = {"softmax", "error", "misclassified"};
    size_t n = 0;
    for (int kind = 0; kind < 3; kind++)
        for (int reset = RESET_SOFT; reset <= RESET_NONE; reset += RESET_NONE - RESET_SOFT)
            for (int readout = 0; readout < 2; readout++)
                for (int magnitude = 0; magnitude < 2; magnitude++) {
                    struct rule_case *c = &list[n++];
                    *c = (struct rule_case){reset, readout, 2 * kind + magnitude, ""};
                    snprintf(c->options, sizeof c->options, SGD "epsilon=0.02 reward=%s carry=%s",
                             kinds[kind], magnitude ? "magnitude" : "signed");
                }
    return cr_make_param_array(struct rule_case, list, n);
}
ParameterizedTest(struct rule_case *c, plain_rules, lfp)
{
    struct toy_training t;
    struct plain_net p;
    begin(&t, &p, "lfp", c, 3);
    simulate(&p);
    for (size_t s = 0; s < N; s++) lfp_sample(&p, s, c->kind / 2, c->kind % 2 == 1, 0.02);
    toy_training_step(&t);
    expect_moved(&t, &p, p.L, c->options);
    toy_training_free(&t);
}

/* ---- forward_forward ------------------------------------------------------------------------------------
 */

enum { SOFTPLUS, SWISH, WITH_DATA = 2, DETACHED = 4 };

/* d loss / d goodness of the positive (0) and the negative (1) sample. */
static void goodness_slopes(int kind, double sharpness, double threshold, const double g[2], double d[2])
{
    if (kind == SWISH) {
        double x = sharpness * (g[1] - g[0]), sigma = 1 / (1 + exp(-x));
        d[1] = sharpness * (sigma + x * sigma * (1 - sigma));
        d[0] = -d[1];
        return;
    }
    d[0] = -sharpness / (1 + exp(-sharpness * (threshold - g[0])));
    d[1] = sharpness / (1 + exp(-sharpness * (g[1] - threshold)));
}

/* Adds what sample s, simulated in layer l, gives to the direction: d the slope of the loss in its goodness.
 */
static void local_gradient(struct plain_net *p, size_t l, size_t s, double d, bool detached)
{
    for (size_t i = 0; i < p->n[l]; i++) {
        double count = 0, dz[T + 1] = {0};
        for (size_t t = 0; t < T; t++) count += p->a[l][t][s][i];
        for (size_t t = T; t-- > 0;) {
            double da = d * 2 * count / ((double)p->n[l] * T), z = p->z[l][t][s][i], a = p->a[l][t][s][i];
            double stays = p->leak * dz[t + 1], through = detached ? 0 : dz[t + 1];
            if (p->reset == RESET_SOFT) da -= p->theta * through;
            if (p->reset == RESET_HARD) da -= p->leak * z * through;
            if (p->reset == RESET_HARD) stays *= 1 - a;
            dz[t] = stays + surrogate(z - p->theta, 2) * da;
            for (size_t j = 0; j < p->n[l - 1]; j++)
                p->direction[l][i][j] += dz[t] * p->a[l - 1][t][s][j] / N;
        }
    }
}

static double goodness(const struct plain_net *p, size_t l, size_t s)
{
    double sum = 0;
    for (size_t i = 0; i < p->n[l]; i++) {
        double count = 0;
        for (size_t t = 0; t < T; t++) count += p->a[l][t][s][i];
        sum += count * count / T;
    }
    return sum / (double)p->n[l];
}

/* The spikes of layer l of sample s at a root mean square rate of `wanted`. */
static void normalise(struct plain_net *p, size_t l, size_t s, double wanted)
{
    double q = sqrt(goodness(p, l, s) / T);
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < p->n[l]; i++) p->a[l][t][s][i] *= q > 0 ? wanted / q : 0;
}

/* Embeds a label with current 1.5 into the inputs of sample s. */
static void embed(struct plain_net *p, size_t s, int label, bool with_data)
{
    for (size_t t = 0; t < T; t++)
        for (size_t k = 0; k < p->n[p->L]; k++) {
            if (!with_data) p->a[0][t][s][k] = 0;
            if ((int)k == label) p->a[0][t][s][k] += 1.5;
        }
}

ParameterizedTestParameters(plain_rules, forward_forward)
{
    static struct rule_case list[24];
    size_t n = 0;
    for (int reset = 0; reset < 3; reset++)
        for (int kind = 0; kind < 8; kind++) {
            struct rule_case *c = &list[n++];
            *c = (struct rule_case){reset, READOUT_LAST, kind, ""};
            snprintf(c->options, sizeof c->options,
                     SGD "slope=2 sharpness=1.7 label_scale=1.5 label_only=%d detach_reset=%d %s",
                     !(kind & WITH_DATA), !!(kind & DETACHED), kind & SWISH ? "loss=swish" : "threshold=0.8");
        }
    return cr_make_param_array(struct rule_case, list, n);
}
ParameterizedTest(struct rule_case *c, plain_rules, forward_forward)
{
    struct toy_training t;
    static struct plain_net p, pair[2];
    begin(&t, &p, "forward_forward", c, 2); /* of two classes the wrong one is no draw */
    for (int k = 0; k < 2; k++) {
        pair[k] = p;
        for (size_t s = 0; s < N; s++)
            embed(&pair[k], s, k == 0 ? p.label[s] : 1 - p.label[s], (c->kind & WITH_DATA) != 0);
    }
    for (size_t s = 0; s < N; s++)
        for (size_t l = 1; l < p.L; l++) {
            double g[2], d[2];
            for (int k = 0; k < 2; k++) {
                simulate_layer(&pair[k], l, s);
                g[k] = goodness(&pair[k], l, s);
            }
            goodness_slopes(c->kind & SWISH, 1.7, 0.8, g, d);
            for (int k = 0; k < 2; k++) {
                local_gradient(&pair[k], l, s, d[k], (c->kind & DETACHED) != 0);
                normalise(&pair[k], l, s, 0.15);
            }
        }
    for (size_t l = 1; l < p.L; l++)
        for (size_t i = 0; i < p.n[l]; i++)
            for (size_t j = 0; j < p.n[l - 1]; j++)
                p.direction[l][i][j] = pair[0].direction[l][i][j] + pair[1].direction[l][i][j];
    toy_training_step(&t);
    expect_moved(&t, &p, p.L - 1, c->options);
    toy_training_free(&t);
}

/* ---- forward_mode ---------------------------------------------------------------------------------------
 */

/* Mean over the samples of the cross-entropy. */
static double mean_loss(struct plain_net *p)
{
    double sum = 0;
    simulate(p);
    for (size_t s = 0; s < N; s++) {
        double all = 0;
        for (size_t k = 0; k < p->n[p->L]; k++) all += exp(p->score[s][k]);
        sum += log(all) - p->score[s][p->label[s]];
    }
    return sum / N;
}

/* d mean_loss along `direction`, the spike's derivative being the surrogate's: a tangent of every potential.
 */
static double tangent(struct plain_net *p, bool detached)
{
    static double dz[LAYERS + 1][T][WIDTH], da[LAYERS + 1][T][WIDTH];
    double sum = 0;
    simulate(p);
    memset(da, 0, sizeof da);
    for (size_t s = 0; s < N; s++) {
        double all = 0;
        for (size_t k = 0; k < p->n[p->L]; k++) all += exp(p->score[s][k]);
        for (size_t t = 0; t < T; t++)
            for (size_t l = 1; l <= p->L; l++)
                for (size_t i = 0; i < p->n[l]; i++) {
                    double d = 0, last = t > 0 ? dz[l][t - 1][i] : 0, reset = 0, a = 0, z = 0;
                    if (t > 0 && l < p->L) {
                        reset = detached ? 0 : da[l][t - 1][i];
                        a = p->a[l][t - 1][s][i];
                        z = p->z[l][t - 1][s][i];
                    }
                    for (size_t j = 0; j < p->n[l - 1]; j++)
                        d += p->direction[l][i][j] * p->a[l - 1][t][s][j] + p->W[l][i][j] * da[l - 1][t][j];
                    if (p->reset == RESET_SOFT) d += p->leak * last - p->theta * reset;
                    if (p->reset == RESET_HARD) d += p->leak * ((1 - a) * last - z * reset);
                    if (p->reset == RESET_NONE) d += p->leak * last;
                    dz[l][t][i] = d;
                    da[l][t][i] = surrogate(p->z[l][t][s][i] - p->theta, 2) * d;
                    if (l < p->L || (p->readout == READOUT_LAST && t + 1 < T)) continue;
                    double slope = exp(p->score[s][i]) / all - ((int)i == p->label[s]);
                    sum += slope * d / N / (p->readout == READOUT_MEAN ? T : 1);
                }
    }
    return sum;
}

/* The loss with the weights moved along `direction`. */
static double moved_loss(const struct plain_net *p, double by)
{
    static struct plain_net moved;
    moved = *p;
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) moved.W[l][i][j] += by * p->direction[l][i][j];
    return mean_loss(&moved);
}

enum { JVP, JVP_DETACHED, PERTURBATION, N_ESTIMATORS };

ParameterizedTestParameters(plain_rules, forward_mode)
{
    static struct rule_case list[18];
    static const char *const kinds[] = {"slope=2", "slope=2 detach_reset=true",
                                        "estimator=weight_perturbation sigma=0.3"};
    size_t n = 0;
    for (int reset = 0; reset < 3; reset++)
        for (int readout = 0; readout < 2; readout++)
            for (int kind = 0; kind < N_ESTIMATORS; kind++) {
                struct rule_case *c = &list[n++];
                *c = (struct rule_case){reset, readout, kind, ""};
                snprintf(c->options, sizeof c->options, SGD "directions=1 %s", kinds[kind]);
            }
    return cr_make_param_array(struct rule_case, list, n);
}
/* With one direction v of entries +-1 the weights move by -rate d v, d the derivative along v. The movement
 * tells v up to its sign: along -movement the derivative must be the movement's size over the rate, and
 * positive. */
ParameterizedTest(struct rule_case *c, plain_rules, forward_mode)
{
    struct toy_training t;
    static struct plain_net p;
    begin(&t, &p, "forward_mode", c, 3);
    toy_training_step(&t);
    const double size = fabs((double)t.net.W[1][0] - p.W[1][0][0]);
    cr_assert_gt(size, 1e-4, "%s: the example must move", c->options);
    for (size_t l = 1; l <= p.L; l++)
        for (size_t i = 0; i < p.n[l]; i++)
            for (size_t j = 0; j < p.n[l - 1]; j++) {
                double by = (double)t.net.W[l][j * p.n[l] + i] - p.W[l][i][j];
                cr_expect_lt(fabs(fabs(by) - size), same, "%s: entries of one size", c->options);
                p.direction[l][i][j] = by > 0 ? -1 : 1;
            }
    double derivative = c->kind == PERTURBATION ? (moved_loss(&p, 0.3) - moved_loss(&p, -0.3)) / 0.6
                                                : tangent(&p, c->kind == JVP_DETACHED);
    cr_expect_lt(fabs(derivative - size / rate), REAL_SELECT(1e-11, 1e-4), "%s: %g, not %g", c->options,
                 size / rate, derivative);
    toy_training_free(&t);
}
