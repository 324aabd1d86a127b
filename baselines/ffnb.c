/* Networks that learn task after task and keep what they know (arXiv 2111.11366): updates are projected onto
 * directions that earlier tasks do not use, and the readout is Fisher's discriminant, whose sums are merged
 * task by task. One step is one epoch. */
#include "baselines/backward.h"
#include "baselines/fisher.h"
#include "baselines/null_space.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include "trainer/minibatch.h"
#include <string.h>

enum hidden { HIDDEN_NULL_SPACE, HIDDEN_FROZEN, HIDDEN_UNPROJECTED, HIDDEN_RANDOM };
static const char *const hidden_names[] = {"null_space", "frozen", "unprojected", "random", NULL};
enum ffnb_readout { FFNB_FISHER, FFNB_SOFTMAX };
static const char *const readout_of_ffnb[] = {"fisher", "softmax", NULL};

struct options {
    struct minibatch_options common;
    int hidden, readout;
    double keep, shrink;
};
static const struct option option_list[] = {
    {"hidden", OPT_CHOICE, offsetof(struct options, hidden), "null_space", 0, 0, 0, hidden_names, "",
     "hidden layers: trained in directions that earlier tasks do not use; frozen after the first task; "
     "trained "
     "freely; or never trained"},
    {"readout", OPT_CHOICE, offsetof(struct options, readout), "fisher", 0, 0, 0, readout_of_ffnb, "",
     "Fisher's discriminant of all tasks so far, or trained with the hidden layers (null_space: projected as "
     "they are)"},
    {"keep", OPT_REAL, offsetof(struct options, keep), "0.9", 0, 1, OPT_OPEN_LO, NULL, "",
     "hidden = null_space: share of the inputs' energy whose directions are kept as they are"},
    {"shrink", OPT_REAL, offsetof(struct options, shrink), "0.05", 0, 1e6, OPT_OPEN_LO, NULL, "",
     "readout = fisher: ridge, times the mean variance within the classes"},
};
static const struct metric_desc metric_list[] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
    {"null_dimension", "", "share of a layer's input directions in which its weights may still change",
     METRIC_LAYER},
};

struct ffnb {
    struct minibatch minibatch;
    struct options options;
    struct backward *work; /* [threads] */
    bool later;            /* the first task is over */
    struct null_space space[NET_MAX_LAYERS + 1];
    struct fisher_sums before, now; /* tasks that are over; and the one that runs */
    struct fisher fisher;
    real *head;     /* K x n_{L-1}: the readout that the hidden layers are trained with */
    real *biases;   /* [K], for predict */
    real *features; /* n_{L-1} x N */
    double passes;  /* of task, not reported yet */
    struct step_cost cost;
};

static bool trains(const struct options *o, bool later)
{
    return o->readout == FFNB_SOFTMAX || o->hidden == HIDDEN_NULL_SPACE || o->hidden == HIDDEN_UNPROJECTED ||
           (o->hidden == HIDDEN_FROZEN && !later);
}

static status check(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e)
{
    const struct options *o = options;
    struct option_use uses[MINIBATCH_OPTIONS + 2];
    for (size_t i = 0; i < MINIBATCH_OPTIONS; i++)
        uses[i] = (struct option_use){minibatch_option_list[i].key, trains(o, false),
                                      "hidden other than random, or readout = softmax"};
    uses[MINIBATCH_OPTIONS] =
        (struct option_use){"keep", o->hidden == HIDDEN_NULL_SPACE, "hidden = null_space"};
    uses[MINIBATCH_OPTIONS + 1] =
        (struct option_use){"shrink", o->readout == FFNB_FISHER, "readout = fisher"};
    const long last = net->hidden.v[net->hidden.n - 1];
    if (o->readout == FFNB_FISHER && (size_t)last < info->n_classes)
        return FAIL(
            e, ST_CONFIG,
            "option 'readout': fisher needs a last hidden layer of as many neurons as there are classes, "
            "%zu, but network.hidden ends in %ld",
            info->n_classes, last);
    TRY(opt_refuse_idle(&self->options, options, uses, MINIBATCH_OPTIONS + 2, e));
    return minibatch_check(self, options, net, info, e);
}

