/* See spread.h. */
#include "report/spread.h"
#include <math.h>
#include <stdint.h>

const char *const spread_names[] = {[OVER_DRAWS] = "training draws", [OVER_SPLITS] = "splits"};

struct spread spread_of(const struct groups *g, const size_t *rows, double *values, size_t n)
{
    struct spread s = {.over = OVER_DRAWS};
    size_t n_splits = 0;
    for (size_t i = 0; i < n; i++) g->room[g->side[rows[i]]] = (struct side_room){.first = SIZE_MAX};
    for (size_t i = 0; i < n; i++) {
        struct side_room *side = &g->room[g->side[rows[i]]];
        if (side->first == SIZE_MAX) {
            side->first = i;
            n_splits++;
        }
        if (isnan(values[i])) continue;
        side->sum += values[i];
        side->count++;
    }
    if (n_splits > 1) {
        s.over = OVER_SPLITS;
        for (size_t i = 0; i < n; i++) { /* the first value of a split becomes the split's mean */
            const struct side_room *side = &g->room[g->side[rows[i]]];
            values[i] = side->first == i && side->count ? side->sum / (double)side->count : NAN;
        }
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
