/* What the table says of a command (see usage.h). */
#include "commands/usage.h"
#include <string.h>

enum { NAME_SIZE = 80, HELP_SIZE = 400 };

static const char *const columns[] = {"", "meaning"};

static void put_row(struct page *p, const char *left, const char *right)
{
    page_row(p, (const char *const[]){left, right}, 2, 0);
}

/* "-j, --jobs N" */
static void option_name(const struct command_option *o, char *text)
{
    char letter[8] = "";
    if (o->letter) (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
    (void)snprintf(text, NAME_SIZE, "%s--%s%s%s", letter, o->name, o->value ? " " : "",
                   o->value ? o->value : "");
}

/* "which samples (test): train, validation, test" */
static void help_text(const char *help, const char *usual, const char *const *choices, char *text)
{
    size_t n = (size_t)snprintf(text, HELP_SIZE, "%s%s%s%s", help, usual ? " (" : "", usual ? usual : "",
                                usual ? ")" : "");
    for (size_t i = 0; choices && choices[i] && n < HELP_SIZE; i++)
        n += (size_t)snprintf(text + n, HELP_SIZE - n, "%s%s", i ? ", " : ": ", choices[i]);
}

static size_t widest_name(const struct command *c)
{
    char name[NAME_SIZE];
    size_t width = strlen("-h, --help");
    for (const struct command_argument *a = c->arguments; a && a->name; a++)
        width = strlen(a->name) > width ? strlen(a->name) : width;
    for (const struct command_option *const *o = c->options; o && *o; o++) {
        option_name(*o, name);
        width = strlen(name) > width ? strlen(name) : width;
    }
    return width;
}

static void write_option(struct page *p, const struct command_option *o)
{
    char name[NAME_SIZE], help[HELP_SIZE];
    option_name(o, name);
    help_text(o->help, o->usual, o->choices, help);
    put_row(p, name, help);
}

static void write_exits(struct page *p, const struct command *c)
{
    char text[HELP_SIZE];
    (void)snprintf(text, sizeof text, "Exit codes: 0 all is well, %s%s%s2 usage or configuration error%s.",
                   c->failure ? "1 " : "", c->failure ? c->failure : "", c->failure ? ", " : "",
                   c->interrupts ? ", 130 interrupted" : "");
    page_text(p, text);
}

void usage_summaries(struct page *p, const struct command *table)
{
    size_t width = 0;
    for (const struct command *c = table; c->name; c++)
        if (c->summary && strlen(c->name) > width) width = strlen(c->name);
    page_table(p, width, columns, 2);
    for (const struct command *c = table; c->name; c++)
        if (c->summary) put_row(p, c->name, c->summary);
}

void usage_write(struct page *p, const struct command *c, const char *path)
{
    char help[HELP_SIZE];
    if (p->markdown)
        (void)fprintf(p->out, "\n```\nspikebench%s%s %s\n```\n", path[0] ? " " : "", path, c->synopsis);
    else
        (void)fprintf(p->out, "%*sUsage: spikebench%s%s %s\n", (int)p->indent, "", path[0] ? " " : "", path,
                      c->synopsis);
    p->begun = true;
    page_text(p, c->text);
    if (c->subcommands) usage_summaries(p, c->subcommands);
    page_table(p, widest_name(c), columns, 2);
    for (const struct command_argument *a = c->arguments; a && a->name; a++) {
        help_text(a->help, NULL, a->choices, help);
        put_row(p, a->name, help);
    }
    for (const struct command_option *const *o = c->options; o && *o; o++) write_option(p, *o);
    write_option(p, &command_help_option);
    write_exits(p, c);
}

void command_usage(const struct command *c, const char *path, FILE *out)
{
    struct page p = {.out = out};
    usage_write(&p, c, path);
}
