/* Opening data files, replacing files (see file.h). */
#include "support/file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

status file_check(const char *path, uint64_t most, uint64_t *size, struct error *e)
{
    struct stat s;
    if (stat(path, &s) != 0) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(s.st_mode)) return FAIL(e, ST_DATA, "%s: is a directory, not a file", path);
    if (!S_ISREG(s.st_mode)) return FAIL(e, ST_DATA, "%s: is a device or a pipe, not a file", path);
    if ((uint64_t)s.st_size > most)
        return FAIL(e, ST_DATA, "%s: %llu bytes; at most %llu are read", path, (unsigned long long)s.st_size,
                    (unsigned long long)most);
    if (size) *size = (uint64_t)s.st_size;
    return ST_OK;
}

status file_open(const char *path, uint64_t most, FILE **f, struct error *e)
{
    *f = NULL;
    TRY(file_check(path, most, NULL, e));
    *f = fopen(path, "rb");
    return *f ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}

status file_read(const char *path, uint64_t most, struct file_buffer *buffer, struct error *e)
{
    uint64_t size = 0;
    TRY(file_check(path, most, &size, e));
    if (size > buffer->capacity || !buffer->bytes) {
        unsigned char *grown = realloc(buffer->bytes, (size_t)size + 1);
        if (!grown) return FAIL(e, ST_MEMORY, "%s: no memory for %llu bytes", path, (unsigned long long)size);
        buffer->bytes = grown;
        buffer->capacity = (size_t)size;
    }
    FILE *f = NULL;
    TRY(file_open(path, most, &f, e));
    buffer->size = fread(buffer->bytes, 1, (size_t)size, f);
    buffer->bytes[buffer->size] = '\0';
    status st = buffer->size == size ? ST_OK
                                     : FAIL(e, ST_IO, "%s: ends after %zu of %llu bytes", path, buffer->size,
                                            (unsigned long long)size);
    fclose(f);
    return st;
}

bool file_is_temporary(const char *name)
{
    const char *end = strrchr(name, '.');
    return end && strncmp(end, ".tmp", 4) == 0 && strlen(end) == strlen(".tmpXXXXXX");
}

status file_create(struct file_writer *w, const char *path, struct error *e)
{
    memset(w, 0, sizeof *w);
    size_t size = strlen(path) + 12;
    w->path = malloc(size);
    w->temporary = malloc(size);
    if (!w->path || !w->temporary) {
        file_abandon(w);
        return FAIL(e, ST_MEMORY, "%s: no memory for its name", path);
    }
    (void)snprintf(w->path, size, "%s", path);
    (void)snprintf(w->temporary, size, "%s.tmpXXXXXX", path);
    int descriptor = mkstemp(w->temporary);
    if (descriptor < 0) {
        status st = FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
        w->temporary[0] = '\0';
        file_abandon(w);
        return st;
    }
    mode_t mask = umask(0);
    (void)umask(mask);
    (void)fchmod(descriptor, 0666 & ~mask);
    w->file = fdopen(descriptor, "wb+");
    if (w->file) return ST_OK;
    (void)close(descriptor);
    file_abandon(w);
    return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}

/* Puts the names in the folder of `path` on the disk. Some file systems know no such thing: no error then. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    const int descriptor = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const bool good = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP);
    const int reason = errno;
    if (descriptor >= 0) (void)close(descriptor);
    free(folder);
    errno = reason;
    return good;
}

status file_commit(struct file_writer *w, struct error *e)
{
    status st = ST_OK;
    bool failed = ferror(w->file) != 0 || fflush(w->file) != 0;
    failed = failed || (!w->derived && fsync(fileno(w->file)) != 0);
    const int reason = errno;
    failed = fclose(w->file) != 0 || failed;
    if (failed && reason) errno = reason;
    w->file = NULL;
    if (failed || rename(w->temporary, w->path) != 0) st = FAIL(e, ST_IO, "%s: %s", w->path, strerror(errno));
    if (st == ST_OK) w->temporary[0] = '\0';
    if (st == ST_OK && !w->derived && !sync_folder(w->path))
        st = FAIL(e, ST_IO, "%s: %s", w->path, strerror(errno));
    file_abandon(w);
    return st;
}

void file_abandon(struct file_writer *w)
{
    if (w->file) (void)fclose(w->file);
    if (w->temporary && w->temporary[0]) (void)remove(w->temporary);
    free(w->path);
    free(w->temporary);
    memset(w, 0, sizeof *w);
}

status file_copy(const char *from, const char *to, bool derived, struct error *e)
{
    struct file_buffer b = {NULL, 0, 0};
    struct file_writer w;
    status st = file_read(from, UINT64_MAX >> 1, &b, e);
    if (st == ST_OK) st = file_create(&w, to, e);
    if (st == ST_OK) {
        w.derived = derived;
        (void)fwrite(b.bytes, 1, b.size, w.file); /* file_commit sees an error */
        st = file_commit(&w, e);
    }
    free(b.bytes);
    return st;
}

