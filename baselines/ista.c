/* ISTA and FISTA for harmonic retrieval: iterations of shrinkage (unrolled.h) with the model's own matrices.
 * lambda is the one number that is chosen: of `candidates` the one with the least sum |xhat - x|^2 on
 * validation samples (on training samples where there are none), in one step.
 *
 *   x_k = S_{lambda / L}(T v_k + B y),   v_k = x_{k-1},   and for FISTA
 *   v_{k+1} = x_k + (t_k - 1) / t_{k+1} (x_k - x_{k-1}),   t_1 = 1,  t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2 */
#include "baselines/unrolled.h"
#include "support/blas.h"
#include <math.h>
#include <string.h>

struct ista_options {
    long iterations, candidates;
    double lambda_first, lambda_last;
};
#define AT(field) offsetof(struct ista_options, field)

static const struct option ista_option_list[] = {
    {"iterations", OPT_INT, AT(iterations), "8", 1, 1e6, 0, NULL, "iterations", "of a sample"},
    {"candidates", OPT_INT, AT(candidates), "16", 1, 1000, 0, NULL, "",
     "values of lambda, in geometric steps"},
    {"lambda_first", OPT_REAL, AT(lambda_first), "1", 0, 1e6, OPT_OPEN_LO, NULL, "", "first value of lambda"},
    {"lambda_last", OPT_REAL, AT(lambda_last), "0.01", 0, 1e6, OPT_OPEN_LO, NULL, "", "last value of lambda"},
};

static const struct metric_desc ista_metrics[] = {
    {"lambda", "", "the value that was chosen", METRIC_RUN},
    {"macs_fft", "operations", "multiply-accumulates of a sample where A and A' are multiplied by FFTs",
     METRIC_RUN},
};

struct passing {
    real *y, *b, *x, *before, *v; /* 2N and 2G x CHUNK_MAX; b = B y */
};

struct ista {
    struct train_env env;
    struct ista_options o;
    struct unrolled u;
    bool momentum;
    real *T, *B, *M, *R;     /* and as real matrices */
    struct passing *passing; /* [threads] */
};

static void ista_parameters(const struct solver *self, const void *options, const struct dataset_info *info,
                            struct net_block *shape, size_t *n)
{
    (void)self, (void)options, (void)info;
    shape[0] = (struct net_block){.name = "lambda", .rows = 1, .cols = 1};
    *n = 1;
}

static status ista_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e)
{
    struct ista *s = *state = mem_alloc(m, 1, sizeof *s, e);
    if (!s) return ST_MEMORY;
    s->o = *(const struct ista_options *)options;
    s->momentum = *(const bool *)self->own;
    s->u = unrolled_make(&shapes->info->grid, (size_t)s->o.iterations, true);
    const size_t G = 2 * s->u.G, N = 2 * s->u.N;
    s->T = mem_reals(m, unrolled_size_T(&s->u), e);
    s->B = mem_reals(m, unrolled_size_B(&s->u), e);
    s->M = mem_reals(m, G * G, e);
    s->R = mem_reals(m, G * N, e);
    s->passing = mem_alloc(m, shapes->threads, sizeof *s->passing, e);
    if (!s->T || !s->B || !s->M || !s->R || !s->passing) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) {
        struct passing *p = &s->passing[i];
        p->y = mem_reals(m, N * CHUNK_MAX, e);
        p->b = mem_reals(m, G * CHUNK_MAX, e);
        p->x = mem_reals(m, G * CHUNK_MAX, e);
        p->before = mem_reals(m, G * CHUNK_MAX, e);
        p->v = mem_reals(m, G * CHUNK_MAX, e);
        if (!p->y || !p->b || !p->x || !p->before || !p->v) return ST_MEMORY;
    }
    return ST_OK;
}

static status ista_start(void *state, const struct train_env *env, struct error *e)
{
    struct ista *s = state;
    unrolled_start(&s->u, s->T, s->B);
    unrolled_expand_T(&s->u, s->T, s->M);
    unrolled_expand_B(&s->u, s->B, s->R);
    env->net->W[1][0] = (real)s->o.lambda_first;
    return solver_keep_env(state, env, e);
}

/* v = x + factor (x - before), before = x. */
static void extrapolate(size_t n, double factor, struct passing *p)
{
    for (size_t i = 0; i < n; i++) {
        p->v[i] = p->x[i] + (real)factor * (p->x[i] - p->before[i]);
        p->before[i] = p->x[i];
    }
}

/* All iterations for samples first .. first+C-1: p->x. */
static void iterate(const struct ista *s, struct passing *p, const struct batch *b, size_t first, size_t C,
                    double lambda)
{
    const size_t G = 2 * s->u.G, N = 2 * s->u.N;
    const real theta = (real)(lambda / unrolled_lipschitz(&s->u));
    double t = 1;
    unrolled_inputs(&s->u, b, first, C, p->y);
    blas_gemm(false, false, G, C, N, R(1.0), s->R, G, p->y, N, R(0.0), p->b, G);
    unrolled_shrink(&s->u, theta, C, p->b, p->x); /* the first: x_0 = 0 */
    memset(p->before, 0, G * C * sizeof(real));
    for (size_t k = 1; k < s->u.layers; k++) {
        const double next = (1 + sqrt(1 + 4 * t * t)) / 2;
        extrapolate(G * C, s->momentum ? (t - 1) / next : 0, p);
        t = next;
        memcpy(p->x, p->b, G * C * sizeof(real));
        blas_gemm(false, false, G, C, G, R(1.0), s->M, G, p->v, G, R(1.0), p->x, G);
        unrolled_shrink(&s->u, theta, C, p->x, p->x);
    }
}

