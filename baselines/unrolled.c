/* See unrolled.h. */
#include "baselines/unrolled.h"
#include <math.h>
#include <string.h>

struct unrolled unrolled_make(const struct grid *grid, size_t layers, bool toeplitz)
{
    return (struct unrolled){*grid, grid_samples(grid), grid_cells(grid), layers, toeplitz};
}

/* Complex numbers of a column of T. */
static size_t entries_T(const struct unrolled *u)
{
    return u->toeplitz ? grid_differences(&u->grid) : u->G * u->G;
}

size_t unrolled_size_T(const struct unrolled *u)
{
    return 2 * entries_T(u);
}

size_t unrolled_size_B(const struct unrolled *u)
{
    return 2 * u->G * u->N;
}

double unrolled_lipschitz(const struct unrolled *u)
{
    return (double)u->G / (double)u->N;
}

/* Where T_ij stands in a column of T. */
static size_t place(const struct unrolled *u, size_t i, size_t j)
{
    return u->toeplitz ? grid_difference(&u->grid, i, j) : i + u->G * j;
}

void unrolled_start(const struct unrolled *u, real *T, real *B)
{
    const size_t G = u->G, N = u->N, all = entries_T(u);
    const double L = unrolled_lipschitz(u);
    for (size_t j = 0; j < G; j++)
        for (size_t i = 0; i < G; i++) {
            /* of each difference once: those of the first column, and of the first row */
            if (u->toeplitz && i > 0 && j > 0 && u->grid.cells[1] == 1) continue;
            double re, im;
            grid_correlation(&u->grid, grid_difference(&u->grid, i, j), &re, &im);
            T[place(u, i, j)] = (real)((i == j) - re / L);
            T[all + place(u, i, j)] = (real)(-im / L);
        }
    for (size_t n = 0; n < N; n++)
        for (size_t g = 0; g < G; g++) {
            double re, im;
            grid_element(&u->grid, n, g, &re, &im);
            B[g + G * n] = (real)(re / L);
            B[G * N + g + G * n] = (real)(-im / L);
        }
}

/* Re or Im of an entry stands twice in the real matrix of `rows` x `columns` complex ones: M[i, j] = re,
 * M[rows + i, columns + j] = re, M[rows + i, j] = im, M[i, columns + j] = -im. */
static void put_entry(size_t rows, size_t columns, size_t i, size_t j, real re, real im, real *M)
{
    M[i + 2 * rows * j] = M[rows + i + 2 * rows * (columns + j)] = re;
    M[rows + i + 2 * rows * j] = im;
    M[i + 2 * rows * (columns + j)] = -im;
}

static void add_entry(size_t rows, size_t columns, size_t i, size_t j, const real *M, real *re, real *im)
{
    *re += M[i + 2 * rows * j] + M[rows + i + 2 * rows * (columns + j)];
    *im += M[rows + i + 2 * rows * j] - M[i + 2 * rows * (columns + j)];
}

void unrolled_expand_T(const struct unrolled *u, const real *T, real *M)
{
    const size_t all = entries_T(u);
    for (size_t j = 0; j < u->G; j++)
        for (size_t i = 0; i < u->G; i++) {
            const size_t at = place(u, i, j);
            put_entry(u->G, u->G, i, j, T[at], T[all + at], M);
        }
}

void unrolled_expand_B(const struct unrolled *u, const real *B, real *M)
{
    const size_t all = u->G * u->N;
    for (size_t n = 0; n < u->N; n++)
        for (size_t g = 0; g < u->G; g++)
            put_entry(u->G, u->N, g, n, B[g + u->G * n], B[all + g + u->G * n], M);
}

void unrolled_fold_T(const struct unrolled *u, const real *M, real *T)
{
    const size_t all = entries_T(u);
    memset(T, 0, 2 * all * sizeof *T);
    for (size_t j = 0; j < u->G; j++)
        for (size_t i = 0; i < u->G; i++) {
            const size_t at = place(u, i, j);
            add_entry(u->G, u->G, i, j, M, &T[at], &T[all + at]);
        }
}

void unrolled_fold_B(const struct unrolled *u, const real *M, real *B)
{
    const size_t all = u->G * u->N;
    memset(B, 0, 2 * all * sizeof *B);
    for (size_t n = 0; n < u->N; n++)
        for (size_t g = 0; g < u->G; g++)
            add_entry(u->G, u->N, g, n, M, &B[g + u->G * n], &B[all + g + u->G * n]);
}

void unrolled_shrink(const struct unrolled *u, real theta, size_t C, const real *z, real *x)
{
    for (size_t c = 0; c < C; c++)
        for (size_t g = 0; g < u->G; g++) {
            const size_t re = 2 * u->G * c + g, im = re + u->G;
            const real size = (real)sqrt((double)(z[re] * z[re] + z[im] * z[im]));
            const real left = size > theta ? 1 - theta / size : 0;
            x[re] = left * z[re];
            x[im] = left * z[im];
        }
}

double unrolled_shrink_backward(const struct unrolled *u, real theta, size_t C, const real *z, real *dx)
{
    double dtheta = 0;
    for (size_t c = 0; c < C; c++)
        for (size_t g = 0; g < u->G; g++) {
            const size_t re = 2 * u->G * c + g, im = re + u->G;
            const real size = (real)sqrt((double)(z[re] * z[re] + z[im] * z[im]));
            if (!(size > theta)) {
                dx[re] = dx[im] = 0;
                continue;
            }
            /* of unit direction d = z / |z|: dz = (1 - theta / |z|) dx + theta / |z| d (d . dx) */
            const real a = z[re] / size, b = z[im] / size, along = a * dx[re] + b * dx[im],
                       part = theta / size;
            dx[re] = (1 - part) * dx[re] + part * along * a;
            dx[im] = (1 - part) * dx[im] + part * along * b;
            dtheta -= (double)along;
        }
    return dtheta;
}

void unrolled_inputs(const struct unrolled *u, const struct batch *b, size_t first, size_t C, real *y)
{
    const struct spikes *x = b->x;
    memset(y, 0, 2 * u->N * C * sizeof *y);
    for (size_t c = 0; c < C; c++) {
        const size_t row = batch_sample(b, first + c) * x->T;
        for (size_t k = x->start[row]; k < x->start[row + 1]; k++)
            y[2 * u->N * c + x->index[k]] = spikes_value(x, k);
    }
}

double unrolled_macs_dense(const struct unrolled *u)
{
    const double G = (double)u->G, N = (double)u->N, layers = (double)u->layers;
    return 4 * (layers * G * N + (layers - 1) * G * G);
}

double unrolled_macs_fft(const struct unrolled *u)
{
    double points = 1;
    for (int d = 0; d < 2; d++)
        if (u->grid.cells[d] > 1) points *= 2 * (double)u->grid.cells[d];
    const double products = points * log2(points) + points, layers = (double)u->layers;
    return 4 * (layers * (double)u->G * (double)u->N + (layers - 1) * products);
}
