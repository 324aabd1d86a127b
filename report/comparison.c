/* The regression gate (see comparison.h). */
#include "report/comparison.h"
#include "records/record.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCOPE, SOLVER, PRECISION, COLUMN, RTOL, ATOL, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"scope", "solver", "precision", "column", "rtol", "atol"};

static status check_row(const struct csv_table *t, size_t row, struct error *e)
{
    const char *scope = csv_cell(t, row, SCOPE);
    double v = 0;
    if (strcmp(scope, "runs") != 0 && strcmp(scope, "curves") != 0)
        return FAIL(e, ST_DATA, "%s: line %zu: scope '%s'; allowed: runs, curves", t->source,
                    row + t->first_line, scope);
    if (strcmp(csv_cell(t, row, RTOL), "ignore") == 0) return ST_OK;
    for (size_t c = RTOL; c <= ATOL; c++) {
        TRY(csv_number(t, row, c, &v, e));
        if (!(v >= 0))
            return FAIL(e, ST_DATA, "%s: line %zu: column '%s': '%s' is not a number >= 0", t->source,
                        row + t->first_line, columns[c], csv_cell(t, row, c));
    }
    return ST_OK;
}

status tolerances_read(struct tolerances *t, const char *path, bool optional, struct error *e)
{
    memset(t, 0, sizeof *t);
    if (optional && access(path, F_OK) != 0) return ST_OK;
    TRY(csv_read(&t->table, path, 1, e));
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (t->table.n_columns != N_COLUMNS || strcmp(t->table.names[c], columns[c]) != 0)
            return FAIL(e, ST_DATA, "%s: line 1: the columns must be scope,solver,precision,column,rtol,atol",
                        path);
    for (size_t row = 0; row < t->table.n_rows; row++) TRY(check_row(&t->table, row, e));
    return ST_OK;
}

void tolerances_free(struct tolerances *t)
{
    csv_table_free(&t->table);
}

static bool matches(const char *pattern, const char *text)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, text) == 0;
}

/* The tolerance of a column that no row of a file speaks of (see tolerance_of). */
static struct tolerance usual_tolerance(const char *column, bool curve, bool precise)
{
    const unsigned results = COLUMN_TRAIN | COLUMN_VALIDATION | COLUMN_TEST;
    const struct tolerance ignored = {0, 0, true}, rounding = {1e-6, 1e-12, false};
    if (column_has(column, curve, COLUMN_EXACT)) return (struct tolerance){0, 0, false};
    if (column_has(column, curve, COLUMN_ACCURACY) && !(curve && precise))
        return (struct tolerance){0, 0.01 + 1e-12, false};
    if (curve) return precise ? rounding : ignored;
    if (!column_has(column, false, results)) return ignored;
    if (precise) return rounding;
    return column_has(column, false, COLUMN_AT_BEST) ? ignored : (struct tolerance){0.1, 1e-6, false};
}

struct tolerance tolerance_of(const struct tolerances *t, const char *scope, const char *solver,
                              const char *precision, const char *column)
{
    bool curve = strcmp(scope, "curves") == 0;
    if (column_has(column, curve, COLUMN_MACHINE)) return (struct tolerance){0, 0, true};
    for (size_t row = t->table.n_rows; row-- > 0;) {
        const struct csv_table *f = &t->table;
        if (strcmp(csv_cell(f, row, SCOPE), scope) != 0 || !matches(csv_cell(f, row, SOLVER), solver) ||
            !matches(csv_cell(f, row, PRECISION), precision) || !matches(csv_cell(f, row, COLUMN), column))
            continue;
        struct tolerance found = {0, 0, strcmp(csv_cell(f, row, RTOL), "ignore") == 0};
        if (!found.ignored) { /* checked when the file was read */
            csv_number(f, row, RTOL, &found.rtol, NULL);
            csv_number(f, row, ATOL, &found.atol, NULL);
        }
        return found;
    }
    return usual_tolerance(column, curve, strcmp(precision, "double") == 0);
}

struct comparison {
    const char *results, *reference;
    struct csv_table ours, theirs;
    struct tolerances tolerances;
    size_t checked, regressions;
    struct verdicts verdicts;
};

/* Same solver, dataset, seed, and the same text in every option column of both: the same run if the rules are
 * the same, too. */
