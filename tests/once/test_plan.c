/* Experiment files: what they expand to, and what is refused where. */
#include "commands/registry.h"
#include "experiments/plan.h"
#include "support/yaml.h"
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static status load_text(struct plan *p, const char *text, const struct plan_overrides *o, struct error *e)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    folder_create(folder);
    folder_write(folder, "a.yaml", text, strlen(text));
    (void)snprintf(path, sizeof path, "%s/a.yaml", folder);
    *e = (struct error){.code = ST_OK};
    status s = plan_load(p, &registry, path, NULL, o, e);
    folder_remove(folder);
    return s;
}

static void must_load(struct plan *p, const char *text, const struct plan_overrides *o)
{
    struct error e;
    cr_assert_eq(load_text(p, text, o, &e), ST_OK, "%s", e.text);
}

static struct run_option option_of(const struct run *run, const char *name)
{
    struct run_option o = {.option = NULL};
    bool found = false;
    while (!found && run_next_option(run, &o)) found = strcmp(name, o.name) == 0;
    cr_assert(found, "no option %s", name);
    return o;
}

#define cr_expect_option(run, name, text) cr_expect_str_eq(option_of((run), (name)).value, text)

#define HEAD "experiment: trial\ndataset: {name: digits, T: 5}\n"
#define ADMM "solvers: [{name: admm, rho: 0.1}]\n"

Test(plan, defaults)
{
    struct plan p;
    must_load(&p, HEAD ADMM, NULL);
    cr_assert_eq(p.n_runs, 1);
    cr_expect_str_eq(p.experiment, "trial");
    cr_expect_str_eq(p.runs[0].experiment, "trial");
    cr_expect_str_eq(p.runs[0].solver->name, "admm");
    cr_expect_str_eq(p.runs[0].dataset->name, "digits");
    cr_expect_str_eq(p.runs[0].id, "");
    cr_expect_eq(p.runs[0].seed, 0);
    cr_expect_eq(p.runs[0].run.precision, PRECISION_DOUBLE);
    cr_expect_eq(p.runs[0].run.threads, 1);
    cr_expect_eq(p.runs[0].run.eval_every, 10);
    cr_expect_eq(p.runs[0].stop.max_iter, 100);
    cr_expect_eq(p.runs[0].stop.patience, 0);
    cr_expect_eq(p.runs[0].stop.target, 0.0);
    cr_expect_option(&p.runs[0], "dataset.T", "5");
    cr_expect_option(&p.runs[0], "solver.rho", "0.1");
    cr_expect(option_of(&p.runs[0], "stop.max_iter").is_default);
    cr_expect_not(option_of(&p.runs[0], "dataset.T").is_default);
    plan_free(&p);
    cr_expect_eq(p.n_runs, 0);
}

Test(plan, order_of_runs)
{
    struct plan p;
    must_load(&p,
              "experiment: grid\nseeds: [3, 1]\nnetwork: {hidden: [[20], [20, 10]], leak: 0.8}\n"
              "dataset: {name: digits, T: [4, 8]}\n"
              "solvers:\n  - {name: random_features}\n  - {name: admm, beta: 2, rho: [1, 0.5]}\n",
              NULL);
    /* 2 widths x 2 T x 2 seeds, then the same times 2 rho */
    cr_assert_eq(p.n_runs, 8 + 16);
    static const struct {
        size_t run;
        const char *solver, *hidden, *T, *rho;
        uint64_t seed;
    } expected[] = {
        {0, "random_features", "20", "4", NULL, 3},
        {1, "random_features", "20", "4", NULL, 1},
        {2, "random_features", "20", "8", NULL, 3},
        {4, "random_features", "20-10", "4", NULL, 3},
        {8, "admm", "20", "4", "1", 3},
        {9, "admm", "20", "4", "1", 1},
        {10, "admm", "20", "4", "0.5", 3},
        {12, "admm", "20", "8", "1", 3},
        {16, "admm", "20-10", "4", "1", 3},
        {23, "admm", "20-10", "8", "0.5", 1},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct run *run = &p.runs[expected[i].run];
        cr_expect_str_eq(run->solver->name, expected[i].solver);
        cr_expect_option(run, "network.hidden", expected[i].hidden);
        cr_expect_option(run, "network.leak", "0.8");
        cr_expect_option(run, "dataset.T", expected[i].T);
        if (expected[i].rho) cr_expect_option(run, "solver.rho", expected[i].rho);
        cr_expect_eq(run->seed, expected[i].seed);
    }
    plan_free(&p);
}

