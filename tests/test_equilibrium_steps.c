/* Whole steps of ide and spide, and what they measure, against plain loops over samples, steps and neurons
 * from docs/method.md, section 7.14. One mini-batch holds all samples and the optimizer is sgd. */
#include "tests/plain_solve.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 10, T = 6, INPUTS = 6, WIDTH = PLAIN_WIDTH, LAYERS = 3 };
static const double rate = 0.5, tiny = 1e-12; /* a sum of shares may miss 0 and 1 by its rounding */
#define SGD "optimizer=sgd momentum=0 lr=0.5 batch=100 "

struct step_case {
    char solver[8], options[140];
    double leak, theta;
    bool recurrent;
    bool spiking, by_rates; /* as struct plain has them */
    int steps;
    double kappa, threshold, contraction;
};

typedef double matrices[LAYERS + 1][WIDTH][WIDTH];

/* W_l and R_l from j to i; rates, equilibrium and derivative of the loss of all samples. */
struct plain {
    const struct step_case *c;
    size_t L, n[LAYERS + 1];
    int label[N];
    double input[T][N][WIDTH], all; /* all: sum of leak^(T-t) */
    matrices W, R, dW, dR;          /* dW, dR: mean over the samples; of the readout that of O = all W_L */
    double a[LAYERS + 1][N][WIDTH], point[LAYERS + 1][N][WIDTH];
};

/* ---- the network --------------------------------------------------------------------------------------- */

/* Rates of layer l from the spikes below, which become its own. */
static void simulate_layer(struct plain *p, size_t l, size_t s, double below[T][WIDTH])
{
    double own[T][WIDTH] = {{0}}, z[WIDTH] = {0};
    for (size_t i = 0; i < WIDTH; i++) p->a[l][s][i] = 0;
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < p->n[l]; i++) {
            z[i] *= p->c->leak;
            for (size_t j = 0; j < p->n[l - 1]; j++) z[i] += p->W[l][i][j] * below[t][j];
            if (t > 0) {
                z[i] -= p->c->theta * own[t - 1][i];
                for (size_t j = 0; j < p->n[l]; j++) z[i] += p->R[l][i][j] * own[t - 1][j];
            }
            own[t][i] = z[i] > p->c->theta;
            p->a[l][s][i] += own[t][i] * pow(p->c->leak, (double)(T - 1 - t)) / p->all;
        }
    memcpy(below, own, sizeof own);
}

static void simulate(struct plain *p)
{
    for (size_t s = 0; s < N; s++) {
        double spikes[T][WIDTH];
        for (size_t i = 0; i < WIDTH; i++) p->a[0][s][i] = 0;
        for (size_t t = 0; t < T; t++)
            for (size_t i = 0; i < p->n[0]; i++) {
                spikes[t][i] = p->input[t][s][i];
                p->a[0][s][i] += spikes[t][i] * pow(p->c->leak, (double)(T - 1 - t)) / p->all;
            }
        for (size_t l = 1; l < p->L; l++) simulate_layer(p, l, s, spikes);
    }
}

/* (R_l own + W_l below)_i / theta */
static double argument(const struct plain *p, size_t l, size_t i, const double *own, const double *below)
{
    double sum = 0;
    for (size_t j = 0; j < p->n[l]; j++) sum += p->R[l][i][j] * own[j];
    for (size_t j = 0; j < p->n[l - 1]; j++) sum += p->W[l][i][j] * below[j];
    return sum / p->c->theta;
}

static void find_points(struct plain *p)
{
    for (size_t s = 0; s < N; s++) {
        memcpy(p->point[0][s], p->a[0][s], sizeof p->a[0][s]);
        for (size_t l = 1; l < p->L; l++) {
            double *a = p->point[l][s];
            memset(a, 0, WIDTH * sizeof *a);
            for (int k = 0; k < 500; k++) {
                double next[WIDTH] = {0};
                for (size_t i = 0; i < p->n[l]; i++)
                    next[i] = fmin(1, fmax(0, argument(p, l, i, a, p->point[l - 1][s])));
                memcpy(a, next, sizeof next);
            }
        }
    }
}

/* ---- gradients ----------------------------------------------------------------------------------------- */

/* (R' (m x))_j / theta */
static double back(const struct plain *p, size_t l, size_t j, const double *m, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < p->n[l]; i++) sum += p->R[l][i][j] * m[i] * x[i];
    return sum / p->c->theta;
}

