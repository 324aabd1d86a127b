/* Writing what the program's tables say: it depends on neither machine nor build (see reference.h). */
#include "commands/reference.h"
#include "commands/reference_tables.h"
#include "commands/usage.h"
#include "experiments/plan.h"
#include <string.h>

enum { TEXT_SIZE = 1600, OPTION_WIDTH = 28, ENTRY_WIDTH = 24 };

static void write_entries(struct page *p, const char *what, const struct entry *entries)
{
    char meaning[TEXT_SIZE];
    page_table(p, ENTRY_WIDTH, (const char *const[]){what, "unit", "meaning"}, 3);
    for (const struct entry *x = entries; x->name; x++) {
        bool unit = !p->markdown && *x->unit;
        (void)snprintf(meaning, sizeof meaning, "%s%s%s%s", x->meaning, unit ? " [" : "", unit ? x->unit : "",
                       unit ? "]" : "");
        page_row(p, (const char *const[]){x->name, x->unit, meaning}, 3, 0);
    }
}

/* In Markdown a cell for each property of an option; in text "KEY = DEFAULT" and a sentence. */
static void write_option(struct page *p, const char *prefix, const struct option *o, const char *usual)
{
    char name[OPT_STRING_MAX + 200], meaning[TEXT_SIZE], allowed[400];
    opt_describe(o, allowed, sizeof allowed);
    if (p->markdown) {
        (void)snprintf(name, sizeof name, "%s%s", prefix, o->key);
        page_row(p, (const char *const[]){name, usual, allowed, o->unit, o->help}, 5, 2);
        return;
    }
    (void)snprintf(name, sizeof name, "%s%s = %s", prefix, o->key, usual);
    (void)snprintf(meaning, sizeof meaning, "%s (%s)%s%s%s", o->help, allowed, *o->unit ? " [" : "", o->unit,
                   *o->unit ? "]" : "");
    page_row(p, (const char *const[]){name, meaning}, 2, 0);
}

static void write_options(struct page *p, const char *title, const struct option_table *t, const char *prefix)
{
    if (opt_count(t) == 0) return;
    page_title(p, 3 + p->markdown, title);
    page_table(p, OPTION_WIDTH, (const char *const[]){"option", "default", "allowed", "unit", "meaning"}, 5);
    for (size_t i = 0; i < opt_count(t); i++)
        write_option(p, prefix, opt_at(t, i), opt_default(t, opt_at(t, i)));
}

static void write_labelled(struct page *p, const char *label, const char *text)
{
    char line[TEXT_SIZE];
    (void)snprintf(line, sizeof line, "%s: %s", label, text);
    page_text(p, line);
}

/* "classification, full batch": what a solver can do. */
static void abilities(const struct solver *s, char *text, size_t size)
{
    static const struct {
        unsigned feature;
        const char *text;
    } features[] = {{FEATURE_CLASSIFICATION, "classification"},
                    {FEATURE_REGRESSION, "regression"},
                    {FEATURE_FULL_BATCH, "full batch"},
                    {FEATURE_MINI_BATCH, "mini-batches"},
                    {FEATURE_ONE_SHOT, "one shot"},
                    {FEATURE_MEASURES, "measures, trains nothing"}};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof features / sizeof *features && used < size; i++)
        if (s->features & features[i].feature)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "", features[i].text);
}

/* The columns that a solver adds to its curves: "res_dyn_1 .. _L". */
static void write_metrics(struct page *p, const struct solver *s)
{
    static const char *const places[] = {"", "_1 .. _L", "_1 .. _{L-1}"};
    char name[100], meaning[TEXT_SIZE];
    if (!s->metrics.n) return;
    page_title(p, 4, "columns of its curves (L: number of layers, the output layer included)");
    page_table(p, ENTRY_WIDTH, (const char *const[]){"column", "unit", "meaning"}, 3);
    for (size_t i = 0; i < s->metrics.n; i++) {
        const struct metric_desc *m = &s->metrics.list[i];
        const char *unit = m->unit ? m->unit : "";
        bool inside = !p->markdown && *unit;
        (void)snprintf(name, sizeof name, "%s%s", m->name, places[m->scope]);
        (void)snprintf(meaning, sizeof meaning, "%s%s%s%s", m->help, inside ? " [" : "", inside ? unit : "",
                       inside ? "]" : "");
        page_row(p, (const char *const[]){name, unit, meaning}, 3, 0);
    }
}

