/* The floor: the hidden layers stay as they start, the readout is solved by ridge regression in closed form.
 */
#include "support/blas.h"
#include "support/linsolve.h"
#include "trainer/cost.h"
#include "trainer/solver.h"
#include <string.h>

enum { FIRST_POWER = -6, RIDGES = 11 }; /* kappa = 0: powers of ten that are tried */

struct random_features_options {
    double kappa;
};

static const struct option random_features_option_list[] = {
    {"kappa", OPT_REAL, offsetof(struct random_features_options, kappa), "0", 0, 1e12, 0, NULL, "",
     "ridge of the readout, times the mean diagonal of the features' Gram matrix; 0: the best of 1e-6 .. 1e4 "
     "on validation"},
};

static const struct metric_desc random_features_metrics[] = {
    {"kappa", "", "ridge that was used, times the mean diagonal of the Gram matrix", METRIC_RUN},
    {"rcond", "", "reciprocal condition number of the readout's system", METRIC_RUN},
    {"backward_error", "", "normwise backward error of the readout's solve", METRIC_RUN},
};

struct random_features {
    struct train_env env;
    struct random_features_options options;
    struct trace trace;
    struct chol chol;
    real *features, *gram, *right, *scratch; /* n_{L-1} x N_max, n^2, K x n, K x n */
    double kappa, rcond, backward_error;
};

static status check(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e)
{
    const struct random_features_options *o = options;
    (void)self, (void)net;
    if (o->kappa == 0 && info->n[SPLIT_VALIDATION] == 0)
        return FAIL(e, ST_CONFIG,
                    "option 'kappa' is 0 (chosen on validation), but dataset.n_validation is 0 as well");
    return ST_OK;
}

/* The Gram matrix of N features; a factor and a solve for each ridge tried and the one that is used; and the
 * scores of the validation samples for each that is tried. */
static void add_readout(struct step_cost *c, const struct net *net, double N, double validation, double tried)
{
    double n = (double)net->n[net->L - 1], K = (double)net->n[net->L];
    cost_gram(c, n, N);
    for (double k = 0; k < tried + 1; k++) cost_factor(c, n);
    cost_solve(c, n, K * (tried + 1));
    cost_product(c, net, net->L, validation * tried, 0);
}

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    const size_t n = net->n[net->L - 1], K = net->n[net->L], *samples = shapes->info->n;
    const size_t N =
        samples[SPLIT_TRAIN] > samples[SPLIT_VALIDATION] ? samples[SPLIT_TRAIN] : samples[SPLIT_VALIDATION];
    struct random_features *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *(const struct random_features_options *)options;
    TRY(trace_create(&s->trace, net, shapes->info->T, CHUNK_MAX, true, m, e));
    TRY(chol_create(&s->chol, n, m, e));
    s->features = mem_reals(m, n * N, e);
    s->gram = mem_reals(m, n * n, e);
    s->right = mem_reals(m, K * n, e);
    s->scratch = mem_reals(m, K * n, e);
    return s->features && s->gram && s->right && s->scratch ? ST_OK : ST_MEMORY;
}

/* f_n: what the readout's weights multiply. z_{L,T} = W_L sum_t leak^(T-t) a_{L-1,t}; for the mean readout
 * (a reservoir, where the layers are recurrent; a current-based synapse of the readout makes the response to
 * a spike after u steps sum_v alpha^v leak^(u-v)) the weight of step t is the mean over the steps it still
 * acts on, (1 - leak^(T-t+1)) / ((1 - leak) T). */
static void make_features(struct random_features *s, const struct batch *b)
{
    const struct net *net = s->env.net;
    size_t n = net->n[net->L - 1], T = b->x->T;
    struct partition part = partition_make(b->n);
    struct simulate_options plain = {0};
    memset(s->features, 0, n * b->n * sizeof *s->features);
    for (size_t c = 0; c < part.n_chunks; c++) {
        size_t first = chunk_first(&part, c), size = n * (chunk_first(&part, c + 1) - first);
        net_simulate(net, b, first, size / n, &s->trace, &plain);
        double last = 1, mean = 0, power = 1, current = 1; /* a spike's, after so many steps */
        for (size_t t = T; t-- > 0;) {
            mean += power / (double)T;
            last = power;
            current *= (double)net->synapse_decay;
            power = (double)net->lif[net->L].leak * power + current;
            const real weight = (real)(net->readout == READOUT_LAST ? last : mean);
            const real *a = s->trace.a[net->L - 1] + t * size;
            for (size_t i = 0; i < size; i++) s->features[first * n + i] += weight * a[i];
        }
    }
}

