/* What a file is by its first bytes: said where a reader meets something else than it reads. */
#ifndef SPIKEBENCH_SUPPORT_FILE_KIND_H
#define SPIKEBENCH_SUPPORT_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>

/* "a web page: the download brought it instead of the file", "a zip archive: unpack it", ...; NULL if the
 * bytes, the beginning of a file (or all of it), are none of the kinds known. Without bytes: "empty". */
const char *file_kind(const unsigned char *bytes, size_t n);

enum { FILE_KIND_BYTES = 512 }; /* as many bytes tell a kind */
/* The same of the file of that name; NULL also if it cannot be read. */
const char *file_kind_of(const char *path);
/* Whether a path is a name and this end, as ".nir". */
bool file_named(const char *path, const char *end);

#endif
