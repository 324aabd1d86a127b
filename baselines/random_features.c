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
    struct trace *traces; /* [threads] */
    real **block; /* [threads]: n_{L-1} x CHUNK_MAX, the features of a chunk; or K, a sample's scores */
    struct chol chol;
    real *validation; /* n_{L-1} x N_validation: features, of this rank's parts */
    /* Over parts, see pool_sum: F F', of which one triangle is right, and Y F'. */
    real *gram[PART_MAX], *right[PART_MAX];
    real *scratch;                    /* K x n */
    double correct[PART_MAX][RIDGES]; /* validation samples of a part that are right with each ridge */
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
    const size_t sums =
        pool_sums(partition_make(samples[SPLIT_TRAIN]).n_parts, shapes->threads, shapes->ranks);
    struct random_features *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->options = *(const struct random_features_options *)options;
    TRY(chol_create(&s->chol, n, m, e));
    s->traces = mem_alloc(m, shapes->threads, sizeof *s->traces, e);
    s->block = mem_alloc(m, shapes->threads, sizeof *s->block, e);
    if (!s->traces || !s->block) return ST_MEMORY;
    for (size_t k = 0; k < shapes->threads; k++) {
        TRY(trace_create(&s->traces[k], net, shapes->info->T, CHUNK_MAX, TRACE_ALL, m, e));
        if (!(s->block[k] = mem_reals(m, n * CHUNK_MAX > K ? n * CHUNK_MAX : K, e))) return ST_MEMORY;
    }
    for (size_t k = 0; k < sums; k++) {
        s->gram[k] = mem_reals(m, n * n, e);
        s->right[k] = mem_reals(m, K * n, e);
        if (!s->gram[k] || !s->right[k]) return ST_MEMORY;
    }
    s->scratch = mem_reals(m, K * n, e);
    s->validation = s->options.kappa == 0 ? mem_reals(m, n * samples[SPLIT_VALIDATION], e) : s->scratch;
    return s->scratch && s->validation ? ST_OK : ST_MEMORY;
}

/* f_n of C samples from `first` on (n_{L-1} x C): what the readout's weights multiply. z_{L,T} = W_L sum_t
 * leak^(T-t) a_{L-1,t}; for the mean readout (a reservoir, where the layers are recurrent; a current-based
 * synapse of the readout makes the response to a spike after u steps sum_v alpha^v leak^(u-v)) the weight of
 * step t is the mean over the steps it still acts on, (1 - leak^(T-t+1)) / ((1 - leak) T). */
static void make_features(struct random_features *s, const struct batch *b, size_t first, size_t C,
                          size_t thread, real *features)
{
    const struct net *net = s->env.net;
    const size_t T = b->x->T, size = net->n[net->L - 1] * C;
    const struct simulate_options plain = {0};
    double mean = 0, power = 1, current = 1; /* a spike's, after so many steps */
    memset(features, 0, size * sizeof *features);
    net_simulate(net, b, first, C, &s->traces[thread], &plain);
    for (size_t t = T; t-- > 0;) {
        mean += power / (double)T;
        const real weight = (real)(net->readout == READOUT_LAST ? power : mean);
        const real *a = s->traces[thread].a[net->L - 1] + t * size;
        current *= (double)net->synapse_decay;
        power = (double)net->lif[net->L].leak * power + current;
        for (size_t i = 0; i < size; i++) features[i] += weight * a[i];
    }
}

struct pass {
    struct random_features *s;
    const struct batch *batch;
    struct partition part;
    size_t ridge; /* that is tried */
};

/* Adds a chunk's share of F F' and Y F'. */
static void add_chunk(const struct pass *p, size_t first, size_t C, const real *features, size_t sum)
{
    struct random_features *s = p->s;
    const struct net *net = s->env.net;
    const size_t n = net->n[net->L - 1], K = net->n[net->L];
    blas_syrk(n, C, R(1.0), features, n, R(1.0), s->gram[sum], n);
    for (size_t i = 0; i < C; i++) {
        const size_t label = (size_t)p->batch->labels[batch_sample(p->batch, first + i)];
        for (size_t j = 0; j < n; j++) s->right[sum][j * K + label] += features[i * n + j];
    }
}

static void sum_part(void *context, size_t part, size_t sum, size_t thread)
{
    const struct pass *p = context;
    struct random_features *s = p->s;
    const size_t n = s->env.net->n[s->env.net->L - 1], K = s->env.net->n[s->env.net->L];
    memset(s->gram[sum], 0, n * n * sizeof(real));
    memset(s->right[sum], 0, K * n * sizeof(real));
    for (size_t c = part_first(&p->part, part); c < part_first(&p->part, part + 1); c++) {
        const size_t first = chunk_first(&p->part, c), C = chunk_first(&p->part, c + 1) - first;
        make_features(s, p->batch, first, C, thread, s->block[thread]);
        add_chunk(p, first, C, s->block[thread], sum);
    }
}

static void add_sums(void *context, size_t sum, size_t other)
{
    const struct pass *p = context;
    const struct random_features *s = p->s;
    const size_t n = s->env.net->n[s->env.net->L - 1], K = s->env.net->n[s->env.net->L];
    blas_axpy(n * n, R(1.0), s->gram[other], s->gram[sum]);
    blas_axpy(K * n, R(1.0), s->right[other], s->right[sum]);
}

