/* Forward-Forward training of a spiking network (arXiv 2502.20411): positive and negative samples, and losses
 * that are local to a layer. One step is one epoch; the readout W_L is neither trained nor used. The class is
 * that of the largest goodness (ff_predict): the network that predicts is not the one of the grid simulation,
 * whose columns (fwd_rate, rate_mean, synops_dense) are nan; train_macs counts the gradients.
 *
 * A sample with label k embedded drives layer 1 by W_1 x_t + label_scale W_1[:, k] at every step t: the label
 * is a constant current into input k, one of the first n_L; the data's own spikes at these inputs are left
 * out (label_only) or added. The dataset itself is not changed. Positive samples carry their own label,
 * negative ones a wrong one, drawn anew each epoch. With c_j = sum_t a_{j,t} the spike count of unit j, layer
 * l has the goodness g_l = 1/n_l sum_j c_j^2 / T and its successor sees the normalised spikes x_{l,t} =
 * a_{l,t} input_rate / q_l,   q_l = sqrt(1/n_l sum_j (c_j / T)^2)   (0 for a silent layer), whose root mean
 * square firing rate is input_rate whatever g_l = T q_l^2 was: the goodness of one layer can not be read off
 * by the next. Each layer's loss (forward_forward.h) is differentiated in that layer's weights alone, through
 * its own steps by the surrogate: dg_l / da_{j,t} = 2 c_j / (n_l T).
 *
 * Departures from the source: all layers are trained in the same pass over the data, each on the spikes that
 * the layers below have at that moment; the neuron is the shared one (its leak, reset and threshold); the
 * surrogate, the sharpness and the normalisation's scale are options; layers have no bias. */
#include "baselines/forward_forward.h"
#include "baselines/backward.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include "trainer/minibatch.h"
#include <string.h>

static const char *const ff_loss_names[] = {"softplus", "swish", NULL};

struct ff_options {
    struct minibatch_options common;
    int loss, surrogate;
    double threshold, sharpness, label_scale, input_rate, slope;
    bool label_only, detach_reset, skip_first;
};

static const struct option ff_option_list[] = {
    {"loss", OPT_CHOICE, offsetof(struct ff_options, loss), "softplus", 0, 0, 0, ff_loss_names, "",
     "softplus(k (threshold - g_pos)) + softplus(k (g_neg - threshold)), or x sigmoid(x) with x = k "
     "(g_neg - g_pos)"},
    {"threshold", OPT_REAL, offsetof(struct ff_options, threshold), "1", 0, 1e9, 0, NULL, "spikes^2/step",
     "softplus: goodness that separates positive from negative samples"},
    {"sharpness", OPT_REAL, offsetof(struct ff_options, sharpness), "1", 0, 1e9, OPT_OPEN_LO, NULL, "",
     "k: scale of the goodness in the loss"},
    {"label_scale", OPT_REAL, offsetof(struct ff_options, label_scale), "1", 0, 1e6, OPT_OPEN_LO, NULL,
     "spikes/step", "current of the embedded label's input at every step"},
    {"label_only", OPT_BOOL, offsetof(struct ff_options, label_only), "true", 0, 0, 0, NULL, "",
     "the label inputs (the first n_L) carry the label alone, without the data's own spikes there"},
    {"input_rate", OPT_REAL, offsetof(struct ff_options, input_rate), "0.15", 0, 1e6, OPT_OPEN_LO, NULL,
     "spikes/step", "root mean square firing rate that spikes are normalised to for the next layer"},
    {"skip_first", OPT_BOOL, offsetof(struct ff_options, skip_first), "false", 0, 0, 0, NULL, "",
     "predict by the goodness of all hidden layers but the first (one hidden layer: by it)"},
    {"surrogate", OPT_CHOICE, offsetof(struct ff_options, surrogate), "fast_sigmoid", 0, 0, 0,
     surrogate_names, "", "derivative that stands in for the spike's"},
    {"slope", OPT_REAL, offsetof(struct ff_options, slope), "5", 0, 1e6, OPT_OPEN_LO, NULL,
     "1/membrane units", "steepness of the surrogate"},
    {"detach_reset", OPT_BOOL, offsetof(struct ff_options, detach_reset), "false", 0, 0, 0, NULL, "",
     "leave the reset out of the gradient"},
};

