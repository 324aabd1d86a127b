/* A probe: how far is the gradient that a trainer uses from that of the simulated network? The loss of a
 * spiking network is piecewise constant in its hidden weights; what can be descended is its mean under small
 * weight noise, whose gradient gradient_reference.h measures by simulations alone. Each step compares one
 * estimate (gradient_estimate.h) with it. Nothing is trained, except that start may first train the network
 * with bptt, so that the comparison is made later in training. From step to step the estimate may grow: the
 * surrogate's slope, or the number of directions, times `growth`, so that a run's curve is a curve over
 * slopes or directions while the costly reference is measured once, in start. */
#include "baselines/gradient_estimate.h"
#include "baselines/gradient_reference.h"
#include "trainer/solver.h"

struct gradient_probe_options {
    int estimator, surrogate, direction;
    double slope, noise;
    long directions, growth, repeats, samples, coordinates, draws, train_epochs;
    bool detach_reset;
};

static const struct option gradient_probe_option_list[] = {
    {"estimator", OPT_CHOICE, offsetof(struct gradient_probe_options, estimator), "surrogate", 0, 0, 0,
     estimate_kind_names, "",
     "gradient that is measured: of bptt, of forward_mode's three estimators, lfp's direction, or of eprop, "
     "ottt, decolle"},
    {"surrogate", OPT_CHOICE, offsetof(struct gradient_probe_options, surrogate), "fast_sigmoid", 0, 0, 0,
     surrogate_names, "",
     "all but weight_perturbation, stein, lfp: derivative that stands in for the spike's"},
    {"slope", OPT_REAL, offsetof(struct gradient_probe_options, slope), "5", 0, 1e6, OPT_OPEN_LO, NULL,
     "1/membrane units",
     "all but weight_perturbation, stein, lfp: steepness of the surrogate, in the first step"},
    {"detach_reset", OPT_BOOL, offsetof(struct gradient_probe_options, detach_reset), "false", 0, 0, 0, NULL,
     "", "surrogate, jvp, eprop, eprop_random: leave the reset out of the gradient"},
    {"directions", OPT_INT, offsetof(struct gradient_probe_options, directions), "32", 1, 1e6, 0, NULL, "",
     "jvp, weight_perturbation, stein: directions per estimate, in the first step"},
    {"direction", OPT_CHOICE, offsetof(struct gradient_probe_options, direction), "rademacher", 0, 0, 0,
     direction_law_names, "", "law of a direction's entries"},
    {"growth", OPT_INT, offsetof(struct gradient_probe_options, growth), "1", 1, 1000, 0, NULL, "",
     "surrogate, eprop, eprop_random, ottt, decolle: slope, jvp, weight_perturbation, stein: directions, "
     "times this from step to step"},
    {"repeats", OPT_INT, offsetof(struct gradient_probe_options, repeats), "8", 1, 1e6, 0, NULL, "",
     "jvp, weight_perturbation, stein: estimates per step, whose measures are averaged"},
    {"noise", OPT_REAL, offsetof(struct gradient_probe_options, noise), "0.1", 0, 10, OPT_OPEN_LO, NULL,
     "rms weights", "standard deviation of the weight noise, also that of weight_perturbation and stein"},
    {"samples", OPT_INT, offsetof(struct gradient_probe_options, samples), "50", 1, 1e9, 0, NULL, "samples",
     "training samples, chosen at random, that the loss is the mean of"},
    {"coordinates", OPT_INT, offsetof(struct gradient_probe_options, coordinates), "200", 1, 1e9, 0, NULL,
     "weights",
     "weights, chosen at random and the same number in each layer, that gradients are compared in"},
    {"draws", OPT_INT, offsetof(struct gradient_probe_options, draws), "100", 2, 1e6, 0, NULL, "",
     "draws of the weight noise for the reference"},
    {"train_epochs", OPT_INT, offsetof(struct gradient_probe_options, train_epochs), "0", 0, 1e6, 0, NULL,
     "epochs", "trained beforehand with bptt as its defaults are (Adam, fast_sigmoid)"},
};

