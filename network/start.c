/* Initial weights. */
#include "network/net.h"
#include "network/nir.h"
#include "support/file.h"
#include "support/file_kind.h"
#include <stdio.h>
#include <string.h>

enum { START_SAMPLES = 1000, START_BISECTIONS = 60 };

static void gaussian_rows(struct net *net, size_t l, struct rng *rng)
{
    double scale = 1.0 / sqrt((double)net->n[l - 1]);
    for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++) net->W[l][i] = (real)(scale * rng_normal(rng));
}

struct rate_task {
    struct net upto; /* first_layers: what the rate is measured on */
    struct batch batch;
    struct partition part;
    struct trace *traces; /* [threads] */
    size_t layer;
    struct start_miss miss;
    double spikes[PART_MAX][NET_MAX_LAYERS + 1];
};

/* The first l hidden layers of a net as a net of its own, with the same weights: the layers above are not
 * simulated. They would take blocks for dense inputs while scales are tried by which layer l fires much. */
static struct net first_layers(const struct net *net, size_t l)
{
    const bool recurrent = net->blocks > net->L;
    struct net upto = *net;
    upto.L = l + 1;
    upto.blocks = recurrent ? 2 * upto.L - 1 : upto.L;
    for (size_t k = 1; recurrent && k <= l; k++) upto.W[upto.L + k] = net->W[net->L + k];
    return upto;
}

static void rate_part(void *context, size_t part, size_t thread)
{
    struct rate_task *task = context;
    struct simulate_options o = {.spikes_out = task->spikes[part]};
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        size_t first = chunk_first(&task->part, c);
        net_simulate(&task->upto, &task->batch, first, chunk_first(&task->part, c + 1) - first,
                     &task->traces[thread], &o);
    }
}

static double firing_rate(struct rate_task *task, struct pool *pool)
{
    double sum = 0;
    memset(task->spikes, 0, sizeof task->spikes);
    part_run(pool, task->part.n_parts, rate_part, task);
    part_share(pool, task->part.n_parts, task->spikes, sizeof *task->spikes);
    for (size_t k = 0; k < task->part.n_parts; k++) sum += task->spikes[k][task->layer];
    return sum / ((double)task->batch.n * (double)task->batch.x->T * (double)task->upto.n[task->layer]);
}

/* The matrices of layer l = W (those of W_l, then those of R_l) times scale. */
static void set_scale(struct net *net, size_t l, const real *W, double scale)
{
    const size_t size = net_block_size(net, l);
    real *R = net_recurrent(net, l);
    for (size_t i = 0; i < size; i++) net->W[l][i] = (real)(scale * (double)W[i]);
    for (size_t i = 0; R && i < net->n[l] * net->n[l]; i++) R[i] = (real)(scale * (double)W[size + i]);
}

bool net_start_reads(size_t sample, size_t n, size_t ranks, size_t own)
{
    const size_t simulated = n < START_SAMPLES ? n : START_SAMPLES;
    const struct part_range range = samples_of_rank(simulated, ranks, own);
    const size_t i = (sample * simulated + n - 1) / n; /* the first that is not before it */
    return i >= range.first && i < range.end && i * n / simulated == sample;
}

double net_start_grain(size_t samples, size_t T, size_t neurons)
{
    const size_t simulated = samples < START_SAMPLES ? samples : START_SAMPLES;
    return 1.0 / ((double)simulated * (double)T * (double)neurons);
}

/* Scales layer l to the target rate by bisection of the scale's logarithm. */
static status calibrate(struct net *net, size_t l, double target, struct rate_task *task, struct pool *pool,
                        struct mem *m, struct error *e)
{
    const size_t size = net_block_size(net, l), own = net_recurrent(net, l) ? net->n[l] * net->n[l] : 0;
    real *W = mem_reals(m, size + own, e);
    if (!W) return ST_MEMORY;
    memcpy(W, net->W[l], size * sizeof *W);
    if (own > 0) memcpy(W + size, net_recurrent(net, l), own * sizeof *W);
    double lo = 1e-4, hi = 1e4, rate = 0, best = 1, nearest = 2;
    task->layer = l;
    task->upto = first_layers(net, l);
    for (int k = 0; k < START_BISECTIONS && nearest > 1e-4; k++) {
        double middle = sqrt(lo * hi);
        set_scale(net, l, W, middle);
        rate = firing_rate(task, pool);
        if (fabs(rate - target) < nearest) {
            nearest = fabs(rate - target);
            best = middle;
        }
        if (rate < target)
            lo = middle;
        else
            hi = middle;
    }
    set_scale(net, l, W, best);
    /* Little data, and neurons that cross the threshold together, leave few possible rates. */
    const double grain = net_start_grain(task->batch.n, task->batch.x->T, net->n[l]);
    if (nearest > 0.5 * target && nearest > 2 * grain)
        return FAIL(e, ST_NUMERIC,
                    "layer %zu cannot be scaled to a firing rate of %g: the nearest is off by %g (last %g)",
                    l, target, nearest, rate);
    if (nearest > fmax(NET_START_TOLERANCE, 2 * grain) && nearest > task->miss.by)
        task->miss = (struct start_miss){l, nearest, task->batch.n};
    return ST_OK;
}

