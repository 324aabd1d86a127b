/* Options and columns of the ADMM family, and options that do nothing in some combination. */
#include "solvers/admm/admm_family.h"

static const char *const weights_names[] = {"ridge", "pinv", "proximal", NULL};
static const char *const box_names[] = {"clip", "exact", "none", NULL};
static const char *const order_names[] = {"sequential", "random", NULL};
static const char *const start_output_names[] = {"simulated", "labels", NULL};
static const char *const multiplier_names[] = {"none", "last", "all", NULL}; /* enum joint_multiplier */
static const char *const output_names[] = {"sequential", "joint", NULL};
static const char *const potentials_names[] = {"pattern", "dynamic", NULL};

const struct option admm_option_list[ADMM_N_OPTIONS] = {
    [ADMM_RHO] = {"rho", OPT_REAL, offsetof(struct admm_options, rho), "1", 0, 1e12, OPT_OPEN_LO, NULL, "",
                  "penalty of the hidden layers' dynamics"},
    [ADMM_RHO_OUT] = {"rho_out", OPT_REAL, offsetof(struct admm_options, rho_out), "0.1", 0, 1e12, 0, NULL,
                      "", "penalty of the output layer's dynamics; 0: the same as rho"},
    [ADMM_BETA] = {"beta", OPT_REAL, offsetof(struct admm_options, beta), "10", 0, 1e12, OPT_OPEN_LO, NULL,
                   "", "penalty of a = H(z - threshold)"},
    [ADMM_WEIGHTS] = {"weights", OPT_CHOICE, offsetof(struct admm_options, weights), "ridge", 0, 0, 0,
                      weights_names, "",
                      "weight solve: Cholesky with a ridge, pseudo-inverse, or proximal (pull towards the "
                      "previous weights)"},
    [ADMM_KAPPA] = {"kappa", OPT_REAL, offsetof(struct admm_options, kappa), "0.01", 0, 1e6, OPT_OPEN_LO,
                    NULL, "", "ridge, proximal: shift of the Gram matrix, times its mean diagonal entry"},
    [ADMM_CUTOFF] = {"cutoff", OPT_REAL, offsetof(struct admm_options, cutoff), "1e-12", 0, 1, OPT_OPEN_HI,
                     NULL, "", "pinv: eigenvalues below cutoff times the largest count as zero"},
    [ADMM_BOX] =
        {"box", OPT_CHOICE, offsetof(struct admm_options, box), "clip", 0, 0, 0, box_names, "",
         "how spikes are kept in [0, 1]: clip afterwards (as published), solve with the box exactly, "
         "or not at all"},
    [ADMM_WARMUP] = {"warmup", OPT_INT, offsetof(struct admm_options, warmup), "10", 0, 1e9, 0, NULL,
                     "iterations", "iterations before the multiplier starts to move"},
    [ADMM_LAYER_ORDER] = {"layer_order", OPT_CHOICE, offsetof(struct admm_options, layer_order), "sequential",
                          0, 0, 0, order_names, "",
                          "order of the hidden layers: from the first to the last, or drawn anew in each "
                          "iteration; the readout is last"},
    [ADMM_TIME_ORDER] = {"time_order", OPT_CHOICE, offsetof(struct admm_options, time_order), "sequential", 0,
                         0, 0, order_names, "",
                         "order of the time steps t < T in an iteration; random: drawn anew each time"},
    [ADMM_START_OUTPUT] = {"start_output", OPT_CHOICE, offsetof(struct admm_options, start_output),
                           "simulated", 0, 0, 0, start_output_names, "",
                           "the output layer's z at the start (unless network.start = published): as "
                           "simulated, or on the path of least input that ends at the labels"},
    [ADMM_MULTIPLIER] = {"multiplier", OPT_CHOICE, offsetof(struct admm_options, multiplier), "last", 0, 0, 0,
                         multiplier_names, "",
                         "constraints with a multiplier: the readout's dynamics at the last step (as "
                         "published), at all steps, none"},
    [ADMM_OUTPUT] = {"output", OPT_CHOICE, offsetof(struct admm_options, output), "sequential", 0, 0, 0,
                     output_names, "",
                     "the output layer's z: step by step (as published), or all steps of a sample at once"},
    [ADMM_INNER] = {"inner", OPT_INT, offsetof(struct admm_options, inner), "1", 1, 1e6, 0, NULL, "",
                    "linearised steps of a weight block in an iteration, all on the same sums over the "
                    "samples"},
    [ADMM_EXACT_WEIGHTS] = {"exact_weights", OPT_BOOL, offsetof(struct admm_options, exact_weights), "false",
                            0, 0, 0, NULL, "",
                            "weights of the hidden layers: exact solve; else one linearised step"},
    [ADMM_EXACT_READOUT] = {"exact_readout", OPT_BOOL, offsetof(struct admm_options, exact_readout), "true",
                            0, 0, 0, NULL, "",
                            "weights of the readout: exact solve; else one linearised step"},
    [ADMM_EXACT_SPIKES] = {"exact_spikes", OPT_BOOL, offsetof(struct admm_options, exact_spikes), "false", 0,
                           0, 0, NULL, "",
                           "spikes below a hidden layer: exact solve; else one linearised step"},
    [ADMM_EXACT_LAST_SPIKES] = {"exact_last_spikes", OPT_BOOL,
                                offsetof(struct admm_options, exact_last_spikes), "true", 0, 0, 0, NULL, "",
                                "spikes below the readout: exact solve; else one linearised step"},
    [ADMM_POTENTIALS] = {"potentials", OPT_CHOICE, offsetof(struct admm_options, potentials), "pattern", 0, 0,
                         0, potentials_names, "",
                         "joint z-step of a neuron's path: bound to the pattern round(a), or over all "
                         "patterns"},
};

