/* The few LAPACK symbols the program uses, by precision (Debian's OpenBLAS has no lapacke.h). Matrices are
 * column-major; every `info` is returned to the caller, who must check it. */
#ifndef SPIKEBENCH_SUPPORT_LAPACK_H
#define SPIKEBENCH_SUPPORT_LAPACK_H

#include "support/real.h"
#include <stddef.h>

/* The trailing size_t are the lengths of the character arguments (gfortran's calling convention). */
void REAL_SELECT(dpotrf_, spotrf_)(const char *uplo, const int *n, real *a, const int *lda, int *info,
                                   size_t);
void REAL_SELECT(dpocon_, spocon_)(const char *uplo, const int *n, const real *a, const int *lda,
                                   const real *anorm, real *rcond, real *work, int *iwork, int *info, size_t);
real REAL_SELECT(dlansy_, slansy_)(const char *norm, const char *uplo, const int *n, const real *a,
                                   const int *lda, real *work, size_t, size_t);
void REAL_SELECT(dsyevd_, ssyevd_)(const char *jobz, const char *uplo, const int *n, real *a, const int *lda,
                                   real *w, real *work, const int *lwork, int *iwork, const int *liwork,
                                   int *info, size_t, size_t);

void REAL_SELECT(dgels_, sgels_)(const char *trans, const int *m, const int *n, const int *nrhs, real *a,
                                 const int *lda, real *b, const int *ldb, real *work, const int *lwork,
                                 int *info, size_t);

/* Cholesky factor of the lower triangle, in place. */
static inline int lapack_potrf(size_t n, real *a)
{
    int size = (int)n, info = 0;
    REAL_SELECT(dpotrf_, spotrf_)("L", &size, a, &size, &info, 1);
    return info;
}

/* Reciprocal condition number in the 1-norm from a Cholesky factor; work: 3n, iwork: n. */
static inline int lapack_pocon(size_t n, const real *l, real norm, real *rcond, real *work, int *iwork)
{
    int size = (int)n, info = 0;
    REAL_SELECT(dpocon_, spocon_)("L", &size, l, &size, &norm, rcond, work, iwork, &info, 1);
    return info;
}

/* 1-norm ('1') or Frobenius norm ('F') of a symmetric matrix given by its lower triangle; work: n. */
static inline real lapack_lansy(char norm, size_t n, const real *a, real *work)
{
    int size = (int)n;
    return REAL_SELECT(dlansy_, slansy_)(&norm, "L", &size, a, &size, work, 1, 1);
}

/* Eigenvalues (ascending) and eigenvectors (in place) of a symmetric matrix given by its lower triangle. With
 * lwork = -1 the sizes needed are returned in work[0] and iwork[0]. */
static inline int lapack_syevd(size_t n, real *a, real *w, real *work, int lwork, int *iwork, int liwork)
{
    int size = (int)n, info = 0;
    REAL_SELECT(dsyevd_, ssyevd_)("V", "L", &size, a, &size, w, work, &lwork, iwork, &liwork, &info, 1, 1);
    return info;
}

/* argmin ||A x - b|| for one right-hand side by QR, A m x n of full rank (destroyed), m >= n; b (m): in b,
 * out x in its first n entries. With lwork = -1 the size needed is returned in work[0]. */
static inline int lapack_gels(size_t m, size_t n, real *a, real *b, real *work, int lwork)
{
    int rows = (int)m, columns = (int)n, one = 1, info = 0;
    REAL_SELECT(dgels_, sgels_)("N", &rows, &columns, &one, a, &rows, b, &rows, work, &lwork, &info, 1);
    return info;
}

#endif
