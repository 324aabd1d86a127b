/* What several commands share: kinds of values, options, and how a command gets at its network, its dataset
 * or its results. A command is a file with a struct command, and its name in registry.c. */
#ifndef SPIKEBENCH_COMMANDS_COMMANDS_H
#define SPIKEBENCH_COMMANDS_COMMANDS_H

#include "experiments/catalogue.h"
#include "records/trained.h"
#include "report/groups.h"
#include "support/command.h"
#include "support/drawing.h"
#include "support/page.h"

typedef const struct parameter parameter_row;
typedef const char *const name_list[];

/* A weight file, NAME.net; that, or a NIR file, NAME.nir; an experiment file or the bare name of one; a
 * folder of results, or its name in the results folder; the name of a solver, or an experiment; names of the
 * catalogue; KEY=VALUE of any option of a run, of an option of the dataset that is the first argument (with
 * or without "dataset."), and dataset.KEY=VALUE. */
extern const struct value_kind value_weights, value_network, value_experiment, value_results, value_trainable,
    value_solver, value_dataset, value_setting, value_dataset_setting, value_data_setting;

extern const struct parameter experiment_argument, results_argument, dataset_argument, set_option,
    plugin_option, precision_option, seeds_option, results_option, dataset_set_option, seed_option,
    index_option, weights_option, test_split_option, data_set_option, import_dataset_option,
    import_step_option, import_reset_option, import_readout_option, import_membrane_option;

/* The solvers and datasets that there are, --plugin's too. */
const struct catalogue *call_catalogue(const struct call *call);

/* Returns the outcome without a text: what is wrong has been told. */
status told(struct error *e, status outcome);

/* The plan of the experiment file `name` (or of a bare name of one), or of `text` called so in messages, with
 * what --set, --seeds or --seed, and --precision replace. plan_free afterwards, also after an error. */
status call_plan(struct call *call, const char *name, const char *text, struct plan *p, struct error *e);

/* Becomes the program of this precision (enum precision), which runs the same command line; returns only if
 * that fails: ST_IO. */
status hand_on(struct call *call, int precision, struct error *e);

/* The options that only a NIR file takes (import_step_option, ...); `alone`: without the data. ST_USAGE
 * naming one that is given where `weights`, which may be NULL, is no NIR file. */
status read_import(const struct call *call, const char *weights, bool alone, struct trained_import *import,
                   struct error *e);
/* trained_describe, or trained_describe_nir of a NIR file where `import` is not NULL. */
status describe_weights(const struct call *call, const char *weights, const struct trained_import *import,
                        struct trained *t, struct error *e);
/* The seconds above 0 of --dt; 0 if it is not given and has no usual value. ST_USAGE. */
status step_seconds(const struct call *call, double *dt, struct error *e);

/* Functions of commands (run) that open what a command works on, call what `own` says, and close it. The
 * first: the network of --weights, `alone` or with its data, which the options of --set change. A network of
 * the other precision is handed on. */
struct network_command {
    status (*run)(struct call *call, struct trained *t, struct error *e);
    bool alone;
};
status with_network(struct call *call, struct error *e);
/* A dataset_command: the dataset of dataset_request_read. */
struct dataset_request;
typedef status (*dataset_command)(struct call *call, const struct dataset_request *r, const struct dataset *d,
                                  struct error *e);
status with_dataset(struct call *call, struct error *e);
/* A results_command: the results of the first argument. */
typedef status (*results_command)(struct call *call, struct groups *g, struct error *e);
status with_results(struct call *call, struct error *e);

/* "NET.net: bptt on digits, 64-100-10, double, seed 0", then notes on data and splits that are not those of
 * the training, and on a solver that has a prediction rule of its own where the network is `simulated`. */
void print_network(const struct call *call, const struct trained *t, bool simulated);

/* ST_USAGE where --set changed an option that the solver's prediction alone reads: what follows simulates the
 * network, which has no such option. */
status refuse_other_rule(const struct trained *t, struct error *e);

/* The dataset of the first argument with the options of --set and the seed of --seed. ST_CONFIG naming what
 * is wrong. */
struct dataset_request {
    const struct dataset_source *source;
    void *options; /* in the call's arena */
    uint64_t seed;
};
status dataset_request_read(struct dataset_request *r, struct call *call, struct error *e);
/* The sample of --split and --index, of which there are n[split]. ST_USAGE. */
status sample_of(const struct call *call, const char *dataset, const size_t n[N_SPLITS], enum split *split,
                 size_t *index, struct error *e);
/* Draws a sample's figure for --ascii in the terminal, under its title; writes the file of --csv, where
 * `write_csv` (NULL: there is no such option) does that from the figure's context; and draws in the file of
 * --out, or, where nothing else was asked for, in BASE_INDEX.svg, BASE being `name` without its ending.
 * Prints the names of files. */
typedef status (*csv_function)(const void *context, const char *path, struct error *e);
status draw_sample(const struct call *call, const char *title, const char *name,
                   const struct drawing_figure *f, csv_function write_csv, struct error *e);

/* A key of a file, a column, a file or a variable; lists end with one without a name. */
struct entry {
    const char *name, *meaning;
};
/* Columns of summary.csv that identify a configuration. (help.c) */
extern const struct entry summary_parts[];
/* Everything that `spikebench help` knows: commands, topics, solvers and datasets. */
void reference_write(struct page *p, const struct call *call);

#endif
