/* Training by exact gradients of spike times, in continuous time. One step is one epoch.
 *
 * Common metrics. The neurons are not those of network/lif.h: no leak, exponential synaptic currents, one
 * spike at most, in continuous time; only the weights and the threshold are shared. So this solver predicts
 * by its own simulation: the class of the earliest output spike. `acc_*` and `loss*` are of these scores:
 * -time / tau where network.loss is cross_entropy (then the loss is the one that is trained), else their
 * softmax (squared: the Brier score). Columns that the runner takes from the grid simulation (fwd_rate,
 * rate_mean, synops) describe the grid network with these weights, and are to be left aside; event_synops
 * counts what this simulation accumulates.
 *
 * Departures from the source: feed-forward layers, first spikes only; the derivatives d t / d w, which the
 * source carries forwards in time, are multiplied from the last layer to the first, which gives the same
 * numbers; the weights start anew (start_sum, start_spread), since the shared start is scaled for the grid
 * network; neurons whose weights sum to less than the threshold, which could never fire, are pushed up
 * (Mostafa 2018, arXiv 1606.08165). */
#include "baselines/optimizer.h"
#include "baselines/spike_time.h"
#include "solvers/solver.h"
#include "support/linsolve.h"
#include <stdlib.h>
#include <string.h>

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_COSINE };
static const char *const schedule_names[] = {"constant", "cosine", NULL};

struct exact_options {
    int optimizer, schedule;
    long batch, lr_epochs;
    double lr, clip, momentum, beta1, beta2, eps, weight_decay;
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
           "start: mean of the sum of a neuron's weights"),
    OPTION(start_spread, OPT_REAL, "1", 0, 1e3, 0, NULL, "thresholds",
           "start: standard deviation of a weight, times the root of the number of inputs"),
    OPTION(sum_push, OPT_REAL, "1", 0, 1e6, 0, NULL, "",
           "slope of the loss that pushes up weights which sum to less than the threshold"),
    OPTION(optimizer, OPT_CHOICE, "adam", 0, 0, 0, optimizer_names, "", "update rule"),
    OPTION(lr, OPT_REAL, "0.005", 0, 1e3, OPT_OPEN_LO, NULL, "", "learning rate"),
    OPTION(schedule, OPT_CHOICE, "constant", 0, 0, 0, schedule_names, "", "learning rate over the epochs"),
    OPTION(lr_epochs, OPT_INT, "100", 1, 1e9, 0, NULL, "epochs",
           "cosine: epochs until the learning rate reaches zero"),
    OPTION(batch, OPT_INT, "100", 1, 1e9, 0, NULL, "samples", "samples per mini-batch"),
    OPTION(clip, OPT_REAL, "1", 0, 1e12, 0, NULL, "",
           "largest norm of the whole gradient (it is unbounded where a spike is about to vanish); 0: off"),
    OPTION(momentum, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "sgd: momentum"),
    OPTION(beta1, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the first moment"),
    OPTION(beta2, OPT_REAL, "0.999", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the second moment"),
    OPTION(eps, OPT_REAL, "1e-8", 0, 1, OPT_OPEN_LO, NULL, "",
           "adam: added to the root of the second moment"),
    OPTION(weight_decay, OPT_REAL, "0", 0, 1e3, 0, NULL, "", "pull of the weights towards zero"),
};

static const struct metric_desc exact_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the mini-batch gradient before clipping, mean over the epoch",
     METRIC_LAYER},
    {"silent", "", "part of the neurons that did not fire, mean over the epoch's samples", METRIC_LAYER},
    {"event_loss", "", "cross-entropy of -time / tau, mean over the epoch's samples", METRIC_RUN},
    {"event_synops", "operations", "events times neurons reached, per sample", METRIC_RUN},
};

/* Sums over the samples of a slot. */
struct slot {
    double *gradient[NET_MAX_LAYERS + 1];
    double loss, synops, silent[NET_MAX_LAYERS + 1];
};

struct exact {
    struct mem mem;
    struct exact_options options;
    struct train_env env;
    struct optimizer optimizer;
    struct spike_time *work; /* [threads] */
    struct slot slots[SLOT_MAX];
    real *gradient[NET_MAX_LAYERS + 1];
    size_t *order; /* [N]: samples in this epoch's order */
    long epoch;
    struct slot sums;                /* over the epoch, gradient unused */
    double norm[NET_MAX_LAYERS + 1]; /* sums over the epoch's mini-batches */
    size_t updates;
};

