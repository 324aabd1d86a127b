/* See convert_ann.h. */
#include "baselines/convert_ann.h"
#include "support/blas.h"
#include <math.h>
#include <string.h>

const char *const activation_names[] = {"relu", "leaky_relu", "gelu", NULL};

#define ROOT_HALF    0.70710678118654752440 /* 1 / sqrt(2) */
#define NORMAL_SCALE 0.39894228040143267794 /* 1 / sqrt(2 pi) */

static double normal_distribution(double x)
{
    return 0.5 * erfc(-x * ROOT_HALF);
}

double activation_value(const struct activation_function *f, double x)
{
    if (f->kind == ACTIVATION_GELU) return x * normal_distribution(x);
    if (x > 0) return x;
    return f->kind == ACTIVATION_LEAKY_RELU ? f->slope * x : 0;
}

/* f'(x); at the kink that of x < 0. */
static double activation_slope(const struct activation_function *f, double x)
{
    if (f->kind == ACTIVATION_GELU) return normal_distribution(x) + x * NORMAL_SCALE * exp(-x * x / 2);
    if (x > 0) return 1;
    return f->kind == ACTIVATION_LEAKY_RELU ? f->slope : 0;
}

status ann_create(struct ann *a, const struct net *net, size_t C_max, struct mem *m, struct error *e)
{
    *a = (struct ann){.C_max = C_max};
    for (size_t l = 0; l <= net->L; l++)
        if (!(a->h[l] = mem_reals(m, net->n[l] * C_max, e))) return ST_MEMORY;
    for (size_t l = 1; l < net->L; l++)
        if (!(a->x[l] = mem_reals(m, net->n[l] * C_max, e))) return ST_MEMORY;
    for (int k = 0; k < 2; k++)
        if (!(a->delta[k] = mem_reals(m, net_widest(net, 1, net->L) * C_max, e))) return ST_MEMORY;
    return ST_OK;
}

void ann_inputs(const struct batch *b, size_t first, size_t C, real *h0)
{
    const struct spikes *x = b->x;
    const real share = 1 / (real)x->T;
    memset(h0, 0, x->n_inputs * C * sizeof *h0);
    for (size_t c = 0; c < C; c++) {
        const size_t row = batch_sample(b, first + c) * x->T;
        real *h = h0 + c * x->n_inputs;
        for (size_t k = x->start[row]; k < x->start[row + x->T]; k++) h[x->index[k]] += spikes_value(x, k);
        for (size_t i = 0; i < x->n_inputs; i++) h[i] *= share;
    }
}

/* h_l out of h_{l-1} (C columns each) in *a, l <= L. */
static void ann_layer(struct ann *a, const struct net *net, const struct activation_function *f, size_t l,
                      size_t C)
{
    const size_t n = net->n[l], in = net->n[l - 1];
    real *x = l < net->L ? a->x[l] : a->h[l];
    blas_gemm(false, false, n, C, in, R(1.0), net->W[l], n, a->h[l - 1], in, R(0.0), x, n);
    for (size_t i = 0; l < net->L && i < n * C; i++) a->h[l][i] = (real)activation_value(f, (double)x[i]);
}

void ann_forward(struct ann *a, const struct net *net, const struct activation_function *f,
                 const struct batch *b, size_t first, size_t C)
{
    ann_inputs(b, first, C, a->h[0]);
    for (size_t l = 1; l <= net->L; l++) ann_layer(a, net, f, l, C);
}

double ann_gradient(struct ann *a, const struct net *net, const struct activation_function *f,
                    const struct batch *b, size_t first, size_t C, real *const *gradient)
{
    ann_forward(a, net, f, b, first, C);
    real *above = a->delta[0], *here = a->delta[1];
    const double loss = net_losses(net, b, first, C, a->h[net->L], above);
    for (size_t l = net->L; l >= 1; l--) {
        const size_t n = net->n[l], in = net->n[l - 1];
        blas_gemm(false, true, n, in, C, R(1.0), above, n, a->h[l - 1], in, R(1.0), gradient[l], n);
        if (l == 1) break;
        blas_gemm(true, false, in, C, n, R(1.0), net->W[l], n, above, n, R(0.0), here, in);
        for (size_t i = 0; i < in * C; i++) here[i] *= (real)activation_slope(f, (double)a->x[l - 1][i]);
        real *swap = above;
        above = here;
        here = swap;
    }
    return loss;
}
