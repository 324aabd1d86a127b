/* Pages in GitHub's Markdown. */
#include "commands/page.h"
#include <string.h>

static void put_text(FILE *out, const char *text)
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

static void begin(FILE *out)
{
    (void)fputs(
        "# Reference\n\n"
        "<!-- Written by 'make docs' from the program's own tables ('spikebench help --markdown'); do "
        "not edit. -->\n",
        out);
}

static void section(struct page *p, const char *title, bool inner)
{
    (void)fprintf(p->out, "\n%s ", inner ? "###" : "##");
    put_text(p->out, title);
    (void)fputc('\n', p->out);
}

static void paragraph(struct page *p, const char *text)
{
    (void)fputc('\n', p->out);
    put_text(p->out, text);
    (void)fputc('\n', p->out);
}

static void literal(struct page *p, const char *lines)
{
    (void)fprintf(p->out, "\n```\n%s```\n", lines);
}

static void table(struct page *p)
{
    (void)fputc('\n', p->out);
    for (size_t i = 0; i < p->n_columns; i++) {
        (void)fputs("| ", p->out);
        put_text(p->out, p->columns[i].name);
        (void)fputc(' ', p->out);
    }
    (void)fputs("|\n", p->out);
    for (size_t i = 0; i < p->n_columns; i++) (void)fputs("|---", p->out);
    (void)fputs("|\n", p->out);
}

static void row(struct page *p, const char *const *cells)
{
    for (size_t i = 0; i < p->n_columns; i++) {
        (void)fputs("| ", p->out);
        if (*cells[i]) (p->columns[i].literal ? put_code : put_text)(p->out, cells[i]);
        if (*cells[i]) (void)fputc(' ', p->out);
    }
    (void)fputs("|\n", p->out);
}

const struct page_format page_markdown = {begin, section, paragraph, literal, table, row};
