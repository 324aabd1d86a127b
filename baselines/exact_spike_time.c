/* Training by exact gradients of spike times, in continuous time. One step is one epoch.
 *
 * Common metrics. The neurons are not those of network/lif.h: no leak, exponential synaptic currents, one
 * spike at most, in continuous time; only the weights and the threshold are shared. So this solver predicts
 * by its own simulation: the class of the earliest output spike. `acc_*` and `loss*` are of these scores:
 * -time / tau where network.loss is cross_entropy (then the loss is the one that is trained), else their
 * softmax (squared: the Brier score). Columns that the runner takes from the grid simulation (fwd_rate,
 * rate_mean, synops, synops_dense, train_synops) are nan, since that network is not this one; event_synops
 * counts what this simulation accumulates, train_macs what its gradients take.
 *
 * Departures from the source: feed-forward layers, first spikes only; the derivatives d t / d w, which the
 * source carries forwards in time, are multiplied from the last layer to the first, which gives the same
 * numbers; the shared start, which is scaled for the grid network, is mapped to this one's, by one factor and
 * one shift per layer (start_spread, start_sum), so that runs of one seed start from the same draws; neurons
 * whose weights sum to less than the threshold, which could never fire, are pushed up (Mostafa 2018, arXiv
 * 1606.08165). */
#include "baselines/spike_time.h"
#include "support/linsolve.h"
#include "trainer/minibatch.h"
#include <string.h>

struct exact_options {
    struct minibatch_options common;
    double span, deadline, tau, start_sum, start_spread, sum_push;
};

static const struct option exact_option_list[] = {
    {"span", OPT_REAL, offsetof(struct exact_options, span), "2", 0, 100, OPT_OPEN_LO, NULL,
     "synaptic time constants", "time of the last step of the inputs"},
    {"deadline", OPT_REAL, offsetof(struct exact_options, deadline), "10", 0, 300, OPT_OPEN_LO, NULL,
     "synaptic time constants", "later spikes do not count"},
    {"tau", OPT_REAL, offsetof(struct exact_options, tau), "0.2", 0, 1e3, OPT_OPEN_LO, NULL,
     "synaptic time constants", "scores are -time / tau"},
    {"start_sum", OPT_REAL, offsetof(struct exact_options, start_sum), "3", -1e3, 1e3, 0, NULL, "thresholds",
     "the starting weights of a layer are shifted by this over its inputs; 0: a multiple of "
     "network.start's"},
    {"start_spread", OPT_REAL, offsetof(struct exact_options, start_spread), "1", 0, 1e3, OPT_OPEN_LO, NULL,
     "thresholds",
     "the starting weights of a layer are scaled until their rms is this over the root of its inputs"},
    {"sum_push", OPT_REAL, offsetof(struct exact_options, sum_push), "1", 0, 1e6, 0, NULL, "",
     "slope of the loss that pushes up weights which sum to less than the threshold"},
};

/* The gradient is unbounded where a spike is about to vanish: it is clipped. */
static const struct option_default exact_defaults[] = {{"lr", "0.005"}, {"clip", "1"}, {NULL, NULL}};

static const struct metric_desc exact_metrics[] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
    {"silent", "", "part of the neurons that did not fire, mean over the epoch's samples", METRIC_LAYER},
    {"event_loss", "", "cross-entropy of -time / tau, mean over the epoch's samples", METRIC_RUN},
    {"event_synops", "operations", "events times neurons reached, per sample", METRIC_RUN},
};

/* Sums over samples; in double, unlike those of trainer/minibatch.h. */
struct sums {
    double *gradient[NET_MAX_LAYERS + 1];
    struct counted {
        double loss, synops, macs, silent[NET_MAX_LAYERS + 1];
    } counts;
};

struct exact {
    struct minibatch minibatch;
    struct exact_options options;
    struct spike_time *work;    /* [threads] */
    struct sums sums[PART_MAX]; /* over parts, see pool_sum */
    struct counted epoch;
};

static status exact_check(const struct solver *self, const void *options, const struct net_options *net,
                          const struct dataset_info *info, struct error *e)
{
    const struct exact_options *o = options;
    TRY(minibatch_check(self, options, net, info, e));
    return o->deadline > o->span ? ST_OK
                                 : FAIL(e, ST_CONFIG, "option 'deadline' (%g) must be later than 'span' (%g)",
                                        o->deadline, o->span);
}

static status exact_create(const struct solver *self, void **state, const void *options,
                           const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    const struct exact_options *o = options;
    const struct spike_time_options times = {o->span, o->deadline, o->tau};
    const size_t events = shapes->info->n_inputs * shapes->info->T; /* the longest list there can be */
    const size_t parts = minibatch_parts(&o->common, shapes->info->n[SPLIT_TRAIN]);
    struct exact *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *o;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, net->L}, 1, m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++)
        TRY(spike_time_create(&s->work[i], &times, net, events, m, e));
    for (size_t k = 0; k < pool_sums(parts, shapes->threads, shapes->ranks); k++)
        for (size_t l = 1; l <= net->L; l++)
            if (!(s->sums[k].gradient[l] = mem_alloc(m, net->n[l] * net->n[l - 1], sizeof(double), e)))
                return ST_MEMORY;
    return ST_OK;
}

