/* Finding commands in the table and printing what it says of them. */
#include "commands/command_table.h"
#include "support/opt.h"
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

const char *command_nearest(const struct command *table, const char *name)
{
    enum { NAMES_MOST = 100 };
    const char *names[NAMES_MOST];
    size_t n = 0;
    for (; n < NAMES_MOST && table[n].name; n++) names[n] = table[n].name;
    return opt_nearest(name, names, n);
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

void command_help_text(const char *help, const char *choices, char *text, size_t size)
{
    int n = snprintf(text, size, "%s", help);
    for (const char *separator = ": "; choices && *choices && n >= 0 && (size_t)n < size; separator = ", ") {
        int length = (int)strcspn(choices, " ");
        int more = snprintf(text + n, size - (size_t)n, "%s%.*s", separator, length, choices);
        n = more < 0 ? more : n + more;
        choices += length + (choices[length] == ' ');
    }
}

/* Calls put for each argument and option of the command, --help last. */
typedef void (*entry_visitor)(void *context, const char *left, const char *right);
static void each_entry(const struct command *c, entry_visitor put, void *context)
{
    char left[80], right[400];
    for (const struct command_argument *a = c->arguments; a && a->name; a++) {
        command_help_text(a->help, a->choices, right, sizeof right);
        put(context, a->name, right);
    }
    for (const struct command_option *o = c->options; o && o->name; o++) {
        command_option_name(o, left, sizeof left);
        command_help_text(o->help, o->choices, right, sizeof right);
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
        if (strlen(c->name) > width) width = strlen(c->name);
    for (const struct command *c = table; c->name; c++) print_entry(out, width, c->name, c->summary);
}

void command_usage(const char *path, FILE *out)
{
    const struct command *c = find_path(path);
    struct entries entries = {.out = out};
    if (!c) return;
    (void)fprintf(out, "usage: spikebench %s %s\n", path, c->synopsis);
    print_wrapped(out, 0, 0, c->text);
    if (c->subcommands) command_list_summaries(c->subcommands, out);
    each_entry(c, widen, &entries);
    each_entry(c, print_one, &entries);
    print_exits(out, c);
}
