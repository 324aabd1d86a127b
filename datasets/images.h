/* Labelled grey images, and the datasets that encode them as spikes. */
#ifndef SPIKEBENCH_DATASETS_IMAGES_H
#define SPIKEBENCH_DATASETS_IMAGES_H

#include "datasets/dataset.h"
#include "datasets/encode.h"

/* n images of width x height pixels in row order, intensities 0 .. top. The first n_train of them are the
 * training side, the rest the test side; n_train = n: there is one side for all splits. Everything is owned
 * by the arena. */
struct images {
    struct mem mem;
    size_t n, n_train, width, height, n_classes;
    int top;
    unsigned char *pixels; /* [n * width * height] */
    int *labels;           /* [n], 0 .. n_classes-1 */
    char sha256[HASH_HEX];
};
void images_free(struct images *i);

/* Image k as intensities in [0, 1], out[width * height]. */
void images_intensities(const struct images *i, size_t k, double *out);

/* The image of width x height as one of fewer cells, to_width x to_height (at least 1): each is the mean of
 * what it covers, parts of cells counting as parts. The mean of the image stays. */
void images_shrink(const double *image, size_t width, size_t height, double *to, size_t to_width,
                   size_t to_height);

/* TEST_PUBLISHED where the images have a test side of their own, else TEST_DRAWN. */
enum test_side images_test_side(const struct images *i);

/* Sizes of the splits (dataset_split_sizes or dataset_split_sides). */
status images_split(const struct images *i, const struct dataset_common *c, size_t sizes[N_SPLITS],
                    struct error *e);

/* Images of the splits, drawn by dataset_choose: chosen[s] are indices into the images, owned by the arena m.
 */
status images_choose(const struct images *i, const struct dataset_common *c, uint64_t seed,
                     const size_t sizes[N_SPLITS], size_t *chosen[N_SPLITS], struct mem *m, struct error *e);

/* The options of a dataset that encodes images: T steps, an input per pixel. */
struct image_coding {
    int encoding; /* enum encoding */
    double max_rate;
};
#define IMAGE_CODING_OPTIONS(type)                                                                           \
    {"encoding",                                                                                             \
     OPT_CHOICE,                                                                                             \
     offsetof(type, coding.encoding),                                                                        \
     "rate",                                                                                                 \
     0,                                                                                                      \
     0,                                                                                                      \
     0,                                                                                                      \
     encoding_names,                                                                                         \
     "",                                                                                                     \
     "rate: a spike at each step with probability max_rate * intensity; latency: one spike, earlier the "    \
     "brighter; current: the intensity itself at every step"},                                               \
    {                                                                                                        \
        "max_rate", OPT_REAL, offsetof(type, coding.max_rate), "1", 0, 1, OPT_OPEN_LO, NULL, "spikes/step",  \
            "rate coding: spike probability of a full-intensity pixel"                                       \
    }

/* Fills *info: what probe() of such a dataset returns. */
status images_describe(const struct images *i, const struct dataset_common *c,
                       const struct image_coding *coding, struct dataset_info *info, struct error *e);

/* Splits and encodes: what open() of such a dataset returns. */
status images_open(const struct images *i, const struct dataset_common *c, const struct image_coding *coding,
                   uint64_t seed, struct dataset *d, struct error *e);

#endif
