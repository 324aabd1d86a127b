/* Whole iterations of the ADMM family, multipliers and all, against plain loops (tests/plain_admm.h). Of the
 * solvers only the contract is used: weights after each iteration, and the Lagrangian that they report, which
 * has z, a and lambda in it. */
#include "solvers/admm/admm_family.h"
#include "tests/plain_admm.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

enum { ITERATIONS = 6, INPUTS = 6, CLASSES = 3, HISTORY = 2 };

/* Spikes in the box are solved for to a residual of 1e-9 (float: 1e-5). */
static double same(const struct plain *p)
{
    return p->set.box ? REAL_SELECT(1e-7, 2e-3) : REAL_SELECT(1e-9, 2e-3);
}

struct plain_case {
    char solver[24], options[200];
    struct plain_settings set;
    unsigned raises; /* bits: these blocks raise the Lagrangian in it */
};

/* All of the family refuse a threshold to which the least distance of a spike adds nothing. */
Test(plain_admm, a_threshold_that_no_potential_is_just_above_is_refused)
{
    static const char *const solvers[] = {"admm", "admm_linearized", "admm_hybrid", "admm_joint"};
    const double allowed = REAL_SELECT(1e10, 250), refused = REAL_SELECT(1e12, 1000);
    for (size_t k = 0; k < 8; k++) {
        struct toy_training t = {.state = NULL};
        struct error e = {0};
        toy_data_create(&t.data, PLAIN_N, PLAIN_T, INPUTS, CLASSES, 3);
        toy_training_create(&t, solvers[k / 2]);
        t.net_options.threshold = (struct real_list){1, {k % 2 ? refused : allowed}};
        t.net_options.start = START_KAIMING;
        toy_net_create(&t.net, &t.net_options, &t.data, &t.mem, 2);
        const struct shapes shapes = {&t.net, &t.net_options, &t.data.info, 1, 1};
        const status st = t.solver->create(t.solver, &t.state, t.options, &shapes, &t.mem, &e);
        cr_expect_eq(st, k % 2 ? ST_CONFIG : ST_OK, "%s: %s", solvers[k / 2], e.text);
        cr_expect(k % 2 == 0 || strstr(e.text, "layer 1: a threshold of 1"), "%s", e.text);
        toy_training_free(&t);
    }
}

/* The solver at the start of training, and the same start for the plain loops. */
static void begin(struct toy_training *t, struct plain *p, const char *solver, const char *options,
                  const struct plain_settings *set)
{
    memset(t, 0, sizeof *t);
    memset(p, 0, sizeof *p);
    toy_data_create(&t->data, PLAIN_N, PLAIN_T, INPUTS, CLASSES, 3);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){2, {7, 4}};
    t->net_options.start = START_KAIMING;
    t->net_options.leak = (struct real_list){1, {set->delta}};
    t->net_options.threshold = (struct real_list){1, {set->theta}};
    t->net_options.loss = set->cross_entropy ? LOSS_CROSS_ENTROPY : LOSS_SQUARED;
    toy_training_set_all(t, options);
    toy_training_init(t, 2);
    p->set = *set;
    p->L = t->net.L;
    const struct spikes *x = &t->data.x[SPLIT_TRAIN];
    for (size_t l = 0; l <= p->L; l++) p->n[l] = t->net.n[l];
    for (size_t s = 0; s < PLAIN_N; s++) {
        p->label[s] = t->data.labels[SPLIT_TRAIN][s];
        for (size_t step = 0; step < PLAIN_T; step++)
            for (size_t k = x->start[s * PLAIN_T + step]; k < x->start[s * PLAIN_T + step + 1]; k++)
                p->a[0][step][s][x->index[k]] = (double)spikes_value(x, k);
    }
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) p->W[l][i][j] = (double)t->net.W[l][j * p->n[l] + i];
    plain_start(p);
}

static double reported(struct toy_training *t, const char *name)
{
    double values[128], found = NAN;
    struct metric_sink sink = {&t->solver->metrics, t->net.L, values, false};
    char column[64];
    metric_clear(&sink);
    t->solver->report(t->state, &sink);
    for (size_t k = 0; k < metric_count(sink.table, sink.L); k++) {
        metric_column(sink.table, sink.L, k, column, sizeof column);
        if (strcmp(column, name) == 0) found = values[k];
    }
    return found;
}

static void expect_same(struct toy_training *t, const struct plain *p, const char *what, int iteration)
{
    double worst = 0, lagrangian = plain_lagrangian(p), theirs = reported(t, "lagrangian");
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) {
                double miss = fabs((double)t->net.W[l][j * p->n[l] + i] - p->W[l][i][j]);
                miss /= 1 + fabs(p->W[l][i][j]);
                worst = miss <= worst ? worst : miss; /* nan is worst */
            }
    cr_expect_lt(worst, same(p), "%s, iteration %d: weights differ by %g", what, iteration, worst);
    cr_expect_lt(fabs(theirs - lagrangian), same(p) * (1 + fabs(lagrangian)),
                 "%s, iteration %d: Lagrangian %.15g, not %.15g", what, iteration, theirs, lagrangian);
}

