/* spikebench dataset: finds the subcommand and calls it. */
#include "experiments/commands.h"
#include <stdio.h>
#include <string.h>

static const struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} subcommands[] = {
    {"info", dataset_command_info, "print classes, sizes, density and firing rates"},
    {"show", dataset_command_show, "draw one sample"},
    {"write", dataset_command_write, "write event recordings as N-MNIST files"},
};
enum { N_SUBCOMMANDS = sizeof subcommands / sizeof *subcommands };

static void print_usage(FILE *out)
{
    (void)fputs("usage: spikebench dataset SUBCOMMAND NAME [options]\n", out);
    for (size_t i = 0; i < N_SUBCOMMANDS; i++)
        (void)fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].help);
    (void)fputs("'spikebench dataset SUBCOMMAND --help' describes one.\n", out);
}

int command_dataset(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_usage(stdout);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < N_SUBCOMMANDS; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0) return subcommands[i].run(argc - 1, argv + 1);
    if (argc > 1) (void)fprintf(stderr, "spikebench dataset: unknown subcommand '%.60s'\n", argv[1]);
    print_usage(stderr);
    return 2;
}
