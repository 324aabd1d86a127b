/* The Gram matrix of the data: that of layer 1's inputs, made once. */
#ifndef SPIKEBENCH_NETWORK_INPUT_GRAM_H
#define SPIKEBENCH_NETWORK_INPUT_GRAM_H

#include "network/spikes.h"
#include "support/parallel.h"

/* G (n_inputs x n_inputs, zeros; lower triangle) = sum of x x' over all samples and steps of the batch, chunk
 * after chunk. Where all sums are whole numbers that a real holds exactly, as those of spikes and of counts
 * are, any order gives the same bits: then each of the pool's ranks (`pool` may be NULL) adds its own chunks,
 * and their sums are added. Otherwise the ranks take turns: the sum goes from one to the next. other: room
 * for another such matrix, NULL with one rank. */
void input_gram(const struct batch *b, const struct partition *part, struct pool *pool, real *G, real *other);

/* Whether that is so: all values are whole, and the sums of their squares small enough. */
bool input_gram_exact(const struct batch *b);

#endif
