/* See few_spikes.h. */
#include "baselines/few_spikes.h"
#include <math.h>

real few_spikes_value(double A, size_t steps, double f, size_t *spikes)
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

real few_spikes_nearest(double A, size_t steps, double f, size_t *spikes)
{
    const double half = ldexp(A, -(int)steps - 1);
    return few_spikes_value(A, steps, f < 0 ? f - half : f + half, spikes);
}
