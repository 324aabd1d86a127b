/* Opening data files (see file.h). */
#include "support/file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    FILE *f = fopen(path, "rb");
    if (!f) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    buffer->size = fread(buffer->bytes, 1, (size_t)size, f);
    status st = buffer->size == size ? ST_OK
                                     : FAIL(e, ST_IO, "%s: ends after %zu of %llu bytes", path, buffer->size,
                                            (unsigned long long)size);
    fclose(f);
    return st;
}
