/* Training by data assimilation: the weights are the state, the targets the observations, and an ensemble of
 * networks gives the covariances. Forward passes only. EnKF takes mini-batches one after another; ES-MDA
 * (Emerick, Reynolds 2013) takes all data so many times, the noise's variance that many times as large. One
 * step is one epoch, or one assimilation.
 *
 * The published form is localisation none, spread 0, ensemble_start independent, start_readout 1. Departures,
 * each an option: localisation lets a row of the readout see its own output only; with a spread the analysis
 * moves the mean alone, with a relative ridge in place of the noise, and the ensemble is drawn anew around
 * it; members start around the network's start. The network that is reported is the mean. */
#include "baselines/kalman.h"
#include "trainer/cost.h"
#include "trainer/ensemble.h"
#include "trainer/solver.h"
#include <math.h>
#include <string.h>

enum method { METHOD_ENKF, METHOD_ESMDA };
enum localisation { LOCALISATION_NONE, LOCALISATION_OUTPUT };
enum ensemble_start { ENSEMBLE_INDEPENDENT, ENSEMBLE_COMMON };
static const char *const method_names[] = {"enkf", "esmda", NULL};
static const char *const localisation_names[] = {"none", "output", NULL};
static const char *const ensemble_start_names[] = {"independent", "common", NULL};

struct enkf_options {
    int method, localisation, ensemble_start;
    long ensemble, batch, assimilations;
    double noise, ridge, ridge_growth, spread, inflation, deviation, start_readout;
};

#define AT(field) offsetof(struct enkf_options, field)

static const struct option enkf_option_list[] = {
    {"method", OPT_CHOICE, AT(method), "enkf", 0, 0, 0, method_names, "",
     "enkf: mini-batches one after another; esmda: all samples at once, `assimilations` times"},
    {"ensemble", OPT_INT, AT(ensemble), "100", 2, 100000, 0, NULL, "members", "networks in the ensemble"},
    {"batch", OPT_INT, AT(batch), "100", 1, 1e9, 0, NULL, "samples", "enkf: samples per analysis"},
    {"assimilations", OPT_INT, AT(assimilations), "4", 1, 1e6, 0, NULL, "",
     "esmda: analyses, each with so many times the noise's variance"},
    {"localisation", OPT_CHOICE, AT(localisation), "output", 0, 0, 0, localisation_names, "",
     "output: row k of the readout sees observations of output k only; none: all, as published"},
    {"noise", OPT_REAL, AT(noise), "0.1", 0, 1e6, OPT_OPEN_LO, NULL, "target units",
     "standard deviation of the observations' noise (spread 0)"},
    {"inflation", OPT_REAL, AT(inflation), "1", 1, 100, 0, NULL, "",
     "deviations from the mean times this after each analysis (spread 0)"},
    {"spread", OPT_REAL, AT(spread), "1", 0, 1e3, 0, NULL, "",
     "above 0: an analysis moves the mean, around which the ensemble is drawn anew with so many times the "
     "starting deviation; 0: it moves each member, as published"},
    {"ridge", OPT_REAL, AT(ridge), "1", 0, 1e12, OPT_OPEN_LO, NULL, "",
     "spread above 0: ridge in place of the noise's variance, times the mean diagonal of the system"},
    {"ridge_growth", OPT_REAL, AT(ridge_growth), "1", 1, 1e3, 0, NULL, "per epoch",
     "spread above 0: the ridge of an epoch over that of the one before, so that the last analyses average "
     "over batches"},
    {"ensemble_start", OPT_CHOICE, AT(ensemble_start), "common", 0, 0, 0, ensemble_start_names, "",
     "common: members around the network's start; independent: around zero, as published, with its rms"},
    {"deviation", OPT_REAL, AT(deviation), "0.5", 0, 100, OPT_OPEN_LO, NULL, "",
     "common: starting standard deviation of a weight, times the layer's rms in the network's start"},
    {"start_readout", OPT_REAL, AT(start_readout), "0.1", 0, 100, 0, NULL, "",
     "common: the ensemble's mean starts with the readout times this"},
};

