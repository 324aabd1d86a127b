/* MNIST and the datasets of its format: Fashion-MNIST and K-MNIST, as rate-coded or latency-coded spikes. */
#include "datasets/idx_images.h"
#include <string.h>

struct mnist_options {
    struct dataset_common common;
    struct image_coding coding;
    int side;
};

static const struct option mnist_option_list[] = {
    DATASET_COMMON_OPTIONS(struct mnist_options, "20", "0", "5000", "0"),
    IMAGE_CODING_OPTIONS(struct mnist_options),
    {"side", OPT_CHOICE, offsetof(struct mnist_options, side), "both", 0, 0, 0, idx_side_names, "",
     "both: training and validation from the 60,000, test from the 10,000; test: all splits from the 10,000 "
     "alone"},
};

static status probe(const char *name, const void *options, struct dataset_info *info, struct error *e)
{
    const struct mnist_options *o = options;
    struct images images;
    status st = idx_images(&images, name, o->common.path, (enum idx_side)o->side, e);
    if (st == ST_OK) st = images_describe(&images, &o->common, &o->coding, info, e);
    images_free(&images);
    return st;
}

static status open_as(const char *name, const void *options, uint64_t seed, struct dataset *d,
                      struct error *e)
{
    const struct mnist_options *o = options;
    struct images images;
    memset(d, 0, sizeof *d);
    status st = idx_images(&images, name, o->common.path, (enum idx_side)o->side, e);
    if (st == ST_OK) st = images_open(&images, &o->common, &o->coding, seed, d, e);
    images_free(&images);
    return st;
}

/* A dataset of this format: its name, the folder under SPIKEBENCH_DATA, and where it comes from. */
#define MNIST_LIKE(id, folder, what, from, terms)                                                            \
    static status id##_probe(const void *options, struct dataset_info *info, struct error *e)                \
    {                                                                                                        \
        return probe(folder, options, info, e);                                                              \
    }                                                                                                        \
    static status id##_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)          \
    {                                                                                                        \
        return open_as(folder, options, seed, d, e);                                                         \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .api_version = DATASET_API,                                                                          \
        .name = #id,                                                                                         \
        .summary =                                                                                           \
            what ", 28 x 28 pixels, rate-coded or latency-coded; IDX files under SPIKEBENCH_DATA/" folder,   \
        .reference = from,                                                                                   \
        .licence = terms,                                                                                    \
        .options = {.spans = {{mnist_option_list, sizeof mnist_option_list / sizeof *mnist_option_list}},    \
                    .size = sizeof(struct mnist_options)},                                                   \
        .probe = id##_probe,                                                                                 \
        .open = id##_open,                                                                                   \
    }

MNIST_LIKE(mnist, "mnist", "70,000 handwritten digits",
           "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, "
           "Proceedings of the IEEE 86, 1998",
           "CC BY-SA 3.0");
MNIST_LIKE(fashion_mnist, "fashion", "70,000 articles of clothing",
           "Xiao, Rasul, Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning "
           "algorithms, arXiv 1708.07747",
           "MIT");
MNIST_LIKE(kmnist, "kmnist", "70,000 cursive Japanese characters",
           "Clanuwat et al.: Deep learning for classical Japanese literature, arXiv 1812.01718",
           "CC BY-SA 4.0");
