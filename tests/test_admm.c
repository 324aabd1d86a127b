/* Each ADMM block against the Lagrangian evaluated by brute force: the gradient vanishes in the block just
 * solved, on 1 to 3 hidden layers and T = 1 to 4. Differences of the Lagrangian need double precision. */
#include "solvers/admm/admm_box.h"
#include "solvers/admm/admm_measure.h"
#include "solvers/admm/admm_potentials.h"
#include "solvers/admm/admm_readout.h"
#include "solvers/admm/admm_spikes.h"
#include "solvers/admm/admm_weights.h"
#include "tests/admm_toy.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#ifdef SPIKEBENCH_SINGLE
#define SLOPE 2e-1
#define SAME  1e-4
#else
#define SLOPE 1e-7
#define SAME  1e-10
#endif

struct size_case {
    size_t hidden, T;
};
static struct size_case cases[] = {{1, 1}, {1, 2}, {1, 4}, {2, 1}, {2, 3}, {3, 1}, {3, 2}, {3, 4}};
enum { N_CASES = sizeof cases / sizeof *cases };

static struct admm_settings settings(enum admm_weights weights, enum admm_box box)
{
    return (struct admm_settings){.rho = 0.7,
                                  .rho_out = 0.3,
                                  .beta = 0.4,
                                  .weights = weights,
                                  .kappa = 0.05,
                                  .cutoff = 1e-12,
                                  .box = box,
                                  .multiplier = MULTIPLIER_LAST};
}

ParameterizedTestParameters(admm, lagrangian_equals_brute_force)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, lagrangian_equals_brute_force)
{
    struct toy toy;
    struct admm_point p;
    toy_create(&toy, c->hidden, c->T, settings(WEIGHTS_PINV, BOX_NONE));
    admm_measure(&toy.admm, &p);
    double expected = toy_lagrangian(&toy);
    cr_expect_lt(fabs(p.lagrangian - expected), SAME * (1 + fabs(expected)), "%g, not %g", p.lagrangian,
                 expected);
    toy_free(&toy);
}

ParameterizedTestParameters(admm, spikes_are_stationary)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, spikes_are_stationary)
{
    struct toy toy;
    toy_create(&toy, c->hidden, c->T, settings(WEIGHTS_PINV, BOX_NONE));
    for (size_t l = 1; l < toy.net.L; l++) {
        struct admm_sums sums = {0};
        toy.admm.measure = true;
        double before = toy_lagrangian(&toy);
        toy_update_spikes(&toy, l, &sums);
        double after = toy_lagrangian(&toy);
        /* Steps are coupled through w_{t+1} only in z, so the slope vanishes at every step at once. */
        for (size_t t = 0; t < c->T; t++)
            for (size_t i = 0; i < toy.net.n[l]; i++) {
                double slope = toy_slope(&toy, toy_a(&toy, l, t, 2, i));
                cr_expect_lt(fabs(slope), SLOPE, "layer %zu step %zu unit %zu: slope %g", l, t, i, slope);
            }
        cr_expect_lt(fabs(sums.change_a - (after - before)), SAME * (1 + fabs(before)),
                     "layer %zu: change %g, not %g", l, sums.change_a, after - before);
        cr_expect_leq(after, before + SAME * (1 + fabs(before)));
    }
    toy_free(&toy);
}

ParameterizedTestParameters(admm, boxed_spikes_meet_the_kkt_conditions)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, boxed_spikes_meet_the_kkt_conditions)
{
    struct toy toy;
    struct admm_sums sums = {0};
    const double tolerance = REAL_SELECT(1e-7, 3e-1);
    toy_create(&toy, c->hidden, c->T, settings(WEIGHTS_PINV, BOX_EXACT));
    toy.admm.measure = true;
    double before = toy_lagrangian(&toy);
    toy_update_spikes(&toy, 1, &sums);
    cr_expect_leq(sums.kkt, REAL_SELECT(1e-8, 1e-4));
    cr_expect_leq(toy_lagrangian(&toy), before + SAME * (1 + fabs(before)));
    for (size_t t = 0; t < c->T; t++)
        for (size_t n = 0; n < TOY_N; n++)
            for (size_t i = 0; i < toy.net.n[1]; i++) {
                real *a = toy_a(&toy, 1, t, n, i);
                double slope = toy_slope(&toy, a);
                cr_expect(*a >= 0 && *a <= 1);
                if (*a > 0) cr_expect_leq(slope, tolerance, "t %zu n %zu i %zu: a %g", t, n, i, (double)*a);
                if (*a < 1) cr_expect_geq(slope, -tolerance, "t %zu n %zu i %zu: a %g", t, n, i, (double)*a);
            }
    toy_free(&toy);
}

