/* Eligibility propagation (Bellec and others 2020): every synapse carries a trace of what its weight did to
 * its neuron's spikes, forwards in time; a learning signal from the outputs turns it into a gradient. Nothing
 * goes back in time, and the memory does not grow with the steps, but with the synapses times the samples
 * that are worked on at a time. One step of the solver is one epoch.
 *
 * Departures from the source: layers, recurrent or not, are any number deep, each with a signal straight from
 * the outputs (random, or symmetric: the product of the weights in between, which for the last hidden layer
 * is the readout's transpose); the loss is that of the shared scores, so that the signal comes with the last
 * step; no adaptive thresholds, no regularisation of rates. */
#include "baselines/eprop.h"
#include "support/blas.h"
#include <string.h>

enum eprop_feedback { EPROP_SYMMETRIC, EPROP_RANDOM };
static const char *const feedback_names[] = {"symmetric", "random", NULL};

struct eprop_options {
    struct online_options online;
    int feedback;
    bool detach_reset;
};

static const struct option eprop_option_list[] = {
    {"feedback", OPT_CHOICE, offsetof(struct eprop_options, feedback), "symmetric", 0, 0, 0, feedback_names,
     "", "learning signals of hidden layers go through the weights' transposes, or fixed random matrices"},
    {"detach_reset", OPT_BOOL, offsetof(struct eprop_options, detach_reset), "true", 0, 0, 0, NULL, "",
     "leave the reset out of the traces"},
};

struct eprop {
    struct minibatch minibatch;
    struct eprop_rule rule;
    struct eprop_work *work;     /* [threads] */
    real *B[NET_MAX_LAYERS + 1]; /* random feedback, from start on */
};

/* ---- the rule ------------------------------------------------------------------------------------------ */

enum {
    TRACES = 1 << 18
}; /* of a kind, about, in a workspace: samples at a time are as many as these allow */

static bool same_for_all_neurons(const struct net *net, bool detach_reset)
{
    return net->lif[1].reset == RESET_NONE || (net->lif[1].reset == RESET_SOFT && detach_reset);
}

static status traces_create(struct eprop_traces *x, const struct net *net, size_t k, bool detach_reset,
                            size_t samples, struct mem *m, struct error *e)
{
    const struct net_block b = net_block(net, k);
    const size_t synapses = b.rows * b.cols * samples;
    if (net->synapse_decay > 0 && !(x->current = mem_reals(m, synapses, e))) return ST_MEMORY;
    if (!(x->filtered = mem_reals(m, synapses, e))) return ST_MEMORY;
    if (!(x->seen = mem_alloc(m, b.cols * samples, sizeof *x->seen, e))) return ST_MEMORY;
    if (net->readout == READOUT_MEAN && !(x->total = mem_reals(m, synapses, e))) return ST_MEMORY;
    if (same_for_all_neurons(net, detach_reset)) return ST_OK;
    x->potential = mem_reals(m, synapses, e);
    x->keep = mem_reals(m, b.rows * samples, e);
    return x->potential && x->keep ? ST_OK : ST_MEMORY;
}

status eprop_work_create(struct eprop_work *w, const struct net *net, bool detach_reset, size_t C_max,
                         struct mem *m, struct error *e)
{
    const size_t widest = net_widest(net, 1, net->L - 1), fit = TRACES / net_parameters(net);
    *w = (struct eprop_work){.samples = fit < 1 ? 1 : fit < C_max ? fit : C_max};
    TRY(online_create(&w->online, net, w->samples, m, e));
    TRY(online_matrices_create(w->symmetric, net, m, e));
    w->psi = mem_reals(m, widest * w->samples, e);
    w->signal = mem_reals(m, widest * w->samples, e);
    if (!w->psi || !w->signal) return ST_MEMORY;
    for (size_t k = 1; k <= net->blocks; k++)
        if (k != net->L) TRY(traces_create(&w->traces[k], net, k, detach_reset, w->samples, m, e));
    return ST_OK;
}

static void clear_traces(struct eprop_work *w, const struct net *net, size_t C)
{
    for (size_t k = 1; k <= net->blocks; k++) {
        const struct eprop_traces *x = &w->traces[k];
        const struct net_block b = net_block(net, k);
        const size_t synapses = b.rows * b.cols * C;
        if (k == net->L) continue;
        memset(x->filtered, 0, synapses * sizeof(real));
        memset(x->seen, 0, b.cols * C * sizeof *x->seen);
        if (x->current) memset(x->current, 0, synapses * sizeof(real));
        if (x->total) memset(x->total, 0, synapses * sizeof(real));
        if (x->potential) memset(x->potential, 0, synapses * sizeof(real));
    }
}

