/* The gradient of the expected loss under weight noise. */
#include "baselines/gradient_reference.h"
#include <string.h>

/* Workspaces of a thread. */
struct reference_work {
    struct trace trace;
    real *scores;     /* n_L x C */
    double *step;     /* [n] */
    struct net noisy; /* the net with noise on its weights */
};

/* Weights chosen in layer l. */
static size_t chosen_in(const struct reference_options *o, const struct net *net, size_t l)
{
    size_t wanted = (o->coordinates + net->L - 1) / net->L, size = net->n[l] * net->n[l - 1];
    return wanted < size ? wanted : size;
}

static size_t chosen(const struct reference_options *o, const struct net *net)
{
    size_t n = 0;
    for (size_t l = 1; l <= net->L; l++) n += chosen_in(o, net, l);
    return n;
}

static status work_create(struct reference_work *w, const struct net *net, size_t n, size_t T, size_t C,
                          struct mem *m, struct error *e)
{
    TRY(trace_create(&w->trace, net, T, C, TRACE_ALL, m, e));
    if (!(w->scores = mem_reals(m, net->n[net->L] * C, e))) return ST_MEMORY;
    if (!(w->step = mem_alloc(m, n, sizeof *w->step, e))) return ST_MEMORY;
    w->noisy = *net;
    for (size_t l = 1; l <= net->L; l++)
        if (!(w->noisy.W[l] = mem_reals(m, net->n[l] * net->n[l - 1], e))) return ST_MEMORY;
    return ST_OK;
}

/* Chooses the weights of layer l into places `at` on. */
static void choose(struct gradient_reference *g, const struct net *net, size_t l, size_t at, struct rng *rng)
{
    size_t size = net->n[l] * net->n[l - 1], wanted = chosen_in(&g->o, net, l), *order = g->order;
    for (size_t i = 0; i < size; i++) order[i] = i;
    rng_shuffle(rng, order, size);
    for (size_t k = 0; k < wanted; k++) {
        g->layer[at + k] = l;
        g->index[at + k] = order[k];
        g->share[at + k] = (double)size / (double)wanted;
    }
}

status reference_create(struct gradient_reference *g, const struct reference_options *o,
                        const struct net *net, size_t T, size_t batch_max, size_t threads, struct mem *m,
                        struct error *e)
{
    *g = (struct gradient_reference){.o = *o, .n = chosen(o, net)};
    if (g->n > 0 && o->draws > SIZE_MAX / g->n)
        return FAIL(e, ST_MEMORY, "%zu draws of %zu derivatives are too many", o->draws, g->n);
    g->order = mem_alloc(m, net_parameters(net), sizeof *g->order, e);
    g->layer = mem_alloc(m, g->n, sizeof *g->layer, e);
    g->index = mem_alloc(m, g->n, sizeof *g->index, e);
    g->share = mem_alloc(m, g->n, sizeof *g->share, e);
    g->seeds = mem_alloc(m, o->draws, sizeof *g->seeds, e);
    g->draws = mem_alloc(m, o->draws * g->n, sizeof *g->draws, e);
    g->mean = mem_alloc(m, g->n, sizeof *g->mean, e);
    g->half[0] = mem_alloc(m, g->n, sizeof *g->half[0], e);
    g->half[1] = mem_alloc(m, g->n, sizeof *g->half[1], e);
    g->work = mem_alloc(m, threads, sizeof *g->work, e);
    if (!g->order || !g->layer || !g->index || !g->share || !g->seeds || !g->draws || !g->mean ||
        !g->half[0] || !g->half[1] || !g->work)
        return ST_MEMORY;
    for (size_t i = 0; i < threads; i++)
        TRY(work_create(&g->work[i], net, g->n, T, chunk_at_most(batch_max), m, e));
    return ST_OK;
}

void reference_choose(struct gradient_reference *g, const struct net *net, struct rng *rng)
{
    for (size_t l = 1, at = 0; l <= net->L; l++) {
        choose(g, net, l, at, rng);
        at += chosen_in(&g->o, net, l);
    }
}

static double weights_rms(const struct net *net)
{
    double sum = 0;
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            sum += (double)net->W[l][i] * (double)net->W[l][i];
    return sqrt(sum / (double)net_parameters(net));
}

/* Sum of the block's losses, layers below `from` being in the trace. */
static double noisy_losses(struct reference_work *w, const struct reference_options *o, const struct batch *b,
                           size_t first, size_t C, size_t from)
{
    const struct simulate_options how = {.smooth = o->smooth, .slope = o->slope, .from = from};
    net_simulate(&w->noisy, b, first, C, &w->trace, &how);
    net_scores(&w->noisy, &w->trace, C, w->scores);
    return net_losses(&w->noisy, b, first, C, w->scores, NULL);
}

struct draw_task {
    struct gradient_reference *g;
    const struct net *net;
    const struct batch *batch;
};

