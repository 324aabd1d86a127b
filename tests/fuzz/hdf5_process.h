/* A target that reads HDF5, run in a process that stays: to fork for each input takes ten times as long as to
 * read it. libhdf5 may crash or hang there, as in the child of the program, and the next input gets a new
 * process; an error of ours, which a sanitizer reports, is a finding. Leaks are not looked for: readers leave
 * what they have to the end of their process. The child processes of the readers are threads there
 * (thread_child.c). */
#ifndef SPIKEBENCH_TESTS_FUZZ_HDF5_PROCESS_H
#define SPIKEBENCH_TESTS_FUZZ_HDF5_PROCESS_H

#include <stdatomic.h>
#include <stddef.h>

/* Runs target(bytes, size) there. Aborts where an error of ours was found. */
void hdf5_process_run(void (*target)(const unsigned char *bytes, size_t size), const unsigned char *bytes,
                      size_t size);

/* How many readers are at work there, each in a thread; in memory that both processes share. */
extern atomic_int *hdf5_process_readers;

#endif
