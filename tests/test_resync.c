/* admm_resync: the gain of a flip against finite differences of the readout loss, and whole iterations
 * against plain loops. */
#include "commands/registry.h"
#include "solvers/proximal/loss_prox.h"
#include "solvers/resync/resync.h"
#include "solvers/resync/resync_branch.h"
#include "support/linsolve.h"
#include "tests/admm_toy.h"
#include "tests/bench/data.h"
#include "tests/plain_resync.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

/* With a large penalty z* stays at c, and the gain p_t = W_L' P_{L,t} is minus the derivative of the
 * readout's loss in a_{L-1,t}. */
Test(resync, gain_is_the_slope_of_the_readout_loss)
{
    enum { T = 4, K = 3, N = 5 };
    const enum loss losses[] = {LOSS_SQUARED, LOSS_CROSS_ENTROPY, LOSS_SQUARED_HINGE};
    struct rng rng;
    double W[K * N], a[T * N];
    rng_seed(&rng, 11, "gain");
    for (int i = 0; i < K * N; i++) W[i] = 0.3 * rng_normal(&rng);
    for (int i = 0; i < T * N; i++) a[i] = rng_uniform(&rng);
    for (size_t k = 0; k < 3; k++) {
        const double rho = 1e7, leak = 0.9, h = 1e-4;
        double E = 0, d[K], work[4 * K];
        size_t newton = 0;
        real nu[K], pull[T * K];
        for (int t = 0; t < T; t++) E = 1 + leak * leak * E;
        double z[K] = {0};
        for (int t = 0; t < T; t++)
            for (int i = 0; i < K; i++) {
                z[i] *= leak;
                for (int j = 0; j < N; j++) z[i] += W[j * K + i] * a[t * N + j];
            }
        cr_assert(loss_prox(losses[k], K, z, 1, rho / E, d, work, &newton));
        for (int i = 0; i < K; i++) nu[i] = (real)(d[i] / E);
        output_pull(T, K, (real)rho, (real)leak, nu, pull);
        for (int t = 0; t < T; t++)
            for (int j = 0; j < N; j++) {
                double p = 0, value[2];
                for (int i = 0; i < K; i++) p += W[j * K + i] * (double)pull[t * K + i];
                for (int side = 0; side < 2; side++) {
                    real moved[K];
                    for (int i = 0; i < K; i++)
                        moved[i] = (real)(z[i] + pow(leak, T - 1 - t) * W[j * K + i] * (side ? h : -h));
                    value[side] = loss_value(losses[k], K, moved, 1, NULL);
                }
                double slope = (value[1] - value[0]) / (2 * h);
                cr_expect_lt(fabs(p + slope), REAL_SELECT(1e-5, 2e-2), "loss %zu t %d: %g, not %g", k, t, p,
                             -slope);
            }
    }
}

enum { STEPS = RESYNC_T };

static double input_of(const struct toy *toy, size_t n, size_t t, size_t i)
{
    size_t row = n * toy->x.T + t;
    for (size_t k = toy->x.start[row]; k < toy->x.start[row + 1]; k++)
        if (toy->x.index[k] == i) return (double)spikes_value(&toy->x, k);
    return 0;
}

static void *start_with(struct toy *toy, struct resync_options *o, double keep, enum resync_feed feed)
{
    void *state = NULL;
    struct error e = {0};
    const struct solver *solver = catalogue_solver(&registry, "admm_resync");
    cr_assert_eq(opt_defaults(&solver->options, o, NULL), ST_OK);
    o->kappa = 0.05;
    o->tau = 0.2;
    o->keep = keep;
    o->feed = (int)feed;
    cr_assert_eq(solver->create(solver, &state, o, &toy->shapes, &toy->mem, &e), ST_OK, "%s", e.text);
    cr_assert_eq(solver->start(state, &toy->env, &e), ST_OK, "%s", e.text);
    return state;
}

static void *start(struct toy *toy, struct resync_options *o)
{
    return start_with(toy, o, 0, FEED_SIMULATED);
}

