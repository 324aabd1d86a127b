/* One table, printed as text, Markdown or LaTeX (booktabs). */
#ifndef SPIKEBENCH_SUPPORT_TABLE_H
#define SPIKEBENCH_SUPPORT_TABLE_H

#include "support/mem.h"
#include <stdbool.h>
#include <stdio.h>

enum table_format { TABLE_TEXT, TABLE_MARKDOWN, TABLE_LATEX };
extern const char *const table_format_names[]; /* ends with NULL */

/* All zero: an empty table. The first failed allocation is kept until table_print. */
struct table {
    struct mem mem;
    struct table_column *columns;
    struct table_span *spans;
    const char **cells; /* row after row */
    size_t n_columns, n_spans, n_cells, column_capacity, span_capacity, cell_capacity;
    bool no_memory;
    const char *lead; /* in front of each line of the text form, borrowed; NULL: nothing */
};

/* A column: `left` for words, right for numbers; in text it is at least `width` characters wide, in LaTeX a
 * column of words with a width is a paragraph of 2 mm a character. Formulas in a title stand between $ and
 * are taken by LaTeX as they are. */
void table_column(struct table *t, bool left, size_t width, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Columns without a width, of which the first `words` are of words. */
void table_columns(struct table *t, const char *const *titles, size_t n, size_t words);
/* A title above the next n columns, from the first on; "" leaves them free. */
void table_span(struct table *t, size_t n, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The next cell. " +- " and 1.5e-07 become formulas in LaTeX; a text between backticks is code in Markdown.
 */
void table_put(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* ST_MEMORY if an allocation failed, ST_IO if writing did. */
status table_print(const struct table *t, enum table_format format, FILE *out, struct error *e);
void table_free(struct table *t);

#endif
