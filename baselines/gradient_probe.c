/* A probe: how far is the gradient that a trainer uses from that of the simulated network? The loss of a
 * spiking network is piecewise constant in its hidden weights; what can be descended is its mean under small
 * weight noise, whose gradient gradient_reference.h measures by simulations alone. Each step compares one
 * estimate (gradient_estimate.h) with it. Nothing is trained, except that init may first train the network
 * with bptt, so that the comparison is made later in training. From step to step the estimate may grow: the
 * surrogate's slope, or the number of directions, times `growth`, so that a run's curve is a curve over
 * slopes or directions while the costly reference is measured once, in init. */
#include "baselines/gradient_estimate.h"
#include "baselines/gradient_reference.h"
#include "trainer/solver.h"
#include <stdlib.h>

struct gradient_probe_options {
    int estimator, surrogate, direction;
    double slope, noise;
    long directions, growth, repeats, samples, coordinates, draws, train_epochs;
    bool detach_reset;
};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct gradient_probe_options, field), value, lo, hi, flags, choices, unit,   \
            help                                                                                             \
    }

static const struct option gradient_probe_option_list[] = {
    OPTION(estimator, OPT_CHOICE, "surrogate", 0, 0, 0, estimate_kind_names, "",
           "gradient that is measured: of bptt, of forward_mode's three estimators, or lfp's direction"),
    OPTION(surrogate, OPT_CHOICE, "fast_sigmoid", 0, 0, 0, surrogate_names, "",
           "surrogate, jvp: derivative that stands in for the spike's"),
    OPTION(slope, OPT_REAL, "5", 0, 1e6, OPT_OPEN_LO, NULL, "1/membrane units",
           "surrogate, jvp: steepness of the surrogate, in the first step"),
    OPTION(detach_reset, OPT_BOOL, "false", 0, 0, 0, NULL, "",
           "surrogate, jvp: leave the reset out of the gradient"),
    OPTION(directions, OPT_INT, "32", 1, 1e6, 0, NULL, "",
           "jvp, weight_perturbation, stein: directions per estimate, in the first step"),
    OPTION(direction, OPT_CHOICE, "rademacher", 0, 0, 0, direction_law_names, "",
           "law of a direction's entries"),
    OPTION(growth, OPT_INT, "1", 1, 1000, 0, NULL, "",
           "surrogate: slope, jvp, weight_perturbation, stein: directions, times this from step to step"),
    OPTION(repeats, OPT_INT, "8", 1, 1e6, 0, NULL, "",
           "jvp, weight_perturbation, stein: estimates per step, whose measures are averaged"),
    OPTION(noise, OPT_REAL, "0.1", 0, 10, OPT_OPEN_LO, NULL, "rms weights",
           "standard deviation of the weight noise, also that of weight_perturbation and stein"),
    OPTION(samples, OPT_INT, "50", 1, 1e9, 0, NULL, "samples",
           "training samples, chosen at random, that the loss is the mean of"),
    OPTION(coordinates, OPT_INT, "200", 1, 1e9, 0, NULL, "weights",
           "weights, chosen at random and the same number in each layer, that gradients are compared in"),
    OPTION(draws, OPT_INT, "100", 2, 1e6, 0, NULL, "", "draws of the weight noise for the reference"),
    OPTION(train_epochs, OPT_INT, "0", 0, 1e6, 0, NULL, "epochs",
           "trained beforehand with bptt as its defaults are (Adam, fast_sigmoid)"),
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

struct gradient_probe {
    struct mem mem;
    struct gradient_probe_options options;
    struct train_env env;
    struct batch batch; /* the samples */
    struct gradient_reference reference;
    struct gradient_estimator estimator;
    double *values; /* [reference.n]: the estimate */
    long steps;
    double slope, directions; /* of the last step, as are the measures */
    struct agreement all, layer[NET_MAX_LAYERS + 1];
};

/* ---- options ----------------------------------------------------------------------------------------- */

static struct estimate_options estimate_options_of(const struct gradient_probe_options *o, double sigma)
{
    return (struct estimate_options){.kind = (enum estimate_kind)o->estimator,
                                     .surrogate = &surrogates[o->surrogate],
                                     .slope = (real)o->slope,
                                     .detach_reset = o->detach_reset,
                                     .law = (enum direction_law)o->direction,
                                     .directions = (size_t)o->directions,
                                     .sigma = sigma};
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
static status refuse_idle(const struct gradient_probe_options *o, struct error *e)
{
    static const char by_surrogate[] = "estimator = surrogate or jvp";
    static const char by_direction[] = "estimator = jvp, weight_perturbation or stein";
    const struct option_table table = {gradient_probe_option_list,
                                       sizeof gradient_probe_option_list / sizeof *gradient_probe_option_list,
                                       sizeof *o};
    const bool random = estimate_is_random((enum estimate_kind)o->estimator);
    const bool smooth = o->estimator == ESTIMATE_SURROGATE || o->estimator == ESTIMATE_JVP;
    const struct option_use uses[] = {
        {"surrogate", smooth, by_surrogate},
        {"slope", smooth, by_surrogate},
        {"detach_reset", smooth, by_surrogate},
        {"directions", random, by_direction},
        {"direction", random, by_direction},
        {"repeats", random, by_direction},
        {"growth", smooth || random, "estimator = surrogate, jvp, weight_perturbation or stein"},
    };
    return opt_refuse_idle(&table, o, uses, sizeof uses / sizeof *uses, e);
}

static status probe_check(const void *options, const struct net_options *net, const struct dataset_info *info,
                          struct error *e)
{
    const struct gradient_probe_options *o = options;
    (void)info;
    TRY(refuse_idle(o, e));
    if (o->estimator == ESTIMATE_STEIN && o->direction != DIRECTION_GAUSSIAN)
        return FAIL(e, ST_CONFIG, "estimator = stein needs direction = gaussian (Stein's lemma)");
    if (o->estimator == ESTIMATE_LFP && net->reset == RESET_HARD)
        return FAIL(e, ST_CONFIG, "network.reset = hard has no rule in lfp; soft and none are allowed");
    if (net->start == START_PUBLISHED)
        return FAIL(e, ST_CONFIG,
                    "network.start = published sets all weights to 0, and noise in proportion to them is "
                    "none; rate and kaiming are allowed");
    return ST_OK;
}

static size_t probe_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct gradient_probe_options *o = options;
    const struct reference_options r = reference_options_of(o);
    const struct estimate_options g = estimate_options_of(o, 1);
    size_t n = samples_of(o, info->n[SPLIT_TRAIN]);
    return reference_memory(&r, net, info->T, n) + estimator_memory(&g, net, info->T, n) +
           sizeof(size_t) * info->n[SPLIT_TRAIN];
}

static size_t probe_thread_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct gradient_probe_options *o = options;
    const struct reference_options r = reference_options_of(o);
    const struct estimate_options g = estimate_options_of(o, 1);
    size_t n = samples_of(o, info->n[SPLIT_TRAIN]);
    return reference_thread_memory(&r, net, info->T, n) + estimator_thread_memory(&g, net, info->T, n);
}

