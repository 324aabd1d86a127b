/* admm_resync: ADMM restarted from the forward simulation in every iteration (METHOD 5; passes in resync.c).
 *
 * Problem: that of solvers/admm_blocks.h with a eliminated (a = H(z - theta) exactly) and any loss. Why: near
 * consistency a relaxed spike moves by less than 1/2, so no branch of H changes side and the hidden layers of
 * the plain method receive no target, while its auxiliary spikes drift away from the simulated ones. One
 * iteration, for all steps t at once (s: simulated spikes, z: simulated membrane potentials):
 *
 *   1 simulate z, s of all layers
 *   2 output   nu = (z* - c) / E, z* = argmin loss(z, y) + rho/(2E) ||z - c||^2, E = sum_t leak^(2(T-t)),
 *              c = z_{L,T} (less E lbar / rho with a multiplier);  P_{L,t} = rho leak^(T-t) nu
 *   3 l = L-1 .. 1:  p_t = W_{l+1}' P_{l+1,t};  rho_l = 2 rms(p) / win^2
 *              r_t = branch displacement of (z_t, p_t) + leak r_{t+1};  P_{l,t} = rho_l r_t
 *   4 all l    D_l = sum P_{l,t} s_{l-1,t}';  dW_l = D_l (G_l + kappa tr(G_l)/n I)^-1
 *              W_l += tau_k dW_l / rms(dW_l s_{l-1}),  tau_k geometric from tau to tau_end
 *
 * With keep > 0 the hidden layers have auxiliary potentials that survive the iteration: step 3 is taken at
 * z + keep (kept - z) and pulls by all that the weights have not yet explained (resync_memory.h). By default
 * the layers above still see the simulated spikes; feed = auxiliary hands them the kept ones, as the
 * published method does.
 *
 * The mean displacement of step 3 is that of a boxcar-smoothed gradient: the method is a Gauss-Newton-like
 * target propagation that follows from the branch step of ADMM.
 *
 * Cost per iteration with M = N T columns: hidden layer l of n units below m and above r units: 2 n m M
 * (simulation), 2 n r M (gains), 2 n m M (D), m^2 M (Gram matrix), m^3/3 + 2 n m^2 (solve); layer 1 works on
 * the lists: 4 n e for e entries, and 2 n n_0^2 for its solve, the factor being made once. About 14 passes
 * over a block of n M numbers, 20 with keep > 0, which also keeps such a block per hidden layer. When to use
 * it: wherever the accuracy of the simulated network counts. */
#include "solvers/proximal/loss_prox.h"
#include "solvers/resync/resync.h"
#include "trainer/cost.h"
#include <stdlib.h>
#include <string.h>

static const char *const precondition_names[] = {"gram", "none", NULL};
static const char *const gain_names[] = {"first_order", "single_flip", NULL};
static const char *const feed_names[] = {"simulated", "auxiliary", NULL};

#define OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                       \
    {                                                                                                        \
#field, type, offsetof(struct resync_options, field), value, lo, hi, flags, choices, unit, help      \
    }