/* W_L = Y F' (F F' + kappa tr/n I)^-1 */
static status solve(struct random_features *s, double kappa, struct error *e)
{
    const struct net *net = s->env.net;
    size_t n = net->n[net->L - 1], K = net->n[net->L];
    memcpy(s->chol.a, s->gram, n * n * sizeof *s->gram);
    (void)add_ridge(n, kappa, s->chol.a);
    TRY(chol_factor(&s->chol, e));
    memcpy(net->W[net->L], s->right, K * n * sizeof(real));
    chol_solve_right(&s->chol, K, net->W[net->L], s->env.pool);
    s->kappa = kappa;
    return ST_OK;
}

static size_t count_right(const struct random_features *s)
{
    const struct net *net = s->env.net;
    const struct batch *b = &s->env.validation;
    size_t n = net->n[net->L - 1], K = net->n[net->L], right = 0;
    for (size_t i = 0; i < b->n; i++) {
        real *scores = s->scratch;
        blas_gemm(false, false, K, 1, n, R(1.0), net->W[net->L], K, s->features + i * n, n, R(0.0), scores,
                  K);
        right += loss_argmax(K, scores) == (size_t)b->labels[batch_sample(b, i)];
    }
    return right;
}

/* The features of a sample are one simulation of it. A ridge that is too small for a factor counts as well.
 */
static void count(const struct random_features *s, struct step_report *r)
{
    const bool tries = s->options.kappa == 0;
    const double N = (double)s->env.train.n, validation = tries ? (double)s->env.validation.n : 0;
    struct step_cost readout = {0};
    add_readout(&readout, s->env.net, N, validation, tries ? RIDGES : 0);
    r->samples = N;
    r->forward_passes = r->spike_passes = N + validation;
    r->dense_macs = cost_macs(&readout);
}

static status step(void *state, struct step_report *r, struct error *e)
{
    struct random_features *s = state;
    const struct net *net = s->env.net;
    const struct batch *b = &s->env.train;
    size_t n = net->n[net->L - 1], K = net->n[net->L];
    double kappa = s->options.kappa;
    make_features(s, b);
    blas_syrk(n, b->n, R(1.0), s->features, n, R(0.0), s->gram, n);
    memset(s->right, 0, K * n * sizeof *s->right);
    for (size_t i = 0; i < b->n; i++) {
        size_t label = (size_t)b->labels[batch_sample(b, i)];
        for (size_t j = 0; j < n; j++) s->right[j * K + label] += s->features[i * n + j];
    }
    if (kappa == 0) {
        size_t most = 0;
        make_features(s, &s->env.validation);
        for (int k = 0; k < RIDGES; k++) {
            const int power = FIRST_POWER + k;
            status st = solve(s, pow(10.0, power), e);
            if (st == ST_NUMERIC) continue; /* too small a ridge for the precision */
            TRY(st);
            size_t right = count_right(s);
            if (right >= most) {
                most = right;
                kappa = pow(10.0, power);
            }
        }
    }
    TRY(solve(s, kappa, e));
    count(s, r);
    r->converged = true;
    if (r->measure) {
        step_hold(r);
        s->backward_error = backward_error_right(K, n, s->chol.a, net->W[net->L], s->right, s->scratch);
        status st = chol_rcond(&s->chol, &s->rcond, e);
        step_resume(r);
        return st;
    }
    return ST_OK;
}

static void report(void *state, struct metric_sink *sink)
{
    const struct random_features *s = state;
    if (s->kappa <= 0) return;
    metric_put(sink, "kappa", 0, s->kappa);
    metric_put(sink, "rcond", 0, s->rcond);
    metric_put(sink, "backward_error", 0, s->backward_error);
}

const struct solver solver_random_features = {
    .abi = SOLVER_ABI,
    .name = "random_features",
    .summary =
        "the starting network with its readout solved by ridge regression: the floor for every trainer",
    .reference = "Rahimi, Recht: Random Features for Large-Scale Kernel Machines, NIPS 2007",
    .features = FEATURE_CLASSIFICATION | FEATURE_NETWORKS | FEATURE_FULL_BATCH | FEATURE_ONE_SHOT |
                FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS,
    .options = {.spans = {{random_features_option_list, 1}}, .size = sizeof(struct random_features_options)},
    .metrics = {random_features_metrics, sizeof random_features_metrics / sizeof *random_features_metrics},
    .create = create,
    .start = solver_keep_env,
    .step = step,
    .check = check,
    .report = report,
};
