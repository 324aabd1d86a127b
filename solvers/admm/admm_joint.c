/* admm_joint: all time steps of a block at once.
 *
 * Problem: that of solvers/admm_blocks.h. Spikes: one solve for all steps before the last and one for the
 * last, in terms of the present z (Jacobi in t). Hidden potentials: z_{l,1} .. z_{l,T} of a (neuron, sample)
 * jointly,
 *
 *   min rho/2 sum_t (z_t - delta z_{t-1} - g_t)^2 + beta/2 sum_t (a_t - H(z_t - theta))^2,  g_t = W a_{l-1,t}
 * - theta a_{t-1}
 *
 * either on the side of the threshold that the pattern s_t = round(a_t) names (a bound-constrained
 * tridiagonal problem) or over all 2^T patterns by dynamic programming on piecewise quadratics; taken only
 * where the path's cost falls. Readout: z_L jointly in closed form around one proximal step of the loss; with
 * a multiplier on every step it is the exact adjoint of the readout (METHOD 4).
 *
 * Cost: as admm, with the paths' O(T) (pattern) or O(pieces T) (dynamic) instead of its z-steps. When to use
 * it: many time steps, or losses other than the squared one. */
#include "solvers/admm/admm_family.h"

static const char *const path_names[] = {"pattern", "dynamic", NULL};

static const struct option admm_joint_option_list[] = {
    ADMM_PENALTY_OPTIONS("1", "0.1", "10"),
    ADMM_WEIGHT_OPTIONS("ridge", "0.01"),
    ADMM_BOX_OPTION("none"),
    ADMM_OPTION(potentials, OPT_CHOICE, "pattern", 0, 0, 0, path_names, "",
                "joint z-step of a neuron's path: bound to the pattern round(a), or over all patterns"),
    ADMM_ORDER_OPTIONS,
    ADMM_START_OPTIONS("simulated"),
    ADMM_MULTIPLIER_OPTION("all"),
};

struct admm_settings admm_joint_settings(const struct admm_options *o)
{
    struct admm_settings set = admm_settings_of(o);
    set.potentials = o->potentials == 0 ? POTENTIALS_PATTERN : POTENTIALS_DYNAMIC;
    set.output = OUTPUT_JOINT;
    return set;
}

ADMM_DEFINE_SLOTS("admm_joint", admm_joint_option_list, admm_joint_settings)

const struct solver solver_admm_joint = {
    ADMM_SLOTS(admm_joint_option_list),
    .name = "admm_joint",
    .summary = "ADMM with all time steps of a block at once",
    .reference = "variant of arXiv 2505.05527; proximal steps: Parikh, Boyd: Proximal Algorithms, 2014",
};
