/* CSV over libcsv. */
#include "support/csvio.h"
#include "support/file.h"
#include "support/texts.h"
#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4800 };

/* What the parser's callbacks fill: cells of all rows, the header included. */
struct reading {
    char *text; /* the cells one after another, each with its end */
    size_t used, size;
    size_t *starts;            /* [n] where a cell begins in `text` */
    size_t n, capacity, first; /* first: cells of the first row, once known */
    size_t row, in_row;        /* current row from 1, cells in it */
    size_t bad_row, bad_cells;
    int no_memory;
};

/* Room for `more` elements behind `used`; NULL without memory, then the array stays. */
static void *grow(void *array, size_t used, size_t more, size_t *capacity, size_t size)
{
    if (more <= *capacity - used) return array;
    size_t wanted = *capacity ? 2 * *capacity : 1024;
    while (wanted - used < more) wanted *= 2;
    void *grown = realloc(array, wanted * size);
    if (grown) *capacity = wanted;
    return grown;
}

static void on_cell(void *bytes, size_t size, void *context)
{
    struct reading *r = context;
    if (r->no_memory) return;
    char *text = grow(r->text, r->used, size + 1, &r->size, 1);
    if (text) r->text = text;
    size_t *starts = grow(r->starts, r->n, 1, &r->capacity, sizeof *starts);
    if (starts) r->starts = starts;
    if (!text || !starts) {
        r->no_memory = 1;
        return;
    }
    if (size > 0) memcpy(text + r->used, bytes, size);
    text[r->used + size] = '\0';
    starts[r->n++] = r->used;
    r->used += size + 1;
    r->in_row++;
}

static void on_row(int terminator, void *context)
{
    (void)terminator;
    struct reading *r = context;
    r->row++;
    if (r->row == 1) r->first = r->in_row;
    if (r->in_row != r->first && r->bad_row == 0) {
        r->bad_row = r->row;
        r->bad_cells = r->in_row;
    }
    r->in_row = 0;
}

/* The slot of a column's name, or the empty one where it belongs. */
static size_t slot_of(const struct csv_table *t, const char *name)
{
    size_t slot = (size_t)texts_hash(TEXTS_HASH, name) & (t->n_slots - 1);
    while (t->slots[slot] && strcmp(t->names[t->slots[slot] - 1], name) != 0)
        slot = (slot + 1) & (t->n_slots - 1);
    return slot;
}

/* Columns by name; of two with one name the first is found. */
static status index_names(struct csv_table *t, struct error *e)
{
    const size_t n = texts_slots(t->n_columns);
    if (!(t->slots = mem_alloc(&t->mem, n, sizeof *t->slots, e))) return ST_MEMORY;
    t->n_slots = n;
    for (size_t i = 0; i < t->n_columns; i++) {
        const size_t slot = slot_of(t, t->names[i]);
        if (!t->slots[slot]) t->slots[slot] = i + 1;
    }
    return ST_OK;
}

/* Hands the cells to the table's arena. */
static status fill_table(struct csv_table *t, struct reading *r, int header, struct error *e)
{
    t->n_columns = r->first;
    size_t skip = header ? r->first : 0;
    t->n_rows = r->first ? (r->n - skip) / r->first : 0;
    t->names = mem_alloc(&t->mem, t->n_columns, sizeof *t->names, e);
    t->cells = mem_alloc(&t->mem, t->n_rows * t->n_columns, sizeof *t->cells, e);
    if (!t->names || !t->cells) return ST_MEMORY;
    char *text = r->used > 0 ? realloc(r->text, r->used) : NULL;
    if (text) r->text = text;
    if (r->text) TRY(mem_keep(&t->mem, r->text, r->used, e));
    text = r->text;
    r->text = NULL; /* the arena's */
    for (size_t i = 0; i < t->n_columns; i++) {
        char number[32];
        snprintf(number, sizeof number, "%zu", i + 1);
        t->names[i] = header ? text + r->starts[i] : mem_string(&t->mem, number, e);
        if (!t->names[i]) return ST_MEMORY;
    }
    for (size_t i = 0; i < t->n_rows * t->n_columns; i++) t->cells[i] = text + r->starts[skip + i];
    t->first_line = header ? 2 : 1;
    return index_names(t, e);
}

const char *csv_reason(int code)
{
    return code == CSV_EPARSE ? "a quote (\") is open or stands within a cell" : csv_strerror(code);
}

static status read_cells(struct reading *r, const char *source, const void *bytes, size_t size,
                         struct error *e)
{
    struct csv_parser parser;
    status st = ST_OK;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return FAIL(e, ST_MEMORY, "%s: cannot start the CSV parser", source);
    const size_t used = csv_parse(&parser, bytes, size, on_cell, on_row, r);
    int code = csv_error(&parser);
    if (used == size && code == 0 && csv_fini(&parser, on_cell, on_row, r) != 0) code = csv_error(&parser);
    if (r->no_memory || code == CSV_ENOMEM)
        st = FAIL(e, ST_MEMORY, "%s: no memory for its cells", source);
    else if (used != size || code != 0)
        st = FAIL(e, ST_DATA, "%s: line %zu: %s", source, r->row + 1, csv_reason(code));
    else if (r->bad_row)
        st = FAIL(e, ST_DATA, "%s: line %zu: %zu cells, but line 1 has %zu", source, r->bad_row, r->bad_cells,
                  r->first);
    else if (r->row == 0)
        st = FAIL(e, ST_DATA, "%s: line 1: the file is empty", source);
    csv_free(&parser);
    return st;
}

