/* See formula.h. */
#include "datasets/formula.h"
#include <string.h>

status formula_probe(const struct formula *f, const void *options, struct dataset_info *info, struct error *e)
{
    const struct formula_options *o = options;
    struct hash h;
    *info = (struct dataset_info){.n_inputs = points_inputs(&o->coding, f->coordinates),
                                  .n_targets = 1,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_MADE,
                                  .valued = points_valued(&o->coding)};
    TRY(points_sizes(&o->common, info->n, e));
    info->entries = points_entries(&o->coding, f->coordinates, info->T, info->n[0] + info->n[1] + info->n[2]);
    hash_start(&h);
    hash_add(&h, f->made, strlen(f->made) + 1);
    hash_finish(&h, info->sha256);
    return ST_OK;
}

status formula_open(const struct formula *f, const void *options, uint64_t seed, struct dataset *d,
                    struct error *e)
{
    const struct formula_options *o = options;
    const size_t width = f->coordinates;
    struct rng draw;
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    TRY(formula_probe(f, options, &d->info, e));
    status st = ST_OK;
    for (int s = 0; st == ST_OK && s < N_SPLITS; s++) {
        const size_t n = d->info.n[s];
        dataset_split_stream(&o->common, seed, (enum split)s, &draw);
        double *points = mem_alloc(&scratch, width * n, sizeof *points, e);
        d->targets[s] = mem_reals(&d->mem, n, e);
        st = points && d->targets[s] ? ST_OK : ST_MEMORY;
        for (size_t i = 0; st == ST_OK && i < n; i++) {
            double *p = points + width * i;
            for (size_t k = 0; k < width; k++) p[k] = rng_uniform(&draw);
            d->targets[s][i] = (real)f->value(options, p);
        }
        if (st == ST_OK)
            st = points_encode(&o->coding, width, points, n, d->info.T, seed, (enum split)s, &o->common,
                               &d->x[s], &d->mem, e);
    }
    mem_free(&scratch);
    return st;
}
