/* Points of the unit square, or of its side, as spikes or currents: what yin_yang and the regressions share.
 */
#ifndef SPIKEBENCH_DATASETS_POINTS_H
#define SPIKEBENCH_DATASETS_POINTS_H

#include "datasets/dataset.h"

enum point_encoding { POINT_LATENCY, POINT_RATE, POINT_CURRENT, POINT_POPULATION };
extern const char *const point_encoding_names[]; /* "latency", "rate", "current", "population", NULL */

struct point_coding {
    int encoding; /* enum point_encoding */
    double max_rate;
    long cells;
    double cell_width;
};

/* clang-format off */
#define POINT_CODING_OPTIONS(type, encoding_default)                                                         \
    {"encoding", OPT_CHOICE, offsetof(type, coding.encoding), encoding_default, 0, 0, 0,                     \
     point_encoding_names, "",                                                                               \
     "latency: one spike per input, earlier the larger; rate: a spike at each step with probability "        \
     "max_rate * value; current: the value at each step; population: Gaussian cells along each coordinate"}, \
    {"max_rate", OPT_REAL, offsetof(type, coding.max_rate), "1", 0, 1, OPT_OPEN_LO, NULL, "spikes/step",     \
     "rate: spike probability of an input of value 1"},                                                      \
    {"cells", OPT_INT, offsetof(type, coding.cells), "10", 2, 10000, 0, NULL, "inputs",                      \
     "population: cells per coordinate, centres evenly spaced from 0 to 1"},                                 \
    {"cell_width", OPT_REAL, offsetof(type, coding.cell_width), "1", 0, 1000, OPT_OPEN_LO, NULL, "spacings", \
     "population: standard deviation of a cell's tuning curve"}
/* clang-format on */

/* Inputs that a point of d coordinates takes: 2 d (x, y, 1-x, 1-y), or d * cells for a population code. */
size_t points_inputs(const struct point_coding *c, size_t d);

/* Whether entries are currents, not spikes (dataset_info.valued). */
bool points_valued(const struct point_coding *c);

/* Estimate of the list entries of n samples of T steps. */
size_t points_entries(const struct point_coding *c, size_t d, size_t T, size_t n);

/* Encodes the n points of a split (xy: d coordinates each, x0, y0, x1, y1, ..., in [0, 1]) in T steps into
 * *x, owned by the arena (common: where lists lie, and which samples are kept); draws come from
 * dataset_sample_stream "encode".
 * Inputs v = (x, y, 1-x, 1-y):
 * - latency: one spike of input i, at step round((1 - v_i) (T - 1))
 * - rate: a spike at each step with probability max_rate * v_i
 * - current: the current v_i at each step
 * - population: the current exp(-((x - j / (cells - 1)) / s)^2 / 2) of cell j at each step,
 *   s = cell_width / (cells - 1), the cells of x before those of y; below 0.001 it is left out
 */
status points_encode(const struct point_coding *c, size_t d, const double *xy, size_t n, size_t T,
                     uint64_t seed, enum split split, const struct dataset_common *common, struct spikes *x,
                     struct mem *m, struct error *e);

/* Sizes of the splits of data that are made on the spot: there is no rest for a size of 0 to take.
 * ST_CONFIG naming the option. */
status points_sizes(const struct dataset_common *c, size_t sizes[N_SPLITS], struct error *e);

#endif
