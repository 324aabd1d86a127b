/* See texts.h. */
#include "support/texts.h"
#include <stdlib.h>
#include <string.h>

size_t texts_place(struct texts *t, const char *text)
{
    size_t i = 0;
    while (i < t->n && strcmp(t->v[i], text) != 0) i++;
    if (i < t->n) return i;
    if (t->n == t->capacity) {
        const size_t more = t->capacity ? 2 * t->capacity : 32;
        const char **grown = realloc(t->v, more * sizeof *grown);
        t->no_memory = t->no_memory || !grown;
        if (!grown) return t->n;
        t->v = grown;
        t->capacity = more;
    }
    const char *kept = mem_string(&t->mem, text, NULL);
    t->no_memory = t->no_memory || !kept;
    if (!kept) return t->n;
    t->v[t->n++] = kept;
    return i;
}

void texts_free(struct texts *t)
{
    free(t->v);
    mem_free(&t->mem);
    *t = (struct texts){.n = 0};
}
