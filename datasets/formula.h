/* Regressions of a formula at random points: what mexican_hat, sine, multiscale and poisson_1d share. */
#ifndef SPIKEBENCH_DATASETS_FORMULA_H
#define SPIKEBENCH_DATASETS_FORMULA_H

#include "datasets/points.h"

/* The options struct of such a dataset begins with this one. */
struct formula_options {
    struct dataset_common common;
    struct point_coding coding;
};

struct formula {
    const char *made;   /* name and version: stands for the data, of which none is read */
    size_t coordinates; /* of a point */
    double (*value)(const void *options, const double *p); /* the target at a point, coordinates in [0, 1) */
};

/* probe of the contract. */
status formula_probe(const struct formula *f, const void *options, struct dataset_info *info,
                     struct error *e);
/* open of the contract: uniform points, each coordinate in turn from the split's stream. */
status formula_open(const struct formula *f, const void *options, uint64_t seed, struct dataset *d,
                    struct error *e);

#endif
