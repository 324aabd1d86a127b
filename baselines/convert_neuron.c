/* See convert_neuron.h. */
#include "baselines/convert_neuron.h"
#include "support/blas.h"
#include <math.h>
#include <string.h>

const char *const converted_names[] = {"signgd", "rate", "few_spikes", "analogue", NULL};

/* eta_t, t = 1 .. steps. */
static double conversion_step(const struct conversion *c, size_t t)
{
    return c->decay > 0 ? c->first * pow(c->decay, (double)t - 1) : c->first / (double)t;
}

status converted_create(struct converted_net *n, const struct net *net, size_t C_max, struct mem *m,
                        struct error *e)
{
    memset(n, 0, sizeof *n);
    for (size_t l = 1; l < net->L; l++) {
        const size_t size = net->n[l] * C_max;
        n->v[0][l] = mem_reals(m, size, e);
        n->v[1][l] = mem_reals(m, size, e);
        n->sum[l] = mem_reals(m, size, e);
        if (!n->v[0][l] || !n->v[1][l] || !n->sum[l]) return ST_MEMORY;
    }
    return ann_create(&n->ann, net, C_max, m, e);
}

/* x (n_l x C) = W_l h_{l-1} */
static void currents(struct converted_net *n, const struct net *net, size_t l, size_t C, real *x)
{
    const size_t rows = net->n[l], in = net->n[l - 1];
    blas_gemm(false, false, rows, C, in, R(1.0), net->W[l], rows, n->ann.h[l - 1], in, R(0.0), x, rows);
}

/* ---- signgd --- */

static void signgd_layer(struct converted_net *n, const struct net *net, const struct conversion *c, size_t l,
                         size_t C, double eta)
{
    const real change = (real)((double)c->A[l] * eta);
    const real *x = n->ann.x[l];
    real *y = n->ann.h[l];
    size_t spikes = 0;
    for (size_t i = 0; i < net->n[l] * C; i++) {
        const bool down = (double)y[i] >= activation_value(&c->f, (double)x[i]);
        y[i] += down ? -change : change;
        spikes += down;
    }
    n->spikes[l] += (double)spikes;
}

static void signgd(struct converted_net *n, const struct net *net, const struct conversion *c, size_t C)
{
    currents(n, net, 1, C, n->ann.x[1]);
    for (size_t t = 1; t <= c->steps; t++)
        for (size_t l = 1; l < net->L; l++) {
            if (l > 1) currents(n, net, l, C, n->ann.x[l]);
            signgd_layer(n, net, c, l, C, conversion_step(c, t));
        }
    currents(n, net, net->L, C, n->ann.h[net->L]);
}

/* ---- rate --- */

/* A step of `size` neurons: v += scale x; a spike takes A off and adds `sent` to h. Returns the spikes. */
static size_t fire(size_t size, real A, real scale, const real *x, real *v, real sent, real *h)
{
    size_t spikes = 0;
    for (size_t i = 0; i < size; i++) {
        v[i] += scale * x[i];
        if (v[i] < A) continue;
        v[i] -= A;
        h[i] += sent;
        spikes++;
    }
    return spikes;
}

/* h_l: what layer l sends in this step; sum: in all steps. */
static void rate_layer(struct converted_net *n, const struct net *net, const struct conversion *c, size_t l,
                       size_t C)
{
    const real A = c->A[l];
    const size_t size = net->n[l] * C;
    real *h = n->ann.h[l];
    memset(h, 0, size * sizeof *h);
    size_t spikes = fire(size, A, R(1.0), n->ann.x[l], n->v[0][l], A, h);
    if (c->f.kind == ACTIVATION_LEAKY_RELU)
        spikes += fire(size, A, (real)-c->f.slope, n->ann.x[l], n->v[1][l], -A, h);
    for (size_t i = 0; i < size; i++) n->sum[l][i] += h[i];
    n->spikes[l] += (double)spikes;
}

static void rate(struct converted_net *n, const struct net *net, const struct conversion *c, size_t C)
{
    for (size_t l = 1; l < net->L; l++) {
        memset(n->sum[l], 0, net->n[l] * C * sizeof(real));
        for (size_t i = 0; i < net->n[l] * C; i++) n->v[0][l][i] = n->v[1][l][i] = c->half ? c->A[l] / 2 : 0;
    }
    currents(n, net, 1, C, n->ann.x[1]);
    for (size_t t = 1; t <= c->steps; t++)
        for (size_t l = 1; l < net->L; l++) {
            if (l > 1) currents(n, net, l, C, n->ann.x[l]);
            rate_layer(n, net, c, l, C);
        }
    for (size_t l = 1; l < net->L; l++)
        for (size_t i = 0; i < net->n[l] * C; i++) n->ann.h[l][i] = n->sum[l][i] / (real)c->steps;
    currents(n, net, net->L, C, n->ann.h[net->L]);
}

/* ---- few_spikes --- */

/* The value |f| as its spikes carry it. */
static real few_spikes_value(double A, size_t steps, double f, size_t *spikes)
{
    double left = fabs(f), level = A, y = 0;
    for (size_t k = 1; k <= steps && left > 0; k++) {
        level /= 2;
        if (left < level) continue;
        left -= level;
        y += level;
        ++*spikes;
    }
    return (real)(f < 0 ? -y : y);
}

static void few_spikes(struct converted_net *n, const struct net *net, const struct conversion *c, size_t C)
{
    for (size_t l = 1; l < net->L; l++) {
        size_t spikes = 0;
        currents(n, net, l, C, n->ann.x[l]);
        for (size_t i = 0; i < net->n[l] * C; i++)
            n->ann.h[l][i] = few_spikes_value((double)c->A[l], c->steps,
                                              activation_value(&c->f, (double)n->ann.x[l][i]), &spikes);
        n->spikes[l] += (double)spikes;
    }
    currents(n, net, net->L, C, n->ann.h[net->L]);
}

/* ---- any --- */

void converted_simulate(struct converted_net *n, const struct net *net, const struct conversion *c,
                        const struct batch *b, size_t first, size_t C)
{
    memset(n->spikes, 0, sizeof n->spikes);
    if (c->neuron == CONVERT_ANALOGUE) {
        ann_forward(&n->ann, net, &c->f, b, first, C);
        return;
    }
    ann_inputs(b, first, C, n->ann.h[0]);
    for (size_t l = 1; l < net->L; l++) memset(n->ann.h[l], 0, net->n[l] * C * sizeof(real));
    if (c->neuron == CONVERT_SIGNGD) signgd(n, net, c, C);
    if (c->neuron == CONVERT_RATE) rate(n, net, c, C);
    if (c->neuron == CONVERT_FEW_SPIKES) few_spikes(n, net, c, C);
}
