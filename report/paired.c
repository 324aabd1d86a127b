/* Paired differences (see overview.h). */
#include "report/overview.h"
#include <math.h>
#include <string.h>

enum { N_COLUMNS = 3 };
static const char *const columns[N_COLUMNS] = {"acc_train", "acc_val", "acc_test"};

/* The data, seed and widths. */
static bool is_problem(const char *name)
{
    return strcmp(name, "dataset") == 0 || strcmp(name, "seed") == 0 || strcmp(name, "data_sha256") == 0 ||
           strcmp(name, "network.hidden") == 0 || strncmp(name, "dataset.", 8) == 0;
}

/* Of a problem. */
struct partner {
    size_t row, times; /* of the reference, and how many it has */
    size_t line;       /* that was paired last, from 1 */
};

/* The rows that are paired. A line of the result is all groups of one name with the same widths. */
struct pairing {
    const struct groups *g;
    const char *reference;
    struct group_list problem;
    struct partner *partner; /* [problem.n] */
    size_t *own, *other, n;  /* [n] rows of a line, and of the reference */
    double *v;               /* [n] differences */
};

static bool is_reference(const struct pairing *p, const struct group *one)
{
    return strcmp(one->name, p->reference) == 0;
}

/* Finds the rows of the reference. ST_USAGE if there is no such name. */
static status pairing_create(struct pairing *p, struct mem *m, struct error *e)
{
    const struct groups *g = p->g;
    bool known = false;
    for (size_t k = 0; k < g->n; k++) known = known || is_reference(p, &g->group[k]);
    if (!known)
        return FAIL(e, ST_USAGE, "--paired '%.60s': %s has no such solver or label", p->reference,
                    g->runs.source);
    TRY(csv_need(&g->runs, columns, N_COLUMNS, e));
    TRY(group_rows(&p->problem, &g->runs, is_problem, true, m, e));
    p->partner = mem_alloc(m, p->problem.n, sizeof *p->partner, e);
    p->own = mem_alloc(m, p->problem.n, sizeof *p->own, e);
    p->other = mem_alloc(m, p->problem.n, sizeof *p->other, e);
    p->v = mem_alloc(m, p->problem.n, sizeof *p->v, e);
    if (!p->partner || !p->own || !p->other || !p->v) return ST_MEMORY;
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; is_reference(p, &g->group[k]) && i < g->group[k].n; i++) {
            struct partner *partner = &p->partner[p->problem.of[g->group[k].rows[i]]];
            partner->row = g->group[k].rows[i];
            partner->times++;
        }
    return ST_OK;
}

/* Pairs the rows of a group, behind those of its line that are paired already. */
static status add_pairs(struct pairing *p, const struct group *one, struct error *e)
{
    for (size_t i = 0; i < one->n; i++) {
        struct partner *partner = &p->partner[p->problem.of[one->rows[i]]];
        if (partner->times == 0) continue;
        if (partner->times > 1 || partner->line == one->line + 1)
            return FAIL(e, ST_DATA,
                        "%s: '%s' has two runs with hidden %s, seed %s and the same split: pairs need "
                        "one configuration a name",
                        p->g->runs.source, partner->times > 1 ? p->reference : one->name, one->hidden,
                        csv_text(&p->g->runs, one->rows[i], "seed"));
        partner->line = one->line + 1;
        p->own[p->n] = one->rows[i];
        p->other[p->n++] = partner->row;
    }
    return ST_OK;
}

/* What is found out about a line. */
struct difference {
    const char *name, *hidden;
    size_t pairs;
    struct spread of[N_COLUMNS];
    /* Standard error of the difference in test accuracy from the test samples of the first pair alone, as if
     * each network had test samples of its own: the true one is smaller. */
    double test_error;
};

static double test_error(const struct groups *g, size_t row)
{
    return spread_test_error(g, row, csv_value(&g->runs, row, "acc_test"));
}

static status find_difference(const struct pairing *p, const struct group *one, struct difference *d,
                              struct error *e)
{
    const struct csv_table *t = &p->g->runs;
    *d = (struct difference){one->name, one->hidden, .pairs = p->n};
    for (size_t k = 0; k < N_COLUMNS; k++) {
        const size_t c = (size_t)csv_column(t, columns[k]);
        for (size_t i = 0; i < p->n; i++) {
            double own, other;
            TRY(csv_number(t, p->own[i], c, &own, e));
            TRY(csv_number(t, p->other[i], c, &other, e));
            p->v[i] = own - other;
        }
        d->of[k] = spread_of(p->g, p->own, p->v, p->n);
    }
    d->test_error = hypot(test_error(p->g, p->own[0]), test_error(p->g, p->other[0]));
    return ST_OK;
}

status paired_find(struct paired *found, struct groups *g, const char *reference, struct error *e)
{
    struct pairing p = {.g = g, .reference = reference};
    struct mem *m = &g->mem;
    size_t *first = mem_alloc(m, g->n_lines, sizeof *first, e); /* groups of each line from 1, 0: none, */
    size_t *next = mem_alloc(m, g->n + 1, sizeof *next, e);     /* and those behind each */
    struct difference *of = mem_alloc(m, g->n_lines, sizeof *of, e);
    *found = (struct paired){.groups = g, .reference = reference, .of = of};
    if (!first || !next || !of) return ST_MEMORY;
    TRY(pairing_create(&p, m, e));
    for (size_t k = g->n; k > 0; k--) {
        next[k] = first[g->group[k - 1].line];
        first[g->group[k - 1].line] = k;
    }
    for (size_t line = 0; line < g->n_lines; line++) {
        const struct group *one = &g->group[first[line] - 1];
        if (is_reference(&p, one)) continue;
        p.n = 0;
        for (size_t k = first[line]; k > 0; k = next[k]) TRY(add_pairs(&p, &g->group[k - 1], e));
        if (p.n > 0) TRY(find_difference(&p, one, &of[found->n++], e));
    }
    return ST_OK;
}

static void make_table(const struct paired *p, struct table *t)
{
    static const char *const titles[] = {"name",  "hidden",     "pairs", "interval over",
                                         "train", "validation", "test",  "test set"};
    table_columns(t, titles, sizeof titles / sizeof *titles, 2);
    for (const struct difference *d = p->of; d < p->of + p->n; d++) {
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

static status write_csv(const struct paired *p, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w,
                  "name,reference,hidden,pairs,acc_train_difference,acc_train_half,acc_val_difference,"
                  "acc_val_half,acc_test_difference,acc_test_half,over,values,acc_test_error",
                  e, "%s/paired.csv", p->groups->folder));
    for (const struct difference *d = p->of; d < p->of + p->n; d++) {
        const struct spread *test = &d->of[N_COLUMNS - 1];
        csv_put_texts(&w, (const char *const[]){d->name, p->reference, d->hidden}, 3);
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

status paired_write(const struct paired *p, enum table_format format, FILE *out, struct error *e)
{
    struct table t = {.n_cells = 0};
    (void)fprintf(out,
                  "\ndifference to %s, percentage points, mean over pairs of the same seed and split, and "
                  "95 %% interval: over the means of splits where test sides differ, else over training "
                  "draws of one test side, to which the standard error of that test set itself (at most) "
                  "must be added\n",
                  p->reference);
    make_table(p, &t);
    status st = table_print(&t, format, out, e);
    table_free(&t);
    TRY(st);
    if (p->groups->left_out)
        (void)fprintf(out, "%zu unfinished or failed runs and their pairs are left out\n",
                      p->groups->left_out);
    (void)fflush(out);
    return write_csv(p, e);
}