static const struct option resync_option_list[] = {
    OPTION(rho, OPT_REAL, "1", 0, 1e12, OPT_OPEN_LO, NULL, "",
           "penalty of the output layer's dynamics: the larger, the smaller the proximal step of the loss"),
    OPTION(win, OPT_REAL, "0.5", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
           "half-width of the window around the threshold in which a spike of typical gain is flipped"),
    OPTION(rho_hidden, OPT_REAL, "0", 0, 1e12, 0, NULL, "",
           "penalty of the hidden layers' dynamics; 0: adapted, 2 rms(gain) / win^2 in every layer"),
    OPTION(kappa, OPT_REAL, "0.1", 0, 1e6, OPT_OPEN_LO, NULL, "",
           "ridge of the weight solve, times the mean diagonal entry of the Gram matrix"),
    OPTION(tau, OPT_REAL, "0.1", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
           "rms change of the input currents by the first step"),
    OPTION(tau_end, OPT_REAL, "0.01", 0, 1e6, OPT_OPEN_LO, NULL, "membrane units",
           "the same by the last step; geometric in between"),
    OPTION(tau_iterations, OPT_INT, "100", 1, 1e9, 0, NULL, "iterations",
           "iterations until the step has shrunk to tau_end"),
    OPTION(batch, OPT_INT, "0", 0, 1e9, 0, NULL, "samples", "samples per mini-batch; 0: all at once"),
    OPTION(momentum, OPT_REAL, "0", 0, 1, OPT_OPEN_HI, NULL, "", "share of the last step kept in the next"),
    OPTION(precondition, OPT_CHOICE, "gram", 0, 0, 0, precondition_names, "",
           "weight step: solved with the Gram matrix of the layer's inputs, or D itself"),
    OPTION(gain, OPT_CHOICE, "first_order", 0, 0, 0, gain_names, "",
           "gain of a flip: to first order, or with the exact cost of a single flip in the layer above"),
    OPTION(margin, OPT_BOOL, "true", 0, 0, 0, NULL, "",
           "aim beyond the threshold by the flip's reach instead of at the threshold"),
    OPTION(time_credit, OPT_BOOL, "true", 0, 0, 0, NULL, "",
           "pass displacements back in time through the leak"),
    OPTION(multiplier, OPT_BOOL, "false", 0, 0, 0, NULL, "",
           "multiplier on every step of the readout (one vector per sample)"),
    OPTION(keep, OPT_REAL, "0", 0, 1, 0, NULL, "",
           "share of the auxiliary potentials' distance to the simulated ones that survives an iteration; 0: "
           "restart from the simulation, 1: never set back"),
    OPTION(
        feed, OPT_CHOICE, "simulated", 0, 0, 0, feed_names, "",
        "spikes that the layer above sees: simulated, or those of the kept potentials (the same with keep = "
        "0)"),
};

static const struct metric_desc resync_metrics[] = {
    {"tau", "membrane units",
     "rms change of the input currents that the last step aimed at (momentum comes on top)", METRIC_RUN},
    {"moved", "", "fraction of (sample, step, neuron) cells that the branch step moved", METRIC_HIDDEN},
    {"spike_gap", "",
     "fraction of cells where the spikes at y0 = z + keep (kept potential - z) and at the simulated "
     "potential "
     "z differ, before the branch step; feed auxiliary: z as fed by auxiliary spikes; 0 with keep = 0",
     METRIC_HIDDEN},
    {"penalty", "", "penalty rho_l of the hidden layer's displacements (last mini-batch)", METRIC_HIDDEN},
    {"idle", "", "mini-batches so far that left the layer's weights alone", METRIC_LAYER},
    {"unsolved", "", "proximal steps of the loss that did not converge, so far", METRIC_RUN},
    {"backward_error_w", "", "normwise backward error of the weight solve", METRIC_LAYER},
    {"rcond_w", "", "reciprocal condition number of the weight system", METRIC_LAYER},
};
enum { N_METRICS = sizeof resync_metrics / sizeof *resync_metrics };

static status resync_check(const void *options, const struct net_options *net,
                           const struct dataset_info *info, struct error *e)
{
    const struct resync_options *o = options;
    const struct option_table table = {resync_option_list,
                                       sizeof resync_option_list / sizeof *resync_option_list, sizeof *o};
    const struct option_use uses[] = {
        {"kappa", o->precondition == PRECONDITION_GRAM, "precondition = gram"},
        {"win", !(o->rho_hidden > 0), "rho_hidden = 0"},
    };
    TRY(opt_refuse_idle(&table, options, uses, sizeof uses / sizeof *uses, e));
    if (net->readout != READOUT_LAST)
        return FAIL(e, ST_CONFIG, "admm_resync solves network.readout = last only, not %s",
                    readout_names[net->readout]);
    if (net->reset != RESET_SOFT)
        return FAIL(e, ST_CONFIG, "admm_resync solves network.reset = soft only, not %s",
                    reset_names[net->reset]);
    if (info->n_classes == 0)
        return FAIL(e, ST_CONFIG, "admm_resync needs class labels; this dataset has real-valued targets");
    return ST_OK;
}

static size_t batch_size(const struct resync_options *o, size_t N)
{
    return o->batch > 0 && (size_t)o->batch < N ? (size_t)o->batch : N;
}