const struct metric_desc admm_metric_list[ANDERSON_N_METRICS + ADMM_N_METRICS] = {
    {"accepted", "", "accelerated points taken, so far", METRIC_RUN},
    {"rejected_merit", "", "accelerated points that were worse than the plain ones, so far", METRIC_RUN},
    {"rejected_finite", "", "accelerated points that were not finite, so far", METRIC_RUN},
    {"rejected_solve", "", "iterations whose least-squares problem had no solution, so far", METRIC_RUN},
    {"acc_aux", "", "auxiliary accuracy: argmax of the auxiliary z_{L,T}, not of the simulated network",
     METRIC_RUN},
    {"loss_aux", "", "mean loss of the auxiliary z_{L,T}", METRIC_RUN},
    {"lagrangian", "",
     "relaxed augmented Lagrangian, summed over samples, reset and last-step terms included", METRIC_RUN},
    {"lagrangian_rises_w", "", "measured hidden-layer W-updates that raised the Lagrangian, so far",
     METRIC_RUN},
    {"lagrangian_rises_a", "", "measured a-updates (layers) that raised the Lagrangian, so far", METRIC_RUN},
    {"lagrangian_rises_z", "", "measured z-updates (layers) that raised the Lagrangian, so far", METRIC_RUN},
    {"lagrangian_rises_w_out", "", "measured updates of W_L that raised the Lagrangian, so far", METRIC_RUN},
    {"lagrangian_rises_z_out", "", "measured updates of z_L that raised the Lagrangian, so far", METRIC_RUN},
    {"res_primal", "", "rms of z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}", METRIC_RUN},
    {"res_dual", "", "rho_out times rms of the last change of z_{L,T}; nan during warm-up", METRIC_RUN},
    {"res_dyn", "", "rms dynamics residual", METRIC_LAYER},
    {"res_spike", "", "rms of a - H(z - threshold)", METRIC_HIDDEN},
    {"spike_gap", "",
     "fraction of (sample, step, neuron) entries where H(z - threshold) and the simulated spike differ",
     METRIC_HIDDEN},
    {"rate", "spikes/step", "mean auxiliary firing rate", METRIC_HIDDEN},
    {"weight_change", "", "relative change of all weights in the last iteration (Frobenius)", METRIC_RUN},
    {"kkt_box", "", "box exact: largest KKT residual of the spike solves", METRIC_RUN},
    {"backward_error_w", "", "normwise backward error of the weight solve", METRIC_LAYER},
    {"rcond_w", "", "reciprocal condition number of the weight system", METRIC_LAYER},
    {"backward_error_a", "", "normwise backward error of the spike solves", METRIC_HIDDEN},
    {"unsolved", "",
     "proximal steps of the loss, and spike solves by box = exact, that did not converge, so far",
     METRIC_RUN},
    {"rejected_z", "", "joint z-steps (neuron, sample) so far that did not lower the cost and were not taken",
     METRIC_RUN},
    {"kkt_z", "", "largest KKT residual of the last joint z-steps", METRIC_RUN},
    {"rcond_a", "", "reciprocal condition number of the factored spike system (t < T)", METRIC_HIDDEN},
    {"precision_w", "",
     "relative distance of the weight solve (up to 8 rows) from the same systems refined in long double; "
     "nan: pinv, linearised, or too ill-conditioned",
     METRIC_LAYER},
    {"precision_a", "", "the same for the spike solves (up to 8 columns for t < T and for t = T)",
     METRIC_HIDDEN},
};

