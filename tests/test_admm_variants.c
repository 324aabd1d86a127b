/* The blocks that the variants of ADMM add, against the Lagrangian by brute force: linearised steps, the
 * joint readout step with every loss and multiplier. */
#include "solvers/admm/admm_family.h"
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

static struct admm_settings settings(void)
{
    return (struct admm_settings){.rho = 0.7,
                                  .rho_out = 0.3,
                                  .beta = 0.4,
                                  .weights = WEIGHTS_RIDGE,
                                  .kappa = 0.05,
                                  .box = BOX_NONE,
                                  .multiplier = MULTIPLIER_LAST};
}

Test(admm_variants, largest_eigenvalue_is_bounded_from_above)
{
    struct rng rng;
    rng_seed(&rng, 3, "eigen");
    for (size_t n = 1; n <= 40; n += 3) {
        struct mem m = {0};
        struct pinv p;
        size_t rank = 1 + n / 2, products = 0;
        real *a = mem_reals(&m, n * n, NULL), *work = mem_reals(&m, 2 * n, NULL);
        cr_assert_eq(pinv_create(&p, n, 1, &m, NULL), ST_OK);
        for (size_t r = 0; r < rank; r++) {
            real v[40];
            for (size_t i = 0; i < n; i++) v[i] = (real)rng_normal(&rng);
            for (size_t j = 0; j < n; j++)
                for (size_t i = 0; i < n; i++) a[j * n + i] += v[i] * v[j];
        }
        memcpy(p.q, a, n * n * sizeof *a);
        cr_assert_eq(pinv_factor(&p, 0, NULL), ST_OK);
        double largest = (double)p.w[n - 1], bound = largest_eigenvalue(n, a, work, &products);
        cr_expect_geq(bound, largest * (1 - 10 * REAL_EPSILON), "order %zu: %g, not %g", n, bound, largest);
        cr_expect_leq(bound, largest * 1.01, "order %zu: %g, not %g", n, bound, largest);
        mem_free(&m);
    }
    real zero[4] = {0}, work[4];
    size_t products = 0;
    cr_expect_eq(largest_eigenvalue(2, zero, work, &products), 0.0);
    cr_expect_eq(products, (size_t)1);
}

struct size_case {
    size_t hidden, T;
};
static struct size_case cases[] = {{1, 1}, {1, 2}, {1, 4}, {2, 1}, {2, 3}, {3, 1}, {3, 2}, {3, 4}};
enum { N_CASES = sizeof cases / sizeof *cases };

/* A majorised step lowers the Lagrangian by at least |gradient|^2 / (2 Lipschitz constant). */
ParameterizedTestParameters(admm_variants, linearised_weights_descend)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm_variants, linearised_weights_descend)
{
    struct toy toy;
    struct admm_settings set = settings();
    set.linear_weights = set.linear_readout = true;
    toy_create(&toy, c->hidden, c->T, set);
    toy.admm.measure = true;
    for (size_t l = 1; l <= toy.net.L; l++) {
        size_t size = toy.net.n[l] * toy.net.n[l - 1];
        double change = 0, before = toy_lagrangian(&toy), gradient2 = 0;
        for (size_t i = 0; i < size; i++) gradient2 += pow(toy_slope(&toy, &toy.net.W[l][i]), 2.0);
        cr_assert_eq(admm_update_weights(&toy.admm, l, &change, NULL), ST_OK);
        double after = toy_lagrangian(&toy), lipschitz = toy.admm.rho[l] * toy.admm.weight[l].lipschitz;
        cr_expect_gt(gradient2, 0.0);
        cr_expect_leq(after,
                      before - 0.5 * gradient2 / lipschitz * REAL_SELECT(1 - 1e-6, 0.9) +
                          SAME * (1 + fabs(before)),
                      "layer %zu: %g to %g", l, before, after);
        cr_expect_lt(fabs(change - (after - before)), SAME * (1 + fabs(before)));
        cr_expect(isnan(toy.admm.backward_w[l]), "nothing was solved");
    }
    toy_free(&toy);
}

/* inner steps on one set of sums are as many updates with nothing else moved in between, and lead to the
 * least squares' solution. */
