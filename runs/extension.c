/* See extension.h. */
#include "runs/extension.h"
#include "datasets/tasks.h"
#include "runs/session.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double MEBIBYTE = 1048576;

/* FOLDER/.work/<id>.end in `path`; its bytes, negative where there is none. */
static double state_file(const char *folder, const char *id, char path[RUN_FILE])
{
    struct stat file;
    return stat(run_file(path, folder, ".work", id, ".end"), &file) == 0 ? (double)file.st_size : -1;
}

void extension_find(const struct results_file *f, const struct run *run, struct extension *x)
{
    char path[RUN_FILE], seed[24];
    struct run shorter = *run;
    *x = (struct extension){.max_iter = 0};
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    if (tasks_of(run->dataset_options) > 1) return;
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const long length = strtol(results_text(f, i, "stop.max_iter"), NULL, 10);
        if (length <= 0 || length >= run->stop.max_iter || strcmp(results_text(f, i, "status"), "ok") != 0 ||
            strcmp(results_text(f, i, "solver"), run->solver->name) != 0 ||
            strcmp(results_text(f, i, "seed"), seed) != 0)
            continue;
        if (shorter.stop.max_iter != length) {
            shorter.stop.max_iter = length;
            run_identify(&shorter, run->data_sha256);
        }
        if (strcmp(results_text(f, i, "run_id"), shorter.id) != 0) continue;
        const bool state = state_file(f->folder, shorter.id, path) >= 0;
        if (state < x->has_state || (state == x->has_state && length < x->max_iter)) continue;
        *x = (struct extension){.max_iter = length, .has_state = state};
        memcpy(x->id, shorter.id, sizeof x->id);
    }
}

status states_bound(struct states *s, const struct run *run, const char *shorter, struct error *e)
{
    char own[RUN_FILE], before[RUN_FILE], work[RUN_FILE];
    const double most = (double)s->mebibytes * MEBIBYTE;
    double bytes;
    if (s->mebibytes == 0 || tasks_of(run->dataset_options) > 1) return ST_OK;
    const double size = fmax(0, state_file(s->folder, run->id, own));
    TRY(find_bytes(folder_file(work, s->folder, ".work"), ".end", &bytes, e));
    if (bytes > most && shorter[0]) {
        bytes -= fmax(0, state_file(s->folder, shorter, before));
        (void)remove(before);
    }
    if (bytes > most) (void)remove(own);
    s->dropped += size <= 0 || bytes > most;
    return ST_OK;
}

void states_tell(const struct states *s, FILE *out)
{
    if (s->dropped == 0) return;
    (void)fprintf(out,
                  "the state at the end of %zu run%s is not kept: with a larger stop.max_iter %s (--states "
                  "%zu: MiB in all)\n",
                  s->dropped, s->dropped == 1 ? "" : "s",
                  s->dropped == 1 ? "it begins anew" : "they begin anew", s->mebibytes);
}
