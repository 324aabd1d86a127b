/* See checkpoint.h. */
#include "runs/checkpoint.h"
#include "runs/env.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

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

/* Everything behind the header, in either direction. */
static status transfer(struct session *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_block(c, &s->at, sizeof s->at, e));
    TRY(checkpoint_block(c, s->last, sizeof s->last, e));
    TRY(session_reserve_rows(s, s->at.n_rows, e));
    TRY(checkpoint_block(c, s->rows, s->at.n_rows * s->n_columns * sizeof *s->rows, e));
    TRY(checkpoint_block(c, &s->rng, sizeof s->rng, e));
    TRY(c->reading ? net_load(&s->net, c->file, e) : net_save(&s->net, c->file, e));
    return s->run->solver->checkpoint ? s->run->solver->checkpoint(s->solver, c, e) : ST_OK;
}

static status write_all(struct session *s, FILE *f, struct error *e)
{
    struct checkpoint c = {.file = f};
    struct header h;
    fill_header(&h, s);
    TRY(checkpoint_block(&c, &h, sizeof h, e));
    return transfer(s, &c, e);
}

/* CRC-32 of the first `size` bytes of the file, which is left behind them. */
static status checksum(FILE *f, long size, uint32_t *sum, struct error *e)
{
    unsigned char bytes[65536];
    struct checkpoint c = {.file = f, .reading = true};
    *sum = 0;
    rewind(f);
    while (size > 0) {
        size_t want = size < (long)sizeof bytes ? (size_t)size : sizeof bytes;
        TRY(checkpoint_block(&c, bytes, want, e));
        *sum = (uint32_t)crc32_z(*sum, bytes, want);
        size -= (long)want;
    }
    return ST_OK;
}

/* Puts the checksum behind all that has been written. */
static status seal(FILE *f, struct error *e)
{
    struct checkpoint c = {.file = f};
    uint32_t sum;
    long size = fflush(f) == 0 ? ftell(f) : -1;
    if (size < 0) return FAIL(e, ST_IO, "%s", strerror(errno));
    TRY(checksum(f, size, &sum, e));
    if (fseek(f, size, SEEK_SET) != 0) return FAIL(e, ST_IO, "%s", strerror(errno));
    return checkpoint_block(&c, &sum, sizeof sum, e);
}

/* Refuses a file that is not as it was sealed: what is read from it is used as it is. */
static status check_seal(FILE *f, struct error *e)
{
    struct checkpoint c = {.file = f, .reading = true};
    uint32_t sum, expected;
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) - (long)sizeof sum : -1;
    if (size < 0) return FAIL(e, ST_DATA, "the checkpoint is damaged: it is too short");
    TRY(checksum(f, size, &sum, e));
    TRY(checkpoint_block(&c, &expected, sizeof expected, e));
    if (sum != expected) return FAIL(e, ST_DATA, "the checkpoint is damaged: its checksum does not match");
    rewind(f);
    return ST_OK;
}

status checkpoint_save(struct session *s, struct error *e)
{
    char path[4200], temporary[4200];
    file_name(s, "", path, sizeof path);
    file_name(s, ".tmp", temporary, sizeof temporary);
    FILE *f = fopen(temporary, "wb+");
    if (!f) return FAIL(e, ST_IO, "%s: %s", temporary, strerror(errno));
    status st = write_all(s, f, e);
    if (st == ST_OK) st = seal(f, e);
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_IO, "%s: %s", temporary, strerror(errno));
    if (st == ST_OK && rename(temporary, path) != 0) st = FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    if (st != ST_OK) remove(temporary);
    return st;
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
    status st = check_seal(f, e);
    struct checkpoint c = {.file = f, .reading = true};
    if (st == ST_OK && checkpoint_block(&c, &h, sizeof h, NULL) == ST_OK && memcmp(&h, &own, sizeof h) == 0) {
        st = transfer(s, &c, e);
        *found = st == ST_OK;
    }
    if (st != ST_OK) err_prefix(e, "%s", path);
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
