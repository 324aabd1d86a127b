/* See equilibrium_trainer.h. */
#include "baselines/equilibrium_trainer.h"
#include <string.h>

const struct option contraction_option = {
    "contraction",
    OPT_REAL,
    offsetof(struct equilibrium_options, contraction),
    "0.5",
    0,
    1,
    OPT_OPEN_LO | OPT_OPEN_HI,
    NULL,
    "thresholds",
    "after each update R_l is scaled until its spectral norm is this times the threshold at most"};
const struct option_default equilibrium_defaults[] = {
    {"optimizer", "sgd"}, {"lr", "0.2"}, {"batch", "50"}, {NULL, NULL}};
const struct metric_desc equilibrium_metric_list[EQUILIBRIUM_METRICS] = {
    {"equilibrium_rms", "", "rms distance of the observed rates from the equilibrium", METRIC_HIDDEN},
    {"silent", "", "share of neurons and samples without a spike", METRIC_HIDDEN},
    {"saturated", "", "share of neurons and samples with a spike at every step", METRIC_HIDDEN},
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

static status create_blocks(real **blocks, const struct net *net, struct mem *m, struct error *e)
{
    for (size_t k = 1; k <= net->blocks; k++)
        if (!(blocks[k] = mem_reals(m, net_block_size(net, k), e))) return ST_MEMORY;
    return ST_OK;
}

status equilibrium_trainer_create(struct equilibrium_trainer **state, const struct equilibrium_rule *rule,
                                  const struct equilibrium_options *o, const struct shapes *shapes,
                                  struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    const size_t N = shapes->info->n[SPLIT_TRAIN], block = minibatch_largest_block(&o->common, N);
    struct equilibrium_trainer *s = *state = mem_alloc(m, 1, sizeof *s, e);
    if (!s) return ST_MEMORY;
    s->rule = *rule;
    s->contraction = o->contraction;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, net->blocks},
                         minibatch_parts(&o->common, N), m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) /* the first one also measures */
        TRY(equilibrium_create(&s->work[i], net, shapes->info->T,
                               i == 0 && chunk_at_most(N) > block ? chunk_at_most(N) : block, m, e));
    for (size_t l = 1; l < net->L && net->blocks > net->L; l++)
        if (!(s->vector[l] = mem_reals(m, net->n[l], e))) return ST_MEMORY;
    if (!(s->norm_work = mem_reals(m, 2 * net_widest(net, 1, net->L - 1), e))) return ST_MEMORY;
    if (!rule->spiking) return ST_OK;
    TRY(create_blocks(s->gradient, net, m, e));
    return create_blocks(s->exact, net, m, e);
}

status equilibrium_check(const struct solver *self, const void *options, const struct net_options *net,
                         const struct dataset_info *info, struct error *e)
{
    const struct option_use norm = {"contraction", net->recurrent, "network.recurrent"};
    TRY(minibatch_check(self, options, net, info, e));
    return opt_refuse_idle(&self->options, options, &norm, 1, e);
}

/* || R_l ||_2 <= contraction theta_l. */
static void project(void *state)
{
    struct equilibrium_trainer *s = state;
    const struct net *net = s->minibatch.env.net;
    for (size_t l = 1; l < net->L; l++) {
        real *R = net_recurrent(net, l);
        double products = 0;
        if (!R) continue;
        const double most = s->contraction * (double)net->lif[l].threshold;
        const double norm = equilibrium_norm(net->n[l], R, s->vector[l], s->norm_work, &products);
        s->norm_macs += products * (double)net_block_size(net, net->L + l);
        if (norm > most) kernels()->scale(net_block_size(net, net->L + l), (real)(most / norm), R);
    }
}

/* The readout reads rates instead of their weighted sum: W_L is O / sum_t leak^(T-t) for the start's O. */
status equilibrium_start(void *state, const struct train_env *env, struct error *e)
{
    struct equilibrium_trainer *s = state;
    const struct net *net = env->net;
    TRY(minibatch_start(state, env, e));
    kernels()->scale(net_block_size(net, net->L), 1 / equilibrium_weight(net, env->info->T), net->W[net->L]);
    for (size_t l = 1; l < net->L; l++)
        for (size_t i = 0; s->vector[l] && i < net->n[l]; i++)
            s->vector[l][i] = R(1.0) + R(0.5) * cos((real)i); /* any vector that no symmetry knows */
    project(s);
    return ST_OK;
}

static double gradient_block(void *state, const struct minibatch_block *at, real *const *gradient)
{
    struct equilibrium_trainer *s = state;
    struct equilibrium *w = &s->work[at->thread];
    equilibrium_observe(w, s->minibatch.env.net, at->batch, at->first, at->C);
    return equilibrium_gradient(w, s->minibatch.env.net, at->batch, at->first, at->C, &s->rule, gradient);
}

