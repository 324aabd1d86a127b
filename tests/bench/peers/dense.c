/* See dense.h. */
#include "tests/bench/peers/dense.h"
#include "support/blas.h"
#include "support/linsolve.h"
#include "support/mem.h"
#include "support/progress.h"
#include <math.h>
#include <string.h>

static const double measured_s = 0.02;

struct dense;
struct kind {
    const char *name;
    status (*run)(struct dense *d, struct error *e);
    bool of_a, of_b; /* the transpose of a, of b */
    bool system;     /* of d->system */
};

struct dense {
    const struct kind *kind;
    size_t m, n, k;
    real *a, *b, *c;    /* a, b: as the kind reads them; c: m x n, n x m (right) or m x m (gram) */
    struct chol system; /* of order m */
};

/* C = op(A) op(B). */
static status multiply(struct dense *d, struct error *e)
{
    (void)e;
    blas_gemm(d->kind->of_a, d->kind->of_b, d->m, d->n, d->k, R(1.0), d->a, d->kind->of_a ? d->k : d->m, d->b,
              d->kind->of_b ? d->n : d->k, R(0.0), d->c, d->m);
    return ST_OK;
}

static status gram(struct dense *d, struct error *e)
{
    (void)e;
    blas_syrk(d->m, d->k, R(1.0), d->a, d->m, R(0.0), d->c, d->m);
    return ST_OK;
}

static status factor(struct dense *d, struct error *e)
{
    return chol_factor(&d->system, e);
}

static status solve(struct dense *d, struct error *e)
{
    (void)e;
    chol_solve(&d->system, d->n, d->c);
    return ST_OK;
}

static status right(struct dense *d, struct error *e)
{
    (void)e;
    chol_solve_right(&d->system, d->n, d->c, NULL);
    return ST_OK;
}

static const struct kind kinds[] = {
    {"product", multiply, .of_a = false}, {"transposed", multiply, .of_a = true},
    {"outer", multiply, .of_b = true},    {"gram", gram, .system = false},
    {"factor", factor, .system = true},   {"solve", solve, .system = true},
    {"right", right, .system = true}};

/* Of one call. */
static double count(const struct dense *d)
{
    const double m = (double)d->m, n = (double)d->n, k = (double)d->k;
    if (d->kind->run == gram) return m * m * k;
    if (d->kind->run == factor) return m * m * m / 3;
    return d->kind->system ? 2 * m * m * n : 2 * m * n * k;
}

static void fill(real *x, size_t size, double scale)
{
    for (size_t i = 0; i < size; i++) x[i] = (real)(scale * sin((double)i));
}

static status begin(struct dense *d, struct mem *m, struct error *e)
{
    const size_t columns = d->kind->run == gram ? d->m : d->n;
    d->c = mem_reals(m, d->m * columns, e);
    if (!d->c) return ST_MEMORY;
    fill(d->c, d->m * columns, 1);
    if (!d->kind->system) {
        d->a = mem_reals(m, d->m * d->k, e);
        d->b = mem_reals(m, d->k * columns, e);
        if (!d->a || !d->b) return ST_MEMORY;
        fill(d->a, d->m * d->k, 1);
        fill(d->b, d->k * columns, 1);
        return ST_OK;
    }
    TRY(chol_create(&d->system, d->m, m, e));
    /* near the identity: what is solved again and again neither grows nor vanishes */
    fill(d->system.a, d->m * d->m, 1 / (double)(d->m * d->m));
    for (size_t i = 0; i < d->m; i++) d->system.a[i * d->m + i] = R(1.0);
    return chol_factor(&d->system, e);
}

static status measure(struct dense *d, double *flops, struct error *e)
{
    const double until = clock_seconds() + measured_s;
    double least = INFINITY;
    TRY(d->kind->run(d, e));
    for (double since = clock_seconds(), now; since < until || isinf(least); since = now) {
        TRY(d->kind->run(d, e));
        now = clock_seconds();
        least = fmin(least, now - since);
    }
    *flops = count(d) / least;
    return ST_OK;
}

status dense_rate(const char *kind, size_t m, size_t n, size_t k, double *flops, struct error *e)
{
    struct dense d = {.m = m, .n = n, .k = k};
    struct mem mem = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, kind) != 0 || !m || !n || !k) continue;
        d.kind = kinds + i;
        status st = begin(&d, &mem, e);
        if (st == ST_OK) st = measure(&d, flops, e);
        mem_free(&mem);
        return st;
    }
    return FAIL(e, ST_USAGE, "no dense product or solve is called '%s', or a size is 0", kind);
}
