/* See paired.h. */
#include "report/paired.h"
#include "support/statistics.h"
#include <string.h>

enum { PAIRS_MAX = GROUP_RUNS_MAX, N_COLUMNS = 3 };
static const char *const columns[N_COLUMNS] = {"acc_train", "acc_val", "acc_test"};

static bool is_problem(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "seed") == 0 || strcmp(name, "data_sha256") == 0 ||
           strcmp(name, "network.hidden") == 0 || strncmp(name, "dataset.", 8) == 0;
}

/* One line of the result: all groups of `name` with these widths. */
struct line {
    const char *name, *hidden;
    struct csv_columns keys; /* that make a problem: the data, seed and widths */
    size_t rows[PAIRS_MAX], partners[PAIRS_MAX], n;
};

static bool is_line_of(const struct group *one, const struct line *l)
{
    return strcmp(one->name, l->name) == 0 && strcmp(one->hidden, l->hidden) == 0;
}

/* The rows of a line and, for each, the reference's row of the same problem. */
static status find_pairs(const struct groups *g, const char *reference, struct line *l, struct error *e)
{
    l->n = 0;
    for (size_t k = 0; k < g->n; k++) {
        if (!is_line_of(&g->group[k], l)) continue;
        for (size_t i = 0; i < g->group[k].n; i++) {
            size_t row = g->group[k].rows[i], found = 0;
            for (size_t j = 0; j < l->n; j++)
                if (csv_same(&l->keys, &g->runs, row, l->rows[j]))
                    return FAIL(e, ST_DATA,
                                "%s: '%s' has two runs with hidden %s, seed %s and the same split: pairs "
                                "need one configuration a name",
                                g->runs.source, l->name, l->hidden, csv_text(&g->runs, row, "seed"));
            for (size_t q = 0; q < g->n; q++) {
                if (strcmp(g->group[q].name, reference) != 0) continue;
                for (size_t j = 0; j < g->group[q].n; j++) {
                    if (!csv_same(&l->keys, &g->runs, row, g->group[q].rows[j])) continue;
                    if (l->n == PAIRS_MAX)
                        return FAIL(e, ST_DATA, "%s: more than %d pairs of '%s'", g->runs.source, PAIRS_MAX,
                                    l->name);
                    l->partners[l->n] = g->group[q].rows[j];
                    found++;
                }
            }
            if (found > 1)
                return FAIL(e, ST_DATA,
                            "%s: '%s' has two runs with hidden %s, seed %s and the same split: pairs need "
                            "one configuration a name",
                            g->runs.source, reference, l->hidden, csv_text(&g->runs, row, "seed"));
            if (found == 1) l->rows[l->n++] = row;
        }
    }
    return ST_OK;
}

static status differences(const struct groups *g, const struct line *l, size_t column,
                          struct interval *result, struct error *e)
{
    double v[PAIRS_MAX];
    long c = csv_column(&g->runs, columns[column]);
    if (c == CSV_NONE)
        return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", g->runs.source, columns[column]);
    for (size_t i = 0; i < l->n; i++) {
        double own, other;
        TRY(csv_number(&g->runs, l->rows[i], (size_t)c, &own, e));
        TRY(csv_number(&g->runs, l->partners[i], (size_t)c, &other, e));
        v[i] = own - other;
    }
    *result = interval_of(v, l->n);
    return ST_OK;
}

static void put_line(struct csv_writer *w, struct table *t, const struct line *l, const char *reference,
                     const struct interval *result)
{
    csv_put(w, l->name);
    csv_put(w, reference);
    csv_put(w, l->hidden);
    csv_put_number(w, (double)l->n);
    table_put(t, "%s", l->name);
    table_put(t, "%s", l->hidden);
    table_put(t, "%zu", l->n);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        csv_put_number(w, result[c].mean);
        csv_put_number(w, result[c].half_width);
        table_put(t, "%.2f +- %.2f", 100 * result[c].mean, 100 * result[c].half_width);
    }
    csv_end_row(w);
}

/* Every name and widths but the reference's. */
static status write_lines(const struct groups *g, const char *reference, struct csv_writer *w,
                          struct table *t, struct error *e)
{
    struct line l = {.n = 0};
    struct interval result[N_COLUMNS];
    TRY(csv_select(&l.keys, &g->runs, is_problem, &t->mem, e));
    for (size_t k = 0; k < g->n; k++) {
        l.name = g->group[k].name;
        l.hidden = g->group[k].hidden;
        size_t first = 0;
        while (!is_line_of(&g->group[first], &l)) first++;
        if (first < k || strcmp(l.name, reference) == 0) continue;
        TRY(find_pairs(g, reference, &l, e));
        for (size_t c = 0; c < N_COLUMNS; c++) TRY(differences(g, &l, c, &result[c], e));
        if (l.n > 0) put_line(w, t, &l, reference, result);
    }
    return ST_OK;
}

status paired_write(const struct groups *g, const char *reference, enum table_format format, FILE *out,
                    struct error *e)
{
    char path[4096];
    struct csv_writer w;
    struct table t = {.n_cells = 0};
    bool known = false;
    for (size_t k = 0; k < g->n; k++) known = known || strcmp(g->group[k].name, reference) == 0;
    if (!known)
        return FAIL(e, ST_USAGE, "--paired '%.60s': %s has no such solver or label", reference,
                    g->runs.source);
    (void)snprintf(path, sizeof path, "%s/paired.csv", g->folder);
    TRY(csv_open(&w, path, e));
    csv_head(&w, "name,reference,hidden,pairs,acc_train_difference,acc_train_half,acc_val_difference,"
                 "acc_val_half,acc_test_difference,acc_test_half");
    table_column(&t, true, 0, "name");
    table_column(&t, true, 0, "hidden");
    table_column(&t, false, 0, "pairs");
    for (size_t c = 0; c < N_COLUMNS; c++)
        table_column(&t, false, 0, "%s", c == 0 ? "train" : c == 1 ? "validation" : "test");
    status st = csv_end(&w, write_lines(g, reference, &w, &t, e), e);
    if (st == ST_OK) {
        (void)fprintf(out,
                      "\ndifference to %s, percentage points, mean and 95 %% interval over pairs of the same "
                      "seed and split\n",
                      reference);
        st = table_print(&t, format, out, e);
        if (g->left_out)
            (void)fprintf(out, "%zu unfinished or failed runs and their pairs are left out\n", g->left_out);
    }
    table_free(&t);
    return st;
}