static size_t largest_weights(const struct net *net)
{
    size_t n = 0;
    for (size_t l = 1; l <= net->L; l++) n = net->n[l] * net->n[l - 1] > n ? net->n[l] * net->n[l - 1] : n;
    return n;
}

static size_t resync_memory(const void *options, const struct net *net, const struct dataset_info *info)
{
    const struct resync_options *o = options;
    size_t batch = batch_size(o, info->n[SPLIT_TRAIN]), parts = partition_make(batch).n_parts, reals = 0;
    for (size_t l = 1; l <= net->L; l++) {
        size_t in = net->n[l - 1];
        reals += (l < net->L ? 2 : 1) * net->n[l] * info->T * batch;
        reals += parts * (net->n[l] * in + (l > 1 ? in * in : 0)) + 2 * in * in;
        if (o->momentum > 0) reals += net->n[l] * in;
    }
    reals += 2 * net_widest(net, 1, net->L) * info->T * batch + 2 * largest_weights(net);
    return reals * sizeof(real) + memory_bytes(o->keep, net, info->T, info->n[SPLIT_TRAIN]);
}

void resync_cost_gains(struct step_cost *c, const struct net *net, size_t l, double columns)
{
    cost_product(c, net, l + 1, columns, 0);
}

void resync_cost_sums(struct step_cost *c, const struct net *net, size_t l, double columns, double entries)
{
    cost_product(c, net, l, columns, entries);
    if (l > 1) cost_gram(c, (double)net->n[l - 1], columns);
}

void resync_cost_step(struct step_cost *c, const struct resync_options *o, const struct net *net, size_t l)
{
    if (l > 1 && o->precondition == PRECONDITION_GRAM) cost_factor(c, (double)net->n[l - 1]);
    cost_solve(c, (double)net->n[l - 1], (double)net->n[l]); /* or the product with G that measures D */
}

void resync_cost_first_system(struct step_cost *c, const struct resync_options *o, const struct net *net,
                              double squares)
{
    cost_input_gram(c, squares);
    if (o->precondition == PRECONDITION_GRAM) cost_factor(c, (double)net->n[0]);
}

static struct step_cost resync_cost(const void *options, const struct net *net,
                                    const struct dataset_info *info)
{
    enum { PASSES = 14, PASSES_KEPT = 20 };
    const struct resync_options *o = options;
    struct step_cost cost = {0};
    double columns = (double)info->n[SPLIT_TRAIN] * (double)info->T, entries = training_entries(info);
    double updates = ceil((double)info->n[SPLIT_TRAIN] / (double)batch_size(o, info->n[SPLIT_TRAIN]));
    cost_simulation(&cost, net, columns, entries);
    for (size_t l = 1; l <= net->L; l++) {
        struct step_cost update = {0};
        resync_cost_step(&update, o, net, l);
        cost.flops += updates * update.flops;
        resync_cost_sums(&cost, net, l, columns, entries);
        if (l < net->L) resync_cost_gains(&cost, net, l, columns);
        cost.bytes +=
            (double)sizeof(real) * (o->keep > 0 ? PASSES_KEPT : PASSES) * (double)net->n[l] * columns;
    }
    return cost;
}

static void resync_free(void *state)
{
    struct resync *s = state;
    if (!s) return;
    mem_free(&s->mem);
    free(s);
}

/* Samples in the largest chunk: the last mini-batch is smaller, but may have larger chunks. */
static size_t largest_chunk(const struct resync *s, const struct partition *part)
{
    if (part->n == s->env.train.n) return chunk_largest(part);
    return part->n < CHUNK_MAX ? part->n : CHUNK_MAX;
}

