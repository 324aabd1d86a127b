/* spikebench worker: performs the one run of an experiment file. Started by spikebench run. */
#include "runs/worker.h"
#include "commands/commands.h"
#include "experiments/plan.h"
#include "support/process.h"
#include <string.h>

status command_worker(struct call *call, struct error *e)
{
    struct plan plan;
    const struct worker_settings settings = {
        .out = call_text(call, "out"),
        .jobs = (long)call_whole(call, "jobs"),
        .progress_fd = call_has(call, "progress") ? (int)call_whole(call, "progress") : -1,
        .weights = call_text(call, "weights"),
    };
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    stop_catch(NULL); /* the runner has blocked these until here */
    status st =
        plan_load(&plan, call->catalogue, call->arguments[0], &(struct plan_overrides){.n_set = 0}, e);
    if (st == ST_OK && plan.n_runs != 1)
        st = FAIL(e, ST_CONFIG, "%s: %zu runs instead of one", call->arguments[0], plan.n_runs);
    if (st == ST_OK) {
        (void)snprintf(plan.runs[0].id, sizeof plan.runs[0].id, "%s", call_text(call, "id"));
        st = worker_run(&plan.runs[0], &settings, e);
    }
    plan_free(&plan);
    if (st == ST_INTERRUPTED) e->text[0] = '\0';
    return st;
}
