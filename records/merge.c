/* See merge.h. */
#include "records/merge.h"
#include "records/merge_plan.h"
#include "records/results_repair.h"
#include "support/paths.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4400, KEY_SIZE = 4000 };

/* A folder with a runs.csv. */
struct source {
    const char *folder;
    struct csv_table table;
};

/* A row, by its run. */
struct entry {
    const char *id;
    struct record row;
    const struct source *source;
    size_t order; /* of all rows as they were read */
    bool finished;
    bool sound; /* its curve is there, if it is finished */
};

struct merge {
    struct mem mem;
    const char *out;
    const struct catalogue *catalogue;
    struct source *sources;
    size_t n_sources;
    struct entry *entries; /* by id, one for each run */
    size_t n_entries;
    struct merge_plan plan;
    int lock; /* of OUT; -1: not taken */
};

static const char *text_of(const struct entry *a, const char *column)
{
    return csv_text(a->row.table, a->row.row, column);
}

static bool is_nan(const struct entry *a, const char *column)
{
    return strcmp(text_of(a, column), "nan") == 0;
}

/* "FOLDER/runs.csv: line 3" */
static const char *place_of(const struct entry *a, char text[PATH_SIZE])
{
    (void)snprintf(text, PATH_SIZE, "%s: line %zu", a->row.table->source,
                   a->row.row + a->row.table->first_line);
    return text;
}

static status differ(const struct entry *a, const struct entry *b, const char *column, const char *what,
                     struct error *e)
{
    char first[PATH_SIZE], second[PATH_SIZE];
    return FAIL(e, ST_DATA, "%.300s: %s %.80s, but %.300s: %.80s: %s", place_of(b, second), column,
                text_of(b, column), place_of(a, first), text_of(a, column), what);
}

/* The rows of all folders must be of one experiment, one schema and one set of rules. */
static status check_alike(const struct merge *m, struct error *e)
{
    static const char *const columns[] = {"experiment", "schema", "rules"};
    for (size_t i = 1; i < m->n_entries; i++)
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
            if (strcmp(text_of(&m->entries[0], columns[k]), text_of(&m->entries[i], columns[k])) != 0)
                return differ(&m->entries[0], &m->entries[i], columns[k], "these do not belong together", e);
    return ST_OK;
}

/* A dataset, and its options at their defaults. */
struct usual {
    const struct dataset_source *dataset; /* NULL: not known here */
    void *options;
};

/* The dataset of a row, in the arena. ST_MEMORY. */
static status usual_of(struct merge *m, const struct entry *a, struct usual *u, struct error *e)
{
    const struct dataset_source *dataset = catalogue_dataset(m->catalogue, text_of(a, "dataset"));
    if (dataset == u->dataset) return ST_OK;
    u->dataset = dataset;
    if (!dataset) return ST_OK;
    if (!(u->options = mem_alloc(&m->mem, 1, dataset->options.size, e))) return ST_MEMORY;
    return opt_defaults(&dataset->options, u->options, e);
}

static bool is_usual(const struct usual *u, const char *key, const char *value)
{
    char text[OPT_STRING_MAX + 64];
    const struct option *o = u->dataset ? opt_find(&u->dataset->options, key) : NULL;
    if (o) opt_format(o, u->options, text, sizeof text);
    return o && strcmp(text, value) == 0;
}

/* The dataset of a row and its options, but for those at their defaults: a row that is older than an option
 * does not have it. */
static void data_key(const struct entry *a, const struct usual *u, char key[KEY_SIZE])
{
    const struct csv_table *t = a->row.table;
    size_t used = (size_t)snprintf(key, KEY_SIZE, "%s", text_of(a, "dataset"));
    for (size_t c = 0; c < t->n_columns && used < KEY_SIZE; c++) {
        const char *value = csv_cell(t, a->row.row, c);
        if (strncmp(t->names[c], "dataset.", 8) != 0 || strcmp(value, "nan") == 0) continue;
        if (is_usual(u, t->names[c] + strlen("dataset."), value)) continue;
        used += (size_t)snprintf(key + used, KEY_SIZE - used, " %s=%s", t->names[c], value);
    }
}

