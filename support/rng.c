/* xoshiro256** and the draws made from it. */
#include "support/rng.h"
#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed, const char *stream)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a of the stream's name */
    for (const char *c = stream; *c; c++) hash = (hash ^ (uint64_t)(unsigned char)*c) * 0x100000001b3u;
    uint64_t x = seed;
    x = splitmix(&x) ^ hash;
    for (int i = 0; i < 4; i++) r->s[i] = splitmix(&x);
}

void rng_seed_item(struct rng *r, uint64_t seed, const char *stream, uint64_t item)
{
    rng_seed(r, seed, stream);
    uint64_t x = r->s[0] ^ splitmix(&item);
    for (int i = 0; i < 4; i++) r->s[i] = splitmix(&x);
}

static uint64_t rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t result = rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate(r->s[3], 45);
    return result;
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1.0p-53;
}

double rng_normal(struct rng *r)
{
    double u = 1.0 - rng_uniform(r), v = rng_uniform(r); /* u in (0, 1] */
    return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}

size_t rng_below(struct rng *r, size_t n)
{
    uint64_t range = (uint64_t)n, skip = (UINT64_MAX - range + 1) % range, x;
    do x = rng_u64(r);
    while (x < skip); /* the first 2^64 mod n values would favour small results */
    return (size_t)(x % range);
}

void rng_shuffle(struct rng *r, size_t *v, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, i), old = v[i - 1];
        v[i - 1] = v[j];
        v[j] = old;
    }
}