/* The first step's, before growth; the reference and the training beforehand are set-up. */
static struct step_cost probe_cost(const void *options, const struct net *net,
                                   const struct dataset_info *info)
{
    const struct gradient_probe_options *o = options;
    const struct estimate_options g = estimate_options_of(o, 1);
    const double N = (double)info->n[SPLIT_TRAIN], n = (double)samples_of(o, info->n[SPLIT_TRAIN]);
    const double times = estimate_is_random(g.kind) ? (double)o->repeats : 1;
    const double entries = N > 0 ? training_entries(info) * n / N : 0;
    struct step_cost cost = estimator_cost(&g, net, n * (double)info->T, entries);
    cost.flops *= times;
    cost.sparse_flops *= times;
    cost.bytes *= times;
    return cost;
}

/* ---- set-up ------------------------------------------------------------------------------------------ */

static void probe_free(void *state)
{
    struct gradient_probe *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

static status train_steps(const struct solver *bptt, void *state, long epochs, struct error *e)
{
    for (long i = 0; i < epochs; i++) {
        struct step_report r = {0};
        TRY(bptt->step(state, &r, e));
    }
    return ST_OK;
}

extern const struct solver solver_bptt;

/* Trains the net with bptt. */
static status train_first(const struct gradient_probe *s, struct error *e)
{
    const struct solver *bptt = &solver_bptt;
    if (s->options.train_epochs == 0) return ST_OK;
    struct mem mem = {0};
    void *state = NULL, *options = mem_alloc(&mem, 1, bptt->options.size, e);
    status st = options ? opt_defaults(&bptt->options, options, e) : ST_MEMORY;
    if (st == ST_OK) st = bptt->init(&state, options, &s->env, e);
    if (st == ST_OK) st = train_steps(bptt, state, s->options.train_epochs, e);
    bptt->free(state);
    mem_free(&mem);
    return st;
}

/* Training samples chosen at random. */
static status choose_samples(struct gradient_probe *s, struct error *e)
{
    const size_t N = s->env.train.n;
    if (N == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    size_t *order = mem_alloc(&s->mem, N, sizeof *order, e);
    if (!order) return ST_MEMORY;
    for (size_t i = 0; i < N; i++) order[i] = batch_sample(&s->env.train, i);
    rng_shuffle(s->env.rng, order, N);
    s->batch = s->env.train;
    s->batch.samples = order;
    s->batch.n = samples_of(&s->options, N);
    return ST_OK;
}

static status probe_init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct gradient_probe *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->options = *(const struct gradient_probe_options *)options;
    s->env = *env;
    const struct reference_options r = reference_options_of(&s->options);
    const size_t threads = pool_threads(env->pool), T = env->info->T;
    TRY(train_first(s, e));
    TRY(choose_samples(s, e));
    TRY(reference_create(&s->reference, &r, env->net, T, s->batch.n, threads, env->rng, &s->mem, e));
    TRY(reference_estimate(&s->reference, env->net, &s->batch, env->pool, env->rng, e));
    const struct estimate_options g = estimate_options_of(&s->options, s->reference.sigma);
    TRY(estimator_create(&s->estimator, &g, env->net, T, s->batch.n, threads, &s->mem, e));
    s->values = mem_alloc(&s->mem, s->reference.n, sizeof *s->values, e);
    return s->values ? ST_OK : ST_MEMORY;
}

/* ---- steps ------------------------------------------------------------------------------------------- */

/* Slope and directions of the step after `steps` steps. */
static status grow(struct gradient_probe *s, struct error *e)
{
    const struct gradient_probe_options *o = &s->options;
    const double factor = pow((double)o->growth, (double)s->steps);
    s->slope = s->directions = NAN;
    if (o->estimator == ESTIMATE_SURROGATE) s->slope = o->slope * factor;
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
    if (s->options.estimator == ESTIMATE_SURROGATE) s->estimator.o.slope = (real)s->slope;
    const size_t times = random ? (size_t)(s->directions / (double)s->options.directions + 0.5) : 1;
    s->all = (struct agreement){0};
    for (size_t l = 1; l <= s->env.net->L; l++) s->layer[l] = s->all;
    for (long k = 0; k < repeats; k++) measure_once(s, times, 1 / (double)repeats);
    s->steps++;
    /* What the estimates cost, as in bptt, lfp and forward_mode; the reference is no part of it. */
    estimator_count(&s->estimator.o, s->env.net, &s->batch, (double)repeats * (double)times, r);
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

/* Init finds samples, weights and reference again, from the same seed; where the sweep stands is all there
 * is to keep, with the last measures. */
static status probe_save(void *state, FILE *f, struct error *e)
{
    const struct gradient_probe *s = state;
    TRY(checkpoint_write(f, &s->steps, sizeof s->steps, e));
    TRY(checkpoint_write(f, &s->slope, sizeof s->slope, e));
    TRY(checkpoint_write(f, &s->directions, sizeof s->directions, e));
    TRY(checkpoint_write(f, &s->all, sizeof s->all, e));
    return checkpoint_write(f, s->layer, sizeof s->layer, e);
}

static status probe_load(void *state, FILE *f, struct error *e)
{
    struct gradient_probe *s = state;
    TRY(checkpoint_read(f, &s->steps, sizeof s->steps, e));
    TRY(checkpoint_read(f, &s->slope, sizeof s->slope, e));
    TRY(checkpoint_read(f, &s->directions, sizeof s->directions, e));
    TRY(checkpoint_read(f, &s->all, sizeof s->all, e));
    return checkpoint_read(f, s->layer, sizeof s->layer, e);
}

const struct solver solver_gradient_probe = {
    .api_version = SOLVER_API,
    .name = "gradient_probe",
    .summary = "trains nothing: measures a gradient estimate against the expected loss's under weight noise",
    .reference = "Stein: Estimation of the Mean of a Multivariate Normal Distribution, 1981 (the lemma)",
    .caps = CAP_CLASSIFICATION | CAP_MEASURES,
    .options = {gradient_probe_option_list,
                sizeof gradient_probe_option_list / sizeof *gradient_probe_option_list,
                sizeof(struct gradient_probe_options)},
    .metrics = gradient_probe_metrics,
    .n_metrics = sizeof gradient_probe_metrics / sizeof *gradient_probe_metrics,
    .check = probe_check,
    .memory = probe_memory,
    .thread_memory = probe_thread_memory,
    .cost = probe_cost,
    .init = probe_init,
    .step = probe_step,
    .report = probe_report,
    .save = probe_save,
    .load = probe_load,
    .free = probe_free,
};
