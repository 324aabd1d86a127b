/* The seeded random generator: xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64. Every random
 * draw of the program comes from one of these; independent uses take independent streams of the run's seed.
 */
#ifndef SPIKEBENCH_SUPPORT_RNG_H
#define SPIKEBENCH_SUPPORT_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Starts the stream called `stream` ("split", "encode", "start", "solver", ...) of `seed`. */
void rng_seed(struct rng *r, uint64_t seed, const char *stream);

/* Starts the stream of one item of `stream`: each item has a stream of its own, which does not depend on how
 * many draws others took. */
void rng_seed_item(struct rng *r, uint64_t seed, const char *stream, uint64_t item);

uint64_t rng_u64(struct rng *r);
double rng_uniform(struct rng *r); /* uniform on [0, 1), 53 bits */
double rng_normal(struct rng *r);  /* standard normal (Box-Muller, two draws per value, no hidden state) */
size_t rng_below(struct rng *r, size_t n);            /* uniform on 0 .. n-1 without bias; n >= 1 */
void rng_shuffle(struct rng *r, size_t *v, size_t n); /* Fisher-Yates, in place */

#endif