static void expect_column(struct toy_training *t, const char *name, size_t l, double right, double near,
                          const char *what)
{
    char column[64];
    snprintf(column, sizeof column, l > 0 ? "%s_%zu" : "%s", name, l);
    const double theirs = reported(t, column);
    if (isnan(right))
        cr_expect(isnan(theirs), "%s: %s is %g, not nan", what, column, theirs);
    else
        cr_expect_lt(fabs(theirs - right), near * (1 + fabs(right)), "%s: %s is %.15g, not %.15g", what,
                     column, theirs, right);
}

/* LAPACK's estimate lies above, and near; linearised blocks solve nothing. */
static void expect_rcond(struct toy_training *t, size_t l, double right, const char *what)
{
    char column[64];
    snprintf(column, sizeof column, "rcond_w_%zu", l);
    const double theirs = reported(t, column);
    if (right > 0)
        cr_expect(theirs > (1 - REAL_SELECT(1e-6, 1e-3)) * right && theirs < 1.1 * right,
                  "%s: %s is %g, not %g", what, column, theirs, right);
    else
        cr_expect(isnan(theirs), "%s: %s is %g, not nan", what, column, theirs);
}

/* Columns of what an iteration measured. */
static void expect_columns(struct toy_training *t, const struct plain *p, const char *what)
{
    static const char *const rises[PLAIN_BLOCKS] = {
        [PLAIN_W] = "lagrangian_rises_w",         [PLAIN_A] = "lagrangian_rises_a",
        [PLAIN_Z] = "lagrangian_rises_z",         [PLAIN_W_OUT] = "lagrangian_rises_w_out",
        [PLAIN_Z_OUT] = "lagrangian_rises_z_out",
    };
    struct plain_columns c;
    const double near = same(p);
    plain_measure(p, &c);
    expect_column(t, "acc_aux", 0, c.accuracy, near, what);
    expect_column(t, "loss_aux", 0, c.loss, near, what);
    expect_column(t, "weight_change", 0, c.change, near, what);
    expect_column(t, "res_primal", 0, c.primal, near, what);
    expect_column(t, "res_dual", 0, p->dual, near, what);
    if (p->set.paths != PLAIN_SEQUENTIAL) expect_column(t, "rejected_z", 0, p->rejected, near, what);
    for (size_t k = 0; k < PLAIN_BLOCKS; k++) expect_column(t, rises[k], 0, p->rises[k], near, what);
    for (size_t l = 1; l <= p->L; l++) {
        expect_column(t, "res_dyn", l, c.dynamics[l], near, what);
        expect_rcond(t, l, p->rcond[l], what);
        if (l == p->L) continue;
        expect_column(t, "res_spike", l, c.spikes[l], near, what);
        expect_column(t, "rate", l, c.rate[l], near, what);
        expect_column(t, "spike_gap", l, c.gap[l], near, what);
    }
}

static void measured_step(struct toy_training *t)
{
    struct step_report r = {.measure = true};
    struct error e = {0};
    cr_assert_eq(t->solver->step(t->state, &r, &e), ST_OK, "%s", e.text);
}

/* What the linearised blocks took for their largest eigenvalues. */
static void take_bounds(struct plain *p, const struct toy_training *t)
{
    const struct admm *b = &((const struct admm_solver *)t->state)->blocks;
    for (size_t l = 1; l <= p->L; l++) {
        p->bound_w[l] = b->weight[l].lipschitz;
        if (l < p->L) p->bound_a[l] = b->spike[l][1].lipschitz - p->set.beta;
    }
}

/* With float the branches of the potentials part from those in double soon. */
static int iterations(void)
{
    return REAL_SELECT(ITERATIONS, 1);
}

static const struct plain_settings common = {.rho = 1.3,
                                             .rho_out = 0.4,
                                             .beta = 2,
                                             .kappa = 0.05,
                                             .delta = 0.9,
                                             .theta = 0.7,
                                             .inner = 1,
                                             .warmup = 2};
#define PLAIN_COMMON "rho=1.3 rho_out=0.4 beta=2 warmup=2 "