/* The same options of the dataset must have led to the same data. */
static status check_data(struct merge *m, struct error *e)
{
    char key[KEY_SIZE];
    const char **keys = mem_alloc(&m->mem, m->n_entries + 1, sizeof *keys, e);
    const struct entry **firsts = mem_alloc(&m->mem, m->n_entries + 1, sizeof *firsts, e);
    struct usual usual = {.dataset = NULL};
    size_t n = 0;
    if (!keys || !firsts) return ST_MEMORY;
    for (size_t i = 0; i < m->n_entries; i++) {
        size_t k = 0;
        if (strcmp(text_of(&m->entries[i], "data_sha256"), "nan") == 0) continue;
        TRY(usual_of(m, &m->entries[i], &usual, e));
        data_key(&m->entries[i], &usual, key);
        while (k < n && strcmp(keys[k], key) != 0) k++;
        if (k == n) {
            if (!(keys[n] = mem_string(&m->mem, key, e))) return ST_MEMORY;
            firsts[n++] = &m->entries[i];
        } else if (strcmp(text_of(firsts[k], "data_sha256"), text_of(&m->entries[i], "data_sha256")) != 0) {
            return differ(firsts[k], &m->entries[i], "data_sha256", "this is not the same data", e);
        }
    }
    return ST_OK;
}

