/* Deep continuous local learning (Kaiser, Mostafa, Neftci 2020): every hidden layer has a fixed random
 * readout and a loss at every step, and learns by it alone. Nothing goes from layer to layer or back in time,
 * and the memory does not grow with the steps. One step of the solver is one epoch.
 *
 * Departures from the source: local readouts see the trace of the layer's spikes, filtered as the network's
 * readout filters; the loss is the network's; the network's readout is trained, by its own loss, and
 * predicts (the source votes by the last local readout); no regularisation of rates, no dropout; the weights
 * move after a mini-batch. The reset is left out of the derivative; a hard reset has no trace of its own. */
#include "baselines/decolle.h"
#include "support/blas.h"
#include <string.h>

static const struct metric_desc decolle_metrics[] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
    {"layer_loss", "", "mean local loss over the epoch", METRIC_HIDDEN},
};

struct decolle {
    struct minibatch minibatch;
    struct online_rule rule;
    struct decolle_work *work;                  /* [threads] */
    real *G[NET_MAX_LAYERS + 1];                /* from start on */
    double local[PART_MAX][NET_MAX_LAYERS + 1]; /* sums of local losses over the epoch */
};

/* ---- the rule ------------------------------------------------------------------------------------------ */

status decolle_work_create(struct decolle_work *w, const struct net *net, size_t C_max, struct mem *m,
                           struct error *e)
{
    TRY(online_create(&w->online, net, C_max, m, e));
    w->y = mem_reals(m, net->n[net->L] * C_max, e);
    w->error = mem_reals(m, net->n[net->L] * C_max, e);
    w->delta = mem_reals(m, net_widest(net, 1, net->L - 1) * C_max, e);
    return w->y && w->error && w->delta ? ST_OK : ST_MEMORY;
}

/* Layer l in the step of now. Returns the sum of its losses. */
static double local_gradient(struct decolle_work *w, const struct net *net, const struct batch *b,
                             size_t first, const struct online_rule *rule, size_t l, const real *G,
                             real *gradient)
{
    const size_t K = net->n[net->L], n = net->n[l], in = net->n[l - 1], C = w->online.C;
    const real share = 1 / (real)b->x->T;
    blas_gemm(false, false, K, C, n, R(1.0), G, K, w->online.filtered[l + 1], n, R(0.0), w->y, K);
    const double loss = net_losses(net, b, first, C, w->y, w->error);
    blas_gemm(true, false, n, C, K, share, G, K, w->error, K, R(0.0), w->delta, n);
    online_times_psi(&w->online, net, rule, l, w->delta);
    blas_gemm(false, true, n, in, C, R(1.0), w->delta, n, w->online.filtered[l], in, R(1.0), gradient, n);
    return loss / (double)b->x->T;
}

double decolle_block(struct decolle_work *w, const struct net *net, const struct batch *b, size_t first,
                     size_t C, const struct online_rule *rule, real *const *G, double *local,
                     real *const *gradient)
{
    online_begin(&w->online, net, b, C);
    for (size_t t = 0; t < b->x->T; t++) {
        online_step(&w->online, net, rule, b, first, t);
        for (size_t l = 1; l < net->L; l++)
            local[l] += local_gradient(w, net, b, first, rule, l, G[l], gradient[l]);
    }
    return online_readout(&w->online, net, b, first, gradient[net->L]);
}

void decolle_count(const struct net *net, const struct batch *b, double times, struct step_report *r)
{
    const double n = times * (double)b->n, K = (double)net->n[net->L];
    struct step_cost cost = {0};
    for (size_t l = 1; l < net->L; l++)
        cost.flops += 4 * K * (double)net->n[l] * n * (double)b->x->T; /* G_l x, and G_l' times the error */
    cost_product(&cost, net, net->L, n, 0);                            /* dW_L */
    online_count(net, b, times, &cost, r);
}

/* ---- the trainer --------------------------------------------------------------------------------------- */

static status decolle_create(const struct solver *self, void **state, const void *options,
                             const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct online_options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN], C = minibatch_largest_block(&o->common, N);
    struct decolle *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->rule = online_rule_of(o);
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, shapes->net->L},
                         minibatch_parts(&o->common, N), m, e));
    TRY(online_matrices_create(s->G, shapes->net, m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) TRY(decolle_work_create(&s->work[i], shapes->net, C, m, e));
    return ST_OK;
}

static status decolle_start(void *state, const struct train_env *env, struct error *e)
{
    struct decolle *s = state;
    online_matrices_draw(s->G, env->net, env->rng);
    return minibatch_start(state, env, e);
}

static double gradient_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct decolle *s = state;
    return decolle_block(&s->work[where->thread], s->minibatch.env.net, where->batch, where->first, where->C,
                         &s->rule, s->G, s->local[where->part], gradient);
}

static status decolle_step(void *state, struct step_report *r, struct error *e)
{
    struct decolle *s = state;
    const struct minibatch_rule rule = {
        .block = gradient_block, .by_part = s->local, .by_part_size = sizeof *s->local};
    memset(s->local, 0, sizeof s->local);
    const status st = minibatch_epoch(s, &rule, r, e);
    decolle_count(s->minibatch.env.net, &s->minibatch.env.train, minibatch_passes(&s->minibatch), r);
    return st;
}

static void decolle_report(void *state, struct metric_sink *sink)
{
    const struct decolle *s = state;
    minibatch_report(state, sink);
    for (size_t l = 1; s->minibatch.evaluations > 0 && l < s->minibatch.layers; l++) {
        double part[PART_MAX];
        for (size_t k = 0; k < PART_MAX; k++) part[k] = s->local[k][l];
        metric_put(sink, "layer_loss", l, sum_of_parts(PART_MAX, part) / (double)s->minibatch.evaluated);
    }
}

const struct solver solver_decolle = {
    .abi = SOLVER_ABI,
    .name = "decolle",
    .summary = "deep continuous local learning: every layer has a fixed random readout and a loss of its own",
    .reference = "Kaiser, Mostafa, Neftci: Synaptic Plasticity Dynamics for Deep Continuous Local Learning "
                 "(DECOLLE), Frontiers in Neuroscience 14:424, 2020, arXiv 1811.10766",
    /* A hard reset has no trace. */
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSSES | FEATURE_RESET_SOFT |
                FEATURE_RESET_NONE | FEATURE_READOUTS | FEATURE_STARTS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {online_option_list, ONLINE_OPTIONS},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .size = sizeof(struct online_options)},
    .metrics = {decolle_metrics, sizeof decolle_metrics / sizeof *decolle_metrics},
    .create = decolle_create,
    .start = decolle_start,
    .step = decolle_step,
    .check = minibatch_check,
    .report = decolle_report,
    .checkpoint = minibatch_checkpoint,
};