struct run_task {
    const struct ista *s;
    const struct batch *batch;
    struct partition part;
    double lambda;
    real *scores; /* NULL: errors alone */
    double error[PART_MAX];
};

static void run_part(void *context, size_t part, size_t thread)
{
    struct run_task *task = context;
    struct passing *p = &task->s->passing[thread];
    const size_t K = 2 * task->s->u.G;
    task->error[part] = 0;
    for (size_t k = part_first(&task->part, part); k < part_first(&task->part, part + 1); k++) {
        const size_t first = chunk_first(&task->part, k), C = chunk_first(&task->part, k + 1) - first;
        iterate(task->s, p, task->batch, first, C, task->lambda);
        if (task->scores) {
            memcpy(task->scores + first * K, p->x, K * C * sizeof(real));
            continue;
        }
        for (size_t c = 0; c < C; c++)
            task->error[part] += loss_regression(
                K, p->x + c * K, task->batch->targets + batch_sample(task->batch, first + c) * K, NULL);
    }
}

/* Multiply-accumulates of a sample: B y, which is the same in all iterations, once, and T v in all but the
 * first, where v = 0. */
static double macs_dense(const struct unrolled *u)
{
    const double G = (double)u->G, N = (double)u->N;
    return 4 * (G * N + ((double)u->layers - 1) * G * G);
}

/* The same by FFTs of G points, radix 2: A'(y - A v) takes two, in the first iteration one. */
static double macs_fft(const struct unrolled *u)
{
    const double G = (double)u->G;
    return 4 * (2 * (double)u->layers - 1) * G / 2 * log2(G);
}

static status ista_step(void *state, struct step_report *r, struct error *e)
{
    struct ista *s = state;
    const struct batch *b = s->env.validation.n > 0 ? &s->env.validation : &s->env.train;
    const long n = s->o.candidates;
    double least = INFINITY;
    (void)e;
    for (long k = 0; k < n; k++) {
        struct run_task task = {.s = s, .batch = b, .part = partition_make(b->n)};
        task.lambda = (double)(real)step_length(s->o.lambda_first, s->o.lambda_last, n, k);
        pool_run(s->env.pool, task.part.n_parts, run_part, &task);
        const double error = sum_of_parts(task.part.n_parts, task.error);
        if (!(error < least)) continue;
        least = error;
        s->env.net->W[1][0] = (real)task.lambda;
    }
    r->samples = (double)s->env.train.n; /* of which there is nothing to learn */
    r->forward_passes = (double)n * (double)b->n;
    r->dense_macs = r->forward_passes * macs_dense(&s->u);
    r->converged = true;
    return isfinite(least) ? ST_OK : FAIL(e, ST_NUMERIC, "the error is not finite for any lambda");
}

static status ista_predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                           struct error *e)
{
    struct ista *s = state;
    struct run_task task = {.s = s, .batch = b, .part = partition_make(b->n), .scores = scores};
    (void)e;
    task.lambda = (double)s->env.net->W[1][0];
    pool_run(s->env.pool, task.part.n_parts, run_part, &task);
    *counts = (struct operations){0, macs_dense(&s->u)};
    return ST_OK;
}

static void ista_report(void *state, struct metric_sink *sink)
{
    const struct ista *s = state;
    metric_put(sink, "lambda", 0, (double)s->env.net->W[1][0]);
    metric_put(sink, "macs_fft", 0, macs_fft(&s->u));
}

enum {
    ISTA_FEATURES = FEATURE_RETRIEVAL | FEATURE_LOSS_SQUARED | FEATURE_RESET_SOFT | FEATURE_READOUT_LAST |
                    FEATURE_START_RATE | FEATURE_FULL_BATCH | FEATURE_ONE_SHOT | FEATURE_OWN_PREDICTION |
                    FEATURE_OWN_NETWORK
};

static const bool without = false, with = true; /* momentum */

const struct solver solver_ista = {
    .abi = SOLVER_ABI,
    .name = "ista",
    .summary = "harmonic retrieval by iterations of shrinkage; lambda chosen on validation samples",
    .reference =
        "Daubechies, Defrise, De Mol: An iterative thresholding algorithm for linear inverse problems with a "
        "sparsity constraint, 2004",
    .features = ISTA_FEATURES,
    .options = {.spans = {{ista_option_list, sizeof ista_option_list / sizeof *ista_option_list}},
                .size = sizeof(struct ista_options)},
    .metrics = {ista_metrics, sizeof ista_metrics / sizeof *ista_metrics},
    .own = &without,
    .create = ista_create,
    .start = ista_start,
    .step = ista_step,
    .parameters = ista_parameters,
    .report = ista_report,
    .predict = ista_predict,
};

const struct solver solver_fista = {
    .abi = SOLVER_ABI,
    .name = "fista",
    .summary = "ista with Nesterov's extrapolation",
    .reference =
        "Beck, Teboulle: A Fast Iterative Shrinkage-Thresholding Algorithm for Linear Inverse Problems, 2009",
    .features = ISTA_FEATURES,
    .options = {.spans = {{ista_option_list, sizeof ista_option_list / sizeof *ista_option_list}},
                .size = sizeof(struct ista_options)},
    .metrics = {ista_metrics, sizeof ista_metrics / sizeof *ista_metrics},
    .own = &with,
    .create = ista_create,
    .start = ista_start,
    .step = ista_step,
    .parameters = ista_parameters,
    .report = ista_report,
    .predict = ista_predict,
};
