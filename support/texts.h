/* Distinct texts in the order in which they come. */
#ifndef SPIKEBENCH_SUPPORT_TEXTS_H
#define SPIKEBENCH_SUPPORT_TEXTS_H

#include "support/mem.h"
#include <stdbool.h>
#include <stdint.h>

/* All zero: none. The first failed allocation is kept until whoever fills the list asks for it. Whoever sorts
 * v looks nothing up afterwards. */
struct texts {
    struct mem mem;
    const char **v; /* [n] owned; heap */
    size_t n, capacity;
    size_t *slots, n_slots; /* an open hash table of places + 1, 0 where there is none; heap */
    size_t compared;        /* how many texts were compared so far, which says what look-ups cost */
    bool no_memory;
};

/* The place of a text, from 0; it is added, copied, if it is new. n if there is no memory. */
size_t texts_place(struct texts *t, const char *text);
/* The place of a text, or n. */
size_t texts_find(struct texts *t, const char *text);
void texts_free(struct texts *t);
/* Frees n lists; returns `st`, or ST_MEMORY "no memory for WHAT" if that is ST_OK and one of them lost a
 * text. */
status texts_end(struct texts *lists, size_t n, status st, const char *what, struct error *e);

/* FNV-1a over a text, from `start`: TEXTS_HASH, or the hash of what stands before it. */
#define TEXTS_HASH UINT64_C(14695981039346656037)
uint64_t texts_hash(uint64_t start, const char *text);
/* Slots for n texts: a power of two, at most half of them taken. */
size_t texts_slots(size_t n);

#endif
