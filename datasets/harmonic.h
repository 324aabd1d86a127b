/* What tests of the harmonic dataset share with it. */
#ifndef SPIKEBENCH_DATASETS_HARMONIC_H
#define SPIKEBENCH_DATASETS_HARMONIC_H

#include "datasets/dataset.h"

/* Least squares on the cells where x (2 G numbers) is not 0, which no estimator knows: the smallest sum |xhat
 * - x|^2 that a sample y (2 N numbers) allows one that finds all cells. work: room for (2 k + 1) 2 k numbers,
 * k such cells. */
double harmonic_oracle(const struct grid *g, const real *y, const real *x, double *work);

#endif
