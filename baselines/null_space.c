/* See null_space.h. */
#include "baselines/null_space.h"
#include "support/blas.h"
#include <string.h>

status null_space_create(struct null_space *s, size_t n, size_t m, struct mem *mem, struct error *e)
{
    *s = (struct null_space){.n = n};
    s->gram = mem_reals(mem, n * n, e);
    s->projection = mem_reals(mem, n * n, e);
    s->scratch = mem_reals(mem, m * n, e);
    if (!s->gram || !s->projection || !s->scratch) return ST_MEMORY;
    return pinv_create(&s->eigen, n, 1, mem, e);
}

status null_space_find(struct null_space *s, double keep, struct error *e)
{
    const size_t n = s->n;
    double trace = 0, sum = 0;
    memcpy(s->eigen.q, s->gram, n * n * sizeof(real));
    TRY(pinv_factor(&s->eigen, 0, e));
    for (size_t i = 0; i < n; i++) trace += (double)s->gram[i * n + i];
    const double most = (1 - keep + (double)n * (double)REAL_EPSILON) * trace;
    s->dimension = 0;
    while (s->dimension < n) {
        const double value = (double)s->eigen.w[s->dimension];
        if (value > 0) sum += value;
        if (sum > most) break;
        s->dimension++;
    }
    blas_syrk(n, s->dimension, R(1.0), s->eigen.q, n, R(0.0), s->projection, n);
    symmetric_fill(n, s->projection);
    s->known = true;
    return ST_OK;
}

void null_space_project(const struct null_space *s, size_t m, real *change)
{
    const size_t n = s->n;
    blas_gemm(false, false, m, n, n, R(1.0), change, m, s->projection, n, R(0.0), s->scratch, m);
    memcpy(change, s->scratch, m * n * sizeof(real));
}

status null_space_checkpoint(struct null_space *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_flag(c, &s->known, "knowledge of a null space", e));
    TRY(checkpoint_indices(c, &s->dimension, 1, (struct index_range){0, s->n + 1}, "dimension", e));
    TRY(checkpoint_block(c, s->gram, s->n * s->n * sizeof(real), e));
    return checkpoint_block(c, s->projection, s->n * s->n * sizeof(real), e);
}
