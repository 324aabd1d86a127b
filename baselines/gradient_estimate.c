/* The gradients that trainers use. */
#include "baselines/gradient_estimate.h"
#include <string.h>

const char *const estimate_kind_names[] = {
    "surrogate", "jvp", "weight_perturbation", "stein", "lfp", "eprop", "eprop_random", "ottt",
    "decolle",   NULL,
};

bool estimate_is_random(enum estimate_kind kind)
{
    return kind == ESTIMATE_JVP || kind == ESTIMATE_WEIGHT_PERTURBATION || kind == ESTIMATE_STEIN;
}

bool estimate_is_online(enum estimate_kind kind)
{
    return kind == ESTIMATE_EPROP || kind == ESTIMATE_EPROP_RANDOM || kind == ESTIMATE_OTTT ||
           kind == ESTIMATE_DECOLLE;
}

static struct forward_options forward_options_of(const struct estimate_options *o)
{
    return (struct forward_options){.kind = o->kind == ESTIMATE_JVP ? FORWARD_JVP
                                            : o->kind == ESTIMATE_WEIGHT_PERTURBATION
                                                ? FORWARD_WEIGHT_PERTURBATION
                                                : FORWARD_STEIN,
                                    .law = o->law,
                                    .scope = SCOPE_GLOBAL,
                                    .directions = o->directions,
                                    .sigma = o->sigma,
                                    .surrogate = o->surrogate,
                                    .slope = o->slope,
                                    .detach_reset = o->detach_reset};
}

void estimator_count(const struct estimate_options *o, const struct net *net, const struct batch *b,
                     double times, struct step_report *r)
{
    const struct forward_options f = forward_options_of(o);
    if (estimate_is_random(o->kind))
        forward_count(&f, net, b, times, r);
    else if (o->kind == ESTIMATE_OTTT)
        ottt_count(net, b, 1, r);
    else if (o->kind == ESTIMATE_DECOLLE)
        decolle_count(net, b, 1, r);
    else if (estimate_is_online(o->kind))
        eprop_count(net, o->detach_reset, b, 1, r);
    else
        backward_count(net, b, 1, 1, o->kind == ESTIMATE_LFP ? b->x->T : 1, r);
}

static status create_online(struct gradient_estimator *g, const struct net *net, size_t C, struct mem *m,
                            struct error *e)
{
    TRY(online_matrices_create(g->matrices, net, m, e));
    if (g->o.kind == ESTIMATE_OTTT) return ottt_work_create(&g->ottt, net, C, m, e);
    if (g->o.kind == ESTIMATE_DECOLLE) return decolle_work_create(&g->decolle, net, C, m, e);
    return eprop_work_create(&g->eprop, net, g->o.detach_reset, C, m, e);
}

status estimator_create(struct gradient_estimator *g, const struct estimate_options *o, const struct net *net,
                        size_t T, size_t batch_max, size_t threads, struct mem *m, struct error *e)
{
    const struct forward_options f = forward_options_of(o);
    const size_t C = chunk_at_most(batch_max);
    *g = (struct gradient_estimator){.o = *o};
    for (size_t l = 1; l <= net->L; l++) {
        g->part[l] = mem_reals(m, net->n[l] * net->n[l - 1], e);
        g->gradient[l] = mem_reals(m, net->n[l] * net->n[l - 1], e);
        if (!g->part[l] || !g->gradient[l]) return ST_MEMORY;
    }
    if (o->kind == ESTIMATE_SURROGATE) return backward_create(&g->backward, net, T, C, m, e);
    if (o->kind == ESTIMATE_LFP) return lfp_work_create(&g->lfp, net, T, C, m, e);
    if (estimate_is_online(o->kind)) return create_online(g, net, C, m, e);
    return forward_create(&g->forward, &f, net, T, batch_max, threads, m, e);
}

void estimator_start(struct gradient_estimator *g, const struct net *net, struct rng *rng)
{
    if (g->o.kind == ESTIMATE_EPROP_RANDOM || g->o.kind == ESTIMATE_DECOLLE)
        online_matrices_draw(g->matrices, net, rng);
}

void estimator_set_sigma(struct gradient_estimator *g, double sigma)
{
    g->o.sigma = g->forward.o.sigma = sigma;
}

static void add(const struct net *net, real share, real *const *part, real *const *sum)
{
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) sum[l][i] += share * part[l][i];
}

static void clear(const struct net *net, real *const *sum)
{
    for (size_t l = 1; l <= net->L; l++) memset(sum[l], 0, net->n[l] * net->n[l - 1] * sizeof(real));
}

/* Adds the sum over a block of samples to g->part. */
static void add_block(struct gradient_estimator *g, const struct net *net, const struct batch *b,
                      size_t first, size_t C)
{
    const struct backward_options how = {g->o.surrogate, g->o.slope, false, g->o.detach_reset};
    const struct lfp_rule rewards = {LFP_SOFTMAX, LFP_SIGNED, R(1e-6)};
    const struct online_rule online = {g->o.surrogate, g->o.slope, false};
    const struct eprop_rule eprop = {online, g->o.detach_reset,
                                     g->o.kind == ESTIMATE_EPROP ? NULL : g->matrices};
    double local[NET_MAX_LAYERS + 1] = {0};
    if (g->o.kind == ESTIMATE_LFP)
        lfp_block(&g->lfp, net, b, first, C, &rewards, g->part);
    else if (g->o.kind == ESTIMATE_OTTT)
        ottt_block(&g->ottt, net, b, first, C, &online, g->part);
    else if (g->o.kind == ESTIMATE_DECOLLE)
        decolle_block(&g->decolle, net, b, first, C, &online, g->matrices, local, g->part);
    else if (estimate_is_online(g->o.kind))
        eprop_block(&g->eprop, net, b, first, C, &eprop, g->part);
    else
        backward_block(&g->backward, net, b, first, C, &how, g->part);
}

/* Sums over the samples, chunk by chunk, into g->part. */
static void sum_of_blocks(struct gradient_estimator *g, const struct net *net, const struct batch *b)
{
    const struct partition part = partition_make(b->n);
    clear(net, g->part);
    for (size_t c = 0; c < part.n_chunks; c++) {
        const size_t first = chunk_first(&part, c);
        add_block(g, net, b, first, chunk_first(&part, c + 1) - first);
    }
    if (g->o.kind == ESTIMATE_LFP) lfp_scale(net, g->part);
}

void gradient_estimate(struct gradient_estimator *g, const struct net *net, const struct batch *b,
                       struct pool *pool, size_t times, struct rng *rng)
{
    clear(net, g->gradient);
    if (!estimate_is_random(g->o.kind)) {
        sum_of_blocks(g, net, b);
        add(net, 1 / (real)b->n, g->part, g->gradient);
        return;
    }
    for (size_t k = 0; k < times; k++) {
        forward_draw(&g->forward, net, rng);
        forward_derivatives(&g->forward, net, b, pool);
        forward_gradient(&g->forward, net, g->part);
        add(net, 1 / (real)times, g->part, g->gradient);
    }
}