/* A list of leaks is an axis; a list within it is one value, a leak for each layer. */
Test(plan, numbers_of_each_layer)
{
    static const char *const leaks[] = {"0.8", "0.9", "0.7/0.95", "0.5/0.6"};
    struct plan p;
    must_load(
        &p,
        "experiment: grid\nseeds: [3]\nnetwork: {hidden: [20], leak: [0.8, 0.9, [0.7, 0.95], 0.5/0.6]}\n"
        "dataset: {name: digits}\nsolvers: [{name: bptt}]\n",
        NULL);
    cr_assert_eq(p.n_runs, (size_t)4);
    for (size_t i = 0; i < 4; i++) cr_expect_option(&p.runs[i], "network.leak", leaks[i]);
    cr_expect_eq(p.runs[2].net.leak.n, (size_t)2);
    cr_expect_eq(p.runs[2].net.leak.v[1], 0.95);
    plan_free(&p);
}

/* As many leaks as layers, the readout included; no options of what is not there. */
Test(plan, networks_that_do_not_fit_their_options)
{
    static const char *const cases[][2] = {
        {"leak: [[0.8, 0.9, 0.7]]", "option 'leak' has 3 values; allowed: 1, or 2"},
        {"threshold: 1/2", "option 'threshold' has 2 values; allowed: 1, or 1"},
        {"synapse_decay: 0.5", "it needs synapse = current"},
        {"self_connections: true", "it needs recurrent = true"},
        {"recurrent_scale: 1", "it needs recurrent = true"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct net_options o;
        struct error e = {.code = ST_OK};
        struct plan p;
        char text[300];
        (void)snprintf(text, sizeof text,
                       "experiment: grid\nseeds: [3]\nnetwork: {hidden: [20], %s}\ndataset: {name: digits}\n"
                       "solvers: [{name: bptt}]\n",
                       cases[i][0]);
        must_load(&p, text, NULL);
        o = p.runs[0].net;
        cr_expect_eq(net_options_check(&o, &e), ST_CONFIG);
        cr_expect(strstr(e.text, cases[i][1]), "%s", e.text);
        plan_free(&p);
    }
}

Test(plan, a_solver_overrides_the_file)
{
    struct plan p;
    must_load(
        &p,
        HEAD
        "stop: {max_iter: 50, patience: 4}\neval_every: 5\nnetwork: {hidden: [30]}\n"
        "solvers:\n  - {name: admm, stop: {max_iter: 7}, eval_every: 2, network: {hidden: [[8], [9, 9]]}}\n"
        "  - {name: bptt, label: plain-sgd, lr: 0.5, optimizer: sgd, dataset: {T: 7}}\n",
        NULL);
    cr_assert_eq(p.n_runs, 3);
    cr_expect_eq(p.runs[0].stop.max_iter, 7);
    cr_expect_eq(p.runs[0].stop.patience, 4);
    cr_expect_eq(p.runs[0].run.eval_every, 2);
    cr_expect_option(&p.runs[0], "network.hidden", "8");
    cr_expect_option(&p.runs[1], "network.hidden", "9-9");
    cr_expect_eq(p.runs[2].stop.max_iter, 50);
    cr_expect_eq(p.runs[2].run.eval_every, 5);
    cr_expect_option(&p.runs[2], "network.hidden", "30");
    cr_expect_option(&p.runs[2], "solver.lr", "0.5");
    cr_expect_option(&p.runs[2], "solver.optimizer", "sgd");
    cr_expect_option(&p.runs[1], "dataset.T", "5");
    cr_expect_option(&p.runs[2], "dataset.T", "7");
    cr_expect_str_eq(p.runs[1].label, "admm");
    cr_expect_str_eq(p.runs[2].label, "plain-sgd");
    plan_free(&p);
}

Test(plan, set_and_seeds)
{
    const char *const set[] = {"solver.rho=0.25,4", "dataset.T=3",       "network.hidden=10-5,7",
                               "stop.max_iter=5",   "precision=float",   "eval_every=1",
                               "threads=2",         "dataset.path=/a,b", "stop.max_iter=6"};
    const struct plan_overrides o = {set, sizeof set / sizeof *set, "7,8"};
    struct plan p;
    must_load(&p, HEAD "seeds: [0, 1, 2]\nsolvers: [{name: admm, rho: [1, 2, 3]}, {name: random_features}]\n",
              &o);
    cr_assert_eq(p.n_runs, 2 * 2 * 2 + 2 * 2);
    const struct run *first = &p.runs[0], *last = &p.runs[p.n_runs - 1];
    cr_expect_option(first, "solver.rho", "0.25");
    cr_expect_option(first, "network.hidden", "10-5");
    cr_expect_option(last, "network.hidden", "7");
    cr_expect_option(last, "dataset.T", "3");
    cr_expect_option(last, "dataset.path", "/a,b");
    cr_expect_eq(last->stop.max_iter, 6);
    cr_expect_eq(last->run.precision, PRECISION_FLOAT);
    cr_expect_eq(last->run.threads, 2);
    cr_expect_eq(last->run.eval_every, 1);
    cr_expect_eq(first->seed, 7);
    cr_expect_eq(last->seed, 8);
    plan_free(&p);
}

/* Bad files and the message that each must give: where, what, and the way out. */
struct bad {
    char text[300], message[3][90];
};

static struct bad refused[] = {
    {"experiment: x\n", {":1:1: 'dataset' is missing"}},
    {"dataset: {name: digits}\n" ADMM, {":1:1: 'experiment' is missing"}},
    {HEAD, {":1:1: 'solvers' is missing"}},
    {"experiment: a/b\n", {":1:13: experiment 'a/b'", "letters, digits"}},
    {HEAD "solvers: []\n", {":3:10: 'solvers' must be a list"}},
    {HEAD "solvers: [admm]\n", {":3:11: a solver must be a mapping"}},
    {HEAD "solvers: [{rho: 1}]\n", {":3:11: 'name' is missing"}},
    {HEAD "solvers: [{name: adm}]\n", {":3:18: unknown solver 'adm'", "did you mean 'admm'?", "bptt"}},
    {HEAD "solvers: [{name: admm, roh: 1}]\n",
     {":3:24: unknown option 'roh' of solver 'admm'", "did you mean 'rho'?",
      "allowed: name, label, stop, dataset"}},
    {HEAD "solvers: [{name: admm, rho: -1}]\n", {":3:29: option 'rho' cannot be '-1'", "allowed: number"}},
    {HEAD "solvers: [{name: admm, rho: [1, nan]}]\n", {":3:33: option 'rho' cannot be 'nan'"}},
    {HEAD "solvers: [{name: admm, rho: [1, 1.0]}]\n", {"runs 1 and 2", "are the same", "axis"}},
    {HEAD "solvers: [{name: admm, rho: []}]\n", {":3:29: option 'rho' has an empty list"}},
    {HEAD "solvers: [{name: admm, rho: {a: 1}}]\n",
     {":3:29: option 'rho' has a mapping for a value; allowed as a range"}},
    {HEAD "threads: [1, 2]\n" ADMM, {"runs 1 and 2", "threads"}},
    {HEAD "sedes: [1]\n" ADMM,
     {":3:1: unknown option 'sedes' of the experiment file", "did you mean 'seeds'?"}},
    {HEAD "seeds: [1, -2]\n" ADMM, {":3:12: seed '-2'"}},
    {HEAD "seeds: [1, 99999999999999999999]\n" ADMM, {":3:12: seed '9999"}},
    {HEAD "seeds: [1, 1]\n" ADMM, {":3:12: seed 1 is given twice"}},
    {HEAD "seeds: []\n" ADMM, {":3:8: 'seeds' is an empty list"}},
    {HEAD "precision: half\n" ADMM, {":3:12: option 'precision' cannot be 'half'", "one of double, float"}},
    {HEAD "stop: 5\n" ADMM, {":3:7: section 'stop' must be a mapping"}},
    {HEAD "stop: {max_itr: 5}\n" ADMM,
     {":3:8: unknown option 'max_itr' of section 'stop'", "did you mean 'max_iter'?"}},
    {HEAD "stop: {target: 1.5}\n" ADMM, {":3:16: option 'target' cannot be '1.5'"}},
    {HEAD "network: {hidden: []}\n" ADMM, {":3:19: option 'hidden' has an empty list"}},
    {HEAD "network: {hidden: [[5], 6]}\n" ADMM, {"pass"}},
    {HEAD "network: {hidden: [5, [6]]}\n" ADMM, {":3:23: option 'hidden' needs a list of whole numbers"}},
    {HEAD "network: {hidden: [0]}\n" ADMM, {":3:19: option 'hidden' cannot be '0'"}},
    {HEAD "network: {hidden: [5-5]}\n" ADMM, {":3:20: option 'hidden' needs a list of whole numbers"}},
    {HEAD "network: {hidden: [-5]}\n" ADMM, {":3:20: option 'hidden' needs a list of whole numbers"}},
    {HEAD "stop: {max_iter: 1}\nstop: {max_iter: 2}\n" ADMM, {":4:1: key 'stop' is given twice", "line 3"}},
    {HEAD "network: {leak: 1, leak: 1}\n" ADMM, {":3:20: key 'leak' is given twice"}},
    {HEAD "? [a]\n: 1\n" ADMM, {":3:3: a key must be plain text"}},
    {"experiment: x\ndataset: {name: digts}\n" ADMM,
     {":2:17: unknown dataset 'digts'", "did you mean 'digits'?", "nmnist"}},
    {"experiment: x\ndataset: {name: digits, TT: 1}\n" ADMM,
     {":2:25: unknown option 'TT' of dataset 'digits'"}},
    {HEAD "solvers: [{name: admm, dataset: {name: digits}}]\n",
     {":3:34: unknown option 'name' of dataset 'digits'"}},
    {HEAD "solvers: [{name: admm, label: a b}]\n", {":3:31: 'label' must be 1 to 40 of the letters"}},
    {HEAD "solvers: [{name: admm, label: ''}]\n", {":3:31: 'label' must be 1 to 40 of the letters"}},
    {"experiment: x\ndataset: digits\n" ADMM, {":2:10: 'dataset' must be a mapping"}},
    {"experiment: x\ndataset: {name: [digits, nmnist]}\n" ADMM, {":2:17: 'name' must be a single text"}},
    {"experiment: \"x\\0y\"\n", {":1:13: text with a zero byte"}},
    {"", {":1:1: the file is empty"}},
    {"- 1\n- 2\n", {":1:1: the experiment file must be a mapping"}},
    {"experiment: [x\n", {":2:1: "}},
    {"experiment: x\n\tdataset: y\n", {":2:1: "}},
    {HEAD ADMM "---\nexperiment: y\n", {":5:1: a second document"}},
    {"a: *b\n", {":1:4: found undefined alias"}},
    {"a: \x01\n", {"byte 3: control characters"}},
};

ParameterizedTestParameters(plan, refused)
{
    return cr_make_param_array(struct bad, refused, sizeof refused / sizeof *refused);
}

ParameterizedTest(struct bad *bad, plan, refused)
{
    struct plan p;
    struct error e;
    status s = load_text(&p, bad->text, NULL, &e);
    plan_free(&p);
    if (strcmp(bad->message[0], "pass") == 0) {
        cr_expect_eq(s, ST_OK, "%s\n%s", bad->text, e.text);
        return;
    }
    cr_assert_eq(s, ST_CONFIG, "%s\ngave %d: %s", bad->text, s, e.text);
    cr_expect_eq(e.code, ST_CONFIG);
    for (int i = 0; i < 3; i++)
        cr_expect_not_null(strstr(e.text, bad->message[i]), "'%s' is not in '%s'", bad->message[i], e.text);
}

struct bad_set {
    char set[60], seeds[20], message[2][90];
};

ParameterizedTestParameters(plan, refused_on_the_command_line)
{
    static struct bad_set bad[] = {
        {"solver.rho", "", {"--set solver.rho: write it as section.key=value"}},
        {"=1", "", {"--set =1: write it as"}},
        {"solvr.rho=1", "", {"--set solvr.rho=1: unknown section 'solvr'", "did you mean 'solver'?"}},
        {"solver.roh=1",
         "",
         {"unknown option 'roh' of the solvers in this experiment", "did you mean 'rho'?"}},
        {"solver.rho=1,x", "", {"--set solver.rho=1,x: option 'rho' cannot be 'x'"}},
        {"solver.rho=", "", {"option 'rho' cannot be ''"}},
        {"solver.rho=1,", "", {"option 'rho' cannot be ''"}},
        {"dataset.name=nmnist", "", {"unknown option 'name' of section 'dataset'"}},
        {"network.hidden=10-x", "", {"option 'hidden' cannot be '10-x'"}},
        {"max_iter=5", "", {"unknown option 'max_iter'; did you mean 'stop.max_iter'?"}},
        {"rho=5", "", {"--set rho=5: unknown option 'rho'; did you mean 'solver.rho'?"}},
        {"network.rho=5", "", {"unknown option 'rho'; did you mean 'solver.rho'?"}},
        {"hiden=5",
         "",
         {"unknown option 'hiden'; allowed: precision, threads, ranks, eval_every",
          ", stop.*, dataset.*, network.*, solver.*"}},
        {"threads=0", "", {"option 'threads' cannot be '0'"}},
        {"threads=1", "1,,2", {"--seeds: seed ''"}},
        {"threads=1", "1,1", {"--seeds: seed 1 is given twice"}},
        {"threads=1", "x", {"--seeds: seed 'x'"}},
    };
    return cr_make_param_array(struct bad_set, bad, sizeof bad / sizeof *bad);
}

ParameterizedTest(struct bad_set *bad, plan, refused_on_the_command_line)
{
    const char *const set[] = {bad->set};
    const struct plan_overrides o = {set, 1, bad->seeds[0] ? bad->seeds : NULL};
    struct plan p;
    struct error e;
    cr_expect_eq(load_text(&p, HEAD ADMM, &o, &e), ST_CONFIG, "%s", bad->set);
    plan_free(&p);
    for (int i = 0; i < 2; i++)
        cr_expect_not_null(strstr(e.text, bad->message[i]), "'%s' is not in '%s'", bad->message[i], e.text);
}

Test(plan, files_that_cannot_be_read)
{
    struct plan p;
    struct error e;
    cr_expect_eq(plan_load(&p, &registry, "/nonexistent/x.yaml", NULL, NULL, &e), ST_IO);
    cr_expect_not_null(strstr(e.text, "/nonexistent/x.yaml"));
    plan_free(&p);
    cr_expect_eq(plan_load(&p, &registry, "/tmp", NULL, NULL, &e), ST_DATA);
    plan_free(&p);
}

Test(plan, too_many_runs)
{
    const char *list =
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33";
    char text[5][160];
    const char *set[5];
    const char *const keys[5] = {"solver.rho", "solver.beta", "dataset.T", "stop.max_iter", "eval_every"};
    for (int i = 0; i < 5; i++) {
        (void)snprintf(text[i], sizeof text[i], "%s=%s", keys[i], list);
        set[i] = text[i];
    }
    const struct plan_overrides o = {set, 5, NULL};
    struct plan p;
    struct error e;
    cr_expect_eq(load_text(&p, HEAD ADMM, &o, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "more than 100000 runs"));
    plan_free(&p);
}

Test(plan, identity)
{
    struct plan p, q;
    must_load(&p, HEAD "seeds: [0, 1]\n" ADMM, NULL);
    const char *const set[] = {"threads=3", "dataset.path=/elsewhere", "stop.max_iter=100"};
    const struct plan_overrides same = {set, 3, "0"};
    must_load(&q, HEAD ADMM, &same);
    run_identify(&p.runs[0], "aa");
    run_identify(&p.runs[1], "aa");
    run_identify(&q.runs[0], "aa");
    cr_expect_eq(strlen(p.runs[0].id), RUN_ID_SIZE - 1);
    cr_expect_eq(strspn(p.runs[0].id, "0123456789abcdef"), RUN_ID_SIZE - 1);
    cr_expect_str_eq(p.runs[0].id, q.runs[0].id, "threads, paths and defaults written out do not count");
    cr_expect_str_neq(p.runs[0].id, p.runs[1].id, "the seed counts");
    run_identify(&q.runs[0], "ab");
    cr_expect_str_neq(p.runs[0].id, q.runs[0].id, "the data counts");
    plan_free(&q);
    static const char *const others[] = {"solver.rho=0.2",   "dataset.T=6",     "network.leak=0.5",
                                         "stop.max_iter=99", "precision=float", "eval_every=3"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct plan_overrides other = {&others[i], 1, NULL};
        must_load(&q, HEAD ADMM, &other);
        run_identify(&q.runs[0], "aa");
        cr_expect_str_neq(p.runs[0].id, q.runs[0].id, "%s counts", others[i]);
        plan_free(&q);
    }
    plan_free(&p);
}

Test(plan, order_of_options)
{
    struct plan p;
    char order[8192] = "";
    size_t used = 0;
    must_load(&p, HEAD ADMM, NULL);
    for (struct run_option o = {.option = NULL}; run_next_option(&p.runs[0], &o);) {
        const bool none = strcmp(o.name, "threads") == 0 || strcmp(o.name, "dataset.path") == 0;
        if (none) cr_expect(o.option->flags & OPT_NO_IDENTITY, "%s", o.name);
        used += (size_t)snprintf(order + used, sizeof order - used, "%s ", o.name);
    }
    const char *const names[] = {"precision ", "threads ",      "eval_every ",     "stop.max_iter ",
                                 "dataset.T ", "dataset.path ", "network.hidden ", "solver.rho "};
    const char *last = order;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *at = strstr(order, names[i]);
        cr_assert_not_null(at, "%s", names[i]);
        cr_expect_geq(at, last);
        last = at;
    }
    plan_free(&p);
}

