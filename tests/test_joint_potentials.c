/* The joint step of the hidden potentials against enumeration of patterns and of active bounds. */
#include "solvers/proximal/joint_potentials.h"
#include "support/rng.h"
#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

enum { T_MAX = 150 };
static const double threshold = 1;

struct instance {
    struct mem mem;
    struct joint_potentials p;
    struct joint_work work;
    real g[T_MAX], a[T_MAX], z[T_MAX];
    struct joint_stats stats;
};

static void create(struct instance *c, size_t T, double sigma, double delta)
{
    *c = (struct instance){.mem = {0}};
    cr_assert_eq(
        joint_potentials_create(&c->p, T, 0.7, sigma, (real)delta, (real)threshold, R(1e-5), &c->mem, NULL),
        ST_OK);
    cr_assert_eq(joint_work_create(&c->work, T, &c->mem, NULL), ST_OK);
}

/* g around a firing rate of some 15 % (or far out), a in [0, 1], at its ends, or beyond. */
static void draw(struct instance *c, struct rng *rng, size_t T)
{
    static const double deltas[] = {0.9, 0.95, 0.5, 1, 0, 0.05, 1e-9};
    create(c, T, pow(10, 3 * rng_uniform(rng) - 2), deltas[rng_below(rng, 7)]);
    const double size = rng_uniform(rng) < 0.1 ? 30 : 0.7;
    const size_t kind = rng_below(rng, 3);
    for (size_t t = 0; t < T; t++) {
        double x = rng_uniform(rng);
        c->g[t] = (real)(0.2 + size * rng_normal(rng));
        c->a[t] = (real)(kind == 0 ? x : kind == 1 ? (x < 0.3) : 0.5 + 2 * (x - 0.5));
        c->z[t] = R(1e4); /* costs more than anything */
    }
}

static double cost_of(const struct instance *c, const double *z)
{
    double sum = 0;
    for (size_t t = 0; t < c->p.T; t++) {
        double r = z[t] - (double)c->g[t] - (t > 0 ? c->p.delta * z[t - 1] : 0);
        double gap = (double)c->a[t] - (z[t] > threshold);
        sum += c->p.rho / 2 * r * r + c->p.sigma / 2 * gap * gap;
    }
    return sum;
}

static double bound_of(const struct instance *c, unsigned pattern, size_t t)
{
    return pattern >> t & 1 ? c->p.on : threshold;
}
static double project(const struct instance *c, unsigned pattern, size_t t, double z)
{
    return pattern >> t & 1 ? fmax(z, c->p.on) : fmin(z, threshold);
}

/* The minimiser with the steps in `fixed` at their bounds and the others free: Gauss-Seidel would do, but the
 * runs of free steps are solved exactly, by elimination in the tridiagonal system. */
static void solve_fixed(const struct instance *c, unsigned pattern, unsigned fixed, double *z)
{
    const size_t T = c->p.T;
    const double delta = c->p.delta;
    double diagonal[8], right[8];
    for (size_t t = 0; t < T; t++) {
        bool fix = fixed >> t & 1, fix_before = t > 0 && (fixed >> (t - 1) & 1);
        diagonal[t] = fix || t + 1 == T ? 1 : 1 + delta * delta;
        right[t] = (double)c->g[t] - (t + 1 < T ? delta * (double)c->g[t + 1] : 0);
        if (fix) {
            right[t] = bound_of(c, pattern, t);
            continue;
        }
        if (t > 0 && fix_before) right[t] += delta * z[t - 1];
        if (t > 0 && !fix_before) { /* eliminate z_{t-1} */
            diagonal[t] -= delta * delta / diagonal[t - 1];
            right[t] += delta * right[t - 1] / diagonal[t - 1];
        }
        if (fix_before || t == 0) z[t] = 0;
        if (t > 0 && fix_before) z[t - 1] = bound_of(c, pattern, t - 1);
    }
    for (size_t t = T; t-- > 0;) {
        if (fixed >> t & 1)
            z[t] = bound_of(c, pattern, t);
        else
            z[t] = (right[t] + (t + 1 < T ? delta * z[t + 1] : 0)) / diagonal[t];
    }
}

