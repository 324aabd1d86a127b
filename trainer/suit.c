/* See suit.h. */
#include "trainer/suit.h"
#include <math.h>

const struct network_choice network_choices[] = {{"loss", FEATURE_LOSS_SQUARED},
                                                 {"reset", FEATURE_RESET_SOFT},
                                                 {"readout", FEATURE_READOUT_LAST},
                                                 {"start", FEATURE_START_RATE},
                                                 {NULL, 0}};

static bool asks_recurrent(const struct net_options *net)
{
    return net->recurrent;
}
static bool asks_synapse(const struct net_options *net)
{
    return net->synapse != SYNAPSE_DELTA;
}
static bool asks_leaks(const struct net_options *net)
{
    return net->leak.n > 1;
}
static bool asks_thresholds(const struct net_options *net)
{
    return net->threshold.n > 1;
}

const struct network_extra network_extras[] = {
    {"recurrent", FEATURE_RECURRENT, asks_recurrent, "false"},
    {"synapse", FEATURE_SYNAPSE, asks_synapse, "delta"},
    {"leak", FEATURE_LAYER_NEURONS, asks_leaks, "one number for all layers"},
    {"threshold", FEATURE_LAYER_NEURONS, asks_thresholds, "one number for all layers"},
    {NULL, 0, NULL, NULL},
};

/* "rate and kaiming": the values whose bits the mask has. */
static void name_allowed(const struct solver *solver, const struct network_choice *choice, char *text,
                         size_t size)
{
    const struct option *o = opt_find(&net_option_table, choice->key);
    size_t used = 0, last = 0;
    for (size_t k = 0; opt_choice(o, k); k++)
        if (solver->features & choice->first << k) last = k;
    for (size_t k = 0; opt_choice(o, k) && used < size; k++)
        if (solver->features & choice->first << k)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     used == 0   ? ""
                                     : k == last ? " and "
                                                 : ", ",
                                     opt_choice(o, k));
}

static status refuse_features(const struct solver *solver, const struct net_options *net,
                              const struct dataset_info *info, const char *data, struct error *e)
{
    const bool retrieval = info->grid.cells[0] > 0 && solver->features & FEATURE_RETRIEVAL;
    const unsigned real_valued = FEATURE_REGRESSION | FEATURE_RETRIEVAL;
    if (info->n_classes == 0 && !retrieval && (solver->features & real_valued) == FEATURE_RETRIEVAL)
        return FAIL(e, ST_CONFIG,
                    "solver '%s' needs data of harmonic retrieval, no class labels; dataset '%s' has others",
                    solver->name, data);
    if (info->n_classes == 0 && !retrieval && !(solver->features & FEATURE_REGRESSION))
        return FAIL(e, ST_CONFIG, "solver '%s' needs class labels; dataset '%s' has real-valued targets",
                    solver->name, data);
    if (info->n_classes > 0 && !(solver->features & FEATURE_CLASSIFICATION))
        return FAIL(e, ST_CONFIG, "solver '%s' needs real-valued targets; dataset '%s' has class labels",
                    solver->name, data);
    for (const struct network_choice *c = network_choices; c->key; c++) {
        const struct option *o = opt_find(&net_option_table, c->key);
        const int value = *(const int *)((const char *)net + o->offset);
        char allowed[200];
        if (opt_file(o, net)) {
            if (solver->features & (FEATURE_START_RATE | FEATURE_START_KAIMING)) continue;
            return FAIL(e, ST_CONFIG,
                        "network.%s = %.200s is not for solver '%s', which has a start of its own", c->key,
                        opt_file(o, net), solver->name);
        }
        if (solver->features & c->first << value) continue;
        name_allowed(solver, c, allowed, sizeof allowed);
        return FAIL(e, ST_CONFIG, "network.%s = %s is not for solver '%s', which allows %s", c->key,
                    opt_choice(o, (size_t)value), solver->name, allowed);
    }
    for (const struct network_extra *x = network_extras; x->key; x++) {
        char value[OPT_STRING_MAX];
        if (solver->features & x->feature || !x->asked(net)) continue;
        opt_format(opt_find(&net_option_table, x->key), net, value, sizeof value);
        return FAIL(e, ST_CONFIG, "network.%s = %s is not for solver '%s', which allows %s", x->key, value,
                    solver->name, x->allowed);
    }
    return ST_OK;
}

/* Nothing of the network's options has a part in an own network. */
static status refuse_network(const struct solver *solver, const struct net_options *net, struct error *e)
{
    for (size_t i = 0; i < opt_count(&net_option_table); i++) {
        const struct option *o = opt_at(&net_option_table, i);
        char value[OPT_STRING_MAX];
        if (opt_is_default(&net_option_table, o, net)) continue;
        opt_format(o, net, value, sizeof value);
        return FAIL(e, ST_CONFIG, "network.%s = %s is not for solver '%s', which has a network of its own",
                    o->key, value, solver->name);
    }
    return ST_OK;
}

status solver_suits(const struct solver *solver, const void *options, const struct net_options *net,
                    const struct dataset_info *info, const char *data, struct error *e)
{
    if (net_options_check(net, e) != ST_OK) return err_prefix(e, "network");
    TRY(refuse_features(solver, net, info, data, e));
    if (solver->features & FEATURE_OWN_NETWORK) TRY(refuse_network(solver, net, e));
    if (info->n_classes == 0 && net->loss != LOSS_SQUARED)
        return FAIL(e, ST_CONFIG,
                    "network.loss = %s needs class labels; real-valued targets allow squared only",
                    loss_names[net->loss]);
    if (info->n[SPLIT_TRAIN] == 0) return FAIL(e, ST_CONFIG, "dataset '%s' has no training samples", data);
    return solver->check ? solver->check(solver, options, net, info, e) : ST_OK;
}

