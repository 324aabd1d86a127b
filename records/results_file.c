/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include "records/results_repair.h"
#include "support/file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A run of the plan by one of its identities. */
struct identity {
    char id[RUN_ID_SIZE];
    size_t run;
};

static int compare_identities(const void *a, const void *b)
{
    return strcmp(((const struct identity *)a)->id, ((const struct identity *)b)->id);
}

/* The runs of a plan by identity, sorted: as they are, or as they were while their data was absent (the
 * identity then lacks the data's SHA-256). In the arena; NULL: ST_MEMORY. */
static struct identity *index_runs(const struct plan *plan, bool without_data, struct mem *m, struct error *e)
{
    struct identity *index = mem_alloc(m, plan->n_runs + 1, sizeof *index, e);
    for (size_t i = 0; index && i < plan->n_runs; i++) {
        struct run run = plan->runs[i];
        if (without_data) run_identify(&run, "");
        memcpy(index[i].id, run.id, sizeof index[i].id);
        index[i].run = i;
    }
    if (index) qsort(index, plan->n_runs, sizeof *index, compare_identities);
    return index;
}

static const struct identity *find_run(const struct identity *index, const struct plan *plan, const char *id)
{
    struct identity key = {.run = 0};
    (void)snprintf(key.id, sizeof key.id, "%s", id);
    return bsearch(&key, index, plan->n_runs, sizeof *index, compare_identities);
}

/* Puts the rows of runs.csv to the runs of the plan. Left out are rows that are replaced or dropped, and that
 * of a run that was made when its data was absent, and now is there. */
static void place_rows(struct results_file *f)
{
    const struct csv_table *t = &f->before;
    f->n_others = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *id = csv_text(t, row, "run_id");
        const struct identity *own = find_run(f->runs, f->plan, id),
                              *older = find_run(f->lacking, f->plan, id);
        const bool current = own && record_rules(t, row) == RESULT_RULES;
        if (current && (f->dropped[own->run] || f->rows[own->run].table == &f->news[own->run])) continue;
        const bool ours = current && !f->rows[own->run].table;
        if (!ours && older && strcmp(f->plan->runs[older->run].id, id) != 0) continue;
        f->rows[ours ? own->run : f->n_runs + f->n_others++] = (struct record){t, row};
    }
}

