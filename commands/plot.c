/* spikebench plot: draws an experiment's figures with gnuplot. */
#include "commands/commands.h"
#include "report/figures.h"
#include "support/paths.h"
#include <string.h>

/* plots/out/ and the last name in EXPERIMENT, which may be the path of a folder. */
static status own_folder(const char *experiment, const char *out, char *own, size_t size, struct error *e)
{
    char path[3900];
    (void)snprintf(path, sizeof path, "%s", experiment);
    for (size_t n = strlen(path); n > 0 && path[n - 1] == '/'; n--) path[n - 1] = '\0';
    const char *name = path_base(path);
    if (!out && (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
        return FAIL(e, ST_USAGE, "plots/out/EXPERIMENT cannot be named after '%.200s'; give --out DIR",
                    experiment);
    (void)snprintf(own, size, "plots/out/%s", name);
    return ST_OK;
}

static status plot(struct call *call, struct groups *g, struct error *e)
{
    static const unsigned formats[] = {DRAWING_SVG, DRAWING_PNG, DRAWING_PDF}; /* in the order of --format */
    const char *out = call_text(call, "out");
    char own[3900];
    bool failed = false;
    TRY(own_folder(call->arguments[0], out, own, sizeof own, e));
    const struct figures_request r = {.out = out ? out : own,
                                      .formats = call_has(call, "format")
                                                     ? formats[call_choice(call, "format")]
                                                     : DRAWING_SVG | DRAWING_PNG,
                                      .all = call_has(call, "all")};
    TRY(path_make(r.out, e));
    struct drawing derived;
    status st = figures_derive(g, &derived, e);
    if (st == ST_OK) st = figures_draw(g, &r, stdout, stderr, &failed, e);
    figures_forget(g, &derived);
    if (st != ST_OK) return st;
    return failed ? FAIL(e, ST_IO, "not all figures are drawn") : ST_OK;
}

const struct command plot_command = {
    .name = "plot",
    .run = with_results,
    .own = &(results_command){plot},
    .synopsis = "EXPERIMENT [--results DIR] [--out DIR] [--format FORMAT] [--all]",
    .summary = "draw the figures of an experiment",
    .text = "Draws the figures of DIR/EXPERIMENT by gnuplot and prints their names. An experiment called "
            "ablation, acceleration, assimilation, conditioning, conversion, data_size, depth, equilibrium, "
            "gradient, harmonic, memory, online_rules, optimizers, recurrent, rivals, sensitivity, "
            "split_digits, stability, start or width, or such a name and further words behind '_', gets a "
            "figure of its own; any other gets the figures that fit all experiments, of its first 256 "
            "configurations; its own figure shows the first 400. A line says how many are left out.",
    .parameters =
        (parameter_list){
            &results_argument, &results_option,
            &(parameter_row){"-o, --out DIR", "where to draw (plots/out/EXPERIMENT)", .kind = &value_folder},
            &(parameter_row){"-f, --format FORMAT", "another format than SVG and PNG", &value_choice,
                             .choices = (name_list){"svg", "png", "pdf", NULL}},
            &(parameter_row){"-a, --all", .help = "the general figures besides the experiment's own"}, NULL},
    .failure = "there are no results or a figure could not be drawn",
};
