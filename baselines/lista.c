/* LISTA for harmonic retrieval: unrolled iterations of shrinkage (unrolled.h) whose T_k, B_k and theta_k are
 * trained by gradients, started at ISTA's. The loss of a mini-batch is
 *
 *   sum_k w_k sum |x_k - x|^2 / sum |x|^2,   w_layers = 1, the others `early`.
 *
 * neuron = few_spikes predicts with spikes: the inputs and the units send their values in K steps as the
 * few-spikes neuron does (few_spikes.h), rounded to the nearest, one signed spike at most for each of real
 * and imaginary part and step. A complex unit adds up z while the layer below sends, shrinks both membranes
 * by max(0, 1 - theta / |z|), and sends. Scales A: `amplitude` times the largest part of inputs and of each
 * layer's units on validation samples. The source is known by its abstract alone: this coupled neuron, the
 * training and its settings are a construction of this project. */
#include "baselines/few_spikes.h"
#include "baselines/unrolled.h"
#include "support/blas.h"
#include "trainer/minibatch.h"
#include <math.h>
#include <string.h>

enum { LAYERS_MOST = 64, CALIBRATION_MOST = 1000 };
enum { T_BLOCK = 1, B_BLOCK, THETA_BLOCK, N_BLOCKS = THETA_BLOCK };
enum { NEURON_ANALOGUE, NEURON_FEW_SPIKES };
static const char *const product_names[] = {"toeplitz", "dense", NULL};
static const char *const neuron_names[] = {"analogue", "few_spikes", NULL};
enum { ROUND_NEAREST, ROUND_DOWN };
static const char *const rounding_names[] = {"nearest", "down", NULL};

struct lista_options {
    struct minibatch_options common;
    long layers, steps;
    int products, neuron, rounding;
    double early, start_lambda, amplitude;
};
#define AT(field) offsetof(struct lista_options, field)

static const struct option lista_option_list[] = {
    {"layers", OPT_INT, AT(layers), "8", 2, LAYERS_MOST, 0, NULL, "layers", "unrolled iterations"},
    {"products", OPT_CHOICE, AT(products), "toeplitz", 0, 0, 0, product_names, "",
     "T_k: Toeplitz matrices, or any"},
    {"early", OPT_REAL, AT(early), "0.1", 0, 1e3, 0, NULL, "",
     "weight of the loss of all layers but the last"},
    {"start_lambda", OPT_REAL, AT(start_lambda), "0.1", 0, 1e6, 0, NULL, "",
     "lambda of the ISTA that the layers are at the start"},
    {"neuron", OPT_CHOICE, AT(neuron), "analogue", 0, 0, OPT_PREDICTION, neuron_names, "",
     "how values are sent from layer to layer in predictions"},
    {"steps", OPT_INT, AT(steps), "4", 1, 50, OPT_PREDICTION, NULL, "steps", "K of few_spikes"},
    {"amplitude", OPT_REAL, AT(amplitude), "1", 0, 1, OPT_OPEN_LO | OPT_PREDICTION, NULL, "",
     "few_spikes: the largest number that is sent, over the largest part on validation samples"},
    {"rounding", OPT_CHOICE, AT(rounding), "nearest", 0, 0, OPT_PREDICTION, rounding_names, "",
     "few_spikes: to a multiple of the last step's"},
};
static const struct option_default lista_defaults[] = {{"batch", "64"}, {NULL, NULL}};

static const struct metric_desc lista_metrics[] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
    {"unrolled_loss", "", "the loss that is trained, mean over the epoch's mini-batches", METRIC_RUN},
    {"input_spikes", "spikes", "few_spikes: spikes of a sample's inputs, mean over validation samples",
     METRIC_RUN},
    {"unit_spikes", "spikes", "few_spikes: the same of all units but the last layer's", METRIC_RUN},
    {"macs_fft", "operations", "toeplitz: multiply-accumulates of a sample where T_k is multiplied by FFTs",
     METRIC_RUN},
};

/* A thread's samples on their way through the layers. */
struct passing {
    real *y, *x, *z; /* 2N and 2G x CHUNK_MAX */
};

