/* Reading command lines over popt (see command.h). */
#include "commands/command.h"
#include "support/opt.h"
#include <errno.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MOST = 32, HELP_VALUE = OPTIONS_MOST + 1 };

const struct command_option command_help_option = {
    .name = "help", .letter = 'h', .help = "print how the command is used"};

static const struct command *find_in(const struct command *table, const char *word)
{
    for (; table && table->name; table++)
        if (strcmp(table->name, word) == 0) return table;
    return NULL;
}

const struct command *command_find(const struct command *from, const char *const *words, size_t n)
{
    for (size_t i = 0; from && i < n; i++) from = find_in(from->subcommands, words[i]);
    return from;
}

void command_each(const struct command *program, command_visitor visit, void *context)
{
    char path[80];
    for (const struct command *c = program->subcommands; c->name; c++) {
        if (!c->summary) continue;
        visit(context, c, c->name);
        for (const struct command *s = c->subcommands; s && s->name; s++) {
            (void)snprintf(path, sizeof path, "%s %s", c->name, s->name);
            visit(context, s, path);
        }
    }
}

static status unknown_option(const struct call *call, const char *word, struct error *e)
{
    const char *names[OPTIONS_MOST + 1];
    char near_text[120] = "", name[80];
    size_t n = 0;
    for (const struct command_option *const *o = call->command->options; o && *o && n < OPTIONS_MOST; o++)
        names[n++] = (*o)->name;
    names[n++] = command_help_option.name;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const char *nearest = opt_nearest(name + strspn(name, "-"), names, n);
    if (nearest) (void)snprintf(near_text, sizeof near_text, "; did you mean '--%s'?", nearest);
    return FAIL(e, ST_USAGE, "unknown option '%s'%s see 'spikebench %s%s--help'", name,
                near_text[0] ? near_text : ";", call->path, call->path[0] ? " " : "");
}

static status fail_choice(const char *what, const char *name, const char *text, const char *const *choices,
                          struct error *e)
{
    char all[300] = "";
    size_t used = 0;
    for (size_t i = 0; choices[i] && used < sizeof all; i++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", choices[i]);
    return FAIL(e, ST_USAGE, "%s%s '%.60s': one of %s is allowed", what, name, text, all);
}

static bool is_choice(const char *const *choices, const char *text)
{
    for (; *choices; choices++)
        if (strcmp(*choices, text) == 0) return true;
    return false;
}

static status check_whole(const struct command_option *o, const char *text, struct error *e)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    bool good = strchr("0123456789", text[0]) && end != text && !*end && !errno;
    if (good && v >= o->least && (!o->most || v <= o->most)) return ST_OK;
    if (!o->most) return FAIL(e, ST_USAGE, "--%s '%.60s': a whole number is needed", o->name, text);
    return FAIL(e, ST_USAGE, "--%s '%.60s': a whole number from %llu to %llu is needed", o->name, text,
                (unsigned long long)o->least, (unsigned long long)o->most);
}

static status check_value(const struct command_option *o, const char *text, struct error *e)
{
    if (o->kind == VALUE_WHOLE) return check_whole(o, text, e);
    if (o->kind == VALUE_CHOICE && !is_choice(o->choices, text))
        return fail_choice("--", o->name, text, o->choices, e);
    if (o->kind >= VALUE_FILE && !*text) return FAIL(e, ST_USAGE, "--%s needs a name", o->name);
    return ST_OK;
}

static status add_value(struct call *call, const struct command_option *o, const char *text, struct error *e)
{
    struct call_value value = {o, ""};
    if (o->kind != VALUE_NONE) {
        TRY(check_value(o, text, e));
        value.text = mem_string(&call->mem, text, e);
        if (!value.text) return ST_MEMORY;
    }
    call->values[call->n_values++] = value;
    return ST_OK;
}

/* The row for popt of an option: popt gives back its place in the table, from 1. */
static struct poptOption popt_row(const struct command_option *o, int value)
{
    return (struct poptOption){.longName = o->name,
                               .shortName = o->letter,
                               .argInfo = o->kind == VALUE_NONE ? POPT_ARG_NONE : POPT_ARG_STRING,
                               .val = value};
}

static status read_options(struct call *call, poptContext context, bool *help, struct error *e)
{
    int which;
    while ((which = poptGetNextOpt(context)) > 0) {
        if (which == HELP_VALUE) {
            *help = true;
            return ST_OK;
        }
        const struct command_option *o = call->command->options[which - 1];
        char *text = o->kind == VALUE_NONE ? NULL : poptGetOptArg(context);
        status st = add_value(call, o, text ? text : "", e);
        free(text);
        TRY(st);
    }
    const char *word = poptBadOption(context, POPT_BADOPTION_NOALIAS);
    if (which == -1) return ST_OK;
    if (which == POPT_ERROR_BADOPT) return unknown_option(call, word, e);
    if (which == POPT_ERROR_NOARG) return FAIL(e, ST_USAGE, "option '%.60s' needs a value", word);
    return FAIL(e, ST_USAGE, "%.60s: %s", word, poptStrerror(which));
}

