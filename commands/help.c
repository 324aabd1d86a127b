/* spikebench help: what the program's tables say, for terminals and as pages; it depends on neither machine
 * nor build. */
#include "commands/commands.h"
#include "records/columns.h"
#include "support/command_complete.h"
#include "support/command_usage.h"
#include "support/text.h"
#include <string.h>

enum { NAMES_MAX = 3 * OPT_NAMES_MAX, TEXT_SIZE = 1600 };

/* ---- what stands in no other table ---- */

static const struct entry experiment_keys[] = {
    {"experiment: name", "folder under results/: letters, digits, '_' and '-'"},
    {"seeds: [0, 1, 2]", "whole numbers; [0] if absent"},
    {"dataset: {name: ..., ...}", "the dataset and its options; 'spikebench help DATASET' lists them"},
    {"network: {hidden: [[100], [100, 100]], ...}",
     "options of the network; 'spikebench help network' lists them"},
    {"stop: {max_iter: 100, ...}", "when a run ends"},
    {"tune: {configurations: 24, ...}",
     "search at random: so many configurations are drawn for each item of solvers:. Options then may have "
     "ranges: {log: [LO, HI]}, {linear: [LO, HI]} or {choice: [A, B, ...]}. Beside it: seed: of the draws "
     "(the first of seeds: if absent), and budget: equal (usual: all trainers have as many configurations) "
     "or any"},
    {"solvers: [{name: ..., ...}]",
     "the solvers and their options; 'spikebench help SOLVER' lists them; an item may hold its own stop:, "
     "dataset: (options), network: and eval_every:, and a label: for figures"},
    {NULL, NULL}};

static const struct entry result_files[] = {
    {"runs.csv", "a row per run"},
    {"curves/RUN_ID.csv", "a row per evaluation of the run"},
    {"tasks/RUN_ID.csv", "dataset.tasks: accuracy on each task at the end of each"},
    {"summary.csv", "a row per configuration over its seeds; written by summarise"},
    {"time_to_accuracy.csv", "a row per configuration and training accuracy (0.9, 0.95, 0.98): runs (seeds) "
                             "and how many of them reached it, iterations and training seconds of the first "
                             "such evaluation (mean and deviation over those); written by summarise"},
    {"profile.csv", "performance profiles (Dolan, More 2002) of training seconds and of forward passes to "
                    "80, 90 and 95 % validation accuracy: per trainer the share of problems (widths, seed "
                    "and split) that it solves at no more than `ratio` times the least cost; timing_valid is "
                    "0 where only runs that shared the machine could be used; written by summarise"},
    {"traffic.csv",
     "of runs of several ranks: a row per configuration and validation accuracy (0.8, 0.9, 0.95, 0.98): runs "
     "(seeds) and how many of them reached it, iterations, messages and bytes sent by all ranks up to the "
     "first such evaluation (mean over those); written by summarise"},
    {"curves_summary/LABEL.csv",
     "median (_med) and quartiles (_q1, _q3) over seeds of each column of the curves; written by summarise"},
    {"config.resolved.yaml", "the configuration with every default written out"},
    {NULL, NULL}};

static const struct entry status_words[] = {
    {"ok", "ended as planned"},
    {"diverged", "a number was not finite, a loss was above 1e12, or a factorisation failed"},
    {"no_data", "the data was not found"},
    {"failed", "another error, or the process was lost"},
    {"interrupted", "stopped by a signal; the next run goes on"},
    {NULL, NULL}};

static const struct entry stop_reasons[] = {
    {"max_iter", "stop.max_iter was reached"},
    {"time_limit", "stop.time_limit was reached"},
    {"plateau", "no better validation accuracy for stop.patience iterations"},
    {"target", "the validation accuracy reached stop.target"},
    {"converged", "the solver said that further iterations would change nothing"},
    {"diverged", "see status"},
    {"interrupted", "see status"},
    {"no_data", "see status"},
    {"error", "see the column error"},
    {NULL, NULL}};

const struct entry summary_parts[] = {
    {"label", "name of the configuration and of its file in curves_summary/"},
    {"solver", "the solver"},
    {"dataset", "the dataset"},
    {"hidden", "widths of the hidden layers"},
    {"name", "label of the experiment file, or the solver"},
    {"hidden_layers", "number of hidden layers"},
    {"seeds", "number of runs"},
    {"prediction", "what losses and accuracies are of: the simulated network, or the solver's own rule"},
    {"over", "what the interval of the test accuracy is over: training draws, of one test side, or splits"},
    {"acc_test_error", "standard error that the test samples themselves leave to the test accuracy's mean"},
    {"COLUMN_mean, _sd, _med, _q1, _q3, _half",
     "mean, standard deviation, median, quartiles and the half-width of the 95 % interval of the mean "
     "(Student's t) over seeds, for each of the columns that follow"},
    {NULL, NULL}};

