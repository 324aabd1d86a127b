/* Conversion: an ordinary network is trained by gradients (convert_ann.h), and spiking neurons take the place
 * of its activations when it predicts (convert_neuron.h). How they do is an option of the prediction alone,
 * so that a network that was saved can be converted again ('spikebench eval --set solver.neuron=rate').
 *
 * The scale A of a layer is the largest |h|, or the 99.9 percentile, over at most 1000 training samples,
 * evenly spaced: worked out from the weights whenever it is needed, and so neither saved nor checkpointed. */
#include "baselines/convert_neuron.h"
#include "trainer/cost.h"
#include "trainer/minibatch.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CALIBRATION_MAX = 1000 };
enum scale { SCALE_MAXIMUM, SCALE_PERCENTILE };
static const char *const scale_names[] = {"maximum", "percentile", NULL};
static const char *const step_names[] = {"geometric", "harmonic", NULL};
static const char *const membrane_names[] = {"zero", "half", NULL};
#define PERCENTILE 0.999

struct convert_options {
    struct minibatch_options common;
    int activation, neuron, scale, step, membrane;
    long steps;
    double negative_slope, step_first, step_decay;
};
#define AT(field) offsetof(struct convert_options, field)

static const struct option convert_option_list[] = {
    {"activation", OPT_CHOICE, AT(activation), "relu", 0, 0, 0, activation_names, "",
     "of the hidden layers of the network that is trained"},
    {"negative_slope", OPT_REAL, AT(negative_slope), "0.1", 0, 1, 0, NULL, "",
     "leaky_relu: slope below zero"},
    {"neuron", OPT_CHOICE, AT(neuron), "signgd", 0, 0, OPT_PREDICTION, converted_names, "",
     "what stands in for the activation in predictions; analogue: the activation itself"},
    {"steps", OPT_INT, AT(steps), "64", 1, 1e6, OPT_PREDICTION, NULL, "steps",
     "of the converted network; few_spikes: of each layer"},
    {"scale", OPT_CHOICE, AT(scale), "maximum", 0, 0, OPT_PREDICTION, scale_names, "",
     "amplitude or threshold of a layer: the largest activation on training samples, or the 99.9 percentile"},
    {"step", OPT_CHOICE, AT(step), "geometric", 0, 0, OPT_PREDICTION, step_names, "",
     "signgd: step lengths step_first step_decay^(t-1), or step_first / t"},
    {"step_first", OPT_REAL, AT(step_first), "0.15", 0, 1e3, OPT_OPEN_LO | OPT_PREDICTION, NULL, "amplitudes",
     "signgd: first step"},
    {"step_decay", OPT_REAL, AT(step_decay), "0.95", 0, 1, OPT_OPEN_LO | OPT_OPEN_HI | OPT_PREDICTION, NULL,
     "", "signgd: a step over the one before"},
    {"membrane", OPT_CHOICE, AT(membrane), "half", 0, 0, OPT_PREDICTION, membrane_names, "",
     "rate: potential at the first step, zero or half a threshold"},
};
enum { CONVERT_OPTIONS = sizeof convert_option_list / sizeof *convert_option_list };

static const struct metric_desc convert_metrics[] = {
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
    {"activation_error", "amplitudes",
     "mean distance of the converted network's activations from the analogue network's, training samples",
     METRIC_HIDDEN},
    {"neuron_spikes", "spikes",
     "spikes of a hidden neuron for a sample, mean over the neurons and training samples", METRIC_RUN},
    {"conversion_synops", "operations",
     "accumulations of a sample's spikes; the analogue input's products are not counted", METRIC_RUN},
};

/* What a chunk of the calibration samples adds to the metrics. */
struct conversion_sums {
    double error[NET_MAX_LAYERS], spikes[NET_MAX_LAYERS];
};

struct convert {
    struct minibatch minibatch;
    struct convert_options o;
    struct ann *work;                /* [threads] */
    struct converted_net *converted; /* [threads] */
    struct ann calibration;          /* of at most CALIBRATION_MAX samples */
    size_t samples[CALIBRATION_MAX]; /* indices into env.train.x */
    struct batch calibrated;
    real *sorted; /* widest hidden layer x CALIBRATION_MAX */
    struct conversion how;
    struct conversion_sums sums[PART_MAX];
};