struct lista {
    struct minibatch minibatch;
    struct lista_options o;
    struct unrolled u;
    real **M, **R; /* [layers]: T_k (k > 0) and B_k as real matrices */
    real *dM, *dR;
    real *y, **x, **z, *dx, *below; /* a mini-batch: [layers] for x and z */
    struct passing *passing;        /* [threads] */
    double A[LAYERS_MOST + 1];      /* A[0]: inputs; A[k]: layer k */
    double loss;
    size_t batches;
};

static status lista_check(const struct solver *self, const void *options, const struct net_options *net,
                          const struct dataset_info *info, struct error *e)
{
    const struct lista_options *o = options;
    const bool spikes = o->neuron == NEURON_FEW_SPIKES;
    const struct option_use uses[] = {{"steps", spikes, "neuron = few_spikes"},
                                      {"amplitude", spikes, "neuron = few_spikes"},
                                      {"rounding", spikes, "neuron = few_spikes"}};
    TRY(opt_refuse_idle(&self->options, options, uses, sizeof uses / sizeof *uses, e));
    return minibatch_check(self, options, net, info, e);
}

static struct unrolled shape_of(const struct lista_options *o, const struct dataset_info *info)
{
    return unrolled_make(&info->grid, (size_t)o->layers, o->products == 0);
}

static void lista_parameters(const struct solver *self, const void *options, const struct dataset_info *info,
                             struct net_block *shape, size_t *n)
{
    const struct unrolled u = shape_of(options, info);
    (void)self;
    shape[T_BLOCK - 1] = (struct net_block){.name = "T", .rows = unrolled_size_T(&u), .cols = u.layers - 1};
    shape[B_BLOCK - 1] = (struct net_block){.name = "B", .rows = unrolled_size_B(&u), .cols = u.layers};
    shape[THETA_BLOCK - 1] = (struct net_block){.name = "theta", .rows = 1, .cols = u.layers};
    *n = N_BLOCKS;
}

/* n blocks of `size` numbers each; NULL: ST_MEMORY. */
static real **blocks(size_t n, size_t size, struct mem *m, struct error *e)
{
    real **v = mem_alloc(m, n, sizeof *v, e);
    for (size_t k = 0; v && k < n; k++)
        if (!(v[k] = mem_reals(m, size, e))) return NULL;
    return v;
}

static status create_passing(struct lista *s, size_t threads, struct mem *m, struct error *e)
{
    s->passing = mem_alloc(m, threads, sizeof *s->passing, e);
    for (size_t i = 0; s->passing && i < threads; i++) {
        struct passing *p = &s->passing[i];
        p->y = mem_reals(m, 2 * s->u.N * CHUNK_MAX, e);
        p->x = mem_reals(m, 2 * s->u.G * CHUNK_MAX, e);
        p->z = mem_reals(m, 2 * s->u.G * CHUNK_MAX, e);
        if (!p->y || !p->x || !p->z) return ST_MEMORY;
    }
    return s->passing ? ST_OK : ST_MEMORY;
}

static status lista_create(const struct solver *self, void **state, const void *options,
                           const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct lista_options *o = options;
    const size_t C = minibatch_largest(&o->common, shapes->info->n[SPLIT_TRAIN]);
    struct lista *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->o = *o;
    s->u = shape_of(o, shapes->info);
    const size_t G = 2 * s->u.G, N = 2 * s->u.N;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, N_BLOCKS}, 1, m, e));
    s->M = blocks(s->u.layers, G * G, m, e);
    s->R = blocks(s->u.layers, G * N, m, e);
    s->x = blocks(s->u.layers, G * C, m, e);
    s->z = blocks(s->u.layers, G * C, m, e);
    s->dM = mem_reals(m, G * G, e);
    s->dR = mem_reals(m, G * N, e);
    s->y = mem_reals(m, N * C, e);
    s->dx = mem_reals(m, G * C, e);
    s->below = mem_reals(m, G * C, e);
    if (!s->M || !s->R || !s->x || !s->z || !s->dM || !s->dR || !s->y || !s->dx || !s->below)
        return ST_MEMORY;
    return create_passing(s, shapes->threads, m, e);
}

