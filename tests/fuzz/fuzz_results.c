/* Weights, and results as all commands that read them do. */
#include "commands/registry.h"
#include "records/results_repair.h"
#include "report/best.h"
#include "report/comparison.h"
#include "report/figure_data.h"
#include "report/overview.h"
#include "support/paths.h"
#include "tests/fuzz/targets.h"
#include <string.h>

void fuzz_weights(const unsigned char *bytes, size_t size)
{
    struct mem m = {0};
    struct net net;
    struct error e = {0};
    size_t n_inputs = 0, n_outputs = 0;
    struct net_options o;
    if (opt_defaults(&net_option_table, &o, &e) != ST_OK) return;
    o.hidden = (struct int_list){1, {3}};
    FILE *f = size > 0 ? fmemopen((void *)(uintptr_t)bytes, size, "rb") : NULL;
    if (!f) return;
    (void)net_file_sizes(f, &n_inputs, &n_outputs, &e);
    rewind(f);
    (void)net_file_complete(f, &e);
    rewind(f);
    if (net_create(&net, &o, 2, 2, &m, &e) == ST_OK) (void)net_load(&net, f, &e);
    (void)fclose(f);
    mem_free(&m);
}

/* What `plot` hands to gnuplot. */
static void write_figure(const struct groups *g, const char *folder)
{
    static const char *const options[FIGURE_OPTIONS] = {"lr", "batch", "rho"};
    struct drawing d;
    struct figure_data f = {.groups = NULL};
    struct error e = {0};
    (void)snprintf(d.folder, sizeof d.folder, "%s/figure", folder);
    if (path_make(d.folder, &e) != ST_OK) return;
    if (g->n > 0 && figure_data_open(&f, g, &d, &e) == ST_OK) {
        for (size_t k = 0; k < g->n; k++) f.group[k].shown = true;
        (void)figure_data_write(&f, options, &e);
    }
    figure_data_free(&f);
}

/* best, and the tables that summarise prints. */
static void read_rows(struct groups *g, FILE *out)
{
    struct error e = {0};
    struct paired p;
    (void)overview_print(g, out, &e);
    (void)overview_by_depth(g, out, &e);
    if (g->n > 0 && paired_find(&p, g, g->group[0].name, &e) == ST_OK)
        (void)paired_write(&p, TABLE_TEXT, out, &e);
    (void)best_run(g, &(struct best_request){.by = "acc_val"}, &registry, out, out, &e);
}

/* Who reads a folder besides summarise, compare and check. */
enum { FIGURES = 1, TABLES = 2 };

static void read_results(const char *folder, unsigned readers)
{
    struct groups g;
    struct error e = {0};
    struct comparison_result found;
    size_t problems = 0;
    FILE *out = fopen("/dev/null", "w");
    if (!out) return;
    if (groups_load(&g, folder, &e) == ST_OK) {
        (void)groups_write(&g, &e);
        if (readers & FIGURES) write_figure(&g, folder);
        if (readers & TABLES) read_rows(&g, out);
    }
    groups_free(&g);
    (void)comparison_run(folder, folder, NULL, VERDICT_TEXT, out, &found, &e);
    (void)results_inspect(folder, NULL, out, &problems, &e);
    (void)fclose(out);
}

void fuzz_runs(const unsigned char *bytes, size_t size)
{
    read_results(fuzz_folder("runs", "runs.csv", bytes, size), FIGURES | TABLES);
}

/* The run of the curve: the columns that every reader needs. */
static const char run_of_curve[] =
    "schema,run_id,experiment,solver,label,dataset,seed,status,stop_reason,error,precision,network.hidden,"
    "timing_valid,rules\n"
    "3,0123456789ab,x,bptt,bptt,digits,0,ok,max_iter,none,double,4,1,3\n";

/* best and the tables read no curve; figures read what summarise made of it, ten files: one in eight. */
void fuzz_curve(const unsigned char *bytes, size_t size)
{
    static char folder[400];
    if (!folder[0])
        (void)snprintf(
            folder, sizeof folder, "%s",
            fuzz_folder("curve", "runs.csv", (const unsigned char *)run_of_curve, sizeof run_of_curve - 1));
    (void)fuzz_folder("curve/curves", "0123456789ab.csv", bytes, size);
    read_results(folder, size % 8 == 0 ? FIGURES : 0);
}
