/* blas_axpy takes vectors that are longer than a call of BLAS: here one of seven numbers. */
#define BLAS_MOST 7
#include "support/blas.h"
#include <criterion/criterion.h>
#include <stdint.h>

Test(blas, axpy_takes_any_number)
{
    for (size_t n = 0; n <= 22; n++) {
        real x[24], y[24];
        for (size_t i = 0; i < 24; i++) {
            x[i] = (real)i;
            y[i] = R(100.0);
        }
        blas_axpy(n, R(2.0), x, y);
        for (size_t i = 0; i < 24; i++)
            cr_expect_eq((double)y[i], i < n ? 100 + 2 * (double)i : 100, "number %zu of %zu", i, n);
    }
}

Test(blas, a_call_takes_what_fits)
{
    cr_expect(blas_fits(0) && blas_fits(7));
    cr_expect(!blas_fits(8) && !blas_fits((size_t)UINT32_MAX + 4), "4294967299 is 3 as an int");
}
