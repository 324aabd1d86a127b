/* admm: the method as published (docs/method.md, sections 2 and 3). An outer iteration visits the blocks in
 * the paper's order: for each hidden layer W, then (a, z) step by step; then W_L, z_L and, after the warm-up,
 * lambda.
 *
 * Cost per iteration, M = N T columns, hidden layer of n units below m and above r units: 4 n m M for D and
 * V, m^2 M for the Gram matrix, m^3/3 + 2 n m^2 for the weight solve, 2 n r M + 2 n^2 M for the spikes (4 n r
 * M instead of 2 n^2 M where r is small); see admm_cost.h. When to use it: to reproduce the paper, or as the
 * floor of the family. */
#include "solvers/admm/admm_family.h"

static const struct option_default defaults[] = {
    {"rho_out", "0"},
    {"beta", "0.1"},
    {"kappa", "1e-8"},
    {NULL, NULL},
};
static const struct admm_variant variant = {admm_settings_of};

const struct solver solver_admm = {
    .abi = SOLVER_ABI,
    .name = "admm",
    .summary = "block-coordinate ADMM, every block in closed form, the spike's step treated exactly",
    .reference =
        "Perin, Bidini, Mazzieri, Rossi: ADMM-Based Training for Spiking Neural Networks, arXiv 2505.05527",
    .features = ADMM_FEATURES,
    .options = {{{admm_option_list, ADMM_INNER}}, defaults, sizeof(struct admm_options)},
    .metrics = {admm_metric_list + ANDERSON_N_METRICS, ADMM_N_METRICS},
    .own = &variant,
    .create = admm_family_create,
    .start = admm_family_start,
    .step = admm_family_step,
    .check = admm_family_check,
    .report = admm_family_report,
    .checkpoint = admm_family_checkpoint,
};
