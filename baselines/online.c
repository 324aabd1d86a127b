/* See online.h. */
#include "baselines/online.h"
#include "support/blas.h"
#include <math.h>
#include <string.h>

status online_create(struct online *w, const struct net *net, size_t C_max, struct mem *m, struct error *e)
{
    const size_t K = net->n[net->L];
    *w = (struct online){.C = C_max};
    TRY(trace_create(&w->trace, net, 1, C_max, TRACE_ALL, m, e));
    TRY(net_state_create(&w->state, net, C_max, m, e));
    w->samples = mem_alloc(m, C_max, sizeof *w->samples, e);
    w->input = mem_reals(m, net->n[0] * C_max, e);
    w->scores = mem_reals(m, K * C_max, e);
    w->dscores = mem_reals(m, K * C_max, e);
    w->features = mem_reals(m, net->n[net->L - 1] * C_max, e);
    if (!w->samples || !w->input || !w->scores || !w->dscores || !w->features) return ST_MEMORY;
    for (size_t k = 1; k <= net->blocks; k++) {
        const struct net_block b = net_block(net, k);
        if (!(w->filtered[k] = mem_reals(m, b.cols * C_max, e))) return ST_MEMORY;
        if (net->synapse_decay > 0 && !(w->through_synapse[k] = mem_reals(m, b.cols * C_max, e)))
            return ST_MEMORY;
        if (k > net->L && !(w->before[b.layer] = mem_reals(m, b.cols * C_max, e))) return ST_MEMORY;
    }
    return ST_OK;
}

void online_begin(struct online *w, const struct net *net, const struct batch *b, size_t C)
{
    w->C = C;
    w->steps = *b->x;
    w->steps.n_samples = b->x->n_samples * b->x->T;
    w->steps.T = 1;
    net_state_reset(&w->state, net);
    memset(w->features, 0, net->n[net->L - 1] * C * sizeof *w->features);
    for (size_t k = 1; k <= net->blocks; k++) {
        const size_t bytes = net_block(net, k).cols * C * sizeof(real);
        memset(w->filtered[k], 0, bytes);
        if (w->through_synapse[k]) memset(w->through_synapse[k], 0, bytes);
    }
}

/* a_l (n_l x C) of the step of now, l = 0 .. L-1. */
static const real *online_spikes(const struct online *w, size_t l)
{
    return l == 0 ? w->input : w->trace.a[l];
}

const real *online_inputs(const struct online *w, const struct net *net, size_t k)
{
    return k <= net->L ? online_spikes(w, k - 1) : w->before[k - net->L];
}

/* The traces of matrix k at this step. */
static void filter_inputs(struct online *w, const struct net *net, size_t k)
{
    const struct net_block b = net_block(net, k);
    const real leak = net->lif[b.layer].leak, *x = online_inputs(w, net, k);
    real *filtered = w->filtered[k], *current = w->through_synapse[k];
    if (current) {
        for (size_t i = 0; i < b.cols * w->C; i++) current[i] = net->synapse_decay * current[i] + x[i];
        x = current;
    }
    for (size_t i = 0; i < b.cols * w->C; i++) filtered[i] = leak * filtered[i] + x[i];
}

void online_step(struct online *w, const struct net *net, const struct online_rule *rule,
                 const struct batch *b, size_t first, size_t t)
{
    const struct batch now = {.x = &w->steps, .samples = w->samples, .n = w->C};
    const struct simulate_options how = {
        .smooth = rule->smooth ? rule->surrogate : NULL, .slope = rule->slope, .state = &w->state};
    const size_t top = net->L - 1, T = b->x->T;
    for (size_t c = 0; c < w->C; c++) w->samples[c] = batch_sample(b, first + c) * T + t;
    for (size_t l = 1; l <= top && w->before[l]; l++)
        memcpy(w->before[l], w->state.a[l], net->n[l] * w->C * sizeof(real));
    net_simulate(net, &now, 0, w->C, &w->trace, &how);
    spikes_dense(&now, 0, w->C, w->input);
    for (size_t k = 1; k <= net->blocks; k++) filter_inputs(w, net, k);
    const real keep = net->readout == READOUT_LAST ? 0 : 1, share = keep > 0 ? 1 / (real)T : 1;
    for (size_t i = 0; i < net->n[top] * w->C; i++)
        w->features[i] = keep * w->features[i] + share * w->filtered[net->L][i];
}

void online_times_psi(const struct online *w, const struct net *net, const struct online_rule *rule, size_t l,
                      real *values)
{
    const real *z = w->trace.z[l];
    for (size_t i = 0; i < net->n[l] * w->C; i++)
        values[i] *= rule->surrogate->derivative(z[i] - net->lif[l].threshold, rule->slope);
}

double online_readout(struct online *w, const struct net *net, const struct batch *b, size_t first,
                      real *gradient)
{
    const size_t K = net->n[net->L], n = net->n[net->L - 1], C = w->C;
    blas_gemm(false, false, K, C, n, R(1.0), net->W[net->L], K, w->features, n, R(0.0), w->scores, K);
    const double sum = net_losses(net, b, first, C, w->scores, w->dscores);
    blas_gemm(false, true, K, n, C, R(1.0), w->dscores, K, w->features, n, R(1.0), gradient, K);
    return sum;
}

status online_matrices_create(real **B, const struct net *net, struct mem *m, struct error *e)
{
    for (size_t l = 1; l < net->L; l++)
        if (!(B[l] = mem_reals(m, net->n[net->L] * net->n[l], e))) return ST_MEMORY;
    return ST_OK;
}

void online_matrices_draw(real *const *B, const struct net *net, struct rng *rng)
{
    for (size_t l = 1; l < net->L; l++)
        for (size_t i = 0; i < net->n[net->L] * net->n[l]; i++)
            B[l][i] = (real)(rng_normal(rng) / sqrt((double)net->n[l]));
}

/* ---- trainers -------------------------------------------------------------------------------------------
 */

const struct option online_option_list[ONLINE_OPTIONS] = {
    {"surrogate", OPT_CHOICE, offsetof(struct online_options, surrogate), "fast_sigmoid", 0, 0, 0,
     surrogate_names, "", "derivative that stands in for the spike's"},
    {"slope", OPT_REAL, offsetof(struct online_options, slope), "5", 0, 1e6, OPT_OPEN_LO, NULL,
     "1/membrane units", "steepness of the surrogate"},
};

struct online_rule online_rule_of(const struct online_options *o)
{
    return (struct online_rule){.surrogate = &surrogates[o->surrogate], .slope = (real)o->slope};
}

void online_count(const struct net *net, const struct batch *b, double times, struct step_cost *cost,
                  struct step_report *r)
{
    const double n = times * (double)b->n;
    for (size_t k = 1; k <= net->blocks; k++)
        if (k != net->L) cost->flops += 2 * (double)net_block_size(net, k) * n * (double)b->x->T;
    r->samples = (double)b->n;
    r->forward_passes = r->spike_passes = n;
    r->dense_macs = cost_macs(cost);
}
