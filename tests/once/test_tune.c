/* Configurations drawn at random: what is drawn, from where, and what is refused. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "experiment: t\nseeds: [5, 6]\ndataset: {name: digits, T: 5}\n"
#define BPTT                                                                                                 \
    "  - {name: bptt, lr: {log: [1e-4, 1e-1]}, optimizer: {choice: [adam, sgd]}, batch: {linear: [10, "      \
    "50]}}\n"
#define ADMM "  - {name: admm, rho: {log: [0.01, 10]}, network: {leak: {linear: [0.5, 0.9]}}}\n"

static void load(struct plan *p, const char *text, const struct plan_overrides *o)
{
    struct error e = {.code = ST_OK};
    cr_assert_eq(plan_load(p, &registry, "t.yaml", text, o, &e), ST_OK, "%s", e.text);
}

/* The value of an option of a run. */
static const char *value_of(const struct run *run, enum section section, const char *key)
{
    static char text[8][OPT_STRING_MAX];
    static size_t next;
    const struct section_view view = run_section(run, section);
    char *own = text[next++ % 8];
    opt_format(opt_find(view.table, key), view.options, own, OPT_STRING_MAX);
    return own;
}

static double number_of(const struct run *run, enum section section, const char *key)
{
    return strtod(value_of(run, section, key), NULL);
}

static size_t count_solver(const struct plan *p, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_runs; i++) n += strcmp(p->runs[i].solver->name, name) == 0;
    return n;
}

Test(tune, draws_within_the_ranges)
{
    struct plan p;
    load(&p, HEAD "tune: {configurations: 200}\nsolvers:\n" BPTT ADMM, NULL);
    cr_assert_eq(p.n_runs, (size_t)800);
    cr_expect_eq(p.budget, (size_t)200);
    cr_expect_eq(p.tune_seed, (uint64_t)5);
    size_t adam = 0, below = 0, ends = 0;
    double mean = 0;
    for (size_t i = 0; i < 400; i += 2) {
        const struct run *run = &p.runs[i];
        const double lr = number_of(run, SECTION_SOLVER, "lr"),
                     batch = number_of(run, SECTION_SOLVER, "batch");
        char rounded[40];
        cr_expect_eq(run->seed, (uint64_t)5);
        cr_expect_eq(run[1].seed, (uint64_t)6);
        cr_expect_eq(lr, number_of(&run[1], SECTION_SOLVER, "lr"));
        cr_expect(lr >= 1e-4 && lr <= 1e-1, "lr %g", lr);
        cr_expect(batch >= 10 && batch <= 50, "batch %g", batch);
        (void)snprintf(rounded, sizeof rounded, "%.4g", lr);
        cr_expect_eq(strtod(rounded, NULL), lr, "%.17g has more than four digits", lr);
        adam += strcmp(value_of(run, SECTION_SOLVER, "optimizer"), "adam") == 0;
        below += lr < sqrt(1e-4 * 1e-1);
        ends += batch == 10 || batch == 50; /* 2 of 41 values */
        mean += batch / 200;
    }
    /* 200 draws: within 4 standard deviations of a fair coin, and of the mean of a uniform number */
    cr_expect(adam > 72 && adam < 128, "adam %zu of 200", adam);
    cr_expect(below > 72 && below < 128, "%zu of 200 learning rates below the middle of the logarithms",
              below);
    cr_expect(mean > 26.6 && mean < 33.4, "mean batch %g", mean);
    cr_expect_gt(ends, (size_t)0);
    for (size_t i = 400; i < 800; i++) {
        const double leak = number_of(&p.runs[i], SECTION_NETWORK, "leak");
        cr_expect(leak >= 0.5 && leak <= 0.9, "leak %g", leak);
    }
    plan_free(&p);
}

