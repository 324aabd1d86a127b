/* The regression gate (see comparison.h). */
#include "report/comparison.h"
#include "records/record.h"
#include "support/csv_index.h"
#include "support/text.h"
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCOPE, SOLVER, PRECISION, COLUMN, RTOL, ATOL, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"scope", "solver", "precision", "column", "rtol", "atol"};

/* Without the line of the row in what it says. */
static status check_row(const struct csv_table *t, size_t row, struct error *e)
{
    const char *scope = csv_cell(t, row, SCOPE), *precision = csv_cell(t, row, PRECISION);
    bool known = strcmp(precision, "*") == 0;
    for (size_t i = 0; precision_names[i]; i++) known = known || strcmp(precision, precision_names[i]) == 0;
    if (strcmp(scope, "runs") != 0 && strcmp(scope, "curves") != 0)
        return FAIL(e, ST_CONFIG, "scope '%s'; allowed: runs, curves", scope);
    if (!known) return FAIL(e, ST_CONFIG, "precision '%s'; allowed: double, float, *", precision);
    for (size_t c = RTOL; c <= ATOL && strcmp(csv_cell(t, row, RTOL), "ignore") != 0; c++)
        if (!(csv_value(t, row, columns[c]) >= 0))
            return FAIL(e, ST_CONFIG, "column '%s': '%s' is not a number >= 0", columns[c],
                        csv_cell(t, row, c));
    return ST_OK;
}

static status read_rows(struct csv_table *t, const char *path, struct error *e)
{
    TRY(csv_read(t, path, 1, e));
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (t->n_columns != N_COLUMNS || strcmp(t->names[c], columns[c]) != 0)
            return FAIL(e, ST_CONFIG,
                        "%s: line 1: the columns must be scope,solver,precision,column,rtol,atol", path);
    for (size_t row = 0; row < t->n_rows; row++)
        if (check_row(t, row, e) != ST_OK)
            return err_prefix(e, "%s: line %zu", t->source, row + t->first_line);
    return ST_OK;
}

status tolerances_read(struct csv_table *t, const char *path, bool optional, struct error *e)
{
    *t = (struct csv_table){.n_rows = 0};
    if (optional && access(path, F_OK) != 0) return ST_OK;
    status st = read_rows(t, path, e);
    if (st != ST_DATA && st != ST_IO) return st;
    if (e) e->code = ST_CONFIG;
    return ST_CONFIG; /* no result is wrong: code 2, not 1 */
}

static bool matches(const char *pattern, const char *text)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, text) == 0;
}

/* The tolerance of a column that no row of a file speaks of (see tolerance_of). */
static struct tolerance usual_tolerance(const char *column, unsigned flags, bool curve, bool precise)
{
    const unsigned results = COLUMN_TRAIN | COLUMN_VALIDATION | COLUMN_TEST;
    const struct tolerance ignored = {0, 0, true}, rounding = {1e-6, 1e-12, false};
    if (flags & COLUMN_EXACT) return (struct tolerance){0, 0, false};
    if (flags & COLUMN_ACCURACY && !(curve && precise)) return (struct tolerance){0, 0.01 + 1e-12, false};
    if (curve) return precise ? rounding : ignored;
    if (!(flags & results) && !column_is_metric(column)) return ignored;
    if (precise) return rounding;
    return flags & COLUMN_AT_BEST ? ignored : (struct tolerance){0.1, 1e-6, false};
}

struct tolerance tolerance_of(const struct csv_table *f, const char *scope, const char *solver,
                              const char *precision, const char *column)
{
    const bool curve = strcmp(scope, "curves") == 0;
    const struct result_column *known = column_find(column, curve);
    const unsigned flags = known ? known->flags : 0;
    if (flags & COLUMN_MACHINE) return (struct tolerance){0, 0, true};
    for (size_t row = f->n_rows; row-- > 0;)
        if (strcmp(csv_cell(f, row, SCOPE), scope) == 0 && matches(csv_cell(f, row, SOLVER), solver) &&
            matches(csv_cell(f, row, PRECISION), precision) && matches(csv_cell(f, row, COLUMN), column))
            return (struct tolerance){csv_value(f, row, "rtol"), csv_value(f, row, "atol"),
                                      strcmp(csv_cell(f, row, RTOL), "ignore") == 0};
    return usual_tolerance(column, flags, curve, strcmp(precision, "double") == 0);
}

