/* admm_joint: all time steps of a block at once.
 *
 * Problem: that of solvers/admm/admm_state.h. Spikes: one solve for all steps before the last and one for the
 * last, in terms of the present z (Jacobi in t). Hidden potentials: z_{l,1} .. z_{l,T} of a (neuron, sample)
 * jointly,
 *
 *   min rho/2 sum_t (z_t - delta z_{t-1} - g_t)^2 + beta/2 sum_t (a_t - H(z_t - theta))^2,  g_t = W a_{l-1,t}
 * - theta a_{t-1}
 *
 * either on the side of the threshold that the pattern s_t = round(a_t) names (a bound-constrained
 * tridiagonal problem) or over all 2^T patterns by dynamic programming on piecewise quadratics; taken only
 * where the path's cost falls. Readout: z_L jointly in closed form around one proximal step of the loss; with
 * a multiplier on every step it is the exact adjoint of the readout (docs/method.md, section 4).
 *
 * Cost: as admm, with the paths' O(T) (pattern) or O(pieces T) (dynamic) instead of its z-steps. When to use
 * it: many time steps, or losses other than the squared one. */
#include "solvers/admm/admm_family.h"

static const struct option_default defaults[] = {
    {"box", "none"},
    {"multiplier", "all"},
    {NULL, NULL},
};

static struct admm_settings settings_of(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.potentials = o->potentials == 0 ? POTENTIALS_PATTERN : POTENTIALS_DYNAMIC;
    set.output = OUTPUT_JOINT;
    return set;
}

static const struct admm_variant variant = {settings_of};

const struct solver solver_admm_joint = {
    .abi = SOLVER_ABI,
    .name = "admm_joint",
    .summary = "ADMM with all time steps of a block at once",
    .reference = "variant of arXiv 2505.05527; proximal steps: Parikh, Boyd: Proximal Algorithms, 2014",
    .features = ADMM_FEATURES,
    .options = {{{admm_option_list, ADMM_WARMUP},
                 {admm_option_list + ADMM_POTENTIALS, 1},
                 {admm_option_list + ADMM_WARMUP, ADMM_TIME_ORDER - ADMM_WARMUP},
                 {admm_option_list + ADMM_START_OUTPUT, ADMM_OUTPUT - ADMM_START_OUTPUT}},
                defaults,
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
