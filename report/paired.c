/* See paired.h. */
#include "report/paired.h"
#include "report/spread.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { N_COLUMNS = 3 };
static const char *const columns[N_COLUMNS] = {"acc_train", "acc_val", "acc_test"};

/* The data, seed and widths. */
static bool is_problem(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "seed") == 0 || strcmp(name, "data_sha256") == 0 ||
           strcmp(name, "network.hidden") == 0 || strncmp(name, "dataset.", 8) == 0;
}

/* One line of the result: all groups of `name` with these widths. */
struct line {
    const char *name, *hidden, *reference;
    struct group_list problem;
    size_t *first, *next;    /* the first group of each line, and [groups] the next one of its line; SIZE_MAX:
                                none */
    size_t *partner, *times; /* [problem.n] a row of the reference, and how many it has */
    size_t *seen;            /* [problem.n] the line that was paired last, from 1 */
    size_t *own, *other, n;  /* [n] rows of the name, and of the reference */
    double *v;               /* [n] differences */
};

static status line_create(struct line *l, const struct groups *g, struct mem *m, struct error *e)
{
    TRY(group_rows(&l->problem, &g->runs, is_problem, true, m, e));
    l->partner = mem_alloc(m, l->problem.n + 1, sizeof *l->partner, e);
    l->times = mem_alloc(m, l->problem.n + 1, sizeof *l->times, e);
    l->seen = mem_alloc(m, l->problem.n + 1, sizeof *l->seen, e);
    l->own = mem_alloc(m, l->problem.n + 1, sizeof *l->own, e);
    l->other = mem_alloc(m, l->problem.n + 1, sizeof *l->other, e);
    l->v = mem_alloc(m, l->problem.n + 1, sizeof *l->v, e);
    l->first = mem_alloc(m, g->n_lines + 1, sizeof *l->first, e);
    l->next = mem_alloc(m, g->n + 1, sizeof *l->next, e);
    if (!l->partner || !l->times || !l->seen || !l->own || !l->other || !l->v || !l->first || !l->next)
        return ST_MEMORY;
    for (size_t i = 0; i < g->n_lines; i++) l->first[i] = SIZE_MAX;
    for (size_t k = g->n; k-- > 0;) {
        l->next[k] = l->first[g->group[k].line];
        l->first[g->group[k].line] = k;
    }
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; strcmp(g->group[k].name, l->reference) == 0 && i < g->group[k].n; i++) {
            size_t row = g->group[k].rows[i], p = l->problem.of[row];
            l->partner[p] = row;
            l->times[p]++;
        }
    return ST_OK;
}

/* The rows of the line of group k, its first one, and, for each, the reference's row of the same problem. */
static status find_pairs(const struct groups *g, struct line *l, size_t k, struct error *e)
{
    const size_t line = g->group[k].line + 1;
    l->n = 0;
    for (; k != SIZE_MAX; k = l->next[k])
        for (size_t i = 0; i < g->group[k].n; i++) {
            size_t row = g->group[k].rows[i], p = l->problem.of[row];
            if (l->times[p] == 0) continue;
            if (l->times[p] > 1 || l->seen[p] == line)
                return FAIL(e, ST_DATA,
                            "%s: '%s' has two runs with hidden %s, seed %s and the same split: pairs need "
                            "one configuration a name",
                            g->runs.source, l->times[p] > 1 ? l->reference : l->name, l->hidden,
                            csv_text(&g->runs, row, "seed"));
            l->seen[p] = line;
            l->own[l->n] = row;
            l->other[l->n++] = l->partner[p];
        }
    return ST_OK;
}

static status differences(const struct groups *g, const struct line *l, const char *column,
                          struct spread *result, struct error *e)
{
    const size_t c = (size_t)csv_column(&g->runs, column);
    for (size_t i = 0; i < l->n; i++) {
        double own, other;
        TRY(csv_number(&g->runs, l->own[i], c, &own, e));
        TRY(csv_number(&g->runs, l->other[i], c, &other, e));
        l->v[i] = own - other;
    }
    *result = spread_of(g, l->own, l->v, l->n);
    return ST_OK;
}

status paired_check(const struct groups *g, const char *reference, struct error *e)
{
    struct line l = {.reference = reference};
    struct mem m = {0};
    bool known = false;
    for (size_t k = 0; k < g->n; k++) known = known || strcmp(g->group[k].name, reference) == 0;
    if (!known)
        return FAIL(e, ST_USAGE, "--paired '%.60s': %s has no such solver or label", reference,
                    g->runs.source);
    TRY(csv_need(&g->runs, columns, N_COLUMNS, e));
    status st = line_create(&l, g, &m, e);
    for (size_t k = 0; k < g->n && st == ST_OK; k++) {
        l.name = g->group[k].name;
        l.hidden = g->group[k].hidden;
        if (l.first[g->group[k].line] >= k && strcmp(l.name, reference) != 0) st = find_pairs(g, &l, k, e);
    }
    mem_free(&m);
    return st;
}