struct comparison {
    const char *results, *reference;
    struct csv_table ours, theirs, tolerances;
    struct comparison_result *found;
    struct verdicts verdicts;
    struct mem mem;
    /* Our rows by the columns that both tables have, and the reference's by solver, widths and seed: `next`
     * is the next row that is alike. */
    struct csv_index index, alike;
    size_t *next, *next_alike;
    struct csv_columns keys, options; /* of the reference: those columns, and what may tell its rows apart */
    bool *compared;                   /* [our rows] */
};

static bool is_key(const char *name)
{
    return strcmp(name, "solver") == 0 || strcmp(name, "dataset") == 0 || strcmp(name, "seed") == 0 ||
           column_is_option(name) || strcmp(name, "start_sha256") == 0;
}

/* Finds our rows by solver, dataset, seed, the file of network.start, and every option column that both
 * tables have: the same text in all makes the same run if the rules are the same, too. A plug-in may be
 * another build, as the program may: that of the plan comes first in a table. */
static status index_runs(struct comparison *c, struct error *e)
{
    struct csv_columns all, own = {.n = 0};
    TRY(csv_select(&all, &c->theirs, is_key, &c->mem, e));
    own.column = mem_alloc(&c->mem, all.n, sizeof *own.column, e);
    if (!own.column) return ST_MEMORY;
    c->keys.column = all.column;
    for (size_t i = 0; i < all.n; i++) {
        const long mine = csv_column(&c->ours, c->theirs.names[all.column[i]]);
        if (mine == CSV_NONE) continue;
        own.column[own.n++] = (size_t)mine;
        c->keys.column[c->keys.n++] = all.column[i];
    }
    return csv_index_chain(&c->index, &c->ours, own, &c->next, &c->mem, e);
}

static bool is_alike(const char *name)
{
    return strcmp(name, "solver") == 0 || strcmp(name, "network.hidden") == 0 || strcmp(name, "seed") == 0;
}

static bool may_tell_apart(const char *name)
{
    return strcmp(name, "dataset") == 0 || column_is_option(name);
}

/* Finds the reference's runs with the same solver, widths and seed, and the options that differ in it. */
static status tell_apart(struct comparison *c, struct error *e)
{
    struct csv_columns same, all;
    TRY(csv_select(&same, &c->theirs, is_alike, &c->mem, e));
    TRY(csv_index_chain(&c->alike, &c->theirs, same, &c->next_alike, &c->mem, e));
    TRY(csv_select(&all, &c->theirs, may_tell_apart, &c->mem, e));
    c->options.column = all.column;
    for (size_t i = 0; i < all.n; i++)
        if (!csv_constant(&c->theirs, all.column[i])) c->options.column[c->options.n++] = all.column[i];
    return ST_OK;
}

/* What a run of the reference is: solver, widths and seed, and each option whose value no more than half of
 * the runs with these have. */
static void describe(struct comparison *c, size_t row, char *what, size_t size)
{
    const struct csv_table *t = &c->theirs;
    (void)snprintf(what, size, "%s, hidden %s, seed %s", csv_text(t, row, "solver"),
                   csv_text(t, row, "network.hidden"), csv_text(t, row, "seed"));
    for (size_t i = 0; i < c->options.n; i++) {
        const size_t column = c->options.column[i];
        const char *own = csv_cell(t, row, column);
        size_t all = 0, same = 0, other = c->alike.rows[csv_index_place(&c->alike, row)];
        for (; other < t->n_rows; other = c->next_alike[other], all++)
            same += strcmp(own, csv_cell(t, other, column)) == 0;
        if (2 * same <= all) (void)text_add(what, size, ", %s=%s", t->names[column], own);
    }
}

static status read_curve(struct csv_table *curve, const char *folder, const struct csv_table *runs,
                         size_t row, struct error *e)
{
    return csv_load(curve, e, "%s/curves/%s.csv", folder, csv_text(runs, row, "run_id"));
}

/* Whether a column of this name is in runs.csv, or in a curve, of either folder. */
static status column_exists(const struct comparison *c, const char *scope, const char *name, bool *found,
                            struct error *e)
{
    const struct csv_table *sides[] = {&c->theirs, &c->ours};
    const char *const folders[] = {c->reference, c->results};
    const bool curve = strcmp(scope, "curves") == 0;
    *found = curve ? column_find(name, true) != NULL
                   : csv_column(&c->theirs, name) != CSV_NONE || csv_column(&c->ours, name) != CSV_NONE;
    for (size_t s = 0; curve && s < 2; s++)
        for (size_t row = 0; row < sides[s]->n_rows && !*found; row++) {
            struct csv_table t;
            const status st = read_curve(&t, folders[s], sides[s], row, e);
            *found = st == ST_OK && csv_column(&t, name) != CSV_NONE;
            csv_table_free(&t);
            if (st == ST_MEMORY) return st; /* one that is damaged or absent is told where it is compared */
        }
    return ST_OK;
}

