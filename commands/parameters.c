/* Kinds of values, and the arguments and options that several commands have (see commands.h). */
#include "commands/commands.h"
#include "support/command_complete.h"
#include "support/find.h"
#include "support/paths.h"
#include <string.h>
#include <unistd.h>

/* ---- names ---- */

static status check_solver(const struct call *call, const struct parameter *p, const char *text,
                           struct error *e)
{
    const struct solver *found;
    return catalogue_need_solver(call_catalogue(call), p->form, text, &found, e);
}

static status check_dataset(const struct call *call, const struct parameter *p, const char *text,
                            struct error *e)
{
    const struct dataset_source *found;
    return catalogue_need_dataset(call_catalogue(call), p->form, text, &found, e);
}

/* Alone it is an experiment file. */
static status check_trainable(const struct call *call, const struct parameter *p, const char *text,
                              struct error *e)
{
    return call->n_arguments == 1 ? ST_OK : check_solver(call, p, text, e);
}

static void offer_solvers(const struct completion *c)
{
    const struct solver *const *s = call_catalogue(c->call)->solvers;
    for (; *s; s++) completion_offer(c, (*s)->name);
}

static void offer_datasets(const struct completion *c)
{
    const struct dataset_source *const *d = call_catalogue(c->call)->datasets;
    for (; *d; d++) completion_offer(c, (*d)->name);
}

static void offer_experiment(void *completion, const char *folder, const char *name)
{
    (void)folder;
    completion_offer(completion, name);
}

static void offer_experiments(const struct completion *c)
{
    (void)path_experiments(offer_experiment, (void *)(uintptr_t)c, NULL);
}

static void offer_trainables(const struct completion *c)
{
    offer_solvers(c);
    offer_experiments(c);
}

/* Folders with results in the results folder that the line names. */
static void offer_results(const struct completion *c)
{
    const char *folder = completion_option(c, "results");
    char path[4200];
    if (!folder) folder = "results";
    struct find_list names;
    (void)find_names(folder, &names, NULL);
    for (size_t i = 0; i < names.n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s/runs.csv", folder, names.names[i]);
        if (access(path, F_OK) == 0) completion_offer(c, names.names[i]);
    }
    find_free(&names);
}

/* ---- KEY=VALUE ---- */

/* The value is a file's name. */
static bool is_path(const struct completion *c)
{
    const char *equals = strchr(c->value, '=');
    return equals && equals - c->value >= 4 && strncmp(equals - 4, "path", 4) == 0;
}

static void offer_data_settings(const struct completion *c)
{
    const struct dataset_source *const *d = call_catalogue(c->call)->datasets;
    if (is_path(c)) (void)puts(value_file.files);
    for (; !is_path(c) && *d; d++) completion_setting(c, "dataset.", &(*d)->options);
}

static void offer_dataset_settings(const struct completion *c)
{
    const struct dataset_source *d = c->first ? catalogue_dataset(call_catalogue(c->call), c->first) : NULL;
    const char *prefix = strncmp(c->value, "dataset.", 8) == 0 ? "dataset." : "";
    if (is_path(c))
        (void)puts(value_file.files);
    else if (d)
        completion_setting(c, prefix, &d->options);
}

static void offer_settings(const struct completion *c)
{
    const struct catalogue *all = call_catalogue(c->call);
    const bool trains = strcmp(c->command->name, "train") == 0 && c->first;
    const struct solver *only = trains ? catalogue_solver(all, c->first) : NULL;
    offer_data_settings(c);
    if (is_path(c)) return;
    completion_setting(c, "", &run_option_table);
    completion_setting(c, "stop.", &stop_option_table);
    completion_setting(c, "network.", &net_option_table);
    for (const struct solver *const *s = all->solvers; *s; s++)
        if (!only || only == *s) completion_setting(c, "solver.", &(*s)->options);
}

/* ---- the table ---- */