static const struct metric_desc enkf_metrics[] = {
    {"deviation", "", "rms of what members differ from their mean, over what it was at the start",
     METRIC_LAYER},
    {"disagreement", "target units", "rms of what predictions differ from their mean, last analysis",
     METRIC_RUN},
    {"innovation", "target units", "rms of target minus mean prediction, last analysis", METRIC_RUN},
    {"rcond", "", "reciprocal condition number of the last system of all outputs", METRIC_RUN},
};

struct enkf {
    struct train_env env;
    struct enkf_options o;
    struct ensemble members;
    struct kalman kalman;
    real *mean, *scores; /* D, K x batch x J */
    size_t *order;
    double start[NET_MAX_LAYERS + 1]; /* starting standard deviation of a weight */
    long steps;
    double rcond;
};

static bool redraws(const struct enkf *s)
{
    return s->o.spread > 0;
}

static size_t largest_batch(const struct enkf_options *o, size_t N)
{
    return o->method == METHOD_ENKF && (size_t)o->batch < N ? (size_t)o->batch : N;
}

static status enkf_check(const struct solver *self, const void *options, const struct net_options *net,
                         const struct dataset_info *info, struct error *e)
{
    const struct enkf_options *o = options;
    const bool spread = o->spread > 0, common = o->ensemble_start == ENSEMBLE_COMMON;
    const struct option_use uses[] = {
        {"batch", o->method == METHOD_ENKF, "method = enkf"},
        {"assimilations", o->method == METHOD_ESMDA, "method = esmda"},
        {"noise", !spread, "spread = 0"},
        {"inflation", !spread, "spread = 0"},
        {"ridge", spread, "spread > 0"},
        {"ridge_growth", spread, "spread > 0"},
        {"deviation", common, "ensemble_start = common"},
        {"start_readout", common, "ensemble_start = common"},
    };
    (void)net, (void)info;
    return opt_refuse_idle(&self->options, options, uses, sizeof uses / sizeof *uses, e);
}

static status enkf_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    const size_t N = shapes->info->n[SPLIT_TRAIN], K = net->n[net->L];
    struct enkf *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->o = *(const struct enkf_options *)options;
    const size_t J = (size_t)s->o.ensemble, batch = largest_batch(&s->o, N);
    TRY(ensemble_create(&s->members, net, shapes->info->T, J, shapes->threads, m, e));
    TRY(kalman_create(&s->kalman, J, K, redraws(s) ? 1 : J, batch, shapes->threads, m, e));
    s->mean = mem_reals(m, s->members.D, e);
    s->scores = mem_reals(m, K * batch * J, e);
    s->order = mem_alloc(m, N, sizeof *s->order, e);
    return s->mean && s->scores && s->order ? ST_OK : ST_MEMORY;
}

/* Draws the members around the mean, normal, the starting deviation apart. */
static void draw_first(struct enkf *s)
{
    const struct net *net = s->env.net;
    const struct ensemble *m = &s->members;
    for (size_t j = 0; j < m->J; j++) {
        real *w = m->weights + j * m->D;
        for (size_t l = 1; l <= net->L; l++)
            for (size_t i = net_block_first(net, l), end = net_block_first(net, l + 1); i < end; i++)
                w[i] = (real)((double)s->mean[i] + s->start[l] * rng_normal(s->env.rng));
    }
}

/* Draws them anew: `spread` times the starting deviation away from the mean, to random sides, a bit for each
 * (a normal for each would take longer than the simulations). */
static void draw_again(struct enkf *s)
{
    const struct net *net = s->env.net;
    const struct ensemble *m = &s->members;
    for (size_t j = 0; j < m->J; j++) {
        real *w = m->weights + j * m->D;
        for (size_t l = 1; l <= net->L; l++) {
            const real away = (real)(s->o.spread * s->start[l]);
            uint64_t sides = 0;
            for (size_t i = net_block_first(net, l), end = net_block_first(net, l + 1), k = 0; i < end;
                 i++, k++) {
                sides = k % 64 ? sides >> 1 : rng_u64(s->env.rng);
                w[i] = s->mean[i] + (sides & 1 ? away : -away);
            }
        }
    }
    ensemble_centre(m, s->mean, 1);
}