static bool has_solver(const struct csv_table *t, const char *name)
{
    for (size_t row = 0; row < t->n_rows; row++)
        if (strcmp(csv_text(t, row, "solver"), name) == 0) return true;
    return false;
}

/* ST_CONFIG where a tolerance is of a solver or a column that neither folder has: it would say nothing. */
static status check_names(const struct comparison *c, struct error *e)
{
    const struct csv_table *t = &c->tolerances;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *solver = csv_cell(t, row, SOLVER), *column = csv_cell(t, row, COLUMN);
        bool found = true;
        if (strcmp(solver, "*") != 0 && !has_solver(&c->theirs, solver) && !has_solver(&c->ours, solver))
            return FAIL(e, ST_CONFIG, "%s: line %zu: neither folder has a run of solver '%s'", t->source,
                        row + t->first_line, solver);
        if (strcmp(column, "*") != 0) TRY(column_exists(c, csv_cell(t, row, SCOPE), column, &found, e));
        if (!found)
            return FAIL(e, ST_CONFIG, "%s: line %zu: neither folder's %s have a column '%s'", t->source,
                        row + t->first_line, csv_cell(t, row, SCOPE), column);
    }
    return ST_OK;
}

/* Kernels of another core round otherwise, which says more than a list of numbers. */
static void note_cores(struct comparison *c)
{
    char text[200];
    if (c->ours.n_rows == 0) return;
    const char *ours = csv_text(&c->ours, 0, "blas_core"), *theirs = csv_text(&c->theirs, 0, "blas_core");
    if (strcmp(ours, "nan") == 0 || strcmp(theirs, "nan") == 0 || strcmp(ours, theirs) == 0) return;
    (void)snprintf(text, sizeof text,
                   "BLAS kernels for %.40s, reference %.40s: runs under OPENBLAS_CORETYPE=%.40s round alike",
                   ours, theirs, theirs);
    verdicts_note(&c->verdicts, text);
}

