/* Regression of a sine on [0, 1), from a seed. */
#include "datasets/formula.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

struct sine_options {
    struct formula_options head;
    double cycles;
};

static const struct option sine_option_list[] = {
    DATASET_COMMON_OPTIONS(struct formula_options, "10", "500", "200", "1000"),
    POINT_CODING_OPTIONS(struct formula_options, "population"),
    {"cycles", OPT_REAL, offsetof(struct sine_options, cycles), "1", 0, 1000, OPT_OPEN_LO, NULL, "",
     "periods on the interval"},
};

/* sin(2 pi cycles x). */
static double value(const void *options, const double *p)
{
    const struct sine_options *o = options;
    return sin(2 * pi * o->cycles * p[0]);
}

static const struct formula formula = {"sine 1", 1, value};

static status sine_probe(const void *options, struct dataset_info *info, struct error *e)
{
    return formula_probe(&formula, options, info, e);
}

static status sine_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    return formula_open(&formula, options, seed, d, e);
}

const struct dataset_source dataset_sine = {
    .name = "sine",
    .summary = "regression of sin(2 pi cycles x) on [0, 1); made on the spot",
    .reference = "a regression task of arXiv 2010.02626; interval, scale and sizes are those of this file",
    .licence = "none: computed",
    .options = {.spans = {{sine_option_list, sizeof sine_option_list / sizeof *sine_option_list}},
                .size = sizeof(struct sine_options)},
    .probe = sine_probe,
    .open = sine_open,
};
