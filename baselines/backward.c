/* Backpropagation through time for one block of samples. */
#include "baselines/backward.h"
#include "baselines/recurrent_backward.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include <string.h>

/* For gradients of layers lowest .. L. */
static status create_for(struct backward *w, size_t lowest, const struct net *net, size_t T, size_t C_max,
                         struct mem *m, struct error *e)
{
    const size_t widest = net_widest(net, 1, net->L - 1), hidden = net->L - lowest;
    w->lowest = lowest;
    TRY(trace_create(&w->trace, net, T, C_max, TRACE_GRADIENT, m, e));
    /* one hidden layer hands nothing down, and needs dz where it cannot take its inputs as lists alone */
    const bool steps = hidden > 0 && net_needs_steps(net), lists = lowest == 1 && !net->dense_inputs;
    const bool dz = steps || hidden > 1 || (hidden == 1 && !lists);
    w->da = steps || hidden > 1 ? mem_reals(m, widest * T * C_max, e) : mem_spare(m, widest * T * C_max, e);
    w->dz = dz ? mem_reals(m, widest * T * C_max, e) : mem_spare(m, widest * T * C_max, e);
    w->own = mem_reals(m, net->n[net->L - 1] * C_max, e);
    w->scores = mem_reals(m, net->n[net->L] * C_max, e);
    w->dscores = mem_reals(m, net->n[net->L] * C_max, e);
    if (!w->da || !w->dz || !w->own || !w->scores || !w->dscores) return ST_MEMORY;
    for (int i = 0; net_needs_steps(net) && i < 2; i++)
        if (!(w->step[i] = mem_reals(m, widest * C_max, e))) return ST_MEMORY;
    return ST_OK;
}

status backward_create(struct backward *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                       struct error *e)
{
    return create_for(w, 1, net, T, C_max, m, e);
}

status backward_create_all(struct backward **w, const struct shapes *shapes, size_t C_max, size_t lowest,
                           struct mem *m, struct error *e)
{
    struct backward *work = *w = mem_alloc(m, shapes->threads, sizeof *work, e);
    if (!work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++)
        TRY(create_for(&work[i], lowest, shapes->net, shapes->info->T, C_max, m, e));
    return ST_OK;
}

void backward_count(const struct net *net, const struct batch *b, double times, size_t lowest,
                    size_t readouts, struct step_report *r)
{
    const double n = times * (double)b->n, columns = n * (double)b->x->T;
    const double entries = times * (double)spikes_nonzero(b);
    struct step_cost back = {0};
    double through = 0, all = 0; /* weights that derivatives are handed back through, and could be */
    for (size_t l = lowest; l <= net->L; l++) {
        const double made = l == net->L ? n * (double)readouts : columns;
        cost_product(&back, net, l, made, entries);                 /* dW_l */
        if (l > lowest) cost_product(&back, net, l, made, entries); /* da_{l-1} */
        if (!net_recurrent(net, l)) continue;
        cost_recurrent(&back, net, l, 2 * columns); /* dR_l, and R_l' dv */
        all += (double)(net->n[l] * net->n[l]);
        through += (double)(net->n[l] * net->n[l]);
    }
    for (size_t l = 2; l <= net->L; l++) {
        const double weights = (double)(net->n[l] * net->n[l - 1]);
        all += weights;
        if (l > lowest) through += weights;
    }
    r->samples = (double)b->n;
    r->forward_passes = r->spike_passes = n;
    r->backward_passes = n * (through / all);
    r->dense_macs = cost_macs(&back);
}

/* Losses of the block, and through the readout: its weights' gradient, and in w->own what each score's
 * derivative says of the last hidden layer's spikes. In time credit flows back by the readout's leak alone.
 */
static double readout_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                               size_t C, real *gradient)
{
    const size_t K = net->n[net->L], n = net->n[net->L - 1];
    net_scores(net, &w->trace, C, w->scores);
    double sum = net_losses(net, b, first, C, w->scores, w->dscores);
    blas_gemm(false, true, K, n, C, R(1.0), w->dscores, K, w->trace.filtered, n, R(1.0), gradient, K);
    if (w->lowest == net->L) return sum;
    const real share = net->readout == READOUT_LAST ? R(1.0) : 1 / (real)b->x->T;
    blas_gemm(true, false, n, C, K, share, net->W[net->L], K, w->dscores, K, R(0.0), w->own, n);
    return sum;
}

