/* Small problems solved in the plainest way that comes to the end, for tests. No code of the project is used.
 */
#ifndef SPIKEBENCH_TESTS_PLAIN_SOLVE_H
#define SPIKEBENCH_TESTS_PLAIN_SOLVE_H

#include <stddef.h>

enum { PLAIN_WIDTH = 8 };

/* Solves A x = b (n x n, row by row, overwritten) by elimination. */
void plain_solve(size_t n, long double A[][PLAIN_WIDTH], const double *b, double *x);
/* 1 / (||A||_1 ||A^-1||_1) */
double plain_rcond(size_t n, long double A[][PLAIN_WIDTH]);
/* The largest eigenvalue of a symmetric positive semi-definite matrix: power iteration to the end. */
double plain_eigenvalue(size_t n, double A[][PLAIN_WIDTH]);
/* x = G^+ b, G symmetric positive semi-definite: eigenvalues by Jacobi's rotations, of which those up to
 * cutoff times the largest count as zero. Returns the smallest that does not over the largest. */
double plain_pinv(size_t n, double G[][PLAIN_WIDTH], double cutoff, const double *b, double *x);
/* x = argmin x'Mx/2 - b'x over 0 <= x <= 1, one coordinate after the other. */
void plain_box(size_t n, double M[][PLAIN_WIDTH], const double *b, double *x);
/* z = argmin log sum exp(z) - z_label + weight/2 ||z - p||^2 by gradient steps: the Hessian is at most weight
 * + 1/2. */
void plain_cross_entropy(size_t n, const double *p, int label, double weight, double *z);

#endif
