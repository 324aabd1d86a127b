/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include "records/results_repair.h"
#include "support/file.h"
#include "support/find.h"
#include "support/texts.h"
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

/* Whether this is a run that was made when its data was absent, which now is there. */
static bool is_superseded(const struct results_file *f, const char *id)
{
    const struct identity *older = find_run(f->lacking, f->plan, id);
    return older && strcmp(f->plan->runs[older->run].id, id) != 0;
}

/* Puts the rows of runs.csv to the runs of the plan. Left out are rows that are replaced or dropped, and
 * those that are superseded. */
static void place_rows(struct results_file *f)
{
    const struct csv_table *t = &f->before;
    f->n_others = 0;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *id = csv_text(t, row, "run_id");
        const struct identity *own = find_run(f->runs, f->plan, id);
        const bool current = own && record_rules(t, row) == RESULT_RULES;
        if (current && (f->dropped[own->run] || f->rows[own->run].table == &f->news[own->run])) continue;
        const bool ours = current && !f->rows[own->run].table;
        if (!ours && is_superseded(f, id)) continue;
        f->rows[ours ? own->run : f->n_runs + f->n_others++] = (struct record){t, row};
    }
}

/* Reads runs.csv, where there is one, and places its rows. */
static status read_before(struct results_file *f, struct error *e)
{
    const struct csv_table *t = &f->before;
    if (access(f->path, F_OK) == 0) TRY(csv_read(&f->before, f->path, 1, e));
    if (t->source) TRY(csv_need(t, &(const char *){"run_id"}, 1, e));
    const size_t room = f->n_runs + t->n_rows + f->n_journal + 1;
    struct record *rows = realloc(f->rows, room * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", f->n_runs + t->n_rows);
    f->rows = rows;
    place_rows(f);
    return ST_OK;
}

/* The name of the row file of the run `id`. */
static void row_file(const struct results_file *f, const char *id, char path[RESULTS_PATH])
{
    (void)snprintf(path, RESULTS_PATH, "%s/.work/%s.row.csv", f->folder, id);
}

/* The ids of the runs that have a row file, sorted, in the arena: the names of the files in FOLDER/.work that
 * end as theirs do. ST_IO, ST_MEMORY. */
static status list_journal(struct results_file *f, struct error *e)
{
    static const char end[] = ".row.csv";
    char path[RESULTS_PATH];
    struct find_list files;
    (void)snprintf(path, sizeof path, "%s/.work", f->folder);
    TRY(find_if_there(path, end, &files, e));
    status st = ST_OK;
    f->journal = mem_alloc(&f->mem, files.n + 1, sizeof *f->journal, e);
    for (size_t k = 0; f->journal && k < files.n; k++) {
        files.names[k][strlen(files.names[k]) - strlen(end)] = '\0';
        f->journal[k] = mem_string(&f->mem, files.names[k], e);
        if (!f->journal[k]) st = ST_MEMORY;
    }
    f->n_journal = files.n;
    find_free(&files);
    return f->journal ? st : ST_MEMORY;
}

/* Reads the row file of a run. ST_IO, ST_DATA, ST_MEMORY. */
static status read_row(const struct results_file *f, const char *id, struct csv_table *t, struct error *e)
{
    char path[RESULTS_PATH];
    row_file(f, id, path);
    csv_table_free(t);
    TRY(csv_read(t, path, 1, e));
    if (t->n_rows != 1) return FAIL(e, ST_DATA, "%s: %zu rows instead of one", path, t->n_rows);
    if (strcmp(csv_text(t, 0, "run_id"), id) == 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: it is the row of another run", path);
}

/* Takes up the row of a run that the plan no longer has; the row of that run in runs.csv, if there is one, is
 * replaced. */
static status take_left(struct results_file *f, const char *id, struct error *e)
{
    struct csv_table *t = &f->left[f->n_left++];
    size_t i = f->n_runs;
    TRY(read_row(f, id, t, e));
    f->pending[f->n_pending++] = id;
    if (is_superseded(f, id)) return ST_OK;
    while (i < f->n_runs + f->n_others &&
           (strcmp(csv_text(f->rows[i].table, f->rows[i].row, "run_id"), id) != 0 ||
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
    char path[RESULTS_PATH], name[RESULTS_PATH + 16];
    for (size_t k = 0; k < f->n_journal; k++) {
        struct error unread = {.code = ST_OK};
        const char *id = f->journal[k];
        const struct identity *own = find_run(f->runs, f->plan, id);
        if (f->mine && !(own && f->mine[own->run])) continue;
        if ((own ? results_take(f, own->run, &unread) : take_left(f, id, &unread)) == ST_OK) continue;
        if (unread.code == ST_MEMORY) return FAIL(e, ST_MEMORY, "%s", unread.text);
        row_file(f, id, path);
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
    TRY(list_journal(f, e));
    f->news = mem_alloc(&f->mem, n, sizeof *f->news, e);
    f->left = mem_alloc(&f->mem, f->n_journal + 1, sizeof *f->left, e);
    f->dropped = mem_alloc(&f->mem, n, sizeof *f->dropped, e);
    f->pending = mem_alloc(&f->mem, n + f->n_journal, sizeof *f->pending, e);
    f->runs = index_runs(f->plan, false, &f->mem, e);
    f->lacking = index_runs(f->plan, true, &f->mem, e);
    f->rows = calloc(n, sizeof *f->rows);
    if (!f->rows) return FAIL(e, ST_MEMORY, "no memory for %zu rows", n);
    if (!f->news || !f->left || !f->dropped || !f->pending || !f->runs || !f->lacking) return ST_MEMORY;
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
    char path[RESULTS_PATH];
    TRY(rows_write(f->path, f->rows, f->n_runs + f->n_others, younger_option, f, e));
    for (size_t k = 0; k < f->n_pending; k++) {
        row_file(f, f->pending[k], path);
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
    for (size_t i = 0; i < f->n_runs; i++) csv_table_free(&f->news[i]);
    for (size_t i = 0; i < f->n_left; i++) csv_table_free(&f->left[i]);
    csv_table_free(&f->before);
    free(f->rows);
    mem_free(&f->mem);
    memset(f, 0, sizeof *f);
}
