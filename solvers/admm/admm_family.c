/* The outer iteration that the ADMM family shares. */
#include "solvers/admm/admm_family.h"
#include "solvers/admm/admm_cost.h"
#include "solvers/admm/admm_measure.h"
#include "solvers/admm/admm_potentials.h"
#include "solvers/admm/admm_readout.h"
#include "solvers/admm/admm_spikes.h"
#include "solvers/admm/admm_weights.h"
#include <string.h>

enum { RISE_W, RISE_A, RISE_Z, RISE_W_OUT, RISE_Z_OUT, N_RISES };

status admm_family_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct admm_variant *variant = self->own;
    const struct admm_settings set = variant->settings_of(options);
    struct admm_solver *s = *state = mem_alloc(m, 1, sizeof *s, e);
    if (!s) return ST_MEMORY;
    struct admm *b = &s->blocks;
    s->options = *(const struct admm_options *)options;
    TRY(admm_create(b, &set, shapes, m, e));
    if (!(s->layers = mem_alloc(m, b->L, sizeof *s->layers, e))) return ST_MEMORY;
    if (s->options.time_order != ORDER_RANDOM) return ST_OK;
    b->time_order = mem_alloc(m, b->T, sizeof *b->time_order, e);
    return b->time_order ? ST_OK : ST_MEMORY;
}

status admm_family_start(void *state, const struct train_env *env, struct error *e)
{
    struct admm_solver *s = state;
    struct admm *b = &s->blocks;
    (void)e;
    s->dual = NAN;
    s->entries = (double)spikes_nonzero(&env->train);
    for (size_t l = 1; l < b->L; l++) s->layers[l - 1] = l;
    for (size_t t = 0; b->time_order && t < b->T; t++) b->time_order[t] = t;
    admm_attach(b, env);
    if (env->net_options->start == START_PUBLISHED) {
        admm_start_uniform(b, env->rng);
        return ST_OK;
    }
    admm_start_forward(b);
    if (s->options.start_output == START_OUTPUT_LABELS) admm_start_output(b);
    return ST_OK;
}

struct layer_task {
    struct admm *s;
    size_t l;
};

/* How many steps are one solve. In ascending time order a_t depends on old z only and z_t on no later a: so
 * many steps are taken at a time that their numbers stay in the cache between the two. A system of the
 * layer's own order wants more of them, and the box, which iterates, all of them. */
static size_t steps_at_once(const struct admm *s, size_t l, size_t C)
{
    const size_t numbers = s->spike[l][0].woodbury ? 1 << 15 : 1 << 17, step = s->net->n[l] * C;
    if (s->time_order) return 1;
    if (s->set.box == BOX_EXACT) return s->T;
    return step < numbers ? numbers / step : 1;
}

/* All (a, z) updates of one hidden layer for the chunks of a part. */
static void hidden_part(void *context, size_t part, size_t thread)
{
    const struct layer_task *task = context;
    struct admm *s = task->s;
    size_t l = task->l, T = s->T;
    struct admm_work *w = &s->work[thread];
    struct admm_sums *sums = admm_sums_of(s, part, l);
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        if (s->set.potentials != POTENTIALS_SEQUENTIAL) {
            if (T > 1) admm_update_spikes(s, l, c, 0, T - 1, w, sums);
            admm_update_spikes(s, l, c, T - 1, T, w, sums);
            admm_update_paths(s, l, c, w, sums);
            continue;
        }
        const size_t most = steps_at_once(s, l, admm_chunk_size(s, c));
        for (size_t k = 0, next; k + 1 < T; k = next) {
            next = k + most < T - 1 ? k + most : T - 1;
            size_t first = s->time_order ? s->time_order[k] : k, last = first + (next - k);
            admm_update_spikes(s, l, c, first, last, w, sums);
            for (size_t t = first; t < last; t++) admm_update_potential(s, l, c, t, sums);
        }
        admm_update_spikes(s, l, c, T - 1, T, w, sums);
        admm_update_potential(s, l, c, T - 1, sums);
    }
}

/* Squared change of z_{L,T} in a chunk. */
static double readout_change(const struct admm *s, size_t chunk)
{
    const size_t K = s->net->n[s->L], C = admm_chunk_size(s, chunk);
    const real *z = admm_block(s, s->z[s->L], s->L, chunk) + K * C * (s->T - 1);
    const real *old = s->last + K * chunk_first(&s->part, chunk);
    double moved = 0;
    for (size_t i = 0; i < K * C; i++) moved += pow((double)z[i] - (double)old[i], 2.0);
    return moved;
}

