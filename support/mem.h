/* An arena: a set of allocations with one owner, freed together. Every module state holds one, so that a
 * half-built state is freed the same way as a whole one. */
#ifndef SPIKEBENCH_SUPPORT_MEM_H
#define SPIKEBENCH_SUPPORT_MEM_H

#include "support/err.h"
#include "support/real.h"
#include <stdbool.h>
#include <stddef.h>

struct mem_block;

struct mem {
    struct mem_block *blocks;
    size_t bytes; /* sum of what was asked for and is likely to be used */
    size_t reals; /* of these: reals, of which other precisions take more or less */
    /* Blocks are mappings of zeros that the system backs only where they are touched: code that allocates may
     * run to be counted, whatever the machine has. Set before the first block. */
    bool reserve;
};

/* `count` elements of `size` bytes, zeroed, 64-byte aligned, owned by the arena. NULL with ST_MEMORY in *e if
 * the product overflows or the system refuses. count 0 gives a valid pointer that must not be read. */
void *mem_alloc(struct mem *m, size_t count, size_t size, struct error *e);

/* mem_alloc for `count` reals. */
real *mem_reals(struct mem *m, size_t count, struct error *e);
/* mem_alloc for room of which only `likely` elements are likely to be used: the system backs what is touched
 * alone, so `bytes`, which memory is estimated by, has these. */
void *mem_likely(struct mem *m, size_t count, size_t size, size_t likely, struct error *e);
/* mem_reals for a path that is seldom gone: none of them is likely. */
real *mem_spare(struct mem *m, size_t count, struct error *e);

/* Hands `bytes` that malloc and its kin gave to the arena; on ST_MEMORY they stay the caller's. */
status mem_keep(struct mem *m, void *heap, size_t bytes, struct error *e);
/* Hands a mapping (mmap) of a file to the arena; its pages, which the system may drop, are not of `bytes`. On
 * ST_MEMORY it stays the caller's. */
status mem_keep_mapping(struct mem *m, void *mapping, size_t size, struct error *e);

/* A copy of `text` owned by the arena. */
char *mem_string(struct mem *m, const char *text, struct error *e);

/* Frees everything; the arena is empty and usable afterwards. An all-zero arena is a valid empty one. */
void mem_free(struct mem *m);

#endif
