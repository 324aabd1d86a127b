/* Epochs of enkf against plain loops over samples, members and weights from docs/method.md, section 7.12. The
 * members, the order of samples and the noise are drawn as the trainer draws them, from a stream of the same
 * seed. */
#include "tests/plain_solve.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

enum {
    N = 10,
    T = 5,
    INPUTS = 6,
    HIDDEN = 5,
    K = 3,
    J = 6,
    READOUT = INPUTS * HIDDEN,
    D = READOUT + HIDDEN * K
};

struct epoch_case {
    char options[200];
    size_t batch;
    int assimilations; /* 0: enkf */
    bool local, common;
    double spread, ridge, growth, noise, inflation, deviation, start_readout;
};

struct plain {
    const struct epoch_case *c;
    struct rng rng;
    size_t order[N];
    int label[N], epoch;
    double input[T][N][INPUTS];
    double mean[D], member[J][D], start[2]; /* start: deviation of a weight of W_1, of W_2 */
    double score[J][N][K];
};

static double deviation(const struct plain *p, size_t d)
{
    return p->start[d >= READOUT];
}

static void take_mean(struct plain *p)
{
    for (size_t d = 0; d < D; d++) {
        p->mean[d] = 0;
        for (size_t j = 0; j < J; j++) p->mean[d] += p->member[j][d] / J;
    }
}

/* Shifts the members to this mean, their deviations times factor. */
static void centre(struct plain *p, const double *to, double factor)
{
    for (size_t d = 0; d < D; d++) {
        double mean = 0;
        for (size_t j = 0; j < J; j++) mean += p->member[j][d] / J;
        for (size_t j = 0; j < J; j++) p->member[j][d] = to[d] + factor * (p->member[j][d] - mean);
    }
}

static void start(struct plain *p, const double *weights)
{
    double squares[2] = {0};
    for (size_t d = 0; d < D; d++) squares[d >= READOUT] += weights[d] * weights[d];
    p->start[0] = sqrt(squares[0] / READOUT);
    p->start[1] = sqrt(squares[1] / (HIDDEN * K));
    for (int k = 0; k < 2 && p->c->common; k++) p->start[k] *= p->c->deviation;
    for (size_t d = 0; d < D; d++) {
        p->mean[d] = p->c->common ? weights[d] : 0;
        if (d >= READOUT) p->mean[d] *= p->c->start_readout;
    }
    for (size_t j = 0; j < J; j++)
        for (size_t d = 0; d < D; d++) p->member[j][d] = p->mean[d] + deviation(p, d) * rng_normal(&p->rng);
    if (p->c->spread > 0 && p->c->common) centre(p, p->mean, 1);
    take_mean(p);
}

/* Leak 0.9, threshold 1, soft reset, the readout's last potential. */
static void simulate(struct plain *p, size_t j, size_t s)
{
    const double *w = p->member[j];
    double z[HIDDEN] = {0}, a[HIDDEN] = {0}, *score = p->score[j][s];
    memset(score, 0, K * sizeof *score);
    for (size_t t = 0; t < T; t++) {
        for (size_t i = 0; i < HIDDEN; i++) {
            z[i] = 0.9 * z[i] - a[i];
            for (size_t m = 0; m < INPUTS; m++) z[i] += w[m * HIDDEN + i] * p->input[t][s][m];
        }
        for (size_t i = 0; i < HIDDEN; i++) a[i] = z[i] > 1;
        for (size_t k = 0; k < K; k++) {
            score[k] *= 0.9;
            for (size_t i = 0; i < HIDDEN; i++) score[k] += w[READOUT + i * K + k] * a[i];
        }
    }
}

/* Observations of n samples: Y and E (J columns, or the mean's one). */
struct observed {
    size_t n;
    double Y[N][K][J], E[N][K][J];
};