static void iterate(const struct plain *p, size_t l, int steps, const double *m, const double *g,
                    double *beta)
{
    memcpy(beta, g, WIDTH * sizeof *beta);
    for (int k = 0; k < steps; k++) {
        double next[WIDTH] = {0};
        for (size_t j = 0; j < p->n[l]; j++) next[j] = g[j] + back(p, l, j, m, beta);
        memcpy(beta, next, sizeof next);
    }
}

static void spike_backwards(const struct plain *p, size_t l, const double *m, const double *g, double *beta)
{
    const double limit = p->c->threshold;
    double q[WIDTH] = {0}, r[WIDTH] = {0};
    memset(beta, 0, WIDTH * sizeof *beta);
    for (int t = 0; t < p->c->steps; t++) {
        double next[WIDTH] = {0};
        for (size_t j = 0; j < p->n[l]; j++) {
            q[j] += back(p, l, j, m, r) - r[j] + p->c->kappa * g[j];
            if (fabs(q[j]) >= limit) next[j] = q[j] > 0 ? 2 * limit : -2 * limit;
            beta[j] += next[j] / (p->c->steps * p->c->kappa);
        }
        memcpy(r, next, sizeof next);
    }
}

/* The readout's part, and g of the last hidden layer. */
static void through_readout(struct plain *p, size_t s, double *g)
{
    const size_t L = p->L, K = p->n[L];
    double score[WIDTH] = {0}, sum = 0;
    for (size_t k = 0; k < K; k++) {
        for (size_t j = 0; j < p->n[L - 1]; j++) score[k] += p->all * p->W[L][k][j] * p->a[L - 1][s][j];
        sum += exp(score[k]);
    }
    for (size_t k = 0; k < K; k++) {
        const double d = exp(score[k]) / sum - (p->label[s] == (int)k);
        for (size_t j = 0; j < p->n[L - 1]; j++) {
            p->dW[L][k][j] += d * p->a[L - 1][s][j] / N;
            g[j] += d * p->all * p->W[L][k][j];
        }
    }
}

/* exact: by 30 iterations of ide, whatever the trainer. */
static void sample_gradient(struct plain *p, size_t s, bool exact)
{
    double g[WIDTH] = {0};
    through_readout(p, s, g);
    for (size_t l = p->L - 1; l >= 1; l--) {
        const double *a = p->a[l][s], *below = p->a[l - 1][s];
        double m[WIDTH] = {0}, beta[WIDTH], next[WIDTH] = {0};
        for (size_t i = 0; i < p->n[l]; i++) {
            const double z = p->c->by_rates && !exact ? a[i] : argument(p, l, i, a, below);
            m[i] = z > tiny && z < 1 - tiny;
        }
        if (p->c->spiking && !exact)
            spike_backwards(p, l, m, g, beta);
        else
            iterate(p, l, exact ? 30 : p->c->steps, m, g, beta);
        for (size_t i = 0; i < p->n[l]; i++) {
            const double delta = m[i] * beta[i] / p->c->theta;
            for (size_t j = 0; j < p->n[l - 1]; j++) {
                p->dW[l][i][j] += delta * below[j] / N;
                next[j] += p->W[l][i][j] * delta;
            }
            for (size_t j = 0; p->c->recurrent && j < p->n[l]; j++)
                if (j != i) p->dR[l][i][j] += delta * a[j] / N;
        }
        memcpy(g, next, sizeof g);
    }
}

static void gradient(struct plain *p, bool exact)
{
    memset(p->dW, 0, sizeof p->dW);
    memset(p->dR, 0, sizeof p->dR);
    for (size_t s = 0; s < N; s++) sample_gradient(p, s, exact);
}

/* ---- a step -------------------------------------------------------------------------------------------- */

/* || R_l || <= contraction theta; returns whether it was longer. */
static bool project(struct plain *p, size_t l)
{
    double square[WIDTH][WIDTH] = {{0}};
    for (size_t i = 0; i < p->n[l]; i++)
        for (size_t j = 0; j < p->n[l]; j++)
            for (size_t k = 0; k < p->n[l]; k++) square[i][j] += p->R[l][k][i] * p->R[l][k][j];
    const double norm = sqrt(plain_eigenvalue(p->n[l], square)), most = p->c->contraction * p->c->theta;
    if (!(norm > most)) return false;
    for (size_t i = 0; i < p->n[l]; i++)
        for (size_t j = 0; j < p->n[l]; j++) p->R[l][i][j] *= most / norm;
    return true;
}

