/* Images to spikes. */
#include "datasets/encode.h"
#include <math.h>
#include <stdbool.h>

const char *const encoding_names[] = {"rate", "latency", NULL};

status encode_image(struct spikes_builder *b, const double *image, enum encoding kind, double max_rate,
                    struct rng *rng, struct error *e)
{
    for (size_t t = 0; t < b->x.T; t++) {
        for (size_t i = 0; i < b->x.n_inputs; i++) {
            bool spike = kind == ENCODE_RATE
                             ? rng_uniform(rng) < max_rate * image[i]
                             : image[i] > 0 && (size_t)lround((1 - image[i]) * (double)(b->x.T - 1)) == t;
            if (spike) TRY(spikes_add(b, (uint32_t)i, 1.0, e));
        }
        TRY(spikes_end_row(b, e));
    }
    return ST_OK;
}
