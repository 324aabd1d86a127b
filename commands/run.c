/* spikebench run and check. */
#include "commands/commands.h"
#include "experiments/plan_check.h"
#include "records/results_repair.h"
#include "runs/runner.h"
#include "support/mpi_link.h"

static void print_outcome(const struct plan *p, const struct runner_outcome *o)
{
    const struct {
        size_t n;
        const char *text;
    } parts[] = {{o->done, "done"},
                 {o->skipped, "finished before"},
                 {o->stale, "kept from another commit (--fresh repeats them)"},
                 {o->diverged, "diverged"},
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
    if (o->lost > 0)
        (void)fprintf(stderr, "%zu configuration%s diverged in all of %s runs\n", o->lost,
                      o->lost == 1 ? "" : "s", o->lost == 1 ? "its" : "their");
}

static status run_plan(const struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    struct runner_outcome outcome = {.done = 0};
    plan_print_usage(r, stdout);
    (void)fflush(stdout);
    const bool allow_missing = call_has(call, "allow-missing"), allow = call_has(call, "allow-diverged");
    const struct runner_settings settings = {
        .out = call_text(call, "out"), .jobs = call_whole(call, "jobs"), .fresh = call_has(call, "fresh")};
    if (plan_outcome(r) == ST_CONFIG) {
        plan_print_errors(p, r, stderr);
        return told(e, ST_CONFIG);
    }
    status s = runner_run(p, r, &settings, &outcome, e);
    print_outcome(p, &outcome);
    TRY(s);
    if (outcome.interrupted > 0) return told(e, ST_INTERRUPTED);
    const bool bad =
        outcome.failed > 0 || (outcome.no_data > 0 && !allow_missing) || (outcome.lost > 0 && !allow);
    return told(e, bad ? ST_NO_DATA : ST_OK);
}

static status show_plan(const struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    (void)call;
    plan_print(p, r, stdout);
    (void)fflush(stdout);
    plan_print_errors(p, r, stderr);
    plan_print_overlap(p, r, stderr);
    return told(e, plan_outcome(r));
}

/* show_plan, and what does not belong together in the results that --results names. */
static status check_plan(const struct call *call, struct plan *p, const struct plan_report *r,
                         struct error *e)
{
    char folder[4096];
    size_t problems;
    TRY(show_plan(call, p, r, e));
    if (!call_has(call, "results")) return ST_OK;
    (void)snprintf(folder, sizeof folder, "%s/%s", call_text(call, "results"), p->experiment);
    TRY(results_inspect(folder, stdout, &problems, e));
    return told(e, problems ? ST_DATA : ST_OK);
}

typedef status (*plan_action)(const struct call *call, struct plan *p, const struct plan_report *r,
                              struct error *e);

static status with_plan(struct call *call, plan_action act, struct error *e)
{
    size_t own;
    if (mpi_launched(&own) > 1)
        return FAIL(e, ST_USAGE,
                    "under mpirun there is 'spikebench train'; here, give the runs 'ranks', without mpirun");
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.n_probes = 0};
    status st = call_plan(call, call->arguments[0], NULL, &plan, e);
    if (st == ST_OK) st = plan_check(&plan, &report, e);
    if (st == ST_OK) st = act(call, &plan, &report, e);
    plan_report_free(&report);
    plan_free(&plan);
    return st;
}

static status run(struct call *call, struct error *e)
{
    return with_plan(call, call_has(call, "dry-run") ? show_plan : run_plan, e);
}

static status check(struct call *call, struct error *e)
{
    return with_plan(call, check_plan, e);
}

const struct command run_command = {
    .name = "run",
    .run = run,
    .synopsis = "FILE.yaml [options]",
    .summary = "run an experiment file, or what is left of it",
    .text = "Runs what is not finished yet of an experiment. FILE may be a bare name from 'spikebench list "
            "experiments'. Ctrl-C saves the runs under way; the next run goes on from there.",
    .parameters =
        (parameter_list){
            &experiment_argument, &set_option, &seeds_option,
            &(parameter_row){"--out DIR", &value_folder, "results", .help = "results folder"},
            &(parameter_row){"-j, --jobs N", &value_whole, "1",
                             .help = "runs at the same time; with more than one, timings are marked invalid",
                             .least = 1, .most = 1024},
            &(parameter_row){"--fresh", .help = "repeat finished runs"},
            &(parameter_row){"--allow-missing", .help = "runs whose data is absent are no failure"},
            &(parameter_row){"--allow-diverged",
                             .help = "configurations of which all runs diverge are no failure"},
            &(parameter_row){"--dry-run", .help = "print the plan, run nothing"}, &plugin_option, NULL},
    .failure = "a run failed or lacked its data, or all runs of a configuration diverged",
    .interrupts = true,
};

const struct command check_command = {
    .name = "check",
    .run = check,
    .synopsis = "FILE.yaml [--set KEY=VALUE]... [--seeds A,B,C] [--results DIR] [--plugin FILE]",
    .summary = "print the plan of an experiment file and what is wrong with it",
    .text = "Prints the plan of an experiment (runs, data, one line per configuration with its memory) and "
            "what is wrong with it; with --results also what does not belong together in its results: a torn "
            "runs.csv, rows without their curve, curves without a row. Runs and changes nothing.",
    .parameters = (parameter_list){&experiment_argument, &set_option, &seeds_option,
                                   &(parameter_row){"--results DIR", &value_folder, .help = "results folder"},
                                   &plugin_option, NULL},
    .failure = "data is absent or malformed, or results do not belong together",
};