static int plain_step(struct plain *p)
{
    int projected = 0;
    simulate(p);
    gradient(p, false);
    for (size_t l = 1; l <= p->L; l++) {
        const double per = l == p->L ? p->all : 1; /* O = all W_L is what moves */
        for (size_t i = 0; i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l - 1]; j++) p->W[l][i][j] -= rate * p->dW[l][i][j] / per;
        for (size_t i = 0; l < p->L && i < p->n[l]; i++)
            for (size_t j = 0; j < p->n[l]; j++) p->R[l][i][j] -= rate * p->dR[l][i][j];
        if (l < p->L && p->c->recurrent) projected += project(p, l);
    }
    return projected;
}

/* ---- comparison ---------------------------------------------------------------------------------------- */

static void take_weights(struct plain *p, const struct net *net)
{
    p->L = net->L;
    for (size_t l = 0; l <= p->L; l++) p->n[l] = net->n[l];
    for (size_t l = 1; l <= p->L; l++)
        for (size_t i = 0; i < p->n[l]; i++) {
            for (size_t j = 0; j < p->n[l - 1]; j++) p->W[l][i][j] = (double)net->W[l][j * p->n[l] + i];
            for (size_t j = 0; l < p->L && p->c->recurrent && j < p->n[l]; j++)
                p->R[l][i][j] = (double)net->W[p->L + l][j * p->n[l] + i];
        }
}

static void begin(struct toy_training *t, struct plain *p, const struct step_case *c)
{
    struct net first;
    memset(t, 0, sizeof *t);
    memset(p, 0, sizeof *p);
    p->c = c;
    toy_data_create(&t->data, N, T, INPUTS, 3, 8);
    toy_training_create(t, c->solver);
    toy_training_set_all(t, c->options);
    t->net_options.hidden = (struct int_list){2, {7, 5}};
    t->net_options.start = START_KAIMING;
    t->net_options.loss = LOSS_CROSS_ENTROPY;
    t->net_options.leak = (struct real_list){1, {c->leak}};
    t->net_options.threshold = (struct real_list){1, {c->theta}};
    t->net_options.recurrent = c->recurrent;
    toy_training_init(t, 3);
    take_weights(p, &t->net);
    const struct spikes *x = &t->data.x[SPLIT_TRAIN];
    for (size_t s = 0; s < N; s++) {
        p->label[s] = t->data.labels[SPLIT_TRAIN][s];
        for (size_t step = 0; step < T; step++)
            for (size_t k = x->start[s * T + step]; k < x->start[s * T + step + 1]; k++)
                p->input[step][s][x->index[k]] = (double)spikes_value(x, k);
    }
    for (size_t step = 0; step < T; step++) p->all += pow(c->leak, (double)step);
    toy_net_create(&first, &t->net_options, &t->data, &t->mem, 3);
    for (size_t i = 0; i < p->n[p->L]; i++)
        for (size_t j = 0; j < p->n[p->L - 1]; j++)
            cr_expect_float_eq(p->W[p->L][i][j] * p->all, (double)first.W[p->L][j * p->n[p->L] + i],
                               REAL_SELECT(1e-13, 1e-6), "the start divides the readout");
}

static double reported(struct toy_training *t, const char *name, size_t l)
{
    double values[64], found = NAN;
    struct metric_sink sink = {&t->solver->metrics, t->net.L, values, false};
    char column[64], wanted[64];
    snprintf(wanted, sizeof wanted, l > 0 ? "%s_%zu" : "%s", name, l);
    metric_clear(&sink);
    t->solver->report(t->state, &sink);
    for (size_t k = 0; k < metric_count(sink.table, sink.L); k++) {
        metric_column(sink.table, sink.L, k, column, sizeof column);
        if (strcmp(column, wanted) == 0) found = values[k];
    }
    return found;
}

static void expect(double theirs, double right, const char *what, size_t l)
{
    cr_expect_lt(fabs(theirs - right), REAL_SELECT(1e-7, 1e-3), "%s of layer %zu: %.12g, not %.12g", what, l,
                 theirs, right);
}

