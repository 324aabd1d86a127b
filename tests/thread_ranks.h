/* Ranks that are threads of the test: their messages meet, as those of MPI may. */
#ifndef SPIKEBENCH_TESTS_THREAD_RANKS_H
#define SPIKEBENCH_TESTS_THREAD_RANKS_H

#include "support/ranks.h"

/* Runs body(r, context) for the ranks 0 .. n-1 at once; returns what they have sent in all. A send ends when
 * its receiver has come: ranks that wait for each other hang. */
struct rank_traffic thread_ranks_run(size_t n, void (*body)(struct ranks *r, void *context), void *context);

#endif
