/* See equilibrium.h. */
#include "baselines/equilibrium.h"
#include "support/blas.h"
#include <string.h>

status equilibrium_create(struct equilibrium *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                          struct error *e)
{
    const size_t widest = net_widest(net, 1, net->L - 1) * C_max;
    real **const blocks[] = {&w->mask, &w->g, &w->beta, &w->delta, &w->potential, &w->spikes};
    TRY(trace_create(&w->trace, net, T, C_max, TRACE_GRADIENT, m, e));
    for (size_t l = 0; l < net->L; l++) {
        w->rate[l] = mem_reals(m, net->n[l] * C_max, e);
        w->point[l] = l > 0 ? mem_reals(m, net->n[l] * C_max, e) : w->rate[0];
        if (!w->rate[l] || !w->point[l]) return ST_MEMORY;
    }
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (!(*blocks[i] = mem_reals(m, widest, e))) return ST_MEMORY;
    w->scores = mem_reals(m, net->n[net->L] * C_max, e);
    w->dscores = mem_reals(m, net->n[net->L] * C_max, e);
    return w->scores && w->dscores ? ST_OK : ST_MEMORY;
}

real equilibrium_weight(const struct net *net, size_t T)
{
    real sum = 0;
    for (size_t t = 0; t < T; t++) sum = net->lif[net->L].leak * sum + 1;
    return sum;
}

/* The inputs' rates (n_0 x C). */
static void observe_inputs(const struct net *net, const struct batch *b, size_t first, size_t C, real *rate)
{
    const struct spikes *x = b->x;
    const size_t n = net->n[0], T = x->T;
    memset(rate, 0, n * C * sizeof *rate);
    for (size_t c = 0; c < C; c++) {
        const size_t row = batch_sample(b, first + c) * T;
        real weight = 1 / equilibrium_weight(net, T);
        for (size_t t = T; t-- > 0; weight *= net->lif[net->L].leak)
            for (size_t k = x->start[row + t]; k < x->start[row + t + 1]; k++)
                rate[c * n + x->index[k]] += weight * spikes_value(x, k);
    }
}

void equilibrium_observe(struct equilibrium *w, const struct net *net, const struct batch *b, size_t first,
                         size_t C)
{
    const size_t T = b->x->T;
    const real leak = net->lif[net->L].leak, all = equilibrium_weight(net, T);
    net_simulate(net, b, first, C, &w->trace, &(struct simulate_options){0});
    observe_inputs(net, b, first, C, w->rate[0]);
    for (size_t l = 1; l < net->L; l++) {
        const size_t size = net->n[l] * C;
        real *rate = w->rate[l];
        net_spikes(net, &w->trace, l, C, NULL, 0, w->trace.dense);
        memset(rate, 0, size * sizeof *rate);
        for (size_t t = 0; t < T; t++)
            for (size_t i = 0; i < size; i++) rate[i] = leak * rate[i] + w->trace.dense[t * size + i];
        for (size_t i = 0; i < size; i++) rate[i] /= all;
    }
}

/* z (n_l x C) of layer l, from rates `own` and `below`. */
static void arguments(const struct net *net, size_t l, size_t C, const real *own, const real *below, real *z)
{
    const size_t n = net->n[l], in = net->n[l - 1];
    const real scale = 1 / net->lif[l].threshold, *R = net_recurrent(net, l);
    blas_gemm(false, false, n, C, in, scale, net->W[l], n, below, in, R(0.0), z, n);
    if (R) blas_gemm(false, false, n, C, n, scale, R, n, own, n, R(1.0), z, n);
}

static void find_mask(struct equilibrium *w, const struct net *net, size_t l, size_t C, bool by_rates)
{
    const real *z = w->rate[l];
    if (!by_rates) {
        arguments(net, l, C, w->rate[l], w->rate[l - 1], w->beta);
        z = w->beta;
    }
    for (size_t i = 0; i < net->n[l] * C; i++) w->mask[i] = z[i] > 0 && z[i] < 1 ? R(1.0) : R(0.0);
}

static void iterate(struct equilibrium *w, const struct net *net, size_t l, size_t C, size_t steps)
{
    const size_t n = net->n[l], size = n * C;
    const real *R = net_recurrent(net, l), scale = 1 / net->lif[l].threshold;
    memcpy(w->beta, w->g, size * sizeof *w->beta);
    for (size_t k = 0; R && k < steps; k++) {
        for (size_t i = 0; i < size; i++) w->delta[i] = w->mask[i] * w->beta[i];
        memcpy(w->beta, w->g, size * sizeof *w->beta);
        blas_gemm(true, false, n, C, n, scale, R, n, w->delta, n, R(1.0), w->beta, n);
    }
}

/* Backward neurons of two signs (Xiao and others, arXiv 2302.00232), T_B steps:
 *
 *   q_t = q_{t-1} - r_{t-1} + R' (m r_{t-1}) / theta + kappa g
 *   r_t = 2 V_b sign(q_t) where |q_t| >= V_b, else 0;      beta = sum_t r_t / (T_B kappa) */
