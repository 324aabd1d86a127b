/* admm_hybrid: exact solves where they matter most, linearised (inversion-free) steps elsewhere; which block
 * is which is an option. Equations: admm_blocks.h for the exact ones, admm_linearized.c for the others.
 * Source: a reading of follow-up work to arXiv 2505.05527 that reports 98 to 97 % for such a hybrid.
 *
 * Cost per iteration: that of admm for the exact blocks, of admm_linearized for the others. When to use it:
 * where one layer is too wide for its factor, or to see which block's exactness counts. */
#include "solvers/admm/admm_family.h"

#define EXACT(field, value, what)                                                                            \
    ADMM_OPTION(field, OPT_BOOL, value, 0, 0, 0, NULL, "", what ": exact solve; else one linearised step")

static const struct option admm_hybrid_option_list[] = {
    ADMM_PENALTY_OPTIONS("1", "0.1", "10"),
    ADMM_WEIGHT_OPTIONS("ridge", "0.01"),
    ADMM_BOX_OPTION("clip"),
    ADMM_ORDER_OPTIONS,
    ADMM_OPTION(time_order, OPT_CHOICE, "sequential", 0, 0, 0, admm_order_names, "",
                "order of the time steps t < T in an iteration; random: drawn anew each time"),
    ADMM_START_OPTIONS("simulated"),
    ADMM_MULTIPLIER_OPTION("last"),
    ADMM_OUTPUT_OPTION("sequential"),
    ADMM_INNER_OPTION,
    EXACT(exact_weights, "false", "weights of the hidden layers"),
    EXACT(exact_readout, "true", "weights of the readout"),
    EXACT(exact_spikes, "false", "spikes below a hidden layer"),
    EXACT(exact_last_spikes, "true", "spikes below the readout"),
};

struct admm_settings admm_hybrid_settings(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.linear_weights = !o->exact_weights;
    set.linear_readout = !o->exact_readout;
    set.linear_spikes = !o->exact_spikes;
    set.linear_last_spikes = !o->exact_last_spikes;
    return set;
}

ADMM_DEFINE_SLOTS("admm_hybrid", admm_hybrid_option_list, admm_hybrid_settings)

const struct solver solver_admm_hybrid = {
    ADMM_SLOTS(admm_hybrid_option_list),
    .name = "admm_hybrid",
    .summary = "ADMM with exact solves for some blocks and linearised steps for the others",
    .reference =
        "variant of arXiv 2505.05527; Lin, Liu, Su: Linearized Alternating Direction Method with Adaptive "
        "Penalty, NIPS 2011",
};
