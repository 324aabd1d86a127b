/* Regression of the solution of a Poisson equation on [0, 1], from a seed. */
#include "datasets/formula.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

struct poisson_1d_options {
    struct formula_options head;
    double share;
    long mode;
};

static const struct option poisson_1d_option_list[] = {
    DATASET_COMMON_OPTIONS(struct formula_options, "10", "500", "200", "1000"),
    POINT_CODING_OPTIONS(struct formula_options, "population"),
    {"mode", OPT_INT, offsetof(struct poisson_1d_options, mode), "4", 2, 1000, 0, NULL, "",
     "half waves of the second part of the solution"},
    {"share", OPT_REAL, offsetof(struct poisson_1d_options, share), "0.25", 0, 100, 0, NULL, "",
     "height of the second part; that of the first is 1"},
};

/* u = sin(pi x) + share sin(mode pi x) solves -u'' = pi^2 sin(pi x) + share (mode pi)^2 sin(mode pi x), u(0)
 * = u(1) = 0. */
static double value(const void *options, const double *p)
{
    const struct poisson_1d_options *o = options;
    return sin(pi * p[0]) + o->share * sin((double)o->mode * pi * p[0]);
}

static const struct formula formula = {"poisson_1d 1", 1, value};

static status poisson_1d_probe(const void *options, struct dataset_info *info, struct error *e)
{
    return formula_probe(&formula, options, info, e);
}

static status poisson_1d_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    return formula_open(&formula, options, seed, d, e);
}

const struct dataset_source dataset_poisson_1d = {
    .name = "poisson_1d",
    .summary =
        "regression of u with -u'' = f and u(0) = u(1) = 0, u a half wave and a faster one; made on the spot",
    .reference = "a definition of this file",
    .licence = "none: computed",
    .options = {.spans = {{poisson_1d_option_list,
                           sizeof poisson_1d_option_list / sizeof *poisson_1d_option_list}},
                .size = sizeof(struct poisson_1d_options)},
    .probe = poisson_1d_probe,
    .open = poisson_1d_open,
};
