/* See scratch_file.h. */
#define _DEFAULT_SOURCE /* madvise, mkstemp */
#include "support/scratch_file.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PATH_LENGTH = 4200 };

status scratch_create(struct scratch_file *s, const char *folder, struct error *e)
{
    char path[PATH_LENGTH];
    *s = (struct scratch_file){NULL, folder};
    if (snprintf(path, sizeof path, "%s/.spikebench-XXXXXX", folder) >= (int)sizeof path)
        return FAIL(e, ST_IO, "%.100s...: the name is too long", folder);
    const int descriptor = mkstemp(path);
    if (descriptor < 0) return FAIL(e, ST_IO, "%s: no file can be made there: %s", folder, strerror(errno));
    (void)unlink(path);
    s->file = fdopen(descriptor, "w+b");
    if (s->file) return ST_OK;
    (void)close(descriptor);
    return FAIL(e, ST_MEMORY, "no memory for a file in %s", folder);
}

status scratch_write(struct scratch_file *s, const void *bytes, size_t size, struct error *e)
{
    if (fwrite(bytes, 1, size, s->file) == size) return ST_OK;
    return FAIL(e, ST_IO, "%s: a file there cannot be written: %s", s->folder, strerror(errno));
}

status scratch_map(struct scratch_file *s, size_t size, struct mem *m, void **out, struct error *e)
{
    status st = fflush(s->file) == 0
                    ? ST_OK
                    : FAIL(e, ST_IO, "%s: a file there cannot be written: %s", s->folder, strerror(errno));
    if (st == ST_OK && size == 0) {
        *out = mem_alloc(m, 0, 1, e);
        st = *out ? ST_OK : ST_MEMORY;
    } else if (st == ST_OK) {
        void *mapping = mmap(NULL, size, PROT_READ, MAP_SHARED, fileno(s->file), 0);
        if (mapping == MAP_FAILED)
            st = FAIL(e, ST_IO, "%s: a file there cannot be mapped: %s", s->folder, strerror(errno));
        else if ((st = mem_keep_mapping(m, mapping, size, e)) != ST_OK)
            (void)munmap(mapping, size);
        else
            *out = mapping;
    }
    scratch_abandon(s);
    return st;
}

void scratch_abandon(struct scratch_file *s)
{
    if (s->file) (void)fclose(s->file);
    s->file = NULL;
}

void scratch_release(const void *mapping, size_t size)
{
    if (size > 0) (void)madvise((void *)(uintptr_t)mapping, size, MADV_DONTNEED);
}
