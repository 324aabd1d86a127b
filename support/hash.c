/* SHA-256 over libmd. */
#include "support/hash.h"

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
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, &h->context);
    for (int i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[HASH_HEX - 1] = '\0';
}
