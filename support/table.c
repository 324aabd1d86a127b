/* One table in three formats (see table.h). */
#include "support/table.h"
#include "support/csvio.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 1000 };

struct table_column {
    const char *title;
    bool left;
    size_t width;
};
struct table_span {
    const char *title;
    size_t n;
};

const char *const table_format_names[] = {
    [TABLE_TEXT] = "text", [TABLE_MARKDOWN] = "markdown", [TABLE_LATEX] = "latex", NULL};

/* Room for one more element behind n. */
static void *grow(struct table *t, void *array, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) return array;
    size_t more = *capacity ? 2 * *capacity : 32;
    void *grown = realloc(array, more * size);
    if (!grown) {
        t->no_memory = true;
        return array;
    }
    *capacity = more;
    return grown;
}

static const char *keep(struct table *t, const char *format, va_list list)
{
    char text[CELL_MAX];
    (void)vsnprintf(text, sizeof text, format, list);
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c)) *c = ' ';
    const char *kept = mem_string(&t->mem, text, NULL);
    t->no_memory = t->no_memory || !kept;
    return kept ? kept : "";
}

void table_column(struct table *t, bool left, size_t width, const char *format, ...)
{
    va_list list;
    t->columns = grow(t, t->columns, t->n_columns, &t->column_capacity, sizeof *t->columns);
    if (t->no_memory) return;
    va_start(list, format);
    t->columns[t->n_columns++] = (struct table_column){keep(t, format, list), left, width};
    va_end(list);
}

void table_columns(struct table *t, const char *const *titles, size_t n, size_t words)
{
    for (size_t c = 0; c < n; c++) table_column(t, c < words, 0, "%s", titles[c]);
}

void table_span(struct table *t, size_t n, const char *format, ...)
{
    va_list list;
    t->spans = grow(t, t->spans, t->n_spans, &t->span_capacity, sizeof *t->spans);
    if (t->no_memory) return;
    va_start(list, format);
    t->spans[t->n_spans++] = (struct table_span){keep(t, format, list), n};
    va_end(list);
}

void table_put(struct table *t, const char *format, ...)
{
    va_list list;
    t->cells = grow(t, t->cells, t->n_cells, &t->cell_capacity, sizeof *t->cells);
    if (t->no_memory) return;
    va_start(list, format);
    t->cells[t->n_cells++] = keep(t, format, list);
    va_end(list);
}

/* Appends to a text of `size` bytes what there is room for. */
static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "%s", more);
}

/* Length of a number such as -1.5e-07 at the start of the text, 0 if there is none of that form. */
static size_t scientific(const char *text, char *end_of_mantissa, long *exponent)
{
    size_t n = strspn(text, "+-0123456789.");
    if (n == 0 || text[n] != 'e' || (text[n + 1] != '-' && text[n + 1] != '+')) return 0;
    char *end;
    *exponent = strtol(text + n + 1, &end, 10);
    (void)snprintf(end_of_mantissa, 40, "%.*s", (int)(n < 39 ? n : 39), text);
    return (size_t)(end - text);
}

/* LaTeX: characters of its own are escaped, what stands between $ in a title is not. */
static void latex_text(const char *text, bool title, char *out, size_t size)
{
    bool formula = false;
    out[0] = '\0';
    for (; *text; text++) {
        char one[32] = {*text, '\0'};
        if (title && *text == '$') formula = !formula;
        if (!formula && strchr("_%&#{}", *text)) (void)snprintf(one, sizeof one, "\\%c", *text);
        if (!formula && !title && *text == '$') (void)snprintf(one, sizeof one, "\\$");
        if (!formula && *text == '\\') (void)snprintf(one, sizeof one, "\\textbackslash{}");
        if (!formula && *text == '^') (void)snprintf(one, sizeof one, "\\textasciicircum{}");
        if (!formula && *text == '~') (void)snprintf(one, sizeof one, "\\textasciitilde{}");
        if (*text != '`') append(out, size, one);
    }
}

static void latex_number(const char *text, char *out, size_t size)
{
    char mantissa[40] = "", escaped[CELL_MAX];
    long exponent = 0;
    const char *sign = strstr(text, " +- "), *brackets = strstr(text, " (");
    latex_text(text, false, escaped, sizeof escaped);
    if (sign)
        (void)snprintf(out, size, "$%.*s \\pm %s$", (int)(sign - text), text, sign + 4);
    else if (scientific(text, mantissa, &exponent) == strlen(text))
        (void)snprintf(out, size, "$%s \\cdot 10^{%ld}$", mantissa, exponent);
    else if (brackets)
        (void)snprintf(out, size, "%.*s\\,%s", (int)(brackets - text), text, brackets + 1);
    else
        (void)snprintf(out, size, "%s", escaped);
}

/* Text and Markdown: +- is one sign in Markdown, where | is escaped; a title's formulas lose $ and \. */
static void plain(const char *text, bool markdown, bool title, char *out, size_t size)
{
    out[0] = '\0';
    for (; *text; text++) {
        char one[8] = {*text, '\0'};
        if (title && (*text == '$' || *text == '\\')) continue;
        if (!markdown && *text == '`') continue;
        if (markdown && *text == '|') (void)snprintf(one, sizeof one, "\\|");
        if (markdown && strncmp(text, "+- ", 3) == 0) {
            (void)snprintf(one, sizeof one, "\xc2\xb1");
            text++;
        }
        append(out, size, one);
    }
}

