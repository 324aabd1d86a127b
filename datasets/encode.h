/* Images to spikes. */
#ifndef SPIKEBENCH_DATASETS_ENCODE_H
#define SPIKEBENCH_DATASETS_ENCODE_H

#include "network/spikes.h"
#include "support/rng.h"

enum encoding { ENCODE_RATE, ENCODE_LATENCY, ENCODE_CURRENT };
extern const char *const encoding_names[]; /* "rate", "latency", "current", NULL */

/* Appends the T rows of one image to the builder. image: n_inputs intensities in [0, 1].
 *   rate:    input i spikes at each step with probability max_rate * image[i] (Bernoulli, drawn from rng)
 *   latency: input i spikes once, at step round((1 - image[i]) (T - 1)), and never if image[i] = 0
 *   current: no spikes: image[i] itself at every step */
status encode_image(struct spikes_builder *b, const double *image, enum encoding kind, double max_rate,
                    struct rng *rng, struct error *e);

#endif
