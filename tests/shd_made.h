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
#endif

#endif
