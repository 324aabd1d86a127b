/* MNIST and the datasets of its format: Fashion-MNIST, K-MNIST and EMNIST, as rate-coded or latency-coded
 * spikes. */
#include "datasets/idx_images.h"
#include <string.h>

struct mnist_options {
    struct dataset_common common;
    struct image_coding coding;
    int side;
    bool transpose;
    int set; /* of EMNIST alone */
};
static const char *const set_names[] = {"letters", "balanced", "byclass", "bymerge", "digits", "mnist", NULL};

/* clang-format off */
#define MNIST_OPTIONS                                                                                        \
    DATASET_COMMON_OPTIONS(struct mnist_options, "20", "0", "5000", "0"),                                    \
    IMAGE_CODING_OPTIONS(struct mnist_options),                                                              \
    {"side", OPT_CHOICE, offsetof(struct mnist_options, side), "both", 0, 0, 0, idx_side_names, "",          \
     "both: training and validation from the training files (60,000), test from the test files (10,000); "   \
     "test: all splits from the test files alone"},                                                          \
    {"transpose", OPT_BOOL, offsetof(struct mnist_options, transpose), "false", 0, 0, 0, NULL, "",           \
     "exchange rows and columns of the images"},                                                             \
    AUGMENT_OPTIONS(struct mnist_options)
static const struct option mnist_option_list[] = {MNIST_OPTIONS};
static const struct option emnist_option_list[] = {
    MNIST_OPTIONS,
    {"set", OPT_CHOICE, offsetof(struct mnist_options, set), "letters", 0, 0, 0, set_names, "",
     "which files: emnist-SET-train-images-idx3-ubyte, ..., or where they are not there those of MNIST's names; the "
     "classes are those that their labels have"},
};
/* clang-format on */
/* EMNIST's images are stored with rows and columns exchanged. */
static const struct option_default mnist_defaults[] = {{NULL, NULL}},
                                   emnist_defaults[] = {{"transpose", "true"}, {NULL, NULL}};

static struct idx_request request_of(const char *name, const struct mnist_options *o)
{
    return (struct idx_request){.name = name,
                                .path = o->common.path,
                                .side = (enum idx_side)o->side,
                                .transpose = o->transpose,
                                .set = strcmp(name, "emnist") == 0 ? set_names[o->set] : NULL};
}

static status probe(const char *name, const void *options, struct dataset_info *info, struct error *e)
{
    const struct mnist_options *o = options;
    const struct idx_request r = request_of(name, o);
    struct images images;
    status st = idx_images(&images, &r, e);
    if (st == ST_OK) st = images_describe(&images, &o->common, &o->coding, info, e);
    images_free(&images);
    return st;
}

static status open_as(const char *name, const void *options, uint64_t seed, struct dataset *d,
                      struct error *e)
{
    const struct mnist_options *o = options;
    const struct idx_request r = request_of(name, o);
    struct images images;
    memset(d, 0, sizeof *d);
    status st = idx_images(&images, &r, e);
    if (st == ST_OK) st = images_open(&images, &o->common, &o->coding, seed, d, e);
    images_free(&images);
    return st;
}

static status files_of(const char *name, const void *options, file_visitor take, void *context,
                       struct error *e)
{
    const struct idx_request r = request_of(name, options);
    return idx_files(&r, take, context, e);
}

/* A dataset of this format: its name, the folder under SPIKEBENCH_DATA, and where it comes from. */
#define MNIST_LIKE(id, list, folder, what, from, terms)                                                      \
    static status id##_probe(const void *options, struct dataset_info *info, struct error *e)                \
    {                                                                                                        \
        return probe(folder, options, info, e);                                                              \
    }                                                                                                        \
    static status id##_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)          \
    {                                                                                                        \
        return open_as(folder, options, seed, d, e);                                                         \
    }                                                                                                        \
    static status id##_files(const void *options, file_visitor take, void *context, struct error *e)         \
    {                                                                                                        \
        return files_of(folder, options, take, context, e);                                                  \
    }                                                                                                        \
    const struct dataset_source dataset_##id = {                                                             \
        .name = #id,                                                                                         \
        .summary =                                                                                           \
            what ", 28 x 28 pixels, rate-coded or latency-coded; IDX files under SPIKEBENCH_DATA/" folder,   \
        .reference = from,                                                                                   \
        .licence = terms,                                                                                    \
        .options = {.spans = {{list##_option_list, sizeof list##_option_list / sizeof *list##_option_list}}, \
                    .defaults = list##_defaults,                                                             \
                    .size = sizeof(struct mnist_options)},                                                   \
        .probe = id##_probe,                                                                                 \
        .open = id##_open,                                                                                   \
        .files = id##_files,                                                                                 \
    }

MNIST_LIKE(mnist, mnist, "mnist", "70,000 handwritten digits",
           "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, "
           "Proceedings of the IEEE 86, 1998",
           "CC BY-SA 3.0");
MNIST_LIKE(fashion_mnist, mnist, "fashion", "70,000 articles of clothing",
           "Xiao, Rasul, Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning "
           "algorithms, arXiv 1708.07747",
           "MIT");
MNIST_LIKE(kmnist, mnist, "kmnist", "70,000 cursive Japanese characters",
           "Clanuwat et al.: Deep learning for classical Japanese literature, arXiv 1812.01718",
           "CC BY-SA 4.0");
MNIST_LIKE(emnist, emnist, "emnist", "handwritten letters and digits, 10 to 62 classes",
           "Cohen, Afshar, Tapson, van Schaik: EMNIST: an extension of MNIST to handwritten letters, arXiv "
           "1702.05373",
           "public domain");