status solver_network(const struct solver *solver, const void *options, const struct net_options *net_options,
                      const struct dataset_info *info, struct net *net, struct mem *m, struct error *e)
{
    const size_t outputs = info->n_classes ? info->n_classes : info->n_targets;
    struct net_block shape[NET_OWN_MOST];
    size_t n = 0;
    if (!(solver->features & FEATURE_OWN_NETWORK))
        return net_create(net, net_options, info->n_inputs, outputs, m, e);
    solver->parameters(solver, options, info, shape, &n);
    return net_create_own(net, info->n_inputs, outputs, shape, n, m, e);
}

bool solver_is_full(const struct solver *solver, const void *options)
{
    const struct option *batch = opt_find(&solver->options, "batch");
    if (!(solver->features & FEATURE_FULL_BATCH)) return false;
    if (!(solver->features & FEATURE_MINI_BATCH)) return true;
    return batch && batch->type == OPT_INT && *(const long *)((const char *)options + batch->offset) == 0;
}

/* Of all samples, steps and inputs. */
static size_t samples_cells(const struct dataset_info *info)
{
    return (info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]) * info->T *
           info->n_inputs;
}

/* The share of all samples that the rank with most keeps. */
static double kept_share(const struct dataset_info *info, const struct worker_share *share)
{
    double most = 0, all = 0;
    if (!share->divided) return 1;
    for (int k = 0; k < N_SPLITS; k++) all += (double)info->n[k];
    for (size_t rank = 0; rank < share->ranks; rank++) {
        double kept = 0;
        for (int k = 0; k < N_SPLITS; k++) {
            const struct part_range own = samples_of_rank(info->n[k], share->ranks, rank);
            kept += (double)(own.end - own.first);
        }
        most = fmax(most, kept);
    }
    return most / all;
}

/* Of the samples. The entries that are estimated from events can exceed the cells, which hold one each. Of
 * lists in a file a window is in memory for each split. */
static size_t samples_memory(const struct dataset_info *info, const struct worker_share *share,
                             size_t real_size)
{
    const size_t rows = (info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST]) * info->T;
    const size_t cells = samples_cells(info), entries = info->entries < cells ? info->entries : cells;
    const size_t targets = rows / info->T * info->n_targets * real_size;
    const size_t entry = sizeof(uint32_t) + (info->valued ? real_size : 0);
    const size_t all = (size_t)(kept_share(info, share) * (double)(entries * entry));
    const size_t most = (size_t)N_SPLITS * SPIKES_WINDOW;
    return (info->streamed && all > most ? most : all) + (rows + 1) * sizeof(size_t) + targets;
}

/* Of the scores of the largest split, which the runner keeps for predictions and for metrics of the data. */
static size_t scores_memory(const struct solver *solver, const struct dataset_info *info, size_t real_size)
{
    size_t most = 0;
    if (!solver->predict && info->grid.cells[0] == 0) return 0;
    for (int k = 0; k < N_SPLITS; k++) most = info->n[k] > most ? info->n[k] : most;
    return most * (info->n_classes ? info->n_classes : info->n_targets) * real_size;
}

status solver_memory(const struct solver *solver, const void *options, const struct net_options *net_options,
                     const struct dataset_info *info, struct worker_share share, size_t real_size,
                     size_t *bytes, struct error *e)
{
    struct mem pages = {.reserve = true};
    struct net net;
    const struct shapes shapes = {&net, net_options, info, share.threads, share.ranks};
    void *state;
    *bytes = 0;
    if (solver->abi != (unsigned)SOLVER_ABI) return ST_OK;
    status st = solver_network(solver, options, net_options, info, &net, &pages, e);
    net.dense_inputs = spikes_are_dense(info->entries, samples_cells(info));
    net.dense_spikes = solver->features & FEATURE_DENSE_SPIKES;
    if (st == ST_OK) {
        st = solver->create(solver, &state, options, &shapes, &pages, e);
        if (st == ST_OK && solver->free) solver->free(state);
    }
    if (st == ST_OK) st = evaluator_memory(&net, info->T, share.threads, &pages, e);
    if (st == ST_OK)
        *bytes = samples_memory(info, &share, real_size) + scores_memory(solver, info, real_size) +
                 pages.bytes - pages.reals + pages.reals / sizeof(real) * real_size;
    mem_free(&pages);
    return st;
}

status solver_evaluate(const struct solver *solver, void *state, const struct net *net,
                       const struct batch *batch, real *scores, struct evaluation *v, struct error *e)
{
    struct evaluation predicted;
    struct operations counts = {NAN, NAN};
    v->synops = v->macs = v->synops_dense = NAN;
    for (size_t l = 1; l < net->L; l++) v->rate[l] = NAN;
    if (batch->n == 0) return ST_OK;
    TRY(solver->predict(state, batch, scores, &counts, e));
    evaluate_scores(net, batch, scores, &predicted);
    v->loss = predicted.loss;
    v->accuracy = predicted.accuracy;
    v->synops = counts.accumulations + counts.macs;
    v->macs = counts.macs;
    return ST_OK;
}
