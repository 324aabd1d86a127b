/* See extension.h. */
#include "runs/extension.h"
#include "datasets/tasks.h"
#include "runs/session.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double MEBIBYTE = 1048576;

/* FOLDER/.work/<id>.end in `path`; its bytes, negative where there is none. */
static double state_file(const char *folder, const char *id, char path[RUN_FILE])
{
    struct stat file;
    (void)snprintf(path, RUN_FILE, "%s/.work/%s.end", folder, id);
    return stat(path, &file) == 0 ? (double)file.st_size : -1;
}

static bool is_finished(const struct results_file *f, const char *id)
{
    for (size_t i = 0; i < f->n_runs + f->n_others; i++)
        if (strcmp(results_text(f, i, "run_id"), id) == 0)
            return strcmp(results_text(f, i, "status"), "ok") == 0;
    return false;
}

/* Takes the run with `length` iterations, if it is finished and better than the one found so far. */
static void consider(const struct results_file *f, const struct run *run, long length, struct extension *x)
{
    char path[RUN_FILE];
    struct run shorter = *run;
    shorter.stop.max_iter = length;
    run_identify(&shorter, run->data_sha256);
    const bool state = state_file(f->folder, shorter.id, path) >= 0;
    if (state < x->has_state || (state == x->has_state && length < x->max_iter)) return;
    if (!is_finished(f, shorter.id)) return;
    *x = (struct extension){.max_iter = length, .has_state = state};
    memcpy(x->id, shorter.id, sizeof x->id);
}

void extension_find(const struct results_file *f, const struct run *run, struct extension *x)
{
    enum { LENGTHS_MAX = 64 };
    long lengths[LENGTHS_MAX]; /* that were considered */
    size_t n = 0;
    *x = (struct extension){.max_iter = 0};
    if (tasks_of(run->dataset_options) > 1) return;
    for (size_t i = 0; i < f->n_runs + f->n_others && n < LENGTHS_MAX; i++) {
        size_t k = 0;
        if (strcmp(results_text(f, i, "status"), "ok") != 0) continue;
        const long length = strtol(results_text(f, i, "stop.max_iter"), NULL, 10);
        while (k < n && lengths[k] != length) k++;
        if (k < n || length <= 0 || length >= run->stop.max_iter) continue;
        lengths[n++] = length;
        consider(f, run, length, x);
    }
}

static status count(struct states *s, struct error *e)
{
    char path[RUN_FILE];
    (void)snprintf(path, sizeof path, "%s/.work", s->folder);
    return find_bytes(path, ".end", &s->bytes, e);
}

status states_begin(struct states *s, const char *folder, size_t mebibytes, struct error *e)
{
    *s = (struct states){.folder = folder, .most = (double)mebibytes * MEBIBYTE};
    return mebibytes > 0 ? count(s, e) : ST_OK;
}

status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e)
{
    char own[RUN_FILE], before[RUN_FILE];
    if (s->most <= 0 || tasks_of(run->dataset_options) > 1) return ST_OK;
    const double size = fmax(0, state_file(s->folder, run->id, own));
    s->bytes += size;
    if (s->bytes > s->most) TRY(count(s, e)); /* it may have taken the place of an older one */
    if (s->bytes > s->most && shorter[0]) {
        s->bytes -= fmax(0, state_file(s->folder, shorter, before));
        (void)remove(before);
    }
    if (s->bytes > s->most) {
        s->bytes -= size;
        (void)remove(own);
    }
    s->dropped += state_file(s->folder, run->id, own) <= 0;
    return ST_OK;
}

void states_tell(const struct states *s, FILE *out)
{
    if (s->dropped == 0) return;
    (void)fprintf(out,
                  "the state at the end of %zu run%s is not kept: with a larger stop.max_iter %s (--states "
                  "%.0f: MiB in all)\n",
                  s->dropped, s->dropped == 1 ? "" : "s",
                  s->dropped == 1 ? "it begins anew" : "they begin anew", s->most / MEBIBYTE);
}
