/* Options of the ADMM family that do nothing in some combination. */
#include "solvers/admm/admm_family.h"

status admm_refuse_idle(const struct option_table *t, const struct admm_options *o,
                        const struct admm_settings *set, const struct net_options *net, struct error *e)
{
    const bool solves = !set->linear_weights || !set->linear_readout; /* some weights, exactly */
    const bool pinv = solves && set->weights == WEIGHTS_PINV;
    const bool multiplier = set->multiplier != MULTIPLIER_OFF;
    const struct option_use uses[] = {
        {"weights", solves, "a block of weights that is solved for exactly"},
        {"cutoff", pinv, "weights = pinv"},
        {"kappa", solves && !pinv, "weights = ridge or proximal"},
        {"inner", set->linear_weights || set->linear_readout, "a block of weights that is linearised"},
        {"warmup", multiplier, "multiplier = last or all"},
        {"start_output", net->start != START_PUBLISHED, "network.start = rate or kaiming"},
    };
    return opt_refuse_idle(t, o, uses, sizeof uses / sizeof *uses, e);
}