static const struct metric_desc ff_metrics[] = {
    {"layer_loss", "", "mean local loss over the epoch", METRIC_HIDDEN},
    {"goodness_pos", "spikes^2/step", "mean goodness of positive samples over the epoch", METRIC_HIDDEN},
    {"goodness_neg", "spikes^2/step", "mean goodness of negative samples over the epoch", METRIC_HIDDEN},
    {"grad_norm", "", grad_norm_help, METRIC_HIDDEN},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

struct ff {
    struct minibatch minibatch;
    bool skip_first;
    struct ff_rule rule;
    struct ff_work *work; /* [threads] */
    int *wrong;           /* [samples of the tensor]: this epoch's wrong labels */
    struct ff_sums sums[PART_MAX];
};

/* ---- goodness, loss, gradient ------------------------------------------------------------------------ */

static double sigmoid(double x)
{
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static double softplus(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double ff_loss_value(enum ff_loss kind, double threshold, double sharpness, double g_pos, double g_neg,
                     double *d_pos, double *d_neg)
{
    if (kind == FF_SWISH) {
        double x = sharpness * (g_neg - g_pos), s = sigmoid(x);
        *d_neg = sharpness * (s + x * s * (1 - s));
        *d_pos = -*d_neg;
        return x * s;
    }
    double pos = sharpness * (threshold - g_pos), neg = sharpness * (g_neg - threshold);
    *d_pos = -sharpness * sigmoid(pos);
    *d_neg = sharpness * sigmoid(neg);
    return softplus(pos) + softplus(neg);
}

int ff_wrong_label(struct rng *rng, size_t n_classes, int label)
{
    int draw = (int)rng_below(rng, n_classes - 1);
    return draw < label ? draw : draw + 1;
}

status ff_work_create(struct ff_work *w, const struct net *net, size_t T, size_t C_max, struct mem *m,
                      struct error *e)
{
    size_t n = net_widest(net, 1, net->L - 1), block = n * T * 2 * C_max;
    *w = (struct ff_work){.C_max = C_max};
    if (!blas_fits(T) || !blas_fits(T * 2 * C_max))
        return FAIL(e, ST_MEMORY, "%zu steps of %zu samples are too many for one block", T, 2 * C_max);
    w->v = mem_reals(m, net->n[1] * T * C_max, e);
    w->z = mem_reals(m, block, e);
    w->a = mem_reals(m, block, e);
    w->x = mem_reals(m, block, e);
    w->da = mem_reals(m, block, e);
    w->dz = mem_reals(m, block, e);
    w->counts = mem_reals(m, n * 2 * C_max, e);
    w->goodness = mem_alloc(m, 2 * C_max, sizeof *w->goodness, e);
    w->d_goodness = mem_alloc(m, 2 * C_max, sizeof *w->d_goodness, e);
    w->labels = mem_alloc(m, 2 * C_max, sizeof *w->labels, e);
    return w->v && w->z && w->a && w->x && w->da && w->dz && w->counts && w->goodness && w->d_goodness &&
                   w->labels
               ? ST_OK
               : ST_MEMORY;
}

/* v: drive of layer 1 by the data. With label_only the weights of the label inputs are taken out again. */
static void data_drive(struct ff_work *w, const struct net *net, const struct batch *b, size_t first,
                       size_t C, const struct ff_rule *rule)
{
    const size_t n = net->n[1], T = b->x->T;
    spikes_times_weights(b, first, C, net->W[1], n, w->v);
    if (!rule->label_only) return;
    for (size_t c = 0; c < C; c++)
        for (size_t t = 0; t < T; t++) {
            const size_t *start = b->x->start + batch_sample(b, first + c) * T + t;
            for (size_t k = start[0]; k < start[1] && b->x->index[k] < net->n[net->L]; k++)
                blas_axpy(n, -spikes_value(b->x, k), net->W[1] + b->x->index[k] * n, w->v + (t * C + c) * n);
        }
}

/* z (in: current) of layer 1 for `copies` blocks of the same C samples, side by side: column t*copies*C + m*C
 * + c, with label labels[m*C + c] embedded. */
static void label_drive(struct ff_work *w, const struct net *net, size_t T, size_t C, size_t copies,
                        const struct ff_rule *rule)
{
    const size_t n = net->n[1], B = copies * C;
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < B; i++) {
            const real *v = w->v + (t * C + i % C) * n, *label = net->W[1] + (size_t)w->labels[i] * n;
            real *z = w->z + (t * B + i) * n;
            for (size_t j = 0; j < n; j++) z[j] = v[j] + rule->label_scale * label[j];
        }
}

/* Spike counts and goodness of B columns per step. */
static void measure_goodness(struct ff_work *w, size_t n, size_t T, size_t B)
{
    memset(w->counts, 0, n * B * sizeof *w->counts);
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < n * B; i++) w->counts[i] += w->a[t * n * B + i];
    for (size_t i = 0; i < B; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) sum += (double)w->counts[i * n + j] * (double)w->counts[i * n + j];
        w->goodness[i] = sum / ((double)n * (double)T);
    }
}

