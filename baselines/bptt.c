/* Surrogate-gradient backpropagation through time with mini-batches: the yardstick. One step is one epoch. */
#include "baselines/backward.h"
#include "baselines/optimizer.h"
#include "solvers/solver.h"
#include "support/linsolve.h"
#include <stdlib.h>
#include <string.h>

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_COSINE };
static const char *const schedule_names[] = {"constant", "cosine", NULL};

struct bptt_options {
    int optimizer, schedule, surrogate;
    double lr, momentum, beta1, beta2, eps, weight_decay, clip, slope;
    long batch, lr_epochs;
    bool detach_reset;
};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct bptt_options, field), value, lo, hi, flags, choices, unit, help        \
    }

static const struct option bptt_option_list[] = {
    OPTION(optimizer, OPT_CHOICE, "adam", 0, 0, 0, optimizer_names, "", "update rule"),
    OPTION(lr, OPT_REAL, "0.002", 0, 1e3, OPT_OPEN_LO, NULL, "", "learning rate"),
    OPTION(schedule, OPT_CHOICE, "constant", 0, 0, 0, schedule_names, "", "learning rate over the epochs"),
    OPTION(lr_epochs, OPT_INT, "100", 1, 1e9, 0, NULL, "epochs",
           "cosine: epochs until the learning rate reaches zero"),
    OPTION(batch, OPT_INT, "100", 1, 1e9, 0, NULL, "samples", "samples per mini-batch"),
    OPTION(surrogate, OPT_CHOICE, "fast_sigmoid", 0, 0, 0, surrogate_names, "",
           "derivative that stands in for the spike's"),
    OPTION(slope, OPT_REAL, "5", 0, 1e6, OPT_OPEN_LO, NULL, "1/membrane units", "steepness of the surrogate"),
    OPTION(detach_reset, OPT_BOOL, "false", 0, 0, 0, NULL, "", "leave the reset out of the gradient"),
    OPTION(clip, OPT_REAL, "0", 0, 1e12, 0, NULL, "", "largest norm of the whole gradient; 0: off"),
    OPTION(momentum, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "sgd: momentum"),
    OPTION(beta1, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the first moment"),
    OPTION(beta2, OPT_REAL, "0.999", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the second moment"),
    OPTION(eps, OPT_REAL, "1e-8", 0, 1, OPT_OPEN_LO, NULL, "",
           "adam: added to the root of the second moment"),
    OPTION(weight_decay, OPT_REAL, "0", 0, 1e3, 0, NULL, "", "pull of the weights towards zero"),
};

static const struct metric_desc bptt_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the mini-batch gradient before clipping, mean over the epoch",
     METRIC_LAYER},
};

struct bptt {
    struct mem mem;
    struct bptt_options options;
    struct train_env env;
    struct optimizer optimizer;
    struct backward *work;                     /* [threads] */
    size_t *order;                             /* [N]: samples in this epoch's order */
    real *slots[SLOT_MAX][NET_MAX_LAYERS + 1]; /* gradient of a slot */
    long epoch;
    double norm[NET_MAX_LAYERS + 1]; /* sums over the epoch's mini-batches */
    size_t updates;
};

static status bptt_check(const void *options, const struct net_options *net, const struct dataset_info *info,
                         struct error *e)
{
    (void)options;
    if (info->n_classes == 0 && net->loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[net->loss]);
    return ST_OK;
}

static size_t largest_batch(const struct bptt_options *o, size_t N)
{
    return (size_t)o->batch < N ? (size_t)o->batch : N;
}

/* Samples of the largest chunk over all mini-batches: the last, smaller one may have a larger chunk than the
 * others (100 samples make two chunks of 50, the 60 that are left make one of 60). */
static size_t largest_chunk(size_t batch)
{
    return batch < CHUNK_MAX ? batch : CHUNK_MAX;
}

static size_t bptt_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct bptt_options *o = options;
    struct partition part = partition_make(largest_batch(o, info->n[SPLIT_TRAIN]));
    size_t units = 0, widest = 0;
    for (size_t l = 1; l <= net->L; l++) {
        units += 2 * net->n[l];
        widest = net->n[l] > widest ? net->n[l] : widest;
    }
    return sizeof(real) * ((units + 2 * widest) * info->T * largest_chunk(part.n) +
                           net_parameters(net) * (part.n_slots + 2));
}

