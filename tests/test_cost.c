/* What training costs: passes and operations counted by hand, and a clock that diagnostics do not spoil. */
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

/* The net 6-24-9-3: 144 + 216 + 27 = 387 weights. */
enum { W1 = 144, W2 = 216, W3 = 27, WEIGHTS = W1 + W2 + W3 };

/* One step: passes per training sample, and multiply-accumulates per list entry, per column (40 samples x 6
 * steps), per sum of the squared lengths of the lists (layer 1's Gram matrix), and once. */
struct count {
    char solver[24], options[100]; /* options: "key=value ..." */
    double steps;                  /* steps before the one that counts */
    double forward, backward, spikes;
    double entry, column, square, once;
};

/* ADMM. Of the spikes of layer 1 (W_2, 9 rows of 24) and of layer 2 (W_3, 3 rows of 9) both are solved for by
 * Woodbury's identity, which takes W_2 and W_3 once more each way. */
#define ABOVE (243.0 / 387)
/* Gram matrices of 24 and 9 inputs; their factors; solves with 24, 9 and 3 rows. */
#define GRAMS   (24 * 24 / 2.0 + 9 * 9 / 2.0)
#define FACTORS (24 * 24 * 24 / 6.0 + 9 * 9 * 9 / 6.0)
#define SOLVES  (24.0 * 6 * 6 + 9.0 * 24 * 24 + 3.0 * 9 * 9)
/* Layer 1's system, made once: half a square of each list, and a factor. */
#define FIRST_SQUARE 0.5
#define FIRST_FACTOR (6 * 6 * 6 / 6.0)
/* D and V of every layer, Gram matrices; right-hand sides of the spikes, W and W' again, triangular solves.
 */
#define ADMM_COLUMN (2 * (W2 + W3) + GRAMS + (W2 + W3) + 2 * (W2 + W3) + 9 * 9 + 3 * 3)
#define ADMM_ONCE                                                                                            \
    (FACTORS + SOLVES + 2 * (9 * 9 * 24 / 2.0 + 9 * 9 * 9 / 6.0) + 2 * (3 * 3 * 9 / 2.0 + 3 * 3 * 3 / 6.0))
/* admm_resync: gains, D, Gram matrices; for each mini-batch factors and solves. */
#define RESYNC_COLUMN (2 * W2 + GRAMS)
/* The readout's products there and back, of 40 samples: the leak filters spikes and errors over time first.
 */
#define READOUT (40 * 2 * W3)
/* admm_anderson: weights, z, a and lambda of 40 samples over 6 steps. */
#define ANDERSON_ADMM (WEIGHTS + 240 * (24 + 9 + 3) + 240 * (24 + 9) + 40 * 3)