/* W = spread / sqrt(n_in) W_start / rms(W_start) + sum / n_in, in thresholds: the directions that the shared
 * start has drawn stay; a neuron's weights sum to `sum` on average. */
static status start_weights(const struct exact *s, struct error *e)
{
    struct net *net = s->minibatch.env.net;
    const double theta = (double)net->lif[1].threshold;
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        double in = (double)net->n[l - 1], rms = vector_norm(size, net->W[l]) / sqrt((double)size);
        if (!(rms > 0)) return FAIL(e, ST_NUMERIC, "the starting weights of layer %zu are zero", l);
        double factor = s->options.start_spread * theta / sqrt(in) / rms,
               shift = s->options.start_sum * theta / in;
        for (size_t i = 0; i < size; i++) net->W[l][i] = (real)(factor * (double)net->W[l][i] + shift);
    }
    return ST_OK;
}

static status exact_start(void *state, const struct train_env *env, struct error *e)
{
    TRY(minibatch_start(state, env, e));
    return start_weights(state, e);
}

struct batch_task {
    struct exact *s;
    struct batch batch;
    struct partition part;
};

static void gradient_part(void *context, size_t part, size_t sum, size_t thread)
{
    const struct batch_task *task = context;
    const struct net *net = task->s->minibatch.env.net;
    struct spike_time *w = &task->s->work[thread];
    struct sums *sums = &task->s->sums[sum];
    memset(&sums->counts, 0, sizeof sums->counts);
    for (size_t l = 1; l <= net->L; l++)
        memset(sums->gradient[l], 0, net->n[l] * net->n[l - 1] * sizeof(double));
    size_t first = chunk_first(&task->part, part_first(&task->part, part)),
           end = chunk_first(&task->part, part_first(&task->part, part + 1));
    for (size_t i = first; i < end; i++) {
        spike_time_simulate(w, net, &task->batch, i);
        sums->counts.loss +=
            spike_time_gradient(w, net, task->batch.labels[batch_sample(&task->batch, i)], sums->gradient);
        sums->counts.synops += spike_time_synops(w, net);
        sums->counts.macs += spike_time_gradient_macs(w, net);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++) sums->counts.silent[l] += w->layer[l].causal[j] == 0;
    }
}

static void add_sums(void *context, size_t sum, size_t other)
{
    const struct batch_task *task = context;
    const struct net *net = task->s->minibatch.env.net;
    struct sums *to = &task->s->sums[sum];
    const struct sums *from = &task->s->sums[other];
    to->counts.loss += from->counts.loss;
    to->counts.synops += from->counts.synops;
    to->counts.macs += from->counts.macs;
    for (size_t l = 1; l <= net->L; l++) {
        to->counts.silent[l] += from->counts.silent[l];
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) to->gradient[l][i] += from->gradient[l][i];
    }
}

static size_t sum_blocks(void *context, size_t sum, struct rank_block *blocks)
{
    const struct batch_task *task = context;
    const struct net *net = task->s->minibatch.env.net;
    struct sums *s = &task->s->sums[sum];
    blocks[0] = rank_memory(&s->counts, sizeof s->counts);
    for (size_t l = 1; l <= net->L; l++)
        blocks[l] = rank_memory(s->gradient[l], net->n[l] * net->n[l - 1] * sizeof(double));
    return net->L + 1;
}

/* Adds the slope of sum_push * sum over neurons of max(0, threshold - sum of the neuron's weights). */
static void push_sums(const struct exact *s, size_t l, real *gradient)
{
    const struct net *net = s->minibatch.env.net;
    size_t n = net->n[l], in = net->n[l - 1];
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < in; i++) sum += (double)net->W[l][i * n + j];
        if (sum >= (double)net->lif[1].threshold) continue;
        for (size_t i = 0; i < in; i++) gradient[i * n + j] -= (real)s->options.sum_push;
    }
}

/* Mean gradient of a mini-batch, with the push; returns the mean loss, without it. */
static double mean_gradient(void *state, const struct batch *batch, real *const *gradient)
{
    static const struct part_sum parts = {gradient_part, add_sums, sum_blocks};
    struct exact *s = state;
    const struct net *net = s->minibatch.env.net;
    const struct sums *all = &s->sums[0];
    struct batch_task task = {s, *batch, partition_make(batch->n)};
    sum_tree(pool_sum(s->minibatch.env.pool, task.part.n_parts, &parts, &task), add_sums, &task);
    s->epoch.loss += all->counts.loss;
    s->epoch.synops += all->counts.synops;
    s->epoch.macs += all->counts.macs;
    for (size_t l = 1; l <= net->L; l++) {
        s->epoch.silent[l] += all->counts.silent[l];
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            gradient[l][i] = (real)(all->gradient[l][i] / (double)batch->n);
        if (s->options.sum_push > 0) push_sums(s, l, gradient[l]);
    }
    return all->counts.loss / (double)batch->n;
}

