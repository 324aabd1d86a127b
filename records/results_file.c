/* runs.csv while a plan is being run. */
#include "records/results_file.h"
#include "records/results_repair.h"
#include "support/file.h"
#include "support/texts.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS_MAX = 768 };

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

/* The runs of the plan by what they are called now, and by what they were called while their data was absent.
 */
struct identities {
    const struct identity *runs, *lacking;
};

/* Whether this is a run that was made when its data was absent, which now is there. */
static bool is_superseded(const struct results_file *f, const struct identities *ids, const char *id)
{
    const struct identity *older = find_run(ids->lacking, f->plan, id);
    return older && strcmp(f->plan->runs[older->run].id, id) != 0;
}

/* Puts the rows of runs.csv to the runs of the plan, but for those that are superseded. */
static void place_rows(struct results_file *f, const struct identities *ids)
{
    const struct csv_table *t = &f->before;
    for (size_t row = 0; row < t->n_rows; row++) {
        const char *id = csv_text(t, row, "run_id");
        const struct identity *own = find_run(ids->runs, f->plan, id);
        const bool ours = own && !f->rows[own->run].table && record_rules(t, row) == RESULT_RULES;
        if (!ours && is_superseded(f, ids, id)) continue;
        f->rows[ours ? own->run : f->n_runs + f->n_others++] = (struct record){t, row};
    }
}

