/* Forward simulation of a block of samples, layer by layer over all steps. */
#include "network/net.h"
#include "network/recurrent.h"
#include "support/blas.h"
#include <string.h>

/* Potentials and spikes of all layers. */
static status create_all(struct trace *tr, const struct net *net, struct mem *m, struct error *e)
{
    for (size_t l = 1; l <= net->L; l++) {
        size_t size = net->n[l] * tr->T * tr->C_max;
        if (!(tr->z[l] = mem_reals(m, size, e))) return ST_MEMORY;
        if (l < net->L && !(tr->a[l] = mem_reals(m, size, e))) return ST_MEMORY;
    }
    return ST_OK;
}

status trace_create(struct trace *tr, const struct net *net, size_t T, size_t C_max, enum trace_kind kind,
                    struct mem *m, struct error *e)
{
    *tr = (struct trace){.T = T, .C_max = C_max, .kind = kind};
    if (C_max > 0 && (!blas_fits(T) || !blas_fits(T * C_max)))
        return FAIL(e, ST_MEMORY, "%zu steps of %zu samples are too many for one block", T, C_max);
    if (net->synapse_decay > 0 && !(tr->current = mem_reals(m, net_widest(net, 1, net->L) * C_max, e)))
        return ST_MEMORY;
    if (kind == TRACE_ALL) return create_all(tr, net, m, e);
    size_t widest = net_widest(net, 1, net->L - 1);
    /* scores alone need no potentials, unless the inputs of a layer are dense */
    const bool steps = net_needs_steps(net), spread = steps || (net->dense_spikes && net->L > 2),
               potentials = spread || net->dense_inputs || kind == TRACE_GRADIENT;
    for (size_t l = 1; l < net->L; l++) {
        bool own = l == 1 || kind == TRACE_GRADIENT;
        size_t n = kind == TRACE_GRADIENT ? net->n[l] : widest;
        if (!own)
            tr->z[l] = tr->z[1];
        else
            tr->z[l] = potentials ? mem_reals(m, n * T * C_max, e) : mem_spare(m, n * T * C_max, e);
        tr->bits[l] = own ? mem_alloc(m, spike_words(n) * T * C_max, sizeof *tr->bits[l], e) : tr->bits[1];
        if (!tr->z[l] || !tr->bits[l]) return ST_MEMORY;
    }
    tr->filtered = mem_reals(m, net->n[net->L - 1] * C_max, e);
    tr->dense = spread ? mem_reals(m, widest * T * C_max, e)
                       : mem_spare(m, widest * T * C_max, e); /* dense layers, smooth networks */
    if (!tr->filtered || !tr->dense) return ST_MEMORY;
    /* the spikes of the last hidden layer go to the readout, which takes no lists */
    const size_t listed = net->L > 2 ? net_widest(net, 1, net->L - 2) : 0;
    return lists_create(&tr->lists, net_widest(net, 0, net->L - 1), listed, T, C_max, m, e);
}

status net_state_create(struct net_state *s, const struct net *net, size_t C, struct mem *m, struct error *e)
{
    *s = (struct net_state){.C = C};
    for (size_t l = 1; l <= net->L; l++) {
        s->z[l] = mem_reals(m, net->n[l] * C, e);
        s->a[l] = mem_reals(m, net->n[l] * C, e);
        if (net->synapse_decay > 0 && !(s->i[l] = mem_reals(m, net->n[l] * C, e))) return ST_MEMORY;
        if (!s->z[l] || !s->a[l]) return ST_MEMORY;
    }
    return ST_OK;
}

void net_state_reset(struct net_state *s, const struct net *net)
{
    for (size_t l = 1; l <= net->L; l++) {
        memset(s->z[l], 0, net->n[l] * s->C * sizeof(real));
        memset(s->a[l], 0, net->n[l] * s->C * sizeof(real));
        if (s->i[l]) memset(s->i[l], 0, net->n[l] * s->C * sizeof(real));
    }
}

static double sum_of(const real *a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i];
    return sum;
}

/* The potentials in tr->z[l] (in: W_l times the layer's inputs) and the spikes a (NULL: the readout's) of a
 * layer. */