static void output_part(void *context, size_t part, size_t thread)
{
    struct admm *s = context;
    struct admm_sums *sums = admm_sums_of(s, part, s->L);
    for (size_t c = part_first(&s->part, part); c < part_first(&s->part, part + 1); c++) {
        admm_update_output(s, c, &s->work[thread], sums);
        sums->moved2 += readout_change(s, c);
    }
}

/* Adds what a part has of a layer. */
static void add_part_sums(struct admm_sums *all, const struct admm_sums *one)
{
    all->change_a += one->change_a;
    all->change_z += one->change_z;
    all->residual2 += one->residual2;
    all->x2 += one->x2;
    all->b2 += one->b2;
    all->distance2 += one->distance2;
    all->norm2 += one->norm2;
    all->kkt = one->kkt > all->kkt ? one->kkt : all->kkt;
    all->products += one->products;
    all->path_macs += one->path_macs;
    all->unsolved += one->unsolved;
    all->rejected += one->rejected;
    all->moved2 += one->moved2;
    all->kkt_z = one->kkt_z > all->kkt_z ? one->kkt_z : all->kkt_z;
}

/* The sums of a layer over all parts, which all ranks know by now. */
static struct admm_sums sums_of_layer(struct admm_solver *solver, size_t l)
{
    const struct admm *s = &solver->blocks;
    struct admm_sums all = {0};
    for (size_t k = 0; k < s->part.n_parts; k++) add_part_sums(&all, admm_sums_of(s, k, l));
    solver->unsolved += all.unsolved;
    solver->rejected += all.rejected;
    solver->kkt_z = all.kkt_z > solver->kkt_z ? all.kkt_z : solver->kkt_z;
    return all;
}

/* Takes off the clock what this rank's parts of a layer took for diagnostics. */
static void discount_layer(struct admm_solver *solver, size_t l)
{
    const struct admm *s = &solver->blocks;
    const struct part_range own = own_parts(s->env.pool, s->part.n_parts);
    struct step_time length = {0, 0};
    for (size_t k = own.first; k < own.end; k++) {
        length.wall += admm_sums_of(s, k, l)->diagnostics.wall;
        length.cpu += admm_sums_of(s, k, l)->diagnostics.cpu;
    }
    step_discount(s->report, length, pool_threads(s->env.pool));
}

static double weights_of(const struct net *net, size_t l)
{
    return (double)(net->n[l] * net->n[l - 1]);
}

static double columns_of(const struct admm *s)
{
    return (double)(s->N * s->T);
}

/* Counts a rise unless it is rounding: 1e-11 of the Lagrangian's magnitude in double, 1e-4 in float. */
static void count_rise(struct admm_solver *s, int block, double change, double allowed)
{
    if (change > allowed + REAL_SELECT(1e-11, 1e-4) * (1.0 + s->scale)) s->rises[block] += 1.0;
}

void admm_family_changed(struct admm_solver *s, size_t l)
{
    s->blocks.fresh[l] = s->at_hand[l] = false;
}

void admm_family_product(struct admm_solver *s, size_t l)
{
    struct admm *b = &s->blocks;
    admm_refresh(b, l);
    if (s->at_hand[l]) return;
    s->at_hand[l] = true;
    s->forward += columns_of(b) * weights_of(b->net, l);
    cost_product(&s->work, b->net, l, columns_of(b), s->entries);
}

/* All samples simulated, by admm_start_forward. */
static void count_simulation(struct admm_solver *s)
{
    s->simulated += columns_of(&s->blocks);
    s->forward += columns_of(&s->blocks) * (double)net_parameters(s->blocks.net);
}

static status update_weights(struct admm_solver *s, size_t l, struct error *e)
{
    struct admm *b = &s->blocks;
    double change = 0, powers = 0;
    s->at_hand[l] = false;
    TRY(admm_update_weights(b, l, &change, e));
    if (admm_is_linear(&b->set, b->net, l)) powers = (double)b->weight[l].powers;
    admm_cost_weights(&s->work, &b->set, b->net, l, columns_of(b), s->entries, powers);
    if (l == 1 && s->iteration == 0)
        admm_cost_first_system(&s->work, &b->set, b->net, spikes_squares(&s->blocks.env.train), powers);
    admm_family_product(s, l);
    if (s->blocks.measure) count_rise(s, admm_is_output(&s->blocks, l) ? RISE_W_OUT : RISE_W, change, 0);
    return ST_OK;
}

