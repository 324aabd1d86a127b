/* spikebench help. */
#include "commands/commands.h"
#include "commands/page.h"
#include "commands/reference.h"
#include "commands/usage.h"
#include "experiments/plan.h"
#include "experiments/plan_settings.h"
#include <string.h>

enum { NAMES_MAX = 200 };

static void help_solver(const struct solver *s)
{
    char text[200];
    solver_abilities(s, text, sizeof text);
    (void)printf("solver %s: %s\nreference: %s\ncan do: %s\noptions:\n", s->name, s->summary, s->reference,
                 text);
    opt_help(&s->options, "solver.", stdout);
    if (s->n_metrics) (void)printf("columns of its curves:\n");
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct metric_desc *m = &s->metrics[i];
        const char *unit = m->unit ? m->unit : "";
        metric_columns_text(m, text, sizeof text);
        (void)printf("  %s%s%s%s\n      %s\n", text, *unit ? " [" : "", unit, *unit ? "]" : "", m->help);
    }
}

static void help_dataset(const struct dataset_source *d)
{
    (void)printf("dataset %s: %s\nreference: %s\nlicence: %s\noptions:\n", d->name, d->summary, d->reference,
                 d->licence);
    opt_help(&d->options, "dataset.", stdout);
}

static void print_entries(const char *title, const struct entry *entries)
{
    (void)printf("%s:\n", title);
    for (; entries->name; entries++)
        (void)printf("  %s%s%s%s\n      %s\n", entries->name, *entries->unit ? " [" : "", entries->unit,
                     *entries->unit ? "]" : "", entries->meaning);
}

static void help_experiment(void)
{
    (void)printf("An experiment file (YAML). A list of values makes a grid axis; every key comes from an "
                 "option table.\n");
    print_entries("keys", experiment_keys);
    (void)printf("options at the top of the file:\n");
    opt_help(&run_option_table, "", stdout);
    (void)printf("options under stop:\n");
    opt_help(&stop_option_table, "stop.", stdout);
}

static void help_network(void)
{
    (void)printf("network: fully connected leaky integrate-and-fire layers and a leaky readout\noptions:\n");
    opt_help(&net_option_table, "network.", stdout);
}

static void help_results(void)
{
    struct entry columns[COLUMN_ENTRIES];
    print_entries("files in the folder of an experiment", result_files);
    run_columns(columns);
    print_entries("columns of runs.csv", columns);
    print_entries("values of status", status_words);
    print_entries("values of stop_reason", stop_reasons);
    curve_columns(columns);
    print_entries("columns of curves so far, before the solver's own", columns);
    print_entries("columns of summary.csv", summary_parts);
    summary_columns(columns);
    print_entries("summarised columns", columns);
}

const char *const help_topics[] = {"experiment", "network", "results", NULL};

static const struct topic {
    const char *summary;
    void (*print)(void);
} topics[] = {
    {"the experiment file", help_experiment},
    {"the options under network:", help_network},
    {"the result files and their columns", help_results},
};

/* What there is to ask for. */
static void help_contents(const struct call *call)
{
    const struct catalogue *c = call->catalogue;
    (void)printf("'spikebench help MODULE' describes one of these.\ncommands:\n");
    command_list_summaries(call->program->subcommands, stdout);
    (void)printf("files and network:\n");
    for (size_t i = 0; help_topics[i]; i++) (void)printf("  %-16s  %s\n", help_topics[i], topics[i].summary);
    (void)printf("solvers:\n");
    for (size_t i = 0; c->solvers[i]; i++)
        (void)printf("  %-16s  %s\n", c->solvers[i]->name, c->solvers[i]->summary);
    (void)printf("datasets:\n");
    for (size_t i = 0; c->datasets[i]; i++)
        (void)printf("  %-16s  %s\n", c->datasets[i]->name, c->datasets[i]->summary);
}

static status unknown_module(const struct call *call, const char *name, struct error *e)
{
    const char *names[NAMES_MAX + CATALOGUE_NAMES_MAX];
    size_t n = 0;
    for (const struct command *c = call->program->subcommands; c->name && n < NAMES_MAX / 2; c++)
        if (c->summary) names[n++] = c->name;
    for (size_t i = 0; help_topics[i]; i++) names[n++] = help_topics[i];
    for (size_t i = 0; call->catalogue->solvers[i] && n < NAMES_MAX; i++)
        names[n++] = call->catalogue->solvers[i]->name;
    n += catalogue_dataset_names(call->catalogue, names + n);
    return unknown_name(e, "MODULE", "module", name, "", names, n);
}

static status help_module(const struct call *call, const char *name, struct error *e)
{
    const struct solver *s = catalogue_solver(call->catalogue, name);
    const struct dataset_source *d = catalogue_dataset(call->catalogue, name);
    if (s) help_solver(s);
    if (d) help_dataset(d);
    for (size_t i = 0; help_topics[i]; i++) {
        if (strcmp(name, help_topics[i]) != 0) continue;
        topics[i].print();
        return ST_OK;
    }
    return s || d ? ST_OK : unknown_module(call, name, e);
}

/* --markdown, --man, --completion SHELL: one of them and nothing else. */
static status help_page(const struct call *call, struct error *e)
{
    if (call->n_values != 1 || call->n_arguments)
        return FAIL(e, ST_USAGE, "one page at a time, and no module with it");
    if (call_has(call, "completion"))
        completion_write_bash(call, stdout);
    else
        reference_write(call_has(call, "man") ? &page_man : &page_markdown, call, stdout);
    return ST_OK;
}

status command_help(struct call *call, struct error *e)
{
    char path[100];
    const char *const *words = call->arguments;
    if (call->n_values) return help_page(call, e);
    if (call->n_arguments == 0) {
        help_contents(call);
        return ST_OK;
    }
    const struct command *c = command_find(call->program, words, call->n_arguments);
    if (!c && call->n_arguments == 1) return help_module(call, words[0], e);
    if (!c)
        return FAIL(e, ST_USAGE, "there is no command '%.40s %.40s'; usage: spikebench help %s", words[0],
                    words[1], call->command->synopsis);
    (void)snprintf(path, sizeof path, "%s%s%s", words[0], words[1] ? " " : "", words[1] ? words[1] : "");
    command_usage(c, path, stdout);
    return ST_OK;
}