/* After the other matrices' draws, which are those of the network without recurrence. */
static void draw_recurrent(struct net *net, const struct net_options *o, struct rng *rng)
{
    for (size_t k = net->L + 1; k <= net->blocks; k++) {
        const double n = (double)net->n[k - net->L], size = o->recurrent_scale;
        for (size_t i = 0; i < net_block_size(net, k); i++)
            net->W[k][i] = o->start == START_RATE ? (real)(size / sqrt(n) * rng_normal(rng))
                           : o->start == START_KAIMING
                               ? (real)(size * sqrt(6 / n) * (2.0 * rng_uniform(rng) - 1.0))
                               : 0;
    }
    net_clear_diagonals(net, net->W);
}

static status start_rate(struct net *net, const struct net_options *o, const struct batch *data,
                         struct pool *pool, struct rng *rng, struct start_miss *miss, struct error *e)
{
    struct mem mem = {0};
    struct rate_task task = {.batch = *data};
    status st = ST_OK;
    const double target = o->start_rate;
    for (size_t l = 1; l <= net->L; l++) gaussian_rows(net, l, rng);
    draw_recurrent(net, o, rng);
    task.batch.n = data->n < START_SAMPLES ? data->n : START_SAMPLES;
    size_t *samples = mem_alloc(&mem, task.batch.n, sizeof *samples, e);
    task.part = partition_make(task.batch.n);
    task.traces = mem_alloc(&mem, pool_threads(pool), sizeof *task.traces, e);
    if (!samples || !task.traces) st = ST_MEMORY;
    if (st == ST_OK && data->n == 0) st = FAIL(e, ST_NUMERIC, "no samples to measure a firing rate on");
    for (size_t i = 0; st == ST_OK && i < task.batch.n; i++)
        samples[i] = batch_sample(data, i * data->n / task.batch.n);
    task.batch.samples = samples;
    for (size_t i = 0; st == ST_OK && i < pool_threads(pool); i++) {
        const size_t C = chunk_largest(&task.part);
        st = trace_create(&task.traces[i], net, data->x->T, C, TRACE_SCORES, &mem, e);
        if (st != ST_OK) break;
        /* any of the hidden layers is the last */
        task.traces[i].filtered = mem_reals(&mem, net_widest(net, 1, net->L - 1) * C, e);
        if (!task.traces[i].filtered) st = ST_MEMORY;
    }
    for (size_t l = 1; st == ST_OK && l < net->L; l++) st = calibrate(net, l, target, &task, pool, &mem, e);
    if (miss) *miss = task.miss;
    mem_free(&mem);
    return st;
}

static status load_net(struct net *net, const char *path, struct error *e)
{
    FILE *f = NULL;
    TRY(file_open(path, UINT64_MAX, &f, e));
    const status st = net_load_weights(net, f, e);
    (void)fclose(f);
    return st == ST_OK ? ST_OK : err_prefix(e, "%s", path);
}

static status load_nir(struct net *net, const struct net_options *o, struct error *e)
{
    struct mem m = {.blocks = NULL};
    struct nir_network n;
    status st = nir_read_start(&n, o, &m, e);
    if (st == ST_OK && (st = nir_weights(&n, net, e)) != ST_OK) err_prefix(e, "%s", o->start_file);
    if (st == ST_OK) net_clear_diagonals(net, net->W);
    mem_free(&m);
    return st;
}

static status load_start(struct net *net, const struct net_options *o, struct error *e)
{
    const status st =
        file_named(o->start_file, ".nir") ? load_nir(net, o, e) : load_net(net, o->start_file, e);
    return st == ST_OK ? ST_OK : err_prefix(e, "network.start");
}

/* The draws come last: with start_noise 0 none is made, and the start is the same. */
static void disturb(struct net *net, double noise, struct rng *rng)
{
    for (size_t k = 1; noise > 0 && k <= net->blocks; k++)
        for (size_t i = 0; i < net_block_size(net, k); i++)
            net->W[k][i] = (real)((double)net->W[k][i] * (1 + noise * rng_normal(rng)));
}

status net_start(struct net *net, const struct net_options *o, const struct batch *data, struct pool *pool,
                 struct rng *rng, struct start_miss *miss, struct error *e)
{
    if (miss) *miss = (struct start_miss){0};
    if (net->own) return ST_OK;
    const bool drawn = o->start == START_KAIMING || o->start == START_PUBLISHED;
    if (o->start == START_RATE) TRY(start_rate(net, o, data, pool, rng, miss, e));
    if (o->start == START_FILE) TRY(load_start(net, o, e));
    for (size_t l = 1; drawn && l <= net->L; l++) {
        double bound = sqrt(6.0 / (double)net->n[l - 1]);
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            net->W[l][i] = o->start == START_KAIMING ? (real)(bound * (2.0 * rng_uniform(rng) - 1.0)) : 0;
    }
    if (drawn) draw_recurrent(net, o, rng);
    disturb(net, o->start_noise, rng);
    return ST_OK;
}