static status exact_step(void *state, struct step_report *r, struct error *e)
{
    struct exact *s = state;
    const struct minibatch_rule rule = {.whole = mean_gradient};
    memset(&s->epoch, 0, sizeof s->epoch);
    status st = minibatch_epoch(s, &rule, r, e);
    /* once from event to event, and the gradient back through the causal events */
    r->forward_passes = r->spike_passes = r->backward_passes = (double)s->minibatch.evaluated;
    r->dense_macs = s->epoch.macs;
    return st;
}

static void exact_report(void *state, struct metric_sink *sink)
{
    const struct exact *s = state;
    const struct net *net = s->minibatch.env.net;
    double N = (double)s->minibatch.evaluated;
    if (s->minibatch.evaluations == 0) return;
    metric_put(sink, "event_loss", 0, s->epoch.loss / N);
    metric_put(sink, "event_synops", 0, s->epoch.synops / N);
    minibatch_report(state, sink);
    for (size_t l = 1; l <= net->L; l++)
        metric_put(sink, "silent", l, s->epoch.silent[l] / N / (double)net->n[l]);
}

/* Softmax in place, K numbers. */
static void softmax(size_t K, real *v)
{
    double top = (double)v[loss_argmax(K, v)], sum = 0;
    for (size_t k = 0; k < K; k++) sum += exp((double)v[k] - top);
    for (size_t k = 0; k < K; k++) v[k] = (real)(exp((double)v[k] - top) / sum);
}

struct predict_task {
    struct exact *s;
    const struct batch *batch;
    struct partition part;
    real *scores;
    double synops[PART_MAX];
};

static void predict_part(void *context, size_t part, size_t thread)
{
    struct predict_task *task = context;
    struct spike_time *w = &task->s->work[thread];
    const struct net *net = task->s->minibatch.env.net;
    const size_t K = net->n[net->L], end = chunk_first(&task->part, part_first(&task->part, part + 1));
    task->synops[part] = 0;
    for (size_t i = chunk_first(&task->part, part_first(&task->part, part)); i < end; i++) {
        spike_time_simulate(w, net, task->batch, i);
        task->synops[part] += spike_time_synops(w, net);
        spike_time_scores(w, net, task->scores + i * K);
        if (net->loss != LOSS_CROSS_ENTROPY) softmax(K, task->scores + i * K);
    }
}

static status exact_predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                            struct error *e)
{
    struct exact *s = state;
    const struct net *net = s->minibatch.env.net;
    struct pool *pool = s->minibatch.env.pool;
    struct predict_task task = {.s = s, .batch = b, .part = partition_make(b->n), .scores = scores};
    double synops = 0; /* a whole number: any order gives the same */
    (void)e;
    part_run(pool, task.part.n_parts, predict_part, &task);
    part_share(pool, task.part.n_parts, task.synops, sizeof *task.synops);
    part_share_samples(pool, &task.part, scores, net->n[net->L] * sizeof *scores);
    for (size_t k = 0; k < task.part.n_parts; k++) synops += task.synops[k];
    *counts = (struct operations){synops / (double)b->n, 0};
    return ST_OK;
}

const struct solver solver_exact_spike_time = {
    .abi = SOLVER_ABI,
    .name = "exact_spike_time",
    .summary = "exact gradients of first-spike times in continuous time, by the implicit function theorem",
    .reference =
        "Lee, Haghighatshoar, Karbasi: Exact Gradient Computation for Spiking Neural Networks Through "
        "Forward Propagation, arXiv 2210.15415",
    /* Weights that start at 0 cannot be scaled. Its neuron has no reset, and its readout is the first spike.
     */
    .features = FEATURE_CLASSIFICATION | FEATURE_LOSSES | FEATURE_RESETS | FEATURE_READOUTS |
                FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MINI_BATCH | FEATURE_FRESH_SAMPLES |
                FEATURE_OWN_PREDICTION | FEATURE_RANKS | FEATURE_DENSE_SPIKES,
    .options = {.spans = {{exact_option_list, sizeof exact_option_list / sizeof *exact_option_list},
                          {minibatch_option_list, MINIBATCH_OPTIONS}},
                .defaults = exact_defaults,
                .size = sizeof(struct exact_options)},
    .metrics = {exact_metrics, sizeof exact_metrics / sizeof *exact_metrics},
    .create = exact_create,
    .start = exact_start,
    .step = exact_step,
    .check = exact_check,
    .report = exact_report,
    .predict = exact_predict,
    .checkpoint = minibatch_checkpoint,
};