static const struct metric_desc gradient_probe_metrics[] = {
    {"slope", "1/membrane units", "slope of the surrogate in this step", METRIC_RUN},
    {"directions", "", "directions per estimate in this step", METRIC_RUN},
    {"cosine", "", "cosine of the estimate and the reference gradient, over all weights", METRIC_RUN},
    {"relative_error", "", "|estimate - reference| / |reference|", METRIC_RUN},
    {"relative_error_scaled", "", "the same after the best scalar multiple of the estimate", METRIC_RUN},
    {"norm_ratio", "", "|estimate| / |reference|", METRIC_RUN},
    {"layer_cosine", "", "cosine within a layer", METRIC_LAYER},
    {"layer_norm_ratio", "", "|estimate| / |reference| within a layer", METRIC_LAYER},
    {"cosine_halves", "", "cosine of two references, from the even and the odd draws of the noise",
     METRIC_RUN},
    {"cosine_ceiling", "",
     "cosine that the true gradient would have with the reference: sqrt(2 c / (1 + c)), c = cosine_halves; 0 "
     "where c <= 0",
     METRIC_RUN},
    {"layer_halves", "", "cosine_halves within a layer", METRIC_LAYER},
    {"sigma", "weight units", "standard deviation of the weight noise", METRIC_RUN},
};

extern const struct solver solver_bptt;

struct gradient_probe {
    struct gradient_probe_options options;
    struct train_env env;
    void *bptt;         /* trains the net beforehand; NULL: it is not trained */
    size_t *order;      /* [training samples] */
    struct batch batch; /* the samples */
    struct gradient_reference reference;
    struct gradient_estimator estimator;
    double *values; /* [reference.n]: the estimate */
    long steps;
    double slope, directions; /* of the last step, as are the measures */
    struct agreement all, layer[NET_MAX_LAYERS + 1];
};

/* ---- options ----------------------------------------------------------------------------------------- */

static struct estimate_options estimate_options_of(const struct gradient_probe_options *o)
{
    return (struct estimate_options){.kind = (enum estimate_kind)o->estimator,
                                     .surrogate = &surrogates[o->surrogate],
                                     .slope = (real)o->slope,
                                     .detach_reset = o->detach_reset,
                                     .law = (enum direction_law)o->direction,
                                     .directions = (size_t)o->directions};
}

static struct reference_options reference_options_of(const struct gradient_probe_options *o)
{
    return (struct reference_options){
        .coordinates = (size_t)o->coordinates, .draws = (size_t)o->draws, .noise = o->noise};
}

static size_t samples_of(const struct gradient_probe_options *o, size_t N)
{
    return (size_t)o->samples < N ? (size_t)o->samples : N;
}

/* What only some estimators read. */
static status refuse_idle(const struct option_table *table, const struct gradient_probe_options *o,
                          struct error *e)
{
    static const char by_surrogate[] = "estimator = surrogate, jvp, eprop, eprop_random, ottt or decolle";
    static const char by_reset[] = "estimator = surrogate, jvp, eprop or eprop_random";
    static const char by_direction[] = "estimator = jvp, weight_perturbation or stein";
    const bool random = estimate_is_random((enum estimate_kind)o->estimator);
    const bool online = estimate_is_online((enum estimate_kind)o->estimator);
    const bool smooth = o->estimator == ESTIMATE_SURROGATE || o->estimator == ESTIMATE_JVP || online;
    const bool through = smooth && o->estimator != ESTIMATE_OTTT && o->estimator != ESTIMATE_DECOLLE;
    const struct option_use uses[] = {
        {"surrogate", smooth, by_surrogate},
        {"slope", smooth, by_surrogate},
        {"detach_reset", through, by_reset},
        {"directions", random, by_direction},
        {"direction", random, by_direction},
        {"repeats", random, by_direction},
        {"growth", smooth || random, "any estimator but lfp"},
    };
    return opt_refuse_idle(table, o, uses, sizeof uses / sizeof *uses, e);
}

static status probe_check(const struct solver *self, const void *options, const struct net_options *net,
                          const struct dataset_info *info, struct error *e)
{
    const struct gradient_probe_options *o = options;
    (void)info;
    TRY(refuse_idle(&self->options, o, e));
    if (o->estimator == ESTIMATE_STEIN && o->direction != DIRECTION_GAUSSIAN)
        return FAIL(e, ST_CONFIG, "estimator = stein needs direction = gaussian (Stein's lemma)");
    const bool no_hard =
        o->estimator == ESTIMATE_LFP || o->estimator == ESTIMATE_OTTT || o->estimator == ESTIMATE_DECOLLE;
    if (no_hard && net->reset == RESET_HARD)
        return FAIL(e, ST_CONFIG, "network.reset = hard has no rule in %s; soft and none are allowed",
                    estimate_kind_names[o->estimator]);
    return ST_OK;
}