/* An epoch: forward one product per layer, backward two; layer 1 on the lists, one each way. */
static struct step_cost bptt_cost(const void *options, const struct net *net, const struct dataset_info *info)
{
    enum { PASSES = 24 }; /* over a block of n_l x N T numbers, counted in the loops */
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T;
    (void)options;
    for (size_t l = 1; l <= net->L; l++) {
        double n = (double)net->n[l], m = (double)net->n[l - 1];
        if (l == 1)
            cost.sparse_flops += 4 * n * training_entries(info);
        else
            cost.flops += 6 * n * m * columns;
        cost.bytes += (double)sizeof(real) * PASSES * n * columns;
    }
    return cost;
}

static void bptt_free(void *state)
{
    struct bptt *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

static status build(struct bptt *s, struct error *e)
{
    const struct bptt_options *o = &s->options;
    const struct net *net = s->env.net;
    size_t batch = largest_batch(o, s->env.train.n), threads = pool_threads(s->env.pool);
    struct partition part = partition_make(batch);
    s->optimizer = (struct optimizer){.kind = (enum optimizer_kind)o->optimizer,
                                      .momentum = o->momentum,
                                      .beta1 = o->beta1,
                                      .beta2 = o->beta2,
                                      .eps = o->eps,
                                      .weight_decay = o->weight_decay};
    TRY(optimizer_create(&s->optimizer, net, &s->mem, e));
    s->order = mem_alloc(&s->mem, s->env.train.n, sizeof *s->order, e);
    s->work = mem_alloc(&s->mem, threads, sizeof *s->work, e);
    if (!s->order || !s->work) return ST_MEMORY;
    for (size_t i = 0; i < s->env.train.n; i++) s->order[i] = batch_sample(&s->env.train, i);
    for (size_t i = 0; i < threads; i++)
        TRY(backward_create(&s->work[i], net, s->env.info->T, largest_chunk(batch), &s->mem, e));
    for (size_t k = 0; k < part.n_slots; k++)
        for (size_t l = 1; l <= net->L; l++)
            if (!(s->slots[k][l] = mem_reals(&s->mem, net->n[l] * net->n[l - 1], e))) return ST_MEMORY;
    return ST_OK;
}

static status bptt_init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct bptt *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->options = *(const struct bptt_options *)options;
    s->env = *env;
    if (env->train.n == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    return build(s, e);
}

struct batch_task {
    struct bptt *s;
    struct batch batch;
    struct partition part;
};

static void gradient_slot(void *context, size_t slot, size_t thread)
{
    const struct batch_task *task = context;
    struct bptt *s = task->s;
    const struct net *net = s->env.net;
    const struct backward_options o = {&surrogates[s->options.surrogate], (real)s->options.slope, false,
                                       s->options.detach_reset};
    for (size_t l = 1; l <= net->L; l++)
        memset(s->slots[slot][l], 0, net->n[l] * net->n[l - 1] * sizeof(real));
    for (size_t c = slot_first(&task->part, slot); c < slot_first(&task->part, slot + 1); c++) {
        size_t first = chunk_first(&task->part, c);
        backward_block(&s->work[thread], net, &task->batch, first, chunk_first(&task->part, c + 1) - first,
                       &o, s->slots[slot]);
    }
}

static double learning_rate(const struct bptt *s)
{
    const struct bptt_options *o = &s->options;
    if (o->schedule == SCHEDULE_CONSTANT) return o->lr;
    double part = (double)(s->epoch < o->lr_epochs ? s->epoch : o->lr_epochs) / (double)o->lr_epochs;
    return o->lr * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

/* Mean gradient of a mini-batch in slot 0, then the update. */
static void mini_batch(struct bptt *s, size_t first, size_t n)
{
    const struct net *net = s->env.net;
    struct batch_task task = {s, s->env.train, partition_make(n)};
    task.batch.samples = s->order + first;
    task.batch.n = n;
    pool_run(s->env.pool, task.part.n_slots, gradient_slot, &task);
    double total = 0;
    const real mean = 1 / (real)n;
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * net->n[l - 1];
        real *g = s->slots[0][l];
        for (size_t k = 1; k < task.part.n_slots; k++)
            for (size_t i = 0; i < size; i++) g[i] += s->slots[k][l][i];
        for (size_t i = 0; i < size; i++) g[i] *= mean;
        double norm = vector_norm(size, g);
        s->norm[l] += norm;
        total += norm * norm;
    }
    total = sqrt(total);
    if (s->options.clip > 0 && total > s->options.clip) {
        const real shrink = (real)(s->options.clip / total);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) s->slots[0][l][i] *= shrink;
    }
    optimizer_update(&s->optimizer, s->env.net, s->slots[0], learning_rate(s));
    s->updates++;
}