/* a and z of a hidden layer. */
static status update_hidden(struct admm_solver *s, size_t l, struct error *e)
{
    struct admm *b = &s->blocks;
    TRY(admm_factor_spikes(b, l, e));
    admm_family_product(s, l);
    struct layer_task task = {b, l};
    part_run(b->env.pool, b->part.n_parts, hidden_part, &task);
    discount_layer(s, l);
    admm_family_changed(s, l + 1);
    return ST_OK;
}

/* What a hidden layer's update took, and what it says of the iteration. */
static void account_hidden(struct admm_solver *s, size_t l)
{
    struct admm *b = &s->blocks;
    const struct admm_sums sums = sums_of_layer(s, l);
    s->forward += sums.products * weights_of(b->net, l + 1);
    s->backward += (sums.products + columns_of(b)) * weights_of(b->net, l + 1);
    admm_cost_spikes(&s->work, b, l, columns_of(b), sums.products);
    s->work.flops += 2 * sums.path_macs;
    b->kkt = sums.kkt > b->kkt ? sums.kkt : b->kkt;
    if (!b->measure) return;
    double numbers = columns_of(b) * (double)b->net->n[l];
    count_rise(s, RISE_A, sums.change_a, 0);
    /* Moving the open boundary to theta + eps may cost rho_l eps^2 per element. */
    count_rise(s, RISE_Z, sums.change_z, numbers * b->rho[l] * (double)ADMM_EPS * (double)ADMM_EPS);
    const struct spike_system *sys = &b->spike[l][0];
    double scale = sys->lipschitz * sqrt(sums.x2) + sqrt(sums.b2);
    if (b->set.box == BOX_EXACT || sys->linear)
        b->backward_a[l] = b->precision_a[l] = NAN;
    else {
        b->precision_a[l] = sums.norm2 > 0 ? sqrt(sums.distance2 / sums.norm2) : 0.0;
        b->backward_a[l] = scale > 0 ? sqrt(sums.residual2) / scale : 0.0;
    }
}

/* Whether the multiplier moves in this iteration. */
static bool moves_multiplier(const struct admm_solver *s)
{
    return s->iteration >= s->options.warmup && s->blocks.set.multiplier != MULTIPLIER_OFF;
}

/* z_L and, after the warm-up, the multiplier. */
static void update_readout(struct admm_solver *s)
{
    struct admm *b = &s->blocks;
    admm_family_product(s, b->L);
    part_run(b->env.pool, b->part.n_parts, output_part, b);
    discount_layer(s, b->L);
    if (moves_multiplier(s)) admm_update_multiplier(b);
}

/* Of all layers: one message of each rank for all that its parts have counted. */
static void account(struct admm_solver *s)
{
    struct admm *b = &s->blocks;
    const size_t n = b->part.n_parts * b->L;
    part_share(b->env.pool, b->part.n_parts, b->sums, b->L * sizeof *b->sums);
    for (size_t l = 1; l < b->L; l++) account_hidden(s, l);
    const struct admm_sums sums = sums_of_layer(s, b->L);
    if (b->measure) count_rise(s, RISE_Z_OUT, sums.change_z, 0);
    const double numbers = (double)b->N * (double)b->net->n[b->L];
    s->dual = moves_multiplier(s) ? b->rho[b->L] * sqrt(sums.moved2 / numbers) : NAN;
    memset(b->sums, 0, n * sizeof *b->sums);
}

/* The published order: W, a, z of each hidden layer, then W_L, z_L, lambda. */
static status sweep(struct admm_solver *s, struct error *e)
{
    struct admm *b = &s->blocks;
    for (size_t k = 0; k + 1 < b->L; k++) {
        TRY(update_weights(s, s->layers[k], e));
        TRY(update_hidden(s, s->layers[k], e));
    }
    TRY(update_weights(s, b->L, e));
    update_readout(s);
    account(s);
    return ST_OK;
}

/* What start simulated. */
static void start_counts(struct admm_solver *s)
{
    s->forward = s->backward = s->simulated = 0;
    s->work = (struct step_cost){0};
    if (s->iteration == 0 && s->blocks.env.net_options->start != START_PUBLISHED) count_simulation(s);
}

void admm_family_counts(const struct admm_solver *s, struct step_report *r)
{
    const struct admm *b = &s->blocks;
    double weights = (double)net_parameters(b->net);
    r->samples = (double)b->N;
    r->forward_passes = s->forward / ((double)b->T * weights);
    r->backward_passes = s->backward / ((double)b->T * (weights - weights_of(b->net, 1)));
    r->spike_passes = s->simulated / (double)b->T;
    r->dense_macs = cost_macs(&s->work);
}