static struct count counts[] = {
    {"bptt", "batch=15", 0, 1, 1, 1, 24, 2 * W2, 0, READOUT},
    {"trained_readout", "batch=15", 0, 1, 0, 1, 0, 0, 0, 40 * W3},
    {"trained_readout", "layers=2", 0, 1, W3 / (double)(W2 + W3), 1, 0, W2, 0, READOUT},
    {"trained_readout", "layers=3", 0, 1, 1, 1, 24, 2 * W2, 0, READOUT},
    {"lfp", "batch=40", 0, 1, 1, 1, 24, 2 * (W2 + W3), 0, 0},
    /* of each sample: gradients, the way down, and (ide) the equation's argument, of rates */
    {"ide", "batch=40", 0, 1, 1, 1, 0, 0, 0, 40 * (2 * W1 + 3 * W2 + 2 * W3)},
    {"spide", "batch=40", 0, 1, 1, 1, 0, 0, 0, 40 * (W1 + 2 * W2 + 2 * W3)},
    /* one product for a sample, not for a step; its gradient's sum; back through all but W_1 */
    {"convert", "batch=15", 0, 1, 1, 0, 0, 0, 0, 40 * (2 * W1 + 3 * (W2 + W3))},
    /* gradients' sums are dense, also in layer 1; the way down is within the steps */
    {"ottt", "batch=40", 0, 1, 1, 1, 0, W1 + 2 * (W2 + W3), 0, 0},
    /* 3 outputs of each hidden layer, there and back; the readout's own gradient once a sample */
    {"decolle", "batch=15", 0, 1, 0, 1, 0, W1 + W2 + 2 * 3 * (24 + 9), 0, 40 * W3},
    /* traces; with the last step signals and their products with the traces */
    {"eprop", "batch=15", 0, 1, 0, 1, 0, W1 + W2, 0, 40 * (W3 + 3 * (24 + 9) + W1 + W2)},
    {"eprop", "detach_reset=false", 0, 1, 0, 1, 0, 2 * (W1 + W2), 0, 40 * (W3 + 3 * (24 + 9) + W1 + W2)},
    {"gradient_probe", "estimator=eprop_random detach_reset=true samples=40 coordinates=3 draws=2", 0, 1, 0,
     1, 0, W1 + W2, 0, 40 * (W3 + 3 * (24 + 9) + W1 + W2)},
    {"gradient_probe", "estimator=ottt samples=40 coordinates=3 draws=2", 0, 1, 1, 1, 0, W1 + 2 * (W2 + W3),
     0, 0},
    {"gradient_probe", "estimator=decolle samples=40 coordinates=3 draws=2", 0, 1, 0, 1, 0,
     W1 + W2 + 2 * 3 * (24 + 9), 0, 40 * W3},
    /* positive and negative samples through W_2, their data through W_1 once for both, W_3 unused; likewise
     * the gradients, without a way back */
    {"forward_forward", "batch=40", 0, (144 + 2 * 216) / 387.0, 0, (144 + 2 * 216) / 387.0, 24, 2 * W2, 0, 0},
    {"random_features", "kappa=0.01", 0, 1, 0, 1, 0, 0, 0, 40 * 9 * 9 / 2.0 + 9 * 9 * 9 / 6.0 + 3 * 9 * 9},
    /* the ridge is chosen of eleven on 6 more samples */
    {"random_features", "kappa=0", 0, 1 + 6.0 / 40, 0, 1 + 6.0 / 40, 0, 0, 0,
     40 * 9 * 9 / 2.0 + 12 * (9 * 9 * 9 / 6.0 + 3 * 9 * 9) + 11 * 6 * W3},
    /* ten members; the products of 40 samples' 3 outputs, once as published, twice with localisation, which
     * has a factor and a solve for each output and one for all; the mean alone moves, or each member */
    {"enkf", "ensemble=10 batch=40", 0, 10, 0, 10, 0, 0, 0,
     240 * (10 * 10 / 2.0 + 10) + 4 * (10 * 10 * 10 / 6.0 + 10 * 10) + 10 * WEIGHTS},
    {"enkf", "ensemble=10 batch=20 localisation=none spread=0", 0, 10, 0, 10, 0, 0, 0,
     120 * (10 * 10 / 2.0 + 10 * 10) + 2 * (10 * 10 * 10 / 6.0 + 10 * 10 * 10 + 10 * 10 * WEIGHTS)},
    {"enkf", "ensemble=10 method=esmda", 1, 10, 0, 10, 0, 0, 0,
     240 * (10 * 10 / 2.0 + 10) + 4 * (10 * 10 * 10 / 6.0 + 10 * 10) + 10 * WEIGHTS},
    {"forward_mode", "directions=3 estimator=jvp", 0, 1 + 3, 0, 1, 3 * 24, 3 * 2 * (W2 + W3), 0, 0},
    /* three directions in W_1 go through all layers, three in W_2 through two, three in W_3 through one
     */
    {"forward_mode", "directions=3 estimator=jvp scope=layer", 0,
     1 + 3.0 * (WEIGHTS + W2 + W3 + W3) / WEIGHTS, 0, 1, 3 * 24, 3 * (2 * W2 + 3 * W3), 0, 0},
    {"forward_mode", "directions=3 estimator=weight_perturbation", 0, 2 * 3, 0, 2 * 3, 0, 0, 0, 0},
    {"forward_mode", "directions=3 estimator=stein direction=gaussian", 0, 1 + 3, 0, 1 + 3, 0, 0, 0, 0},
    {"forward_mode", "directions=3 estimator=weight_perturbation scope=layer", 0, 2 * 3 * 3, 0, 2 * 3 * 3, 0,
     0, 0, 0},
    {"gradient_probe", "estimator=jvp directions=3 repeats=2 samples=40 coordinates=3 draws=2", 0,
     2 * (1 + 3), 0, 2, 2 * 3 * 24, 2 * 3 * 2 * (W2 + W3), 0, 0},
    {"gradient_probe", "samples=40 coordinates=3 draws=2", 0, 1, 1, 1, 24, 2 * W2, 0, READOUT},
    {"gradient_probe",
     "estimator=stein direction=gaussian directions=4 repeats=3 samples=40 coordinates=3 draws=2", 0,
     3 * (1 + 4), 0, 3 * (1 + 4), 0, 0, 0, 0},
    {"gradient_probe", "estimator=lfp samples=40 coordinates=3 draws=2", 0, 1, 1, 1, 24, 2 * (W2 + W3), 0, 0},
    /* the start is simulated, in the first iteration */
    {"admm", "box=clip", 0, 1 + 1 + ABOVE, 1 + 1, 1, 2 * 24, ADMM_COLUMN, FIRST_SQUARE,
     ADMM_ONCE + FIRST_FACTOR},
    {"admm", "box=clip", 1, 1 + ABOVE, 1 + 1, 0, 2 * 24, ADMM_COLUMN, 0, ADMM_ONCE},
    {"admm", "time_order=random", 2, 1 + ABOVE, 1 + 1, 0, 2 * 24, ADMM_COLUMN, 0, ADMM_ONCE},
    {"admm", "weights=proximal", 1, 1 + ABOVE, 1 + 1, 0, 2 * 24, ADMM_COLUMN, 0, ADMM_ONCE},
    {"admm", "weights=pinv", 1, 1 + ABOVE, 1 + 1, 0, 2 * 24, ADMM_COLUMN, 0,
     ADMM_ONCE + SOLVES + 26 * FACTORS}, /* eigenvectors: 27 factors */
    {"admm_resync", "batch=15", 0, 1, 1, 1, 24, RESYNC_COLUMN, FIRST_SQUARE,
     READOUT + 3 * (FACTORS + SOLVES) + FIRST_FACTOR}, /* 15, 15 and 10 samples */
    {"admm_resync", "batch=15", 1, 1, 1, 1, 24, RESYNC_COLUMN, 0, READOUT + 3 * (FACTORS + SOLVES)},
    {"admm_resync", "precondition=none kappa=0.1", 0, 1, 1, 1, 24, RESYNC_COLUMN, FIRST_SQUARE,
     READOUT + SOLVES},
    {"admm_resync", "keep=0.5", 0, 2, 1, 2, 24, RESYNC_COLUMN, FIRST_SQUARE,
     READOUT + FACTORS + SOLVES + FIRST_FACTOR},
    {"admm_resync", "keep=0.5", 1, 1, 1, 1, 24, RESYNC_COLUMN, 0, READOUT + FACTORS + SOLVES},
    {"admm_anderson", "base=admm_resync", 0, 1, 1, 1, 24, RESYNC_COLUMN, FIRST_SQUARE,
     READOUT + FACTORS + SOLVES + FIRST_FACTOR}, /* nothing to extrapolate from yet */
    /* the fourth point: from three differences, and both points are simulated */
    {"admm_anderson", "base=admm_resync", 3, 1 + 2, 1, 1 + 2, 24, RESYNC_COLUMN, 0,
     READOUT + FACTORS + SOLVES + 3 * 3 * WEIGHTS},
    {"admm_anderson", "base=admm", 3, 1 + ABOVE + 1, 1 + 1, 0, 3 * 24, ADMM_COLUMN + W2 + W3, 0,
     ADMM_ONCE + 3 * 3 * ANDERSON_ADMM},
};

