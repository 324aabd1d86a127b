/* Printing what the table says of a command (see usage.h). */
#include "commands/usage.h"
#include <string.h>

enum { WIDTH = 100 };

/* Prints text in lines of WIDTH, the first one beginning in column `column`, the others indented to
 * `indent`. */
static void print_wrapped(FILE *out, size_t column, size_t indent, const char *text)
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

static void print_entry(FILE *out, size_t width, const char *left, const char *right)
{
    int used = fprintf(out, "  %-*s  ", (int)width, left);
    print_wrapped(out, used > 0 ? (size_t)used : 0, width + 4, right);
}

void command_option_name(const struct command_option *o, char *text, size_t size)
{
    char letter[8] = "";
    if (o->letter) (void)snprintf(letter, sizeof letter, "-%c, ", o->letter);
    (void)snprintf(text, size, "%s--%s%s%s", letter, o->name, o->value ? " " : "", o->value ? o->value : "");
}

void command_help_text(const char *help, const char *usual, const char *const *choices, char *text,
                       size_t size)
{
    int n = snprintf(text, size, "%s%s%s%s", help, usual ? " (" : "", usual ? usual : "", usual ? ")" : "");
    for (size_t i = 0; choices && choices[i] && n >= 0 && (size_t)n < size; i++)
        n += snprintf(text + n, size - (size_t)n, "%s%s", i ? ", " : ": ", choices[i]);
}

/* Calls put for each argument and option of the command, --help last. */
typedef void (*entry_visitor)(void *context, const char *left, const char *right);
static void each_entry(const struct command *c, entry_visitor put, void *context)
{
    char left[80], right[400];
    for (const struct command_argument *a = c->arguments; a && a->name; a++) {
        command_help_text(a->help, NULL, a->choices, right, sizeof right);
        put(context, a->name, right);
    }
    for (const struct command_option *const *list = c->options; list && *list; list++) {
        const struct command_option *o = *list;
        command_option_name(o, left, sizeof left);
        command_help_text(o->help, o->usual, o->choices, right, sizeof right);
        put(context, left, right);
    }
    command_option_name(&command_help_option, left, sizeof left);
    put(context, left, command_help_option.help);
}

struct entries {
    FILE *out;
    size_t width;
};

static void widen(void *context, const char *left, const char *right)
{
    struct entries *n = context;
    (void)right;
    if (strlen(left) > n->width) n->width = strlen(left);
}

static void print_one(void *context, const char *left, const char *right)
{
    const struct entries *n = context;
    print_entry(n->out, n->width, left, right);
}

static void print_exits(FILE *out, const struct command *c)
{
    char text[400];
    int n = snprintf(text, sizeof text, "Exit codes:");
    for (const struct command_exit *x = c->exits; x && x->meaning && n < (int)sizeof text; x++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %d %s%s", x->code, x->meaning,
                      x[1].meaning ? "," : ".");
    if (c->exits) print_wrapped(out, 0, 0, text);
}

void command_list_summaries(const struct command *table, FILE *out)
{
    size_t width = 0;
    for (const struct command *c = table; c->name; c++)
        if (c->summary && strlen(c->name) > width) width = strlen(c->name);
    for (const struct command *c = table; c->name; c++)
        if (c->summary) print_entry(out, width, c->name, c->summary);
}

void command_usage(const struct command *c, const char *path, FILE *out)
{
    struct entries entries = {.out = out};
    (void)fprintf(out, "usage: spikebench%s%s %s\n", path[0] ? " " : "", path, c->synopsis);
    print_wrapped(out, 0, 0, c->text);
    if (c->subcommands) command_list_summaries(c->subcommands, out);
    each_entry(c, widen, &entries);
    each_entry(c, print_one, &entries);
    print_exits(out, c);
}
