/* spikebench run and check. */
#include "commands/commands.h"
#include "experiments/plan_check.h"
#include "records/results_repair.h"
#include "runs/runner.h"
#include "support/mpi_link.h"
#include "support/text.h"
#include <string.h>

/* Divides the plan where --shard says so. */
static status divide(struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    const char *text = call_text(call, "shard");
    struct shard shard;
    if (!text) return ST_OK;
    TRY(shard_read(&shard, text, e));
    TRY(plan_identify(p, r, e));
    return plan_divide(p, r, shard, e);
}

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
    size_t n_runs = 0;
    for (size_t i = 0; i < p->n_runs; i++) n_runs += plan_makes(p, &p->runs[i]);
    (void)printf("%s: ", p->experiment);
    if (p->shard.count > 0) (void)printf("shard %zu/%zu: ", p->shard.index, p->shard.count);
    (void)printf("%zu run%s", n_runs, text_plural(n_runs));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n == 0) continue;
        (void)printf("%s%zu %s", separator, parts[i].n, parts[i].text);
        separator = ", ";
    }
    (void)putchar('\n');
    if (o->lost > 0)
        (void)fprintf(stderr, "%zu configuration%s diverged in all of %s runs\n", o->lost,
                      text_plural(o->lost), o->lost == 1 ? "its" : "their");
}

static status run_plan(struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    struct runner_outcome outcome = {.done = 0};
    const bool quiet = call_has(call, "quiet");
    if (!quiet) plan_print_notes(r, stdout);
    (void)fflush(stdout);
    if (plan_outcome(r) == ST_CONFIG) {
        plan_print_errors(r, stderr);
        return told(e, ST_CONFIG);
    }
    TRY(divide(call, p, r, e));
    const bool divided = p->shard.count > 0;
    if (call_has(call, "exclusive") && !divided)
        return FAIL(e, ST_USAGE,
                    "--exclusive is for --shard: other runs always have the machine to themselves");
    struct runner_settings settings = {.out = call_text(call, "out"),
                                       .jobs = call_whole(call, "jobs"),
                                       .fresh = call_has(call, "fresh"),
                                       .quiet = quiet,
                                       .states = call_whole(call, "states"),
                                       .machine_shared = divided && !call_has(call, "exclusive")};
    settings.set = call_list(call, "set", &settings.n_set);
    status s = runner_run(p, r, &settings, &outcome, e);
    const size_t well = outcome.done + outcome.skipped + outcome.stale,
                 bad = outcome.failed + outcome.no_data + outcome.interrupted + outcome.diverged;
    const bool all_well = bad + outcome.lost == 0, begun = s == ST_OK || well + bad > 0;
    if (begun && (!quiet || !all_well)) print_outcome(p, &outcome);
    TRY(s);
    if (outcome.interrupted > 0) return told(e, ST_INTERRUPTED);
    const bool failed = outcome.failed > 0 || (outcome.no_data > 0 && !call_has(call, "allow-missing")) ||
                        (outcome.lost > 0 && !call_has(call, "allow-diverged"));
    return told(e, failed ? ST_NO_DATA : ST_OK);
}

static status show_plan(struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    plan_print(r, stdout);
    if (plan_outcome(r) == ST_OK) TRY(divide(call, p, r, e));
    if (p->shard.count > 0) shards_print(r, stdout);
    (void)fflush(stdout);
    plan_print_errors(r, stderr);
    plan_print_warnings(r, stderr);
    return told(e, plan_outcome(r));
}

/* show_plan, and what does not belong together in the results that --results names, be the data there or not.
 */
static status check_plan(struct call *call, struct plan *p, const struct plan_report *r, struct error *e)
{
    char folder[4096];
    size_t problems;
    const status st = show_plan(call, p, r, e);
    if ((st != ST_OK && st != ST_NO_DATA) || !call_has(call, "results")) return st;
    (void)snprintf(folder, sizeof folder, "%s/%s", call_text(call, "results"), p->experiment);
    TRY(plan_identify(p, r, e)); /* its runs have the names that results have */
    TRY(results_inspect(folder, p, stdout, &problems, e));
    return told(e, problems ? ST_DATA : st);
}

