/* Options of the ADMM family that do nothing in some combination. */
#include "solvers/admm/admm_family.h"

status admm_refuse_idle(const struct option_table *t, const struct admm_options *o,
                        const struct admm_settings *set, const struct net_options *net, struct error *e)
{
    const bool solves = !set->linear_weights || !set->linear_readout; /* some weights, exactly */
    const bool trust = solves && set->weights == WEIGHTS_TRUST, pinv = solves && set->weights == WEIGHTS_PINV;
    const bool multiplier = set->multiplier != MULTIPLIER_OFF;
    const bool adaptive = o->penalties == PENALTIES_ADAPTIVE;
    const bool replaced = o->layer_order == ORDER_BACKWARD && set->output == OUTPUT_JOINT; /* z_L, unread */
    const struct option_use uses[] = {
        {"weights", solves, "a block of weights that is solved for exactly"},
        {"tau", trust, "weights = trust"},
        {"tau_end", trust, "weights = trust"},
        {"tau_iterations", trust, "weights = trust"},
        {"cutoff", pinv, "weights = pinv"},
        {"kappa", solves && !pinv, "weights = ridge, proximal or trust"},
        {"growth", o->penalties == PENALTIES_GEOMETRIC, "penalties = geometric"},
        {"growth_limit", o->penalties != PENALTIES_CONSTANT, "penalties = geometric, balancing or adaptive"},
        {"flip_gain", adaptive, "penalties = adaptive"},
        {"window", adaptive, "penalties = adaptive"},
        {"inner", set->linear_weights || set->linear_readout, "a block of weights that is linearised"},
        {"warmup", multiplier, "multiplier = last or all"},
        {"penalties", o->penalties != PENALTIES_BALANCING || multiplier,
         "multiplier = last or all (there is no dual residual without)"},
        {"rho", !(adaptive && o->layer_order == ORDER_BACKWARD && o->rho_out > 0),
         "rho_out = 0, or other penalties, or another layer_order"},
        {"start_output", net->start != START_PUBLISHED && !replaced,
         "network.start = rate or kaiming, and no joint output in backward order (which replaces z_L first)"},
    };
    return opt_refuse_idle(t, o, uses, sizeof uses / sizeof *uses, e);
}
