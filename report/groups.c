/* Runs in groups: over their seeds, and by configuration. */
#include "report/groups.h"
#include "records/record.h"
#include "support/statistics.h"
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static bool is(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

size_t depth_of(const char *hidden)
{
    size_t depth = 1;
    for (; *hidden; hidden++) depth += *hidden == '-';
    return depth;
}

static struct group group_of(const struct csv_table *t, size_t row)
{
    const char *label = csv_text(t, row, "label"), *solver = csv_text(t, row, "solver"),
               *hidden = csv_text(t, row, "network.hidden");
    return (struct group){.name = is(label, "nan") ? solver : label,
                          .solver = solver,
                          .dataset = csv_text(t, row, "dataset"),
                          .hidden = hidden,
                          .depth = depth_of(hidden),
                          .row = row};
}

status group_rows(struct group_list *l, const struct csv_table *t, csv_choice keys, bool finished,
                  struct mem *m, struct error *e)
{
    struct csv_columns columns;
    TRY(csv_select(&columns, t, keys, m, e));
    size_t *rows = mem_alloc(m, t->n_rows + 1, sizeof *rows, e);
    *l = (struct group_list){.v = mem_alloc(m, t->n_rows + 1, sizeof *l->v, e),
                             .of = mem_alloc(m, t->n_rows + 1, sizeof *l->of, e)};
    if (!rows || !l->v || !l->of) return ST_MEMORY;
    const long newest = record_newest_rules(t);
    for (size_t row = 0; row < t->n_rows; row++) {
        const bool ok = is(csv_text(t, row, "status"), "ok");
        size_t k = 0;
        l->of[row] = SIZE_MAX;
        if ((finished && !ok) || record_rules(t, row) != newest) continue;
        while (k < l->n && !csv_same(&columns, t, l->v[k].row, row)) k++;
        if (k == l->n) l->v[l->n++] = group_of(t, row);
        l->of[row] = k;
        l->v[k].n += ok;
        l->v[k].n_unfinished += !ok;
    }
    for (size_t k = 0; k < l->n; k++) {
        l->v[k].rows = rows;
        for (size_t row = l->v[k].row; row < t->n_rows; row++)
            if (l->of[row] == k && is(csv_text(t, row, "status"), "ok")) *rows++ = row;
    }
    return ST_OK;
}

/* Solver, dataset, the option columns, and the data's SHA-256. */
static bool is_identity(const char *name)
{
    return column_is_option(name) || is(name, "solver") || is(name, "dataset") || is(name, "data_sha256");
}

/* true if column c differs between group k and another of the same name and widths. */
static bool differs(const struct groups *g, size_t k, size_t c)
{
    const struct group *all = g->group;
    for (size_t j = 0; j < g->n; j++)
        if (j != k && is(all[j].name, all[k].name) && is(all[j].hidden, all[k].hidden) &&
            !is(csv_cell(&g->runs, all[j].row, c), csv_cell(&g->runs, all[k].row, c)))
            return true;
    return false;
}

static void make_label(struct groups *g, size_t k)
{
    const struct csv_table *t = &g->runs;
    struct group *one = &g->group[k];
    const size_t size = sizeof one->label;
    size_t used = (size_t)snprintf(one->label, size, "%s_%s", one->name, one->hidden);
    for (size_t c = 0; c < t->n_columns && used < size; c++) {
        if (!is_identity(t->names[c]) || !differs(g, k, c)) continue;
        const char *dot = strrchr(t->names[c], '.');
        used += (size_t)snprintf(one->label + used, size - used, "_%s=%.24s", dot ? dot + 1 : t->names[c],
                                 csv_cell(t, one->row, c));
    }
    /* Labels that do not fit end in the first run's id. */
    if (used >= size) (void)snprintf(one->label + size - 16, 16, "_%.12s", csv_text(t, one->row, "run_id"));
    for (char *p = one->label; *p; p++)
        if (*p == '/' || *p == ' ') *p = '-';
}

void line_name(const char *name, const char *hidden, const char *label, char *text, size_t size)
{
    size_t head = strlen(name), skipped = head + 1 + strlen(hidden), whole = strlen(label);
    if (skipped > whole) skipped = whole;
    (void)snprintf(text, size, "%.*s%s", (int)head, label, label + skipped);
}

status groups_load(struct groups *g, const char *folder, struct error *e)
{
    struct group_list l;
    memset(g, 0, sizeof *g);
    if (snprintf(g->folder, sizeof g->folder, "%s", folder) >= (int)sizeof g->folder)
        return FAIL(e, ST_USAGE, "%.60s...: the name of the folder is too long", folder);
    TRY(records_read(&g->runs, g->folder, e));
    TRY(group_rows(&l, &g->runs, is_identity, true, &g->mem, e));
    g->group = l.v;
    g->n = l.n;
    const long newest = record_newest_rules(&g->runs);
    for (size_t row = 0; row < g->runs.n_rows; row++) {
        const bool other = record_rules(&g->runs, row) != newest;
        g->other_rules += other;
        g->left_out += !other && l.of[row] == SIZE_MAX;
    }
    for (size_t k = 0; k < g->n; k++) {
        if (l.v[k].n > GROUP_RUNS_MAX)
            return FAIL(e, ST_DATA, "%s: more than %d seeds", g->runs.source, GROUP_RUNS_MAX);
        make_label(g, k);
    }
    return ST_OK;
}

bool groups_same_test(const struct groups *g, size_t a, size_t b)
{
    static const char *const columns[] = {"dataset.split_seed", "dataset.n_test", "dataset.n_train",
                                          "dataset.n_validation"};
    const struct csv_table *t = &g->runs;
    const char *side = csv_text(t, a, "test_side");
    const bool rest = is(csv_text(t, a, "dataset.n_test"), "0"); /* the test side is what the others leave */
    if (is(side, "published") || is(side, "made")) return true;
    for (size_t k = 0; k < (rest ? 4 : 2); k++)
        if (!is(csv_text(t, a, columns[k]), csv_text(t, b, columns[k]))) return false;
    return !is(csv_text(t, a, columns[0]), "-1") || is(csv_text(t, a, "seed"), csv_text(t, b, "seed"));
}

void groups_note_rules(const struct groups *g, FILE *out)
{
    if (g->other_rules)
        (void)fprintf(out, "%zu rows of older rules are passed over: the newest in %s are of rules %ld\n",
                      g->other_rules, g->runs.source, record_newest_rules(&g->runs));
}

void groups_free(struct groups *g)
{
    csv_table_free(&g->runs);
    mem_free(&g->mem);
    g->n = 0;
}

status group_values(const struct groups *g, const struct group *one, const char *column, const char *hidden,
                    double *values, size_t *n, struct error *e)
{
    const long c = csv_column(&g->runs, column);
    *n = 0;
    for (size_t i = 0; i < one->n; i++) {
        const size_t row = one->rows[i];
        if (hidden && !is(csv_text(&g->runs, row, "network.hidden"), hidden)) continue;
        double *value = &values[(*n)++];
        *value = NAN;
        if (c == CSV_NONE) continue;
        TRY(csv_number(&g->runs, row, (size_t)c, value, e));
        if (record_counted_otherwise(&g->runs, row, column) ||
            (is(column, "train_s") && is(csv_text(&g->runs, row, "timing_valid"), "0")))
            *value = NAN;
    }
    return ST_OK;
}

bool group_own_rule(const struct groups *g, const struct group *one)
{
    return strcmp(csv_text(&g->runs, one->row, "prediction"), "own rule") == 0;
}

bool groups_regression(const struct groups *g)
{
    double v[GROUP_RUNS_MAX];
    size_t n;
    if (csv_column(&g->runs, "loss_test") == CSV_NONE || csv_column(&g->runs, "acc_train") == CSV_NONE)
        return false;
    for (size_t i = 0; i < g->n; i++)
        if (group_values(g, &g->group[i], "acc_train", NULL, v, &n, NULL) != ST_OK || !isnan(mean_of(v, n)))
            return false;
    return g->n > 0;
}

bool groups_have_curves(const struct groups *g)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/curves", g->folder);
    return access(path, F_OK) == 0;
}

