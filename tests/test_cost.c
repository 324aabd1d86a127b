/* What training costs: passes counted by hand, and a clock that diagnostics do not spoil. */
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* Passes per training sample of one step, for the net 6-24-9-3: 144 + 216 + 27 = 387 weights. */
struct count {
    char solver[24], options[100]; /* options: "key=value ..." */
    double steps;                  /* steps before the one that counts */
    double forward, backward;
};

/* Of the spikes of layer 1 (W_2, 9 rows of 24) and of layer 2 (W_3, 3 rows of 9) both are solved for by
 * Woodbury's identity, which takes W_2 and W_3 once more each way. */
#define ABOVE (243.0 / 387)

ParameterizedTestParameters(cost, passes_by_hand)
{
    static struct count counts[] = {
        {"bptt", "batch=40", 0, 1, 1},
        {"lfp", "batch=40", 0, 1, 1},
        {"forward_forward", "batch=40", 0, 2, 2}, /* positive and negative samples */
        {"exact_spike_time", "batch=40", 0, 1, 1},
        {"random_features", "kappa=0.01", 0, 1, 0},
        {"random_features", "kappa=0", 0, 1 + 6.0 / 40, 0}, /* the ridge is chosen on 6 more samples */
        {"forward_mode", "directions=3 estimator=jvp", 0, 1 + 3, 0},
        {"forward_mode", "directions=3 estimator=weight_perturbation", 0, 2 * 3, 0},
        {"forward_mode", "directions=3 estimator=stein direction=gaussian", 0, 1 + 3, 0},
        {"forward_mode", "directions=3 estimator=weight_perturbation scope=layer", 0, 2 * 3 * 3, 0},
        {"admm", "box=clip", 0, 1 + ABOVE, 1 + 1},
        {"admm", "box=clip layer_order=backward", 0, 1 + ABOVE, 1 + 1},
        {"admm", "penalties=adaptive", 0, 1 + ABOVE, 2 + 1},
        {"admm", "restart_every=2", 1, 1 + ABOVE, 1 + 1},
        {"admm", "restart_every=2", 2, 1 + 1 + ABOVE, 1 + 1},
        {"admm_joint", "", 0, 1 + ABOVE, 1 + 1},
        {"admm_linearized", "", 0, 1 + ABOVE, 1 + 1},
        {"admm_hybrid", "", 0, 1 + ABOVE, 1 + 1},
        {"admm_resync", "batch=15", 0, 1, 1},
        {"admm_anderson", "base=admm_resync", 0, 1, 1}, /* nothing to extrapolate from yet */
        {"admm_anderson", "base=admm_resync", 3, 1 + 2, 1},
        {"admm_anderson", "base=admm", 3, 1 + ABOVE + 1, 1 + 1},
    };
    return cr_make_param_array(struct count, counts, sizeof counts / sizeof *counts);
}

static void begin(struct toy_training *t, const char *solver, const char *options, int width_2)
{
    char copy[100], *rest = copy;
    toy_data_create(&t->data, 40, 6, 6, 3, 4);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){2, {24, width_2}};
    (void)snprintf(copy, sizeof copy, "%s", options);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        toy_training_set(t, word, value);
    }
    toy_training_init(t, 2);
}

static struct step_report step(struct toy_training *t, bool measure)
{
    struct step_report r = {.measure = measure};
    struct error e = {0};
    cr_assert_eq(t->solver->step(t->state, &r, &e), ST_OK, "%s", e.text);
    return r;
}

ParameterizedTest(struct count *c, cost, passes_by_hand)
{
    struct toy_training t = {0};
    begin(&t, c->solver, c->options, 9);
    for (double k = 0; k < c->steps; k++) (void)step(&t, false);
    struct step_report r = step(&t, false);
    double N = (double)t.env.train.n;
    cr_assert_eq(N, 40.0);
    cr_expect_eq(t.env.validation.n, (size_t)6);
    cr_expect_float_eq(r.forward_passes / N, c->forward, 1e-12, "%s %s: %g forward, not %g", c->solver,
                       c->options, r.forward_passes / N, c->forward);
    cr_expect_float_eq(r.backward_passes / N, c->backward, 1e-12, "%s %s: %g backward, not %g", c->solver,
                       c->options, r.backward_passes / N, c->backward);
    toy_training_free(&t);
}

/* Where the layer above is not narrow, Cholesky solves without a further product; the box takes many. */
Test(cost, spike_solves_of_admm)
{
    struct toy_training chol = {0}, box = {0};
    begin(&chol, "admm", "box=clip", 20); /* W_2: 20 rows of 24; W_3: 3 rows of 20 */
    struct step_report r = step(&chol, false);
    cr_expect_float_eq(r.forward_passes / 40, 1 + 60.0 / (144 + 480 + 60), 1e-12);
    cr_expect_float_eq(r.backward_passes / 40, 1 + 60.0 / (480 + 60), 1e-12);
    begin(&box, "admm", "box=exact", 20);
    r = step(&box, false);
    /* at least a check in every layer; single precision may leave it at that */
    cr_expect_geq(r.forward_passes / 40, 1 + 540.0 / 684);
    cr_expect_geq(r.backward_passes / 40, 1 + 1);
    cr_expect_float_eq((r.forward_passes / 40 - 1) * 684, (r.backward_passes / 40 - 1) * 540, 1e-6);
    toy_training_free(&chol);
    toy_training_free(&box);
}

/* A clock for a thread that gets a processor a quarter of the time. */
struct slow_clock {
    double wall;
    struct step_time taken_off;
};

static struct step_time slow_now(void *clock)
{
    struct slow_clock *c = clock;
    c->wall += 1;
    return (struct step_time){c->wall, c->wall / 4};
}

static void slow_discount(void *clock, struct step_time length)
{
    struct slow_clock *c = clock;
    c->taken_off.wall += length.wall;
    c->taken_off.cpu += length.cpu;
}

/* Diagnostics inside the tasks of a pool take off the CPU time that they used, not the time that they waited.
 */
Test(cost, diagnostics_take_off_cpu_time_not_waiting)
{
    struct toy_training t = {0};
    struct slow_clock clock = {0};
    struct step_report r = {.measure = true, .now = slow_now, .discount = slow_discount, .clock = &clock};
    begin(&t, "admm", "box=clip", 9);
    cr_assert_eq(t.solver->step(t.state, &r, NULL), ST_OK);
    cr_expect_gt(clock.taken_off.wall, 0);
    cr_expect_leq(clock.taken_off.wall, clock.wall);
    cr_expect_eq(clock.taken_off.cpu, clock.taken_off.wall / 4);
    toy_training_free(&t);
}

Test(cost, a_discount_is_shared_by_threads_in_wall_seconds_only)
{
    struct slow_clock clock = {0};
    struct step_report r = {.now = slow_now, .discount = slow_discount, .clock = &clock};
    struct step_time sum = {0, 0};
    struct step_time since = step_now(&r);
    (void)step_now(&r);
    step_spent(&r, since, &sum);
    cr_expect(sum.wall == 2 && sum.cpu == 0.5);
    step_discount(&r, sum, 4);
    cr_expect(clock.taken_off.wall == 0.5 && clock.taken_off.cpu == 0.5);
    step_spent(NULL, step_now(NULL), &sum); /* without a clock nothing is measured */
    cr_expect(sum.wall == 2 && sum.cpu == 0.5);
}
