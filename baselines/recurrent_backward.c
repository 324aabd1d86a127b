/* See recurrent_backward.h. */
#include "baselines/recurrent_backward.h"
#include "support/blas.h"
#include <string.h>

void recurrent_from_readout(const struct net *net, size_t T, size_t C, const real *own, real *potential,
                            real *da)
{
    const size_t step = net->n[net->L - 1] * C;
    const real leak = net->lif[net->L].leak, decay = net->synapse_decay;
    memset(potential, 0, step * sizeof *potential);
    for (size_t t = T; t-- > 0;) {
        const bool read = net->readout == READOUT_MEAN || t + 1 == T;
        real *now = da + t * step;
        for (size_t i = 0; i < step; i++) {
            potential[i] = leak * potential[i] + (read ? own[i] : 0);
            now[i] = potential[i] + (t + 1 < T ? decay * now[i + step] : 0);
        }
    }
}

void recurrent_through_time(const struct net *net, size_t l, size_t T, size_t C,
                            const struct backward_options *o, const real *z_all, const real *a_all,
                            real *da_all, real *const dz[2], real *dv_all)
{
    const size_t n = net->n[l], step = n * C;
    const real *R = net_recurrent(net, l), decay = net->synapse_decay;
    for (size_t t = T; t-- > 0;) {
        real *da = da_all + t * step, *dv = dv_all + t * step, *now = dz[t % 2];
        const real *after = t + 1 < T ? dv + step : NULL, *next = after ? dz[(t + 1) % 2] : NULL;
        if (R && after) blas_gemm(true, false, n, C, n, R(1.0), R, n, after, n, R(1.0), da, n);
        lif_backward_step(&net->lif[l], o, step, z_all + t * step, a_all + t * step, da, next, now);
        for (size_t i = 0; i < step; i++) dv[i] = now[i] + (after && decay > 0 ? decay * after[i] : 0);
    }
}
