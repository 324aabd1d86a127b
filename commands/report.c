/* spikebench report: the page of an experiment. */
#include "commands/commands.h"
#include "report/figures.h"
#include "report/report_page.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Draws where groups_write has put its files; what could not be drawn is told on the page. */
static status draw(const struct groups *g, char **undrawn, struct error *e)
{
    const struct figures_request r = {.out = g->out, .formats = DRAWING_MOUSE};
    size_t size = 0;
    bool failed = false;
    FILE *f = open_memstream(undrawn, &size);
    status st = f ? figures_draw(g, &r, NULL, f, &failed, e) : FAIL(e, ST_MEMORY, "no memory for figures");
    if (f && fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_MEMORY, "no memory for figures");
    return st;
}

static status report(struct call *call, struct groups *g, struct error *e)
{
    char path[4096], *undrawn = NULL;
    const char *out = call_text(call, "out"), *missing = "";
    struct error why = {.code = ST_OK};
    struct drawing derived;
    struct stat s;
    if (out && stat(out, &s) == 0 && S_ISDIR(s.st_mode))
        return FAIL(
            e, ST_USAGE,
            "--out '%.200s' is a folder: it names the page, a file; results are read from --results DIR",
            out);
    (void)snprintf(path, sizeof path, "%s/report.html", g->folder);
    status st = figures_derive(g, &derived, e);
    if (call_has(call, "no-figures"))
        missing = "They were left out (--no-figures).";
    else if (st == ST_OK && g->n > 0 && draw(g, &undrawn, &why) != ST_OK)
        missing = why.text;
    if (st == ST_OK)
        st = report_page_write(g, call_catalogue(call), undrawn ? undrawn : "", missing, out ? out : path, e);
    free(undrawn);
    figures_forget(g, &derived);
    if (st == ST_OK) (void)printf("%s\n", out ? out : path);
    return st;
}

const struct command report_command = {
    .name = "report",
    .run = with_results,
    .own = &(results_command){report},
    .synopsis = "EXPERIMENT [--results DIR] [--out PATH] [--no-figures]",
    .summary = "write a page with the results of an experiment",
    .text = "Writes one HTML file that needs no server and no network: failed and diverged runs first, what "
            "was run, where and with which configuration, tables to sort and to filter, curves and figures "
            "to read by mouse, and every number with its line of runs.csv. It lies beside runs.csv, to which "
            "it has links.",
    .parameters =
        (parameter_list){
            &results_argument, &results_option,
            &(parameter_row){"-o, --out PATH", "the page (report.html beside runs.csv)", .kind = &value_file},
            &(parameter_row){"--no-figures", .help = "without gnuplot's figures"}, NULL},
    .failure = "there are no results or they are damaged, or the page could not be written",
};