static double rms(size_t n, const real *v)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++) squares += (double)v[i] * (double)v[i];
    return sqrt(squares / (double)n);
}

static status enkf_start(void *state, const struct train_env *env, struct error *e)
{
    struct enkf *s = state;
    const struct net *net = env->net;
    const bool common = s->o.ensemble_start == ENSEMBLE_COMMON;
    TRY(solver_keep_env(state, env, e));
    ensemble_pack(net, s->mean);
    for (size_t l = 1; l <= net->L; l++) {
        const double size = rms(net->n[l] * net->n[l - 1], net->W[l]);
        s->start[l] =
            size > 0 ? size : 1 / sqrt((double)net->n[l - 1]); /* zeros have no scale of their own */
        if (common) s->start[l] *= s->o.deviation;
    }
    const size_t readout = net_block_first(net, net->L);
    for (size_t i = 0; i < s->members.D; i++)
        if (!common)
            s->mean[i] = 0;
        else if (i >= readout)
            s->mean[i] = (real)(s->o.start_readout * (double)s->mean[i]);
    draw_first(s);
    if (redraws(s) && common) ensemble_centre(&s->members, s->mean, 1);
    ensemble_mean(&s->members, s->mean);
    return ST_OK;
}

/* Moves all rows by all observations; or the hidden layers, and each row of the readout by its output's. The
 * system of all outputs is the last. */
static status analyse(struct enkf *s, double shift, struct error *e)
{
    const struct net *net = s->env.net;
    const size_t D = s->members.D, K = net->n[net->L], readout = net_block_first(net, net->L);
    const bool local = s->o.localisation == LOCALISATION_OUTPUT;
    real *target = redraws(s) ? s->mean : s->members.weights;
    for (size_t k = 0; local && k < K; k++) {
        const struct kalman_rows row = {readout + k, K, net->n[net->L - 1]};
        TRY(kalman_solve(&s->kalman, k, shift, redraws(s), e));
        kalman_move(&s->kalman, &row, s->members.weights, D, target, s->env.pool);
    }
    const struct kalman_rows rest = {0, 1, local ? readout : D};
    TRY(kalman_solve(&s->kalman, K, shift, redraws(s), e));
    kalman_move(&s->kalman, &rest, s->members.weights, D, target, s->env.pool);
    return ST_OK;
}

/* One analysis with the noise's variance alpha times as large. */
static status assimilate(struct enkf *s, const struct batch *batch, double alpha, struct error *e)
{
    const struct ensemble *m = &s->members;
    const double variance = alpha * s->o.noise * s->o.noise;
    const double ridge = s->o.ridge * pow(s->o.ridge_growth, (double)s->steps);
    ensemble_scores(m, s->env.net, batch, s->env.pool, s->scores);
    kalman_observe(&s->kalman, batch, s->scores, sqrt(variance), s->env.rng);
    TRY(analyse(s, redraws(s) ? alpha * ridge : variance, e));
    if (redraws(s)) {
        draw_again(s);
    } else {
        ensemble_mean(m, s->mean);
        if (s->o.inflation != 1) ensemble_centre(m, s->mean, s->o.inflation);
    }
    return ST_OK;
}

/* An analysis of n samples; with localisation the products of all outputs are made once more. */
static void count(const struct enkf *s, size_t n, struct step_cost *c)
{
    const struct net *net = s->env.net;
    const bool local = s->o.localisation == LOCALISATION_OUTPUT;
    const double J = (double)s->members.J, columns = (double)s->kalman.columns, K = (double)net->n[net->L];
    const double solves = local ? K + 1 : 1, observations = (local ? 2 : 1) * (double)n * K;
    cost_gram(c, J, observations);              /* Y'Y */
    c->flops += 2 * J * columns * observations; /* Y'E */
    for (double k = 0; k < solves; k++) cost_factor(c, J);
    cost_solve(c, J, solves * columns);
    c->flops += 2 * (double)s->members.D * J * columns; /* A X */
}