/* x = the layer's spikes at a root mean square rate of input_rate. */
static void normalise(struct ff_work *w, size_t n, size_t T, size_t B, const struct ff_rule *rule)
{
    for (size_t i = 0; i < B; i++) {
        double q = sqrt(w->goodness[i] / (double)T);
        const real scale = q > 0 ? (real)((double)rule->input_rate / q) : 0;
        for (size_t t = 0; t < T; t++)
            for (size_t j = 0; j < n; j++) w->x[(t * B + i) * n + j] = scale * w->a[(t * B + i) * n + j];
    }
}

/* Potentials, spikes and goodness of layer l; its input is in x (l > 1) or v (l = 1). */
static void layer_forward(struct ff_work *w, const struct net *net, size_t l, size_t T, size_t C,
                          size_t copies, const struct ff_rule *rule)
{
    const size_t n = net->n[l], B = copies * C;
    if (l == 1)
        label_drive(w, net, T, C, copies, rule);
    else
        blas_gemm(false, false, n, T * B, net->n[l - 1], R(1.0), net->W[l], n, w->x, net->n[l - 1], R(0.0),
                  w->z, n);
    lif_simulate(&net->lif[l], n, T, B, w->z, w->a, rule->smooth ? rule->surrogate : NULL, rule->slope, NULL,
                 NULL);
    measure_goodness(w, n, T, B);
}

/* dz of the layer from d loss / d goodness. */
static void local_gradient(struct ff_work *w, const struct net *net, size_t l, size_t T, size_t B,
                           const struct ff_rule *rule)
{
    const size_t n = net->n[l];
    const struct backward_options o = {rule->surrogate, rule->slope, rule->smooth, rule->detach_reset};
    for (size_t i = 0; i < B; i++) {
        const real factor = (real)(2 * w->d_goodness[i] / ((double)n * (double)T));
        for (size_t j = 0; j < n; j++) w->da[i * n + j] = factor * w->counts[i * n + j];
    }
    for (size_t t = 1; t < T; t++) memcpy(w->da + t * n * B, w->da, n * B * sizeof *w->da);
    lif_backward(&net->lif[l], &o, n * B, T, w->z, w->a, w->da, w->dz);
}

/* Layer 1: the labels' columns, then the data's product. Both copies have the same data, so their dz are
 * summed first (into da). */
