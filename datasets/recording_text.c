/* Text: a line for each event, columns with a comma, semicolon, tab or blanks between them, by libcsv. A
 * first line of names, else dataset.columns, says which is which. Lines at the beginning that start with # or
 * % are passed over. */
#include "datasets/recording.h"
#include "support/csvio.h"
#include <csv.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MOST = 64 };

/* What the parser's callbacks fill. */
struct reading {
    struct recording *r;
    struct recording_columns columns;
    bool known, named, blanks; /* columns are known; this is the line of names; blanks may be repeated */
    size_t line, cells;        /* the current line, from 1, and how many cells it has so far */
    double values[RECORDING_COLUMNS];
    status st;
    struct error *e;
};

static void take_number(struct reading *t, const char *text, size_t size, size_t cell)
{
    char number[CELL_MOST], *end = number;
    const size_t n = size < sizeof number ? size : 0; /* longer is none */
    int column = 0;
    while (column < RECORDING_COLUMNS && t->columns.number[column] != (int)cell) column++;
    if (column == RECORDING_COLUMNS) return; /* of no interest */
    if (n > 0) memcpy(number, text, n);
    number[n] = '\0';
    t->values[column] = strtod(number, &end);
    if (end == number || *end != '\0' || isalpha((unsigned char)end[-1]))
        t->st = FAIL(t->e, ST_DATA, "%s: line %zu: '%.*s' is no number", t->r->source, t->line,
                     (int)(size < 40 ? size : 40), text);
}

static void on_cell(void *bytes, size_t size, void *context)
{
    struct reading *t = context;
    if (t->st != ST_OK || (t->blanks && size == 0)) return;
    const size_t cell = t->cells++;
    if (!t->named) {
        take_number(t, bytes, size, cell);
        return;
    }
    char name[CELL_MOST] = "";
    memcpy(name, bytes, size < sizeof name ? size : sizeof name - 1);
    if (!recording_columns_add(&t->columns, recording_column(name)))
        t->st = FAIL(t->e, ST_DATA, "%s: line %zu: column '%s' is there twice", t->r->source, t->line, name);
}

/* The end of a row of names. */
static status end_names(const struct reading *t)
{
    return recording_columns_complete(&t->columns)
               ? ST_OK
               : FAIL(t->e, ST_DATA, "%s: line %zu: the names of its columns lack one of x, y, t",
                      t->r->source, t->line);
}

static status end_event(const struct reading *t)
{
    if (t->cells != t->columns.n)
        return FAIL(t->e, ST_DATA, "%s: line %zu: %zu cells; there are %zu columns", t->r->source, t->line,
                    t->cells, t->columns.n);
    return recording_put_numbers(t->r, &t->columns, t->values, (struct recording_place){"line", t->line},
                                 t->e);
}

/* Told of every line feed, and of the end of the text; empty rows are passed over. */
static void on_line(int end, void *context)
{
    struct reading *t = context;
    if (t->st == ST_OK && t->cells > 0) {
        t->st = t->named ? end_names(t) : end_event(t);
        t->named = false;
    }
    t->cells = 0;
    t->line += end == '\n';
}

/* The character between the columns of a line. */
static unsigned char separator_of(const unsigned char *line, size_t n)
{
    static const char candidates[] = ",;\t";
    for (const char *c = candidates; *c; c++)
        if (memchr(line, *c, n)) return (unsigned char)*c;
    return ' ';
}

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

/* Separator, names and columns, by the first line that counts. */
static status look_at(struct reading *t, const unsigned char *line, size_t n, struct csv_parser *parser,
                      struct error *e)
{
    const unsigned char separator = separator_of(line, n);
    for (size_t k = 0; k < n && !t->named; k++)
        t->named = isalpha(line[k]) && !(k > 0 && (line[k] == 'e' || line[k] == 'E') && isdigit(line[k - 1]));
    t->blanks = separator == ' ';
    csv_set_delim(parser, separator);
    if (separator == ' ' || separator == '\t') csv_set_space_func(parser, never);
    recording_columns_start(&t->columns);
    return t->named ? ST_OK : recording_columns_parse(&t->columns, t->r, e);
}

static status read_lines(struct recording *r, struct csv_parser *parser, struct error *e)
{
    struct reading t = {.r = r, .line = 1, .e = e};
    size_t at = r->size >= 3 && memcmp(r->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < r->size && strchr("#%\r\n", r->bytes[at]) && r->bytes[at]) {
        at = recording_line(r->bytes, r->size, at);
        t.line++;
    }
    if (at == r->size) return ST_OK;
    TRY(look_at(&t, r->bytes + at, recording_line(r->bytes, r->size, at) - at, parser, e));
    const size_t block = 1 << 16; /* that an error early in a long file ends its reading */
    while (at < r->size && t.st == ST_OK) {
        const size_t n = r->size - at < block ? r->size - at : block;
        if (csv_parse(parser, r->bytes + at, n, on_cell, on_line, &t) != n) break;
        at += n;
    }
    if (t.st == ST_OK && csv_error(parser) == 0) (void)csv_fini(parser, on_cell, on_line, &t);
    r->usage->flat += t.columns.number[COLUMN_P] < 0; /* the last cell of all may be its name */
    if (t.st != ST_OK || csv_error(parser) == 0) return t.st;
    return FAIL(e, csv_error(parser) == CSV_ENOMEM ? ST_MEMORY : ST_DATA, "%s: line %zu: %s", r->source,
                t.line, csv_reason(csv_error(parser)));
}

static status parse(struct recording *r, struct error *e)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
        return FAIL(e, ST_MEMORY, "%s: no memory to read it", r->source);
    const status st = read_lines(r, &parser, e);
    csv_free(&parser);
    return st;
}

const struct recording_format recording_text = {
    .name = "text",
    .ends = (const char *const[]){".csv", ".txt", ".tsv", NULL},
    .has_unit = true,
    .text = true,
    .parse = parse,
};