static void spike_backwards(struct equilibrium *w, const struct net *net, size_t l, size_t C,
                            const struct equilibrium_rule *rule)
{
    const size_t n = net->n[l], size = n * C;
    const real *R = net_recurrent(net, l), scale = 1 / net->lif[l].threshold, height = 2 * rule->threshold;
    real *q = w->potential, *r = w->spikes;
    memset(q, 0, size * sizeof *q);
    memset(r, 0, size * sizeof *r);
    memset(w->beta, 0, size * sizeof *w->beta);
    for (size_t t = 0; t < rule->steps; t++) {
        for (size_t i = 0; i < size; i++) {
            w->delta[i] = w->mask[i] * r[i];
            q[i] += rule->kappa * w->g[i] - r[i];
        }
        if (R && t > 0) blas_gemm(true, false, n, C, n, scale, R, n, w->delta, n, R(1.0), q, n);
        for (size_t i = 0; i < size; i++) {
            r[i] = q[i] >= rule->threshold ? height : q[i] <= -rule->threshold ? -height : 0;
            w->beta[i] += r[i];
        }
    }
    for (size_t i = 0; i < size; i++) w->beta[i] /= (real)rule->steps * rule->kappa;
}

void equilibrium_solve(struct equilibrium *w, const struct net *net, size_t l, size_t C,
                       const struct equilibrium_rule *rule)
{
    if (rule->spiking)
        spike_backwards(w, net, l, C, rule);
    else
        iterate(w, net, l, C, rule->steps);
}

/* Losses; the readout's gradient; g of the last hidden layer. The scores are W_L times the features. */
static double through_readout(struct equilibrium *w, const struct net *net, const struct batch *b,
                              size_t first, size_t C, real *gradient)
{
    const size_t K = net->n[net->L], n = net->n[net->L - 1];
    const real weight = equilibrium_weight(net, b->x->T), *W = net->W[net->L], *rate = w->rate[net->L - 1];
    blas_gemm(false, false, K, C, n, weight, W, K, rate, n, R(0.0), w->scores, K);
    const double loss = net_losses(net, b, first, C, w->scores, w->dscores);
    blas_gemm(false, true, K, n, C, weight, w->dscores, K, rate, n, R(1.0), gradient, K);
    blas_gemm(true, false, n, C, K, weight, W, K, w->dscores, K, R(0.0), w->g, n);
    return loss;
}

double equilibrium_gradient(struct equilibrium *w, const struct net *net, const struct batch *b, size_t first,
                            size_t C, const struct equilibrium_rule *rule, real *const *gradient)
{
    const double loss = through_readout(w, net, b, first, C, gradient[net->L]);
    for (size_t l = net->L - 1; l >= 1; l--) {
        const size_t n = net->n[l], in = net->n[l - 1];
        find_mask(w, net, l, C, rule->by_rates);
        equilibrium_solve(w, net, l, C, rule);
        for (size_t i = 0; i < n * C; i++) w->delta[i] = w->mask[i] * w->beta[i] / net->lif[l].threshold;
        blas_gemm(false, true, n, in, C, R(1.0), w->delta, n, w->rate[l - 1], in, R(1.0), gradient[l], n);
        if (net_recurrent(net, l))
            blas_gemm(false, true, n, n, C, R(1.0), w->delta, n, w->rate[l], n, R(1.0), gradient[net->L + l],
                      n);
        if (l > 1) blas_gemm(true, false, in, C, n, R(1.0), net->W[l], n, w->delta, n, R(0.0), w->g, in);
    }
    return loss;
}

/* One iteration of layer l's equation; the largest change. */
static real approach(struct equilibrium *w, const struct net *net, size_t l, size_t C)
{
    real change = 0, *a = w->point[l];
    arguments(net, l, C, a, w->point[l - 1], w->beta);
    for (size_t i = 0; i < net->n[l] * C; i++) {
        const real z = w->beta[i] < 0 ? 0 : w->beta[i] > 1 ? 1 : w->beta[i];
        if (fabs(z - a[i]) > change) change = fabs(z - a[i]);
        a[i] = z;
    }
    return change;
}

void equilibrium_point(struct equilibrium *w, const struct net *net, size_t C)
{
    for (size_t l = 1; l < net->L; l++) {
        memset(w->point[l], 0, net->n[l] * C * sizeof *w->point[l]);
        for (int k = 0; k < 1000 && approach(w, net, l, C) > REAL_SELECT(1e-14, 1e-7f); k++) continue;
    }
}

static double normalise(size_t n, real *v)
{
    const double norm = sqrt(kernels()->squares(n, v));
    if (norm > 0) kernels()->scale(n, (real)(1 / norm), v);
    return norm;
}

double equilibrium_norm(size_t n, const real *R, real *v, real *work, double *products)
{
    double norm = 0;
    (void)normalise(n, v);
    for (int k = 0; k < 200; k++) {
        const double before = norm;
        blas_gemm(false, false, n, 1, n, R(1.0), R, n, v, n, R(0.0), work, n);
        blas_gemm(true, false, n, 1, n, R(1.0), R, n, work, n, R(0.0), work + n, n);
        *products += 2;
        norm = sqrt(kernels()->squares(n, work));
        if (!(normalise(n, work + n) > 0)) return norm;
        memcpy(v, work + n, n * sizeof *v);
        if (fabs(norm - before) <= (double)REAL_SELECT(1e-8, 1e-5f) * norm) return norm;
    }
    return norm;
}

double equilibrium_macs(const struct net *net, const struct equilibrium_rule *rule)
{
    double macs = 0;
    for (size_t l = 1; l <= net->L; l++) {
        const double weights = (double)(net->n[l] * net->n[l - 1]), own = (double)(net->n[l] * net->n[l]);
        const bool mask = l < net->L && !rule->by_rates;
        macs += weights * (1 + (l > 1) + mask); /* gradient, way down, z */
        if (net_recurrent(net, l)) macs += own * ((double)rule->steps + 1 + mask);
    }
    return macs;
}