const struct value_kind value_weights = {.files = ":-f -X !*.net\n:-d", .filled = true};
const struct value_kind value_network = {.files = ":-f -X !*.net\n:-f -X !*.nir\n:-d", .filled = true};
const struct value_kind value_experiment = {.offer = offer_experiments, .files = ":-f -X !*.yaml\n:-d"};
const struct value_kind value_results = {.offer = offer_results, .files = ":-d"};
const struct value_kind value_trainable = {check_trainable, offer_trainables, ":-f -X !*.yaml\n:-d", true};
const struct value_kind value_solver = {.check = check_solver, .offer = offer_solvers};
const struct value_kind value_dataset = {.check = check_dataset, .offer = offer_datasets};
const struct value_kind value_setting = {.offer = offer_settings, .filled = true};
const struct value_kind value_dataset_setting = {.offer = offer_dataset_settings, .filled = true};
const struct value_kind value_data_setting = {.offer = offer_data_settings, .filled = true};

parameter_row experiment_argument = {
    "FILE.yaml", &value_experiment,
    .help = "an experiment file, or a bare name from 'spikebench list experiments'", .needed = true};
parameter_row results_argument = {
    "EXPERIMENT", &value_results,
    .help = "the folder of an experiment in the results folder, or any folder with a runs.csv",
    .needed = true};
parameter_row dataset_argument = {"NAME", &value_dataset, .help = "a dataset from 'spikebench list datasets'",
                                  .needed = true};
parameter_row set_option = {
    "--set KEY=VALUE", &value_setting,
    .help = "replace an option: solver.rho=0.1, dataset.T=10, network.hidden=100-100, stop.max_iter=5, "
            "precision=float, ...; commas make a grid axis; may be repeated"};
parameter_row plugin_option = {"--plugin FILE", &value_file,
                               .help = "also know the solvers of this shared object (docs/plugin.md)"};
parameter_row precision_option = {"--precision P", &value_choice, .help = "precision (double, or the file's)",
                                  .choices = precision_names};
parameter_row seeds_option = {"--seeds A,B,C", &value_text, .help = "seeds instead of the file's"};
parameter_row results_option = {"-r, --results DIR", &value_folder, "results", .help = "results folder",
                                .mistaken = "out"};
parameter_row dataset_set_option = {
    "--set KEY=VALUE", &value_dataset_setting,
    .help = "an option of the dataset, with or without 'dataset.'; may be repeated"};
parameter_row seed_option = {"--seed N", &value_whole, "0", .help = "seed of the split and of random codes"};
parameter_row index_option = {"--index I", &value_whole, "0", .help = "which sample, from 0"};
parameter_row weights_option = {"--weights NET.net", &value_network,
                                .help =
                                    "a weight file of 'spikebench train', NET.yaml beside it; or NET.nir, "
                                    "a NIR file",
                                .needed = true};
parameter_row import_dataset_option = {"--dataset NAME", &value_dataset,
                                       .help = "NIR: the data (those of the training, in our own exports)"};
parameter_row import_step_option = {
    "--dt SECONDS", &value_text, .help = "NIR: the length of a step (what our own exports say, else 1e-4)"};
parameter_row import_reset_option = {"--reset RESET", &value_choice,
                                     .help = "NIR: after a spike (what our own exports say, else hard where "
                                             "neurons have v_reset, else soft)",
                                     .choices = reset_names};
parameter_row import_readout_option = {"--readout READOUT", &value_choice,
                                       .help = "NIR: the readout at the last step or its mean (what our own "
                                               "exports say, else last)",
                                       .choices = readout_names};
parameter_row import_membrane_option = {
    "--membrane", .help = "NIR: read a last layer that spikes as a readout: its potential without spikes"};
parameter_row test_split_option = {"--split SPLIT", &value_choice, "test", .help = "which samples",
                                   .choices = split_names};
parameter_row data_set_option = {"--set dataset.KEY=VALUE", &value_data_setting,
                                 .help = "another value of an option of the dataset, or (eval) of an option "
                                         "of the solver that its prediction alone reads; may be repeated"};
