/* What solvers say of their options: which do nothing, which combinations they refuse. */
#include "commands/registry.h"
#include "tests/setting.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <string.h>

/* What the option needs lets it in. */
Test(contract, options_that_are_read_are_taken)
{
    static const char *const right[][2] = {
        {"admm", "weights=proximal kappa=0.1"},
        {"admm", "weights=pinv cutoff=1e-6"},
        {"admm_hybrid", "exact_readout=false exact_weights=true kappa=1"},
        {"admm_anderson", "base=admm output=joint multiplier=all"},
        {"admm_anderson", "tau=0.3 tau_end=0.2 kappa=1"},
        {"bptt", "optimizer=sgd momentum=0.5"},
        {"bptt", "beta1=0.5 beta2=0.5 eps=1e-3 schedule=cosine lr_epochs=7"},
        {"lfp", "optimizer=adamw beta1=0.5"},
        {"bptt", "optimizer=muon beta1=0.5 weight_decay=0.1"},
        {"bptt",
         "optimizer=mars_adamw beta2=0.5 mars_gamma=0.1 mars_gradient=exact mars_clip=whole mars_moment=raw"},
        {"bptt", "optimizer=mars_lion beta1=0.5 mars_gamma=0.1 mars_gradient=exact mars_clip=whole"},
        {"bptt", "optimizer=mars_muon beta1=0.5 mars_gamma=0.1 mars_gradient=exact"},
        {"bptt", "optimizer=implicit_newton inner_evaluations=4 inner_tol=0.1 weight_decay=1"},
        {"forward_mode", "estimator=jvp surrogate=arctan slope=2 detach_reset=true"},
        {"forward_mode", "estimator=stein direction=gaussian sigma=0.1"},
        {"forward_forward", "loss=softplus threshold=2"},
        {"admm_resync", "kappa=1 win=1 feed=auxiliary"},
        {"admm_resync", "precondition=none rho_hidden=0.5"},
        {"eprop", "feedback=random detach_reset=false surrogate=arctan slope=2"},
        {"gradient_probe", "estimator=ottt surrogate=arctan slope=2 growth=2"},
        {"gradient_probe", "estimator=eprop_random slope=2 detach_reset=true"},
        {"gradient_probe", "surrogate=arctan slope=2 detach_reset=true growth=2"},
        {"gradient_probe", "estimator=jvp surrogate=arctan slope=2 detach_reset=true directions=4 growth=2"},
        {"gradient_probe", "estimator=stein direction=gaussian directions=4 repeats=2 growth=2"}};
    const struct dataset_info labels = {.n_inputs = 9, .n_classes = 3, .T = 4};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct setting s = {.solver = catalogue_solver(&registry, right[i][0])};
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        setting_set_all(&s, right[i][1]);
        cr_expect_eq(toy_check(s.solver, s.options, &s.net_options, &labels, &e), ST_OK, "%s", e.text);
        mem_free(&s.mem);
    }
}

static const struct {
    const char *solver, *options, *named;
} wrong[] = {{"admm", "multiplier=all", "multiplier"},
             {"admm_linearized", "box=exact", "box"},
             {"admm_hybrid", "box=exact exact_last_spikes=false", "box"},
             {"admm_anderson", "beta=3", "beta"},
             {"admm_anderson", "base=admm win=1", "win"},
             {"admm", "cutoff=1e-6", "cutoff"},
             {"admm", "weights=pinv kappa=1", "kappa"},
             {"admm_hybrid", "exact_readout=false kappa=1", "kappa"},
             {"admm_hybrid", "exact_readout=false weights=pinv", "weights"},
             {"admm", "multiplier=none warmup=3", "warmup"},
             {"admm_anderson", "base=admm_joint output=joint", "output"},
             {"admm_anderson", "base=admm tau=0.3", "tau"},
             {"admm_anderson", "base=admm_joint tau_end=0.3", "tau_end"},
             {"admm_anderson", "base=admm_hybrid tau_iterations=7", "tau_iterations"},
             {"admm_anderson", "base=admm_linearized kappa=1", "kappa"},
             {"bptt", "momentum=0.5", "momentum"},
             {"bptt", "optimizer=sgd beta1=0.5", "beta1"},
             {"forward_mode", "optimizer=sgd beta2=0.5", "beta2"},
             {"lfp", "optimizer=sgd eps=1e-3", "eps"},
             {"bptt", "optimizer=muon beta2=0.5", "beta2"},
             {"bptt", "optimizer=mars_lion beta2=0.5", "beta2"},
             {"bptt", "optimizer=mars_muon mars_clip=none", "mars_clip"},
             {"bptt", "optimizer=mars_lion mars_moment=raw", "mars_moment"},
             {"bptt", "optimizer=adamw mars_gamma=0", "mars_gamma"},
             {"bptt", "optimizer=muon mars_gradient=exact", "mars_gradient"},
             {"bptt", "inner_tol=0.1", "inner_tol"},
             {"forward_mode", "optimizer=mars_muon inner_evaluations=4", "inner_evaluations"},
             {"bptt", "optimizer=implicit_lbfgs momentum=0.5", "momentum"},
             {"forward_forward", "lr_epochs=7", "lr_epochs"},
             {"exact_spike_time", "lr_epochs=7", "lr_epochs"},
             {"forward_mode", "sigma=0.1", "sigma"},
             {"forward_mode", "estimator=weight_perturbation surrogate=arctan", "surrogate"},
             {"forward_mode", "estimator=weight_perturbation slope=2", "slope"},
             {"forward_mode", "estimator=stein direction=gaussian detach_reset=true", "detach_reset"},
             {"forward_forward", "loss=swish threshold=2", "threshold"},
             {"admm_resync", "precondition=none kappa=1", "kappa"},
             {"admm_resync", "rho_hidden=0.5 win=1", "win"},
             {"gradient_probe", "directions=4", "directions"},
             {"gradient_probe", "direction=gaussian", "direction"},
             {"gradient_probe", "repeats=2", "repeats"},
             {"gradient_probe", "estimator=lfp directions=4", "directions"},
             {"gradient_probe", "estimator=lfp direction=gaussian", "direction"},
             {"gradient_probe", "estimator=lfp repeats=2", "repeats"},
             {"gradient_probe", "estimator=lfp growth=2", "growth"},
             {"gradient_probe", "estimator=lfp surrogate=arctan", "surrogate"},
             {"gradient_probe", "estimator=weight_perturbation surrogate=arctan", "surrogate"},
             {"gradient_probe", "estimator=weight_perturbation slope=2", "slope"},
             {"gradient_probe", "estimator=stein direction=gaussian detach_reset=true", "detach_reset"}};

Test(contract, combinations_that_mean_nothing_are_refused_by_name)
{
    const struct dataset_info labels = {.n_inputs = 9, .n_classes = 3, .T = 4};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct setting s = {.solver = catalogue_solver(&registry, wrong[i].solver)};
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        setting_set_all(&s, wrong[i].options);
        cr_expect_eq(toy_check(s.solver, s.options, &s.net_options, &labels, &e), ST_CONFIG, "%s %s",
                     wrong[i].solver, wrong[i].options);
        char quoted[64];
        (void)snprintf(quoted, sizeof quoted, "'%s'", wrong[i].named);
        cr_expect(strstr(e.text, quoted) != NULL, "%s", e.text);
        mem_free(&s.mem);
    }
}
