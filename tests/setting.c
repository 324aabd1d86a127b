/* See setting.h. */
#include "tests/setting.h"
#include "commands/registry.h"
#include "records/columns.h"
#include "tests/data_helpers.h"
#include "tests/toy_training.h"
#include <criterion/alloc.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Options that change what a state is: "key=value key=value ...". */
const struct combination setting_combinations[] = {
    {"admm", "output=joint multiplier=all"},
    {"admm", "output=joint multiplier=last"},
    {"admm", "output=joint multiplier=none layer_order=random warmup=10 start_output=simulated"},
    {"admm", "weights=proximal box=none"},
    {"admm", "weights=pinv box=exact kappa=1e-8"},
    {"admm_joint", "potentials=dynamic"},
    {"admm_joint", "potentials=pattern weights=proximal"},
    {"admm_linearized", "box=none layer_order=random"},
    {"admm_linearized", "inner=20"},
    {"admm_hybrid", "exact_weights=true exact_last_spikes=false"},
    {"admm_hybrid", "exact_spikes=true exact_readout=false"},
    {"admm_anderson", "base=admm box=clip memory=2"},
    {"admm_anderson", "base=admm_joint multiplier=all"},
    {"admm_anderson", "base=admm_linearized kappa=0.1"},
    {"admm_anderson", "base=admm_hybrid time_order=sequential"},
    {"admm_resync", "momentum=0.5 batch=40"},
    {"admm_resync", "multiplier=true gain=single_flip"},
    {"admm_resync", "precondition=none kappa=0.1 margin=false time_credit=false"},
    {"admm_resync", "rho_hidden=0.5"},
    {"admm_resync", "keep=0.7"},
    {"admm_resync", "keep=1 feed=auxiliary"},
    {"admm_resync", "keep=0.5 batch=40"},
    {"bptt", "optimizer=adamw weight_decay=0.1"},
    {"bptt", "optimizer=lion"},
    {"bptt", "optimizer=muon"},
    {"bptt", "optimizer=mars_adamw"},
    {"bptt", "optimizer=mars_adamw mars_gradient=exact mars_clip=whole mars_moment=raw"},
    {"bptt", "optimizer=mars_lion mars_gradient=exact"},
    {"bptt", "optimizer=mars_muon mars_gamma=0.1"},
    {"bptt", "optimizer=implicit_lbfgs lr=0.5"},
    {"bptt", "optimizer=implicit_newton lr=0.5 inner_evaluations=6"},
    {"convert", "neuron=rate activation=leaky_relu scale=percentile"},
    {"convert", "neuron=few_spikes activation=gelu steps=6 optimizer=muon"},
    {"convert", "neuron=analogue optimizer=mars_adamw mars_gradient=exact"},
    {"eprop", "optimizer=muon feedback=random"},
    {"ottt", "optimizer=mars_adamw mars_gradient=exact"},
    {"decolle", "optimizer=adamw"},
    {"decolle", "optimizer=implicit_lbfgs inner_evaluations=4"},
    {"enkf", "method=esmda batch=100 assimilations=8 ensemble=20"},
    {"enkf", "localisation=none spread=0 inflation=1.02 ensemble=20"},
    {"enkf", "localisation=none spread=0 ensemble_start=independent"},
    {"ffnb", "hidden=random readout=softmax"},
    {"ffnb", "hidden=unprojected optimizer=muon"},
    {"ide", "optimizer=adam lr=0.01"},
    {"ista", "iterations=20 candidates=5"},
    {"fista", "iterations=20 candidates=5"},
    {"lfp", "optimizer=muon"},
    {"lfp", "optimizer=implicit_lbfgs inner_evaluations=4"},
    {"lista", "layers=3 products=dense"},
    {"lista", "layers=4 neuron=few_spikes steps=5 amplitude=0.8 rounding=down optimizer=muon"},
    {"forward_mode", "optimizer=mars_adamw mars_gradient=exact directions=4"},
    {"forward_mode", "optimizer=implicit_lbfgs directions=4"},
    {"spide", "backward_steps=10 kappa=2 backward_threshold=0.25 mask=equilibrium"},
};
enum { N_COMBINATIONS = sizeof setting_combinations / sizeof *setting_combinations };
const size_t setting_n_combinations = N_COMBINATIONS;

static void free_cases(struct criterion_test_params *params)
{
    cr_free(params->params);
}

/* Two cases for each solver of the registry, however many there are. */
struct criterion_test_params setting_all_solvers(void)
{
    size_t registered = 0, n = 0;
    while (solvers[registered]) registered++;
    struct solver_case *cases = cr_calloc(2 * registered, sizeof *cases);
    for (size_t i = 0; i < registered; i++)
        for (int variant = 0; variant < 2; variant++)
            cases[n++] = (struct solver_case){i, N_COMBINATIONS, variant};
    return cr_make_param_array(struct solver_case, cases, n, free_cases);
}

static void set(struct setting *s, const char *key, const char *value)
{
    const struct option *o = opt_find(&s->solver->options, key);
    if (o) cr_assert_eq(opt_set(o, s->options, value, NULL), ST_OK);
}

/* Plain gradient descent on goodness, and rewards, need their own. */
static const char *learning_rate(const char *solver, bool variant)
{
    if (strcmp(solver, "lfp") == 0) return "0.1";
    if (strcmp(solver, "ide") == 0 || strcmp(solver, "spide") == 0) return "0.2";
    return strcmp(solver, "forward_forward") == 0 ? (variant ? "3" : "0.03") : "0.01";
}

