/* Child processes, and the signals that stop the program and them. */
#ifndef SPIKEBENCH_SUPPORT_PROCESS_H
#define SPIKEBENCH_SUPPORT_PROCESS_H

#include "support/err.h"
#include <signal.h>
#include <sys/types.h>

enum { N_STOP_SIGNALS = 4 }; /* SIGINT, SIGTERM, SIGHUP, SIGUSR1, which mpirun hands to its ranks */

/* What the stop signals did before. */
struct stop_signals {
    struct sigaction before[N_STOP_SIGNALS];
};
/* From now on the stop signals only set what stop_signal returns, 0 until one comes; they are taken even if
 * they were blocked. `before` (or NULL) is for stop_release. */
void stop_catch(struct stop_signals *before);
void stop_release(const struct stop_signals *before);
int stop_signal(void);

/* A pipe whose reading end ends[0] neither waits nor reaches children. ST_IO. */
status process_pipe(int ends[2], struct error *e);
/* Starts program argv[0] (a path), argv ending with NULL. The child is born with the stop signals blocked, so
 * that one that comes before its stop_catch waits, and gets SIGTERM when this process ends. ST_IO. */
status process_start(const char *const *argv, pid_t *pid, struct error *e);
/* The same of a launcher, argv[0] as the shell finds it: in a process group of its own, since it would end
 * its ranks at once where a terminal's Ctrl-C reached it; with its output in the pipe `out`, an empty input,
 * and no signal blocked. */
status process_start_launcher(const char *const *argv, int out, pid_t *pid, struct error *e);

#endif
