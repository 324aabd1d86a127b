/* The images of MNIST and the datasets of its format: four IDX files in a folder. */
#ifndef SPIKEBENCH_DATASETS_IDX_IMAGES_H
#define SPIKEBENCH_DATASETS_IDX_IMAGES_H

#include "datasets/images.h"

/* Which files are read: training and test, or the test files alone (then there is one side). */
enum idx_side { IDX_BOTH, IDX_TEST };
extern const char *const idx_side_names[]; /* "both", "test", NULL */

struct idx_request {
    const char *name; /* of the folder under SPIKEBENCH_DATA: "mnist", "kmnist", "fashion", "emnist" */
    const char *path; /* the folder; "": by its name */
    enum idx_side side;
    bool transpose;  /* rows and columns are exchanged */
    const char *set; /* of EMNIST ("letters", ...), whose classes are those that the files have; NULL: of
                        others, which have 0 .. 9 */
};

/* Reads train-images-idx3-ubyte, train-labels-idx1-ubyte and the same of t10k, plain or .gz; of EMNIST those
 * whose names begin with emnist-SET-, test for t10k, or the former where these are not there. All images are
 * of one size. Labels are numbered from 0 in their order: letters are 1 .. 26 in the files. ST_NO_DATA if a
 * file is absent; ST_DATA and ST_IO as idx_read_images, or naming the file where labels and images, or the
 * two sides, do not fit together. Free with images_free, also after an error. */
status idx_images(struct images *i, const struct idx_request *r, struct error *e);
/* Calls take for each file that is read. */
status idx_files(const struct idx_request *r, file_visitor take, void *context, struct error *e);

#endif
