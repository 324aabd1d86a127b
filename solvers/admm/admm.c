/* admm: the method as published. An outer iteration visits the blocks of solvers/admm_blocks.h in the paper's
 * order: for each hidden layer W, then (a, z) step by step; then W_L, z_L and, after the warm-up, lambda.
 *
 * Cost per iteration, M = N T columns, hidden layer of n units below m and above r units: 4 n m M for D and
 * V, m^2 M for the Gram matrix, m^3/3 + 2 n m^2 for the weight solve, 2 n r M + 2 n^2 M for the spikes (4 n r
 * M instead of 2 n^2 M where r is small); see admm_cost.c. When to use it: to reproduce the paper, or as the
 * floor of the family. */
#include "solvers/admm/admm_family.h"

static const struct option admm_option_list[] = {
    ADMM_PENALTY_OPTIONS("1", "0", "0.1"),
    ADMM_WEIGHT_OPTIONS("ridge", "1e-8"),
    ADMM_BOX_OPTION("clip"),
    ADMM_ORDER_OPTIONS,
    ADMM_OPTION(time_order, OPT_CHOICE, "sequential", 0, 0, 0, admm_order_names, "",
                "order of the time steps t < T in an iteration; random: drawn anew each time"),
    ADMM_START_OPTIONS("simulated"),
    ADMM_MULTIPLIER_OPTION("last"),
    ADMM_OUTPUT_OPTION("sequential"),
};

ADMM_DEFINE_SLOTS("admm", admm_option_list, admm_settings_of)

const struct solver solver_admm = {
    ADMM_SLOTS(admm_option_list),
    .name = "admm",
    .summary = "block-coordinate ADMM, every block in closed form, the spike's step treated exactly",
    .reference =
        "Perin, Bidini, Mazzieri, Rossi: ADMM-Based Training for Spiking Neural Networks, arXiv 2505.05527",
};
