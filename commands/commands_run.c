/* The commands that take an experiment file: run and check. */
#include "commands/arguments.h"
#include "commands/command_table.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "experiments/plan.h"
#include "experiments/plan_check.h"
#include "runs/runner.h"
#include <stdio.h>
#include <string.h>

enum { FILE_SIZE = 4096 };
enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_WRONG = 2, EXIT_STOPPED = 130 };

static int fail_exit(const struct error *e)
{
    (void)fprintf(stderr, "spikebench: %s\n", e->text);
    if (e->code == ST_INTERRUPTED) return EXIT_STOPPED;
    return e->code == ST_CONFIG || e->code == ST_USAGE ? EXIT_WRONG : EXIT_FAILED;
}

static status load(const struct arguments *a, struct plan *p, struct plan_report *r, struct error *e)
{
    char file[FILE_SIZE];
    const struct plan_overrides overrides = {a->set, a->n_set, a->seeds};
    TRY(path_experiment(a->name, file, sizeof file, e));
    TRY(plan_load(p, &registry, file, &overrides, e));
    return plan_check(p, r, e);
}

/* Prints the plan and its errors. */
static int show_plan(const struct plan *p, const struct plan_report *r, struct error *e)
{
    if (plan_print(p, r, stdout, e) != ST_OK) return fail_exit(e);
    (void)fflush(stdout);
    plan_print_errors(p, r, stderr);
    if (plan_is_wrong(r)) return EXIT_WRONG;
    return plan_lacks_data(r) ? EXIT_FAILED : EXIT_GOOD;
}

static void print_outcome(const struct plan *p, const struct runner_outcome *o)
{
    const struct {
        size_t n;
        const char *text;
    } parts[] = {{o->done, "done"},
                 {o->skipped, "finished before"},
                 {o->stale, "kept from another commit (--fresh repeats them)"},
                 {o->failed, "failed"},
                 {o->no_data, "without data"},
                 {o->interrupted, "interrupted"}};
    const char *separator = ": ";
    (void)printf("%s: %zu run%s", p->experiment, p->n_runs, p->n_runs == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n == 0) continue;
        (void)printf("%s%zu %s", separator, parts[i].n, parts[i].text);
        separator = ", ";
    }
    (void)putchar('\n');
}

static int run_plan(const struct arguments *a, struct plan *p, struct error *e)
{
    struct runner_outcome outcome = {.done = 0};
    const struct runner_settings settings = {.out = a->out,
                                             .program = "spikebench",
                                             .jobs = a->jobs,
                                             .fresh = a->fresh,
                                             .allow_missing = a->allow_missing};
    status s = runner_run(p, &settings, &outcome, e);
    print_outcome(p, &outcome);
    if (s != ST_OK) return fail_exit(e);
    if (outcome.interrupted > 0) return EXIT_STOPPED;
    return outcome.failed > 0 || (outcome.no_data > 0 && !a->allow_missing) ? EXIT_FAILED : EXIT_GOOD;
}

static int with_plan(int argc, char **argv, bool plan_only)
{
    struct arguments a;
    struct error e = {.code = ST_OK};
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.n_probes = 0};
    int code;
    if (arguments_parse(&a, argc, argv, plan_only, &e) != ST_OK) return fail_exit(&e);
    if (a.help) {
        command_usage(plan_only ? "check" : "run", stdout);
        return EXIT_GOOD;
    }
    if (load(&a, &plan, &report, &e) != ST_OK) {
        code = fail_exit(&e);
    } else if (plan_only || a.dry_run) {
        code = show_plan(&plan, &report, &e);
    } else if (plan_is_wrong(&report)) {
        plan_print_errors(&plan, &report, stderr);
        code = EXIT_WRONG;
    } else {
        code = run_plan(&a, &plan, &e);
    }
    plan_report_free(&report);
    plan_free(&plan);
    return code;
}

int command_run(int argc, char **argv)
{
    return with_plan(argc, argv, false);
}

int command_check(int argc, char **argv)
{
    return with_plan(argc, argv, true);
}