static void write_module(struct page *p, const char *kind, const char *name, const char *summary,
                         const char *reference)
{
    char title[100];
    (void)snprintf(title, sizeof title, "%s%s", p->markdown ? "" : kind, name);
    page_title(p, 3, title);
    page_text(p, summary);
    write_labelled(p, "reference", reference);
}

void reference_solver(struct page *p, const struct solver *s)
{
    char text[200];
    write_module(p, "solver ", s->name, s->summary, s->reference);
    abilities(s, text, sizeof text);
    write_labelled(p, "can do", text);
    write_options(p, "options", &s->options, "solver.");
    write_metrics(p, s);
}

void reference_dataset(struct page *p, const struct dataset_source *d)
{
    write_module(p, "dataset ", d->name, d->summary, d->reference);
    write_labelled(p, "licence", d->licence);
    write_options(p, "options", &d->options, "dataset.");
}

static void write_experiment(struct page *p)
{
    page_text(
        p,
        "YAML. Any option whose value is a list (for lists of integers: a list of lists) is a grid axis; the "
        "runs are all combinations, for each seed. Unknown keys, values that are not allowed and keys given "
        "twice are errors.");
    write_entries(p, "key", experiment_keys);
    write_options(p, "options at the top of the file", &run_option_table, "");
    write_options(p, "options under stop", &stop_option_table, "stop.");
}

static void write_network(struct page *p)
{
    page_text(p, "Fully connected leaky integrate-and-fire layers and a leaky readout.");
    write_options(p, "options under network", &net_option_table, "network.");
}

static void write_results(struct page *p)
{
    struct entry runs[COLUMN_ENTRIES], curves[COLUMN_ENTRIES], summarised[COLUMN_ENTRIES];
    const struct {
        const char *title, *what;
        const struct entry *entries;
    } parts[] = {{"runs.csv", "column", runs},
                 {"values of status", "status", status_words},
                 {"values of stop_reason", "stop reason", stop_reasons},
                 {"curves/RUN_ID.csv: the values so far; the solver's own columns follow", "column", curves},
                 {"summary.csv", "column", summary_parts},
                 {"columns that summary.csv has statistics of", "column", summarised}};
    run_columns(runs);
    curve_columns(curves);
    summary_columns(summarised);
    page_text(p, "In the folder of the experiment under the results folder. CSV files have a header, numbers "
                 "17 digits; missing ones are nan. Accuracies are fractions.");
    write_entries(p, "file", result_files);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        page_title(p, 3, parts[i].title);
        write_entries(p, parts[i].what, parts[i].entries);
    }
}

static void write_environment(struct page *p)
{
    write_entries(p, "variable", environment);
}

const struct topic topics[] = {
    {"experiment", "the experiment file", write_experiment},
    {"network", "the options under network", write_network},
    {"results", "the result files and their columns", write_results},
    {"environment", "the variables that the program reads", write_environment},
    {NULL, NULL, NULL},
};

static void write_command(void *context, const struct command *c, const char *path)
{
    struct page *p = context;
    char title[100];
    if (c->subcommands) return;
    (void)snprintf(title, sizeof title, "spikebench %s", path);
    page_title(p, 3, title);
    usage_write(p, c, path);
}

void reference_write(struct page *p, const struct call *call)
{
    if (p->markdown)
        (void)fputs("# Reference\n\n<!-- Written by 'make docs' from the program's own tables ('spikebench "
                    "help --markdown'); "
                    "do not edit. -->\n",
                    p->out);
    usage_write(p, call->program, "");
    page_title(p, 2, "Commands");
    page_text(p, "Results go to stdout, messages to stderr.");
    command_each(call->program, write_command, p);
    for (const struct topic *t = topics; t->name; t++) {
        page_title(p, 2, t->name);
        t->write(p);
    }
    page_title(p, 2, "Solvers");
    for (size_t i = 0; call->catalogue->solvers[i]; i++) reference_solver(p, call->catalogue->solvers[i]);
    page_title(p, 2, "Datasets");
    for (size_t i = 0; call->catalogue->datasets[i]; i++) reference_dataset(p, call->catalogue->datasets[i]);
}
