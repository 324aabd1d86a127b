/* The joint output step against the linear system that it replaces, and by its stationarity. */
#include "solvers/proximal/joint_output.h"
#include "support/linsolve.h"
#include "support/rng.h"
#include <criterion/criterion.h>

enum { K = 3, C = 4, T_MAX = 12, STEP = K * C, WORK = 2 * STEP + 4 * K };

struct problem {
    struct joint_output p;
    real v[STEP * T_MAX], z[STEP * T_MAX], lbar[STEP];
    int labels[C];
    double work[WORK];
    struct joint_output_stats stats;
};

static void draw(struct problem *b, struct rng *rng, enum loss loss, enum joint_multiplier multiplier,
                 size_t T)
{
    *b = (struct problem){.p = {loss, multiplier, K, T, pow(10, 3 * rng_uniform(rng) - 2), 0}};
    b->p.delta = (double)(real)(0.5 + 0.5 * rng_uniform(rng));
    for (size_t i = 0; i < STEP * T; i++) b->v[i] = (real)rng_normal(rng);
    for (size_t i = 0; i < STEP; i++) b->lbar[i] = (real)rng_normal(rng);
    for (size_t c = 0; c < C; c++) b->labels[c] = (int)rng_below(rng, K);
    cr_assert_leq(joint_output_work(K, C), WORK);
}

static double lambda_at(const struct problem *b, size_t t, size_t i)
{
    if (b->p.multiplier == MULTIPLIER_ALL)
        return pow(b->p.delta, (double)(b->p.T - 1 - t)) * (double)b->lbar[i];
    return b->p.multiplier == MULTIPLIER_LAST && t + 1 == b->p.T ? (double)b->lbar[i] : 0;
}
static double residual(const struct problem *b, size_t t, size_t i)
{
    double before = t > 0 ? (double)b->z[(t - 1) * STEP + i] : 0;
    return (double)b->z[t * STEP + i] - b->p.delta * before - (double)b->v[t * STEP + i];
}

/* Squared loss: the gradient's zero is a linear system in z_1..z_T of one class, built densely from
 * d_t = e_t - delta e_{t-1}: (rho sum_t d_t d_t' + 2 e_T e_T') z = sum_t d_t (rho v_t - lambda_t) + 2 y e_T.
 */
static void check_system(struct problem *b, struct mem *mem)
{
    const size_t T = b->p.T;
    const double rho = b->p.rho, delta = b->p.delta;
    struct chol system;
    cr_assert_eq(chol_create(&system, T, mem, NULL), ST_OK);
    for (size_t t = 0; t < T; t++) {
        system.a[t * T + t] = (real)(t + 1 < T ? rho * (1 + delta * delta) : rho + 2);
        if (t > 0) system.a[(t - 1) * T + t] = (real)(-rho * delta);
    }
    cr_assert_eq(chol_factor(&system, NULL), ST_OK);
    for (size_t i = 0; i < STEP; i++) {
        real x[T_MAX];
        for (size_t t = 0; t < T; t++) {
            double right = rho * (double)b->v[t * STEP + i] - lambda_at(b, t, i);
            if (t + 1 < T) right -= delta * (rho * (double)b->v[(t + 1) * STEP + i] - lambda_at(b, t + 1, i));
            if (t + 1 == T) right += 2.0 * ((int)(i % K) == b->labels[i / K]);
            x[t] = (real)right;
        }
        chol_solve(&system, 1, x);
        for (size_t t = 0; t < T; t++)
            cr_expect_float_eq((double)b->z[t * STEP + i], (double)x[t],
                               REAL_SELECT(1e-9, 2e-2) * (1 + fabs((double)x[t])), "t %zu i %zu: %g not %g",
                               t, i, (double)b->z[t * STEP + i], (double)x[t]);
    }
}

Test(joint_output, solves_the_linear_system_of_the_squared_loss)
{
    struct rng rng;
    struct mem mem = {0};
    struct problem b;
    rng_seed(&rng, 1, "test");
    for (int trial = 0; trial < 60; trial++) {
        draw(&b, &rng, LOSS_SQUARED, (enum joint_multiplier)(trial % 3), 1 + (size_t)trial % T_MAX);
        joint_output_update(&b.p, C, b.v, b.labels, b.lbar, b.z, NULL, b.work, &b.stats);
        check_system(&b, &mem);
        cr_expect_eq(b.stats.newton_steps, 0);
        cr_expect_eq(b.stats.unsolved, 0);
    }
    mem_free(&mem);
}

/* d / d z_{t,i} of the sum over steps: mu_t - delta mu_{t+1} with mu_t = lambda_t + rho r_t; + d loss at T.
 */
static double dynamics_gradient(const struct problem *b, size_t t, size_t i)
{
    double g = lambda_at(b, t, i) + b->p.rho * residual(b, t, i);
    if (t + 1 < b->p.T) g -= b->p.delta * (lambda_at(b, t + 1, i) + b->p.rho * residual(b, t + 1, i));
    return g;
}

