/* See shd_hdf5.h. */
#include "datasets/shd_hdf5.h"
#ifdef SPIKEBENCH_HDF5
#include "support/file_kind.h"
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { MOST_RANK = 8 };

/* One of the two arrays of arrays. */
struct ragged {
    hid_t dataset, type, space; /* type: as it is read into memory */
    hvl_t held;                 /* the last recording read */
    int axis;                   /* the one along which the recordings are; others have length 1 */
};

struct shd_hdf5 {
    char *path;
    hid_t file, one; /* one: the memory space of a single element */
    struct ragged times, units;
    struct time_type time_type;
    size_t n;
    int *labels;
};

static void release(const struct shd_hdf5 *f, struct ragged *r)
{
    if (r->held.p) (void)H5Dvlen_reclaim(r->type, f->one, H5P_DEFAULT, &r->held);
    r->held = (hvl_t){0};
}

/* Length of a dataset along its one axis; r, which gets the axis, may be NULL. */
static status length_of(const struct shd_hdf5 *f, const char *name, hid_t space, size_t *n, struct ragged *r,
                        struct error *e)
{
    hsize_t length[MOST_RANK] = {0};
    int rank = H5Sget_simple_extent_ndims(space), axis = 0, long_ones = 0;
    if (rank < 1 || rank > MOST_RANK || H5Sget_simple_extent_dims(space, length, NULL) != rank)
        return FAIL(e, ST_DATA, "%s: dataset %s is not one-dimensional", f->path, name);
    for (int k = 0; k < rank; k++)
        if (length[k] != 1) {
            axis = k;
            long_ones++;
        }
    if (long_ones > 1)
        return FAIL(e, ST_DATA, "%s: dataset %s is not one-dimensional: %d axes are longer than 1", f->path,
                    name, long_ones);
    if (length[axis] > SHD_MOST_SAMPLES)
        return FAIL(e, ST_DATA, "%s: dataset %s has %llu elements; at most %d are read", f->path, name,
                    (unsigned long long)length[axis], SHD_MOST_SAMPLES);
    *n = (size_t)length[axis];
    if (r) r->axis = axis;
    return ST_OK;
}

static status open_dataset(const struct shd_hdf5 *f, const char *name, hid_t *dataset, struct error *e)
{
    *dataset = H5Dopen2(f->file, name, H5P_DEFAULT);
    return *dataset >= 0 ? ST_OK : FAIL(e, ST_DATA, "%s: there is no dataset %s", f->path, name);
}

static void read_time_type(struct shd_hdf5 *f, hid_t type)
{
    size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
    f->time_type = time_double;
    if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) < 0 ||
        mantissa_bits >= (size_t)time_double.mantissa)
        return;
    f->time_type.mantissa = (int)mantissa_bits;
    f->time_type.finest = 1 - (int)H5Tget_ebias(type) - (int)mantissa_bits;
}

/* Opens a dataset of variable-length arrays of numbers of class `wanted`, read as `native`. */
static status open_ragged(struct shd_hdf5 *f, const char *name, H5T_class_t wanted, hid_t native,
                          struct ragged *r, size_t *n, struct error *e)
{
    TRY(open_dataset(f, name, &r->dataset, e));
    hid_t type = H5Dget_type(r->dataset);
    H5T_class_t found = H5T_NO_CLASS;
    if (type >= 0 && H5Tget_class(type) == H5T_VLEN) {
        hid_t base = H5Tget_super(type);
        found = base >= 0 ? H5Tget_class(base) : H5T_NO_CLASS;
        if (found == H5T_FLOAT) read_time_type(f, base);
        if (base >= 0) (void)H5Tclose(base);
    }
    if (type >= 0) (void)H5Tclose(type);
    if (found != wanted)
        return FAIL(e, ST_DATA, "%s: dataset %s does not hold variable-length arrays of %s", f->path, name,
                    wanted == H5T_FLOAT ? "floating-point numbers" : "integers");
    r->type = H5Tvlen_create(native);
    r->space = H5Dget_space(r->dataset);
    if (r->type < 0 || r->space < 0) return FAIL(e, ST_MEMORY, "%s: no memory for HDF5", f->path);
    return length_of(f, name, r->space, n, r, e);
}

