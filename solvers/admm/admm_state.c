/* Memory and starting points of the ADMM family. */
#include "solvers/admm/admm_blocks.h"
#include "support/blas.h"
#include <string.h>

size_t admm_largest_weights(const struct net *net)
{
    size_t n = 0;
    for (size_t l = 1; l <= net->L; l++) n = net->n[l] * net->n[l - 1] > n ? net->n[l] * net->n[l - 1] : n;
    return n;
}

bool admm_use_woodbury(const struct net *net, size_t l)
{
    return 2 * net->n[l + 1] <= net->n[l];
}

static status create_systems(struct admm *s, size_t l, struct error *e)
{
    const struct net *net = s->net;
    struct weight_system *w = &s->weight[l];
    size_t in = net->n[l - 1];
    w->gram = mem_reals(&s->mem, in * in, e);
    if (!w->gram) return ST_MEMORY;
    if (admm_is_linear(s, l)) {
        if (!(w->power = mem_reals(&s->mem, 2 * in, e))) return ST_MEMORY;
    } else if (s->set.weights == WEIGHTS_PINV) {
        TRY(pinv_create(&w->pinv, in, net->n[l], &s->mem, e));
    } else {
        TRY(chol_create(&w->chol, in, &s->mem, e));
    }
    if (admm_is_output(s, l)) return ST_OK;
    for (int k = 0; k < 2; k++) {
        struct spike_system *sys = &s->spike[l][k];
        sys->woodbury = admm_use_woodbury(net, l);
        sys->linear = l + 1 == net->L ? s->set.linear_last_spikes : s->set.linear_spikes;
        TRY(chol_create(&sys->chol, sys->woodbury ? net->n[l + 1] : net->n[l], &s->mem, e));
    }
    return ST_OK;
}

static status create_workspaces(struct admm *s, struct error *e)
{
    const struct net *net = s->net;
    size_t block = net_widest(net, 1, net->L) * s->T * chunk_largest(&s->part), gram = 0;
    for (size_t l = 2; l <= net->L; l++)
        gram = net->n[l - 1] * net->n[l - 1] > gram ? net->n[l - 1] * net->n[l - 1] : gram;
    size_t threads = pool_threads(s->env->pool);
    s->work = mem_alloc(&s->mem, threads, sizeof *s->work, e);
    if (!s->work) return ST_MEMORY;
    for (size_t i = 0; i < threads; i++) {
        struct admm_work *w = &s->work[i];
        w->target = mem_reals(&s->mem, block, e);
        w->rhs = mem_reals(&s->mem, block, e);
        w->product = mem_reals(&s->mem, block, e);
        w->small = mem_reals(&s->mem, block, e);
        size_t doubles = joint_output_work(net->n[net->L], chunk_largest(&s->part));
        doubles = doubles > 6 * net->n[net->L] ? doubles : 6 * net->n[net->L];
        w->column = mem_reals(&s->mem, 3 * net_widest(net, 0, net->L), e);
        w->wide = mem_alloc(&s->mem, 3 * net_widest(net, 0, net->L), sizeof *w->wide, e);
        w->doubles = mem_alloc(&s->mem, doubles, sizeof *w->doubles, e);
        if (s->set.potentials != POTENTIALS_SEQUENTIAL) TRY(joint_work_create(&w->paths, s->T, &s->mem, e));
        if (!w->target || !w->rhs || !w->product || !w->small || !w->doubles || !w->column || !w->wide)
            return ST_MEMORY;
    }
    for (size_t i = 0; i < s->part.n_parts; i++) {
        s->d_part[i] = mem_reals(&s->mem, admm_largest_weights(net), e);
        s->g_part[i] = mem_reals(&s->mem, gram, e);
        if (!s->d_part[i] || !s->g_part[i]) return ST_MEMORY;
    }
    return ST_OK;
}