ParameterizedTestParameters(cost, counts_by_hand)
{
    return cr_make_param_array(struct count, counts, sizeof counts / sizeof *counts);
}

static void begin(struct toy_training *t, const char *solver, const char *options, int width_2)
{
    toy_data_create(&t->data, 40, 6, 6, 3, 4);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){2, {24, width_2}};
    toy_training_set_all(t, options);
    toy_training_init(t, 2);
}

static struct step_report step(struct toy_training *t, bool measure)
{
    struct step_report r = {.measure = measure};
    struct error e = {0};
    cr_assert_eq(t->solver->step(t->state, &r, &e), ST_OK, "%s", e.text);
    return r;
}

/* Multiply-accumulates of the toy's training samples. */
static double macs(const struct toy_training *t, double entry, double column, double square, double once)
{
    return entry * (double)spikes_nonzero(&t->env.train) + column * 40 * 6 +
           square * spikes_squares(&t->env.train) + once;
}

ParameterizedTest(struct count *c, cost, counts_by_hand)
{
    struct toy_training t = {0};
    begin(&t, c->solver, c->options, 9);
    for (double k = 0; k < c->steps; k++) (void)step(&t, false);
    struct step_report r = step(&t, false);
    double N = (double)t.env.train.n, wanted = macs(&t, c->entry, c->column, c->square, c->once);
    cr_assert_eq(N, 40.0);
    cr_assert_eq(t.env.info->T, (size_t)6);
    cr_expect_eq(t.env.validation.n, (size_t)6);
    cr_expect_float_eq(r.forward_passes / N, c->forward, 1e-12, "%s %s: %g forward, not %g", c->solver,
                       c->options, r.forward_passes / N, c->forward);
    cr_expect_float_eq(r.backward_passes / N, c->backward, 1e-12, "%s %s: %g backward, not %g", c->solver,
                       c->options, r.backward_passes / N, c->backward);
    cr_expect_float_eq(r.spike_passes / N, c->spikes, 1e-12, "%s %s: %g simulated, not %g", c->solver,
                       c->options, r.spike_passes / N, c->spikes);
    cr_expect_float_eq(r.dense_macs, wanted, 1e-12 * wanted, "%s %s: %.17g operations, not %.17g", c->solver,
                       c->options, r.dense_macs, wanted);
    toy_training_free(&t);
}

