/* See rows.h. */
#include "records/rows.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 768, CELL_MAX = 1024 };

/* The union of the columns; returns how many, COLUMNS_MAX + 1 if they are more. */
static size_t merge_columns(const struct record *rows, size_t n_rows, const char *names[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const struct csv_table *t = rows[i].table;
        size_t place = 0; /* where a new column of this row goes */
        if (i > 0 && t == rows[i - 1].table) continue;
        for (size_t c = 0; t && c < t->n_columns; c++) {
            size_t at = 0;
            while (at < n && strcmp(names[at], t->names[c]) != 0) at++;
            if (at == n) {
                if (n == COLUMNS_MAX) return COLUMNS_MAX + 1;
                at = place;
                memmove(names + at + 1, names + at, (n - at) * sizeof *names);
                names[at] = t->names[c];
                n++;
            }
            place = at + 1;
        }
    }
    return n;
}

status rows_write(const char *path, const struct record *rows, size_t n, missing_cell missing, void *context,
                  struct error *e)
{
    const char *names[COLUMNS_MAX];
    long places[COLUMNS_MAX]; /* of the names in the table of the row */
    char text[CELL_MAX];
    const size_t columns = merge_columns(rows, n, names);
    struct csv_writer w;
    if (columns > COLUMNS_MAX) return FAIL(e, ST_INTERNAL, "too many result columns");
    if (columns == 0)
        return remove(path) == 0 || errno == ENOENT ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    TRY(csv_open(&w, path, e));
    csv_put_texts(&w, names, columns);
    csv_end_row(&w);
    const struct csv_table *last = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct csv_table *t = rows[i].table;
        if (!t) continue;
        for (size_t c = 0; t != last && c < columns; c++) places[c] = csv_column(t, names[c]);
        last = t;
        for (size_t c = 0; c < columns; c++) {
            const char *cell = places[c] == CSV_NONE ? "nan" : csv_cell(t, rows[i].row, (size_t)places[c]);
            const bool lacks = missing && strcmp(cell, "nan") == 0;
            csv_put(&w, lacks && missing(context, i, names[c], text, sizeof text) ? text : cell);
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}
