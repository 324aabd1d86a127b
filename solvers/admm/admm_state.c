/* See admm_state.h. */
#include "solvers/admm/admm_state.h"
#include "network/tiled_products.h"
#include "support/blas.h"
#include <string.h>

static status create_systems(struct admm *s, const struct shapes *shapes, size_t l, struct mem *m,
                             struct error *e)
{
    const struct net *net = shapes->net;
    struct weight_system *w = &s->weight[l];
    size_t in = net->n[l - 1];
    if (!(w->gram = mem_reals(m, in * in, e))) return ST_MEMORY;
    if (l == 1 && shapes->ranks > 1 && !(w->received = mem_reals(m, in * in, e))) return ST_MEMORY;
    if (admm_is_linear(&s->set, net, l)) {
        if (!(w->power = mem_reals(m, 2 * in, e))) return ST_MEMORY;
    } else if (s->set.weights == WEIGHTS_PINV) {
        TRY(pinv_create(&w->pinv, in, net->n[l], m, e));
    } else {
        TRY(chol_create(&w->chol, in, m, e));
    }
    if (l == net->L) return ST_OK;
    bool linear = l + 1 == net->L ? s->set.linear_last_spikes : s->set.linear_spikes;
    for (int k = 0; k < 2; k++)
        TRY(spike_system_create(&s->spike[l][k], net->n[l + 1], net->n[l], spike_use_woodbury(net, l), linear,
                                m, e));
    return ST_OK;
}

static status create_work(struct admm *s, const struct net *net, struct admm_work *w, struct mem *m,
                          struct error *e)
{
    size_t C = chunk_largest(&s->part), K = net->n[net->L], block = net_widest(net, 1, net->L) * s->T * C;
    size_t doubles = joint_output_work(K, C);
    w->target = mem_reals(m, block, e);
    w->rhs = mem_reals(m, block, e);
    w->product = mem_reals(m, block, e);
    w->small = mem_reals(m, block, e);
    w->doubles = mem_alloc(m, doubles > 6 * K ? doubles : 6 * K, sizeof *w->doubles, e);
    if (!w->target || !w->rhs || !w->product || !w->small || !w->doubles) return ST_MEMORY;
    if (s->set.potentials != POTENTIALS_SEQUENTIAL) TRY(joint_work_create(&w->paths, s->T, m, e));
    TRY(lists_create(&w->lists, net->n[0], 0, s->T, C, m, e));
    return precision_work_create(&w->precision, net_widest(net, 0, net->L), m, e);
}

static status create_workspaces(struct admm *s, const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    size_t inputs = net_widest(net, 1, net->L - 1), weights = net_largest_weights(net);
    s->work = mem_alloc(m, shapes->threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < shapes->threads; i++) TRY(create_work(s, net, &s->work[i], m, e));
    for (size_t i = 0; i < pool_sums(s->part.n_parts, shapes->threads, shapes->ranks); i++) {
        s->d_sum[i] = mem_reals(m, weights, e);
        s->g_sum[i] = mem_reals(m, inputs * inputs, e);
        if (!s->d_sum[i] || !s->g_sum[i]) return ST_MEMORY;
    }
    real **const blocks[] = {&s->W_old, &s->d_kept, &s->scratch};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (!(*blocks[i] = mem_reals(m, weights, e))) return ST_MEMORY;
    return trace_create(&s->trace, net, s->T, chunk_largest(&s->part), TRACE_ALL, m, e);
}

/* A spike needs a potential above the threshold: the least is ADMM_EPS above it. */
static status check_thresholds(const struct net *net, struct error *e)
{
    for (size_t l = 1; l < net->L; l++) {
        const real theta = net->lif[l].threshold, least = theta + ADMM_EPS;
        if (!(least > theta))
            return FAIL(
                e, ST_CONFIG,
                "layer %zu: a threshold of %g and the least potential that spikes, %g more, are the same "
                "%s",
                l, (double)theta, (double)ADMM_EPS, REAL_NAME);
    }
    return ST_OK;
}

status admm_create(struct admm *s, const struct admm_settings *set, const struct shapes *shapes,
                   struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    TRY(check_thresholds(net, e));
    s->set = *set;
    s->L = net->L;
    s->T = shapes->info->T;
    s->N = shapes->info->n[SPLIT_TRAIN];
    s->part = partition_make(s->N);
    for (size_t l = 1; l <= s->L; l++) {
        if (!blas_fits(net->n[l]) || !blas_fits(net->n[l - 1]) || !blas_fits(s->T * CHUNK_MAX))
            return FAIL(e, ST_MEMORY, "layer %zu is too large for the linear algebra library", l);
        size_t size = net->n[l] * s->T * s->N;
        s->rho[l] = l == s->L ? set->rho_out : set->rho;
        s->z[l] = mem_reals(m, size, e);
        s->v[l] = mem_reals(m, size, e);
        if (!s->z[l] || !s->v[l]) return ST_MEMORY;
        if (l < s->L && !(s->a[l] = mem_reals(m, size, e))) return ST_MEMORY;
        TRY(create_systems(s, shapes, l, m, e));
    }
    real **const readout[] = {&s->lambda, &s->adjoint, &s->last};
    for (size_t i = 0; i < sizeof readout / sizeof *readout; i++)
        if (!(*readout[i] = mem_reals(m, net->n[s->L] * s->N, e))) return ST_MEMORY;
    if (!(s->labels = mem_alloc(m, s->N, sizeof *s->labels, e))) return ST_MEMORY;
    if (!(s->sums = mem_alloc(m, s->part.n_parts * s->L, sizeof *s->sums, e))) return ST_MEMORY;
    if (set->potentials != POTENTIALS_SEQUENTIAL)
        TRY(joint_potentials_create(&s->paths, s->T, 1, 1, net->lif[1].leak, net->lif[1].threshold, ADMM_EPS,
                                    m, e));
    return create_workspaces(s, shapes, m, e);
}

