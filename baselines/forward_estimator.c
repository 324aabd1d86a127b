/* Directional derivatives and the gradient estimate made of them. */
#include "baselines/forward_estimator.h"
#include "support/blas.h"
#include "trainer/cost.h"
#include <string.h>

const char *const forward_kind_names[] = {"jvp", "weight_perturbation", "stein", NULL};
const char *const direction_law_names[] = {"gaussian", "rademacher", NULL};
const char *const direction_scope_names[] = {"global", "layer", NULL};

/* Workspaces of a thread. */
struct forward_work {
    struct trace trace;
    real *dz;             /* jvp: widest layer x T*C, the tangent of the potentials */
    real *da[2];          /* jvp: the same of the spikes; a layer reads one and writes the other */
    real *current;        /* jvp: widest layer x C, the tangent of a current-based synapse's current */
    real *scores;         /* n_L x C */
    real *dscores, *dl;   /* n_L x C: tangent of the scores; d loss / d scores */
    struct net perturbed; /* otherwise: the net with its weights moved */
};

static size_t count_directions(const struct forward_options *o, const struct net *net)
{
    return o->scope == SCOPE_LAYER ? net->L * o->directions : o->directions;
}

/* Simulations of the whole network in an estimate: at the weights themselves, but for weight_perturbation,
 * and at every perturbed point: a direction that moves one layer is simulated from layer 1 on all the same.
 */
static double simulations(const struct forward_options *o, const struct net *net)
{
    double points = (double)count_directions(o, net);
    return o->kind == FORWARD_JVP ? 1 : o->kind == FORWARD_STEIN ? 1 + points : 2 * points;
}

/* Tangents that go through layer l: layer-wise ones start at the layer that they move. */
static double tangents(const struct forward_options *o, size_t l)
{
    if (o->kind != FORWARD_JVP) return 0;
    return (double)o->directions * (o->scope == SCOPE_LAYER ? (double)l : 1);
}

/* Their products: V_1 x in layer 1 where it moves; above it V_l a_{l-1} and W_l da_{l-1}, or one of the two
 * if layer-wise. */
static void add_tangents(struct step_cost *cost, const struct forward_options *o, const struct net *net,
                         double columns, double entries)
{
    for (size_t l = 1; l <= net->L; l++) {
        double products = tangents(o, l) * (l > 1 && o->scope == SCOPE_GLOBAL ? 2 : 1);
        cost_product(cost, net, l, products * columns, products * entries);
        if (net_recurrent(net, l)) cost_recurrent(cost, net, l, 2 * tangents(o, l) * columns);
    }
}

void forward_count(const struct forward_options *o, const struct net *net, const struct batch *b,
                   double estimates, struct step_report *r)
{
    const double N = estimates * (double)b->n;
    struct step_cost dense = {0};
    double through = 0; /* weights that the tangents pass */
    add_tangents(&dense, o, net, N * (double)b->x->T, estimates * (double)spikes_nonzero(b));
    for (size_t k = 1; k <= net->blocks; k++)
        through += tangents(o, net_block(net, k).layer) * (double)net_block_size(net, k);
    r->samples = (double)b->n;
    r->spike_passes = N * simulations(o, net);
    r->forward_passes = r->spike_passes + N * through / (double)net_parameters(net);
    r->backward_passes = 0;
    r->dense_macs = cost_macs(&dense);
}

static status work_create(struct forward_work *w, const struct forward_options *o, const struct net *net,
                          size_t T, size_t C, struct mem *m, struct error *e)
{
    size_t block = net_widest(net, 1, net->L) * T * C, out = net->n[net->L] * C;
    TRY(trace_create(&w->trace, net, T, C, o->kind == FORWARD_JVP, m, e));
    if (!(w->scores = mem_reals(m, out, e))) return ST_MEMORY;
    if (o->kind == FORWARD_JVP) {
        w->dz = mem_reals(m, block, e);
        w->da[0] = mem_reals(m, block, e);
        w->da[1] = mem_reals(m, block, e);
        w->dscores = mem_reals(m, out, e);
        w->dl = mem_reals(m, out, e);
        if (net->synapse_decay > 0 && !(w->current = mem_reals(m, net_widest(net, 1, net->L) * C, e)))
            return ST_MEMORY;
        return w->dz && w->da[0] && w->da[1] && w->dscores && w->dl ? ST_OK : ST_MEMORY;
    }
    w->perturbed = *net;
    for (size_t k = 1; k <= net->blocks; k++)
        if (!(w->perturbed.W[k] = mem_reals(m, net_block_size(net, k), e))) return ST_MEMORY;
    return ST_OK;
}

