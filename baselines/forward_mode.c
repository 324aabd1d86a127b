/* Forward-mode training: the gradient is estimated from directional derivatives, each carried along with one
 * forward pass (or had from two perturbed simulations); nothing goes backwards. One step is one epoch.
 *
 * Departures from the source: the directions are shared by the samples of a mini-batch; any optimizer of
 * trainer/optimizer.h takes the estimate; the perturbation may be layer-wise; Rademacher directions, which
 * have a lower variance than Gaussian ones, are the default; Stein's estimator smooths the whole loss by
 * noise on the weights instead of replacing the spike's derivative. */
#include "baselines/forward_estimator.h"
#include "trainer/minibatch.h"

struct forward_mode_options {
    struct minibatch_options common;
    int estimator, direction, scope, surrogate;
    long directions;
    double sigma, slope;
    bool detach_reset;
};

static const struct option forward_mode_option_list[] = {
    {"estimator", OPT_CHOICE, offsetof(struct forward_mode_options, estimator), "jvp", 0, 0, 0,
     forward_kind_names, "",
     "directional derivative: the tangent by a surrogate derivative; the antithetic difference of two "
     "simulations; the gradient of a Gaussian-smoothed loss by Stein's lemma"},
    {"directions", OPT_INT, offsetof(struct forward_mode_options, directions), "32", 1, 1e6, 0, NULL, "",
     "directions per mini-batch (scope layer: for each layer)"},
    {"direction", OPT_CHOICE, offsetof(struct forward_mode_options, direction), "rademacher", 0, 0, 0,
     direction_law_names, "", "law of a direction's entries"},
    {"scope", OPT_CHOICE, offsetof(struct forward_mode_options, scope), "global", 0, 0, 0,
     direction_scope_names, "", "a direction moves all weights, or those of one layer"},
    {"sigma", OPT_REAL, offsetof(struct forward_mode_options, sigma), "0.01", 0, 1e3, OPT_OPEN_LO, NULL,
     "weight units", "weight_perturbation, stein: size of the perturbation"},
    {"surrogate", OPT_CHOICE, offsetof(struct forward_mode_options, surrogate), "fast_sigmoid", 0, 0, 0,
     surrogate_names, "", "jvp: derivative that stands in for the spike's"},
    {"slope", OPT_REAL, offsetof(struct forward_mode_options, slope), "5", 0, 1e6, OPT_OPEN_LO, NULL,
     "1/membrane units", "jvp: steepness of the surrogate"},
    {"detach_reset", OPT_BOOL, offsetof(struct forward_mode_options, detach_reset), "false", 0, 0, 0, NULL,
     "", "jvp: leave the reset out of the tangent"},
};

static const struct metric_desc forward_mode_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the estimate before clipping, mean over the epoch", METRIC_LAYER},
    {"derivative", "", "root mean square of the directional derivatives of the epoch", METRIC_RUN},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

struct forward_mode {
    struct minibatch minibatch;
    struct forward_estimator estimator;
    double derivative2; /* sum over the epoch's estimates */
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
static status forward_mode_check(const struct solver *self, const void *options,
                                 const struct net_options *net, const struct dataset_info *info,
                                 struct error *e)
{
    const struct forward_mode_options *o = options;
    const bool jvp = o->estimator == FORWARD_JVP;
    const struct option_use uses[] = {
        {"sigma", !jvp, "estimator = weight_perturbation or stein"},
        {"surrogate", jvp, "estimator = jvp"},
        {"slope", jvp, "estimator = jvp"},
        {"detach_reset", jvp, "estimator = jvp"},
    };
    TRY(minibatch_check(self, options, net, info, e));
    TRY(opt_refuse_idle(&self->options, o, uses, sizeof uses / sizeof *uses, e));
    if (o->estimator == FORWARD_STEIN && o->direction != DIRECTION_GAUSSIAN)
        return FAIL(e, ST_CONFIG, "estimator = stein needs direction = gaussian (Stein's lemma)");
    return ST_OK;
}

static status forward_mode_create(const struct solver *self, void **state, const void *options,
                                  const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct minibatch_options *o = options;
    const struct forward_options f = forward_options_of(options);
    const size_t batch = minibatch_largest(o, shapes->info->n[SPLIT_TRAIN]);
    struct forward_mode *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    TRY(minibatch_create(&s->minibatch, o, shapes, (struct layer_range){1, shapes->net->blocks}, 1, m, e));
    return forward_create(&s->estimator, &f, shapes->net, shapes->info->T, batch, shapes->threads, m, e);
}

static double estimate(void *state, const struct batch *batch, real *const *gradient)
{
    struct forward_mode *s = state;
    const struct train_env *env = &s->minibatch.env;
    struct forward_estimator *f = &s->estimator;
    double squares = 0;
    forward_draw(f, env->net, env->rng);
    double loss = forward_derivatives(f, env->net, batch, env->pool);
    forward_gradient(f, env->net, gradient);
    for (size_t k = 0; k < f->n_directions; k++) squares += f->derivatives[k] * f->derivatives[k];
    s->derivative2 += squares / (double)f->n_directions;
    return loss;
}

static status forward_mode_step(void *state, struct step_report *r, struct error *e)
{
    struct forward_mode *s = state;
    const struct minibatch *m = &s->minibatch;
    const struct minibatch_rule rule = {.whole = estimate};
    s->derivative2 = 0;
    status st = minibatch_epoch(s, &rule, r, e);
    /* an estimate per mini-batch: in an epoch one over all samples */
    forward_count(&s->estimator.o, m->env.net, &m->env.train, minibatch_passes(m), r);
    return st;
}

static void forward_mode_report(void *state, struct metric_sink *sink)
{
    const struct forward_mode *s = state;
    if (s->minibatch.evaluations == 0) return;
    metric_put(sink, "derivative", 0, sqrt(s->derivative2 / (double)s->minibatch.evaluations));
    minibatch_report(state, sink);
}

const struct solver solver_forward_mode = {
    .abi = SOLVER_ABI,
    .name = "forward_mode",
    .summary = "gradient estimated from directional derivatives of forward passes; nothing goes backwards",
    .reference = "Wan, Zhang, Karniadakis: Randomized Forward Mode Gradient for Spiking Neural Networks in "
                 "Scientific Machine Learning, arXiv 2411.07057",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_NETWORKS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS,
    .options = {.spans = {{forward_mode_option_list,
                           sizeof forward_mode_option_list / sizeof *forward_mode_option_list},
                          {minibatch_option_list, MINIBATCH_OPTIONS}},
                .size = sizeof(struct forward_mode_options)},
    .metrics = {forward_mode_metrics, sizeof forward_mode_metrics / sizeof *forward_mode_metrics},
    .create = forward_mode_create,
    .start = minibatch_start,
    .step = forward_mode_step,
    .check = forward_mode_check,
    .report = forward_mode_report,
    .checkpoint = minibatch_checkpoint,
};
