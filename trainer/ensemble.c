/* See ensemble.h. */
#include "trainer/ensemble.h"
#include <string.h>

status ensemble_create(struct ensemble *m, const struct net *net, size_t T, size_t J, size_t threads,
                       struct mem *mem, struct error *e)
{
    *m = (struct ensemble){.J = J, .D = net_parameters(net)};
    if (m->D != 0 && J > SIZE_MAX / m->D) return FAIL(e, ST_MEMORY, "no memory for %zu members", J);
    m->weights = mem_reals(mem, m->D * J, e);
    m->traces = mem_alloc(mem, threads, sizeof *m->traces, e);
    if (!m->weights || !m->traces) return ST_MEMORY;
    for (size_t i = 0; i < threads; i++)
        TRY(trace_create(&m->traces[i], net, T, CHUNK_MAX, TRACE_SCORES, mem, e));
    return ST_OK;
}

void ensemble_pack(const struct net *net, real *w)
{
    for (size_t l = 1; l <= net->L; l++)
        memcpy(w + net_block_first(net, l), net->W[l], net->n[l] * net->n[l - 1] * sizeof *w);
}

void ensemble_unpack(const real *w, struct net *net)
{
    for (size_t l = 1; l <= net->L; l++)
        memcpy(net->W[l], w + net_block_first(net, l), net->n[l] * net->n[l - 1] * sizeof *w);
}

struct scores_task {
    const struct ensemble *members;
    const struct net *net;
    const struct batch *batch;
    struct partition part;
    real *scores;
};

/* A net whose weights are the member's: none is copied. */
static void score_member(void *context, size_t j, size_t thread)
{
    const struct scores_task *task = context;
    const struct ensemble *m = task->members;
    const size_t K = task->net->n[task->net->L];
    const struct simulate_options plain = {0};
    struct net member = *task->net;
    for (size_t l = 1; l <= member.L; l++) member.W[l] = m->weights + j * m->D + net_block_first(&member, l);
    for (size_t c = 0; c < task->part.n_chunks; c++) {
        const size_t first = chunk_first(&task->part, c), C = chunk_first(&task->part, c + 1) - first;
        net_simulate(&member, task->batch, first, C, &m->traces[thread], &plain);
        net_scores(&member, &m->traces[thread], C, task->scores + (j * task->batch->n + first) * K);
    }
}

void ensemble_scores(const struct ensemble *m, const struct net *net, const struct batch *batch,
                     struct pool *pool, real *scores)
{
    struct scores_task task = {m, net, batch, partition_make(batch->n), scores};
    part_run(pool, m->J, score_member, &task);
    part_share(pool, m->J, scores, net->n[net->L] * batch->n * sizeof *scores);
}

enum { BLOCK = 256 }; /* weights whose sums are kept at a time */

/* Means over the members of weights first .. first + n - 1. */
static void block_means(const struct ensemble *m, size_t first, size_t n, double mean[BLOCK])
{
    for (size_t i = 0; i < n; i++) mean[i] = 0;
    for (size_t j = 0; j < m->J; j++)
        for (size_t i = 0; i < n; i++) mean[i] += (double)m->weights[j * m->D + first + i];
    for (size_t i = 0; i < n; i++) mean[i] /= (double)m->J;
}

static size_t block_size(const struct ensemble *m, size_t first)
{
    return m->D - first < BLOCK ? m->D - first : BLOCK;
}

void ensemble_mean(const struct ensemble *m, real *mean)
{
    double block[BLOCK];
    for (size_t first = 0; first < m->D; first += BLOCK) {
        const size_t n = block_size(m, first);
        block_means(m, first, n, block);
        for (size_t i = 0; i < n; i++) mean[first + i] = (real)block[i];
    }
}

void ensemble_centre(const struct ensemble *m, const real *mean, double factor)
{
    double from[BLOCK];
    for (size_t first = 0; first < m->D; first += BLOCK) {
        const size_t n = block_size(m, first);
        const real *to = mean + first;
        block_means(m, first, n, from);
        for (size_t j = 0; j < m->J; j++) {
            real *w = m->weights + j * m->D + first;
            for (size_t i = 0; i < n; i++) w[i] = (real)((double)to[i] + factor * ((double)w[i] - from[i]));
        }
    }
}
