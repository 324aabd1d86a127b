/* Pages of documentation: text for terminals, in lines of at most 100 characters, or GitHub's Markdown. */
#ifndef SPIKEBENCH_SUPPORT_PAGE_H
#define SPIKEBENCH_SUPPORT_PAGE_H

#include "support/opt.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct page {
    FILE *out;
    bool markdown;
    size_t width;  /* of the first cells of a table in text */
    size_t indent; /* of text, where it has a title */
    bool begun;    /* there is something before, so that a line is left free */
};

/* The title of a section (level 2) or of a part of it (level 3). */
void page_title(struct page *p, int level, const char *title);
/* Sentences. */
void page_text(struct page *p, const char *text);
/* Begins a table of n columns. In text it has no head, and first cells of `width` characters. */
void page_table(struct page *p, size_t width, const char *const *columns, size_t n);
/* A row of it. In Markdown the first cell, and those whose bit is set in `literal`, are what one types or
 * reads in a file; in text there are two cells. */
void page_row(struct page *p, const char *const *cells, size_t n, unsigned literal);

/* A table of keys, columns, files or the like, called `what`, with a unit (NULL: none) and a meaning each. */
void page_entries(struct page *p, const char *what);
void page_entry(struct page *p, const char *name, const char *unit, const char *meaning);
/* A part about the options of a table, their keys behind `prefix`; nothing if there are none. */
void page_options(struct page *p, const char *title, const struct option_table *t, const char *prefix);

#endif
