/* The images of the UCI digits (see digits_images.h). */
#include "datasets/digits_images.h"
#include "support/csvio.h"
#include "support/file_kind.h"
#include "support/find.h"
#include <string.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, LEVELS = 16, CLASSES = 10 };

extern const unsigned char digits_csv_start[],
    digits_csv_end[]; /* datasets/digits.csv, linked in by the Makefile */

static status read_value(const struct csv_table *t, size_t row, size_t column, int top, int *value,
                         struct error *e)
{
    double v = 0;
    TRY(csv_number(t, row, column, &v, e));
    if (!(v >= 0 && v <= top) || v != floor(v))
        return FAIL(e, ST_DATA, "%s: line %zu: column %zu: '%s' is not an integer from 0 to %d%s", t->source,
                    row + t->first_line, column + 1, csv_cell(t, row, column), top,
                    column == PIXELS ? " (label)" : "");
    *value = (int)v;
    return ST_OK;
}

static status take_rows(struct images *i, const struct csv_table *t, struct error *e)
{
    if (t->n_columns != PIXELS + 1)
        return FAIL(e, ST_DATA, "%s: line 1: %zu columns instead of %d (64 pixels and the label)", t->source,
                    t->n_columns, PIXELS + 1);
    i->n = i->n_train = t->n_rows;
    i->pixels = mem_alloc(&i->mem, i->n * PIXELS, sizeof *i->pixels, e);
    i->labels = mem_alloc(&i->mem, i->n, sizeof *i->labels, e);
    if (!i->pixels || !i->labels) return ST_MEMORY;
    struct hash h;
    hash_start(&h);
    for (size_t k = 0; k < i->n; k++) {
        unsigned char row[PIXELS + 1];
        for (size_t j = 0; j <= PIXELS; j++) {
            int v = 0;
            TRY(read_value(t, k, j, j == PIXELS ? CLASSES - 1 : LEVELS, &v, e));
            row[j] = (unsigned char)v;
        }
        memcpy(i->pixels + k * PIXELS, row, PIXELS);
        i->labels[k] = row[PIXELS];
        hash_add(&h, row, sizeof row);
    }
    hash_finish(&h, i->sha256);
    return ST_OK;
}

status digits_images(struct images *i, const char *path, struct error *e)
{
    struct csv_table t = {0};
    char file[FIND_PATH];
    *i = (struct images){.width = SIDE, .height = SIDE, .n_classes = CLASSES, .top = LEVELS};
    TRY(find_home(path, file, sizeof file, e));
    status st = path[0] ? csv_read(&t, file, 0, e)
                        : csv_parse_memory(&t, "digits.csv", digits_csv_start,
                                           (size_t)(digits_csv_end - digits_csv_start), 0, e);
    if (st == ST_OK) st = take_rows(i, &t, e);
    const char *kind = st == ST_DATA && path[0] ? file_kind_of(file) : NULL;
    if (kind) st = FAIL(e, ST_DATA, "%s: is no CSV file but %s", file, kind);
    csv_table_free(&t);
    return st;
}
