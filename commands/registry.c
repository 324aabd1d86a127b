/* The solvers and datasets of the program: a new one is a line here and its own file. */
#include "commands/registry.h"

extern const struct solver solver_admm, solver_admm_joint, solver_admm_linearized, solver_admm_hybrid,
    solver_admm_anderson, solver_admm_resync, solver_bptt, solver_decolle, solver_eprop,
    solver_exact_spike_time, solver_forward_forward, solver_forward_mode, solver_gradient_probe, solver_lfp,
    solver_ottt, solver_random_features;

const struct solver *const solvers[] = {
    &solver_admm,
    &solver_admm_joint,
    &solver_admm_linearized,
    &solver_admm_hybrid,
    &solver_admm_anderson,
    &solver_admm_resync,
    &solver_bptt,
    &solver_decolle,
    &solver_eprop,
    &solver_exact_spike_time,
    &solver_forward_forward,
    &solver_forward_mode,
    &solver_gradient_probe,
    &solver_lfp,
    &solver_ottt,
    &solver_random_features,
    NULL,
};

extern const struct dataset_source dataset_digits, dataset_nmnist, dataset_mnist, dataset_fashion_mnist,
    dataset_kmnist, dataset_shd, dataset_event_camera, dataset_ssc, dataset_yin_yang, dataset_mexican_hat;

const struct dataset_source *const dataset_sources[] = {
    &dataset_digits,
    &dataset_nmnist,
    &dataset_event_camera,
    &dataset_mnist,
    &dataset_fashion_mnist,
    &dataset_kmnist,
    &dataset_shd,
    &dataset_ssc,
    &dataset_yin_yang,
    &dataset_mexican_hat,
    NULL,
};

const struct catalogue registry = {.solvers = solvers, .datasets = dataset_sources};

const struct solver *solver_find(const char *name)
{
    return catalogue_solver(&registry, name);
}

const struct dataset_source *dataset_find(const char *name)
{
    return catalogue_dataset(&registry, name);
}
