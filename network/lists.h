/* The products of a layer by lists of its inputs' spikes: V = W X gathers columns of W, D += V X' columns of
 * V. Both in tiles of rows that fit into registers (kernels/kernels.h), each sum in the order of the lists.
 */
#ifndef SPIKEBENCH_NETWORK_LISTS_H
#define SPIKEBENCH_NETWORK_LISTS_H

#include "network/kernels/kernels.h"
#include "network/spikes.h"
#include "support/mem.h"

/* A thread's workspace. */
struct lists {
    size_t T, C_max;
    real *weights;            /* a tile of W: inputs x KERNEL_TILE */
    size_t *from, *to;        /* [T*C_max] */
    uint32_t *index;          /* lists of a hidden layer, as many entries as are worked on by lists */
    size_t capacity;          /* of index */
    uint32_t *start, *column; /* lists by input of some samples: [inputs + 2], [entries] */
    real *value;
    size_t entries;
    real *block; /* dz of a tile for these samples: columns x KERNEL_TILE */
    size_t columns;
};

/* For layers of at most `inputs` inputs, `hidden` of them at most if they are neurons. */
status lists_create(struct lists *w, size_t inputs, size_t hidden, size_t T, size_t C_max, struct mem *m,
                    struct error *e);

/* The lists of samples first .. first+C-1 of a batch; valid until the next call of this or the next function.
 */
struct spike_columns lists_of_batch(struct lists *w, const struct batch *b, size_t first, size_t C);
/* The lists of n neurons' bits (spike_words(n) words for each of T*C columns). false, and nothing is made,
 * where there are so many that BLAS is faster (spikes_are_dense). */
bool lists_of_bits(struct lists *w, const uint32_t *bits, size_t n, size_t columns,
                   struct spike_columns *out);

/* All tiles of a pass; p->in (or NULL), p->z and so on are set, p->W and p->ld are not: W is n x inputs. */
void lists_forward(struct lists *w, struct forward_pass p, const real *W, size_t inputs);

/* All tiles and samples of a pass, and with `in` D (n x inputs) += dz X'. p->block, c0 and c1 are not set. */
void lists_backward(struct lists *w, struct backward_pass p, const struct spike_columns *in, size_t inputs,
                    real *D);

/* D (n x inputs) += V (n x T*C) X', X the lists `in`: the way back without neurons. */
void lists_outer(struct lists *w, size_t C, const real *V, size_t n, const struct spike_columns *in,
                 size_t inputs, real *D);

#endif
