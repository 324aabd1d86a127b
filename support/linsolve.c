/* Cholesky and pseudo-inverse solves with their error measures. */
#include "support/linsolve.h"
#include "support/blas.h"
#include "support/lapack.h"
#include <stdint.h>
#include <string.h>

/* Rows of a right-hand solve that one task works on. Two tasks at least where an order of LARGE_ORDER or more
 * makes HALVED_ROWS or more of them long work. */
enum { RIGHT_ROWS = 128, LARGE_ORDER = 1024, HALVED_ROWS = 64 };

static status order_check(size_t n, struct error *e)
{
    if (!blas_fits(n) || (n > 0 && n > SIZE_MAX / n / sizeof(real)))
        return FAIL(e, ST_MEMORY, "a system of order %zu is too large", n);
    return ST_OK;
}

status chol_create(struct chol *c, size_t n, struct mem *m, struct error *e)
{
    TRY(order_check(n, e));
    c->n = n;
    c->a = mem_reals(m, n * n, e);
    c->l = mem_reals(m, n * n, e);
    c->work = mem_reals(m, 3 * n, e);
    c->iwork = mem_alloc(m, n, sizeof *c->iwork, e);
    return c->a && c->l && c->work && c->iwork ? ST_OK : ST_MEMORY;
}

status chol_factor(struct chol *c, struct error *e)
{
    memcpy(c->l, c->a, c->n * c->n * sizeof *c->l);
    int info = lapack_potrf(c->n, c->l);
    if (info != 0)
        return FAIL(e, ST_NUMERIC, "the matrix of order %zu is not positive definite (leading minor %d)",
                    c->n, info);
    return ST_OK;
}

void chol_solve(const struct chol *c, size_t m, real *b)
{
    blas_trsm(false, false, c->n, m, c->l, c->n, b, c->n);
    blas_trsm(false, true, c->n, m, c->l, c->n, b, c->n);
}

struct right_solve {
    const struct chol *c;
    size_t m, rows; /* of a task */
    real *b;
};

/* By the sizes alone, since the bits of a row may depend on how many are solved with it. Half of the rows is
 * made a multiple of 4. */
static size_t rows_of_task(size_t n, size_t m)
{
    const bool halved = n >= LARGE_ORDER && m >= HALVED_ROWS && m <= 2 * RIGHT_ROWS;
    return halved ? (m + 7) / 8 * 4 : RIGHT_ROWS;
}

static void right_task(void *context, size_t task, size_t thread)
{
    (void)thread;
    const struct right_solve *s = context;
    size_t first = task * s->rows;
    size_t rows = s->m - first < s->rows ? s->m - first : s->rows;
    blas_trsm(true, true, rows, s->c->n, s->c->l, s->c->n, s->b + first, s->m);
    blas_trsm(true, false, rows, s->c->n, s->c->l, s->c->n, s->b + first, s->m);
}

/* Each rank's rows go to all others. */
static void share_rows(const struct right_solve *s, size_t tasks, struct ranks *r)
{
    for (size_t k = 0; k < ranks_count(r); k++) {
        const struct part_range range = parts_of_rank(tasks, ranks_count(r), k);
        const size_t first = range.first * s->rows,
                     end = range.end * s->rows < s->m ? range.end * s->rows : s->m;
        if (range.first == range.end) continue;
        const struct rank_block rows = {s->b + first, (end - first) * sizeof(real), s->c->n,
                                        s->m * sizeof(real)};
        ranks_broadcast_from(r, k, &rows, 1);
    }
}

void chol_solve_right(const struct chol *c, size_t m, real *b, struct pool *pool)
{
    struct right_solve s = {c, m, rows_of_task(c->n, m), b};
    const size_t tasks = (m + s.rows - 1) / s.rows;
    if (c->n < LARGE_ORDER || tasks == 1) {
        pool_run(pool, tasks, right_task, &s);
        return;
    }
    part_run(pool, tasks, right_task, &s);
    share_rows(&s, tasks, pool_ranks(pool));
}

status chol_rcond(struct chol *c, double *rcond, struct error *e)
{
    real norm = lapack_lansy('1', c->n, c->a, c->work), r = 0;
    int info = lapack_pocon(c->n, c->l, norm, &r, c->work, c->iwork);
    if (info != 0) return FAIL(e, ST_NUMERIC, "condition estimate failed (info %d)", info);
    *rcond = (double)r;
    return ST_OK;
}

status pinv_create(struct pinv *p, size_t n, size_t m_max, struct mem *m, struct error *e)
{
    TRY(order_check(n, e));
    real lwork = 0;
    int liwork = 0;
    p->n = n;
    p->q = mem_reals(m, n * n, e);
    p->w = mem_reals(m, n, e);
    p->scratch = mem_reals(m, m_max * n, e);
    if (!p->q || !p->w || !p->scratch) return ST_MEMORY;
    if (lapack_syevd(n, p->q, p->w, &lwork, -1, &liwork, -1) != 0)
        return FAIL(e, ST_NUMERIC, "eigenvalue workspace query failed for order %zu", n);
    /* A float cannot hold every integer: ask for a little more than it says. */
    double wanted = ceil((double)lwork * 1.001) + 1.0;
    if (wanted > INT_MAX) return FAIL(e, ST_MEMORY, "an eigenvalue problem of order %zu is too large", n);
    p->lwork = (int)wanted;
    p->liwork = liwork;
    p->work = mem_reals(m, (size_t)p->lwork, e);
    p->iwork = mem_alloc(m, (size_t)p->liwork, sizeof *p->iwork, e);
    return p->work && p->iwork ? ST_OK : ST_MEMORY;
}