struct admm_settings admm_settings_of(const struct admm_options *o)
{
    return (struct admm_settings){.rho = o->rho,
                                  .rho_out = o->rho_out > 0 ? o->rho_out : o->rho,
                                  .beta = o->beta,
                                  .weights = (enum admm_weights)o->weights,
                                  .kappa = o->kappa,
                                  .cutoff = o->cutoff,
                                  .box = (enum admm_box)o->box,
                                  .multiplier = (enum joint_multiplier)o->multiplier,
                                  .output = (enum admm_output)o->output,
                                  .inner = o->inner > 0 ? (size_t)o->inner : 1};
}

status admm_check_options(const struct option_table *t, const struct admm_options *o,
                          const struct admm_settings *set, const struct net_options *net, struct error *e)
{
    const bool solves = !set->linear_weights || !set->linear_readout; /* some weights, exactly */
    const bool pinv = solves && set->weights == WEIGHTS_PINV;
    const struct option_use uses[] = {
        {"weights", solves, "a block of weights that is solved for exactly"},
        {"cutoff", pinv, "weights = pinv"},
        {"kappa", solves && !pinv, "weights = ridge or proximal"},
        {"inner", set->linear_weights || set->linear_readout, "a block of weights that is linearised"},
        {"warmup", set->multiplier != MULTIPLIER_OFF, "multiplier = last or all"},
        {"start_output", net->start != START_PUBLISHED, "network.start = rate, kaiming or a file"},
    };
    TRY(opt_refuse_idle(t, o, uses, sizeof uses / sizeof *uses, e));
    if (set->box == BOX_EXACT && (set->linear_spikes || set->linear_last_spikes))
        return FAIL(e, ST_CONFIG,
                    "option 'box' = exact needs exact spike solves; linearised steps allow clip (a projected "
                    "step) or none");
    if (set->multiplier == MULTIPLIER_ALL && set->output != OUTPUT_JOINT)
        return FAIL(e, ST_CONFIG, "option 'multiplier' = all needs the joint z_L step: output = joint");
    return ST_OK;
}

status admm_family_check(const struct solver *self, const void *options, const struct net_options *net,
                         const struct dataset_info *info, struct error *e)
{
    const struct admm_variant *variant = self->own;
    const struct admm_settings set = variant->settings_of(options);
    (void)info;
    return admm_check_options(&self->options, options, &set, net, e);
}