static const struct entry environment[] = {
    {"SPIKEBENCH_DATA", "folder of the datasets that are not built in"},
    {"SPIKEBENCH_HOME", "folder of plots/ and experiments/, if not beside the program"},
    {"SPIKEBENCH_ISA", "highest level of the program's own kernels: generic, avx2 or avx512; the bits are "
                       "the same. If absent, what the processor has"},
    {"TMPDIR", "folder of temporary files (/tmp)"},
    {"COLUMNS", "width of what --ascii draws"},
    {"OPENBLAS_CORETYPE", "processor type that OpenBLAS chooses its kernels for; with the same type, such as "
                          "Haswell, machines give the same bits"},
    {NULL, NULL}};

/* ---- writing ---- */

/* A table of entries, under a title (NULL: none). */
static void write_entries(struct page *p, const char *title, const char *what, const struct entry *entries)
{
    if (title) page_title(p, 3, title);
    page_entries(p, what);
    for (const struct entry *x = entries; x->name; x++) page_entry(p, x->name, NULL, x->meaning);
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
                    {FEATURE_RETRIEVAL, "harmonic retrieval"},
                    {FEATURE_OWN_NETWORK, "a network of its own"},
                    {FEATURE_FULL_BATCH, "full batch"},
                    {FEATURE_MINI_BATCH, "mini-batches"},
                    {FEATURE_FRESH_SAMPLES, "augmentation"},
                    {FEATURE_ONE_SHOT, "one shot"},
                    {FEATURE_MEASURES, "measures, trains nothing"},
                    {FEATURE_RANKS, "its work is divided among ranks"}};
    text[0] = '\0';
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (s->features & features[i].feature)
            (void)text_add(text, size, "%s%s", text[0] ? ", " : "", features[i].text);
}

/* The columns that a solver adds to its curves: "res_dyn_1 .. _L". */
static void write_metrics(struct page *p, const struct solver *s)
{
    static const char *const places[] = {"", "_1 .. _L", "_1 .. _{L-1}"};
    char name[100];
    if (!s->metrics.n) return;
    page_title(p, 4, "columns of its curves (L: number of layers, the output layer included)");
    page_entries(p, "column");
    for (const struct metric_desc *m = s->metrics.list; m < s->metrics.list + s->metrics.n; m++) {
        (void)snprintf(name, sizeof name, "%s%s", m->name, places[m->scope]);
        page_entry(p, name, m->unit, m->help);
    }
}

static void write_head(struct page *p, const char *kind, const char *name, const char *summary,
                       const char *reference)
{
    char title[100];
    (void)snprintf(title, sizeof title, "%s%s", p->markdown ? "" : kind, name);
    page_title(p, 3, title);
    page_text(p, summary);
    write_labelled(p, "reference", reference);
}

static void write_solver(struct page *p, const struct solver *s)
{
    char text[200];
    write_head(p, "solver ", s->name, s->summary, s->reference);
    abilities(s, text, sizeof text);
    write_labelled(p, "can do", text);
    page_options(p, "options", &s->options, "solver.");
    write_metrics(p, s);
}

static void write_dataset(struct page *p, const struct dataset_source *d)
{
    write_head(p, "dataset ", d->name, d->summary, d->reference);
    write_labelled(p, "licence", d->licence);
    page_options(p, "options", &d->options, "dataset.");
    if (d->n_metrics == 0) return;
    page_title(p, 4, "its metrics: columns NAME_train, NAME_val and NAME_test of runs and curves");
    page_entries(p, "metric");
    for (const struct dataset_metric *m = d->metrics; m < d->metrics + d->n_metrics; m++)
        page_entry(p, m->name, m->unit, m->help);
}

static void write_experiment(struct page *p)
{
    page_text(p, "YAML. Any option whose value is a list (for lists of integers: a list of lists) is a grid "
                 "axis; the runs are all combinations, for each seed. Unknown keys, values that are not "
                 "allowed and keys given twice are errors.");
    write_entries(p, NULL, "key", experiment_keys);
    page_options(p, "options at the top of the file", &run_option_table, "");
    page_options(p, "options under stop", &stop_option_table, "stop.");
}

static void write_network(struct page *p)
{
    page_text(p, "Fully connected leaky integrate-and-fire layers and a leaky readout.");
    page_options(p, "options under network", &net_option_table, "network.");
}

