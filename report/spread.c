/* See spread.h. */
#include "report/spread.h"
#include <math.h>

const char *const spread_names[] = {[OVER_DRAWS] = "training draws", [OVER_SPLITS] = "splits"};

/* The first of the rows that has the test samples of row i. */
static size_t first_of_split(const struct groups *g, const size_t *rows, size_t i)
{
    size_t k = 0;
    while (k < i && !groups_same_test(g, rows[k], rows[i])) k++;
    return k;
}

/* The mean of the values from i on whose rows have the test samples of row i. */
static double split_mean(const struct groups *g, const size_t *rows, const double *values, size_t n, size_t i)
{
    double sum = 0;
    size_t count = 0;
    for (size_t k = i; k < n; k++) {
        if (isnan(values[k]) || !groups_same_test(g, rows[k], rows[i])) continue;
        sum += values[k];
        count++;
    }
    return count ? sum / (double)count : NAN;
}

struct spread spread_of(const struct groups *g, const size_t *rows, double *values, size_t n)
{
    struct spread s = {.over = OVER_DRAWS};
    size_t n_splits = 0;
    for (size_t i = 0; i < n; i++) n_splits += first_of_split(g, rows, i) == i;
    if (n_splits > 1) {
        s.over = OVER_SPLITS;
        /* The value of a split's first row becomes its mean, which takes no row before it. */
        for (size_t i = 0; i < n; i++)
            if (first_of_split(g, rows, i) == i) values[i] = split_mean(g, rows, values, n, i);
        for (size_t i = 0; i < n; i++)
            if (first_of_split(g, rows, i) < i) values[i] = NAN;
    }
    s.interval = interval_of(values, n);
    return s;
}

double spread_test_error(const struct groups *g, size_t row, double accuracy)
{
    double n;
    const long column = csv_column(&g->runs, "n_test");
    if (column == CSV_NONE || csv_number(&g->runs, row, (size_t)column, &n, NULL) != ST_OK) return NAN;
    return n > 0 ? sqrt(accuracy * (1 - accuracy) / n) : NAN;
}
