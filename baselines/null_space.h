/* The directions in which a layer's weights may change without changing what it does with inputs seen. */
#ifndef SPIKEBENCH_BASELINES_NULL_SPACE_H
#define SPIKEBENCH_BASELINES_NULL_SPACE_H

#include "support/linsolve.h"
#include "trainer/solver.h"

struct null_space {
    size_t n;
    real *gram;       /* n x n, lower triangle: the sum of a a' over all inputs a (n) seen */
    real *projection; /* n x n: U U' */
    size_t dimension; /* of U */
    bool known;       /* there is a projection */
    struct pinv eigen;
    real *scratch; /* m x n */
};
/* For weights of m x n; owned by the arena. ST_MEMORY. */
status null_space_create(struct null_space *s, size_t n, size_t m, struct mem *mem, struct error *e);
/* U from the sum: its eigenvectors of the smallest eigenvalues, as many as add up to at most (1 - keep) of
 * its trace, within rounding (arXiv 2111.11366). About 9 n^3 FLOPs. ST_NUMERIC. */
status null_space_find(struct null_space *s, double keep, struct error *e);
/* change (m x n) = change U U', in place. */
void null_space_project(const struct null_space *s, size_t m, real *change);
/* Saves or restores sum and projection; ST_DATA where a checkpoint ends before them. */
status null_space_checkpoint(struct null_space *s, struct checkpoint *c, struct error *e);

#endif
