/* admm_resync: ADMM restarted from the forward simulation in every iteration (docs/method.md, section 5;
 * passes in resync.c).
 *
 * Problem: that of solvers/admm/admm_state.h with a eliminated (a = H(z - theta) exactly) and any loss. Why:
 * near consistency a relaxed spike moves by less than 1/2, so no branch of H changes side and the hidden
 * layers of the plain method receive no target, while its auxiliary spikes drift away from the simulated
 * ones. One iteration, for all steps t at once (s: simulated spikes, z: simulated membrane potentials):
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
 * z + keep (kept - z) and pulls by all that the weights have not yet explained (resync_kept.h). By default
 * the layers above still see the simulated spikes; feed = auxiliary hands them the kept ones, as the
 * published method does.
 *
 * The mean displacement of step 3 is that of a boxcar-smoothed gradient: the method is a Gauss-Newton-like
 * target propagation that follows from the branch step of ADMM.
 *
 * Cost per iteration with M = N T columns: hidden layer l of n units below m and above r units: 2 n m M
 * (simulation), 2 n r M (gains; 2 n r N below the readout), 2 n m M (D; N columns for the readout), m^2 M /
 * 64 operations on words (Gram matrix, by bits), m^3/3 + 2 n m^2 (solve); layer 1 works on the lists: 4 n e
 * for e entries, and 2 n n_0^2 for its solve, the factor being made once. keep > 0 also keeps a block of n M
 * numbers per hidden layer. When to use it: wherever the accuracy of the simulated network counts. */
#include "network/bit_gram.h"
#include "solvers/resync/resync.h"
#include <string.h>

static const char *const precondition_names[] = {"gram", "none", NULL};
static const char *const gain_names[] = {"first_order", "single_flip", NULL};
static const char *const feed_names[] = {"simulated", "auxiliary", NULL};

static const struct option resync_option_list[] = {
    {"rho", OPT_REAL, offsetof(struct resync_options, rho), "1", 0, 1e12, OPT_OPEN_LO, NULL, "",
     "penalty of the output layer's dynamics: the larger, the smaller the proximal step of the loss"},
    {"win", OPT_REAL, offsetof(struct resync_options, win), "0.5", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units",
     "half-width of the window around the threshold in which a spike of typical gain is flipped"},
    {"rho_hidden", OPT_REAL, offsetof(struct resync_options, rho_hidden), "0", 0, 1e12, 0, NULL, "",
     "penalty of the hidden layers' dynamics; 0: adapted, 2 rms(gain) / win^2 in every layer"},
    {"kappa", OPT_REAL, offsetof(struct resync_options, kappa), "0.1", 0, 100, OPT_OPEN_LO, NULL, "",
     "ridge of the weight solve, times the mean diagonal entry of the Gram matrix"},
    {"tau", OPT_REAL, offsetof(struct resync_options, tau), "0.1", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "rms change of the input currents by the first step"},
    {"tau_end", OPT_REAL, offsetof(struct resync_options, tau_end), "0.01", 0, 1e6, OPT_OPEN_LO, NULL,
     "membrane units", "the same by the last step; geometric in between"},
    {"tau_iterations", OPT_INT, offsetof(struct resync_options, tau_iterations), "100", 1, 1e9, 0, NULL,
     "iterations", "iterations until the step has shrunk to tau_end"},
    {"batch", OPT_INT, offsetof(struct resync_options, batch), "0", 0, 1e9, 0, NULL, "samples",
     "samples per mini-batch; 0: all at once"},
    {"momentum", OPT_REAL, offsetof(struct resync_options, momentum), "0", 0, 1, OPT_OPEN_HI, NULL, "",
     "share of the last step kept in the next"},
    {"precondition", OPT_CHOICE, offsetof(struct resync_options, precondition), "gram", 0, 0, 0,
     precondition_names, "", "weight step: solved with the Gram matrix of the layer's inputs, or D itself"},
    {"gain", OPT_CHOICE, offsetof(struct resync_options, gain), "first_order", 0, 0, 0, gain_names, "",
     "gain of a flip: to first order, or with the exact cost of a single flip in the layer above"},
    {"margin", OPT_BOOL, offsetof(struct resync_options, margin), "true", 0, 0, 0, NULL, "",
     "aim beyond the threshold by the flip's reach instead of at the threshold"},
    {"time_credit", OPT_BOOL, offsetof(struct resync_options, time_credit), "true", 0, 0, 0, NULL, "",
     "pass displacements back in time through the leak"},
    {"multiplier", OPT_BOOL, offsetof(struct resync_options, multiplier), "false", 0, 0, 0, NULL, "",
     "multiplier on every step of the readout (one vector per sample)"},
    {"keep", OPT_REAL, offsetof(struct resync_options, keep), "0", 0, 1, 0, NULL, "",
     "share of the auxiliary potentials' distance to the simulated ones that survives an iteration; 0: "
     "restart from the simulation, 1: never set back"},
    {"recompute", OPT_BOOL, offsetof(struct resync_options, recompute), "false", 0, 0, 0, NULL, "",
     "make potentials and pulls again in every pass over the samples and keep those of 64 samples a thread "
     "alone, for batches that do not fit into memory; the weights are the same"},
    {"feed", OPT_CHOICE, offsetof(struct resync_options, feed), "simulated", 0, 0, 0, feed_names, "",
     "spikes that the layer above sees: simulated, or those of the kept potentials (the same with keep = "
     "0)"},
};