static void write_results(struct page *p)
{
    const struct result_column *const end = result_columns + n_result_columns;
    page_text(p, "In the folder of the experiment under the results folder. CSV files have a header, numbers "
                 "17 digits; missing ones are nan. Accuracies are fractions.");
    write_entries(p, NULL, "file", result_files);
    page_title(p, 3, "runs.csv");
    page_entries(p, "column");
    for (const struct result_column *c = result_columns; c < end; c++)
        page_entry(p, c->name, c->unit, c->help);
    write_entries(p, "values of status", "status", status_words);
    write_entries(p, "values of stop_reason", "stop reason", stop_reasons);
    page_title(p, 3, "curves/RUN_ID.csv: the values so far; the solver's own columns follow");
    page_entries(p, "column");
    for (const struct result_column *c = result_columns; c < end; c++)
        if (c->curve) page_entry(p, c->curve, c->unit, c->help);
    page_entry(p, "fwd_rate_1 .. _{L-1}", "spikes/step",
               "firing rate of each hidden layer on the training samples; nan as rate_mean");
    page_entry(p, "METRIC_train, _val, _test", "",
               "the last columns: metrics of the dataset's own, where it has any");
    write_entries(p, "summary.csv", "column", summary_parts);
    page_title(p, 3, "columns that summary.csv has statistics of");
    page_entries(p, "column");
    for (int k = 1; column_summarised(k); k++)
        page_entry(p, column_summarised(k)->name, column_summarised(k)->unit, column_summarised(k)->help);
}

static void write_environment(struct page *p)
{
    write_entries(p, NULL, "variable", environment);
}

/* What is described beside commands, solvers and datasets; ends without a name. */
static const struct topic {
    const char *name, *summary;
    void (*write)(struct page *p);
} topics[] = {
    {"experiment", "the experiment file", write_experiment},
    {"network", "the options under network", write_network},
    {"results", "the result files and their columns", write_results},
    {"environment", "the variables that the program reads", write_environment},
    {NULL, NULL, NULL},
};

struct command_pages {
    struct page *page;
    const struct command *program;
};

static void write_command(void *context, const struct command *c, const char *path)
{
    const struct command_pages *p = context;
    char title[100];
    if (c->subcommands) return;
    (void)snprintf(title, sizeof title, "%s %s", p->program->name, path);
    page_title(p->page, 3, title);
    usage_write(p->page, p->program, c, path);
}

void reference_write(struct page *p, const struct call *call)
{
    const struct catalogue *c = call_catalogue(call);
    if (p->markdown)
        (void)fputs("# Reference\n\n<!-- Written by 'make docs' from the program's own tables ('spikebench "
                    "help --markdown'); do not edit. -->\n",
                    p->out);
    usage_write(p, call->program, call->program, "");
    page_title(p, 2, "Commands");
    page_text(p, "Results go to stdout, messages to stderr.");
    command_each(call->program, write_command, &(struct command_pages){p, call->program});
    for (const struct topic *t = topics; t->name; t++) {
        page_title(p, 2, t->name);
        t->write(p);
    }
    page_title(p, 2, "Solvers");
    for (size_t i = 0; c->solvers[i]; i++) write_solver(p, c->solvers[i]);
    page_title(p, 2, "Datasets");
    for (size_t i = 0; c->datasets[i]; i++) write_dataset(p, c->datasets[i]);
}

/* ---- the command ---- */

static void write_row(struct page *p, const char *name, const char *summary)
{
    page_row(p, (const char *const[]){name, summary}, 2, 0);
}

/* What there is to ask for. */
static void write_contents(struct page *p, const struct call *call)
{
    static const char *const columns[] = {"module", "summary"};
    static const char *const titles[N_MODULE_KINDS] = {"solvers", "datasets"};
    struct module m;
    page_text(p, "'spikebench help MODULE' describes one of these.");
    page_title(p, 3, "commands");
    usage_summaries(p, call->program->subcommands);
    page_title(p, 3, "files and network");
    page_table(p, 16, columns, 2);
    for (const struct topic *t = topics; t->name; t++) write_row(p, t->name, t->summary);
    for (int k = 0; k < N_MODULE_KINDS; k++) {
        page_title(p, 3, titles[k]);
        for (size_t i = 0; catalogue_module(call_catalogue(call), (enum module_kind)k, i, &m); i++)
            write_row(p, m.name, m.summary);
    }
}

/* The names of all modules, at most NAMES_MAX; returns how many. */
static size_t module_names(const struct call *call, const char **names)
{
    size_t n = command_names(call->program->subcommands, names, OPT_NAMES_MAX);
    for (const struct topic *t = topics; t->name; t++) names[n++] = t->name;
    n += catalogue_names(call_catalogue(call), MODULE_SOLVER, names + n);
    return n + catalogue_names(call_catalogue(call), MODULE_DATASET, names + n);
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
    if (s) write_solver(p, s);
    if (d) write_dataset(p, d);
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
    .text =
        "Describes a command, a solver, a dataset, 'network' (the options under network:), 'experiment' (the "
        "experiment file) or 'results' (the result files). Without arguments: a list of what there is.",
    .parameters =
        (parameter_list){
            &(parameter_row){"MODULE", "what to describe", .kind = &value_module},
            &(parameter_row){"SUBCOMMAND", "of the command that is described", .kind = &value_text},
            &(parameter_row){"--all", .help = "describe everything"},
            &(parameter_row){"--markdown", .help = "describe everything in Markdown"}, &plugin_option, NULL},
};