/* Next to no curvature but W'W's: too ill-conditioned for 20000 iterations. */
Test(admm, a_box_that_is_not_solved_is_counted)
{
    struct toy toy;
    for (int hard = 0; hard < 2; hard++) {
        struct admm_sums sums = {0};
        struct admm_settings set = settings(WEIGHTS_PINV, BOX_EXACT);
        if (hard) set.beta = 1e-30;
        toy_create(&toy, 1, 1, set);
        toy.net.W[2][0] *= 1000;
        toy_update_spikes(&toy, 1, &sums);
        cr_expect_eq(sums.unsolved, hard, "%g of one solve, residual %g", sums.unsolved, sums.kkt);
        cr_expect_eq(sums.kkt > box_tolerance(&toy.admm.spike[1][1]), hard);
        toy_free(&toy);
    }
}

Test(admm, clipped_spikes_are_the_free_ones_cut_off)
{
    struct toy free_toy, clipped;
    struct admm_sums sums = {0};
    toy_create(&free_toy, 2, 3, settings(WEIGHTS_PINV, BOX_NONE));
    toy_create(&clipped, 2, 3, settings(WEIGHTS_PINV, BOX_CLIP));
    toy_update_spikes(&free_toy, 1, &sums);
    toy_update_spikes(&clipped, 1, &sums);
    size_t cut = 0;
    for (size_t i = 0; i < 7 * 3 * TOY_N; i++) {
        real a = free_toy.admm.a[1][i], b = clipped.admm.a[1][i];
        cut += a != b;
        cr_expect_eq(b, a < 0 ? 0 : a > 1 ? 1 : a);
    }
    cr_expect_gt(cut, 0, "the example must have something to clip");
    toy_free(&free_toy);
    toy_free(&clipped);
}

ParameterizedTestParameters(admm, hidden_potentials_beat_a_grid)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, hidden_potentials_beat_a_grid)
{
    struct toy toy;
    toy_create(&toy, c->hidden, c->T, settings(WEIGHTS_PINV, BOX_NONE));
    toy.admm.measure = true;
    for (size_t l = 1; l < toy.net.L; l++)
        for (size_t t = 0; t < c->T; t++) {
            struct admm_sums sums = {0};
            admm_refresh(&toy.admm, l);
            double before = toy_lagrangian(&toy);
            admm_update_potential(&toy.admm, l, 0, t, &sums);
            double best = toy_lagrangian(&toy);
            cr_expect_lt(fabs(sums.change_z - (best - before)), SAME * (1 + fabs(before)));
            real *z = toy_z(&toy, l, t, 1, 0), old = *z;
            for (int k = -400; k <= 400; k++) {
                *z = (real)(0.01 * k);
                double there = toy_lagrangian(&toy);
                cr_expect_geq(there, best - REAL_SELECT(1e-9, 1e-4),
                              "layer %zu step %zu: z = %g gives %g, update %g gives %g", l, t, (double)*z,
                              there, (double)old, best);
            }
            *z = old;
        }
    toy_free(&toy);
}

ParameterizedTestParameters(admm, weights_are_stationary)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, weights_are_stationary)
{
    const enum admm_weights kinds[] = {WEIGHTS_PINV, WEIGHTS_RIDGE, WEIGHTS_PROXIMAL};
    for (size_t k = 0; k < 3; k++) {
        struct toy toy;
        toy_create(&toy, c->hidden, c->T, settings(kinds[k], BOX_NONE));
        toy.admm.measure = true;
        for (size_t l = 1; l <= toy.net.L; l++) {
            double change = 0, before = toy_lagrangian(&toy), rho = l == toy.net.L ? 0.3 : 0.7;
            size_t size = toy.net.n[l] * toy.net.n[l - 1];
            double old[64];
            for (size_t i = 0; i < size; i++) old[i] = (double)toy.net.W[l][i];
            cr_assert_eq(admm_update_weights(&toy.admm, l, &change, NULL), ST_OK);
            double after = toy_lagrangian(&toy), shift = rho * toy.admm.weight[l].shift;
            cr_expect_lt(fabs(change - (after - before)), SAME * (1 + fabs(before)),
                         "kind %zu: change %g, not %g", k, change, after - before);
            cr_expect_lt(toy.admm.backward_w[l], 100 * REAL_EPSILON);
            if (kinds[k] != WEIGHTS_RIDGE) cr_expect_leq(after, before + SAME * (1 + fabs(before)));
            for (size_t i = 0; i < size; i++) {
                double slope = toy_slope(&toy, &toy.net.W[l][i]);
                if (kinds[k] == WEIGHTS_RIDGE) slope += shift * (double)toy.net.W[l][i];
                if (kinds[k] == WEIGHTS_PROXIMAL) slope += shift * ((double)toy.net.W[l][i] - old[i]);
                cr_expect_lt(fabs(slope), 10 * SLOPE, "kind %zu layer %zu weight %zu: slope %g", k, l, i,
                             slope);
            }
        }
        toy_free(&toy);
    }
}

/* z_{L,t} visited last among t < T is stationary, but for t = T-1, where z_{L,T} moves afterwards: there the
 * slope is -delta rho_L (change of z_{L,T}), delta times the dual residual's summand. */
