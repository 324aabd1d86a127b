/* Tolerances of the regression gate. */
#include "report/tolerances.h"
#include "records/columns.h"
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
    if (column_has(column, curve, COLUMN_ACCURACY) && (!curve || strcmp(precision, "float") == 0))
        return (struct tolerance){0, 0.01 + 1e-12, false};
    if (curve && strcmp(precision, "double") == 0) return (struct tolerance){1e-6, 1e-12, false};
    return (struct tolerance){0, 0, true};
}
