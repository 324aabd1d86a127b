/* Reading command lines over popt (see command.h). */
#include "support/command.h"
#include "support/opt.h"
#include "support/text.h"
#include <errno.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MOST = 32 };

const struct parameter command_help_option = {"-h, --help", .help = "print how the command is used"};

static const char *long_form(const struct parameter *p)
{
    return p->form[0] == '-' ? strstr(p->form, "--") : NULL;
}

bool option_name(const struct parameter *p, char name[OPTION_NAME], char *letter)
{
    const char *form = long_form(p);
    if (!form) return false;
    (void)snprintf(name, OPTION_NAME, "%.*s", (int)strcspn(form + 2, " "), form + 2);
    *letter = form == p->form ? '\0' : p->form[1];
    return true;
}

static const struct parameter *find_option(const struct command *c, const char *word, size_t length)
{
    char name[OPTION_NAME], letter;
    for (const struct parameter *const *p = c->parameters; p && *p; p++)
        if (option_name(*p, name, &letter) && strlen(name) == length && strncmp(name, word, length) == 0)
            return *p;
    return NULL;
}

const struct parameter *command_option(const struct command *c, const char *word)
{
    char name[OPTION_NAME], letter;
    if (strncmp(word, "--", 2) == 0) return find_option(c, word + 2, strcspn(word + 2, "="));
    for (const struct parameter *const *p = c->parameters; p && *p; p++)
        if (option_name(*p, name, &letter) && letter && word[1] == letter && !word[2]) return *p;
    return NULL;
}

const struct parameter *command_argument(const struct command *c, size_t i)
{
    const struct parameter *last = NULL;
    for (const struct parameter *const *p = c->parameters; p && *p; p++) {
        if (long_form(*p)) continue;
        last = *p;
        if (i-- == 0) return last;
    }
    return last && last->repeated ? last : NULL;
}

const struct command *command_find(const struct command *from, const char *const *words, size_t n)
{
    for (size_t i = 0; from && i < n; i++) {
        const struct command *const *c = from->subcommands;
        while (c && *c && strcmp((*c)->name, words[i]) != 0) c++;
        from = c ? *c : NULL;
    }
    return from;
}

size_t command_names(const struct command *const *list, const char **names, size_t most)
{
    size_t n = 0;
    for (; *list && n < most; list++)
        if ((*list)->summary) names[n++] = (*list)->name;
    return n;
}

void command_each(const struct command *program, command_visitor visit, void *context)
{
    char path[80];
    for (const struct command *const *c = program->subcommands; *c; c++) {
        if (!(*c)->summary) continue;
        visit(context, *c, (*c)->name);
        for (const struct command *const *s = (*c)->subcommands; s && *s; s++) {
            (void)snprintf(path, sizeof path, "%s %s", (*c)->name, (*s)->name);
            visit(context, *s, path);
        }
    }
}

/* ---- kinds of values ---- */

/* "KEYWORD 'text'" of messages: options have their dashes, arguments a name alone. */
static const char *dashes(const struct parameter *p)
{
    return long_form(p) ? "--" : "";
}

static const char *bare_name(const struct parameter *p, char name[OPTION_NAME])
{
    char letter;
    return option_name(p, name, &letter) ? name : p->form;
}

static status check_whole(const struct call *call, const struct parameter *p, const char *text,
                          struct error *e)
{
    char *end, buffer[OPTION_NAME];
    const char *name = bare_name(p, buffer);
    (void)call;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    bool good = strchr("0123456789", text[0]) && end != text && !*end && !errno;
    if (good && v >= p->least && (!p->most || v <= p->most)) return ST_OK;
    if (!p->most) return FAIL(e, ST_USAGE, "%s%s '%.60s': a whole number is needed", dashes(p), name, text);
    return FAIL(e, ST_USAGE, "%s%s '%.60s': a whole number from %llu to %llu is needed", dashes(p), name,
                text, (unsigned long long)p->least, (unsigned long long)p->most);
}

