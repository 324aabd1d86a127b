/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include "records/results_repair.h"
#include "support/file.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The identities of the plan's runs, which all differ, in their order: as they are, and as they were while
 * their data was absent (they then lack the data's SHA-256). */
static status list_runs(struct results_file *f, struct error *e)
{
    for (size_t i = 0; i < f->plan->n_runs; i++) {
        struct run run = f->plan->runs[i];
        (void)texts_place(&f->ids, run.id);
        run_identify(&run, "");
        (void)texts_place(&f->lacking, run.id);
    }
    if (!f->ids.no_memory && !f->lacking.no_memory) return ST_OK;
    return FAIL(e, ST_MEMORY, "no memory for the identities of %zu runs", f->plan->n_runs);
}

/* Whether this is a run that was made when its data was absent, which now is there. */
static bool is_superseded(struct results_file *f, const char *id)
{
    const size_t i = texts_find(&f->lacking, id);
    return i < f->n_runs && strcmp(f->plan->runs[i].id, id) != 0;
}

/* Puts the rows of runs.csv to the runs of the plan. Left out are rows that are replaced or dropped, and
 * those that are superseded. */
static void place_rows(struct results_file *f)
{
    const struct csv_table *t = &f->before;
    f->n_others = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *id = csv_text(t, row, "run_id");
        const size_t i = texts_find(&f->ids, id);
        const bool current = i < f->n_runs && record_rules(t, row) == RESULT_RULES;
        if (current && (f->dropped[i] || f->rows[i].table == &f->news[i])) continue;
        const bool ours = current && !f->rows[i].table;
        if (!ours && is_superseded(f, id)) continue;
        f->rows[ours ? i : f->n_runs + f->n_others++] = (struct record){t, row};
    }
}

