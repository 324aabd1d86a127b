/* SHA-256 (libmd), in hexadecimal. */
#ifndef SPIKEBENCH_SUPPORT_HASH_H
#define SPIKEBENCH_SUPPORT_HASH_H

#include "support/err.h"
#include <sha2.h>
#include <stddef.h>

enum { HASH_HEX = 65 }; /* 64 digits and the terminator */

struct hash {
    SHA2_CTX context;
};

void hash_start(struct hash *h);
void hash_add(struct hash *h, const void *bytes, size_t size);
void hash_finish(struct hash *h, char hex[HASH_HEX]);
/* Of a file's bytes. ST_IO. */
status hash_file(const char *path, char hex[HASH_HEX], struct error *e);

#endif
