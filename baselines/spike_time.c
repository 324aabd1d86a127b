/* First-spike times and their gradients (see spike_time.h). In double whatever `real` is. */
#include "baselines/spike_time.h"
#include <string.h>

static status layer_create(struct spike_layer *y, size_t n, size_t events, struct mem *m, struct error *e)
{
    y->input = mem_alloc(m, events, sizeof *y->input, e);
    y->value = mem_alloc(m, events, sizeof *y->value, e);
    y->z = mem_alloc(m, events, sizeof *y->z, e);
    y->A = mem_alloc(m, n, sizeof *y->A, e);
    y->B = mem_alloc(m, n, sizeof *y->B, e);
    y->causal = mem_alloc(m, n, sizeof *y->causal, e);
    y->time = mem_alloc(m, n, sizeof *y->time, e);
    y->dtime = mem_alloc(m, n, sizeof *y->dtime, e);
    bool all = y->input && y->value && y->z && y->A && y->B && y->causal && y->time && y->dtime;
    return all ? ST_OK : ST_MEMORY;
}

status spike_time_create(struct spike_time *s, const struct spike_time_options *o, const struct net *net,
                         size_t events_max, struct mem *m, struct error *e)
{
    *s = (struct spike_time){.o = *o, .threshold = (double)net->lif[1].threshold};
    for (size_t l = 1; l <= net->L; l++)
        TRY(layer_create(&s->layer[l], net->n[l], l == 1 ? events_max : net->n[l - 1], m, e));
    return ST_OK;
}

/* Events of layer 1: the lists of a sample, which are in order of time. */
static void input_events(struct spike_time *s, const struct batch *b, size_t i)
{
    const struct spikes *x = b->x;
    struct spike_layer *y = &s->layer[1];
    size_t row = batch_sample(b, i) * x->T;
    y->n_events = 0;
    for (size_t t = 0; t < x->T; t++) {
        double z = exp(x->T > 1 ? s->o.span * (double)t / (double)(x->T - 1) : 0.0);
        for (size_t k = x->start[row + t]; k < x->start[row + t + 1]; k++) {
            y->input[y->n_events] = x->index[k];
            y->value[y->n_events] = (double)spikes_value(x, k);
            y->z[y->n_events++] = z;
        }
    }
}

/* Events of a higher layer: the spikes of the n neurons below, sorted by time, equal ones by neuron. */
static void spike_events(const struct spike_layer *below, size_t n, struct spike_layer *y)
{
    y->n_events = 0;
    for (size_t j = 0; j < n; j++) {
        if (below->causal[j] == 0) continue;
        size_t at = y->n_events++;
        double z = exp(below->time[j]);
        for (; at > 0 && y->z[at - 1] > z; at--) {
            y->z[at] = y->z[at - 1];
            y->input[at] = y->input[at - 1];
        }
        y->z[at] = z;
        y->input[at] = j;
        y->value[at] = 1;
    }
    for (size_t k = 0; k < y->n_events; k++) y->value[k] = 1;
}

/* Spike times of a layer from its events. */
static void run_layer(const struct spike_time *s, struct spike_layer *y, const real *W, size_t n)
{
    const double latest = exp(s->o.deadline);
    memset(y->A, 0, n * sizeof *y->A);
    memset(y->B, 0, n * sizeof *y->B);
    memset(y->causal, 0, n * sizeof *y->causal);
    for (size_t j = 0; j < n; j++) y->time[j] = s->o.deadline;
    for (size_t k = 0; k < y->n_events; k++) {
        const real *w = W + y->input[k] * n;
        double next = k + 1 < y->n_events ? fmin(y->z[k + 1], latest) : latest;
        for (size_t j = 0; j < n; j++) {
            if (y->causal[j]) continue;
            double drive = (double)w[j] * y->value[k];
            y->A[j] += drive;
            y->B[j] += drive * y->z[k];
            double slack = y->A[j] - s->threshold;
            if (slack > 0 && y->B[j] <= next * slack) {
                y->causal[j] = k + 1;
                y->time[j] = log(y->B[j] / slack);
            }
        }
    }
}

void spike_time_simulate(struct spike_time *s, const struct net *net, const struct batch *b, size_t i)
{
    input_events(s, b, i);
    for (size_t l = 1; l <= net->L; l++) {
        if (l > 1) spike_events(&s->layer[l - 1], net->n[l - 1], &s->layer[l]);
        run_layer(s, &s->layer[l], net->W[l], net->n[l]);
    }
}

void spike_time_scores(const struct spike_time *s, const struct net *net, real *scores)
{
    for (size_t k = 0; k < net->n[net->L]; k++) scores[k] = (real)(-s->layer[net->L].time[k] / s->o.tau);
}

/* Loss, and its derivative in the spike times of the last layer. */
static double output_gradient(struct spike_time *s, const struct net *net, size_t label)
{
    struct spike_layer *y = &s->layer[net->L];
    size_t K = net->n[net->L];
    double top = -INFINITY, sum = 0;
    for (size_t k = 0; k < K; k++) top = fmax(top, -y->time[k] / s->o.tau);
    for (size_t k = 0; k < K; k++) sum += exp(-y->time[k] / s->o.tau - top);
    for (size_t k = 0; k < K; k++) {
        double p = exp(-y->time[k] / s->o.tau - top) / sum;
        y->dtime[k] = y->causal[k] ? ((k == label ? 1 : 0) - p) / s->o.tau : 0;
    }
    return log(fmax(sum, 1)) + top + y->time[label] / s->o.tau; /* the largest term is 1 */
}

double spike_time_gradient(struct spike_time *s, const struct net *net, int label, double *const *gradient)
{
    double loss = output_gradient(s, net, (size_t)label);
    for (size_t l = net->L; l >= 1; l--) {
        const struct spike_layer *y = &s->layer[l];
        double *below = l > 1 ? s->layer[l - 1].dtime : NULL;
        size_t n = net->n[l];
        if (below) memset(below, 0, net->n[l - 1] * sizeof *below);
        for (size_t k = 0; k < y->n_events; k++) {
            const real *w = net->W[l] + y->input[k] * n;
            double *g = gradient[l] + y->input[k] * n, back = 0;
            for (size_t j = 0; j < n; j++) {
                if (k >= y->causal[j]) continue;
                double per_slack = y->dtime[j] / (y->A[j] - s->threshold);
                double ratio = y->z[k] * (y->A[j] - s->threshold) / y->B[j]; /* z_k / z_j */
                g[j] -= per_slack * y->value[k] * (1 - ratio);
                if (below) back += per_slack * (double)w[j] * y->value[k] * ratio;
            }
            if (below) below[y->input[k]] = back;
        }
    }
    return loss;
}

double spike_time_gradient_macs(const struct spike_time *s, const struct net *net)
{
    double sum = 0;
    for (size_t l = 1; l <= net->L; l++)
        for (size_t j = 0; j < net->n[l]; j++) sum += (l > 1 ? 2 : 1) * (double)s->layer[l].causal[j];
    return sum;
}

double spike_time_synops(const struct spike_time *s, const struct net *net)
{
    double sum = 0;
    for (size_t l = 1; l <= net->L; l++) sum += (double)s->layer[l].n_events * (double)net->n[l];
    return sum;
}
