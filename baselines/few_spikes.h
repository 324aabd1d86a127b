/* The few-spikes neuron (Stoeckl, Maass 2021) as `convert` and `lista` use it: a value is sent in K steps as
 * its binary digits, s_k = [r_k >= A 2^-k], r_{k+1} = r_k - A 2^-k s_k, r_1 = |f|, by one neuron for values
 * above zero and one for those below. */
#ifndef SPIKEBENCH_BASELINES_FEW_SPIKES_H
#define SPIKEBENCH_BASELINES_FEW_SPIKES_H

#include "support/real.h"
#include <stddef.h>

/* f as its spikes carry it: sign f times |f| rounded down to a multiple of A 2^-K, at most A (1 - 2^-K).
 * Adds their number to *spikes. A > 0. */
real few_spikes_value(double A, size_t steps, double f, size_t *spikes);
/* The same rounded to the nearest multiple: half of the last step is added to |f|. */
real few_spikes_nearest(double A, size_t steps, double f, size_t *spikes);

#endif