static void first_layer_outer(struct ff_work *w, const struct net *net, const struct batch *b, size_t first,
                              size_t C, const struct ff_rule *rule, real *gradient)
{
    const size_t n = net->n[1], T = b->x->T, K = net->n[net->L];
    for (size_t t = 0; t < T; t++) {
        const real *pos = w->dz + t * 2 * C * n, *neg = pos + C * n;
        real *sum = w->da + t * C * n;
        for (size_t i = 0; i < 2 * C; i++)
            blas_axpy(n, rule->label_scale, pos + i * n, gradient + (size_t)w->labels[i] * n);
        for (size_t i = 0; i < C * n; i++) sum[i] = pos[i] + neg[i];
    }
    spikes_outer(b, first, C, w->da, n, gradient);
    if (!rule->label_only) return;
    for (size_t c = 0; c < C; c++)
        for (size_t t = 0; t < T; t++) {
            const size_t *start = b->x->start + batch_sample(b, first + c) * T + t;
            for (size_t k = start[0]; k < start[1] && b->x->index[k] < K; k++)
                blas_axpy(n, -spikes_value(b->x, k), w->da + (t * C + c) * n, gradient + b->x->index[k] * n);
        }
}

double ff_block(struct ff_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                const int *wrong, const struct ff_rule *rule, real *const *gradient, struct ff_sums *sums)
{
    const size_t T = b->x->T, B = 2 * C;
    double losses = 0;
    for (size_t c = 0; c < C; c++) {
        size_t sample = batch_sample(b, first + c);
        w->labels[c] = b->labels[sample];
        w->labels[C + c] = wrong[sample];
    }
    data_drive(w, net, b, first, C, rule);
    for (size_t l = 1; l < net->L; l++) {
        const size_t n = net->n[l];
        layer_forward(w, net, l, T, C, 2, rule);
        for (size_t c = 0; c < C; c++) {
            double loss = ff_loss_value(rule->loss, rule->threshold, rule->sharpness, w->goodness[c],
                                        w->goodness[C + c], &w->d_goodness[c], &w->d_goodness[C + c]);
            sums->loss[l] += loss;
            losses += loss;
            sums->good_pos[l] += w->goodness[c];
            sums->good_neg[l] += w->goodness[C + c];
        }
        local_gradient(w, net, l, T, B, rule);
        if (l == 1)
            first_layer_outer(w, net, b, first, C, rule, gradient[1]);
        else
            blas_gemm(false, true, n, net->n[l - 1], T * B, R(1.0), w->dz, n, w->x, net->n[l - 1], R(1.0),
                      gradient[l], n);
        normalise(w, n, T, B, rule);
    }
    return losses;
}

double ff_scores(struct ff_work *w, const struct net *net, const struct batch *b, size_t first, size_t C,
                 const struct ff_rule *rule, size_t from_layer, real *scores)
{
    const size_t K = net->n[net->L], T = b->x->T;
    double accumulations = 0;
    data_drive(w, net, b, first, C, rule);
    for (size_t k = 0; k < K; k++) {
        for (size_t c = 0; c < C; c++) {
            w->labels[c] = (int)k;
            scores[c * K + k] = 0;
        }
        for (size_t l = 1; l < net->L; l++) {
            layer_forward(w, net, l, T, C, 1, rule);
            if (l >= from_layer)
                for (size_t c = 0; c < C; c++) scores[c * K + k] += (real)w->goodness[c];
            if (l + 1 == net->L) break;
            for (size_t i = 0; i < net->n[l] * C; i++)
                accumulations += (double)w->counts[i] * (double)net->n[l + 1];
            normalise(w, net->n[l], T, C, rule);
        }
    }
    return accumulations;
}

/* ---- the solver -------------------------------------------------------------------------------------- */

