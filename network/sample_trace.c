/* See sample_trace.h. */
#include "network/sample_trace.h"
#include "network/loss.h"
#include <math.h>

status sample_trace_create(struct sample_trace *s, const struct net *net, const struct batch *b, size_t index,
                           struct mem *m, struct error *e)
{
    *s = (struct sample_trace){.net = net, .x = b->x, .T = b->x->T, .H = net->L - 1, .label = -1};
    s->sample = batch_sample(b, index);
    TRY(trace_create(&s->trace, net, s->T, 1, TRACE_ALL, m, e));
    real *scores = mem_reals(m, net->n[net->L], e);
    if (!scores) return ST_MEMORY;
    net_simulate(net, b, index, 1, &s->trace, &(struct simulate_options){.smooth = NULL});
    net_scores(net, &s->trace, 1, scores);
    s->predicted = loss_argmax(net->n[net->L], scores);
    if (b->labels) s->label = b->labels[s->sample];
    return ST_OK;
}

status sample_trace_busiest(const struct sample_trace *s, size_t *neurons, size_t most, size_t *n,
                            struct mem *m, struct error *e)
{
    const size_t width = s->net->n[s->H];
    double *spikes = mem_alloc(m, width, sizeof *spikes, e);
    if (!spikes) return ST_MEMORY;
    for (size_t i = 0; i < width * s->T; i++) spikes[i % width] += (double)s->trace.a[s->H][i];
    for (*n = 0; *n < most && *n < width; ++*n) {
        size_t best = 0;
        for (size_t j = 1; j < width; j++)
            if (spikes[j] > spikes[best]) best = j;
        neurons[*n] = best;
        spikes[best] = -1;
    }
    return ST_OK;
}

status sample_trace_write(const struct sample_trace *s, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_head(&w, "layer,neuron,t,z,a");
    for (size_t l = 1; l <= s->net->L; l++)
        for (size_t j = 0; j < s->net->n[l]; j++)
            for (size_t t = 0; t < s->T; t++) {
                size_t at = t * s->net->n[l] + j;
                double a = l <= s->H ? (double)s->trace.a[l][at] : NAN;
                csv_numbers(&w, (double[]){(double)l, (double)j, (double)t + 1, (double)s->trace.z[l][at], a},
                            5);
            }
    return csv_close(&w, e);
}

void sample_trace_spikes(const struct sample_trace *s, size_t l, struct csv_writer *w)
{
    const size_t n = s->net->n[l], *start = s->x->start + s->sample * s->T;
    for (size_t t = 0; t < s->T; t++) {
        for (size_t k = start[t]; l == 0 && k < start[t + 1]; k++)
            csv_numbers(w, (double[]){0, s->x->index[k], (double)t + 1}, 3);
        for (size_t j = 0; l > 0 && j < n; j++)
            if (s->trace.a[l][t * n + j] > 0)
                csv_numbers(w, (double[]){(double)l, (double)j, (double)t + 1}, 3);
    }
}
