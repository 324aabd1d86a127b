/* Checkpoints of a run (see session.h). */
#include "runs/sequence.h"
#include "support/env.h"
#include "support/file.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct header {
    char magic[8], id[RUN_ID_SIZE], commit[40];
    int32_t dirty;
    uint64_t columns;
};

static void fill_header(struct header *h, const struct session *s)
{
    memset(h, 0, sizeof *h);
    memcpy(h->magic, "SPIKECKP", sizeof h->magic);
    memcpy(h->id, s->run->id, sizeof h->id);
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
    if (s->at.task < 0 || s->at.task >= tasks || *(const unsigned char *)&s->at.converged > 1)
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

static status transfer_net(struct net *net, struct checkpoint *c, struct error *e)
{
    if (c->reading) return net_load(net, c->file, e);
    return c->file ? net_save(net, c->file, e) : ST_OK;
}

/* Of tasks in sequence: the accuracies, and with what the one that runs began. */
static status transfer_tasks(struct session *s, struct checkpoint *c, struct error *e)
{
    const size_t n = s->n_tasks;
    if (n <= 1) return ST_OK;
    TRY(checkpoint_block(c, s->known, (size_t)N_SPLITS * n * n * sizeof *s->known, e));
    TRY(transfer_rng(&s->begun_rng, c, e));
    TRY(transfer_net(&s->begun, c, e));
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
    TRY(transfer_net(&s->net, c, e));
    return s->run->solver->checkpoint ? s->run->solver->checkpoint(s->solver, c, e) : ST_OK;
}

/* Every rank goes through transfer; rank 0 has a file. */
status checkpoint_save(struct session *s, struct error *e)
{
    char path[RUN_FILE];
    struct file_writer w;
    struct header h;
    struct checkpoint c = {.pool = s->pool};
    if (ranks_own(s->ranks) > 0) return transfer(s, &c, e);
    fill_header(&h, s);
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    TRY(file_create(&w, path, e));
    c.file = w.file;
    status st = checkpoint_block(&c, &h, sizeof h, e);
    if (st == ST_OK) st = transfer(s, &c, e);
    if (st == ST_OK) st = file_seal(w.file, e);
    if (st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

/* Renames a checkpoint that cannot be used, and says so and why. ST_IO if it stays. */
static status set_aside(const char *path, const char *reason, struct error *e)
{
    char name[RUN_FILE + 16];
    TRY(file_set_aside(path, name, sizeof name, e));
    (void)fprintf(stderr, "%s: %s; it is kept as %s, and the run begins anew\n", path, reason, name);
    return ST_OK;
}

/* What a rank sees of a checkpoint: none; one that cannot be used, and why; or one that can, open. */
struct finding {
    FILE *file;
    char reason[sizeof((struct error *)0)->text];
};

/* Looks at the header of an open checkpoint. */
static status look_at(const struct session *s, FILE *f, struct finding *found, struct error *e)
{
    struct header h, own;
    struct error seen = {.code = ST_OK};
    struct checkpoint c = {.file = f, .reading = true};
    fill_header(&own, s);
    if (file_check_seal(f, "the checkpoint", &seen) == ST_IO) return FAIL(e, ST_IO, "%s", seen.text);
    if (seen.code != ST_OK)
        (void)snprintf(found->reason, sizeof found->reason, "%s", seen.text);
    else if (checkpoint_block(&c, &h, sizeof h, NULL) != ST_OK || memcmp(&h, &own, sizeof h) != 0)
        (void)snprintf(found->reason, sizeof found->reason,
                       "the checkpoint is of another run or another build of the program");
    else
        found->file = f;
    return ST_OK;
}

static status look_for(const struct session *s, const char *path, struct finding *found, struct error *e)
{
    struct error unread = {.code = ST_OK};
    FILE *f = NULL;
    if (access(path, F_OK) != 0 && errno == ENOENT) return ST_OK;
    (void)file_open(path, UINT64_MAX, &f, &unread);
    if (!f) {
        const char *at = strstr(unread.text, path); /* the path is said before the reason anyway */
        (void)snprintf(found->reason, sizeof found->reason, "%s", at ? at + strlen(path) + 2 : unread.text);
        return ST_OK;
    }
    const status st = look_at(s, f, found, e);
    if (!found->file) (void)fclose(f);
    return st == ST_OK ? st : err_prefix(e, "%s", path);
}

/* Whether all ranks see what rank 0 does. */
static status compare_findings(struct session *s, const struct finding *own, status st, struct error *e)
{
    int seen[2] = {own->file != NULL, own->reason[0] != '\0'}, first[2] = {seen[0], seen[1]};
    const struct rank_block block = {first, sizeof first};
    ranks_broadcast(s->ranks, &block, 1);
    if (st == ST_OK && memcmp(seen, first, sizeof seen) != 0)
        st = FAIL(e, ST_IO,
                  "%s: rank 0 sees another checkpoint: the results must lie in a folder that all ranks share",
                  s->settings->out);
    return session_agree(s, st, e);
}

status checkpoint_restore(struct session *s, bool *found, struct error *e)
{
    char path[RUN_FILE];
    struct finding seen = {.file = NULL};
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    *found = false;
    status st = compare_findings(s, &seen, look_for(s, path, &seen, e), e);
    if (seen.file) {
        struct checkpoint c = {.file = seen.file, .reading = true, .pool = s->pool};
        if (st == ST_OK) st = transfer(s, &c, e);
        *found = st == ST_OK;
        if (st != ST_OK && st != ST_MEMORY && !s->agreed) {
            (void)snprintf(seen.reason, sizeof seen.reason, "the checkpoint does not fit its run");
            err_prefix(e, "%s", path);
        }
        (void)fclose(seen.file);
    }
    if (!seen.reason[0] || ranks_own(s->ranks) > 0) return st;
    struct error second = {.code = ST_OK};
    const status moved = set_aside(path, seen.reason, st == ST_OK ? e : &second);
    return st == ST_OK ? moved : st;
}

void checkpoint_remove(const struct session *s)
{
    char path[RUN_FILE];
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    (void)remove(path);
}
