/* See tiled_products.h. */
#include "network/tiled_products.h"

void tiled_times_weights(struct lists *w, const struct batch *b, size_t first, size_t C, const real *W,
                         size_t n, real *V)
{
    if (spikes_as_dense(b, first, C)) {
        spikes_times_weights(b, first, C, W, n, V);
        return;
    }
    const struct spike_columns in = lists_of_batch(w, b, first, C);
    const struct forward_pass product = {.n = n, .T = b->x->T, .C = C, .in = &in, .z = V};
    lists_forward(w, product, W, b->x->n_inputs);
}

void tiled_outer(struct lists *w, const struct batch *b, size_t first, size_t C, const real *V, size_t n,
                 real *D)
{
    if (spikes_as_dense(b, first, C)) {
        spikes_outer(b, first, C, V, n, D);
        return;
    }
    const struct spike_columns in = lists_of_batch(w, b, first, C);
    lists_outer(w, C, V, n, &in, b->x->n_inputs, D);
}