static status check_choice(const struct call *call, const struct parameter *p, const char *text,
                           struct error *e)
{
    char all[300] = "", buffer[OPTION_NAME];
    (void)call;
    for (const char *const *c = p->choices; *c; c++) {
        if (strcmp(*c, text) == 0) return ST_OK;
        (void)text_add(all, sizeof all, "%s%s", all[0] ? ", " : "", *c);
    }
    return FAIL(e, ST_USAGE, "%s%s '%.60s': one of %s is allowed", dashes(p), bare_name(p, buffer), text,
                all);
}

const struct value_kind value_text = {.check = NULL};
const struct value_kind value_whole = {.check = check_whole};
const struct value_kind value_choice = {.check = check_choice};
const struct value_kind value_file = {.files = ":-f", .filled = true};
const struct value_kind value_folder = {.files = ":-d", .filled = true};

static status check_value(const struct call *call, const struct parameter *p, const char *text,
                          struct error *e)
{
    char name[OPTION_NAME];
    if (p->kind->filled && !*text && long_form(p))
        return FAIL(e, ST_USAGE, "--%s needs a name", bare_name(p, name));
    return p->kind->check ? p->kind->check(call, p, text, e) : ST_OK;
}

/* ---- reading ---- */

/* The options of a command for popt, which gives back their place, from 1. */
struct reader {
    size_t n;
    const struct parameter *option[OPTIONS_MOST + 1];
    char name[OPTIONS_MOST + 1][OPTION_NAME];
    struct poptOption row[OPTIONS_MOST + 2]; /* ends with one of zeros */
};

static void add_option(struct reader *r, const struct parameter *p)
{
    char letter;
    if (r->n > OPTIONS_MOST || !option_name(p, r->name[r->n], &letter)) return;
    r->option[r->n] = p;
    r->row[r->n] = (struct poptOption){.longName = r->name[r->n],
                                       .shortName = letter,
                                       .argInfo = p->kind ? POPT_ARG_STRING : POPT_ARG_NONE,
                                       .val = (int)r->n + 1};
    r->n++;
}

static status unknown_option(const struct call *call, const struct reader *r, const char *word,
                             struct error *e)
{
    const char *names[OPTIONS_MOST + 1];
    char hint[OPT_HINT], name[80];
    for (size_t i = 0; i < r->n; i++) names[i] = r->name[i];
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    opt_hint(name + strspn(name, "-"), names, r->n, "--", hint);
    for (size_t i = 0; i < r->n; i++)
        if (r->option[i]->mistaken && strcmp(r->option[i]->mistaken, name + strspn(name, "-")) == 0)
            (void)snprintf(hint, sizeof hint, "; did you mean '--%s'?", r->name[i]);
    return FAIL(e, ST_USAGE, "unknown option '%s'%s see '%s %s%s--help'", name, hint, call->program->name,
                call->path, call->path[0] ? " " : "");
}

