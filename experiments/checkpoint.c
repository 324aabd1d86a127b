/* Checkpoints of a run. */
#include "experiments/env.h"
#include "experiments/session.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

static void file_name(const struct session *s, const char *suffix, char *path, size_t size)
{
    snprintf(path, size, "%s/.work/%s.ckpt%s", s->settings->out, s->run->id, suffix);
}

static status write_all(struct session *s, FILE *f, struct error *e)
{
    struct header h;
    fill_header(&h, s);
    TRY(checkpoint_write(f, &h, sizeof h, e));
    TRY(checkpoint_write(f, &s->at, sizeof s->at, e));
    TRY(checkpoint_write(f, s->last, sizeof s->last, e));
    TRY(checkpoint_write(f, s->rows, s->at.n_rows * s->n_columns * sizeof *s->rows, e));
    TRY(checkpoint_write(f, &s->rng, sizeof s->rng, e));
    TRY(net_save(&s->net, f, e));
    return s->run->solver->save ? s->run->solver->save(s->solver, f, e) : ST_OK;
}

status checkpoint_save(struct session *s, struct error *e)
{
    char path[4200], temporary[4200];
    file_name(s, "", path, sizeof path);
    file_name(s, ".tmp", temporary, sizeof temporary);
    FILE *f = fopen(temporary, "wb");
    if (!f) return FAIL(e, ST_IO, "%s: %s", temporary, strerror(errno));
    status st = write_all(s, f, e);
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_IO, "%s: %s", temporary, strerror(errno));
    if (st == ST_OK && rename(temporary, path) != 0) st = FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    if (st != ST_OK) remove(temporary);
    return st;
}

static status read_all(struct session *s, FILE *f, struct error *e)
{
    struct progress_state at;
    TRY(checkpoint_read(f, &at, sizeof at, e));
    TRY(checkpoint_read(f, s->last, sizeof s->last, e));
    s->at = at;
    s->at.n_rows = 0;
    while (s->at.n_rows < at.n_rows) {
        TRY(session_grow_rows(s, e));
        TRY(checkpoint_read(f, s->rows + s->at.n_rows * s->n_columns, s->n_columns * sizeof *s->rows, e));
        s->at.n_rows++;
    }
    TRY(checkpoint_read(f, &s->rng, sizeof s->rng, e));
    TRY(net_load(&s->net, f, e));
    return s->run->solver->load ? s->run->solver->load(s->solver, f, e) : ST_OK;
}

status checkpoint_restore(struct session *s, bool *found, struct error *e)
{
    char path[4200];
    struct header h, own;
    *found = false;
    file_name(s, "", path, sizeof path);
    FILE *f = fopen(path, "rb");
    if (!f) return ST_OK;
    fill_header(&own, s);
    status st = ST_OK;
    if (checkpoint_read(f, &h, sizeof h, NULL) == ST_OK && memcmp(&h, &own, sizeof h) == 0) {
        st = read_all(s, f, e);
        *found = st == ST_OK;
        if (st != ST_OK) err_prefix(e, "%s", path);
    }
    fclose(f);
    if (st != ST_OK || !*found) remove(path);
    return st;
}

void checkpoint_remove(const struct session *s)
{
    char path[4200];
    file_name(s, "", path, sizeof path);
    remove(path);
}

status session_grow_rows(struct session *s, struct error *e)
{
    if (s->at.n_rows < s->rows_capacity) return ST_OK;
    size_t capacity = s->rows_capacity ? 2 * s->rows_capacity : 64;
    double *rows = realloc(s->rows, capacity * s->n_columns * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu curve points", capacity);
    s->rows = rows;
    s->rows_capacity = capacity;
    return ST_OK;
}