status forward_create(struct forward_estimator *f, const struct forward_options *o, const struct net *net,
                      size_t T, size_t batch_max, size_t threads, struct mem *m, struct error *e)
{
    *f = (struct forward_estimator){
        .o = *o, .n_directions = count_directions(o, net), .parameters = net_parameters(net)};
    if (f->parameters > 0 && f->n_directions > SIZE_MAX / f->parameters)
        return FAIL(e, ST_MEMORY, "%zu directions of %zu weights are too many", f->n_directions,
                    f->parameters);
    f->directions = mem_reals(m, f->n_directions * f->parameters, e);
    f->layer = mem_alloc(m, f->n_directions, sizeof *f->layer, e);
    f->derivatives = mem_alloc(m, f->n_directions, sizeof *f->derivatives, e);
    f->parts = mem_alloc(m, PART_MAX * (f->n_directions + 1), sizeof *f->parts, e);
    f->work = mem_alloc(m, threads, sizeof *f->work, e);
    if (!f->directions || !f->layer || !f->derivatives || !f->parts || !f->work) return ST_MEMORY;
    for (size_t k = 0; o->scope == SCOPE_LAYER && k < f->n_directions; k++)
        f->layer[k] = 1 + k / o->directions;
    for (size_t i = 0; i < threads; i++)
        TRY(work_create(&f->work[i], o, net, T, chunk_at_most(batch_max), m, e));
    return ST_OK;
}

/* Whether a direction that moves `layer` (0: all) moves matrix k. */
static bool moves(const struct net *net, size_t layer, size_t k)
{
    return layer == 0 || layer == (k > net->L ? k - net->L : k);
}

void forward_draw(struct forward_estimator *f, const struct net *net, struct rng *rng)
{
    for (size_t k = 0; k < f->n_directions; k++) {
        real *v = f->directions + k * f->parameters, *M[NET_MAX_BLOCKS + 1] = {NULL};
        for (size_t block = 1; block <= net->blocks; v += net_block_size(net, block), block++) {
            const size_t size = moves(net, f->layer[k], block) ? net_block_size(net, block) : 0;
            M[block] = v;
            for (size_t i = 0; i < size; i++)
                v[i] = f->o.law == DIRECTION_GAUSSIAN ? (real)rng_normal(rng)
                       : rng_u64(rng) >> 63           ? R(1.0)
                                                      : R(-1.0);
        }
        net_clear_diagonals(net, M);
    }
}

static double simulated_loss(struct forward_work *w, const struct forward_options *o, const struct net *net,
                             const struct batch *b, size_t first, size_t C, real *dl)
{
    const struct simulate_options how = {.smooth = o->smooth ? o->surrogate : NULL, .slope = o->slope};
    net_simulate(net, b, first, C, &w->trace, &how);
    net_scores(net, &w->trace, C, w->scores);
    return net_losses(net, b, first, C, w->scores, dl);
}

/* dz of one step: in the tangent of what enters the current, out that of the current. */
static void through_synapse(const struct forward_work *w, const struct net *net, size_t size, real *dz)
{
    for (size_t i = 0; w->current && i < size; i++)
        dz[i] = w->current[i] = net->synapse_decay * w->current[i] + dz[i];
}

