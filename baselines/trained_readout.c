/* The floor with the loss that its rivals use: the hidden layers stay as they start, as in random_features,
 * and the last layers, the readout alone by default, are trained by surrogate gradients with mini-batches. */
#include "baselines/backward.h"
#include "trainer/minibatch.h"

struct options {
    struct minibatch_options common;
    long layers;
};
static const struct option option_list[] = {
    {"layers", OPT_INT, offsetof(struct options, layers), "1", 1, NET_MAX_LAYERS, 0, NULL, "layers",
     "how many of the last layers are trained: 1 the readout alone, all of them bptt"}};
static const struct metric_desc metric_list[] = {
    {"grad_norm", "", "mean norm of the gradient before clipping; 0 where frozen", METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

struct trained_readout {
    struct minibatch minibatch;
    struct backward *work; /* [threads] */
};

static status check(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e)
{
    const struct options *o = options;
    if ((size_t)o->layers > net->hidden.n + 1)
        return FAIL(e, ST_CONFIG, "option 'layers': the network has %zu layers", net->hidden.n + 1);
    return minibatch_check(self, options, net, info, e);
}

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN], L = shapes->net->L, lowest = L + 1 - (size_t)o->layers;
    struct trained_readout *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){lowest, L},
                         minibatch_parts(&o->common, N), m, e));
    return backward_create_all(&s->work, shapes, minibatch_largest_block(&o->common, N), lowest, m, e);
}

static double block(void *state, const struct minibatch_block *at, real *const *sum)
{
    const struct trained_readout *s = state;
    const struct net *net = s->minibatch.env.net;
    const struct backward_options how = {&surrogates[SURROGATE_FAST_SIGMOID], R(5.0), false,
                                         false}; /* bptt's usual ones */
    return backward_block(&s->work[at->thread], net, at->batch, at->first, at->C, &how, sum);
}

static status step(void *state, struct step_report *r, struct error *e)
{
    struct trained_readout *s = state;
    const struct train_env *env = &s->minibatch.env;
    status st = minibatch_epoch(s, &(struct minibatch_rule){.block = block}, r, e);
    backward_count(env->net, &env->train, minibatch_passes(&s->minibatch), s->work->lowest, 1, r);
    return st;
}

const struct solver solver_trained_readout = {
    .abi = SOLVER_ABI,
    .name = "trained_readout",
    .summary = "the starting network, its last layers trained by surrogate gradients: the other floor",
    .reference = "Neftci, Mostafa, Zenke: Surrogate Gradient Learning in Spiking Neural Networks, 2019",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_NETWORKS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RANKS,
    .options = {{{option_list, 1}, {minibatch_option_list, MINIBATCH_OPTIONS}},
                .size = sizeof(struct options)},
    .metrics = {metric_list, sizeof metric_list / sizeof *metric_list},
    .create = create,
    .start = minibatch_start,
    .step = step,
    .check = check,
    .report = minibatch_report,
    .checkpoint = minibatch_checkpoint,
};