static const struct metric_desc resync_metrics[] = {
    {"tau", "membrane units",
     "rms change of the input currents that the last step aimed at (momentum comes on top)", METRIC_RUN},
    {"moved", "", "fraction of (sample, step, neuron) entries that the branch step moved", METRIC_HIDDEN},
    {"spike_gap", "",
     "fraction of entries where the spikes at y0 = z + keep (kept potential - z) and at the simulated "
     "potential z differ, before the branch step; feed auxiliary: z as fed by auxiliary spikes; 0 with keep "
     "= 0",
     METRIC_HIDDEN},
    {"penalty", "",
     "penalty rho_l of the hidden layer's displacements (last mini-batch that reached the layer)",
     METRIC_HIDDEN},
    {"idle", "", "mini-batches so far that left the layer's weights alone", METRIC_LAYER},
    {"unsolved", "", "proximal steps of the loss that did not converge, so far", METRIC_RUN},
    {"backward_error_w", "", "normwise backward error of the weight solve", METRIC_LAYER},
    {"rcond_w", "", "reciprocal condition number of the weight system", METRIC_LAYER},
};
enum {
    N_OPTIONS = sizeof resync_option_list / sizeof *resync_option_list,
    N_METRICS = sizeof resync_metrics / sizeof *resync_metrics
};

static status resync_check(const struct solver *self, const void *options, const struct net_options *net,
                           const struct dataset_info *info, struct error *e)
{
    const struct resync_options *o = options;
    const struct option_use uses[] = {
        {"kappa", o->precondition == PRECONDITION_GRAM, "precondition = gram"},
        {"win", !(o->rho_hidden > 0), "rho_hidden = 0"},
        {"recompute", !(o->keep > 0) && !o->multiplier, "keep = 0 and multiplier = false"},
    };
    (void)net, (void)info;
    return opt_refuse_idle(&self->options, options, uses, sizeof uses / sizeof *uses, e);
}

static size_t batch_size(const struct resync_options *o, size_t N)
{
    return o->batch > 0 && (size_t)o->batch < N ? (size_t)o->batch : N;
}

static status create_sums(struct resync *s, const struct net *net, size_t sums, struct mem *m,
                          struct error *e)
{
    const size_t widest = net_widest(net, 1, net->L - 1);
    for (size_t l = 1; l <= net->L; l++) {
        size_t in = net->n[l - 1];
        if (!(s->d[0][l] = mem_reals(m, net->n[l] * in, e))) return ST_MEMORY;
        if (l > 1 && !(s->gram[0][l] = mem_reals(m, in * in, e))) return ST_MEMORY;
    }
    for (size_t k = 1; k < sums; k++) {
        real *d = mem_reals(m, net_largest_weights(net), e), *gram = mem_reals(m, widest * widest, e);
        if (!d || !gram) return ST_MEMORY;
        for (size_t l = 1; l <= net->L; l++) {
            s->d[k][l] = d;
            s->gram[k][l] = gram;
        }
    }
    return ST_OK;
}

