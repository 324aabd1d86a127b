/* See recurrent_backward.h. */
#include "baselines/recurrent_backward.h"
#include "support/blas.h"
#include <string.h>

/* w->da of the last hidden layer: what the readout's current of each step says of the scores, times W_L'. */
static void from_readout(struct backward *w, const struct net *net, size_t T, size_t C)
{
    const size_t step = net->n[net->L - 1] * C;
    const real leak = net->lif[net->L].leak, decay = net->synapse_decay;
    real *potential = w->step[0];
    memset(potential, 0, step * sizeof *potential);
    for (size_t t = T; t-- > 0;) {
        const bool read = net->readout == READOUT_MEAN || t + 1 == T;
        real *now = w->da + t * step;
        for (size_t i = 0; i < step; i++) {
            potential[i] = leak * potential[i] + (read ? w->own[i] : 0);
            now[i] = potential[i] + (t + 1 < T ? decay * now[i + step] : 0);
        }
    }
}

/* w->dz = dv of the layer, from w->da; a: its spikes. */
static void through_time(struct backward *w, const struct net *net, size_t l, size_t T, size_t C,
                         const struct backward_options *o, const real *a)
{
    const size_t n = net->n[l], step = n * C;
    const real *R = net_recurrent(net, l), *z = w->trace.z[l], decay = net->synapse_decay;
    for (size_t t = T; t-- > 0;) {
        real *da = w->da + t * step, *dv = w->dz + t * step, *dz = w->step[t % 2];
        const real *after = t + 1 < T ? dv + step : NULL, *next = after ? w->step[(t + 1) % 2] : NULL;
        if (R && after) blas_gemm(true, false, n, C, n, R(1.0), R, n, after, n, R(1.0), da, n);
        lif_backward_step(&net->lif[l], o, step, z + t * step, a + t * step, da, next, dz);
        for (size_t i = 0; i < step; i++) dv[i] = dz[i] + (after && decay > 0 ? decay * after[i] : 0);
    }
}

void recurrent_gradient(struct backward *w, const struct net *net, const struct batch *b, size_t first,
                        size_t C, const struct backward_options *o, size_t l, real *const *gradient)
{
    const size_t n = net->n[l], in = net->n[l - 1], T = b->x->T, columns = T * C;
    const struct surrogate *smooth = o->smooth ? o->surrogate : NULL;
    real *spikes = w->trace.dense;
    if (l + 1 == net->L) from_readout(w, net, T, C);
    net_spikes(net, &w->trace, l, C, smooth, o->slope, spikes);
    through_time(w, net, l, T, C, o, spikes);
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
