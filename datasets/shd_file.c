/* SHD and SSC recordings: HDF5 reads them in a child process (see shd_file.h, shd_hdf5.h). */
#include "datasets/shd_file.h"
#include "support/file.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef SPIKEBENCH_HDF5
#include "datasets/shd_hdf5.h"
#include "support/child.h"
#include <hdf5.h>

/* Of computing for one answer; of address space beyond what the program has; and of waiting for an answer:
 * disks and other processes take time, too. */
enum { CHILD_SECONDS = 10, CHILD_GIGABYTES = 2, CHILD_WAIT_SECONDS = 120 };
static const uint64_t most_bytes = (uint64_t)1 << 36;

struct shd_file {
    char *path;
    struct child child;
    struct time_type time_type;
    size_t n;
    int *labels; /* [n] */
    double *times;
    long long *units;
    uint32_t *channels; /* these three: of the last recording read, with room for capacity */
    size_t capacity;
};

/* What the child answers: an error, or that n things follow. */
struct answer {
    struct error error;
    struct time_type time_type;
    size_t n;
};

/* What the child is given. */
struct request {
    const char *path;
    int n_classes;
};

const char *shd_library(void)
{
    static const char before[] = "HDF5 library version: ";
    return &H5_VERS_INFO[sizeof before - 1];
}

/* The child: the file's labels, then each recording that is asked for by its number. */
static void serve(void *context, int socket)
{
    const struct request *r = context;
    struct answer a = {.n = 0};
    struct shd_hdf5 *f = NULL;
    size_t i = 0;
    child_may_take(CHILD_SECONDS);
    if (shd_hdf5_open(&f, r->path, r->n_classes, &a.error) == ST_OK) {
        a.n = shd_hdf5_samples(f);
        a.time_type = shd_hdf5_time_type(f);
    }
    bool good =
        child_send(socket, &a, sizeof a) && f && child_send(socket, shd_hdf5_labels(f), a.n * sizeof(int));
    while (good && child_receive(socket, &i, sizeof i)) {
        struct shd_recording one = {.n = 0};
        a = (struct answer){.n = 0};
        child_may_take(CHILD_SECONDS);
        (void)shd_hdf5_read(f, i, &one, &a.error);
        a.n = one.n;
        good = child_send(socket, &a, sizeof a) && child_send(socket, one.times, one.n * sizeof *one.times) &&
               child_send(socket, one.units, one.n * sizeof *one.units);
    }
}

/* The child is gone: ST_DATA with what it was doing. */
static status child_lost(struct shd_file *f, const char *doing, struct error *e)
{
    char how[120];
    child_end(&f->child, how, sizeof how);
    return FAIL(e, ST_DATA, "%s: the HDF5 library %s while it read %s: the file is damaged", f->path, how,
                doing);
}

/* The child's next answer, of at most `most` things. Its own errors are handed on. */
static status receive(struct shd_file *f, const char *doing, size_t most, struct answer *a, struct error *e)
{
    if (f->child.pid < 0) return FAIL(e, ST_DATA, "%s: is a damaged HDF5 file", f->path);
    if (!child_answer(&f->child, a, sizeof *a)) return child_lost(f, doing, e);
    a->error.text[sizeof a->error.text - 1] = '\0';
    if (a->error.code != ST_OK) return FAIL(e, a->error.code, "%s", a->error.text);
    return a->n <= most ? ST_OK : FAIL(e, ST_DATA, "%s: %s: %zu are too many", f->path, doing, a->n);
}

void shd_close(struct shd_file *f)
{
    if (!f) return;
    child_end(&f->child, NULL, 0);
    free(f->path);
    free(f->labels);
    free(f->times);
    free(f->units);
    free(f->channels);
    free(f);
}

static status start(struct shd_file *f, int n_classes, struct error *e)
{
    struct answer a;
    struct request r = {f->path, n_classes};
    const struct child_limits limits = {(size_t)CHILD_GIGABYTES << 30, CHILD_WAIT_SECONDS, false};
    TRY(child_start(&f->child, serve, &r, limits, e));
    TRY(receive(f, "its labels", SHD_MOST_SAMPLES, &a, e));
    f->labels = calloc(a.n + 1, sizeof *f->labels);
    if (!f->labels) return FAIL(e, ST_MEMORY, "%s: no memory for %zu labels", f->path, a.n);
    f->n = a.n;
    f->time_type = a.time_type;
    return child_answer(&f->child, f->labels, a.n * sizeof *f->labels) ? ST_OK
                                                                       : child_lost(f, "its labels", e);
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
    f->child = (struct child){.pid = -1, .socket = -1};
    const status st = start(f, n_classes, e);
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

struct time_type shd_time_type(const struct shd_file *f)
{
    return f->time_type;
}

/* Room for n events. */
static status reserve(struct shd_file *f, size_t n, struct error *e)
{
    if (n < f->capacity) return ST_OK;
    f->capacity = 0;
    free(f->times);
    free(f->units);
    free(f->channels);
    f->times = malloc((n + 1) * sizeof *f->times);
    f->units = malloc((n + 1) * sizeof *f->units);
    f->channels = malloc((n + 1) * sizeof *f->channels);
    if (!f->times || !f->units || !f->channels)
        return FAIL(e, ST_MEMORY, "%s: no memory for %zu events", f->path, n);
    f->capacity = n + 1;
    return ST_OK;
}

/* Asks the child for recording i: *n events in f->times and f->units. */
static status fetch(struct shd_file *f, size_t i, size_t *n, struct error *e)
{
    char doing[60];
    struct answer a;
    (void)snprintf(doing, sizeof doing, "recording %zu", i);
    if (f->child.pid > 0) (void)child_send(f->child.socket, &i, sizeof i); /* its end is seen by receive */
    TRY(receive(f, doing, SHD_MOST_EVENTS, &a, e));
    TRY(reserve(f, a.n, e));
    *n = a.n;
    if (!child_answer(&f->child, f->times, a.n * sizeof *f->times) ||
        !child_answer(&f->child, f->units, a.n * sizeof *f->units))
        return child_lost(f, doing, e);
    return ST_OK;
}

status shd_read(struct shd_file *f, size_t i, enum bad_policy policy, struct shd_events *out, struct usage *u,
                struct error *e)
{
    size_t n = 0, kept = 0;
    TRY(fetch(f, i, &n, e));
    double *times = f->times;
    const long long *units = f->units;
    for (size_t k = 0; k < n; k++) {
        bool there = units[k] >= 0 && units[k] < SHD_UNITS;
        if (!isfinite(times[k]) || times[k] < 0)
            return FAIL(e, ST_DATA, "%s: recording %zu, event %zu: time %g s", f->path, i, k, times[k]);
        if (!there && policy == BAD_ERROR)
            return FAIL(e, ST_DATA, "%s: recording %zu, event %zu: unit %lld is not one of 0 to %d", f->path,
                        i, k, units[k], SHD_UNITS - 1);
        if (!there) continue;
        f->channels[kept] = (uint32_t)units[k];
        times[kept++] = times[k];
    }
    u->events += n;
    u->off_sensor += n - kept;
    *out = (struct shd_events){kept, times, f->channels};
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

struct time_type shd_time_type(const struct shd_file *f)
{
    (void)f;
    return time_double;
}

status shd_read(struct shd_file *f, size_t i, enum bad_policy policy, struct shd_events *out, struct usage *u,
                struct error *e)
{
    (void)f, (void)i, (void)policy, (void)out, (void)u;
    return FAIL(e, ST_NO_DATA, "built without HDF5");
}
#endif
