/* Opening data files that may be anything (a folder, a pipe, a loop of links, 5 GB of nothing), and writing
 * files that are complete or as they were before. */
#ifndef SPIKEBENCH_SUPPORT_FILE_H
#define SPIKEBENCH_SUPPORT_FILE_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Refuses what is no regular file (without opening it: a pipe would wait for a writer) and what is larger
 * than `most` bytes; *size (or NULL) gets the length. ST_IO for reasons of the system (no such file,
 * permissions, a loop of links), ST_DATA otherwise; the text names the file and the reason. */
status file_check(const char *path, uint64_t most, uint64_t *size, struct error *e);

/* file_check, then opens the file for reading; *f is NULL after an error. */
status file_open(const char *path, uint64_t most, FILE **f, struct error *e);

/* A buffer that is reused from file to file. Freed by free(buffer.bytes). */
struct file_buffer {
    unsigned char *bytes; /* heap */
    size_t size, capacity;
};

/* file_check, then the whole file into the buffer, and a zero behind it, so that it may be read as a text. */
status file_read(const char *path, uint64_t most, struct file_buffer *buffer, struct error *e);

/* A file that replaces PATH in one step: what is written goes to a new file beside it. All zero: none. */
struct file_writer {
    FILE *file;
    char *path, *temporary;
    bool derived; /* can be made again from others: it is not waited for until it is on the disk */
};

/* Whether a file is called as such a new one is: what a process that was killed has left. */
bool file_is_temporary(const char *name);
/* Opens the new file. ST_IO naming `path`, ST_MEMORY. */
status file_create(struct file_writer *w, const char *path, struct error *e);
/* Puts its bytes on the disk, closes it, renames it to PATH and puts that on the disk, too: after a power cut
 * PATH is the old file or the new one. The new file is gone after an error (ST_IO). */
status file_commit(struct file_writer *w, struct error *e);
/* Removes the new file; PATH stays as it was. Accepts an all-zero writer. */
void file_abandon(struct file_writer *w);
/* Copies a file to `to` through such a writer, which is `derived` or not. ST_IO. */
status file_copy(const char *from, const char *to, bool derived, struct error *e);

/* Renames PATH to the first of PATH.aside, PATH.aside1, ... that is not there: nothing that somebody may
 * still want is overwritten. `name` gets the new name. ST_IO. */
status file_set_aside(const char *path, char *name, size_t size, struct error *e);

/* Gives the file such a name as well: what replaces PATH afterwards, in one step, leaves it under this one.
 * ST_IO. */
status file_keep(const char *path, char *name, size_t size, struct error *e);

/* Locks the file, made if it is not there, until the last of this process and its children has closed the
 * descriptor; not *taken: another holds it. The caller closes it if it is not negative. ST_IO. */
status file_lock(const char *path, int *descriptor, bool *taken, struct error *e);

/* file_lock for several holders at the same time, all of which have given the same word (a short one, written
 * in the file by the first). Waits for two seconds where another has the lock. */
status file_lock_among(const char *path, const char *word, int *descriptor, bool *taken, struct error *e);
/* file_lock that waits until it has the lock. */
status file_lock_wait(const char *path, int *descriptor, struct error *e);

/* CRC-32 of a file's bytes, eight hexadecimal digits. ST_IO. */
enum { FILE_CRC = 9 };
status file_crc32(const char *path, char text[FILE_CRC], struct error *e);
/* Puts a CRC-32 behind all that was written to `f`, which must be readable too. ST_IO. */
status file_seal(FILE *f, struct error *e);
/* ST_DATA "WHAT is damaged: ..." if the file is not as it was sealed; else it stands at its beginning. ST_IO.
 */
status file_check_seal(FILE *f, const char *what, struct error *e);

#endif
