/* See grid.h. */
#include "datasets/grid.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

size_t grid_samples(const struct grid *g)
{
    return g->samples[0] * g->samples[1];
}

size_t grid_cells(const struct grid *g)
{
    return g->cells[0] * g->cells[1];
}

void grid_element(const struct grid *g, size_t n, size_t c, double *re, double *im)
{
    const size_t row[2] = {n / g->samples[1], n % g->samples[1]},
                 cell[2] = {c / g->cells[1], c % g->cells[1]};
    double turns = 0;
    for (int d = 0; d < 2; d++) /* whole turns are left out: the phase is exact to rounding */
        turns += (double)(row[d] * cell[d] % g->cells[d]) / (double)g->cells[d];
    const double size = 1 / sqrt((double)grid_samples(g));
    *re = size * cos(2 * pi * turns);
    *im = size * sin(2 * pi * turns);
}

size_t grid_differences(const struct grid *g)
{
    return (2 * g->cells[0] - 1) * (2 * g->cells[1] - 1);
}

size_t grid_difference(const struct grid *g, size_t i, size_t j)
{
    const size_t G1 = g->cells[1];
    return (i / G1 + g->cells[0] - 1 - j / G1) * (2 * G1 - 1) + (i % G1 + G1 - 1 - j % G1);
}

/* sum_n exp(-2 pi i n k / G) / N over n < N, for a difference k of cells. */
static void correlation(size_t N, size_t G, double k, double *re, double *im)
{
    *re = *im = 0;
    for (size_t n = 0; n < N; n++) {
        *re += cos(2 * pi * (double)n * k / (double)G) / (double)N;
        *im -= sin(2 * pi * (double)n * k / (double)G) / (double)N;
    }
}

void grid_correlation(const struct grid *g, size_t difference, double *re, double *im)
{
    const size_t width = 2 * g->cells[1] - 1;
    const double k[2] = {(double)(difference / width) - (double)(g->cells[0] - 1),
                         (double)(difference % width) - (double)(g->cells[1] - 1)};
    double a[2], b[2];
    for (int d = 0; d < 2; d++) correlation(g->samples[d], g->cells[d], k[d], &a[d], &b[d]);
    *re = a[0] * a[1] - b[0] * b[1];
    *im = a[0] * b[1] + b[0] * a[1];
}