static status read_arguments(struct call *call, poptContext context, struct error *e)
{
    const char **rest = poptGetArgs(context);
    for (; rest && *rest; rest++) {
        char *text = mem_string(&call->mem, *rest, e);
        if (!text) return ST_MEMORY;
        call->arguments[call->n_arguments++] = text;
    }
    return ST_OK;
}

static status check_argument(const struct call *call, const struct command_argument *a, const char *text,
                             struct error *e)
{
    const char *names[CATALOGUE_NAMES_MAX];
    if (a->kind == VALUE_CHOICE && !is_choice(a->choices, text))
        return fail_choice("", a->name, text, a->choices, e);
    if (a->kind != VALUE_DATASET || catalogue_dataset(call->catalogue, text)) return ST_OK;
    status st =
        unknown_name(e, a->name, "dataset", text, "", names, catalogue_dataset_names(call->catalogue, names));
    return st == ST_CONFIG ? ST_USAGE : st;
}

/* What is missing or too much. */
static status check_call(const struct call *call, struct error *e)
{
    const struct command *c = call->command;
    size_t i = 0;
    bool more = false;
    for (const struct command_argument *a = c->arguments; a && a->name; a++, i++) {
        more = a->repeated;
        if (i < call->n_arguments)
            TRY(check_argument(call, a, call->arguments[i], e));
        else if (!a->optional)
            return FAIL(e, ST_USAGE, "%s is missing: %s; see 'spikebench %s --help'", a->name, a->help,
                        call->path);
    }
    if (i < call->n_arguments && !more)
        return FAIL(e, ST_USAGE, "'%.60s' is one argument too many; usage: spikebench %s %s",
                    call->arguments[i], call->path, c->synopsis);
    for (const struct command_option *const *o = c->options; o && *o; o++)
        if ((*o)->required && !call_has(call, (*o)->name))
            return FAIL(e, ST_USAGE, "--%s %s is missing: %s", (*o)->name, (*o)->value, (*o)->help);
    return ST_OK;
}

status call_read(struct call *call, int argc, char **argv, bool *help, struct error *e)
{
    struct poptOption rows[OPTIONS_MOST + 2] = {0};
    int n = 0;
    for (const struct command_option *const *o = call->command->options; o && *o && n < OPTIONS_MOST;
         o++, n++)
        rows[n] = popt_row(*o, n + 1);
    rows[n] = popt_row(&command_help_option, HELP_VALUE);
    call->values = mem_alloc(&call->mem, (size_t)argc, sizeof *call->values, e);
    call->arguments = mem_alloc(&call->mem, (size_t)argc + 1, sizeof *call->arguments, e);
    if (!call->values || !call->arguments) return ST_MEMORY;
    poptContext context = poptGetContext(NULL, argc, (const char **)argv, rows, 0);
    if (!context) return FAIL(e, ST_MEMORY, "no memory for the command line");
    status st = read_options(call, context, help, e);
    if (st == ST_OK && !*help) st = read_arguments(call, context, e);
    (void)poptFreeContext(context);
    return st == ST_OK && !*help ? check_call(call, e) : st;
}

static const struct command_option *find_option(const struct call *call, const char *name)
{
    for (const struct command_option *const *o = call->command->options; o && *o; o++)
        if (strcmp((*o)->name, name) == 0) return *o;
    return NULL;
}

bool call_has(const struct call *call, const char *option)
{
    for (size_t i = 0; i < call->n_values; i++)
        if (strcmp(call->values[i].option->name, option) == 0) return true;
    return false;
}

const char *call_text(const struct call *call, const char *option)
{
    for (size_t i = call->n_values; i-- > 0;)
        if (strcmp(call->values[i].option->name, option) == 0) return call->values[i].text;
    const struct command_option *o = find_option(call, option);
    return o ? o->usual : NULL;
}

uint64_t call_whole(const struct call *call, const char *option)
{
    const char *text = call_text(call, option);
    return text ? strtoull(text, NULL, 10) : 0;
}

size_t call_choice(const struct call *call, const char *option)
{
    const char *text = call_text(call, option);
    const char *const *choices = find_option(call, option)->choices;
    size_t i = 0;
    while (text && choices[i] && strcmp(choices[i], text) != 0) i++;
    return i;
}

const char **call_list(struct call *call, const char *option, size_t *n, struct error *e)
{
    const char **list = mem_alloc(&call->mem, call->n_values + 1, sizeof *list, e);
    *n = 0;
    for (size_t i = 0; list && i < call->n_values; i++)
        if (strcmp(call->values[i].option->name, option) == 0) list[(*n)++] = call->values[i].text;
    return list;
}
