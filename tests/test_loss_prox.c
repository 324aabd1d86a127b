/* The proximal step of the losses against brute force. */
#include "solvers/proximal/loss_prox.h"
#include "support/rng.h"
#include <criterion/criterion.h>

enum { CLASSES = 10 };

/* Losses in double, written apart from the library. */
static double loss_of(enum loss kind, size_t K, const double *z, size_t label)
{
    double sum = 0, top = z[0];
    for (size_t k = 0; k < K; k++) {
        double side = k == label ? 1 : -1, margin = fmax(0, 1 - side * z[k]);
        top = fmax(top, z[k]);
        if (kind == LOSS_SQUARED) sum += pow(z[k] - (k == label), 2);
        if (kind == LOSS_SQUARED_HINGE) sum += margin * margin;
        if (kind == LOSS_HINGE) sum += margin;
    }
    if (kind != LOSS_CROSS_ENTROPY) return sum;
    for (size_t k = 0; k < K; k++) sum += exp(z[k] - top);
    return log(sum) + top - z[label];
}

static double objective(enum loss kind, size_t K, const double *c, size_t label, double weight,
                        const double *d)
{
    double z[CLASSES] = {0}, pull = 0;
    for (size_t k = 0; k < K; k++) {
        z[k] = c[k] + d[k];
        pull += d[k] * d[k];
    }
    return loss_of(kind, K, z, label) + weight / 2 * pull;
}

/* Minimum over one coordinate by golden section; the objective is convex. */
static double golden(enum loss kind, size_t K, const double *c, size_t label, double weight, const double *d,
                     size_t k, double span)
{
    double trial[CLASSES], lo = d[k] - span, hi = d[k] + span;
    const double ratio = (sqrt(5.0) - 1) / 2;
    for (size_t i = 0; i < K; i++) trial[i] = d[i];
    for (int i = 0; i < 120; i++) {
        double left = hi - ratio * (hi - lo), right = lo + ratio * (hi - lo);
        trial[k] = left;
        double at_left = objective(kind, K, c, label, weight, trial);
        trial[k] = right;
        if (at_left < objective(kind, K, c, label, weight, trial))
            hi = right;
        else
            lo = left;
    }
    trial[k] = (lo + hi) / 2;
    return objective(kind, K, c, label, weight, trial);
}

static const double weights[] = {1e-6, 1e-3, 0.1, 1, 7, 1e3, 1e6};
static const double sizes[] = {0, 0.3, 2, 30, 1e3};

static void check_step(enum loss kind, size_t K, const double *c, size_t label, double weight,
                       struct rng *rng)
{
    double d[CLASSES], work[4 * CLASSES];
    size_t steps = 0;
    cr_assert(loss_prox(kind, K, c, (int)label, weight, d, work, &steps), "%s K %zu weight %g c0 %g",
              loss_names[kind], K, weight, c[0]);
    double best = objective(kind, K, c, label, weight, d), slack = 1e-12 * (1 + best);
    for (size_t k = 0; k < K; k++)
        cr_assert_leq(best, golden(kind, K, c, label, weight, d, k, 1 + fabs(d[k])) + slack,
                      "%s weight %g class %zu", loss_names[kind], weight, k);
    for (int trial = 0; trial < 20; trial++) {
        double other[CLASSES], span = pow(10, 3 - trial / 2);
        for (size_t k = 0; k < K; k++) other[k] = d[k] + span * rng_normal(rng);
        cr_assert_leq(best, objective(kind, K, c, label, weight, other) + slack, "%s", loss_names[kind]);
    }
}

Test(loss_prox, is_the_minimum)
{
    struct rng rng;
    rng_seed(&rng, 1, "test");
    for (int kind = 0; loss_names[kind]; kind++)
        for (size_t K = 2; K <= CLASSES; K++)
            for (size_t w = 0; w < sizeof weights / sizeof *weights; w++)
                for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                    double c[CLASSES];
                    for (size_t k = 0; k < K; k++) c[k] = sizes[s] * (2 * rng_uniform(&rng) - 1);
                    check_step((enum loss)kind, K, c, rng_below(&rng, K), weights[w], &rng);
                }
}

/* weight d = -grad loss(z*), z* recomputed: the losses with a gradient. */
Test(loss_prox, is_stationary)
{
    struct rng rng;
    size_t steps = 0, solves = 0, worst = 0;
    rng_seed(&rng, 2, "test");
    for (int trial = 0; trial < 20000; trial++) {
        size_t K = 2 + rng_below(&rng, CLASSES - 1), label = rng_below(&rng, K), before = steps;
        double c[CLASSES], d[CLASSES], work[4 * CLASSES], sum = 0, top = -INFINITY, norm = 0;
        double weight = pow(10, 12 * rng_uniform(&rng) - 6), size = pow(10, 6 * rng_uniform(&rng) - 3);
        for (size_t k = 0; k < K; k++) c[k] = size * (2 * rng_uniform(&rng) - 1);
        if (trial % 3 == 0) c[rng_below(&rng, K)] = 1e3;
        if (trial % 5 == 0) c[label] = -1e3;
        cr_assert(loss_prox(LOSS_CROSS_ENTROPY, K, c, (int)label, weight, d, work, &steps), "weight %g",
                  weight);
        for (size_t k = 0; k < K; k++) top = fmax(top, c[k] + d[k]);
        for (size_t k = 0; k < K; k++) sum += exp(c[k] + d[k] - top);
        for (size_t k = 0; k < K; k++)
            norm += pow(weight * d[k] + exp(c[k] + d[k] - top) / sum - (k == label), 2);
        cr_assert_leq(sqrt(norm), 1.01 * LOSS_PROX_GRADIENT, "weight %g", weight);
        solves++;
        worst = steps - before > worst ? steps - before : worst;
    }
    cr_log_info("Newton steps: %.2f on average, %zu at most", (double)steps / (double)solves, worst);
    cr_expect_leq(worst, 60);
}

/* By hand: weight 1, class 0 of 2, c = (0, 0). */
Test(loss_prox, values_by_hand)
{
    double c[] = {0, 0}, d[2], work[8];
    size_t steps = 0;
    cr_expect(loss_prox(LOSS_SQUARED, 2, c, 0, 1, d, work, &steps));
    cr_expect_float_eq(d[0], 2.0 / 3, 1e-15);
    cr_expect_eq(d[1], 0);
    cr_expect(loss_prox(LOSS_SQUARED_HINGE, 2, c, 0, 1, d, work, &steps));
    cr_expect_float_eq(d[1], -2.0 / 3, 1e-15);
    cr_expect(loss_prox(LOSS_HINGE, 2, c, 0, 1, d, work, &steps));
    cr_expect_eq(d[0], 1);
    cr_expect(loss_prox(LOSS_HINGE, 2, c, 0, 4, d, work, &steps));
    cr_expect_eq(d[0], 0.25);
    cr_expect_eq(steps, 0, "closed forms take no Newton step");
}

Test(loss_prox, tells_what_it_cannot_solve)
{
    double bad[] = {NAN, INFINITY}, d[3], work[12];
    for (int kind = 0; loss_names[kind]; kind++)
        for (int i = 0; i < 2; i++) {
            double c[] = {0, bad[i], 1};
            size_t steps = 0;
            cr_expect_not(loss_prox((enum loss)kind, 3, c, 0, 1, d, work, &steps), "%s", loss_names[kind]);
        }
}
