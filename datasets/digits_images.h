/* The images of the UCI digits. */
#ifndef SPIKEBENCH_DATASETS_DIGITS_IMAGES_H
#define SPIKEBENCH_DATASETS_DIGITS_IMAGES_H

#include "datasets/images.h"

/* Reads a CSV file of 65 columns (64 pixels 0 .. 16, label), or with an empty path the 1,797 rows that are
 * built in: 8 x 8 images, one side. ST_DATA with file, line, column and reason. Free with images_free, also
 * after an error. */
status digits_images(struct images *i, const char *path, struct error *e);

#endif
