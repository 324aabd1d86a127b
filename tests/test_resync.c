/* admm_resync: the gain of a flip against finite differences of the readout loss, and whole iterations
 * against plain loops. */
#include "commands/registry.h"
#include "solvers/proximal/loss_prox.h"
#include "solvers/resync/resync.h"
#include "solvers/resync/resync_branch.h"
#include "support/linsolve.h"
#include "tests/admm_toy.h"
#include "tests/bench/data.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
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

/* A layer's weights after an iteration by plain loops: everything is recomputed from the equations. */
enum { WIDE = 8, STEPS = 4 };
struct plain {
    double z[5][STEPS][TOY_N][WIDE], a[5][STEPS][TOY_N][WIDE], pull[5][STEPS][TOY_N][WIDE];
    double y[5][STEPS][TOY_N][WIDE]; /* kept potentials */
    size_t differ[5];                /* entries where the spikes of y0 and z differ */
};

static double input_of(const struct toy *toy, size_t n, size_t t, size_t i)
{
    size_t row = n * toy->x.T + t;
    for (size_t k = toy->x.start[row]; k < toy->x.start[row + 1]; k++)
        if (toy->x.index[k] == i) return (double)spikes_value(&toy->x, k);
    return 0;
}

/* z, the spikes a that the layer above sees, and y0 in y. */
static void plain_forward(const struct toy *toy, struct plain *s, double keep, bool auxiliary)
{
    const struct net *net = &toy->net;
    memset(s->differ, 0, sizeof s->differ);
    for (size_t n = 0; n < TOY_N; n++)
        for (size_t t = 0; t < toy->x.T; t++) {
            for (size_t i = 0; i < net->n[0]; i++) s->a[0][t][n][i] = input_of(toy, n, t, i);
            for (size_t l = 1; l <= net->L; l++)
                for (size_t i = 0; i < net->n[l]; i++) {
                    double z = 0;
                    for (size_t j = 0; j < net->n[l - 1]; j++)
                        z += (double)net->W[l][j * net->n[l] + i] * s->a[l - 1][t][n][j];
                    if (t > 0) z += 0.9 * s->z[l][t - 1][n][i];
                    if (t > 0 && l < net->L && s->z[l][t - 1][n][i] > 1) z -= 1;
                    s->z[l][t][n][i] = z;
                    double *y = &s->y[l][t][n][i];
                    *y = z + keep * (*y - z);
                    s->a[l][t][n][i] = auxiliary ? *y > 1 : z > 1;
                    s->differ[l] += (*y > 1) != (z > 1);
                }
        }
}

static void plain_pulls(const struct toy *toy, struct plain *s, double rho, double win)
{
    const struct net *net = &toy->net;
    size_t T = toy->x.T, L = net->L;
    double E = 0;
    for (size_t t = 0; t < T; t++) E = 1 + 0.81 * E;
    for (size_t n = 0; n < TOY_N; n++)
        for (size_t k = 0; k < net->n[L]; k++) { /* squared loss: z* = (w c + 2 y) / (w + 2) */
            double c = s->z[L][T - 1][n][k], y = (size_t)toy->labels[n] == k, w = rho / E;
            double nu = ((w * c + 2 * y) / (w + 2) - c) / E;
            for (size_t t = 0; t < T; t++) s->pull[L][t][n][k] = rho * pow(0.9, (double)(T - 1 - t)) * nu;
        }
    for (size_t l = L - 1; l >= 1; l--) {
        double squares = 0;
        for (size_t n = 0; n < TOY_N; n++)
            for (size_t t = 0; t < T; t++)
                for (size_t i = 0; i < net->n[l]; i++) {
                    double p = 0;
                    for (size_t k = 0; k < net->n[l + 1]; k++)
                        p += (double)net->W[l + 1][i * net->n[l + 1] + k] * s->pull[l + 1][t][n][k];
                    s->pull[l][t][n][i] = p;
                    squares += p * p;
                }
        double penalty = 2 * sqrt(squares / (double)(TOY_N * T * net->n[l])) / (win * win);
        for (size_t n = 0; n < TOY_N; n++)
            for (size_t i = 0; i < net->n[l]; i++) {
                double r = 0;
                for (size_t t = T; t-- > 0;) {
                    double p = s->pull[l][t][n][i], *y = &s->y[l][t][n][i],
                           reach = sqrt(2 * fabs(p) / penalty);
                    if (fabs(1 - *y) < reach) *y = 1 + (p > 0 ? reach : -reach);
                    r = 0.9 * r + *y - s->z[l][t][n][i];
                    s->pull[l][t][n][i] = penalty * r;
                }
            }
    }
}