/* ---- set-up ------------------------------------------------------------------------------------------ */

/* bptt as its defaults are, in the same arena. */
static status create_bptt(struct gradient_probe *s, const struct shapes *shapes, struct mem *m,
                          struct error *e)
{
    void *options = mem_alloc(m, 1, solver_bptt.options.size, e);
    if (!options) return ST_MEMORY;
    TRY(opt_defaults(&solver_bptt.options, options, e));
    return solver_bptt.create(&solver_bptt, &s->bptt, options, shapes, m, e);
}

static status probe_create(const struct solver *self, void **state, const void *options,
                           const struct shapes *shapes, struct mem *m, struct error *e)
{
    struct gradient_probe *s = *state = mem_alloc(m, 1, sizeof *s, e);
    const size_t N = shapes->info->n[SPLIT_TRAIN], T = shapes->info->T;
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *(const struct gradient_probe_options *)options;
    const struct reference_options r = reference_options_of(&s->options);
    const struct estimate_options g = estimate_options_of(&s->options);
    const size_t n = samples_of(&s->options, N);
    if (s->options.train_epochs > 0) TRY(create_bptt(s, shapes, m, e));
    TRY(reference_create(&s->reference, &r, shapes->net, T, n, shapes->threads, m, e));
    TRY(estimator_create(&s->estimator, &g, shapes->net, T, n, shapes->threads, m, e));
    s->order = mem_alloc(m, N, sizeof *s->order, e);
    s->values = mem_alloc(m, s->reference.n, sizeof *s->values, e);
    return s->order && s->values ? ST_OK : ST_MEMORY;
}

static status train_first(const struct gradient_probe *s, struct error *e)
{
    if (!s->bptt) return ST_OK;
    TRY(solver_bptt.start(s->bptt, &s->env, e));
    for (long i = 0; i < s->options.train_epochs; i++) {
        struct step_report r = {0};
        TRY(solver_bptt.step(s->bptt, &r, e));
    }
    return ST_OK;
}

/* Training samples chosen at random. */
static void choose_samples(struct gradient_probe *s)
{
    const size_t N = s->env.train.n;
    for (size_t i = 0; i < N; i++) s->order[i] = batch_sample(&s->env.train, i);
    rng_shuffle(s->env.rng, s->order, N);
    s->batch = s->env.train;
    s->batch.samples = s->order;
    s->batch.n = samples_of(&s->options, N);
}

static status probe_start(void *state, const struct train_env *env, struct error *e)
{
    struct gradient_probe *s = state;
    s->env = *env;
    TRY(train_first(s, e));
    choose_samples(s);
    reference_choose(&s->reference, env->net, env->rng);
    TRY(reference_estimate(&s->reference, env->net, &s->batch, env->pool, env->rng, e));
    estimator_set_sigma(&s->estimator, s->reference.sigma);
    estimator_start(&s->estimator, env->net, env->rng); /* last: the reference is the same for all */
    return ST_OK;
}

/* ---- steps ------------------------------------------------------------------------------------------- */

/* jvp's slope stays, since its directions grow. */
static bool grows_slope(const struct gradient_probe_options *o)
{
    return o->estimator == ESTIMATE_SURROGATE || estimate_is_online((enum estimate_kind)o->estimator);
}

/* Slope and directions of the step after `steps` steps. */
static status grow(struct gradient_probe *s, struct error *e)
{
    const struct gradient_probe_options *o = &s->options;
    const double factor = pow((double)o->growth, (double)s->steps);
    s->slope = s->directions = NAN;
    if (grows_slope(o)) s->slope = o->slope * factor;
    if (o->estimator == ESTIMATE_JVP) s->slope = o->slope;
    if (estimate_is_random((enum estimate_kind)o->estimator)) s->directions = (double)o->directions * factor;
    if (s->slope > 1e6 || s->directions > 1e9)
        return FAIL(e, ST_CONFIG,
                    "growth = %ld has come to %s %g in step %ld: too large; lower stop.max_iter", o->growth,
                    s->slope > 1e6 ? "a slope of" : "directions", s->slope > 1e6 ? s->slope : s->directions,
                    s->steps + 1);
    return ST_OK;
}

static void add_share(struct agreement *sum, const struct agreement *one, double share)
{
    sum->cosine += share * one->cosine;
    sum->error += share * one->error;
    sum->error_scaled += share * one->error_scaled;
    sum->norm_ratio += share * one->norm_ratio;
}