static status create_blocks(struct resync *s, const struct partition *part, struct error *e)
{
    const struct net *net = s->net;
    size_t T = s->env.info->T, C = largest_chunk(s, part);
    s->traces = mem_alloc(&s->mem, part->n_chunks, sizeof *s->traces, e);
    s->pull = mem_alloc(&s->mem, part->n_chunks, sizeof *s->pull, e);
    s->gain = mem_alloc(&s->mem, part->n_chunks, sizeof *s->gain, e);
    if (!s->traces || !s->pull || !s->gain) return ST_MEMORY;
    for (size_t c = 0; c < part->n_chunks; c++) {
        TRY(trace_create(&s->traces[c], net, T, C, true, &s->mem, e));
        s->pull[c] = mem_reals(&s->mem, net_widest(net, 1, net->L) * T * C, e);
        s->gain[c] = mem_reals(&s->mem, net_widest(net, 1, net->L) * T * C, e);
        if (!s->pull[c] || !s->gain[c]) return ST_MEMORY;
    }
    for (size_t k = 0; k < part->n_parts; k++) {
        s->nu[k] = mem_reals(&s->mem, net->n[net->L] * C, e);
        s->prox[k] = mem_alloc(&s->mem, 6 * net->n[net->L], sizeof *s->prox[k], e);
        if (!s->nu[k] || !s->prox[k]) return ST_MEMORY;
        for (size_t l = 1; l <= net->L; l++) {
            size_t in = net->n[l - 1];
            if (!(s->d[k][l] = mem_reals(&s->mem, net->n[l] * in, e))) return ST_MEMORY;
            if (l > 1 && !(s->gram[k][l] = mem_reals(&s->mem, in * in, e))) return ST_MEMORY;
        }
    }
    return ST_OK;
}

static status build(struct resync *s, struct error *e)
{
    const struct net *net = s->net;
    size_t N = s->env.train.n;
    struct partition part = partition_make(batch_size(&s->o, N));
    TRY(create_blocks(s, &part, e));
    TRY(memory_create(&s->memory, s->o.keep, net, &s->env.train, largest_chunk(s, &part), &s->mem, e));
    s->order = mem_alloc(&s->mem, N, sizeof *s->order, e);
    s->scratch = mem_reals(&s->mem, 2 * largest_weights(net), e);
    if (!s->order || !s->scratch) return ST_MEMORY;
    for (size_t i = 0; i < N; i++) s->order[i] = batch_sample(&s->env.train, i);
    for (size_t l = 1; l <= net->L; l++) {
        TRY(chol_create(&s->chol[l], net->n[l - 1], &s->mem, e));
        if (s->o.momentum > 0 && !(s->velocity[l] = mem_reals(&s->mem, net->n[l] * net->n[l - 1], e)))
            return ST_MEMORY;
    }
    if (!s->o.multiplier) return ST_OK;
    s->lbar = mem_reals(&s->mem, net->n[net->L] * s->env.train.x->n_samples, e);
    return s->lbar ? ST_OK : ST_MEMORY;
}

/* The mini-batch of at most `size` samples that starts at place `first` of the order. */
static struct resync_batch batch_from(const struct resync *s, size_t first, size_t size)
{
    size_t n = s->env.train.n - first < size ? s->env.train.n - first : size;
    struct resync_batch b = {s->env.train, partition_make(n)};
    b.samples.samples = s->order + first;
    b.samples.n = n;
    return b;
}

static status resync_init(void **state, const void *options, const struct train_env *env, struct error *e)
{
    struct resync *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for the solver");
    *state = s;
    s->o = *(const struct resync_options *)options;
    s->env = *env;
    s->net = env->net;
    if (env->train.n == 0) return FAIL(e, ST_CONFIG, "there are no training samples");
    TRY(build(s, e));
    size_t batch = batch_size(&s->o, env->train.n);
    for (size_t first = 0; first < env->train.n && s->o.keep > 0; first += batch) {
        struct resync_batch b = batch_from(s, first, batch);
        resync_remember(s, &b);
    }
    return ST_OK;
}

static double step_size(const struct resync *s)
{
    return step_length(s->o.tau, s->o.tau_end, s->o.tau_iterations, s->iteration);
}

