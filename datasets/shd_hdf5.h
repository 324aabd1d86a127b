/* The HDF5 library's part of reading SHD files. A file made with malice crashes or hangs it, so that all of
 * this runs in a child process (shd_file.c), and nowhere else. */
#ifndef SPIKEBENCH_DATASETS_SHD_HDF5_H
#define SPIKEBENCH_DATASETS_SHD_HDF5_H

#include "datasets/bins.h"
#include "support/err.h"
#include <stddef.h>

enum { SHD_MOST_SAMPLES = 1000000, SHD_MOST_EVENTS = 1 << 24 };

struct shd_hdf5;

/* As shd_open; *f is NULL on error. There is no need to close it: the process ends. */
status shd_hdf5_open(struct shd_hdf5 **f, const char *path, int n_classes, struct error *e);
size_t shd_hdf5_samples(const struct shd_hdf5 *f);
const int *shd_hdf5_labels(const struct shd_hdf5 *f);
struct time_type shd_hdf5_time_type(const struct shd_hdf5 *f);

/* Recording i as the file has it: n events; valid until the next call. ST_DATA. */
struct shd_recording {
    size_t n;
    const double *times;
    const long long *units;
};
status shd_hdf5_read(struct shd_hdf5 *f, size_t i, struct shd_recording *r, struct error *e);

#endif
