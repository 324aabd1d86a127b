/* Anderson acceleration on fixed points that are known. */
#include "support/anderson.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

enum { N = 6 };

/* G(x) = A x + c with a spectral radius of about 0.9. */
struct map {
    double A[N][N], c[N];
};

static void make_map(struct map *m)
{
    struct rng rng;
    rng_seed(&rng, 4, "map");
    for (int i = 0; i < N; i++) {
        m->c[i] = rng_normal(&rng);
        for (int j = 0; j < N; j++) m->A[i][j] = (i == j ? 0.15 * (i + 1) : 0) + 0.02 * rng_normal(&rng);
    }
}

static double apply(const struct map *m, const real *x, real *g)
{
    double residual = 0;
    for (int i = 0; i < N; i++) {
        double sum = m->c[i];
        for (int j = 0; j < N; j++) sum += m->A[i][j] * (double)x[j];
        g[i] = (real)sum;
        residual += (sum - (double)x[i]) * (sum - (double)x[i]);
    }
    return sqrt(residual);
}

/* On a linear map of order N with memory m >= N the fixed point is reached once N differences are known:
 * after N + 1 evaluations, as GMRES does in N steps (Walker, Ni 2011, theorem 2.2). */
Test(anderson, solves_a_linear_fixed_point_in_n_plus_one_steps)
{
    struct map map;
    struct mem m = {0};
    struct anderson s;
    real x[N] = {0}, g[N];
    bool ready;
    make_map(&map);
    cr_assert_eq(anderson_create(&s, N, N, 0, &m, NULL), ST_OK);
    for (int k = 0; k <= N; k++) {
        double residual = apply(&map, x, g);
        cr_expect_gt(residual, REAL_SELECT(1e-8, 1e-5), "not before step %d", N + 1);
        cr_assert_eq(anderson_step(&s, x, g, x, &ready, NULL), ST_OK);
        cr_expect_eq(ready, k > 0);
        if (!ready) memcpy(x, g, sizeof x);
    }
    cr_expect_lt(apply(&map, x, g), REAL_SELECT(1e-9, 1e-3));
    real plain[N] = {0};
    for (int k = 0; k <= N; k++) {
        apply(&map, plain, g);
        memcpy(plain, g, sizeof plain);
    }
    cr_expect_gt(apply(&map, plain, g), 0.1, "the plain iteration is far from done");
    mem_free(&m);
}

Test(anderson, keeps_the_last_differences_and_is_regularised)
{
    struct map map;
    struct mem m = {0};
    struct anderson s;
    real x[N] = {0}, g[N], next[N];
    bool ready;
    make_map(&map);
    cr_assert_eq(anderson_create(&s, N, 2, 0.1, &m, NULL), ST_OK);
    for (int k = 0; k < 5; k++) {
        apply(&map, x, g);
        real old_f[N], old_g[N];
        memcpy(old_f, s.f, sizeof old_f);
        memcpy(old_g, s.g, sizeof old_g);
        cr_assert_eq(anderson_step(&s, x, g, next, &ready, NULL), ST_OK);
        cr_expect_eq(s.used, k < 2 ? (size_t)k : 2);
        if (k == 1) { /* one difference: gamma = <df, f> / (|df|^2 (1 + regularization)) */
            double df2 = 0, inner = 0;
            for (int i = 0; i < N; i++) {
                double f = (double)g[i] - (double)x[i], df = f - (double)old_f[i];
                df2 += df * df;
                inner += df * f;
            }
            for (int i = 0; i < N; i++) {
                double expected = (double)g[i] - inner / (1.1 * df2) * ((double)g[i] - (double)old_g[i]);
                cr_expect_lt(fabs((double)next[i] - expected), REAL_SELECT(1e-12, 1e-4));
            }
        }
        memcpy(x, ready ? next : g, sizeof x);
    }
    anderson_forget(&s);
    cr_assert_eq(anderson_step(&s, x, g, next, &ready, NULL), ST_OK);
    cr_expect_not(ready);
    mem_free(&m);
}

Test(anderson, a_fixed_point_already_reached_is_no_division_by_zero)
{
    struct mem m = {0};
    struct anderson s;
    struct error e = {0};
    real x[3] = {1, 2, 3}, next[3];
    bool ready;
    cr_assert_eq(anderson_create(&s, 3, 2, 0, &m, NULL), ST_OK);
    cr_assert_eq(anderson_step(&s, x, x, next, &ready, NULL), ST_OK);
    cr_assert_eq(anderson_step(&s, x, x, next, &ready, &e), ST_OK, "%s",
                 e.text); /* all differences are zero */
    for (int i = 0; i < 3; i++) cr_expect_eq(next[i], x[i]);
    mem_free(&m);
}
