/* See hold.h. */
#include "runs/hold.h"
#include "support/file.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4200 };

status hold_take(struct hold *h, const char *folder, const struct shard *shard, struct error *e)
{
    char path[PATH_SIZE], word[64];
    bool taken = false;
    *h = (struct hold){-1, -1};
    (void)snprintf(path, sizeof path, "%s/.work/lock", folder);
    if (shard->count == 0) {
        TRY(file_lock(path, &h->lock, &taken, e));
        if (taken) return ST_OK;
        return FAIL(e, ST_IO, "%s: another 'spikebench run', or a worker of one, uses this folder", folder);
    }
    (void)snprintf(word, sizeof word, "one of %zu shards", shard->count);
    TRY(file_lock_among(path, word, &h->lock, &taken, e));
    if (!taken)
        return FAIL(e, ST_IO, "%s: another 'spikebench run', which is not %s, uses this folder", folder,
                    word);
    (void)snprintf(path, sizeof path, "%s/.work/shard-%zu.lock", folder, shard->index);
    TRY(file_lock(path, &h->own_lock, &taken, e));
    if (taken) return ST_OK;
    return FAIL(e, ST_IO, "%s: another 'spikebench run', or a worker of one, is shard %zu of %zu", folder,
                shard->index, shard->count);
}

void hold_release(struct hold *h)
{
    if (h->own_lock >= 0) (void)close(h->own_lock);
    if (h->lock >= 0) (void)close(h->lock);
}

/* Whether a file, called by a run's id and more, is of one of these runs. */
static bool is_of(const char *name, const struct plan *plan, const bool *mine)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        const size_t n = strlen(plan->runs[i].id);
        if (mine[i] && n > 0 && strncmp(name, plan->runs[i].id, n) == 0 && name[n] == '.') return true;
    }
    return false;
}

/* Whether a file in the results folder itself is a runner's own. */
static bool is_runners(const char *name)
{
    return strncmp(name, "runs.csv.", 9) == 0 || strncmp(name, "config.resolved.yaml.", 21) == 0;
}

void hold_clean(const char *folder, const struct plan *plan, const bool *mine)
{
    static const char *const parts[] = {".", ".work", "curves", "ranks", "tasks"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof path, "%s/%s", folder, parts[i]);
        DIR *d = opendir(path);
        if (!d) continue;
        for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
            const char *name = entry->d_name;
            if (!file_is_temporary(name)) continue;
            if (mine ? is_of(name, plan, mine) : i > 0 || is_runners(name)) (void)unlinkat(dirfd(d), name, 0);
        }
        (void)closedir(d);
    }
}
