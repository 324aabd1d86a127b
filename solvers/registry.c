/* The solvers and baselines. A new one is a line here and its own file. */
#include "solvers/solver.h"

extern const struct solver solver_admm, solver_admm_joint, solver_admm_linearized, solver_admm_hybrid,
    solver_admm_anderson, solver_admm_resync, solver_bptt, solver_exact_spike_time, solver_forward_forward,
    solver_forward_mode, solver_gradient_probe, solver_lfp, solver_random_features;

const struct solver *const solvers[] = {
    &solver_admm,
    &solver_admm_joint,
    &solver_admm_linearized,
    &solver_admm_hybrid,
    &solver_admm_anderson,
    &solver_admm_resync,
    &solver_bptt,
    &solver_exact_spike_time,
    &solver_forward_forward,
    &solver_forward_mode,
    &solver_gradient_probe,
    &solver_lfp,
    &solver_random_features,
    NULL,
};
