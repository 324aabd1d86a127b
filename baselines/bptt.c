/* Surrogate-gradient backpropagation through time with mini-batches: the yardstick. One step is one epoch. */
#include "baselines/backward.h"
#include "trainer/minibatch.h"
#include <stdlib.h>

struct bptt_options {
    struct minibatch_options common;
    int surrogate;
    double slope;
    bool detach_reset;
};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct bptt_options, field), value, lo, hi, flags, choices, unit, help        \
    }

static const struct option bptt_option_list[] = {
    MINIBATCH_STEP_OPTIONS(struct bptt_options, "adam", "0.002"),
    OPTION(surrogate, OPT_CHOICE, "fast_sigmoid", 0, 0, 0, surrogate_names, "",
           "derivative that stands in for the spike's"),
    OPTION(slope, OPT_REAL, "5", 0, 1e6, OPT_OPEN_LO, NULL, "1/membrane units", "steepness of the surrogate"),
    OPTION(detach_reset, OPT_BOOL, "false", 0, 0, 0, NULL, "", "leave the reset out of the gradient"),
    MINIBATCH_CLIP_OPTION(struct bptt_options, "0", "largest norm of the whole gradient; 0: off"),
    MINIBATCH_MOMENT_OPTIONS(struct bptt_options),
};

static const struct metric_desc bptt_metrics[] = {
    {"grad_norm", "", "Frobenius norm of the mini-batch gradient before clipping, mean over the epoch",
     METRIC_LAYER},
};

struct bptt {
    struct mem mem;
    struct bptt_options options;
    struct train_env env;
    struct minibatch minibatch;
    struct backward *work; /* [threads] */
};

static status bptt_check(const void *options, const struct net_options *net, const struct dataset_info *info,
                         struct error *e)
{
    const struct bptt_options *o = options;
    const struct option_table table = {bptt_option_list, sizeof bptt_option_list / sizeof *bptt_option_list,
                                       sizeof *o};
    TRY(minibatch_refuse_idle(&table, options, &o->common, e));
    if (info->n_classes == 0 && net->loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[net->loss]);
    return ST_OK;
}

static size_t bptt_thread_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct bptt_options *o = options;
    return backward_bytes(net, info->T, minibatch_largest_block(&o->common, info->n[SPLIT_TRAIN]));
}

static size_t bptt_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct bptt_options *o = options;
    size_t N = info->n[SPLIT_TRAIN];
    return minibatch_memory(&o->common, net, net->L, minibatch_parts(&o->common, N), N) +
           bptt_thread_memory(options, net, info);
}

static struct step_cost bptt_cost(const void *options, const struct net *net, const struct dataset_info *info)
{
    (void)options;
    return backward_cost(net, (double)info->n[SPLIT_TRAIN] * (double)info->T, training_entries(info));
}

static void bptt_free(void *state)
{
    struct bptt *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

static status bptt_init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct bptt *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->options = *(const struct bptt_options *)options;
    s->env = *env;
    size_t threads = pool_threads(env->pool), N = env->train.n;
    size_t C = minibatch_largest_block(&s->options.common, N), parts = minibatch_parts(&s->options.common, N);
    TRY(minibatch_create(&s->minibatch, &s->options.common, env, env->net->L, parts, &s->mem, e));
    s->work = mem_alloc(&s->mem, threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < threads; i++)
        TRY(backward_create(&s->work[i], env->net, env->info->T, C, &s->mem, e));
    return ST_OK;
}

static void gradient_block(void *context, const struct minibatch_block *where, real *const *gradient)
{
    struct bptt *s = context;
    const struct backward_options o = {&surrogates[s->options.surrogate], (real)s->options.slope, false,
                                       s->options.detach_reset};
    backward_block(&s->work[where->thread], s->env.net, where->batch, where->first, where->C, &o, gradient);
}

static status bptt_step(void *state, struct step_report *r, struct error *e)
{
    struct bptt *s = state;
    const struct minibatch_rule rule = {.context = s, .block = gradient_block};
    backward_count(s->env.net, &s->env.train, r); /* once each way */
    return minibatch_epoch(&s->minibatch, &rule, e);
}

static void bptt_report(void *state, struct metric_sink *sink)
{
    const struct bptt *s = state;
    for (size_t l = 1; s->minibatch.updates > 0 && l <= s->env.net->L; l++)
        metric_put(sink, "grad_norm", l, s->minibatch.norm[l] / (double)s->minibatch.updates);
}

static status bptt_save(void *state, FILE *f, struct error *e)
{
    const struct bptt *s = state;
    return minibatch_save(&s->minibatch, f, e);
}

static status bptt_load(void *state, FILE *f, struct error *e)
{
    struct bptt *s = state;
    return minibatch_load(&s->minibatch, f, e);
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
    .thread_memory = bptt_thread_memory,
    .cost = bptt_cost,
    .init = bptt_init,
    .step = bptt_step,
    .report = bptt_report,
    .save = bptt_save,
    .load = bptt_load,
    .free = bptt_free,
};
