/* A page of documentation, written once and set in several formats. Texts are plain: a format escapes what it
 * has to. */
#ifndef SPIKEBENCH_COMMANDS_PAGE_H
#define SPIKEBENCH_COMMANDS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PAGE_COLUMNS_MAX = 6 };

struct page_column {
    const char *name;
    bool literal; /* cells are what one types or reads in a file, not sentences */
};

/* A table's first column names the row and its last column says what it means. Cells may be "". */
struct page {
    FILE *out;
    const struct page_format *format;
    const struct page_column *columns; /* of the table that is being written */
    size_t n_columns;
    size_t column; /* of the line that is being written */
    bool fresh;    /* nothing was written since the last section's title */
};

struct page_format {
    void (*begin)(FILE *out);                                       /* title and first words */
    void (*section)(struct page *p, const char *title, bool inner); /* inner: a part of a section */
    void (*paragraph)(struct page *p, const char *text);
    void (*literal)(struct page *p, const char *lines); /* lines as they are, each with its newline */
    void (*table)(struct page *p);                      /* begins it: columns and n_columns are set */
    void (*row)(struct page *p, const char *const *cells);
};
extern const struct page_format page_markdown, page_man;

/* Writes the reference of all commands and modules. (reference.c) */
struct call;
void reference_write(const struct page_format *format, const struct call *call, FILE *out);

/* Writes the completion script for bash. (completion.c) */
void completion_write_bash(const struct call *call, FILE *out);

#endif