Test(admm_variants, inner_steps_are_repeated_updates)
{
    struct toy one, many, solved;
    struct admm_settings set = settings();
    set.linear_weights = set.linear_readout = true;
    toy_create(&one, 2, 3, set);
    set.inner = 4;
    toy_create(&many, 2, 3, set);
    set = settings();
    set.weights = WEIGHTS_PINV;
    toy_create(&solved, 2, 3, set);
    for (size_t l = 1; l <= one.net.L; l++) {
        size_t bytes = one.net.n[l] * one.net.n[l - 1] * sizeof(real);
        double change = 0;
        for (int k = 0; k < 4; k++) cr_assert_eq(admm_update_weights(&one.admm, l, &change, NULL), ST_OK);
        cr_assert_eq(admm_update_weights(&many.admm, l, &change, NULL), ST_OK);
        cr_expect_eq(memcmp(one.net.W[l], many.net.W[l], bytes), 0, "layer %zu", l);
        many.admm.set.inner = 20000;
        cr_assert_eq(admm_update_weights(&many.admm, l, &change, NULL), ST_OK);
        many.admm.set.inner = 4;
        cr_assert_eq(admm_update_weights(&solved.admm, l, &change, NULL), ST_OK);
        double reached = toy_lagrangian(&many), least = toy_lagrangian(&solved);
        cr_expect_lt(reached - least, REAL_SELECT(1e-6, 1e-3) * (1 + fabs(least)), "layer %zu: %g, not %g", l,
                     reached, least);
        memcpy(one.net.W[l], many.net.W[l], bytes);
        one.admm.fresh[l] = false;
        admm_refresh(&one.admm, l);
    }
    toy_free(&one);
    toy_free(&many);
    toy_free(&solved);
}

ParameterizedTestParameters(admm_variants, linearised_spikes_descend)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm_variants, linearised_spikes_descend)
{
    for (int clip = 0; clip < 2; clip++) {
        struct toy toy;
        struct admm_settings set = settings();
        set.linear_spikes = set.linear_last_spikes = true;
        set.box = clip ? BOX_CLIP : BOX_NONE;
        toy_create(&toy, c->hidden, c->T, set);
        toy.admm.measure = true;
        for (size_t l = 1; l < toy.net.L; l++) {
            struct admm_sums sums = {0};
            size_t size = toy.net.n[l] * c->T * TOY_N, step = toy.net.n[l] * TOY_N;
            double before = toy_lagrangian(&toy), fall = 0;
            double gradient[7 * 4 * TOY_N];
            for (size_t i = 0; i < size; i++) gradient[i] = toy_slope(&toy, toy.admm.a[l] + i);
            toy_update_spikes(&toy, l, &sums);
            double after = toy_lagrangian(&toy);
            for (size_t i = 0; i < size; i++) {
                double lipschitz = toy.admm.spike[l][i / step + 1 == c->T].lipschitz;
                fall += 0.5 * gradient[i] * gradient[i] / lipschitz;
            }
            cr_expect_lt(fabs(sums.change_a - (after - before)), SAME * (1 + fabs(before)));
            cr_expect_leq(after, before + SAME * (1 + fabs(before)), "layer %zu", l);
            if (!clip)
                cr_expect_leq(after, before - fall * REAL_SELECT(1 - 1e-6, 0.9) + SAME * (1 + fabs(before)));
        }
        toy_free(&toy);
    }
}

