/* IDX files (see idx.h). */
#include "datasets/idx.h"
#include "support/file.h"
#include "support/file_kind.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAGIC_LABELS = 0x801, MAGIC_IMAGES = 0x803, MOST_THINGS = 1000000, MOST_SIDE = 256, BLOCK = 1 << 20 };
/* The most bytes that are read, whatever a header or a packed file says; MNIST has 47 MB, EMNIST 640 MB. */
enum { MOST_BYTES = MOST_THINGS * 1024 };
/* A packed file is unpacked to so many times its own length, or up to so many bytes, which all of MNIST fits
 * in: images pack to a fifth, and what packs far better was made to fill the memory. */
enum { MOST_UNPACKED = 20, FREE_BYTES = 64 << 20 };

/* An IDX file being read. gzread reads plain files as they are. */
struct reader {
    const char *path;
    gzFile file;
    uint64_t size; /* of the file as it is */
    uint64_t at;   /* bytes read, after decompression */
};

static status fail_read(const struct reader *r, struct error *e)
{
    int code = Z_OK;
    const char *text = gzerror(r->file, &code);
    if (code == Z_BUF_ERROR || code == Z_OK)
        return FAIL(e, ST_DATA, "%s: byte %llu: the file ends here, before its end", r->path,
                    (unsigned long long)r->at);
    return FAIL(e, ST_DATA, "%s: byte %llu: %s", r->path, (unsigned long long)r->at, text);
}

/* Exactly `size` bytes. */
static status read_bytes(struct reader *r, void *bytes, size_t size, struct error *e)
{
    unsigned char *to = bytes;
    while (size > 0) {
        int got = gzread(r->file, to, size < BLOCK ? (unsigned)size : BLOCK);
        if (got <= 0) return fail_read(r, e);
        to += got;
        size -= (size_t)got;
        r->at += (uint64_t)got;
    }
    return ST_OK;
}

static status read_number(struct reader *r, uint32_t *value, struct error *e)
{
    unsigned char b[4];
    TRY(read_bytes(r, b, sizeof b, e));
    *value = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    return ST_OK;
}

static status read_size(struct reader *r, const char *what, uint32_t most, size_t *value, struct error *e)
{
    uint32_t n = 0;
    uint64_t at = r->at;
    TRY(read_number(r, &n, e));
    if (n == 0 || n > most)
        return FAIL(e, ST_DATA, "%s: byte %llu: %u %s; 1 to %u are read", r->path, (unsigned long long)at, n,
                    what, most);
    *value = n;
    return ST_OK;
}

/* The content, into memory that doubles as it arrives. */
static status read_content(struct reader *r, size_t size, unsigned char **bytes, struct error *e)
{
    size_t have = 0, capacity = 0;
    while (have < size) {
        if (have == capacity) {
            capacity = capacity ? 2 * capacity : BLOCK;
            capacity = capacity < size ? capacity : size;
            unsigned char *grown = realloc(*bytes, capacity);
            if (!grown) return FAIL(e, ST_MEMORY, "%s: no memory for %zu bytes", r->path, capacity);
            *bytes = grown;
        }
        TRY(read_bytes(r, *bytes + have, capacity - have, e));
        have = capacity;
    }
    unsigned char more;
    int got = gzread(r->file, &more, 1);
    if (got < 0) return fail_read(r, e);
    if (got > 0)
        return FAIL(e, ST_DATA, "%s: byte %llu: the header's sizes end here, but the file goes on", r->path,
                    (unsigned long long)r->at);
    return ST_OK;
}

/* Refuses what is another kind of file, before or after decompression, and leaves the reader at its
 * beginning. */
static status check_kind(struct reader *r, struct error *e)
{
    unsigned char bytes[FILE_KIND_BYTES];
    int got = gzread(r->file, bytes, sizeof bytes);
    if (got < 0) return fail_read(r, e);
    bool packed = !gzdirect(r->file);
    const char *kind = got > 0 ? file_kind(bytes, (size_t)got) : NULL;
    if (kind)
        return FAIL(e, ST_DATA, "%s: %s %s", r->path,
                    packed ? "unpacked, it is still no IDX file but" : "is no IDX file but", kind);
    return gzrewind(r->file) == 0 ? ST_OK : FAIL(e, ST_IO, "%s: cannot be read again", r->path);
}

/* Refuses what the header claims where that is too much, before anything of it is read. */
static status check_size(const struct reader *r, const struct idx *x, size_t size, struct error *e)
{
    if (size > MOST_BYTES)
        return FAIL(e, ST_DATA, "%s: byte 4: %zu images of %zu x %zu are %zu bytes; at most %d are read",
                    r->path, x->n, x->height, x->width, size, MOST_BYTES);
    if (gzdirect(r->file) || size <= FREE_BYTES || size / MOST_UNPACKED <= r->size) return ST_OK;
    return FAIL(
        e, ST_DATA,
        "%s: byte 4: %zu bytes out of %llu packed ones: images do not pack so tightly; at most %d times "
        "their length or %d bytes are unpacked",
        r->path, size, (unsigned long long)r->size, MOST_UNPACKED, FREE_BYTES);
}

static status read_all(struct reader *r, struct idx *x, bool images, unsigned char **bytes, struct error *e)
{
    uint32_t magic = 0, wanted = images ? MAGIC_IMAGES : MAGIC_LABELS;
    TRY(check_kind(r, e));
    TRY(read_number(r, &magic, e));
    if (magic != wanted)
        return FAIL(e, ST_DATA, "%s: byte 0: magic number 0x%08x instead of 0x%08x: no IDX file of %s",
                    r->path, magic, wanted, images ? "images" : "labels");
    x->height = x->width = 1;
    TRY(read_size(r, images ? "images" : "labels", MOST_THINGS, &x->n, e));
    if (images) {
        TRY(read_size(r, "rows", MOST_SIDE, &x->height, e));
        TRY(read_size(r, "columns", MOST_SIDE, &x->width, e));
    }
    const size_t size = x->n * x->height * x->width;
    TRY(check_size(r, x, size, e));
    return read_content(r, size, bytes, e);
}

static status read_idx(struct idx *x, const char *path, bool images, struct mem *m, struct error *e)
{
    unsigned char *bytes = NULL;
    struct reader r = {.path = path};
    *x = (struct idx){0};
    TRY(file_check(path, MOST_BYTES + 16, &r.size, e));
    errno = 0;
    r.file = gzopen(path, "rb");
    if (!r.file) return FAIL(e, ST_IO, "%s: %s", path, errno ? strerror(errno) : "no memory");
    status st = read_all(&r, x, images, &bytes, e);
    if (gzclose_r(r.file) != Z_OK && st == ST_OK)
        st = FAIL(e, ST_DATA, "%s: byte %llu: the compressed data is damaged or cut", path,
                  (unsigned long long)r.at);
    size_t size = x->n * x->height * x->width;
    if (st == ST_OK) st = mem_keep(m, bytes, size, e);
    if (st == ST_OK)
        x->bytes = bytes;
    else
        free(bytes);
    return st;
}

status idx_read_images(struct idx *x, const char *path, struct mem *m, struct error *e)
{
    return read_idx(x, path, true, m, e);
}

status idx_read_labels(struct idx *x, const char *path, struct mem *m, struct error *e)
{
    return read_idx(x, path, false, m, e);
}
