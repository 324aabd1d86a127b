/* Checkpoints of a run (see session.h). */
#include "runs/sequence.h"
#include "support/env.h"
#include "support/file.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct header {
    char magic[8], id[RUN_ID_SIZE], commit[40];
    int32_t dirty;
    uint64_t columns;
};

/* `id`: of the run that the file is of. */
static void fill_header(struct header *h, const struct session *s, const char *id)
{
    memset(h, 0, sizeof *h);
    memcpy(h->magic, "SPIKECKP", sizeof h->magic);
    (void)snprintf(h->id, sizeof h->id, "%s", id);
    snprintf(h->commit, sizeof h->commit, "%s", env_commit());
    h->dirty = env_dirty();
    h->columns = s->n_columns;
}

/* Whether what was read back can be so: a right checksum does not say it. */
static status check_progress(const struct session *s, FILE *f, struct error *e)
{
    struct stat file;
    if (fstat(fileno(f), &file) != 0) return FAIL(e, ST_IO, "%s", strerror(errno));
    if (s->at.n_rows > (size_t)file.st_size / (s->n_columns * sizeof *s->rows))
        return FAIL(e, ST_DATA, "the checkpoint claims %zu curve points, more than it can hold",
                    s->at.n_rows);
    if (s->at.iter < 0 || s->at.best_iter > s->at.iter)
        return FAIL(e, ST_DATA, "the checkpoint stands at iteration %ld, with the best at %ld", s->at.iter,
                    s->at.best_iter);
    const long tasks = s->n_tasks > 0 ? (long)s->n_tasks : 1;
    if (s->at.task < 0 || s->at.task >= tasks || *(const unsigned char *)&s->at.converged > 1 ||
        *(const unsigned char *)&s->at.machine_shared > 1)
        return FAIL(e, ST_DATA, "the checkpoint stands at task %ld of %ld", s->at.task, tasks);
    return ST_OK;
}

static status transfer_rng(struct rng *r, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_block(c, r, sizeof *r, e));
    if ((r->s[0] | r->s[1] | r->s[2] | r->s[3]) == 0) /* it would draw nothing but zeros */
        return FAIL(e, ST_DATA, "the checkpoint's random generator has no state");
    return ST_OK;
}

/* Of tasks in sequence: the accuracies, and with what the one that runs began. */
static status transfer_tasks(struct session *s, struct checkpoint *c, struct error *e)
{
    const size_t n = s->n_tasks;
    if (n <= 1) return ST_OK;
    TRY(checkpoint_block(c, s->known, (size_t)N_SPLITS * n * n * sizeof *s->known, e));
    TRY(transfer_rng(&s->begun_rng, c, e));
    TRY(c->reading ? net_load(&s->begun, c->file, e) : net_save(&s->begun, c->file, e));
    if (!c->reading) return ST_OK;
    net_copy_weights(&s->net, &s->begun);
    s->rng = s->begun_rng;
    return ST_OK;
}

/* Everything behind the header, in either direction. */
static status transfer(struct session *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_block(c, &s->at, sizeof s->at, e));
    TRY(checkpoint_block(c, s->last, sizeof s->last, e));
    if (c->reading) TRY(check_progress(s, c->file, e));
    TRY(session_reserve_rows(s, s->at.n_rows, e));
    TRY(checkpoint_block(c, s->rows, s->at.n_rows * s->n_columns * sizeof *s->rows, e));
    TRY(transfer_tasks(s, c, e));
    if (c->reading && s->n_tasks > 0) TRY(sequence_next(s, true, e));
    TRY(transfer_rng(&s->rng, c, e));
    TRY(c->reading ? net_load(&s->net, c->file, e) : net_save(&s->net, c->file, e));
    return s->run->solver->checkpoint ? s->run->solver->checkpoint(s->solver, c, e) : ST_OK;
}

