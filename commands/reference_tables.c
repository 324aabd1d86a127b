/* Descriptions of the files that are read and written (see reference_tables.h). */
#include "commands/reference_tables.h"
#include "records/columns.h"

const struct entry experiment_keys[] = {
    {"experiment: name", "", "folder under results/: letters, digits, '_' and '-'"},
    {"seeds: [0, 1, 2]", "", "whole numbers; [0] if absent"},
    {"dataset: {name: ..., ...}", "", "the dataset and its options; 'spikebench help DATASET' lists them"},
    {"network: {hidden: [[100], [100, 100]], ...}", "",
     "options of the network; 'spikebench help network' lists them"},
    {"stop: {max_iter: 100, ...}", "", "when a run ends"},
    {"solvers: [{name: ..., ...}]", "",
     "the solvers and their options; 'spikebench help SOLVER' lists them; an item may hold its own stop:, "
     "dataset: (options), network: and eval_every:, and a label: for figures"},
    {0}};

const struct entry result_files[] = {
    {"runs.csv", "", "a row per run"},
    {"curves/RUN_ID.csv", "", "a row per evaluation of the run"},
    {"summary.csv", "", "a row per configuration over its seeds; written by summarise and plot"},
    {"time_to_accuracy.csv", "",
     "a row per configuration and training accuracy (0.9, 0.95, 0.98): runs (seeds) and how many of them "
     "reached it, iterations and training seconds of the first such evaluation (mean and deviation over "
     "those); written by summarise and plot"},
    {"profile.csv", "",
     "performance profiles (Dolan, More 2002) of training seconds and of forward passes to 80, 90 and 95 % "
     "validation accuracy: per trainer the share of problems (widths, seed and split) that it solves at no "
     "more than `ratio` times the least cost; timing_valid is 0 where only runs that shared the machine "
     "could be used; written by summarise and plot"},
    {"curves_summary/LABEL.csv", "",
     "median (_med) and quartiles (_q1, _q3) over seeds of each column of the curves; written by summarise "
     "and plot"},
    {"config.resolved.yaml", "", "the configuration with every default written out"},
    {0}};

const struct entry status_words[] = {{"ok", "", "ended as planned"},
                                     {"diverged", "", "a number was not finite or a factorisation failed"},
                                     {"no_data", "", "the data was not found"},
                                     {"failed", "", "another error, or the process was lost"},
                                     {"interrupted", "", "stopped by a signal; the next run goes on"},
                                     {0}};

const struct entry stop_reasons[] = {
    {"max_iter", "", "stop.max_iter was reached"},
    {"time_limit", "", "stop.time_limit was reached"},
    {"plateau", "", "no better validation accuracy for stop.patience iterations"},
    {"target", "", "the validation accuracy reached stop.target"},
    {"converged", "", "the solver said that further iterations would change nothing"},
    {"diverged", "", "see status"},
    {"interrupted", "", "see status"},
    {"no_data", "", "see status"},
    {"error", "", "see the column error"},
    {0}};

const struct entry summary_parts[] = {
    {"label", "", "name of the configuration and of its file in curves_summary/"},
    {"solver", "", "the solver"},
    {"dataset", "", "the dataset"},
    {"hidden", "", "widths of the hidden layers"},
    {"name", "", "label of the experiment file, or the solver"},
    {"hidden_layers", "", "number of hidden layers"},
    {"seeds", "", "number of runs"},
    {"COLUMN_mean, _sd, _med, _q1, _q3, _half", "",
     "mean, standard deviation, median, quartiles and the half-width of the 95 % interval of the mean "
     "(Student's t) over seeds, for each of the columns that follow"},
    {0}};

const struct entry environment[] = {
    {"SPIKEBENCH_DATA", "", "folder of the datasets that are not built in"},
    {"SPIKEBENCH_HOME", "", "folder of plots/ and experiments/, if not beside the program"},
    {"OPENBLAS_CORETYPE", "",
     "processor type that OpenBLAS chooses its kernels for; with the same type, such as Haswell, machines "
     "give "
     "the same bits"},
    {0}};

void run_columns(struct entry entries[COLUMN_ENTRIES])
{
    for (size_t i = 0; i < n_result_columns; i++)
        entries[i] = (struct entry){result_columns[i].name, result_columns[i].unit, result_columns[i].help};
    entries[n_result_columns] = (struct entry){NULL, NULL, NULL};
}

void curve_columns(struct entry entries[COLUMN_ENTRIES])
{
    size_t n = 0;
    for (size_t i = 0; i < n_result_columns; i++)
        if (result_columns[i].curve)
            entries[n++] =
                (struct entry){result_columns[i].curve, result_columns[i].unit, result_columns[i].help};
    entries[n++] =
        (struct entry){"fwd_rate_1 .. _{L-1}", "spikes/step",
                       "firing rate of each hidden layer on the training samples; nan as rate_mean"};
    entries[n] = (struct entry){NULL, NULL, NULL};
}

void summary_columns(struct entry entries[COLUMN_ENTRIES])
{
    size_t n = 0;
    for (int k = 1; column_summarised(k); k++) {
        const struct result_column *c = column_summarised(k);
        entries[n++] = (struct entry){c->name, c->unit, c->help};
    }
    entries[n] = (struct entry){NULL, NULL, NULL};
}