/* The same start for the plain loops. */
static void begin_plain(struct plain_resync *p, const struct toy *toy, const struct resync_options *o)
{
    const struct net *net = &toy->net;
    memset(p, 0, sizeof *p);
    p->set = (struct plain_resync_settings){
        .leak = 0.9,
        .theta = 1,
        .rho = o->rho,
        .win = o->win,
        .rho_hidden = o->rho_hidden,
        .kappa = o->kappa,
        .momentum = o->momentum,
        .keep = o->keep,
        .margin = o->margin,
        .time_credit = o->time_credit,
        .single_flip = o->gain == GAIN_SINGLE_FLIP,
        .multiplier = o->multiplier,
        .auxiliary = o->feed == FEED_AUXILIARY,
        .precondition = o->precondition == PRECONDITION_GRAM,
        .cross_entropy = net->loss == LOSS_CROSS_ENTROPY,
    };
    p->L = net->L;
    for (size_t l = 0; l <= p->L; l++) p->n[l] = net->n[l];
    for (size_t s = 0; s < RESYNC_N; s++) {
        p->label[s] = toy->labels[s];
        for (size_t step = 0; step < STEPS; step++)
            for (size_t i = 0; i < p->n[0]; i++) p->a[0][step][s][i] = input_of(toy, s, step, i);
    }
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) p->W[l][i][j] = (double)net->W[l][j * p->n[l] + i];
    plain_resync_start(p);
}

/* One iteration, in the order of samples that the solver has drawn. */
static void plain_iteration(struct plain_resync *p, const struct resync *state, double tau)
{
    const size_t batch = state->o.batch > 0 ? (size_t)state->o.batch : RESYNC_N;
    memset(p->differ, 0, sizeof p->differ);
    memset(p->moved, 0, sizeof p->moved);
    for (size_t first = 0; first < RESYNC_N; first += batch)
        plain_resync_sweep(p, state->order + first, RESYNC_N - first < batch ? RESYNC_N - first : batch, tau);
}

static void expect_layer(const struct toy *toy, const struct plain_resync *p,
                         const struct resync_record *record, size_t l, const char *what)
{
    const double same = REAL_SELECT(1e-8, 2e-2);
    for (size_t i = 0; i < p->n[l]; i++)
        for (size_t j = 0; j < p->n[l - 1]; j++) {
            const double theirs = (double)toy->net.W[l][j * p->n[l] + i];
            cr_expect_lt(fabs(theirs - p->W[l][i][j]), same,
                         "%s: layer %zu, weight from %zu to %zu is %g, not %g", what, l, j, i, theirs,
                         p->W[l][i][j]);
        }
    cr_expect_eq(record->idle[l], (double)p->idle[l], "%s: layer %zu idle %g times, not %zu", what, l,
                 record->idle[l], p->idle[l]);
    if (l == p->L) return;
    cr_expect_lt(fabs(record->penalty[l] - p->penalty[l]), same * (1 + p->penalty[l]),
                 "%s: penalty %g, not %g", what, record->penalty[l], p->penalty[l]);
    cr_expect_eq(record->moved[l], (double)p->moved[l], "%s: layer %zu moved %g, not %zu", what, l,
                 record->moved[l], p->moved[l]);
    cr_expect_eq(record->differ[l], p->set.keep > 0 ? (double)p->differ[l] : 0.0);
}

