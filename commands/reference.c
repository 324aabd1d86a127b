/* The reference page: everything that the program's tables say. It depends on neither machine nor build. */
#include "commands/reference.h"
#include "commands/page.h"
#include "commands/usage.h"
#include "experiments/plan.h"
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void begin_table(struct page *p, const struct page_column *columns, size_t n)
{
    p->columns = columns;
    p->n_columns = n;
    p->format->table(p);
}

static void write_entries(struct page *p, const char *what, const struct entry *entries)
{
    bool units = false;
    for (const struct entry *x = entries; x->name; x++) units = units || *x->unit;
    const struct page_column with[] = {{what, true}, {"unit", false}, {"meaning", false}};
    const struct page_column without[] = {{what, true}, {"meaning", false}};
    begin_table(p, units ? with : without, units ? 3 : 2);
    for (const struct entry *x = entries; x->name; x++)
        p->format->row(p, units ? (const char *const[]){x->name, x->unit, x->meaning}
                                : (const char *const[]){x->name, x->meaning});
}

static void write_options(struct page *p, const struct option_table *t, const char *prefix)
{
    static const struct page_column columns[] = {{"option", true},   {"type", false}, {"default", true},
                                                 {"allowed", false}, {"unit", false}, {"meaning", false}};
    char name[160], allowed[400];
    begin_table(p, columns, COUNT(columns));
    for (size_t i = 0; i < t->n; i++) {
        const struct option *o = &t->options[i];
        (void)snprintf(name, sizeof name, "%s%s", prefix, o->key);
        option_allowed_text(o, allowed, sizeof allowed);
        p->format->row(p,
                       (const char *const[]){name, option_type_text(o), o->value, allowed, o->unit, o->help});
    }
}

static void write_labelled(struct page *p, const char *label, const char *text)
{
    char line[1000];
    (void)snprintf(line, sizeof line, "%s: %s", label, text);
    p->format->paragraph(p, line);
}

static void write_arguments(struct page *p, const struct command *c)
{
    static const struct page_column columns[] = {{"argument", true}, {"meaning", false}};
    char help[300];
    bool begun = false;
    for (const struct command_argument *a = c->arguments; a && a->name; a++) {
        if (!begun) begin_table(p, columns, COUNT(columns));
        begun = true;
        command_help_text(a->help, NULL, a->choices, help, sizeof help);
        p->format->row(p, (const char *const[]){a->name, help});
    }
}

static void write_command_option(struct page *p, const struct command_option *o)
{
    char name[80], help[400];
    command_option_name(o, name, sizeof name);
    command_help_text(o->help, o->usual, o->choices, help, sizeof help);
    p->format->row(p, (const char *const[]){name, help});
}

static const struct page_column option_columns[] = {{"option", true}, {"meaning", false}};

/* `path` is the command's full name. */
static void write_command(void *context, const struct command *c, const char *path)
{
    struct page *p = context;
    static const struct page_column exit_columns[] = {{"exit code", true}, {"meaning", false}};
    char line[300];
    if (c->subcommands) return;
    (void)snprintf(line, sizeof line, "spikebench %s", path);
    p->format->section(p, line, true);
    (void)snprintf(line, sizeof line, "spikebench %s %s\n", path, c->synopsis);
    p->format->literal(p, line);
    p->format->paragraph(p, c->text);
    write_arguments(p, c);
    begin_table(p, option_columns, COUNT(option_columns));
    for (const struct command_option *const *o = c->options; o && *o; o++) write_command_option(p, *o);
    write_command_option(p, &command_help_option);
    p->format->paragraph(p, "Exit codes:");
    begin_table(p, exit_columns, COUNT(exit_columns));
    for (const struct command_exit *x = c->exits; x && x->meaning; x++) {
        (void)snprintf(line, sizeof line, "%d", x->code);
        p->format->row(p, (const char *const[]){line, x->meaning});
    }
}

struct lines {
    char text[8000];
    size_t used;
};

static void add_synopsis(void *context, const struct command *c, const char *path)
{
    struct lines *l = context;
    if (c->subcommands) return;
    size_t room = sizeof l->text - l->used;
    int n = snprintf(l->text + l->used, room, "spikebench %s %s\n", path, c->synopsis);
    if (n > 0 && (size_t)n < room) l->used += (size_t)n;
}

static void write_synopsis(struct page *p, const struct command *program)
{
    struct lines lines = {.used = 0};
    command_each(program, add_synopsis, &lines);
    lines.text[lines.used] = '\0';
    p->format->section(p, "Synopsis", false);
    p->format->literal(p, lines.text);
}

