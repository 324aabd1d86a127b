/* Points to spikes (see points.h). */
#include "datasets/points.h"
#include <math.h>

static const double faintest = 1e-3; /* currents below are left out */

const char *const point_encoding_names[] = {"latency", "rate", "current", "population", NULL};

size_t points_inputs(const struct point_coding *c, size_t d)
{
    return c->encoding == POINT_POPULATION ? d * (size_t)c->cells : 2 * d;
}

bool points_valued(const struct point_coding *c)
{
    return c->encoding == POINT_CURRENT || c->encoding == POINT_POPULATION;
}

/* Cells within reach of a point on [0, 1], on average: fewer at both ends. */
static double cells_seen(const struct point_coding *c)
{
    const double last = (double)(c->cells - 1), reach = c->cell_width * sqrt(-2 * log(faintest));
    double sum = 0;
    for (long i = 0; i < c->cells; i++) sum += fmin(last, (double)i + reach) - fmax(0, (double)i - reach);
    return sum / last;
}

size_t points_entries(const struct point_coding *c, size_t d, size_t T, size_t n)
{
    const double mirrored = 2 * (double)d;
    double per_sample = mirrored; /* latency */
    if (c->encoding == POINT_RATE) per_sample = mirrored * (double)T * c->max_rate / 2;
    if (c->encoding == POINT_CURRENT) per_sample = mirrored * (double)T;
    if (c->encoding == POINT_POPULATION) per_sample = (double)d * (double)T * cells_seen(c);
    return (size_t)ceil(per_sample * (double)n);
}

/* What input i carries at step t. */
static double input_value(const struct point_coding *c, size_t d, const double *p, size_t i, size_t t,
                          size_t T, struct rng *rng)
{
    if (c->encoding == POINT_POPULATION) {
        size_t cells = (size_t)c->cells;
        double spacing = 1 / (double)(cells - 1);
        double away = (p[i / cells] - (double)(i % cells) * spacing) / (c->cell_width * spacing);
        double current = exp(-away * away / 2);
        return current < faintest ? 0 : current;
    }
    double v = i < d ? p[i] : 1 - p[i - d];
    if (c->encoding == POINT_CURRENT) return v;
    bool spike = c->encoding == POINT_RATE ? rng_uniform(rng) < c->max_rate * v
                                           : (size_t)lround((1 - v) * (double)(T - 1)) == t;
    return spike ? 1 : 0;
}

status points_encode(const struct point_coding *c, size_t d, const double *xy, size_t n, size_t T,
                     uint64_t seed, enum split split, const struct dataset_common *common, struct spikes *x,
                     struct mem *m, struct error *e)
{
    struct spikes_builder b;
    size_t inputs = points_inputs(c, d);
    status st = spikes_begin(&b, inputs, T, n, e);
    if (st == ST_OK) st = spikes_stream(&b, common->stream, e);
    for (size_t k = 0; st == ST_OK && k < n; k++) {
        struct rng rng;
        if (!dataset_keeps(common, split, n, k)) {
            st = spikes_skip(&b, e);
            continue;
        }
        dataset_sample_stream(seed, "encode", split, k, &rng);
        for (size_t t = 0; st == ST_OK && t < T; t++) {
            for (size_t i = 0; st == ST_OK && i < inputs; i++)
                st = spikes_add(&b, (uint32_t)i, input_value(c, d, xy + d * k, i, t, T, &rng), e);
            if (st == ST_OK) st = spikes_end_row(&b, e);
        }
    }
    if (st == ST_OK) return spikes_finish(&b, x, m, e);
    spikes_abandon(&b);
    return st;
}

status points_sizes(const struct dataset_common *c, size_t sizes[N_SPLITS], struct error *e)
{
    if (c->n_train == 0)
        return FAIL(e, ST_CONFIG, "option 'n_train' must be at least 1 for data made on the spot");
    if (c->n_test == 0)
        return FAIL(e, ST_CONFIG, "option 'n_test' must be at least 1 for data made on the spot");
    sizes[SPLIT_TRAIN] = (size_t)c->n_train;
    sizes[SPLIT_VALIDATION] = (size_t)c->n_validation;
    sizes[SPLIT_TEST] = (size_t)c->n_test;
    return ST_OK;
}
