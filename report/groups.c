/* Runs grouped over their seeds. */
#include "report/groups.h"
#include "records/record.h"
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Moves the numbers to the front and the NaNs behind them. */
static size_t count_numbers(double *values, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) values[kept++] = values[i];
    for (size_t i = kept; i < n; i++) values[i] = NAN;
    return kept;
}

double quantile(double *values, size_t n, double p)
{
    n = count_numbers(values, n);
    if (n == 0) return NAN;
    qsort(values, n, sizeof *values, ascending);
    double place = p * (double)(n - 1);
    size_t below = (size_t)place;
    if (below + 1 >= n) return values[n - 1];
    return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}

double mean_of(const double *values, size_t n)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += values[i];
            count += 1;
        }
    return count > 0 ? sum / count : NAN;
}

double deviation_of(const double *values, size_t n)
{
    double mean = mean_of(values, n), sum = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += (values[i] - mean) * (values[i] - mean);
            count += 1;
        }
    return count > 1 ? sqrt(sum / (count - 1)) : NAN;
}

bool groups_is_option(const struct csv_table *runs, size_t column)
{
    return (long)column > csv_column(runs, "error") && (long)column < csv_column(runs, "data_sha256");
}

/* Columns that make a group: solver, dataset, the option columns, and the data's SHA-256. */
static bool is_identity(const struct csv_table *t, size_t column)
{
    const char *name = t->names[column];
    return groups_is_option(t, column) || strcmp(name, "solver") == 0 || strcmp(name, "dataset") == 0 ||
           strcmp(name, "data_sha256") == 0;
}

static bool same_group(const struct csv_table *t, size_t a, size_t b)
{
    for (size_t c = 0; c < t->n_columns; c++)
        if (is_identity(t, c) && strcmp(csv_cell(t, a, c), csv_cell(t, b, c)) != 0) return false;
    return true;
}

static const char *cell(const struct csv_table *t, size_t row, const char *name)
{
    long c = csv_column(t, name);
    return c == CSV_NONE ? "nan" : csv_cell(t, row, (size_t)c);
}

const char *groups_name(const struct csv_table *runs, size_t row)
{
    const char *label = cell(runs, row, "label");
    return strcmp(label, "nan") == 0 ? cell(runs, row, "solver") : label;
}

static status add_row(struct groups *g, size_t row, struct error *e)
{
    struct csv_table *t = &g->runs;
    if (strcmp(cell(t, row, "status"), "ok") != 0) {
        g->left_out++;
        return ST_OK;
    }
    for (size_t k = 0; k < g->n; k++) {
        struct group *one = &g->group[k];
        if (!same_group(t, one->rows[0], row)) continue;
        if (one->n == GROUP_RUNS_MAX)
            return FAIL(e, ST_DATA, "%s: more than %d seeds", t->source, GROUP_RUNS_MAX);
        one->rows[one->n++] = row;
        return ST_OK;
    }
    struct group *one = &g->group[g->n++];
    one->solver = cell(t, row, "solver");
    one->name = groups_name(t, row);
    one->dataset = cell(t, row, "dataset");
    one->hidden = cell(t, row, "network.hidden");
    one->depth = 1;
    for (const char *c = one->hidden; *c; c++) one->depth += *c == '-';
    one->n = 1;
    one->rows[0] = row;
    return ST_OK;
}

static bool alike(const struct group *a, const struct group *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->hidden, b->hidden) == 0;
}

/* true if column c differs between group k and another of the same name and widths. */
static bool sets_apart(const struct groups *g, size_t k, size_t c)
{
    const struct csv_table *t = &g->runs;
    for (size_t j = 0; j < g->n; j++)
        if (j != k && alike(&g->group[j], &g->group[k]) &&
            strcmp(csv_cell(t, g->group[j].rows[0], c), csv_cell(t, g->group[k].rows[0], c)) != 0)
            return true;
    return false;
}

static void make_label(struct groups *g, size_t k)
{
    struct group *one = &g->group[k];
    size_t used = (size_t)snprintf(one->label, sizeof one->label, "%s_%s", one->name, one->hidden);
    for (size_t c = 0; c < g->runs.n_columns && used < sizeof one->label; c++) {
        if (!is_identity(&g->runs, c) || !sets_apart(g, k, c)) continue;
        const char *name = strrchr(g->runs.names[c], '.');
        used += (size_t)snprintf(one->label + used, sizeof one->label - used, "_%s=%.24s",
                                 name ? name + 1 : g->runs.names[c], csv_cell(&g->runs, one->rows[0], c));
    }
    /* What does not fit is told apart by the first run's id. */
    if (used >= sizeof one->label) {
        const char *id = csv_cell(&g->runs, one->rows[0], (size_t)csv_column(&g->runs, "run_id"));
        snprintf(one->label + sizeof one->label - 16, 16, "_%.12s", id);
    }
    for (char *p = one->label; *p; p++)
        if (*p == '/' || *p == ' ') *p = '-';
}

status groups_load(struct groups *g, const char *folder, struct error *e)
{
    char path[4096];
    memset(g, 0, sizeof *g);
    snprintf(g->folder, sizeof g->folder, "%s", folder);
    snprintf(path, sizeof path, "%s/runs.csv", g->folder);
    TRY(csv_read(&g->runs, path, 1, e));
    static const char *const needed[] = {"solver", "dataset", "seed",       "status",
                                         "run_id", "error",   "data_sha256"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (csv_column(&g->runs, needed[i]) == CSV_NONE)
            return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", path, needed[i]);
    g->group = mem_alloc(&g->mem, g->runs.n_rows + 1, sizeof *g->group, e);
    if (!g->group) return ST_MEMORY;
    for (size_t row = 0; row < g->runs.n_rows; row++) TRY(add_row(g, row, e));
    for (size_t k = 0; k < g->n; k++) make_label(g, k);
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
    bool untimed = strcmp(cell(&g->runs, row, "timing_valid"), "0") == 0;
    if (untimed && strcmp(column, "train_s") == 0) *value = NAN;
    return ST_OK;
}

status group_values(const struct groups *g, const struct group *one, const char *column, double *values,
                    struct error *e)
{
    for (size_t i = 0; i < one->n; i++) TRY(groups_number(g, one->rows[i], column, &values[i], e));
    return ST_OK;
}
