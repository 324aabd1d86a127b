/* Images to spikes. */
#include "datasets/encode.h"
#include <math.h>

const char *const encoding_names[] = {"rate", "latency", "current", NULL};

/* What an input of this intensity gives at step t. */
static double input_value(double intensity, enum encoding kind, double max_rate, size_t t, size_t T,
                          struct rng *rng)
{
    if (kind == ENCODE_CURRENT) return intensity;
    if (kind == ENCODE_RATE) return rng_uniform(rng) < max_rate * intensity;
    return intensity > 0 && (size_t)lround((1 - intensity) * (double)(T - 1)) == t;
}

status encode_image(struct spikes_builder *b, const double *image, enum encoding kind, double max_rate,
                    struct rng *rng, struct error *e)
{
    for (size_t t = 0; t < b->x.T; t++) {
        for (size_t i = 0; i < b->x.n_inputs; i++) {
            const double value = input_value(image[i], kind, max_rate, t, b->x.T, rng);
            if (value > 0) TRY(spikes_add(b, (uint32_t)i, value, e));
        }
        TRY(spikes_end_row(b, e));
    }
    return ST_OK;
}
