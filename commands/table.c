/* The commands (see table.h). */
#include "commands/table.h"
#include "commands/commands.h"
#include "experiments/plan.h"

typedef const struct command_argument argument_row;
typedef const struct command_option option_row;
typedef option_row *const option_list[];
typedef const char *const name_list[];

static argument_row experiment_file[] = {
    {"FILE.yaml", "an experiment file, or a bare name from 'spikebench list experiments'",
     .kind = VALUE_EXPERIMENT},
    {0},
};
static argument_row experiment_results[] = {
    {"EXPERIMENT", "the folder of an experiment in the results folder, or any folder with a runs.csv",
     .kind = VALUE_RESULTS},
    {0},
};
static argument_row dataset_name[] = {
    {"NAME", "a dataset from 'spikebench list datasets'", .kind = VALUE_DATASET}, {0}};

/* Options that several commands have. */
static option_row set_option = {
    "set", 0, VALUE_KEY, "KEY=VALUE",
    .help = "replace an option: solver.rho=0.1, dataset.T=10, network.hidden=100-100, stop.max_iter=5, "
            "precision=float, ...; commas make a grid axis; may be repeated"};
static option_row plugin_option = {"plugin", 0, VALUE_FILE, "FILE",
                                   .help = "also know the solvers of this shared object (docs/plugin.md)"};
static option_row precision_option = {"precision",
                                      0,
                                      VALUE_CHOICE,
                                      "P",
                                      .help = "precision (double, or the file's)",
                                      .choices = precision_names};
static option_row seeds_option = {"seeds", 0, VALUE_TEXT, "A,B,C", .help = "seeds instead of the file's"};
static option_row results_option = {"results", 'r', VALUE_FOLDER, "DIR", "results", .help = "results folder"};
static option_row dataset_set_option = {
    "set", 0, VALUE_DATASET_KEY, "KEY=VALUE",
    .help = "an option of the dataset, with or without 'dataset.'; may be repeated"};
static option_row seed_option = {"seed", 0,   VALUE_WHOLE,
                                 "N",    "0", .help = "seed of the split and of random codes"};
static option_row index_option = {"index", 0, VALUE_WHOLE, "I", "0", .help = "which sample, from 0"};
static option_row weights_option = {"weights",
                                    0,
                                    VALUE_WEIGHTS,
                                    "NET.net",
                                    .help = "a weight file of 'spikebench train', NET.yaml beside it",
                                    .required = true};
static option_row test_split_option = {
    "split", 0, VALUE_CHOICE, "SPLIT", "test", .help = "which samples", .choices = split_names};
static option_row data_set_option = {"set", 0, VALUE_DATA_KEY, "dataset.KEY=VALUE",
                                     .help = "another value of an option of the dataset; may be repeated"};