/* Reads runs.csv, where there is one, and places its rows. */
static status read_before(struct results_file *f, struct error *e)
{
    const struct csv_table *t = &f->before;
    if (access(f->path, F_OK) == 0) TRY(csv_read(&f->before, f->path, 1, e));
    if (t->source) TRY(csv_need(t, &(const char *){"run_id"}, 1, e));
    const size_t room = f->n_runs + t->n_rows + f->journal.n + 1;
    struct record *rows = realloc(f->rows, room * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", f->n_runs + t->n_rows);
    f->rows = rows;
    place_rows(f);
    return ST_OK;
}

/* The ids of the runs that have a row file: the names of the files in FOLDER/.work that end as theirs do.
 * ST_IO, ST_MEMORY. */
static status list_journal(struct results_file *f, struct error *e)
{
    static const char end[] = ".row.csv";
    char path[RUN_FILE];
    TRY(find_if_there(folder_file(path, f->folder, ".work"), end, &f->journal, e));
    for (size_t k = 0; k < f->journal.n; k++)
        f->journal.names[k][strlen(f->journal.names[k]) - strlen(end)] = '\0';
    return ST_OK;
}

/* Reads the row file of a run. ST_IO, ST_DATA, ST_MEMORY. */
static status read_row(const struct results_file *f, const char *id, struct csv_table *t, struct error *e)
{
    char path[RUN_FILE];
    csv_table_free(t);
    TRY(csv_read(t, run_file(path, f->folder, ".work", id, ".row.csv"), 1, e));
    if (t->n_rows != 1) return FAIL(e, ST_DATA, "%s: %zu rows instead of one", path, t->n_rows);
    if (strcmp(csv_text(t, 0, "run_id"), id) == 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: it is the row of another run", path);
}

/* Takes up the row of a run that the plan no longer has; the row of that run in runs.csv, if there is one, is
 * replaced. */
static status take_left(struct results_file *f, const char *id, struct error *e)
{
    struct csv_table *t = &f->news[f->n_runs + f->n_left++];
    size_t i = f->n_runs;
    TRY(read_row(f, id, t, e));
    f->pending[f->n_pending++] = id;
    if (is_superseded(f, id)) return ST_OK;
    while (i < f->n_runs + f->n_others &&
           (strcmp(results_text(f, i, "run_id"), id) != 0 ||
            record_rules(f->rows[i].table, f->rows[i].row) != record_rules(t, 0)))
        i++;
    f->n_others += i == f->n_runs + f->n_others;
    f->rows[i] = (struct record){t, 0};
    return ST_OK;
}

/* Rows that a runner which was killed did not come to write. One that is no row is set aside. Where other
 * processes make runs in this folder, the rows of those are left to them. */
static status take_journal(struct results_file *f, struct error *e)
{
    char path[RUN_FILE], name[RUN_FILE + 16];
    for (size_t k = 0; k < f->journal.n; k++) {
        struct error unread = {.code = ST_OK};
        const char *id = f->journal.names[k];
        const size_t i = texts_find(&f->ids, id);
        const bool planned = i < f->n_runs;
        if (f->plan->shard.count > 0 && !(planned && plan_makes(f->plan, &f->plan->runs[i]))) continue;
        if ((planned ? results_take(f, i, &unread) : take_left(f, id, &unread)) == ST_OK) continue;
        if (unread.code == ST_MEMORY) return FAIL(e, ST_MEMORY, "%s", unread.text);
        (void)run_file(path, f->folder, ".work", id, ".row.csv");
        TRY(file_set_aside(path, name, sizeof name, e));
        (void)fprintf(stderr, "%s; it is kept as %s\n", unread.text, name);
    }
    return ST_OK;
}

/* Does this with runs.csv, under its lock where several processes write it. */
static status with_table(struct results_file *f, status (*act)(struct results_file *f, struct error *e),
                         struct error *e)
{
    char path[RUN_FILE];
    int lock = -1;
    (void)folder_file(path, f->folder, ".work/runs.lock");
    status st = f->plan->shard.count > 0 ? file_lock_wait(path, &lock, e) : ST_OK;
    if (st == ST_OK) st = act(f, e);
    if (lock >= 0) (void)close(lock);
    return st;
}

static status allocate(struct results_file *f, struct error *e)
{
    const size_t n = f->plan->n_runs + 1;
    TRY(list_journal(f, e));
    TRY(list_runs(f, e));
    f->news = mem_alloc(&f->mem, n + f->journal.n, sizeof *f->news, e);
    f->dropped = mem_alloc(&f->mem, n, sizeof *f->dropped, e);
    f->pending = mem_alloc(&f->mem, n + f->journal.n, sizeof *f->pending, e);
    if (!f->news || !f->dropped || !f->pending) return ST_MEMORY;
    f->rows = calloc(n, sizeof *f->rows);
    if (!f->rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", n);
    f->n_runs = f->plan->n_runs;
    return ST_OK;
}

static status repair_and_read(struct results_file *f, struct error *e)
{
    TRY(results_repair(f->path, e));
    return read_before(f, e);
}

status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e)
{
    memset(f, 0, sizeof *f);
    f->plan = plan;
    (void)snprintf(f->folder, sizeof f->folder, "%s", folder);
    (void)folder_file(f->path, folder, "runs.csv");
    TRY(allocate(f, e));
    TRY(with_table(f, repair_and_read, e));
    TRY(take_journal(f, e));
    bool lacking = false;
    for (size_t i = 0; i < f->n_runs && !lacking; i++)
        lacking =
            f->rows[i].table && results_lacking(f->rows[i].table, f->rows[i].row, &f->plan->runs[i]) != NULL;
    return f->n_pending > 0 || lacking ? results_write(f, e) : ST_OK;
}

/* Reads the rows again that other processes have written in the meantime. */
static status refresh(struct results_file *f, struct error *e)
{
    for (size_t i = 0; i < f->n_runs; i++)
        if (f->rows[i].table == &f->before) f->rows[i].table = NULL;
    csv_table_free(&f->before);
    return read_before(f, e);
}

/* Options that are younger than a row: its run has their defaults, which are no part of its id. */
static bool younger_option(void *context, size_t row, const char *column, char *text, size_t size)
{
    const struct results_file *f = context;
    return row < f->n_runs && column_is_option(column) &&
           run_option_text(&f->plan->runs[row], column, text, size);
}

static status write_rows(struct results_file *f, struct error *e)
{
    if (f->plan->shard.count > 0) TRY(refresh(f, e));
    TRY(rows_write(f->path, f->rows, f->n_runs + f->n_others, younger_option, f, e));
    for (size_t k = 0; k < f->n_pending; k++) run_remove(f->folder, f->pending[k], ".row.csv");
    f->n_pending = 0;
    return ST_OK;
}

status results_write(struct results_file *f, struct error *e)
{
    return with_table(f, write_rows, e);
}

void results_drop(struct results_file *f, size_t i)
{
    f->rows[i].table = NULL;
    f->dropped[i] = true;
}

status results_take(struct results_file *f, size_t i, struct error *e)
{
    struct csv_table *t = &f->news[i];
    TRY(read_row(f, f->plan->runs[i].id, t, e));
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
    for (size_t i = 0; i < f->n_runs + f->n_left; i++) csv_table_free(&f->news[i]);
    csv_table_free(&f->before);
    find_free(&f->journal);
    texts_free(&f->ids);
    texts_free(&f->lacking);
    free(f->rows);
    mem_free(&f->mem);
    memset(f, 0, sizeof *f);
}