/* What is drawn for a trainer depends on nothing but the seed, its label and its ranges. */
Test(tune, draws_do_not_depend_on_the_others)
{
    struct plan p, q, other, more;
    const struct plan_overrides seeds = {.seeds = "7,8"};
    load(&p, HEAD "tune: {configurations: 5}\nsolvers:\n" BPTT ADMM, NULL);
    load(&q, HEAD "tune: {configurations: 5}\nsolvers:\n" ADMM BPTT, &seeds);
    load(&more, HEAD "tune: {configurations: 9}\nsolvers:\n" ADMM, NULL);
    load(&other, HEAD "tune: {configurations: 5, seed: 6}\nsolvers:\n" BPTT ADMM, NULL);
    size_t same = 0;
    for (size_t i = 0; i < 10; i++) {
        const struct run *bptt = &p.runs[i], *admm = &p.runs[10 + i];
        cr_expect_str_eq(value_of(bptt, SECTION_SOLVER, "lr"),
                         value_of(&q.runs[10 + i], SECTION_SOLVER, "lr"));
        cr_expect_str_eq(value_of(bptt, SECTION_SOLVER, "batch"),
                         value_of(&q.runs[10 + i], SECTION_SOLVER, "batch"));
        cr_expect_str_eq(value_of(admm, SECTION_SOLVER, "rho"), value_of(&q.runs[i], SECTION_SOLVER, "rho"));
        cr_expect_str_eq(value_of(admm, SECTION_SOLVER, "rho"),
                         value_of(&more.runs[i], SECTION_SOLVER, "rho"));
        same +=
            strcmp(value_of(bptt, SECTION_SOLVER, "lr"), value_of(&other.runs[i], SECTION_SOLVER, "lr")) == 0;
    }
    cr_expect_eq(same, (size_t)0, "another seed draws the same");
    plan_free(&p);
    plan_free(&q);
    plan_free(&other);
    plan_free(&more);
}

/* Items of other labels draw from other streams, as do options of one item. */
Test(tune, streams_are_apart)
{
    struct plan p;
    load(&p,
         HEAD "tune: {configurations: 1}\nsolvers:\n  - {name: bptt, label: a, lr: {log: [1e-3, 1]}}\n"
              "  - {name: bptt, label: b, lr: {log: [1e-3, 1]}}\n"
              "  - {name: admm, rho: {log: [1e-3, 1]}, beta: {log: [1e-3, 1]}}\n",
         NULL);
    cr_assert_eq(p.n_runs, (size_t)6);
    cr_expect_str_neq(value_of(&p.runs[0], SECTION_SOLVER, "lr"), value_of(&p.runs[2], SECTION_SOLVER, "lr"));
    cr_expect_str_neq(value_of(&p.runs[4], SECTION_SOLVER, "rho"),
                      value_of(&p.runs[4], SECTION_SOLVER, "beta"));
    plan_free(&p);
}

/* All of a small space, each once: what was drawn before is drawn again. */
Test(tune, duplicates_are_drawn_again)
{
    struct plan p;
    bool seen[3][3] = {{false}};
    load(&p,
         HEAD
         "tune: {configurations: 9}\nsolvers:\n"
         "  - {name: bptt, batch: {linear: [11, 13]}, network: {hidden: {choice: [[5], [6, 7], [8]]}}}\n",
         NULL);
    cr_assert_eq(p.n_runs, (size_t)18);
    for (size_t i = 0; i < 18; i += 2) {
        const long batch = (long)number_of(&p.runs[i], SECTION_SOLVER, "batch") - 11,
                   hidden = p.runs[i].net.hidden.v[0];
        bool *own = &seen[batch][hidden == 5 ? 0 : hidden == 6 ? 1 : 2];
        cr_expect_not(*own, "configuration %zu is drawn twice", i / 2);
        *own = true;
    }
    plan_free(&p);
}

/* Lists multiply what is drawn, the last axis fastest; every draw meets every point of the grid. */
Test(tune, draws_are_crossed_with_lists)
{
    struct plan p;
    load(&p,
         HEAD "tune: {configurations: 3}\nnetwork: {hidden: [[4], [9]]}\nsolvers:\n"
              "  - {name: bptt, lr: {log: [1e-3, 1]}, batch: [20, 30]}\n",
         NULL);
    cr_assert_eq(p.n_runs, (size_t)24);
    cr_expect_eq(p.budget, (size_t)12);
    for (size_t i = 0; i < 24; i++) {
        cr_expect_eq(number_of(&p.runs[i], SECTION_SOLVER, "lr"),
                     number_of(&p.runs[i - i % 8], SECTION_SOLVER, "lr"));
        cr_expect_eq(p.runs[i].net.hidden.v[0], i / 4 % 2 ? 9 : 4);
        cr_expect_eq(number_of(&p.runs[i], SECTION_SOLVER, "batch"), i / 2 % 2 ? 30.0 : 20.0);
    }
    plan_free(&p);
}