/* The same where the readout's synapse is current-based. */
static void current_step(const struct eprop_traces *x, size_t at, size_t n, const real *keep, const real *psi,
                         const struct net *net, real a, real spikes)
{
    const real leak = net->lif[net->L].leak;
    real *filtered = x->filtered + at, *current = x->current + at,
         *eps = x->potential ? x->potential + at : NULL;
    for (size_t j = 0; j < n; j++) {
        if (eps) eps[j] = keep[j] * eps[j] + a;
        current[j] = net->synapse_decay * current[j] + psi[j] * (eps ? eps[j] : spikes);
        filtered[j] = leak * filtered[j] + current[j];
    }
}

/* One step of the traces of n synapses from one input: its spike, or what the synapse has made of it, is a,
 * and its own trace is `spikes`. */
static void synapses_step(const struct eprop_traces *x, size_t at, size_t n, const real *keep,
                          const real *psi, const struct net *net, real a, real spikes)
{
    const real leak = net->lif[net->L].leak; /* filtered as the readout filters */
    real *filtered = x->filtered + at;
    if (x->current) {
        current_step(x, at, n, keep, psi, net, a, spikes);
    } else if (x->potential) {
        real *eps = x->potential + at;
        for (size_t j = 0; j < n; j++) {
            eps[j] = keep[j] * eps[j] + a;
            filtered[j] = leak * filtered[j] + psi[j] * eps[j];
        }
    } else {
        for (size_t j = 0; j < n; j++) filtered[j] = leak * filtered[j] + psi[j] * spikes;
    }
    for (size_t j = 0; x->total && j < n; j++) x->total[at + j] += filtered[j];
}

/* keep of the step to come: d z_{t+1} / d z_t. */
static void set_keep(const struct eprop_work *w, const struct net *net, size_t l, real *keep,
                     const struct eprop_rule *rule)
{
    const struct lif *lif = &net->lif[l];
    const real *z = w->online.trace.z[l], *a = w->online.trace.a[l];
    const real through = rule->detach_reset ? 0 : 1;
    for (size_t i = 0; i < net->n[l] * w->online.C; i++)
        keep[i] = lif->reset == RESET_SOFT ? lif->leak - through * lif->threshold * w->psi[i]
                                           : lif->leak * (1 - a[i]) - through * lif->leak * z[i] * w->psi[i];
}

/* Traces of matrix k. */
static void block_step(struct eprop_work *w, const struct net *net, size_t k, const struct eprop_rule *rule)
{
    const struct eprop_traces *x = &w->traces[k];
    const struct net_block b = net_block(net, k);
    const size_t n = b.rows, in = b.cols, l = b.layer, C = w->online.C;
    const real *spikes = w->online.filtered[k];
    const real *a = x->current ? w->online.through_synapse[k] : online_inputs(&w->online, net, k);
    for (size_t i = 0; i < n * C; i++) w->psi[i] = 1;
    online_times_psi(&w->online, net, &rule->common, l, w->psi);
    for (size_t i = 0; i < in * C; i++) { /* input i % in of sample i / in */
        if (a[i] != 0) x->seen[i] = true;
        if (!x->seen[i]) continue;
        const real *keep = x->keep ? x->keep + i / in * n : NULL;
        synapses_step(x, i * n, n, keep, w->psi + i / in * n, net, a[i], spikes[i]);
    }
    if (x->keep) set_keep(w, net, l, x->keep, rule);
}

/* B_l = B_{l+1} W_{l+1}, B_{L-1} = W_L. */
static void multiply_weights(struct eprop_work *w, const struct net *net)
{
    const size_t K = net->n[net->L], top = net->L - 1;
    memcpy(w->symmetric[top], net->W[net->L], K * net->n[top] * sizeof(real));
    for (size_t l = top; l-- > 1;)
        blas_gemm(false, false, K, net->n[l], net->n[l + 1], R(1.0), w->symmetric[l + 1], K, net->W[l + 1],
                  net->n[l + 1], R(0.0), w->symmetric[l], K);
}

/* The gradient of matrix k out of the traces after the last step. */
static void block_gradient(struct eprop_work *w, const struct net *net, size_t k, size_t T, const real *B,
                           real *gradient)
{
    const struct eprop_traces *x = &w->traces[k];
    const struct net_block b = net_block(net, k);
    const size_t n = b.rows, in = b.cols, K = net->n[net->L], C = w->online.C;
    const real *trace = x->total ? x->total : x->filtered, share = x->total ? 1 / (real)T : 1;
    blas_gemm(true, false, n, C, K, share, B, K, w->online.dscores, K, R(0.0), w->signal, n);
    for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < in; i++) {
            const real *column = trace + (c * in + i) * n, *signal = w->signal + c * n;
            if (!x->seen[c * in + i]) continue;
            for (size_t j = 0; j < n; j++) gradient[i * n + j] += signal[j] * column[j];
        }
}

