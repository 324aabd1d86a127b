/* Which level of kernels is used. */
#include "network/kernels/kernels.h"
#include <stdlib.h>
#include <string.h>

extern const struct kernels kernels_generic;
#ifdef __x86_64__
extern const struct kernels kernels_avx2, kernels_avx512;
#endif

const struct kernels *kernels_level(size_t k)
{
    if (k == 0) return &kernels_generic;
#ifdef __x86_64__
    if (k == 1 && __builtin_cpu_supports("avx2")) return &kernels_avx2;
    if (k == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &kernels_avx512;
#endif
    return NULL;
}

/* The level of this name, or NULL; *highest: the highest there is. */
static const struct kernels *find(const char *name, const struct kernels **highest)
{
    const struct kernels *found = NULL, *level;
    for (size_t k = 0; (level = kernels_level(k)) != NULL; k++) {
        if (name && strcmp(name, level->name) == 0) found = level;
        *highest = level;
    }
    return found;
}

const struct kernels *kernels(void)
{
    const struct kernels *highest = NULL, *asked = find(getenv("SPIKEBENCH_ISA"), &highest);
    return asked ? asked : highest;
}

const char *kernels_name(void)
{
    return kernels()->name;
}

status kernels_check(struct error *e)
{
    const struct kernels *highest = NULL;
    const char *name = getenv("SPIKEBENCH_ISA");
    if (!name || find(name, &highest)) return ST_OK;
    return FAIL(e, ST_CONFIG, "SPIKEBENCH_ISA=%.40s: allowed are generic, avx2 and avx512 up to %s here",
                name, kernels_name());
}

struct tile tile_after(size_t n, size_t done)
{
    size_t left = n - done, width = (left + KERNEL_LINE - 1) / KERNEL_LINE * KERNEL_LINE;
    if (left >= KERNEL_TILE) return (struct tile){done, KERNEL_TILE, done};
    if (n < KERNEL_LINE) return (struct tile){0, KERNEL_LINE, 0};
    if (width <= n) return (struct tile){n - (width < left ? left : width), width, done};
    return (struct tile){done, left / KERNEL_LINE * KERNEL_LINE, done};
}