void admm_attach(struct admm *s, const struct train_env *env)
{
    s->env = *env;
    s->net = env->net;
    for (size_t i = 0; i < s->N; i++) s->labels[i] = env->train.labels[batch_sample(&env->train, i)];
}

void admm_start_forward(struct admm *s)
{
    struct simulate_options plain = {0};
    const struct part_range own = own_chunks(s->env.pool, &s->part);
    for (size_t c = own.first; c < own.end; c++) {
        size_t C = admm_chunk_size(s, c);
        net_simulate(s->net, &s->env.train, chunk_first(&s->part, c), C, &s->trace, &plain);
        for (size_t l = 1; l <= s->L; l++) {
            size_t size = s->net->n[l] * s->T * C * sizeof(real);
            memcpy(admm_block(s, s->z[l], l, c), s->trace.z[l], size);
            if (!admm_is_output(s, l)) memcpy(admm_block(s, s->a[l], l, c), s->trace.a[l], size);
        }
    }
}

void admm_start_output(struct admm *s)
{
    size_t K = s->net->n[s->L], T = s->T;
    const double delta = (double)s->net->lif[s->L].leak;
    const struct part_range own = own_chunks(s->env.pool, &s->part);
    double energy = 0;
    for (size_t t = 0; t < T; t++) energy += pow(delta, 2.0 * (double)t);
    for (size_t c = own.first; c < own.end; c++) {
        size_t C = admm_chunk_size(s, c), first = chunk_first(&s->part, c);
        real *z = admm_block(s, s->z[s->L], s->L, c);
        memset(z, 0, K * C * T * sizeof *z);
        for (size_t i = 0; i < C; i++) {
            size_t label = (size_t)s->labels[first + i];
            double path = 0;
            for (size_t t = 0; t < T; t++) {
                path = delta * path + pow(delta, (double)(T - 1 - t)) / energy;
                z[(t * C + i) * K + label] = (real)path;
            }
        }
    }
}

/* Draws n_l T numbers for each sample, and keeps those of this rank's. */
static void draw_uniform(const struct admm *s, size_t l, real *array, struct rng *rng)
{
    const struct part_range own = own_chunks(s->env.pool, &s->part);
    const size_t step = s->net->n[l] * s->T, first = step * chunk_first(&s->part, own.first),
                 end = step * chunk_first(&s->part, own.end);
    for (size_t i = 0; i < step * s->N; i++) {
        const double drawn = rng_uniform(rng);
        if (i >= first && i < end) array[i] = (real)drawn;
    }
}

void admm_start_uniform(struct admm *s, struct rng *rng)
{
    for (size_t l = 1; l <= s->L; l++) {
        draw_uniform(s, l, s->z[l], rng);
        if (!admm_is_output(s, l)) draw_uniform(s, l, s->a[l], rng);
    }
}

struct refresh {
    struct admm *s;
    size_t l;
};

static void refresh_task(void *context, size_t part, size_t thread)
{
    const struct refresh *r = context;
    struct admm *s = r->s;
    size_t l = r->l, n = s->net->n[l], in = s->net->n[l - 1];
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        size_t C = admm_chunk_size(s, c);
        real *v = admm_block(s, s->v[l], l, c);
        if (l == 1)
            tiled_times_weights(&s->work[thread].lists, &s->env.train, chunk_first(&s->part, c), C,
                                s->net->W[1], n, v);
        else
            blas_gemm(false, false, n, s->T * C, in, R(1.0), s->net->W[l], n,
                      admm_block(s, s->a[l - 1], l - 1, c), in, R(0.0), v, n);
    }
}

void admm_refresh(struct admm *s, size_t l)
{
    if (s->fresh[l]) return;
    struct refresh r = {s, l};
    part_run(s->env.pool, s->part.n_parts, refresh_task, &r);
    s->fresh[l] = true;
}

/* target of a step: z - delta z_before + theta a_before; without the last one for the readout. */
static void step_target(size_t step, const struct lif *lif, const real *restrict z,
                        const real *restrict z_before, const real *restrict a_before, real *restrict target)
{
    const real delta = lif->leak, theta = lif->threshold;
    if (a_before)
        for (size_t i = 0; i < step; i++) target[i] = z[i] - delta * z_before[i] + theta * a_before[i];
    else
        for (size_t i = 0; i < step; i++) target[i] = z[i] - delta * z_before[i];
}

void admm_target(const struct admm *s, size_t l, size_t chunk, size_t first, size_t last, real *target)
{
    const bool output = admm_is_output(s, l);
    size_t step = s->net->n[l] * admm_chunk_size(s, chunk);
    const real *z = admm_block(s, s->z[l], l, chunk), *a = output ? NULL : admm_block(s, s->a[l], l, chunk);
    const real *lambda = s->lambda + s->net->n[s->L] * chunk_first(&s->part, chunk);
    for (size_t t = first; t < last; t++, target += step) {
        if (t == 0)
            memcpy(target, z, step * sizeof *target);
        else
            step_target(step, &s->net->lif[l], z + t * step, z + (t - 1) * step,
                        a ? a + (t - 1) * step : NULL, target);
        const real share = output ? (real)(admm_multiplier_share(s, t) / s->rho[s->L]) : 0;
        for (size_t i = 0; i < step && share != 0; i++) target[i] += share * lambda[i];
    }
}
