/* See shd_made.h. */
#include "tests/shd_made.h"

#ifdef SPIKEBENCH_HDF5
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

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

/* Channels of the events; recording i has those from i on. */
static void fill_units(uint32_t *units, size_t n)
{
    uint32_t state = 5;
    for (size_t k = 0; k < n; k++) {
        state = state * 1664525u + 1013904223u;
        units[k] = (state >> 8) % (k % 4 ? 50 : 700);
    }
}

void shd_write(const char *path, size_t n, size_t events)
{
    double *times = malloc(events * sizeof *times);
    uint32_t *units = malloc((events + n) * sizeof *units);
    hvl_t *t = malloc(n * sizeof *t), *u = malloc(n * sizeof *u);
    int *labels = malloc(n * sizeof *labels);
    cr_assert(times && units && t && u && labels);
    fill_units(units, events + n);
    for (size_t k = 0; k < events; k++) times[k] = 1.3 * (double)k / (double)events;
    for (size_t i = 0; i < n; i++) {
        t[i] = (hvl_t){events, times};
        u[i] = (hvl_t){events, units + i};
        labels[i] = (int)(i % 20);
    }
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "/spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t real64 = H5Tvlen_create(H5T_NATIVE_DOUBLE), whole = H5Tvlen_create(H5T_NATIVE_UINT32);
    shd_put(file, "/spikes/times", real64, real64, n, 0, t);
    shd_put(file, "/spikes/units", whole, whole, n, 0, u);
    shd_put(file, "/labels", H5T_STD_I16LE, H5T_NATIVE_INT, n, 0, labels);
    (void)H5Tclose(real64);
    (void)H5Tclose(whole);
    (void)H5Gclose(group);
    cr_assert_geq(H5Fclose(file), 0);
    free(times);
    free(units);
    free(t);
    free(u);
    free(labels);
}
#else
typedef int shd_made_is_empty; /* ISO C wants a declaration */
#endif
