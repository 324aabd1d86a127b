/* See recurrent.h. */
#include "network/recurrent.h"
#include <string.h>

bool net_needs_steps(const struct net *net)
{
    return net->blocks > net->L || net->synapse_decay > 0;
}

/* out (n x C) += R a (n x C) for R n x n, column by column of R where a is not 0: lists of spikes without
 * lists. The order of the sums is that of the neurons. */
static void recurrent_product(size_t n, size_t C, const real *R, const real *a, real *out)
{
    const struct kernels *k = kernels();
    for (size_t c = 0; c < C; c++)
        for (size_t j = 0; j < n; j++)
            if (a[c * n + j] != 0) k->add_scaled(n, a[c * n + j], R + j * n, out + c * n);
}

void recurrent_simulate(const struct net *net, size_t l, size_t T, size_t C, real *z, real *a,
                        const struct surrogate *smooth, real slope, struct net_state *state, real *current)
{
    const size_t n = net->n[l], step = n * C;
    const real *R = net_recurrent(net, l), decay = net->synapse_decay;
    if (state) current = state->i[l];
    if (decay > 0 && !state) memset(current, 0, step * sizeof *current);
    for (size_t t = 0; t < T; t++) {
        real *now = z + t * step, *spikes = a ? a + t * step : NULL;
        const real *z_before = t > 0 ? now - step : state ? state->z[l] : NULL;
        const real *a_before = !a ? NULL : t > 0 ? spikes - step : state ? state->a[l] : NULL;
        if (R && a_before) recurrent_product(n, C, R, a_before, now);
        for (size_t i = 0; decay > 0 && i < step; i++) now[i] = current[i] = decay * current[i] + now[i];
        lif_step(&net->lif[l], step, now, z_before, a_before, spikes, smooth, slope);
    }
    if (!state || T == 0) return;
    memcpy(state->z[l], z + (T - 1) * step, step * sizeof *z);
    if (a) memcpy(state->a[l], a + (T - 1) * step, step * sizeof *a);
}