static status convert_check(const struct solver *self, const void *options, const struct net_options *net,
                            const struct dataset_info *info, struct error *e)
{
    const struct convert_options *o = options;
    const bool signgd = o->neuron == CONVERT_SIGNGD, geometric = o->step == 0;
    const struct option_use uses[] = {
        {"negative_slope", o->activation == ACTIVATION_LEAKY_RELU, "activation = leaky_relu"},
        {"steps", o->neuron != CONVERT_ANALOGUE, "a spiking neuron"},
        {"scale", o->neuron != CONVERT_ANALOGUE, "a spiking neuron"},
        {"step", signgd, "neuron = signgd"},
        {"step_first", signgd, "neuron = signgd"},
        {"step_decay", signgd && geometric, "neuron = signgd and step = geometric"},
        {"membrane", o->neuron == CONVERT_RATE, "neuron = rate"},
    };
    if (o->neuron == CONVERT_RATE && o->activation == ACTIVATION_GELU)
        return FAIL(e, ST_CONFIG,
                    "option 'neuron': rate needs activation = relu or leaky_relu: a firing rate "
                    "has no curve but the threshold's");
    TRY(opt_refuse_idle(&self->options, options, uses, sizeof uses / sizeof *uses, e));
    return minibatch_check(self, options, net, info, e);
}

static status convert_create(const struct solver *self, void **state, const void *options,
                             const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct convert_options *o = options;
    const struct net *net = shapes->net;
    const size_t N = shapes->info->n[SPLIT_TRAIN], most = N < CALIBRATION_MAX ? N : CALIBRATION_MAX;
    struct convert *s = *state = mem_alloc(m, 1, sizeof *s, e);
    (void)self;
    if (!s) return ST_MEMORY;
    s->o = *o;
    TRY(minibatch_create(&s->minibatch, &o->common, shapes, (struct layer_range){1, net->L},
                         minibatch_parts(&o->common, N), m, e));
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    s->converted = mem_alloc(m, shapes->threads, sizeof *s->converted, e);
    s->sorted = mem_reals(m, net_widest(net, 1, net->L - 1) * most, e);
    if (!s->work || !s->converted || !s->sorted) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) {
        TRY(ann_create(&s->work[i], net, CHUNK_MAX, m, e));
        TRY(converted_create(&s->converted[i], net, CHUNK_MAX, m, e));
    }
    return ann_create(&s->calibration, net, most, m, e);
}

static status convert_start(void *state, const struct train_env *env, struct error *e)
{
    struct convert *s = state;
    const struct convert_options *o = &s->o;
    const struct batch *train = &env->train;
    const size_t n = train->n < CALIBRATION_MAX ? train->n : CALIBRATION_MAX;
    for (size_t i = 0; i < n; i++) s->samples[i] = batch_sample(train, i * train->n / n);
    s->calibrated = *train;
    s->calibrated.samples = s->samples;
    s->calibrated.n = n;
    s->how = (struct conversion){.neuron = (enum converted)o->neuron,
                                 .f = {(enum activation)o->activation, o->negative_slope},
                                 .steps = (size_t)o->steps,
                                 .first = o->step_first,
                                 .decay = o->step == 0 ? o->step_decay : 0,
                                 .half = o->membrane == 1};
    return minibatch_start(state, env, e);
}

static double gradient_block(void *state, const struct minibatch_block *where, real *const *gradient)
{
    struct convert *s = state;
    return ann_gradient(&s->work[where->thread], s->minibatch.env.net, &s->how.f, where->batch, where->first,
                        where->C, gradient);
}

/* A product forwards, one back and the sum of the gradients, without time: once for each sample. */
static status convert_step(void *state, struct step_report *r, struct error *e)
{
    struct convert *s = state;
    const struct minibatch_rule rule = {.block = gradient_block};
    const struct net *net = s->minibatch.env.net;
    const status st = minibatch_epoch(s, &rule, r, e);
    const double n = minibatch_passes(&s->minibatch) * (double)s->minibatch.env.train.n;
    struct step_cost cost = {0};
    for (size_t l = 1; l <= net->L; l++)
        for (int k = l == 1 ? 1 : 0; k < 3; k++) cost_product(&cost, net, l, n, n * (double)net->n[0]);
    r->forward_passes = r->backward_passes = n;
    r->dense_macs = cost_macs(&cost);
    return st;
}

/* ---- prediction ---------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    const real x = *(const real *)a, y = *(const real *)b;
    return (x > y) - (x < y);
}

/* A_l of all layers, and the analogue activations of the calibration samples in s->calibration. A layer that
 * is silent has A = 1: it stays silent. */
static void calibrate(struct convert *s)
{
    const struct net *net = s->minibatch.env.net;
    const size_t C = s->calibrated.n;
    ann_forward(&s->calibration, net, &s->how.f, &s->calibrated, 0, C);
    for (size_t l = 1; l < net->L; l++) {
        const size_t n = net->n[l] * C;
        size_t at = n - 1;
        if (s->o.scale == SCALE_PERCENTILE) at = (size_t)ceil(PERCENTILE * (double)n) - 1;
        for (size_t i = 0; i < n; i++) s->sorted[i] = fabs(s->calibration.h[l][i]);
        qsort(s->sorted, n, sizeof *s->sorted, ascending);
        s->how.A[l] = s->sorted[at] > 0 ? s->sorted[at] : R(1.0);
    }
}

