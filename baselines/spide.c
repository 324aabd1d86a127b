/* The gradient of ide by spikes: the backward pass is a second network of neurons with spikes of both signs
 * (SPIDE). One step is one epoch. The network is the shared one, its evaluation the ordinary simulation.
 *
 * Departures from the source: those of ide.c, and that potentials start at 0. The source's neuron has
 * threshold V and loses 2 V by a spike: it is the one of network/lif.h with threshold 2 V that starts at V,
 * of the same equilibrium. Deeper layers are solved for one after another, from the last one, not all at
 * once. kappa is per sample (the source's code: 100 over a batch of 128). */
#include "baselines/equilibrium_trainer.h"

struct spide_options {
    struct equilibrium_options common;
    long backward_steps;
    double kappa, backward_threshold;
    int mask;
};

static const char *const mask_names[] = {"rates", "equilibrium", NULL};
enum mask { MASK_RATES, MASK_EQUILIBRIUM };

static const struct option spide_option_list[] = {
    {"backward_steps", OPT_INT, offsetof(struct spide_options, backward_steps), "100", 1, 1e6, 0, NULL,
     "steps", "of the backward neurons (T_B)"},
    {"kappa", OPT_REAL, offsetof(struct spide_options, kappa), "0.8", 0, 1e9, OPT_OPEN_LO, NULL, "",
     "scale of the loss's derivative as the current of the backward neurons"},
    {"backward_threshold", OPT_REAL, offsetof(struct spide_options, backward_threshold), "0.5", 0, 1e9,
     OPT_OPEN_LO, NULL, "", "of the backward neurons (V_b); a spike is twice this"},
    {"mask", OPT_CHOICE, offsetof(struct spide_options, mask), "rates", 0, 0, 0, mask_names, "",
     "neurons that a change of their input moves: by their observed rates, as published, or by the argument "
     "of the equilibrium's equation, as in ide, which costs a product with the weights"}};

static const struct metric_desc spide_metric_list[] = {
    {"grad_cosine", "", "cosine of the hidden layers' gradient with that of ide, 30 iterations", METRIC_RUN},
    {"grad_error", "", "its relative error", METRIC_RUN},
    {"equilibrium_rms", "", "rms distance of the observed rates from the equilibrium", METRIC_HIDDEN},
    {"silent", "", "share of neurons and samples without a spike", METRIC_HIDDEN},
    {"saturated", "", "share of neurons and samples with a spike at every step", METRIC_HIDDEN},
    {"grad_norm", "", grad_norm_help, METRIC_LAYER},
    {"inner_residual", "", inner_residual_help, METRIC_RUN},
};

static status create(const struct solver *self, void **state, const void *options,
                     const struct shapes *shapes, struct mem *m, struct error *e)
{
    const struct spide_options *o = options;
    const struct equilibrium_rule rule = {.spiking = true,
                                          .by_rates = o->mask == MASK_RATES,
                                          .steps = (size_t)o->backward_steps,
                                          .kappa = (real)o->kappa,
                                          .threshold = (real)o->backward_threshold};
    struct equilibrium_trainer *s = NULL;
    (void)self;
    status st = equilibrium_trainer_create(&s, &rule, &o->common, shapes, m, e);
    *state = s;
    return st;
}

const struct solver solver_spide = {
    .abi = SOLVER_ABI,
    .name = "spide",
    .summary = "the gradient of ide, worked out by neurons with spikes of both signs",
    .reference =
        "Xiao and others: SPIDE: A purely spike-based method for training feedback spiking neural networks, "
        "arXiv 2302.00232",
    .features = FEATURE_CLASSIFICATION | FEATURE_REGRESSION | FEATURE_LOSSES | FEATURE_RESET_SOFT |
                FEATURE_READOUT_LAST | FEATURE_START_RATE | FEATURE_START_KAIMING | FEATURE_MINI_BATCH |
                FEATURE_FRESH_SAMPLES | FEATURE_RECURRENT | FEATURE_RANKS,
    .options = {.spans = {{minibatch_option_list, MINIBATCH_FIRST},
                          {&contraction_option, 1},
                          {spide_option_list, sizeof spide_option_list / sizeof *spide_option_list},
                          {minibatch_option_list + MINIBATCH_FIRST, MINIBATCH_REST}},
                .defaults = equilibrium_defaults,
                .size = sizeof(struct spide_options)},
    .metrics = {spide_metric_list, sizeof spide_metric_list / sizeof *spide_metric_list},
    .create = create,
    .start = equilibrium_start,
    .step = equilibrium_step,
    .check = equilibrium_check,
    .report = equilibrium_report,
    .checkpoint = equilibrium_checkpoint,
};
