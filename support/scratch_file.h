/* A file without a name: written once from beginning to end, then read as memory whose pages the system
 * brings in when they are read and may drop again. It is gone with the process that made it, however that
 * ends. */
#ifndef SPIKEBENCH_SUPPORT_SCRATCH_FILE_H
#define SPIKEBENCH_SUPPORT_SCRATCH_FILE_H

#include "support/mem.h"
#include <stdio.h>

struct scratch_file {
    FILE *file;
    const char *folder; /* borrowed: for messages */
};

/* Makes the file in a folder. ST_IO naming the folder and the reason. */
status scratch_create(struct scratch_file *s, const char *folder, struct error *e);
/* Appends. ST_IO, for instance where the disk is full. */
status scratch_write(struct scratch_file *s, const void *bytes, size_t size, struct error *e);
/* The `size` bytes that were written, to be read only, owned by the arena, of whose bytes they are none. The
 * file is closed, also after an error. ST_IO, ST_MEMORY. */
status scratch_map(struct scratch_file *s, size_t size, struct mem *m, void **out, struct error *e);
/* Accepts an all-zero file. */
void scratch_abandon(struct scratch_file *s);
/* Gives up the memory that holds pages of such a mapping. They are brought in again where they are read, by
 * any thread and at any time. */
void scratch_release(const void *mapping, size_t size);

#endif
