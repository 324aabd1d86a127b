/* Recordings of the Spiking Heidelberg Digits and Spiking Speech Commands (Cramer et al. 2020): HDF5 files
 * with the variable-length arrays /spikes/times (seconds) and /spikes/units (channels), and /labels. */
#ifndef SPIKEBENCH_DATASETS_SHD_FILE_H
#define SPIKEBENCH_DATASETS_SHD_FILE_H

#include "support/err.h"
#include <stddef.h>
#include <stdint.h>

enum { SHD_UNITS = 700 };

/* The version of the HDF5 library, or NULL: this program was built without it. */
const char *shd_library(void);

struct shd_file; /* an open file */

/* Opens the file and reads its labels. ST_NO_DATA without the library or without the file; ST_IO; ST_DATA
 * naming file, dataset and reason: no HDF5 file, a dataset missing or of another type or length, a label that
 * is not one of 0 .. n_classes-1. *f is NULL on error. */
status shd_open(struct shd_file **f, const char *path, int n_classes, struct error *e);
void shd_close(struct shd_file *f); /* accepts NULL */

size_t shd_samples(const struct shd_file *f);
const int *shd_labels(const struct shd_file *f); /* [shd_samples], owned by f */

/* Recording i: n events at times[k] seconds in channel units[k]. Valid until the next call; owned by f.
 * ST_DATA for arrays of different lengths, a channel of SHD_UNITS or more, a time that is negative or not
 * finite. */
struct shd_events {
    size_t n;
    const double *times;
    const uint32_t *units;
};
status shd_read(struct shd_file *f, size_t i, struct shd_events *out, struct error *e);

#endif
