/* Forward simulation of a block of samples, layer by layer over all steps. */
#include "network/net.h"
#include "support/blas.h"
#include <string.h>

size_t trace_bytes(const struct net *net, size_t T, size_t C_max, bool keep)
{
    size_t units = net->n[net->L], shared = net->L > 2 ? 3 : 2; /* z, and a of one or two layers */
    if (!keep) return (units + shared * net_widest(net, 1, net->L - 1)) * T * C_max * sizeof(real);
    for (size_t l = 1; l < net->L; l++) units += 2 * net->n[l];
    return units * T * C_max * sizeof(real);
}

status trace_create(struct trace *tr, const struct net *net, size_t T, size_t C_max, bool keep, struct mem *m,
                    struct error *e)
{
    *tr = (struct trace){.T = T, .C_max = C_max, .keep = keep};
    if (C_max > 0 && (!blas_fits(T) || !blas_fits(T * C_max)))
        return FAIL(e, ST_MEMORY, "%zu steps of %zu samples are too many for one block", T, C_max);
    size_t widest = net_widest(net, 1, net->L - 1);
    for (size_t l = 1; l <= net->L; l++) {
        bool fresh = keep || l == net->L || l == 1;
        tr->z[l] = fresh ? mem_reals(m, (keep || l == net->L ? net->n[l] : widest) * T * C_max, e) : tr->z[1];
        if (!tr->z[l]) return ST_MEMORY;
        if (l == net->L) break;
        /* Spikes alternate between two buffers: a layer reads the one below while it writes its own. */
        tr->a[l] = keep || l <= 2 ? mem_reals(m, (keep ? net->n[l] : widest) * T * C_max, e) : tr->a[l - 2];
        if (!tr->a[l]) return ST_MEMORY;
    }
    return ST_OK;
}

status net_state_create(struct net_state *s, const struct net *net, size_t C, struct mem *m, struct error *e)
{
    *s = (struct net_state){.C = C};
    for (size_t l = 1; l <= net->L; l++) {
        s->z[l] = mem_reals(m, net->n[l] * C, e);
        s->a[l] = mem_reals(m, net->n[l] * C, e);
        if (!s->z[l] || !s->a[l]) return ST_MEMORY;
    }
    return ST_OK;
}

void net_state_reset(struct net_state *s, const struct net *net)
{
    for (size_t l = 1; l <= net->L; l++) {
        memset(s->z[l], 0, net->n[l] * s->C * sizeof(real));
        memset(s->a[l], 0, net->n[l] * s->C * sizeof(real));
    }
}

static double sum_of(const real *a, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)a[i];
    return sum;
}

void net_simulate(const struct net *net, const struct batch *b, size_t first, size_t C, struct trace *tr,
                  const struct simulate_options *o)
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
        lif_simulate(&net->lif, n, T, C, tr->z[l], a, o->smooth, o->slope, o->state ? o->state->z[l] : NULL,
                     o->state ? o->state->a[l] : NULL);
        if (!a) return;
        if (o->spikes_out) o->spikes_out[l] += sum_of(a, n * T * C);
        if (o->feed) o->feed(o->context, l, tr->z[l], a);
    }
}

void net_scores(const struct net *net, const struct trace *tr, size_t C, real *scores)
{
    size_t size = net->n[net->L] * C;
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
