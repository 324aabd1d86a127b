/* spikebench report: the page of an experiment. */
#include "commands/commands.h"
#include "report/figures.h"
#include "report/report_page.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Draws into the private folder of a drawing; what could not be drawn is told on the page. */
static status draw(const struct groups *g, const char *folder, char **problems, struct error *e)
{
    const struct figures_request r = {.out = folder, .formats = DRAWING_MOUSE};
    size_t size = 0;
    bool failed = false;
    FILE *names = fopen("/dev/null", "w"), *told = open_memstream(problems, &size);
    status st = names && told ? figures_draw(g, &r, names, told, &failed, e)
                              : FAIL(e, ST_MEMORY, "no memory for figures");
    if (names) (void)fclose(names);
    if (told && fclose(told) != 0 && st == ST_OK) st = FAIL(e, ST_MEMORY, "no memory for figures");
    return st;
}

static status write_page(const struct groups *g, const struct catalogue *c, bool figures, const char *path,
                         struct error *e)
{
    struct drawing d;
    struct error undrawn = {.code = ST_OK};
    char *problems = NULL;
    struct report_figures f = {.problems = "",
                               .missing = figures ? "" : "They were left out (--no-figures)."};
    if (!figures || g->n == 0) return report_page_write(g, c, &f, path, e);
    TRY(drawing_open(&d, e));
    if (draw(g, d.folder, &problems, &undrawn) == ST_OK)
        f.folder = d.folder;
    else
        f.missing = undrawn.text;
    if (problems) f.problems = problems;
    const status st = report_page_write(g, c, &f, path, e);
    free(problems);
    drawing_end(&d);
    return st;
}

static status report(struct call *call, struct groups *g, struct error *e)
{
    char path[4096];
    const char *out = call_text(call, "out");
    struct stat s;
    if (out && stat(out, &s) == 0 && S_ISDIR(s.st_mode))
        return FAIL(
            e, ST_USAGE,
            "--out '%.200s' is a folder: it names the page, a file; results are read from --results DIR",
            out);
    (void)snprintf(path, sizeof path, "%s/report.html", g->folder);
    struct drawing derived;
    status st = figures_derive(g, &derived, e);
    if (st == ST_OK)
        st = write_page(g, call_catalogue(call), !call_has(call, "no-figures"), out ? out : path, e);
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
