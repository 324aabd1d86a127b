/* The blocks that the variants of ADMM add, against the Lagrangian by brute force: linearised steps, the
 * joint readout step with every loss and multiplier, over-relaxation, penalty schedules, restarts. */
#include "solvers/admm/admm_family.h"
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
                                  .multiplier = MULTIPLIER_LAST,
                                  .relaxation = 1};
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

static void update_spikes(struct toy *toy, size_t l, struct admm_sums *sums)
{
    struct admm *s = &toy->admm;
    admm_refresh(s, l);
    cr_assert_eq(admm_factor_spikes(s, l, NULL), ST_OK);
    admm_spikes_prepare(s, l, 0, &s->work[0]);
    if (s->T > 1) admm_update_spikes(s, l, 0, 0, s->T - 1, &s->work[0], sums);
    admm_update_spikes(s, l, 0, s->T - 1, s->T, &s->work[0], sums);
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
            update_spikes(&toy, l, &sums);
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

/* With over-relaxation alpha the readout's input is alpha v + (1 - alpha) u, u the dynamics' left side
 * before. */
Test(admm_variants, over_relaxation_by_its_definition)
{
    struct toy toy;
    struct admm_settings set = settings();
    struct admm_sums sums = {0};
    const double alpha = 1.6, rho = 0.3;
    set.relaxation = alpha;
    toy_create(&toy, 1, 1, set);
    admm_refresh(&toy.admm, 2);
    for (size_t i = 0; i < TOY_N * TOY_CLASSES; i++) {
        double u = (double)toy.admm.z[2][i], v = (double)toy.admm.v[2][i],
               lambda = (double)toy.admm.lambda[i];
        double hat = alpha * v + (1 - alpha) * u, y = (size_t)toy.labels[i / TOY_CLASSES] == i % TOY_CLASSES;
        double z = (rho * hat + 2 * y - lambda) / (2 + rho);
        if (i == 0) {
            admm_update_output(&toy.admm, 0, &toy.admm.work[0], &sums);
            cr_expect_lt(fabs((double)toy.admm.z[2][0] - z), REAL_SELECT(1e-12, 1e-5));
            admm_update_multiplier(&toy.admm);
            cr_expect_lt(fabs((double)toy.admm.lambda[0] - (lambda + rho * (z - hat))),
                         REAL_SELECT(1e-12, 1e-5));
        }
    }
    toy_free(&toy);
}

static struct admm_solver *family(struct toy *toy, struct admm_options *o)
{
    struct admm_solver *s = NULL;
    const struct admm_settings set = admm_settings_of(o);
    cr_assert_eq(admm_family_create(&s, o, &set, &toy->env, NULL), ST_OK);
    return s;
}

static struct admm_options options(int penalties)
{
    return (struct admm_options){.rho = 2,
                                 .rho_out = 0.5,
                                 .beta = 3,
                                 .kappa = 0.1,
                                 .multiplier = MULTIPLIER_LAST,
                                 .penalties = penalties,
                                 .growth = 2,
                                 .growth_limit = 5,
                                 .flip_gain = 0.7,
                                 .window = 0.5};
}

Test(admm_variants, penalties_grow_to_their_limit)
{
    struct toy toy;
    toy_create(&toy, 2, 2, settings());
    struct admm_options o = options(PENALTIES_GEOMETRIC);
    struct admm_solver *s = family(&toy, &o);
    const double factors[] = {2, 4, 5, 5};
    for (size_t k = 0; k < 4; k++) {
        admm_penalties_advance(s);
        cr_expect_float_eq(s->blocks.rho[1], 2 * factors[k], 1e-12);
        cr_expect_float_eq(s->blocks.rho[3], 0.5 * factors[k], 1e-12);
        cr_expect_float_eq(s->blocks.beta[2], 3 * factors[k], 1e-12);
    }
    admm_family_free(s);
    toy_free(&toy);
}

Test(admm_variants, balancing_follows_the_larger_residual)
{
    struct toy toy;
    toy_create(&toy, 1, 2, settings());
    struct admm_options o = options(PENALTIES_BALANCING);
    struct admm_solver *s = family(&toy, &o);
    admm_refresh(&s->blocks, 2);
    for (size_t i = 0; i < TOY_CLASSES * TOY_N * 2; i++) s->blocks.z[2][i] += 1; /* a primal residual */
    s->dual = 1e-6;
    admm_penalties_advance(s);
    cr_expect_float_eq(s->blocks.rho[2], 1.0, 1e-12, "primal is larger: rho doubles");
    s->dual = 1e6;
    for (int k = 0; k < 6; k++) admm_penalties_advance(s);
    cr_expect_float_eq(s->blocks.rho[2], 0.1, 1e-12, "dual is larger: rho falls to its limit");
    s->dual = NAN; /* warm-up */
    admm_penalties_advance(s);
    cr_expect_float_eq(s->blocks.rho[2], 0.1, 1e-12);
    cr_expect_eq(s->blocks.rho[1], 2.0, "only the constrained layer's");
    admm_family_free(s);
    toy_free(&toy);
}

/* p is minus the slope of the Lagrangian in a_l, but for the terms of layer l itself. */
Test(admm_variants, adaptive_penalties_are_those_of_the_gain)
{
    struct toy toy;
    toy_create(&toy, 2, 3, settings());
    struct admm_options o = options(PENALTIES_ADAPTIVE);
    o.growth_limit = 1e6;
    struct admm_solver *s = family(&toy, &o);
    for (size_t l = 1; l <= 3; l++) {
        size_t size = toy.net.n[l] * 3 * TOY_N;
        memcpy(s->blocks.z[l], toy.admm.z[l], size * sizeof(real));
        if (l < 3) memcpy(s->blocks.a[l], toy.admm.a[l], size * sizeof(real));
        s->blocks.fresh[l] = false;
        toy.admm.rho[l] = s->blocks.rho[l];
    }
    memcpy(s->blocks.lambda, toy.admm.lambda, TOY_N * TOY_CLASSES * sizeof(real));
    for (size_t l = 1; l < 3; l++) {
        double sum = 0, rho = toy.admm.rho[l];
        size_t size = toy.net.n[l] * 3 * TOY_N;
        toy.admm.rho[l] = toy.admm.beta[l] = 0;
        for (size_t i = 0; i < size; i++) sum += pow(toy_slope(&toy, toy.admm.a[l] + i), 2.0);
        toy.admm.rho[l] = rho;
        double rms = sqrt(sum / (double)size);
        admm_penalties_adapt(s, l);
        cr_expect_lt(fabs(s->blocks.beta[l] / (0.7 * rms) - 1), REAL_SELECT(1e-6, 1e-1),
                     "layer %zu: %g, not %g", l, s->blocks.beta[l], 0.7 * rms);
        cr_expect_float_eq(s->blocks.rho[l], s->blocks.beta[l] / 0.25, 1e-9 * s->blocks.rho[l]);
        s->blocks.rho[l] = rho;
    }
    admm_family_free(s);
    toy_free(&toy);
}

Test(admm_variants, a_restart_has_no_residuals)
{
    struct toy toy;
    struct admm_point p;
    toy_create(&toy, 2, 4, settings());
    struct admm_options o = options(PENALTIES_CONSTANT);
    o.restart_every = 2;
    struct admm_solver *s = family(&toy, &o);
    struct step_report r = {0};
    for (int k = 0; k < 2; k++) cr_assert_eq(admm_family_step(s, &r, NULL), ST_OK);
    admm_measure(&s->blocks, &p);
    cr_expect_gt(p.dynamics[1] + p.dynamics[2], 1e-3, "two iterations leave a residual");
    double gap[NET_MAX_LAYERS + 1];
    admm_family_restart(s);
    admm_measure(&s->blocks, &p);
    for (size_t l = 1; l <= 3; l++) cr_expect_lt(p.dynamics[l], 10 * REAL_EPSILON);
    admm_spike_gap(&s->blocks, gap);
    cr_expect_eq(gap[1] + gap[2], 0.0);
    admm_family_free(s);
    toy_free(&toy);
}

/* What alpha solves for must not depend on alpha: with W and a fixed, z_L and lambda end at the same point.
 */
Test(admm_variants, over_relaxation_keeps_the_fixed_point)
{
    const enum joint_multiplier kinds[] = {MULTIPLIER_LAST, MULTIPLIER_ALL};
    for (size_t m = 0; m < 2; m++) {
        double end[2];
        for (size_t k = 0; k < 2; k++) {
            struct toy toy;
            struct admm_settings set = settings();
            struct admm_sums sums = {0};
            set.output = OUTPUT_JOINT;
            set.multiplier = kinds[m];
            set.relaxation = k ? 1.6 : 1.0;
            toy_create(&toy, 1, 4, set);
            for (int i = 0; i < 400; i++) {
                admm_refresh(&toy.admm, 2);
                admm_update_output(&toy.admm, 0, &toy.admm.work[0], &sums);
                admm_update_multiplier(&toy.admm);
            }
            end[k] = toy_lagrangian(&toy);
            toy_free(&toy);
        }
        cr_expect_float_eq(end[0], end[1], REAL_SELECT(1e-6, 1e-2) * fabs(end[0]), "%g, not %g", end[1],
                           end[0]);
    }
}

/* From a consistent start the gain is rounding noise: the penalties must not follow it. */
Test(admm_variants, adaptive_penalties_survive_a_consistent_start)
{
    struct toy toy;
    toy_create(&toy, 2, 4, settings());
    struct admm_options o = options(PENALTIES_ADAPTIVE);
    struct admm_solver *s = family(&toy, &o);
    struct step_report r = {0};
    struct error e = {0};
    for (int k = 0; k < 3; k++) cr_assert_eq(admm_family_step(s, &r, &e), ST_OK, "%s", e.text);
    for (size_t l = 1; l <= 2; l++) {
        cr_expect_geq(s->blocks.beta[l], 3.0 / 5 * (1 - 1e-12), "within growth_limit of beta");
        cr_expect_leq(s->blocks.beta[l], 3.0 * 5 * (1 + 1e-12));
    }
    admm_family_free(s);
    toy_free(&toy);
}

static double metric(struct admm_solver *s, const char *name)
{
    double values[128];
    struct metric_sink sink = {admm_metrics, ADMM_N_METRICS, s->blocks.L, values, false};
    char column[64];
    metric_clear(&sink);
    admm_family_report(s, &sink);
    for (size_t k = 0; k < metric_count(sink.metrics, sink.n_metrics, sink.L); k++) {
        metric_column(sink.metrics, sink.n_metrics, sink.L, k, column, sizeof column);
        if (strcmp(column, name) == 0) return values[k];
    }
    return NAN;
}

/* After an iteration the columns hold the penalties that it used, and so does the Lagrangian: iteration k of
 * a geometric schedule has the start's times growth^k. */
Test(admm_variants, what_is_reported_has_the_penalties_that_were_used)
{
    struct toy toy;
    toy_create(&toy, 2, 3, settings());
    struct admm_options o = options(PENALTIES_GEOMETRIC);
    struct admm_solver *s = family(&toy, &o);
    struct step_report r = {0};
    const double factors[] = {1, 2, 4, 5, 5};
    for (size_t k = 0; k < 5; k++) {
        cr_assert_eq(admm_family_step(s, &r, NULL), ST_OK);
        cr_expect_float_eq(metric(s, "rho_1"), 2 * factors[k], 1e-12);
        cr_expect_float_eq(metric(s, "rho_2"), 2 * factors[k], 1e-12);
        cr_expect_float_eq(metric(s, "beta_2"), 3 * factors[k], 1e-12);
        cr_expect_float_eq(metric(s, "rho_out"), 0.5 * factors[k], 1e-12);
        for (size_t l = 1; l <= 3; l++) {
            size_t size = toy.net.n[l] * 3 * TOY_N * sizeof(real);
            memcpy(toy.admm.z[l], s->blocks.z[l], size);
            if (l < 3) memcpy(toy.admm.a[l], s->blocks.a[l], size);
            toy.admm.rho[l] = (l < 3 ? 2 : 0.5) * factors[k];
            toy.admm.beta[l] = 3 * factors[k];
        }
        memcpy(toy.admm.lambda, s->blocks.lambda, TOY_N * TOY_CLASSES * sizeof(real));
        double brute = toy_lagrangian(&toy);
        cr_expect_lt(fabs(metric(s, "lagrangian") - brute), SAME * (1 + fabs(brute)), "iteration %zu", k);
    }
    admm_family_free(s);
    toy_free(&toy);
}