/* Layers whose updates are projected: those below a readout of Fisher's. */
static size_t highest(const struct ffnb *s, const struct net *net)
{
    return s->options.readout == FFNB_SOFTMAX ? net->L : net->L - 1;
}

/* Of an update of W_l: what later tasks may change of it. The hook of the optimizer from the second task on,
 * of random hidden layers from the first. */
static void project(void *context, size_t l, real *change)
{
    struct ffnb *s = context;
    const struct net *net = s->minibatch.env.net;
    if (s->options.hidden == HIDDEN_NULL_SPACE && s->space[l].known)
        null_space_project(&s->space[l], net->n[l], change);
    else if (l < net->L && s->options.hidden != HIDDEN_NULL_SPACE)
        memset(change, 0, net->n[l] * net->n[l - 1] * sizeof *change);
}

static void choose_projection(struct ffnb *s)
{
    const int hidden = s->options.hidden;
    const bool now = hidden == HIDDEN_RANDOM || (hidden != HIDDEN_UNPROJECTED && s->later);
    s->minibatch.optimizer.project = now ? project : NULL;
}

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct options *o = options;
    const struct net *net = shapes->net;
    const size_t N = shapes->info->n[SPLIT_TRAIN], L = net->L, n = net->n[L - 1], K = net->n[L];
    struct ffnb *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *o;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, L},
                         minibatch_parts(&o->common, N), m, e));
    TRY(optimizer_create_projection(&s->minibatch.optimizer, s, m, e));
    TRY(backward_create_all(&s->work, shapes, CHUNK_MAX, 1, m, e));
    for (size_t l = 1; o->hidden == HIDDEN_NULL_SPACE && l <= highest(s, net); l++)
        TRY(null_space_create(&s->space[l], net->n[l - 1], net->n[l], m, e));
    s->features = mem_reals(m, n * N, e);
    s->head = mem_reals(m, K * n, e);
    s->biases = mem_reals(m, K, e);
    if (!s->features || !s->head || !s->biases) return ST_MEMORY;
    TRY(fisher_create(&s->fisher, n, K, m, e));
    TRY(fisher_sums_create(&s->before, n, K, m, e));
    return fisher_sums_create(&s->now, n, K, m, e);
}

static status start(void *state, const struct train_env *env, struct error *e)
{
    struct ffnb *s = state;
    const size_t L = env->net->L;
    memcpy(s->head, env->net->W[L], env->net->n[L] * env->net->n[L - 1] * sizeof(real));
    choose_projection(s);
    return minibatch_start(state, env, e);
}

static double gradient_block(void *state, const struct minibatch_block *at, real *const *sum)
{
    const struct ffnb *s = state;
    const struct backward_options how = {&surrogates[SURROGATE_FAST_SIGMOID], R(5.0), false,
                                         false}; /* bptt's */
    return backward_block(&s->work[at->thread], s->minibatch.env.net, at->batch, at->first, at->C, &how, sum);
}

/* The features of a part of the task's samples. */
static void simulate_part(void *state, size_t k, size_t thread)
{
    const struct ffnb *s = state;
    const struct train_env *env = &s->minibatch.env;
    const struct simulate_options plain = {0};
    const struct partition part = partition_make(env->train.n);
    const size_t n = env->net->n[env->net->L - 1];
    struct trace *trace = &s->work[thread].trace;
    for (size_t c = part_first(&part, k); c < part_first(&part, k + 1); c++) {
        const size_t first = chunk_first(&part, c), C = chunk_first(&part, c + 1) - first;
        net_simulate(env->net, &env->train, first, C, trace, &plain);
        memcpy(s->features + first * n, trace->filtered, n * C * sizeof(real));
    }
}

/* Adds the task's samples to the sums. */
static void add_features(struct ffnb *s, struct fisher_sums *sums)
{
    const struct train_env *env = &s->minibatch.env;
    const struct partition part = partition_make(env->train.n);
    part_run(env->pool, part.n_parts, simulate_part, s);
    part_share_samples(env->pool, &part, s->features, env->net->n[env->net->L - 1] * sizeof(real));
    fisher_sums_add(sums, &env->train, s->features);
    s->passes += (double)env->train.n;
    cost_gram(&s->cost, (double)sums->n, (double)env->train.n);
}