/* Other losses, starts, weight solves and boxes. */
static size_t more_cases(struct plain_case *list, size_t n)
{
    struct plain_settings set = common;
    set.clip = true;
    set.warmup = 0;
    set.label_start = true;
    list[n++] = (struct plain_case){
        "admm", "rho=1.3 rho_out=0.4 beta=2 warmup=0 kappa=0.05 start_output=labels", set, 0};
    set = common;
    set.clip = set.cross_entropy = true;
    list[n++] = (struct plain_case){"admm", PLAIN_COMMON "kappa=0.05", set, 0};
    set.paths = PLAIN_PATTERN;
    set.joint_output = set.all_multipliers = true;
    list[n++] = (struct plain_case){"admm_joint", PLAIN_COMMON "kappa=0.05 box=clip", set, 0};
    set = common;
    set.box = true;
    list[n++] = (struct plain_case){"admm", PLAIN_COMMON "kappa=0.05 box=exact", set, 0};
    set = common;
    set.clip = set.pinv = true;
    set.cutoff = 0.02;
    list[n++] = (struct plain_case){"admm", PLAIN_COMMON "weights=pinv cutoff=0.02", set, 0};
    set = common;
    set.clip = set.proximal = true;
    set.rho = 1;
    set.rho_out = 20;
    set.beta = 0.1;
    list[n++] = (struct plain_case){"admm", "rho=1 rho_out=20 beta=0.1 warmup=2 kappa=0.05 weights=proximal",
                                    set, 1u << PLAIN_A};
    return n;
}

static struct criterion_test_params all_cases(void)
{
    static struct plain_case list[24];
    size_t n = 0;
    struct plain_settings set = common;
    set.clip = true;
    list[n++] =
        (struct plain_case){"admm", PLAIN_COMMON "kappa=0.05", set, 1u << PLAIN_W | 1u << PLAIN_W_OUT};
    set.proximal = true;
    list[n++] = (struct plain_case){"admm", PLAIN_COMMON "kappa=0.05 weights=proximal", set, 0};
    set = common;
    list[n++] = (struct plain_case){"admm", PLAIN_COMMON "kappa=0.05 box=none", set, 0};
    set.joint_output = set.all_multipliers = true;
    set.paths = PLAIN_PATTERN;
    list[n++] = (struct plain_case){"admm_joint", PLAIN_COMMON "kappa=0.05", set, 0};
    set.paths = PLAIN_ALL_PATTERNS;
    set.clip = true;
    list[n++] =
        (struct plain_case){"admm_joint", PLAIN_COMMON "kappa=0.05 potentials=dynamic box=clip", set, 0};
    set.all_multipliers = false;
    list[n++] = (struct plain_case){
        "admm_joint", PLAIN_COMMON "kappa=0.05 potentials=dynamic box=clip multiplier=last", set, 0};
    set = common;
    set.clip = true;
    memset(set.linear, 1, sizeof set.linear);
    memset(set.linear_spikes, 1, sizeof set.linear_spikes);
    list[n++] = (struct plain_case){"admm_linearized", PLAIN_COMMON, set, 0};
    set.inner = 3;
    set.clip = false;
    list[n++] = (struct plain_case){"admm_linearized", PLAIN_COMMON "inner=3 box=none", set, 0};
    set.clip = true;
    set.inner = 1;
    set.linear[3] = set.linear_spikes[2] = false;
    list[n++] = (struct plain_case){"admm_hybrid", PLAIN_COMMON "kappa=0.05", set, 0};
    for (int k = 0; k < 4; k++) {
        set.linear[1] = set.linear[2] = k != 0;
        set.linear[3] = k != 1;
        set.linear_spikes[1] = k != 2;
        set.linear_spikes[2] = k != 3;
        struct plain_case *c = &list[n++];
        *c = (struct plain_case){"admm_hybrid", "", set, 0};
        snprintf(c->options, sizeof c->options,
                 PLAIN_COMMON
                 "kappa=0.05 exact_weights=%d exact_readout=%d exact_spikes=%d exact_last_spikes=%d",
                 k == 0, k == 1, k == 2, k == 3);
    }
    n = more_cases(list, n);
    return cr_make_param_array(struct plain_case, list, n);
}

ParameterizedTestParameters(plain_admm, iterations_equal_plain_loops)
{
    return all_cases();
}
ParameterizedTest(struct plain_case *c, plain_admm, iterations_equal_plain_loops)
{
    struct toy_training t;
    struct plain p;
    char what[240];
    snprintf(what, sizeof what, "%s %s", c->solver, c->options);
    begin(&t, &p, c->solver, c->options, &c->set);
    for (int k = 0; k < iterations(); k++) {
        measured_step(&t);
        take_bounds(&p, &t);
        plain_step(&p);
        expect_same(&t, &p, what, k);
        expect_columns(&t, &p, what);
    }
    for (size_t k = 0; k < PLAIN_BLOCKS; k++)
        cr_expect(!(c->raises >> k & 1) || p.rises[k] > 0 || iterations() < ITERATIONS,
                  "%s must raise block %zu", what, k);
    double moved = 0;
    for (size_t s = 0; s < PLAIN_N; s++) moved += fabs(p.lambda[PLAIN_T - 1][s][0]);
    cr_expect(moved > 0 || iterations() <= common.warmup, "the multiplier must have moved");
    cr_expect_lt(p.worst_bound, 5e-3, "%s: bounds lie above the eigenvalues, and near: %g", what,
                 p.worst_bound);
    toy_training_free(&t);
}