/* Gives a file a second name by `act`: rename or link. */
static status second_name(const char *path, int (*act)(const char *from, const char *to), char *name,
                          size_t size, struct error *e)
{
    enum { TRIES = 1000 };
    for (int k = 0; k < TRIES; k++) {
        int length = k ? snprintf(name, size, "%s.aside%d", path, k) : snprintf(name, size, "%s.aside", path);
        if (length < 0 || (size_t)length >= size) return FAIL(e, ST_IO, "%s: its name is too long", path);
        if (access(name, F_OK) == 0) continue;
        return act(path, name) == 0 ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    }
    return FAIL(e, ST_IO, "%s: there are %d files set aside already", path, TRIES);
}

status file_set_aside(const char *path, char *name, size_t size, struct error *e)
{
    return second_name(path, rename, name, size, e);
}

/* A link, or a copy where the file system has none. */
static int link_or_copy(const char *from, const char *to)
{
    if (link(from, to) == 0) return 0;
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS) return -1;
    return file_copy(from, to, false, NULL) == ST_OK ? 0 : -1;
}

status file_keep(const char *path, char *name, size_t size, struct error *e)
{
    return second_name(path, link_or_copy, name, size, e);
}

status file_lock(const char *path, int *descriptor, bool *taken, struct error *e)
{
    *descriptor = open(path, O_RDWR | O_CREAT, 0666);
    if (*descriptor < 0) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    *taken = flock(*descriptor, LOCK_EX | LOCK_NB) == 0;
    return *taken || errno == EWOULDBLOCK ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}

/* The word is changed by a holder of the exclusive lock alone, so that who shares the lock reads what all
 * others have read. Who is first holds the exclusive lock for a moment, which the others wait for; between it
 * and the shared one another may have come in. */
status file_lock_among(const char *path, const char *word, int *descriptor, bool *taken, struct error *e)
{
    char there[80] = "";
    TRY(file_lock(path, descriptor, taken, e));
    const size_t n = strlen(word);
    if (*taken && (ftruncate(*descriptor, 0) != 0 || pwrite(*descriptor, word, n, 0) != (ssize_t)n))
        return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    for (int tries = 0; flock(*descriptor, LOCK_SH | LOCK_NB) != 0; tries++) {
        *taken = false;
        if (errno != EWOULDBLOCK) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
        if (tries == 200) return ST_OK;
        (void)poll(NULL, 0, 10);
    }
    if (pread(*descriptor, there, sizeof there - 1, 0) < 0)
        return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    *taken = strcmp(there, word) == 0;
    return ST_OK;
}

status file_lock_wait(const char *path, int *descriptor, struct error *e)
{
    *descriptor = open(path, O_RDWR | O_CREAT, 0666);
    if (*descriptor < 0) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    while (flock(*descriptor, LOCK_EX) != 0)
        if (errno != EINTR) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    return ST_OK;
}

/* CRC-32 of the first `size` bytes of the file, which is left behind them. */
static bool checksum(FILE *f, long size, uint32_t *sum)
{
    unsigned char bytes[65536];
    *sum = 0;
    rewind(f);
    while (size > 0) {
        const size_t want = size < (long)sizeof bytes ? (size_t)size : sizeof bytes;
        if (fread(bytes, 1, want, f) != want) return false;
        *sum = (uint32_t)crc32_z(*sum, bytes, want);
        size -= (long)want;
    }
    return true;
}

status file_crc32(const char *path, char text[FILE_CRC], struct error *e)
{
    uint32_t sum = 0;
    FILE *f = NULL;
    (void)snprintf(text, FILE_CRC, "%08x", 0U);
    TRY(file_open(path, UINT64_MAX, &f, e));
    const long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    const bool good = size >= 0 && checksum(f, size, &sum);
    const status st = good ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    (void)fclose(f);
    (void)snprintf(text, FILE_CRC, "%08x", (unsigned)sum);
    return st;
}

status file_seal(FILE *f, struct error *e)
{
    uint32_t sum;
    const long size = fflush(f) == 0 ? ftell(f) : -1;
    if (size < 0 || !checksum(f, size, &sum) || fseek(f, size, SEEK_SET) != 0 ||
        fwrite(&sum, sizeof sum, 1, f) != 1)
        return FAIL(e, ST_IO, "%s", strerror(errno));
    return ST_OK;
}

status file_check_seal(FILE *f, const char *what, struct error *e)
{
    uint32_t sum, expected;
    const long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) - (long)sizeof sum : -1;
    if (size < 0) return FAIL(e, ST_DATA, "%s is damaged: it is too short", what);
    if (!checksum(f, size, &sum) || fread(&expected, sizeof expected, 1, f) != 1)
        return FAIL(e, ST_IO, "%s", strerror(errno));
    if (sum != expected) return FAIL(e, ST_DATA, "%s is damaged: its checksum does not match", what);
    rewind(f);
    return ST_OK;
}
