/* The best configuration of each solver or label (see best.h). */
#include "report/best.h"
#include "experiments/run.h"
#include "records/columns.h"
#include "report/best_items.h"
#include "support/statistics.h"
#include "support/table.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { COLUMNS_MAX = 60, OPTIONS_SIZE = 1000 };

/* The best configuration of one name. */
struct choice {
    size_t tried, fewer_runs;   /* configurations, and those with fewer runs than the fullest */
    size_t runs;                /* of the winner */
    const struct group *winner; /* NULL: none yet */
    double mean, deviation;
    char options[OPTIONS_SIZE];
};

/* What is chosen from, and the choices. */
struct best {
    struct best_request asked;
    struct groups *groups;
    struct group_list list;
    double *values; /* room for those of a configuration */
    struct choice *choice;
    const struct group **winners;
    size_t n;
};

/* Refuses what is no result: --by must be a column of training or validation, never of test. */
static status check_column(const struct best *b, struct error *e)
{
    const char *names[COLUMNS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < n_result_columns && n < COLUMNS_MAX; i++) {
        const struct result_column *c = &result_columns[i];
        if (!(c->flags & (COLUMN_TRAIN | COLUMN_VALIDATION))) continue;
        if (csv_column(&b->groups->runs, c->name) == CSV_NONE) continue;
        if (strcmp(c->name, b->asked.by) == 0) return ST_OK;
        names[n++] = c->name;
    }
    return unknown_name(e, "--by", "column", b->asked.by, " of runs.csv", names, n);
}

/* The winner among the configurations of a name that have as many runs as the fullest of them: a mean over
 * the depths and seeds that did not diverge would be too good. The first among equals. */
static status choose(struct best *b, const char *name, struct choice *best, struct error *e)
{
    size_t most = 0, n;
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < b->list.n; k++) {
            const struct group *one = &b->list.v[k];
            if (strcmp(one->name, name) != 0) continue;
            TRY(group_values(b->groups, one, b->asked.by, NULL, b->values, &n, e));
            struct interval now = interval_of(b->values, n);
            if (round == 0) {
                best->tried++;
                most = now.n > most ? now.n : most;
            } else if (now.n < most) {
                best->fewer_runs++;
            } else if (!best->winner || (b->asked.smallest ? now.mean < best->mean : now.mean > best->mean)) {
                best->winner = one;
                best->runs = now.n;
                best->mean = now.mean;
                best->deviation = deviation_of(b->values, n);
            }
        }
    if (most > 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: no finished run of '%s' has a number in column '%s'", b->groups->runs.source,
                name, b->asked.by);
}

static status print_table(const struct best *b, FILE *out, struct error *e)
{
    struct table t = {.n_cells = 0};
    table_column(&t, true, 6, "%s", b->asked.by_label ? "label" : "solver");
    table_column(&t, false, 14, "configurations");
    table_column(&t, false, 5, "runs");
    table_column(&t, false, 22, "mean +- sd");
    table_column(&t, true, 0, "options of the %s mean of %s", b->asked.smallest ? "smallest" : "largest",
                 b->asked.by);
    for (const struct choice *c = b->choice; c < b->choice + b->n; c++) {
        table_put(&t, "%s", c->winner->name);
        table_put(&t, "%zu", c->tried);
        table_put(&t, "%zu", c->runs);
        if (isnan(c->deviation))
            table_put(&t, "%.5g", c->mean);
        else
            table_put(&t, "%.5g +- %.2g", c->mean, c->deviation);
        table_put(&t, "%s", c->options[0] ? c->options : "-");
    }
    status st = table_print(&t, TABLE_TEXT, out, e);
    (void)fputc('\n', out);
    table_free(&t);
    return st;
}

static const char start[] = "spikebench best: warning:";

/* Where the runs have several test sides, those of one hold validation samples of another. */
static void warn_overlap(const struct best *b, FILE *out)
{
    const struct csv_table *t = &b->groups->runs;
    size_t first = 0, row = 0;
    while (first < t->n_rows && b->list.of[first] == SIZE_MAX) first++;
    for (row = first; row < t->n_rows; row++)
        if (b->list.of[row] != SIZE_MAX && !groups_same_test(b->groups, first, row)) break;
    if (row < t->n_rows)
        (void)fprintf(
            out,
            "%s runs %s and %s have different test sides (dataset.split_seed, sizes, or rules before "
            "2): validation samples of one are test samples of the other. Report what is chosen here "
            "on a test side that none of these runs validated on\n",
            start, csv_text(t, first, "run_id"), csv_text(t, row, "run_id"));
}