/* Standard error of the difference in test accuracy from the test samples of the first pair alone, as if each
 * network had test samples of its own: the true one is smaller. */
static status test_error(const struct groups *g, const struct line *l, double *result, struct error *e)
{
    const size_t column = (size_t)csv_column(&g->runs, "acc_test");
    double own, other;
    *result = NAN;
    if (l->n == 0) return ST_OK;
    TRY(csv_number(&g->runs, l->own[0], column, &own, e));
    TRY(csv_number(&g->runs, l->other[0], column, &other, e));
    *result = hypot(spread_test_error(g, l->own[0], own), spread_test_error(g, l->other[0], other));
    return ST_OK;
}

/* What is found out about a line. */
struct difference {
    const char *name, *hidden;
    size_t pairs;
    struct spread of[N_COLUMNS];
    double test_error;
};

/* Every name and widths but the reference's that have pairs: [*n], in the arena. */
static status find_differences(const struct groups *g, const char *reference, struct mem *m,
                               struct difference **found, size_t *n, struct error *e)
{
    struct line l = {.reference = reference};
    TRY(line_create(&l, g, m, e));
    *n = 0;
    *found = mem_alloc(m, g->n_lines + 1, sizeof **found, e);
    if (!*found) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++) {
        struct difference *d = &(*found)[*n];
        l.name = g->group[k].name;
        l.hidden = g->group[k].hidden;
        if (l.first[g->group[k].line] < k || strcmp(l.name, reference) == 0) continue;
        TRY(find_pairs(g, &l, k, e));
        if (l.n == 0) continue;
        *d = (struct difference){.name = l.name, .hidden = l.hidden, .pairs = l.n};
        for (size_t c = 0; c < N_COLUMNS; c++) TRY(differences(g, &l, columns[c], &d->of[c], e));
        TRY(test_error(g, &l, &d->test_error, e));
        ++*n;
    }
    return ST_OK;
}

static void make_table(struct table *t, const struct difference *v, size_t n)
{
    table_column(t, true, 0, "name");
    table_column(t, true, 0, "hidden");
    table_column(t, false, 0, "pairs");
    table_column(t, false, 0, "interval over");
    table_column(t, false, 0, "train");
    table_column(t, false, 0, "validation");
    table_column(t, false, 0, "test");
    table_column(t, false, 0, "test set");
    for (const struct difference *d = v; d < v + n; d++) {
        const struct spread *test = &d->of[N_COLUMNS - 1];
        table_put(t, "%s", d->name);
        table_put(t, "%s", d->hidden);
        table_put(t, "%zu", d->pairs);
        table_put(t, "%zu %s", test->interval.n, spread_names[test->over]);
        for (size_t c = 0; c < N_COLUMNS; c++)
            table_put(t, "%.2f +- %.2f", 100 * d->of[c].interval.mean, 100 * d->of[c].interval.half_width);
        table_put(t, isnan(d->test_error) ? "-" : "%.2f", 100 * d->test_error);
    }
}

static status write_csv(const struct groups *g, const char *reference, const struct difference *v, size_t n,
                        struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w,
                  "name,reference,hidden,pairs,acc_train_difference,acc_train_half,acc_val_difference,"
                  "acc_val_half,acc_test_difference,acc_test_half,over,values,acc_test_error",
                  e, "%s/paired.csv", g->folder));
    for (const struct difference *d = v; d < v + n; d++) {
        const struct spread *test = &d->of[N_COLUMNS - 1];
        csv_put_texts(&w, (const char *const[]){d->name, reference, d->hidden}, 3);
        csv_put_number(&w, (double)d->pairs);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            csv_put_number(&w, d->of[c].interval.mean);
            csv_put_number(&w, d->of[c].interval.half_width);
        }
        csv_put(&w, spread_names[test->over]);
        csv_put_numbers(&w, (const double[]){(double)test->interval.n, d->test_error}, 2);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status print_table(const struct groups *g, const char *reference, enum table_format format,
                          struct table *t, FILE *out, struct error *e)
{
    (void)fprintf(out,
                  "\ndifference to %s, percentage points, mean over pairs of the same seed and split, and "
                  "95 %% interval: over the means of splits where test sides differ, else over training "
                  "draws of one test side, to which the standard error of that test set itself (at most) "
                  "must be added\n",
                  reference);
    TRY(table_print(t, format, out, e));
    if (g->left_out)
        (void)fprintf(out, "%zu unfinished or failed runs and their pairs are left out\n", g->left_out);
    (void)fflush(out);
    return ST_OK;
}

status paired_write(const struct groups *g, const char *reference, enum table_format format, FILE *out,
                    struct error *e)
{
    struct table t = {.n_cells = 0};
    struct difference *found = NULL;
    size_t n = 0;
    TRY(paired_check(g, reference, e));
    status st = find_differences(g, reference, &t.mem, &found, &n, e);
    if (st == ST_OK) make_table(&t, found, n);
    if (st == ST_OK) st = print_table(g, reference, format, &t, out, e);
    if (st == ST_OK) st = write_csv(g, reference, found, n, e);
    table_free(&t);
    return st;
}