/* The least cost of one pattern: every set of active bounds whose solution is feasible. */
static double enumerate_active(const struct instance *c, unsigned pattern)
{
    double best = INFINITY;
    for (unsigned fixed = 0; fixed < 1u << c->p.T; fixed++) {
        double z[8];
        bool feasible = true;
        for (size_t t = 0; t < c->p.T; t++) z[t] = bound_of(c, pattern, t);
        solve_fixed(c, pattern, fixed, z);
        for (size_t t = 0; t < c->p.T; t++)
            feasible = feasible && fabs(project(c, pattern, t, z[t]) - z[t]) < 1e-12;
        for (size_t t = 0; t < c->p.T; t++) z[t] = project(c, pattern, t, z[t]);
        if (feasible) best = fmin(best, cost_of(c, z));
    }
    return best;
}

/* The same by projected Gauss-Seidel, a great many sweeps. */
static double sweep(const struct instance *c, unsigned pattern)
{
    const size_t T = c->p.T;
    const double delta = c->p.delta;
    double z[8];
    for (size_t t = 0; t < T; t++) z[t] = bound_of(c, pattern, t);
    for (int k = 0; k < 1000; k++) {
        double moved = 0;
        for (size_t t = 0; t < T; t++) {
            double m = (double)c->g[t] + (t > 0 ? delta * z[t - 1] : 0);
            if (t + 1 < T) m = (m + delta * (z[t + 1] - (double)c->g[t + 1])) / (1 + delta * delta);
            m = project(c, pattern, t, m);
            moved = fmax(moved, fabs(m - z[t]));
            z[t] = m;
        }
        if (moved < 1e-14) break;
    }
    return cost_of(c, z);
}

static unsigned rounded(const struct instance *c)
{
    unsigned pattern = 0;
    for (size_t t = 0; t < c->p.T; t++) pattern |= (unsigned)((double)c->a[t] >= 0.5) << t;
    return pattern;
}

/* Solves; returns the cost, which must be what z costs. */
static double solve(struct instance *c, enum joint_method method)
{
    double cost, z[T_MAX];
    size_t accepted = c->stats.accepted;
    joint_potentials_update(&c->p, method, 1, c->g, c->a, c->z, &cost, &c->work, &c->stats);
    cr_assert_eq(c->stats.accepted, accepted + 1);
    cr_assert_leq(c->stats.kkt, 1e-9);
    for (size_t t = 0; t < c->p.T; t++) {
        z[t] = (double)c->z[t];
        cr_assert(z[t] <= threshold || z[t] >= c->p.on);
    }
    cr_assert_float_eq(cost, cost_of(c, z), 1e-12 * (1 + cost));
    return cost;
}

static double slack(double cost)
{
    return REAL_SELECT(1e-10, 1e-5) * (1 + cost);
}

Test(joint_potentials, pattern_equals_enumerated_active_bounds)
{
    struct rng rng;
    struct instance c;
    rng_seed(&rng, 1, "test");
    for (int trial = 0; trial < 3000; trial++) {
        draw(&c, &rng, 1 + (size_t)trial % 6);
        double cost = solve(&c, JOINT_PATTERN), best = enumerate_active(&c, rounded(&c));
        cr_assert_float_eq(cost, best, slack(best), "trial %d: %.15g, not %.15g", trial, cost, best);
        for (size_t t = 0; t < c.p.T; t++) cr_assert_eq((double)c.z[t] > threshold, (double)c.a[t] >= 0.5);
        mem_free(&c.mem);
    }
}

Test(joint_potentials, exact_equals_all_patterns_with_all_active_bounds)
{
    struct rng rng;
    struct instance c;
    rng_seed(&rng, 2, "test");
    for (int trial = 0; trial < 1000; trial++) {
        double best = INFINITY;
        draw(&c, &rng, 1 + (size_t)trial % 5);
        for (unsigned pattern = 0; pattern < 1u << c.p.T; pattern++)
            best = fmin(best, enumerate_active(&c, pattern));
        double cost = solve(&c, JOINT_EXACT);
        cr_assert_float_eq(cost, best, slack(best), "trial %d: %.15g, not %.15g", trial, cost, best);
        mem_free(&c.mem);
    }
}