static status create_blocks(struct resync *s, const struct shapes *shapes, const struct partition *part,
                            size_t C, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    size_t T = shapes->info->T, widest = net_widest(net, 1, net->L - 1);
    const size_t slots = s->o.recompute ? shapes->threads : part->n_chunks;
    s->traces = mem_alloc(m, slots, sizeof *s->traces, e);
    s->pull = mem_alloc(m, slots, sizeof *s->pull, e);
    s->gain = mem_alloc(m, slots, sizeof *s->gain, e);
    s->nu = mem_alloc(m, slots, sizeof *s->nu, e);
    s->spread = mem_alloc(m, slots, sizeof *s->spread, e);
    if (!s->traces || !s->pull || !s->gain || !s->nu || !s->spread) return ST_MEMORY;
    for (size_t c = 0; c < slots; c++) {
        TRY(trace_create(&s->traces[c], net, T, C, TRACE_GRADIENT, m, e));
        s->pull[c] = mem_reals(m, widest * T * C, e);
        s->gain[c] = mem_reals(m, widest * T * C, e);
        s->nu[c] = mem_reals(m, net->n[net->L] * C, e);
        s->spread[c] = mem_reals(m, net->n[net->L - 1] * C, e);
        if (!s->pull[c] || !s->gain[c] || !s->nu[c] || !s->spread[c]) return ST_MEMORY;
    }
    if (s->o.feed == FEED_AUXILIARY && s->o.keep > 0) {
        if (!(s->fed = mem_alloc(m, shapes->threads, sizeof *s->fed, e))) return ST_MEMORY;
        for (size_t k = 0; k < shapes->threads; k++)
            TRY(trace_create(&s->fed[k], net, T, C, TRACE_ALL, m, e));
    }
    s->prox = mem_alloc(m, shapes->threads, sizeof *s->prox, e);
    s->scores = mem_alloc(m, shapes->threads, sizeof *s->scores, e);
    s->columns = mem_alloc(m, shapes->threads, sizeof *s->columns, e);
    if (!s->prox || !s->scores || !s->columns) return ST_MEMORY;
    for (size_t k = 0; k < shapes->threads; k++) {
        s->prox[k] = mem_alloc(m, 6 * net->n[net->L], sizeof *s->prox[k], e);
        s->scores[k] = mem_reals(m, net->n[net->L] * C, e);
        s->columns[k] = mem_alloc(m, bit_gram_work(widest, T * C), sizeof *s->columns[k], e);
        if (!s->prox[k] || !s->scores[k] || !s->columns[k]) return ST_MEMORY;
    }
    return create_sums(s, net, pool_sums(part->n_parts, shapes->threads, shapes->ranks), m, e);
}

static status resync_create(const struct solver *self, void **state, const void *options,
                            const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct net *net = shapes->net;
    struct resync *s = *state = mem_alloc(m, 1, sizeof *s, e);
    size_t N = shapes->info->n[SPLIT_TRAIN], T = shapes->info->T, K = net->n[net->L];
    (void)self;
    if (!s) return ST_MEMORY;
    s->o = *(const struct resync_options *)options;
    struct partition part = partition_make(batch_size(&s->o, N));
    if (shapes->ranks > 1 && part.n < N && (s->o.multiplier || s->o.keep > 0))
        return FAIL(
            e, ST_CONFIG,
            "ranks = %zu: with option '%s' each sample keeps numbers from iteration to iteration, which a "
            "mini-batch would take to other ranks; batch = 0 is allowed",
            shapes->ranks, s->o.multiplier ? "multiplier" : "keep");
    /* the last mini-batch is smaller, but may have larger chunks */
    size_t C = part.n == N ? chunk_largest(&part) : chunk_at_most(part.n);
    TRY(create_blocks(s, shapes, &part, C, m, e));
    TRY(kept_create(&s->kept, s->o.keep, net, T, N, C, shapes->threads, m, e));
    s->order = mem_alloc(m, N, sizeof *s->order, e);
    s->scratch = mem_reals(m, 2 * net_largest_weights(net), e);
    if (!s->order || !s->scratch) return ST_MEMORY;
    if (shapes->ranks > 1 && !(s->received = mem_reals(m, net->n[0] * net->n[0], e))) return ST_MEMORY;
    for (size_t l = 1; l <= net->L; l++) {
        TRY(chol_create(&s->chol[l], net->n[l - 1], m, e));
        if (s->o.momentum > 0 && !(s->velocity[l] = mem_reals(m, net->n[l] * net->n[l - 1], e)))
            return ST_MEMORY;
    }
    if (!s->o.multiplier) return ST_OK;
    s->lbar = mem_reals(m, K * N, e);
    return s->lbar ? ST_OK : ST_MEMORY;
}