/* Whether a column says how and where a run was made, and not what came out. */
static bool is_provenance(const char *name)
{
    static const char *const names[] = {"timing_valid", "threads", "git_commit", "dirty",        "compiler",
                                        "flags",        "blas",    "blas_core",  "blas_threads", "cpu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0) return true;
    return column_has(name, false, COLUMN_MACHINE);
}

/* Whether a row may lack this column by its age alone, and its run's id says that it is the same. */
static bool is_younger(const char *name)
{
    return column_is_option(name) || strcmp(name, "start_sha256") == 0;
}

/* Two finished rows of one run must say the same. */
static status check_same(const struct entry *a, const struct entry *b, struct error *e)
{
    char why[300];
    const struct csv_table *const tables[] = {a->row.table, b->row.table};
    for (size_t k = 0; k < 2; k++)
        for (size_t c = 0; c < tables[k]->n_columns; c++) {
            const char *name = tables[k]->names[c];
            if (is_provenance(name) || strcmp(text_of(a, name), text_of(b, name)) == 0) continue;
            if (is_younger(name) && (is_nan(a, name) || is_nan(b, name))) continue;
            (void)snprintf(
                why, sizeof why,
                "run %.20s has two results (BLAS kernels %.40s and %.40s, commits %.20s and %.20s)", a->id,
                text_of(b, "blas_core"), text_of(a, "blas_core"), text_of(b, "git_commit"),
                text_of(a, "git_commit"));
            return differ(a, b, name, why, e);
        }
    return ST_OK;
}

static int by_id(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    const int order = strcmp(x->id, y->id);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Which of several rows of a run is taken: a finished one with its curve, and of these one with valid times.
 */
static int merit(const struct entry *a)
{
    const bool timed = strcmp(text_of(a, "timing_valid"), "1") == 0;
    return !a->finished ? 0 : !a->sound ? 1 : 2 + timed;
}

/* Leaves one row for each run. */
static status choose_rows(struct merge *m, struct error *e)
{
    size_t n = 0;
    qsort(m->entries, m->n_entries, sizeof *m->entries, by_id);
    for (size_t i = 0; i < m->n_entries; i++) {
        struct entry *next = &m->entries[i], *last = n ? &m->entries[n - 1] : NULL;
        if (!last || strcmp(last->id, next->id) != 0) {
            m->entries[n++] = *next;
            continue;
        }
        if (last->finished && next->finished) TRY(check_same(last, next, e));
        if (merit(next) <= merit(last)) continue;
        *last = *next;
    }
    m->n_entries = n;
    return ST_OK;
}

static status check_curves(const struct merge *m, struct error *e)
{
    char reason[CURVE_REASON], place[PATH_SIZE];
    for (size_t i = 0; i < m->n_entries; i++) {
        const struct entry *a = &m->entries[i];
        if (!a->finished || a->sound) continue;
        (void)curve_sound(a->source->folder, a->row.table, a->row.row, reason);
        return FAIL(e, ST_DATA, "%.300s: run %.20s: %s; 'spikebench run' there makes it again",
                    place_of(a, place), a->id, reason);
    }
    return ST_OK;
}

/* Whether two names are of the same folder. */
static bool same_folder(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static status add_source(struct merge *m, const char *folder, struct error *e)
{
    struct source *s = &m->sources[m->n_sources++];
    s->folder = folder;
    TRY(records_read(&s->table, folder, e));
    return merge_plan_read(&m->plan, folder, e);
}

/* OUT if there are results in it, then the folders, and all their rows. */
static status read_sources(struct merge *m, const char *const *folders, size_t n, struct error *e)
{
    char path[PATH_SIZE], reason[CURVE_REASON];
    size_t rows = 0;
    m->sources = mem_alloc(&m->mem, n + 1, sizeof *m->sources, e);
    if (!m->sources) return ST_MEMORY;
    (void)snprintf(path, sizeof path, "%s/runs.csv", m->out);
    if (access(path, F_OK) == 0) TRY(add_source(m, m->out, e));
    for (size_t i = 0; i < n; i++)
        if (!same_folder(folders[i], m->out)) TRY(add_source(m, folders[i], e));
    for (size_t i = 0; i < m->n_sources; i++) rows += m->sources[i].table.n_rows;
    m->entries = mem_alloc(&m->mem, rows + 1, sizeof *m->entries, e);
    if (!m->entries) return ST_MEMORY;
    for (size_t i = 0; i < m->n_sources; i++)
        for (size_t row = 0; row < m->sources[i].table.n_rows; row++) {
            const struct csv_table *t = &m->sources[i].table;
            struct entry *a = &m->entries[m->n_entries];
            *a = (struct entry){
                csv_text(t, row, "run_id"), {t, row}, &m->sources[i], m->n_entries, false, false};
            a->finished = record_finished(t, row);
            a->sound = a->finished && curve_sound(a->source->folder, t, row, reason);
            m->n_entries++;
        }
    return ST_OK;
}

/* Copies FOLDER/PART/<id>END to OUT, where it is there. */
static status copy_part(const struct merge *m, const struct entry *a, const char *part, const char *end,
                        struct error *e)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    (void)snprintf(from, sizeof from, "%s/%s/%s%s", a->source->folder, part, a->id, end);
    if (access(from, F_OK) != 0) return ST_OK;
    (void)snprintf(to, sizeof to, "%s/%s", m->out, part);
    TRY(path_make(to, e));
    (void)snprintf(to, sizeof to, "%s/%s/%s%s", m->out, part, a->id, end);
    return file_copy(from, to, false, e);
}

static status copy_files(const struct merge *m, struct error *e)
{
    for (size_t i = 0; i < m->n_entries; i++) {
        const struct entry *a = &m->entries[i];
        if (a->source->folder == m->out) continue;
        TRY(copy_part(m, a, "curves", ".csv", e));
        TRY(copy_part(m, a, "tasks", ".csv", e));
        TRY(copy_part(m, a, "ranks", ".csv", e));
        TRY(copy_part(m, a, ".work", a->finished ? ".end" : ".ckpt", e));
    }
    return ST_OK;
}

static const struct entry *find(const struct merge *m, const char *id)
{
    const struct entry key = {.id = id};
    for (size_t low = 0, high = m->n_entries; low < high;) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(key.id, m->entries[middle].id);
        if (order == 0) return &m->entries[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static int by_order(const void *a, const void *b)
{
    const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
    return (x->order > y->order) - (x->order < y->order);
}

/* Whose options are asked for, row after row. */
struct younger {
    struct merge *merge;
    const struct record *rows;
    size_t row;       /* the one that was asked for last; SIZE_MAX: none */
    struct run kind;  /* its solver and dataset */
    struct plan plan; /* its run, once an option that it lacks was asked for */
    bool loaded;
};

static void ask_of(struct younger *y, size_t row)
{
    const struct record *r = &y->rows[row];
    const struct catalogue *c = y->merge->catalogue;
    plan_free(&y->plan);
    y->kind = (struct run){.solver = catalogue_solver(c, csv_text(r->table, r->row, "solver")),
                           .dataset = catalogue_dataset(c, csv_text(r->table, r->row, "dataset"))};
    y->plan = (struct plan){.n_runs = 0};
    y->row = row;
    y->loaded = false;
}

/* Options that are younger than a row: its run has their defaults, as its experiment file lacks them. */
static bool younger_option(void *context, size_t row, const char *column, char *text, size_t size)
{
    struct younger *y = context;
    struct merge *m = y->merge;
    const char *id = csv_text(y->rows[row].table, y->rows[row].row, "run_id");
    /* other rules have other defaults */
    if (!column_is_option(column) || record_rules(y->rows[row].table, y->rows[row].row) != RESULT_RULES)
        return false;
    if (y->row != row) ask_of(y, row);
    if (!y->kind.solver || !y->kind.dataset || !run_option_text(&y->kind, column, NULL, 0)) return false;
    const struct planned_run *own = merge_plan_find(&m->plan, id);
    if (!own) return false;
    if (!y->loaded && plan_load_text(&y->plan, m->catalogue, id, own->text, NULL, NULL) != ST_OK)
        y->plan.n_runs = 0;
    y->loaded = true;
    return y->plan.n_runs == 1 && run_option_text(&y->plan.runs[0], column, text, size);
}

/* runs.csv: the plan's runs in its order, then what else there is. */
static status write_table(struct merge *m, struct merge_outcome *o, struct error *e)
{
    char path[PATH_SIZE];
    struct record *rows = mem_alloc(&m->mem, m->n_entries + 1, sizeof *rows, e);
    const struct entry **others = mem_alloc(&m->mem, m->n_entries + 1, sizeof *others, e);
    size_t n = 0, n_others = 0;
    if (!rows || !others) return ST_MEMORY;
    for (size_t i = 0; i < m->plan.n; i++) {
        const struct entry *a = find(m, m->plan.runs[i].id);
        if (a) rows[n++] = a->row;
    }
    for (size_t i = 0; i < m->n_entries; i++)
        if (!merge_plan_find(&m->plan, m->entries[i].id)) others[n_others++] = &m->entries[i];
    qsort(others, n_others, sizeof *others, by_order);
    for (size_t i = 0; i < n_others; i++) rows[n++] = others[i]->row;
    o->n_runs = n;
    (void)snprintf(path, sizeof path, "%s/runs.csv", m->out);
    struct younger younger = {.merge = m, .rows = rows, .row = SIZE_MAX};
    const status st = rows_write(path, rows, n, younger_option, &younger, e);
    plan_free(&younger.plan);
    return st;
}

/* What of the plan has no row, or one that says that it is not finished. */
static void print_missing(const struct merge *m, const struct catalogue *c, FILE *report,
                          struct merge_outcome *o)
{
    enum { PRINTED_MOST = 20 };
    o->n_planned = m->plan.n;
    for (size_t i = 0; i < m->plan.n; i++) {
        const struct entry *a = find(m, m->plan.runs[i].id);
        if (a && a->finished) continue;
        o->n_absent += !a;
        o->n_open += a != NULL;
        if (o->n_absent + o->n_open > PRINTED_MOST) continue;
        (void)fprintf(report, "missing: run %s", m->plan.runs[i].id);
        merge_plan_describe(&m->plan.runs[i], c, report);
        (void)fprintf(report, a ? ": %s\n" : "\n", a ? text_of(a, "status") : "");
    }
    if (o->n_absent + o->n_open > PRINTED_MOST)
        (void)fprintf(report, "missing: %zu more\n", o->n_absent + o->n_open - PRINTED_MOST);
}

/* No runner may come in from before OUT is read until all is written. */
static status lock_out(struct merge *m, struct error *e)
{
    char path[PATH_SIZE];
    bool taken = false;
    (void)snprintf(path, sizeof path, "%s/.work", m->out);
    TRY(path_make(path, e));
    (void)snprintf(path, sizeof path, "%s/.work/lock", m->out);
    TRY(file_lock(path, &m->lock, &taken, e));
    return taken ? ST_OK : FAIL(e, ST_IO, "%s: a 'spikebench run' uses this folder", m->out);
}

static status write_merged(struct merge *m, const struct catalogue *c, FILE *report, struct merge_outcome *o,
                           struct error *e)
{
    char path[PATH_SIZE];
    if (m->lock < 0) TRY(lock_out(m, e));
    (void)snprintf(path, sizeof path, "%s/runs.csv", m->out);
    if (m->sources[0].folder != m->out && access(path, F_OK) == 0)
        return FAIL(e, ST_IO, "%s came there in the meantime; merge again", path);
    TRY(copy_files(m, e));
    TRY(merge_plan_write(&m->plan, m->out, e));
    TRY(write_table(m, o, e));
    print_missing(m, c, report, o);
    return ST_OK;
}

status merge_folders(const char *out, const char *const *folders, size_t n, const struct catalogue *c,
                     FILE *report, struct merge_outcome *o, struct error *e)
{
    struct merge m = {.out = out, .catalogue = c, .lock = -1};
    *o = (struct merge_outcome){.n_runs = 0};
    status st = access(out, F_OK) == 0 ? lock_out(&m, e) : ST_OK; /* made only where there is no error */
    if (st == ST_OK) st = read_sources(&m, folders, n, e);
    if (st == ST_OK) st = check_alike(&m, e);
    if (st == ST_OK) st = check_data(&m, e);
    if (st == ST_OK) st = choose_rows(&m, e);
    if (st == ST_OK) st = check_curves(&m, e);
    if (st == ST_OK) st = write_merged(&m, c, report, o, e);
    if (m.lock >= 0) (void)close(m.lock);
    merge_plan_free(&m.plan);
    for (size_t i = 0; i < m.n_sources; i++) csv_table_free(&m.sources[i].table);
    mem_free(&m.mem);
    return st;
}