static status bptt_step(void *state, struct step_report *r, struct error *e)
{
    struct bptt *s = state;
    size_t N = s->env.train.n, batch = largest_batch(&s->options, N);
    memset(s->norm, 0, sizeof s->norm);
    s->updates = 0;
    rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch)
        mini_batch(s, first, N - first < batch ? N - first : batch);
    s->epoch++;
    r->samples = (double)N;
    return net_finite(s->env.net) ? ST_OK
                                  : FAIL(e, ST_NUMERIC, "a weight is not finite after epoch %ld", s->epoch);
}

static void bptt_report(void *state, struct metric_sink *sink)
{
    const struct bptt *s = state;
    for (size_t l = 1; s->updates > 0 && l <= s->env.net->L; l++)
        metric_put(sink, "grad_norm", l, s->norm[l] / (double)s->updates);
}

static status bptt_save(void *state, FILE *f, struct error *e)
{
    const struct bptt *s = state;
    const struct net *net = s->env.net;
    TRY(checkpoint_write(f, &s->epoch, sizeof s->epoch, e));
    TRY(checkpoint_write(f, &s->optimizer.steps, sizeof s->optimizer.steps, e));
    TRY(checkpoint_write(f, s->order, s->env.train.n * sizeof *s->order, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t bytes = net->n[l] * net->n[l - 1] * sizeof(real);
        TRY(checkpoint_write(f, s->optimizer.m[l], bytes, e));
        if (s->optimizer.v[l]) TRY(checkpoint_write(f, s->optimizer.v[l], bytes, e));
    }
    return ST_OK;
}

static status bptt_load(void *state, FILE *f, struct error *e)
{
    struct bptt *s = state;
    const struct net *net = s->env.net;
    TRY(checkpoint_read(f, &s->epoch, sizeof s->epoch, e));
    TRY(checkpoint_read(f, &s->optimizer.steps, sizeof s->optimizer.steps, e));
    TRY(checkpoint_read(f, s->order, s->env.train.n * sizeof *s->order, e));
    for (size_t l = 1; l <= net->L; l++) {
        size_t bytes = net->n[l] * net->n[l - 1] * sizeof(real);
        TRY(checkpoint_read(f, s->optimizer.m[l], bytes, e));
        if (s->optimizer.v[l]) TRY(checkpoint_read(f, s->optimizer.v[l], bytes, e));
    }
    return ST_OK;
}

const struct solver solver_bptt = {
    .api_version = SOLVER_API,
    .name = "bptt",
    .summary = "surrogate-gradient backpropagation through time with mini-batches",
    .reference =
        "Neftci, Mostafa, Zenke: Surrogate Gradient Learning in Spiking Neural Networks, arXiv 1901.09948",
    .caps = CAP_CLASSIFICATION | CAP_REGRESSION | CAP_MINI_BATCH,
    .options = {bptt_option_list, sizeof bptt_option_list / sizeof *bptt_option_list,
                sizeof(struct bptt_options)},
    .metrics = bptt_metrics,
    .n_metrics = sizeof bptt_metrics / sizeof *bptt_metrics,
    .check = bptt_check,
    .memory = bptt_memory,
    .cost = bptt_cost,
    .init = bptt_init,
    .step = bptt_step,
    .report = bptt_report,
    .save = bptt_save,
    .load = bptt_load,
    .free = bptt_free,
};