ParameterizedTestParameters(admm_variants, joint_readout_is_stationary)
{
    return cr_make_param_array(struct size_case, cases, N_CASES);
}
ParameterizedTest(struct size_case *c, admm_variants, joint_readout_is_stationary)
{
    const enum loss losses[] = {LOSS_SQUARED, LOSS_CROSS_ENTROPY, LOSS_SQUARED_HINGE};
    for (int m = MULTIPLIER_OFF; m <= MULTIPLIER_ALL; m++)
        for (size_t k = 0; k < 3; k++) {
            struct toy toy;
            struct admm_settings set = settings();
            struct admm_sums sums = {0};
            set.output = OUTPUT_JOINT;
            set.multiplier = (enum joint_multiplier)m;
            toy_create(&toy, c->hidden, c->T, set);
            toy.net.loss = losses[k];
            toy.admm.measure = true;
            size_t L = toy.net.L;
            admm_refresh(&toy.admm, L);
            double before = toy_lagrangian(&toy);
            admm_update_output(&toy.admm, 0, &toy.admm.work[0], &sums);
            double after = toy_lagrangian(&toy);
            cr_expect_leq(after, before + SAME * (1 + fabs(before)));
            cr_expect_lt(fabs(sums.change_z - (after - before)), SAME * (1 + fabs(before)));
            cr_expect_eq(sums.unsolved, 0.0);
            for (size_t t = 0; t < c->T; t++)
                for (size_t n = 0; n < TOY_N; n++)
                    for (size_t i = 0; i < TOY_CLASSES; i++) {
                        double slope = toy_slope(&toy, toy_z(&toy, L, t, n, i));
                        /* differences over h = 1e-3 are off by h^2, by h across the hinge's kink */
                        cr_expect_lt(fabs(slope),
                                     losses[k] == LOSS_SQUARED ? SLOPE : REAL_SELECT(1e-3, SLOPE),
                                     "loss %zu multiplier %d t %zu: %g", k, m, t, slope);
                    }
            if (m == MULTIPLIER_OFF) {
                admm_update_multiplier(&toy.admm);
            } else {
                /* the multiplier's ascent step by definition, before it is made */
                double lambda[TOY_N * TOY_CLASSES], residual[TOY_N * TOY_CLASSES];
                set = toy.admm.set;
                toy.admm.set.multiplier = MULTIPLIER_LAST; /* d Lagrangian / d lambda_T is r_T */
                for (size_t i = 0; i < TOY_N * TOY_CLASSES; i++) {
                    lambda[i] = (double)toy.admm.lambda[i];
                    residual[i] = toy_slope(&toy, &toy.admm.lambda[i]);
                }
                toy.admm.set = set;
                admm_update_multiplier(&toy.admm);
                for (size_t i = 0; i < TOY_N * TOY_CLASSES; i++)
                    cr_expect_lt(fabs((double)toy.admm.lambda[i] - (lambda[i] + 0.3 * residual[i])), SLOPE);
            }
            toy_free(&toy);
        }
}

static double metric(struct admm_solver *s, const char *name)
{
    double values[128];
    struct metric_sink sink = {&solver_admm.metrics, s->blocks.L, values, false};
    char column[64];
    metric_clear(&sink);
    admm_family_report(s, &sink);
    cr_expect_not(sink.bad);
    for (size_t k = 0; k < metric_count(sink.table, sink.L); k++) {
        metric_column(sink.table, sink.L, k, column, sizeof column);
        if (strcmp(column, name) == 0) return values[k];
    }
    return NAN;
}

/* After each iteration of the solver as the runner drives it, the Lagrangian that it reports is the toy's. */
Test(admm_variants, reported_lagrangian_is_that_of_the_iterate)
{
    struct toy toy;
    struct admm_options o;
    void *state = NULL;
    toy_create(&toy, 2, 3, settings());
    cr_assert_eq(opt_defaults(&solver_admm.options, &o, NULL), ST_OK);
    o.rho = toy.admm.rho[1] = toy.admm.rho[2] = 2;
    o.rho_out = toy.admm.rho[3] = 0.5;
    o.beta = toy.admm.set.beta = 3;
    o.kappa = 0.1;
    o.warmup = 1;
    cr_assert_eq(solver_admm.create(&solver_admm, &state, &o, &toy.shapes, &toy.mem, NULL), ST_OK);
    cr_assert_eq(solver_admm.start(state, &toy.env, NULL), ST_OK);
    struct admm_solver *s = state;
    for (size_t k = 0; k < 4; k++) {
        struct step_report r = {0};
        cr_assert_eq(solver_admm.step(s, &r, NULL), ST_OK);
        for (size_t l = 1; l <= 3; l++) {
            size_t size = toy.net.n[l] * 3 * TOY_N * sizeof(real);
            memcpy(toy.admm.z[l], s->blocks.z[l], size);
            if (l < 3) memcpy(toy.admm.a[l], s->blocks.a[l], size);
        }
        memcpy(toy.admm.lambda, s->blocks.lambda, TOY_N * TOY_CLASSES * sizeof(real));
        double brute = toy_lagrangian(&toy);
        cr_expect_lt(fabs(metric(s, "lagrangian") - brute), SAME * (1 + fabs(brute)), "iteration %zu", k);
    }
    toy_free(&toy);
}
