/* Recordings of the Spiking Heidelberg Digits and Spiking Speech Commands (Cramer et al. 2020): HDF5 files
 * with the variable-length arrays /spikes/times (seconds) and /spikes/units (channels), and /labels. */
#ifndef SPIKEBENCH_DATASETS_SHD_FILE_H
#define SPIKEBENCH_DATASETS_SHD_FILE_H

#include "datasets/bins.h"
#include "datasets/usage.h"
#include "support/err.h"
#include <stddef.h>
#include <stdint.h>

enum { SHD_UNITS = 700 };

/* The version of the HDF5 library, or NULL: this program was built without it. */
const char *shd_library(void);

struct shd_file; /* an open file */

/* Opens the file and reads its labels, in an array of one axis (others of length 1 do not matter). ST_NO_DATA
 * without the library or without the file; ST_IO for reasons of the system and for a lock that a writer
 * holds; ST_DATA naming file, dataset and reason: no HDF5 file (and what it is), a damaged one (and what HDF5
 * says), a dataset missing or of another type or length, a label that is not one of 0 .. n_classes-1. *f is
 * NULL on error. */
status shd_open(struct shd_file **f, const char *path, int n_classes, struct error *e);
void shd_close(struct shd_file *f); /* accepts NULL */

size_t shd_samples(const struct shd_file *f);
const int *shd_labels(const struct shd_file *f); /* [shd_samples], owned by f */

/* The numbers in which the file holds its times. */
struct time_type shd_time_type(const struct shd_file *f);

/* Recording i: n events at times[k] seconds in channel units[k] (below SHD_UNITS). Valid until the next call;
 * owned by f. Adds to *u the events met and, with BAD_SKIP, those of a channel that there is not, which are
 * left out. ST_DATA, judged by the file's own values, for arrays of different lengths, a time that is
 * negative or not finite, and with BAD_ERROR for such a channel. */
struct shd_events {
    size_t n;
    const double *times;
    const uint32_t *units;
};
status shd_read(struct shd_file *f, size_t i, enum bad_policy policy, struct shd_events *out, struct usage *u,
                struct error *e);

#endif