status csv_parse_memory(struct csv_table *t, const char *source, const void *bytes, size_t size, int header,
                        struct error *e)
{
    struct reading r = {0};
    memset(t, 0, sizeof *t);
    if (!(t->source = mem_string(&t->mem, source, e))) return ST_MEMORY;
    status st = read_cells(&r, source, bytes, size, e);
    if (st == ST_OK) st = fill_table(t, &r, header, e);
    free(r.text);
    free(r.starts);
    return st;
}

status csv_read(struct csv_table *t, const char *path, int header, struct error *e)
{
    struct file_buffer b = {NULL, 0, 0};
    memset(t, 0, sizeof *t);
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    if (st == ST_OK) st = csv_parse_memory(t, path, b.bytes, b.size, header, e);
    free(b.bytes);
    return st;
}

status csv_load(struct csv_table *t, struct error *e, const char *format, ...)
{
    char path[PATH_SIZE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(path, sizeof path, format, list);
    va_end(list);
    return csv_read(t, path, 1, e);
}

void csv_table_free(struct csv_table *t)
{
    mem_free(&t->mem);
    memset(t, 0, sizeof *t);
}

long csv_column(const struct csv_table *t, const char *name)
{
    if (t->n_slots == 0) return CSV_NONE;
    const size_t place = t->slots[slot_of(t, name)];
    return place ? (long)place - 1 : CSV_NONE;
}

status csv_need(const struct csv_table *t, const char *const *names, size_t n, struct error *e)
{
    for (size_t i = 0; i < n; i++)
        if (csv_column(t, names[i]) == CSV_NONE)
            return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", t->source, names[i]);
    return ST_OK;
}

const char *csv_cell(const struct csv_table *t, size_t row, size_t column)
{
    return t->cells[row * t->n_columns + column];
}

bool csv_constant(const struct csv_table *t, size_t column)
{
    for (size_t row = 1; row < t->n_rows; row++)
        if (strcmp(csv_cell(t, row, column), csv_cell(t, 0, column)) != 0) return false;
    return t->n_rows > 0;
}

const char *csv_text(const struct csv_table *t, size_t row, const char *name)
{
    long c = csv_column(t, name);
    return c == CSV_NONE ? "nan" : csv_cell(t, row, (size_t)c);
}

status csv_number(const struct csv_table *t, size_t row, size_t column, double *value, struct error *e)
{
    const char *text = csv_cell(t, row, column);
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end != '\0')
        return FAIL(e, ST_DATA, "%s: line %zu: column '%s': '%s' is no number", t->source,
                    row + t->first_line, t->names[column], text);
    return ST_OK;
}

double csv_value(const struct csv_table *t, size_t row, const char *name)
{
    const char *text = row < t->n_rows ? csv_text(t, row, name) : "nan";
    char *end;
    const double v = strtod(text, &end);
    return end == text || *end ? NAN : v;
}

/* --- writing ------------------------------------------------------------------------------------------- */

status csv_open(struct csv_writer *w, const char *path, struct error *e)
{
    memset(w, 0, sizeof *w);
    return file_create(&w->out, path, e);
}

status csv_start(struct csv_writer *w, const char *head, struct error *e, const char *format, ...)
{
    char path[PATH_SIZE];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(path, sizeof path, format, list);
    va_end(list);
    TRY(csv_open(w, path, e));
    if (head) csv_head(w, head);
    return ST_OK;
}

void csv_head(struct csv_writer *w, const char *names)
{
    if (fputs(names, w->out.file) == EOF) w->failed = 1;
    csv_end_row(w);
}

void csv_put(struct csv_writer *w, const char *text)
{
    if (w->column++ > 0 && fputc(',', w->out.file) == EOF) w->failed = 1;
    bool plain = text[0] != '\0' && strpbrk(text, ",\"\r\n") == NULL && text[0] != ' ' &&
                 text[strlen(text) - 1] != ' ';
    if (plain || text[0] == '\0') {
        if (fputs(text, w->out.file) == EOF) w->failed = 1;
    } else if (csv_fwrite(w->out.file, text, strlen(text)) != 0) {
        w->failed = 1;
    }
}

void csv_put_number(struct csv_writer *w, double value)
{
    char text[40] = ",nan";
    if (!isnan(value)) (void)snprintf(text + 1, sizeof text - 1, "%.17g", value);
    if (fputs(w->column++ > 0 ? text : text + 1, w->out.file) == EOF) w->failed = 1;
}

void csv_put_texts(struct csv_writer *w, const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) csv_put(w, texts[i]);
}

void csv_put_numbers(struct csv_writer *w, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) csv_put_number(w, values[i]);
}

void csv_end_row(struct csv_writer *w)
{
    if (fputc('\n', w->out.file) == EOF) w->failed = 1;
    w->column = 0;
}

void csv_numbers(struct csv_writer *w, const double *values, size_t n)
{
    csv_put_numbers(w, values, n);
    csv_end_row(w);
}

status csv_close(struct csv_writer *w, struct error *e)
{
    if (!w->failed) return file_commit(&w->out, e);
    status st = FAIL(e, ST_IO, "%s: %s", w->out.path, strerror(errno));
    file_abandon(&w->out);
    return st;
}

status csv_end(struct csv_writer *w, status st, struct error *e)
{
    if (st == ST_OK) return csv_close(w, e);
    file_abandon(&w->out);
    return st;
}
