/* The solvers and baselines. A new one is a line here and its own file. */
#include "solvers/solver.h"

extern const struct solver solver_admm, solver_bptt, solver_random_features, solver_forward_forward,
    solver_lfp;

const struct solver *const solvers[] = {
    &solver_admm, &solver_bptt, &solver_random_features, &solver_forward_forward, &solver_lfp, NULL};