static status exact_check(const void *options, const struct net_options *net, const struct dataset_info *info,
                          struct error *e)
{
    const struct exact_options *o = options;
    (void)net;
    if (info->n_classes == 0)
        return FAIL(e, ST_CONFIG,
                    "exact_spike_time needs class labels; this dataset has real-valued targets");
    return o->deadline > o->span ? ST_OK
                                 : FAIL(e, ST_CONFIG, "option 'deadline' (%g) must be later than 'span' (%g)",
                                        o->deadline, o->span);
}

static size_t largest_batch(const struct exact_options *o, size_t N)
{
    return (size_t)o->batch < N ? (size_t)o->batch : N;
}

static size_t exact_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    struct partition part = partition_make(largest_batch(options, info->n[SPLIT_TRAIN]));
    return net_parameters(net) * (sizeof(double) * part.n_slots + 3 * sizeof(real)) +
           info->n[SPLIT_TRAIN] * sizeof(size_t);
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

/* Rows of mean start_sum thresholds and the spread asked for. */
static void start_weights(const struct exact *s)
{
    struct net *net = s->env.net;
    const double theta = (double)net->lif.threshold;
    for (size_t l = 1; l <= net->L; l++) {
        double in = (double)net->n[l - 1], mean = s->options.start_sum * theta / in,
               spread = s->options.start_spread * theta / sqrt(in);
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            net->W[l][i] = (real)(mean + spread * rng_normal(s->env.rng));
    }
}

static status build(struct exact *s, struct error *e)
{
    const struct exact_options *o = &s->options;
    const struct net *net = s->env.net;
    const struct spike_time_options times = {o->span, o->deadline, o->tau};
    struct partition part = partition_make(largest_batch(o, s->env.train.n));
    size_t threads = pool_threads(s->env.pool), events = most_events(&s->env.train);
    TRY(optimizer_create(&s->optimizer, net, &s->mem, e));
    s->order = mem_alloc(&s->mem, s->env.train.n, sizeof *s->order, e);
    s->work = mem_alloc(&s->mem, threads, sizeof *s->work, e);
    if (!s->order || !s->work) return ST_MEMORY;
    for (size_t i = 0; i < s->env.train.n; i++) s->order[i] = batch_sample(&s->env.train, i);
    for (size_t i = 0; i < threads; i++) TRY(spike_time_create(&s->work[i], &times, net, events, &s->mem, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        if (!(s->gradient[l] = mem_reals(&s->mem, size, e))) return ST_MEMORY;
        for (size_t k = 0; k < part.n_slots; k++)
            if (!(s->slots[k].gradient[l] = mem_alloc(&s->mem, size, sizeof(double), e))) return ST_MEMORY;
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
    if (env->train.n == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    s->optimizer = (struct optimizer){.kind = (enum optimizer_kind)s->options.optimizer,
                                      .momentum = s->options.momentum,
                                      .beta1 = s->options.beta1,
                                      .beta2 = s->options.beta2,
                                      .eps = s->options.eps,
                                      .weight_decay = s->options.weight_decay};
    TRY(build(s, e));
    start_weights(s);
    return ST_OK;
}

struct batch_task {
    struct exact *s;
    struct batch batch;
    struct partition part;
};

static void gradient_slot(void *context, size_t slot, size_t thread)
{
    const struct batch_task *task = context;
    const struct net *net = task->s->env.net;
    struct spike_time *w = &task->s->work[thread];
    struct slot *sums = &task->s->slots[slot];
    sums->loss = sums->synops = 0;
    memset(sums->silent, 0, sizeof sums->silent);
    for (size_t l = 1; l <= net->L; l++)
        memset(sums->gradient[l], 0, net->n[l] * net->n[l - 1] * sizeof(double));
    size_t first = chunk_first(&task->part, slot_first(&task->part, slot)),
           end = chunk_first(&task->part, slot_first(&task->part, slot + 1));
    for (size_t i = first; i < end; i++) {
        spike_time_simulate(w, net, &task->batch, i);
        sums->loss +=
            spike_time_gradient(w, net, task->batch.labels[batch_sample(&task->batch, i)], sums->gradient);
        sums->synops += spike_time_synops(w, net);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t j = 0; j < net->n[l]; j++) sums->silent[l] += w->layer[l].causal[j] == 0;
    }
}

/* Adds the slope of sum_push * sum over neurons of max(0, threshold - sum of the neuron's weights). */
static void push_sums(const struct exact *s, size_t l)
{
    const struct net *net = s->env.net;
    size_t n = net->n[l], in = net->n[l - 1];
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < in; i++) sum += (double)net->W[l][i * n + j];
        if (sum >= (double)net->lif.threshold) continue;
        for (size_t i = 0; i < in; i++) s->gradient[l][i * n + j] -= (real)s->options.sum_push;
    }
}