/* W_L from the tasks that are over and the one that runs. */
static status solve_readout(struct ffnb *s, struct error *e)
{
    const struct net *net = s->minibatch.env.net;
    const double n = (double)s->now.n;
    fisher_sums_copy(&s->now, &s->before);
    add_features(s, &s->now);
    cost_factor(&s->cost, n);
    cost_solve(&s->cost, n, (double)s->now.K);
    return fisher_readout(&s->fisher, &s->now, s->options.shrink, net->W[net->L], e);
}

static void count(struct ffnb *s, struct step_report *r)
{
    r->forward_passes += s->passes;
    r->spike_passes += s->passes;
    r->dense_macs += cost_macs(&s->cost);
    s->passes = 0;
    s->cost = (struct step_cost){0};
}

static status step(void *state, struct step_report *r, struct error *e)
{
    struct ffnb *s = state;
    const struct train_env *env = &s->minibatch.env;
    const struct net *net = env->net;
    const size_t size = net->n[net->L] * net->n[net->L - 1];
    const bool fisher = s->options.readout == FFNB_FISHER;
    r->samples = (double)env->train.n;
    if (trains(&s->options, s->later)) {
        if (fisher) memcpy(net->W[net->L], s->head, size * sizeof(real));
        TRY(minibatch_epoch(s, &(struct minibatch_rule){.block = gradient_block}, r, e));
        backward_count(net, &env->train, minibatch_passes(&s->minibatch), 1, 1, r);
        if (fisher) memcpy(s->head, net->W[net->L], size * sizeof(real));
    } else {
        r->converged = true;
    }
    if (fisher) TRY(solve_readout(s, e));
    count(s, r);
    return ST_OK;
}

/* Adds the inputs that layer l has on the task's samples, over all steps. */
static void add_inputs(struct ffnb *s, const struct batch *b, size_t first, size_t C, size_t l)
{
    const struct net *net = s->minibatch.env.net;
    const size_t n = net->n[l - 1], columns = b->x->T * C;
    struct backward *w = &s->work[0];
    if (l == 1) {
        spikes_gram(b, first, C, s->space[1].gram);
        return;
    }
    net_spikes(net, &w->trace, l - 1, C, NULL, 0, w->da);
    blas_syrk(n, columns, R(1.0), w->da, n, R(1.0), s->space[l].gram, n);
    cost_gram(&s->cost, (double)n, (double)columns);
}

static status find_null_spaces(struct ffnb *s, struct error *e)
{
    const struct net *net = s->minibatch.env.net;
    const struct batch *b = &s->minibatch.env.train;
    const struct partition part = partition_make(b->n);
    const struct simulate_options plain = {0};
    for (size_t c = 0; c < part.n_chunks; c++) {
        const size_t first = chunk_first(&part, c), C = chunk_first(&part, c + 1) - first;
        net_simulate(net, b, first, C, &s->work[0].trace, &plain);
        for (size_t l = 1; l <= highest(s, net); l++) add_inputs(s, b, first, C, l);
    }
    s->passes += (double)b->n;
    cost_input_gram(&s->cost, spikes_squares(b));
    for (size_t l = 1; l <= highest(s, net); l++) {
        const double n = (double)net->n[l - 1];
        TRY(null_space_find(&s->space[l], s->options.keep, e));
        s->cost.flops += 9 * n * n * n;
    }
    return ST_OK;
}

/* A batch that is being scored. */
struct scoring {
    const struct ffnb *s;
    const struct batch *batch;
    struct partition part;
    real *scores;
    double spikes[PART_MAX][NET_MAX_LAYERS + 1];
};

static void score_part(void *context, size_t part, size_t thread)
{
    struct scoring *task = context;
    const struct net *net = task->s->minibatch.env.net;
    const struct simulate_options plain = {.spikes_out = task->spikes[part]};
    const size_t K = net->n[net->L];
    struct trace *trace = &task->s->work[thread].trace;
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        const size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        net_simulate(net, task->batch, first, C, trace, &plain);
        net_scores(net, trace, C, task->scores + first * K);
    }
}