/* dW = D (G + kappa tr(G)/m I)^-1 by Gaussian elimination, scaled to rms(dW s) = tau. */
static void plain_weights(const struct toy *toy, const struct plain *s, size_t l, double kappa, double tau,
                          double *W)
{
    size_t n = toy->net.n[l], m = toy->net.n[l - 1], T = toy->x.T;
    double A[WIDE][2 * WIDE] = {{0}}, trace = 0, squares = 0; /* A: G, then D' */
    for (size_t c = 0; c < TOY_N; c++)
        for (size_t t = 0; t < T; t++)
            for (size_t j = 0; j < m; j++) {
                for (size_t k = 0; k < m; k++) A[j][k] += s->a[l - 1][t][c][j] * s->a[l - 1][t][c][k];
                for (size_t i = 0; i < n; i++) A[j][WIDE + i] += s->a[l - 1][t][c][j] * s->pull[l][t][c][i];
            }
    for (size_t j = 0; j < m; j++) trace += A[j][j];
    for (size_t j = 0; j < m; j++) A[j][j] += kappa * trace / (double)m;
    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k < m; k++) {
            if (k == j) continue;
            double f = A[k][j] / A[j][j];
            for (size_t q = 0; q < 2 * WIDE; q++) A[k][q] -= f * A[j][q];
        }
    for (size_t c = 0; c < TOY_N; c++)
        for (size_t t = 0; t < T; t++)
            for (size_t i = 0; i < n; i++) {
                double v = 0;
                for (size_t j = 0; j < m; j++) v += A[j][WIDE + i] / A[j][j] * s->a[l - 1][t][c][j];
                squares += v * v;
            }
    double rms = sqrt(squares / (double)(TOY_N * T * n));
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < n; i++)
            W[j * n + i] =
                (double)toy->net.W[l][j * n + i] + (rms > 0 ? tau / rms * A[j][WIDE + i] / A[j][j] : 0);
}

