/* The regression gate (see comparison.h). */
#include "report/comparison.h"
#include "records/record.h"
#include "support/csv_index.h"
#include "support/text.h"
#include "support/texts.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCOPE, SOLVER, PRECISION, COLUMN, RTOL, ATOL, N_COLUMNS };
static const char *const columns[N_COLUMNS] = {"scope", "solver", "precision", "column", "rtol", "atol"};

static status check_row(const struct csv_table *t, size_t row, struct error *e)
{
    const char *scope = csv_cell(t, row, SCOPE), *precision = csv_cell(t, row, PRECISION);
    double v = 0;
    bool known = strcmp(precision, "*") == 0;
    for (size_t i = 0; precision_names[i]; i++) known = known || strcmp(precision, precision_names[i]) == 0;
    if (strcmp(scope, "runs") != 0 && strcmp(scope, "curves") != 0)
        return FAIL(e, ST_CONFIG, "%s: line %zu: scope '%s'; allowed: runs, curves", t->source,
                    row + t->first_line, scope);
    if (!known)
        return FAIL(e, ST_CONFIG, "%s: line %zu: precision '%s'; allowed: double, float, *", t->source,
                    row + t->first_line, precision);
    if (strcmp(csv_cell(t, row, RTOL), "ignore") == 0) return ST_OK;
    for (size_t c = RTOL; c <= ATOL; c++) {
        TRY(csv_number(t, row, c, &v, e));
        if (!(v >= 0))
            return FAIL(e, ST_CONFIG, "%s: line %zu: column '%s': '%s' is not a number >= 0", t->source,
                        row + t->first_line, columns[c], csv_cell(t, row, c));
    }
    return ST_OK;
}

