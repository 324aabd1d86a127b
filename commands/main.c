/* The program. spikebench-f64 and spikebench-f32 are the same for either precision: spikebench starts them as
 * workers and hands them networks of their precision. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "commands/registry.h"
#include "network/kernels/kernels.h"
#include "support/command_main.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_CONFIG = 2 };

/* Address space that OpenBLAS takes when it is loaded and called: a buffer and a stack for each processor,
 * and what the rest of the program needs to begin. */
enum { PROGRAM_SPACE = 256 << 20, PROCESSOR_SPACE = 48 << 20 };

/* OpenBLAS asks for its buffers again and again, for ever, where a limit (ulimit -v) refuses them, and does
 * so before main. So this runs before the libraries' own beginning: without sanitizers, which begin later,
 * too. */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void check_address_space(void)
{
    static const char text[] = "spikebench: the limit of address space (ulimit -v) is too low for OpenBLAS: "
                               "it needs 256 MB and 48 MB for each processor, beyond the program itself\n";
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    const size_t size = PROGRAM_SPACE + (size_t)(processors > 0 ? processors : 1) * PROCESSOR_SPACE;
    void *space = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED) {
        const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
        _exit(written < 0 ? EXIT_CONFIG : EXIT_FAILED);
    }
    (void)munmap(space, size);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const before_libraries)(void) = check_address_space;

static void ignore_signal(int number)
{
    (void)number;
}

/* A closed stdin, stdout or stderr would be taken by the first file that is opened, and written into. */
static bool open_standard_streams(void)
{
    int descriptor;
    do {
        descriptor = open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    return descriptor > STDERR_FILENO && close(descriptor) == 0;
}

/* true if stdout is a pipe that nobody reads any more, as in `spikebench list solvers | head -n 1`. */
static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int main(int argc, char **argv)
{
    /* A reader of our output that goes away must not end the runs, nor a limit on file sizes (ulimit -f): the
     * write fails. A handler that does nothing, unlike SIG_IGN, is not inherited by the programs we start. */
    struct sigaction action = {.sa_handler = ignore_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGPIPE, &action, NULL);
    (void)sigaction(SIGXFSZ, &action, NULL);
    /* Where our caller ignores SIGCHLD, the workers' ends could not be waited for. */
    (void)signal(SIGCHLD, SIG_DFL);
    /* For the workers. They call OpenBLAS with one thread, but those that it starts when it is loaded would
     * spin for a while beside them. If it can't be set, they do. */
    (void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
    struct error e = {0};
    if (!open_standard_streams()) return EXIT_FAILED;
    if (kernels_check(&e) != ST_OK) {
        (void)fprintf(stderr, "spikebench: %s\n", e.text);
        return EXIT_CONFIG;
    }
    int code = command_main(&program, &registry, argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == 0 && !reader_gone()) {
        (void)fprintf(stderr, "spikebench: the output could not be written\n");
        code = EXIT_FAILED;
    }
    return code;
}