/* Iterations of the solver beside plain loops (tests/plain_resync.h). */
static void compare(size_t hidden, int iterations, enum loss loss, const char *options)
{
    const struct solver *solver = catalogue_solver(&registry, "admm_resync");
    struct toy toy;
    struct resync_options o;
    static struct plain_resync plain;
    struct error e = {0};
    void *state = NULL;
    double moved = 0;
    char what[200];
    toy_create(&toy, hidden, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    toy.net.loss = loss;
    cr_assert_eq(opt_defaults(&solver->options, &o, NULL), ST_OK);
    cr_assert_eq(bench_set(&solver->options, &o, options, &e), ST_OK, "%s", e.text);
    cr_assert_eq(solver->create(solver, &state, &o, &toy.shapes, &toy.mem, &e), ST_OK, "%s", e.text);
    cr_assert_eq(solver->start(state, &toy.env, &e), ST_OK, "%s", e.text);
    begin_plain(&plain, &toy, &o);
    for (int k = 0; k < iterations; k++) {
        struct step_report r = {.measure = true};
        cr_assert_eq(solver->step(state, &r, &e), ST_OK, "%s", e.text);
        plain_iteration(&plain, state, step_length(o.tau, o.tau_end, o.tau_iterations, k));
        snprintf(what, sizeof what, "%s, iteration %d", options, k);
        for (size_t l = 1; l <= plain.L; l++)
            expect_layer(&toy, &plain, &((struct resync *)state)->record, l, what);
        moved += (double)plain.moved[1];
    }
    cr_expect_gt(moved, 0.0, "the example must move something");
    toy_free(&toy);
}

static size_t depths[] = {1, 2, 3};

ParameterizedTestParameters(resync, an_iteration_equals_plain_loops)
{
    return cr_make_param_array(size_t, depths, 3);
}
ParameterizedTest(size_t *hidden, resync, an_iteration_equals_plain_loops)
{
    compare(*hidden, 1, LOSS_SQUARED, "kappa=0.05 tau=0.2");
}

/* rms of (W - W_old) s over samples, steps and neurons. */
static double change_of_currents(const struct toy *toy, const struct plain_resync *s, size_t l,
                                 const real *old)
{
    const size_t n = toy->net.n[l], m = toy->net.n[l - 1], T = toy->x.T;
    double squares = 0;
    for (size_t c = 0; c < RESYNC_N; c++)
        for (size_t t = 0; t < T; t++)
            for (size_t i = 0; i < n; i++) {
                double v = 0;
                for (size_t j = 0; j < m; j++)
                    v += ((double)toy->net.W[l][j * n + i] - (double)old[j * n + i]) * s->a[l - 1][t][c][j];
                squares += v * v;
            }
    return sqrt(squares / (double)(RESYNC_N * T * n));
}

/* Also where the ridge is all but the whole system: the length is what is left of the shift's share. */
Test(resync, the_step_is_tau_long_up_to_the_largest_kappa)
{
    const struct solver *solver = catalogue_solver(&registry, "admm_resync");
    const double most = opt_find(&solver->options, "kappa")->hi, kappas[] = {0.01, 1, most};
    for (size_t k = 0; k < 3; k++) {
        struct toy toy;
        struct resync_options o;
        static struct plain_resync plain;
        real old[RESYNC_LAYERS + 1][PLAIN_WIDTH * PLAIN_WIDTH];
        toy_create(&toy, 2, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
        struct resync *s = start(&toy, &o);
        s->o.kappa = kappas[k];
        begin_plain(&plain, &toy, &o);
        for (size_t l = 1; l <= toy.net.L; l++)
            memcpy(old[l], toy.net.W[l], toy.net.n[l] * toy.net.n[l - 1] * sizeof(real));
        struct step_report r = {0};
        cr_assert_eq(solver->step(s, &r, NULL), ST_OK);
        for (size_t l = 1; l <= toy.net.L; l++) {
            const double rms = change_of_currents(&toy, &plain, l, old[l]);
            cr_expect_float_eq(rms, 0.2, REAL_SELECT(1e-9, 2e-4), "kappa %g layer %zu: %g", kappas[k], l,
                               rms);
        }
        toy_free(&toy);
    }
}

/* Its own table, and that of the solver that accelerates it, which has the family's. */
Test(resync, kappa_has_a_limit_whoever_takes_it)
{
    static const char *const cases[][2] = {{"admm_resync", ""}, {"admm_anderson", "base=admm_resync "}};
    struct dataset_info info = {.n_inputs = 8, .n_classes = 3, .T = 4, .n = {20, 0, 0}};
    for (size_t k = 0; k < 2; k++) {
        struct toy_training t = {.solver = NULL};
        struct error e = {0};
        char allowed[64], refused[64];
        (void)snprintf(allowed, sizeof allowed, "%skappa=100", cases[k][1]);
        (void)snprintf(refused, sizeof refused, "%skappa=100.5", cases[k][1]);
        toy_training_create(&t, cases[k][0]);
        const struct option_table *table = &t.solver->options;
        cr_assert_eq(bench_set(table, t.options, allowed, &e), ST_OK, "%s", e.text);
        cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &info, &e), ST_OK, "%s", e.text);
        status st = bench_set(table, t.options, refused, &e);
        if (st == ST_OK) st = toy_check(t.solver, t.options, &t.net_options, &info, &e);
        cr_expect_eq(st, ST_CONFIG);
        cr_expect(strstr(e.text, "kappa") && strstr(e.text, "100"), "%s", e.text);
        mem_free(&t.mem);
    }
}

