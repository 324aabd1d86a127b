/* What a network does with one sample: its simulation, kept whole. */
#ifndef SPIKEBENCH_NETWORK_SAMPLE_TRACE_H
#define SPIKEBENCH_NETWORK_SAMPLE_TRACE_H

#include "network/net.h"
#include "support/csvio.h"

struct sample_trace {
    const struct net *net;
    const struct spikes *x;
    struct trace trace; /* of one sample */
    size_t sample;      /* in x */
    size_t T, H;        /* H: the last hidden layer */
    int label;          /* -1 without classes */
    size_t predicted;
};

/* Simulates sample `index` of the batch; the trace is in the arena, net and batch's spikes are borrowed.
 * ST_MEMORY. */
status sample_trace_create(struct sample_trace *s, const struct net *net, const struct batch *b, size_t index,
                           struct mem *m, struct error *e);
/* The neurons of the last hidden layer with the most spikes, the lower index among equals, at most `most`;
 * *n: how many. ST_MEMORY. */
status sample_trace_busiest(const struct sample_trace *s, size_t *neurons, size_t most, size_t *n,
                            struct mem *m, struct error *e);
/* Rows "layer,neuron,t,z,a" of all layers: neurons from 0, t from 1, a nan in the readout. ST_IO. */
status sample_trace_write(const struct sample_trace *s, const char *path, struct error *e);
/* Rows "layer,neuron,t" of the spikes of layer l (0: the input). */
void sample_trace_spikes(const struct sample_trace *s, size_t l, struct csv_writer *w);

#endif
