/* See rows.h. */
#include "records/rows.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 768, CELL_MAX = 1024 };

/* Who says what a table lacks (rows.h). */
struct filler {
    missing_cell missing;
    void *context;
};

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

/* The column of each name in a table. */
static void find_columns(const struct csv_table *t, const char *const *names, size_t n, long *places)
{
    for (size_t c = 0; c < n; c++) places[c] = csv_column(t, names[c]);
}

static void put_missing(const struct filler *f, size_t row, const char *column, struct csv_writer *w)
{
    char text[CELL_MAX];
    csv_put(w, f->missing && f->missing(f->context, row, column, text, sizeof text) ? text : "nan");
}

static void write_table(const struct record *rows, size_t n_rows, const char *const *names, size_t columns,
                        const struct filler *f, struct csv_writer *w)
{
    long places[COLUMNS_MAX];
    const struct csv_table *last = NULL;
    csv_put_texts(w, names, columns);
    csv_end_row(w);
    for (size_t i = 0; i < n_rows; i++) {
        const struct record *r = &rows[i];
        if (!r->table) continue;
        if (r->table != last) find_columns(r->table, names, columns, places);
        last = r->table;
        for (size_t c = 0; c < columns; c++) {
            const char *cell = places[c] == CSV_NONE ? "nan" : csv_cell(r->table, r->row, (size_t)places[c]);
            if (strcmp(cell, "nan") == 0)
                put_missing(f, i, names[c], w);
            else
                csv_put(w, cell);
        }
        csv_end_row(w);
    }
}

status rows_write(const char *path, const struct record *rows, size_t n, missing_cell missing, void *context,
                  struct error *e)
{
    const struct filler filler = {missing, context};
    const char *names[COLUMNS_MAX];
    const size_t columns = merge_columns(rows, n, names);
    struct csv_writer w;
    if (columns > COLUMNS_MAX) return FAIL(e, ST_INTERNAL, "too many result columns");
    if (columns == 0)
        return remove(path) == 0 || errno == ENOENT ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    TRY(csv_open(&w, path, e));
    write_table(rows, n, names, columns, &filler, &w);
    return csv_close(&w, e);
}