static void observe(struct plain *p, const size_t *samples, size_t n, double sigma, struct observed *o)
{
    o->n = n;
    for (size_t k = 0; k < K; k++)
        for (size_t i = 0; i < n; i++) {
            const size_t s = samples[i];
            const double y = p->label[s] == (int)k;
            double mean = 0;
            for (size_t j = 0; j < J; j++) mean += p->score[j][s][k] / J;
            for (size_t j = 0; j < J; j++) {
                o->Y[i][k][j] = (p->score[j][s][k] - mean) / sqrt(J - 1.0);
                o->E[i][k][j] = y - mean;
                if (!(p->c->spread > 0)) o->E[i][k][j] = y + sigma * rng_normal(&p->rng) - p->score[j][s][k];
            }
        }
}

/* Column `column` of X = (Y'Y + shift I)^-1 Y'E over the outputs first .. end-1. */
static void solve(const struct plain *p, const struct observed *o, size_t first, size_t end, double shift,
                  size_t column, double *x)
{
    long double A[PLAIN_WIDTH][PLAIN_WIDTH] = {{0}}, trace = 0;
    double b[PLAIN_WIDTH] = {0};
    for (size_t i = 0; i < o->n; i++)
        for (size_t k = first; k < end; k++)
            for (size_t r = 0; r < J; r++) {
                b[r] += o->Y[i][k][r] * o->E[i][k][column];
                for (size_t c = 0; c < J; c++) A[r][c] += o->Y[i][k][r] * o->Y[i][k][c];
            }
    for (size_t r = 0; r < J; r++) trace += A[r][r];
    for (size_t r = 0; r < J; r++) A[r][r] += p->c->spread > 0 ? shift * trace / J : shift;
    plain_solve(J, A, b, x);
}

/* What weight d of the mean, or of each member, moves by: A X. */
static void analyse(struct plain *p, const struct observed *o, double shift)
{
    const bool mean = p->c->spread > 0;
    double to[J][D];
    take_mean(p);
    for (size_t column = 0; column < (mean ? 1 : J); column++)
        for (size_t part = 0; part <= K; part++) { /* the readout's rows, and all others */
            const bool row = part < K;
            double x[J];
            solve(p, o, row && p->c->local ? part : 0, row && p->c->local ? part + 1 : K, shift, column, x);
            for (size_t d = 0; d < D; d++) {
                if (row != (d >= READOUT) || (row && (d - READOUT) % K != part)) continue;
                to[column][d] = mean ? p->mean[d] : p->member[column][d];
                for (size_t j = 0; j < J; j++)
                    to[column][d] += (p->member[j][d] - p->mean[d]) / sqrt(J - 1.0) * x[j];
            }
        }
    if (mean)
        memcpy(p->mean, to[0], sizeof p->mean);
    else
        memcpy(p->member, to, sizeof p->member);
}

/* Around the mean, `spread` times the starting deviation to either side, a bit of a draw for each weight. */
static void draw_again(struct plain *p)
{
    for (size_t j = 0; j < J; j++) {
        uint64_t bits = 0;
        for (size_t d = 0; d < D; d++) {
            const size_t k = d < READOUT ? d : d - READOUT;
            if (k % 64 == 0) bits = rng_u64(&p->rng);
            const bool up = bits >> (k % 64) & 1;
            p->member[j][d] = p->mean[d] + (up ? 1 : -1) * p->c->spread * deviation(p, d);
        }
    }
    centre(p, p->mean, 1);
}

static void plain_epoch(struct plain *p)
{
    static struct observed o;
    const double alpha = p->c->assimilations > 0 ? p->c->assimilations : 1;
    const double sigma = p->c->noise * sqrt(alpha);
    const double ridge = alpha * p->c->ridge * pow(p->c->growth, p->epoch++);
    for (size_t s = 0; s < N; s++) p->order[s] = s;
    if (p->c->assimilations == 0) rng_shuffle(&p->rng, p->order, N);
    for (size_t first = 0; first < N; first += p->c->batch) {
        const size_t n = N - first < p->c->batch ? N - first : p->c->batch;
        for (size_t j = 0; j < J; j++)
            for (size_t i = 0; i < n; i++) simulate(p, j, p->order[first + i]);
        observe(p, p->order + first, n, sigma, &o);
        analyse(p, &o, p->c->spread > 0 ? ridge : sigma * sigma);
        if (p->c->spread > 0) {
            draw_again(p);
            continue;
        }
        take_mean(p);
        centre(p, p->mean, p->c->inflation);
    }
}