/* List entries and squares of the Gram matrix by hand: lists of 2, 0 and 3 inputs. */
Test(cost, squares_of_lists_by_hand)
{
    size_t start[] = {0, 2, 2, 5}, second = 1;
    struct spikes x = {.n_inputs = 4, .T = 1, .n_samples = 3, .start = start};
    struct batch all = {.x = &x, .n = 3}, one = {.x = &x, .samples = &second, .n = 1};
    cr_expect(spikes_nonzero(&all) == 5 && spikes_squares(&all) == 4 + 9);
    cr_expect(spikes_nonzero(&one) == 0 && spikes_squares(&one) == 0);
}

/* Where the layer above is not narrow, Cholesky solves without a further product; the box takes many. */
Test(cost, spike_solves_of_admm)
{
    struct toy_training chol = {0}, box = {0};
    begin(&chol, "admm", "box=clip", 20); /* W_2: 20 rows of 24; W_3: 3 rows of 20 */
    (void)step(&chol, false);
    struct step_report r = step(&chol, false);
    cr_expect_float_eq(r.forward_passes / 40, 1 + 60.0 / (144 + 480 + 60), 1e-12);
    cr_expect_float_eq(r.backward_passes / 40, 1 + 60.0 / (480 + 60), 1e-12);
    /* D and V; Gram matrices of 24 and 20; right-hand sides; W_3 and W_3' again; solves of order 24 and 3 */
    double column = 2 * 540 + 24 * 24 / 2.0 + 20 * 20 / 2.0 + 540 + 2 * 60 + 24 * 24 + 3 * 3;
    double systems = 2 * (24 * 24 * 20 / 2.0 + 24 * 24 * 24 / 6.0 + 3 * 3 * 20 / 2.0 + 3 * 3 * 3 / 6.0);
    double weights = 24 * 24 * 24 / 6.0 + 20 * 20 * 20 / 6.0 + 24 * 6 * 6 + 20 * 24 * 24 + 3 * 20 * 20;
    double wanted = macs(&chol, 2 * 24, column, 0, systems + weights);
    cr_expect_float_eq(r.dense_macs, wanted, 1e-12 * wanted, "%.17g, not %.17g", r.dense_macs, wanted);
    begin(&box, "admm", "box=exact", 20);
    (void)step(&box, false);
    r = step(&box, false);
    /* at least a check in every layer; single precision may leave it at that */
    cr_expect_geq(r.forward_passes / 40, 1 + 540.0 / 684);
    cr_expect_geq(r.backward_passes / 40, 1 + 1);
    double above = (r.forward_passes / 40 - 1) * 684;
    cr_expect_float_eq(above, (r.backward_passes / 40 - 1) * 540, 1e-6);
    /* what these take stands in place of the other solves, twice for W and W' */
    wanted += 240 * (2 * above - 2 * 60 - 24 * 24 - 3 * 3);
    cr_expect_float_eq(r.dense_macs, wanted, 1e-9 * wanted, "%.17g, not %.17g", r.dense_macs, wanted);
    toy_training_free(&chol);
    toy_training_free(&box);
}