Test(joint_potentials, exact_equals_all_patterns_of_up_to_eight_steps)
{
    struct rng rng;
    struct instance c;
    rng_seed(&rng, 3, "test");
    for (int trial = 0; trial < 300; trial++) {
        double best = INFINITY;
        draw(&c, &rng, 6 + (size_t)trial % 3);
        for (unsigned pattern = 0; pattern < 1u << c.p.T; pattern++) best = fmin(best, sweep(&c, pattern));
        double cost = solve(&c, JOINT_EXACT);
        cr_assert_float_eq(cost, best, slack(best), "trial %d: %.15g, not %.15g", trial, cost, best);
        mem_free(&c.mem);
    }
}

/* Long sequences: no feasible point near or far costs less; the pattern lies between. */
Test(joint_potentials, cost_less_than_random_feasible_points)
{
    struct rng rng;
    struct instance c;
    size_t gained = 0;
    rng_seed(&rng, 4, "test");
    for (int trial = 0; trial < 200; trial++) {
        double z[T_MAX];
        const size_t T = trial % 10 ? 20 : T_MAX;
        draw(&c, &rng, T);
        double of_pattern = solve(&c, JOINT_PATTERN);
        for (int other = 0; other < 50; other++) {
            double span = pow(10, -other / 6.0);
            for (size_t t = 0; t < T; t++) {
                z[t] = (double)c.z[t] + span * rng_normal(&rng);
                z[t] = (double)c.a[t] >= 0.5 ? fmax(z[t], c.p.on) : fmin(z[t], threshold);
            }
            cr_assert_leq(of_pattern, cost_of(&c, z) + slack(of_pattern));
        }
        for (size_t t = 0; t < T; t++) c.z[t] = R(1e4);
        double exact = solve(&c, JOINT_EXACT);
        cr_assert_leq(exact, of_pattern + slack(exact));
        gained += exact < 0.999 * of_pattern;
        for (int other = 0; other < 50; other++) {
            double span = pow(10, -other / 6.0);
            for (size_t t = 0; t < T; t++) {
                z[t] = (double)c.z[t] + (rng_uniform(&rng) < 0.2 ? span * rng_normal(&rng) : 0);
                if (z[t] > threshold) z[t] = fmax(z[t], c.p.on);
            }
            cr_assert_leq(exact, cost_of(&c, z) + slack(exact));
        }
        mem_free(&c.mem);
    }
    cr_expect_gt(gained, 20, "the exact step should often beat the pattern: %zu", gained);
}

/* One step: the nearer side unless the spike pays. Two steps, the second on, the simulation (0, 0.75): with
 * delta 1/2, y_2 = 1/4 + eps must be reached, r_2 = y_2 / E_2, E_2 = 5/4, r_1 = r_2 / 2. */
Test(joint_potentials, values_by_hand)
{
    struct instance c;
    create(&c, 1, 0.2, 0.5);
    c.g[0] = R(0.25);
    c.a[0] = R(1.0);
    c.z[0] = R(1e4);
    double pattern = solve(&c, JOINT_PATTERN); /* the macros evaluate their arguments twice */
    cr_expect_float_eq(pattern, 0.35 * 0.5625, 1e-4);
    cr_expect_eq((double)c.z[0], c.p.on);
    cr_expect_eq(c.stats.macs, 1 + 2 + 3);
    double exact = solve(&c, JOINT_EXACT);
    cr_expect_float_eq(exact, 0.2 / 2, 1e-12, "silence is cheaper");
    cr_expect_eq((double)c.z[0], 0.25);
    cr_expect_eq(c.stats.macs, 2 * (1 + 2 + 3) + 9 + 5 + 3, "the free end, past both bounds, from the start");
    mem_free(&c.mem);
    create(&c, 2, 100, 0.5);
    c.g[0] = R(0.0);
    c.g[1] = R(0.75);
    c.a[0] = R(0.0);
    c.a[1] = R(1.0);
    for (int method = 0; method < 2; method++) {
        c.z[0] = c.z[1] = R(1e4);
        c.stats.macs = 0;
        solve(&c, (enum joint_method)method);
        if (method == JOINT_PATTERN) cr_expect_eq(c.stats.macs, 2 * (1 + 2 + 3) + 3, "one knot");
        cr_expect_float_eq((double)c.z[0], 0.1 + 0.4e-5, 1e-7);
        cr_expect_eq((double)c.z[1], c.p.on);
    }
    mem_free(&c.mem);
}

