/* Pages in the man macros of roff (groff_man(7), mandoc). */
#include "commands/page.h"
#include <ctype.h>
#include <string.h>

enum { WIDTH = 76 };

/* One character. In literal text, and where a word begins with it, '-' is the minus sign that one types. */
static void put_character(FILE *out, char c, bool minus)
{
    switch (c) {
    case '\\': (void)fputs("\\(rs", out); break;
    case '\'': (void)fputs("\\(aq", out); break;
    case '"': (void)fputs("\\(dq", out); break;
    case '`': (void)fputs("\\(ga", out); break;
    case '^': (void)fputs("\\(ha", out); break;
    case '~': (void)fputs("\\(ti", out); break;
    case '-': (void)fputs(minus ? "\\-" : "-", out); break;
    default: (void)fputc(c, out);
    }
}

static void put_code(struct page *p, const char *text)
{
    p->column += strlen(text);
    for (; *text; text++) put_character(p->out, *text, true);
}

/* Sentences, in lines of WIDTH or little more. A dot that begins a line would be a request; a quote, which
 * would be one too, is escaped anyway. */
static void put_text(struct page *p, const char *text, bool first)
{
    for (size_t i = 0; text[i]; i++) {
        bool begins = i == 0 || !isalnum((unsigned char)text[i - 1]);
        if (text[i] == ' ' && p->column + strcspn(text + i + 1, " ") > WIDTH) {
            (void)fputc('\n', p->out);
            p->column = 0;
            first = true;
            continue;
        }
        if (first && text[i] == '.') (void)fputs("\\&", p->out);
        put_character(p->out, text[i], begins);
        p->column++;
        first = false;
    }
}

static void begin(FILE *out)
{
    (void)fputs(
        ".\\\" Written by 'make docs' from the program's own tables ('spikebench help --man'); do not "
        "edit.\n"
        ".TH SPIKEBENCH 1 \"\" \"SpikeBench\" \"User commands\"\n"
        ".nh\n"
        ".ad l\n"
        ".SH NAME\n"
        "spikebench \\- benchmark training methods for spiking neural networks\n",
        out);
}

static void section(struct page *p, const char *title, bool inner)
{
    (void)fputs(inner ? ".SS \"" : ".SH \"", p->out);
    for (size_t i = 0; title[i]; i++)
        put_character(p->out, inner ? title[i] : (char)toupper((unsigned char)title[i]), true);
    (void)fputs("\"\n", p->out);
    p->fresh = true;
}

static void begin_paragraph(struct page *p)
{
    if (!p->fresh) (void)fputs(".PP\n", p->out);
    p->fresh = false;
    p->column = 0;
}

static void paragraph(struct page *p, const char *text)
{
    begin_paragraph(p);
    put_text(p, text, true);
    (void)fputc('\n', p->out);
}

static void literal(struct page *p, const char *lines)
{
    begin_paragraph(p);
    (void)fputs(".RS 4\n.nf\n", p->out);
    for (size_t i = 0; lines[i]; i++) {
        if (lines[i] == '.' && (i == 0 || lines[i - 1] == '\n')) (void)fputs("\\&", p->out);
        put_character(p->out, lines[i], true);
    }
    (void)fputs(".fi\n.RE\n", p->out);
}

static void table(struct page *p)
{
    p->fresh = false;
}

/* The first cell as a tag, the last one as its text, those between as "(type number; default 1)". */
static void row(struct page *p, const char *const *cells)
{
    const char *separator = " (";
    size_t last = p->n_columns - 1;
    (void)fputs(".TP\n\\fB", p->out);
    put_code(p, cells[0]);
    (void)fputs("\\fR\n", p->out);
    p->column = 0;
    put_text(p, cells[last], true);
    for (size_t i = 1; i < last; i++) {
        if (!*cells[i]) continue;
        put_text(p, separator, false);
        put_text(p, p->columns[i].name, false);
        put_text(p, " ", false);
        if (p->columns[i].literal)
            put_code(p, cells[i]);
        else
            put_text(p, cells[i], false);
        separator = "; ";
    }
    (void)fputs(*separator == ';' ? ")\n" : "\n", p->out);
}

const struct page_format page_man = {begin, section, paragraph, literal, table, row};
