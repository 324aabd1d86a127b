/* The best configuration of each solver or label (see best.h). */
#include "report/best.h"
#include "experiments/run.h"
#include "records/record.h"
#include "support/table.h"
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 60, OPTIONS_SIZE = 1000, VALUE_MAX = OPT_STRING_MAX + 64 };

/* The best configuration of one name. */
struct choice {
    size_t tried, fewer_runs;   /* configurations, and those with fewer runs than the fullest */
    size_t most;                /* runs of the fullest */
    size_t runs;                /* of the winner */
    size_t tied;                /* configurations with its mean, itself among them */
    const struct group *winner; /* NULL: none yet */
    double mean, deviation;
    char options[OPTIONS_SIZE];
};

/* What is chosen from, and the choices. */
struct best {
    struct best_request asked;
    struct groups *groups;
    struct group_list list;
    double *values;        /* room for those of a configuration */
    struct choice *choice; /* [n] */
    size_t n;
    FILE *out;
};

/* Whether the smallest is best: of losses, of what was forgotten, and of the dataset's metrics that say so.
 */
static bool is_smallest_best(const struct best *b, const char *column, const struct catalogue *catalogue)
{
    char name[80];
    const struct dataset_source *d = catalogue_dataset(catalogue, csv_text(&b->groups->runs, 0, "dataset"));
    for (size_t k = 0; d && k < N_SPLITS * d->n_metrics; k++) {
        record_metric_name(d, k, name, sizeof name);
        if (strcmp(name, column) == 0) return d->metrics[k % d->n_metrics].smaller_is_better;
    }
    return column_has(column, false, COLUMN_SMALLER);
}

/* Refuses what is no result: --by must be a column of training or validation, never of test. */
static status check_column(const struct best *b, struct error *e)
{
    const struct csv_table *runs = &b->groups->runs;
    const char *names[COLUMNS_MAX];
    size_t n = 0;
    if (strstr(b->asked.by, "test"))
        return FAIL(e, ST_USAGE,
                    "--by %.60s: hyper-parameters are chosen on validation, never on test; acc_val, "
                    "acc_val_best, loss_val and loss_val_best are columns of validation",
                    b->asked.by);
    for (size_t i = 0; i < n_result_columns && n < COLUMNS_MAX; i++) {
        const struct result_column *c = &result_columns[i];
        if (!(c->flags & (COLUMN_TRAIN | COLUMN_VALIDATION))) continue;
        if (csv_column(runs, c->name) != CSV_NONE) names[n++] = c->name;
    }
    for (size_t i = 0; i < runs->n_columns && n < COLUMNS_MAX; i++)
        if (column_is_metric(runs->names[i]) && !strstr(runs->names[i], "test")) names[n++] = runs->names[i];
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], b->asked.by) == 0) return ST_OK;
    if (n == 0) return FAIL(e, ST_DATA, "%s: no run of it is finished", runs->source);
    return unknown_name(e, "--by", "column", b->asked.by, " of runs.csv", names, n);
}

/* Puts the values of all configurations to the choices of their names. The winner is among those that have as
 * many runs as the fullest: a mean over the depths and seeds that did not diverge would be too good. The
 * first among equals. Three passes: the runs of the fullest, the winner, those that tie with it. */
static status choose(struct best *b, struct error *e)
{
    for (int pass = 0; pass < 3; pass++)
        for (size_t k = 0; k < b->list.n; k++) {
            const struct group *one = &b->list.v[k];
            struct choice *best = &b->choice[one->named];
            TRY(group_values(b->groups, one, b->asked.by, b->values, e));
            const struct interval now = interval_of(b->values, one->n);
            if (pass == 0) {
                best->tried++;
                best->most = now.n > best->most ? now.n : best->most;
            } else if (best->most == 0) {
                return FAIL(e, ST_DATA, "%s: no finished run of '%s' has a number in column '%s'",
                            b->groups->runs.source, one->name, b->asked.by);
            } else if (now.n < best->most) {
                best->fewer_runs += pass == 1;
            } else if (pass == 2) { /* sums of the same numbers in another order differ by rounding */
                best->tied += fabs(now.mean - best->mean) <= 1e-12 * fabs(best->mean);
            } else if (!best->winner || (b->asked.smallest ? now.mean < best->mean : now.mean > best->mean)) {
                best->winner = one;
                best->runs = now.n;
                best->mean = now.mean;
                best->deviation = deviation_of(b->values, one->n);
            }
        }
    return ST_OK;
}

