/* Feedback networks trained at their equilibrium: implicit differentiation on the equilibrium state (IDE).
 * One step is one epoch. The network is the shared one, its evaluation the ordinary simulation.
 *
 * Departures from the source: the neuron is that of network/lif.h, which spikes above the threshold, not at
 * it, and whose reset does not leak (without a leak, leak = 1, that is the same neuron); no biases; feedback
 * is within each hidden layer, not from the last one to the first; beta by the fixed point, which contracts
 * by `contraction`, not by Broyden's method; no dropout. */
#include "baselines/equilibrium_trainer.h"

struct ide_options {
    struct equilibrium_options common;
    long iterations;
};

static const struct option ide_option_list[] = {
    {"iterations", OPT_INT, offsetof(struct ide_options, iterations), "30", 0, 1e6, 0, NULL, "",
     "of the fixed point through the recurrent weights; 0: none, the gradient of a network without them"}};

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct ide_options *o = options;
    const struct equilibrium_rule rule = {.steps = (size_t)o->iterations};
    struct equilibrium_trainer *s = NULL;
    (void)self;
    status st = equilibrium_trainer_create(&s, &rule, &o->common, shapes, m, e);
    *state = s;
    return st;
}

static status check(const struct solver *self, const void *options, const struct net_options *net,
                    const struct dataset_info *info, struct error *e)
{
    const struct option_use feedback = {"iterations", net->recurrent, "network.recurrent"};
    TRY(equilibrium_check(self, options, net, info, e));
    return opt_refuse_idle(&self->options, options, &feedback, 1, e);
}

const struct solver solver_ide = {
    .abi = SOLVER_ABI,
    .name = "ide",
    .summary = "recurrent layers trained at the equilibrium of their rates, by implicit differentiation",
    .reference =
        "Xiao and others: Training Feedback Spiking Neural Networks by Implicit Differentiation on the "
        "Equilibrium State, arXiv 2109.14247",
    /* Only the soft reset has this equilibrium, only the last potential reads rates; zero weights stay zero.
     */
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSSES | FEATURE_RESET_SOFT |
                FEATURE_READOUT_LAST | FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {&contraction_option, 1},
                          {ide_option_list, sizeof ide_option_list / sizeof *ide_option_list},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .defaults = equilibrium_defaults,
                .size = sizeof(struct ide_options)},
    .metrics = {equilibrium_metric_list, EQUILIBRIUM_METRICS},
    .create = create,
    .start = equilibrium_start,
    .step = equilibrium_step,
    .check = check,
    .report = equilibrium_report,
    .checkpoint = equilibrium_checkpoint,
};