static struct resync_case {
    size_t hidden;
    char options[100];
    enum loss loss;
} kept_cases[] = {{1, "keep=0.6", LOSS_SQUARED},
                  {2, "keep=0.6", LOSS_SQUARED},
                  {2, "keep=0.6 feed=auxiliary", LOSS_SQUARED},
                  {3, "keep=1", LOSS_SQUARED},
                  {3, "keep=1 feed=auxiliary", LOSS_SQUARED},
                  {3, "keep=0 feed=auxiliary", LOSS_SQUARED}};

ParameterizedTestParameters(resync, iterations_with_kept_potentials_equal_plain_loops)
{
    return cr_make_param_array(struct resync_case, kept_cases, sizeof kept_cases / sizeof *kept_cases);
}
ParameterizedTest(struct resync_case *c, resync, iterations_with_kept_potentials_equal_plain_loops)
{
    char options[160];
    snprintf(options, sizeof options, "kappa=0.05 tau=0.2 %s", c->options);
    compare(c->hidden, 3, c->loss, options);
}

/* Every option that changes what is computed, and some together: two iterations. */
static struct resync_case option_cases[] = {
    {2, "tau=0.2", LOSS_CROSS_ENTROPY},
    {2, "tau=0.2 rho=0.3 win=1", LOSS_SQUARED},
    {2, "tau=0.2 rho_hidden=0.7", LOSS_SQUARED},
    {2, "tau=0.2 batch=2 win=2", LOSS_SQUARED},
    {2, "tau=0.2 momentum=0.5", LOSS_SQUARED},
    {2, "tau=0.2 batch=2 momentum=0.5 win=2", LOSS_CROSS_ENTROPY},
    {2, "tau=0.2 multiplier=true", LOSS_SQUARED},
    {2, "tau=0.2 multiplier=true batch=3 win=2", LOSS_CROSS_ENTROPY},
    {1, "tau=0.2 gain=single_flip", LOSS_SQUARED},
    {3, "tau=0.2 gain=single_flip", LOSS_SQUARED},
    {2, "tau=0.2 time_credit=false", LOSS_SQUARED},
    {2, "tau=0.2 margin=false win=2", LOSS_SQUARED},
    {2, "tau=0.2 precondition=none", LOSS_SQUARED},
    {3, "tau=0.2 recompute=true batch=3 win=2", LOSS_CROSS_ENTROPY},
    {2, "tau=0.2 precondition=none batch=2 win=2", LOSS_SQUARED},
    {2, "tau=0.5 tau_end=0.1 tau_iterations=2 keep=0.5 batch=2", LOSS_SQUARED},
};

ParameterizedTestParameters(resync, options_equal_plain_loops)
{
    return cr_make_param_array(struct resync_case, option_cases, sizeof option_cases / sizeof *option_cases);
}
ParameterizedTest(struct resync_case *c, resync, options_equal_plain_loops)
{
    compare(c->hidden, 2, c->loss, c->options);
}

