/* spikebench contract: the checks of trainer/contract.h on a small task of each kind that a solver takes. */
#include "trainer/contract.h"
#include "commands/commands.h"
#include "records/columns.h"
#include "support/child.h"
#include "support/text.h"
#include "trainer/suit.h"
#include <stdlib.h>
#include <string.h>

/* Widths of the network, and of that which fits the few samples with ease: what it must learn there, every
 * trainer learns with its usual options. */
enum { TEXT_SIZE = 1000, FIRST = 24, SECOND = 12, WIDE = 200 };

/* A few samples of each kind. */
static const struct task {
    const char *name;
    unsigned feature;
    const char *dataset;
    enum loss loss; /* where the solver takes it */
} tasks[] = {
    {"classification", FEATURE_CLASSIFICATION,
     "{name: digits, T: 3, n_train: 100, n_validation: 20, n_test: 20}", LOSS_CROSS_ENTROPY},
    {"regression", FEATURE_REGRESSION, "{name: mexican_hat, n_train: 150, n_validation: 20, n_test: 20}",
     LOSS_SQUARED},
    {"retrieval", FEATURE_RETRIEVAL,
     "{name: harmonic, samples: 8, cells: 16, sources: 2, n_train: 150, n_validation: 20, n_test: 20}",
     LOSS_SQUARED},
};
enum { N_TASKS = sizeof tasks / sizeof *tasks };

/* "loss: squared, ...": for each choice of the network the task's loss or the first value that the solver
 * takes, which is least squares where it solves in closed form. */
static void describe_network(const struct solver *solver, const struct task *task, char *text, size_t size)
{
    const bool one_shot = solver->features & FEATURE_ONE_SHOT;
    if (solver->features & FEATURE_OWN_NETWORK)
        (void)snprintf(text, size, "{hidden: [100]");
    else
        (void)snprintf(text, size, "{hidden: [[%d, %d]]", FIRST, SECOND);
    for (const struct network_choice *c = network_choices; c->key; c++) {
        const struct option *o = opt_find(&net_option_table, c->key);
        size_t k = 0;
        while (opt_choice(o, k) && !(solver->features & c->first << k)) k++;
        if (c->first == FEATURE_LOSS_SQUARED && solver->features & c->first << task->loss && !one_shot)
            k = (size_t)task->loss;
        if (opt_choice(o, k)) (void)text_add(text, size, ", %s: %s", c->key, opt_choice(o, k));
    }
    (void)text_add(text, size, "}");
}

/* The plan of one run of a task. */
static status load(struct call *call, const struct solver *solver, const struct task *task, struct plan *p,
                   struct error *e)
{
    char network[TEXT_SIZE / 2], text[TEXT_SIZE];
    describe_network(solver, task, network, sizeof network);
    (void)snprintf(text, sizeof text,
                   "experiment: contract\nprecision: %s\ndataset: %s\nnetwork: %s\nsolvers: [{name: %s}]\n",
                   REAL_NAME, task->dataset, network, solver->name);
    TRY(call_plan(call, solver->name, text, p, e));
    return p->n_runs == 1 ? ST_OK : FAIL(e, ST_USAGE, "--set: one value each is needed");
}

/* A promise that is tested in a copy of the process: code that crashes breaks it, and not the command. */
struct promise {
    const struct contract_check *check;
    const struct contract_case *c;
};

static void test_promise(void *context, int socket)
{
    const struct promise *p = context;
    struct error why = {.code = ST_OK};
    why.code = p->check->run(p->c, &why);
    (void)child_send(socket, &why, sizeof why);
}

/* ST_OK and in *why what the check says, or how the copy ended. ST_IO if there can be no copy. */
static status ask(struct promise p, struct error *why, struct error *e)
{
    static const struct child_limits none = {.bytes = (size_t)1 << 60, .seconds = 0, .heard = true};
    struct child child;
    char how[100];
    TRY(child_start(&child, test_promise, &p, none, e));
    const bool answered = child_answer(&child, why, sizeof *why);
    child_end(&child, how, sizeof how);
    if (!answered) (void)FAIL(why, ST_INTERNAL, "it %s", how);
    return ST_OK;
}

/* Prints a line for each check; counts those that fail. */
static status check(const struct run *run, const char *task, size_t *failed, struct error *e)
{
    struct dataset data = {.info = {.n_inputs = 0}};
    struct net_options wide = run->net;
    status st = run->dataset->open(run->dataset_options, 0, &data, e);
    if (st == ST_OK)
        st = solver_suits(run->solver, run->solver_options, &run->net, &data.info, run->dataset->name, e);
    const bool usual = wide.hidden.n == 2 && wide.hidden.v[0] == FIRST && wide.hidden.v[1] == SECOND;
    if (usual && !(run->solver->features & FEATURE_MEASURES))
        wide.hidden = (struct int_list){2, {WIDE, WIDE}};
    for (const struct contract_check *check = contract_checks; st == ST_OK && check->name; check++) {
        const struct contract_case c = {.solver = run->solver,
                                        .options = run->solver_options,
                                        .net_options = check->learns ? &wide : &run->net,
                                        .data = &data,
                                        .column = curve_name,
                                        .n_columns = curve_count()};
        struct error why = {.code = ST_OK};
        st = ask((struct promise){check, &c}, &why, e);
        if (st != ST_OK) break;
        const bool good = why.code == ST_OK;
        (void)printf("%-6s  %s: %s%s%s\n", good ? "ok" : "FAILED", task, check->name, good ? "" : ": ",
                     good ? "" : why.text);
        (void)fflush(stdout);
        *failed += !good;
    }
    dataset_free(&data);
    return st;
}

static status run(struct call *call, struct error *e)
{
    const char *name = call->arguments[0];
    size_t failed = 0;
    const struct solver *solver = catalogue_solver(call_catalogue(call), name);
    int precision = PRECISION_DOUBLE; /* unless another is asked for, or that of a plug-in */
    if (call_has(call, "precision"))
        precision = (int)call_choice(call, "precision");
    else if (catalogue_plugin(call_catalogue(call), solver))
        precision = solver_precision(solver);
    if (strcmp(precision_names[precision], REAL_NAME) != 0) return hand_on(call, precision, e);
    for (const struct task *task = tasks; task < tasks + N_TASKS; task++) {
        struct plan plan = {.n_runs = 0};
        if (!(solver->features & task->feature)) continue;
        status st = load(call, solver, task, &plan, e);
        if (st == ST_OK) st = check(&plan.runs[0], task->name, &failed, e);
        plan_free(&plan);
        TRY(st);
    }
    (void)printf("%s, %s: %s\n", name, REAL_NAME, failed ? "the contract is broken" : "the contract is kept");
    return told(e, failed ? ST_INTERNAL : ST_OK);
}

const struct command contract_command = {
    .name = "contract",
    .run = run,
    .synopsis = "SOLVER [--set solver.KEY=VALUE]... [--precision P] [--plugin FILE]",
    .summary = "test whether a solver keeps the contract of trainers",
    .text = "Trains a small network on a few digits (and, for solvers of regression, on a few points) again "
            "and again: the same bits for a seed, for two threads and after a resume, a falling loss, "
            "hostile options refused, networks as promised. Prints a line for each promise. Options that "
            "suit so small a task are given by --set. A plug-in is tested in its own precision.",
    .parameters = (parameter_list){&(parameter_row){"SOLVER", "a solver from 'spikebench list solvers'",
                                                    &value_solver, .needed = true},
                                   &set_option, &precision_option, &plugin_option, NULL},
    .failure = "one is not",
};
