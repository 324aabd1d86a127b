/* spikebench plot: draws an experiment's figures with gnuplot. */
#include "commands/commands.h"
#include "report/figures.h"
#include "report/profile.h"
#include "support/drawing.h"
#include "support/paths.h"
#include <string.h>

static unsigned format_of(const char *name)
{
    if (!name) return DRAWING_SVG | DRAWING_PNG;
    return strcmp(name, "svg") == 0 ? DRAWING_SVG : strcmp(name, "png") == 0 ? DRAWING_PNG : DRAWING_PDF;
}

status command_plot(struct call *call, struct error *e)
{
    const char *out = call_text(call, "out");
    char folder[3900], own[3900];
    bool failed = false;
    struct groups g;
    (void)snprintf(own, sizeof own, "plots/out/%s", call->arguments[0]);
    const struct figures_request r = {.out = out ? out : own,
                                      .formats = format_of(call_text(call, "format")),
                                      .all = call_has(call, "all")};
    path_results(call_text(call, "results"), call->arguments[0], folder, sizeof folder);
    status st = groups_load(&g, folder, e);
    if (st == ST_OK) st = groups_write(&g, e);
    if (st == ST_OK) st = profile_write(&g, e);
    if (st == ST_OK) st = path_make(r.out, e);
    if (st == ST_OK) st = figures_draw(&g, &r, stdout, stderr, &failed, e);
    if (st == ST_OK && failed) st = FAIL(e, ST_IO, "not all figures are drawn");
    groups_free(&g);
    return st;
}