/* Reads runs.csv, where there is one, and places its rows. */
static status read_before(struct results_file *f, struct error *e)
{
    const struct csv_table *t = &f->before;
    if (access(f->path, F_OK) == 0) TRY(csv_read(&f->before, f->path, 1, e));
    if (t->source && csv_column(t, "run_id") == CSV_NONE)
        return FAIL(e, ST_DATA, "%s: line 1: there is no column 'run_id'", t->source);
    struct record *rows = realloc(f->rows, (f->n_runs + t->n_rows + 1) * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", f->n_runs + t->n_rows);
    f->rows = rows;
    place_rows(f);
    return ST_OK;
}

void results_row_file(const struct results_file *f, const char *id, char path[RESULTS_PATH])
{
    (void)snprintf(path, RESULTS_PATH, "%s/.work/%s.row.csv", f->folder, id);
}

/* Rows that a runner which was killed did not come to write. One that is no row is set aside. */
static status take_journal(struct results_file *f, struct error *e)
{
    char path[RESULTS_PATH], name[RESULTS_PATH + 16];
    for (size_t i = 0; i < f->n_runs; i++) {
        struct error unread = {.code = ST_OK};
        if (f->mine && !f->mine[i]) continue; /* another's, which is still to take it */
        results_row_file(f, f->plan->runs[i].id, path);
        if (access(path, F_OK) != 0 || results_take(f, i, &unread) == ST_OK) continue;
        if (unread.code == ST_MEMORY) return FAIL(e, ST_MEMORY, "%s", unread.text);
        TRY(file_set_aside(path, name, sizeof name, e));
        (void)fprintf(stderr, "%s; it is kept as %s\n", unread.text, name);
    }
    return ST_OK;
}

/* The lock of runs.csv where several processes write it; -1 where one does. */
static status lock_table(const struct results_file *f, int *lock, struct error *e)
{
    char path[RESULTS_PATH];
    *lock = -1;
    if (!f->mine) return ST_OK;
    (void)snprintf(path, sizeof path, "%s/.work/runs.lock", f->folder);
    return file_lock_wait(path, lock, e);
}

static status allocate(struct results_file *f, struct error *e)
{
    const size_t n = f->plan->n_runs + 1;
    f->news = mem_alloc(&f->mem, n, sizeof *f->news, e);
    f->dropped = mem_alloc(&f->mem, n, sizeof *f->dropped, e);
    f->pending = mem_alloc(&f->mem, n, sizeof *f->pending, e);
    f->runs = index_runs(f->plan, false, &f->mem, e);
    f->lacking = index_runs(f->plan, true, &f->mem, e);
    f->rows = calloc(n, sizeof *f->rows);
    if (!f->rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", n);
    if (!f->news || !f->dropped || !f->pending || !f->runs || !f->lacking) return ST_MEMORY;
    f->n_runs = f->plan->n_runs;
    return ST_OK;
}

status results_open(struct results_file *f, const char *folder, const struct plan *plan, const bool *mine,
                    struct error *e)
{
    int lock;
    memset(f, 0, sizeof *f);
    f->plan = plan;
    f->mine = mine;
    (void)snprintf(f->folder, sizeof f->folder, "%s", folder);
    (void)snprintf(f->path, sizeof f->path, "%s/runs.csv", folder);
    TRY(allocate(f, e));
    status st = lock_table(f, &lock, e);
    if (st == ST_OK) st = results_repair(f->path, e);
    if (st == ST_OK) st = read_before(f, e);
    if (lock >= 0) (void)close(lock);
    TRY(st);
    TRY(take_journal(f, e));
    return f->n_pending > 0 ? results_write(f, e) : ST_OK;
}

/* Reads the rows again that other processes have written in the meantime. */
static status refresh(struct results_file *f, struct error *e)
{
    for (size_t i = 0; i < f->n_runs; i++)
        if (f->rows[i].table == &f->before) f->rows[i].table = NULL;
    csv_table_free(&f->before);
    f->before = (struct csv_table){.n_rows = 0};
    return read_before(f, e);
}

static status write_rows(struct results_file *f, struct error *e)
{
    char path[RESULTS_PATH];
    TRY(rows_write(f->path, f->rows, f->n_runs + f->n_others, e));
    for (size_t k = 0; k < f->n_pending; k++) {
        results_row_file(f, f->pending[k], path);
        (void)remove(path);
    }
    f->n_pending = 0;
    return ST_OK;
}

status results_write(struct results_file *f, struct error *e)
{
    int lock;
    status st = lock_table(f, &lock, e);
    if (st == ST_OK && f->mine) st = refresh(f, e);
    if (st == ST_OK) st = write_rows(f, e);
    if (lock >= 0) (void)close(lock);
    return st;
}

void results_drop(struct results_file *f, size_t i)
{
    f->rows[i].table = NULL;
    f->dropped[i] = true;
}

status results_take(struct results_file *f, size_t i, struct error *e)
{
    char path[RESULTS_PATH];
    struct csv_table *t = &f->news[i];
    results_row_file(f, f->plan->runs[i].id, path);
    csv_table_free(t);
    TRY(csv_read(t, path, 1, e));
    if (t->n_rows != 1) return FAIL(e, ST_DATA, "%s: %zu rows instead of one", path, t->n_rows);
    f->rows[i] = (struct record){t, 0};
    f->pending[f->n_pending++] = f->plan->runs[i].id;
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
    free(f->rows);
    mem_free(&f->mem);
    memset(f, 0, sizeof *f);
}