static status read_rows(struct csv_table *t, const char *path, struct error *e)
{
    TRY(csv_read(t, path, 1, e));
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (t->n_columns != N_COLUMNS || strcmp(t->names[c], columns[c]) != 0)
            return FAIL(e, ST_CONFIG,
                        "%s: line 1: the columns must be scope,solver,precision,column,rtol,atol", path);
    for (size_t row = 0; row < t->n_rows; row++) TRY(check_row(t, row, e));
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
static struct tolerance usual_tolerance(const char *column, bool curve, bool precise)
{
    const unsigned results = COLUMN_TRAIN | COLUMN_VALIDATION | COLUMN_TEST;
    const struct tolerance ignored = {0, 0, true}, rounding = {1e-6, 1e-12, false};
    if (column_has(column, curve, COLUMN_EXACT)) return (struct tolerance){0, 0, false};
    if (column_has(column, curve, COLUMN_ACCURACY) && !(curve && precise))
        return (struct tolerance){0, 0.01 + 1e-12, false};
    if (curve) return precise ? rounding : ignored;
    if (!column_has(column, false, results) && !column_is_metric(column)) return ignored;
    if (precise) return rounding;
    return column_has(column, false, COLUMN_AT_BEST) ? ignored : (struct tolerance){0.1, 1e-6, false};
}

struct tolerance tolerance_of(const struct csv_table *f, const char *scope, const char *solver,
                              const char *precision, const char *column)
{
    bool curve = strcmp(scope, "curves") == 0;
    if (column_has(column, curve, COLUMN_MACHINE)) return (struct tolerance){0, 0, true};
    for (size_t row = f->n_rows; row-- > 0;) {
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

/* How the numbers of a column are compared. */
struct column_rule {
    struct tolerance tolerance;
    long since;  /* rows of earlier schemas counted by another rule; 0: none did */
    bool schema; /* no result */
};

/* An option among rows that are alike in solver, widths and seed. */
struct apart {
    const char *usual; /* the value of more than half of them, if margin > 0 */
    long votes, margin;
    bool differs;
};

struct comparison {
    const char *results, *reference;
    struct csv_table ours, theirs, tolerances;
    size_t checked, regressions;
    struct verdicts verdicts;
    /* Our rows by the columns that both tables have: of each the first, and the next one for a row. */
    struct mem mem;
    struct csv_index index;
    struct csv_columns keys; /* of the reference */
    size_t *first, *next;
    char cores[200]; /* what to say where the two were made with kernels of different cores; "" if not */
    bool *compared;  /* [our rows] */
    struct csv_index alike;     /* rows of the reference by solver, widths and seed */
    struct csv_columns options; /* of the reference, that may tell its rows apart */
    struct apart *apart;        /* [alike x options] */
    /* What is known of a column already, by scope, solver, precision and name. */
    struct texts known;
    struct column_rule *rules;
    size_t n_rules, room;
};

/* Finds our rows by solver, dataset, seed, the file of network.start, and every option column that both
 * tables have: the same text in all makes the same run if the rules are the same, too. A plug-in may be
 * another build, as the program may: that of the plan comes first in a table. */
static status index_runs(struct comparison *c, struct error *e)
{
    static const char *const keys[] = {"solver", "dataset", "seed"};
    const struct csv_table *a = &c->ours, *b = &c->theirs;
    struct csv_columns own = {.n = 0};
    own.column = mem_alloc(&c->mem, b->n_columns + 3, sizeof *own.column, e);
    c->keys.column = mem_alloc(&c->mem, b->n_columns + 3, sizeof *c->keys.column, e);
    c->first = mem_alloc(&c->mem, a->n_rows + 1, sizeof *c->first, e);
    c->next = mem_alloc(&c->mem, a->n_rows + 1, sizeof *c->next, e);
    if (!own.column || !c->keys.column || !c->first || !c->next) return ST_MEMORY;
    for (size_t i = 0; i < 3 + b->n_columns; i++) {
        const char *name = i < 3 ? keys[i] : b->names[i - 3];
        const bool key = i < 3 || column_is_option(name) || strcmp(name, "start_sha256") == 0;
        const long mine = key ? csv_column(a, name) : CSV_NONE;
        if (mine == CSV_NONE) continue;
        own.column[own.n++] = (size_t)mine;
        c->keys.column[c->keys.n++] = i < 3 ? (size_t)csv_column(b, name) : i - 3;
    }
    TRY(csv_index_make(&c->index, a, own, &c->mem, e));
    for (size_t row = 0; row < a->n_rows; row++) c->next[row] = csv_index_place(&c->index, row);
    for (size_t k = 0; k < c->index.n; k++) c->first[k] = a->n_rows;
    for (size_t row = a->n_rows; row-- > 0;) {
        const size_t k = c->next[row];
        c->next[row] = c->first[k];
        c->first[k] = row;
    }
    return ST_OK;
}

static bool may_tell_apart(const char *name)
{
    return strcmp(name, "dataset") == 0 || column_is_option(name);
}

/* Finds which options tell apart the runs of the reference of the same solver, widths and seed, and the value
 * of each that more than half of them have, if any. */
static status tell_apart(struct comparison *c, struct error *e)
{
    static const char *const names[] = {"solver", "network.hidden", "seed"};
    const struct csv_table *t = &c->theirs;
    struct csv_columns same = {.n = 0};
    same.column = mem_alloc(&c->mem, 3, sizeof *same.column, e);
    if (!same.column) return ST_MEMORY;
    for (size_t i = 0; i < 3; i++)
        if (csv_column(t, names[i]) != CSV_NONE) same.column[same.n++] = (size_t)csv_column(t, names[i]);
    TRY(csv_index_make(&c->alike, t, same, &c->mem, e));
    for (size_t row = 0; row < t->n_rows; row++) (void)csv_index_place(&c->alike, row);
    TRY(csv_select(&c->options, t, may_tell_apart, &c->mem, e));
    c->apart = mem_alloc(&c->mem, c->alike.n * c->options.n + 1, sizeof *c->apart, e);
    if (!c->apart) return ST_MEMORY;
    for (int pass = 0; pass < 2; pass++) /* a value that may be the majority's, and whether it is */
        for (size_t row = 0; row < t->n_rows; row++) {
            const size_t k = csv_index_place(&c->alike, row);
            for (size_t i = 0; i < c->options.n; i++) {
                struct apart *a = &c->apart[k * c->options.n + i];
                const char *own = csv_cell(t, row, c->options.column[i]);
                a->differs =
                    a->differs || strcmp(own, csv_cell(t, c->alike.rows[k], c->options.column[i])) != 0;
                if (pass == 0 && a->votes == 0) a->usual = own;
                const bool votes = strcmp(own, a->usual) == 0;
                a->votes += pass == 1 ? 0 : votes ? 1 : -1;
                a->margin += pass == 0 ? 0 : votes ? 1 : -1;
            }
        }
    return ST_OK;
}

/* What a run of the reference is: options that tell it apart, but for the value of the majority. */
static void describe(struct comparison *c, size_t row, char *what, size_t size)
{
    const struct csv_table *t = &c->theirs;
    const struct apart *a = c->apart + csv_index_place(&c->alike, row) * c->options.n;
    (void)snprintf(what, size, "%s, hidden %s, seed %s", csv_text(t, row, "solver"),
                   csv_text(t, row, "network.hidden"), csv_text(t, row, "seed"));
    for (size_t i = 0; i < c->options.n; i++) {
        const char *own = csv_cell(t, row, c->options.column[i]);
        if (a[i].differs && (a[i].margin <= 0 || strcmp(own, a[i].usual) != 0))
            (void)text_add(what, size, ", %s=%s", t->names[c->options.column[i]], own);
    }
}

/* Whether a column of this name is in runs.csv, or in a curve, of either folder. */
static status column_exists(const struct comparison *c, const char *scope, const char *name, bool *found,
                            struct error *e)
{
    const struct csv_table *sides[] = {&c->theirs, &c->ours};
    const char *const folders[] = {c->reference, c->results};
    const bool curve = strcmp(scope, "curves") == 0;
    char path[4200];
    *found = curve ? column_find(name, true) != NULL
                   : csv_column(&c->theirs, name) != CSV_NONE || csv_column(&c->ours, name) != CSV_NONE;
    for (size_t s = 0; curve && s < 2; s++)
        for (size_t row = 0; row < sides[s]->n_rows && !*found; row++) {
            struct csv_table t = {0};
            snprintf(path, sizeof path, "%s/curves/%s.csv", folders[s], csv_text(sides[s], row, "run_id"));
            if (access(path, F_OK) != 0) continue;
            const status st = csv_read(&t, path, 1, e);
            *found = st == ST_OK && csv_column(&t, name) != CSV_NONE;
            csv_table_free(&t);
            if (st == ST_MEMORY) return st; /* a damaged curve is told where it is compared */
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
static void compare_cores(struct comparison *c)
{
    const char *ours = csv_text(&c->ours, 0, "blas_core"), *theirs = csv_text(&c->theirs, 0, "blas_core");
    if (c->ours.n_rows > 0 && strcmp(ours, "nan") != 0 && strcmp(theirs, "nan") != 0 &&
        strcmp(ours, theirs) != 0)
        (void)snprintf(
            c->cores, sizeof c->cores,
            "BLAS kernels for %.40s, reference %.40s: runs under OPENBLAS_CORETYPE=%.40s round alike", ours,
            theirs, theirs);
}

static void regress(struct comparison *c, const char *text)
{
    if (c->regressions == 0 && c->cores[0]) verdicts_note(&c->verdicts, c->cores);
    c->regressions++;
    verdicts_regression(&c->verdicts, text);
}

/* The rule of a column, which is found once for each scope, solver and precision. */
static status rule_of(struct comparison *c, size_t row, const char *scope, const char *column,
                      struct column_rule *rule, struct error *e)
{
    const char *solver = csv_text(&c->theirs, row, "solver"),
               *precision = csv_text(&c->theirs, row, "precision");
    char key[600];
    const int size = snprintf(key, sizeof key, "%s\n%s\n%s\n%s", scope, solver, precision, column);
    const size_t place = size < (int)sizeof key ? texts_place(&c->known, key) : SIZE_MAX;
    if (place < c->n_rules) {
        *rule = c->rules[place];
        return ST_OK;
    }
    if (c->known.no_memory) return FAIL(e, ST_MEMORY, "no memory for the tolerances");
    *rule = (struct column_rule){
        .tolerance = tolerance_of(&c->tolerances, scope, solver, precision, column),
        .since = record_counted_since(column),
        .schema = strcmp(column, "schema") == 0 || strcmp(column, "rules") == 0,
    };
    if (place == SIZE_MAX) return ST_OK;
    if (place == c->room) {
        struct column_rule *grown = realloc(c->rules, (2 * place + 64) * sizeof *grown);
        if (!grown) return FAIL(e, ST_MEMORY, "no memory for the tolerances");
        c->rules = grown;
        c->room = 2 * place + 64;
    }
    c->rules[place] = *rule;
    c->n_rules = place + 1;
    return ST_OK;
}

/* One number against its reference. iter: "" outside curves. */
static void check_value(struct comparison *c, const struct tolerance *t, const char *column, const char *iter,
                        const char *ours, const char *theirs)
{
    char what[400], *end_a, *end_b;
    if (t->ignored) return;
    c->checked++;
    if (strcmp(ours, theirs) == 0) return;
    const double a = strtod(ours, &end_a), b = strtod(theirs, &end_b);
    if (end_a != ours && end_b != theirs &&
        ((isnan(a) && isnan(b)) || fabs(a - b) <= t->atol + t->rtol * fabs(b)))
        return;
    (void)snprintf(what, sizeof what, "column %s%s%s: %s, reference %s, tolerance %g + %g |reference|",
                   column, iter[0] ? ", iteration " : "", iter, ours, theirs, t->atol, t->rtol);
    regress(c, what);
}

/* Counts by an earlier rule, on either side, say nothing of each other, and no schema is a result. */
static bool passed_over(const struct comparison *c, size_t mine, size_t row, const struct column_rule *rule)
{
    return rule->schema || record_before(&c->theirs, row, rule->since) ||
           record_before(&c->ours, mine, rule->since);
}

/* The curves a (ours) and b of a run, column by column. */
static status check_points(struct comparison *c, const struct csv_table *a, const struct csv_table *b,
                           size_t mine, size_t row, struct error *e)
{
    char what[300];
    for (size_t k = 0; k < b->n_columns; k++) {
        struct column_rule rule;
        TRY(rule_of(c, row, "curves", b->names[k], &rule, e));
        if (passed_over(c, mine, row, &rule)) continue;
        const long own = csv_column(a, b->names[k]);
        if (own == CSV_NONE) {
            (void)snprintf(what, sizeof what, "column %s is missing from the curve", b->names[k]);
            regress(c, what);
            continue;
        }
        for (size_t i = 0; i < a->n_rows && i < b->n_rows; i++)
            check_value(c, &rule.tolerance, b->names[k], csv_cell(b, i, 0), csv_cell(a, i, (size_t)own),
                        csv_cell(b, i, k));
    }
    return ST_OK;
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
    if (st == ST_OK) st = check_points(c, &a, &b, mine, row, e);
    csv_table_free(&a);
    csv_table_free(&b);
    return st;
}

/* Our row of a run of the reference; n_rows, and why in `what`, if there is none. */
static size_t find_run(struct comparison *c, size_t row, char *what, size_t size)
{
    const long rules = record_rules(&c->theirs, row);
    const size_t k = csv_index_find(&c->index, &c->theirs, &c->keys, row);
    size_t mine = k < c->index.n ? c->first[k] : c->ours.n_rows;
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
        regress(c, what);
        return ST_OK;
    }
    c->compared[mine] = true;
    const char *word = csv_text(&c->theirs, row, "status");
    if (strcmp(csv_text(&c->ours, mine, "status"), word) != 0) {
        snprintf(what, sizeof what, "status %s, reference %s", csv_text(&c->ours, mine, "status"), word);
        regress(c, what);
        return ST_OK;
    }
    for (size_t k = 0; k < c->theirs.n_columns; k++) {
        struct column_rule rule;
        const char *name = c->theirs.names[k];
        TRY(rule_of(c, row, "runs", name, &rule, e));
        if (!passed_over(c, mine, row, &rule))
            check_value(c, &rule.tolerance, name, "", csv_text(&c->ours, mine, name),
                        csv_cell(&c->theirs, row, k));
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
    compare_cores(c);
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
    struct comparison c = {.results = results, .reference = reference};
    TRY(verdicts_begin(&c.verdicts, out, format, reference, e));
    status st = compare_all(&c, tolerances, e);
    st = verdicts_end(&c.verdicts, st, e);
    *found = (struct comparison_result){c.theirs.n_rows, c.checked, c.regressions, 0};
    for (size_t row = 0; c.compared && row < c.ours.n_rows; row++) found->alone += !c.compared[row];
    texts_free(&c.known);
    free(c.rules);
    mem_free(&c.mem);
    csv_table_free(&c.ours);
    csv_table_free(&c.theirs);
    csv_table_free(&c.tolerances);
    return st;
}
