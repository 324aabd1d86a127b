/* A library to be preloaded: one allocation of the program fails, or all from one on (glibc).
 *   FAULT_AT=K        the K-th allocation, from 1, of the process fails; 0: none
 *   FAULT_STAY=1      and so do all behind it
 *   FAULT_IN=worker   only in processes whose first argument this is; else only where it is not "worker"
 *   FAULT_COUNT=FILE  the number of allocations is written there when the process ends
 * Only programs called spikebench* are harmed: what they start is not theirs. Allocations count from when the
 * libraries have started. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long count;
static long at;
static bool active, stays;

/* The arguments of this process as the system has them: its name, a zero, the first argument. */
static bool is_ours(void)
{
    char text[4096] = "";
    const char *in = getenv("FAULT_IN");
    const int d = open("/proc/self/cmdline", O_RDONLY);
    const ssize_t n = d < 0 ? 0 : read(d, text, sizeof text - 1);
    if (d >= 0) (void)close(d);
    const char *slash = strrchr(text, '/'), *name = slash ? slash + 1 : text;
    const size_t length = strlen(text);
    const char *first = (ssize_t)length + 1 < n ? text + length + 1 : "";
    if (strncmp(name, "spikebench", 10) != 0) return false;
    return in && in[0] ? strcmp(first, in) == 0 : strcmp(first, "worker") != 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAULT_AT"), *stay = getenv("FAULT_STAY");
    at = text ? strtol(text, NULL, 10) : 0;
    stays = stay && stay[0] == '1';
    active = is_ours();
    atomic_store(&count, 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *name = getenv("FAULT_COUNT");
    char text[32];
    const long n = atomic_load(&count);
    if (!active || !name || !name[0]) return;
    active = false;
    const int d = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int size = snprintf(text, sizeof text, "%ld\n", n);
    if (d < 0) return;
    (void)!write(d, text, (size_t)size);
    (void)close(d);
}

static bool fails(void)
{
    if (!active) return false;
    const long k = atomic_fetch_add(&count, 1) + 1;
    if (at == 0 || (stays ? k < at : k != at)) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (fails() || !(*block = __libc_memalign(alignment, size))) return ENOMEM;
    return 0;
}
