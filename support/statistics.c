/* Statistics of few numbers (see statistics.h). */
#include "support/statistics.h"
#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sort_numbers(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
}

/* Moves the numbers to the front and the NaNs behind them. */
static size_t count_numbers(double *values, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) values[kept++] = values[i];
    for (size_t i = kept; i < n; i++) values[i] = NAN;
    return kept;
}

double quantile(double *values, size_t n, double p)
{
    n = count_numbers(values, n);
    if (n == 0) return NAN;
    sort_numbers(values, n);
    double place = p * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n) return values[n - 1];
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}

double mean_of(const double *values, size_t n)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += values[i];
            count += 1;
        }
    return count > 0 ? sum / count : NAN;
}

double deviation_of(const double *values, size_t n)
{
    double mean = mean_of(values, n), sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += (values[i] - mean) * (values[i] - mean);
            count += 1;
        }
    return count > 1 ? sqrt(sum / (count - 1)) : NAN;
}

/* Quantile 0.975 of Student's t: the table up to 30 degrees of freedom, then its expansion in 1/n around the
 * normal quantile (Abramowitz, Stegun 26.7.5), right to 1e-3. */
static double t_quantile(size_t freedom)
{
    static const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                   2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    const double z = 1.959964;
    if (freedom == 0) return NAN;
    if (freedom <= 30) return table[freedom - 1];
    double n = (double)freedom, z3 = z * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z3 * z * z + 16 * z3 + 3 * z) / (96 * n * n);
}

struct interval interval_of(const double *values, size_t total)
{
    size_t n = 0;
    for (size_t i = 0; i < total; i++) n += isnan(values[i]) ? 0 : 1;
    struct interval result = {n, mean_of(values, total), NAN};
    if (n >= 2) result.half_width = t_quantile(n - 1) * deviation_of(values, total) / sqrt((double)n);
    return result;
}
