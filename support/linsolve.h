/* Symmetric linear systems, each with its reciprocal condition number and backward error. Matrices are
 * column-major; a symmetric matrix is given by its lower triangle. */
#ifndef SPIKEBENCH_SUPPORT_LINSOLVE_H
#define SPIKEBENCH_SUPPORT_LINSOLVE_H

#include "support/err.h"
#include "support/mem.h"
#include "support/parallel.h"
#include "support/real.h"
#include <stddef.h>

/* A symmetric positive definite system solved by Cholesky. Fill `a`, call chol_factor, then solve as often as
 * wanted (solving only reads the system, so threads may share it). */
struct chol {
    size_t n;
    real *a; /* n x n, lower triangle: the matrix; kept for backward errors */
    real *l; /* its factor */
    real *work;
    int *iwork;
};

/* Allocates a system of order n in the arena. ST_MEMORY. */
status chol_create(struct chol *c, size_t n, struct mem *m, struct error *e);
/* Factors c->a into c->l: n^3/3 FLOPs. ST_NUMERIC, naming the order of the minor, if it is not positive
 * definite. */
status chol_factor(struct chol *c, struct error *e);
/* B (n x m) = A^-1 B in place: 2 n^2 m FLOPs. */
void chol_solve(const struct chol *c, size_t m, real *b);
/* B (m x n) = B A^-1 in place, in blocks of rows over the pool (NULL: this thread; the same bits either way).
 * Of an order of 1024 and more the blocks are shared out among the pool's ranks, too, which all have B and
 * get the whole solution: every rank must call it. */
void chol_solve_right(const struct chol *c, size_t m, real *b, struct pool *pool);
/* Reciprocal condition number in the 1-norm (LAPACK pocon, about 4 n^2 FLOPs). ST_NUMERIC if it cannot be
 * had. */
status chol_rcond(struct chol *c, double *rcond, struct error *e);

/* A symmetric positive semi-definite system solved by eigenvalues: the pseudo-inverse. Eigenvalues below
 * cutoff * largest count as zero. */
struct pinv {
    size_t n, rank; /* rank: eigenvalues kept */
    real *q;        /* n x n: in the matrix (lower triangle), out the eigenvectors */
    real *w;        /* n eigenvalues, ascending */
    real *work;
    int *iwork;
    int lwork, liwork;
    real *scratch; /* m_max x n */
};
/* m_max: the largest number of rows that pinv_solve_right will be given. */
status pinv_create(struct pinv *p, size_t n, size_t m_max, struct mem *m, struct error *e);
status pinv_factor(struct pinv *p, double cutoff, struct error *e);
/* B (m x n) = B A^+ in place: 4 n^2 m FLOPs. */
void pinv_solve_right(const struct pinv *p, size_t m, real *b);
/* Smallest kept over largest eigenvalue (0 if none is kept). */
double pinv_rcond(const struct pinv *p);

/* An upper bound of the largest eigenvalue of a symmetric positive semi-definite A (n x n), by power
 * iteration: Rayleigh quotient plus the residual's norm, once that is within 1e-3 of the quotient (Parlett
 * 1998, section 4.5: an eigenvalue lies within the residual's norm; that it is the largest is likely, not
 * certain). work: 2 n numbers. *products: products with A that it took, 2 n^2 FLOPs each. */
double largest_eigenvalue(size_t n, const real *a, real *work, size_t *products);

/* Adds a ridge to the diagonal of a Gram matrix A (n x n): kappa times its mean diagonal entry, which is
 * returned. An all-zero A has no scale of its own and gets 1. */
double add_ridge(size_t n, double kappa, real *a);

/* Copies the lower triangle of A (n x n) to its upper one. */
void symmetric_fill(size_t n, real *a);
/* C (m x n) = B (m x n) A with A symmetric, lower triangle given. */
void symmetric_times_right(size_t m, size_t n, const real *b, const real *a, real *c);
/* C (n x m) = A B with A symmetric, lower triangle given. */
void symmetric_times_left(size_t n, size_t m, const real *a, const real *b, real *c);
/* Frobenius norm of the symmetric matrix with this lower triangle, and of n numbers. Accumulated in double.
 */
double symmetric_norm(size_t n, const real *a);
double vector_norm(size_t n, const real *v);

/* Normwise backward error of a computed X with X A = B: ||B - X A||_F / (||A||_F ||X||_F + ||B||_F) (Higham
 * 2002, section 7.1). scratch: m x n. */
double backward_error_right(size_t m, size_t n, const real *a, const real *x, const real *b, real *scratch);
/* The same for A X = B with X, B n x m. */
double backward_error_left(size_t n, size_t m, const real *a, const real *x, const real *b, real *scratch);

#endif