/* Each line is behind a '#': with the parts of a file below it makes an experiment file. */
static status print_table(const struct best *b, FILE *out, struct error *e)
{
    const bool percent = column_has(b->asked.by, false, COLUMN_ACCURACY);
    const double factor = percent ? 100 : 1;
    struct table t = {.lead = "# "};
    table_column(&t, true, 6, "%s", b->asked.by_label ? "label" : "solver");
    table_column(&t, false, 14, "configurations");
    table_column(&t, false, 5, "runs");
    table_column(&t, false, 22, percent ? "mean +- sd (%%)" : "mean +- sd");
    table_column(&t, true, 0, "options of the %s mean of %s", b->asked.smallest ? "smallest" : "largest",
                 b->asked.by);
    for (const struct choice *c = b->choice; c < b->choice + b->n; c++) {
        table_put(&t, "%s", c->winner->name);
        table_put(&t, "%zu", c->tried);
        table_put(&t, "%zu", c->runs);
        if (isnan(c->deviation))
            table_put(&t, percent ? "%.2f" : "%.5g", factor * c->mean);
        else
            table_put(&t, percent ? "%.2f +- %.2f" : "%.5g +- %.2g", factor * c->mean, factor * c->deviation);
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
        if (c->tied > 1)
            (void)fprintf(out, "%s %zu configurations of %s tie; the first of them is shown\n", start,
                          c->tied, c->winner->name);
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
    groups_note_left_out(b->groups, out);
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

/* ---- the winners as parts of an experiment file ---- */

/* A section of the file, the options that it may hold, and a struct with every option at its default. */
struct part {
    enum section section;
    const struct option_table *table;
    void *defaults;
};

static status part_make(const struct best *x, struct part *p, struct error *e)
{
    p->defaults = mem_alloc(&x->groups->mem, 1, p->table->size, e);
    return p->defaults ? opt_defaults(p->table, p->defaults, e) : ST_MEMORY;
}

/* Words that are no text in YAML without quotes. */
static bool is_null(const char *value)
{
    return strcmp(value, "null") == 0 || strcmp(value, "Null") == 0 || strcmp(value, "NULL") == 0;
}

/* One YAML pair; the value is quoted where it might not be plain, and stays in its line. */
static void print_pair(const char *before, const char *key, const char *value, FILE *out)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-/";
    const char *quote = !*value || value[strspn(value, plain)] || is_null(value) ? "'" : "";
    (void)fprintf(out, "%s%s: %s", before, key, quote);
    for (const char *c = value; *c; c++)
        (void)fprintf(out, *c == '\'' ? "''" : "%c", iscntrl((unsigned char)*c) ? ' ' : *c);
    (void)fputs(quote, out);
}

/* What an option of a section is in a row of the results if it belongs to the items (`differing`: solver's
 * options, and those that differ among the configurations) or to the file; NULL if it does not, is at its
 * default in all, or has no column: older results lack some, and none holds paths. */
static const char *value_of(const struct best *x, const struct part *p, const struct option *o, size_t row,
                            bool differing)
{
    char text[VALUE_MAX];
    const struct csv_table *t = &x->groups->runs;
    (void)snprintf(text, sizeof text, "%s%s%s", section_names[p->section],
                   p->section == SECTION_RUN ? "" : ".", o->key);
    const long column = csv_column(t, text);
    if (column == CSV_NONE || configurations_average(text)) return NULL;
    const char *value = csv_cell(t, row, (size_t)column);
    opt_format(o, p->defaults, text, sizeof text); /* as cells were written */
    const bool at_default = strcmp(value, text) == 0;
    if (strcmp(value, "nan") == 0) return NULL; /* of another solver, or younger than the row */
    if (p->section == SECTION_SOLVER) return at_default ? NULL : value;
    if (configurations_axis(x->groups, &x->list, NULL, (size_t)column)) return differing ? value : NULL;
    return differing || at_default ? NULL : value;
}

/* The options of a section, "key: value" with `open` before the first and `between` before the others; how
 * many. Of the top's options only eval_every may stand in an item; the others are its `notes`. */
static size_t print_options(const struct best *x, const struct part *p, size_t row, bool differing,
                            bool notes, const char *open, const char *between)
{
    size_t n = 0;
    for (size_t i = 0; i < opt_count(p->table); i++) {
        const struct option *o = opt_at(p->table, i);
        const char *value = value_of(x, p, o, row, differing);
        const bool note = p->section == SECTION_RUN && strcmp(o->key, "eval_every") != 0;
        if (!value || (differing && note != notes)) continue;
        print_pair(n++ ? between : open, o->key, value, x->out);
    }
    return n;
}

/* "NAME: {key: value, ...}" with `first` (may be "") before the pairs; nothing where there are no pairs. */
static void print_section(const struct best *x, const struct part *p, size_t row, bool differing,
                          const char *first)
{
    char open[300];
    (void)snprintf(open, sizeof open, "%s%s: {%s", differing ? ", " : "", section_names[p->section], first);
    if (first[0]) (void)fputs(open, x->out);
    const size_t n = print_options(x, p, row, differing, false, first[0] ? ", " : open, ", ");
    if (n > 0 || first[0]) (void)fputs(differing ? "}" : "}\n", x->out);
}

static void print_item(const struct best *x, const struct part *parts, const struct group *winner)
{
    print_pair("  - {", "name", winner->solver, x->out);
    if (strcmp(winner->name, winner->solver) != 0) print_pair(", ", "label", winner->name, x->out);
    (void)print_options(x, &parts[SECTION_SOLVER], winner->row, true, false, ", ", ", ");
    (void)print_options(x, &parts[SECTION_RUN], winner->row, true, false, ", ", ", ");
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++) print_section(x, &parts[s], winner->row, true, "");
    (void)fputc('}', x->out);
    (void)print_options(x, &parts[SECTION_RUN], winner->row, true, true, " # ", " # ");
    (void)fputc('\n', x->out);
}