static status enkf_step(void *state, struct step_report *r, struct error *e)
{
    struct enkf *s = state;
    const size_t N = s->env.train.n, batch = largest_batch(&s->o, N);
    const bool smoother = s->o.method == METHOD_ESMDA;
    struct step_cost cost = {0};
    r->converged = smoother && s->steps + 1 >= s->o.assimilations;
    if (smoother && s->steps >= s->o.assimilations) return ST_OK;
    for (size_t i = 0; i < N; i++) s->order[i] = batch_sample(&s->env.train, i);
    if (!smoother) rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch) {
        struct batch now = s->env.train;
        now.samples = s->order + first;
        now.n = N - first < batch ? N - first : batch;
        TRY(assimilate(s, &now, smoother ? (double)s->o.assimilations : 1, e));
        count(s, now.n, &cost);
    }
    s->steps++;
    ensemble_unpack(s->mean, s->env.net);
    r->samples = (double)N;
    r->forward_passes = r->spike_passes = (double)s->members.J * (double)N;
    r->dense_macs = cost_macs(&cost);
    if (!net_finite(s->env.net))
        return FAIL(e, ST_NUMERIC, "a weight is not finite after step %ld", s->steps);
    if (!r->measure) return ST_OK;
    step_hold(r);
    status st = chol_rcond(&s->kalman.system, &s->rcond, e);
    step_resume(r);
    return st;
}

static void enkf_report(void *state, struct metric_sink *sink)
{
    const struct enkf *s = state;
    const struct net *net = s->env.net;
    const struct ensemble *m = &s->members;
    if (s->steps == 0) return;
    for (size_t l = 1; l <= net->L; l++) {
        const size_t first = net_block_first(net, l), end = net_block_first(net, l + 1);
        double squares = 0;
        for (size_t j = 0; j < m->J; j++)
            for (size_t i = first; i < end; i++) {
                const double away = (double)m->weights[j * m->D + i] - (double)s->mean[i];
                squares += away * away;
            }
        metric_put(sink, "deviation", l, sqrt(squares / (double)(m->J * (end - first))) / s->start[l]);
    }
    metric_put(sink, "disagreement", 0, s->kalman.disagreement);
    metric_put(sink, "innovation", 0, s->kalman.innovation);
    metric_put(sink, "rcond", 0, s->rcond);
}

static status enkf_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct enkf *s = state;
    const struct ensemble *m = &s->members;
    TRY(checkpoint_count(c, &s->steps, "number of steps", e));
    TRY(checkpoint_block(c, s->mean, m->D * sizeof *s->mean, e));
    return checkpoint_block(c, m->weights, m->J * m->D * sizeof *m->weights, e);
}

const struct solver solver_enkf = {
    .abi = SOLVER_ABI,
    .name = "enkf",
    .summary = "an ensemble of networks, moved by Kalman's analysis of their predictions; no gradient",
    .reference = "Chen, Xing, Ding, Xue, Zhong: A Novel Neural Network Training Framework with Data "
                 "Assimilation, arXiv 2010.02626",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSS_SQUARED | FEATURE_RESETS |
                FEATURE_READOUTS | FEATURE_STARTS | FEATURE_FULL_BATCH | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RANKS,
    .options = {.spans = {{enkf_option_list, sizeof enkf_option_list / sizeof *enkf_option_list}},
                .size = sizeof(struct enkf_options)},
    .metrics = {enkf_metrics, sizeof enkf_metrics / sizeof *enkf_metrics},
    .create = enkf_create,
    .start = enkf_start,
    .step = enkf_step,
    .check = enkf_check,
    .report = enkf_report,
    .checkpoint = enkf_checkpoint,
};