static status resync_step(void *state, struct step_report *r, struct error *e)
{
    struct resync *s = state;
    size_t N = s->env.train.n, batch = batch_size(&s->o, N);
    memset(s->record.moved, 0, sizeof s->record.moved);
    memset(s->record.cells, 0, sizeof s->record.cells);
    memset(s->record.apart, 0, sizeof s->record.apart);
    memset(s->record.rcond, 0, sizeof s->record.rcond);
    s->record.tau = step_size(s);
    s->swept = 0;
    s->work = (struct step_cost){0};
    if (batch < N) rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch) {
        struct resync_batch b = batch_from(s, first, batch);
        TRY(resync_sweep(s, &b, s->record.tau, r, e));
    }
    /* one simulation (in the first iteration with keep > 0 two: that of init), and one sweep of pulls
     * downwards, as far as cells move; spikes that feed = auxiliary hands on are binary, too */
    r->samples = (double)N;
    r->forward_passes = r->spike_passes = (double)N * (s->iteration == 0 && s->o.keep > 0 ? 2 : 1);
    r->backward_passes = s->swept / (double)(net_parameters(s->net) - s->net->n[1] * s->net->n[0]);
    r->dense_macs = cost_macs(&s->work);
    s->iteration++;
    return ST_OK;
}

static void resync_report(void *state, struct metric_sink *sink)
{
    const struct resync *s = state;
    const struct resync_record *record = &s->record;
    if (record->tau > 0) metric_put(sink, "tau", 0, record->tau);
    metric_put(sink, "unsolved", 0, record->unsolved);
    for (size_t l = 1; l <= s->net->L; l++) {
        metric_put(sink, "idle", l, record->idle[l]);
        if (record->rcond[l] > 0) metric_put(sink, "rcond_w", l, record->rcond[l]);
        if (record->rcond[l] > 0) metric_put(sink, "backward_error_w", l, record->backward[l]);
        if (l == s->net->L) continue;
        if (record->tau > 0)
            metric_put(sink, "spike_gap", l,
                       record->apart[l] /
                           ((double)s->env.train.n * (double)s->env.info->T * (double)s->net->n[l]));
        if (record->cells[l] == 0) continue;
        metric_put(sink, "moved", l, record->moved[l] / record->cells[l]);
        metric_put(sink, "penalty", l, record->penalty[l]);
    }
}

/* Writes or reads everything that the next iteration depends on. */
static status transfer(struct resync *s, FILE *f, status (*block)(FILE *, void *, size_t, struct error *),
                       struct error *e)
{
    TRY(block(f, &s->iteration, sizeof s->iteration, e));
    TRY(block(f, s->order, s->env.train.n * sizeof *s->order, e));
    TRY(block(f, &s->record, sizeof s->record, e));
    for (size_t l = 1; l <= s->net->L && s->velocity[l]; l++)
        TRY(block(f, s->velocity[l], s->net->n[l] * s->net->n[l - 1] * sizeof(real), e));
    for (size_t l = 1; l < s->net->L && s->memory.kept[l]; l++)
        TRY(block(f, s->memory.kept[l], s->net->n[l] * s->env.info->T * s->env.train.n * sizeof(real), e));
    if (!s->lbar) return ST_OK;
    return block(f, s->lbar, s->net->n[s->net->L] * s->env.train.x->n_samples * sizeof(real), e);
}

static status write_block(FILE *f, void *bytes, size_t size, struct error *e)
{
    return checkpoint_write(f, bytes, size, e);
}

static status resync_save(void *state, FILE *f, struct error *e)
{
    return transfer(state, f, write_block, e);
}

static status resync_load(void *state, FILE *f, struct error *e)
{
    return transfer(state, f, checkpoint_read, e);
}

const struct solver solver_admm_resync = {
    .api_version = SOLVER_API,
    .name = "admm_resync",
    .summary =
        "ADMM's branch step from the simulated network: spikes near the threshold are flipped by blocks",
    .reference = "built on Perin, Bidini, Mazzieri, Rossi: ADMM-Based Training for Spiking Neural Networks, "
                 "arXiv 2505.05527",
    .caps = CAP_CLASSIFICATION | CAP_FULL_BATCH | CAP_MINI_BATCH,
    .options = {resync_option_list, sizeof resync_option_list / sizeof *resync_option_list,
                sizeof(struct resync_options)},
    .metrics = resync_metrics,
    .n_metrics = N_METRICS,
    .check = resync_check,
    .memory = resync_memory,
    .cost = resync_cost,
    .init = resync_init,
    .step = resync_step,
    .report = resync_report,
    .save = resync_save,
    .load = resync_load,
    .free = resync_free,
};