/* The labels as the file has them: a number that int cannot hold is none of the classes. */
static status read_numbers(struct shd_hdf5 *f, hid_t dataset, int n_classes, size_t n, struct error *e)
{
    status st = ST_OK;
    long long *wide = calloc(n + 1, sizeof *wide);
    f->labels = calloc(n + 1, sizeof *f->labels);
    if (!wide || !f->labels)
        st = FAIL(e, ST_MEMORY, "%s: no memory for %zu labels", f->path, n);
    else if (H5Dread(dataset, H5T_NATIVE_LLONG, H5S_ALL, H5S_ALL, H5P_DEFAULT, wide) < 0)
        st = FAIL(e, ST_DATA, "%s: dataset /labels cannot be read", f->path);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        if (wide[i] < 0 || wide[i] >= n_classes)
            st = FAIL(e, ST_DATA, "%s: dataset /labels: label %lld of recording %zu is not one of 0 to %d",
                      f->path, wide[i], i, n_classes - 1);
        f->labels[i] = (int)wide[i];
    }
    free(wide);
    return st;
}

static status read_labels(struct shd_hdf5 *f, hid_t dataset, int n_classes, struct error *e)
{
    size_t n = 0;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    bool integers = type >= 0 && H5Tget_class(type) == H5T_INTEGER;
    status st = integers ? length_of(f, "/labels", space, &n, NULL, e)
                         : FAIL(e, ST_DATA, "%s: dataset /labels does not hold integers", f->path);
    if (st == ST_OK && n != f->n)
        st = FAIL(e, ST_DATA, "%s: %zu labels for %zu recordings", f->path, n, f->n);
    if (st == ST_OK) st = read_numbers(f, dataset, n_classes, n, e);
    if (type >= 0) (void)H5Tclose(type);
    if (space >= 0) (void)H5Sclose(space);
    return st;
}

/* Keeps the text of the innermost of HDF5's errors. */
static herr_t innermost(unsigned n, const H5E_error2_t *error, void *text)
{
    if (n == 0) (void)snprintf(text, 200, "%s", error->desc ? error->desc : "");
    return 0;
}

/* Why a file of which HDF5 opens nothing cannot be opened. */
static status not_opened(const char *path, struct error *e)
{
    char text[200] = "no reason";
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, text);
    int d = open(path, O_RDONLY);
    if (d < 0) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    bool locked = flock(d, LOCK_SH | LOCK_NB) != 0;
    bool held = locked && errno == EWOULDBLOCK;
    const char *reason = strerror(errno);
    (void)close(d);
    if (held)
        return FAIL(e, ST_IO,
                    "%s: a program that writes it holds its lock: wait for it, or set "
                    "HDF5_USE_FILE_LOCKING=FALSE to read what is there",
                    path);
    if (locked)
        return FAIL(e, ST_IO, "%s: its file system cannot lock it (%s): set HDF5_USE_FILE_LOCKING=FALSE",
                    path, reason);
    return FAIL(e, ST_DATA, "%s: is a damaged HDF5 file, or one that is being written; HDF5 says: %s", path,
                text);
}

