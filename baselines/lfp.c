/* Layer-wise feedback propagation for spiking networks (arXiv 2308.12053): a reward at every output is handed
 * backwards through layers and steps in proportion to what contributed to the potential. No derivative of the
 * spike is used. One step is one epoch.
 *
 * A potential z_t with reward r_t consists of what was left of z_{t-1} and of the inputs w_i a_i. With rbar_t
 * = r_t / (|z_{t-1}| + |h - z_{t-1}| + eps), h = z_t + threshold a_{t-1} being the potential without its
 * reset, each part receives itself times rbar (lfp.h):
 *
 *   weight w_ji         |w_ji| a_i rbar_j
 *   potential z_{t-1}   leak z_{t-1} rbar
 *   spike a_i           a_i sum_j w_ji rbar_j, which is the reward of the potential that fired it
 *
 * and weights descend along -|w| a rbar. A weight never changes its sign by a small step, and a weight of
 * zero stays zero. Where leak = 1 and all parts are positive, rewards are conserved from layer to layer but
 * for eps.
 *
 * Departures from the source: its outputs are spiking neurons rewarded at every step by their spike counts;
 * here the scores are those of the shared non-spiking readout, and the reward is a function of the score,
 * given to the potentials that the score is made of (the last one, or each with 1/T). A readout's potential
 * may be negative and its reward says which way it should go, so that the readout hands back leak |z_{t-1}|
 * rbar; carry = magnitude does so in hidden layers too. Layers have no bias and potentials no noise. Hard
 * reset has no rule in the source and is refused. The source descends by SGD with momentum, the default here;
 * Adam, and an epsilon of a tenth of the threshold, which keeps small potentials from rewards without bound,
 * train better (tune_mnist.yaml, tune_rivals_digits.yaml). */
#include "baselines/lfp.h"
#include "baselines/backward.h"
#include "support/blas.h"
#include "trainer/minibatch.h"
#include <string.h>

static const char *const reward_names[] = {"softmax", "error", "misclassified", NULL};
static const char *const carry_names[] = {"signed", "magnitude", NULL};

struct lfp_options {
    struct minibatch_options common;
    int reward, carry;
    double epsilon;
};

static const struct option lfp_option_list[] = {
    {"reward", OPT_CHOICE, offsetof(struct lfp_options, reward), "softmax", 0, 0, 0, reward_names, "",
     "of an output: one-hot target minus softmax of the scores; target minus score; or +1 for the label "
     "and -1 for the others"},
    {"carry", OPT_CHOICE, offsetof(struct lfp_options, carry), "signed", 0, 0, 0, carry_names, "",
     "reward handed back through time in hidden layers: times the potential, or times its magnitude"},
    {"epsilon", OPT_REAL, offsetof(struct lfp_options, epsilon), "1e-6", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "added to the size of a potential's parts"},
};

static const struct option_default lfp_defaults[] = {{"optimizer", "sgd"}, {"lr", "0.1"}, {NULL, NULL}};