/* keep = 0 keeps and allocates nothing, whatever is fed. */
Test(resync, nothing_kept_is_a_restart_bit_for_bit)
{
    const struct solver *solver = catalogue_solver(&registry, "admm_resync");
    struct toy a, b;
    struct resync_options o;
    toy_create(&a, 2, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    toy_create(&b, 2, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    struct resync *first = start_with(&a, &o, 0, FEED_SIMULATED),
                  *second = start_with(&b, &o, 0, FEED_AUXILIARY);
    cr_expect_null(second->kept.y[1]);
    size_t bytes[2];
    for (int kept = 0; kept < 2; kept++) {
        struct mem m = {0};
        void *state = NULL;
        o.keep = kept ? 0.1 : 0;
        cr_assert_eq(solver->create(solver, &state, &o, &a.shapes, &m, NULL), ST_OK);
        bytes[kept] = m.bytes;
        mem_free(&m);
    }
    cr_expect_gt(bytes[1], bytes[0]);
    for (int iteration = 0; iteration < 3; iteration++) {
        struct step_report r = {0};
        cr_assert_eq(solver->step(first, &r, NULL), ST_OK);
        cr_assert_eq(solver->step(second, &r, NULL), ST_OK);
    }
    for (size_t l = 1; l <= a.net.L; l++)
        cr_expect_eq(memcmp(a.net.W[l], b.net.W[l], a.net.n[l] * a.net.n[l - 1] * sizeof(real)), 0);
    toy_free(&a);
    toy_free(&b);
}

Test(resync, what_cannot_be_kept_is_refused)
{
    const struct option_table *table = &catalogue_solver(&registry, "admm_resync")->options;
    const char *const bad[][2] = {{"keep", "1.01"}, {"keep", "-0.1"}, {"keep", "nan"},
                                  {"keep", "all"},  {"feed", "both"}, {"feed", ""}};
    struct resync_options o;
    cr_assert_eq(opt_defaults(table, &o, NULL), ST_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_neq(opt_set(opt_find(table, bad[i][0]), &o, bad[i][1], NULL), ST_OK, "%s = %s", bad[i][0],
                      bad[i][1]);
    cr_expect_eq(o.keep, 0.0);
}

Test(resync, a_satisfied_readout_leaves_the_hidden_layers_alone)
{
    const struct solver *solver = catalogue_solver(&registry, "admm_resync");
    struct toy toy;
    struct resync_options o;
    toy_create(&toy, 2, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    memset(toy.net.W[3], 0,
           toy.net.n[3] * toy.net.n[2] * sizeof(real)); /* no gain below a readout of zeros */
    struct resync *state = start(&toy, &o);
    real before = toy.net.W[1][0];
    struct step_report r = {0};
    cr_assert_eq(solver->step(state, &r, NULL), ST_OK);
    cr_expect_eq(toy.net.W[1][0], before);
    cr_expect_eq(state->record.idle[1], 1.0);
    cr_expect_eq(state->record.idle[2], 1.0);
    cr_expect_eq(state->record.idle[3], 0.0);
    cr_expect_gt(vector_norm(toy.net.n[3] * toy.net.n[2], toy.net.W[3]), 0.0);
    toy_free(&toy);
}

/* Three steps on 300 samples with two threads; returns the bytes that create took. */
static size_t train_toy(const char *settings, real *weights, double *forward)
{
    struct toy_training t = {.solver = NULL};
    struct pool *pool = NULL;
    struct step_report r = {0};
    size_t used = 0;
    toy_data_create(&t.data, 300, 6, 12, 3, 5);
    toy_training_create(&t, "admm_resync");
    t.net_options.hidden = (struct int_list){3, {10, 9, 8}};
    toy_training_set_all(&t, settings);
    cr_assert_eq(pool_create(&pool, 2, NULL), ST_OK);
    toy_training_init_on(&t, 3, pool);
    const size_t bytes = t.mem.bytes;
    for (int k = 0; k < 3; k++) {
        r = (struct step_report){.measure = true};
        cr_assert_eq(t.solver->step(t.state, &r, NULL), ST_OK);
    }
    *forward = r.forward_passes;
    for (size_t l = 1; l <= t.net.L; l++) {
        const size_t n = t.net.n[l] * t.net.n[l - 1];
        memcpy(weights + used, t.net.W[l], n * sizeof(real));
        used += n;
    }
    toy_training_free(&t);
    pool_free(pool);
    return bytes;
}

/* What is made again is what was kept: weights bit for bit, of less memory and more simulations. */
Test(resync, recomputing_changes_no_bit)
{
    enum { SIZE = 10 * 12 + 9 * 10 + 8 * 9 + 3 * 8 };
    static const char *const cases[][2] = {
        {"tau=0.2", "tau=0.2 recompute=true"},
        {"tau=0.2 gain=single_flip time_credit=false",
         "tau=0.2 gain=single_flip time_credit=false recompute=true"},
        {"batch=130 momentum=0.5", "batch=130 momentum=0.5 recompute=true"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        real kept[SIZE], again[SIZE];
        double once, more;
        const size_t bytes = train_toy(cases[k][0], kept, &once);
        cr_expect_lt(train_toy(cases[k][1], again, &more), bytes, "%s", cases[k][0]);
        cr_expect_arr_eq(kept, again, sizeof kept, "%s", cases[k][0]);
        cr_expect_eq(once, 300);
        cr_expect_eq(more, 300 * 7, "two passes over each of three hidden layers, and the first: %g", more);
    }
}
