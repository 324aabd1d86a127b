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
#include <stdlib.h>
#include <string.h>

struct exact_options {
    struct minibatch_options common;
    double span, deadline, tau, start_sum, start_spread, sum_push;
};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct exact_options, field), value, lo, hi, flags, choices, unit, help       \
    }

static const struct option exact_option_list[] = {
    OPTION(span, OPT_REAL, "2", 0, 100, OPT_OPEN_LO, NULL, "synaptic time constants",
           "time of the last step of the inputs"),
    OPTION(deadline, OPT_REAL, "10", 0, 300, OPT_OPEN_LO, NULL, "synaptic time constants",
           "later spikes do not count"),
    OPTION(tau, OPT_REAL, "0.2", 0, 1e3, OPT_OPEN_LO, NULL, "synaptic time constants",
           "scores are -time / tau"),
    OPTION(start_sum, OPT_REAL, "3", -1e3, 1e3, 0, NULL, "thresholds",
           "the starting weights of a layer are shifted by this over its inputs; 0: a multiple of "
           "network.start's"),
    OPTION(start_spread, OPT_REAL, "1", 0, 1e3, OPT_OPEN_LO, NULL, "thresholds",
           "the starting weights of a layer are scaled until their rms is this over the root of its inputs"),
    OPTION(sum_push, OPT_REAL, "1", 0, 1e6, 0, NULL, "",
           "slope of the loss that pushes up weights which sum to less than the threshold"),
    MINIBATCH_STEP_OPTIONS(struct exact_options, "adam", "0.005"),
    MINIBATCH_CLIP_OPTION(
        struct exact_options, "1",
        "largest norm of the whole gradient (it is unbounded where a spike is about to vanish); 0: off"),
    MINIBATCH_MOMENT_OPTIONS(struct exact_options),
};

static const struct metric_desc exact_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the mini-batch gradient before clipping, mean over the epoch",
     METRIC_LAYER},
    {"silent", "", "part of the neurons that did not fire, mean over the epoch's samples", METRIC_LAYER},
    {"event_loss", "", "cross-entropy of -time / tau, mean over the epoch's samples", METRIC_RUN},
    {"event_synops", "operations", "events times neurons reached, per sample", METRIC_RUN},
};

/* Sums over the samples of a part; in double, unlike those of baselines/minibatch.h. */
struct part {
    double *gradient[NET_MAX_LAYERS + 1];
    double loss, synops, macs, silent[NET_MAX_LAYERS + 1];
};

struct exact {
    struct mem mem;
    struct exact_options options;
    struct train_env env;
    struct minibatch minibatch;
    struct spike_time *work; /* [threads] */
    struct part parts[PART_MAX];
    struct part sums; /* over the epoch, gradient unused */
};

static status exact_check(const void *options, const struct net_options *net, const struct dataset_info *info,
                          struct error *e)
{
    const struct exact_options *o = options;
    const struct option_table table = {exact_option_list,
                                       sizeof exact_option_list / sizeof *exact_option_list, sizeof *o};
    TRY(minibatch_refuse_idle(&table, options, &o->common, e));
    if (net->start == START_PUBLISHED)
        return FAIL(e, ST_CONFIG,
                    "network.start = published sets all weights to 0, which exact_spike_time cannot scale; "
                    "rate and kaiming are allowed");
    if (info->n_classes == 0)
        return FAIL(e, ST_CONFIG,
                    "exact_spike_time needs class labels; this dataset has real-valued targets");
    return o->deadline > o->span ? ST_OK
                                 : FAIL(e, ST_CONFIG, "option 'deadline' (%g) must be later than 'span' (%g)",
                                        o->deadline, o->span);
}

/* Events of a sample of mean length; the longest may be a few times that. */
static size_t exact_thread_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    (void)options;
    double samples = (double)(info->n[SPLIT_TRAIN] + 1), bytes = (double)sizeof(struct spike_time);
    for (size_t l = 1; l <= net->L; l++) {
        double events = l == 1 ? training_entries(info) / samples : (double)net->n[l - 1];
        bytes += 24 * events + 40 * (double)net->n[l]; /* three and five words of 8 bytes */
    }
    return (size_t)bytes;
}

static size_t exact_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct exact_options *o = options;
    size_t N = info->n[SPLIT_TRAIN];
    return minibatch_memory(&o->common, net, net->L, 1, N) +
           sizeof(double) * net_parameters(net) * minibatch_parts(&o->common, N) +
           exact_thread_memory(options, net, info);
}

