/* See extension.h. */
#include "runs/extension.h"
#include "datasets/tasks.h"
#include "runs/session.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTHS_MAX = 64 };

/* The different stop.max_iter below `most` of finished rows, at most LENGTHS_MAX of them; returns how many.
 */
static size_t finished_lengths(const struct results_file *f, long most, long *lengths)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_runs + f->n_others && n < LENGTHS_MAX; i++) {
        size_t k = 0;
        if (strcmp(results_text(f, i, "status"), "ok") != 0) continue;
        const long length = strtol(results_text(f, i, "stop.max_iter"), NULL, 10);
        while (k < n && lengths[k] != length) k++;
        if (k == n && length > 0 && length < most) lengths[n++] = length;
    }
    return n;
}

static bool is_finished(const struct results_file *f, const char *id)
{
    for (size_t i = 0; i < f->n_runs + f->n_others; i++)
        if (strcmp(results_text(f, i, "run_id"), id) == 0)
            return strcmp(results_text(f, i, "status"), "ok") == 0;
    return false;
}

void extension_find(const struct results_file *f, const struct run *run, struct extension *x)
{
    long lengths[LENGTHS_MAX];
    char path[RUN_FILE];
    *x = (struct extension){.max_iter = 0};
    if (tasks_of(run->dataset_options) > 1) return;
    const size_t n = finished_lengths(f, run->stop.max_iter, lengths);
    for (size_t k = 0; k < n; k++) {
        struct run shorter = *run;
        shorter.stop.max_iter = lengths[k];
        run_identify(&shorter, run->data_sha256);
        run_file(path, f->folder, ".work", &shorter, ".end");
        const bool state = access(path, F_OK) == 0;
        if (!is_finished(f, shorter.id)) continue;
        if (state < x->has_state || (state == x->has_state && lengths[k] < x->max_iter)) continue;
        memcpy(x->id, shorter.id, sizeof x->id);
        x->max_iter = lengths[k];
        x->has_state = state;
    }
}
