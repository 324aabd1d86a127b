/* Runs grouped over their seeds. */
#include "report/groups.h"
#include "records/record.h"
#include "support/statistics.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Columns that make a group: solver, dataset, the option columns, and the data's SHA-256. */
static bool is_identity(const char *name)
{
    return column_is_option(name) || strcmp(name, "solver") == 0 || strcmp(name, "dataset") == 0 ||
           strcmp(name, "data_sha256") == 0;
}

const char *groups_name(const struct csv_table *runs, size_t row)
{
    const char *label = csv_text(runs, row, "label");
    return strcmp(label, "nan") == 0 ? csv_text(runs, row, "solver") : label;
}

size_t depth_of(const char *hidden)
{
    size_t depth = 1;
    for (; *hidden; hidden++) depth += *hidden == '-';
    return depth;
}

static status add_row(struct groups *g, const struct csv_columns *identity, size_t row, struct error *e)
{
    const struct csv_table *t = &g->runs;
    if (strcmp(csv_text(t, row, "status"), "ok") != 0) {
        g->left_out++;
        return ST_OK;
    }
    size_t k = 0;
    while (k < g->n && !csv_same(identity, t, g->group[k].rows[0], row)) k++;
    struct group *one = &g->group[k];
    if (one->n == GROUP_RUNS_MAX)
        return FAIL(e, ST_DATA, "%s: more than %d seeds", t->source, GROUP_RUNS_MAX);
    one->rows[one->n++] = row;
    if (k < g->n) return ST_OK;
    g->n++;
    one->solver = csv_text(t, row, "solver");
    one->name = groups_name(t, row);
    one->dataset = csv_text(t, row, "dataset");
    one->hidden = csv_text(t, row, "network.hidden");
    one->depth = depth_of(one->hidden);
    return ST_OK;
}

/* true if column c differs between group k and another of the same name and widths. */
static bool differs(const struct groups *g, size_t k, size_t c)
{
    const struct group *all = g->group;
    for (size_t j = 0; j < g->n; j++)
        if (j != k && strcmp(all[j].name, all[k].name) == 0 && strcmp(all[j].hidden, all[k].hidden) == 0 &&
            strcmp(csv_cell(&g->runs, all[j].rows[0], c), csv_cell(&g->runs, all[k].rows[0], c)) != 0)
            return true;
    return false;
}

static void make_label(struct groups *g, const struct csv_columns *identity, size_t k)
{
    struct group *one = &g->group[k];
    size_t used = (size_t)snprintf(one->label, sizeof one->label, "%s_%s", one->name, one->hidden);
    for (size_t i = 0; i < identity->n && used < sizeof one->label; i++) {
        size_t c = identity->column[i];
        if (!differs(g, k, c)) continue;
        const char *name = strrchr(g->runs.names[c], '.');
        used += (size_t)snprintf(one->label + used, sizeof one->label - used, "_%s=%.24s",
                                 name ? name + 1 : g->runs.names[c], csv_cell(&g->runs, one->rows[0], c));
    }
    /* Labels that do not fit end in the first run's id. */
    if (used >= sizeof one->label)
        snprintf(one->label + sizeof one->label - 16, 16, "_%.12s",
                 csv_text(&g->runs, one->rows[0], "run_id"));
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
    char path[4096];
    struct csv_columns identity;
    memset(g, 0, sizeof *g);
    if (snprintf(g->folder, sizeof g->folder, "%s", folder) >= (int)sizeof g->folder)
        return FAIL(e, ST_USAGE, "%.60s...: the name of the folder is too long", folder);
    snprintf(path, sizeof path, "%s/runs.csv", g->folder);
    TRY(csv_read(&g->runs, path, 1, e));
    TRY(record_check(&g->runs, e));
    TRY(csv_select(&identity, &g->runs, is_identity, &g->mem, e));
    g->group = mem_alloc(&g->mem, g->runs.n_rows + 1, sizeof *g->group, e);
    if (!g->group) return ST_MEMORY;
    for (size_t row = 0; row < g->runs.n_rows; row++) TRY(add_row(g, &identity, row, e));
    for (size_t k = 0; k < g->n; k++) make_label(g, &identity, k);
    return ST_OK;
}

void groups_free(struct groups *g)
{
    csv_table_free(&g->runs);
    mem_free(&g->mem);
    g->n = 0;
}

status groups_number(const struct groups *g, size_t row, const char *column, double *value, struct error *e)
{
    long c = csv_column(&g->runs, column);
    if (c == CSV_NONE) return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", g->runs.source, column);
    TRY(csv_number(&g->runs, row, (size_t)c, value, e));
    if (record_counted_otherwise(&g->runs, row, column)) *value = NAN;
    bool untimed = strcmp(csv_text(&g->runs, row, "timing_valid"), "0") == 0;
    if (untimed && strcmp(column, "train_s") == 0) *value = NAN;
    return ST_OK;
}

status group_values(const struct groups *g, const struct group *one, const char *column, double *values,
                    struct error *e)
{
    for (size_t i = 0; i < one->n; i++) TRY(groups_number(g, one->rows[i], column, &values[i], e));
    return ST_OK;
}

bool groups_regression(const struct groups *g)
{
    double v[GROUP_RUNS_MAX];
    if (csv_column(&g->runs, "loss_test") == CSV_NONE) return false;
    for (size_t i = 0; i < g->n; i++)
        if (group_values(g, &g->group[i], "acc_train", v, NULL) != ST_OK || !isnan(mean_of(v, g->group[i].n)))
            return false;
    return g->n > 0;
}

bool groups_have_curves(const struct groups *g)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/curves", g->folder);
    return access(path, F_OK) == 0;
}
