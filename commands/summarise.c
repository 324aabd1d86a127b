/* spikebench summarise: a table of an experiment's results, and the CSV files that plots are drawn from. */
#include "commands/commands.h"
#include "report/groups.h"
#include "report/paired.h"
#include "report/profile.h"
#include "report/summary_markdown.h"
#include "support/paths.h"
#include <math.h>
#include <string.h>

static void cell(const struct groups *g, const struct group *one, const char *column, double factor)
{
    double v[GROUP_RUNS_MAX];
    char text[40] = "-";
    if (group_values(g, one, column, v, NULL) == ST_OK) {
        double mean = factor * mean_of(v, one->n), deviation = factor * deviation_of(v, one->n);
        int digits = strncmp(column, "loss", 4) == 0 ? 5 : 2;
        if (!isnan(mean) && isnan(deviation)) snprintf(text, sizeof text, "%.*f", digits, mean);
        if (!isnan(mean) && !isnan(deviation))
            snprintf(text, sizeof text, "%.*f +- %.*f", digits, mean, digits, deviation);
    }
    printf("  %16s", text);
}

/* true if no run has an accuracy: the results are of regression, and losses are printed. */
static bool is_regression(const struct groups *g)
{
    double v[GROUP_RUNS_MAX];
    if (csv_column(&g->runs, "loss_test") == CSV_NONE) return false;
    for (size_t i = 0; i < g->n; i++)
        if (group_values(g, &g->group[i], "acc_train", v, NULL) != ST_OK || !isnan(mean_of(v, g->group[i].n)))
            return false;
    return g->n > 0;
}

static void print_table(const struct groups *g)
{
    bool losses = is_regression(g);
    int widest = 13;
    for (size_t i = 0; i < g->n; i++)
        widest = (int)strlen(g->group[i].label) > widest ? (int)strlen(g->group[i].label) : widest;
    printf("%-*s  %5s  %16s  %16s  %16s  %16s  %16s\n", widest, "configuration", "seeds",
           losses ? "train loss" : "train %", losses ? "validation loss" : "validation %",
           losses ? "test loss" : "test %", "iterations", "training s");
    for (size_t i = 0; i < g->n; i++) {
        const struct group *one = &g->group[i];
        printf("%-*s  %5zu", widest, one->label, one->n);
        cell(g, one, losses ? "loss_train" : "acc_train", losses ? 1 : 100);
        cell(g, one, losses ? "loss_val" : "acc_val", losses ? 1 : 100);
        cell(g, one, losses ? "loss_test" : "acc_test", losses ? 1 : 100);
        cell(g, one, "iters", 1);
        cell(g, one, "train_s", 1);
        printf("\n");
    }
}

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
    if (st == ST_OK && markdown) st = summary_markdown(&g, is_regression(&g), stdout, e);
    if (st == ST_OK && !markdown) print_table(&g);
    if (st == ST_OK && g.left_out)
        fprintf(markdown ? stderr : stdout, "%zu unfinished or failed runs are left out\n", g.left_out);
    if (st == ST_OK && paired) st = paired_write(&g, paired, e);
    groups_free(&g);
    return st;
}
