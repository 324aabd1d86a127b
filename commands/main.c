/* The program `spikebench`: finds the command and calls it. */
#include "commands/command_table.h"
#include "datasets/shd_file.h"
#include "runs/env.h"
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_WRONG = 2 };

static void print_usage(FILE *out)
{
    (void)fputs("usage: spikebench COMMAND [arguments]\n"
                "Benchmarks training methods for spiking neural networks.\n",
                out);
    command_list_summaries(command_table, out);
    (void)fputs("'spikebench COMMAND --help' describes a command; 'spikebench --version' the program.\n",
                out);
}

static void print_version(void)
{
    char config[ENV_TEXT], core[ENV_TEXT];
    env_blas_config(config, sizeof config);
    env_blas_core(core, sizeof core);
    (void)printf("spikebench %s (commit %s%s)\n", env_version(), env_commit(),
                 env_dirty() ? ", modified" : "");
    (void)printf("compiler: %s; flags: %s\n", env_compiler(), env_flags());
    (void)printf("BLAS: %s (%s); core %s; 1 thread per call\n", env_blas_name(), config, core);
    (void)printf("precisions: double, float; HDF5: %s\n", shd_library() ? shd_library() : "no");
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_WRONG;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_version();
        return 0;
    }
    const struct command *command = command_find((const char *const[]){argv[1]}, 1);
    if (command) return command->run(argc - 1, argv + 1);
    const char *nearest = command_nearest(command_table, argv[1]);
    (void)fprintf(stderr, "spikebench: unknown command '%.60s'%s%s%s\n", argv[1],
                  nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    print_usage(stderr);
    return EXIT_WRONG;
}

static void ignore_signal(int number)
{
    (void)number;
}

/* true if stdout is a pipe that nobody reads any more, as in `spikebench list solvers | head -n 1`. */
static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int main(int argc, char **argv)
{
    /* A reader of our output that goes away must not end the runs. A handler that does nothing, unlike
     * SIG_IGN, is not inherited by the programs we start. */
    struct sigaction action = {.sa_handler = ignore_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGPIPE, &action, NULL);
    /* For the workers. They call OpenBLAS with one thread, but those that it starts when it is loaded would
     * spin for a while beside them. If it can't be set, they do. */
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
    int code = dispatch(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == 0 && !reader_gone()) {
        (void)fprintf(stderr, "spikebench: the output could not be written\n");
        code = EXIT_FAILED;
    }
    return code;
}
