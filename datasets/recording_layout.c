/* See recording_layout.h. */
#include "datasets/recording_layout.h"
#include "datasets/recording_formats.h"
#include <string.h>

const char *const label_source_names[] = {"folder", "file", "csv", NULL};
const char *const group_source_names[] = {"file", "folder", "prefix", "column", NULL};

const struct recording_format *recording_layout_format(struct recording_set *s, struct recording_layout *l,
                                                       const char *name)
{
    const struct recording_format *f = recording_format_of(name);
    if (f && strcmp(l->format, "auto") != 0 && strcmp(l->format, f->name) != 0) f = NULL;
    s->info.usage.others += !f;
    if (!f) return NULL;
    if (f->text)
        l->text = true;
    else
        l->others = true;
    return f;
}

status recording_layout_place(struct texts *t, const char *text, size_t *place, struct error *e)
{
    *place = texts_place(t, text);
    return t->no_memory ? FAIL(e, ST_MEMORY, "no memory for the names of classes and groups") : ST_OK;
}