static void render(const char *text, enum table_format format, bool left, bool title, char *out, size_t size)
{
    if (format != TABLE_LATEX)
        plain(text, format == TABLE_MARKDOWN, title, out, size);
    else if (left || title)
        latex_text(text, title, out, size);
    else
        latex_number(text, out, size);
}

/* Characters, not bytes. */
static size_t length(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* The title of column c (row < 0) or a cell, in the table's format. */
static void cell(const struct table *t, enum table_format format, long row, size_t c, char *out, size_t size)
{
    size_t at = (size_t)row * t->n_columns + c;
    const char *text = row < 0 ? t->columns[c].title : at < t->n_cells ? t->cells[at] : "";
    render(text, format, t->columns[c].left, row < 0, out, size);
}

static size_t width_of(const struct table *t, size_t c)
{
    char text[CELL_MAX];
    size_t width = t->columns[c].width;
    for (long row = -1; row < 0 || (size_t)row * t->n_columns < t->n_cells; row++) {
        cell(t, TABLE_TEXT, row, c, text, sizeof text);
        width = length(text) > width ? length(text) : width;
    }
    return width;
}

static void print_row(const struct table *t, enum table_format format, const size_t *width, long row,
                      FILE *out)
{
    static const char *const between[] = {"  ", " | ", " & "}, *const before[] = {"", "| ", ""},
                             *const after[] = {"\n", " |\n", " \\\\\n"};
    char text[2 * CELL_MAX];
    (void)fputs(format == TABLE_TEXT && t->lead ? t->lead : before[format], out);
    for (size_t c = 0; c < t->n_columns; c++) {
        cell(t, format, row, c, text, sizeof text);
        int pad = format == TABLE_TEXT ? (int)(width[c] - length(text)) : 0;
        bool left = t->columns[c].left;
        if (left && c + 1 == t->n_columns) pad = 0;
        (void)fprintf(out, "%s%*s%s%*s", c ? between[format] : "", left ? 0 : pad, "", text, left ? pad : 0,
                      "");
    }
    (void)fputs(after[format], out);
}

/* Titles over several columns: a line of their own in text and Markdown. */
static void print_spans(const struct table *t, enum table_format format, FILE *out)
{
    char text[2 * CELL_MAX];
    bool first = true;
    for (size_t i = 0; i < t->n_spans; i++) {
        render(t->spans[i].title, format, true, true, text, sizeof text);
        if (format == TABLE_LATEX) {
            (void)fprintf(out, t->spans[i].title[0] ? "%s\\multicolumn{%zu}{c}{%s}" : "%s", i ? " & " : "",
                          t->spans[i].n, text);
        } else if (text[0]) {
            (void)fprintf(out, "%s%s", first ? "" : "; ", text);
            first = false;
        }
    }
    if (t->n_spans) (void)fputs(format == TABLE_LATEX ? " \\\\\n" : "\n\n", out);
}

static void print_head(const struct table *t, enum table_format format, const size_t *width, FILE *out)
{
    if (format == TABLE_LATEX) {
        (void)fprintf(out, "\\begin{tabular}{");
        for (size_t c = 0; c < t->n_columns; c++)
            if (t->columns[c].left && t->columns[c].width)
                (void)fprintf(out, ">{\\raggedright\\arraybackslash}p{%zumm}", 2 * t->columns[c].width);
            else
                (void)fputc(t->columns[c].left ? 'l' : 'r', out);
        (void)fprintf(out, "}\n\\toprule\n");
    }
    print_spans(t, format, out);
    print_row(t, format, width, -1, out);
    if (format == TABLE_LATEX) (void)fprintf(out, "\\midrule\n");
    if (format != TABLE_MARKDOWN) return;
    (void)fputc('|', out);
    for (size_t c = 0; c < t->n_columns; c++) (void)fprintf(out, "---|");
    (void)fputc('\n', out);
}

status table_print(const struct table *t, enum table_format format, FILE *out, struct error *e)
{
    size_t *width = calloc(t->n_columns + 1, sizeof *width);
    if (!width || t->no_memory) {
        free(width);
        return FAIL(e, ST_MEMORY, "no memory for a table");
    }
    for (size_t c = 0; format == TABLE_TEXT && c < t->n_columns; c++) width[c] = width_of(t, c);
    print_head(t, format, width, out);
    for (size_t row = 0; row * t->n_columns < t->n_cells; row++) print_row(t, format, width, (long)row, out);
    if (format == TABLE_LATEX) (void)fprintf(out, "\\bottomrule\n\\end{tabular}\n");
    free(width);
    return ferror(out) ? FAIL(e, ST_IO, "a table could not be written") : ST_OK;
}

void table_free(struct table *t)
{
    mem_free(&t->mem);
    free(t->columns);
    free(t->spans);
    free(t->cells);
    *t = (struct table){.n_columns = 0};
}
