/* The branch step of admm_resync: the flip rule against all displacements, its margin, its credit in time. */
#include "solvers/resync/resync_branch.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <math.h>

/* rho/2 r^2 - p H(z + r - theta), at a displacement onto the threshold its infimum from the wanted side. */
static double flip_cost(double rho, double p, double z, double theta, double r, bool onto)
{
    bool on = onto ? p > 0 : z + r > theta;
    return 0.5 * rho * r * r - (on ? p : 0);
}

Test(resync_branch, flip_rule_is_the_best_of_all_displacements)
{
    struct rng rng;
    rng_seed(&rng, 5, "flip");
    size_t moved = 0, stayed = 0;
    for (int k = 0; k < 2000; k++) {
        double p = rng_normal(&rng), z = 1 + 0.8 * rng_normal(&rng), rho = 0.2 + 3 * rng_uniform(&rng);
        const struct branch_rule rule = {1, (real)rho, false};
        double r = (double)branch_displacement(&rule, (real)z, (real)p);
        double cost = flip_cost(rho, p, z, 1, r, r != 0);
        moved += r != 0;
        stayed += r == 0;
        for (int g = -500; g <= 500; g++)
            cr_assert_geq(flip_cost(rho, p, z, 1, 0.01 * g, false), cost - REAL_SELECT(1e-12, 1e-5),
                          "z %g p %g rho %g: %g beats %g", z, p, rho, 0.01 * g, r);
    }
    cr_expect_gt(moved, 100);
    cr_expect_gt(stayed, 100);
    const struct branch_rule rule = {1, 1, false};
    cr_expect_eq(branch_displacement(&rule, 1, R(-0.5)), 0, "at the threshold exactly the spike is off");
    cr_expect_eq(branch_displacement(&rule, R(0.5), 0), 0);
}

Test(resync_branch, margin_lies_beyond_the_threshold_on_the_wanted_side)
{
    const struct branch_rule rule = {1, 2, true};
    const real p = R(0.25), reach = R(0.5); /* sqrt(2 0.25 / 2) */
    for (int k = -60; k <= 60; k++) {
        real z = 1 + R(0.0101) * (real)k;
        bool near = fabs(z - 1) < reach;
        real up = branch_displacement(&rule, z, p), down = branch_displacement(&rule, z, -p);
        cr_expect_lt(fabs((double)(near ? z + up - (1 + reach) : up)), 1e-6);
        cr_expect_lt(fabs((double)(near ? z + down - (1 - reach) : down)), 1e-6);
    }
}

/* Credit in time is the adjoint of the leak: r_t = sum_{s >= t} leak^(s-t) d_s. */
Test(resync_branch, time_credit_is_the_adjoint_of_the_leak)
{
    enum { T = 6, STEP = 3 };
    const struct branch_rule rule = {1, R(0.8), true};
    struct rng rng;
    real z[T * STEP], p[T * STEP], credited[T * STEP], alone[T * STEP];
    rng_seed(&rng, 9, "credit");
    for (int i = 0; i < T * STEP; i++) {
        z[i] = 1 + R(0.7) * (real)rng_normal(&rng);
        credited[i] = alone[i] = p[i] = (real)rng_normal(&rng);
    }
    size_t moved = branch_pull(&rule, T, STEP, z, NULL, R(0.9), credited), expected = 0;
    cr_expect_eq(branch_pull(&rule, T, STEP, z, NULL, 0, alone), moved);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < STEP; i++) {
            double sum = 0;
            expected += branch_displacement(&rule, z[t * STEP + i], p[t * STEP + i]) != 0;
            for (int s = t; s < T; s++) sum += pow(0.9, s - t) * (double)alone[s * STEP + i];
            cr_expect_lt(fabs((double)credited[t * STEP + i] - sum), REAL_SELECT(1e-14, 1e-5));
        }
    cr_expect_eq(moved, expected);
}

/* Many entries at once against one after another, bit for bit: both rules, with and without kept potentials.
 */
Test(resync_branch, branch_step_equals_its_definition)
{
    enum { STEP = 1300 };
    struct rng rng;
    rng_seed(&rng, 10, "branch");
    for (int k = 0; k < 4; k++) {
        const struct branch_rule rule = {1, R(0.8), k % 2 == 1};
        real z[STEP], y[STEP], p[STEP], kept[STEP], pull[STEP];
        size_t expected = 0;
        for (size_t i = 0; i < STEP; i++) {
            z[i] = i % 7 == 0 ? 1 : 1 + R(0.7) * (real)rng_normal(&rng);
            y[i] = kept[i] = i % 11 == 0 ? 1 : z[i] + R(0.2) * (real)rng_normal(&rng);
            p[i] = pull[i] = i % 5 == 0 ? 0 : (real)rng_normal(&rng);
        }
        const size_t moved = branch_step(&rule, STEP, z, k / 2 == 1 ? kept : NULL, 0, NULL, pull);
        for (size_t i = 0; i < STEP; i++) {
            const real r = branch_displacement(&rule, k / 2 == 1 ? y[i] : z[i], p[i]);
            const real end = y[i] + (k / 2 == 1 ? r : 0), asked = rule.rho * (k / 2 == 1 ? end - z[i] : r);
            expected += r != 0;
            cr_assert_eq(kept[i], end, "entry %zu of case %d", i, k);
            cr_assert_eq(pull[i], asked, "entry %zu of case %d", i, k);
        }
        cr_expect_eq(moved, expected);
    }
}
