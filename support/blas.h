/* The BLAS routines the program uses, by precision. This file and support/lapack.h are the only ones that
 * name BLAS or LAPACK symbols. All matrices are column-major. Rows and columns must fit in int: callers check
 * with blas_fits. */
#ifndef SPIKEBENCH_SUPPORT_BLAS_H
#define SPIKEBENCH_SUPPORT_BLAS_H

#include "support/real.h"
#include <cblas.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* What a call can take; tests try smaller ones. */
#ifndef BLAS_MOST
#define BLAS_MOST ((size_t)INT_MAX)
#endif
static inline bool blas_fits(size_t n)
{
    return n <= BLAS_MOST;
}

/* C (m x n) = alpha op(A) op(B) + beta C, op(A) m x k, op(B) k x n; ta, tb: true for the transpose. */
static inline void blas_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, real alpha, const real *a,
                             size_t lda, const real *b, size_t ldb, real beta, real *c, size_t ldc)
{
    REAL_SELECT(cblas_dgemm, cblas_sgemm)
    (CblasColMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k,
     alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

/* Lower triangle of C (n x n) = alpha A A' + beta C with A n x k. */
static inline void blas_syrk(size_t n, size_t k, real alpha, const real *a, size_t lda, real beta, real *c,
                             size_t ldc)
{
    REAL_SELECT(cblas_dsyrk, cblas_ssyrk)
    (CblasColMajor, CblasLower, CblasNoTrans, (int)n, (int)k, alpha, a, (int)lda, beta, c, (int)ldc);
}

/* Lower triangle of C (n x n) = alpha A' A + beta C with A k x n. */
static inline void blas_syrk_trans(size_t n, size_t k, real alpha, const real *a, size_t lda, real beta,
                                   real *c, size_t ldc)
{
    REAL_SELECT(cblas_dsyrk, cblas_ssyrk)
    (CblasColMajor, CblasLower, CblasTrans, (int)n, (int)k, alpha, a, (int)lda, beta, c, (int)ldc);
}

/* B (m x n) = op(L)^-1 B (left) or B op(L)^-1 (right), L lower triangular; trans: op is the transpose. */
static inline void blas_trsm(bool right, bool trans, size_t m, size_t n, const real *l, size_t ldl, real *b,
                             size_t ldb)
{
    REAL_SELECT(cblas_dtrsm, cblas_strsm)
    (CblasColMajor, right ? CblasRight : CblasLeft, CblasLower, trans ? CblasTrans : CblasNoTrans,
     CblasNonUnit, (int)m, (int)n, R(1.0), l, (int)ldl, b, (int)ldb);
}

/* C (m x n) = A B (left) or B A (right), A symmetric with its lower triangle given, B m x n. */
static inline void blas_symm(bool right, size_t m, size_t n, const real *a, size_t lda, const real *b,
                             size_t ldb, real *c, size_t ldc)
{
    REAL_SELECT(cblas_dsymm, cblas_ssymm)
    (CblasColMajor, right ? CblasRight : CblasLeft, CblasLower, (int)m, (int)n, R(1.0), a, (int)lda, b,
     (int)ldb, R(0.0), c, (int)ldc);
}

/* y += alpha x, any number n of numbers. */
static inline void blas_axpy(size_t n, real alpha, const real *x, real *y)
{
    for (size_t from = 0, piece; from < n; from += piece) {
        piece = blas_fits(n - from) ? n - from : BLAS_MOST;
        REAL_SELECT(cblas_daxpy, cblas_saxpy)((int)piece, alpha, x + from, 1, y + from, 1);
    }
}

/* Fixes the number of OpenBLAS threads at one, whatever the environment says: results must not depend on it.
 */
static inline void blas_single_thread(void)
{
    openblas_set_num_threads(1);
}

#endif
