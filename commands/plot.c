/* spikebench plot: draws an experiment's figures with gnuplot. */
#include "commands/commands.h"
#include "report/figures.h"
#include "report/profile.h"
#include "support/paths.h"
#include <string.h>

static unsigned format_of(const char *name)
{
    if (!name) return DRAWING_SVG | DRAWING_PNG;
    return strcmp(name, "svg") == 0 ? DRAWING_SVG : strcmp(name, "png") == 0 ? DRAWING_PNG : DRAWING_PDF;
}

static status plot(struct call *call, struct groups *g, struct error *e)
{
    const char *out = call_text(call, "out");
    char own[3900];
    bool failed = false;
    (void)snprintf(own, sizeof own, "plots/out/%s", call->arguments[0]);
    const struct figures_request r = {.out = out ? out : own,
                                      .formats = format_of(call_text(call, "format")),
                                      .all = call_has(call, "all")};
    TRY(groups_write(g, e));
    TRY(profile_write(g, e));
    TRY(path_make(r.out, e));
    TRY(figures_draw(g, &r, stdout, stderr, &failed, e));
    return failed ? FAIL(e, ST_IO, "not all figures are drawn") : ST_OK;
}

const struct command plot_command = {
    .name = "plot",
    .run = with_results,
    .own = &(results_command){plot},
    .synopsis = "EXPERIMENT [--results DIR] [--out DIR] [--format FORMAT] [--all]",
    .summary = "draw the figures of an experiment",
    .text = "Draws the figures of DIR/EXPERIMENT by gnuplot and prints their names. An experiment called "
            "ablation, acceleration, assimilation, conditioning, data_size, depth, gradient, memory, "
            "online_rules, "
            "optimizers, rivals, sensitivity, stability, start or width, or such a name and further words "
            "behind '_', "
            "gets a figure of its own; any "
            "other gets the figures that fit all experiments.",
    .parameters =
        (parameter_list){
            &results_argument, &results_option,
            &(parameter_row){"-o, --out DIR", &value_folder, .help = "where to draw (plots/out/EXPERIMENT)"},
            &(parameter_row){"-f, --format FORMAT", &value_choice, .help = "another format than SVG and PNG",
                             .choices = (name_list){"svg", "png", "pdf", NULL}},
            &(parameter_row){"-a, --all", .help = "the general figures besides the experiment's own"}, NULL},
    .failure = "there are no results or a figure could not be drawn",
};
