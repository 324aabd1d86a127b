/* spikebench run and check. */
#include "commands/commands.h"
#include "experiments/plan.h"
#include "experiments/plan_check.h"
#include "runs/runner.h"

enum { FILE_SIZE = 4096 };

/* Returns the outcome without a text: what is wrong has been told. */
static status told(struct error *e, status outcome)
{
    if (outcome != ST_OK) *e = (struct error){.code = outcome};
    return outcome;
}

static status load(struct call *call, struct plan *p, struct plan_report *r, struct error *e)
{
    char file[FILE_SIZE];
    struct plan_overrides overrides = {.seeds = call_text(call, "seeds")};
    if (!(overrides.set = call_list(call, "set", &overrides.n_set, e))) return ST_MEMORY;
    TRY(path_experiment(call->arguments[0], file, sizeof file, e));
    TRY(plan_load(p, call->catalogue, file, &overrides, e));
    return plan_check(p, r, e);
}

/* Prints the plan and its errors. */
static status show_plan(const struct plan *p, const struct plan_report *r, struct error *e)
{
    plan_print(p, r, stdout);
    (void)fflush(stdout);
    plan_print_errors(p, r, stderr);
    plan_print_overlap(p, r, stderr);
    return told(e, plan_outcome(r));
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

static status run_plan(const struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    struct runner_outcome outcome = {.done = 0};
    const bool allow_missing = call_has(call, "allow-missing");
    const struct runner_settings settings = {
        .out = call_text(call, "out"), .jobs = call_whole(call, "jobs"), .fresh = call_has(call, "fresh")};
    status s = runner_run(p, r, &settings, &outcome, e);
    print_outcome(p, &outcome);
    TRY(s);
    if (outcome.interrupted > 0) return told(e, ST_INTERRUPTED);
    return told(e, outcome.failed > 0 || (outcome.no_data > 0 && !allow_missing) ? ST_NO_DATA : ST_OK);
}

static status with_plan(struct call *call, bool dry, struct error *e)
{
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.n_probes = 0};
    status st = load(call, &plan, &report, e);
    if (st == ST_OK && dry) {
        st = show_plan(&plan, &report, e);
    } else if (st == ST_OK && plan_outcome(&report) == ST_CONFIG) {
        plan_print_errors(&plan, &report, stderr);
        st = told(e, ST_CONFIG);
    } else if (st == ST_OK) {
        st = run_plan(call, &plan, &report, e);
    }
    plan_report_free(&report);
    plan_free(&plan);
    return st;
}

status command_run(struct call *call, struct error *e)
{
    return with_plan(call, call_has(call, "dry-run"), e);
}

status command_check(struct call *call, struct error *e)
{
    return with_plan(call, true, e);
}