status pinv_factor(struct pinv *p, double cutoff, struct error *e)
{
    int info = lapack_syevd(p->n, p->q, p->w, p->work, p->lwork, p->iwork, p->liwork);
    if (info != 0)
        return FAIL(e, ST_NUMERIC, "eigenvalues of order %zu did not converge (info %d)", p->n, info);
    double least = p->n > 0 ? cutoff * (double)p->w[p->n - 1] : 0.0;
    p->rank = 0;
    for (size_t i = 0; i < p->n; i++)
        if ((double)p->w[i] > least && p->w[i] > 0) p->rank++;
    return ST_OK;
}

void pinv_solve_right(const struct pinv *p, size_t m, real *b)
{
    size_t n = p->n, skip = n - p->rank; /* eigenvalues are ascending: the last `rank` are kept */
    if (p->rank == 0) {
        memset(b, 0, m * n * sizeof *b);
        return;
    }
    const real *kept = p->q + skip * n;
    blas_gemm(false, false, m, p->rank, n, R(1.0), b, m, kept, n, R(0.0), p->scratch, m);
    for (size_t j = 0; j < p->rank; j++)
        for (size_t i = 0; i < m; i++) p->scratch[j * m + i] /= p->w[skip + j];
    blas_gemm(false, true, m, n, p->rank, R(1.0), p->scratch, m, kept, n, R(0.0), b, m);
}

double pinv_rcond(const struct pinv *p)
{
    return p->rank == 0 ? 0.0 : (double)p->w[p->n - p->rank] / (double)p->w[p->n - 1];
}

double add_ridge(size_t n, double kappa, real *a)
{
    double trace = 0;
    for (size_t i = 0; i < n; i++) trace += (double)a[i * n + i];
    double shift = trace > 0 ? kappa * trace / (double)n : 1.0;
    for (size_t i = 0; i < n; i++) a[i * n + i] += (real)shift;
    return shift;
}

void symmetric_fill(size_t n, real *a)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j + 1; i < n; i++) a[i * n + j] = a[j * n + i];
}

void symmetric_times_right(size_t m, size_t n, const real *b, const real *a, real *c)
{
    blas_symm(true, m, n, a, n, b, m, c, m);
}

void symmetric_times_left(size_t n, size_t m, const real *a, const real *b, real *c)
{
    blas_symm(false, n, m, a, n, b, n, c, n);
}

double symmetric_norm(size_t n, const real *a)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double v = (double)a[j * n + i];
            sum += (i == j ? 1.0 : 2.0) * v * v;
        }
    return sqrt(sum);
}

double vector_norm(size_t n, const real *v)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

static double backward_error(size_t n, size_t size, const real *a, const real *x, const real *b,
                             real *product)
{
    double scale = symmetric_norm(n, a) * vector_norm(size, x) + vector_norm(size, b);
    for (size_t i = 0; i < size; i++) product[i] = b[i] - product[i];
    return scale > 0 ? vector_norm(size, product) / scale : 0.0;
}

double backward_error_right(size_t m, size_t n, const real *a, const real *x, const real *b, real *scratch)
{
    symmetric_times_right(m, n, x, a, scratch);
    return backward_error(n, m * n, a, x, b, scratch);
}

double backward_error_left(size_t n, size_t m, const real *a, const real *x, const real *b, real *scratch)
{
    symmetric_times_left(n, m, a, x, scratch);
    return backward_error(n, m * n, a, x, b, scratch);
}

double largest_eigenvalue(size_t n, const real *a, real *work, size_t *products)
{
    enum { ITERATIONS = 1000 };
    real *x = work, *y = work + n;
    double value = 0;
    *products = 0;
    for (size_t i = 0; i < n; i++) x[i] = (real)(1.0 + 0.5 * sin((double)(i + 1))); /* of no symmetry */
    for (int k = 0; k < ITERATIONS; k++) {
        double length = vector_norm(n, x), quotient = 0, residual = 0;
        if (!(length > 0)) return 0.0; /* A = 0, or the start lies in its null space */
        for (size_t i = 0; i < n; i++) x[i] = (real)((double)x[i] / length);
        symmetric_times_left(n, 1, a, x, y);
        ++*products;
        for (size_t i = 0; i < n; i++) quotient += (double)y[i] * (double)x[i];
        for (size_t i = 0; i < n; i++) residual += pow((double)y[i] - quotient * (double)x[i], 2.0);
        value = quotient + sqrt(residual);
        if (sqrt(residual) <= 1e-3 * quotient) break;
        memcpy(x, y, n * sizeof *x);
    }
    return value;
}