/* Length of a normal vector of three. */
static double step_of(struct rng *rng)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double x = rng_normal(rng);
        sum += x * x;
    }
    return sqrt(sum);
}

/* Adds the block's differences in all weights chosen. From the highest layer downwards, so that the layers
 * below the one that a weight is of are always those of the noisy net itself. */
static void block_differences(const struct gradient_reference *g, struct reference_work *w,
                              const struct net *net, const struct batch *b, size_t first, size_t C,
                              double *difference)
{
    noisy_losses(w, &g->o, b, first, C, 1);
    for (size_t k = g->n; k-- > 0;) {
        const size_t l = g->layer[k];
        real *weight = &w->noisy.W[l][g->index[k]];
        const real drawn = *weight, centre = net->W[l][g->index[k]], step = (real)w->step[k];
        *weight = centre + step;
        double up = noisy_losses(w, &g->o, b, first, C, l);
        *weight = centre - step;
        double down = noisy_losses(w, &g->o, b, first, C, l);
        *weight = drawn;
        difference[k] += up - down;
    }
}

/* One draw of the noise and its differences in all weights chosen. */
static void one_draw(void *context, size_t draw, size_t thread)
{
    const struct draw_task *task = context;
    struct gradient_reference *g = task->g;
    const struct net *net = task->net;
    struct reference_work *w = &g->work[thread];
    const struct partition part = partition_make(task->batch->n);
    double *difference = g->draws + draw * g->n;
    struct rng rng;
    rng_seed(&rng, g->seeds[draw], "noise");
    for (size_t l = 1; l <= net->L; l++)
        for (size_t i = 0; i < net->n[l] * net->n[l - 1]; i++)
            w->noisy.W[l][i] = net->W[l][i] + (real)(g->sigma * rng_normal(&rng));
    for (size_t k = 0; k < g->n; k++) w->step[k] = g->sigma * step_of(&rng);
    memset(difference, 0, g->n * sizeof *difference);
    for (size_t c = 0; c < part.n_chunks; c++) {
        size_t first = chunk_first(&part, c);
        block_differences(g, w, net, task->batch, first, chunk_first(&part, c + 1) - first, difference);
    }
    for (size_t k = 0; k < g->n; k++) difference[k] /= 2 * w->step[k] * (double)task->batch->n;
}

status reference_estimate(struct gradient_reference *g, const struct net *net, const struct batch *b,
                          struct pool *pool, struct rng *rng, struct error *e)
{
    struct draw_task task = {g, net, b};
    const size_t draws = g->o.draws;
    bool finite = true;
    g->sigma = g->o.noise * weights_rms(net);
    if (!(g->sigma > 0)) return FAIL(e, ST_NUMERIC, "noise in proportion to weights that are all 0 is none");
    for (size_t d = 0; d < draws; d++) g->seeds[d] = rng_u64(rng);
    pool_run(pool, draws, one_draw, &task);
    for (size_t k = 0; k < g->n; k++) {
        double sum[2] = {0};
        for (size_t d = 0; d < draws; d++) sum[d % 2] += g->draws[d * g->n + k];
        g->half[0][k] = sum[0] / (double)((draws + 1) / 2);
        g->half[1][k] = sum[1] / (double)(draws / 2);
        g->mean[k] = (sum[0] + sum[1]) / (double)draws;
        finite = finite && isfinite(g->mean[k]);
    }
    return finite ? ST_OK
                  : FAIL(e, ST_NUMERIC, "a loss of the network with noise on its weights is not finite");
}

void reference_gather(const struct gradient_reference *g, real *const *gradient, double *out)
{
    for (size_t k = 0; k < g->n; k++) out[k] = (double)gradient[g->layer[k]][g->index[k]];
}

struct agreement reference_agreement(const struct gradient_reference *g, size_t layer, const double *v,
                                     const double *w)
{
    double vv = 0, ww = 0, vw = 0, miss = 0;
    for (size_t k = 0; k < g->n; k++) {
        if (layer && g->layer[k] != layer) continue;
        vv += g->share[k] * v[k] * v[k];
        ww += g->share[k] * w[k] * w[k];
        vw += g->share[k] * v[k] * w[k];
        miss += g->share[k] * (v[k] - w[k]) * (v[k] - w[k]);
    }
    struct agreement a = {NAN, NAN, NAN, NAN};
    if (!(ww > 0)) return a;
    a.error = sqrt(miss / ww);
    a.norm_ratio = sqrt(vv / ww);
    if (!(vv > 0)) return a;
    a.cosine = vw / (sqrt(vv) * sqrt(ww));
    a.error_scaled = sqrt(fmax(0.0, 1 - a.cosine * a.cosine));
    return a;
}

double reference_halves(const struct gradient_reference *g, size_t layer)
{
    return reference_agreement(g, layer, g->half[0], g->half[1]).cosine;
}

double reference_ceiling(double cosine_halves)
{
    if (cosine_halves <= 0) return 0;
    return sqrt(2 * cosine_halves / (1 + cosine_halves));
}
