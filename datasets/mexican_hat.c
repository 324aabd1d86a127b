/* Regression of the 2-D Mexican hat on a square, from a seed. */
#include "datasets/formula.h"
#include <math.h>

struct mexican_hat_options {
    struct formula_options head;
    double extent;
};

static const struct option mexican_hat_option_list[] = {
    DATASET_COMMON_OPTIONS(struct formula_options, "10", "1000", "200", "1000"),
    POINT_CODING_OPTIONS(struct formula_options, "population"),
    {"extent", OPT_REAL, offsetof(struct mexican_hat_options, extent), "4", 0, 1000, OPT_OPEN_LO, NULL, "",
     "points are uniform on the square from -extent to extent"},
};

/* The negative Laplacian of a Gaussian of width 1, scaled to 1 at the origin; least at r = 2: -exp(-2). */
static double value(const void *options, const double *p)
{
    const struct mexican_hat_options *o = options;
    const double x = o->extent * (2 * p[0] - 1), y = o->extent * (2 * p[1] - 1), half = (x * x + y * y) / 2;
    return (1 - half) * exp(-half);
}

static const struct formula formula = {"mexican_hat 1", 2, value};

static status mexican_hat_probe(const void *options, struct dataset_info *info, struct error *e)
{
    return formula_probe(&formula, options, info, e);
}

static status mexican_hat_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    return formula_open(&formula, options, seed, d, e);
}

const struct dataset_source dataset_mexican_hat = {
    .name = "mexican_hat",
    .summary = "regression of f(x, y) = (1 - r^2 / 2) exp(-r^2 / 2) on a square; made on the spot",
    .reference = "a regression task of arXiv 2411.07057; formula and sizes are those of this file",
    .licence = "none: computed",
    .options = {.spans = {{mexican_hat_option_list,
                           sizeof mexican_hat_option_list / sizeof *mexican_hat_option_list}},
                .size = sizeof(struct mexican_hat_options)},
    .probe = mexican_hat_probe,
    .open = mexican_hat_open,
};