static bool same_options(const struct csv_table *a, size_t i, const struct csv_table *b, size_t j)
{
    static const char *const keys[] = {"solver", "dataset", "seed"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (strcmp(csv_text(a, i, keys[k]), csv_text(b, j, keys[k])) != 0) return false;
    for (size_t c = 0; c < b->n_columns; c++) {
        long own = column_is_option(b->names[c]) ? csv_column(a, b->names[c]) : CSV_NONE;
        if (own != CSV_NONE && strcmp(csv_cell(a, i, (size_t)own), csv_cell(b, j, c)) != 0) return false;
    }
    return true;
}

/* "bptt, hidden 30-30, seed 0", of a run of the reference. */
static void describe(const struct comparison *c, size_t row, char *text, size_t size)
{
    (void)snprintf(text, size, "%s, hidden %s, seed %s", csv_text(&c->theirs, row, "solver"),
                   csv_text(&c->theirs, row, "network.hidden"), csv_text(&c->theirs, row, "seed"));
}

static void regress(struct comparison *c, const char *text)
{
    c->regressions++;
    verdicts_regression(&c->verdicts, text);
}

/* One number against its reference. iter: "" outside curves. */
static void check_value(struct comparison *c, size_t row, const char *scope, const char *column,
                        const char *iter, const char *ours, const char *theirs)
{
    char what[400], *end_a, *end_b;
    struct tolerance t = tolerance_of(&c->tolerances, scope, csv_text(&c->theirs, row, "solver"),
                                      csv_text(&c->theirs, row, "precision"), column);
    if (t.ignored) return;
    double a = strtod(ours, &end_a), b = strtod(theirs, &end_b);
    c->checked++;
    bool good =
        strcmp(ours, theirs) == 0 || (end_a != ours && end_b != theirs &&
                                      ((isnan(a) && isnan(b)) || fabs(a - b) <= t.atol + t.rtol * fabs(b)));
    if (good) return;
    snprintf(what, sizeof what, "column %s%s%s: %s, reference %s, tolerance %g + %g |reference|", column,
             iter[0] ? ", iteration " : "", iter, ours, theirs, t.atol, t.rtol);
    regress(c, what);
}

/* Counts by an earlier rule, on either side, say nothing of each other, and no schema is a result. */
static bool passed_over(const struct comparison *c, size_t mine, size_t row, const char *column)
{
    return strcmp(column, "schema") == 0 || strcmp(column, "rules") == 0 ||
           record_counted_otherwise(&c->theirs, row, column) ||
           record_counted_otherwise(&c->ours, mine, column);
}

static status check_curve(struct comparison *c, size_t mine, size_t row, struct error *e)
{
    char path[4200], what[300];
    struct csv_table a = {0}, b = {0};
    snprintf(path, sizeof path, "%s/curves/%s.csv", c->reference, csv_text(&c->theirs, row, "run_id"));
    status st = csv_read(&b, path, 1, e);
    snprintf(path, sizeof path, "%s/curves/%s.csv", c->results, csv_text(&c->ours, mine, "run_id"));
    if (st == ST_OK && access(path, F_OK) != 0) {
        regress(c, "its curve is missing");
        csv_table_free(&b);
        return ST_OK;
    }
    if (st == ST_OK) st = csv_read(&a, path, 1, e);
    if (st == ST_OK && a.n_rows != b.n_rows) {
        snprintf(what, sizeof what, "%zu curve points, reference %zu", a.n_rows, b.n_rows);
        regress(c, what);
    }
    for (size_t k = 0; st == ST_OK && k < b.n_columns; k++) {
        if (passed_over(c, mine, row, b.names[k])) continue;
        long own = csv_column(&a, b.names[k]);
        if (own == CSV_NONE) {
            snprintf(what, sizeof what, "column %s is missing from the curve", b.names[k]);
            regress(c, what);
            continue;
        }
        for (size_t i = 0; i < a.n_rows && i < b.n_rows; i++)
            check_value(c, row, "curves", b.names[k], csv_cell(&b, i, 0), csv_cell(&a, i, (size_t)own),
                        csv_cell(&b, i, k));
    }
    csv_table_free(&a);
    csv_table_free(&b);
    return st;
}

static status check_run(struct comparison *c, size_t row, struct error *e)
{
    size_t mine = 0;
    char what[200] = "the run is missing";
    const long rules = record_rules(&c->theirs, row);
    for (; mine < c->ours.n_rows; mine++) {
        if (!same_options(&c->ours, mine, &c->theirs, row)) continue;
        if (record_rules(&c->ours, mine) == rules) break;
        snprintf(what, sizeof what,
                 "the run is missing: the results are of rules %ld, the reference is of rules %ld",
                 record_rules(&c->ours, mine), rules);
    }
    if (mine == c->ours.n_rows) {
        regress(c, what);
        return ST_OK;
    }
    if (strcmp(csv_text(&c->ours, mine, "status"), csv_text(&c->theirs, row, "status")) != 0) {
        snprintf(what, sizeof what, "status %s, reference %s", csv_text(&c->ours, mine, "status"),
                 csv_text(&c->theirs, row, "status"));
        regress(c, what);
        return ST_OK;
    }
    for (size_t k = 0; k < c->theirs.n_columns; k++)
        if (!passed_over(c, mine, row, c->theirs.names[k]))
            check_value(c, row, "runs", c->theirs.names[k], "", csv_text(&c->ours, mine, c->theirs.names[k]),
                        csv_cell(&c->theirs, row, k));
    const char *word = csv_text(&c->theirs, row, "status");
    if (strcmp(word, "no_data") == 0 || strcmp(word, "failed") == 0) return ST_OK; /* no curve */
    return check_curve(c, mine, row, e);
}

static status compare_all(struct comparison *c, const char *tolerances, struct error *e)
{
    char path[4200];
    TRY(records_read(&c->theirs, c->reference, e));
    if (c->theirs.n_rows == 0) return FAIL(e, ST_DATA, "%s: no run to compare with", c->theirs.source);
    TRY(records_read(&c->ours, c->results, e));
    snprintf(path, sizeof path, "%s/tolerances.csv", c->reference);
    TRY(tolerances_read(&c->tolerances, tolerances ? tolerances : path, !tolerances, e));
    for (size_t row = 0; row < c->theirs.n_rows; row++) {
        char what[300];
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
    struct comparison c = {.results = results, .reference = reference};
    TRY(verdicts_begin(&c.verdicts, out, format, reference, e));
    status st = compare_all(&c, tolerances, e);
    st = verdicts_end(&c.verdicts, st, e);
    *found = (struct comparison_result){c.theirs.n_rows, c.checked, c.regressions};
    csv_table_free(&c.ours);
    csv_table_free(&c.theirs);
    tolerances_free(&c.tolerances);
    return st;
}
