/* See event_write.h. */
#include "datasets/event_write.h"
#include "support/paths.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4200 };

static status write_recording(void *context, enum split split, size_t index, int label,
                              struct event_list *events, struct error *e)
{
    struct event_writer *w = context;
    char path[PATH_SIZE], number[24];
    size_t side = split == SPLIT_TEST;
    (void)index;
    (void)snprintf(number, sizeof number, "%d", label);
    int n = snprintf(path, sizeof path, "%s/%s/%s", w->folder, side ? "Test" : "Train",
                     w->classes ? w->classes[label] : number);
    if (n < 0 || (size_t)n >= sizeof path - 40) return FAIL(e, ST_USAGE, "--out: the name is too long");
    TRY(path_make(path, e));
    snprintf(path + n, sizeof path - (size_t)n, "/%05zu.%s", ++w->number[side], w->format->name);
    TRY(w->format->write(events, path, e));
    w->done++;
    if (w->wrote) w->wrote(w->context, w->done, w->all, path);
    return ST_OK;
}

/* Refuses a folder that holds anything. */
static status check_empty(const char *folder, struct error *e)
{
    DIR *d = opendir(folder);
    if (!d) return errno == ENOENT ? ST_OK : FAIL(e, ST_IO, "%s: %s", folder, strerror(errno));
    bool empty = true;
    for (struct dirent *entry; empty && (entry = readdir(d)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(d);
    return empty ? ST_OK
                 : FAIL(e, ST_USAGE,
                        "%s: the folder is not empty; if an interrupted 'dataset write' left it, remove "
                        "%s/Train and %s/Test",
                        folder, folder, folder);
}

/* The names of the classes, which those of folders must be: not hidden, and not in one another. */
static status read_classes(struct event_writer *w, const struct dataset_source *source, const void *options,
                           struct mem *m, struct error *e)
{
    size_t n = 0;
    w->classes = NULL;
    if (source->classes) TRY(source->classes(options, m, &w->classes, &n, e));
    for (size_t k = 0; k < n; k++)
        if (w->classes[k][0] == '.' || strchr(w->classes[k], '/'))
            return FAIL(e, ST_CONFIG, "class '%.100s' cannot be the name of a folder", w->classes[k]);
    return ST_OK;
}

static status write_all(struct event_writer *w, const char *train, const struct dataset_source *source,
                        const void *options, uint64_t seed, struct error *e)
{
    struct dataset_info info = {0};
    TRY(path_make(train, e));
    TRY(source->probe(options, &info, e));
    const unsigned most = w->format->sensor_most;
    if (info.width > most || info.height > most)
        return FAIL(e, ST_CONFIG, "a sensor of %zu x %zu pixels: the format has room for %u x %u", info.width,
                    info.height, most, most);
    w->all = info.n[SPLIT_TRAIN] + info.n[SPLIT_VALIDATION] + info.n[SPLIT_TEST];
    struct mem m = {0};
    status st = read_classes(w, source, options, &m, e);
    if (st == ST_OK) st = source->recordings(options, seed, write_recording, w, e);
    mem_free(&m);
    w->classes = NULL;
    return st;
}

status event_write(struct event_writer *w, const struct dataset_source *source, const void *options,
                   uint64_t seed, struct error *e)
{
    char train[PATH_SIZE];
    int n = snprintf(train, sizeof train, "%s/Train", w->folder);
    TRY(check_empty(w->folder, e));
    if (n < 0 || (size_t)n >= sizeof train) return FAIL(e, ST_USAGE, "--out: the name is too long");
    const bool was_there = access(w->folder, F_OK) == 0;
    status st = write_all(w, train, source, options, seed, e);
    if (w->done == 0) {
        (void)rmdir(train);
        if (!was_there) (void)rmdir(w->folder);
    }
    return st;
}
