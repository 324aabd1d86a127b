/* spikebench dataset write: an event dataset as files in N-MNIST's layout and format. */
#include "commands/commands.h"
#include "commands/dataset_request.h"
#include "datasets/events.h"
#include "support/paths.h"
#include "support/progress.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CLASSES_MOST = 10, SENSOR_MOST = 256 };

struct writing {
    const char *folder;
    size_t done, all, number[2]; /* number: files written on each side */
    struct progress progress;
};

static status write_recording(void *context, enum split split, size_t index, int label,
                              struct event_list *events, struct error *e)
{
    struct writing *w = context;
    char path[4200];
    size_t side = split == SPLIT_TEST;
    (void)index;
    if (label < 0 || label >= CLASSES_MOST)
        return FAIL(e, ST_CONFIG, "label %d: N-MNIST's layout has the folders 0 to %d", label,
                    CLASSES_MOST - 1);
    int n = snprintf(path, sizeof path, "%s/%s/%d", w->folder, side ? "Test" : "Train", label);
    if (n < 0 || (size_t)n >= sizeof path - 40) return FAIL(e, ST_USAGE, "--out: the name is too long");
    TRY(path_make(path, e));
    snprintf(path + n, sizeof path - (size_t)n, "/%05zu.bin", ++w->number[side]);
    TRY(events_write(events, path, e));
    w->done++;
    progress_update(&w->progress, (double)w->done / (double)w->all, w->done, w->all, path);
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

/* Makes FOLDER/Train, or says why nothing can be written there. */
static status make_train(const char *folder, struct error *e)
{
    char path[4200];
    int n = snprintf(path, sizeof path, "%s/Train", folder);
    if (n < 0 || (size_t)n >= sizeof path) return FAIL(e, ST_USAGE, "--out: the name is too long");
    return path_make(path, e);
}

/* Removes the empty folders that a write without files has made. */
static void remove_made(const char *folder, bool was_there)
{
    char path[4200];
    (void)snprintf(path, sizeof path, "%s/Train", folder);
    (void)rmdir(path);
    if (!was_there) (void)rmdir(folder);
}

static status write_into(const struct dataset_request *r, struct writing *w, struct error *e)
{
    struct dataset_info info = {0};
    TRY(make_train(w->folder, e));
    TRY(r->source->probe(r->options, &info, e));
    if (info.width > SENSOR_MOST || info.height > SENSOR_MOST)
        return FAIL(e, ST_CONFIG, "a sensor of %zu x %zu pixels: the format has room for %d x %d", info.width,
                    info.height, SENSOR_MOST, SENSOR_MOST);
    w->all = info.n[SPLIT_TRAIN] + info.n[SPLIT_VALIDATION] + info.n[SPLIT_TEST];
    progress_start(&w->progress, stderr);
    status st = r->source->recordings(r->options, r->seed, write_recording, w, e);
    progress_clear(&w->progress);
    return st;
}

/* A folder that cannot be written in is found before anything is computed. */
status command_dataset_write(struct call *call, struct error *e)
{
    struct dataset_request r;
    struct writing w = {.folder = call_text(call, "out")};
    TRY(dataset_request_read(&r, call, e));
    if (!r.source->recordings)
        return FAIL(e, ST_USAGE, "dataset '%s' has no event recordings", r.source->name);
    TRY(check_empty(w.folder, e));
    bool was_there = access(w.folder, F_OK) == 0;
    status st = write_into(&r, &w, e);
    if (w.done == 0) remove_made(w.folder, was_there);
    TRY(st);
    (void)printf("%zu training and %zu test recordings in %s\n", w.number[0], w.number[1], w.folder);
    return ST_OK;
}
