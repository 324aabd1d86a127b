/* Symmetric solves against matrices with known answers. */
#include "support/linsolve.h"
#include "support/rng.h"
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