static void warn(const struct best *b, FILE *out)
{
    bool uneven = false;
    warn_overlap(b, out);
    for (const struct choice *c = b->choice; c < b->choice + b->n; c++) {
        uneven = uneven || c->tried != b->choice->tried;
        if (c->fewer_runs)
            (void)fprintf(out,
                          "%s %zu of %zu configurations of %s have fewer finished runs than the others and "
                          "were not considered\n",
                          start, c->fewer_runs, c->tried, c->winner->name);
        if (c->winner->n_unfinished)
            (void)fprintf(out, "%s %zu runs of the best configuration of %s did not finish\n", start,
                          c->winner->n_unfinished, c->winner->name);
    }
    if (uneven) {
        (void)fprintf(out,
                      "%s the %ss were given different numbers of configurations, which favours those with "
                      "more:",
                      start, b->asked.by_label ? "label" : "solver");
        for (size_t k = 0; k < b->n; k++)
            (void)fprintf(out, "%s %s %zu", k ? "," : "", b->choice[k].winner->name, b->choice[k].tried);
        (void)fputc('\n', out);
    }
    if (b->groups->left_out)
        (void)fprintf(out, "%zu unfinished or failed runs are left out\n", b->groups->left_out);
    groups_note_rules(b->groups, out);
}

static status write_csv(const struct best *b, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w, "name,solver,configurations,runs,column,goal,mean,sd,options", e, "%s/best.csv",
                  b->groups->folder));
    for (const struct choice *c = b->choice; c < b->choice + b->n; c++) {
        csv_put_texts(&w, (const char *const[]){c->winner->name, c->winner->solver}, 2);
        csv_put_numbers(&w, (const double[]){(double)c->tried, (double)c->runs}, 2);
        csv_put_texts(&w, (const char *const[]){b->asked.by, b->asked.smallest ? "min" : "max"}, 2);
        csv_put_numbers(&w, (const double[]){c->mean, c->deviation}, 2);
        csv_put(&w, c->options[0] ? c->options : "none");
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status choose_all(struct best *b, struct error *e)
{
    struct mem *m = &b->groups->mem;
    b->choice = mem_alloc(m, b->list.n, sizeof *b->choice, e);
    b->values = mem_alloc(m, b->groups->runs.n_rows, sizeof *b->values, e);
    b->winners = mem_alloc(m, b->list.n, sizeof *b->winners, e);
    if (!b->choice || !b->values || !b->winners) return ST_MEMORY;
    for (size_t k = 0; k < b->list.n; k++) {
        struct choice *c = &b->choice[b->n];
        size_t first = 0;
        while (strcmp(b->list.v[first].name, b->list.v[k].name) != 0) first++;
        if (first < k) continue;
        TRY(choose(b, b->list.v[k].name, c, e));
        configuration_options(b->groups, &b->list, c->winner, c->options, sizeof c->options);
        b->winners[b->n++] = c->winner;
    }
    return ST_OK;
}

status best_check(const struct best_request *r, struct error *e)
{
    if (!strstr(r->by, "test")) return ST_OK;
    return FAIL(e, ST_USAGE,
                "--by %.60s: hyper-parameters are chosen on validation, never on test; acc_val, "
                "acc_val_best, loss_val and loss_val_best are columns of validation",
                r->by);
}

status best_run(struct groups *g, const struct best_request *asked, const struct catalogue *catalogue,
                FILE *out, FILE *warnings, struct error *e)
{
    struct best b = {.asked = *asked, .groups = g};
    b.asked.smallest = asked->smallest || strncmp(asked->by, "loss", 4) == 0;
    TRY(best_check(asked, e));
    TRY(check_column(&b, e));
    if (g->n == 0) return FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
    TRY(configurations_make(&b.list, g, asked->by_label, e));
    TRY(choose_all(&b, e));
    TRY(write_csv(&b, e));
    TRY(print_table(&b, out, e));
    TRY(best_items_print(g, &b.list, catalogue, b.winners, b.n, out, e));
    (void)fflush(out);
    warn(&b, warnings);
    return ST_OK;
}
