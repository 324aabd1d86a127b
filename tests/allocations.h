/* Counts what arenas ask the system for. */
#ifndef SPIKEBENCH_TESTS_ALLOCATIONS_H
#define SPIKEBENCH_TESTS_ALLOCATIONS_H

#include <stddef.h>

/* Blocks that aligned_alloc, which every arena (support/mem.h) takes its memory from, has given so far in
 * this process; the test programs replace it by one that counts. */
size_t allocations_so_far(void);
/* Their bytes, so far. */
size_t allocated_so_far(void);

#endif
