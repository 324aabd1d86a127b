/* What one core takes for a dense product or solve of a given shape: the rates of the parts of admm's floor.
 */
#ifndef SPIKEBENCH_TESTS_BENCH_PEERS_DENSE_H
#define SPIKEBENCH_TESTS_BENCH_PEERS_DENSE_H

#include "support/err.h"
#include <stddef.h>

/* Sets the FLOP/s of one call, of the fastest of those made in some 20 ms, on numbers that the calls before
 * have left in the caches. kind:
 * product: m x k times k x n; transposed: (k x m)' times k x n; outer: m x k times (n x k)';
 * gram: m x k times its transpose, the lower triangle (m^2 k FLOPs);
 * factor: Cholesky, of order m (m^3 / 3); solve: of order m for n columns; right: of order m for n rows. A
 * size that a kind does not name is 1.
 * ST_USAGE for another kind or a size of 0, ST_MEMORY, ST_NUMERIC. */
status dense_rate(const char *kind, size_t m, size_t n, size_t k, double *flops, struct error *e);

#endif
