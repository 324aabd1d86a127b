/* See plain_solve.h. */
#include "tests/plain_solve.h"
#include <math.h>
#include <string.h>

void plain_solve(size_t n, long double A[][PLAIN_WIDTH], const double *b, double *x)
{
    long double y[PLAIN_WIDTH];
    for (size_t i = 0; i < n; i++) y[i] = b[i];
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabsl(A[i][k]) > fabsl(A[pivot][k])) pivot = i;
        for (size_t j = 0; j < n; j++) {
            long double swap = A[k][j];
            A[k][j] = A[pivot][j];
            A[pivot][j] = swap;
        }
        long double swap = y[k];
        y[k] = y[pivot];
        y[pivot] = swap;
        for (size_t i = k + 1; i < n; i++) {
            long double factor = A[i][k] / A[k][k];
            for (size_t j = k; j < n; j++) A[i][j] -= factor * A[k][j];
            y[i] -= factor * y[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++) y[k] -= A[k][j] * y[j];
        y[k] /= A[k][k];
    }
    for (size_t i = 0; i < n; i++) x[i] = (double)y[i];
}

double plain_rcond(size_t n, long double A[][PLAIN_WIDTH])
{
    double norm = 0, inverse = 0;
    for (size_t j = 0; j < n; j++) {
        long double copy[PLAIN_WIDTH][PLAIN_WIDTH];
        double unit[PLAIN_WIDTH] = {0}, column[PLAIN_WIDTH], sum = 0, sum_of_inverse = 0;
        memcpy(copy, A, sizeof copy);
        unit[j] = 1;
        plain_solve(n, copy, unit, column);
        for (size_t i = 0; i < n; i++) {
            sum += fabs((double)A[i][j]);
            sum_of_inverse += fabs(column[i]);
        }
        norm = fmax(norm, sum);
        inverse = fmax(inverse, sum_of_inverse);
    }
    return 1 / (norm * inverse);
}

double plain_eigenvalue(size_t n, double A[][PLAIN_WIDTH])
{
    double x[PLAIN_WIDTH], y[PLAIN_WIDTH], length = 0;
    for (size_t i = 0; i < n; i++) x[i] = 1 + 0.1 * (double)(i * i);
    for (int k = 0; k < 3000; k++) {
        length = 0;
        for (size_t i = 0; i < n; i++) {
            y[i] = 0;
            for (size_t j = 0; j < n; j++) y[i] += A[i][j] * x[j];
            length += y[i] * y[i];
        }
        length = sqrt(length);
        for (size_t i = 0; i < n; i++) x[i] = y[i] / length;
    }
    return length;
}

/* A -> J' A J and V -> V J with the rotation J in the plane of p and q that makes A_pq zero. */
static void rotate(size_t n, long double A[][PLAIN_WIDTH], long double V[][PLAIN_WIDTH], size_t p, size_t q)
{
    if (A[p][q] == 0) return;
    const long double angle = 0.5L * atan2l(2 * A[p][q], A[q][q] - A[p][p]);
    const long double c = cosl(angle), s = sinl(angle);
    for (size_t k = 0; k < n; k++) {
        const long double x = A[k][p], y = A[k][q], v = V[k][p], w = V[k][q];
        A[k][p] = c * x - s * y;
        A[k][q] = s * x + c * y;
        V[k][p] = c * v - s * w;
        V[k][q] = s * v + c * w;
    }
    for (size_t k = 0; k < n; k++) {
        const long double x = A[p][k], y = A[q][k];
        A[p][k] = c * x - s * y;
        A[q][k] = s * x + c * y;
    }
}

double plain_pinv(size_t n, double G[][PLAIN_WIDTH], double cutoff, const double *b, double *x)
{
    long double A[PLAIN_WIDTH][PLAIN_WIDTH], V[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}}, largest = 0,
                                             least = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) A[i][j] = G[i][j];
    for (size_t i = 0; i < n; i++) V[i][i] = 1;
    for (int sweep = 0; sweep < 30; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) rotate(n, A, V, p, q);
    for (size_t i = 0; i < n; i++) largest = fmaxl(largest, A[i][i]);
    for (size_t i = 0; i < n; i++) x[i] = 0;
    for (size_t k = 0; k < n; k++) {
        long double share = 0;
        if (!(A[k][k] > cutoff * largest)) continue;
        least = fminl(least, A[k][k]);
        for (size_t i = 0; i < n; i++) share += V[i][k] * b[i] / A[k][k];
        for (size_t i = 0; i < n; i++) x[i] += (double)(share * V[i][k]);
    }
    return (double)(least / largest);
}

void plain_box(size_t n, double M[][PLAIN_WIDTH], const double *b, double *x)
{
    for (size_t i = 0; i < n; i++) x[i] = 0.5;
    for (int sweep = 0; sweep < 1000; sweep++)
        for (size_t i = 0; i < n; i++) {
            double free = b[i];
            for (size_t j = 0; j < n; j++)
                if (j != i) free -= M[i][j] * x[j];
            x[i] = fmin(1, fmax(0, free / M[i][i]));
        }
}

void plain_cross_entropy(size_t n, const double *p, int label, double weight, double *z)
{
    memcpy(z, p, n * sizeof *z);
    for (int k = 0; k < 1000; k++) {
        double all = 0, e[PLAIN_WIDTH];
        for (size_t i = 0; i < n; i++) {
            e[i] = exp(z[i]);
            all += e[i];
        }
        for (size_t i = 0; i < n; i++)
            z[i] -= (e[i] / all - (label == (int)i) + weight * (z[i] - p[i])) / (weight + 0.5);
    }
}