status admm_family_step(void *state, struct step_report *r, struct error *e)
{
    struct admm_solver *s = state;
    struct admm *b = &s->blocks;
    const struct admm_options *o = &s->options;
    b->measure = r->measure;
    b->report = r;
    b->change_w = b->weight2 = b->kkt = s->kkt_z = 0;
    start_counts(s);
    if (r->measure) {
        struct admm_point p;
        step_hold(r);
        admm_measure(b, &p);
        s->scale = fabs(p.lagrangian);
        step_resume(r);
    }
    if (o->layer_order == ORDER_RANDOM) rng_shuffle(b->env.rng, s->layers, b->L - 1);
    if (b->time_order && b->T > 1) rng_shuffle(b->env.rng, b->time_order, b->T - 1);
    TRY(sweep(s, e));
    b->report = NULL;
    s->iteration++;
    admm_family_counts(s, r);
    return ST_OK;
}

void admm_family_report(void *state, struct metric_sink *sink)
{
    struct admm_solver *s = state;
    struct admm *b = &s->blocks;
    struct admm_point p;
    double gap[NET_MAX_LAYERS + 1];
    const char *const rises[] = {"lagrangian_rises_w", "lagrangian_rises_a", "lagrangian_rises_z",
                                 "lagrangian_rises_w_out", "lagrangian_rises_z_out"};
    admm_measure(b, &p);
    admm_spike_gap(b, gap);
    metric_put(sink, "acc_aux", 0, p.accuracy);
    metric_put(sink, "loss_aux", 0, p.loss);
    metric_put(sink, "lagrangian", 0, p.lagrangian);
    for (size_t k = 0; k < N_RISES; k++) metric_put(sink, rises[k], 0, s->rises[k]);
    metric_put(sink, "res_primal", 0, p.primal);
    metric_put(sink, "res_dual", 0, s->dual);
    if (b->weight2 > 0) metric_put(sink, "weight_change", 0, sqrt(b->change_w / b->weight2));
    if (b->set.box == BOX_EXACT) metric_put(sink, "kkt_box", 0, b->kkt);
    metric_put(sink, "unsolved", 0, s->unsolved);
    if (b->set.potentials != POTENTIALS_SEQUENTIAL) {
        metric_put(sink, "rejected_z", 0, s->rejected);
        metric_put(sink, "kkt_z", 0, s->kkt_z);
    }
    for (size_t l = 1; l <= b->L; l++) {
        metric_put(sink, "res_dyn", l, p.dynamics[l]);
        if (b->measure) metric_put(sink, "backward_error_w", l, b->backward_w[l]);
        if (b->measure) metric_put(sink, "precision_w", l, b->precision_w[l]);
        if (b->measure && b->rcond_w[l] > 0) metric_put(sink, "rcond_w", l, b->rcond_w[l]);
        if (admm_is_output(b, l)) continue;
        metric_put(sink, "res_spike", l, p.spikes[l]);
        metric_put(sink, "rate", l, p.rate[l]);
        metric_put(sink, "spike_gap", l, gap[l]);
        if (b->measure) metric_put(sink, "backward_error_a", l, b->backward_a[l]);
        if (b->measure) metric_put(sink, "precision_a", l, b->precision_a[l]);
        if (b->measure && b->rcond_a[l] > 0) metric_put(sink, "rcond_a", l, b->rcond_a[l]);
    }
}

status admm_family_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct admm_solver *s = state;
    struct admm *b = &s->blocks;
    for (size_t l = 1; l <= b->L; l++) {
        const size_t size = b->net->n[l] * b->T * sizeof(real);
        TRY(checkpoint_samples(c, &b->part, b->z[l], size, e));
        if (!admm_is_output(b, l)) TRY(checkpoint_samples(c, &b->part, b->a[l], size, e));
        b->fresh[l] = false;
    }
    TRY(checkpoint_samples(c, &b->part, b->lambda, b->net->n[b->L] * sizeof(real), e));
    const struct index_range hidden = {1, b->L}, steps = {0, b->T - 1};
    TRY(checkpoint_indices(c, s->layers, b->L - 1, hidden, "hidden layer", e));
    if (b->time_order) TRY(checkpoint_indices(c, b->time_order, b->T - 1, steps, "time step", e));
    TRY(checkpoint_count(c, &s->iteration, "iteration", e));
    TRY(checkpoint_block(c, &s->dual, sizeof s->dual, e));
    TRY(checkpoint_block(c, &s->unsolved, sizeof s->unsolved, e));
    TRY(checkpoint_block(c, &s->rejected, sizeof s->rejected, e));
    return checkpoint_block(c, s->rises, sizeof s->rises, e);
}
