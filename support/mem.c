/* The arena: a singly linked list of aligned blocks. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE, madvise */
#include "support/mem.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* PAGE: of any machine, at least; blocks below LARGE are not worth a system call. HUGE_PAGE: of most machines
 * that have such. */
enum { ALIGNMENT = 64, PAGE = 65536, LARGE = 4 * PAGE, HUGE_PAGE = 2 << 20 };

struct mem_block {
    struct mem_block *next;
    void *data;
    size_t mapped; /* bytes of the mapping; 0: from the heap */
};

/* The block's whole pages are given back to the system, which brings them in as zeros where they are touched:
 * pages that are never used take no memory (huge ones: 2 MiB each). */
static void clear(char *data, size_t bytes)
{
#ifdef __linux__
    const size_t before = (PAGE - (uintptr_t)data % PAGE) % PAGE;
    if (bytes >= LARGE) {
        const size_t pages = (bytes - before) / PAGE * PAGE;
        if (madvise(data + before, pages, MADV_DONTNEED) == 0) {
            memset(data, 0, before);
            memset(data + before + pages, 0, bytes - before - pages);
            return;
        }
    }
#endif
    memset(data, 0, bytes);
}

/* Blocks of at least two huge pages are made of such, where the system has them: solvers stride through
 * theirs by thousands of numbers, and a processor knows few pages at a time. */
static void *take_from_heap(size_t bytes)
{
    if (bytes < 2 * HUGE_PAGE) return aligned_alloc(ALIGNMENT, bytes);
    void *data = aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
#ifdef MADV_HUGEPAGE
    if (data) (void)madvise(data, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* advice: may be refused */
#endif
    return data;
}

/* Zeroed. */
static void *take(size_t bytes, bool reserve)
{
    if (reserve) {
        void *data =
            mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return data == MAP_FAILED ? NULL : data;
    }
    void *data = take_from_heap(bytes);
    if (data) clear(data, bytes);
    return data;
}

void *mem_alloc(struct mem *m, size_t count, size_t size, struct error *e)
{
    if (size > 0 && count > (SIZE_MAX - 2 * HUGE_PAGE) / size) {
        FAIL(e, ST_MEMORY, "%zu elements of %zu bytes overflow the address space", count, size);
        return NULL;
    }
    size_t bytes = count * size;
    size_t rounded = (bytes / ALIGNMENT + 1) * ALIGNMENT;
    struct mem_block *block = malloc(sizeof *block);
    void *data = block ? take(rounded, m->reserve) : NULL;
    if (!data) {
        free(block);
        FAIL(e, ST_MEMORY, "cannot allocate %zu bytes (%zu elements of %zu bytes)", bytes, count, size);
        return NULL;
    }
    *block = (struct mem_block){m->blocks, data, m->reserve ? rounded : 0};
    m->blocks = block;
    m->bytes += bytes;
    return data;
}

status mem_keep(struct mem *m, void *heap, size_t bytes, struct error *e)
{
    struct mem_block *block = malloc(sizeof *block);
    if (!block) return FAIL(e, ST_MEMORY, "no memory for an arena's block");
    *block = (struct mem_block){m->blocks, heap, 0};
    m->blocks = block;
    m->bytes += bytes;
    return ST_OK;
}

status mem_keep_mapping(struct mem *m, void *mapping, size_t size, struct error *e)
{
    struct mem_block *block = malloc(sizeof *block);
    if (!block) return FAIL(e, ST_MEMORY, "no memory for an arena's block");
    *block = (struct mem_block){m->blocks, mapping, size};
    m->blocks = block;
    return ST_OK;
}

real *mem_reals(struct mem *m, size_t count, struct error *e)
{
    real *data = mem_alloc(m, count, sizeof(real), e);
    if (data) m->reals += count * sizeof(real);
    return data;
}

void *mem_likely(struct mem *m, size_t count, size_t size, size_t likely, struct error *e)
{
    const size_t before = m->bytes;
    void *data = mem_alloc(m, count, size, e);
    if (data) m->bytes = before + (likely < count ? likely : count) * size;
    return data;
}

real *mem_spare(struct mem *m, size_t count, struct error *e)
{
    return mem_likely(m, count, sizeof(real), 0, e);
}

char *mem_string(struct mem *m, const char *text, struct error *e)
{
    size_t size = strlen(text) + 1;
    char *copy = mem_alloc(m, size, 1, e);
    if (copy) memcpy(copy, text, size);
    return copy;
}

void mem_free(struct mem *m)
{
    while (m->blocks) {
        struct mem_block *block = m->blocks;
        m->blocks = block->next;
        if (block->mapped)
            (void)munmap(block->data, block->mapped);
        else
            free(block->data);
        free(block);
    }
    m->bytes = m->reals = 0;
}
