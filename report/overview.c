/* The results of an experiment as one table (see overview.h). */
#include "report/overview.h"
#include "support/text.h"
#include "support/texts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 400 };

static void put_mean(const struct groups *g, const struct group *one, const char *column, double factor,
                     struct table *t)
{
    double mean, deviation;
    int digits = strncmp(column, "loss", 4) == 0 ? 5 : 2;
    group_mean(g, one, column, &mean, &deviation);
    if (isnan(mean))
        table_put(t, "-");
    else if (isnan(deviation))
        table_put(t, "%.*f", digits, factor * mean);
    else
        table_put(t, "%.*f +- %.*f", digits, factor * mean, digits, factor * deviation);
}

/* Behind the name of what is no accuracy of a simulated network. */
static const char *rule_mark(const struct group *one)
{
    return one->own_rule ? " (own rule)" : "";
}

status overview_print(const struct groups *g, FILE *out, struct error *e)
{
    const bool losses = groups_regression(g);
    const char *const titles[] = {losses ? "train loss" : "train %",
                                  losses ? "validation loss" : "validation %",
                                  losses ? "test loss" : "test %", "iterations", "training s"};
    const char *const columns[] = {losses ? "loss_train" : "acc_train", losses ? "loss_val" : "acc_val",
                                   losses ? "loss_test" : "acc_test", "iters", "train_s"};
    struct table t = {.n_cells = 0};
    table_column(&t, true, 13, "configuration");
    table_column(&t, false, 5, "seeds");
    for (size_t c = 0; c < 5; c++) table_column(&t, false, 16, "%s", titles[c]);
    for (size_t i = 0; i < g->n; i++) {
        table_put(&t, "%s%s", g->group[i].label, rule_mark(&g->group[i]));
        table_put(&t, "%zu", g->group[i].n);
        for (size_t c = 0; c < 5; c++) put_mean(g, &g->group[i], columns[c], losses || c > 2 ? 1 : 100, &t);
    }
    status st = table_print(&t, TABLE_TEXT, out, e);
    table_free(&t);
    return st;
}

/* A row per label and configuration, a column per widths. */
struct overview {
    struct groups *groups;
    struct group_list configurations;
    const char **hidden; /* widths that make the columns, by depth */
    size_t n_hidden;
    struct group *entry;               /* [n_hidden] the runs of one configuration by widths */
    size_t *rows;                      /* room for those of its entries */
    double *values;                    /* and for those of one */
    size_t fewest, most;               /* runs of an entry */
    size_t n_over[OVER_SPLITS + 1];    /* entries whose interval is over these */
    double least_error, largest_error; /* of a test set itself, in % */
    bool losses;
    struct table table;
};

/* The distinct widths, shallow ones first, in the order of the table among equals. */
static status find_columns(struct overview *o, struct error *e)
{
    const struct groups *g = o->groups;
    struct texts seen = {.n = 0};
    o->hidden = mem_alloc(&o->table.mem, g->n + 1, sizeof *o->hidden, e);
    o->values = mem_alloc(&o->table.mem, g->runs.n_rows + 1, sizeof *o->values, e);
    o->rows = mem_alloc(&o->table.mem, g->runs.n_rows + 1, sizeof *o->rows, e);
    o->entry = mem_alloc(&o->table.mem, g->n + 1, sizeof *o->entry, e);
    if (!o->hidden || !o->values || !o->rows || !o->entry) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++) {
        const struct group *one = &g->group[k];
        if (texts_place(&seen, one->hidden) < o->n_hidden) continue;
        size_t at = o->n_hidden++;
        for (; at > 0 && depth_of(o->hidden[at - 1]) > one->depth; at--) o->hidden[at] = o->hidden[at - 1];
        o->hidden[at] = one->hidden;
    }
    TRY(texts_end(&seen, 1, ST_OK, "the widths", e));
    return o->n_hidden > 0 ? ST_OK : FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
}

/* "Trainer, 1 hidden layer, 2, ...", or widths where two columns have the same depth. */
static void make_head(struct overview *o)
{
    bool widths = false;
    for (size_t i = 1; i < o->n_hidden; i++)
        widths = widths || depth_of(o->hidden[i]) == depth_of(o->hidden[i - 1]);
    table_column(&o->table, true, 0, "Trainer");
    for (size_t i = 0; i < o->n_hidden; i++) {
        size_t depth = depth_of(o->hidden[i]);
        if (widths)
            table_column(&o->table, false, 0, "%s%s", i ? "" : "hidden ", o->hidden[i]);
        else
            table_column(&o->table, false, 0, "%zu%s%s", depth, i ? "" : " hidden layer",
                         i == 0 && depth > 1 ? "s" : "");
    }
    table_column(&o->table, false, 0, "Training, s");
    table_column(&o->table, false, 0, "Forward passes");
}

static void make_entries(struct overview *o, const struct group *one)
{
    size_t *rows = o->rows;
    for (size_t i = 0; i < o->n_hidden; i++) {
        o->entry[i] = (struct group){.rows = rows};
        for (size_t k = 0; k < one->n; k++)
            if (strcmp(csv_text(&o->groups->runs, one->rows[k], "network.hidden"), o->hidden[i]) == 0)
                *rows++ = one->rows[k];
        o->entry[i].n = (size_t)(rows - o->entry[i].rows);
    }
}

