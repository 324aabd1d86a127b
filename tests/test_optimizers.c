/* muon and mars against plain loops, singular values by LAPACK, and each other. */
#include "tests/toy_quadratic.h"
#include "trainer/newton_schulz.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---- muon ---------------------------------------------------------------------------------------------- */

void REAL_SELECT(dgesvd_, sgesvd_)(const char *jobu, const char *jobvt, const int *m, const int *n, real *a,
                                   const int *lda, real *s, real *u, const int *ldu, real *vt,
                                   const int *ldvt, real *work, const int *lwork, int *info, size_t, size_t);

enum { SIDE = 40 };

/* The quintic five times over. */
static double five_times(double x)
{
    for (int k = 0; k < 5; k++) x = 3.4445 * x - 4.7750 * pow(x, 3) + 2.0315 * pow(x, 5);
    return x;
}

/* U f(S / ||S||) V' out of the singular value decomposition; returns how many singular values are not at 0.
 */
static void by_singular_values(int rows, int columns, const real *x, double *out)
{
    static real a[SIDE * SIDE], s[SIDE], u[SIDE * SIDE], vt[SIDE * SIDE], work[20 * SIDE];
    const int least = rows < columns ? rows : columns, size = 20 * SIDE;
    int info;
    double norm = 0;
    memcpy(a, x, (size_t)(rows * columns) * sizeof *a);
    REAL_SELECT(dgesvd_, sgesvd_)
    ("S", "S", &rows, &columns, a, &rows, s, u, &rows, vt, &least, work, &size, &info, 1, 1);
    cr_assert_eq(info, 0);
    for (int k = 0; k < least; k++) norm += (double)s[k] * (double)s[k];
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++) {
            out[j * rows + i] = 0;
            for (int k = 0; k < least; k++)
                out[j * rows + i] += (double)u[k * rows + i] * five_times((double)s[k] / sqrt(norm)) *
                                     (double)vt[j * least + k];
        }
}

Test(newton_schulz, acts_on_the_singular_values_that_lapack_finds)
{
    static const int shapes[][2] = {{5, 3}, {3, 5}, {7, 7}, {40, 12}, {10, 40}, {1, 6}, {6, 1}};
    struct rng rng;
    rng_seed(&rng, 1, "matrix");
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        static double expected[SIDE * SIDE];
        struct mem mem = {0};
        struct newton_schulz w;
        const int rows = shapes[k][0], columns = shapes[k][1];
        real *x = mem_reals(&mem, (size_t)(rows * columns), NULL);
        for (int i = 0; i < rows * columns; i++) x[i] = (real)(3 * rng_normal(&rng));
        by_singular_values(rows, columns, x, expected);
        cr_assert_eq(newton_schulz_create(&w, (size_t)rows, (size_t)columns, &mem, NULL), ST_OK);
        newton_schulz(&w, x);
        for (int i = 0; i < rows * columns; i++)
            cr_expect_float_eq((double)x[i], expected[i], REAL_SELECT(1e-10, 2e-3), "%d x %d: %g, not %g",
                               rows, columns, (double)x[i], expected[i]);
        mem_free(&mem);
    }
}

/* What the header says of the quintic, and zero. */
Test(newton_schulz, brings_singular_values_near_one)
{
    for (double x = 0.01; x <= 1; x += 0.001) {
        const double y = five_times(x);
        cr_expect(y > 0.68 && y < 1.21, "%g becomes %g", x, y);
    }
    struct mem mem = {0};
    struct newton_schulz w;
    real x[6] = {0};
    cr_assert_eq(newton_schulz_create(&w, 2, 3, &mem, NULL), ST_OK);
    newton_schulz(&w, x);
    for (int i = 0; i < 6; i++) cr_expect_eq(x[i], 0);
    mem_free(&mem);
}

static const double even[TOY_WEIGHTS] = {1, 1, 2, 2, 1, 1, 3, 3, 1, 1, 2, 2, 1, 1, 4, 4, 1, 1, 2, 2};

/* The gradient at the weights, by the test's own product. */
static void gradient_of(const struct toy_quadratic *t, const double *w, double *g)
{
    double x[TOY_WEIGHTS];
    for (size_t i = 0; i < TOY_WEIGHTS; i++) x[i] = w[i] - t->centre[i];
    toy_quadratic_product(t, x, g);
}

static void expect_weights(const struct toy_quadratic *t, const double *expected, const char *what, int step)
{
    double w[TOY_WEIGHTS];
    toy_quadratic_weights(t, w);
    for (size_t i = 0; i < TOY_WEIGHTS; i++)
        cr_assert_float_eq(w[i], expected[i], REAL_SELECT(1e-10, 2e-3), "%s: step %d, weight %zu: %g, not %g",
                           what, step, i, w[i], expected[i]);
}

