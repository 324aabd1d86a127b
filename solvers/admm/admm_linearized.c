/* admm_linearized: ADMM without a linear solve. Every least-squares term is majorised at the present point by
 * its Lipschitz constant, the largest eigenvalue, found by power iteration:
 *
 *   W_l += [sum_t (target_t - W_l a_{l-1,t}) a_{l-1,t}'] / lmax(sum_t a a')            (inner times)
 *   a   -= [M a - b] / (s + rho_{l+1} lmax(W_{l+1}' W_{l+1})),  M = rho_{l+1} W_{l+1}' W_{l+1} + s I as in
 *          admm_state.h; with box = clip a projected gradient step
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

static struct admm_settings settings_of(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.linear_weights = set.linear_readout = set.linear_spikes = set.linear_last_spikes = true;
    return set;
}

static const struct admm_variant variant = {settings_of};

const struct solver solver_admm_linearized = {
    .abi = SOLVER_ABI,
    .name = "admm_linearized",
    .summary = "ADMM without linear solves: every block majorised by its Lipschitz constant",
    .reference =
        "variant of arXiv 2505.05527; Lin, Liu, Su: Linearized Alternating Direction Method with Adaptive "
        "Penalty, NIPS 2011",
    .features = ADMM_FEATURES,
    .options = {{{admm_option_list, ADMM_WEIGHTS},
                 {admm_option_list + ADMM_INNER, 1},
                 {admm_option_list + ADMM_BOX, ADMM_INNER - ADMM_BOX}},
                NULL,
                sizeof(struct admm_options)},
    .metrics = {admm_metric_list + ANDERSON_N_METRICS, ADMM_N_METRICS},
    .own = &variant,
    .create = admm_family_create,
    .start = admm_family_start,
    .step = admm_family_step,
    .check = admm_family_check,
    .report = admm_family_report,
    .checkpoint = admm_family_checkpoint,
};