/* The interval of the test result of an entry, whose values, at least one, are in o->values. */
static struct interval test_interval(struct overview *o, const struct group *entry)
{
    const struct spread s = spread_of(o->groups, entry->rows, o->values, entry->n);
    if (s.interval.n > 1) o->n_over[s.over]++;
    const double error = 100 * spread_test_error(o->groups, entry->rows[0], s.interval.mean);
    o->least_error = fmin(o->least_error, error);
    o->largest_error = fmax(o->largest_error, error);
    return s.interval;
}

static status put_accuracy(struct overview *o, const struct group *entry, struct error *e)
{
    const double factor = o->losses ? 1 : 100;
    const int digits = o->losses ? 4 : 1;
    const size_t n = entry->n;
    if (n == 0) {
        table_put(&o->table, "-");
        return ST_OK;
    }
    TRY(group_values(o->groups, entry, o->losses ? "loss_train" : "acc_train", o->values, e));
    const double train = factor * mean_of(o->values, n);
    TRY(group_values(o->groups, entry, o->losses ? "loss_test" : "acc_test", o->values, e));
    const struct interval test = test_interval(o, entry);
    o->fewest = o->most == 0 || n < o->fewest ? n : o->fewest;
    o->most = n > o->most ? n : o->most;
    if (isnan(test.half_width))
        table_put(&o->table, "%.*f / %.*f", digits, train, digits, factor * test.mean);
    else
        table_put(&o->table, "%.*f / %.*f +- %.*f", digits, train, digits, factor * test.mean, digits,
                  factor * test.half_width);
    return ST_OK;
}

/* Seconds; or a count in three digits and a thousand's letter. */
static void cost_text(double v, bool seconds, char *text, size_t size)
{
    static const char *const letters[] = {"", " k", " M", " G", " T"};
    size_t k = 0;
    if (seconds) {
        (void)snprintf(text, size, v < 1 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v);
        return;
    }
    for (; v >= 999.5 && k + 1 < sizeof letters / sizeof *letters; k++) v /= 1000;
    (void)snprintf(text, size, "%.3g%s", v, letters[k]);
}

/* Means, one per column; one alone where all are the same. */
static status put_costs(struct overview *o, const char *column, bool seconds, struct error *e)
{
    char all[TEXT] = "", first[40] = "", text[40];
    bool same = true;
    for (size_t i = 0; i < o->n_hidden; i++) {
        TRY(group_values(o->groups, &o->entry[i], column, o->values, e));
        const double mean = mean_of(o->values, o->entry[i].n);
        cost_text(mean, seconds, text, sizeof text);
        if (isnan(mean)) (void)snprintf(text, sizeof text, "-");
        if (i == 0) memcpy(first, text, sizeof first);
        same = same && strcmp(first, text) == 0;
        (void)text_add(all, sizeof all, "%s%s", i ? " / " : "", text);
    }
    table_put(&o->table, "%s", same ? first : all);
    return ST_OK;
}

static status put_row(struct overview *o, const struct group *one, struct error *e)
{
    char options[TEXT];
    configuration_options(o->groups, &o->configurations, one, options, sizeof options);
    table_put(&o->table, "`%s`%s%s%s", one->name, rule_mark(one), options[0] ? " " : "", options);
    make_entries(o, one);
    for (size_t i = 0; i < o->n_hidden; i++) TRY(put_accuracy(o, &o->entry[i], e));
    TRY(put_costs(o, "train_s", true, e));
    return put_costs(o, "forward_passes", false, e);
}

/* What stands behind the plus-minus sign. */
static void print_intervals(const struct overview *o, FILE *out)
{
    const size_t draws = o->n_over[OVER_DRAWS], splits = o->n_over[OVER_SPLITS];
    if (draws + splits == 0) return;
    (void)fprintf(out, ", \xc2\xb1 half the 95 %% interval of the test mean (Student's t) over %s%s%s",
                  draws ? "training draws with one test side" : "", draws && splits ? ", or over " : "",
                  splits ? "the means of splits where test sides differ" : "");
    if (draws && !o->losses && !isnan(o->least_error))
        (void)fprintf(out, "; the test samples themselves leave a standard error of %.1f to %.1f points",
                      o->least_error, o->largest_error);
}

static void print_note(const struct overview *o, FILE *out)
{
    (void)fprintf(out, "\nTraining / test %s, mean over %zu", o->losses ? "loss" : "accuracy in %",
                  o->fewest);
    if (o->most > o->fewest) (void)fprintf(out, " to %zu", o->most);
    (void)fprintf(out, " run%s", o->most == 1 ? "" : "s");
    print_intervals(o, out);
    (void)fprintf(out,
                  ". Training seconds (of runs that had the machine to themselves) and forward passes "
                  "(a sample through the whole network)%s.\n",
                  o->n_hidden > 1 ? " are in the order of the columns; one number stands for all" : "");
}

status overview_by_depth(struct groups *g, FILE *out, struct error *e)
{
    struct overview o = {
        .groups = g, .losses = groups_regression(g), .least_error = NAN, .largest_error = NAN};
    status st = configurations_make(&o.configurations, g, true, e);
    if (st == ST_OK) st = find_columns(&o, e);
    if (st == ST_OK) make_head(&o);
    for (size_t k = 0; st == ST_OK && k < o.configurations.n; k++)
        if (o.configurations.v[k].n > 0) st = put_row(&o, &o.configurations.v[k], e);
    if (st == ST_OK) st = table_print(&o.table, TABLE_MARKDOWN, out, e);
    if (st == ST_OK) print_note(&o, out);
    table_free(&o.table);
    return st;
}