ParameterizedTestParameters(admm, output_potentials_and_dual_residual)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm, output_potentials_and_dual_residual)
{
    size_t T = c->T;
    for (size_t visited_last = 0; visited_last + 1 < T || visited_last == 0; visited_last++) {
        struct toy toy;
        struct admm_sums sums = {0};
        size_t order[8];
        toy_create(&toy, c->hidden, T, settings(WEIGHTS_PINV, BOX_NONE));
        size_t L = toy.net.L;
        for (size_t k = 0, t = 0; t + 1 < T; t++)
            if (t != visited_last) order[k++] = t;
        if (T > 1) order[T - 2] = visited_last;
        toy.admm.time_order = order;
        toy.admm.measure = true;
        admm_refresh(&toy.admm, L);
        double before = toy_lagrangian(&toy);
        admm_update_output(&toy.admm, 0, &toy.admm.work[0], &sums);
        double after = toy_lagrangian(&toy);
        cr_expect_lt(fabs(sums.change_z - (after - before)), SAME * (1 + fabs(before)));
        cr_expect_leq(after, before);
        for (size_t n = 0; n < TOY_N; n++)
            for (size_t k = 0; k < TOY_CLASSES; k++) {
                cr_expect_lt(fabs(toy_slope(&toy, toy_z(&toy, L, T - 1, n, k))), SLOPE);
                if (T == 1) continue;
                double moved =
                    (double)*toy_z(&toy, L, T - 1, n, k) - (double)toy.admm.last[n * TOY_CLASSES + k];
                double expected =
                    visited_last + 2 == T ? -(double)toy.net.lif[1].leak * toy.admm.set.rho_out * moved : 0.0;
                double slope = toy_slope(&toy, toy_z(&toy, L, visited_last, n, k));
                cr_expect_lt(fabs(slope - expected), SLOPE, "t %zu: slope %g, not %g", visited_last, slope,
                             expected);
            }
        toy_free(&toy);
        if (T == 1) break;
    }
}

Test(admm, multiplier_rises_by_rho_times_the_residual)
{
    struct toy toy;
    toy_create(&toy, 1, 3, settings(WEIGHTS_PINV, BOX_NONE));
    admm_refresh(&toy.admm, 2);
    /* d Lagrangian / d lambda is the constrained residual. */
    real *lambda = &toy.admm.lambda[2 * TOY_CLASSES + 1], old = *lambda;
    double residual = toy_slope(&toy, lambda);
    admm_update_multiplier(&toy.admm);
    cr_expect_lt(fabs((double)*lambda - ((double)old + 0.3 * residual)), REAL_SELECT(1e-9, 2e-2));
    toy_free(&toy);
}

Test(admm, forward_start_has_no_residuals)
{
    struct toy toy;
    struct admm_point p;
    double gap[NET_MAX_LAYERS + 1];
    toy_create(&toy, 2, 4, settings(WEIGHTS_PINV, BOX_NONE));
    admm_start_forward(&toy.admm);
    admm_measure(&toy.admm, &p);
    for (size_t l = 1; l <= 3; l++) cr_expect_lt(p.dynamics[l], 10 * REAL_EPSILON);
    for (size_t l = 1; l <= 2; l++) cr_expect_eq(p.spikes[l], 0.0);
    admm_spike_gap(&toy.admm, gap);
    cr_expect_eq(gap[1], 0.0);
    cr_expect_eq(gap[2], 0.0);
    *toy_z(&toy, 1, 0, 0, 0) = *toy_z(&toy, 1, 0, 0, 0) > 1 ? 0 : 2;
    admm_spike_gap(&toy.admm, gap);
    cr_expect_float_eq(gap[1], 1.0 / (7 * 4 * TOY_N), 1e-12);
    toy_free(&toy);
}

/* Layer 1's factor is that of the data: a later step solves with it as with one that is made anew. */
Test(admm, kept_factor_equals_a_new_one)
{
    struct toy toy;
    double change = 0;
    real kept[7 * TOY_INPUTS];
    toy_create(&toy, 1, 3, settings(WEIGHTS_RIDGE, BOX_NONE));
    struct weight_system *system = &toy.admm.weight[1];
    cr_assert_eq(admm_update_weights(&toy.admm, 1, &change, NULL), ST_OK);
    cr_assert(system->fixed);
    *toy_z(&toy, 1, 2, 1, 3) += 1;
    cr_assert_eq(admm_update_weights(&toy.admm, 1, &change, NULL), ST_OK);
    memcpy(kept, toy.net.W[1], sizeof kept);
    memset(system->gram, 0, TOY_INPUTS * TOY_INPUTS * sizeof(real));
    memset(system->chol.l, 0, TOY_INPUTS * TOY_INPUTS * sizeof(real));
    system->fixed = false;
    cr_assert_eq(admm_update_weights(&toy.admm, 1, &change, NULL), ST_OK);
    cr_expect_eq(memcmp(kept, toy.net.W[1], sizeof kept), 0);
    toy_free(&toy);
}