/* Opens the file; what it is where it is no HDF5 file. */
static status open_file(struct shd_hdf5 *f, struct error *e)
{
    int d = open(f->path, O_RDONLY); /* the system's reason, which HDF5 does not tell */
    if (d < 0) return FAIL(e, ST_IO, "%s: %s", f->path, strerror(errno));
    (void)close(d);
    f->file = H5Fopen(f->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (f->file >= 0) return ST_OK;
    const char *kind = file_kind_of(f->path);
    const char *hdf5 = file_kind((const unsigned char *)"\x89HDF\r\n\x1a\n", 8);
    if (kind && strcmp(kind, hdf5) == 0) return not_opened(f->path, e);
    return FAIL(e, ST_DATA, "%s: is no HDF5 file%s%s", f->path, kind ? " but " : "", kind ? kind : "");
}

static status open_all(struct shd_hdf5 *f, int n_classes, struct error *e)
{
    size_t n = 0;
    hid_t labels = -1;
    const hsize_t single = 1;
    TRY(open_file(f, e));
    f->one = H5Screate_simple(1, &single, NULL);
    if (f->one < 0) return FAIL(e, ST_MEMORY, "%s: no memory for HDF5", f->path);
    TRY(open_ragged(f, "/spikes/times", H5T_FLOAT, H5T_NATIVE_DOUBLE, &f->times, &f->n, e));
    TRY(open_ragged(f, "/spikes/units", H5T_INTEGER, H5T_NATIVE_LLONG, &f->units, &n, e));
    if (n != f->n)
        return FAIL(e, ST_DATA, "%s: dataset /spikes/units has %zu recordings, /spikes/times %zu", f->path, n,
                    f->n);
    if (n == 0) return FAIL(e, ST_DATA, "%s: holds no recording", f->path);
    TRY(open_dataset(f, "/labels", &labels, e));
    status st = read_labels(f, labels, n_classes, e);
    (void)H5Dclose(labels);
    return st;
}

status shd_hdf5_open(struct shd_hdf5 **out, const char *path, int n_classes, struct error *e)
{
    *out = NULL;
    struct shd_hdf5 *f = calloc(1, sizeof *f);
    if (!f || !(f->path = strdup(path))) {
        free(f);
        return FAIL(e, ST_MEMORY, "%s: no memory", path);
    }
    f->file = f->one = -1;
    f->times.dataset = f->times.type = f->times.space = -1;
    f->units = f->times;
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* what is wrong is said by us */
    TRY(open_all(f, n_classes, e));
    *out = f;
    return ST_OK;
}

size_t shd_hdf5_samples(const struct shd_hdf5 *f)
{
    return f->n;
}

const int *shd_hdf5_labels(const struct shd_hdf5 *f)
{
    return f->labels;
}

struct time_type shd_hdf5_time_type(const struct shd_hdf5 *f)
{
    return f->time_type;
}

static status read_one(struct shd_hdf5 *f, const char *name, struct ragged *r, size_t i, struct error *e)
{
    hsize_t start[MOST_RANK] = {0}, count[MOST_RANK];
    for (int k = 0; k < MOST_RANK; k++) count[k] = 1;
    start[r->axis] = i;
    release(f, r);
    if (H5Sselect_hyperslab(r->space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dread(r->dataset, r->type, f->one, r->space, H5P_DEFAULT, &r->held) < 0)
        return FAIL(e, ST_DATA, "%s: recording %zu of %s cannot be read", f->path, i, name);
    return ST_OK;
}

status shd_hdf5_read(struct shd_hdf5 *f, size_t i, struct shd_recording *r, struct error *e)
{
    TRY(read_one(f, "/spikes/times", &f->times, i, e));
    TRY(read_one(f, "/spikes/units", &f->units, i, e));
    const size_t n = f->times.held.len;
    if (n != f->units.held.len)
        return FAIL(e, ST_DATA, "%s: recording %zu has %zu times and %zu units", f->path, i, n,
                    f->units.held.len);
    if (n > SHD_MOST_EVENTS)
        return FAIL(e, ST_DATA, "%s: recording %zu has %zu events; at most %d are read", f->path, i, n,
                    SHD_MOST_EVENTS);
    *r = (struct shd_recording){n, f->times.held.p, f->units.held.p};
    return ST_OK;
}
#else
/* Built without HDF5: shd_open says so. */
extern int shd_hdf5_is_missing;
#endif
