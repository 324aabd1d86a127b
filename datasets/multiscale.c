/* Regression of a slow and a fast sine on [0, 1), from a seed. */
#include "datasets/formula.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

struct multiscale_options {
    struct formula_options head;
    double ratio, share;
};

static const struct option multiscale_option_list[] = {
    DATASET_COMMON_OPTIONS(struct formula_options, "10", "500", "200", "1000"),
    POINT_CODING_OPTIONS(struct formula_options, "population"),
    {"ratio", OPT_REAL, offsetof(struct multiscale_options, ratio), "8", 1, 1000, 0, NULL, "",
     "periods of the fast sine on the interval"},
    {"share", OPT_REAL, offsetof(struct multiscale_options, share), "0.2", 0, 100, 0, NULL, "",
     "height of the fast sine; that of the slow one is 1"},
};

/* sin(2 pi x) + share sin(2 pi ratio x). */
static double value(const void *options, const double *p)
{
    const struct multiscale_options *o = options;
    return sin(2 * pi * p[0]) + o->share * sin(2 * pi * o->ratio * p[0]);
}

static const struct formula formula = {"multiscale 1", 1, value};

static status multiscale_probe(const void *options, struct dataset_info *info, struct error *e)
{
    return formula_probe(&formula, options, info, e);
}

static status multiscale_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    return formula_open(&formula, options, seed, d, e);
}

const struct dataset_source dataset_multiscale = {
    .name = "multiscale",
    .summary = "regression of sin(2 pi x) + share sin(2 pi ratio x) on [0, 1); made on the spot",
    .reference = "a definition of this file",
    .licence = "none: computed",
    .options = {.spans = {{multiscale_option_list,
                           sizeof multiscale_option_list / sizeof *multiscale_option_list}},
                .size = sizeof(struct multiscale_options)},
    .probe = multiscale_probe,
    .open = multiscale_open,
};