/* One estimate, and its agreement added to the step's means. */
static void measure_once(struct gradient_probe *s, size_t times, double share)
{
    const struct net *net = s->env.net;
    const struct gradient_reference *r = &s->reference;
    gradient_estimate(&s->estimator, net, &s->batch, s->env.pool, times, s->env.rng);
    reference_gather(r, s->estimator.gradient, s->values);
    for (size_t l = 0; l <= net->L; l++) {
        struct agreement one = reference_agreement(r, l, s->values, r->mean);
        add_share(l ? &s->layer[l] : &s->all, &one, share);
    }
}

static status probe_step(void *state, struct step_report *r, struct error *e)
{
    struct gradient_probe *s = state;
    const bool random = estimate_is_random((enum estimate_kind)s->options.estimator);
    const long repeats = random ? s->options.repeats : 1;
    TRY(grow(s, e));
    if (grows_slope(&s->options)) s->estimator.o.slope = (real)s->slope;
    const size_t times = random ? (size_t)(s->directions / (double)s->options.directions + 0.5) : 1;
    s->all = (struct agreement){0};
    for (size_t l = 1; l <= s->env.net->L; l++) s->layer[l] = s->all;
    for (long k = 0; k < repeats; k++) measure_once(s, times, 1 / (double)repeats);
    s->steps++;
    /* What the estimates cost, as in bptt, lfp and forward_mode; the reference is no part of it. */
    estimator_count(&s->estimator.o, s->env.net, &s->batch, (double)repeats * (double)times, r);
    r->gradient_evaluations = (double)repeats;
    return ST_OK;
}

static void probe_report(void *state, struct metric_sink *sink)
{
    const struct gradient_probe *s = state;
    const size_t L = s->env.net->L;
    const double halves = reference_halves(&s->reference, 0);
    metric_put(sink, "cosine_halves", 0, halves);
    metric_put(sink, "cosine_ceiling", 0, reference_ceiling(halves));
    metric_put(sink, "sigma", 0, s->reference.sigma);
    for (size_t l = 1; l <= L; l++) metric_put(sink, "layer_halves", l, reference_halves(&s->reference, l));
    if (s->steps == 0) return;
    metric_put(sink, "slope", 0, s->slope);
    metric_put(sink, "directions", 0, s->directions);
    metric_put(sink, "cosine", 0, s->all.cosine);
    metric_put(sink, "relative_error", 0, s->all.error);
    metric_put(sink, "relative_error_scaled", 0, s->all.error_scaled);
    metric_put(sink, "norm_ratio", 0, s->all.norm_ratio);
    for (size_t l = 1; l <= L; l++) {
        metric_put(sink, "layer_cosine", l, s->layer[l].cosine);
        metric_put(sink, "layer_norm_ratio", l, s->layer[l].norm_ratio);
    }
}

/* Start finds samples, weights and reference again, from the same seed; where the sweep stands is all there
 * is to keep, with the last measures. */
static status probe_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct gradient_probe *s = state;
    TRY(checkpoint_count(c, &s->steps, "number of steps", e));
    TRY(checkpoint_block(c, &s->slope, sizeof s->slope, e));
    TRY(checkpoint_block(c, &s->directions, sizeof s->directions, e));
    TRY(checkpoint_block(c, &s->all, sizeof s->all, e));
    return checkpoint_block(c, s->layer, sizeof s->layer, e);
}

const struct solver solver_gradient_probe = {
    .abi = SOLVER_ABI,
    .name = "gradient_probe",
    .summary = "trains nothing: measures a gradient estimate against the expected loss's under weight noise",
    .reference = "Stein: Estimation of the Mean of a Multivariate Normal Distribution, 1981 (the lemma)",
    /* Noise in proportion to weights that are all 0 is none. */
    .features = FEATURE_CLASSIFICATION | FEATURE_LOSSES | FEATURE_RESETS | FEATURE_READOUTS |
                FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MEASURES,
    .options = {.spans = {{gradient_probe_option_list,
                           sizeof gradient_probe_option_list / sizeof *gradient_probe_option_list}},
                .size = sizeof(struct gradient_probe_options)},
    .metrics = {gradient_probe_metrics, sizeof gradient_probe_metrics / sizeof *gradient_probe_metrics},
    .create = probe_create,
    .start = probe_start,
    .step = probe_step,
    .check = probe_check,
    .report = probe_report,
    .checkpoint = probe_checkpoint,
};