/* Two updates: m = b1 m + (1-b1) g, and W -= lr (0.2 sqrt(4) O(m) + decay W). */
Test(muon, steps_along_the_orthogonal_factor_of_the_mean)
{
    struct toy_quadratic t;
    struct rng rng;
    double w[TOY_WEIGHTS], g[TOY_WEIGHTS], m[TOY_WEIGHTS] = {0}, step[TOY_WEIGHTS];
    toy_quadratic_begin(&t, "muon", "beta1=0.8 weight_decay=0.3", even, 1);
    rng_seed(&rng, 2, "centres");
    toy_quadratic_weights(&t, w);
    for (int k = 1; k <= 3; k++) {
        real x[TOY_WEIGHTS];
        toy_quadratic_draw(&t, &rng);
        gradient_of(&t, w, g);
        for (size_t i = 0; i < TOY_WEIGHTS; i++) x[i] = (real)(m[i] = 0.8 * m[i] + 0.2 * g[i]);
        by_singular_values(4, 3, x, step);
        by_singular_values(2, 4, x + 12, step + 12);
        for (size_t i = 0; i < TOY_WEIGHTS; i++) w[i] -= 0.1 * (0.2 * 2 * step[i] + 0.3 * w[i]);
        toy_quadratic_update(&t, 0.1);
        expect_weights(&t, w, "muon", k);
    }
    cr_expect_eq(t.calls, 3);
    toy_quadratic_end(&t);
}

/* ---- mars ---------------------------------------------------------------------------------------------- */

/* Without a correction and without a clip the base is left; lion with both betas the same. */
Test(mars, gamma_of_zero_is_the_base_bit_for_bit)
{
    static const char *const pairs[][4] = {
        {"mars_adamw", "mars_gamma=0 mars_clip=none beta1=0.9 weight_decay=0.1", "adamw",
         "beta1=0.9 weight_decay=0.1"},
        {"mars_adamw", "mars_gamma=0 mars_clip=none mars_gradient=exact", "adamw", ""},
        {"mars_lion", "mars_gamma=0 mars_clip=none beta1=0.7 weight_decay=0.1", "lion",
         "beta1=0.7 beta2=0.7 weight_decay=0.1"},
        {"mars_muon", "mars_gamma=0 beta1=0.7", "muon", "beta1=0.7"},
        {"mars_muon", "mars_gamma=0 mars_gradient=exact", "muon", ""}};
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        struct toy_quadratic a, b;
        struct rng rng[2];
        toy_quadratic_begin(&a, pairs[k][0], pairs[k][1], even, 1);
        toy_quadratic_begin(&b, pairs[k][2], pairs[k][3], even, 1);
        for (int i = 0; i < 2; i++) rng_seed(&rng[i], 2, "centres");
        for (int step = 0; step < 5; step++) {
            toy_quadratic_draw(&a, &rng[0]);
            toy_quadratic_draw(&b, &rng[1]);
            toy_quadratic_update(&a, 0.1);
            toy_quadratic_update(&b, 0.1);
        }
        for (size_t l = 1; l <= 2; l++)
            cr_expect_eq(memcmp(a.net.W[l], b.net.W[l], a.state.size[l] * sizeof(real)), 0, "%s %s",
                         pairs[k][0], pairs[k][1]);
        cr_expect_eq(a.calls, 5, "nothing to correct, nothing to ask for");
        toy_quadratic_end(&a);
        toy_quadratic_end(&b);
    }
}

struct correction {
    const char *options;
    bool exact;
    int clip; /* 0 none, 1 matrix, 2 whole */
};

/* The correction and the clip of SYSTEMS' equations in plain loops. */
static void correct(const struct correction *c, const struct toy_quadratic *t, bool first, const double *w,
                    double *before, double *out)
{
    const size_t from[] = {0, 12, TOY_WEIGHTS};
    double g[TOY_WEIGHTS], old[TOY_WEIGHTS], norm2[2] = {0};
    gradient_of(t, w, g);
    memcpy(old, before, sizeof old);
    if (c->exact) gradient_of(t, before, old);
    for (size_t i = 0; i < TOY_WEIGHTS; i++) {
        out[i] = first ? g[i] : g[i] + 0.3 * 0.8 / (1 - 0.8) * (g[i] - old[i]);
        before[i] = c->exact ? w[i] : g[i];
        norm2[i >= 12] += out[i] * out[i];
    }
    for (size_t k = 0; k < 2; k++) {
        const double norm = sqrt(c->clip == 2 ? norm2[0] + norm2[1] : norm2[k]);
        for (size_t i = from[k]; c->clip && norm > 1 && i < from[k + 1]; i++) out[i] /= norm;
    }
}

