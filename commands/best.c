/* spikebench best: the configuration of each solver that did best on validation. */
#include "report/best.h"
#include "commands/commands.h"
#include "support/paths.h"
#include <string.h>

status command_best(struct call *call, struct error *e)
{
    const struct best_request r = {.by = call_text(call, "by"),
                                   .by_label = strcmp(call_text(call, "per"), "label") == 0,
                                   .smallest = call_has(call, "min")};
    char folder[3900];
    struct groups g;
    path_results(call_text(call, "results"), call->arguments[0], folder, sizeof folder);
    TRY(best_check(&r, e));
    status st = groups_load(&g, folder, e);
    if (st == ST_OK) st = best_run(&g, &r, call->catalogue, stdout, stderr, e);
    groups_free(&g);
    return st;
}
