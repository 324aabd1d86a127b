/* Writing what the program's tables say: it depends on neither machine nor build (see reference.h). */
#include "commands/reference.h"
#include "commands/commands.h"
#include "records/columns.h"
#include "support/command_usage.h"
#include "support/text.h"

enum { TEXT_SIZE = 1600 };

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
     "(the "
     "first of seeds: if absent), and budget: equal (usual: all trainers have as many configurations) or "
     "any"},
    {"solvers: [{name: ..., ...}]",
     "the solvers and their options; 'spikebench help SOLVER' lists them; an item may hold its own stop:, "
     "dataset: (options), network: and eval_every:, and a label: for figures"},
    {NULL, NULL}};

static const struct entry result_files[] = {
    {"runs.csv", "a row per run"},
    {"curves/RUN_ID.csv", "a row per evaluation of the run"},
    {"tasks/RUN_ID.csv", "dataset.tasks: accuracy on each task at the end of each"},
    {"summary.csv", "a row per configuration over its seeds; written by summarise"},
    {"time_to_accuracy.csv",
     "a row per configuration and training accuracy (0.9, 0.95, 0.98): runs (seeds) and how many of them "
     "reached it, iterations and training seconds of the first such evaluation (mean and deviation over "
     "those); written by summarise"},
    {"profile.csv",
     "performance profiles (Dolan, More 2002) of training seconds and of forward passes to 80, 90 and 95 % "
     "validation accuracy: per trainer the share of problems (widths, seed and split) that it solves at no "
     "more than `ratio` times the least cost; timing_valid is 0 where only runs that shared the machine "
     "could be used; written by summarise"},
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
    {"SPIKEBENCH_ISA",
     "highest level of the program's own kernels: generic, avx2 or avx512; the bits are the same. If absent, "
     "what the processor has"},
    {"TMPDIR", "folder of temporary files (/tmp)"},
    {"COLUMNS", "width of what --ascii draws"},
    {"OPENBLAS_CORETYPE",
     "processor type that OpenBLAS chooses its kernels for; with the same type, such as Haswell, machines "
     "give the same bits"},
    {NULL, NULL}};

/* ---- writing ---- */

static void write_entries(struct page *p, const char *what, const struct entry *entries)
{
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
    page_options(p, "options", &s->options, "solver.");
    write_metrics(p, s);
}

void reference_dataset(struct page *p, const struct dataset_source *d)
{
    write_module(p, "dataset ", d->name, d->summary, d->reference);
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
    page_text(
        p,
        "YAML. Any option whose value is a list (for lists of integers: a list of lists) is a grid axis; the "
        "runs are all combinations, for each seed. Unknown keys, values that are not allowed and keys given "
        "twice are errors.");
    write_entries(p, "key", experiment_keys);
    page_options(p, "options at the top of the file", &run_option_table, "");
    page_options(p, "options under stop", &stop_option_table, "stop.");
}

static void write_network(struct page *p)
{
    page_text(p, "Fully connected leaky integrate-and-fire layers and a leaky readout.");
    page_options(p, "options under network", &net_option_table, "network.");
}

static void write_runs(struct page *p)
{
    page_title(p, 3, "runs.csv");
    page_entries(p, "column");
    for (const struct result_column *c = result_columns; c < result_columns + n_result_columns; c++)
        page_entry(p, c->name, c->unit, c->help);
}

static void write_curves(struct page *p)
{
    page_title(p, 3, "curves/RUN_ID.csv: the values so far; the solver's own columns follow");
    page_entries(p, "column");
    for (const struct result_column *c = result_columns; c < result_columns + n_result_columns; c++)
        if (c->curve) page_entry(p, c->curve, c->unit, c->help);
    page_entry(p, "fwd_rate_1 .. _{L-1}", "spikes/step",
               "firing rate of each hidden layer on the training samples; nan as rate_mean");
    page_entry(p, "METRIC_train, _val, _test", "",
               "the last columns: metrics of the dataset's own, where it has any");
}

static void write_summary(struct page *p)
{
    page_title(p, 3, "summary.csv");
    write_entries(p, "column", summary_parts);
    page_title(p, 3, "columns that summary.csv has statistics of");
    page_entries(p, "column");
    for (int k = 1; column_summarised(k); k++)
        page_entry(p, column_summarised(k)->name, column_summarised(k)->unit, column_summarised(k)->help);
}

static void write_results(struct page *p)
{
    page_text(p, "In the folder of the experiment under the results folder. CSV files have a header, numbers "
                 "17 digits; missing ones are nan. Accuracies are fractions.");
    write_entries(p, "file", result_files);
    write_runs(p);
    page_title(p, 3, "values of status");
    write_entries(p, "status", status_words);
    page_title(p, 3, "values of stop_reason");
    write_entries(p, "stop reason", stop_reasons);
    write_curves(p);
    write_summary(p);
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
    for (size_t i = 0; c->solvers[i]; i++) reference_solver(p, c->solvers[i]);
    page_title(p, 2, "Datasets");
    for (size_t i = 0; c->datasets[i]; i++) reference_dataset(p, c->datasets[i]);
}