static void write_commands(struct page *p, const struct command *program)
{
    p->format->section(p, "Commands", false);
    p->format->paragraph(p, "Results go to stdout, messages to stderr.");
    begin_table(p, option_columns, COUNT(option_columns));
    write_command_option(p, &command_help_option);
    for (const struct command_option *const *o = program->options; *o; o++) write_command_option(p, *o);
    command_each(program, write_command, p);
}

static void write_experiment(struct page *p)
{
    p->format->section(p, "Experiment files", false);
    p->format->paragraph(p,
                         "YAML. Any option whose value is a list (for lists of integers: a list of lists) is "
                         "a grid axis; the runs are all combinations, for each seed. Unknown keys, values "
                         "that are not allowed and keys given twice are errors.");
    write_entries(p, "key", experiment_keys);
    p->format->section(p, "Options at the top of the file", true);
    write_options(p, &run_option_table, "");
    p->format->section(p, "Options under stop:", true);
    write_options(p, &stop_option_table, "stop.");
    p->format->section(p, "Options under network:", true);
    p->format->paragraph(p, "Fully connected leaky integrate-and-fire layers and a leaky readout.");
    write_options(p, &net_option_table, "network.");
}

static void write_solver(struct page *p, const struct solver *s)
{
    static const struct page_column columns[] = {{"column", true}, {"unit", false}, {"meaning", false}};
    char text[200];
    p->format->section(p, s->name, true);
    write_labelled(p, "Summary", s->summary);
    write_labelled(p, "Reference", s->reference);
    solver_abilities(s, text, sizeof text);
    write_labelled(p, "Can do", text);
    if (s->options.n) write_options(p, &s->options, "solver.");
    if (!s->n_metrics) return;
    p->format->paragraph(p, "Columns of its curves (L: number of layers, the output layer included):");
    begin_table(p, columns, COUNT(columns));
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct metric_desc *m = &s->metrics[i];
        metric_columns_text(m, text, sizeof text);
        p->format->row(p, (const char *const[]){text, m->unit ? m->unit : "", m->help});
    }
}

static void write_modules(struct page *p, const struct catalogue *c)
{
    p->format->section(p, "Solvers", false);
    for (size_t i = 0; c->solvers[i]; i++) write_solver(p, c->solvers[i]);
    p->format->section(p, "Datasets", false);
    for (size_t i = 0; c->datasets[i]; i++) {
        const struct dataset_source *d = c->datasets[i];
        p->format->section(p, d->name, true);
        write_labelled(p, "Summary", d->summary);
        write_labelled(p, "Reference", d->reference);
        write_labelled(p, "Licence", d->licence);
        write_options(p, &d->options, "dataset.");
    }
}

static void write_results(struct page *p)
{
    struct entry columns[COLUMN_ENTRIES];
    p->format->section(p, "Result files", false);
    p->format->paragraph(p,
                         "In the folder of the experiment under the results folder. CSV files have a header, "
                         "numbers 17 digits; missing ones are nan. Accuracies are fractions.");
    write_entries(p, "file", result_files);
    p->format->section(p, "runs.csv", true);
    run_columns(columns);
    write_entries(p, "column", columns);
    p->format->paragraph(p, "Values of status:");
    write_entries(p, "status", status_words);
    p->format->paragraph(p, "Values of stop_reason:");
    write_entries(p, "stop reason", stop_reasons);
    p->format->section(p, "curves/RUN_ID.csv", true);
    curve_columns(columns);
    write_entries(p, "column", columns);
    p->format->paragraph(p, "The values are those so far. The solver's own columns follow.");
    p->format->section(p, "summary.csv", true);
    write_entries(p, "column", summary_parts);
    summary_columns(columns);
    p->format->paragraph(p, "COLUMN is one of these:");
    write_entries(p, "column", columns);
}

void reference_write(const struct page_format *format, const struct call *call, FILE *out)
{
    struct page p = {.out = out, .format = format};
    format->begin(out);
    write_synopsis(&p, call->program);
    format->section(&p, "Description", false);
    format->paragraph(
        &p, "SpikeBench trains spiking neural networks by several methods on the same network, data, "
            "clock and files, and compares them. An experiment file names a dataset, a network and "
            "solvers; lists of values make a grid.");
    write_commands(&p, call->program);
    write_experiment(&p);
    write_modules(&p, call->catalogue);
    write_results(&p);
    format->section(&p, "Environment", false);
    write_entries(&p, "variable", environment);
}
