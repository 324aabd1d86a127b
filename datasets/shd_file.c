/* SHD and SSC recordings through HDF5 (see shd_file.h). */
#include "datasets/shd_file.h"
#include "support/file.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef SPIKEBENCH_HDF5
#include <hdf5.h>

enum { MOST_SAMPLES = 1000000 };
static const uint64_t most_bytes = (uint64_t)1 << 36;

/* One of the two arrays of arrays. */
struct ragged {
    hid_t dataset, type, space; /* type: as it is read into memory */
    hvl_t held;                 /* the last recording read */
};

struct shd_file {
    char *path;
    hid_t file, one; /* one: the memory space of a single element */
    struct ragged times, units;
    size_t n;
    int *labels;
};

const char *shd_library(void)
{
    static const char before[] = "HDF5 library version: ";
    return &H5_VERS_INFO[sizeof before - 1];
}

static void release(const struct shd_file *f, struct ragged *r)
{
    if (r->held.p) (void)H5Dvlen_reclaim(r->type, f->one, H5P_DEFAULT, &r->held);
    r->held = (hvl_t){0};
}

static void close_ragged(struct ragged *r)
{
    if (r->dataset >= 0) (void)H5Dclose(r->dataset);
    if (r->type >= 0) (void)H5Tclose(r->type);
    if (r->space >= 0) (void)H5Sclose(r->space);
}

void shd_close(struct shd_file *f)
{
    if (!f) return;
    release(f, &f->times);
    release(f, &f->units);
    close_ragged(&f->times);
    close_ragged(&f->units);
    if (f->one >= 0) (void)H5Sclose(f->one);
    if (f->file >= 0) (void)H5Fclose(f->file);
    free(f->path);
    free(f->labels);
    free(f);
}

/* Length of a one-dimensional dataset. */
static status length_of(const struct shd_file *f, const char *name, hid_t space, size_t *n, struct error *e)
{
    hsize_t length = 0;
    if (H5Sget_simple_extent_ndims(space) != 1 || H5Sget_simple_extent_dims(space, &length, NULL) != 1)
        return FAIL(e, ST_DATA, "%s: dataset %s is not one-dimensional", f->path, name);
    if (length > MOST_SAMPLES)
        return FAIL(e, ST_DATA, "%s: dataset %s has %llu elements; at most %d are read", f->path, name,
                    (unsigned long long)length, MOST_SAMPLES);
    *n = (size_t)length;
    return ST_OK;
}

static status open_dataset(const struct shd_file *f, const char *name, hid_t *dataset, struct error *e)
{
    *dataset = H5Dopen2(f->file, name, H5P_DEFAULT);
    return *dataset >= 0 ? ST_OK : FAIL(e, ST_DATA, "%s: there is no dataset %s", f->path, name);
}

/* Opens a dataset of variable-length arrays of numbers of class `wanted`, read as `native`. */
static status open_ragged(const struct shd_file *f, const char *name, H5T_class_t wanted, hid_t native,
                          struct ragged *r, size_t *n, struct error *e)
{
    TRY(open_dataset(f, name, &r->dataset, e));
    hid_t type = H5Dget_type(r->dataset);
    H5T_class_t found = H5T_NO_CLASS;
    if (type >= 0 && H5Tget_class(type) == H5T_VLEN) {
        hid_t base = H5Tget_super(type);
        found = base >= 0 ? H5Tget_class(base) : H5T_NO_CLASS;
        if (base >= 0) (void)H5Tclose(base);
    }
    if (type >= 0) (void)H5Tclose(type);
    if (found != wanted)
        return FAIL(e, ST_DATA, "%s: dataset %s does not hold variable-length arrays of %s", f->path, name,
                    wanted == H5T_FLOAT ? "floating-point numbers" : "integers");
    r->type = H5Tvlen_create(native);
    r->space = H5Dget_space(r->dataset);
    if (r->type < 0 || r->space < 0) return FAIL(e, ST_MEMORY, "%s: no memory for HDF5", f->path);
    return length_of(f, name, r->space, n, e);
}

static status read_labels(struct shd_file *f, hid_t dataset, int n_classes, struct error *e)
{
    size_t n = 0;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    bool integers = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
    status st = integers ? length_of(f, "/labels", space, &n, e)
                         : FAIL(e, ST_DATA, "%s: dataset /labels does not hold integers", f->path);
    if (st == ST_OK && n != f->n)
        st = FAIL(e, ST_DATA, "%s: %zu labels for %zu recordings", f->path, n, f->n);
    if (st == ST_OK && !(f->labels = calloc(n + 1, sizeof *f->labels)))
        st = FAIL(e, ST_MEMORY, "%s: no memory for %zu labels", f->path, n);
    if (st == ST_OK && H5Dread(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, f->labels) < 0)
        st = FAIL(e, ST_DATA, "%s: dataset /labels cannot be read", f->path);
    for (size_t i = 0; st == ST_OK && i < n; i++)
        if (f->labels[i] < 0 || f->labels[i] >= n_classes)
            st = FAIL(e, ST_DATA, "%s: dataset /labels: label %d of recording %zu is not one of 0 to %d",
                      f->path, f->labels[i], i, n_classes - 1);
    if (type >= 0) (void)H5Tclose(type);
    if (space >= 0) (void)H5Sclose(space);
    return st;
}

