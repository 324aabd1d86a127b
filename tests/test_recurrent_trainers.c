/* Trainers of recurrent networks, current-based synapses and neurons of each layer its own, against plain
 * loops; and who takes them at all. */
#include "baselines/eprop.h"
#include "baselines/forward_estimator.h"
#include "baselines/lfp.h"
#include "baselines/ottt.h"
#include "commands/registry.h"
#include "records/columns.h"
#include "tests/plain_net.h"
#include "tests/recurrent_bench.h"
#include "tests/toy_training.h"
#include "trainer/contract.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const struct online_rule spiking = {&surrogates[0], R(2.0), false};
static double expected[NET_MAX_BLOCKS + 1][PLAIN_WIDTH][PLAIN_WIDTH]; /* [k][j][i] */

static void expect_plain(const struct recurrent_bench *b, const char *what)
{
    for (size_t k = 1; k <= b->net.blocks; k++)
        for (size_t j = 0; j < net_block(&b->net, k).rows; j++)
            for (size_t i = 0; i < net_block(&b->net, k).cols; i++) {
                const double x = (double)b->gradient[k][i * net_block(&b->net, k).rows + j],
                             y = expected[k][j][i];
                cr_assert_float_eq(x, y, REAL_SELECT(1e-10, 1e-3) * (1 + fabs(y)), "%s of %s: %g, not %g",
                                   net_block(&b->net, k).name, what, x, y);
            }
}

/* Relative distance of the two gradients of matrix k. */
static double distance(const struct recurrent_bench *b, size_t k)
{
    double miss = 0, norm = 0;
    for (size_t i = 0; i < net_block_size(&b->net, k); i++) {
        const double x = (double)b->gradient[k][i], y = (double)b->other[k][i];
        miss += (x - y) * (x - y);
        norm += y * y;
    }
    cr_assert_gt(norm, 1e-8);
    return sqrt(miss / norm);
}

static double final_loss(const struct plain_net *p, const struct recurrent_bench *b, size_t c, double *d)
{
    double scores[PLAIN_WIDTH] = {0};
    const bool mean = p->net->readout == READOUT_MEAN;
    for (size_t k = 0; k < RECURRENT_CLASSES; k++)
        for (size_t t = mean ? 0 : p->T - 1; t < p->T; t++)
            scores[k] += p->z[p->net->L][t][k] / (mean ? (double)p->T : 1);
    return plain_loss(p->net, scores, b->batch.labels[batch_sample(&b->batch, c)], d);
}

/* ---- e-prop -------------------------------------------------------------------------------------------- */

/* What goes through matrix k's synapse i at step t. */
static double input(const struct plain_net *p, size_t k, size_t t, size_t i)
{
    if (k <= p->net->L) return p->a[k - 1][t][i];
    return t > 0 ? p->a[k - p->net->L][t - 1][i] : 0;
}

static double keep(const struct plain_net *p, size_t l, size_t t, size_t j, bool detach)
{
    const struct lif *lif = &p->net->lif[l];
    const double leak = (double)lif->leak, theta = (double)lif->threshold, z = p->z[l][t - 1][j];
    const double psi = detach ? 0 : p->psi[l][t - 1][j], a = p->a[l][t - 1][j];
    return lif->reset == RESET_SOFT   ? leak - theta * psi
           : lif->reset == RESET_HARD ? leak * (1 - a) - leak * z * psi
                                      : leak;
}

/* ebar of a synapse of matrix k, after the last step or its mean over the steps. */
static double eligibility_trace(const struct plain_net *p, size_t k, size_t j, size_t i, bool detach)
{
    const size_t l = k <= p->net->L ? k : k - p->net->L;
    const double decay = (double)p->net->synapse_decay, leak = (double)p->net->lif[p->net->L].leak;
    double x = 0, eps = 0, current = 0, ebar = 0, sum = 0;
    for (size_t t = 0; t < p->T; t++) {
        x = decay * x + input(p, k, t, i);
        eps = (t > 0 ? keep(p, l, t, j, detach) * eps : 0) + x;
        current = decay * current + p->psi[l][t][j] * eps;
        ebar = leak * ebar + current;
        sum += ebar;
    }
    return p->net->readout == READOUT_MEAN ? sum / (double)p->T : ebar;
}

