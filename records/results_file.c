/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t run_index(const struct plan *plan, const char *id)
{
    size_t i = 0;
    while (id && i < plan->n_runs && strcmp(plan->runs[i].id, id) != 0) i++;
    return id ? i : plan->n_runs;
}

/* true for the row of a run of the plan that was made when the run's data was absent (its identity then lacks
 * the data's SHA-256) and now is there. */
static bool superseded(const struct plan *plan, const char *id)
{
    for (size_t i = 0; id && i < plan->n_runs; i++) {
        struct run without = plan->runs[i];
        run_identify(&without, "");
        if (strcmp(without.id, id) == 0 && strcmp(plan->runs[i].id, id) != 0) return true;
    }
    return false;
}

static status take_rows(struct results_file *f, const struct csv_table *t, const struct plan *plan,
                        struct error *e)
{
    long id = csv_column(t, "run_id");
    if (id == CSV_NONE) return FAIL(e, ST_DATA, "%s: line 1: there is no column 'run_id'", t->source);
    f->others = calloc(t->n_rows + 1, sizeof *f->others);
    if (!f->others) return FAIL(e, ST_MEMORY, "%s: no memory for its rows", t->source);
    for (size_t row = 0; row < t->n_rows; row++) {
        size_t i = run_index(plan, csv_cell(t, row, (size_t)id));
        bool ours = i < plan->n_runs && f->rows[i].n == 0 && record_rules(t, row) == RESULT_RULES;
        if (!ours && superseded(plan, csv_cell(t, row, (size_t)id))) continue;
        TRY(record_from_table(ours ? &f->rows[i] : &f->others[f->n_others++], t, row, e));
    }
    return ST_OK;
}

status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e)
{
    memset(f, 0, sizeof *f);
    snprintf(f->path, sizeof f->path, "%s/runs.csv", folder);
    f->n_runs = plan->n_runs;
    f->rows = calloc(plan->n_runs + 1, sizeof *f->rows);
    if (!f->rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", plan->n_runs);
    if (access(f->path, F_OK) != 0) return ST_OK;
    struct csv_table t;
    status st = csv_read(&t, f->path, 1, e);
    if (st == ST_OK) st = take_rows(f, &t, plan, e);
    csv_table_free(&t);
    return st;
}

status results_write(const struct results_file *f, struct error *e)
{
    const struct record **all = calloc(f->n_runs + f->n_others + 1, sizeof *all);
    if (!all) return FAIL(e, ST_MEMORY, "no memory for %zu rows", f->n_runs + f->n_others);
    size_t n = 0;
    for (size_t i = 0; i < f->n_runs; i++)
        if (f->rows[i].n > 0) all[n++] = &f->rows[i];
    for (size_t i = 0; i < f->n_others; i++) all[n++] = &f->others[i];
    status st = n > 0 ? records_write(all, n, f->path, e) : ST_OK;
    free(all);
    return st;
}

status results_take(struct results_file *f, size_t i, const char *row_path, bool *found, struct error *e)
{
    struct csv_table t;
    *found = access(row_path, F_OK) == 0;
    if (!*found) return ST_OK;
    status st = csv_read(&t, row_path, 1, e);
    if (st == ST_OK && t.n_rows != 1)
        st = FAIL(e, ST_DATA, "%s: %zu rows instead of one", row_path, t.n_rows);
    if (st == ST_OK) {
        record_free(&f->rows[i]);
        st = record_from_table(&f->rows[i], &t, 0, e);
    }
    csv_table_free(&t);
    if (st == ST_OK) remove(row_path);
    return st;
}

void results_free(struct results_file *f)
{
    for (size_t i = 0; f->rows && i < f->n_runs; i++) record_free(&f->rows[i]);
    for (size_t i = 0; f->others && i < f->n_others; i++) record_free(&f->others[i]);
    free(f->rows);
    free(f->others);
    memset(f, 0, sizeof *f);
}