/* The last points of a sequence and their images. */
struct history {
    size_t n, seen;
    double f[HISTORY + 1][PLAIN_STATE], g[HISTORY + 1][PLAIN_STATE]; /* newest last */
};

static void remember(struct history *h, const double *x, const double *g)
{
    memmove(h->f[0], h->f[1], HISTORY * sizeof h->f[0]);
    memmove(h->g[0], h->g[1], HISTORY * sizeof h->g[0]);
    for (size_t i = 0; i < h->n; i++) {
        h->f[HISTORY][i] = g[i] - x[i];
        h->g[HISTORY][i] = g[i];
    }
    h->seen++;
}

/* G(x) - DG gamma, gamma = argmin ||f - DF gamma||^2 + regularization norm(DF)^2 / k ||gamma||^2, by the
 * normal equations. */
static void extrapolate(const struct history *h, double regularization, double *to)
{
    const size_t k = h->seen - 1 < HISTORY ? h->seen - 1 : HISTORY;
    long double A[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}}, norm2 = 0;
    double b[PLAIN_WIDTH] = {0}, gamma[PLAIN_WIDTH];
    for (size_t i = 0; i < h->n; i++)
        for (size_t r = 0; r < k; r++) {
            double dr = h->f[HISTORY - r][i] - h->f[HISTORY - r - 1][i];
            b[r] += dr * h->f[HISTORY][i];
            norm2 += dr * dr;
            for (size_t c = 0; c < k; c++) A[r][c] += dr * (h->f[HISTORY - c][i] - h->f[HISTORY - c - 1][i]);
        }
    for (size_t r = 0; r < k; r++) A[r][r] += regularization * norm2 / (long double)k;
    plain_solve(k, A, b, gamma);
    for (size_t i = 0; i < h->n; i++) {
        to[i] = h->g[HISTORY][i];
        for (size_t r = 0; r < k; r++) to[i] -= gamma[r] * (h->g[HISTORY - r][i] - h->g[HISTORY - r - 1][i]);
    }
}

/* One accelerated iteration; returns whether the extrapolated point was taken. */
static bool accelerated(struct plain *p, struct history *h, double regularization)
{
    static double x[PLAIN_STATE], g[PLAIN_STATE], candidate[PLAIN_STATE];
    h->n = plain_gather(p, x);
    plain_step(p);
    plain_gather(p, g);
    remember(h, x, g);
    if (h->seen == 1) return false;
    const double plain = plain_lagrangian(p);
    extrapolate(h, regularization, candidate);
    plain_scatter(p, candidate);
    for (size_t l = 1; l < p->L && p->set.clip; l++)
        for (size_t t = 0; t < PLAIN_T; t++)
            for (size_t s = 0; s < PLAIN_N; s++)
                for (size_t i = 0; i < p->n[l]; i++) p->a[l][t][s][i] = fmin(1, fmax(0, p->a[l][t][s][i]));
    if (plain_lagrangian(p) < plain) return true;
    plain_scatter(p, g);
    return false;
}

/* Memory, regularisation, box and safeguard of admm_anderson over admm, with accepted and rejected points. */
Test(plain_admm, anderson_equals_plain_loops)
{
    static struct history h;
    int both[2] = {0, 0};
    for (int clip = 0; clip < 2; clip++) {
        struct toy_training t;
        struct plain p;
        struct plain_settings set = common;
        int taken = 0;
        memset(&h, 0, sizeof h);
        set.clip = clip == 1;
        begin(&t, &p, "admm_anderson",
              clip ? PLAIN_COMMON "kappa=0.05 base=admm memory=2 regularization=0.001 box=clip"
                   : PLAIN_COMMON "kappa=0.05 base=admm memory=2 regularization=0.001",
              &set);
        for (int k = 0; k < REAL_SELECT(2 * ITERATIONS, 1); k++) {
            toy_training_step(&t);
            taken += accelerated(&p, &h, 0.001);
            expect_same(&t, &p, clip ? "clip" : "free", k);
            cr_expect_eq(reported(&t, "accepted"), taken);
            both[0] += REAL_SELECT(k > 0, 0) && reported(&t, "rejected_merit") > 0;
        }
        both[1] += taken;
        toy_training_free(&t);
    }
    cr_expect(sizeof(real) < sizeof(double) || (both[0] > 0 && both[1] > 0), "%d rejected, %d taken", both[0],
              both[1]);
}
