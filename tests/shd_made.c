/* See shd_made.h. */
#include "tests/shd_made.h"

#ifdef SPIKEBENCH_HDF5
#include <criterion/criterion.h>

hid_t shd_half_type(void)
{
    hid_t t = H5Tcopy(H5T_IEEE_F32LE);
    cr_assert_geq(H5Tset_fields(t, 15, 10, 5, 0, 10), 0);
    cr_assert_geq(H5Tset_size(t, 2), 0);
    cr_assert_geq(H5Tset_ebias(t, 15), 0);
    return t;
}

void shd_put(hid_t file, const char *name, hid_t stored, hid_t memory, size_t n, size_t columns,
             const void *data)
{
    const hsize_t shape[2] = {n, columns};
    hid_t space = H5Screate_simple(columns ? 2 : 1, shape, NULL);
    hid_t d = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert_geq(d, 0);
    if (n > 0) cr_assert_geq(H5Dwrite(d, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    (void)H5Dclose(d);
    (void)H5Sclose(space);
}
#else
typedef int shd_made_is_empty; /* ISO C wants a declaration */
#endif
