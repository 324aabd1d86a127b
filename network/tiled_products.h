/* The products with the data by tiles (network/lists.h): the bits of spikes_times_weights and spikes_outer in
 * less time, since a thread's workspace holds a tile of W, or of V, together. Blocks that are dense go the
 * other way, as there. */
#ifndef SPIKEBENCH_NETWORK_TILED_PRODUCTS_H
#define SPIKEBENCH_NETWORK_TILED_PRODUCTS_H

#include "network/lists.h"

/* V (n x T*C) = W (n x n_inputs) * X for samples first .. first+C-1 of the batch. */
void tiled_times_weights(struct lists *w, const struct batch *b, size_t first, size_t C, const real *W,
                         size_t n, real *V);

/* D (n x n_inputs) += V (n x T*C) * X' for the same samples. */
void tiled_outer(struct lists *w, const struct batch *b, size_t first, size_t C, const real *V, size_t n,
                 real *D);

#endif
