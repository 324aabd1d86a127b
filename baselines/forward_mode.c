/* Forward-mode training: the gradient is estimated from directional derivatives, each carried along with one
 * forward pass (or had from two perturbed simulations); nothing goes backwards. One step is one epoch.
 *
 * Departures from the source: the directions are shared by the samples of a mini-batch; any optimizer of
 * baselines/optimizer.h takes the estimate; the perturbation may be layer-wise; Rademacher directions, which
 * have a lower variance than Gaussian ones, are the default; Stein's estimator smooths the whole loss by
 * noise on the weights instead of replacing the spike's derivative. */
#include "baselines/forward_estimator.h"
#include "baselines/optimizer.h"
#include "solvers/solver.h"
#include "support/linsolve.h"
#include <stdlib.h>
#include <string.h>

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_COSINE };
static const char *const schedule_names[] = {"constant", "cosine", NULL};

struct forward_mode_options {
    int estimator, direction, scope, surrogate, optimizer, schedule;
    long directions, batch, lr_epochs;
    double sigma, slope, lr, clip, momentum, beta1, beta2, eps, weight_decay;
    bool detach_reset;
};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct forward_mode_options, field), value, lo, hi, flags, choices, unit,     \
            help                                                                                             \
    }

static const struct option forward_mode_option_list[] = {
    OPTION(estimator, OPT_CHOICE, "jvp", 0, 0, 0, forward_kind_names, "",
           "directional derivative: the tangent by a surrogate derivative; the antithetic difference of two "
           "simulations; the gradient of a Gaussian-smoothed loss by Stein's lemma"),
    OPTION(directions, OPT_INT, "32", 1, 1e6, 0, NULL, "",
           "directions per mini-batch (scope layer: for each layer)"),
    OPTION(direction, OPT_CHOICE, "rademacher", 0, 0, 0, direction_law_names, "",
           "law of a direction's entries"),
    OPTION(scope, OPT_CHOICE, "global", 0, 0, 0, direction_scope_names, "",
           "a direction moves all weights, or those of one layer"),
    OPTION(sigma, OPT_REAL, "0.01", 0, 1e3, OPT_OPEN_LO, NULL, "weight units",
           "weight_perturbation, stein: size of the perturbation"),
    OPTION(surrogate, OPT_CHOICE, "fast_sigmoid", 0, 0, 0, surrogate_names, "",
           "jvp: derivative that stands in for the spike's"),
    OPTION(slope, OPT_REAL, "5", 0, 1e6, OPT_OPEN_LO, NULL, "1/membrane units",
           "jvp: steepness of the surrogate"),
    OPTION(detach_reset, OPT_BOOL, "false", 0, 0, 0, NULL, "", "jvp: leave the reset out of the tangent"),
    OPTION(optimizer, OPT_CHOICE, "adam", 0, 0, 0, optimizer_names, "", "update rule"),
    OPTION(lr, OPT_REAL, "0.002", 0, 1e3, OPT_OPEN_LO, NULL, "", "learning rate"),
    OPTION(schedule, OPT_CHOICE, "constant", 0, 0, 0, schedule_names, "", "learning rate over the epochs"),
    OPTION(lr_epochs, OPT_INT, "100", 1, 1e9, 0, NULL, "epochs",
           "cosine: epochs until the learning rate reaches zero"),
    OPTION(batch, OPT_INT, "100", 1, 1e9, 0, NULL, "samples", "samples per mini-batch"),
    OPTION(clip, OPT_REAL, "0", 0, 1e12, 0, NULL, "", "largest norm of the whole estimate; 0: off"),
    OPTION(momentum, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "sgd: momentum"),
    OPTION(beta1, OPT_REAL, "0.9", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the first moment"),
    OPTION(beta2, OPT_REAL, "0.999", 0, 1, OPT_OPEN_HI, NULL, "", "adam: decay of the second moment"),
    OPTION(eps, OPT_REAL, "1e-8", 0, 1, OPT_OPEN_LO, NULL, "",
           "adam: added to the root of the second moment"),
    OPTION(weight_decay, OPT_REAL, "0", 0, 1e3, 0, NULL, "", "pull of the weights towards zero"),
};

static const struct metric_desc forward_mode_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the estimate before clipping, mean over the epoch", METRIC_LAYER},
    {"derivative", "", "root mean square of the directional derivatives of the epoch", METRIC_RUN},
    {"forward_passes", "", "forward passes of the training set so far; a tangent counts as one", METRIC_RUN},
};