/* Those of the simulation: the biases are elementwise work. */
static struct operations scoring_operations(const struct scoring *task)
{
    const struct net *net = task->s->minibatch.env.net;
    const double N = (double)task->batch->n, inputs = (double)spikes_nonzero(task->batch) * (double)net->n[1];
    double spikes = 0;
    for (size_t k = 0; k < task->part.n_parts; k++)
        for (size_t l = 1; l < net->L; l++) spikes += task->spikes[k][l] * (double)net->n[l + 1];
    if (spikes_valued(task->batch->x)) return (struct operations){spikes / N, inputs / N};
    return (struct operations){(inputs + spikes) / N, 0};
}

/* The simulated readout, plus the biases of Fisher's. */
static status predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                      struct error *e)
{
    struct ffnb *s = state;
    const struct train_env *env = &s->minibatch.env;
    const size_t K = env->net->n[env->net->L];
    struct scoring task = {s, b, partition_make(b->n), scores, {{0}}};
    (void)e;
    part_run(env->pool, task.part.n_parts, score_part, &task);
    part_share(env->pool, task.part.n_parts, task.spikes, sizeof *task.spikes);
    part_share_samples(env->pool, &task.part, scores, K * sizeof *scores);
    *counts = scoring_operations(&task);
    if (s->options.readout != FFNB_FISHER) return ST_OK;
    fisher_biases(env->net->W[env->net->L], K, s->biases);
    for (size_t i = 0; i < b->n; i++)
        for (size_t c = 0; c < K; c++) scores[i * K + c] += s->biases[c];
    return ST_OK;
}

static status task(void *state, const struct train_env *env, struct error *e)
{
    struct ffnb *s = state;
    if (s->options.readout == FFNB_FISHER) add_features(s, &s->before);
    if (s->options.hidden == HIDDEN_NULL_SPACE) TRY(find_null_spaces(s, e));
    s->later = true;
    s->minibatch.epoch = 0;
    optimizer_restart(&s->minibatch.optimizer);
    choose_projection(s);
    return minibatch_start(state, env, e);
}

static void report(void *state, struct metric_sink *sink)
{
    struct ffnb *s = state;
    const struct net *net = s->minibatch.env.net;
    minibatch_report(state, sink);
    for (size_t l = 1; l <= net->L; l++)
        if (s->space[l].known)
            metric_put(sink, "null_dimension", l, (double)s->space[l].dimension / (double)net->n[l - 1]);
}

static status save_or_load(void *state, struct checkpoint *c, struct error *e)
{
    struct ffnb *s = state;
    const struct net *net = s->minibatch.env.net;
    TRY(minibatch_checkpoint(state, c, e));
    TRY(checkpoint_flag(c, &s->later, "place behind the first task", e));
    TRY(checkpoint_block(c, &s->passes, sizeof s->passes, e));
    TRY(checkpoint_block(c, &s->cost, sizeof s->cost, e));
    TRY(checkpoint_block(c, s->head, net->n[net->L] * net->n[net->L - 1] * sizeof(real), e));
    TRY(fisher_sums_checkpoint(&s->before, c, e));
    for (size_t l = 1; l <= net->L; l++)
        if (s->space[l].gram) TRY(null_space_checkpoint(&s->space[l], c, e));
    choose_projection(s);
    return ST_OK;
}

const struct solver solver_ffnb = {
    .abi = SOLVER_ABI,
    .name = "ffnb",
    .summary =
        "tasks in sequence: updates in the null space of earlier tasks, Fisher's readout merged task by task",
    .reference = "Sahbi, Zhan: FFNB: Forgetting-Free Neural Blocks for Deep Continual Visual Learning, arXiv "
                 "2111.11366; for the discriminant: "
                 "Fisher: The Use of Multiple Measurements in Taxonomic Problems, 1936",
    .features = FEATURE_CLASSIFICATION | FEATURE_NETWORKS | FEATURE_MINI_BATCH | FEATURE_OWN_PREDICTION |
                FEATURE_RANKS,
    .options = {{{option_list, sizeof option_list / sizeof *option_list},
                 {minibatch_option_list, MINIBATCH_OPTIONS}},
                .size = sizeof(struct options)},
    .metrics = {metric_list, sizeof metric_list / sizeof *metric_list},
    .create = create,
    .start = start,
    .step = step,
    .check = check,
    .report = report,
    .predict = predict,
    .checkpoint = save_or_load,
    .task = task,
};