/* Every event reaches every neuron of its layer, forwards and backwards; half of the hidden neurons are taken
 * to fire. */
static struct step_cost exact_cost(const void *options, const struct net *net,
                                   const struct dataset_info *info)
{
    enum { FORWARD = 6, BACKWARD = 12 };
    (void)options;
    struct step_cost cost = {0};
    for (size_t l = 1; l <= net->L; l++) {
        double events =
            l == 1 ? training_entries(info) : 0.5 * (double)net->n[l - 1] * (double)info->n[SPLIT_TRAIN];
        cost.sparse_flops += (FORWARD + BACKWARD) * events * (double)net->n[l];
    }
    return cost;
}

static void exact_free(void *state)
{
    struct exact *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

static size_t most_events(const struct batch *b)
{
    size_t most = 0, T = b->x ? b->x->T : 0;
    for (size_t i = 0; i < (b->x ? b->x->n_samples : 0); i++) {
        size_t n = b->x->start[(i + 1) * T] - b->x->start[i * T];
        most = n > most ? n : most;
    }
    return most;
}

/* W = spread / sqrt(n_in) W_start / rms(W_start) + sum / n_in, in thresholds: the directions that the shared
 * start has drawn stay; a neuron's weights sum to `sum` on average. */
static status start_weights(const struct exact *s, struct error *e)
{
    struct net *net = s->env.net;
    const double theta = (double)net->lif.threshold;
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

static status build(struct exact *s, struct error *e)
{
    const struct exact_options *o = &s->options;
    const struct net *net = s->env.net;
    const struct spike_time_options times = {o->span, o->deadline, o->tau};
    size_t threads = pool_threads(s->env.pool), events = most_events(&s->env.train);
    size_t parts = minibatch_parts(&o->common, s->env.train.n);
    TRY(minibatch_create(&s->minibatch, &o->common, &s->env, net->L, 1, &s->mem, e));
    s->work = mem_alloc(&s->mem, threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < threads; i++) TRY(spike_time_create(&s->work[i], &times, net, events, &s->mem, e));
    for (size_t k = 0; k < parts; k++)
        for (size_t l = 1; l <= net->L; l++) {
            size_t size = net->n[l] * net->n[l - 1];
            if (!(s->parts[k].gradient[l] = mem_alloc(&s->mem, size, sizeof(double), e))) return ST_MEMORY;
        }
    return ST_OK;
}

static status exact_init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct exact *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->options = *(const struct exact_options *)options;
    s->env = *env;
    TRY(build(s, e));
    return start_weights(s, e);
}

struct batch_task {
    struct exact *s;
    struct batch batch;
    struct partition part;
};

static void gradient_part(void *context, size_t part, size_t thread)
{
    const struct batch_task *task = context;
    const struct net *net = task->s->env.net;
    struct spike_time *w = &task->s->work[thread];
    struct part *sums = &task->s->parts[part];
    sums->loss = sums->synops = sums->macs = 0;
    memset(sums->silent, 0, sizeof sums->silent);
    for (size_t l = 1; l <= net->L; l++)
        memset(sums->gradient[l], 0, net->n[l] * net->n[l - 1] * sizeof(double));
    size_t first = chunk_first(&task->part, part_first(&task->part, part)),
           end = chunk_first(&task->part, part_first(&task->part, part + 1));
    for (size_t i = first; i < end; i++) {
        spike_time_simulate(w, net, &task->batch, i);
        sums->loss +=
            spike_time_gradient(w, net, task->batch.labels[batch_sample(&task->batch, i)], sums->gradient);
        sums->synops += spike_time_synops(w, net);
        sums->macs += spike_time_gradient_macs(w, net);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++) sums->silent[l] += w->layer[l].causal[j] == 0;
    }
}

/* Adds the slope of sum_push * sum over neurons of max(0, threshold - sum of the neuron's weights). */
static void push_sums(const struct exact *s, size_t l, real *gradient)
{
    const struct net *net = s->env.net;
    size_t n = net->n[l], in = net->n[l - 1];
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < in; i++) sum += (double)net->W[l][i * n + j];
        if (sum >= (double)net->lif.threshold) continue;
        for (size_t i = 0; i < in; i++) gradient[i * n + j] -= (real)s->options.sum_push;
    }
}