double eprop_block(struct eprop_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                   const struct eprop_rule *rule, real *const *gradient)
{
    real *const *B = rule->feedback ? rule->feedback : w->symmetric;
    double loss = 0;
    if (!rule->feedback) multiply_weights(w, net);
    for (size_t from = first; from < first + C; from += w->samples) {
        const size_t left = first + C - from;
        online_begin(&w->online, net, b, left < w->samples ? left : w->samples);
        clear_traces(w, net, w->online.C);
        for (size_t t = 0; t < b->x->T; t++) {
            online_step(&w->online, net, &rule->common, b, from, t);
            for (size_t k = 1; k <= net->blocks; k++)
                if (k != net->L) block_step(w, net, k, rule);
        }
        loss += online_readout(&w->online, net, b, from, gradient[net->L]);
        for (size_t k = 1; k <= net->blocks; k++)
            if (k != net->L) block_gradient(w, net, k, b->x->T, B[net_block(net, k).layer], gradient[k]);
    }
    return loss;
}

void eprop_count(const struct net *net, bool detach_reset, const struct batch *b, double times,
                 struct step_report *r)
{
    const double n = times * (double)b->n, K = (double)net->n[net->L];
    struct step_cost cost = {0};
    cost_product(&cost, net, net->L, n, 0); /* dW_L */
    for (size_t k = 1; k <= net->blocks; k++) {
        const double synapses = (double)net_block_size(net, k);
        if (k == net->L) continue;
        if (!same_for_all_neurons(net, detach_reset)) cost.flops += 2 * synapses * n * (double)b->x->T;
        cost.flops +=
            2 * (K * (double)net_block(net, k).rows + synapses) * n; /* signals, and times the traces */
    }
    online_count(net, b, times, &cost, r);
}

/* ---- the trainer --------------------------------------------------------------------------------------- */

static status eprop_create(const struct solver *self, void **state, const void *options,
                           const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct eprop_options *o = options;
    const struct minibatch_options *common = &o->online.common;
    const size_t N = shapes->info->n[SPLIT_TRAIN], C = minibatch_largest_block(common, N);
    struct eprop *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->rule = (struct eprop_rule){online_rule_of(&o->online), o->detach_reset, NULL};
    TRY(minibatch_create(&s->minibatch, common, shapes, (struct layer_range){1, shapes->net->blocks},
                         minibatch_parts(common, N), m, e));
    if (o->feedback == EPROP_RANDOM) {
        TRY(online_matrices_create(s->B, shapes->net, m, e));
        s->rule.feedback = s->B;
    }
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++)
        TRY(eprop_work_create(&s->work[i], shapes->net, o->detach_reset, C, m, e));
    return ST_OK;
}

static status eprop_start(void *state, const struct train_env *env, struct error *e)
{
    struct eprop *s = state;
    if (s->rule.feedback) online_matrices_draw(s->B, env->net, env->rng);
    return minibatch_start(state, env, e);
}

static double gradient_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct eprop *s = state;
    return eprop_block(&s->work[where->thread], s->minibatch.env.net, where->batch, where->first, where->C,
                       &s->rule, gradient);
}

static status eprop_step(void *state, struct step_report *r, struct error *e)
{
    struct eprop *s = state;
    const struct minibatch_rule rule = {.block = gradient_block};
    const status st = minibatch_epoch(s, &rule, r, e);
    eprop_count(s->minibatch.env.net, s->rule.detach_reset, &s->minibatch.env.train,
                minibatch_passes(&s->minibatch), r);
    return st;
}

const struct solver solver_eprop = {
    .abi = SOLVER_ABI,
    .name = "eprop",
    .summary = "e-prop: eligibility traces of the synapses, forwards in time, times a learning signal",
    .reference = "Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein, Maass: A solution to the learning "
                 "dilemma for recurrent networks of spiking neurons, Nature Communications 11:3625, 2020",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_NETWORKS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS |
                FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {online_option_list, ONLINE_OPTIONS},
                          {eprop_option_list, sizeof eprop_option_list / sizeof *eprop_option_list},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .size = sizeof(struct eprop_options)},
    .metrics = {minibatch_metric_list, MINIBATCH_METRICS},
    .create = eprop_create,
    .start = eprop_start,
    .step = eprop_step,
    .check = minibatch_check,
    .report = minibatch_report,
    .checkpoint = minibatch_checkpoint,
};