static status ff_check(const struct solver *self, const void *options, const struct net_options *net,
                       const struct dataset_info *info, struct error *e)
{
    const struct ff_options *o = options;
    const struct option_use threshold = {"threshold", o->loss == FF_SOFTPLUS, "loss = softplus"};
    TRY(minibatch_check(self, options, net, info, e));
    TRY(opt_refuse_idle(&self->options, options, &threshold, 1, e));
    if (info->n_classes < 2) return FAIL(e, ST_CONFIG, "forward_forward needs at least two classes");
    if (info->n_classes > info->n_inputs)
        return FAIL(
            e, ST_CONFIG,
            "forward_forward embeds a label in the first n_classes inputs: %zu classes, but %zu inputs",
            info->n_classes, info->n_inputs);
    return ST_OK;
}

/* The sums of the gradients: layer 1 on the lists, once for positive and negative samples together; above it
 * a product per layer over both. The way forward takes the same products. */
static void add_gradients(struct step_cost *cost, const struct net *net, double columns, double entries)
{
    for (size_t l = 1; l < net->L; l++) cost_product(cost, net, l, 2 * columns, entries);
}

static struct ff_rule rule_of(const struct ff_options *o)
{
    return (struct ff_rule){.loss = (enum ff_loss)o->loss,
                            .threshold = o->threshold,
                            .sharpness = o->sharpness,
                            .label_scale = (real)o->label_scale,
                            .input_rate = (real)o->input_rate,
                            .label_only = o->label_only,
                            .surrogate = &surrogates[o->surrogate],
                            .slope = (real)o->slope,
                            .detach_reset = o->detach_reset};
}

static status ff_create(const struct solver *self, void **state, const void *options,
                        const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct ff_options *o = options;
    const size_t N = shapes->info->n[SPLIT_TRAIN];
    struct ff *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->rule = rule_of(o);
    s->skip_first = o->skip_first;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, shapes->net->L - 1},
                         minibatch_parts(&o->common, N), m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    s->wrong = mem_alloc(m, N, sizeof *s->wrong, e);
    if (!s->work || !s->wrong) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++)
        TRY(ff_work_create(&s->work[i], shapes->net, shapes->info->T, CHUNK_MAX, m, e));
    return ST_OK;
}

static double train_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct ff *s = state;
    return ff_block(&s->work[where->thread], s->minibatch.env.net, where->batch, where->first, where->C,
                    s->wrong, &s->rule, gradient, &s->sums[where->part]);
}

/* W_1 x once for the positive and the negative sample, which differ in the label's current; W_l x of either
 * above it; W_L x of none. Each layer goes back through time alone: no product with W_l'. */
static void count(const struct minibatch *m, struct step_report *r)
{
    const struct net *net = m->env.net;
    const struct batch *b = &m->env.train;
    const double n = minibatch_passes(m) * (double)b->n;
    struct step_cost dense = {0}, weights = {0};
    add_gradients(&dense, net, n * (double)b->x->T, minibatch_passes(m) * (double)spikes_nonzero(b));
    add_gradients(&weights, net, 1, (double)net->n[0]); /* of one step, all inputs active */
    r->forward_passes = n * cost_macs(&weights) / (double)net_parameters(net);
    r->spike_passes = r->forward_passes;
    r->dense_macs = cost_macs(&dense);
}

static status ff_step(void *state, struct step_report *r, struct error *e)
{
    struct ff *s = state;
    const struct train_env *env = &s->minibatch.env;
    const struct minibatch_rule rule = {
        .block = train_block, .by_part = s->sums, .by_part_size = sizeof *s->sums};
    const size_t K = env->net->n[env->net->L];
    for (size_t i = 0; i < env->train.n; i++) {
        size_t sample = batch_sample(&env->train, i);
        s->wrong[sample] = ff_wrong_label(env->rng, K, env->train.labels[sample]);
    }
    memset(s->sums, 0, sizeof s->sums);
    status st = minibatch_epoch(s, &rule, r, e);
    count(&s->minibatch, r);
    return st;
}

