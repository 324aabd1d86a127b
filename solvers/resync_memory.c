/* See resync_memory.h. */
#include "solvers/resync_memory.h"
#include "support/blas.h"
#include <string.h>

static size_t widest_hidden(const struct net *net)
{
    size_t n = 0;
    for (size_t l = 1; l < net->L; l++) n = net->n[l] > n ? net->n[l] : n;
    return n;
}

status memory_create(struct resync_memory *k, double keep, const struct net *net, const struct batch *train,
                     size_t C, struct mem *m, struct error *e)
{
    *k = (struct resync_memory){.keep = (real)keep, .T = train->x->T};
    if (!(keep > 0)) return ST_OK;
    k->place = mem_alloc(m, train->x->n_samples, sizeof *k->place, e);
    if (!k->place) return ST_MEMORY;
    for (size_t i = 0; i < train->n; i++) k->place[batch_sample(train, i)] = i;
    for (size_t l = 1; l < net->L; l++)
        if (!(k->kept[l] = mem_reals(m, net->n[l] * k->T * train->n, e))) return ST_MEMORY;
    for (size_t slot = 0; slot < SLOT_MAX; slot++)
        if (!(k->centre[slot] = mem_reals(m, widest_hidden(net) * k->T * C, e))) return ST_MEMORY;
    return ST_OK;
}

size_t memory_bytes(double keep, const struct net *net, size_t T, size_t N)
{
    size_t reals = SLOT_MAX * widest_hidden(net) * T * (N < CHUNK_MAX ? N : CHUNK_MAX);
    if (!(keep > 0)) return 0;
    for (size_t l = 1; l < net->L; l++) reals += net->n[l] * T * N;
    return reals * sizeof(real) + N * sizeof(size_t);
}

/* The n_l numbers of sample first + c of the batch at step t. */
static real *kept_column(const struct resync_memory *k, const struct net *net, size_t l,
                         const struct batch *b, size_t sample, size_t t)
{
    return k->kept[l] + (k->place[batch_sample(b, sample)] * k->T + t) * net->n[l];
}

size_t memory_recall(const struct resync_memory *k, const struct net *net, size_t l, const struct batch *b,
                     size_t first, size_t C, const real *z, size_t slot)
{
    size_t n = net->n[l], differ = 0;
    const real theta = net->lif.threshold;
    for (size_t t = 0; t < k->T; t++)
        for (size_t c = 0; c < C; c++) {
            const real *old = kept_column(k, net, l, b, first + c, t), *now = z + (t * C + c) * n;
            real *centre = k->centre[slot] + (t * C + c) * n;
            for (size_t i = 0; i < n; i++) {
                centre[i] = now[i] + k->keep * (old[i] - now[i]);
                differ += (centre[i] > theta) != (now[i] > theta);
            }
        }
    return differ;
}

void memory_store(const struct resync_memory *k, const struct net *net, size_t l, const struct batch *b,
                  size_t first, size_t C, const real *y)
{
    size_t n = net->n[l];
    for (size_t t = 0; t < k->T; t++)
        for (size_t c = 0; c < C; c++)
            memcpy(kept_column(k, net, l, b, first + c, t), y + (t * C + c) * n, n * sizeof *y);
}

void memory_simulate(const struct resync_memory *k, const struct net *net, const struct batch *b,
                     size_t first, size_t C, struct trace *tr, size_t slot)
{
    for (size_t l = 1; l <= net->L; l++) {
        size_t n = net->n[l], in = net->n[l - 1], columns = k->T * C;
        if (l == 1)
            spikes_times_weights(b, first, C, net->W[1], n, tr->z[1]);
        else
            blas_gemm(false, false, n, columns, in, R(1.0), net->W[l], n, tr->a[l - 1], in, R(0.0), tr->z[l],
                      n);
        lif_simulate(&net->lif, n, k->T, C, tr->z[l], l < net->L ? tr->a[l] : NULL, NULL, 0, NULL, NULL);
        if (l == net->L) return;
        memory_recall(k, net, l, b, first, C, tr->z[l], slot);
        for (size_t i = 0; i < n * columns; i++)
            tr->a[l][i] = k->centre[slot][i] > net->lif.threshold ? R(1.0) : R(0.0);
    }
}