/* A run written as a file and read back is the same run. */
Test(plan, written_and_read_back)
{
    const char *const set[] = {"dataset.path=/a \"quoted\"\\ path: #1\n'",
                               "network.hidden=10-5",
                               "stop.target=0.3",
                               "solver.rho=0.1",
                               "threads=2",
                               "precision=float"};
    const struct plan_overrides o = {set, sizeof set / sizeof *set, "18446744073709551615"};
    struct plan p, q;
    struct error e;
    char folder[FOLDER_MAX], path[FOLDER_MAX + 10];
    must_load(&p, HEAD ADMM, &o);
    folder_create(folder);
    (void)snprintf(path, sizeof path, "%s/a.yaml", folder);
    FILE *f = folder_open(folder, "a.yaml", "w");
    cr_assert_eq(run_write_yaml(&p.runs[0], f, &e), ST_OK);
    cr_assert_eq(fclose(f), 0);
    cr_assert_eq(plan_load(&q, &registry, path, NULL, NULL, &e), ST_OK, "%s", e.text);
    folder_remove(folder);
    cr_assert_eq(q.n_runs, 1);
    cr_expect_eq(q.runs[0].seed, UINT64_MAX);
    cr_expect_str_eq(q.experiment, p.experiment);
    for (size_t k = 0; k < sizeof set / sizeof *set; k++) {
        char key[40];
        (void)snprintf(key, sizeof key, "%.*s", (int)strcspn(set[k], "="), set[k]);
        cr_expect_option(&q.runs[0], key, option_of(&p.runs[0], key).value);
    }
    run_identify(&p.runs[0], "00");
    run_identify(&q.runs[0], "00");
    cr_expect_str_eq(p.runs[0].id, q.runs[0].id);
    plan_free(&p);
    plan_free(&q);
}

Test(plan, write_errors_are_reported)
{
    struct plan p;
    struct error e;
    must_load(&p, HEAD ADMM, NULL);
    FILE *full = fopen("/dev/full", "w");
    cr_assert_not_null(full);
    cr_expect_eq(run_write_yaml(&p.runs[0], full, &e), ST_IO);
    (void)fclose(full);
    plan_free(&p);
}
