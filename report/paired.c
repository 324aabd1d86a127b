/* See paired.h. */
#include "report/paired.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { PAIRS_MAX = GROUP_RUNS_MAX, N_COLUMNS = 3 };
static const char *const columns[N_COLUMNS] = {"acc_train", "acc_val", "acc_test"};

/* Quantile 0.975 of Student's t: the table up to 30 degrees of freedom, then its expansion in 1/n around the
 * normal quantile (Abramowitz, Stegun 26.7.5), right to 1e-3. */
static double t_quantile(size_t freedom)
{
    static const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                   2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    const double z = 1.959964;
    if (freedom == 0) return NAN;
    if (freedom <= 30) return table[freedom - 1];
    double n = (double)freedom, z3 = z * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z3 * z * z + 16 * z3 + 3 * z) / (96 * n * n);
}

struct interval interval_of(const double *differences, size_t total)
{
    size_t n = 0; /* a difference that is nan is no pair */
    for (size_t i = 0; i < total; i++) n += isnan(differences[i]) ? 0 : 1;
    struct interval result = {n, mean_of(differences, total), NAN};
    if (n >= 2) result.half = t_quantile(n - 1) * deviation_of(differences, total) / sqrt((double)n);
    return result;
}

static const char *cell(const struct groups *g, size_t row, const char *name)
{
    long c = csv_column(&g->runs, name);
    return c == CSV_NONE ? "nan" : csv_cell(&g->runs, row, (size_t)c);
}

/* Rows a and b are runs of the same problem: the same data, seed and widths. */
static bool same_problem(const struct groups *g, size_t a, size_t b)
{
    const struct csv_table *t = &g->runs;
    for (size_t c = 0; c < t->n_columns; c++) {
        const char *name = t->names[c];
        bool key = strcmp(name, "dataset") == 0 || strcmp(name, "seed") == 0 ||
                   strcmp(name, "data_sha256") == 0 || strcmp(name, "network.hidden") == 0 ||
                   strncmp(name, "dataset.", 8) == 0;
        if (key && strcmp(csv_cell(t, a, c), csv_cell(t, b, c)) != 0) return false;
    }
    return true;
}

/* One line of the result: all groups of `name` with these widths. */
struct line {
    const char *name, *hidden;
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
                if (same_problem(g, row, l->rows[j]))
                    return FAIL(e, ST_DATA,
                                "%s: '%s' has two runs with hidden %s, seed %s and the same split: pairs "
                                "need one configuration a name",
                                g->runs.source, l->name, l->hidden, cell(g, row, "seed"));
            for (size_t q = 0; q < g->n; q++) {
                if (strcmp(g->group[q].name, reference) != 0) continue;
                for (size_t j = 0; j < g->group[q].n; j++) {
                    if (!same_problem(g, row, g->group[q].rows[j])) continue;
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
                            g->runs.source, reference, l->hidden, cell(g, row, "seed"));
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

static void put_line(struct csv_writer *w, const struct line *l, const char *reference,
                     const struct interval *result)
{
    csv_put(w, l->name);
    csv_put(w, reference);
    csv_put(w, l->hidden);
    csv_put_number(w, (double)l->n);
    printf("%-24s %-24s %5zu", l->name, l->hidden, l->n);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        csv_put_number(w, result[c].mean);
        csv_put_number(w, result[c].half);
        printf("   %7.2f +- %5.2f", 100 * result[c].mean, 100 * result[c].half);
    }
    csv_end_row(w);
    printf("\n");
}

static status write_lines(const struct groups *g, const char *reference, struct csv_writer *w,
                          struct error *e)
{
    for (size_t k = 0; k < g->n; k++) {
        struct line l = {.name = g->group[k].name, .hidden = g->group[k].hidden};
        struct interval result[N_COLUMNS];
        bool first = strcmp(l.name, reference) != 0;
        for (size_t j = 0; j < k; j++) first = first && !is_line_of(&g->group[j], &l);
        if (!first) continue;
        TRY(find_pairs(g, reference, &l, e));
        for (size_t c = 0; c < N_COLUMNS; c++) TRY(differences(g, &l, c, &result[c], e));
        if (l.n > 0) put_line(w, &l, reference, result);
    }
    return ST_OK;
}

status paired_write(const struct groups *g, const char *reference, struct error *e)
{
    char path[4096], name[60];
    struct csv_writer w;
    bool known = false;
    for (size_t k = 0; k < g->n; k++) known = known || strcmp(g->group[k].name, reference) == 0;
    if (!known)
        return FAIL(e, ST_USAGE, "--paired '%.60s': %s has no such solver or label", reference,
                    g->runs.source);
    (void)snprintf(path, sizeof path, "%s/paired.csv", g->folder);
    TRY(csv_open(&w, path, e));
    static const char *const head[] = {"name", "reference", "hidden", "pairs"};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) csv_put(&w, head[i]);
    for (size_t c = 0; c < N_COLUMNS; c++)
        for (int half = 0; half < 2; half++) {
            (void)snprintf(name, sizeof name, "%s_%s", columns[c], half ? "half" : "difference");
            csv_put(&w, name);
        }
    csv_end_row(&w);
    printf("\ndifference to %s, percentage points, mean and 95 %% interval over pairs of the same seed and "
           "split\n"
           "%-24s %-24s %5s   %16s   %16s   %16s\n",
           reference, "name", "hidden", "pairs", "train", "validation", "test");
    status st = write_lines(g, reference, &w, e);
    if (g->left_out) printf("%zu unfinished or failed runs and their pairs are left out\n", g->left_out);
    if (st == ST_OK) return csv_close(&w, e);
    csv_abandon(&w);
    return st;
}
