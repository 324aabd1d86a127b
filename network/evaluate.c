/* Evaluation of a network on a batch. */
#include "network/evaluate.h"
#include <stdlib.h>
#include <string.h>

struct evaluator {
    struct mem mem;
    struct pool *pool;
    struct trace *traces; /* [threads] */
    real *scores;         /* [threads * K * CHUNK_MAX] */
    size_t T;
};

static status reserve_all(struct evaluator *ev, const struct net *net, size_t threads, struct error *e)
{
    ev->traces = mem_alloc(&ev->mem, threads, sizeof *ev->traces, e);
    ev->scores = mem_reals(&ev->mem, threads * net->n[net->L] * CHUNK_MAX, e);
    status st = ev->traces && ev->scores ? ST_OK : ST_MEMORY;
    for (size_t i = 0; st == ST_OK && !net->own && i < threads; i++)
        st = trace_create(&ev->traces[i], net, ev->T, CHUNK_MAX, TRACE_SCORES, &ev->mem, e);
    return st;
}

status evaluator_create(struct evaluator **out, const struct net *net, size_t T, struct pool *pool,
                        struct error *e)
{
    struct evaluator *ev = calloc(1, sizeof *ev);
    if (!ev) return FAIL(e, ST_MEMORY, "no memory for an evaluator");
    *out = ev;
    ev->pool = pool;
    ev->T = T;
    status st = reserve_all(ev, net, pool_threads(pool), e);
    if (st != ST_OK) {
        evaluator_free(ev);
        *out = NULL;
    }
    return st;
}

status evaluator_memory(const struct net *net, size_t T, size_t threads, struct mem *pages, struct error *e)
{
    struct evaluator ev = {.mem = {.reserve = true}, .T = T};
    status st = reserve_all(&ev, net, threads, e);
    pages->bytes += ev.mem.bytes;
    pages->reals += ev.mem.reals;
    mem_free(&ev.mem);
    return st;
}

void evaluator_free(struct evaluator *ev)
{
    if (!ev) return;
    mem_free(&ev->mem);
    free(ev);
}

/* What a part adds. */
struct part_result {
    double loss, right, spikes[NET_MAX_LAYERS + 1];
};

struct evaluate_task {
    struct evaluator *ev;
    const struct net *net;
    const struct batch *batch;
    struct partition part;
    real *scores_out;
    struct part_result parts[PART_MAX];
};

/* Adds loss and right answers of C samples from `first` on. */
static void judge(const struct net *net, const struct batch *b, size_t first, size_t C, const real *scores,
                  double *loss, double *right)
{
    size_t K = net->n[net->L];
    for (size_t c = 0; c < C; c++) {
        size_t sample = batch_sample(b, first + c);
        const real *s = scores + c * K;
        if (b->labels) {
            *loss += loss_value(net->loss, K, s, b->labels[sample], NULL);
            *right += loss_argmax(K, s) == (size_t)b->labels[sample] ? 1.0 : 0.0;
        } else {
            *loss += loss_regression(K, s, b->targets + sample * K, NULL);
        }
    }
}

static void evaluate_part(void *context, size_t part, size_t thread)
{
    struct evaluate_task *task = context;
    struct evaluator *ev = task->ev;
    size_t K = task->net->n[task->net->L];
    struct part_result *result = &task->parts[part];
    struct simulate_options o = {.spikes_out = result->spikes};
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        real *scores = task->scores_out ? task->scores_out + first * K : ev->scores + thread * K * CHUNK_MAX;
        net_simulate(task->net, task->batch, first, C, &ev->traces[thread], &o);
        net_scores(task->net, &ev->traces[thread], C, scores);
        judge(task->net, task->batch, first, C, scores, &result->loss, &result->right);
    }
}

static void all_nan(struct evaluation *out)
{
    out->loss = out->accuracy = out->synops = out->macs = out->synops_dense = NAN;
    for (size_t l = 0; l <= NET_MAX_LAYERS; l++) out->rate[l] = NAN;
}

/* Neurons of its own layer that a spike of layer l reaches. */
static size_t recurrent_targets(const struct net *net, size_t l)
{
    if (!net_recurrent(net, l)) return 0;
    return net->self_connections ? net->n[l] : net->n[l] - 1;
}

void evaluate(struct evaluator *ev, const struct net *net, const struct batch *b, struct evaluation *out,
              real *scores)
{
    double loss[PART_MAX], right[PART_MAX];
    all_nan(out);
    if (b->n == 0 || net->own) return;
    struct evaluate_task task = {
        .ev = ev, .net = net, .batch = b, .part = partition_make(b->n), .scores_out = scores};
    const size_t parts = task.part.n_parts;
    part_run(ev->pool, parts, evaluate_part, &task);
    part_share(ev->pool, parts, task.parts, sizeof *task.parts);
    if (scores) part_share_samples(ev->pool, &task.part, scores, net->n[net->L] * sizeof *scores);
    for (size_t k = 0; k < parts; k++) {
        loss[k] = task.parts[k].loss;
        right[k] = task.parts[k].right;
    }
    double N = (double)b->n, T = (double)ev->T, dense = 0;
    double synops = (double)spikes_nonzero(b) * (double)net->n[1];
    for (size_t k = 1; k <= net->blocks; k++) dense += T * (double)net_block_size(net, k);
    for (size_t l = 1; l < net->L; l++) {
        double spikes = 0; /* a whole number: any order gives the same */
        for (size_t k = 0; k < parts; k++) spikes += task.parts[k].spikes[l];
        out->rate[l] = spikes / (N * T * (double)net->n[l]);
        synops += spikes * (double)(net->n[l + 1] + recurrent_targets(net, l));
    }
    out->loss = sum_of_parts(parts, loss) / N;
    if (b->labels) out->accuracy = sum_of_parts(parts, right) / N;
    out->synops = synops / N;
    out->macs = spikes_valued(b->x) ? (double)spikes_nonzero(b) * (double)net->n[1] / N : 0;
    out->synops_dense = dense;
}

void evaluate_scores(const struct net *net, const struct batch *b, const real *scores, struct evaluation *out)
{
    double loss = 0, right = 0;
    all_nan(out);
    if (b->n == 0) return;
    judge(net, b, 0, b->n, scores, &loss, &right);
    out->loss = loss / (double)b->n;
    if (b->labels) out->accuracy = right / (double)b->n;
}

void evaluate_confusion(const struct net *net, const struct batch *b, const real *scores, size_t *counts)
{
    size_t K = net->n[net->L];
    memset(counts, 0, K * K * sizeof *counts);
    for (size_t i = 0; i < b->n; i++)
        counts[(size_t)b->labels[batch_sample(b, i)] * K + loss_argmax(K, scores + i * K)]++;
}

size_t net_footprint(const struct net *net)
{
    return net_parameters(net) * sizeof(real);
}
