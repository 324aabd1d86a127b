/* What solvers say of their options: which do nothing, what memory and time they take. */
#include "commands/registry.h"
#include "solvers/admm/admm_blocks.h"
#include "tests/allocations.h"
#include "tests/setting.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that init takes, without the arena's rounding of small blocks. */
static size_t taken_by_init(struct setting *s, const struct solver_case *c, size_t threads)
{
    setting_begin(s, c, threads);
    s->solver->free(s->state);
    size_t before = allocated_so_far();
    cr_assert_eq(s->solver->init(&s->state, s->options, &s->env, NULL), ST_OK);
    return allocated_so_far() - before;
}

/* What `spikebench check` says of memory is within a third of what init takes with one thread, and what two
 * more threads take; a solver that says nothing of those takes nothing for them but its lists of pointers. */
static void check_memory(const struct solver_case *c, const char *what)
{
    struct setting one, three;
    if (!solvers[c->index]->memory) cr_skip_test("%s says nothing of memory", solvers[c->index]->name);
    size_t alone = taken_by_init(&one, c, 1), more = taken_by_init(&three, c, 3) - alone;
    double said = (double)one.solver->memory(one.options, &one.net, &one.data.info);
    cr_expect(said > 0.67 * (double)alone && said < 1.5 * (double)alone, "%s %s: %g, not %zu bytes",
              one.solver->name, what, said, alone);
    said = one.solver->thread_memory
               ? 2 * (double)one.solver->thread_memory(one.options, &one.net, &one.data.info)
               : 0;
    cr_expect(said > 0 ? said > 0.67 * (double)more && said < 1.5 * (double)more : more < 2000,
              "%s %s: %g, not %zu bytes more", one.solver->name, what, said, more);
    setting_end(&one);
    setting_end(&three);
}

ParameterizedTestParameters(contract, memory_is_what_init_takes)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, memory_is_what_init_takes)
{
    check_memory(c, c->variant ? "variant" : "plain");
}

ParameterizedTestParameters(contract, memory_of_admm_options_is_what_init_takes)
{
    return setting_all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, memory_of_admm_options_is_what_init_takes)
{
    check_memory(c, setting_combinations[c->combination].options);
}

/* What the options add to a step by hand: one hidden layer of n = 8 (4 classes above: Woodbury), m = 5
 * inputs, M = 30 columns. box = exact goes round 100 products of 4 n r M instead of one; joint paths pass 40
 * (pattern) or 400 (dynamic) times over n M doubles; a linearised weight step of the readout makes 30 power
 * iterations of 2 n^2 instead of a factor of n^3 / 3, and the spikes' one 30 of 2 r^2 for each of two
 * systems. */
Test(contract, admm_costs_count_iterations_and_paths)
{
    const double n = 8, r = 4, M = 30;
    const struct dataset_info info = {.n_inputs = 5, .n_classes = 4, .T = 3, .n = {10, 0, 0}, .entries = 50};
    struct admm_settings plain = {.box = BOX_CLIP}, box = {.box = BOX_EXACT},
                         pattern = {.potentials = POTENTIALS_PATTERN},
                         dynamic = {.potentials = POTENTIALS_DYNAMIC}, readout = {.linear_readout = true},
                         spikes = {.linear_last_spikes = true};
    struct net_options o;
    struct net net;
    struct mem m = {0};
    cr_assert_eq(opt_defaults(&net_option_table, &o, NULL), ST_OK);
    o.hidden = (struct int_list){1, {8}};
    cr_assert_eq(net_create(&net, &o, 5, 4, &m, NULL), ST_OK);
    const struct step_cost base = admm_cost(&plain, &net, &info);
    /* W_1 2 n m^2; W_2 its right-hand side and V_2 2 n r M each, Gram n^2 M, solve 2 r n^2, factor n^3 / 3;
     * spikes 2 n r M and, by Woodbury, 4 n r M, two triangular solves of 2 r^2 M together, and two systems of
     * r^2 n with factors of r^3 / 3 */
    cr_expect_float_eq(base.flops,
                       2 * n * 25 + (4 * n * r + n * n) * M + 2 * r * n * n + n * n * n / 3 + 6 * n * r * M +
                           2 * r * r * M + 2 * r * r * n + 2 * r * r * r / 3,
                       1e-6);
    cr_expect_float_eq(admm_cost(&box, &net, &info).flops - base.flops, 99 * 4 * n * r * M - 2 * r * r * M,
                       1e-6);
    cr_expect_float_eq(admm_cost(&pattern, &net, &info).bytes - base.bytes, 40 * 8 * n * M, 1e-6);
    cr_expect_float_eq(admm_cost(&dynamic, &net, &info).bytes - base.bytes, 400 * 8 * n * M, 1e-6);
    cr_expect_float_eq(admm_cost(&readout, &net, &info).flops - base.flops, 60 * n * n - n * n * n / 3, 1e-6);
    cr_expect_float_eq(admm_cost(&spikes, &net, &info).flops - base.flops,
                       120 * r * r - 2 * r * r * r / 3 - 2 * r * r * M, 1e-6);
    mem_free(&m);
}

