/* Backwards through time within a layer of spiking neurons. */
#ifndef SPIKEBENCH_BASELINES_LIF_BACKWARD_H
#define SPIKEBENCH_BASELINES_LIF_BACKWARD_H

#include "network/lif.h"
#include <stdbool.h>

struct backward_options {
    const struct surrogate *surrogate;
    real slope;
    bool smooth; /* simulate the smooth network (the surrogate's integral instead of the spike): for tests */
    bool detach_reset; /* no gradient through the reset */
};

/* One step of the next function, of `size` numbers each; next: dz of the step after, NULL after the last. */
void lif_backward_step(const struct lif *lif, const struct backward_options *o, size_t size, const real *z,
                       const real *a, const real *da, const real *next, real *dz);

/* Backwards through time within one layer of spiking neurons: dz (d loss / d potential) from da (d loss / d
 * spike, all steps), potentials z and spikes a of T steps of `size` numbers each, by lif_backward_step from
 * the last step to the first. */
void lif_backward(const struct lif *lif, const struct backward_options *o, size_t size, size_t T,
                  const real *z, const real *a, const real *da, real *dz);

#endif