static void add_plain_eprop(const struct recurrent_bench *b, const struct plain_net *p, size_t c,
                            real *const *B, bool detach)
{
    const struct net *net = &b->net;
    double d[PLAIN_WIDTH];
    final_loss(p, b, c, d);
    for (size_t k = 1; k <= net->blocks; k++) {
        const struct net_block block = net_block(net, k);
        for (size_t j = 0; j < block.rows; j++) {
            double signal = 0;
            for (size_t o = 0; k != net->L && o < RECURRENT_CLASSES; o++)
                signal += (double)B[block.layer][j * RECURRENT_CLASSES + o] * d[o];
            for (size_t i = 0; k != net->L && i < block.cols; i++)
                expected[k][j][i] += signal * eligibility_trace(p, k, j, i, detach);
            for (size_t t = 0; k == net->L && t < p->T; t++)
                for (size_t i = 0; i < block.cols; i++)
                    if (net->readout == READOUT_MEAN || t + 1 == p->T)
                        expected[k][j][i] +=
                            d[j] * p->trace[k - 1][t][i] / (net->readout == READOUT_MEAN ? (double)p->T : 1);
        }
    }
}

static double eligibility(struct recurrent_bench *b, bool detach, real *const *B)
{
    struct eprop_work w;
    const struct eprop_rule rule = {spiking, detach, B};
    cr_assert_eq(eprop_work_create(&w, &b->net, detach, RECURRENT_SAMPLES, &b->mem, NULL), ST_OK);
    w.samples = 3; /* seven are no multiple */
    return eprop_block(&w, &b->net, &b->batch, 0, RECURRENT_SAMPLES, &rule, b->gradient);
}

Test(recurrent_trainers, eprop_equals_plain_loops)
{
    for (int n = 0; n < 2 * 2 * 3 * 2; n++) {
        static struct plain_net p;
        struct recurrent_bench b;
        struct rng rng;
        real *B[NET_MAX_LAYERS + 1] = {NULL};
        const bool detach = n % 2;
        const struct recurrent_case c = {.hidden = 2,
                                         .recurrent = true,
                                         .synapse = n / 2 % 2,
                                         .neurons = 1,
                                         .reset = n / 4 % 3,
                                         .readout = n / 12,
                                         .self_connections = true};
        recurrent_begin(&b, &c);
        cr_assert_eq(online_matrices_create(B, &b.net, &b.mem, NULL), ST_OK);
        rng_seed(&rng, 3, "matrices");
        online_matrices_draw(B, &b.net, &rng);
        memset(expected, 0, sizeof expected);
        for (size_t s = 0; s < RECURRENT_SAMPLES; s++) {
            plain_simulate(&p, &b.net, &b.batch, s, spiking.surrogate, 2, false);
            add_plain_eprop(&b, &p, s, B, detach);
        }
        eligibility(&b, detach, B);
        expect_plain(&b, "eprop");
        recurrent_end(&b);
    }
}

/* One hidden layer, symmetric feedback: the gradient of bptt, with synapses and a readout's leak of its own
 * as well; but not where the layer is recurrent, whose spikes act on later potentials. The readout's always
 * is. */
Test(recurrent_trainers, eprop_is_bptt_only_without_recurrence)
{
    for (int n = 0; n < 2 * 2 * 2 * 3; n++) {
        struct recurrent_bench b;
        const struct recurrent_case c = {.hidden = 1,
                                         .recurrent = n % 2,
                                         .synapse = n / 2 % 2,
                                         .neurons = 1,
                                         .reset = n / 8,
                                         .readout = n / 4 % 2};
        recurrent_begin(&b, &c);
        eligibility(&b, false, NULL);
        recurrent_backpropagate(&b, false, false, b.other);
        cr_expect_lt(distance(&b, 2), REAL_SELECT(1e-11, 1e-4));
        for (size_t k = 1; k <= b.net.blocks; k += 2) {
            if (c.recurrent)
                cr_expect_gt(distance(&b, k), 1e-2, "%s: %g", net_block(&b.net, k).name, distance(&b, k));
            else
                cr_expect_lt(distance(&b, k), REAL_SELECT(1e-11, 1e-4), "%g", distance(&b, k));
        }
        recurrent_end(&b);
    }
}

/* ---- ottt ---------------------------------------------------------------------------------------------- */

static void add_plain_ottt(const struct plain_net *p, int label)
{
    const struct net *net = p->net;
    double delta[PLAIN_LAYERS][PLAIN_WIDTH];
    for (size_t t = 0; t < p->T; t++) {
        plain_loss(net, p->z[net->L][t], label, delta[net->L]);
        for (size_t k = 0; k < RECURRENT_CLASSES; k++) delta[net->L][k] /= (double)p->T;
        for (size_t l = net->L; l >= 1; l--)
            for (size_t j = 0; j < net->n[l]; j++) {
                if (l < net->L) delta[l][j] = 0;
                for (size_t k = 0; l < net->L && k < net->n[l + 1]; k++)
                    delta[l][j] += p->psi[l][t][j] * plain_weight(net, l + 1, k, j) * delta[l + 1][k];
                for (size_t i = 0; i < net->n[l - 1]; i++)
                    expected[l][j][i] += delta[l][j] * p->trace[l - 1][t][i];
                for (size_t i = 0; l < net->L && i < net->n[l]; i++)
                    expected[net->L + l][j][i] += delta[l][j] * p->own_trace[l][t][i];
            }
    }
}

