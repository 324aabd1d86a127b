/* The commands (see command_table.h). */
#include "commands/command_table.h"
#include "commands/commands.h"

#define ARGUMENTS (const struct command_argument[])
#define OPTIONS   (const struct command_option[])
#define EXITS     (const struct command_exit[])

#define EXPERIMENT_FILE                                                                                      \
    {                                                                                                        \
        "FILE.yaml", "an experiment file, or a bare name from 'spikebench list experiments'",                \
            COMPLETE_EXPERIMENT, NULL                                                                        \
    }
#define EXPERIMENT_RESULTS                                                                                   \
    {                                                                                                        \
        "EXPERIMENT", "the folder of an experiment in the results folder, or any folder with a runs.csv",    \
            COMPLETE_RESULTS, NULL                                                                           \
    }
#define DATASET_NAME                                                                                         \
    {                                                                                                        \
        "NAME", "a dataset from 'spikebench list datasets'", COMPLETE_DATASET, NULL                          \
    }

#define SET_OPTION                                                                                           \
    {                                                                                                        \
        "set", 0, "KEY=VALUE",                                                                               \
            "replace an option: solver.rho=0.1, dataset.T=10, network.hidden=100-100, stop.max_iter=5, "     \
            "precision=float, ...; commas make a grid axis; may be repeated",                                \
            COMPLETE_KEY, NULL                                                                               \
    }
#define SEEDS_OPTION                                                                                         \
    {                                                                                                        \
        "seeds", 0, "A,B,C", "seeds instead of the file's", COMPLETE_NOTHING, NULL                           \
    }
#define RESULTS_OPTION                                                                                       \
    {                                                                                                        \
        "results", 'r', "DIR", "results folder (results)", COMPLETE_FOLDER, NULL                             \
    }
#define DATASET_SET_OPTION                                                                                   \
    {                                                                                                        \
        "set", 0, "KEY=VALUE", "an option of the dataset, with or without 'dataset.'; may be repeated",      \
            COMPLETE_DATASET_KEY, NULL                                                                       \
    }
#define SEED_OPTION                                                                                          \
    {                                                                                                        \
        "seed", 0, "N", "seed of the split and of random codes (0)", COMPLETE_NOTHING, NULL                  \
    }

#define SPLIT_OPTION(usual)                                                                                  \
    {                                                                                                        \
        "split", 0, "SPLIT", "which samples (" usual ")", COMPLETE_CHOICE, "train validation test"           \
    }
#define WEIGHTS_OPTION                                                                                       \
    {                                                                                                        \
        "weights", 0, "NET.net", "a weight file of 'spikebench train', NET.yaml beside it",                  \
            COMPLETE_WEIGHTS, NULL                                                                           \
    }
#define DATA_SET_OPTION                                                                                      \
    {                                                                                                        \
        "set", 0, "dataset.KEY=VALUE", "another value of an option of the dataset; may be repeated",         \
            COMPLETE_DATA_KEY, NULL                                                                          \
    }

