/* One target under libFuzzer: compiled with -DFUZZ_TARGET=fuzz_NAME, and -DFUZZ_HDF5 where it reads HDF5. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "tests/fuzz/hdf5_process.h"
#include "tests/fuzz/targets.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The compiler's counters of what was run: a byte for each place in the program. */
extern unsigned char __start___sancov_cntrs[], __stop___sancov_cntrs[];

/* Shares the counters with child processes: a file that a child reads (HDF5) is known by what it reaches
 * there. Pages that hold other things as well stay as they are. */
static void share_counters(void)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t from = ((uintptr_t)__start___sancov_cntrs + page - 1) / page * page;
    const uintptr_t to = (uintptr_t)__stop___sancov_cntrs / page * page;
    if (from >= to) return;
    unsigned char *kept = malloc(to - from);
    if (!kept) abort();
    memcpy(kept, (const void *)from, to - from);
    if (mmap((void *)from, to - from, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1,
             0) == MAP_FAILED)
        abort();
    memcpy((void *)from, kept, to - from);
    free(kept);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    share_counters();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
#ifdef FUZZ_HDF5
    hdf5_process_run(FUZZ_TARGET, bytes, size);
#else
    FUZZ_TARGET(bytes, size);
#endif
    return 0;
}