status groups_curve(const struct groups *g, size_t row, struct csv_table *curve, struct error *e)
{
    return csv_load(curve, e, "%s/curves/%s.csv", g->folder, csv_text(&g->runs, row, "run_id"));
}

status curve_cost(const struct csv_table *curve, const char *accuracy, double level, const char *cost,
                  double *value, struct error *e)
{
    const long at = csv_column(curve, accuracy), column = csv_column(curve, cost);
    double here = NAN;
    size_t row = 0;
    *value = NAN;
    if (at == CSV_NONE || column == CSV_NONE || curve->n_rows == 0) return ST_OK;
    for (; row < curve->n_rows; row++) {
        TRY(csv_number(curve, row, (size_t)at, &here, e));
        if (here >= level) return csv_number(curve, row, (size_t)column, value, e);
    }
    TRY(csv_number(curve, row - 1, (size_t)column, value, e));
    if (!isnan(*value)) *value = isnan(here) ? NAN : INFINITY;
    return ST_OK;
}

bool configurations_average(const char *option)
{
    return is(option, "network.hidden") || is(option, "dataset.split_seed");
}

static bool is_key(const char *name)
{
    return is(name, "solver") || is(name, "dataset") ||
           (column_is_option(name) && !configurations_average(name));
}

static bool is_key_or_label(const char *name)
{
    return is(name, "label") || is_key(name);
}

status configurations_make(struct group_list *c, struct groups *g, bool by_label, struct error *e)
{
    TRY(group_rows(c, &g->runs, by_label ? is_key_or_label : is_key, false, &g->mem, e));
    for (size_t k = 0; !by_label && k < c->n; k++) c->v[k].name = c->v[k].solver;
    return ST_OK;
}

bool configurations_axis(const struct groups *g, const struct group_list *c, const char *name, size_t column)
{
    const char *first = NULL, *option = g->runs.names[column];
    if (!column_is_option(option) || configurations_average(option)) return false;
    for (size_t k = 0; k < c->n; k++) {
        if (name && !is(c->v[k].name, name)) continue;
        const char *value = csv_cell(&g->runs, c->v[k].row, column);
        if (first && !is(first, value)) return true;
        first = value;
    }
    return false;
}

void configuration_options(const struct groups *g, const struct group_list *c, const struct group *one,
                           char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t column = 0; column < g->runs.n_columns && used < size; column++) {
        const char *name = g->runs.names[column];
        if (!configurations_axis(g, c, one->name, column)) continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s=%s", used ? " " : "",
                                 name + (strncmp(name, "solver.", 7) == 0 ? 7 : 0),
                                 csv_cell(&g->runs, one->row, column));
    }
}
