/* Fisher's discriminant as a readout: closed form, from sums that are added task by task. */
#ifndef SPIKEBENCH_BASELINES_FISHER_H
#define SPIKEBENCH_BASELINES_FISHER_H

#include "support/linsolve.h"
#include "trainer/solver.h"

/* Sums over samples with features f (n) of classes 0 .. K-1. */
struct fisher_sums {
    size_t n, K;
    double samples; /* of all classes */
    real *count;    /* [K] */
    real *sum;      /* n x K: of f, by class */
    real *square;   /* n x n, lower triangle: of f f' */
};
/* Sums of nothing yet, owned by the arena. ST_MEMORY. */
status fisher_sums_create(struct fisher_sums *s, size_t n, size_t K, struct mem *m, struct error *e);
void fisher_sums_copy(struct fisher_sums *to, const struct fisher_sums *from);
/* Adds the samples of a batch, whose features (n x b->n) are given. n^2 + n FLOPs for each. */
void fisher_sums_add(struct fisher_sums *s, const struct batch *b, const real *features);
/* Saves or restores the sums; ST_DATA where a checkpoint ends before them. */
status fisher_sums_checkpoint(struct fisher_sums *s, struct checkpoint *c, struct error *e);

struct fisher {
    struct chol system;
    real *V; /* n x K */
};
/* Workspace of fisher_readout, owned by the arena. ST_MEMORY. */
status fisher_create(struct fisher *f, size_t n, size_t K, struct mem *m, struct error *e);
/* W (K x n), whose scores W f + b rank the classes as V'f + b does, with
 *
 *   mu_c = sum_c / n_c,   S = square - sum_c n_c mu_c mu_c',   A = S / N + shrink tr(S / N) / n I
 *   V_c = A^-1 mu_c,      b_c = -mu_c' V_c / 2 + log(n_c / N)
 *
 * (Fisher 1936, the discriminant of classes with one covariance; arXiv 2111.11366). A class without samples
 * has mu_c = 0 and the prior of half a sample. The network has no bias. But a vector that is added to all
 * rows of W changes no decision: it is chosen so that the sum of column c of W is b_c (of the columns from K
 * on, 0), and the weights say all. n >= K. ST_NUMERIC if A is not positive definite. */
status fisher_readout(struct fisher *f, const struct fisher_sums *s, double shrink, real *W, struct error *e);
/* The biases that W (K x n) holds. */
void fisher_biases(const real *W, size_t K, real *b);

#endif
