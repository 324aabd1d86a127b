/* See recording_set.h. */
#include "datasets/recording_set.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void recording_set_free(struct recording_set *s)
{
    for (int k = 0; k < N_SPLITS; k++) free(s->side[k].items);
    free(s->file.bytes);
    events_free(&s->events);
    texts_free(&s->classes);
    texts_free(&s->groups);
    mem_free(&s->mem);
}

status recording_set_add(struct recording_set *s, struct sample_list *list, const struct sample_file *f,
                         struct error *e)
{
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 256;
        struct sample_file *items = realloc(list->items, capacity * sizeof *items);
        if (!items) return FAIL(e, ST_MEMORY, "no memory for %zu file names", capacity);
        list->items = items;
        list->capacity = capacity;
    }
    struct sample_file *copy = &list->items[list->n];
    *copy = *f;
    copy->path = mem_string(&s->mem, f->path, e);
    copy->name = copy->path ? mem_string(&s->mem, f->name, e) : NULL;
    if (!copy->name) return ST_MEMORY;
    list->n++;
    return ST_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct sample_file *p = a, *q = b;
    const int order = strcmp(p->name, q->name);
    if (order != 0) return order;
    if (p->from != q->from) return p->from < q->from ? -1 : 1;
    if (p->to != q->to) return p->to < q->to ? -1 : 1;
    if (p->label != q->label) return p->label < q->label ? -1 : 1;
    return (p->group > q->group) - (p->group < q->group);
}

void recording_set_sort(struct sample_list *list)
{
    if (list->n > 1) qsort(list->items, list->n, sizeof *list->items, by_name);
}

/* A class by its name. */
struct named_class {
    const char *name;
    long long number;
    size_t place; /* in the texts */
};

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct named_class *)a)->name, ((const struct named_class *)b)->name);
}

static int by_number(const void *a, const void *b)
{
    const struct named_class *p = a, *q = b;
    return p->number != q->number ? (p->number < q->number ? -1 : 1) : strcmp(p->name, q->name);
}

status recording_set_number_classes(struct recording_set *s, struct error *e)
{
    const size_t n = s->classes.n;
    bool numbers = true;
    struct named_class *all = mem_alloc(&s->mem, n, sizeof *all, e);
    int *label = mem_alloc(&s->mem, n, sizeof *label, e);
    if (!all || !label || s->classes.no_memory) return FAIL(e, ST_MEMORY, "no memory for %zu classes", n);
    for (size_t k = 0; k < n; k++) {
        char *end = NULL;
        errno = 0;
        all[k] = (struct named_class){s->classes.v[k], strtoll(s->classes.v[k], &end, 10), k};
        numbers = numbers && errno == 0 && end != s->classes.v[k] && *end == '\0';
    }
    if (n > 1) qsort(all, n, sizeof *all, numbers ? by_number : by_text);
    s->class_names = mem_alloc(&s->mem, n, sizeof *s->class_names, e);
    if (!s->class_names) return ST_MEMORY;
    for (size_t k = 0; k < n; k++) {
        label[all[k].place] = (int)k;
        s->class_names[k] = all[k].name;
    }
    for (int side = 0; side < N_SPLITS; side++)
        for (size_t i = 0; i < s->side[side].n; i++)
            s->side[side].items[i].label = label[s->side[side].items[i].label];
    s->info.n_classes = n;
    return ST_OK;
}