static const struct command dataset_commands[] = {
    {.name = "fetch",
     .run = dataset_command_fetch,
     .synopsis = "NAME [--to DIR] [--from URL_PREFIX] [--dry-run] | --list [NAME]",
     .summary = "download a dataset from its public home",
     .text =
         "Fetches a dataset from its public home, checks size and checksum, and unpacks it into the layout "
         "that the loaders read: DIR/nmnist/Train, DIR/mnist/*.gz, DIR/shd/shd_train.h5, ... A download "
         "that was cut short (FILE.part) is gone on with. What is there already and is as published is "
         "left alone; what is there and differs is never overwritten.",
     .arguments =
         ARGUMENTS{{"NAME", "a dataset", COMPLETE_CHOICE, "nmnist mnist fashion_mnist kmnist shd ssc"}, {0}},
     .options =
         OPTIONS{{"to", 0, "DIR", "where to (SPIKEBENCH_DATA)", COMPLETE_FOLDER, NULL},
                 {"from", 0, "URL_PREFIX", "a mirror: the files are URL_PREFIX/FILE (https, http or file)",
                  COMPLETE_NOTHING, NULL},
                 {"dry-run", 0, NULL, "print what would be fetched, and from where", COMPLETE_NOTHING, NULL},
                 {"list", 0, NULL, "print the datasets, their files and licences", COMPLETE_NOTHING, NULL},
                 {"sources", 0, "FILE", "the table of homes and checksums (datasets/sources.csv)",
                  COMPLETE_FILE, NULL},
                 {0}},
     .exits =
         EXITS{
             {0, "all is there and verified"}, {1, "a download or a check failed"}, {2, "usage error"}, {0}}},
    {.name = "info",
     .run = dataset_command_info,
     .synopsis = "NAME [--set KEY=VALUE]... [--seed N]",
     .summary = "print classes, sizes, density and firing rates",
     .text = "Prints classes, sizes, density and firing rates of a dataset as a run with this seed sees it.",
     .arguments = ARGUMENTS{DATASET_NAME, {0}},
     .options = OPTIONS{DATASET_SET_OPTION, SEED_OPTION, {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "the data is absent or malformed"},
                    {2, "usage or configuration error"},
                    {0}}},
    {.name = "show",
     .run = dataset_command_show,
     .synopsis = "NAME [options]",
     .summary = "draw one sample",
     .text = "Draws a sample as a run with this seed sees it: a dot for every event over input and step, and "
             "for pictures the events summed over time, ON and OFF apart.",
     .arguments = ARGUMENTS{DATASET_NAME, {0}},
     .options =
         OPTIONS{
             {"index", 0, "I", "which sample, from 0 (0)", COMPLETE_NOTHING, NULL},
             SPLIT_OPTION("train"),
             SEED_OPTION,
             DATASET_SET_OPTION,
             {"out", 0, "PATH", "the figure (NAME_I.svg): PATH.svg or PATH.png", COMPLETE_FILE, NULL},
             {"ascii", 0, NULL, "in the terminal instead, unless --out is given too", COMPLETE_NOTHING, NULL},
             {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "the data is absent or malformed or the figure could not be drawn"},
                    {2, "usage or configuration error"},
                    {0}}},
    {.name = "write",
     .run = dataset_command_write,
     .synopsis = "NAME --out DIR [--set KEY=VALUE]... [--seed N]",
     .summary = "write event recordings as N-MNIST files",
     .text = "Writes the recordings of an event dataset to DIR/Train/LABEL/NUMBER.bin (training and "
             "validation samples) and DIR/Test/LABEL/NUMBER.bin in the format of N-MNIST: 5 bytes per event.",
     .arguments = ARGUMENTS{DATASET_NAME, {0}},
     .options = OPTIONS{{"out", 0, "DIR", "where to write; must be new or empty", COMPLETE_FOLDER, NULL},
                        DATASET_SET_OPTION,
                        SEED_OPTION,
                        {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "data is absent or a file could not be written"},
                    {2, "usage or configuration error"},
                    {0}}},
    {0}};