static const struct metric_desc lfp_metrics[] = {
    {"reward", "", "sum of the outputs' absolute rewards, mean over the epoch's samples", METRIC_RUN},
    {"feedback_norm", "", "Frobenius norm of the mini-batch feedback before clipping, mean over the epoch",
     METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

struct lfp {
    struct minibatch minibatch;
    struct lfp_rule rule;
    struct lfp_work *work; /* [threads] */
    double reward[PART_MAX];
};

/* ---- propagation ------------------------------------------------------------------------------------- */

status lfp_work_create(struct lfp_work *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                       struct error *e)
{
    size_t widest = net_widest(net, 1, net->L), K = net->n[net->L];
    TRY(trace_create(&w->trace, net, T, C_max, TRACE_ALL, m, e));
    w->reward = mem_reals(m, widest * T * C_max, e);
    w->below = mem_reals(m, widest * T * C_max, e);
    w->within = mem_reals(m, widest * C_max, e);
    w->scores = mem_reals(m, K * C_max, e);
    w->out = mem_reals(m, K * C_max, e);
    return w->reward && w->below && w->within && w->scores && w->out ? ST_OK : ST_MEMORY;
}

void lfp_output_reward(enum lfp_reward kind, size_t K, const real *scores, int label, real *r)
{
    const size_t y = (size_t)label;
    real top = scores[loss_argmax(K, scores)], sum = 0;
    size_t rival = y;
    for (size_t k = 0; k < K; k++) {
        sum += exp(scores[k] - top);
        if (k != y && (rival == y || scores[k] > scores[rival])) rival = k;
    }
    const bool wrong = rival != y && scores[rival] >= scores[y];
    for (size_t k = 0; k < K; k++) {
        real target = k == y ? R(1.0) : R(0.0);
        if (kind == LFP_SOFTMAX)
            r[k] = target - exp(scores[k] - top) / sum;
        else if (kind == LFP_ERROR)
            r[k] = target - scores[k];
        else
            r[k] = !wrong ? 0 : k == y ? R(1.0) : k == rival ? R(-1.0) : 0;
    }
}

void lfp_layer(const struct lif *lif, size_t n, size_t T, size_t C, const real *z, const real *a,
               const struct lfp_rule *rule, const real *R, real *work, real *reward)
{
    const size_t size = n * C;
    const bool magnitude = !a || rule->carry == LFP_MAGNITUDE;
    const real theta = a && lif->reset == RESET_SOFT ? lif->threshold : 0;
    for (size_t t = T; t-- > 1;) {
        const real *now = z + t * size, *before = now - size, *spike = a ? a + (t - 1) * size : before;
        real *r = reward + t * size, *r_before = r - size;
        for (size_t i = 0; i < size; i++) {
            real u = before[i], h = now[i] + theta * spike[i];
            r[i] /= fabs(u) + fabs(h - u) + rule->eps;
            r_before[i] += lif->leak * (magnitude ? fabs(u) : u) * r[i];
        }
        if (!R) continue;
        blas_gemm(true, false, n, C, n, R(1.0), R, n, r, n, R(0.0), work, n);
        for (size_t i = 0; i < size; i++) r_before[i] += spike[i] * work[i];
    }
    for (size_t i = 0; i < size; i++) reward[i] /= fabs(z[i]) + rule->eps; /* nothing before: inputs alone */
}

/* Rewards of the readout's potentials at all steps; returns the sum of the absolute rewards of the scores. */
static double readout_reward(struct lfp_work *w, const struct net *net, const struct batch *b, size_t first,
                             size_t C, const struct lfp_rule *rule)
{
    const size_t K = net->n[net->L], T = b->x->T, size = K * C;
    const bool last = net->readout == READOUT_LAST;
    double sum = 0;
    net_scores(net, &w->trace, C, w->scores);
    for (size_t c = 0; c < C; c++)
        lfp_output_reward(rule->reward, K, w->scores + c * K, b->labels[batch_sample(b, first + c)],
                          w->out + c * K);
    for (size_t i = 0; i < size; i++) sum += fabs((double)w->out[i]);
    const real share = last ? R(1.0) : 1 / (real)T;
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < size; i++) w->reward[t * size + i] = last && t + 1 < T ? 0 : share * w->out[i];
    return sum;
}

double lfp_block(struct lfp_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                 const struct lfp_rule *rule, real *const *feedback)
{
    const size_t T = b->x->T, columns = T * C;
    const struct simulate_options plain = {0};
    net_simulate(net, b, first, C, &w->trace, &plain);
    double sum = readout_reward(w, net, b, first, C, rule);
    for (size_t l = net->L; l >= 1; l--) {
        const size_t n = net->n[l], in = net->n[l - 1];
        const real *R = net_recurrent(net, l);
        lfp_layer(&net->lif[l], n, T, C, w->trace.z[l], l < net->L ? w->trace.a[l] : NULL, rule, R, w->within,
                  w->reward);
        if (R && T > 1)
            blas_gemm(false, true, n, n, columns - C, R(-1.0), w->reward + n * C, n, w->trace.a[l], n, R(1.0),
                      feedback[net->L + l], n);
        if (l == 1) {
            for (size_t i = 0; i < n * columns; i++) w->reward[i] = -w->reward[i];
            spikes_outer(b, first, C, w->reward, n, feedback[1]);
            break;
        }
        const real *a = w->trace.a[l - 1];
        blas_gemm(false, true, n, in, columns, R(-1.0), w->reward, n, a, in, R(1.0), feedback[l], n);
        blas_gemm(true, false, in, columns, n, R(1.0), net->W[l], n, w->reward, n, R(0.0), w->below, in);
        for (size_t i = 0; i < in * columns; i++) w->reward[i] = a[i] * w->below[i];
    }
    return sum;
}

void lfp_scale(const struct net *net, real *const *feedback)
{
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0; i < net_block_size(net, k); i++) feedback[k][i] *= fabs(net->W[k][i]);
}