static void ff_report(void *state, struct metric_sink *sink)
{
    const struct ff *s = state;
    const double N = (double)s->minibatch.evaluated;
    for (size_t l = 1; s->minibatch.evaluations > 0 && l <= s->minibatch.layers; l++) {
        double loss[PART_MAX], good_pos[PART_MAX], good_neg[PART_MAX];
        for (size_t k = 0; k < PART_MAX; k++) {
            loss[k] = s->sums[k].loss[l];
            good_pos[k] = s->sums[k].good_pos[l];
            good_neg[k] = s->sums[k].good_neg[l];
        }
        metric_put(sink, "layer_loss", l, sum_of_parts(PART_MAX, loss) / N);
        metric_put(sink, "goodness_pos", l, sum_of_parts(PART_MAX, good_pos) / N);
        metric_put(sink, "goodness_neg", l, sum_of_parts(PART_MAX, good_neg) / N);
    }
    minibatch_report(state, sink);
}

struct score_task {
    struct ff *s;
    const struct batch *batch;
    struct partition part;
    real *scores;
    struct operations counts[PART_MAX];
};

static void score_part(void *context, size_t part, size_t thread)
{
    struct score_task *task = context;
    struct ff *s = task->s;
    const struct net *net = s->minibatch.env.net;
    const size_t from_layer = s->skip_first && net->L > 2 ? 2 : 1;
    task->counts[part] = (struct operations){0, 0};
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        const size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        task->counts[part].accumulations += ff_scores(&s->work[thread], net, task->batch, first, C, &s->rule,
                                                      from_layer, task->scores + first * net->n[net->L]);
    }
}

/* Entries of the lists that drive layer 1. */
static double data_entries(const struct ff *s, const struct batch *b)
{
    const size_t K = s->minibatch.env.net->n[s->minibatch.env.net->L], T = b->x->T;
    double entries = 0;
    for (size_t i = 0; i < b->n; i++) {
        const size_t row = batch_sample(b, i) * T;
        for (size_t k = b->x->start[row]; k < b->x->start[row + T]; k++)
            entries += !(s->rule.label_only && b->x->index[k] < K);
    }
    return entries;
}

/* The data drive layer 1 once; each label adds its input's weights at every step. */
static status ff_predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                         struct error *e)
{
    struct ff *s = state;
    const struct net *net = s->minibatch.env.net;
    struct score_task task = {.s = s, .batch = b, .part = partition_make(b->n), .scores = scores};
    const double inputs = data_entries(s, b) * (double)net->n[1] / (double)b->n;
    (void)e;
    part_run(s->minibatch.env.pool, task.part.n_parts, score_part, &task);
    part_share(s->minibatch.env.pool, task.part.n_parts, task.counts, sizeof *task.counts);
    part_share_samples(s->minibatch.env.pool, &task.part, scores, net->n[net->L] * sizeof *scores);
    operations_mean(task.counts, task.part.n_parts, b->n, counts);
    counts->accumulations += (double)(net->n[net->L] * b->x->T * net->n[1]);
    *(spikes_valued(b->x) ? &counts->macs : &counts->accumulations) += inputs;
    return ST_OK;
}

const struct solver solver_forward_forward = {
    .abi = SOLVER_ABI,
    .name = "forward_forward",
    .summary = "Forward-Forward: each layer tells right labels from wrong ones by its own goodness",
    .reference = "Ghader, Kheradpisheh, Farahani, Fazlali: Backpropagation-free Spiking Neural Networks with "
                 "the Forward-Forward Algorithm, arXiv 2502.20411",
    .features = FEATURE_CLASSIFICATION | FEATURE_NETWORKS | FEATURE_MINI_BATCH | FEATURE_FRESH_SAMPLES |
                FEATURE_OWN_PREDICTION | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_OPTIONS},
                          {ff_option_list, sizeof ff_option_list / sizeof *ff_option_list}},
                .size = sizeof(struct ff_options)},
    .metrics = {ff_metrics, sizeof ff_metrics / sizeof *ff_metrics},
    .create = ff_create,
    .start = minibatch_start,
    .step = ff_step,
    .check = ff_check,
    .report = ff_report,
    .predict = ff_predict,
    .checkpoint = minibatch_checkpoint,
};
