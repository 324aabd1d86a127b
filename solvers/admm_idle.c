/* Options of the ADMM family that do nothing in some combination. */
#include "solvers/admm_family.h"

status admm_refuse_idle(const struct option_table *t, const struct admm_options *o,
                        const struct admm_settings *set, struct error *e)
{
    const bool solves = !set->linear_weights || !set->linear_readout; /* some weights, exactly */
    const bool trust = solves && set->weights == WEIGHTS_TRUST, pinv = solves && set->weights == WEIGHTS_PINV;
    const bool adaptive = o->penalties == PENALTIES_ADAPTIVE;
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
        {"warmup", set->multiplier != MULTIPLIER_OFF, "multiplier = last or all"},
    };
    return opt_refuse_idle(t, o, uses, sizeof uses / sizeof *uses, e);
}