/* The sections with what all configurations share and is not at its default, then an item of `solvers` for
 * each winner, which holds whatever the sections of a file say. ST_MEMORY, ST_INTERNAL. */
static status print_items(const struct best *b, const struct catalogue *catalogue, struct error *e)
{
    const struct group *first = b->choice[0].winner;
    const struct dataset_source *dataset = catalogue_dataset(catalogue, first->dataset);
    static const struct option_table none = {.size = 1};
    struct part parts[N_SECTIONS] = {
        [SECTION_RUN] = {SECTION_RUN, &run_option_table, NULL},
        [SECTION_STOP] = {SECTION_STOP, &stop_option_table, NULL},
        [SECTION_DATASET] = {SECTION_DATASET, dataset ? &dataset->options : &none, NULL},
        [SECTION_NETWORK] = {SECTION_NETWORK, &net_option_table, NULL}};
    char name[200];
    for (int s = 0; s < SECTION_SOLVER; s++) TRY(part_make(b, &parts[s], e));
    (void)snprintf(name, sizeof name, "name: %s", first->dataset);
    if (print_options(b, &parts[SECTION_RUN], first->row, false, false, "", "\n") > 0)
        (void)fputc('\n', b->out);
    if (dataset && (dataset->files || dataset->recordings)) /* it reads files */
        (void)fprintf(b->out, "# dataset.path is left out: results hold no paths\n");
    for (int s = SECTION_STOP; s <= SECTION_NETWORK; s++)
        print_section(b, &parts[s], first->row, false, s == SECTION_DATASET ? name : "");
    (void)fprintf(b->out, "solvers:\n");
    for (const struct choice *c = b->choice; c < b->choice + b->n; c++) {
        const struct solver *solver = catalogue_solver(catalogue, c->winner->solver);
        parts[SECTION_SOLVER] = (struct part){SECTION_SOLVER, solver ? &solver->options : &none, NULL};
        TRY(part_make(b, &parts[SECTION_SOLVER], e));
        print_item(b, parts, c->winner);
    }
    return ST_OK;
}

status best_run(struct groups *g, const struct best_request *asked, const struct catalogue *catalogue,
                FILE *out, FILE *warnings, struct error *e)
{
    struct best b = {.asked = *asked, .groups = g, .out = out};
    TRY(check_column(&b, e));
    if (g->n == 0) return FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
    b.asked.smallest = asked->smallest || is_smallest_best(&b, asked->by, catalogue);
    TRY(configurations_make(&b.list, g, asked->by_label, e));
    b.n = b.list.n_names;
    b.choice = mem_alloc(&g->mem, b.n, sizeof *b.choice, e);
    b.values = mem_alloc(&g->mem, g->runs.n_rows, sizeof *b.values, e);
    if (!b.choice || !b.values) return ST_MEMORY;
    TRY(choose(&b, e));
    for (struct choice *c = b.choice; c < b.choice + b.n; c++)
        configuration_options(g, &b.list, c->winner, c->options, sizeof c->options);
    TRY(print_table(&b, out, e));
    TRY(print_items(&b, catalogue, e));
    (void)fflush(out);
    warn(&b, warnings);
    return write_csv(&b, e);
}
