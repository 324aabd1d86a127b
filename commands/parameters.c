/* Kinds of values, and the arguments and options that several commands have (see commands.h). */
#include "commands/commands.h"
#include "support/command_complete.h"
#include "support/find.h"
#include "support/paths.h"
#include <string.h>
#include <unistd.h>

/* ---- names ---- */

static enum module_kind kind_of(const struct parameter *p)
{
    return p->kind == &value_dataset ? MODULE_DATASET : MODULE_SOLVER;
}

static status check_module(const struct call *call, const struct parameter *p, const char *text,
                           struct error *e)
{
    if (p->kind == &value_trainable && call->n_arguments == 1) return ST_OK; /* an experiment file */
    return catalogue_check(call_catalogue(call), kind_of(p), p->form, text, e);
}

static void offer_modules(const struct completion *c)
{
    struct module m;
    for (size_t i = 0; catalogue_module(call_catalogue(c->call), kind_of(c->parameter), i, &m); i++)
        completion_offer(c, m.name);
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
    offer_modules(c);
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

/* Where the value is a file's name, files complete it. */
static bool offer_path(const struct completion *c)
{
    const char *equals = strchr(c->value, '=');
    const bool path = equals && equals - c->value >= 4 && strncmp(equals - 4, "path", 4) == 0;
    if (path) (void)puts(value_file.files);
    return path;
}

static void offer_data_settings(const struct completion *c)
{
    const struct dataset_source *const *d = call_catalogue(c->call)->datasets;
    for (bool path = offer_path(c); !path && *d; d++) completion_setting(c, "dataset.", &(*d)->options);
}

static void offer_dataset_settings(const struct completion *c)
{
    const struct dataset_source *d = c->first ? catalogue_dataset(call_catalogue(c->call), c->first) : NULL;
    const char *prefix = strncmp(c->value, "dataset.", 8) == 0 ? "dataset." : "";
    if (!offer_path(c) && d) completion_setting(c, prefix, &d->options);
}

static void offer_settings(const struct completion *c)
{
    const struct catalogue *all = call_catalogue(c->call);
    const bool trains = strcmp(c->command->name, "train") == 0 && c->first;
    const struct solver *only = trains ? catalogue_solver(all, c->first) : NULL;
    if (offer_path(c)) return;
    offer_data_settings(c);
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
const struct value_kind value_trainable = {check_module, offer_trainables, ":-f -X !*.yaml\n:-d", true};
const struct value_kind value_solver = {.check = check_module, .offer = offer_modules};
const struct value_kind value_dataset = {.check = check_module, .offer = offer_modules};
const struct value_kind value_setting = {.offer = offer_settings, .filled = true};
const struct value_kind value_dataset_setting = {.offer = offer_dataset_settings, .filled = true};
const struct value_kind value_data_setting = {.offer = offer_data_settings, .filled = true};

parameter_row experiment_argument = {"FILE.yaml",
                                     "an experiment file, or a bare name from 'spikebench list experiments'",
                                     &value_experiment, .needed = true};
parameter_row results_argument = {
    "EXPERIMENT", "the folder of an experiment in the results folder, or any folder with a runs.csv",
    &value_results, .needed = true};
parameter_row dataset_argument = {"NAME", "a dataset from 'spikebench list datasets'", &value_dataset,
                                  .needed = true};
parameter_row set_option = {"--set KEY=VALUE",
                            "replace an option: solver.rho=0.1, dataset.T=10, network.hidden=100-100, "
                            "stop.max_iter=5, precision=float, ...; commas make a grid axis; may be repeated",
                            .kind = &value_setting};
parameter_row plugin_option = {
    "--plugin FILE", "also know the solvers of this shared object (docs/plugin.md)", .kind = &value_file};
parameter_row precision_option = {"--precision P", "precision (double, or the file's)", &value_choice,
                                  .choices = precision_names};
parameter_row seeds_option = {"--seeds A,B,C", "seeds instead of the file's", .kind = &value_text};
parameter_row results_option = {"-r, --results DIR", "results folder", &value_folder, "results",
                                .mistaken = "out"};
parameter_row dataset_set_option = {"--set KEY=VALUE",
                                    "an option of the dataset, with or without 'dataset.'; may be repeated",
                                    .kind = &value_dataset_setting};
parameter_row seed_option = {"--seed N", "seed of the split and of random codes", &value_whole, .usual = "0"};
parameter_row index_option = {"--index I", "which sample, from 0", &value_whole, .usual = "0"};
parameter_row weights_option = {
    "--weights NET.net", "a weight file of 'spikebench train', NET.yaml beside it; or NET.nir, a NIR file",
    &value_network, .needed = true};
parameter_row import_dataset_option = {
    "--dataset NAME", "NIR: the data (those of the training, in our own exports)", .kind = &value_dataset};
parameter_row import_step_option = {
    "--dt SECONDS", "NIR: the length of a step (what our own exports say, else 1e-4)", .kind = &value_text};
parameter_row import_reset_option = {
    "--reset RESET",
    "NIR: after a spike (what our own exports say, else hard where neurons have v_reset, else soft)",
    &value_choice, .choices = reset_names};
parameter_row import_readout_option = {
    "--readout READOUT",
    "NIR: the readout at the last step or its mean (what our own exports say, else last)", &value_choice,
    .choices = readout_names};
parameter_row import_membrane_option = {
    "--membrane", .help = "NIR: read a last layer that spikes as a readout: its potential without spikes"};
parameter_row test_split_option = {"--split SPLIT", "which samples", &value_choice, "test",
                                   .choices = split_names};
parameter_row data_set_option = {"--set dataset.KEY=VALUE",
                                 "another value of an option of the dataset, or (eval) of an option of the "
                                 "solver that its prediction alone reads; may be repeated",
                                 .kind = &value_data_setting};