static status resync_start(void *state, const struct train_env *env, struct error *e)
{
    struct resync *s = state;
    size_t batch = batch_size(&s->o, env->train.n);
    (void)e;
    s->env = *env;
    s->net = env->net;
    for (size_t i = 0; i < env->train.n; i++) s->order[i] = batch_sample(&env->train, i);
    for (size_t first = 0; first < env->train.n && s->o.keep > 0; first += batch) {
        struct resync_batch b = resync_batch_from(s, first, batch);
        resync_start_kept(s, &b);
    }
    return ST_OK;
}

static status resync_step(void *state, struct step_report *r, struct error *e)
{
    struct resync *s = state;
    size_t N = s->env.train.n, batch = batch_size(&s->o, N);
    memset(s->record.moved, 0, sizeof s->record.moved);
    memset(s->record.entries, 0, sizeof s->record.entries);
    memset(s->record.differ, 0, sizeof s->record.differ);
    memset(s->record.rcond, 0, sizeof s->record.rcond);
    s->record.tau = step_length(s->o.tau, s->o.tau_end, s->o.tau_iterations, s->iteration);
    s->swept = s->simulated = 0;
    s->work = (struct step_cost){0};
    if (batch < N) rng_shuffle(s->env.rng, s->order, N);
    for (size_t first = 0; first < N; first += batch) {
        struct resync_batch b = resync_batch_from(s, first, batch);
        TRY(resync_sweep(s, &b, s->record.tau, r, e));
    }
    /* but for recompute one simulation (in the first iteration with keep > 0 two: that of start), and one
     * sweep of pulls downwards, as far as entries move; spikes that feed = auxiliary hands on are binary, too
     */
    r->samples = (double)N;
    r->forward_passes = r->spike_passes =
        (double)N * (s->iteration == 0 && s->o.keep > 0 ? 2 : 1) + s->simulated;
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
                       record->differ[l] /
                           ((double)s->env.train.n * (double)s->env.info->T * (double)s->net->n[l]));
        if (record->entries[l] == 0) continue;
        metric_put(sink, "moved", l, record->moved[l] / record->entries[l]);
        metric_put(sink, "penalty", l, record->penalty[l]);
    }
}

static status resync_checkpoint(void *state, struct checkpoint *c, struct error *e)
{
    struct resync *s = state;
    const struct net *net = s->net;
    size_t N = s->env.train.n;
    TRY(checkpoint_count(c, &s->iteration, "iteration", e));
    TRY(checkpoint_indices(c, s->order, N, (struct index_range){0, N}, "sample", e));
    TRY(checkpoint_block(c, &s->record, sizeof s->record, e));
    const unsigned char solved = *(const unsigned char *)&s->record.solved;
    if (solved > 1) return FAIL(e, ST_DATA, "the checkpoint has %u in place of yes or no", solved);
    for (size_t l = 1; l <= net->L && s->velocity[l]; l++)
        TRY(checkpoint_block(c, s->velocity[l], net->n[l] * net->n[l - 1] * sizeof(real), e));
    const struct partition all =
        partition_make(N); /* ranks have samples of their own with full batches alone */
    for (size_t l = 1; l < net->L && s->kept.y[l]; l++)
        TRY(checkpoint_samples(c, &all, s->kept.y[l], net->n[l] * s->env.info->T * sizeof(real), e));
    return s->lbar ? checkpoint_samples(c, &all, s->lbar, net->n[net->L] * sizeof(real), e) : ST_OK;
}

const struct solver solver_admm_resync = {
    .abi = SOLVER_ABI,
    .name = "admm_resync",
    .summary =
        "ADMM's branch step from the simulated network: spikes near the threshold are flipped by blocks",
    .reference = "built on Perin, Bidini, Mazzieri, Rossi: ADMM-Based Training for Spiking Neural Networks, "
                 "arXiv 2505.05527",
    .features = FEATURE_CLASSIFICATION | FEATURE_LOSSES | FEATURE_RESET_SOFT | FEATURE_READOUT_LAST |
                FEATURE_STARTS | FEATURE_FULL_BATCH | FEATURE_MINI_BATCH | FEATURE_RANKS,
    .options = {{{resync_option_list, N_OPTIONS}}, NULL, sizeof(struct resync_options)},
    .metrics = {resync_metrics, N_METRICS},
    .create = resync_create,
    .start = resync_start,
    .step = resync_step,
    .check = resync_check,
    .report = resync_report,
    .checkpoint = resync_checkpoint,
};
