/* spikebench help. */
#include "commands/commands.h"
#include "commands/reference.h"
#include "commands/usage.h"
#include <string.h>

enum { NAMES_MAX = 2 * CATALOGUE_NAMES_MAX + 100 };

/* What there is to ask for. */
static void write_contents(struct page *p, const struct call *call)
{
    static const char *const columns[] = {"module", "summary"};
    const struct catalogue *c = call->catalogue;
    page_text(p, "'spikebench help MODULE' describes one of these.");
    page_title(p, 3, "commands");
    usage_summaries(p, call->program->subcommands);
    page_title(p, 3, "files and network");
    page_table(p, 16, columns, 2);
    for (const struct topic *t = topics; t->name; t++)
        page_row(p, (const char *const[]){t->name, t->summary}, 2, 0);
    page_title(p, 3, "solvers");
    for (size_t i = 0; c->solvers[i]; i++)
        page_row(p, (const char *const[]){c->solvers[i]->name, c->solvers[i]->summary}, 2, 0);
    page_title(p, 3, "datasets");
    for (size_t i = 0; c->datasets[i]; i++)
        page_row(p, (const char *const[]){c->datasets[i]->name, c->datasets[i]->summary}, 2, 0);
}

static status unknown_module(const struct call *call, const char *name, struct error *e)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (const struct command *c = call->program->subcommands; c->name && n < 64; c++)
        if (c->summary) names[n++] = c->name;
    for (const struct topic *t = topics; t->name; t++) names[n++] = t->name;
    n += catalogue_solver_names(call->catalogue, names + n);
    n += catalogue_dataset_names(call->catalogue, names + n);
    return unknown_name(e, "MODULE", "module", name, "", names, n);
}

/* A solver and a dataset may have the same name. */
static status write_module(struct page *p, const struct call *call, const char *name, struct error *e)
{
    const struct solver *s = catalogue_solver(call->catalogue, name);
    const struct dataset_source *d = catalogue_dataset(call->catalogue, name);
    if (s) reference_solver(p, s);
    if (d) reference_dataset(p, d);
    for (const struct topic *t = topics; t->name; t++) {
        if (strcmp(name, t->name) != 0) continue;
        t->write(p);
        return ST_OK;
    }
    return s || d ? ST_OK : unknown_module(call, name, e);
}

status command_help(struct call *call, struct error *e)
{
    struct page p = {.out = stdout, .markdown = call_has(call, "markdown")};
    const char *const *words = call->arguments;
    char path[100];
    const size_t pages = call->n_values - call_has(call, "plugin");
    if (pages > 1 || (pages && call->n_arguments))
        return FAIL(e, ST_USAGE, "--all and --markdown stand alone");
    if (pages) {
        reference_write(&p, call);
        return ST_OK;
    }
    if (call->n_arguments == 0) {
        write_contents(&p, call);
        return ST_OK;
    }
    const struct command *c = command_find(call->program, words, call->n_arguments);
    if (!c && call->n_arguments == 1) return write_module(&p, call, words[0], e);
    if (!c)
        return FAIL(e, ST_USAGE, "there is no command '%.40s %.40s'; usage: spikebench help %s", words[0],
                    words[1], call->command->synopsis);
    (void)snprintf(path, sizeof path, "%s%s%s", words[0], call->n_arguments > 1 ? " " : "",
                   call->n_arguments > 1 ? words[1] : "");
    usage_write(&p, c, path);
    return ST_OK;
}
