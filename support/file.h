/* Opening data files that may be anything: a folder, a pipe, a loop of links, 5 GB of nothing. */
#ifndef SPIKEBENCH_SUPPORT_FILE_H
#define SPIKEBENCH_SUPPORT_FILE_H

#include "support/err.h"
#include <stddef.h>
#include <stdint.h>

/* Refuses what is no regular file (without opening it: a pipe would wait for a writer) and what is larger
 * than `most` bytes; *size (or NULL) gets the length. ST_IO for reasons of the system (no such file,
 * permissions, a loop of links), ST_DATA otherwise; the text names the file and the reason. */
status file_check(const char *path, uint64_t most, uint64_t *size, struct error *e);

/* A buffer that is reused from file to file. Freed by free(buffer.bytes). */
struct file_buffer {
    unsigned char *bytes; /* heap */
    size_t size, capacity;
};

/* file_check, then the whole file into the buffer. */
status file_read(const char *path, uint64_t most, struct file_buffer *buffer, struct error *e);

#endif
