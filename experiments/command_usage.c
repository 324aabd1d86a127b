/* Finding commands in the table and printing what it says of them. */
#include "experiments/command_table.h"
#include <stdbool.h>
#include <string.h>

enum { WIDTH = 100, PATH_SIZE = 80 };

static const struct command *find_in(const struct command *table, const char *word, size_t n)
{
    for (; table && table->name; table++)
        if (strlen(table->name) == n && strncmp(table->name, word, n) == 0) return table;
    return NULL;
}

const struct command *command_find(const char *const *words, size_t n_words)
{
    const struct command *table = command_table, *found = NULL;
    for (size_t i = 0; i < n_words; i++) {
        found = find_in(table, words[i], strlen(words[i]));
        if (!found) return NULL;
        table = found->subcommands;
    }
    return found;
}

/* "dataset info": the same by one text. */
static const struct command *find_path(const char *path)
{
    const struct command *table = command_table, *found = NULL;
    while (*path) {
        size_t n = strcspn(path, " ");
        found = find_in(table, path, n);
        if (!found) return NULL;
        table = found->subcommands;
        path += n + (path[n] == ' ');
    }
    return found;
}

void command_each(command_visitor visit, void *context)
{
    char path[PATH_SIZE];
    for (const struct command *c = command_table; c->name; c++) {
        visit(context, c, c->name);
        for (const struct command *s = c->subcommands; s && s->name; s++) {
            (void)snprintf(path, sizeof path, "%s %s", c->name, s->name);
            visit(context, s, path);
        }
    }
}

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

static void print_options(FILE *out, const struct command *c)
{
    char left[80];
    size_t width = sizeof "-h, --help" - 1;
    for (const struct command_option *o = c->options; o && o->name; o++) {
        command_option_name(o, left, sizeof left);
        if (strlen(left) > width) width = strlen(left);
    }
    for (const struct command_option *o = c->options; o && o->name; o++) {
        command_option_name(o, left, sizeof left);
        print_entry(out, width, left, o->help);
    }
    command_option_name(&command_help_option, left, sizeof left);
    print_entry(out, width, left, command_help_option.help);
}

static void print_exits(FILE *out, const struct command *c)
{
    const char *separator = "Exit codes: ";
    for (const struct command_exit *x = c->exits; x && x->meaning; x++) {
        (void)fprintf(out, "%s%d %s", separator, x->code, x->meaning);
        separator = ", ";
    }
    if (c->exits) (void)fputs(".\n", out);
}

void command_list_summaries(const struct command *table, FILE *out)
{
    size_t width = 0;
    for (const struct command *c = table; c->name; c++)
        if (strlen(c->name) > width) width = strlen(c->name);
    for (const struct command *c = table; c->name; c++) print_entry(out, width, c->name, c->summary);
}

void command_usage(const char *path, FILE *out)
{
    const struct command *c = find_path(path);
    if (!c) return;
    (void)fprintf(out, "usage: spikebench %s %s\n", path, c->synopsis);
    print_wrapped(out, 0, 0, c->text);
    if (c->subcommands) command_list_summaries(c->subcommands, out);
    print_options(out, c);
    print_exits(out, c);
}
