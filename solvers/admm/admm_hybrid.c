/* admm_hybrid: exact solves where they matter most, linearised (inversion-free) steps elsewhere; which block
 * is which is an option. Equations: admm_state.h for the exact ones, admm_linearized.c for the others.
 * Source: a reading of follow-up work to arXiv 2505.05527 that reports 98 to 97 % for such a hybrid.
 *
 * Cost per iteration: that of admm for the exact blocks, of admm_linearized for the others. When to use it:
 * where one layer is too wide for its factor, or to see which block's exactness counts. */
#include "solvers/admm/admm_family.h"

static struct admm_settings settings_of(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.linear_weights = !o->exact_weights;
    set.linear_readout = !o->exact_readout;
    set.linear_spikes = !o->exact_spikes;
    set.linear_last_spikes = !o->exact_last_spikes;
    return set;
}

static const struct admm_variant variant = {settings_of};

const struct solver solver_admm_hybrid = {
    .abi = SOLVER_ABI,
    .name = "admm_hybrid",
    .summary = "ADMM with exact solves for some blocks and linearised steps for the others",
    .reference =
        "variant of arXiv 2505.05527; Lin, Liu, Su: Linearized Alternating Direction Method with Adaptive "
        "Penalty, NIPS 2011",
    .features = ADMM_FEATURES,
    .options = {{{admm_option_list, ADMM_POTENTIALS}}, NULL, sizeof(struct admm_options)},
    .metrics = {admm_metric_list + ANDERSON_N_METRICS, ADMM_N_METRICS},
    .own = &variant,
    .create = admm_family_create,
    .start = admm_family_start,
    .step = admm_family_step,
    .check = admm_family_check,
    .report = admm_family_report,
    .checkpoint = admm_family_checkpoint,
};