static status open_all(struct shd_file *f, int n_classes, struct error *e)
{
    size_t n = 0;
    hid_t labels = -1;
    const hsize_t single = 1;
    f->file = H5Fopen(f->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (f->file < 0) return FAIL(e, ST_DATA, "%s: is no HDF5 file, or a damaged one", f->path);
    f->one = H5Screate_simple(1, &single, NULL);
    if (f->one < 0) return FAIL(e, ST_MEMORY, "%s: no memory for HDF5", f->path);
    TRY(open_ragged(f, "/spikes/times", H5T_FLOAT, H5T_NATIVE_DOUBLE, &f->times, &f->n, e));
    TRY(open_ragged(f, "/spikes/units", H5T_INTEGER, H5T_NATIVE_UINT32, &f->units, &n, e));
    if (n != f->n)
        return FAIL(e, ST_DATA, "%s: dataset /spikes/units has %zu recordings, /spikes/times %zu", f->path, n,
                    f->n);
    if (n == 0) return FAIL(e, ST_DATA, "%s: holds no recording", f->path);
    TRY(open_dataset(f, "/labels", &labels, e));
    status st = read_labels(f, labels, n_classes, e);
    (void)H5Dclose(labels);
    return st;
}

status shd_open(struct shd_file **out, const char *path, int n_classes, struct error *e)
{
    *out = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return FAIL(e, ST_NO_DATA, "%s: %s", path, strerror(errno));
    TRY(file_check(path, most_bytes, NULL, e));
    struct shd_file *f = calloc(1, sizeof *f);
    if (!f || !(f->path = strdup(path))) {
        free(f);
        return FAIL(e, ST_MEMORY, "%s: no memory", path);
    }
    f->file = f->one = -1;
    f->times.dataset = f->times.type = f->times.space = -1;
    f->units = f->times;
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* what is wrong is said by us */
    status st = open_all(f, n_classes, e);
    if (st == ST_OK)
        *out = f;
    else
        shd_close(f);
    return st;
}

size_t shd_samples(const struct shd_file *f)
{
    return f->n;
}

const int *shd_labels(const struct shd_file *f)
{
    return f->labels;
}

static status read_one(struct shd_file *f, const char *name, struct ragged *r, size_t i, struct error *e)
{
    const hsize_t start = i, count = 1;
    release(f, r);
    if (H5Sselect_hyperslab(r->space, H5S_SELECT_SET, &start, NULL, &count, NULL) < 0 ||
        H5Dread(r->dataset, r->type, f->one, r->space, H5P_DEFAULT, &r->held) < 0)
        return FAIL(e, ST_DATA, "%s: recording %zu of %s cannot be read", f->path, i, name);
    return ST_OK;
}

status shd_read(struct shd_file *f, size_t i, struct shd_events *out, struct error *e)
{
    TRY(read_one(f, "/spikes/times", &f->times, i, e));
    TRY(read_one(f, "/spikes/units", &f->units, i, e));
    if (f->times.held.len != f->units.held.len)
        return FAIL(e, ST_DATA, "%s: recording %zu has %zu times and %zu units", f->path, i,
                    f->times.held.len, f->units.held.len);
    *out = (struct shd_events){f->times.held.len, f->times.held.p, f->units.held.p};
    for (size_t k = 0; k < out->n; k++) {
        if (!isfinite(out->times[k]) || out->times[k] < 0)
            return FAIL(e, ST_DATA, "%s: recording %zu, event %zu: time %g s", f->path, i, k, out->times[k]);
        if (out->units[k] >= SHD_UNITS)
            return FAIL(e, ST_DATA, "%s: recording %zu, event %zu: unit %u is not one of 0 to %d", f->path, i,
                        k, out->units[k], SHD_UNITS - 1);
    }
    return ST_OK;
}

#else /* built without HDF5 */

const char *shd_library(void)
{
    return NULL;
}

status shd_open(struct shd_file **f, const char *path, int n_classes, struct error *e)
{
    (void)n_classes;
    *f = NULL;
    return FAIL(e, ST_NO_DATA,
                "%s: this program was built without HDF5: install libhdf5-dev and build it again", path);
}

void shd_close(struct shd_file *f)
{
    (void)f;
}

size_t shd_samples(const struct shd_file *f)
{
    (void)f;
    return 0;
}

const int *shd_labels(const struct shd_file *f)
{
    (void)f;
    return NULL;
}

status shd_read(struct shd_file *f, size_t i, struct shd_events *out, struct error *e)
{
    (void)f, (void)i, (void)out;
    return FAIL(e, ST_NO_DATA, "built without HDF5");
}
#endif
