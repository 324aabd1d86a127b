/* The Yin-Yang classification task (Kriener, Goeltz, Petrovici 2022), from a seed.
 *
 * Departures from the published generator: the random generator is this program's, so the points are others;
 * each split has its classes balanced within one sample, where the published one draws the class of each
 * sample; spike times are earlier the larger the input (with inputs x and 1 - x it is a mirror image). */
#include "datasets/yin_yang.h"
#include "datasets/points.h"
#include <math.h>
#include <string.h>

struct yin_yang_options {
    struct dataset_common common;
    struct point_coding coding;
    double r_small;
};

static const struct option yin_yang_option_list[] = {
    DATASET_COMMON_OPTIONS(struct yin_yang_options, "20", "5000", "1000", "1000"),
    POINT_CODING_OPTIONS(struct yin_yang_options, "latency"),
    {"r_small", OPT_REAL, offsetof(struct yin_yang_options, r_small), "0.1", 0, 0.25,
     OPT_OPEN_LO | OPT_OPEN_HI, NULL, "", "radius of the two dots; the big circle's is 0.5"},
};

int yin_yang_class(double x, double y, double r_small)
{
    const double big = 0.5;
    if (hypot(x - big, y - big) > big) return OUTSIDE;
    double left = hypot(x - big / 2, y - big), right = hypot(x - 3 * big / 2, y - big);
    if (left < r_small || right < r_small) return DOT;
    return left <= big / 2 || (y > big && right > big / 2) ? YIN : YANG;
}

static status yin_yang_probe(const void *options, struct dataset_info *info, struct error *e)
{
    static const char made[] = "yin_yang 1"; /* no data is read: the name and version of the generator */
    const struct yin_yang_options *o = options;
    struct hash h;
    *info = (struct dataset_info){.n_inputs = points_inputs(&o->coding, 2),
                                  .n_classes = YIN_YANG_CLASSES,
                                  .T = (size_t)o->common.T,
                                  .test_side = TEST_MADE,
                                  .valued = points_valued(&o->coding)};
    TRY(points_sizes(&o->common, info->n, e));
    info->entries = points_entries(&o->coding, 2, info->T, info->n[0] + info->n[1] + info->n[2]);
    hash_start(&h);
    hash_add(&h, made, sizeof made);
    hash_finish(&h, info->sha256);
    return ST_OK;
}

/* n points with their labels, in shuffled order, the classes balanced: points are drawn until one has the
 * class that is wanted. */
static void draw_points(double r_small, size_t n, double *xy, size_t *order, int *labels, struct rng *rng)
{
    for (size_t i = 0; i < n; i++) order[i] = i;
    rng_shuffle(rng, order, n);
    for (size_t i = 0; i < n; i++) {
        double *p = xy + 2 * i;
        labels[i] = (int)(order[i] % YIN_YANG_CLASSES);
        do {
            p[0] = rng_uniform(rng);
            p[1] = rng_uniform(rng);
        } while (yin_yang_class(p[0], p[1], r_small) != labels[i]);
    }
}

static status yin_yang_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct yin_yang_options *o = options;
    struct rng draw;
    struct mem scratch = {0};
    memset(d, 0, sizeof *d);
    TRY(yin_yang_probe(options, &d->info, e));
    status st = ST_OK;
    for (int s = 0; st == ST_OK && s < N_SPLITS; s++) {
        size_t n = d->info.n[s];
        dataset_split_stream(&o->common, seed, (enum split)s, &draw);
        double *xy = mem_alloc(&scratch, 2 * n, sizeof *xy, e);
        size_t *order = mem_alloc(&scratch, n, sizeof *order, e);
        d->labels[s] = mem_alloc(&d->mem, n, sizeof **d->labels, e);
        if (!xy || !order || !d->labels[s]) {
            st = ST_MEMORY;
            break;
        }
        draw_points(o->r_small, n, xy, order, d->labels[s], &draw);
        st = points_encode(&o->coding, 2, xy, n, d->info.T, seed, (enum split)s, &o->common, &d->x[s],
                           &d->mem, e);
    }
    mem_free(&scratch);
    return st;
}

const struct dataset_source dataset_yin_yang = {
    .name = "yin_yang",
    .summary = "yin, yang or dot: three classes of points in the plane, 4 inputs; made on the spot",
    .reference = "Kriener, Goeltz, Petrovici: The Yin-Yang dataset, arXiv 2102.08211",
    .licence = "none: computed",
    .options = {.spans = {{yin_yang_option_list, sizeof yin_yang_option_list / sizeof *yin_yang_option_list}},
                .size = sizeof(struct yin_yang_options)},
    .probe = yin_yang_probe,
    .open = yin_yang_open,
};
