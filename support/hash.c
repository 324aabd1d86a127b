/* SHA-256 over libmd. */
#include "support/hash.h"
#include "support/file.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void hash_start(struct hash *h)
{
    SHA256Init(&h->context);
}

void hash_add(struct hash *h, const void *bytes, size_t size)
{
    SHA256Update(&h->context, bytes, size);
}

void hash_finish(struct hash *h, char hex[HASH_HEX])
{
    (void)SHA256End(&h->context, hex);
}

status hash_file(const char *path, char hex[HASH_HEX], struct error *e)
{
    unsigned char bytes[1 << 14];
    struct hash h;
    size_t n;
    FILE *f = NULL;
    TRY(file_open(path, UINT64_MAX, &f, e));
    hash_start(&h);
    while ((n = fread(bytes, 1, sizeof bytes, f)) > 0) hash_add(&h, bytes, n);
    hash_finish(&h, hex);
    bool good = !ferror(f);
    (void)fclose(f);
    return good ? ST_OK : FAIL(e, ST_IO, "%s: it cannot be read", path);
}
