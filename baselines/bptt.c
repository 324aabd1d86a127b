/* Surrogate-gradient backpropagation through time with mini-batches: the yardstick. One step is one epoch. */
#include "baselines/backward.h"
#include "trainer/minibatch.h"

struct bptt_options {
    struct minibatch_options common;
    int surrogate;
    double slope;
    bool detach_reset;
};

static const struct option bptt_option_list[] = {
    {"surrogate", OPT_CHOICE, offsetof(struct bptt_options, surrogate), "fast_sigmoid", 0, 0, 0,
     surrogate_names, "", "derivative that stands in for the spike's"},
    {"slope", OPT_REAL, offsetof(struct bptt_options, slope), "5", 0, 1e6, OPT_OPEN_LO, NULL,
     "1/membrane units", "steepness of the surrogate"},
    {"detach_reset", OPT_BOOL, offsetof(struct bptt_options, detach_reset), "false", 0, 0, 0, NULL, "",
     "leave the reset out of the gradient"},
};

struct bptt {
    struct minibatch minibatch;
    struct backward_options how;
    struct backward *work; /* [threads] */
};

static status bptt_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct bptt_options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN], C = minibatch_largest_block(&o->common, N);
    struct bptt *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->how = (struct backward_options){&surrogates[o->surrogate], (real)o->slope, false, o->detach_reset};
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, shapes->net->blocks},
                         minibatch_parts(&o->common, N), m, e));
    return backward_create_all(&s->work, shapes, C, 1, m, e);
}

static double gradient_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct bptt *s = state;
    return backward_block(&s->work[where->thread], s->minibatch.env.net, where->batch, where->first, where->C,
                          &s->how, gradient);
}

static status bptt_step(void *state, struct step_report *r, struct error *e)
{
    struct bptt *s = state;
    const struct minibatch_rule rule = {.block = gradient_block};
    status st = minibatch_epoch(s, &rule, r, e);
    backward_count(s->minibatch.env.net, &s->minibatch.env.train, minibatch_passes(&s->minibatch), 1, 1, r);
    return st;
}

const struct solver solver_bptt = {
    .abi = SOLVER_ABI,
    .name = "bptt",
    .summary = "surrogate-gradient backpropagation through time with mini-batches",
    .reference =
        "Neftci, Mostafa, Zenke: Surrogate Gradient Learning in Spiking Neural Networks, arXiv 1901.09948",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_NETWORKS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS |
                FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {bptt_option_list, sizeof bptt_option_list / sizeof *bptt_option_list},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .size = sizeof(struct bptt_options)},
    .metrics = {minibatch_metric_list, MINIBATCH_METRICS},
    .create = bptt_create,
    .start = minibatch_start,
    .step = bptt_step,
    .check = minibatch_check,
    .report = minibatch_report,
    .checkpoint = minibatch_checkpoint,
};
