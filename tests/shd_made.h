/* Writing small files in the published layout of SHD with the HDF5 library, for tests. */
#ifndef SPIKEBENCH_TESTS_SHD_MADE_H
#define SPIKEBENCH_TESTS_SHD_MADE_H

#ifdef SPIKEBENCH_HDF5
#include <hdf5.h>
#include <stddef.h>

/* IEEE half precision, as the published files have it. */
hid_t shd_half_type(void);
/* Writes a dataset of n entries of type `memory` (n x columns, unless `columns` is 0) in `data` as type
 * `stored`. */
void shd_put(hid_t file, const char *name, hid_t stored, hid_t memory, size_t n, size_t columns,
             const void *data);
/* A whole file of n recordings of 1.3 s, of `events` events each, most of them in 50 of the 700 channels,
 * with labels 0 to 19 in turn. */
void shd_write(const char *path, size_t n, size_t events);
#endif

#endif