/* Layer l < L: dW_l, and in w->da d loss / d a_{l-1} for the layer below, if it has a gradient. */
static void layer_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                           size_t C, const struct backward_options *o, size_t l, real *gradient)
{
    const size_t n = net->n[l], in = net->n[l - 1], columns = b->x->T * C;
    const struct surrogate *smooth = o->smooth ? o->surrogate : NULL;
    const bool top = l + 1 == net->L;
    struct spike_columns lists;
    const bool listed = (!smooth || l == 1) && net_inputs(net, b, first, C, &w->trace, l, &lists);
    struct backward_pass p = {.n = n,
                              .T = b->x->T,
                              .C = C,
                              .lif = &net->lif[l],
                              .surrogate = o->surrogate->kind,
                              .slope = o->slope,
                              .detach_reset = o->detach_reset,
                              .z = w->trace.z[l],
                              .da = top ? NULL : w->da,
                              .own = top ? w->own : NULL,
                              .readout_leak = net->lif[net->L].leak,
                              .mean = net->readout == READOUT_MEAN,
                              .dz = listed && l == 1 ? NULL : w->dz};
    if (smooth) {
        net_spikes(net, &w->trace, l, C, smooth, o->slope, w->trace.dense);
        p.a = w->trace.dense;
    }
    lists_backward(&w->trace.lists, p, listed ? &lists : NULL, in, gradient);
    if (l == 1) {
        if (!listed) spikes_outer(b, first, C, w->dz, n, gradient);
        return;
    }
    if (!listed) {
        net_spikes(net, &w->trace, l - 1, C, smooth, o->slope, w->trace.dense);
        blas_gemm(false, true, n, in, columns, R(1.0), w->dz, n, w->trace.dense, in, R(1.0), gradient, n);
    }
    if (l > w->lowest)
        blas_gemm(true, false, in, columns, n, R(1.0), net->W[l], n, w->dz, n, R(0.0), w->da, in);
}

/* The same where net_needs_steps: of all matrices that feed layer l. */
static void recurrent_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                               size_t C, const struct backward_options *o, size_t l, real *const *gradient)
{
    const size_t n = net->n[l], in = net->n[l - 1], T = b->x->T, columns = T * C;
    const struct surrogate *smooth = o->smooth ? o->surrogate : NULL;
    real *spikes = w->trace.dense;
    if (l + 1 == net->L) recurrent_from_readout(net, T, C, w->own, w->step[0], w->da);
    net_spikes(net, &w->trace, l, C, smooth, o->slope, spikes);
    recurrent_through_time(net, l, T, C, o, w->trace.z[l], spikes, w->da, w->step, w->dz);
    if (net_recurrent(net, l) && T > 1)
        blas_gemm(false, true, n, n, columns - C, R(1.0), w->dz + n * C, n, spikes, n, R(1.0),
                  gradient[net->L + l], n);
    if (l == 1) {
        spikes_outer(b, first, C, w->dz, n, gradient[1]);
        return;
    }
    net_spikes(net, &w->trace, l - 1, C, smooth, o->slope, spikes);
    blas_gemm(false, true, n, in, columns, R(1.0), w->dz, n, spikes, in, R(1.0), gradient[l], n);
    if (l > w->lowest)
        blas_gemm(true, false, in, columns, n, R(1.0), net->W[l], n, w->dz, n, R(0.0), w->da, in);
}

double backward_block(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                      size_t C, const struct backward_options *o, real *const *gradient)
{
    const struct simulate_options simulate = {.smooth = o->smooth ? o->surrogate : NULL, .slope = o->slope};
    net_simulate(net, b, first, C, &w->trace, &simulate);
    double loss = readout_gradient(w, net, b, first, C, gradient[net->L]);
    for (size_t l = net->L - 1; l >= w->lowest; l--)
        if (net_needs_steps(net))
            recurrent_gradient(w, net, b, first, C, o, l, gradient);
        else
            layer_gradient(w, net, b, first, C, o, l, gradient[l]);
    return loss;
}