static void simulate_layer(const struct net *net, size_t l, size_t T, size_t C, struct trace *tr, real *a,
                           const struct simulate_options *o)
{
    if (net_needs_steps(net))
        recurrent_simulate(net, l, T, C, tr->z[l], a, o->smooth, o->slope, o->state, tr->current);
    else
        lif_simulate(&net->lif[l], net->n[l], T, C, tr->z[l], a, o->smooth, o->slope,
                     o->state ? o->state->z[l] : NULL, o->state ? o->state->a[l] : NULL);
}

static void simulate_all(const struct net *net, const struct batch *b, size_t first, size_t C,
                         struct trace *tr, const struct simulate_options *o)
{
    size_t T = b->x->T;
    for (size_t l = o->from > 1 ? o->from : 1; l <= net->L; l++) {
        size_t n = net->n[l], in = net->n[l - 1];
        if (l == 1)
            spikes_times_weights(b, first, C, net->W[1], n, tr->z[1]);
        else
            blas_gemm(false, false, n, T * C, in, R(1.0), net->W[l], n, tr->a[l - 1], in, R(0.0), tr->z[l],
                      n);
        real *a = l < net->L ? tr->a[l] : NULL;
        simulate_layer(net, l, T, C, tr, a, o);
        if (!a) return;
        if (o->spikes_out) o->spikes_out[l] += sum_of(a, n * T * C);
        if (o->feed) o->feed(o->context, l, tr->z[l], a);
    }
}

/* What the readout makes of the spikes a (n x T*C) of the last hidden layer: see struct forward_pass. */
static void filter(const struct net *net, size_t T, size_t C, const real *a, real *filtered)
{
    const size_t size = net->n[net->L - 1] * C;
    const real leak = net->lif[net->L].leak, decay = net->synapse_decay;
    for (size_t i = 0; i < size; i++) {
        real current = 0, sum = 0, mean = 0;
        for (size_t t = 0; t < T; t++) {
            current = decay * current + a[t * size + i];
            sum = leak * sum + current;
            mean += sum;
        }
        filtered[i] = net->readout == READOUT_MEAN ? mean / (real)T : sum;
    }
}

/* The hidden layers of a smooth network: numbers, not spikes, go from layer to layer (tr->dense). */
static void simulate_smooth(const struct net *net, const struct batch *b, size_t first, size_t C,
                            struct trace *tr, const struct simulate_options *o)
{
    size_t T = b->x->T;
    for (size_t l = 1; l < net->L; l++) {
        size_t n = net->n[l], in = net->n[l - 1];
        if (l == 1)
            spikes_times_weights(b, first, C, net->W[1], n, tr->z[1]);
        else
            blas_gemm(false, false, n, T * C, in, R(1.0), net->W[l], n, tr->dense, in, R(0.0), tr->z[l], n);
        simulate_layer(net, l, T, C, tr, tr->dense, o);
        if (o->spikes_out) o->spikes_out[l] += sum_of(tr->dense, n * T * C);
    }
    filter(net, T, C, tr->dense, tr->filtered);
}

/* v_l = W_l a_{l-1} in tr->z[l], by BLAS. */
static void dense_currents(const struct net *net, const struct batch *b, size_t first, size_t C,
                           struct trace *tr, size_t l)
{
    size_t T = b->x->T, n = net->n[l], in = net->n[l - 1];
    if (l == 1) {
        spikes_times_weights(b, first, C, net->W[1], n, tr->z[1]);
        return;
    }
    net_spikes(net, tr, l - 1, C, NULL, 0, tr->dense);
    blas_gemm(false, false, n, T * C, in, R(1.0), net->W[l], n, tr->dense, in, R(0.0), tr->z[l], n);
}

bool net_inputs(const struct net *net, const struct batch *b, size_t first, size_t C, struct trace *tr,
                size_t l, struct spike_columns *in)
{
    if (l > 1) return lists_of_bits(&tr->lists, tr->bits[l - 1], net->n[l - 1], tr->T * C, in);
    if (spikes_as_dense(b, first, C)) return false;
    *in = lists_of_batch(&tr->lists, b, first, C);
    return true;
}