const struct command command_table[] = {
    {.name = "run",
     .run = command_run,
     .synopsis = "FILE.yaml [options]",
     .summary = "run an experiment file, or what is left of it",
     .text = "Runs what is not finished yet of an experiment. FILE may be a bare name from 'spikebench list "
             "experiments'. Ctrl-C saves the runs under way; the next run goes on from there.",
     .arguments = ARGUMENTS{EXPERIMENT_FILE, {0}},
     .options =
         OPTIONS{
             SET_OPTION,
             SEEDS_OPTION,
             {"out", 0, "DIR", "results folder (results)", COMPLETE_FOLDER, NULL},
             {"jobs", 'j', "N", "runs at the same time (1); with more than one, timings are marked invalid",
              COMPLETE_NOTHING, NULL},
             {"fresh", 0, NULL, "repeat finished runs", COMPLETE_NOTHING, NULL},
             {"allow-missing", 0, NULL, "runs whose data is absent are no failure", COMPLETE_NOTHING, NULL},
             {"dry-run", 0, NULL, "print the plan, run nothing", COMPLETE_NOTHING, NULL},
             {0}},
     .exits = EXITS{{0, "all runs ended as planned"},
                    {1, "a run failed or lacked its data"},
                    {2, "usage or configuration error"},
                    {130, "interrupted"},
                    {0}}},
    {.name = "check",
     .run = command_check,
     .synopsis = "FILE.yaml [--set KEY=VALUE]... [--seeds A,B,C]",
     .summary = "print the plan of an experiment file and what is wrong with it",
     .text = "Prints the plan of an experiment (runs, data, one line per configuration with its memory) and "
             "what is wrong with it. Runs nothing.",
     .arguments = ARGUMENTS{EXPERIMENT_FILE, {0}},
     .options = OPTIONS{SET_OPTION, SEEDS_OPTION, {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "data is absent or malformed"},
                    {2, "usage or configuration error"},
                    {0}}},
    {.name = "list",
     .run = command_list,
     .synopsis = "solvers|datasets|experiments",
     .summary = "list solvers, datasets or experiments",
     .text = "Prints the names of what there is, each with a line about it.",
     .arguments = ARGUMENTS{{"WHAT", "what to list", COMPLETE_CHOICE, "solvers datasets experiments"}, {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "the folder of the experiments was not found"},
                    {2, "usage error"},
                    {0}}},
    {.name = "help",
     .run = command_help,
     .synopsis = "[MODULE | --markdown | --man | --completion SHELL]",
     .summary = "describe a command, a solver, a dataset, the network, the experiment or the result files",
     .text = "Describes a command, a solver, a dataset, 'network' (the options under network:), 'experiment' "
             "(the experiment file) or 'results' (the result files). Without arguments: a list of what there "
             "is.",
     .arguments = ARGUMENTS{{"MODULE", "what to describe", COMPLETE_MODULE, NULL}, {0}},
     .options =
         OPTIONS{
             {"markdown", 0, NULL, "print the reference of all modules as Markdown", COMPLETE_NOTHING, NULL},
             {"man", 0, NULL, "print the same as a man page", COMPLETE_NOTHING, NULL},
             {"completion", 0, "SHELL", "print the shell's completion script", COMPLETE_CHOICE, "bash"},
             {0}},
     .exits = EXITS{{0, "all is well"}, {2, "usage error"}, {0}}},
    {.name = "summarise",
     .run = command_summarise,
     .synopsis = "EXPERIMENT [--results DIR] [--paired NAME] [--markdown]",
     .summary = "print a table of results",
     .text = "Prints mean +- standard deviation over seeds for each configuration of DIR/EXPERIMENT and "
             "writes summary.csv, time_to_accuracy.csv, profile.csv and curves_summary/ there. EXPERIMENT "
             "may also be a folder that holds a runs.csv. Accuracies are those of the network simulated "
             "forward from its weights.",
     .arguments = ARGUMENTS{EXPERIMENT_RESULTS, {0}},
     .options = OPTIONS{RESULTS_OPTION,
                        {"paired", 'p', "NAME",
                         "also print and write to paired.csv how every other label differs from this one, "
                         "paired by seed and split",
                         COMPLETE_NOTHING, NULL},
                        {"markdown", 'm', NULL,
                         "print a Markdown table instead: labels by hidden layers, training / test with the "
                         "95 % interval of the test mean, seconds and forward passes",
                         COMPLETE_NOTHING, NULL},
                        {0}},
     .exits =
         EXITS{{0, "all is well"}, {1, "there are no results or they are damaged"}, {2, "usage error"}, {0}}},
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
     .arguments = ARGUMENTS{EXPERIMENT_RESULTS, {0}},
     .options =
         OPTIONS{RESULTS_OPTION,
                 {"by", 0, "COLUMN", "the column of runs.csv that decides (acc_val)", COMPLETE_NOTHING, NULL},
                 {"per", 0, "WHAT", "a winner for each of these (solver)", COMPLETE_CHOICE, "solver label"},
                 {"min", 0, NULL, "the smallest mean wins, not the largest; of a loss it always does",
                  COMPLETE_NOTHING, NULL},
                 {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "there are no results or they are damaged"},
                    {2, "usage error, or a test column"},
                    {0}}},
    {.name = "compare",
     .run = command_compare,
     .synopsis = "RESULTS REFERENCE [--tolerances FILE]",
     .summary = "compare results with reference results",
     .text = "Compares two experiment folders (each with runs.csv and curves/). Runs are matched by solver, "
             "dataset, seed and every option that both files have. Names run, column, iteration, both values "
             "and the tolerance of each regression.",
     .arguments = ARGUMENTS{{"RESULTS", "the experiment folder to judge", COMPLETE_FOLDER, NULL},
                            {"REFERENCE", "the experiment folder to compare with", COMPLETE_FOLDER, NULL},
                            {0}},
     .options = OPTIONS{{"tolerances", 't', "FILE", "tolerances instead of REFERENCE/tolerances.csv",
                         COMPLETE_FILE, NULL},
                        {0}},
     .exits = EXITS{{0, "no regression"},
                    {1, "regressions, or a folder lacks its results"},
                    {2, "usage error"},
                    {0}}},
    {.name = "plot",
     .run = command_plot,
     .synopsis = "EXPERIMENT [--results DIR] [--out DIR] [--format FORMAT] [--all]",
     .summary = "draw the figures of an experiment",
     .text =
         "Draws the figures of DIR/EXPERIMENT by gnuplot and prints their names. An experiment with a script "
         "of its own (plots/experiments/NAME.gp, NAME the experiment's name or its first words) gets that "
         "figure; any other gets the figures that fit all experiments.",
     .arguments = ARGUMENTS{EXPERIMENT_RESULTS, {0}},
     .options =
         OPTIONS{
             RESULTS_OPTION,
             {"out", 'o', "DIR", "where to draw (plots/out/EXPERIMENT)", COMPLETE_FOLDER, NULL},
             {"format", 'f', "FORMAT", "svg, png or pdf (SVG and PNG)", COMPLETE_CHOICE, "svg png pdf"},
             {"all", 'a', NULL, "the general figures besides the experiment's own", COMPLETE_NOTHING, NULL},
             {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "there are no results or a figure could not be drawn"},
                    {2, "usage error"},
                    {0}}},
    {.name = "train",
     .run = command_train,
     .synopsis = "(SOLVER DATASET | FILE.yaml) --out NET.net [options]",
     .summary = "train one network and keep its weights",
     .text = "Trains one network, or the only run that an experiment file plans, and writes its weights "
             "(NET.net) and all its options (NET.yaml), which 'spikebench eval' and 'spikebench trace' read. "
             "Ctrl-C saves; the same command then goes on from there.",
     .arguments = ARGUMENTS{{"SOLVER", "a solver from 'spikebench list solvers', or an experiment file alone",
                             COMPLETE_TRAINABLE, NULL},
                            {"DATASET", "a dataset from 'spikebench list datasets'", COMPLETE_DATASET, NULL},
                            {0}},
     .options =
         OPTIONS{{"out", 0, "NET.net", "the weight file", COMPLETE_WEIGHTS, NULL},
                 {"set", 0, "KEY=VALUE",
                  "an option: solver.lr=0.01, dataset.T=10, network.hidden=100-100, stop.max_iter=50, ...; "
                  "may be "
                  "repeated",
                  COMPLETE_KEY, NULL},
                 {"seed", 0, "N", "seed (0, or the file's)", COMPLETE_NOTHING, NULL},
                 {"precision", 0, "P", "precision (double, or the file's)", COMPLETE_CHOICE, "double float"},
                 {0}},
     .exits = EXITS{{0, "the network is trained"},
                    {1, "the training failed or its data is absent"},
                    {2, "usage or configuration error"},
                    {130, "interrupted"},
                    {0}}},
    {.name = "eval",
     .run = command_eval,
     .synopsis = "--weights NET.net [--split SPLIT] [--set dataset.KEY=VALUE]... [--csv PATH]",
     .summary = "simulate a trained network on a split: accuracy, confusion, rates",
     .text = "Simulates a network of 'spikebench train' forward from its weights on a split and prints loss, "
             "accuracy, accuracy per class, the confusion matrix, firing rates and synaptic operations. "
             "NET.yaml, which lies beside the weights, names the data.",
     .options = OPTIONS{WEIGHTS_OPTION,
                        SPLIT_OPTION("test"),
                        DATA_SET_OPTION,
                        {"csv", 0, "PATH",
                         "write the confusion matrix: a row per true class, a column per predicted class",
                         COMPLETE_FILE, NULL},
                        {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "a file is absent or damaged or does not fit"},
                    {2, "usage or configuration error"},
                    {0}}},
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
         OPTIONS{WEIGHTS_OPTION,
                 {"index", 0, "I", "which sample, from 0 (0)", COMPLETE_NOTHING, NULL},
                 SPLIT_OPTION("test"),
                 DATA_SET_OPTION,
                 {"out", 0, "PATH", "the figure (NET_I.svg): PATH.svg or PATH.png", COMPLETE_FILE, NULL},
                 {"ascii", 0, NULL, "draw in the terminal", COMPLETE_NOTHING, NULL},
                 {"csv", 0, "PATH",
                  "write layer, neuron (from 0), t (from 1), potential z and spike a (nan in the readout)",
                  COMPLETE_FILE, NULL},
                 {0}},
     .exits = EXITS{{0, "all is well"},
                    {1, "a file is absent or damaged or does not fit, or the figure could not be drawn"},
                    {2, "usage or configuration error"},
                    {0}}},
    {.name = "dataset",
     .run = command_dataset,
     .synopsis = "SUBCOMMAND NAME [options]",
     .summary = "fetch datasets and look at them",
     .text = "Fetches, describes, draws or writes one dataset. 'spikebench dataset SUBCOMMAND --help' "
             "describes a subcommand.",
     .exits = EXITS{{2, "usage error"}, {0}},
     .subcommands = dataset_commands},
    {0}};

const struct command_option program_options[] = {
    {"help", 'h', NULL, "print the commands", COMPLETE_NOTHING, NULL},
    {"version", 'V', NULL, "print the version, the compiler and the libraries", COMPLETE_NOTHING, NULL},
    {0}};

const struct command_option command_help_option = {
    "help", 'h', NULL, "print how the command is used", COMPLETE_NOTHING, NULL};