/* Writes OUT/.work/<id>END, if it has at most `most` bytes. */
static status save(struct session *s, const char *end, double most, struct error *e)
{
    char path[RUN_FILE];
    struct file_writer w;
    struct header h;
    fill_header(&h, s, s->run->id);
    run_file(path, s->settings->out, ".work", s->run, end);
    TRY(file_create(&w, path, e));
    struct checkpoint c = {.file = w.file};
    status st = checkpoint_block(&c, &h, sizeof h, e);
    if (st == ST_OK) st = transfer(s, &c, e);
    const bool fits = st == ST_OK && (double)ftello(w.file) <= most;
    if (fits) st = file_seal(w.file, e);
    if (fits && st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status checkpoint_save(struct session *s, struct error *e)
{
    return save(s, ".ckpt", INFINITY, e);
}

status checkpoint_keep(struct session *s, struct error *e)
{
    if (s->end_kept || s->n_tasks > 1 || s->settings->keep_bytes <= 0) return ST_OK;
    s->end_kept = true;
    return save(s, ".end", s->settings->keep_bytes, e);
}

/* Renames a checkpoint that cannot be used, and says so and why. ST_IO if it stays. */
static status set_aside(const char *path, const char *reason, struct error *e)
{
    char name[RUN_FILE + 16];
    TRY(file_set_aside(path, name, sizeof name, e));
    (void)fprintf(stderr, "%s: %s; it is kept as %s, and the run begins anew\n", path, reason, name);
    return ST_OK;
}

/* Reads an open checkpoint. `reason` gets why it cannot be used, or stays "": then an error is one of this
 * machine (memory), and the file may be good. */
static status read_open(struct session *s, const char *id, FILE *f, char *reason, size_t size, bool *found,
                        struct error *e)
{
    struct header h, own;
    struct error seen = {.code = ST_OK};
    struct checkpoint c = {.file = f, .reading = true};
    fill_header(&own, s, id);
    if (file_check_seal(f, "the checkpoint", &seen) == ST_IO) return FAIL(e, ST_IO, "%s", seen.text);
    if (seen.code != ST_OK) {
        (void)snprintf(reason, size, "%s", seen.text);
        return ST_OK;
    }
    if (checkpoint_block(&c, &h, sizeof h, NULL) != ST_OK || memcmp(&h, &own, sizeof h) != 0) {
        (void)snprintf(reason, size, "the checkpoint is of another run or another build of the program");
        return ST_OK;
    }
    const status st = transfer(s, &c, e);
    *found = st == ST_OK;
    if (st != ST_OK && st != ST_MEMORY) (void)snprintf(reason, size, "the checkpoint does not fit its run");
    return st;
}

/* checkpoint_restore from the file of the run `id`. */
static status restore(struct session *s, const char *id, const char *path, bool *found, struct error *e)
{
    char reason[sizeof e->text] = "";
    status st = ST_OK;
    *found = false;
    FILE *f = NULL;
    struct error unread = {.code = ST_OK};
    if (access(path, F_OK) != 0 && errno == ENOENT) return ST_OK;
    (void)file_open(path, UINT64_MAX, &f, &unread);
    if (f) {
        st = read_open(s, id, f, reason, sizeof reason, found, e);
        if (st != ST_OK) err_prefix(e, "%s", path);
        (void)fclose(f);
    } else {
        const char *at = strstr(unread.text, path); /* the path is said before the reason anyway */
        (void)snprintf(reason, sizeof reason, "%s", at ? at + strlen(path) + 2 : unread.text);
    }
    if (!reason[0]) return st;
    struct error second = {.code = ST_OK};
    const status moved = set_aside(path, reason, st == ST_OK ? e : &second);
    return st == ST_OK ? moved : st;
}

status checkpoint_restore(struct session *s, bool *found, struct error *e)
{
    char path[RUN_FILE];
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    TRY(restore(s, s->run->id, path, found, e));
    if (*found || !s->settings->after) return ST_OK;
    (void)snprintf(path, sizeof path, "%s/.work/%s.end", s->settings->out, s->settings->after);
    return restore(s, s->settings->after, path, found, e);
}

void checkpoint_remove(const struct session *s)
{
    char path[RUN_FILE];
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    (void)remove(path);
}
