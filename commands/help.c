/* spikebench help. */
#include "commands/commands.h"
#include "commands/reference.h"
#include "support/command_complete.h"
#include "support/command_usage.h"
#include <string.h>

enum { NAMES_MAX = 3 * OPT_NAMES_MAX };

static void write_row(struct page *p, const char *name, const char *summary)
{
    page_row(p, (const char *const[]){name, summary}, 2, 0);
}

/* What there is to ask for. */
static void write_contents(struct page *p, const struct call *call)
{
    static const char *const columns[] = {"module", "summary"};
    const struct catalogue *c = call_catalogue(call);
    page_text(p, "'spikebench help MODULE' describes one of these.");
    page_title(p, 3, "commands");
    usage_summaries(p, call->program->subcommands);
    page_title(p, 3, "files and network");
    page_table(p, 16, columns, 2);
    for (const struct topic *t = topics; t->name; t++) write_row(p, t->name, t->summary);
    page_title(p, 3, "solvers");
    for (size_t i = 0; c->solvers[i]; i++) write_row(p, c->solvers[i]->name, c->solvers[i]->summary);
    page_title(p, 3, "datasets");
    for (size_t i = 0; c->datasets[i]; i++) write_row(p, c->datasets[i]->name, c->datasets[i]->summary);
}

/* The names of all modules, at most NAMES_MAX; returns how many. */
static size_t module_names(const struct call *call, const char **names)
{
    size_t n = command_names(call->program->subcommands, names, OPT_NAMES_MAX);
    for (const struct topic *t = topics; t->name; t++) names[n++] = t->name;
    n += catalogue_solver_names(call_catalogue(call), names + n);
    return n + catalogue_dataset_names(call_catalogue(call), names + n);
}

static void offer_modules(const struct completion *c)
{
    const char *names[NAMES_MAX];
    const size_t n = module_names(c->call, names);
    for (size_t i = 0; i < n; i++) completion_offer(c, names[i]);
}

/* A solver and a dataset may have the same name. */
static status write_module(struct page *p, const struct call *call, const char *name, struct error *e)
{
    const char *names[NAMES_MAX];
    const struct solver *s = catalogue_solver(call_catalogue(call), name);
    const struct dataset_source *d = catalogue_dataset(call_catalogue(call), name);
    const struct topic *t = topics;
    while (t->name && strcmp(t->name, name) != 0) t++;
    if (!s && !d && !t->name) {
        const status st = unknown_name(e, "MODULE", "module", name, "", names, module_names(call, names));
        catalogue_hint(call_catalogue(call), e);
        return st;
    }
    if (s) reference_solver(p, s);
    if (d) reference_dataset(p, d);
    if (t->name) t->write(p);
    return ST_OK;
}

static status help(struct call *call, struct error *e)
{
    struct page p = {.out = stdout, .markdown = call_has(call, "markdown")};
    const char *const *words = call->arguments;
    char path[100];
    const size_t pages = call->n_values - call_has(call, "plugin");
    if (pages > 1 || (pages && call->n_arguments))
        return FAIL(e, ST_USAGE, "--all and --markdown stand alone");
    if (pages || call->n_arguments == 0) {
        (pages ? reference_write : write_contents)(&p, call);
        return ST_OK;
    }
    const struct command *c = command_find(call->program, words, call->n_arguments);
    if (!c && call->n_arguments == 1) return write_module(&p, call, words[0], e);
    if (!c)
        return FAIL(e, ST_USAGE, "there is no command '%.40s %.40s'; usage: spikebench help %s", words[0],
                    words[1], call->command->synopsis);
    (void)snprintf(path, sizeof path, "%s%s%s", words[0], call->n_arguments > 1 ? " " : "",
                   call->n_arguments > 1 ? words[1] : "");
    usage_write(&p, call->program, c, path);
    return ST_OK;
}

static const struct value_kind value_module = {.offer = offer_modules};

const struct command help_command = {
    .name = "help",
    .run = help,
    .synopsis = "[MODULE [--plugin FILE] | --all | --markdown]",
    .summary = "describe a command, a solver, a dataset, the network, the experiment or the result files",
    .text = "Describes a command, a solver, a dataset, 'network' (the options under network:), 'experiment' "
            "(the experiment file) or 'results' (the result files). Without arguments: a list of what there "
            "is.",
    .parameters =
        (parameter_list){
            &(parameter_row){"MODULE", &value_module, .help = "what to describe"},
            &(parameter_row){"SUBCOMMAND", &value_text, .help = "of the command that is described"},
            &(parameter_row){"--all", .help = "describe everything"},
            &(parameter_row){"--markdown", .help = "describe everything in Markdown"}, &plugin_option, NULL},
};