/* What runs once the plan of the first argument is checked: of a command its own. */
typedef status (*plan_command)(struct call *call, struct plan *p, const struct plan_report *r,
                               struct error *e);

static status with_plan(struct call *call, struct error *e)
{
    const plan_command act =
        call_has(call, "dry-run") ? show_plan : *(const plan_command *)call->command->own;
    size_t own;
    if (mpi_launched(&own) > 1)
        return FAIL(e, ST_USAGE,
                    "under mpirun there is 'spikebench train'; here, give the runs 'ranks', without mpirun");
    struct plan plan = {.n_runs = 0};
    struct plan_report report = {.plan = NULL};
    status st = call_plan(call, call->arguments[0], NULL, &plan, e);
    if (st == ST_OK) st = plan_check(&plan, &report, e);
    if (st == ST_OK) st = act(call, &plan, &report, e);
    plan_report_free(&report);
    plan_free(&plan);
    return st;
}

const struct command run_command = {
    .name = "run",
    .run = with_plan,
    .own = &(plan_command){run_plan},
    .synopsis = "FILE.yaml [options]",
    .summary = "run an experiment file, or what is left of it",
    .text = "Runs what is not finished yet of an experiment. FILE may be a bare name from 'spikebench list "
            "experiments'. Ctrl-C saves the runs under way; the next run goes on from there.",
    .parameters =
        (parameter_list){
            &experiment_argument, &set_option, &seeds_option,
            &(parameter_row){"--out DIR", "results folder", &value_folder, .usual = "results"},
            &(parameter_row){"-j, --jobs N",
                             "runs at the same time; with more than one, timings are marked invalid",
                             &value_whole, "1", .least = 1, .most = 1024},
            &(parameter_row){"--fresh", .help = "repeat finished runs"},
            &(parameter_row){"--states MIB",
                             "keep the states at the runs' ends, at most so many MiB in the results folder: "
                             "with a larger stop.max_iter a run then goes on from there; 0: none",
                             &value_whole, "64", .most = 1 << 20},
            &(parameter_row){"--shard I/N",
                             "only the I-th of N parts of the plan, of about equal work; N machines may "
                             "share the results folder (docs/cluster.md)",
                             .kind = &value_text},
            &(parameter_row){"--exclusive",
                             .help = "with --shard: no other shard runs on this machine, timings are valid"},
            &(parameter_row){"--allow-missing", .help = "runs whose data is absent are no failure"},
            &(parameter_row){"--allow-diverged",
                             .help = "configurations of which all runs diverge are no failure"},
            &(parameter_row){"-q, --quiet", .help = "say only what went wrong"},
            &(parameter_row){"--dry-run", .help = "print the plan, run nothing"}, &plugin_option, NULL},
    .failure = "a run failed or lacked its data, or all runs of a configuration diverged",
    .interrupts = true,
};

const struct command check_command = {
    .name = "check",
    .run = with_plan,
    .own = &(plan_command){check_plan},
    .synopsis = "FILE.yaml [--set KEY=VALUE]... [--seeds A,B,C] [--results DIR] [--plugin FILE]",
    .summary = "print the plan of an experiment file and what is wrong with it",
    .text = "Prints the plan of an experiment (runs, data, one line per configuration with its memory) and "
            "what is wrong with it; with --results also what does not belong together in its results: a torn "
            "runs.csv, rows without their curve, curves without a row. Runs and changes nothing.",
    .parameters = (parameter_list){&experiment_argument, &set_option, &seeds_option,
                                   &(parameter_row){"--results DIR", "results folder", .kind = &value_folder},
                                   &plugin_option, NULL},
    .failure = "data is absent or malformed, or results do not belong together",
};
