/* Checkpoints of a run (see session.h). */
#include "runs/session.h"
#include "support/env.h"
#include "support/file.h"
#include <string.h>

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

/* What is behind the header, in either direction: first what a new solver needs to begin where that of the
 * file did. */
static status transfer_progress(struct session *s, struct checkpoint *c, struct error *e)
{
    const size_t n = s->n_tasks;
    TRY(checkpoint_block(c, &s->at, sizeof s->at, e));
    TRY(checkpoint_block(c, s->last, sizeof s->last, e));
    TRY(session_reserve_rows(s, s->at.n_rows, e));
    TRY(checkpoint_block(c, s->rows, s->at.n_rows * s->n_columns * sizeof *s->rows, e));
    if (n <= 1) return ST_OK;
    TRY(checkpoint_block(c, s->known, (size_t)N_SPLITS * n * n * sizeof *s->known, e));
    TRY(checkpoint_block(c, &s->begun_rng, sizeof s->begun_rng, e));
    return c->reading ? net_load(&s->begun, c->file, e) : net_save(&s->begun, c->file, e);
}

static status transfer_state(struct session *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_block(c, &s->rng, sizeof s->rng, e));
    TRY(c->reading ? net_load(&s->net, c->file, e) : net_save(&s->net, c->file, e));
    return s->run->solver->checkpoint ? s->run->solver->checkpoint(s->solver, c, e) : ST_OK;
}

status checkpoint_save(struct session *s, struct error *e)
{
    char path[RUN_FILE];
    struct file_writer w;
    struct header h;
    fill_header(&h, s);
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    TRY(file_create(&w, path, e));
    struct checkpoint c = {.file = w.file};
    status st = checkpoint_block(&c, &h, sizeof h, e);
    if (st == ST_OK) st = transfer_progress(s, &c, e);
    if (st == ST_OK) st = transfer_state(s, &c, e);
    if (st == ST_OK) st = file_seal(w.file, e);
    if (st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status checkpoint_open(struct session *s, FILE **file, struct error *e)
{
    char path[RUN_FILE];
    struct header h, own;
    *file = NULL;
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    FILE *f = fopen(path, "rb");
    if (!f) return ST_OK;
    fill_header(&own, s);
    status st = file_check_seal(f, "the checkpoint", e);
    struct checkpoint c = {.file = f, .reading = true};
    if (st == ST_OK && checkpoint_block(&c, &h, sizeof h, NULL) == ST_OK && memcmp(&h, &own, sizeof h) == 0) {
        st = transfer_progress(s, &c, e);
        if (st == ST_OK) *file = f;
    }
    if (*file) {
        if (s->n_tasks <= 1) return ST_OK;
        net_copy_weights(&s->net, &s->begun);
        s->rng = s->begun_rng;
        return ST_OK;
    }
    if (st != ST_OK) err_prefix(e, "%s", path);
    fclose(f);
    remove(path);
    return st;
}

status checkpoint_close(struct session *s, FILE *file, struct error *e)
{
    char path[RUN_FILE];
    struct checkpoint c = {.file = file, .reading = true};
    status st = transfer_state(s, &c, e);
    fclose(file);
    if (st == ST_OK) return ST_OK;
    run_file(path, s->settings->out, ".work", s->run, ".ckpt");
    remove(path);
    return err_prefix(e, "%s", path);
}