static double learning_rate(const struct exact *s)
{
    const struct exact_options *o = &s->options;
    if (o->schedule == SCHEDULE_CONSTANT) return o->lr;
    double part = (double)(s->epoch < o->lr_epochs ? s->epoch : o->lr_epochs) / (double)o->lr_epochs;
    return o->lr * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

/* Mean gradient of the slots in s->gradient, with the push; returns its norm. */
static double collect(struct exact *s, const struct partition *part, size_t n)
{
    const struct net *net = s->env.net;
    double total = 0;
    for (size_t k = 0; k < part->n_slots; k++) {
        s->sums.loss += s->slots[k].loss;
        s->sums.synops += s->slots[k].synops;
        for (size_t l = 1; l <= net->L; l++) s->sums.silent[l] += s->slots[k].silent[l];
    }
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        for (size_t i = 0; i < size; i++) {
            double g = 0;
            for (size_t k = 0; k < part->n_slots; k++) g += s->slots[k].gradient[l][i];
            s->gradient[l][i] = (real)(g / (double)n);
        }
        if (s->options.sum_push > 0) push_sums(s, l);
        double norm = vector_norm(size, s->gradient[l]);
        s->norm[l] += norm;
        total += norm * norm;
    }
    return sqrt(total);
}

static void mini_batch(struct exact *s, size_t first, size_t n)
{
    const struct net *net = s->env.net;
    struct batch_task task = {s, s->env.train, partition_make(n)};
    task.batch.samples = s->order + first;
    task.batch.n = n;
    pool_run(s->env.pool, task.part.n_slots, gradient_slot, &task);
    double norm = collect(s, &task.part, n);
    if (s->options.clip > 0 && norm > s->options.clip) {
        const real shrink = (real)(s->options.clip / norm);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) s->gradient[l][i] *= shrink;
    }
    optimizer_update(&s->optimizer, s->env.net, s->gradient, learning_rate(s));
    s->updates++;
}

static status exact_step(void *state, struct step_report *r, struct error *e)
{
    struct exact *s = state;
    size_t N = s->env.train.n, batch = largest_batch(&s->options, N);
    memset(s->norm, 0, sizeof s->norm);
    memset(&s->sums, 0, sizeof s->sums);
    s->updates = 0;
    rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch)
        mini_batch(s, first, N - first < batch ? N - first : batch);
    s->epoch++;
    r->samples = (double)N;
    return net_finite(s->env.net) ? ST_OK
                                  : FAIL(e, ST_NUMERIC, "a weight is not finite after epoch %ld", s->epoch);
}

static void exact_report(void *state, struct metric_sink *sink)
{
    const struct exact *s = state;
    const struct net *net = s->env.net;
    double N = (double)s->env.train.n;
    if (s->updates == 0) return;
    metric_put(sink, "event_loss", 0, s->sums.loss / N);
    metric_put(sink, "event_synops", 0, s->sums.synops / N);
    for (size_t l = 1; l <= net->L; l++) {
        metric_put(sink, "grad_norm", l, s->norm[l] / (double)s->updates);
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

typedef status (*transfer)(FILE *f, void *bytes, size_t size, struct error *e);

static status write_block(FILE *f, void *bytes, size_t size, struct error *e)
{
    return checkpoint_write(f, bytes, size, e);
}

/* What a checkpoint holds, in its order. */
static status transfer_state(struct exact *s, FILE *f, transfer move, struct error *e)
{
    const struct net *net = s->env.net;
    TRY(move(f, &s->epoch, sizeof s->epoch, e));
    TRY(move(f, &s->optimizer.steps, sizeof s->optimizer.steps, e));
    TRY(move(f, s->order, s->env.train.n * sizeof *s->order, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t bytes = net->n[l] * net->n[l - 1] * sizeof(real);
        TRY(move(f, s->optimizer.m[l], bytes, e));
        if (s->optimizer.v[l]) TRY(move(f, s->optimizer.v[l], bytes, e));
    }
    return ST_OK;
}

static status exact_save(void *state, FILE *f, struct error *e)
{
    return transfer_state(state, f, write_block, e);
}

static status exact_load(void *state, FILE *f, struct error *e)
{
    return transfer_state(state, f, checkpoint_read, e);
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
    .cost = exact_cost,
    .init = exact_init,
    .step = exact_step,
    .report = exact_report,
    .predict = exact_predict,
    .save = exact_save,
    .load = exact_load,
    .free = exact_free,
};
