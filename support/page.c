/* Pages in text and in Markdown (see page.h). */
#include "support/page.h"
#include <string.h>

enum { WIDTH = 100, TEXT_SIZE = 1600, OPTION_WIDTH = 28, ENTRY_WIDTH = 24 };

/* Prints words in lines of WIDTH, the first one beginning in column `column`, the others indented. */
static void put_wrapped(FILE *out, size_t column, size_t indent, const char *text)
{
    bool first = true;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (!first && column + 1 + n > WIDTH) {
            (void)fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        (void)fprintf(out, "%s%.*s", first ? "" : " ", (int)n, text);
        column += n + !first;
        first = false;
        text += n;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_{}[]<>|~$", *text)) (void)fputc('\\', out);
        (void)fputc(*text, out);
    }
}

/* Code in a table cell: a bar would end the cell even there. */
static void put_code(FILE *out, const char *text)
{
    (void)fputc('`', out);
    for (; *text; text++) (void)fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
    (void)fputc('`', out);
}

void page_title(struct page *p, int level, const char *title)
{
    if (!p->markdown) {
        (void)fprintf(p->out, level == 2 ? "%s*%s*\n\n" : "%s%s:\n", p->begun ? "\n" : "", title);
        p->indent = level == 2 ? 0 : 2;
        p->begun = false;
        return;
    }
    (void)fprintf(p->out, "\n%.*s ", level, "###");
    put_escaped(p->out, title);
    (void)fputc('\n', p->out);
}

void page_text(struct page *p, const char *text)
{
    if (!p->markdown) {
        (void)fprintf(p->out, "%s%*s", p->begun ? "\n" : "", (int)p->indent, "");
        put_wrapped(p->out, p->indent, p->indent, text);
        p->begun = true;
        return;
    }
    (void)fputc('\n', p->out);
    put_escaped(p->out, text);
    (void)fputc('\n', p->out);
}

void page_table(struct page *p, size_t width, const char *const *columns, size_t n)
{
    p->width = width;
    if (!p->markdown && !p->begun) return;
    (void)fputc('\n', p->out);
    if (!p->markdown) return;
    for (size_t i = 0; i < n; i++) (void)fprintf(p->out, "| %s ", columns[i]);
    (void)fputs("|\n", p->out);
    for (size_t i = 0; i < n; i++) (void)fputs("|---", p->out);
    (void)fputs("|\n", p->out);
}

void page_row(struct page *p, const char *const *cells, size_t n, unsigned literal)
{
    if (!p->markdown) {
        int used = fprintf(p->out, "  %-*s  ", (int)p->width, cells[0]);
        if (used > (int)p->width + 4) used = fprintf(p->out, "\n%*s", (int)p->width + 4, "") - 1;
        put_wrapped(p->out, used > 0 ? (size_t)used : 0, p->width + 4, cells[n - 1]);
        p->begun = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        (void)fputs("| ", p->out);
        if (*cells[i]) (i == 0 || (literal & 1U << i) ? put_code : put_escaped)(p->out, cells[i]);
        if (*cells[i]) (void)fputc(' ', p->out);
    }
    (void)fputs("|\n", p->out);
}

void page_entries(struct page *p, const char *what)
{
    page_table(p, ENTRY_WIDTH, (const char *const[]){what, "unit", "meaning"}, 3);
}

void page_entry(struct page *p, const char *name, const char *unit, const char *meaning)
{
    char text[TEXT_SIZE];
    const bool inside = !p->markdown && unit && *unit;
    (void)snprintf(text, sizeof text, "%s%s%s%s", meaning, inside ? " [" : "", inside ? unit : "",
                   inside ? "]" : "");
    page_row(p, (const char *const[]){name, unit ? unit : "", text}, 3, 0);
}

/* In Markdown a cell for each property of an option; in text "KEY = DEFAULT" and a sentence. */
static void write_option(struct page *p, const char *prefix, const struct option *o, const char *usual)
{
    char name[OPT_STRING_MAX + 200], meaning[TEXT_SIZE], allowed[400];
    opt_describe(o, allowed, sizeof allowed);
    if (p->markdown) {
        (void)snprintf(name, sizeof name, "%s%s", prefix, o->key);
        page_row(p, (const char *const[]){name, usual, allowed, o->unit, o->help}, 5, 2);
        return;
    }
    (void)snprintf(name, sizeof name, "%s%s = %s", prefix, o->key, usual);
    (void)snprintf(meaning, sizeof meaning, "%s (%s)%s%s%s", o->help, allowed, *o->unit ? " [" : "", o->unit,
                   *o->unit ? "]" : "");
    page_row(p, (const char *const[]){name, meaning}, 2, 0);
}

void page_options(struct page *p, const char *title, const struct option_table *t, const char *prefix)
{
    if (opt_count(t) == 0) return;
    page_title(p, 3 + p->markdown, title);
    page_table(p, OPTION_WIDTH, (const char *const[]){"option", "default", "allowed", "unit", "meaning"}, 5);
    for (size_t i = 0; i < opt_count(t); i++)
        write_option(p, prefix, opt_at(t, i), opt_default(t, opt_at(t, i)));
}
