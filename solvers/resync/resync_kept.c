/* See resync_kept.h. */
#include "solvers/resync/resync_kept.h"
#include <string.h>

status kept_create(struct resync_kept *k, double keep, const struct net *net, size_t T, size_t N, size_t C,
                   size_t threads, struct mem *m, struct error *e)
{
    *k = (struct resync_kept){.keep = (real)keep, .T = T};
    if (!(keep > 0)) return ST_OK;
    for (size_t l = 1; l < net->L; l++)
        if (!(k->y[l] = mem_reals(m, net->n[l] * T * N, e))) return ST_MEMORY;
    if (!(k->centre = mem_alloc(m, threads, sizeof *k->centre, e))) return ST_MEMORY;
    for (size_t i = 0; i < threads; i++)
        if (!(k->centre[i] = mem_reals(m, net_widest(net, 1, net->L - 1) * T * C, e))) return ST_MEMORY;
    return ST_OK;
}

/* The n_l numbers of sample first + c of the batch at step t. */
static real *kept_column(const struct resync_kept *k, const struct net *net, size_t l, const struct batch *b,
                         size_t sample, size_t t)
{
    return k->y[l] + (batch_sample(b, sample) * k->T + t) * net->n[l];
}

size_t kept_recall(const struct resync_kept *k, const struct net *net, size_t l, const struct batch *b,
                   size_t first, size_t C, const real *z, size_t thread)
{
    size_t n = net->n[l], differ = 0;
    const real theta = net->lif[l].threshold;
    for (size_t t = 0; t < k->T; t++)
        for (size_t c = 0; c < C; c++) {
            const real *old = kept_column(k, net, l, b, first + c, t), *now = z + (t * C + c) * n;
            real *centre = k->centre[thread] + (t * C + c) * n;
            for (size_t i = 0; i < n; i++) {
                centre[i] = now[i] + k->keep * (old[i] - now[i]);
                differ += (centre[i] > theta) != (now[i] > theta);
            }
        }
    return differ;
}

void kept_store(const struct resync_kept *k, const struct net *net, size_t l, const struct batch *b,
                size_t first, size_t C, const real *y)
{
    size_t n = net->n[l];
    for (size_t t = 0; t < k->T; t++)
        for (size_t c = 0; c < C; c++)
            memcpy(kept_column(k, net, l, b, first + c, t), y + (t * C + c) * n, n * sizeof *y);
}

/* A block that is simulated, and the kept potentials that feed its layers. */
struct fed {
    const struct resync_kept *k;
    const struct net *net;
    const struct batch *b;
    size_t first, C, thread;
};

/* a = the spikes of y0. */
static void feed_centre(void *context, size_t l, const real *z, real *a)
{
    const struct fed *f = context;
    const real theta = f->net->lif[l].threshold, *y0 = f->k->centre[f->thread];
    kept_recall(f->k, f->net, l, f->b, f->first, f->C, z, f->thread);
    for (size_t i = 0; i < f->net->n[l] * f->k->T * f->C; i++) a[i] = y0[i] > theta ? R(1.0) : R(0.0);
}

void kept_simulate(const struct resync_kept *k, const struct net *net, const struct batch *b, size_t first,
                   size_t C, struct trace *tr, size_t thread)
{
    struct fed fed = {k, net, b, first, C, thread};
    const struct simulate_options o = {.feed = feed_centre, .context = &fed};
    net_simulate(net, b, first, C, tr, &o);
}

void kept_trace(const struct net *net, const struct trace *all, size_t C, struct trace *tr)
{
    const size_t columns = tr->T * C, n = net->n[net->L - 1];
    const real *a = all->a[net->L - 1];
    for (size_t l = 1; l < net->L; l++) {
        const size_t words = spike_words(net->n[l]);
        memcpy(tr->z[l], all->z[l], net->n[l] * columns * sizeof(real));
        memset(tr->bits[l], 0, words * columns * sizeof *tr->bits[l]);
        for (size_t j = 0; j < columns; j++)
            for (size_t i = 0; i < net->n[l]; i++)
                if (all->a[l][j * net->n[l] + i] > 0)
                    tr->bits[l][j * words + i / 32] |= (uint32_t)1 << i % 32;
    }
    memset(tr->filtered, 0, n * C * sizeof(real));
    for (size_t t = 0; t < tr->T; t++)
        for (size_t i = 0; i < n * C; i++)
            tr->filtered[i] = net->lif[net->L].leak * tr->filtered[i] + a[t * n * C + i];
}