/* dz (in: the tangent dv of the current, but for R_l da) and da of hidden layer l, forwards in time. */
static void hidden_tangent(const struct forward_work *w, const struct net *net, size_t l, size_t T, size_t C,
                           const struct forward_options *o, real *da)
{
    const size_t n = net->n[l], size = n * C;
    const real *recurrent = net_recurrent(net, l);
    if (w->current) memset(w->current, 0, size * sizeof *w->current);
    const real leak = net->lif[l].leak, theta = net->lif[l].threshold;
    const enum reset reset = net->lif[l].reset;
    for (size_t t = 0; t < T; t++) {
        const real *z = w->trace.z[l] + t * size;
        real *dz = w->dz + t * size, *spike = da + t * size;
        if (recurrent && t > 0)
            blas_gemm(false, false, n, C, n, R(1.0), recurrent, n, spike - size, n, R(1.0), dz, n);
        through_synapse(w, net, size, dz);
        if (t > 0) {
            const real *z0 = z - size, *a0 = w->trace.a[l] + (t - 1) * size, *dz0 = dz - size,
                       *da0 = spike - size;
            const real through = o->detach_reset ? R(0.0) : R(1.0);
            if (reset == RESET_NONE)
                for (size_t i = 0; i < size; i++) dz[i] += leak * dz0[i];
            else if (reset == RESET_SOFT)
                for (size_t i = 0; i < size; i++) dz[i] += leak * dz0[i] - through * theta * da0[i];
            else
                for (size_t i = 0; i < size; i++)
                    dz[i] += leak * ((1 - a0[i]) * dz0[i] - through * z0[i] * da0[i]);
        }
        for (size_t i = 0; i < size; i++) spike[i] = o->surrogate->derivative(z[i] - theta, o->slope) * dz[i];
    }
}

/* Tangent of the scores: the readout is linear in its tangent current. */
static void score_tangent(const struct forward_work *w, const struct net *net, size_t T, size_t C)
{
    size_t size = net->n[net->L] * C;
    const real share = net->readout == READOUT_MEAN ? 1 / (real)T : R(1.0);
    memset(w->dscores, 0, size * sizeof *w->dscores);
    if (w->current) memset(w->current, 0, size * sizeof *w->current);
    for (size_t t = 0; t < T; t++) {
        real *dz = w->dz + t * size;
        through_synapse(w, net, size, dz);
        for (size_t i = 0; t > 0 && i < size; i++) dz[i] += net->lif[net->L].leak * dz[i - size];
        if (net->readout == READOUT_MEAN || t + 1 == T)
            for (size_t i = 0; i < size; i++) w->dscores[i] += share * dz[i];
    }
}

/* <d (sum of losses) / d w, v> for the block whose trace and dl are in *w. `layer`: the only one that v
 * moves, or 0. */
static double block_tangent(struct forward_work *w, const struct net *net, const struct batch *b,
                            size_t first, size_t C, const struct forward_options *o, const real *direction,
                            size_t layer)
{
    size_t T = b->x->T, columns = T * C, start = layer ? layer : 1;
    for (size_t l = start; l <= net->L; l++) {
        size_t n = net->n[l], in = net->n[l - 1];
        const real *below = w->da[(l - 1) % 2], *v = direction + net_block_first(net, l);
        bool moved = layer == 0 || layer == l;
        if (l == 1)
            spikes_times_weights(b, first, C, v, n, w->dz);
        else if (moved)
            blas_gemm(false, false, n, columns, in, R(1.0), v, n, w->trace.a[l - 1], in, R(0.0), w->dz, n);
        if (l > start)
            blas_gemm(false, false, n, columns, in, R(1.0), net->W[l], n, below, in, moved ? R(1.0) : R(0.0),
                      w->dz, n);
        if (net_recurrent(net, l) && moved && T > 1)
            blas_gemm(false, false, n, columns - C, n, R(1.0), direction + net_block_first(net, net->L + l),
                      n, w->trace.a[l], n, R(1.0), w->dz + n * C, n);
        if (l < net->L) hidden_tangent(w, net, l, T, C, o, w->da[l % 2]);
    }
    score_tangent(w, net, T, C);
    double sum = 0;
    for (size_t i = 0; i < net->n[net->L] * C; i++) sum += (double)w->dl[i] * (double)w->dscores[i];
    return sum;
}