static void *start_with(struct toy *toy, struct resync_options *o, double keep, enum resync_feed feed)
{
    void *state = NULL;
    struct error e = {0};
    const struct solver *solver = solver_find("admm_resync");
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

static size_t depths[] = {1, 2, 3};

ParameterizedTestParameters(resync, an_iteration_equals_plain_loops)
{
    return cr_make_param_array(size_t, depths, 3);
}
ParameterizedTest(size_t *hidden, resync, an_iteration_equals_plain_loops)
{
    const struct solver *solver = solver_find("admm_resync");
    struct toy toy;
    struct resync_options o;
    static struct plain plain;
    double expected[5][WIDE * WIDE];
    toy_create(&toy, *hidden, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    void *state = start(&toy, &o);
    plain_forward(&toy, &plain, 0, false);
    plain_pulls(&toy, &plain, 1, 0.5);
    for (size_t l = 1; l <= toy.net.L; l++) plain_weights(&toy, &plain, l, 0.05, 0.2, expected[l]);
    struct step_report r = {.measure = true};
    struct error e = {0};
    cr_assert_eq(solver->step(state, &r, &e), ST_OK, "%s", e.text);
    for (size_t l = 1; l <= toy.net.L; l++)
        for (size_t i = 0; i < toy.net.n[l] * toy.net.n[l - 1]; i++)
            cr_expect_lt(fabs((double)toy.net.W[l][i] - expected[l][i]), REAL_SELECT(1e-9, 2e-2),
                         "layer %zu weight %zu: %g, not %g", l, i, (double)toy.net.W[l][i], expected[l][i]);
    cr_expect_gt(((struct resync *)state)->record.moved[1], 0.0, "the example must move something");
    toy_free(&toy);
}

/* rms of (W - W_old) s over samples, steps and neurons. */
static double change_of_currents(const struct toy *toy, const struct plain *s, size_t l, const real *old)
{
    const size_t n = toy->net.n[l], m = toy->net.n[l - 1], T = toy->x.T;
    double squares = 0;
    for (size_t c = 0; c < TOY_N; c++)
        for (size_t t = 0; t < T; t++)
            for (size_t i = 0; i < n; i++) {
                double v = 0;
                for (size_t j = 0; j < m; j++)
                    v += ((double)toy->net.W[l][j * n + i] - (double)old[j * n + i]) * s->a[l - 1][t][c][j];
                squares += v * v;
            }
    return sqrt(squares / (double)(TOY_N * T * n));
}

/* Also where the ridge is all but the whole system: the length is what is left of the shift's share. */
Test(resync, the_step_is_tau_long_up_to_the_largest_kappa)
{
    const struct solver *solver = solver_find("admm_resync");
    const double most = opt_find(&solver->options, "kappa")->hi, kappas[] = {0.01, 1, most};
    for (size_t k = 0; k < 3; k++) {
        struct toy toy;
        struct resync_options o;
        static struct plain plain;
        real old[5][WIDE * WIDE];
        toy_create(&toy, 2, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
        struct resync *s = start(&toy, &o);
        s->o.kappa = kappas[k];
        plain_forward(&toy, &plain, 0, false);
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

static struct kept_case {
    size_t hidden;
    double keep;
    enum resync_feed feed;
} kept_cases[] = {{1, 0.6, FEED_SIMULATED}, {2, 0.6, FEED_SIMULATED}, {2, 0.6, FEED_AUXILIARY},
                  {3, 1, FEED_SIMULATED},   {3, 1, FEED_AUXILIARY},   {3, 0, FEED_AUXILIARY}};

ParameterizedTestParameters(resync, iterations_with_kept_potentials_equal_plain_loops)
{
    return cr_make_param_array(struct kept_case, kept_cases, sizeof kept_cases / sizeof *kept_cases);
}
ParameterizedTest(struct kept_case *c, resync, iterations_with_kept_potentials_equal_plain_loops)
{
    const struct solver *solver = solver_find("admm_resync");
    struct toy toy;
    struct resync_options o;
    static struct plain plain;
    toy_create(&toy, c->hidden, STEPS, (struct admm_settings){.rho = 1, .rho_out = 1, .beta = 1});
    struct resync *state = start_with(&toy, &o, c->keep, c->feed);
    for (int iteration = 0; iteration < 3; iteration++) {
        double expected[5][WIDE * WIDE];
        plain_forward(&toy, &plain, iteration == 0 ? 0 : c->keep, c->feed == FEED_AUXILIARY);
        plain_pulls(&toy, &plain, 1, 0.5);
        const double tau = step_length(0.2, 0.01, 100, iteration);
        for (size_t l = 1; l <= toy.net.L; l++) plain_weights(&toy, &plain, l, 0.05, tau, expected[l]);
        struct error e = {0};
        struct step_report r = {.measure = true};
        cr_assert_eq(solver->step(state, &r, &e), ST_OK, "%s", e.text);
        for (size_t l = 1; l <= toy.net.L; l++) {
            for (size_t i = 0; i < toy.net.n[l] * toy.net.n[l - 1]; i++)
                cr_expect_lt(fabs((double)toy.net.W[l][i] - expected[l][i]), REAL_SELECT(1e-8, 2e-2),
                             "iteration %d layer %zu weight %zu: %g, not %g", iteration, l, i,
                             (double)toy.net.W[l][i], expected[l][i]);
            if (l < toy.net.L)
                cr_expect_eq(state->record.differ[l], c->keep > 0 ? (double)plain.differ[l] : 0.0);
        }
    }
    toy_free(&toy);
}

/* keep = 0 keeps and allocates nothing, whatever is fed. */
Test(resync, nothing_kept_is_a_restart_bit_for_bit)
{
    const struct solver *solver = solver_find("admm_resync");
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
    const struct option_table *table = &solver_find("admm_resync")->options;
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
    const struct solver *solver = solver_find("admm_resync");
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
