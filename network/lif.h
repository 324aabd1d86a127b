/* The leaky integrate-and-fire neuron: its dynamics, its resets and the surrogate derivatives of its spike.
 */
#ifndef SPIKEBENCH_NETWORK_LIF_H
#define SPIKEBENCH_NETWORK_LIF_H

#include "support/real.h"
#include <stddef.h>

enum reset { RESET_SOFT, RESET_HARD, RESET_NONE };
extern const char *const reset_names[]; /* "soft", "hard", "none", NULL */

enum surrogate_kind { SURROGATE_FAST_SIGMOID, SURROGATE_ARCTAN, SURROGATE_TRIANGULAR, SURROGATE_BOXCAR };

/* A surrogate is a pair: derivative(x) stands in for the derivative of the step H(x) in backward passes, and
 * integral(x) is its exact antiderivative (with integral(0) = 1/2), which turns the network into a smooth one
 * whose true gradient the backward pass computes. x = z - threshold; slope > 0 sharpens. */
struct surrogate {
    enum surrogate_kind kind;
    const char *name;
    real (*derivative)(real x, real slope);
    real (*integral)(real x, real slope);
    const char *help; /* the formula */
};

extern const struct surrogate surrogates[]; /* fast_sigmoid, arctan, triangular, boxcar */
extern const size_t n_surrogates;
extern const char *const surrogate_names[]; /* NULL-terminated, same order */

struct lif {
    real leak;      /* delta: what remains of the membrane potential after a step, in (0, 1] */
    real threshold; /* theta, in membrane units, > 0 */
    enum reset reset;
};

/* One step of `size` neurons:
 *   soft:  z_t = leak z_{t-1} + v_t - threshold a_{t-1}
 *   hard:  z_t = leak z_{t-1} (1 - a_{t-1}) + v_t
 *   none:  z_t = leak z_{t-1} + v_t
 *   a_t = H(z_t - threshold), H(x) = 1 for x > 0, else 0 (no spike at exactly the threshold)
 * z: in the input current v_t, out the membrane potential z_t. a: out; NULL for a non-spiking leaky
 * integrator (a readout layer: no spike, no reset). z_before, a_before: of the step before; NULL: zero.
 * smooth: NULL for the step, else a_t = smooth->integral(z_t - threshold, slope). */
void lif_step(const struct lif *lif, size_t size, real *z, const real *z_before, const real *a_before,
              real *a, const struct surrogate *smooth, real slope);

/* Simulates n neurons x C samples over T steps (layout of network/spikes.h), step by step as above.
 * z0, a0: [n*C] state before the first step and, on return, after the last; NULL means start from zero. */
void lif_simulate(const struct lif *lif, size_t n, size_t T, size_t C, real *z, real *a,
                  const struct surrogate *smooth, real slope, real *z0, real *a0);

#endif
