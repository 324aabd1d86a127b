/* See texts.h. */
#include "support/texts.h"
#include <stdlib.h>
#include <string.h>

uint64_t texts_hash(uint64_t start, const char *text)
{
    uint64_t h = start;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        h = (h ^ *c) * UINT64_C(1099511628211);
    return (h ^ 0xFF) * UINT64_C(1099511628211); /* no byte of UTF-8: the end of a text counts */
}

size_t texts_slots(size_t n)
{
    size_t slots = 16;
    while (slots < 2 * n) slots *= 2;
    return slots;
}

/* The slot that a text is in, or the empty one where it belongs. */
static size_t slot_of(struct texts *t, const char *text)
{
    size_t slot = (size_t)texts_hash(TEXTS_HASH, text) & (t->n_slots - 1);
    for (; t->slots[slot]; slot = (slot + 1) & (t->n_slots - 1)) {
        t->compared++;
        if (strcmp(t->v[t->slots[slot] - 1], text) == 0) break;
    }
    return slot;
}

/* Room for one more text. */
static bool grow(struct texts *t)
{
    if (t->n < t->capacity) return true;
    const size_t more = t->capacity ? 2 * t->capacity : 32, n_slots = texts_slots(more);
    const char **grown = realloc(t->v, more * sizeof *grown);
    if (grown) t->v = grown;
    size_t *slots = grown ? calloc(n_slots, sizeof *slots) : NULL;
    if (!slots) return false;
    free(t->slots);
    t->slots = slots;
    t->n_slots = n_slots;
    t->capacity = more;
    for (size_t i = 0; i < t->n; i++) {
        size_t slot = (size_t)texts_hash(TEXTS_HASH, t->v[i]) & (n_slots - 1);
        while (slots[slot]) slot = (slot + 1) & (n_slots - 1);
        slots[slot] = i + 1;
    }
    return true;
}

size_t texts_find(struct texts *t, const char *text)
{
    if (t->n == 0) return 0;
    const size_t slot = slot_of(t, text);
    return t->slots[slot] ? t->slots[slot] - 1 : t->n;
}

size_t texts_place(struct texts *t, const char *text)
{
    const size_t place = texts_find(t, text);
    if (place < t->n) return place;
    const char *kept = grow(t) ? mem_string(&t->mem, text, NULL) : NULL;
    t->no_memory = t->no_memory || !kept;
    if (!kept) return t->n;
    t->v[t->n] = kept;
    t->slots[slot_of(t, text)] = t->n + 1;
    return t->n++;
}

void texts_free(struct texts *t)
{
    free(t->v);
    free(t->slots);
    mem_free(&t->mem);
    *t = (struct texts){.n = 0};
}

status texts_end(struct texts *lists, size_t n, status st, const char *what, struct error *e)
{
    for (size_t k = 0; k < n; k++) {
        if (lists[k].no_memory && st == ST_OK) st = FAIL(e, ST_MEMORY, "no memory for %s", what);
        texts_free(&lists[k]);
    }
    return st;
}
