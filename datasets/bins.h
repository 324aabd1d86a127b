/* Bins of time with exact edges: bin k holds edge(k) <= t < edge(k + 1). */
#ifndef SPIKEBENCH_DATASETS_BINS_H
#define SPIKEBENCH_DATASETS_BINS_H

#include "support/mem.h"
#include <stddef.h>
#include <stdint.h>

/* over / under in lowest terms. */
struct fraction {
    uint64_t over, under;
};

/* The shortest decimal that is read back as v, as a fraction: 1.4 is 7/5, not the binary number next to it.
 * v > 0. under = 0 if it does not fit (v too large or too small for 64 bits). */
struct fraction fraction_of(double v);

/* Numbers in which times are stored: binary, `mantissa` bits after the leading one, none finer than
 * 2^finest. */
struct time_type {
    int mantissa, finest;
};
extern const struct time_type time_double;

/* T bins of a duration. */
struct bins {
    size_t T;
    double *edge; /* [T + 1] */
};

/* edge(k) = k duration / T, the duration taken as the decimal that is written in the options, each rounded
 * once to the numbers in which the times are stored: a time on a regular grid that fits the bins, stored as
 * the number next to it, is in the bin that it begins. Owned by the arena; ST_MEMORY. */
status bins_create(struct bins *b, double duration, size_t T, struct time_type type, struct mem *m,
                   struct error *e);

/* The bin of a time t >= 0, or T if it is not before the last edge. */
size_t bins_find(const struct bins *b, double t);

#endif
