/* SHA-256 over libmd. */
#include "support/hash.h"
#include "support/file.h"
#include <errno.h>
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
    TRY(file_check(path, UINT64_MAX, NULL, e));
    return SHA256File(path, hex) ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
}
