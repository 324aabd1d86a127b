/* See allocations.h. */
#include "tests/allocations.h"
#include <stdatomic.h>
#include <stdlib.h>

static atomic_size_t count, bytes;

void *aligned_alloc(size_t alignment, size_t size)
{
    void *block = NULL;
    atomic_fetch_add(&count, 1);
    atomic_fetch_add(&bytes, size);
    return posix_memalign(&block, alignment, size) == 0 ? block : NULL;
}

size_t allocations_so_far(void)
{
    return atomic_load(&count);
}

size_t allocated_so_far(void)
{
    return atomic_load(&bytes);
}