/* Linearised: no factors, but power iterations, of 24 and 9 for the weights, 9 and 3 for the spikes, and
 * inner steps with the Gram matrix. */
Test(cost, power_iterations_of_linearised_steps)
{
    struct toy_training one = {0}, ten = {0};
    begin(&one, "admm_linearized", "", 9);
    begin(&ten, "admm_linearized", "inner=10", 9);
    struct step_report r = step(&one, false), inner = step(&ten, false);
    double column = 2 * (W2 + W3) + GRAMS + (W2 + W3) + 2 * (W2 + W3);
    double least = macs(&one, 2 * 24, column, FIRST_SQUARE, SOLVES + 9 * 9 * 24 + 3 * 3 * 9);
    double powers = r.dense_macs - least;
    cr_expect_geq(powers, 6 * 6 + 24 * 24 + 9 * 9 + 2 * 9 * 9 + 2 * 3 * 3);
    cr_expect_leq(powers, 1000 * (6 * 6 + 24 * 24 + 9 * 9 + 2 * 9 * 9 + 2 * 3 * 3));
    cr_expect_float_eq(r.forward_passes / 40, 1 + 1 + ABOVE, 1e-12);
    /* the first layer is before all others, so that it has the same system */
    cr_expect_gt(inner.dense_macs - r.dense_macs, 0.5 * 9 * SOLVES);
    toy_training_free(&one);
    toy_training_free(&ten);
}

/* admm_joint: what admm takes, and the paths of 24 and 9 neurons. Each of their steps takes 6 multiplications
 * and 3 for each knot compared; a knot is dropped once, and in each step one may stay. Over all patterns a
 * node is left besides. */
Test(cost, joint_paths)
{
    const double cells = 40 * 6 * (24 + 9);
    double path[2];
    for (int dynamic = 0; dynamic < 2; dynamic++) {
        struct toy_training t = {0};
        begin(&t, "admm_joint", dynamic ? "potentials=dynamic" : "", 9);
        (void)step(&t, false);
        struct step_report r = step(&t, false);
        cr_expect_float_eq(r.forward_passes / 40, 1 + ABOVE, 1e-12);
        cr_expect_float_eq(r.backward_passes / 40, 1 + 1, 1e-12);
        path[dynamic] = r.dense_macs - macs(&t, 2 * 24, ADMM_COLUMN, 0, ADMM_ONCE);
        toy_training_free(&t);
    }
    cr_expect(path[0] > 6 * cells && path[0] <= 12 * cells, "%g per step of a path", path[0] / cells);
    cr_expect_gt(path[1], 6 * cells + (9 + 5) * cells / 6, "%g per step of a path", path[1] / cells);
}

/* exact_spike_time: the gradient goes through events before a spike, of which there are at most those that
 * the forward simulation took in: for the weight, and above layer 1 for the event's time. */
Test(cost, gradients_of_spike_times)
{
    struct toy_training t = {0};
    begin(&t, "exact_spike_time", "batch=40", 9);
    struct step_report r = step(&t, false);
    double most = 24.0 * (double)spikes_nonzero(&t.env.train) + 2 * 40.0 * (W2 + W3);
    cr_expect(r.forward_passes == 40 && r.backward_passes == 40 && r.spike_passes == 40);
    cr_expect_gt(r.dense_macs, 0);
    cr_expect_leq(r.dense_macs, most);
    toy_training_free(&t);
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