static void regress(struct comparison *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void regress(struct comparison *c, const char *format, ...)
{
    char text[600];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (c->found->regressions++ == 0) note_cores(c);
    verdicts_regression(&c->verdicts, text);
}

/* One number against its reference. iter: "" outside curves. */
static void check_value(struct comparison *c, const struct tolerance *t, const char *column, const char *iter,
                        const char *ours, const char *theirs)
{
    char *end_a, *end_b;
    if (t->ignored) return;
    c->found->values++;
    if (strcmp(ours, theirs) == 0) return;
    const double a = strtod(ours, &end_a), b = strtod(theirs, &end_b);
    if (end_a != ours && end_b != theirs &&
        ((isnan(a) && isnan(b)) || fabs(a - b) <= t->atol + t->rtol * fabs(b)))
        return;
    regress(c, "column %s%s%s: %s, reference %s, tolerance %g + %g |reference|", column,
            iter[0] ? ", iteration " : "", iter, ours, theirs, t->atol, t->rtol);
}

/* Whether a column of a run is compared, and how near it must be. Counts by an earlier rule, on either side,
 * say nothing of each other, and no schema is a result. */
static bool has_tolerance(const struct comparison *c, const char *scope, size_t mine, size_t row,
                          const char *column, struct tolerance *t)
{
    const long since = record_counted_since(column);
    *t = tolerance_of(&c->tolerances, scope, csv_text(&c->theirs, row, "solver"),
                      csv_text(&c->theirs, row, "precision"), column);
    return strcmp(column, "schema") != 0 && strcmp(column, "rules") != 0 &&
           !record_before(&c->theirs, row, since) && !record_before(&c->ours, mine, since);
}

/* The curves a (ours) and b of a run, column by column. */
static void check_points(struct comparison *c, const struct csv_table *a, const struct csv_table *b,
                         size_t mine, size_t row)
{
    if (a->n_rows != b->n_rows) regress(c, "%zu curve points, reference %zu", a->n_rows, b->n_rows);
    for (size_t k = 0; k < b->n_columns; k++) {
        struct tolerance t;
        const long own = csv_column(a, b->names[k]);
        if (!has_tolerance(c, "curves", mine, row, b->names[k], &t)) continue;
        if (own == CSV_NONE) regress(c, "column %s is missing from the curve", b->names[k]);
        for (size_t i = 0; own != CSV_NONE && i < a->n_rows && i < b->n_rows; i++)
            check_value(c, &t, b->names[k], csv_cell(b, i, 0), csv_cell(a, i, (size_t)own),
                        csv_cell(b, i, k));
    }
}

static status check_curve(struct comparison *c, size_t mine, size_t row, struct error *e)
{
    char path[4200];
    struct csv_table a = {0}, b;
    (void)snprintf(path, sizeof path, "%s/curves/%s.csv", c->results, csv_text(&c->ours, mine, "run_id"));
    status st = read_curve(&b, c->reference, &c->theirs, row, e);
    const bool there = access(path, F_OK) == 0;
    if (st == ST_OK && there) st = csv_read(&a, path, 1, e);
    if (st == ST_OK && there)
        check_points(c, &a, &b, mine, row);
    else if (st == ST_OK)
        regress(c, "its curve is missing");
    csv_table_free(&a);
    csv_table_free(&b);
    return st;
}

/* Our row of a run of the reference; n_rows, and why in `what`, if there is none. */
static size_t find_run(struct comparison *c, size_t row, char *what, size_t size)
{
    const long rules = record_rules(&c->theirs, row);
    const size_t k = csv_index_find(&c->index, &c->theirs, &c->keys, row);
    size_t mine = k < c->index.n ? c->index.rows[k] : c->ours.n_rows;
    (void)snprintf(what, size, "the run is missing");
    for (; mine < c->ours.n_rows && record_rules(&c->ours, mine) != rules; mine = c->next[mine])
        (void)snprintf(what, size,
                       "the run is missing: the results are of rules %ld, the reference is of rules %ld",
                       record_rules(&c->ours, mine), rules);
    return mine;
}

static status check_run(struct comparison *c, size_t row, struct error *e)
{
    char what[200];
    const size_t mine = find_run(c, row, what, sizeof what);
    if (mine == c->ours.n_rows) {
        regress(c, "%s", what);
        return ST_OK;
    }
    c->compared[mine] = true;
    const char *word = csv_text(&c->theirs, row, "status"), *own = csv_text(&c->ours, mine, "status");
    if (strcmp(own, word) != 0) {
        regress(c, "status %s, reference %s", own, word);
        return ST_OK;
    }
    for (size_t k = 0; k < c->theirs.n_columns; k++) {
        struct tolerance t;
        const char *name = c->theirs.names[k];
        if (has_tolerance(c, "runs", mine, row, name, &t))
            check_value(c, &t, name, "", csv_text(&c->ours, mine, name), csv_cell(&c->theirs, row, k));
    }
    if (strcmp(word, "no_data") == 0 || strcmp(word, "failed") == 0) return ST_OK; /* no curve */
    return check_curve(c, mine, row, e);
}

static status compare_all(struct comparison *c, const char *tolerances, struct error *e)
{
    char path[4200];
    TRY(records_read(&c->theirs, c->reference, e));
    if (c->theirs.n_rows == 0) return FAIL(e, ST_DATA, "%s: no run to compare with", c->theirs.source);
    TRY(records_read(&c->ours, c->results, e));
    c->compared = mem_alloc(&c->mem, c->ours.n_rows + 1, sizeof *c->compared, e);
    if (!c->compared) return ST_MEMORY;
    TRY(index_runs(c, e));
    TRY(tell_apart(c, e));
    snprintf(path, sizeof path, "%s/tolerances.csv", c->reference);
    TRY(tolerances_read(&c->tolerances, tolerances ? tolerances : path, !tolerances, e));
    TRY(check_names(c, e));
    for (size_t row = 0; row < c->theirs.n_rows; row++) {
        char what[600];
        describe(c, row, what, sizeof what);
        verdicts_run(&c->verdicts, csv_text(&c->theirs, row, "run_id"), what);
        TRY(check_run(c, row, e));
        verdicts_run_ended(&c->verdicts);
    }
    return ST_OK;
}

status comparison_run(const char *results, const char *reference, const char *tolerances,
                      enum verdict_format format, FILE *out, struct comparison_result *found, struct error *e)
{
    struct comparison c = {.results = results, .reference = reference, .found = found};
    *found = (struct comparison_result){.runs = 0};
    TRY(verdicts_begin(&c.verdicts, out, format, reference, e));
    status st = compare_all(&c, tolerances, e);
    st = verdicts_end(&c.verdicts, st, e);
    found->runs = c.theirs.n_rows;
    for (size_t row = 0; c.compared && row < c.ours.n_rows; row++) found->alone += !c.compared[row];
    mem_free(&c.mem);
    csv_table_free(&c.ours);
    csv_table_free(&c.theirs);
    csv_table_free(&c.tolerances);
    return st;
}