Test(recurrent_trainers, ottt_equals_plain_loops)
{
    for (int synapse = 0; synapse < 2; synapse++) {
        static struct plain_net p;
        struct recurrent_bench b;
        struct ottt_work w;
        const struct recurrent_case c = {
            .hidden = 2, .recurrent = true, .synapse = synapse, .neurons = 1, .self_connections = true};
        recurrent_begin(&b, &c);
        memset(expected, 0, sizeof expected);
        for (size_t s = 0; s < RECURRENT_SAMPLES; s++) {
            plain_simulate(&p, &b.net, &b.batch, s, spiking.surrogate, 2, false);
            add_plain_ottt(&p, b.batch.labels[batch_sample(&b.batch, s)]);
        }
        cr_assert_eq(ottt_work_create(&w, &b.net, RECURRENT_SAMPLES, &b.mem, NULL), ST_OK);
        ottt_block(&w, &b.net, &b.batch, 0, RECURRENT_SAMPLES, &spiking, b.gradient);
        expect_plain(&b, "ottt");
        recurrent_end(&b);
    }
}

/* ---- forward mode -------------------------------------------------------------------------------------- */

/* A tangent is bptt's gradient times its direction, whose diagonals stay where there are no self-connections.
 */
Test(recurrent_trainers, tangents_are_those_of_bptt)
{
    for (int n = 0; n < 2 * 2 * 3 * 2; n++) {
        struct recurrent_bench b;
        struct forward_estimator f;
        struct rng rng;
        const struct recurrent_case c = {.hidden = 2,
                                         .recurrent = true,
                                         .synapse = n % 2,
                                         .neurons = 1,
                                         .reset = n / 4 % 3,
                                         .readout = n / 12};
        const struct forward_options o = {.scope = n / 2 % 2 ? SCOPE_LAYER : SCOPE_GLOBAL,
                                          .law = DIRECTION_GAUSSIAN,
                                          .directions = 2,
                                          .surrogate = &surrogates[0],
                                          .slope = R(2.0)};
        recurrent_begin(&b, &c);
        recurrent_backpropagate(&b, false, false, b.gradient);
        cr_assert_eq(forward_create(&f, &o, &b.net, RECURRENT_STEPS, RECURRENT_SAMPLES, 1, &b.mem, NULL),
                     ST_OK);
        rng_seed(&rng, 7, "directions");
        forward_draw(&f, &b.net, &rng);
        forward_derivatives(&f, &b.net, &b.batch, NULL);
        for (size_t v = 0; v < f.n_directions; v++) {
            const real *direction = f.directions + v * f.parameters;
            double along = 0;
            for (size_t k = 1; k <= b.net.blocks; k++)
                for (size_t i = 0; i < net_block_size(&b.net, k); i++, direction++) {
                    along += (double)b.gradient[k][i] * (double)*direction / RECURRENT_SAMPLES;
                    const bool diagonal = k > b.net.L && i % (b.net.n[k - b.net.L] + 1) == 0;
                    const bool moved = f.layer[v] == 0 || f.layer[v] == net_block(&b.net, k).layer;
                    cr_assert_eq(*direction != 0, moved && !diagonal);
                }
            cr_expect_float_eq(f.derivatives[v], along, REAL_SELECT(1e-11, 1e-3) * (1 + fabs(along)));
        }
        recurrent_end(&b);
    }
}

/* ---- lfp ----------------------------------------------------------------------------------------------- */

static double pass_reward(const struct plain_net *p, size_t l, size_t t, size_t i, const double *above,
                          const double *own)
{
    const struct net *net = p->net;
    double sum = 0;
    for (size_t j = 0; j < net->n[l + 1]; j++) sum += plain_weight(net, l + 1, j, i) * above[j];
    for (size_t j = 0; own && j < net->n[l]; j++)
        sum += (double)net->W[net->L + l][i * net->n[l] + j] * own[j];
    return p->a[l][t][i] * sum;
}

