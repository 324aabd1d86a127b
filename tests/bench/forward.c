/* See pairs.h. FLOPs: 2 n_l n_{l-1} for each layer, step and sample; layer 1 2 n_1 for each list entry
 * instead where the library works on the lists. */
#include "tests/bench/pairs.h"
#include <string.h>

enum { SAMPLES = 256 };
struct forward {
    struct dataset data;
    struct batch batch;
    struct net_options options;
    struct net net;
    struct trace trace[2];
    real *scores[2];
};
static const size_t block[2] = {CHUNK_MAX, 1};

static double flops(const struct forward *s, size_t C)
{
    const struct net *net = &s->net;
    const struct spikes *x = s->batch.x;
    double sum = 0, cells = (double)(SAMPLES * x->T);
    for (size_t first = 0; first < SAMPLES; first += C) {
        size_t columns = C * x->T;
        double entries = (double)(x->start[(first + C) * x->T] - x->start[first * x->T]);
        bool dense = spikes_as_dense(&s->batch, first, C);
        sum += 2.0 * (double)net->n[1] * (dense ? (double)(net->n[0] * columns) : entries);
    }
    for (size_t l = 2; l <= net->L; l++) sum += 2.0 * (double)(net->n[l] * net->n[l - 1]) * cells;
    return sum;
}

status forward_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    struct forward *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    (void)variant;
    if (!s) return ST_MEMORY;
    TRY(bench_open(&s->data, &bench_digits, e));
    s->batch = dataset_batch(&s->data, SPLIT_TRAIN);
    TRY(bench_net(&s->net, &s->options, setting, &s->data, &p->mem, e));
    size_t T = s->batch.x->T, K = s->net.n[s->net.L];
    for (int side = 0; side < 2; side++) {
        TRY(trace_create(&s->trace[side], &s->net, T, block[side], TRACE_SCORES, &p->mem, e));
        p->out[side] = s->scores[side] = mem_reals(&p->mem, K * SAMPLES, e);
        if (!p->out[side]) return ST_MEMORY;
        p->flops[side] = flops(s, block[side]);
    }
    p->n_out = K * SAMPLES;
    (void)snprintf(p->sizes, sizeof p->sizes, "digits, %d samples, T %zu, %zu-%s-%zu", SAMPLES, T,
                   s->net.n[0], (const char *)setting, K);
    return ST_OK;
}

status forward_run(struct pair *p, enum side side, struct error *e)
{
    struct forward *s = p->state;
    const struct simulate_options o = {0};
    const size_t C = block[side], K = s->net.n[s->net.L];
    (void)e;
    for (size_t first = 0; first < SAMPLES; first += C) {
        net_simulate(&s->net, &s->batch, first, C, &s->trace[side], &o);
        net_scores(&s->net, &s->trace[side], C, s->scores[side] + first * K);
    }
    return ST_OK;
}

/* Products of other shapes round in another way, and a potential at the threshold then spikes or does not. */
double forward_difference(struct pair *p)
{
    const struct forward *s = p->state;
    const size_t K = s->net.n[s->net.L];
    size_t differ = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        double worst = 0;
        for (size_t k = i * K; k < (i + 1) * K; k++)
            worst = fmax(worst, fabs((double)s->scores[0][k] - (double)s->scores[1][k]));
        differ += !(worst <= REAL_SELECT(1e-9, 1e-3));
    }
    return (double)differ / SAMPLES;
}

void forward_close(struct pair *p)
{
    struct forward *s = p->state;
    if (s) dataset_free(&s->data);
}
