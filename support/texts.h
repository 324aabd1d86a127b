/* Distinct texts in the order in which they come. */
#ifndef SPIKEBENCH_SUPPORT_TEXTS_H
#define SPIKEBENCH_SUPPORT_TEXTS_H

#include "support/mem.h"
#include <stdbool.h>

/* All zero: none. The first failed allocation is kept until whoever fills the list asks for it. */
struct texts {
    struct mem mem;
    const char **v; /* [n] owned; heap */
    size_t n, capacity;
    bool no_memory;
};

/* The place of a text, from 0; it is added, copied, if it is new. n if there is no memory. */
size_t texts_place(struct texts *t, const char *text);
void texts_free(struct texts *t);

#endif
