/* The solvers, datasets and commands of the program: a new one is a line here and its own file. */
#include "commands/registry.h"
#include "support/command_complete.h"

extern const struct solver solver_admm, solver_admm_joint, solver_admm_linearized, solver_admm_hybrid,
    solver_admm_anderson, solver_admm_resync, solver_bptt, solver_convert, solver_decolle, solver_enkf,
    solver_eprop, solver_exact_spike_time, solver_ffnb, solver_forward_forward, solver_forward_mode,
    solver_fista, solver_gradient_probe, solver_ide, solver_ista, solver_lfp, solver_lista, solver_ottt,
    solver_random_features, solver_spide, solver_trained_readout;

const struct solver *const solvers[] = {
    &solver_admm,
    &solver_admm_joint,
    &solver_admm_linearized,
    &solver_admm_hybrid,
    &solver_admm_anderson,
    &solver_admm_resync,
    &solver_bptt,
    &solver_convert,
    &solver_decolle,
    &solver_enkf,
    &solver_eprop,
    &solver_exact_spike_time,
    &solver_ffnb,
    &solver_fista,
    &solver_forward_forward,
    &solver_forward_mode,
    &solver_gradient_probe,
    &solver_ide,
    &solver_ista,
    &solver_lfp,
    &solver_lista,
    &solver_ottt,
    &solver_random_features,
    &solver_spide,
    &solver_trained_readout,
    NULL,
};

extern const struct dataset_source dataset_digits, dataset_events, dataset_dvs_gesture, dataset_n_caltech101,
    dataset_nmnist, dataset_mnist, dataset_fashion_mnist, dataset_kmnist, dataset_emnist, dataset_shd,
    dataset_event_camera, dataset_ssc, dataset_yin_yang, dataset_mexican_hat, dataset_sine,
    dataset_multiscale, dataset_poisson_1d, dataset_harmonic;

const struct dataset_source *const dataset_sources[] = {
    &dataset_digits,
    &dataset_events,
    &dataset_dvs_gesture,
    &dataset_n_caltech101,
    &dataset_nmnist,
    &dataset_event_camera,
    &dataset_mnist,
    &dataset_fashion_mnist,
    &dataset_kmnist,
    &dataset_emnist,
    &dataset_shd,
    &dataset_ssc,
    &dataset_yin_yang,
    &dataset_mexican_hat,
    &dataset_sine,
    &dataset_multiscale,
    &dataset_poisson_1d,
    &dataset_harmonic,
    NULL,
};

/* Each subcommand in a file of its own. */
extern const struct command dataset_fetch_command, dataset_info_command, dataset_show_command,
    dataset_write_command;

static const struct command dataset_command = {
    .name = "dataset",
    .synopsis = "SUBCOMMAND NAME [options]",
    .summary = "fetch datasets and look at them",
    .text = "Fetches, describes, draws or writes one dataset. 'spikebench dataset SUBCOMMAND --help' "
            "describes a subcommand.",
    .subcommands = (command_list){&dataset_fetch_command, &dataset_info_command, &dataset_show_command,
                                  &dataset_write_command, NULL},
};

extern const struct command run_command, check_command, list_command, help_command, summarise_command,
    best_command, compare_command, merge_command, table_command, plot_command, train_command, eval_command,
    weights_command, trace_command, export_command, report_command, contract_command, worker_command;

const struct command *const commands[] = {
    &run_command,      &check_command,     &list_command,
    &help_command,     &summarise_command, &best_command,
    &compare_command,  &merge_command,     &table_command,
    &plot_command,     &train_command,     &eval_command,
    &weights_command,  &trace_command,     &export_command,
    &report_command,   &contract_command,  &dataset_command,
    &complete_command, &worker_command,    NULL,
};

const struct catalogue registry = {.solvers = solvers, .datasets = dataset_sources};
