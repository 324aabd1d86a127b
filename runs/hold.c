/* See hold.h. */
#include "runs/hold.h"
#include "records/record.h"
#include "support/file.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

status hold_take(struct hold *h, const char *folder, struct shard shard, struct error *e)
{
    char path[RUN_FILE], word[64];
    bool taken = false;
    *h = (struct hold){-1, -1};
    (void)folder_file(path, folder, ".work/lock");
    if (shard.count == 0) {
        TRY(file_lock(path, &h->lock, &taken, e));
        if (taken) return ST_OK;
        return FAIL(e, ST_IO, "%s: another 'spikebench run', or a worker of one, uses this folder", folder);
    }
    (void)snprintf(word, sizeof word, "one of %zu shards", shard.count);
    TRY(file_lock_among(path, word, &h->lock, &taken, e));
    if (!taken)
        return FAIL(e, ST_IO, "%s: another 'spikebench run', which is not %s, uses this folder", folder,
                    word);
    (void)snprintf(path, sizeof path, "%s/.work/shard-%zu.lock", folder, shard.index);
    TRY(file_lock(path, &h->own_lock, &taken, e));
    if (taken) return ST_OK;
    return FAIL(e, ST_IO, "%s: another 'spikebench run', or a worker of one, is shard %zu of %zu", folder,
                shard.index, shard.count);
}

void hold_release(struct hold *h)
{
    if (h->own_lock >= 0) (void)close(h->own_lock);
    if (h->lock >= 0) (void)close(h->lock);
}

/* Whether a file, called by a run's id and more, is of one of the runs that this process makes. */
static bool is_ours(const char *name, const struct plan *plan)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        const struct run *run = &plan->runs[i];
        const size_t n = strlen(run->id);
        if (plan_makes(plan, run) && n > 0 && strncmp(name, run->id, n) == 0 && name[n] == '.') return true;
    }
    return false;
}

/* Whether a file in the results folder itself is a runner's own. */
static bool is_runners(const char *name)
{
    return strncmp(name, "runs.csv.", 9) == 0 || strncmp(name, "config.resolved.yaml.", 21) == 0;
}

void hold_clean(const char *folder, const struct plan *plan)
{
    static const char *const parts[] = {".", ".work", "curves", "ranks", "tasks"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char path[RUN_FILE];
        DIR *d = opendir(folder_file(path, folder, parts[i]));
        if (!d) continue;
        for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
            const char *name = entry->d_name;
            if (!file_is_temporary(name)) continue;
            const bool whole = plan->shard.count == 0;
            if (whole ? i > 0 || is_runners(name) : is_ours(name, plan)) (void)unlinkat(dirfd(d), name, 0);
        }
        (void)closedir(d);
    }
}