static const struct command dataset_commands[] = {
    {.name = "fetch",
     .run = command_dataset_fetch,
     .synopsis = "NAME [--to DIR] [--from URL_PREFIX] [--dry-run] | --list [NAME]",
     .summary = "download a dataset from its public home",
     .text =
         "Fetches a dataset from its public home, checks size and checksum, and unpacks it into the layout "
         "that the loaders read: DIR/nmnist/Train, DIR/mnist/*.gz, DIR/shd/shd_train.h5, ... A download "
         "that was cut short (FILE.part) is gone on with. What is there already and is as published is "
         "left alone; what is there and differs is never overwritten.",
     .arguments =
         (argument_row[]){
             {"NAME", "a dataset from 'spikebench dataset fetch --list'", .kind = VALUE_SOURCE,
              .optional = true},
             {0},
         },
     .options =
         (option_list){
             &(option_row){"to", 0, VALUE_FOLDER, "DIR", .help = "where to (SPIKEBENCH_DATA)"},
             &(option_row){"from", 0, VALUE_TEXT, "URL_PREFIX",
                           .help = "a mirror: the files are URL_PREFIX/FILE (https, http or file)"},
             &(option_row){"dry-run", .help = "print what would be fetched, and from where"},
             &(option_row){"list", .help = "print the datasets, their files and licences"},
             &(option_row){"sources", 0, VALUE_FILE, "FILE",
                           .help = "the table of homes and checksums (datasets/sources.csv)"},
             NULL,
         },
     .failure = "a download or a check failed"},
    {.name = "info",
     .run = command_dataset_info,
     .synopsis = "NAME [--set KEY=VALUE]... [--seed N]",
     .summary = "print classes, sizes, density and firing rates",
     .text = "Prints classes, sizes, density and firing rates of a dataset as a run with this seed sees it.",
     .arguments = dataset_name,
     .options = (option_list){&dataset_set_option, &seed_option, NULL},
     .failure = "the data is absent or malformed"},
    {.name = "show",
     .run = command_dataset_show,
     .synopsis = "NAME [options]",
     .summary = "draw one sample",
     .text = "Draws a sample as a run with this seed sees it: a dot for every event over input and step, and "
             "for pictures the events summed over time, ON and OFF apart.",
     .arguments = dataset_name,
     .options =
         (option_list){
             &index_option,
             &(option_row){"split", 0, VALUE_CHOICE, "SPLIT", "train", .help = "which samples",
                           .choices = split_names},
             &seed_option,
             &dataset_set_option,
             &(option_row){"out", 0, VALUE_FILE, "PATH",
                           .help = "the figure (NAME_I.svg): PATH.svg or PATH.png"},
             &(option_row){"ascii", .help = "in the terminal instead, unless --out is given too"},
             NULL,
         },
     .failure = "the data is absent or malformed or the figure could not be drawn"},
    {.name = "write",
     .run = command_dataset_write,
     .synopsis = "NAME --out DIR [--set KEY=VALUE]... [--seed N]",
     .summary = "write event recordings as N-MNIST files",
     .text = "Writes the recordings of an event dataset to DIR/Train/LABEL/NUMBER.bin (training and "
             "validation samples) and DIR/Test/LABEL/NUMBER.bin in the format of N-MNIST: 5 bytes per event.",
     .arguments = dataset_name,
     .options =
         (option_list){
             &(option_row){"out", 0, VALUE_FOLDER, "DIR", .help = "where to write; must be new or empty",
                           .required = true},
             &dataset_set_option,
             &seed_option,
             NULL,
         },
     .failure = "data is absent or a file could not be written"},
    {0},
};

