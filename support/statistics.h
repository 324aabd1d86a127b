/* Statistics of few numbers. NaN stands for a number that is missing. */
#ifndef SPIKEBENCH_SUPPORT_STATISTICS_H
#define SPIKEBENCH_SUPPORT_STATISTICS_H

#include <stddef.h>

/* Sorts numbers, none of which is nan, the least first. */
void sort_numbers(double *values, size_t n);
/* Quantile p in [0, 1] of the values that are not nan, linear between order statistics; nan if there is none.
 * The values are sorted in place, the NaNs last. */
double quantile(double *values, size_t n, double p);
/* Mean and sample standard deviation (nan below two values) of the values that are not nan. */
double mean_of(const double *values, size_t n);
double deviation_of(const double *values, size_t n);

/* Mean of the values that are not nan, how many these are, and the half-width of the mean's 95 % interval by
 * Student's t with n - 1 degrees of freedom (nan below two values). */
struct interval {
    size_t n;
    double mean, half_width;
};
struct interval interval_of(const double *values, size_t n);

#endif