struct predict_task {
    struct convert *s;
    const struct batch *batch;
    struct partition part;
    real *scores;
    struct operations counts[PART_MAX]; /* of predictions: sums over a part's samples */
};

static void predict_part(void *context, size_t part, size_t thread)
{
    struct predict_task *task = context;
    struct converted_net *n = &task->s->converted[thread];
    const struct net *net = task->s->minibatch.env.net;
    const size_t K = net->n[net->L];
    task->counts[part] = (struct operations){0, 0};
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        const size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        converted_simulate(n, net, &task->s->how, task->batch, first, C);
        converted_count(n, net, &task->s->how, C, &task->counts[part]);
        memcpy(task->scores + first * K, n->ann.h[net->L], K * C * sizeof(real));
    }
}

static status convert_predict(void *state, const struct batch *b, real *scores, struct operations *counts,
                              struct error *e)
{
    struct convert *s = state;
    const struct net *net = s->minibatch.env.net;
    struct predict_task task = {.s = s, .batch = b, .part = partition_make(b->n), .scores = scores};
    (void)e;
    calibrate(s);
    part_run(s->minibatch.env.pool, task.part.n_parts, predict_part, &task);
    part_share(s->minibatch.env.pool, task.part.n_parts, task.counts, sizeof *task.counts);
    part_share_samples(s->minibatch.env.pool, &task.part, scores, net->n[net->L] * sizeof *scores);
    operations_mean(task.counts, task.part.n_parts, b->n, counts);
    return ST_OK;
}

/* ---- metrics ------------------------------------------------------------------------------------------- */

static void measure_chunk(void *context, size_t chunk, size_t thread)
{
    const struct predict_task *task = context;
    struct convert *s = task->s;
    struct converted_net *n = &s->converted[thread];
    struct conversion_sums *sums = &s->sums[chunk];
    const struct net *net = s->minibatch.env.net;
    const size_t first = chunk_first(&task->part, chunk), C = chunk_first(&task->part, chunk + 1) - first;
    converted_simulate(n, net, &s->how, task->batch, first, C);
    for (size_t l = 1; l < net->L; l++) {
        const real *analogue = s->calibration.h[l] + first * net->n[l];
        sums->error[l] = 0;
        sums->spikes[l] = n->spikes[l];
        for (size_t i = 0; i < net->n[l] * C; i++)
            sums->error[l] += fabs((double)n->ann.h[l][i] - (double)analogue[i]);
    }
}

static void convert_report(void *state, struct metric_sink *sink)
{
    struct convert *s = state;
    const struct net *net = s->minibatch.env.net;
    const double N = (double)s->calibrated.n;
    struct predict_task task = {.s = s, .batch = &s->calibrated, .part = partition_make(s->calibrated.n)};
    double all = 0, neurons = 0, synops = 0;
    minibatch_report(state, sink);
    if (s->how.neuron == CONVERT_ANALOGUE) return;
    calibrate(s);
    pool_run(s->minibatch.env.pool, task.part.n_chunks, measure_chunk, &task);
    for (size_t l = 1; l < net->L; l++) {
        double error = 0, spikes = 0;
        for (size_t k = 0; k < task.part.n_chunks; k++) {
            error += s->sums[k].error[l];
            spikes += s->sums[k].spikes[l];
        }
        metric_put(sink, "activation_error", l, error / (N * (double)net->n[l] * (double)s->how.A[l]));
        neurons += (double)net->n[l];
        all += spikes;
        synops += spikes * (double)net->n[l + 1];
    }
    metric_put(sink, "neuron_spikes", 0, all / (N * neurons));
    metric_put(sink, "conversion_synops", 0, synops / N);
}

const struct solver solver_convert = {
    .abi = SOLVER_ABI,
    .name = "convert",
    .summary = "an ordinary network, trained by gradients and converted to spikes: signGD, rate, few-spikes",
    .reference =
        "Oh, Lee: Sign Gradient Descent-based Neuronal Dynamics: ANN-to-SNN Conversion Beyond ReLU "
        "Network, arXiv 2407.01645; Stoeckl, Maass: Optimized spiking neurons can classify images with "
        "high accuracy through temporal coding with two spikes, arXiv 2002.00860",
    /* Reset and readout are those of the grid's network, which is not what predicts. Weights that start at 0
     * have no gradient. */
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSSES | FEATURE_RESET_SOFT |
                FEATURE_READOUT_LAST | FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MINI_BATCH |
                FEATURE_OWN_PREDICTION | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {convert_option_list, CONVERT_OPTIONS},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .size = sizeof(struct convert_options)},
    .metrics = {convert_metrics, sizeof convert_metrics / sizeof *convert_metrics},
    .create = convert_create,
    .start = convert_start,
    .step = convert_step,
    .check = convert_check,
    .report = convert_report,
    .predict = convert_predict,
    .checkpoint = minibatch_checkpoint,
};
