/* See child.h. */
#include "support/child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Bytes of address space that this process has; 0: unknown. */
static rlim_t address_space(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f) return 0;
    if (fscanf(f, "%llu", &pages) != 1) pages = 0;
    (void)fclose(f);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* Lowers a limit to `most`; one that is lower already stays. */
static void lower(int resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur <= most) return;
    limit.rlim_cur = most;
    (void)setrlimit(resource, &limit);
}

void child_may_take(long seconds)
{
    struct rusage used;
    struct rlimit limit;
    if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &limit) != 0) return;
    const rlim_t most = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2 + seconds);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max; /* see settle */
    (void)setrlimit(RLIMIT_CPU, &limit);
}

/* Makes the user's soft limit the hard one, above which child_may_take cannot go. */
static void keep_own_limit(int resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return;
    limit.rlim_max = limit.rlim_cur;
    (void)setrlimit(resource, &limit);
}

/* make coverage: lines that a copy ran are counted when it ends, which it is given the time for. */
#ifdef SPIKEBENCH_COVERAGE
void __gcov_dump(void);
static const bool counts_lines = true;
static void count_lines(void)
{
    __gcov_dump();
}
#else
static const bool counts_lines = false;
static void count_lines(void) {}
#endif

/* What a crash would call: handlers of a sanitizer or a test, and the message of the C library. */
static void silence(void)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
    for (size_t k = 0; k < sizeof deadly / sizeof *deadly; k++) (void)signal(deadly[k], SIG_DFL);
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
        (void)dup2(nowhere, STDOUT_FILENO);
        (void)dup2(nowhere, STDERR_FILENO);
        (void)close(nowhere);
    }
}

static void settle(const struct child_limits *limits)
{
    const rlim_t now = address_space();
    if (!limits->heard) silence();
    lower(RLIMIT_CORE, 0);
    keep_own_limit(RLIMIT_CPU);
    if (now > 0) lower(RLIMIT_AS, now + (rlim_t)limits->bytes);
}

status child_start(struct child *c, void (*serve)(void *context, int socket), void *context,
                   struct child_limits limits, struct error *e)
{
    int ends[2];
    const pid_t parent = getpid();
    const struct timeval patience = {.tv_sec = limits.seconds};
    *c = (struct child){.pid = -1, .socket = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return FAIL(e, ST_IO, "socketpair: %s", strerror(errno));
    (void)setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    c->pid = fork();
    if (c->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);
        (void)close(ends[0]);
        settle(&limits);
        serve(context, ends[1]);
        count_lines();
        _exit(0);
    }
    const int reason = errno;
    (void)close(ends[1]);
    c->socket = ends[0];
    if (c->pid > 0) return ST_OK;
    (void)close(ends[0]);
    c->socket = -1;
    return FAIL(e, ST_IO, "fork: %s", strerror(reason));
}

bool child_send(int socket, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        const ssize_t sent = send(socket, from, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        from += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool child_receive(int socket, void *bytes, size_t size)
{
    char *to = bytes;
    while (size > 0) {
        const ssize_t got = recv(socket, to, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got;
        size -= (size_t)got;
    }
    return true;
}

bool child_answer(struct child *c, void *bytes, size_t size)
{
    errno = 0;
    if (child_receive(c->socket, bytes, size)) return true;
    c->late = errno == EAGAIN || errno == EWOULDBLOCK;
    return false;
}

void child_end(struct child *c, char *how, size_t size)
{
    int state = 0;
    const bool late = c->late;
    if (c->socket >= 0) {
        (void)shutdown(c->socket, SHUT_RDWR); /* another copy may hold it open */
        (void)close(c->socket);
    }
    if (c->pid > 0) {
        if (late || !counts_lines)
            (void)kill(c->pid, SIGKILL); /* changes nothing of how it ended if it did */
        while (waitpid(c->pid, &state, 0) < 0 && errno == EINTR) continue;
    }
    *c = (struct child){.pid = -1, .socket = -1};
    if (!how) return;
    if (late || (WIFSIGNALED(state) && WTERMSIG(state) == SIGXCPU))
        (void)snprintf(how, size, "took too long");
    else if (WIFSIGNALED(state))
        (void)snprintf(how, size, "crashed (%s)", strsignal(WTERMSIG(state)));
    else
        (void)snprintf(how, size, "ended (code %d)", WIFEXITED(state) ? WEXITSTATUS(state) : -1);
}