static const struct command commands[] = {
    {.name = "run",
     .run = command_run,
     .synopsis = "FILE.yaml [options]",
     .summary = "run an experiment file, or what is left of it",
     .text = "Runs what is not finished yet of an experiment. FILE may be a bare name from 'spikebench list "
             "experiments'. Ctrl-C saves the runs under way; the next run goes on from there.",
     .arguments = experiment_file,
     .options =
         (option_list){
             &set_option,
             &seeds_option,
             &(option_row){"out", 0, VALUE_FOLDER, "DIR", "results", .help = "results folder"},
             &(option_row){"jobs", 'j', VALUE_WHOLE, "N", "1",
                           .help = "runs at the same time; with more than one, timings are marked invalid",
                           .least = 1, .most = 1024},
             &(option_row){"fresh", .help = "repeat finished runs"},
             &(option_row){"allow-missing", .help = "runs whose data is absent are no failure"},
             &(option_row){"dry-run", .help = "print the plan, run nothing"},
             &plugin_option,
             NULL,
         },
     .failure = "a run failed or lacked its data",
     .interrupts = true},
    {.name = "check",
     .run = command_check,
     .synopsis = "FILE.yaml [--set KEY=VALUE]... [--seeds A,B,C] [--plugin FILE]",
     .summary = "print the plan of an experiment file and what is wrong with it",
     .text = "Prints the plan of an experiment (runs, data, one line per configuration with its memory) and "
             "what is wrong with it. Runs nothing.",
     .arguments = experiment_file,
     .options = (option_list){&set_option, &seeds_option, &plugin_option, NULL},
     .failure = "data is absent or malformed"},
    {.name = "list",
     .run = command_list,
     .synopsis = "solvers|datasets|experiments [--plugin FILE]",
     .summary = "list solvers, datasets or experiments",
     .text = "Prints the names of what there is, each with a line about it.",
     .arguments =
         (argument_row[]){
             {"WHAT", "what to list", .kind = VALUE_CHOICE,
              .choices = (name_list){"solvers", "datasets", "experiments", NULL}},
             {0},
         },
     .options = (option_list){&plugin_option, NULL},
     .failure = "the folder of the experiments was not found"},
    {.name = "help",
     .run = command_help,
     .synopsis = "[MODULE [--plugin FILE] | --all | --markdown]",
     .summary = "describe a command, a solver, a dataset, the network, the experiment or the result files",
     .text = "Describes a command, a solver, a dataset, 'network' (the options under network:), 'experiment' "
             "(the experiment file) or 'results' (the result files). Without arguments: a list of what there "
             "is.",
     .arguments =
         (argument_row[]){
             {"MODULE", "what to describe", .kind = VALUE_MODULE, .optional = true},
             {"SUBCOMMAND", "of the command that is described", .kind = VALUE_TEXT, .optional = true},
             {0},
         },
     .options =
         (option_list){
             &(option_row){"all", .help = "describe everything"},
             &(option_row){"markdown", .help = "describe everything in Markdown"},
             &plugin_option,
             NULL,
         }},
    {.name = "summarise",
     .run = command_summarise,
     .synopsis = "EXPERIMENT [--results DIR] [--paired NAME] [--markdown]",
     .summary = "print a table of results",
     .text = "Prints mean +- standard deviation over seeds for each configuration of DIR/EXPERIMENT and "
             "writes summary.csv, time_to_accuracy.csv, profile.csv and curves_summary/ there. EXPERIMENT "
             "may also be a folder that holds a runs.csv. Accuracies are those of the network simulated "
             "forward from its weights.",
     .arguments = experiment_results,
     .options =
         (option_list){
             &results_option,
             &(option_row){
                 "paired", 'p', VALUE_TEXT, "NAME",
                 .help = "also print and write to paired.csv how every other label differs from this one, "
                         "paired by seed and split"},
             &(option_row){
                 "markdown", 'm',
                 .help = "print a Markdown table instead: labels by hidden layers, training / test with "
                         "the 95 % interval of the test mean, seconds and forward passes"},
             NULL,
         },
     .failure = "there are no results or they are damaged"},
    {.name = "best",
     .run = command_best,
     .synopsis = "EXPERIMENT [--results DIR] [--by COLUMN] [--per WHAT] [--min]",
     .summary = "choose the best configuration of each solver on validation",
     .text =
         "Averages the finished runs of each configuration in DIR/EXPERIMENT over hidden layers, seeds and "
         "splits, prints the best one of each solver, with the options that are axes of the grid, and writes "
         "best.csv there. Below, the winners as parts of an experiment file: the sections with the options "
         "that all configurations share, and an item for each winner with its solver's options that are not "
         "at their default and those of the sections that differ between configurations. Seeds, "
         "network.hidden and dataset.split_seed, which it averages over, paths, and options that runs.csv "
         "lacks are left to the file; a precision that differs is a comment behind its item. A configuration "
         "with fewer finished runs than the fullest of its solver cannot win, so a winner may lack runs "
         "where "
         "all do. Test columns are refused. Warns where solvers were given different numbers of "
         "configurations, and where a winner has runs that did not finish.",
     .arguments = experiment_results,
     .options =
         (option_list){
             &results_option,
             &(option_row){"by", 0, VALUE_TEXT, "COLUMN", "acc_val",
                           .help = "the column of runs.csv that decides"},
             &(option_row){"per", 0, VALUE_CHOICE, "WHAT", "solver", .help = "a winner for each of these",
                           .choices = (name_list){"solver", "label", NULL}},
             &(option_row){"min",
                           .help = "the smallest mean wins, not the largest; of a loss it always does"},
             NULL,
         },
     .failure = "there are no results or they are damaged"},
    {.name = "compare",
     .run = command_compare,
     .synopsis = "RESULTS REFERENCE [--tolerances FILE]",
     .summary = "compare results with reference results",
     .text = "Compares two experiment folders (each with runs.csv and curves/). Runs are matched by solver, "
             "dataset, seed and every option that both files have. Names run, column, iteration, both values "
             "and the tolerance of each regression.",
     .arguments =
         (argument_row[]){
             {"RESULTS", "the experiment folder to judge", .kind = VALUE_FOLDER},
             {"REFERENCE", "the experiment folder to compare with", .kind = VALUE_FOLDER},
             {0},
         },
     .options =
         (option_list){
             &(option_row){"tolerances", 't', VALUE_FILE, "FILE",
                           .help = "tolerances instead of REFERENCE/tolerances.csv"},
             NULL,
         },
     .failure = "regressions, or a folder lacks its results"},
    {.name = "table",
     .run = command_table,
     .synopsis = "KIND EXPERIMENT... [--results DIR] [--format FORMAT]",
     .summary = "print a table of the paper",
     .text = "Prints one of the paper's tables from the files that summarise wrote in DIR/EXPERIMENT. Kinds "
             "numbers and provenance take several experiments.",
     .arguments =
         (argument_row[]){
             {"KIND", "which table", .kind = VALUE_CHOICE,
              .choices = (name_list){"numbers", "depth", "list", "acceleration", "sensitivity",
                                     "conditioning", "provenance", "paired", "data_size", NULL}},
             {"EXPERIMENT", "the folder of an experiment in the results folder, or any with its files",
              .kind = VALUE_RESULTS, .repeated = true},
             {0},
         },
     .options =
         (option_list){
             &results_option,
             &(option_row){.name = "format",
                           .letter = 'f',
                           .kind = VALUE_CHOICE,
                           .value = "FORMAT",
                           .usual = "text",
                           .choices = (name_list){"text", "markdown", "latex", NULL},
                           .help = "the form of the table"},
             NULL,
         },
     .failure = "there are no results or they are damaged"},
    {.name = "plot",
     .run = command_plot,
     .synopsis = "EXPERIMENT [--results DIR] [--out DIR] [--format FORMAT] [--all]",
     .summary = "draw the figures of an experiment",
     .text =
         "Draws the figures of DIR/EXPERIMENT by gnuplot and prints their names. An experiment called "
         "ablation, "
         "acceleration, conditioning, data_size, depth, gradient, memory, rivals, sensitivity, start or "
         "width, "
         "or such a name and further words behind '_', gets a figure of its own; any other gets the figures "
         "that fit all experiments.",
     .arguments = experiment_results,
     .options =
         (option_list){
             &results_option,
             &(option_row){"out", 'o', VALUE_FOLDER, "DIR", .help = "where to draw (plots/out/EXPERIMENT)"},
             &(option_row){"format", 'f', VALUE_CHOICE, "FORMAT", .help = "another format than SVG and PNG",
                           .choices = (name_list){"svg", "png", "pdf", NULL}},
             &(option_row){"all", 'a', .help = "the general figures besides the experiment's own"},
             NULL,
         },
     .failure = "there are no results or a figure could not be drawn"},
    {.name = "train",
     .run = command_train,
     .synopsis = "(SOLVER DATASET | FILE.yaml) --out NET.net [options]",
     .summary = "train one network and keep its weights",
     .text = "Trains one network, or the only run that an experiment file plans, and writes its weights "
             "(NET.net) and all its options (NET.yaml), which 'spikebench eval' and 'spikebench trace' read. "
             "Ctrl-C saves; the same command then goes on from there.",
     .arguments =
         (argument_row[]){
             {"SOLVER", "a solver from 'spikebench list solvers', or an experiment file alone",
              .kind = VALUE_TRAINABLE},
             {"DATASET", "a dataset from 'spikebench list datasets'", .kind = VALUE_DATASET,
              .optional = true},
             {0},
         },
     .options =
         (option_list){
             &(option_row){"out", 0, VALUE_WEIGHTS, "NET.net", .help = "the weight file", .required = true},
             &(option_row){"set", 0, VALUE_KEY, "KEY=VALUE",
                           .help = "an option: solver.lr=0.01, dataset.T=10, network.hidden=100-100, "
                                   "stop.max_iter=50, ...; may be repeated"},
             &(option_row){"seed", 0, VALUE_WHOLE, "N", .help = "seed (0, or the file's)"},
             &precision_option,
             &plugin_option,
             NULL,
         },
     .failure = "the training failed or its data is absent",
     .interrupts = true},
    {.name = "eval",
     .run = command_eval,
     .synopsis =
         "--weights NET.net [--split SPLIT] [--set dataset.KEY=VALUE]... [--csv PATH] [--plugin FILE]",
     .summary = "simulate a trained network on a split: accuracy, confusion, rates",
     .text = "Simulates a network of 'spikebench train' forward from its weights on a split and prints loss, "
             "accuracy, accuracy per class, the confusion matrix, firing rates and synaptic operations. "
             "NET.yaml, which lies beside the weights, names the data.",
     .options =
         (option_list){
             &weights_option,
             &test_split_option,
             &data_set_option,
             &(option_row){
                 "csv",
                 0, VALUE_FILE, "PATH",
                 .help = "write the confusion matrix: a row per true class, a column per predicted class"},
             &plugin_option,
             NULL,
         },
     .failure = "a file is absent or damaged or does not fit"},
    {.name = "weights",
     .run = command_weights,
     .synopsis = "--weights NET.net [--csv PATH] [--plugin FILE]",
     .summary = "print or write the numbers of a weight file",
     .text = "Prints size, mean, root mean square, least and most of each layer's weights. The data is not "
             "needed.",
     .options = (option_list){&weights_option,
                              &(option_row){"csv", 0, VALUE_FILE, "PATH",
                                            .help = "write layer, to, from (neurons from 0) and weight"},
                              &plugin_option, NULL},
     .failure = "a file is absent or damaged or does not fit"},
    {.name = "trace",
     .run = command_trace,
     .synopsis = "--weights NET.net [options]",
     .summary = "draw spikes and membrane potentials of a trained network",
     .text =
         "Draws what a network of 'spikebench train' does with one sample: the spikes of the input and of "
         "every hidden layer, the membrane potentials of the readout, the true class thick, and those of "
         "the three neurons of the last hidden layer that spike most. With --ascii or --csv, a figure is "
         "drawn only if --out is given too.",
     .options =
         (option_list){
             &weights_option,
             &index_option,
             &test_split_option,
             &data_set_option,
             &(option_row){"out", 0, VALUE_FILE, "PATH",
                           .help = "the figure (NET_I.svg): PATH.svg or PATH.png"},
             &(option_row){"ascii", .help = "draw in the terminal"},
             &(option_row){"csv", 0, VALUE_FILE, "PATH",
                           .help = "write layer, neuron (from 0), t (from 1), potential z and spike a (nan "
                                   "in the readout)"},
             &plugin_option,
             NULL,
         },
     .failure = "a file is absent or damaged or does not fit, or the figure could not be drawn"},
    {.name = "contract",
     .run = command_contract,
     .synopsis = "SOLVER [--set solver.KEY=VALUE]... [--precision P] [--plugin FILE]",
     .summary = "test whether a solver keeps the contract of trainers",
     .text = "Trains a small network on a few digits (and, for solvers of regression, on a few points) "
             "again and again: the same bits for a seed, for two threads and after a resume, a falling "
             "loss, hostile options refused, networks as promised. Prints a line for each promise. Options "
             "that suit so small a task are given by --set. A plug-in is tested in its own precision.",
     .arguments =
         (argument_row[]){{"SOLVER", "a solver from 'spikebench list solvers'", .kind = VALUE_SOLVER}, {0}},
     .options = (option_list){&set_option, &precision_option, &plugin_option, NULL},
     .failure = "one is not"},
    {.name = "dataset",
     .synopsis = "SUBCOMMAND NAME [options]",
     .summary = "fetch datasets and look at them",
     .text = "Fetches, describes, draws or writes one dataset. 'spikebench dataset SUBCOMMAND --help' "
             "describes a subcommand.",
     .subcommands = dataset_commands},
    {.name = "complete",
     .run = command_complete,
     .synopsis = "-- [WORD]...",
     .text =
         "Prints what may stand in place of the last word of a command line. docs/completion.bash calls it.",
     .arguments =
         (argument_row[]){
             {"WORD", "of the command line", .kind = VALUE_TEXT, .optional = true, .repeated = true}, {0}}},
    {.name = "worker",
     .run = command_worker,
     .synopsis = "SPEC.yaml --out FOLDER [options]",
     .text = "Performs the one run of an experiment file. 'spikebench run' starts it.",
     .arguments = experiment_file,
     .options =
         (option_list){
             &(option_row){"out", 0, VALUE_FOLDER, "FOLDER", .help = "of the experiment's results",
                           .required = true},
             &(option_row){"id", 0, VALUE_TEXT, "ID", "", .help = "identity of the run"},
             &(option_row){"jobs", 0, VALUE_WHOLE, "N", "1", .help = "how many runs share the machine"},
             &(option_row){"progress", 0, VALUE_WHOLE, "FD", .help = "descriptor for lines of progress"},
             &(option_row){"weights", 0, VALUE_WEIGHTS, "NET.net", .help = "where the network is written"},
             &plugin_option,
             NULL,
         },
     .failure = "it failed",
     .interrupts = true},
    {0},
};

const struct command program = {
    .name = "spikebench",
    .run = command_program,
    .synopsis = "COMMAND [arguments]",
    .text = "Benchmarks training methods for spiking neural networks. 'spikebench COMMAND --help' describes "
            "a command.",
    .options =
        (option_list){
            &(option_row){"version", 'V', .help = "print the version, the compiler and the libraries"}, NULL},
    .failure = "a run failed, regressed or lacked its data",
    .interrupts = true,
    .subcommands = commands,
};