/* Of the weights after the step: shares of neurons, and the distance to the equilibrium. */
static void expect_rates(struct toy_training *t, struct plain *p, double *silent_ones, double *full_ones)
{
    simulate(p);
    find_points(p);
    for (size_t l = 1; l < p->L; l++) {
        double silent = 0, full = 0, squares = 0;
        const double entries = (double)(N * p->n[l]);
        for (size_t s = 0; s < N; s++)
            for (size_t i = 0; i < p->n[l]; i++) {
                silent += p->a[l][s][i] < tiny;
                full += p->a[l][s][i] > 1 - tiny;
                squares += pow(p->a[l][s][i] - p->point[l][s][i], 2);
            }
        expect(reported(t, "silent", l), silent / entries, "silent", l);
        expect(reported(t, "saturated", l), full / entries, "saturated", l);
        expect(reported(t, "equilibrium_rms", l), sqrt(squares / entries), "equilibrium_rms", l);
        *silent_ones += silent;
        *full_ones += full;
    }
}

/* Cosine and relative error of the hidden layers' gradient. */
static void expect_gradient(struct toy_training *t, struct plain *p)
{
    static matrices ours[2];
    double product = 0, squares = 0, wanted = 0, miss = 0;
    gradient(p, false);
    memcpy(ours[0], p->dW, sizeof p->dW);
    memcpy(ours[1], p->dR, sizeof p->dR);
    gradient(p, true);
    for (size_t l = 1; l < p->L; l++)
        for (size_t i = 0; i < WIDTH; i++)
            for (size_t j = 0; j < WIDTH; j++)
                for (int k = 0; k < 2; k++) {
                    const double x = ours[k][l][i][j], y = k == 0 ? p->dW[l][i][j] : p->dR[l][i][j];
                    product += x * y;
                    squares += x * x;
                    wanted += y * y;
                    miss += (x - y) * (x - y);
                }
    expect(reported(t, "grad_cosine", 0), product / sqrt(squares * wanted), "grad_cosine", 0);
    expect(reported(t, "grad_error", 0), sqrt(miss / wanted), "grad_error", 0);
}

static struct step_case cases[] = {
    {"ide", SGD "", 1, 0.9, false, false, false, 30, 0, 0, 0.5},
    {"ide", SGD "iterations=3 contraction=0.9", 0.9, 0.9, true, false, false, 3, 0, 0, 0.9},
    {"ide", SGD "contraction=0.2", 1, 0.9, true, false, false, 30, 0, 0, 0.2},
    {"spide", SGD "backward_steps=20 contraction=0.9", 1, 0.9, true, true, true, 20, 0.8, 0.5, 0.9},
    {"spide", SGD "backward_steps=9 kappa=1.5 backward_threshold=0.3 mask=equilibrium contraction=0.2", 0.9,
     0.9, true, true, false, 9, 1.5, 0.3, 0.2},
};

ParameterizedTestParameters(equilibrium_steps, a_step_equals_plain_loops)
{
    return cr_make_param_array(struct step_case, cases, sizeof cases / sizeof *cases);
}
ParameterizedTest(struct step_case *c, equilibrium_steps, a_step_equals_plain_loops)
{
    static struct plain p, now;
    struct toy_training t;
    double silent = 0, full = 0, moved = 0;
    begin(&t, &p, c);
    const int projected = plain_step(&p);
    struct step_report r = {.measure = true};
    struct error e = {0};
    cr_assert_eq(t.solver->step(t.state, &r, &e), ST_OK, "%s", e.text);
    now.c = c;
    take_weights(&now, &t.net);
    for (size_t l = 1; l <= p.L; l++)
        for (size_t i = 0; i < WIDTH; i++)
            for (size_t j = 0; j < WIDTH; j++) {
                expect(now.W[l][i][j], p.W[l][i][j], "a weight", l);
                expect(now.R[l][i][j], p.R[l][i][j], "a recurrent weight", l);
                moved += l < p.L ? fabs(p.dW[l][i][j]) + fabs(p.dR[l][i][j]) : 0;
            }
    expect_rates(&t, &p, &silent, &full);
    if (c->spiking) expect_gradient(&t, &p);
    cr_expect(silent > 0 && full > 0 && moved > 0.01, "%g silent, %g saturated, moved by %g", silent, full,
              moved);
    cr_expect(projected > 0 || !c->recurrent || c->contraction > 0.5, "the projection must be met");
    toy_training_free(&t);
}
