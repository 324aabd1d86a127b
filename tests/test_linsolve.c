/* Symmetric solves against matrices with known answers. */
#include "support/linsolve.h"
#include "support/rng.h"
#include "tests/thread_ranks.h"
#include <criterion/criterion.h>
#include <string.h>

enum { ORDER = 6, ROWS = 4 };

/* A = B B' + I, lower triangle (and the full matrix in `full`). */
static void random_spd(struct rng *rng, real *a, real *full)
{
    real b[ORDER * ORDER];
    for (int i = 0; i < ORDER * ORDER; i++) b[i] = (real)rng_normal(rng);
    for (int i = 0; i < ORDER; i++)
        for (int j = 0; j < ORDER; j++) {
            real sum = i == j;
            for (int k = 0; k < ORDER; k++) sum += b[k * ORDER + i] * b[k * ORDER + j];
            full[j * ORDER + i] = sum;
            a[j * ORDER + i] = i >= j ? sum : R(1e30); /* the upper triangle must not be read */
        }
}

Test(linsolve, cholesky_from_both_sides)
{
    struct mem mem = {0};
    struct chol c;
    struct rng rng;
    real full[ORDER * ORDER], x[ORDER * ROWS], b[ORDER * ROWS], scratch[ORDER * ROWS];
    rng_seed(&rng, 1, "test");
    cr_assert_eq(chol_create(&c, ORDER, &mem, NULL), ST_OK);
    random_spd(&rng, c.a, full);
    cr_assert_eq(chol_factor(&c, NULL), ST_OK);
    for (int i = 0; i < ORDER * ROWS; i++) x[i] = b[i] = (real)rng_normal(&rng);
    chol_solve(&c, ROWS, x); /* x is ORDER x ROWS */
    for (int j = 0; j < ROWS; j++)
        for (int i = 0; i < ORDER; i++) {
            double sum = 0;
            for (int k = 0; k < ORDER; k++) sum += (double)full[k * ORDER + i] * (double)x[j * ORDER + k];
            cr_expect_lt(fabs(sum - (double)b[j * ORDER + i]), REAL_SELECT(1e-12, 1e-4));
        }
    cr_expect_lt(backward_error_left(ORDER, ROWS, c.a, x, b, scratch), 20 * REAL_EPSILON);
    memcpy(x, b, sizeof x);
    chol_solve_right(&c, ROWS, x, NULL); /* now ROWS x ORDER */
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < ORDER; j++) {
            double sum = 0;
            for (int k = 0; k < ORDER; k++) sum += (double)x[k * ROWS + i] * (double)full[j * ORDER + k];
            cr_expect_lt(fabs(sum - (double)b[j * ROWS + i]), REAL_SELECT(1e-12, 1e-4));
        }
    cr_expect_lt(backward_error_right(ROWS, ORDER, c.a, x, b, scratch), 20 * REAL_EPSILON);
    x[0] += R(0.1);
    cr_expect_gt(backward_error_right(ROWS, ORDER, c.a, x, b, scratch), 1e-4, "a wrong solution must show");
    mem_free(&mem);
}

Test(linsolve, condition_number_of_a_diagonal_matrix)
{
    struct mem mem = {0};
    struct chol c;
    double rcond = 0;
    cr_assert_eq(chol_create(&c, 3, &mem, NULL), ST_OK);
    c.a[0] = R(4.0);
    c.a[4] = R(1.0);
    c.a[8] = R(0.5);
    cr_assert_eq(chol_factor(&c, NULL), ST_OK);
    cr_assert_eq(chol_rcond(&c, &rcond, NULL), ST_OK);
    cr_expect_float_eq(rcond, 0.125, 1e-6);
    mem_free(&mem);
}

Test(linsolve, indefinite_matrix_is_an_error)
{
    struct mem mem = {0};
    struct chol c;
    struct error e = {0};
    cr_assert_eq(chol_create(&c, 2, &mem, NULL), ST_OK);
    c.a[0] = R(1.0);
    c.a[1] = R(2.0);
    c.a[3] = R(1.0);
    cr_expect_eq(chol_factor(&c, &e), ST_NUMERIC);
    cr_expect(strstr(e.text, "minor 2") != NULL, "%s", e.text);
    mem_free(&mem);
}

