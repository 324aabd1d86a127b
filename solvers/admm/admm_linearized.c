/* admm_linearized: ADMM without a linear solve. Every least-squares term is majorised at the present point by
 * its Lipschitz constant, the largest eigenvalue, found by power iteration:
 *
 *   W_l += [sum_t (target_t - W_l a_{l-1,t}) a_{l-1,t}'] / lmax(sum_t a a')            (inner times)
 *   a   -= [M a - b] / (s + rho_{l+1} lmax(W_{l+1}' W_{l+1})),  M = rho_{l+1} W_{l+1}' W_{l+1} + s I as in
 *          admm_blocks.h; with box = clip a projected gradient step
 *
 * The sums over samples and steps are made once; a further inner step costs only 2 n m^2. One step leaves the
 * weights near where they were: spikes have a mean, so that lmax belongs to the sum over all inputs and the
 * other eigenvalues are smaller by orders of magnitude.
 *
 * Neither step raises the Lagrangian where lmax is a bound (support/linsolve.h: likely, not certain). box =
 * exact is refused: there is no solve to constrain. z, z_L and lambda as in admm. Source: linearised ADMM
 * (Lin, Liu, Su 2011); the published hybrid of follow-up work to arXiv 2505.05527 uses such steps for some
 * blocks.
 *
 * Cost per iteration, M = N T columns: as admm less the factors and with 4 n r M for the spikes (r rows
 * above). When to use it: wide layers, where n^3 counts. */
#include "solvers/admm/admm_family.h"

static const struct option admm_linearized_option_list[] = {
    ADMM_PENALTY_OPTIONS("1", "0.1", "10"),
    ADMM_INNER_OPTION,
    ADMM_BOX_OPTION("clip"),
    ADMM_ORDER_OPTIONS,
    ADMM_OPTION(time_order, OPT_CHOICE, "sequential", 0, 0, 0, admm_order_names, "",
                "order of the time steps t < T in an iteration; random: drawn anew each time"),
    ADMM_START_OPTIONS("simulated"),
    ADMM_MULTIPLIER_OPTION("last"),
    ADMM_OUTPUT_OPTION("sequential"),
};

struct admm_settings admm_linearized_settings(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.linear_weights = set.linear_readout = set.linear_spikes = set.linear_last_spikes = true;
    return set;
}

ADMM_DEFINE_SLOTS("admm_linearized", admm_linearized_option_list, admm_linearized_settings)

const struct solver solver_admm_linearized = {
    ADMM_SLOTS(admm_linearized_option_list),
    .name = "admm_linearized",
    .summary = "ADMM without linear solves: every block majorised by its Lipschitz constant",
    .reference =
        "variant of arXiv 2505.05527; Lin, Liu, Su: Linearized Alternating Direction Method with Adaptive "
        "Penalty, NIPS 2011",
};
