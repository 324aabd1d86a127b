/* spikebench dataset: its subcommands, each in a file of its own. */
#include "support/command.h"

extern const struct command dataset_fetch_command, dataset_info_command, dataset_show_command,
    dataset_write_command;

const struct command dataset_command = {
    .name = "dataset",
    .synopsis = "SUBCOMMAND NAME [options]",
    .summary = "fetch datasets and look at them",
    .text = "Fetches, describes, draws or writes one dataset. 'spikebench dataset SUBCOMMAND --help' "
            "describes a subcommand.",
    .subcommands = (command_list){&dataset_fetch_command, &dataset_info_command, &dataset_show_command,
                                  &dataset_write_command, NULL},
};