static void check_stationary(struct problem *b)
{
    const double slack = REAL_SELECT(1e-9, 1e-3) * (1 + b->p.rho);
    const size_t last = b->p.T - 1;
    real lbar_new[STEP];
    joint_output_update(&b->p, C, b->v, b->labels, b->lbar, b->z, lbar_new, b->work, &b->stats);
    cr_assert_eq(b->stats.unsolved, 0);
    for (size_t c = 0; c < C; c++) {
        real gradient[K];
        const real *z = b->z + last * STEP + c * K;
        loss_value(b->p.loss, K, z, b->labels[c], gradient);
        for (size_t k = 0; k < K; k++) {
            size_t i = c * K + k;
            double side = (int)k == b->labels[c] ? 1 : -1, margin = 1 - side * (double)z[k];
            double g = dynamics_gradient(b, last, i);
            for (size_t t = 0; t < last; t++)
                cr_expect_float_eq(dynamics_gradient(b, t, i), 0, slack, "%s t %zu", loss_names[b->p.loss],
                                   t);
            if (b->p.loss == LOSS_HINGE &&
                fabs(margin) < 1e-5) /* at the kink: any subgradient, -s times 0 .. 1 */
                cr_expect(side * g >= -slack && side * g <= 1 + slack, "subgradient %g", g);
            else
                cr_expect_float_eq(g + (double)gradient[k], 0, slack, "%s", loss_names[b->p.loss]);
            for (size_t t = 0; t <= last; t++) /* the ascent step is the adjoint of the readout */
                cr_expect_float_eq(lambda_at(b, t, i) + b->p.rho * residual(b, t, i),
                                   pow(b->p.delta, (double)(last - t)) * (double)lbar_new[i], slack);
        }
    }
}

Test(joint_output, every_loss_is_stationary_and_the_multiplier_is_the_adjoint)
{
    struct rng rng;
    struct problem b;
    rng_seed(&rng, 2, "test");
    for (int trial = 0; trial < 240; trial++) {
        draw(&b, &rng, (enum loss)(trial % 4), (enum joint_multiplier)(trial / 4 % 3),
             1 + (size_t)trial % T_MAX);
        check_stationary(&b);
    }
}

/* Two steps, one class of one sample... worked out by hand: delta 1/2, rho 2, v = (1, 1), squared loss, label
 * 0: c = 3/2, E = 5/4, weight 8/5; d = 2 (1 - 3/2) / (18/5) = -5/18, nu = -2/9; r = (-1/9, -2/9). */
Test(joint_output, two_steps_by_hand)
{
    const struct joint_output p = {LOSS_SQUARED, MULTIPLIER_OFF, 1, 2, 2.0, 0.5};
    real v[2] = {R(1.0), R(1.0)}, z[2], lbar_new;
    double work[6];
    struct joint_output_stats stats = {0};
    joint_output_update(&p, 1, v, (int[]){0}, NULL, z, &lbar_new, work, &stats);
    cr_expect_float_eq((double)z[0], 8.0 / 9, 1e-6);
    cr_expect_float_eq((double)z[1], 22.0 / 18, 1e-6);
    cr_expect_float_eq((double)lbar_new, -4.0 / 9, 1e-6);
    cr_expect_float_eq(joint_output_cost(&p, 1, v, (int[]){0}, NULL, z, work), 4.0 / 81 + 1.0 / 81 + 4.0 / 81,
                       1e-6);
}

/* No other z costs less; the cost is what the definition says. */
Test(joint_output, costs_less_than_any_other)
{
    struct rng rng;
    struct problem b;
    rng_seed(&rng, 3, "test");
    for (int trial = 0; trial < 120; trial++) {
        draw(&b, &rng, (enum loss)(trial % 4), (enum joint_multiplier)(trial / 4 % 3),
             1 + (size_t)trial % T_MAX);
        joint_output_update(&b.p, C, b.v, b.labels, b.lbar, b.z, NULL, b.work, &b.stats);
        double best = joint_output_cost(&b.p, C, b.v, b.labels, b.lbar, b.z, b.work), brute = 0;
        for (size_t t = 0; t < b.p.T; t++)
            for (size_t i = 0; i < STEP; i++)
                brute += (lambda_at(&b, t, i) + b.p.rho / 2 * residual(&b, t, i)) * residual(&b, t, i);
        for (size_t c = 0; c < C; c++)
            brute += loss_value(b.p.loss, K, b.z + (b.p.T - 1) * STEP + c * K, b.labels[c], NULL);
        cr_expect_float_eq(best, brute, 1e-12 * (1 + fabs(brute)));
        const double slack = REAL_SELECT(1e-12, 1e-6) * (1 + fabs(best));
        for (int other = 0; other < 20; other++) {
            struct problem moved = b;
            double span = pow(10, -other / 4.0);
            for (size_t i = 0; i < STEP * b.p.T; i++) moved.z[i] += (real)(span * rng_normal(&rng));
            cr_expect_leq(best, joint_output_cost(&b.p, C, b.v, b.labels, b.lbar, moved.z, b.work) + slack);
        }
    }
}

/* The multiplier may be updated in place, and repeated updates with fixed v reach the constraint: r -> 0. */
Test(joint_output, the_multiplier_of_all_steps_removes_the_residual)
{
    struct rng rng;
    struct problem b;
    rng_seed(&rng, 4, "test");
    draw(&b, &rng, LOSS_CROSS_ENTROPY, MULTIPLIER_ALL, 6);
    b.p.rho = 10;
    for (size_t i = 0; i < STEP; i++) b.lbar[i] = 0;
    for (int k = 0; k < 50; k++)
        joint_output_update(&b.p, C, b.v, b.labels, b.lbar, b.z, b.lbar, b.work, &b.stats);
    for (size_t t = 0; t < b.p.T; t++)
        for (size_t i = 0; i < STEP; i++) cr_expect_float_eq(residual(&b, t, i), 0, 1e-5);
}

Test(joint_output, counts_samples_without_a_solution)
{
    struct rng rng;
    struct problem b;
    rng_seed(&rng, 5, "test");
    draw(&b, &rng, LOSS_CROSS_ENTROPY, MULTIPLIER_OFF, 2);
    b.v[0] = (real)NAN;
    joint_output_update(&b.p, C, b.v, b.labels, NULL, b.z, NULL, b.work, &b.stats);
    cr_expect_eq(b.stats.unsolved, 1);
    cr_expect_gt(b.stats.newton_steps, 0);
}
