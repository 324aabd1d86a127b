/* spikebench worker: performs the one run of an experiment file. Started by spikebench run. */
#include "commands/commands.h"
#include "runs/launch.h"
#include "runs/session.h"
#include "support/process.h"
#include <string.h>

static void catch_stop(void)
{
    stop_catch(NULL);
}

static status perform(struct call *call, struct plan *plan, struct error *e)
{
    const char *file = call->arguments[0];
    const struct worker_settings settings = {
        .out = call_text(call, "out"),
        .jobs = (long)call_whole(call, "jobs"),
        .progress_fd = call_has(call, "progress") ? (int)call_whole(call, "progress") : -1,
        .weights = call_text(call, "weights"),
        .begun = catch_stop,
        .after = call_text(call, "after"),
        .keep_bytes = 1048576.0 * (double)call_whole(call, "states"),
    };
    status read = call_plan(call, file, NULL, plan, e);
    if (read == ST_CONFIG) read = e->code = ST_DATA; /* not code 2: see run */
    TRY(read);
    if (plan->n_runs != 1) return FAIL(e, ST_DATA, "%s: %zu runs instead of one", file, plan->n_runs);
    (void)snprintf(plan->runs[0].id, sizeof plan->runs[0].id, "%s", call_text(call, "id"));
    const status st = worker_run(&plan->runs[0], &settings, e);
    /* how a run with several ranks ended is in its row; mpirun has nothing to say about it */
    return plan->runs[0].run.ranks > 1 ? ST_OK : st;
}

static status run(struct call *call, struct error *e)
{
    struct plan plan;
    char version[LAUNCH_VERSION];
    const char *wanted = call_text(call, "for");
    launch_version(version);
    /* exit code 2 tells the program that started this one that they are not of one version (launch_lost) */
    if (wanted && strcmp(wanted, version) != 0)
        return FAIL(e, ST_USAGE, "--for %.200s: this is %s", wanted, version);
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    stop_at_once(); /* until it trains there is nothing to save; the runner has blocked these until here */
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
            &(parameter_row){"--out FOLDER", "of the experiment's results", &value_folder, .needed = true},
            &(parameter_row){"--id ID", "identity of the run", &value_text, .usual = ""},
            &(parameter_row){"--jobs N", "how many runs share the machine", &value_whole, .usual = "1"},
            &(parameter_row){"--progress FD", "descriptor for lines of progress", .kind = &value_whole},
            &(parameter_row){"--for VERSION", "of the program that starts it", .kind = &value_text},
            &(parameter_row){"--weights NET.net", "where the network is written", .kind = &value_weights},
            &(parameter_row){"--after ID", "the shorter run from whose end this one goes on",
                             .kind = &value_text},
            &(parameter_row){"--states MIB", "size of the state at the end that is kept", &value_whole,
                             .usual = "0"},
            &plugin_option, NULL},
    .failure = "it failed",
    .interrupts = true,
};