static void begin(struct toy_training *t, struct plain *p, const struct epoch_case *c)
{
    double weights[D];
    memset(t, 0, sizeof *t);
    memset(p, 0, sizeof *p);
    p->c = c;
    toy_data_create(&t->data, N, T, INPUTS, K, 8);
    toy_training_create(t, "enkf");
    toy_training_set_all(t, c->options);
    t->net_options.hidden = (struct int_list){1, {HIDDEN}};
    t->net_options.start = START_KAIMING;
    toy_training_init(t, 3);
    const struct spikes *x = &t->data.x[SPLIT_TRAIN];
    for (size_t s = 0; s < N; s++) {
        p->label[s] = t->data.labels[SPLIT_TRAIN][s];
        for (size_t step = 0; step < T; step++)
            for (size_t k = x->start[s * T + step]; k < x->start[s * T + step + 1]; k++)
                p->input[step][s][x->index[k]] = (double)spikes_value(x, k);
    }
    for (size_t d = 0; d < D; d++)
        weights[d] = (double)(d < READOUT ? t->net.W[1][d] : t->net.W[2][d - READOUT]);
    rng_seed(&p->rng, 1, "solver");
    start(p, weights);
}

static struct epoch_case cases[] = {
    {"ensemble=6 batch=6 spread=0.5 ridge=0.7 ridge_growth=1.5 localisation=output deviation=0.4 "
     "start_readout=0.3",
     6, 0, true, true, 0.5, 0.7, 1.5, 0, 1, 0.4, 0.3},
    {"ensemble=6 batch=10 spread=1 ridge=2 localisation=none ensemble_start=independent", 10, 0, false, false,
     1, 2, 1, 0, 1, 0, 0},
    {"ensemble=6 batch=4 spread=0 noise=0.3 inflation=1.2 localisation=output deviation=0.4 start_readout=1",
     4, 0, true, true, 0, 0, 1, 0.3, 1.2, 0.4, 1},
    {"method=esmda assimilations=3 ensemble=6 spread=0 noise=0.2 localisation=none "
     "ensemble_start=independent",
     N, 3, false, false, 0, 0, 1, 0.2, 1, 0, 0},
    {"method=esmda assimilations=3 ensemble=6 spread=0.6 ridge=0.2 ridge_growth=2 deviation=0.5 "
     "start_readout=0.5",
     N, 3, true, true, 0.6, 0.2, 2, 0, 1, 0.5, 0.5},
};

ParameterizedTestParameters(enkf_steps, epochs_equal_plain_loops)
{
    return cr_make_param_array(struct epoch_case, cases, sizeof cases / sizeof *cases);
}
ParameterizedTest(struct epoch_case *c, enkf_steps, epochs_equal_plain_loops)
{
    static struct plain p;
    struct toy_training t;
    const double near = REAL_SELECT(1e-9, 5e-3);
    begin(&t, &p, c);
    for (int k = 0; k < REAL_SELECT(3, 1); k++) {
        double moved = 0;
        (void)toy_training_step(&t);
        double before[D];
        memcpy(before, p.mean, sizeof before);
        plain_epoch(&p);
        for (size_t d = 0; d < D; d++) {
            const double theirs = (double)(d < READOUT ? t.net.W[1][d] : t.net.W[2][d - READOUT]);
            cr_expect_lt(fabs(theirs - p.mean[d]), near, "%s, epoch %d, weight %zu: %.12g, not %.12g",
                         c->options, k, d, theirs, p.mean[d]);
            moved += fabs(p.mean[d] - before[d]);
        }
        cr_expect_gt(moved, 0.01, "%s: it must move", c->options);
    }
    toy_training_free(&t);
}