/* A = diag(2, 0, 1e-9): with a cut-off of 1e-6 only the first direction is kept. */
Test(linsolve, pseudo_inverse_cuts_small_eigenvalues)
{
    struct mem mem = {0};
    struct pinv p;
    real b[] = {R(4.0), R(5.0), R(6.0)};
    cr_assert_eq(pinv_create(&p, 3, 1, &mem, NULL), ST_OK);
    p.q[0] = R(2.0);
    p.q[8] = R(1e-9);
    cr_assert_eq(pinv_factor(&p, 1e-6, NULL), ST_OK);
    cr_expect_eq(p.rank, 1);
    pinv_solve_right(&p, 1, b);
    cr_expect_float_eq((double)b[0], 2.0, 1e-6);
    cr_expect_float_eq((double)b[1], 0.0, 1e-6);
    cr_expect_float_eq((double)b[2], 0.0, 1e-6);
    mem_free(&mem);
}

Test(linsolve, pseudo_inverse_of_zero_is_zero)
{
    struct mem mem = {0};
    struct pinv p;
    real b[] = {R(4.0), R(5.0)};
    cr_assert_eq(pinv_create(&p, 2, 1, &mem, NULL), ST_OK);
    cr_assert_eq(pinv_factor(&p, 1e-6, NULL), ST_OK);
    pinv_solve_right(&p, 1, b);
    cr_expect_eq(b[0], 0);
    cr_expect_eq(b[1], 0);
    cr_expect_eq(pinv_rcond(&p), 0.0);
    mem_free(&mem);
}

/* A solve of order LARGE whose rows are shared out. */
enum { LARGE = 1024, MANY = 100 };
struct sharing {
    const struct chol *c;
    const real *right;
    real *x[3];
    size_t threads;
};

static void solve_together(struct ranks *r, void *context)
{
    struct sharing *s = context;
    struct pool *pool = NULL;
    cr_assert_eq(pool_create(&pool, s->threads, NULL), ST_OK);
    pool_join(pool, r);
    memcpy(s->x[r->own], s->right, MANY * LARGE * sizeof(real));
    chol_solve_right(s->c, MANY, s->x[r->own], pool);
    pool_free(pool);
}

/* A = 4 I - (neighbours): what x A is stands in a line. */
static void fill_chain(real *a)
{
    memset(a, 0, LARGE * LARGE * sizeof *a);
    for (size_t j = 0; j < LARGE; j++) {
        a[j * LARGE + j] = R(4.0);
        if (j + 1 < LARGE) a[j * LARGE + j + 1] = R(-1.0);
    }
}

Test(linsolve, ranks_and_threads_share_rows_and_end_with_the_same_bits)
{
    struct mem mem = {0};
    struct chol c;
    struct rng rng;
    const size_t size = MANY * LARGE;
    rng_seed(&rng, 3, "rows");
    cr_assert_eq(chol_create(&c, LARGE, &mem, NULL), ST_OK);
    real *b = mem_reals(&mem, size, NULL), *alone = mem_reals(&mem, size, NULL);
    struct sharing s = {.c = &c, .right = b};
    for (size_t k = 0; k < 3; k++) cr_assert(s.x[k] = mem_reals(&mem, size, NULL));
    cr_assert(b && alone);
    fill_chain(c.a);
    cr_assert_eq(chol_factor(&c, NULL), ST_OK);
    for (size_t i = 0; i < size; i++) alone[i] = b[i] = (real)rng_normal(&rng);
    chol_solve_right(&c, MANY, alone, NULL);
    for (size_t j = 0; j < LARGE; j++)
        for (size_t i = 0; i < MANY; i++) {
            const real *x = alone + j * MANY + i;
            const double before = j > 0 ? (double)x[-MANY] : 0, after = j + 1 < LARGE ? (double)x[MANY] : 0;
            const double off = 4 * (double)*x - before - after - (double)b[j * MANY + i];
            cr_assert_lt(fabs(off), REAL_SELECT(1e-13, 1e-5), "row %zu, column %zu: %g", i, j, off);
        }
    for (size_t ranks = 1; ranks <= 3; ranks++)
        for (s.threads = 1; s.threads <= 2; s.threads++) {
            const struct rank_traffic sent = thread_ranks_run(ranks, solve_together, &s);
            for (size_t k = 0; k < ranks; k++)
                cr_expect_eq(memcmp(s.x[k], alone, size * sizeof(real)), 0, "rank %zu of %zu", k, ranks);
            cr_expect_eq(sent.bytes, (double)(ranks - 1) * (double)(size * sizeof(real)),
                         "each row to all others");
        }
    mem_free(&mem);
}
