/* Iterations of shrinkage for harmonic retrieval (datasets/grid.h), unrolled to layers of their own: what
 * lista, ista and fista share.
 *
 *   z_k = T_k x_{k-1} + B_k y,   x_k = S_theta_k(z_k),   x_0 = 0,   k = 1 .. layers,
 *   S_theta(z) = z max(0, 1 - theta / |z|)  by complex unit
 *
 * With T = I - A'A / L, B = A' / L, theta = lambda / L, L = G / N, this is ISTA for
 * min_x |y - A x|^2 / 2 + lambda sum |x_g|. T is Toeplitz as A'A is: its taps are numbered as
 * grid_difference numbers them. Complex vectors are real parts, then imaginary parts. */
#ifndef SPIKEBENCH_BASELINES_UNROLLED_H
#define SPIKEBENCH_BASELINES_UNROLLED_H

#include "network/net.h"
#include "trainer/solver.h"

struct unrolled {
    struct grid grid;
    size_t N, G, layers;
    bool toeplitz; /* T_k: taps, else G x G matrices */
};
struct unrolled unrolled_make(const struct grid *grid, size_t layers, bool toeplitz);

/* Numbers of a column of the parameters, which have a column for each layer: T, real parts then imaginary
 * parts of taps or of a column-major matrix, for layers 2 .. layers (layer 1 has x_0 = 0); B, the same of
 * G x N. theta has one number a column. */
size_t unrolled_size_T(const struct unrolled *u);
size_t unrolled_size_B(const struct unrolled *u);
/* ISTA's T and B, a column each, and its L. */
void unrolled_start(const struct unrolled *u, real *T, real *B);
double unrolled_lipschitz(const struct unrolled *u);

/* A column of T (2G x 2G) or B (2G x 2N) as the real matrix [Re -Im; Im Re], column-major. */
void unrolled_expand_T(const struct unrolled *u, const real *T, real *M);
void unrolled_expand_B(const struct unrolled *u, const real *B, real *M);
/* The transposes of these: the gradient of a column from that of its real matrix. Overwrites. */
void unrolled_fold_T(const struct unrolled *u, const real *M, real *T);
void unrolled_fold_B(const struct unrolled *u, const real *M, real *B);

/* x = S_theta(z), each 2G x C; x may be z. */
void unrolled_shrink(const struct unrolled *u, real theta, size_t C, const real *z, real *x);
/* d loss / d z in place of d loss / d x (dx, 2G x C), and returns d loss / d theta. At |z| = theta that of
 * below: 0. */
double unrolled_shrink_backward(const struct unrolled *u, real theta, size_t C, const real *z, real *dx);

/* y (2N x C) of samples first .. first+C-1 of the batch: their inputs at the first step. */
void unrolled_inputs(const struct unrolled *u, const struct batch *b, size_t first, size_t C, real *y);

/* Multiply-accumulates of a sample through all layers, real ones, four to a complex product. */
double unrolled_macs_dense(const struct unrolled *u);
/* The same where T_k is multiplied by FFTs of twice the cells in each dimension (a circulant matrix that
 * holds it; radix 2: m / 2 log2 m complex products for m points, and one for each point between the two
 * FFTs), B_k as it is. */
double unrolled_macs_fft(const struct unrolled *u);

#endif