static status read_options(struct call *call, const struct reader *r, poptContext context, bool *help,
                           struct error *e)
{
    int which;
    while ((which = poptGetNextOpt(context)) > 0) {
        const struct parameter *p = r->option[which - 1];
        if (p == &command_help_option) {
            *help = true;
            return ST_OK;
        }
        char *text = p->kind ? poptGetOptArg(context) : NULL;
        struct call_value value = {p, mem_string(&call->mem, text ? text : "", e)};
        free(text);
        if (!value.text) return ST_MEMORY;
        call->values[call->n_values++] = value;
    }
    const char *word = poptBadOption(context, POPT_BADOPTION_NOALIAS);
    if (which == -1) return ST_OK;
    if (which == POPT_ERROR_BADOPT) return unknown_option(call, r, word, e);
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

status call_read(struct call *call, int argc, char **argv, bool *help, struct error *e)
{
    struct reader r = {.n = 0};
    for (const struct parameter *const *p = call->command->parameters; p && *p; p++) add_option(&r, *p);
    add_option(&r, &command_help_option);
    size_t most = 1; /* each letter of a word may be an option, as in -ab */
    for (int i = 1; i < argc; i++) most += strlen(argv[i]);
    call->values = mem_alloc(&call->mem, most, sizeof *call->values, e);
    call->list = mem_alloc(&call->mem, most + 1, sizeof *call->list, e);
    call->arguments = mem_alloc(&call->mem, (size_t)argc + 1, sizeof *call->arguments, e);
    if (!call->values || !call->list || !call->arguments) return ST_MEMORY;
    poptContext context = poptGetContext(NULL, argc, (const char **)argv, r.row, 0);
    if (!context) return FAIL(e, ST_MEMORY, "no memory for the command line");
    status st = read_options(call, &r, context, help, e);
    if (st == ST_OK && !*help) st = read_arguments(call, context, e);
    (void)poptFreeContext(context);
    return st;
}

static status check_needed(const struct call *call, const struct parameter *p, size_t place, struct error *e)
{
    char name[OPTION_NAME];
    if (!p->needed) return ST_OK;
    if (!long_form(p) && place >= call->n_arguments)
        return FAIL(e, ST_USAGE, "%s is missing: %s; see '%s %s --help'", p->form, p->help,
                    call->program->name, call->path);
    if (long_form(p) && !call_has(call, bare_name(p, name)))
        return FAIL(e, ST_USAGE, "%s is missing: %s", long_form(p), p->help);
    return ST_OK;
}

status call_check(const struct call *call, struct error *e)
{
    const struct command *c = call->command;
    size_t place = 0;
    for (size_t i = 0; i < call->n_values; i++)
        if (call->values[i].option->kind)
            TRY(check_value(call, call->values[i].option, call->values[i].text, e));
    for (size_t i = 0; i < call->n_arguments; i++) {
        const struct parameter *p = command_argument(c, i);
        if (!p)
            return FAIL(e, ST_USAGE, "'%.60s' is one argument too many; usage: %s %s %s", call->arguments[i],
                        call->program->name, call->path, c->synopsis);
        TRY(check_value(call, p, call->arguments[i], e));
    }
    for (const struct parameter *const *p = c->parameters; p && *p; p++) {
        TRY(check_needed(call, *p, place, e));
        place += !long_form(*p);
    }
    return ST_OK;
}

/* ---- values ---- */

/* The last value given, or NULL. */
static const struct call_value *last_value(const struct call *call, const char *option)
{
    char name[OPTION_NAME], letter;
    for (size_t i = call->n_values; i-- > 0;)
        if (option_name(call->values[i].option, name, &letter) && strcmp(name, option) == 0)
            return &call->values[i];
    return NULL;
}

bool call_has(const struct call *call, const char *option)
{
    return last_value(call, option) != NULL;
}

const char *call_text(const struct call *call, const char *option)
{
    const struct call_value *given = last_value(call, option);
    const struct parameter *p = find_option(call->command, option, strlen(option));
    return given ? given->text : p ? p->usual : NULL;
}

uint64_t call_whole(const struct call *call, const char *option)
{
    const char *text = call_text(call, option);
    return text ? strtoull(text, NULL, 10) : 0;
}

size_t call_choice(const struct call *call, const char *option)
{
    const char *text = call_text(call, option);
    const char *const *choices = find_option(call->command, option, strlen(option))->choices;
    size_t i = 0;
    while (text && choices[i] && strcmp(choices[i], text) != 0) i++;
    return i;
}

const char **call_list(const struct call *call, const char *option, size_t *n)
{
    const struct parameter *p = find_option(call->command, option, strlen(option));
    *n = 0;
    for (size_t i = 0; i < call->n_values; i++)
        if (call->values[i].option == p) call->list[(*n)++] = call->values[i].text;
    return call->list;
}
