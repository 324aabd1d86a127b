/* See states.h. */
#include "runs/states.h"
#include "datasets/tasks.h"
#include "runs/session.h"
#include "support/find.h"
#include <sys/stat.h>

static const double MEBIBYTE = 1048576;

static status count(struct states *s, struct error *e)
{
    char path[RUN_FILE];
    (void)snprintf(path, sizeof path, "%s/.work", s->folder);
    return find_bytes(path, ".end", &s->bytes, e);
}

/* OUT/.work/<id>.end in `path`; its bytes, 0 where there is none. */
static double state_file(const struct states *s, const char *id, char path[RUN_FILE])
{
    struct stat file;
    (void)snprintf(path, RUN_FILE, "%s/.work/%s.end", s->folder, id);
    return stat(path, &file) == 0 ? (double)file.st_size : 0;
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
    const double size = state_file(s, run->id, own);
    s->bytes += size;
    if (s->bytes > s->most) TRY(count(s, e)); /* it may have taken the place of an older one */
    if (s->bytes > s->most && shorter[0]) {
        s->bytes -= state_file(s, shorter, before);
        (void)remove(before);
    }
    if (s->bytes > s->most) {
        s->bytes -= size;
        (void)remove(own);
    }
    s->dropped += state_file(s, run->id, own) <= 0;
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