/* rbar of all layers and steps, from the rewards of the outputs; signed carry. */
static void plain_rewards(const struct plain_net *p, const double *out, double eps,
                          double rbar[PLAIN_LAYERS][PLAIN_STEPS + 1][PLAIN_WIDTH])
{
    const struct net *net = p->net;
    memset(rbar, 0, PLAIN_LAYERS * sizeof *rbar);
    for (size_t l = net->L; l >= 1; l--)
        for (size_t t = p->T; t-- > 0;)
            for (size_t j = 0; j < net->n[l]; j++) {
                const double z = p->z[l][t][j], u = t > 0 ? p->z[l][t - 1][j] : 0;
                const double spike = t > 0 && l < net->L ? p->a[l][t - 1][j] : 0;
                double r = l == net->L ? (t + 1 == p->T ? out[j] : 0)
                                       : pass_reward(p, l, t, j, rbar[l + 1][t], rbar[l][t + 1]);
                if (t + 1 < p->T)
                    r += (double)net->lif[l].leak * (l == net->L ? fabs(z) : z) * rbar[l][t + 1][j];
                rbar[l][t][j] = r / (fabs(u) + fabs(z + (double)net->lif[l].threshold * spike - u) + eps);
            }
}

Test(recurrent_trainers, lfp_equals_plain_loops)
{
    static struct plain_net p;
    static double rbar[PLAIN_LAYERS][PLAIN_STEPS + 1][PLAIN_WIDTH];
    struct recurrent_bench b;
    struct lfp_work w;
    const struct lfp_rule rule = {LFP_SOFTMAX, LFP_SIGNED, R(0.1)};
    const struct recurrent_case c = {.hidden = 2, .recurrent = true, .neurons = 1, .self_connections = true};
    recurrent_begin(&b, &c);
    memset(expected, 0, sizeof expected);
    for (size_t s = 0; s < RECURRENT_SAMPLES; s++) {
        real scores[RECURRENT_CLASSES], out[RECURRENT_CLASSES];
        double rewards[RECURRENT_CLASSES];
        plain_simulate(&p, &b.net, &b.batch, s, spiking.surrogate, 2, false);
        for (size_t k = 0; k < RECURRENT_CLASSES; k++) scores[k] = (real)p.z[b.net.L][p.T - 1][k];
        lfp_output_reward(rule.reward, RECURRENT_CLASSES, scores, b.batch.labels[batch_sample(&b.batch, s)],
                          out);
        for (size_t k = 0; k < RECURRENT_CLASSES; k++) rewards[k] = (double)out[k];
        plain_rewards(&p, rewards, (double)rule.eps, rbar);
        for (size_t k = 1; k <= b.net.blocks; k++)
            for (size_t j = 0; j < net_block(&b.net, k).rows; j++)
                for (size_t i = 0; i < net_block(&b.net, k).cols; i++)
                    for (size_t t = 0; t < p.T; t++)
                        expected[k][j][i] -= rbar[net_block(&b.net, k).layer][t][j] * input(&p, k, t, i);
    }
    cr_assert_eq(lfp_work_create(&w, &b.net, RECURRENT_STEPS, RECURRENT_SAMPLES, &b.mem, NULL), ST_OK);
    lfp_block(&w, &b.net, &b.batch, 0, RECURRENT_SAMPLES, &rule, b.gradient);
    expect_plain(&b, "lfp");
    recurrent_end(&b);
}

/* ---- random features ------------------------------------------------------------------------------------
 */

/* The solved readout fulfils W (F F' + kappa tr / n) = Y F' for features F out of plain loops. */
Test(recurrent_trainers, a_reservoirs_readout_is_ridge_regression)
{
    for (int n = 0; n < 4; n++) {
        static struct plain_net p;
        static double F[64][PLAIN_WIDTH];
        struct toy_training t = {.state = NULL};
        toy_data_create(&t.data, 50, 7, 9, 3, 4);
        toy_training_create(&t, "random_features");
        toy_training_set(&t, "kappa", "0.01");
        t.net_options.hidden = (struct int_list){1, {8}};
        t.net_options.recurrent = true;
        t.net_options.leak = (struct real_list){2, {0.8, 0.95}};
        t.net_options.synapse = n % 2;
        t.net_options.readout = n / 2;
        toy_training_init(&t, 3);
        toy_training_step(&t);
        double trace = 0;
        for (size_t s = 0; s < 50; s++) {
            plain_simulate(&p, &t.net, &t.env.train, s, spiking.surrogate, 2, false);
            for (size_t i = 0; i < 8; i++) {
                F[s][i] = n / 2 ? 0 : p.trace[1][p.T - 1][i];
                for (size_t step = 0; n / 2 && step < p.T; step++)
                    F[s][i] += p.trace[1][step][i] / (double)p.T;
                trace += F[s][i] * F[s][i];
            }
        }
        for (size_t k = 0; k < 3; k++)
            for (size_t i = 0; i < 8; i++) {
                double miss = 0.01 * trace / 8 * (double)t.net.W[2][i * 3 + k];
                for (size_t s = 0; s < 50; s++) {
                    double score = 0;
                    for (size_t j = 0; j < 8; j++) score += (double)t.net.W[2][j * 3 + k] * F[s][j];
                    miss += (score - (t.env.train.labels[batch_sample(&t.env.train, s)] == (int)k)) * F[s][i];
                }
                cr_expect_float_eq(miss, 0, REAL_SELECT(1e-9, 1e-2) * trace, "%g", miss / trace);
            }
        toy_training_free(&t);
    }
}

