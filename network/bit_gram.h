/* Gram matrices of spikes by counting: the sum over columns of s_i s_j is the number of columns where both
 * neurons spike. */
#ifndef SPIKEBENCH_NETWORK_BIT_GRAM_H
#define SPIKEBENCH_NETWORK_BIT_GRAM_H

#include "support/real.h"
#include <stddef.h>
#include <stdint.h>

/* Words of the workspace that bit_gram needs for n neurons. */
size_t bit_gram_work(size_t n, size_t columns);
/* G (n x n, lower triangle) += S S' for the spikes S (n x columns), of which `bits` holds spike_words(n)
 * words for each column (struct trace). Exact as long as the numbers in G are whole and below 2^53, in float
 * 2^24. n^2/2 columns/64 words are compared instead of n^2 columns FLOPs. */
void bit_gram(const uint32_t *bits, size_t n, size_t columns, uint64_t *work, real *G);

#endif
