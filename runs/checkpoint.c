/* Checkpoints of a run (see session.h). */
#include "runs/launch.h"
#include "support/file.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct header {
    char magic[8], id[RUN_ID_SIZE], build[LAUNCH_VERSION];
    uint64_t columns;
};

/* `id`: of the run that the file is of. */
static void fill_header(struct header *h, const struct session *s, const char *id)
{
    memset(h, 0, sizeof *h);
    memcpy(h->magic, "SPIKECKP", sizeof h->magic);
    (void)snprintf(h->id, sizeof h->id, "%s", id);
    launch_version(h->build);
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
    if (s->at.iter < 0 || s->at.iter > LONG_MAX / 2 || s->at.best_iter < 0 || s->at.best_iter > s->at.iter ||
        s->at.task_iter < 0 || s->at.task_iter > s->at.iter)
        return FAIL(e, ST_DATA, "the checkpoint stands at iteration %ld, with the best at %ld", s->at.iter,
                    s->at.best_iter);
    const long tasks = s->n_tasks > 0 ? (long)s->n_tasks : 1;
    if (s->at.task < 0 || s->at.task >= tasks || *(const unsigned char *)&s->at.converged > 1 ||
        *(const unsigned char *)&s->at.machine_shared > 1 || *(const unsigned char *)&s->at.end_kept > 1)
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
    if (c->file && net_save(net, c->file, NULL) != ST_OK) checkpoint_fail(c);
    return ST_OK;
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

/* Seals what was written and gives it its name, if it has at most `most` bytes. */
static status finish(struct file_writer *w, const struct checkpoint *c, double most, struct error *e)
{
    if (c->failure) return FAIL(e, ST_IO, "%s: %s", w->path, strerror(c->failure));
    if ((double)ftello(w->file) > most) return ST_OK;
    if (file_seal(w->file, e) != ST_OK) return err_prefix(e, "%s", w->path);
    return file_commit(w, e);
}

/* Writes OUT/.work/<id>END, if it has at most `most` bytes. Every rank goes through transfer, whether rank 0
 * can write its file or not. */
static status save(struct session *s, const char *end, double most, struct error *e)
{
    char path[RUN_FILE];
    struct file_writer w = {.file = NULL};
    struct header h;
    struct checkpoint c = {.pool = s->pool};
    const bool first = ranks_own(s->ranks) == 0;
    fill_header(&h, s, s->run->id);
    (void)run_file(path, s->settings->out, ".work", s->run->id, end);
    const status opened = first ? file_create(&w, path, e) : ST_OK;
    c.file = w.file;
    status st = checkpoint_block(&c, &h, sizeof h, e);
    if (st == ST_OK) st = transfer(s, &c, e);
    if (st == ST_OK && w.file) st = finish(&w, &c, most, e);
    file_abandon(&w);
    return st == ST_OK ? opened : st;
}

status checkpoint_save(struct session *s, struct error *e)
{
    return save(s, ".ckpt", INFINITY, e);
}

status checkpoint_keep(struct session *s, struct error *e)
{
    if (s->at.end_kept || s->n_tasks > 1 || s->settings->keep_bytes <= 0) return ST_OK;
    s->at.end_kept = true;
    const status st = save(s, ".end", s->settings->keep_bytes, e);
    if (st != ST_IO) return st;
    (void)fprintf(stderr, "%s: the state at the end is not kept\n", e->text);
    e->code = ST_OK;
    return ST_OK;
}

/* Opens the checkpoint of the run `id`, where there is one: *f. One that cannot be used is not open, and
 * *unusable says why. ST_IO: it cannot be read to its end. */
static status open_checkpoint(const struct session *s, const char *id, const char *path, FILE **f,
                              struct error *unusable, struct error *e)
{
    struct header h, own;
    if (access(path, F_OK) != 0 && errno == ENOENT) return ST_OK;
    if (file_open(path, UINT64_MAX, f, unusable) != ST_OK) return ST_OK;
    struct checkpoint c = {.file = *f, .reading = true};
    fill_header(&own, s, id);
    status st = file_check_seal(*f, "the checkpoint", unusable);
    if (st == ST_OK && (checkpoint_block(&c, &h, sizeof h, NULL) != ST_OK || memcmp(&h, &own, sizeof h) != 0))
        st = FAIL(unusable, ST_DATA, "the checkpoint is of another run or another build of the program");
    if (st == ST_OK) return ST_OK;
    (void)fclose(*f);
    *f = NULL;
    if (err_prefix(unusable, "%s", path) != ST_IO) return ST_OK;
    unusable->code = ST_OK;
    return FAIL(e, ST_IO, "%s", unusable->text);
}

/* Whether all ranks see what rank 0 does of a checkpoint: none, one that can be used, or one that cannot. */
static status compare_findings(struct session *s, bool usable, bool unusable, status st, struct error *e)
{
    int seen[2] = {usable, unusable}, first[2] = {usable, unusable};
    const struct rank_block block = rank_memory(first, sizeof first);
    ranks_broadcast(s->ranks, &block, 1);
    if (st == ST_OK && memcmp(seen, first, sizeof seen) != 0)
        st = FAIL(e, ST_IO,
                  "%s: rank 0 sees another checkpoint: the results must lie in a folder that all ranks share",
                  s->settings->out);
    return session_agree(s, st, e);
}

/* checkpoint_restore from OUT/.work/<id>END. One that cannot be used gets another name. */
static status restore(struct session *s, const char *id, const char *end, bool *found, struct error *e)
{
    char path[RUN_FILE], name[RUN_FILE + 16];
    FILE *f = NULL;
    struct error unusable = {.code = ST_OK}, second = {.code = ST_OK};
    (void)run_file(path, s->settings->out, ".work", id, end);
    status st = open_checkpoint(s, id, path, &f, &unusable, e);
    st = compare_findings(s, f != NULL, unusable.code != ST_OK, st, e);
    struct checkpoint c = {.file = f, .reading = true, .pool = s->pool};
    if (f && st == ST_OK) st = transfer(s, &c, e);
    *found = f && st == ST_OK;
    if (f && st != ST_OK && st != ST_MEMORY && !s->agreed) {
        (void)FAIL(&unusable, ST_DATA, "%s: the checkpoint does not fit its run", path);
        err_prefix(e, "%s", path);
    }
    if (f) (void)fclose(f);
    if (unusable.code == ST_OK || ranks_own(s->ranks) > 0) return st;
    const status moved = file_set_aside(path, name, sizeof name, st == ST_OK ? e : &second);
    if (moved == ST_OK)
        (void)fprintf(stderr, "%s; it is kept as %s, and the run begins anew\n", unusable.text, name);
    return st == ST_OK ? moved : st;
}

status checkpoint_restore(struct session *s, bool *found, struct error *e)
{
    char shorter[RUN_ID_SIZE] = "";
    const struct rank_block block = rank_memory(shorter, sizeof shorter);
    TRY(restore(s, s->run->id, ".ckpt", found, e));
    if (*found) return ST_OK;
    /* as rank 0 has it: under a launcher the others are not told */
    if (s->settings->after) (void)snprintf(shorter, sizeof shorter, "%s", s->settings->after);
    ranks_broadcast(s->ranks, &block, 1);
    if (!shorter[0]) return ST_OK;
    TRY(restore(s, shorter, ".end", found, e));
    s->at.end_kept = false; /* that was the end of the shorter run */
    return ST_OK;
}