/* ---- all trainers ----------------------------------------------------------------------------------------
 */

static unsigned mask_of(const char *name)
{
    static const char *const full[] = {"bptt", "eprop", "ottt", "forward_mode", "random_features"};
    for (size_t i = 0; i < sizeof full / sizeof *full; i++)
        if (strcmp(name, full[i]) == 0) return FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS;
    if (strcmp(name, "ide") == 0 || strcmp(name, "spide") == 0) return FEATURE_RECURRENT;
    return strcmp(name, "lfp") == 0 ? FEATURE_RECURRENT | FEATURE_LAYER_NEURONS : 0;
}

/* Those named take such networks and keep every promise of the contract on them; all others refuse them. */
Test(recurrent_trainers, keep_the_contract_or_refuse)
{
    for (size_t i = 0; solvers[i]; i++) {
        const struct solver *s = solvers[i];
        struct toy_training t = {.state = NULL};
        struct error e = {.code = ST_OK};
        toy_data_create(&t.data, 60, 6, 9, 3, 4);
        toy_training_create(&t, s->name);
        struct net_options *o = &t.net_options;
        const unsigned mask = s->features & (FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS);
        cr_expect_eq(mask, mask_of(s->name), "%s", s->name);
        o->hidden = (struct int_list){2, {12, 9}};
        o->recurrent = true;
        if (mask == 0) {
            cr_expect_eq(toy_check(s, t.options, o, &t.data.info, &e), ST_CONFIG, "%s", s->name);
            if (s->features & FEATURE_CLASSIFICATION)
                cr_expect(strstr(e.text, "network.recurrent = true is not for solver") &&
                              strstr(e.text, s->name),
                          "%s", e.text);
            toy_training_free(&t);
            continue;
        }
        if (mask & FEATURE_LAYER_NEURONS) o->leak = (struct real_list){3, {0.8, 0.7, 0.9}};
        if (mask & FEATURE_LAYER_NEURONS) o->threshold = (struct real_list){2, {1, 0.8}};
        o->synapse = mask & FEATURE_SYNAPSE ? SYNAPSE_CURRENT : SYNAPSE_DELTA;
        const struct contract_case c = {.solver = s,
                                        .options = t.options,
                                        .net_options = o,
                                        .data = &t.data,
                                        .seed = 2,
                                        .column = curve_name,
                                        .n_columns = curve_count()};
        for (const struct contract_check *k = contract_checks; k->name; k++)
            if (!k->learns) cr_expect_eq(k->run(&c, &e), ST_OK, "%s: %s: %s", s->name, k->name, e.text);
        toy_training_free(&t);
    }
}

/* Muon's steps reach weights without a gradient; the diagonals stay 0 all the same, and the others move. */
Test(recurrent_trainers, diagonals_stay_zero)
{
    static const char *const optimizers[] = {"adam", "muon", "lion"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        struct toy_training t = {.state = NULL};
        real before[12 * 12];
        size_t moved = 0;
        toy_data_create(&t.data, 60, 6, 9, 3, 4);
        toy_training_create(&t, "bptt");
        toy_training_set(&t, "optimizer", optimizers[i]);
        t.net_options.hidden = (struct int_list){1, {12}};
        t.net_options.recurrent = true;
        toy_training_init(&t, 3);
        const real *own = net_recurrent(&t.net, 1);
        memcpy(before, own, sizeof before);
        for (int k = 0; k < 3; k++) toy_training_step(&t);
        for (size_t k = 0; k < 12 * 12; k++) moved += own[k] != before[k];
        for (size_t k = 0; k < 12; k++) cr_expect_eq(own[k * 13], 0, "%s", optimizers[i]);
        cr_expect_gt(moved, (size_t)100, "%s: %zu", optimizers[i], moved);
        toy_training_free(&t);
    }
}
