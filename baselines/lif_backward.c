/* See lif_backward.h. */
#include "baselines/lif_backward.h"
#include <stdbool.h>

void lif_backward_step(const struct lif *lif, const struct backward_options *o, size_t size, const real *z,
                       const real *a, const real *da, const real *next, real *dz)
{
    const real leak = lif->leak, theta = lif->threshold;
    const enum reset reset = lif->reset;
    for (size_t i = 0; i < size; i++) {
        real through_spike = da[i], carried = 0;
        if (next) {
            carried = leak * next[i];
            if (reset == RESET_HARD) carried *= 1 - a[i];
            if (!o->detach_reset && reset == RESET_SOFT) through_spike -= theta * next[i];
            if (!o->detach_reset && reset == RESET_HARD) through_spike -= leak * z[i] * next[i];
        }
        dz[i] = o->surrogate->derivative(z[i] - theta, o->slope) * through_spike + carried;
    }
}

void lif_backward(const struct lif *lif, const struct backward_options *o, size_t size, size_t T,
                  const real *z_all, const real *a_all, const real *da_all, real *dz_all)
{
    for (size_t t = T; t-- > 0;) {
        const size_t at = t * size;
        lif_backward_step(lif, o, size, z_all + at, a_all + at, da_all + at,
                          t + 1 < T ? dz_all + at + size : NULL, dz_all + at);
    }
}