static size_t sum_blocks(void *context, size_t sum, struct rank_block *blocks)
{
    const struct pass *p = context;
    const struct random_features *s = p->s;
    const size_t n = s->env.net->n[s->env.net->L - 1], K = s->env.net->n[s->env.net->L];
    blocks[0] = rank_memory(s->gram[sum], n * n * sizeof(real));
    blocks[1] = rank_memory(s->right[sum], K * n * sizeof(real));
    return 2;
}

/* W_L = Y F' (F F' + kappa tr/n I)^-1 */
static status solve(struct random_features *s, double kappa, struct error *e)
{
    const struct net *net = s->env.net;
    size_t n = net->n[net->L - 1], K = net->n[net->L];
    memcpy(s->chol.a, s->gram[0], n * n * sizeof(real));
    (void)add_ridge(n, kappa, s->chol.a);
    TRY(chol_factor(&s->chol, e));
    memcpy(net->W[net->L], s->right[0], K * n * sizeof(real));
    chol_solve_right(&s->chol, K, net->W[net->L], s->env.pool);
    s->kappa = kappa;
    return ST_OK;
}

static void validation_part(void *context, size_t part, size_t thread)
{
    const struct pass *p = context;
    struct random_features *s = p->s;
    const size_t n = s->env.net->n[s->env.net->L - 1];
    for (size_t c = part_first(&p->part, part); c < part_first(&p->part, part + 1); c++) {
        const size_t first = chunk_first(&p->part, c), C = chunk_first(&p->part, c + 1) - first;
        make_features(s, p->batch, first, C, thread, s->validation + first * n);
    }
}

/* Counts the validation samples of a part that are right with the weights as they are. */
static void count_part(void *context, size_t part, size_t thread)
{
    const struct pass *p = context;
    struct random_features *s = p->s;
    const struct net *net = s->env.net;
    const size_t n = net->n[net->L - 1], K = net->n[net->L];
    real *scores = s->block[thread];
    size_t right = 0, end = chunk_first(&p->part, part_first(&p->part, part + 1));
    for (size_t i = chunk_first(&p->part, part_first(&p->part, part)); i < end; i++) {
        blas_gemm(false, false, K, 1, n, R(1.0), net->W[net->L], K, s->validation + i * n, n, R(0.0), scores,
                  K);
        right += loss_argmax(K, scores) == (size_t)p->batch->labels[batch_sample(p->batch, i)];
    }
    s->correct[part][p->ridge] = (double)right;
}

static double ridge(size_t k)
{
    return pow(10.0, FIRST_POWER + (int)k);
}

/* The ridge that is best on the validation samples, the largest of them; 0 if none has a factor. */
static status choose_ridge(struct random_features *s, double *kappa, struct error *e)
{
    struct pass p = {.s = s, .batch = &s->env.validation, .part = partition_make(s->env.validation.n)};
    bool solved[RIDGES];
    double most = 0;
    part_run(s->env.pool, p.part.n_parts, validation_part, &p);
    for (p.ridge = 0; p.ridge < RIDGES; p.ridge++) {
        const status st = solve(s, ridge(p.ridge), e);
        solved[p.ridge] = st == ST_OK;
        if (st == ST_NUMERIC) continue; /* too small a ridge for the precision */
        TRY(st);
        part_run(s->env.pool, p.part.n_parts, count_part, &p);
    }
    part_share(s->env.pool, p.part.n_parts, s->correct, sizeof *s->correct);
    for (size_t k = 0; k < RIDGES; k++) {
        double right = 0; /* a whole number: any order gives the same */
        for (size_t part = 0; part < p.part.n_parts; part++) right += s->correct[part][k];
        if (!solved[k] || right < most) continue;
        most = right;
        *kappa = ridge(k);
    }
    return ST_OK;
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
    static const struct part_sum parts = {sum_part, add_sums, sum_blocks};
    struct random_features *s = state;
    const struct net *net = s->env.net;
    struct pass p = {.s = s, .batch = &s->env.train, .part = partition_make(s->env.train.n)};
    size_t n = net->n[net->L - 1], K = net->n[net->L];
    double kappa = s->options.kappa;
    sum_tree(pool_sum(s->env.pool, p.part.n_parts, &parts, &p), add_sums, &p);
    if (kappa == 0) TRY(choose_ridge(s, &kappa, e));
    TRY(solve(s, kappa, e));
    count(s, r);
    r->converged = true;
    if (r->measure) {
        step_hold(r);
        s->backward_error = backward_error_right(K, n, s->chol.a, net->W[net->L], s->right[0], s->scratch);
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
                FEATURE_RECURRENT | FEATURE_SYNAPSE | FEATURE_LAYER_NEURONS | FEATURE_RANKS,
    .options = {.spans = {{random_features_option_list, 1}}, .size = sizeof(struct random_features_options)},
    .metrics = {random_features_metrics, sizeof random_features_metrics / sizeof *random_features_metrics},
    .create = create,
    .start = solver_keep_env,
    .step = step,
    .check = check,
    .report = report,
};