static status lista_start(void *state, const struct train_env *env, struct error *e)
{
    struct lista *s = state;
    const struct unrolled *u = &s->u;
    real *const *W = env->net->W;
    const size_t T = unrolled_size_T(u), B = unrolled_size_B(u);
    unrolled_start(u, W[T_BLOCK], W[B_BLOCK]);
    for (size_t k = 1; k < u->layers; k++) {
        memcpy(W[B_BLOCK] + k * B, W[B_BLOCK], B * sizeof(real));
        if (k + 1 < u->layers) memcpy(W[T_BLOCK] + k * T, W[T_BLOCK], T * sizeof(real));
    }
    for (size_t k = 0; k < u->layers; k++)
        W[THETA_BLOCK][k] = (real)(s->o.start_lambda / unrolled_lipschitz(u));
    return minibatch_start(state, env, e);
}

/* M and R of the weights as they are. */
static void expand(struct lista *s)
{
    real *const *W = s->minibatch.env.net->W;
    for (size_t k = 0; k < s->u.layers; k++) {
        unrolled_expand_B(&s->u, W[B_BLOCK] + k * unrolled_size_B(&s->u), s->R[k]);
        if (k > 0) unrolled_expand_T(&s->u, W[T_BLOCK] + (k - 1) * unrolled_size_T(&s->u), s->M[k]);
    }
}

/* z (2G x C) = R_k y + M_k x, x NULL in the first layer. */
static void products(const struct lista *s, size_t k, size_t C, const real *y, const real *x, real *z)
{
    const size_t G = 2 * s->u.G, N = 2 * s->u.N;
    blas_gemm(false, false, G, C, N, R(1.0), s->R[k], G, y, N, R(0.0), z, G);
    if (k > 0) blas_gemm(false, false, G, C, G, R(1.0), s->M[k], G, x, G, R(1.0), z, G);
}

/* ---- training ----------------------------------------------------------------------------------------- */

/* below += 2 w (x_k - x) / power, with the loss. */
static double add_error(const struct lista *s, const struct batch *b, size_t k, double power)
{
    const size_t G = 2 * s->u.G;
    const double w = (k + 1 == s->u.layers ? 1 : s->o.early) / power;
    double sum = 0;
    for (size_t c = 0; c < b->n; c++) {
        const real *target = b->targets + batch_sample(b, c) * G, *x = s->x[k] + c * G;
        for (size_t i = 0; i < G; i++) {
            const double away = (double)x[i] - (double)target[i];
            s->below[c * G + i] += (real)(2 * w * away);
            sum += away * away;
        }
    }
    return w * sum;
}

static double power_of(const struct batch *b, size_t G)
{
    double power = 0;
    for (size_t c = 0; c < b->n; c++) {
        const real *x = b->targets + batch_sample(b, c) * G;
        for (size_t i = 0; i < G; i++) power += (double)x[i] * (double)x[i];
    }
    return power;
}

static double mean_gradient(void *state, const struct batch *b, real *const *gradient)
{
    struct lista *s = state;
    const struct unrolled *u = &s->u;
    const size_t G = 2 * u->G, N = 2 * u->N, C = b->n;
    const real *theta = s->minibatch.env.net->W[THETA_BLOCK];
    const double power = power_of(b, G);
    double loss = 0;
    expand(s);
    unrolled_inputs(u, b, 0, C, s->y);
    for (size_t k = 0; k < u->layers; k++) {
        products(s, k, C, s->y, k > 0 ? s->x[k - 1] : NULL, s->z[k]);
        unrolled_shrink(u, theta[k], C, s->z[k], s->x[k]);
    }
    memset(s->below, 0, G * C * sizeof(real));
    for (size_t k = u->layers; k-- > 0;) {
        loss += add_error(s, b, k, power);
        real *swap = s->dx;
        s->dx = s->below;
        s->below = swap;
        gradient[THETA_BLOCK][k] = (real)unrolled_shrink_backward(u, theta[k], C, s->z[k], s->dx);
        blas_gemm(false, true, G, N, C, R(1.0), s->dx, G, s->y, N, R(0.0), s->dR, G);
        unrolled_fold_B(u, s->dR, gradient[B_BLOCK] + k * unrolled_size_B(u));
        if (k == 0) break;
        blas_gemm(false, true, G, G, C, R(1.0), s->dx, G, s->x[k - 1], G, R(0.0), s->dM, G);
        unrolled_fold_T(u, s->dM, gradient[T_BLOCK] + (k - 1) * unrolled_size_T(u));
        blas_gemm(true, false, G, C, G, R(1.0), s->M[k], G, s->dx, G, R(0.0), s->below, G);
    }
    s->loss += loss;
    s->batches++;
    return loss;
}

