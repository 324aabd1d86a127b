/* Online training through time (arXiv 2210.04195): gradients of a loss at every step that go down through the
 * layers within the step, times traces of the spikes below. Nothing goes back in time, and the memory does
 * not grow with the steps. One step of the solver is one epoch.
 *
 * Departures from the source: the weights move after a mini-batch, not after each step (the source's
 * accumulated form); the readout is the shared one, whose potential is read at every step; layers have no
 * bias and no weight standardisation. The loss of a step is that of the readout's potential at the step, also
 * where the scores are the mean of the potentials: convex losses of the mean are at most the mean of those.
 * The reset is left out of the derivative, as in the source; a hard reset has no trace of its own there. */
#include "baselines/ottt.h"
#include "support/blas.h"

struct ottt {
    struct minibatch minibatch;
    struct online_rule rule;
    struct ottt_work *work; /* [threads] */
};

/* ---- the rule ------------------------------------------------------------------------------------------ */

status ottt_work_create(struct ottt_work *w, const struct net *net, size_t C_max, struct mem *m,
                        struct error *e)
{
    const size_t widest = net_widest(net, 1, net->L);
    TRY(online_create(&w->online, net, C_max, m, e));
    w->delta = mem_reals(m, widest * C_max, e);
    w->below = mem_reals(m, widest * C_max, e);
    return w->delta && w->below ? ST_OK : ST_MEMORY;
}

/* All layers of the step of now; returns the sum of the losses. */
static double step_gradient(struct ottt_work *w, const struct net *net, const struct batch *b, size_t first,
                            const struct online_rule *rule, real *const *gradient)
{
    const size_t C = w->online.C;
    const double loss = net_losses(net, b, first, C, w->online.trace.z[net->L], w->delta);
    for (size_t i = 0; i < net->n[net->L] * C; i++) w->delta[i] /= (real)b->x->T;
    for (size_t l = net->L;; l--) {
        const size_t n = net->n[l], in = net->n[l - 1];
        blas_gemm(false, true, n, in, C, R(1.0), w->delta, n, w->online.filtered[l], in, R(1.0), gradient[l],
                  n);
        if (net_recurrent(net, l))
            blas_gemm(false, true, n, n, C, R(1.0), w->delta, n, w->online.filtered[net->L + l], n, R(1.0),
                      gradient[net->L + l], n);
        if (l == 1) return loss / (double)b->x->T;
        blas_gemm(true, false, in, C, n, R(1.0), net->W[l], n, w->delta, n, R(0.0), w->below, in);
        online_times_psi(&w->online, net, rule, l - 1, w->below);
        real *delta = w->below;
        w->below = w->delta;
        w->delta = delta;
    }
}

double ottt_block(struct ottt_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                  const struct online_rule *rule, real *const *gradient)
{
    double loss = 0;
    online_begin(&w->online, net, b, C);
    for (size_t t = 0; t < b->x->T; t++) {
        online_step(&w->online, net, rule, b, first, t);
        loss += step_gradient(w, net, b, first, rule, gradient);
    }
    return loss;
}

void ottt_count(const struct net *net, const struct batch *b, double times, struct step_report *r)
{
    const double columns = times * (double)b->n * (double)b->x->T;
    struct step_cost cost = {0};
    for (size_t l = 2; l <= net->L; l++) cost_product(&cost, net, l, columns, 0); /* W_l' delta */
    cost_product(&cost, net, net->L, columns, 0);                                 /* dW_L */
    online_count(net, b, times, &cost, r);
    r->backward_passes = r->forward_passes;
}

/* ---- the trainer --------------------------------------------------------------------------------------- */

static status ottt_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct online_options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN], C = minibatch_largest_block(&o->common, N);
    struct ottt *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->rule = online_rule_of(o);
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, shapes->net->blocks},
                         minibatch_parts(&o->common, N), m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) TRY(ottt_work_create(&s->work[i], shapes->net, C, m, e));
    return ST_OK;
}

static double gradient_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct ottt *s = state;
    return ottt_block(&s->work[where->thread], s->minibatch.env.net, where->batch, where->first, where->C,
                      &s->rule, gradient);
}

static status ottt_step(void *state, struct step_report *r, struct error *e)
{
    struct ottt *s = state;
    const struct minibatch_rule rule = {.block = gradient_block};
    const status st = minibatch_epoch(s, &rule, r, e);
    ottt_count(s->minibatch.env.net, &s->minibatch.env.train, minibatch_passes(&s->minibatch), r);
    return st;
}

const struct solver solver_ottt = {
    .abi = SOLVER_ABI,
    .name = "ottt",
    .summary = "online training through time: gradients within a step, times traces of the spikes below",
    .reference = "Xiao, Meng, Zhang, He, Lin: Online Training Through Time for Spiking Neural Networks, "
                 "arXiv 2210.04195",
    /* A hard reset has no trace. */
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSSES | FEATURE_RESET_SOFT |
                FEATURE_RESET_NONE | FEATURE_READOUTS | FEATURE_STARTS | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS |
                FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {online_option_list, ONLINE_OPTIONS},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .size = sizeof(struct online_options)},
    .metrics = {minibatch_metric_list, MINIBATCH_METRICS},
    .create = ottt_create,
    .start = minibatch_start,
    .step = ottt_step,
    .check = minibatch_check,
    .report = minibatch_report,
    .checkpoint = minibatch_checkpoint,
};
