/* spikebench dataset: finds the subcommand and calls it. */
#include "commands/command_table.h"
#include "commands/commands.h"
#include <stdio.h>
#include <string.h>

int command_dataset(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        command_usage("dataset", stdout);
        return 0;
    }
    if (argc > 1) {
        const struct command *command = command_find((const char *const[]){"dataset", argv[1]}, 2);
        if (command) return command->run(argc - 1, argv + 1);
        const struct command *group = command_find((const char *const[]){"dataset"}, 1);
        const char *nearest = command_nearest(group->subcommands, argv[1]);
        (void)fprintf(stderr, "spikebench dataset: unknown subcommand '%.60s'%s%s%s\n", argv[1],
                      nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    }
    command_usage("dataset", stderr);
    return 2;
}