/* Thresholds below zero would stretch. */
static void keep_thresholds(void *state)
{
    struct lista *s = state;
    real *theta = s->minibatch.env.net->W[THETA_BLOCK];
    for (size_t k = 0; k < s->u.layers; k++) theta[k] = theta[k] > 0 ? theta[k] : 0;
}

/* A product forwards, one for the gradient, and T_k's back. */
static status lista_step(void *state, struct step_report *r, struct error *e)
{
    struct lista *s = state;
    const struct minibatch_rule rule = {.whole = mean_gradient, .project = keep_thresholds};
    const double G = (double)s->u.G;
    s->loss = 0;
    s->batches = 0;
    const status st = minibatch_epoch(s, &rule, r, e);
    r->forward_passes = r->backward_passes = (double)s->minibatch.evaluated;
    r->dense_macs =
        r->forward_passes * (2 * unrolled_macs_dense(&s->u) + 4 * ((double)s->u.layers - 1) * G * G);
    return st;
}

/* ---- prediction --------------------------------------------------------------------------------------- */

/* The n numbers as spikes carry them. Returns how many. */
static size_t send(const struct lista *s, double A, size_t n, real *v)
{
    size_t spikes = 0;
    for (size_t i = 0; i < n; i++)
        v[i] = (s->o.rounding == ROUND_DOWN ? few_spikes_value : few_spikes_nearest)(A, (size_t)s->o.steps,
                                                                                     (double)v[i], &spikes);
    return spikes;
}

static void widen(double *A, size_t n, const real *v)
{
    for (size_t i = 0; i < n; i++) *A = fabs((double)v[i]) > *A ? fabs((double)v[i]) : *A;
}

/* Samples first .. first+C-1 through all layers into p->x. A: NULL, or widened to the largest parts that are
 * seen. spikes: NULL for values, else spikes[0] += those of inputs, spikes[1] += of all units but the last
 * layer's. */
static void pass(const struct lista *s, struct passing *p, const struct batch *b, size_t first, size_t C,
                 double *A, double *spikes)
{
    const real *theta = s->minibatch.env.net->W[THETA_BLOCK];
    const size_t inputs = 2 * s->u.N * C, units = 2 * s->u.G * C;
    unrolled_inputs(&s->u, b, first, C, p->y);
    if (A) widen(&A[0], inputs, p->y);
    if (spikes) spikes[0] += (double)send(s, s->A[0], inputs, p->y);
    for (size_t k = 0; k < s->u.layers; k++) {
        products(s, k, C, p->y, p->x, p->z);
        unrolled_shrink(&s->u, theta[k], C, p->z, p->x);
        if (A) widen(&A[k + 1], units, p->x);
        if (!spikes) continue;
        const size_t sent = send(s, s->A[k + 1], units, p->x);
        if (k + 1 < s->u.layers) spikes[1] += (double)sent;
    }
}

/* Validation samples, or training samples where there are none, at most CALIBRATION_MOST. */
static struct batch calibration(const struct lista *s)
{
    const struct train_env *env = &s->minibatch.env;
    struct batch b = env->validation.n > 0 ? env->validation : env->train;
    if (b.n > CALIBRATION_MOST) b.n = CALIBRATION_MOST;
    return b;
}

