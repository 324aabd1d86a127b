/* Forward-mode training: the gradient is estimated from directional derivatives, each carried along with one
 * forward pass (or had from two perturbed simulations); nothing goes backwards. One step is one epoch.
 *
 * Departures from the source: the directions are shared by the samples of a mini-batch; any optimizer of
 * baselines/optimizer.h takes the estimate; the perturbation may be layer-wise; Rademacher directions, which
 * have a lower variance than Gaussian ones, are the default; Stein's estimator smooths the whole loss by
 * noise on the weights instead of replacing the spike's derivative. */
#include "baselines/forward_estimator.h"
#include "trainer/minibatch.h"
#include <stdlib.h>

struct forward_mode_options {
    struct minibatch_options common;
    int estimator, direction, scope, surrogate;
    long directions;
    double sigma, slope;
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
    MINIBATCH_STEP_OPTIONS(struct forward_mode_options, "adam", "0.002"),
    MINIBATCH_CLIP_OPTION(struct forward_mode_options, "0", "largest norm of the whole estimate; 0: off"),
    MINIBATCH_MOMENT_OPTIONS(struct forward_mode_options),
};

static const struct metric_desc forward_mode_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the estimate before clipping, mean over the epoch", METRIC_LAYER},
    {"derivative", "", "root mean square of the directional derivatives of the epoch", METRIC_RUN},
};

struct forward_mode {
    struct mem mem;
    struct forward_mode_options options;
    struct train_env env;
    struct minibatch minibatch;
    struct forward_estimator estimator;
    double derivative2; /* sum over the epoch's mini-batches */
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

/* What only one estimator reads. */
static status refuse_idle(const struct option_table *t, const struct forward_mode_options *o, struct error *e)
{
    const bool jvp = o->estimator == FORWARD_JVP;
    const struct option_use uses[] = {
        {"sigma", !jvp, "estimator = weight_perturbation or stein"},
        {"surrogate", jvp, "estimator = jvp"},
        {"slope", jvp, "estimator = jvp"},
        {"detach_reset", jvp, "estimator = jvp"},
    };
    return opt_refuse_idle(t, o, uses, sizeof uses / sizeof *uses, e);
}

static status forward_mode_check(const void *options, const struct net_options *net,
                                 const struct dataset_info *info, struct error *e)
{
    const struct forward_mode_options *o = options;
    const struct option_table table = {forward_mode_option_list,
                                       sizeof forward_mode_option_list / sizeof *forward_mode_option_list,
                                       sizeof *o};
    TRY(minibatch_refuse_idle(&table, options, &o->common, e));
    TRY(refuse_idle(&table, o, e));
    if (info->n_classes == 0 && net->loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[net->loss]);
    if (o->estimator == FORWARD_STEIN && o->direction != DIRECTION_GAUSSIAN)
        return FAIL(e, ST_CONFIG, "estimator = stein needs direction = gaussian (Stein's lemma)");
    return ST_OK;
}

static size_t forward_mode_thread_memory(const void *options, const struct net *net,
                                         const struct dataset_info *info)
{
    const struct forward_mode_options *o = options;
    const struct forward_options f = forward_options_of(o);
    return forward_thread_memory(&f, net, info->T, minibatch_largest(&o->common, info->n[SPLIT_TRAIN]));
}

static size_t forward_mode_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct forward_mode_options *o = options;
    const struct forward_options f = forward_options_of(o);
    size_t N = info->n[SPLIT_TRAIN];
    return forward_memory(&f, net, info->T, minibatch_largest(&o->common, N)) +
           minibatch_memory(&o->common, net, net->L, 1, N);
}

static struct step_cost forward_mode_cost(const void *options, const struct net *net,
                                          const struct dataset_info *info)
{
    const struct forward_options f = forward_options_of(options);
    return forward_cost(&f, net, (double)info->n[SPLIT_TRAIN] * (double)info->T, training_entries(info));
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
    const struct minibatch_options *o = &s->options.common;
    const struct forward_options f = forward_options_of(&s->options);
    TRY(minibatch_create(&s->minibatch, o, env, env->net->L, 1, &s->mem, e));
    return forward_create(&s->estimator, &f, env->net, env->info->T, minibatch_largest(o, env->train.n),
                          pool_threads(env->pool), &s->mem, e);
}

static void estimate(void *context, const struct batch *batch, real *const *gradient)
{
    struct forward_mode *s = context;
    struct forward_estimator *f = &s->estimator;
    const struct net *net = s->env.net;
    double squares = 0;
    forward_draw(f, net, s->env.rng);
    forward_derivatives(f, net, batch, s->env.pool);
    forward_gradient(f, net, gradient);
    for (size_t k = 0; k < f->n_directions; k++) squares += f->derivatives[k] * f->derivatives[k];
    s->derivative2 += squares / (double)f->n_directions;
}

static status forward_mode_step(void *state, struct step_report *r, struct error *e)
{
    struct forward_mode *s = state;
    const struct minibatch_rule rule = {.context = s, .whole = estimate};
    s->derivative2 = 0;
    /* an estimate per mini-batch: in an epoch one over all samples */
    forward_count(&s->estimator.o, s->env.net, &s->env.train, 1, r);
    return minibatch_epoch(&s->minibatch, &rule, e);
}

static void forward_mode_report(void *state, struct metric_sink *sink)
{
    const struct forward_mode *s = state;
    const struct minibatch *m = &s->minibatch;
    if (m->updates == 0) return;
    metric_put(sink, "derivative", 0, sqrt(s->derivative2 / (double)m->updates));
    for (size_t l = 1; l <= s->env.net->L; l++)
        metric_put(sink, "grad_norm", l, m->norm[l] / (double)m->updates);
}

static status forward_mode_save(void *state, FILE *f, struct error *e)
{
    const struct forward_mode *s = state;
    return minibatch_save(&s->minibatch, f, e);
}

static status forward_mode_load(void *state, FILE *f, struct error *e)
{
    struct forward_mode *s = state;
    return minibatch_load(&s->minibatch, f, e);
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
    .thread_memory = forward_mode_thread_memory,
    .cost = forward_mode_cost,
    .init = forward_mode_init,
    .step = forward_mode_step,
    .report = forward_mode_report,
    .save = forward_mode_save,
    .load = forward_mode_load,
    .free = forward_mode_free,
};