/* A step of gradient_probe costs what its estimates do. A net of 6-5-4-3 at 5 steps, 100 training samples
 * with 2000 list entries of which 70 are measured on: M = 350 columns, e = 1400 entries. */
Test(contract, gradient_probe_costs_count_estimates)
{
    const double M = 350, e = 1400, above = 5 * 4 + 4 * 3;
    static const struct {
        const char *options;
        double products, sparse; /* of layers 2 and 3, of layer 1 */
    } cases[] = {{"samples=70", 3, 2},
                 {"samples=70 estimator=lfp", 3, 2},
                 {"samples=70 estimator=jvp directions=4 repeats=2", 2 * (1 + 2 * 4), 2 * (1 + 4)},
                 {"samples=70 estimator=stein directions=4 repeats=3", 3 * (1 + 4), 3 * (1 + 4)}};
    const struct dataset_info info = {
        .n_inputs = 6, .n_classes = 3, .T = 5, .n = {100, 0, 0}, .entries = 2000};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct setting s = {.solver = solver_find("gradient_probe")};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.net_options.hidden = (struct int_list){2, {5, 4}};
        cr_assert_eq(net_create(&s.net, &s.net_options, 6, 3, &s.mem, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        setting_set_all(&s, cases[i].options);
        const struct step_cost cost = s.solver->cost(s.options, &s.net, &info);
        cr_expect_float_eq(cost.flops, 2 * above * M * cases[i].products, 1e-6, "%s", cases[i].options);
        cr_expect_float_eq(cost.sparse_flops, 2 * 5 * e * cases[i].sparse, 1e-6, "%s", cases[i].options);
        cr_expect_gt(cost.bytes, 0);
        mem_free(&s.mem);
    }
}

/* What a solver's check says about a net, with the solver's default options. */
static status checked(const struct solver *solver, const struct net_options *net,
                      const struct dataset_info *info, struct error *e)
{
    void *options = calloc(1, solver->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    status st = solver->check(options, net, info, e);
    free(options);
    return st;
}

Test(contract, admm_refuses_what_it_cannot_solve)
{
    const struct dataset_info labels = {.n_classes = 3, .T = 4}, targets = {.n_targets = 1, .T = 4};
    for (size_t i = 0; solvers[i]; i++) {
        struct net_options plain, hard, mean;
        struct error e = {0};
        const struct solver *s = solvers[i];
        if (strncmp(s->name, "admm", 4) != 0) continue;
        cr_assert_eq(opt_defaults(&net_option_table, &plain, NULL), ST_OK);
        hard = mean = plain;
        hard.reset = RESET_HARD;
        mean.readout = READOUT_MEAN;
        cr_expect_eq(checked(s, &plain, &labels, &e), ST_OK, "%s: %s", s->name, e.text);
        cr_expect_eq(checked(s, &hard, &labels, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "network.reset") && strstr(e.text, s->name), "%s", e.text);
        cr_expect_eq(checked(s, &mean, &labels, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "network.readout") && strstr(e.text, s->name), "%s", e.text);
        cr_expect_eq(checked(s, &plain, &targets, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "labels") != NULL, "%s", e.text);
    }
}

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
        {"forward_mode", "estimator=jvp surrogate=arctan slope=2 detach_reset=true"},
        {"forward_mode", "estimator=stein direction=gaussian sigma=0.1"},
        {"forward_forward", "loss=softplus threshold=2"},
        {"admm_resync", "kappa=1 win=1 feed=auxiliary"},
        {"admm_resync", "precondition=none rho_hidden=0.5"},
        {"gradient_probe", "surrogate=arctan slope=2 detach_reset=true growth=2"},
        {"gradient_probe", "estimator=jvp surrogate=arctan slope=2 detach_reset=true directions=4 growth=2"},
        {"gradient_probe", "estimator=stein direction=gaussian directions=4 repeats=2 growth=2"}};
    const struct dataset_info labels = {.n_inputs = 9, .n_classes = 3, .T = 4};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        struct setting s = {.solver = solver_find(right[i][0])};
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        setting_set_all(&s, right[i][1]);
        cr_expect_eq(s.solver->check(s.options, &s.net_options, &labels, &e), ST_OK, "%s", e.text);
        mem_free(&s.mem);
    }
}

Test(contract, combinations_that_mean_nothing_are_refused_by_name)
{
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
    const struct dataset_info labels = {.n_inputs = 9, .n_classes = 3, .T = 4};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct setting s = {.solver = solver_find(wrong[i].solver)};
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        setting_set_all(&s, wrong[i].options);
        cr_expect_eq(s.solver->check(s.options, &s.net_options, &labels, &e), ST_CONFIG, "%s %s",
                     wrong[i].solver, wrong[i].options);
        char quoted[64];
        (void)snprintf(quoted, sizeof quoted, "'%s'", wrong[i].named);
        cr_expect(strstr(e.text, quoted) != NULL, "%s", e.text);
        mem_free(&s.mem);
    }
}
