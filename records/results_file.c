/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 768 };

static size_t run_index(const struct plan *plan, const char *id)
{
    size_t i = 0;
    while (i < plan->n_runs && strcmp(plan->runs[i].id, id) != 0) i++;
    return i;
}

/* true for the row of a run of the plan that was made when the run's data was absent (its identity then lacks
 * the data's SHA-256) and now is there. */
static bool superseded(const struct plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->n_runs; i++) {
        struct run without = plan->runs[i];
        run_identify(&without, "");
        if (strcmp(without.id, id) == 0 && strcmp(plan->runs[i].id, id) != 0) return true;
    }
    return false;
}

status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e)
{
    memset(f, 0, sizeof *f);
    (void)snprintf(f->path, sizeof f->path, "%s/runs.csv", folder);
    if (access(f->path, F_OK) == 0) TRY(csv_read(&f->before, f->path, 1, e));
    const struct csv_table *t = &f->before;
    f->rows = mem_alloc(&f->mem, plan->n_runs + t->n_rows + 1, sizeof *f->rows, e);
    f->news = mem_alloc(&f->mem, plan->n_runs + 1, sizeof *f->news, e);
    if (!f->rows || !f->news) return ST_MEMORY;
    f->n_runs = plan->n_runs;
    if (t->source && csv_column(t, "run_id") == CSV_NONE)
        return FAIL(e, ST_DATA, "%s: line 1: there is no column 'run_id'", t->source);
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *id = csv_text(t, row, "run_id");
        const size_t i = run_index(plan, id);
        const bool ours = i < plan->n_runs && !f->rows[i].table && record_rules(t, row) == RESULT_RULES;
        if (!ours && superseded(plan, id)) continue;
        f->rows[ours ? i : f->n_runs + f->n_others++] = (struct record){t, row};
    }
    return ST_OK;
}

/* The union of the columns; returns how many, COLUMNS_MAX + 1 if they are more. */
static size_t merge_columns(const struct results_file *f, const char *names[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const struct csv_table *t = f->rows[i].table;
        size_t place = 0; /* where a new column of this row goes */
        for (size_t c = 0; t && c < t->n_columns; c++) {
            size_t at = 0;
            while (at < n && strcmp(names[at], t->names[c]) != 0) at++;
            if (at == n) {
                if (n == COLUMNS_MAX) return COLUMNS_MAX + 1;
                at = place;
                memmove(names + at + 1, names + at, (n - at) * sizeof *names);
                names[at] = t->names[c];
                n++;
            }
            place = at + 1;
        }
    }
    return n;
}

status results_write(const struct results_file *f, struct error *e)
{
    const char *names[COLUMNS_MAX];
    const size_t columns = merge_columns(f, names);
    struct csv_writer w;
    if (columns > COLUMNS_MAX) return FAIL(e, ST_INTERNAL, "too many result columns");
    if (columns == 0) return ST_OK;
    TRY(csv_open(&w, f->path, e));
    csv_put_texts(&w, names, columns);
    csv_end_row(&w);
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const struct record *r = &f->rows[i];
        if (!r->table) continue;
        for (size_t c = 0; c < columns; c++) csv_put(&w, csv_text(r->table, r->row, names[c]));
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

status results_take(struct results_file *f, size_t i, const char *row_path, struct error *e)
{
    struct csv_table *t = &f->news[i];
    TRY(csv_read(t, row_path, 1, e));
    if (t->n_rows != 1) return FAIL(e, ST_DATA, "%s: %zu rows instead of one", row_path, t->n_rows);
    f->rows[i] = (struct record){t, 0};
    (void)remove(row_path);
    return ST_OK;
}

const char *results_text(const struct results_file *f, size_t i, const char *column)
{
    const struct record *r = &f->rows[i];
    return r->table ? csv_text(r->table, r->row, column) : "nan";
}

void results_free(struct results_file *f)
{
    for (size_t i = 0; i < f->n_runs; i++) csv_table_free(&f->news[i]);
    csv_table_free(&f->before);
    mem_free(&f->mem);
    memset(f, 0, sizeof *f);
}
