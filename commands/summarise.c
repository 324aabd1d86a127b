/* spikebench summarise: a table of an experiment's results, and the CSV files that plots are drawn from. */
#include "commands/commands.h"
#include "report/overview.h"
#include "report/paired.h"
#include "report/profile.h"
#include "support/paths.h"

status command_summarise(struct call *call, struct error *e)
{
    const char *paired = call_text(call, "paired");
    const bool markdown = call_has(call, "markdown");
    char folder[3900];
    struct groups g;
    path_results(call_text(call, "results"), call->arguments[0], folder, sizeof folder);
    status st = groups_load(&g, folder, e);
    if (st == ST_OK) st = groups_write(&g, e);
    if (st == ST_OK) st = profile_write(&g, e);
    if (st == ST_OK)
        st = markdown ? overview_by_depth(&g, TABLE_MARKDOWN, stdout, e) : overview_print(&g, stdout, e);
    if (st == ST_OK && g.left_out)
        fprintf(markdown ? stderr : stdout, "%zu unfinished or failed runs are left out\n", g.left_out);
    if (st == ST_OK) groups_note_rules(&g, markdown ? stderr : stdout);
    if (st == ST_OK && paired)
        st = paired_write(&g, paired, markdown ? TABLE_MARKDOWN : TABLE_TEXT, stdout, e);
    groups_free(&g);
    return st;
}