/* W of the perturbed net = W + step v. */
static void perturb(struct forward_work *w, const struct net *net, const real *v, double step)
{
    const real by = (real)step;
    for (size_t k = 1; k <= net->blocks; k++) {
        size_t size = net_block_size(net, k);
        for (size_t i = 0; i < size; i++) w->perturbed.W[k][i] = net->W[k][i] + by * v[i];
        v += size;
    }
}

/* Adds to sums[k] the derivative of the block's summed loss along direction k, and to sums[n_directions] the
 * loss. */
static void block_derivatives(struct forward_estimator *f, struct forward_work *w, const struct net *net,
                              const struct batch *b, size_t first, size_t C, double *sums)
{
    const struct forward_options *o = &f->o;
    double here = 0;
    if (o->kind != FORWARD_WEIGHT_PERTURBATION) here = simulated_loss(w, o, net, b, first, C, w->dl);
    for (size_t k = 0; k < f->n_directions; k++) {
        const real *v = f->directions + k * f->parameters;
        if (o->kind == FORWARD_JVP) {
            sums[k] += block_tangent(w, net, b, first, C, o, v, f->layer[k]);
            continue;
        }
        perturb(w, net, v, o->sigma);
        double up = simulated_loss(w, o, &w->perturbed, b, first, C, NULL);
        if (o->kind == FORWARD_STEIN) {
            sums[k] += (up - here) / o->sigma;
            continue;
        }
        perturb(w, net, v, -o->sigma);
        double down = simulated_loss(w, o, &w->perturbed, b, first, C, NULL);
        sums[k] += (up - down) / (2 * o->sigma);
        here += (up + down) / 2 / (double)f->n_directions;
    }
    sums[f->n_directions] += here;
}

struct derivative_task {
    struct forward_estimator *f;
    const struct net *net;
    const struct batch *batch;
    struct partition part;
};

static void derivative_part(void *context, size_t part, size_t thread)
{
    const struct derivative_task *task = context;
    struct forward_estimator *f = task->f;
    double *sums = f->parts + part * (f->n_directions + 1);
    memset(sums, 0, (f->n_directions + 1) * sizeof *sums);
    for (size_t c = part_first(&task->part, part); c < part_first(&task->part, part + 1); c++) {
        size_t first = chunk_first(&task->part, c);
        block_derivatives(f, &f->work[thread], task->net, task->batch, first,
                          chunk_first(&task->part, c + 1) - first, sums);
    }
}

static void add_derivatives(void *context, size_t sum, size_t other)
{
    const struct forward_estimator *f = context;
    const size_t n = f->n_directions + 1;
    for (size_t k = 0; k < n; k++) f->parts[sum * n + k] += f->parts[other * n + k];
}

double forward_derivatives(struct forward_estimator *f, const struct net *net, const struct batch *b,
                           struct pool *pool)
{
    struct derivative_task task = {f, net, b, partition_make(b->n)};
    pool_run(pool, task.part.n_parts, derivative_part, &task);
    sum_tree(task.part.n_parts, add_derivatives, f);
    for (size_t k = 0; k < f->n_directions; k++) f->derivatives[k] = f->parts[k] / (double)b->n;
    return f->parts[f->n_directions] / (double)b->n;
}

void forward_gradient(const struct forward_estimator *f, const struct net *net, real *const *gradient)
{
    const double share = 1 / (double)f->o.directions;
    size_t offset = 0;
    for (size_t l = 1; l <= net->blocks; l++) {
        size_t size = net_block_size(net, l);
        memset(gradient[l], 0, size * sizeof(real));
        for (size_t k = 0; k < f->n_directions; k++)
            if (moves(net, f->layer[k], l))
                blas_axpy(size, (real)(share * f->derivatives[k]), f->directions + k * f->parameters + offset,
                          gradient[l]);
        offset += size;
    }
}
