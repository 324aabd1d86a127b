/* Regression of the 2-D Mexican hat on a square, from a seed. */
#include "datasets/points.h"
#include <math.h>
#include <string.h>

struct mexican_hat_options {
    struct dataset_common common;
    struct point_coding coding;
    double extent;
};

static const struct option mexican_hat_option_list[] = {
    DATASET_COMMON_OPTIONS(struct mexican_hat_options, "10", "1000", "200", "1000"),
    POINT_CODING_OPTIONS(struct mexican_hat_options, "population"),
    {"extent", OPT_REAL, offsetof(struct mexican_hat_options, extent), "4", 0, 1000, OPT_OPEN_LO, NULL, "",
     "points are uniform on the square from -extent to extent"},
};

/* The negative Laplacian of a Gaussian of width 1, scaled to 1 at the origin; least at r = 2: -exp(-2). */
static double hat(double x, double y)
{
    double half = (x * x + y * y) / 2;
    return (1 - half) * exp(-half);
}

static status mexican_hat_probe(const void *options, struct dataset_info *info, struct error *e)
{
    static const char made[] = "mexican_hat 1"; /* no data is read: the name and version of the formula */
    const struct mexican_hat_options *o = options;
    struct hash h;
    *info = (struct dataset_info){.n_inputs = points_inputs(&o->coding),
                                  .n_targets = 1,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_MADE};
    TRY(points_sizes(&o->common, info->n, e));
    info->entries = points_entries(&o->coding, info->T, info->n[0] + info->n[1] + info->n[2]);
    hash_start(&h);
    hash_add(&h, made, sizeof made);
    hash_finish(&h, info->sha256);
    return ST_OK;
}

static status mexican_hat_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct mexican_hat_options *o = options;
    struct rng draw;
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    TRY(mexican_hat_probe(options, &d->info, e));
    status st = ST_OK;
    for (int s = 0; st == ST_OK && s < N_SPLITS; s++) {
        size_t n = d->info.n[s];
        dataset_split_stream(&o->common, seed, (enum split)s, &draw);
        double *xy = mem_alloc(&scratch, 2 * n, sizeof *xy, e);
        d->targets[s] = mem_reals(&d->mem, n, e);
        st = xy && d->targets[s] ? ST_OK : ST_MEMORY;
        for (size_t i = 0; st == ST_OK && i < n; i++) {
            double *p = xy + 2 * i;
            p[0] = rng_uniform(&draw);
            p[1] = rng_uniform(&draw);
            d->targets[s][i] = (real)hat(o->extent * (2 * p[0] - 1), o->extent * (2 * p[1] - 1));
        }
        if (st == ST_OK)
            st = points_encode(&o->coding, xy, n, d->info.T, seed, (enum split)s, &d->x[s], &d->mem, e);
    }
    mem_free(&scratch);
    return st;
}

const struct dataset_source dataset_mexican_hat = {
    .api_version = DATASET_API,
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
