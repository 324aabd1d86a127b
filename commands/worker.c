/* spikebench worker: performs the one run of an experiment file. Started by spikebench run. */
#include "runs/worker.h"
#include "commands/commands.h"
#include "support/process.h"
#include <string.h>

static status perform(struct call *call, struct plan *plan, struct error *e)
{
    const char *file = call->arguments[0];
    const struct worker_settings settings = {
        .out = call_text(call, "out"),
        .jobs = (long)call_whole(call, "jobs"),
        .progress_fd = call_has(call, "progress") ? (int)call_whole(call, "progress") : -1,
        .weights = call_text(call, "weights"),
    };
    TRY(call_plan(call, file, NULL, plan, e));
    if (plan->n_runs != 1) return FAIL(e, ST_CONFIG, "%s: %zu runs instead of one", file, plan->n_runs);
    (void)snprintf(plan->runs[0].id, sizeof plan->runs[0].id, "%s", call_text(call, "id"));
    const status st = worker_run(&plan->runs[0], &settings, e);
    /* how a run with several ranks ended is in its row; mpirun has nothing to say about it */
    return plan->runs[0].run.ranks > 1 ? ST_OK : st;
}

static status run(struct call *call, struct error *e)
{
    struct plan plan;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    stop_catch(NULL); /* the runner has blocked these until here */
    status st = perform(call, &plan, e);
    plan_free(&plan);
    return st == ST_INTERRUPTED ? told(e, st) : st;
}

const struct command worker_command = {
    .name = "worker",
    .run = run,
    .synopsis = "SPEC.yaml --out FOLDER [options]",
    .text = "Performs the one run of an experiment file. 'spikebench run' starts it.",
    .parameters =
        (parameter_list){
            &experiment_argument,
            &(parameter_row){"--out FOLDER", &value_folder, .help = "of the experiment's results",
                             .needed = true},
            &(parameter_row){"--id ID", &value_text, "", .help = "identity of the run"},
            &(parameter_row){"--jobs N", &value_whole, "1", .help = "how many runs share the machine"},
            &(parameter_row){"--progress FD", &value_whole, .help = "descriptor for lines of progress"},
            &(parameter_row){"--weights NET.net", &value_weights, .help = "where the network is written"},
            &plugin_option, NULL},
    .failure = "it failed",
    .interrupts = true,
};
