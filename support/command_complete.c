/* Completion of command lines (see command_complete.h). */
#include "support/command_complete.h"
#include <stdio.h>
#include <string.h>

enum { KEY_SIZE = 200 };

void completion_offer(const struct completion *c, const char *word)
{
    if (strncmp(word, c->value, strlen(c->value)) == 0) (void)puts(word);
}

static void offer_commands(const struct completion *c, const struct command *const *list)
{
    const char *names[OPT_NAMES_MAX];
    size_t n = command_names(list, names, OPT_NAMES_MAX);
    for (size_t i = 0; i < n; i++) completion_offer(c, names[i]);
}

const char *completion_option(const struct completion *c, const char *option)
{
    char name[OPTION_NAME], letter;
    const char *value = NULL;
    for (size_t i = 0; i + 1 < c->n_words; i++) {
        const char *equals = strchr(c->words[i], '=');
        const struct parameter *p = c->words[i][0] == '-' ? command_option(c->command, c->words[i]) : NULL;
        if (p && option_name(p, name, &letter) && strcmp(name, option) == 0)
            value = equals ? equals + 1 : c->words[i + 1];
    }
    return value;
}

static void offer_keys(const struct completion *c, const char *prefix, const struct option_table *t)
{
    char key[KEY_SIZE];
    for (size_t i = 0; i < opt_count(t); i++) {
        (void)snprintf(key, sizeof key, "%s%s=", prefix, opt_at(t, i)->key);
        completion_offer(c, key);
    }
}

void completion_setting(const struct completion *c, const char *prefix, const struct option_table *t)
{
    static const char *const words[] = {"true", "false", NULL};
    static const struct option switches = {.type = OPT_CHOICE, .choices = words};
    const char *equals = strchr(c->value, '=');
    const size_t before = strlen(prefix);
    char key[KEY_SIZE];
    if (!equals) {
        offer_keys(c, prefix, t);
        return;
    }
    if (strncmp(c->value, prefix, before) != 0) return;
    (void)snprintf(key, sizeof key, "%.*s", (int)(equals - c->value - (long)before), c->value + before);
    const struct option *o = opt_find(t, key);
    const char *comma = strrchr(equals, ','), *last = comma ? comma + 1 : equals + 1;
    if (o && o->type == OPT_BOOL) o = &switches;
    for (size_t i = 0; o && opt_choice(o, i); i++)
        if (strncmp(opt_choice(o, i), last, strlen(last)) == 0)
            (void)printf("%.*s%s\n", (int)(last - equals - 1), equals + 1, opt_choice(o, i));
}

/* Where bash splits words at '=', they are put together again. A word after '=' that is empty is a new one.
 */
static status join_words(struct completion *c, struct call *call, struct error *e)
{
    bool glue = false;
    c->words = mem_alloc(&call->mem, call->n_arguments + 1, sizeof *c->words, e);
    if (!c->words) return ST_MEMORY;
    for (size_t i = 0; i < call->n_arguments; i++) {
        const char *word = call->arguments[i];
        bool equals = strcmp(word, "=") == 0;
        if (c->n_words > 0 && (equals || (glue && *word))) {
            const char **last = &c->words[c->n_words - 1];
            size_t size = strlen(*last) + strlen(word) + 1;
            char *joined = mem_alloc(&call->mem, size, 1, e);
            if (!joined) return ST_MEMORY;
            (void)snprintf(joined, size, "%s%s", *last, word);
            *last = joined;
        } else {
            c->words[c->n_words++] = word;
        }
        glue = equals;
    }
    return ST_OK;
}

static void offer_options(const struct completion *c)
{
    char word[OPTION_NAME + 2] = "--", letter;
    completion_offer(c, "--help");
    for (const struct parameter *const *p = c->command->parameters; p && *p; p++)
        if (option_name(*p, word + 2, &letter)) completion_offer(c, word);
}

static void offer_values(const struct completion *c)
{
    const struct value_kind *kind = c->parameter->kind;
    for (const char *const *choice = c->parameter->choices; choice && *choice; choice++)
        completion_offer(c, *choice);
    if (kind->offer) kind->offer(c);
    if (kind->files) (void)puts(kind->files);
}

/* Goes through the words before the last one, and sets the parameter that the last one is a value of: an
 * option that waits for its value, or the next argument. */
static void read_words(struct completion *c)
{
    size_t n = 0;
    c->parameter = NULL;
    for (size_t i = 0; c->command && i + 1 < c->n_words; i++) {
        const char *word = c->words[i];
        if (c->parameter) {
            c->parameter = NULL;
        } else if (word[0] == '-') {
            const struct parameter *p = command_option(c->command, word);
            if (p && p->kind && !strchr(word, '=')) c->parameter = p;
        } else if (c->command->subcommands) {
            c->command = command_find(c->command, &word, 1);
        } else if (n++ == 0) {
            c->first = word;
        }
    }
    if (!c->command || c->parameter) return;
    if (strncmp(c->value, "--", 2) == 0 && strchr(c->value, '=')) {
        c->parameter = command_option(c->command, c->value);
        c->value = strchr(c->value, '=') + 1;
    } else if (c->value[0] != '-') {
        c->parameter = command_argument(c->command, n);
    }
}

static status complete(struct call *call, struct error *e)
{
    struct completion c = {.call = call, .command = call->program};
    TRY(join_words(&c, call, e));
    if (c.n_words == 0) return ST_OK;
    c.value = c.words[c.n_words - 1];
    read_words(&c);
    if (!c.command) return ST_OK;
    if (c.parameter && c.parameter->kind)
        offer_values(&c);
    else if (c.value[0] == '-')
        offer_options(&c);
    else if (c.command->subcommands)
        offer_commands(&c, c.command->subcommands);
    return ST_OK;
}

const struct command complete_command = {
    .name = "complete",
    .run = complete,
    .synopsis = "-- [WORD]...",
    .text =
        "Prints what may stand in place of the last word of a command line. docs/completion.bash calls it.",
    .parameters =
        (parameter_list){&(struct parameter){"WORD", "of the command line", &value_text, .repeated = true},
                         NULL},
};
