/* The images of MNIST and the datasets of its format: four IDX files in a folder. */
#ifndef SPIKEBENCH_DATASETS_IDX_IMAGES_H
#define SPIKEBENCH_DATASETS_IDX_IMAGES_H

#include "datasets/images.h"

/* Which files are read: the 60,000 and the 10,000, or the 10,000 alone (then there is one side). */
enum idx_side { IDX_BOTH, IDX_TEST };
extern const char *const idx_side_names[]; /* "both", "test", NULL */

/* Reads train-images-idx3-ubyte, train-labels-idx1-ubyte and the same of t10k, plain or .gz, from the folder
 * `path`, or with an empty path from $SPIKEBENCH_DATA/name. Labels 0 .. 9; all images of one size.
 * ST_NO_DATA if a file is absent; ST_DATA and ST_IO as idx_read_images, or naming the file where labels and
 * images, or the two sides, do not fit together. Free with images_free, also after an error. */
status idx_images(struct images *i, const char *name, const char *path, enum idx_side side, struct error *e);

#endif