struct forward_mode {
    struct mem mem;
    struct forward_mode_options options;
    struct train_env env;
    struct optimizer optimizer;
    struct forward_estimator estimator;
    size_t *order; /* [N]: samples in this epoch's order */
    real *gradient[NET_MAX_LAYERS + 1];
    long epoch;
    double norm[NET_MAX_LAYERS + 1], derivative2; /* sums over the epoch's mini-batches */
    size_t updates;
};

static struct forward_options forward_options_of(const struct forward_mode_options *o)
{
    return (struct forward_options){.kind = (enum forward_kind)o->estimator,
                                    .law = (enum direction_law)o->direction,
                                    .scope = (enum direction_scope)o->scope,
                                    .directions = (size_t)o->directions,
                                    .sigma = o->sigma,
                                    .surrogate = &surrogates[o->surrogate],
                                    .slope = (real)o->slope,
                                    .detach_reset = o->detach_reset};
}

/* Forward passes of the training set that one epoch takes. */
static double passes_per_epoch(const struct forward_mode_options *o, const struct net *net)
{
    double directions = (double)o->directions * (o->scope == SCOPE_LAYER ? (double)net->L : 1.0);
    return o->estimator == FORWARD_WEIGHT_PERTURBATION ? 2 * directions : 1 + directions;
}

static status forward_mode_check(const void *options, const struct net_options *net,
                                 const struct dataset_info *info, struct error *e)
{
    const struct forward_mode_options *o = options;
    if (info->n_classes == 0 && net->loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[net->loss]);
    if (o->estimator == FORWARD_STEIN && o->direction != DIRECTION_GAUSSIAN)
        return FAIL(e, ST_CONFIG, "estimator = stein needs direction = gaussian (Stein's lemma)");
    return ST_OK;
}

static size_t largest_batch(const struct forward_mode_options *o, size_t N)
{
    return (size_t)o->batch < N ? (size_t)o->batch : N;
}

static size_t forward_mode_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    enum { COPIES = 3 }; /* of the weights: estimate and two moments */
    const struct forward_options f = forward_options_of(options);
    return forward_memory(&f, net, info->T, largest_batch(options, info->n[SPLIT_TRAIN])) +
           COPIES * sizeof(real) * net_parameters(net);
}

/* A simulation has one product per layer; a tangent two, but one in layer 1. Layer-wise directions start at
 * their layer. */
static struct step_cost forward_mode_cost(const void *options, const struct net *net,
                                          const struct dataset_info *info)
{
    enum { PASSES = 8 }; /* over a block of n_l x N T numbers, counted in the loops */
    const struct forward_mode_options *o = options;
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T, directions = (double)o->directions;
    bool jvp = o->estimator == FORWARD_JVP, layerwise = o->scope == SCOPE_LAYER;
    for (size_t l = 1; l <= net->L; l++) {
        double n = (double)net->n[l], m = (double)net->n[l - 1];
        double through =
            layerwise ? (double)(jvp ? l : net->L) : 1; /* sets of directions that pass layer l */
        double visits = directions * through;
        double products = visits * (jvp ? layerwise ? 1 : 2 : o->estimator == FORWARD_STEIN ? 1 : 2) + 1;
        if (l == 1)
            cost.sparse_flops += 2 * n * training_entries(info) * (jvp ? 1 + directions : products);
        else
            cost.flops += 2 * n * m * columns * products;
        cost.bytes += (double)sizeof(real) * PASSES * n * columns * (visits + 1);
    }
    return cost;
}