/* ---- the solver -------------------------------------------------------------------------------------- */

static status lfp_create(const struct solver *self, void **state, const void *options,
                         const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct lfp_options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN], C = minibatch_largest_block(&o->common, N);
    struct lfp *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->rule = (struct lfp_rule){(enum lfp_reward)o->reward, (enum lfp_carry)o->carry, (real)o->epsilon};
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, shapes->net->blocks},
                         minibatch_parts(&o->common, N), m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++)
        TRY(lfp_work_create(&s->work[i], shapes->net, shapes->info->T, C, m, e));
    return ST_OK;
}

/* Rewards are no loss. */
static double feedback_block(void *state, const struct minibatch_block *where, real *const *feedback)
{
    struct lfp *s = state;
    s->reward[where->part] += lfp_block(&s->work[where->thread], s->minibatch.env.net, where->batch,
                                        where->first, where->C, &s->rule, feedback);
    return NAN;
}

static void scale_by_weights(void *state, real *const *feedback)
{
    const struct lfp *s = state;
    lfp_scale(s->minibatch.env.net, feedback);
}

static status lfp_step(void *state, struct step_report *r, struct error *e)
{
    struct lfp *s = state;
    const struct minibatch *m = &s->minibatch;
    const struct minibatch_rule rule = {.block = feedback_block,
                                        .finish = scale_by_weights,
                                        .by_part = s->reward,
                                        .by_part_size = sizeof *s->reward};
    memset(s->reward, 0, sizeof s->reward);
    status st = minibatch_epoch(s, &rule, r, e);
    /* simulated once, and the rewards travel backwards once */
    backward_count(m->env.net, &m->env.train, minibatch_passes(m), 1, m->env.info->T, r);
    return st;
}

static void lfp_report(void *state, struct metric_sink *sink)
{
    struct lfp *s = state;
    if (s->minibatch.evaluations == 0) return;
    metric_put(sink, "reward", 0, sum_of_parts(PART_MAX, s->reward) / (double)s->minibatch.evaluated);
    minibatch_report_as(&s->minibatch, "feedback_norm", sink);
}

const struct solver solver_lfp = {
    .abi = SOLVER_ABI,
    .name = "lfp",
    .summary =
        "layer-wise feedback propagation: rewards handed backwards by contribution, without a surrogate",
    .reference =
        "Weber, Berend, Weckbecker, Binder, Wiegand, Samek, Lapuschkin: Efficient and Flexible Neural "
        "Network Training through Layer-wise Feedback Propagation, arXiv 2308.12053",
    /* A hard reset and a synapse's current have no rule, and weights that start at 0 would stay there. */
    .features = FEATURE_CLASSIFICATION | FEATURE_LOSSES | FEATURE_RESET_SOFT | FEATURE_RESET_NONE |
                FEATURE_READOUTS | FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_LAYER_NEURONS | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_OPTIONS},
                          {lfp_option_list, sizeof lfp_option_list / sizeof *lfp_option_list}},
                .defaults = lfp_defaults,
                .size = sizeof(struct lfp_options)},
    .metrics = {lfp_metrics, sizeof lfp_metrics / sizeof *lfp_metrics},
    .create = lfp_create,
    .start = minibatch_start,
    .step = lfp_step,
    .check = minibatch_check,
    .report = lfp_report,
    .checkpoint = minibatch_checkpoint,
};