Test(tune, unequal_budgets_are_allowed_by_name_only)
{
    struct plan p;
    load(&p,
         HEAD "tune: {configurations: 4, budget: any}\nsolvers:\n" BPTT "  - {name: random_features}\n"
              "  - {name: admm, layer_order: {choice: [sequential, random]}}\n",
         NULL);
    cr_expect_eq(count_solver(&p, "bptt"), (size_t)8);
    cr_expect_eq(count_solver(&p, "random_features"), (size_t)2);
    cr_expect_eq(count_solver(&p, "admm"), (size_t)4);
    cr_expect(p.unequal);
    cr_expect_eq(p.budget, (size_t)1);
    plan_free(&p);
}

/* A file, and the beginning of what is said about it. */
struct refusal {
    char text[300], message[300];
};

#define TUNE "tune: {configurations: 4}\n"
#define ONE  HEAD TUNE "solvers: [{name: bptt, "

ParameterizedTestParameters(tune, refused)
{
    static struct refusal cases[] = {
        {HEAD "solvers: [{name: bptt, lr: {log: [1e-4, 1]}}]\n",
         "t.yaml:4:28: option 'lr' has a range, which needs 'tune: {configurations: N}'"},
        {HEAD "tune: {}\nsolvers: [{name: bptt}]\n", "t.yaml:4:7: 'tune' needs 'configurations'"},
        {HEAD "tune: 4\nsolvers: [{name: bptt}]\n", "t.yaml:4:7: section 'tune' must be a mapping"},
        {HEAD "tune: {configurations: 0}\nsolvers: [{name: bptt}]\n",
         "t.yaml:4:24: option 'configurations' cannot be '0'; allowed: integer in [1, 10000]"},
        {HEAD "tune: {configuration: 4}\nsolvers: [{name: bptt}]\n",
         "t.yaml:4:8: unknown option 'configuration' of section 'tune'; did you mean 'configurations'?"},
        {HEAD "tune: {configurations: 4, budget: some}\nsolvers: [{name: bptt}]\n",
         "t.yaml:4:35: option 'budget' cannot be 'some'; allowed: one of equal, any"},
        {ONE "lr: {lin: [0, 1]}}]\n", "t.yaml:5:28: option 'lr' has a mapping for a value; allowed as a "
                                      "range: {log: [LO, HI]}, {linear: [LO, HI]} or"},
        {ONE "lr: {log: [0, 1]}}]\n", "t.yaml:5:35: option 'lr' cannot be '0'; allowed: number in (0, 1000]"},
        {ONE "weight_decay: {log: [0, 1]}}]\n",
         "option 'weight_decay': a logarithmic range begins above 0, not at 0"},
        {ONE "lr: {linear: [2, 1]}}]\n",
         "t.yaml:5:37: option 'lr': the range's first number, 2, must be below its second, 1"},
        {ONE "lr: {linear: [1]}}]\n", "option 'lr': the range 'linear' needs a list of two numbers"},
        {ONE "lr: {choice: []}}]\n", "option 'lr': the range 'choice' needs a list of values"},
        {ONE "lr: {choice: [0.1, x]}}]\n", "t.yaml:5:43: option 'lr' cannot be 'x'; allowed: number"},
        {ONE "batch: {linear: [1.5, 8]}}]\n",
         "t.yaml:5:41: option 'batch' cannot be '1.5'; allowed: integer"},
        {ONE "optimizer: {linear: [0, 1]}}]\n",
         "option 'optimizer' is no number; allowed as a range: {choice: [A, B, ...]}"},
        {ONE "optimizer: {choice: [adam, sgd]}}]\n",
         "t.yaml: solver 'bptt' has 2 different configurations, and tune.configurations asks for 4"},
        {ONE "lr: {log: [0.1, 1]}}, {name: admm}]\n",
         "t.yaml: solver 'admm' has 1 different configuration, and tune.configurations asks for 4"},
        {ONE "lr: {log: [0.1, 1]}}, {name: admm, rho: {log: [0.1, 1]}, beta: [1, 2]}]\n",
         "t.yaml: solver 'bptt' has 4 configurations and 'admm' 8 (lists multiply those that are drawn)"},
    };
    return cr_make_param_array(struct refusal, cases, sizeof cases / sizeof *cases);
}

ParameterizedTest(struct refusal *c, tune, refused)
{
    struct plan p;
    struct error e = {.code = ST_OK};
    cr_expect_eq(plan_load(&p, &registry, "t.yaml", c->text, NULL, &e), ST_CONFIG, "taken:\n%s", c->text);
    cr_expect_eq(strncmp(e.text, "t.yaml:", 7), 0, "%s", e.text);
    cr_expect_not_null(strstr(e.text, c->message), "no '%s' in '%s'", c->message, e.text);
    plan_free(&p);
}