/* The matrices, and for spikes the scales. A layer that is silent has A = 1. */
static void prepare(struct lista *s)
{
    expand(s);
    if (s->o.neuron == NEURON_ANALOGUE) return;
    const struct batch b = calibration(s);
    memset(s->A, 0, sizeof s->A);
    for (size_t first = 0; first < b.n; first += CHUNK_MAX)
        pass(s, &s->passing[0], &b, first, chunk_at_most(b.n - first), s->A, NULL);
    for (size_t k = 0; k <= s->u.layers; k++) s->A[k] = s->A[k] > 0 ? s->o.amplitude * s->A[k] : 1;
}

struct predict_task {
    struct lista *s;
    const struct batch *batch;
    struct partition part;
    real *scores;
    double spikes[PART_MAX][2];
};

static void predict_part(void *context, size_t part, size_t thread)
{
    struct predict_task *task = context;
    struct lista *s = task->s;
    const size_t K = 2 * s->u.G;
    double *spikes = s->o.neuron == NEURON_FEW_SPIKES ? task->spikes[part] : NULL;
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        const size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        pass(s, &s->passing[thread], task->batch, first, C, NULL, spikes);
        memcpy(task->scores + first * K, s->passing[thread].x, K * C * sizeof(real));
    }
}

/* A spike of an input reaches all units of all layers, one of a unit those of the next. */
static status lista_predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                            struct error *e)
{
    struct lista *s = state;
    struct predict_task task = {s, b, partition_make(b->n), scores, {{0}}};
    double spikes[2] = {0, 0};
    (void)e;
    prepare(s);
    pool_run(s->minibatch.env.pool, task.part.n_parts, predict_part, &task);
    for (size_t k = 0; k < task.part.n_parts; k++)
        for (int i = 0; i < 2; i++) spikes[i] += task.spikes[k][i];
    if (s->o.neuron == NEURON_ANALOGUE)
        *counts = (struct operations){0, unrolled_macs_dense(&s->u)};
    else
        *counts = (struct operations){
            2 * (double)s->u.G * (spikes[0] * (double)s->u.layers + spikes[1]) / (double)b->n, 0};
    return ST_OK;
}

static void lista_report(void *state, struct metric_sink *sink)
{
    struct lista *s = state;
    const struct batch b = calibration(s);
    double spikes[2] = {0, 0};
    minibatch_report(state, sink);
    if (s->batches > 0) metric_put(sink, "unrolled_loss", 0, s->loss / (double)s->batches);
    if (s->u.toeplitz) metric_put(sink, "macs_fft", 0, unrolled_macs_fft(&s->u));
    if (s->o.neuron == NEURON_ANALOGUE) return;
    prepare(s);
    for (size_t first = 0; first < b.n; first += CHUNK_MAX)
        pass(s, &s->passing[0], &b, first, chunk_at_most(b.n - first), NULL, spikes);
    metric_put(sink, "input_spikes", 0, spikes[0] / (double)b.n);
    metric_put(sink, "unit_spikes", 0, spikes[1] / (double)b.n);
}

const struct solver solver_lista = {
    .abi = SOLVER_ABI,
    .name = "lista",
    .summary =
        "harmonic retrieval by unrolled iterations of shrinkage that are trained, also sent by few spikes",
    .reference =
        "Gregor, LeCun: Learning Fast Approximations of Sparse Coding, ICML 2010; for harmonic retrieval by "
        "spikes: arXiv 2412.04008",
    .features = FEATURE_RETRIEVAL | FEATURE_LOSS_SQUARED | FEATURE_RESET_SOFT | FEATURE_READOUT_LAST |
                FEATURE_START_RATE | FEATURE_MINI_BATCH | FEATURE_OWN_PREDICTION | FEATURE_OWN_NETWORK,
    .options = {.spans = {{lista_option_list, sizeof lista_option_list / sizeof *lista_option_list},
                          {minibatch_option_list, MINIBATCH_OPTIONS}},
                .defaults = lista_defaults,
                .size = sizeof(struct lista_options)},
    .metrics = {lista_metrics, sizeof lista_metrics / sizeof *lista_metrics},
    .create = lista_create,
    .start = lista_start,
    .step = lista_step,
    .check = lista_check,
    .parameters = lista_parameters,
    .report = lista_report,
    .predict = lista_predict,
    .checkpoint = minibatch_checkpoint,
};