/* "key=value key=value ...", all of which the solver must know. */
void setting_set_all(struct setting *s, const char *text)
{
    char copy[200], *rest = copy;
    struct error e = {0};
    cr_assert_lt(strlen(text), sizeof copy);
    strcpy(copy, text);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        cr_assert_not_null(value);
        *value++ = '\0';
        const struct option *o = opt_find(&s->solver->options, word);
        if (!o && strcmp(word, "time_order") == 0) continue;
        cr_assert_not_null(o, "%s has no option %s", s->solver->name, word);
        cr_assert_eq(opt_set(o, s->options, value, &e), ST_OK, "%s", e.text);
    }
}

static void retrieval_data(struct dataset *d)
{
    static const char *const settings[] = {"samples=8",   "cells=16",        "sources=2", "snr_db=20",
                                           "n_train=150", "n_validation=19", "n_test=1",  NULL};
    struct error e = {0};
    void *options = data_options(catalogue_dataset(&registry, "harmonic"), settings);
    cr_assert_eq(catalogue_dataset(&registry, "harmonic")->open(options, 4, d, &e), ST_OK, "%s", e.text);
    free(options);
}

void setting_create(struct setting *s, const struct solver_case *c)
{
    struct error e = {0};
    memset(s, 0, sizeof *s);
    s->solver = solvers[c->index];
    cr_assert_eq(opt_defaults(&net_option_table, &s->net_options, NULL), ST_OK);
    if (s->solver->features & FEATURE_RETRIEVAL)
        retrieval_data(&s->data);
    else
        toy_data_create(&s->data, 150, 6, 12, 3, 4);
    if (!(s->solver->features & FEATURE_OWN_NETWORK)) s->net_options.hidden = (struct int_list){2, {24, 9}};
    s->options = mem_alloc(&s->mem, 1, s->solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&s->solver->options, s->options, &e), ST_OK, "%s", e.text);
    set(s, "batch", "40");
    set(s, "lr", learning_rate(s->solver->name, c->variant));
    if (strcmp(s->solver->name, "admm_anderson") != 0) {
        set(s, "start_output", "labels");
        set(s, "warmup", "1");
    }
    set(s, "kappa", "0.01");
    set(s, "reward", "error");
    set(s, "label_scale", "3");
    set(s, "samples", "150"); /* gradient_probe: all, and a cheap reference */
    set(s, "coordinates", "12");
    set(s, "draws", "4");
    if (c->variant) {
        if (strcmp(s->solver->name, "admm_anderson") != 0) {
            set(s, "layer_order", "random");
            set(s, "time_order", "random");
            set(s, "weights", "proximal");
        }
        set(s, "optimizer", "sgd");
        set(s, "clip", "1");
        set(s, "carry", "magnitude");
        set(s, "loss", "swish");
        set(s, "skip_first", "true");
        set(s, "estimator", "weight_perturbation");
        set(s, "direction", "gaussian");
        set(s, "scope", "layer");
        set(s, "feedback", "random");
        if (strcmp(s->solver->name, "eprop") == 0) set(s, "detach_reset", "false");
    }
    if (c->combination < N_COMBINATIONS) setting_set_all(s, setting_combinations[c->combination].options);
    cr_assert_eq(toy_check(s->solver, s->options, &s->net_options, &s->data.info, &e), ST_OK, "%s", e.text);
    s->contract = (struct contract_case){.solver = s->solver,
                                         .options = s->options,
                                         .net_options = &s->net_options,
                                         .data = &s->data,
                                         .seed = 2,
                                         .column = curve_name,
                                         .n_columns = curve_count()};
}

void setting_free(struct setting *s)
{
    dataset_free(&s->data);
    mem_free(&s->mem);
}

void setting_begin(struct setting *s, const struct solver_case *c, size_t threads)
{
    struct error e = {0};
    setting_create(s, c);
    cr_assert_eq(trainee_begin(&s->t, &s->contract, threads, &e), ST_OK, "%s: %s", s->solver->name, e.text);
}

void setting_steps(struct setting *s, int n, bool measure)
{
    struct error e = {0};
    const struct option *o =
        s->solver->features & FEATURE_MINI_BATCH ? opt_find(&s->solver->options, "optimizer") : NULL;
    const double before = s->t.gradients;
    char optimizer[40] = "";
    cr_assert_eq(trainee_steps(&s->t, n, measure, &e), ST_OK, "%s: %s", s->solver->name, e.text);
    if (o) opt_format(o, s->options, optimizer, sizeof optimizer);
    const bool once = strcmp(optimizer, "sgd") == 0 || strcmp(optimizer, "adam") == 0;
    cr_assert(!once || s->t.gradients - before == 4 * n,
              "%s: 150 samples are four mini-batches of at most 40, a gradient each", s->solver->name);
    cr_assert(!o || s->t.gradients - before >= 4 * n, "%s", s->solver->name);
}

void setting_end(struct setting *s)
{
    trainee_end(&s->t);
    setting_free(s);
}

struct criterion_test_params setting_all_combinations(void)
{
    struct solver_case *cases = cr_calloc(N_COMBINATIONS, sizeof *cases);
    for (size_t k = 0; k < N_COMBINATIONS; k++) {
        size_t i = 0;
        while (solvers[i] && strcmp(solvers[i]->name, setting_combinations[k].solver) != 0) i++;
        cases[k] = (struct solver_case){i, k, false};
    }
    return cr_make_param_array(struct solver_case, cases, N_COMBINATIONS, free_cases);
}