Test(mars, corrects_and_clips_as_plain_loops_do)
{
    static const struct correction cases[] = {
        {"mars_clip=none", false, 0},
        {"mars_clip=matrix", false, 1},
        {"mars_clip=whole", false, 2},
        {"mars_clip=none mars_gradient=exact", true, 0},
        {"mars_clip=matrix mars_gradient=exact", true, 1},
        {"mars_clip=whole mars_gradient=exact", true, 2},
        {"mars_clip=matrix mars_moment=raw", false, 1},
        {"mars_clip=none mars_moment=raw mars_gradient=exact", true, 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct toy_quadratic t;
        struct rng rng;
        char options[200];
        const bool raw = strstr(cases[k].options, "raw") != NULL;
        double w[TOY_WEIGHTS], c[TOY_WEIGHTS], g[TOY_WEIGHTS], before[TOY_WEIGHTS] = {0};
        double m[TOY_WEIGHTS] = {0}, v[TOY_WEIGHTS] = {0};
        (void)snprintf(options, sizeof options,
                       "beta1=0.8 beta2=0.9 eps=1e-3 weight_decay=0.2 mars_gamma=0.3 %s", cases[k].options);
        toy_quadratic_begin(&t, "mars_adamw", options, even, 1);
        rng_seed(&rng, 2, "centres");
        toy_quadratic_weights(&t, w);
        for (int step = 1; step <= 5; step++) {
            toy_quadratic_draw(&t, &rng);
            correct(&cases[k], &t, step == 1, w, before, c);
            gradient_of(&t, w, g);
            for (size_t i = 0; i < TOY_WEIGHTS; i++) {
                m[i] = 0.8 * m[i] + 0.2 * c[i];
                v[i] = 0.9 * v[i] + 0.1 * (raw ? g[i] * g[i] : c[i] * c[i]);
                w[i] -= 0.05 * (0.2 * w[i] +
                                m[i] / (1 - pow(0.8, step)) / (sqrt(v[i] / (1 - pow(0.9, step))) + 1e-3));
            }
            toy_quadratic_update(&t, 0.05);
            expect_weights(&t, w, cases[k].options, step);
        }
        cr_expect_eq(t.calls, cases[k].exact ? 9 : 5, "a second gradient in each update but the first");
        toy_quadratic_end(&t);
    }
}

/* sign(m), m = b1 m + (1-b1) c: no lion of two betas. */
Test(mars, lion_steps_along_the_sign_of_its_mean)
{
    const struct correction approximate = {"", false, 1};
    struct toy_quadratic t;
    struct rng rng;
    double w[TOY_WEIGHTS], c[TOY_WEIGHTS], before[TOY_WEIGHTS] = {0}, m[TOY_WEIGHTS] = {0};
    toy_quadratic_begin(&t, "mars_lion", "beta1=0.8 mars_gamma=0.3", even, 1);
    rng_seed(&rng, 2, "centres");
    toy_quadratic_weights(&t, w);
    for (int step = 1; step <= 5; step++) {
        toy_quadratic_draw(&t, &rng);
        correct(&approximate, &t, step == 1, w, before, c);
        for (size_t i = 0; i < TOY_WEIGHTS; i++) {
            m[i] = 0.8 * m[i] + 0.2 * c[i];
            w[i] -= 0.05 * ((m[i] > 0) - (m[i] < 0));
        }
        toy_quadratic_update(&t, 0.05);
        expect_weights(&t, w, "mars_lion", step);
    }
    toy_quadratic_end(&t);
}

/* Variance reduction: with one mini-batch for ever and gamma 1 the exact correction leaves gradient descent's
 * mean without lag: m follows g exactly once it does (m_t = g_t), since m_t = b1 (m + g_t - g_before) +
 * (1-b1) g_t. Here through muon, whose step is the orthogonal factor of m. */
Test(mars, full_exact_correction_has_no_lag)
{
    struct toy_quadratic t;
    double w[TOY_WEIGHTS], g[TOY_WEIGHTS];
    toy_quadratic_begin(&t, "mars_muon", "beta1=0.8 mars_gamma=1 mars_gradient=exact", even, 1);
    toy_quadratic_weights(&t, w);
    for (int step = 1; step <= 4; step++) {
        gradient_of(&t, w, g);
        toy_quadratic_update(&t, 0.1);
        toy_quadratic_weights(&t, w);
        const double share = step == 1 ? 0.2 : NAN; /* m_1 = (1-b1) g */
        for (size_t i = 0; i < TOY_WEIGHTS && step == 1; i++) {
            const double m = (double)t.state.buffer[0][i < 12 ? 1 : 2][i < 12 ? i : i - 12];
            cr_expect_float_eq(m, share * g[i], REAL_SELECT(1e-12, 1e-5));
        }
        /* then m - g shrinks by b1 in each step */
        for (size_t i = 0; i < TOY_WEIGHTS && step > 1; i++) {
            static double last[TOY_WEIGHTS];
            const double m = (double)t.state.buffer[0][i < 12 ? 1 : 2][i < 12 ? i : i - 12];
            if (step > 2)
                cr_expect_float_eq(m - g[i], 0.8 * last[i], REAL_SELECT(1e-11, 1e-4), "step %d", step);
            last[i] = m - g[i];
        }
    }
    toy_quadratic_end(&t);
}
