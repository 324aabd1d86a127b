/* See process.h. */
#include "support/process.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const int stop_numbers[N_STOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
static volatile sig_atomic_t signal_seen;

static void on_signal(int number)
{
    signal_seen = number;
}

/* SIG_BLOCK or SIG_UNBLOCK of the stop signals. */
static void mask_stop(int how, sigset_t *before)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (int i = 0; i < N_STOP_SIGNALS; i++) (void)sigaddset(&set, stop_numbers[i]);
    (void)sigprocmask(how, &set, before);
}

void stop_catch(struct stop_signals *before)
{
    const struct sigaction action = {.sa_handler = on_signal};
    signal_seen = 0;
    for (int i = 0; i < N_STOP_SIGNALS; i++)
        (void)sigaction(stop_numbers[i], &action, before ? &before->before[i] : NULL);
    mask_stop(SIG_UNBLOCK, NULL);
}

void stop_release(const struct stop_signals *before)
{
    for (int i = 0; i < N_STOP_SIGNALS; i++) (void)sigaction(stop_numbers[i], &before->before[i], NULL);
}

int stop_signal(void)
{
    return signal_seen;
}

status process_pipe(int ends[2], struct error *e)
{
    if (pipe(ends) != 0) return FAIL(e, ST_IO, "pipe: %s", strerror(errno));
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return ST_OK;
}

status process_start(const char *const *argv, pid_t *pid, struct error *e)
{
    sigset_t before;
    const pid_t parent = getpid();
    mask_stop(SIG_BLOCK, &before);
    *pid = fork();
    if (*pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(1);
        (void)execv(argv[0], (char *const *)argv);
        (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return *pid < 0 ? FAIL(e, ST_IO, "fork: %s", strerror(errno)) : ST_OK;
}

/* In the child. */
static void become_launcher(const char *const *argv, int out)
{
    const int nothing = open("/dev/null", O_RDONLY);
    (void)setpgid(0, 0);
    mask_stop(SIG_UNBLOCK, NULL);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) _exit(127);
    (void)close(nothing);
    (void)close(out);
    (void)execvp(argv[0], (char *const *)argv);
    (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

status process_start_launcher(const char *const *argv, int out, pid_t *pid, struct error *e)
{
    const pid_t parent = getpid();
    *pid = fork();
    if (*pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent) _exit(1);
        become_launcher(argv, out);
    }
    return *pid < 0 ? FAIL(e, ST_IO, "fork: %s", strerror(errno)) : ST_OK;
}