status admm_create(struct admm *s, const struct admm_settings *set, const struct train_env *env,
                   struct error *e)
{
    s->set = *set;
    s->env = env;
    s->net = env->net;
    s->L = env->net->L;
    s->T = env->info->T;
    s->N = env->train.n;
    for (size_t l = 1; l <= s->L; l++) {
        s->rho[l] = l == s->L ? set->rho_out : set->rho;
    }
    s->part = partition_make(s->N);
    for (size_t l = 1; l <= s->L; l++) {
        if (!blas_fits(s->net->n[l]) || !blas_fits(s->net->n[l - 1]) || !blas_fits(s->T * CHUNK_MAX))
            return FAIL(e, ST_MEMORY, "layer %zu is too large for the linear algebra library", l);
        size_t size = s->net->n[l] * s->T;
        s->z[l] = mem_reals(&s->mem, size * s->N, e);
        s->v[l] = mem_reals(&s->mem, size * s->N, e);
        if (!s->z[l] || !s->v[l]) return ST_MEMORY;
        if (!admm_is_output(s, l) && !(s->a[l] = mem_reals(&s->mem, size * s->N, e))) return ST_MEMORY;
        TRY(create_systems(s, l, e));
    }
    s->lambda = mem_reals(&s->mem, s->net->n[s->L] * s->N, e);
    s->labels = mem_alloc(&s->mem, s->N, sizeof *s->labels, e);
    s->adjoint = mem_reals(&s->mem, s->net->n[s->L] * s->N, e);
    s->last = mem_reals(&s->mem, s->net->n[s->L] * s->N, e);
    s->W_old = mem_reals(&s->mem, admm_largest_weights(s->net), e);
    s->d_kept = mem_reals(&s->mem, admm_largest_weights(s->net), e);
    s->scratch = mem_reals(&s->mem, admm_largest_weights(s->net), e);
    if (!s->labels) return ST_MEMORY;
    for (size_t i = 0; i < s->N; i++) s->labels[i] = env->train.labels[batch_sample(&env->train, i)];
    if (!s->lambda || !s->adjoint || !s->last || !s->W_old || !s->d_kept || !s->scratch) return ST_MEMORY;
    if (s->set.potentials != POTENTIALS_SEQUENTIAL)
        TRY(joint_potentials_create(&s->paths, s->T, 1, 1, s->net->lif.leak, s->net->lif.threshold, ADMM_EPS,
                                    &s->mem, e));
    TRY(trace_create(&s->trace, s->net, s->T, chunk_largest(&s->part), true, &s->mem, e));
    return create_workspaces(s, e);
}

void admm_start_forward(struct admm *s)
{
    struct simulate_options plain = {0};
    for (size_t c = 0; c < s->part.n_chunks; c++) {
        size_t C = admm_chunk_size(s, c);
        net_simulate(s->net, &s->env->train, chunk_first(&s->part, c), C, &s->trace, &plain);
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
    const double delta = (double)s->net->lif.leak;
    double energy = 0;
    for (size_t t = 0; t < T; t++) energy += pow(delta, 2.0 * (double)t);
    for (size_t c = 0; c < s->part.n_chunks; c++) {
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

void admm_start_uniform(struct admm *s, struct rng *rng)
{
    for (size_t l = 1; l <= s->L; l++) {
        size_t size = s->net->n[l] * s->T * s->N;
        for (size_t i = 0; i < size; i++) s->z[l][i] = (real)rng_uniform(rng);
        if (!admm_is_output(s, l))
            for (size_t i = 0; i < size; i++) s->a[l][i] = (real)rng_uniform(rng);
    }
}

struct refresh {
    struct admm *s;
    size_t l;
};

static void refresh_task(void *context, size_t part, size_t thread)
{
    (void)thread;
    const struct refresh *r = context;
    struct admm *s = r->s;
    size_t l = r->l, n = s->net->n[l], in = s->net->n[l - 1];
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        size_t C = admm_chunk_size(s, c);
        real *v = admm_block(s, s->v[l], l, c);
        if (l == 1)
            spikes_times_weights(&s->env->train, chunk_first(&s->part, c), C, s->net->W[1], n, v);
        else
            blas_gemm(false, false, n, s->T * C, in, R(1.0), s->net->W[l], n,
                      admm_block(s, s->a[l - 1], l - 1, c), in, R(0.0), v, n);
    }
}

void admm_refresh(struct admm *s, size_t l)
{
    if (s->fresh[l]) return;
    struct refresh r = {s, l};
    pool_run(s->env->pool, s->part.n_parts, refresh_task, &r);
    s->fresh[l] = true;
}

void admm_target(const struct admm *s, size_t l, size_t chunk, real *target)
{
    size_t C = admm_chunk_size(s, chunk), step = s->net->n[l] * C;
    const real *z = admm_block(s, s->z[l], l, chunk);
    const real delta = s->net->lif.leak, theta = s->net->lif.threshold;
    memcpy(target, z, step * sizeof *target);
    for (size_t i = step; i < step * s->T; i++) target[i] = z[i] - delta * z[i - step];
    if (admm_is_output(s, l)) {
        const real *lambda = s->lambda + s->net->n[l] * chunk_first(&s->part, chunk);
        for (size_t t = s->set.multiplier == MULTIPLIER_ALL ? 0 : s->T - 1; t < s->T; t++) {
            const real share = (real)(admm_multiplier_share(s, t) / s->rho[s->L]);
            for (size_t i = 0; i < step; i++) target[t * step + i] += share * lambda[i];
        }
    } else {
        const real *a = admm_block(s, s->a[l], l, chunk);
        for (size_t i = step; i < step * s->T; i++) target[i] += theta * a[i - step];
    }
}
