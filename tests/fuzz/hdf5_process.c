/* See hdf5_process.h. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, dladdr */
#include "tests/fuzz/hdf5_process.h"
#include "tests/fuzz/targets.h"
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <hdf5.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* An input may be so long, and a process takes so many of them: what readers do not free, since their process
 * ends, stays. Milliseconds of computing after which libhdf5 hangs, and after which we do; and those between
 * two looks at them. */
enum { INPUT_MAX = 1 << 16, INPUTS_MAX = 400, LIBRARY_MS = 30, OWN_MS = 10000, LOOK_MS = 5 };
/* Exit codes: of a sanitizer (fuzz.sh sets it) or our own handler, and of a process that wants to be
 * replaced. */
enum { OWN_FAULT = 77, REPLACE = 0 };
static const rlim_t most_memory = (rlim_t)1 << 30; /* beyond what the process has */

struct shared {
    atomic_int readers;
    size_t size;
    unsigned char input[INPUT_MAX];
};

static struct shared *shared;
atomic_int *hdf5_process_readers;
static pid_t process = -1;
static int socket_of_process = -1;
static unsigned given, late, crashed;

static volatile bool closes_files, ubsan_has_reported;

void __ubsan_on_report(void);
void __ubsan_on_report(void)
{
    ubsan_has_reported = true;
}

/* In a reader's thread, and while files are closed, a crash is libhdf5's: the process ends by the signal. */
static void crash(int number)
{
    if (syscall(SYS_gettid) == (long)getpid() && !closes_files) _exit(OWN_FAULT);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* The compiler's table of our code: pairs of an address and marks. */
extern const uintptr_t __start___sancov_pcs[], __stop___sancov_pcs[];

static bool is_ours(uintptr_t address)
{
    uintptr_t first = UINTPTR_MAX, last = 0;
    for (const uintptr_t *pc = __start___sancov_pcs; pc < __stop___sancov_pcs; pc += 2) {
        if (*pc < first) first = *pc;
        if (*pc > last) last = *pc;
    }
    return address >= first && address <= last;
}

/* Whether a sanitizer's report is about what libhdf5 has called: on the way up from die, which is ours, its
 * frames come before ours. */
static bool called_by_library(void)
{
    void *frames[64];
    const int n = backtrace(frames, 64);
    for (int i = 2; i < n; i++) {
        Dl_info where;
        if (is_ours((uintptr_t)frames[i])) return false;
        if (dladdr(frames[i], &where) && strstr(where.dli_fname, "hdf5")) return true;
    }
    return false;
}

/* A sanitizer ends the process. Without a report it has found its own notes overwritten, or was asked to copy
 * more than there is: that is libhdf5, which writes unwatched. */
static void die(void)
{
    if ((__asan_report_present() || ubsan_has_reported) && !called_by_library()) return;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
}

static void settle(void)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    unsigned long long pages = 0;
    struct rlimit limit = {.rlim_max = RLIM_INFINITY};
    const struct sigaction action = {.sa_handler = crash, .sa_flags = SA_ONSTACK};
    FILE *f = fopen("/proc/self/statm", "r");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t k = 0; k < sizeof deadly / sizeof *deadly; k++) (void)sigaction(deadly[k], &action, NULL);
    if (!f || fscanf(f, "%llu", &pages) != 1) abort();
    (void)fclose(f);
    limit.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + most_memory;
    (void)setrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &limit);
    __sanitizer_set_death_callback(die); /* libFuzzer's would keep an input of the past */
}

/* Closes what a reader has left open. False: not all of it lets itself be closed. */
static bool close_files(void)
{
    enum { MOST = 256 };
    hid_t ids[MOST];
    closes_files = true;
    atomic_fetch_add(hdf5_process_readers, 1); /* what hangs here is libhdf5 */
    for (int turn = 0; turn < 8; turn++) {
        const ssize_t n = H5Fget_obj_ids((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL, MOST, ids);
        for (ssize_t i = 0; i < n && i < MOST; i++) (void)H5Idec_ref(ids[i]);
    }
    const bool closed = H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0;
    atomic_fetch_sub(hdf5_process_readers, 1);
    closes_files = false;
    return closed;
}

static void serve(int socket, void (*target)(const unsigned char *bytes, size_t size))
{
    char last = 0, byte;
    settle();
    for (unsigned n = 1; !last && recv(socket, &byte, 1, 0) == 1; n++) {
        unsigned char *input = malloc(shared->size + 1); /* of its size, so that reading beyond it is seen */
        if (!input) _exit(REPLACE);
        memcpy(input, shared->input, shared->size);
        target(input, shared->size);
        free(input);
        last = !close_files() || n == INPUTS_MAX;
        if (send(socket, &last, 1, MSG_NOSIGNAL) != 1) break;
    }
    _exit(REPLACE);
}

static void say(void)
{
    if (process > 0) (void)kill(process, SIGKILL);
    (void)fprintf(stderr, "HDF5: %u inputs, libhdf5 crashed on %u and hung on %u of them\n", given, crashed,
                  late);
}

static void start(void (*target)(const unsigned char *bytes, size_t size))
{
    int ends[2];
    if (!shared) {
        shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) abort();
        hdf5_process_readers = &shared->readers;
        (void)fuzz_file(NULL, 0); /* the folder, which this process removes in the end */
        (void)H5open();           /* once, for all processes */
        (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
        (void)atexit(say);
    }
    atomic_store(hdf5_process_readers, 0);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) abort();
    process = fork();
    if (process < 0) abort();
    if (process == 0) {
        (void)close(ends[0]);
        serve(ends[1], target);
    }
    (void)close(ends[1]);
    socket_of_process = ends[0];
}

/* Waits for the process to end, and ends this one with it where that was our fault. True: it wanted to be
 * replaced. */
static bool end(void)
{
    int state = 0;
    (void)close(socket_of_process);
    while (waitpid(process, &state, 0) < 0 && errno == EINTR) continue;
    process = -1;
    crashed += WIFSIGNALED(state) && WTERMSIG(state) != SIGKILL;
    if (WIFEXITED(state) && WEXITSTATUS(state) != REPLACE) abort();
    return WIFEXITED(state);
}

/* Milliseconds that the process has computed. */
static double computed(void)
{
    clockid_t clock;
    struct timespec t = {0};
    if (clock_getcpuclockid(process, &clock) == 0) (void)clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* Whether the process has answered, or has ended, in time. Aborts where we hang, no reader being at work. */
static bool answered(void)
{
    struct pollfd wait = {.fd = socket_of_process, .events = POLLIN};
    const double before = computed();
    while (poll(&wait, 1, LOOK_MS) <= 0) {
        const double taken = computed() - before;
        if (taken > LIBRARY_MS && atomic_load(hdf5_process_readers) > 0) return false;
        if (taken > OWN_MS) abort();
    }
    return true;
}

/* Hands the input over. False: the process could not take it. */
static bool give(void)
{
    char last = 0;
    if (send(socket_of_process, &last, 1, MSG_NOSIGNAL) != 1) return !end();
    if (!answered()) {
        late++;
        (void)kill(process, SIGKILL);
        (void)end();
        return true;
    }
    if (recv(socket_of_process, &last, 1, 0) != 1) return !end();
    if (last) (void)end();
    return true;
}

void hdf5_process_run(void (*target)(const unsigned char *bytes, size_t size), const unsigned char *bytes,
                      size_t size)
{
    if (process < 0) start(target);
    shared->size = size < INPUT_MAX ? size : INPUT_MAX;
    memcpy(shared->input, bytes, shared->size);
    given++;
    if (give()) return;
    start(target);
    (void)give();
}
