/* Descriptions of the files that are read and written (see reference_tables.h). */
#include "commands/reference_tables.h"

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

const struct entry run_columns[] = {
    {"schema", "",
     "version of these columns: rows before 2 counted passes and operations of training by an earlier rule; "
     "summaries, profiles and compare pass over these counts"},
    {"run_id", "",
     "12 digits over the options that are not at their default, solver, dataset, seed and data"},
    {"experiment", "", "name of the experiment"},
    {"solver", "", "the solver"},
    {"label", "", "what figures call it: the label of the experiment file, or the solver"},
    {"dataset", "", "the dataset"},
    {"seed", "", "the seed of split, codes, start and solver"},
    {"status", "", "how the run ended"},
    {"stop_reason", "", "why it ended"},
    {"error", "", "the message of a run that failed; none otherwise"},
    {"precision, eval_every, stop.*, dataset.*, network.*, solver.*", "",
     "every option that results depend on; nan where the solver has no such option"},
    {"data_sha256", "", "SHA-256 of the data that was read"},
    {"threads", "threads", "threads of the run; results do not depend on it"},
    {"iters", "iterations", "iterations (epochs) done"},
    {"samples", "samples", "training samples gone through, each time counted"},
    {"setup_s", "s", "time of the solver's set-up"},
    {"train_s", "s", "time of training alone: without set-up, evaluation and diagnostics"},
    {"forward_passes", "passes",
     "forward passes of training: one sample through the whole network is one, in a simulation, a tangent or "
     "ADMM's products with its own spikes; a part of the layers counts by its weights; predictions and "
     "diagnostics do not count, nor does the network's start"},
    {"backward_passes", "passes", "backward passes of training, counted likewise"},
    {"train_synops", "operations",
     "synaptic operations of training: accumulations of its simulations of binary spikes, and train_macs. "
     "The "
     "former are an estimate: between two evaluations, simulations times the accumulations per training "
     "sample "
     "of the network simulated at the later one; nan where the solver predicts by a rule of its own "
     "(forward_forward, exact_spike_time): the simulated network is not the one that is trained"},
    {"train_macs", "operations",
     "multiply-accumulates of training outside of simulations: backward products and sums of gradients, "
     "tangents, ADMM's products with spikes that are not simulated, Gram matrices, factors, solves, "
     "admm_joint's solves of paths; half of "
     "their FLOPs as the solver's step counts them, dense, but products with the inputs by their entries; "
     "elementwise work (neurons, losses, optimizers) does not count. Rows of schema 1 counted "
     "passes and operations by an earlier rule"},
    {"eval_s", "s", "time of evaluations"},
    {"cpu_s", "s", "CPU time of set-up and training, over all threads"},
    {"time_to_target_s", "s", "training time at which stop.target was reached; nan if it was not"},
    {"peak_bytes", "bytes", "largest resident memory of the run's process"},
    {"loss_train", "", "loss of the simulated network on the training samples"},
    {"acc_train", "", "training accuracy of the simulated network at the end, as a fraction"},
    {"acc_val", "", "validation accuracy at the end"},
    {"acc_test", "", "test accuracy at the end"},
    {"best_iter", "iterations", "iteration of the best validation accuracy"},
    {"acc_val_best", "", "the best validation accuracy"},
    {"acc_test_at_best_val", "", "test accuracy at best_iter"},
    {"loss_val", "", "validation loss at the end"},
    {"loss_test", "", "test loss at the end"},
    {"loss_val_best", "", "regression: the best validation loss"},
    {"loss_test_at_best_val", "", "regression: test loss at best_iter"},
    {"footprint_bytes", "bytes", "size of the weights"},
    {"synops", "operations",
     "synaptic operations per test sample: accumulations for inputs that are not zero; nan as train_synops"},
    {"synops_dense", "operations", "the same if every input were taken; nan likewise"},
    {"rate_mean", "spikes/step",
     "mean firing rate of the hidden neurons on the training samples; nan likewise"},
    {"timing_valid", "", "0 if runs shared the machine (--jobs above 1)"},
    {"git_commit", "", "commit of the program"},
    {"dirty", "", "1 if its sources were modified"},
    {"compiler", "", "the compiler"},
    {"flags", "", "its flags"},
    {"blas", "", "the BLAS library"},
    {"blas_core", "", "the processor type that it chose its kernels for"},
    {"blas_threads", "threads", "its threads per call"},
    {"cpu", "", "the processor"},
    {"date", "", "when the run ended, UTC"},
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

const struct entry curve_columns[] = {
    {"iter", "iterations", "iterations done"},
    {"samples", "samples", "training samples gone through"},
    {"train_s", "s", "training time so far"},
    {"forward_passes", "passes", "forward passes of training so far, as in runs.csv"},
    {"backward_passes", "passes", "backward passes of training so far"},
    {"train_synops", "operations", "synaptic operations of training so far, as in runs.csv"},
    {"train_macs", "operations", "multiply-accumulates of training so far, as in runs.csv"},
    {"loss", "", "loss of the simulated network on the training samples"},
    {"acc_train", "", "training accuracy of the simulated network"},
    {"acc_val", "", "validation accuracy"},
    {"acc_test", "", "test accuracy"},
    {"fwd_rate_1 .. _{L-1}", "spikes/step",
     "firing rate of each hidden layer on the training samples; nan as rate_mean"},
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
     "(Student's t) over seeds, COLUMN being iters, train_s, acc_train, "
     "acc_val, acc_test, acc_test_at_best_val, loss_train, rate_mean, synops, loss_val, loss_test, "
     "forward_passes, backward_passes, train_synops or train_macs of runs.csv"},
    {0}};

const struct entry environment[] = {
    {"SPIKEBENCH_DATA", "", "folder of the datasets that are not built in"},
    {"SPIKEBENCH_HOME", "", "folder of plots/ and experiments/, if not beside the program"},
    {"OPENBLAS_CORETYPE", "",
     "processor type that OpenBLAS chooses its kernels for; with the same type, such as Haswell, machines "
     "give "
     "the same bits"},
    {0}};