/* A hidden layer whose neurons take more than W_l a_{l-1}, step by step; its bits are those of tr->dense. */
static void recurrent_spikes(const struct net *net, size_t l, size_t C, struct trace *tr, bool listed,
                             const struct spike_columns *in)
{
    const size_t n = net->n[l], words = spike_words(n);
    const struct simulate_options spiking = {.smooth = NULL};
    const struct forward_pass product = {.n = n, .T = tr->T, .C = C, .in = in, .z = tr->z[l]};
    if (listed) lists_forward(&tr->lists, product, net->W[l], net->n[l - 1]);
    simulate_layer(net, l, tr->T, C, tr, tr->dense, &spiking);
    memset(tr->bits[l], 0, words * tr->T * C * sizeof *tr->bits[l]);
    for (size_t j = 0; j < tr->T * C; j++)
        for (size_t i = 0; i < n; i++)
            if (tr->dense[j * n + i] > 0) tr->bits[l][j * words + i / 32] |= (uint32_t)1 << i % 32;
    if (l + 1 == net->L) filter(net, tr->T, C, tr->dense, tr->filtered);
}

static void simulate_spikes(const struct net *net, const struct batch *b, size_t first, size_t C,
                            struct trace *tr, const struct simulate_options *o)
{
    const struct kernels *k = kernels();
    for (size_t l = 1; l < net->L; l++) {
        struct spike_columns in;
        const bool listed = net_inputs(net, b, first, C, tr, l, &in);
        if (!listed) dense_currents(net, b, first, C, tr, l);
        const struct forward_pass p = {.n = net->n[l],
                                       .T = tr->T,
                                       .C = C,
                                       .lif = &net->lif[l],
                                       .spiking = true,
                                       .in = listed ? &in : NULL,
                                       .z = listed && tr->kind == TRACE_SCORES ? NULL : tr->z[l],
                                       .bits = tr->bits[l],
                                       .filtered = l + 1 == net->L ? tr->filtered : NULL,
                                       .readout_leak = net->lif[net->L].leak,
                                       .mean = net->readout == READOUT_MEAN};
        if (net_needs_steps(net))
            recurrent_spikes(net, l, C, tr, listed, &in);
        else
            lists_forward(&tr->lists, p, net->W[l], net->n[l - 1]);
        if (o->spikes_out)
            o->spikes_out[l] += (double)k->count(spike_words(net->n[l]) * tr->T * C, tr->bits[l]);
    }
}

void net_simulate(const struct net *net, const struct batch *b, size_t first, size_t C, struct trace *tr,
                  const struct simulate_options *o)
{
    if (tr->kind == TRACE_ALL)
        simulate_all(net, b, first, C, tr, o);
    else if (o->smooth)
        simulate_smooth(net, b, first, C, tr, o);
    else
        simulate_spikes(net, b, first, C, tr, o);
}

void net_spikes(const struct net *net, const struct trace *tr, size_t l, size_t C,
                const struct surrogate *smooth, real slope, real *a)
{
    const size_t n = net->n[l], words = spike_words(n);
    if (smooth)
        for (size_t i = 0; i < n * tr->T * C; i++)
            a[i] = smooth->integral(tr->z[l][i] - net->lif[l].threshold, slope);
    else
        for (size_t j = 0; j < tr->T * C; j++)
            for (size_t i = 0; i < n; i++)
                a[j * n + i] = tr->bits[l][j * words + i / 32] >> i % 32 & 1 ? R(1.0) : R(0.0);
}

void net_scores(const struct net *net, const struct trace *tr, size_t C, real *scores)
{
    size_t K = net->n[net->L], n = net->n[net->L - 1], size = K * C;
    if (tr->kind != TRACE_ALL) {
        blas_gemm(false, false, K, C, n, R(1.0), net->W[net->L], K, tr->filtered, n, R(0.0), scores, K);
        return;
    }
    const real *z = tr->z[net->L];
    if (net->readout == READOUT_LAST) {
        memcpy(scores, z + (tr->T - 1) * size, size * sizeof *scores);
        return;
    }
    memset(scores, 0, size * sizeof *scores);
    for (size_t t = 0; t < tr->T; t++)
        for (size_t i = 0; i < size; i++) scores[i] += z[t * size + i];
    for (size_t i = 0; i < size; i++) scores[i] /= (real)tr->T;
}

double net_losses(const struct net *net, const struct batch *b, size_t first, size_t C, const real *scores,
                  real *dscores)
{
    size_t K = net->n[net->L];
    double sum = 0;
    for (size_t c = 0; c < C; c++) {
        size_t sample = batch_sample(b, first + c);
        const real *s = scores + c * K;
        real *d = dscores ? dscores + c * K : NULL;
        sum += b->labels ? loss_value(net->loss, K, s, b->labels[sample], d)
                         : loss_regression(K, s, b->targets + sample * K, d);
    }
    return sum;
}
