/* Sinusoids on a grid of frequencies: the measurement of harmonic retrieval. With N samples and G cells,
 *
 *   y = A x + noise,  A_ng = exp(2 pi i n g / G) / sqrt(N),  n = 0 .. N-1, g = 0 .. G-1
 *
 * in one dimension. In two A is the Kronecker product of two such matrices, sample (n_0, n_1) being row
 * n_0 N_1 + n_1 and cell (g_0, g_1) column g_0 G_1 + g_1. Columns have norm 1, A A' = (G / N) I, and A'A is
 * Toeplitz, in two dimensions block Toeplitz with Toeplitz blocks: an entry depends on the difference of its
 * cells alone. Complex vectors are their real parts, then their imaginary parts. */
#ifndef SPIKEBENCH_DATASETS_GRID_H
#define SPIKEBENCH_DATASETS_GRID_H

#include <stddef.h>

/* By dimension; 1 in the second of one dimension. cells[0] = 0: no such data. */
struct grid {
    size_t samples[2], cells[2];
};

/* N and G over both dimensions. */
size_t grid_samples(const struct grid *g);
size_t grid_cells(const struct grid *g);
/* A_ng, n < N, c < G. */
void grid_element(const struct grid *g, size_t n, size_t c, double *re, double *im);
/* Differences of two cells: (2 G_0 - 1) (2 G_1 - 1). */
size_t grid_differences(const struct grid *g);
/* The number of the difference of cells i - j. */
size_t grid_difference(const struct grid *g, size_t i, size_t j);
/* (A'A)_ij by the number of i - j. */
void grid_correlation(const struct grid *g, size_t difference, double *re, double *im);

#endif