/* Mean gradient of the parts, with the push. */
static void collect(struct exact *s, size_t parts, size_t n, real *const *gradient)
{
    const struct net *net = s->env.net;
    for (size_t k = 0; k < parts; k++) {
        s->sums.loss += s->parts[k].loss;
        s->sums.synops += s->parts[k].synops;
        s->sums.macs += s->parts[k].macs;
        for (size_t l = 1; l <= net->L; l++) s->sums.silent[l] += s->parts[k].silent[l];
    }
    for (size_t l = 1; l <= net->L; l++) {
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) {
            double g = 0;
            for (size_t k = 0; k < parts; k++) g += s->parts[k].gradient[l][i];
            gradient[l][i] = (real)(g / (double)n);
        }
        if (s->options.sum_push > 0) push_sums(s, l, gradient[l]);
    }
}

static void mean_gradient(void *context, const struct batch *batch, real *const *gradient)
{
    struct exact *s = context;
    struct batch_task task = {s, *batch, partition_make(batch->n)};
    pool_run(s->env.pool, task.part.n_parts, gradient_part, &task);
    collect(s, task.part.n_parts, batch->n, gradient);
}

static status exact_step(void *state, struct step_report *r, struct error *e)
{
    struct exact *s = state;
    const struct minibatch_rule rule = {.context = s, .whole = mean_gradient};
    memset(&s->sums, 0, sizeof s->sums);
    /* once from event to event, and the gradient back through the causal events */
    r->samples = r->forward_passes = r->spike_passes = r->backward_passes = (double)s->env.train.n;
    status st = minibatch_epoch(&s->minibatch, &rule, e);
    r->dense_macs = s->sums.macs;
    return st;
}

static void exact_report(void *state, struct metric_sink *sink)
{
    const struct exact *s = state;
    const struct net *net = s->env.net;
    double N = (double)s->env.train.n;
    if (s->minibatch.updates == 0) return;
    metric_put(sink, "event_loss", 0, s->sums.loss / N);
    metric_put(sink, "event_synops", 0, s->sums.synops / N);
    for (size_t l = 1; l <= net->L; l++) {
        metric_put(sink, "grad_norm", l, s->minibatch.norm[l] / (double)s->minibatch.updates);
        metric_put(sink, "silent", l, s->sums.silent[l] / N / (double)net->n[l]);
    }
}

/* Softmax in place, K numbers. */
static void softmax(size_t K, real *v)
{
    double top = (double)v[loss_argmax(K, v)], sum = 0;
    for (size_t k = 0; k < K; k++) sum += exp((double)v[k] - top);
    for (size_t k = 0; k < K; k++) v[k] = (real)(exp((double)v[k] - top) / sum);
}

static status exact_predict(void *state, const struct batch *b, real *scores, struct error *e)
{
    struct exact *s = state;
    const struct net *net = s->env.net;
    size_t K = net->n[net->L];
    struct mem scratch = {0};
    struct spike_time w;
    status st = spike_time_create(&w, &s->work[0].o, net, most_events(b), &scratch, e);
    for (size_t i = 0; st == ST_OK && i < b->n; i++) {
        spike_time_simulate(&w, net, b, i);
        spike_time_scores(&w, net, scores + i * K);
        if (net->loss != LOSS_CROSS_ENTROPY) softmax(K, scores + i * K);
    }
    mem_free(&scratch);
    return st;
}

static status exact_save(void *state, FILE *f, struct error *e)
{
    const struct exact *s = state;
    return minibatch_save(&s->minibatch, f, e);
}

static status exact_load(void *state, FILE *f, struct error *e)
{
    struct exact *s = state;
    return minibatch_load(&s->minibatch, f, e);
}

const struct solver solver_exact_spike_time = {
    .api_version = SOLVER_API,
    .name = "exact_spike_time",
    .summary = "exact gradients of first-spike times in continuous time, by the implicit function theorem",
    .reference =
        "Lee, Haghighatshoar, Karbasi: Exact Gradient Computation for Spiking Neural Networks Through "
        "Forward Propagation, arXiv 2210.15415",
    .caps = CAP_CLASSIFICATION | CAP_MINI_BATCH,
    .options = {exact_option_list, sizeof exact_option_list / sizeof *exact_option_list,
                sizeof(struct exact_options)},
    .metrics = exact_metrics,
    .n_metrics = sizeof exact_metrics / sizeof *exact_metrics,
    .check = exact_check,
    .memory = exact_memory,
    .thread_memory = exact_thread_memory,
    .cost = exact_cost,
    .init = exact_init,
    .step = exact_step,
    .report = exact_report,
    .predict = exact_predict,
    .save = exact_save,
    .load = exact_load,
    .free = exact_free,
};