void results_row_file(const struct results_file *f, const char *id, char path[RESULTS_PATH])
{
    (void)snprintf(path, RESULTS_PATH, "%s/.work/%s.row.csv", f->folder, id);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The ids of the runs that have a row file, sorted, in the arena: the names of all files in FOLDER/.work that
 * end as theirs do. ST_MEMORY. */
static status list_journal(struct results_file *f, const char ***ids, size_t *n, struct error *e)
{
    static const char end[] = ".row.csv";
    char path[RESULTS_PATH];
    struct texts found = {.n = 0};
    (void)snprintf(path, sizeof path, "%s/.work", f->folder);
    DIR *d = opendir(path);
    for (const struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        const size_t length = strlen(entry->d_name), size = sizeof end - 1;
        char id[sizeof entry->d_name];
        if (length <= size || strcmp(entry->d_name + length - size, end) != 0) continue;
        (void)snprintf(id, sizeof id, "%.*s", (int)(length - size), entry->d_name);
        (void)texts_place(&found, id);
    }
    if (d) (void)closedir(d);
    status st = found.no_memory ? FAIL(e, ST_MEMORY, "no memory for the names of row files") : ST_OK;
    *n = found.n;
    *ids = st == ST_OK ? mem_alloc(&f->mem, found.n + 1, sizeof **ids, e) : NULL;
    for (size_t k = 0; *ids && k < found.n; k++)
        if (!((*ids)[k] = mem_string(&f->mem, found.v[k], e))) st = ST_MEMORY;
    if (*ids && st == ST_OK) qsort(*ids, found.n, sizeof **ids, compare_texts);
    texts_free(&found);
    return *ids ? st : ST_MEMORY;
}

/* Reads the row file of a run. ST_IO, ST_DATA, ST_MEMORY. */
static status read_row(const struct results_file *f, const char *id, struct csv_table *t, struct error *e)
{
    char path[RESULTS_PATH];
    results_row_file(f, id, path);
    csv_table_free(t);
    TRY(csv_read(t, path, 1, e));
    if (t->n_rows != 1) return FAIL(e, ST_DATA, "%s: %zu rows instead of one", path, t->n_rows);
    if (strcmp(csv_text(t, 0, "run_id"), id) == 0) return ST_OK;
    return FAIL(e, ST_DATA, "%s: it is the row of another run", path);
}

/* Takes up the row of a run that the plan no longer has; the row of that run in runs.csv, if there is one, is
 * replaced. */
static status take_left(struct results_file *f, const struct identities *ids, const char *id, struct error *e)
{
    struct csv_table *t = &f->left[f->n_left++];
    size_t i = f->n_runs;
    TRY(read_row(f, id, t, e));
    f->pending[f->n_pending++] = id;
    if (is_superseded(f, ids, id)) return ST_OK;
    while (i < f->n_runs + f->n_others &&
           (strcmp(csv_text(f->rows[i].table, f->rows[i].row, "run_id"), id) != 0 ||
            record_rules(f->rows[i].table, f->rows[i].row) != record_rules(t, 0)))
        i++;
    f->n_others += i == f->n_runs + f->n_others;
    f->rows[i] = (struct record){t, 0};
    return ST_OK;
}

/* Rows that a runner which was killed did not come to write. One that is no row is set aside. */
static status take_journal(struct results_file *f, const struct identities *ids, const char *const *found,
                           size_t n, struct error *e)
{
    char path[RESULTS_PATH], name[RESULTS_PATH + 16];
    for (size_t k = 0; k < n; k++) {
        struct error unread = {.code = ST_OK};
        const struct identity *own = find_run(ids->runs, f->plan, found[k]);
        if ((own ? results_take(f, own->run, &unread) : take_left(f, ids, found[k], &unread)) == ST_OK)
            continue;
        if (unread.code == ST_MEMORY) return FAIL(e, ST_MEMORY, "%s", unread.text);
        results_row_file(f, found[k], path);
        TRY(file_set_aside(path, name, sizeof name, e));
        (void)fprintf(stderr, "%s; it is kept as %s\n", unread.text, name);
    }
    return ST_OK;
}

status results_open(struct results_file *f, const char *folder, const struct plan *plan, struct error *e)
{
    const char **found;
    size_t n = 0;
    memset(f, 0, sizeof *f);
    f->plan = plan;
    (void)snprintf(f->folder, sizeof f->folder, "%s", folder);
    (void)snprintf(f->path, sizeof f->path, "%s/runs.csv", folder);
    TRY(results_repair(f->path, e));
    if (access(f->path, F_OK) == 0) TRY(csv_read(&f->before, f->path, 1, e));
    TRY(list_journal(f, &found, &n, e));
    const struct csv_table *t = &f->before;
    const struct identities ids = {index_runs(plan, false, &f->mem, e), index_runs(plan, true, &f->mem, e)};
    f->rows = mem_alloc(&f->mem, plan->n_runs + t->n_rows + n + 1, sizeof *f->rows, e);
    f->news = mem_alloc(&f->mem, plan->n_runs + 1, sizeof *f->news, e);
    f->left = mem_alloc(&f->mem, n + 1, sizeof *f->left, e);
    f->pending = mem_alloc(&f->mem, plan->n_runs + n + 1, sizeof *f->pending, e);
    if (!ids.runs || !ids.lacking || !f->rows || !f->news || !f->left || !f->pending) return ST_MEMORY;
    f->n_runs = plan->n_runs;
    if (t->source && csv_column(t, "run_id") == CSV_NONE)
        return FAIL(e, ST_DATA, "%s: line 1: there is no column 'run_id'", t->source);
    place_rows(f, &ids);
    TRY(take_journal(f, &ids, found, n, e));
    return f->n_pending > 0 ? results_write(f, e) : ST_OK;
}

/* The union of the columns; returns how many, COLUMNS_MAX + 1 if they are more. */
static size_t merge_columns(const struct results_file *f, const char *names[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const struct csv_table *t = f->rows[i].table;
        size_t place = 0; /* where a new column of this row goes */
        if (i > 0 && t == f->rows[i - 1].table) continue;
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

/* The column of each name in a table. */
static void find_columns(const struct csv_table *t, const char *const *names, size_t n, long *places)
{
    for (size_t c = 0; c < n; c++) places[c] = csv_column(t, names[c]);
}

static void write_rows(const struct results_file *f, const char *const *names, size_t columns,
                       struct csv_writer *w)
{
    long places[COLUMNS_MAX];
    const struct csv_table *last = NULL;
    csv_put_texts(w, names, columns);
    csv_end_row(w);
    for (size_t i = 0; i < f->n_runs + f->n_others; i++) {
        const struct record *r = &f->rows[i];
        if (!r->table) continue;
        if (r->table != last) find_columns(r->table, names, columns, places);
        last = r->table;
        for (size_t c = 0; c < columns; c++)
            csv_put(w, places[c] == CSV_NONE ? "nan" : csv_cell(r->table, r->row, (size_t)places[c]));
        csv_end_row(w);
    }
}

status results_write(struct results_file *f, struct error *e)
{
    const char *names[COLUMNS_MAX];
    char path[RESULTS_PATH];
    const size_t columns = merge_columns(f, names);
    struct csv_writer w;
    if (columns > COLUMNS_MAX) return FAIL(e, ST_INTERNAL, "too many result columns");
    if (columns == 0) {
        /* no row: no file */
        return remove(f->path) == 0 || errno == ENOENT ? ST_OK
                                                       : FAIL(e, ST_IO, "%s: %s", f->path, strerror(errno));
    }
    TRY(csv_open(&w, f->path, e));
    write_rows(f, names, columns, &w);
    TRY(csv_close(&w, e));
    for (size_t k = 0; k < f->n_pending; k++) {
        results_row_file(f, f->pending[k], path);
        (void)remove(path);
    }
    f->n_pending = 0;
    return ST_OK;
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
    mem_free(&f->mem);
    memset(f, 0, sizeof *f);
}
