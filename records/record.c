/* Result rows. */
#include "records/record.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

status record_put(struct record *r, const char *name, const char *value, struct error *e)
{
    if (r->n == RECORD_MAX) return FAIL(e, ST_INTERNAL, "more than %d result columns", RECORD_MAX);
    char *n = mem_string(&r->mem, name, e), *v = mem_string(&r->mem, value, e);
    if (!n || !v) return ST_MEMORY;
    for (char *c = v; *c; c++)
        if (*c == ',' || *c == '\n' || *c == '\r') *c = ' ';
    r->names[r->n] = n;
    r->values[r->n++] = v;
    return ST_OK;
}

status record_put_number(struct record *r, const char *name, double value, struct error *e)
{
    char text[40];
    if (isnan(value))
        snprintf(text, sizeof text, "nan");
    else
        snprintf(text, sizeof text, "%.17g", value);
    return record_put(r, name, text, e);
}

const char *record_get(const struct record *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->names[i], name) == 0) return r->values[i];
    return NULL;
}

void record_free(struct record *r)
{
    mem_free(&r->mem);
    r->n = 0;
}

static size_t find(const char *const *names, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(names[i], name) != 0) i++;
    return i;
}

bool record_counted_otherwise(const struct csv_table *runs, size_t row, const char *column)
{
    static const char *const counts[] = {"forward_passes", "backward_passes", "train_synops", "train_macs"};
    enum { N = sizeof counts / sizeof *counts };
    if (find(counts, N, column) == N) return false;
    long c = csv_column(runs, "schema");
    return c == CSV_NONE || !(strtod(csv_cell(runs, row, (size_t)c), NULL) >= RECORD_SCHEMA);
}

status record_from_table(struct record *r, const struct csv_table *t, size_t row, struct error *e)
{
    for (size_t c = 0; c < t->n_columns; c++) TRY(record_put(r, t->names[c], csv_cell(t, row, c), e));
    return ST_OK;
}

status record_write(const struct record *r, const char *path, struct error *e)
{
    return records_write(&r, 1, path, e);
}

status records_write(const struct record *const *rows, size_t n, const char *path, struct error *e)
{
    const char *names[4 * RECORD_MAX];
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) {
        size_t place = 0; /* where a new column of this row goes */
        for (size_t c = 0; c < rows[i]->n; c++) {
            size_t at = find(names, columns, rows[i]->names[c]);
            if (at == columns) {
                if (columns == sizeof names / sizeof *names)
                    return FAIL(e, ST_INTERNAL, "too many result columns");
                memmove(names + place + 1, names + place, (columns - place) * sizeof *names);
                names[place] = rows[i]->names[c];
                columns++;
                at = place;
            }
            place = at + 1;
        }
    }
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    for (size_t c = 0; c < columns; c++) csv_put(&w, names[c]);
    csv_end_row(&w);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < columns; c++) {
            const char *value = record_get(rows[i], names[c]);
            csv_put(&w, value ? value : "nan");
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}