/* Many paths at once: the bits of one path at a time; counters and the change recomputed from z. */
Test(joint_potentials, many_paths_are_single_paths)
{
    enum { WIDTH = 21, T = 7 };
    struct rng rng;
    struct instance c, one;
    real g[T * WIDTH], a[T * WIDTH], z[T * WIDTH], start[T * WIDTH];
    double cost[WIDTH], change = 0;
    size_t accepted = 0;
    rng_seed(&rng, 5, "test");
    create(&c, T, 0.5, 0.9);
    create(&one, T, 0.5, 0.9);
    for (size_t i = 0; i < T * WIDTH; i++) {
        g[i] = (real)(0.2 + 0.7 * rng_normal(&rng));
        a[i] = (real)rng_uniform(&rng);
        z[i] = start[i] = (real)rng_normal(&rng);
    }
    joint_potentials_update(&c.p, JOINT_EXACT, WIDTH, g, a, start, NULL, &c.work, &c.stats);
    for (size_t i = 0; i < T * WIDTH; i++)
        if (i % WIDTH < 5) z[i] = start[i]; /* paths 0 to 4 already hold the best point */
    for (size_t i = 0; i < T * WIDTH; i++) start[i] = z[i];
    c.stats = (struct joint_stats){0};
    joint_potentials_update(&c.p, JOINT_PATTERN, WIDTH, g, a, z, cost, &c.work, &c.stats);
    for (size_t i = 0; i < WIDTH; i++) {
        double before[T], after[T], single;
        for (size_t t = 0; t < T; t++) {
            one.g[t] = g[t * WIDTH + i];
            one.a[t] = a[t * WIDTH + i];
            one.z[t] = start[t * WIDTH + i];
            before[t] = (double)start[t * WIDTH + i];
            after[t] = (double)z[t * WIDTH + i];
        }
        joint_potentials_update(&one.p, JOINT_PATTERN, 1, one.g, one.a, one.z, &single, &one.work,
                                &one.stats);
        for (size_t t = 0; t < T; t++) cr_expect_eq((double)one.z[t], after[t]);
        cr_expect_eq(single, cost[i]);
        cr_expect_leq(cost_of(&one, after), cost_of(&one, before) + 1e-12);
        change += cost_of(&one, after) - cost_of(&one, before);
        accepted += after[0] != before[0] || after[T - 1] != before[T - 1];
    }
    cr_expect_float_eq(c.stats.change, change, 1e-11 * (1 + fabs(change)));
    cr_expect_eq(c.stats.accepted, accepted);
    cr_expect_geq(c.stats.rejected, 1, "the pattern cannot beat all of the best points");
    cr_expect_leq(c.stats.rejected, 5);
    cr_expect_eq(c.stats.accepted, one.stats.accepted);
    cr_expect_eq(c.stats.rejected, one.stats.rejected);
    mem_free(&c.mem);
    mem_free(&one.mem);
}

Test(joint_potentials, a_path_that_is_not_a_number_is_left_alone)
{
    struct instance c;
    for (int method = 0; method < 2; method++) {
        create(&c, 4, 1, 0.9);
        for (size_t t = 0; t < 4; t++) c.z[t] = R(0.5);
        c.g[1] = (real)NAN;
        joint_potentials_update(&c.p, (enum joint_method)method, 1, c.g, c.a, c.z, NULL, &c.work, &c.stats);
        cr_expect_eq(c.stats.accepted, 0);
        for (size_t t = 0; t < 4; t++) cr_expect_eq((double)c.z[t], 0.5);
        mem_free(&c.mem);
    }
}

Test(joint_potentials, a_step_over_the_threshold_that_rounds_away_is_refused)
{
    struct mem mem = {0};
    struct joint_potentials p;
    struct error e = {0};
    cr_expect_eq(joint_potentials_create(&p, 3, 1, 1, R(0.9), R(1e12), R(1e-5), &mem, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "1e+12") && strstr(e.text, "1e-05"), "%s", e.text);
    mem_free(&mem);
}
