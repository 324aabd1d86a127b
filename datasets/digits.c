/* The 1,797 UCI 8 x 8 handwritten digits, built into the program, as rate-coded or latency-coded spikes. */
#include "datasets/digits_images.h"
#include <string.h>

struct digits_options {
    struct dataset_common common;
    struct image_coding coding;
};

static const struct option digits_option_list[] = {
    DATASET_COMMON_OPTIONS(struct digits_options, "20", "1000", "200", "0"),
    IMAGE_CODING_OPTIONS(struct digits_options),
    AUGMENT_OPTIONS(struct digits_options),
};

static status digits_probe(const void *options, struct dataset_info *info, struct error *e)
{
    const struct digits_options *o = options;
    struct images images;
    status st = digits_images(&images, o->common.path, e);
    if (st == ST_OK) st = images_describe(&images, &o->common, &o->coding, info, e);
    images_free(&images);
    return st;
}

static status digits_open(const void *options, uint64_t seed, struct dataset *d, struct error *e)
{
    const struct digits_options *o = options;
    struct images images;
    memset(d, 0, sizeof *d);
    status st = digits_images(&images, o->common.path, e);
    if (st == ST_OK) st = images_open(&images, &o->common, &o->coding, seed, d, e);
    images_free(&images);
    return st;
}

const struct dataset_source dataset_digits = {
    .name = "digits",
    .summary = "1,797 handwritten digits, 8 x 8 pixels, rate-coded or latency-coded; built in",
    .reference =
        "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998",
    .licence = "CC BY 4.0",
    .options = {.spans = {{digits_option_list, sizeof digits_option_list / sizeof *digits_option_list}},
                .size = sizeof(struct digits_options)},
    .probe = digits_probe,
    .open = digits_open,
};