/* The step of O = W_L sum_t leak^(T-t), whose gradient is W_L's over the sum. */
static void scale_readout(void *state, real *const *direction)
{
    struct equilibrium_trainer *s = state;
    const struct net *net = s->minibatch.env.net;
    const real all = equilibrium_weight(net, s->minibatch.env.info->T);
    kernels()->scale(net_block_size(net, net->L), 1 / (all * all), direction[net->L]);
}

/* How far rates are from the equilibrium, and how many neurons pass no gradient. */
static void measure_rates(struct equilibrium_trainer *s, const struct net *net, size_t C)
{
    struct equilibrium *w = s->work;
    equilibrium_point(w, net, C);
    for (size_t l = 1; l < net->L; l++) {
        const size_t size = net->n[l] * C;
        double squares = 0, silent = 0, full = 0;
        for (size_t i = 0; i < size; i++) {
            const double miss = (double)(w->rate[l][i] - w->point[l][i]);
            squares += miss * miss;
            silent += w->rate[l][i] <= 0;
            full += w->rate[l][i] >= 1;
        }
        s->rms[l] = sqrt(squares / (double)size);
        s->silent[l] = silent / (double)size;
        s->saturated[l] = full / (double)size;
    }
}

/* The gradient by spikes beside that by the iteration, in all matrices but the readout's, which are equal. */
static void measure_gradient(struct equilibrium_trainer *s, const struct net *net, const struct batch *b,
                             size_t C)
{
    const struct equilibrium_rule exact = {.steps = 30};
    double product = 0, squares = 0, wanted = 0, miss = 0;
    for (size_t k = 1; k <= net->blocks; k++) {
        memset(s->gradient[k], 0, net_block_size(net, k) * sizeof(real));
        memset(s->exact[k], 0, net_block_size(net, k) * sizeof(real));
    }
    equilibrium_gradient(s->work, net, b, 0, C, &s->rule, s->gradient);
    equilibrium_gradient(s->work, net, b, 0, C, &exact, s->exact);
    net_clear_diagonals(net, s->gradient);
    net_clear_diagonals(net, s->exact);
    for (size_t k = 1; k <= net->blocks; k++)
        for (size_t i = 0; k != net->L && i < net_block_size(net, k); i++) {
            const double x = (double)s->gradient[k][i], y = (double)s->exact[k][i];
            product += x * y;
            squares += x * x;
            wanted += y * y;
            miss += (x - y) * (x - y);
        }
    s->cosine = product / sqrt(squares * wanted);
    s->error = sqrt(miss / wanted);
}

static void measure(struct equilibrium_trainer *s)
{
    const struct net *net = s->minibatch.env.net;
    const struct batch *b = &s->minibatch.env.train;
    const size_t C = chunk_at_most(b->n);
    equilibrium_observe(s->work, net, b, 0, C);
    measure_rates(s, net, C);
    if (s->rule.spiking) measure_gradient(s, net, b, C);
    s->measured = true;
}

status equilibrium_step(void *state, struct step_report *r, struct error *e)
{
    struct equilibrium_trainer *s = state;
    const struct minibatch_rule rule = {.block = gradient_block, .finish = scale_readout, .project = project};
    s->norm_macs = 0;
    s->measured = false;
    status st = minibatch_epoch(s, &rule, r, e);
    const double n = (double)s->minibatch.evaluated;
    r->forward_passes = r->spike_passes = r->backward_passes = n;
    r->dense_macs = n * equilibrium_macs(s->minibatch.env.net, &s->rule) + s->norm_macs;
    if (st != ST_OK || !r->measure) return st;
    step_hold(r);
    measure(s);
    step_resume(r);
    return ST_OK;
}

void equilibrium_report(void *state, struct metric_sink *sink)
{
    struct equilibrium_trainer *s = state;
    minibatch_report(state, sink);
    for (size_t l = 1; s->measured && l < sink->L; l++) {
        metric_put(sink, "equilibrium_rms", l, s->rms[l]);
        metric_put(sink, "silent", l, s->silent[l]);
        metric_put(sink, "saturated", l, s->saturated[l]);
    }
    if (!s->measured || !s->rule.spiking) return;
    metric_put(sink, "grad_cosine", 0, s->cosine);
    metric_put(sink, "grad_error", 0, s->error);
}

status equilibrium_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct equilibrium_trainer *s = state;
    const struct net *net = s->minibatch.env.net;
    TRY(minibatch_checkpoint(state, c, e));
    for (size_t l = 1; l < net->L; l++)
        if (s->vector[l]) TRY(checkpoint_block(c, s->vector[l], net->n[l] * sizeof *s->vector[l], e));
    return ST_OK;
}