static void forward_mode_free(void *state)
{
    struct forward_mode *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

static status forward_mode_init(void **state, const void *options, const struct train_env *env,
                                struct error *e)
{
    struct forward_mode *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->options = *(const struct forward_mode_options *)options;
    s->env = *env;
    if (env->train.n == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    const struct forward_mode_options *o = &s->options;
    const struct forward_options f = forward_options_of(o);
    s->optimizer = (struct optimizer){.kind = (enum optimizer_kind)o->optimizer,
                                      .momentum = o->momentum,
                                      .beta1 = o->beta1,
                                      .beta2 = o->beta2,
                                      .eps = o->eps,
                                      .weight_decay = o->weight_decay};
    TRY(optimizer_create(&s->optimizer, env->net, &s->mem, e));
    TRY(forward_create(&s->estimator, &f, env->net, env->info->T, largest_batch(o, env->train.n),
                       pool_threads(env->pool), &s->mem, e));
    for (size_t l = 1; l <= env->net->L; l++)
        if (!(s->gradient[l] = mem_reals(&s->mem, env->net->n[l] * env->net->n[l - 1], e))) return ST_MEMORY;
    if (!(s->order = mem_alloc(&s->mem, env->train.n, sizeof *s->order, e))) return ST_MEMORY;
    for (size_t i = 0; i < env->train.n; i++) s->order[i] = batch_sample(&env->train, i);
    return ST_OK;
}

static double learning_rate(const struct forward_mode *s)
{
    const struct forward_mode_options *o = &s->options;
    if (o->schedule == SCHEDULE_CONSTANT) return o->lr;
    double part = (double)(s->epoch < o->lr_epochs ? s->epoch : o->lr_epochs) / (double)o->lr_epochs;
    return o->lr * 0.5 * (1 + cos(3.14159265358979323846 * part));
}

static void mini_batch(struct forward_mode *s, size_t first, size_t n)
{
    struct net *net = s->env.net;
    struct forward_estimator *f = &s->estimator;
    struct batch batch = s->env.train;
    double total = 0, squares = 0;
    batch.samples = s->order + first;
    batch.n = n;
    forward_draw(f, net, s->env.rng);
    forward_derivatives(f, net, &batch, s->env.pool);
    forward_gradient(f, net, s->gradient);
    for (size_t k = 0; k < f->n_directions; k++) squares += f->derivatives[k] * f->derivatives[k];
    s->derivative2 += squares / (double)f->n_directions;
    for (size_t l = 1; l <= net->L; l++) {
        double norm = vector_norm(net->n[l] * net->n[l - 1], s->gradient[l]);
        s->norm[l] += norm;
        total += norm * norm;
    }
    total = sqrt(total);
    if (s->options.clip > 0 && total > s->options.clip) {
        const real shrink = (real)(s->options.clip / total);
        for (size_t l = 1; l <= net->L; l++)
            for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) s->gradient[l][i] *= shrink;
    }
    optimizer_update(&s->optimizer, net, s->gradient, learning_rate(s));
    s->updates++;
}

static status forward_mode_step(void *state, struct step_report *r, struct error *e)
{
    struct forward_mode *s = state;
    size_t N = s->env.train.n, batch = largest_batch(&s->options, N);
    memset(s->norm, 0, sizeof s->norm);
    s->derivative2 = 0;
    s->updates = 0;
    rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch)
        mini_batch(s, first, N - first < batch ? N - first : batch);
    s->epoch++;
    r->samples = (double)N;
    return net_finite(s->env.net) ? ST_OK
                                  : FAIL(e, ST_NUMERIC, "a weight is not finite after epoch %ld", s->epoch);
}

static void forward_mode_report(void *state, struct metric_sink *sink)
{
    const struct forward_mode *s = state;
    metric_put(sink, "forward_passes", 0, (double)s->epoch * passes_per_epoch(&s->options, s->env.net));
    if (s->updates == 0) return;
    metric_put(sink, "derivative", 0, sqrt(s->derivative2 / (double)s->updates));
    for (size_t l = 1; l <= s->env.net->L; l++)
        metric_put(sink, "grad_norm", l, s->norm[l] / (double)s->updates);
}

typedef status (*transfer)(FILE *f, void *bytes, size_t size, struct error *e);

static status write_block(FILE *f, void *bytes, size_t size, struct error *e)
{
    return checkpoint_write(f, bytes, size, e);
}

/* What a checkpoint holds, in its order. */
static status transfer_state(struct forward_mode *s, FILE *f, transfer move, struct error *e)
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

static status forward_mode_save(void *state, FILE *f, struct error *e)
{
    return transfer_state(state, f, write_block, e);
}

static status forward_mode_load(void *state, FILE *f, struct error *e)
{
    return transfer_state(state, f, checkpoint_read, e);
}

const struct solver solver_forward_mode = {
    .api_version = SOLVER_API,
    .name = "forward_mode",
    .summary = "gradient estimated from directional derivatives of forward passes; nothing goes backwards",
    .reference = "Wan, Zhang, Karniadakis: Randomized Forward Mode Gradient for Spiking Neural Networks in "
                 "Scientific Machine Learning, arXiv 2411.07057",
    .caps = CAP_CLASSIFICATION | CAP_REGRESSION | CAP_MINI_BATCH,
    .options = {forward_mode_option_list, sizeof forward_mode_option_list / sizeof *forward_mode_option_list,
                sizeof(struct forward_mode_options)},
    .metrics = forward_mode_metrics,
    .n_metrics = sizeof forward_mode_metrics / sizeof *forward_mode_metrics,
    .check = forward_mode_check,
    .memory = forward_mode_memory,
    .cost = forward_mode_cost,
    .init = forward_mode_init,
    .step = forward_mode_step,
    .report = forward_mode_report,
    .save = forward_mode_save,
    .load = forward_mode_load,
    .free = forward_mode_free,
};
