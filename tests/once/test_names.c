/* What runs are called among the others of their plan. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The names of all runs of an experiment file, a line each. */
static void all_names(const char *text, char *out, size_t size)
{
    struct plan p;
    struct names n;
    struct error e = {.code = ST_OK};
    size_t used = 0;
    cr_assert_eq(plan_load(&p, &registry, "n.yaml", text, NULL, &e), ST_OK, "%s", e.text);
    cr_assert_eq(names_create(&n, &p, &p.mem, &e), ST_OK, "%s", e.text);
    for (size_t i = 0; i < p.n_runs && used < size; i++) {
        char name[RUN_NAME];
        names_format(&n, &p.runs[i], name, sizeof name);
        used += (size_t)snprintf(out + used, size - used, "%s\n", name);
    }
    plan_free(&p);
}

#define HEAD "experiment: n\ndataset: {name: digits}\n"

/* Of each trainer what varies among its own runs, and nothing else. */
Test(names, only_what_varies)
{
    char names[2000];
    all_names(HEAD "seeds: [3, 4]\nnetwork: {hidden: [[10], [20, 30]]}\nsolvers:\n  - {name: bptt, lr: [0.1, "
                   "0.2], batch: "
                   "20}\n  - {name: random_features, network: {hidden: [8]}}\n",
              names, sizeof names);
    cr_expect_str_eq(
        names, "bptt hidden=10 lr=0.1 seed 3\nbptt hidden=10 lr=0.1 seed 4\nbptt hidden=10 lr=0.2 seed 3\n"
               "bptt hidden=10 lr=0.2 seed 4\nbptt hidden=20-30 lr=0.1 seed 3\nbptt hidden=20-30 lr=0.1 seed "
               "4\nbptt hidden=20-30 lr=0.2 seed 3\nbptt hidden=20-30 lr=0.2 seed 4\nrandom_features seed "
               "3\nrandom_features seed 4\n");
}

/* Labels tell trainers apart; two items of one label are told apart by their options. */
Test(names, labels)
{
    char names[2000];
    all_names(HEAD "solvers:\n  - {name: bptt, label: fast, lr: 0.1}\n  - {name: bptt, label: slow, lr: "
                   "0.001}\n  - {name: "
                   "bptt, label: slow, lr: 0.002, dataset: {T: 7}}\n  - {name: admm}\n",
              names, sizeof names);
    cr_expect_str_eq(names, "fast\nslow T=20 lr=0.001\nslow T=7 lr=0.002\nadmm\n");
}

Test(names, long_names_are_cut)
{
    char name[12];
    struct plan p;
    struct names n;
    cr_assert_eq(
        plan_load(&p, &registry, "n.yaml", HEAD "solvers: [{name: bptt, lr: [0.1, 0.2]}]\n", NULL, NULL),
        ST_OK);
    cr_assert_eq(names_create(&n, &p, &p.mem, NULL), ST_OK);
    names_format(&n, &p.runs[0], name, sizeof name);
    cr_expect_str_eq(name, "bptt lr=0.1");
    names_format(&n, &p.runs[0], name, 8);
    cr_expect_str_eq(name, "bptt lr");
    plan_free(&p);
}
