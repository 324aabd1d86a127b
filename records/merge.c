/* See merge.h. */
#include "records/merge.h"
#include "records/results_repair.h"
#include "support/paths.h"
#include "support/text.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_SIZE = 4000 };

/* The line that begins a run of config.resolved.yaml; its id follows. */
static const char mark[] = "--- # run ";

static status add_run(struct merge_plan *p, const char *text, size_t size, const char *path, struct error *e)
{
    char id[RUN_ID_SIZE];
    const size_t n = strcspn(text + strlen(mark), "\n"), known = p->ids.n;
    (void)snprintf(id, sizeof id, "%.*s", (int)n, text + strlen(mark));
    if (n != RUN_ID_SIZE - 1 || !path_fits_name(id, RUN_ID_SIZE, ""))
        return FAIL(e, ST_DATA, "%s: '%.40s' is not the beginning of a run", path, text);
    const size_t place = texts_place(&p->ids, id);
    if (p->ids.no_memory) return FAIL(e, ST_MEMORY, "no memory for the runs of %s", path);
    if (place < known) return ST_OK; /* another folder's plan has it, too */
    const char **texts = realloc(p->texts, p->ids.capacity * sizeof *texts);
    if (!texts) return FAIL(e, ST_MEMORY, "no memory for %zu runs", p->ids.capacity);
    p->texts = texts;
    char *copy = mem_alloc(&p->mem, size + 1, 1, e);
    if (!copy) return ST_MEMORY;
    memcpy(copy, text, size);
    p->texts[place] = copy;
    return ST_OK;
}

/* The next line that begins a run, or NULL. */
static const char *next_run(const char *text)
{
    const char *next = text;
    while ((next = strstr(next, mark)) && next > text && next[-1] != '\n') next++;
    return next;
}

status merge_plan_read(struct merge_plan *p, const char *folder, struct error *e)
{
    char path[RUN_FILE];
    struct file_buffer b = {.bytes = NULL};
    (void)folder_file(path, folder, "config.resolved.yaml");
    status st = file_read(path, UINT64_MAX >> 1, &b, e);
    const char *text = (const char *)b.bytes, *run = text;
    if (st == ST_OK && next_run(text) != text)
        st = FAIL(e, ST_DATA, "%s: it does not begin with '%s'", path, mark);
    while (st == ST_OK && run) {
        const char *end = next_run(run + 1);
        st = add_run(p, run, end ? (size_t)(end - run) : strlen(run), path, e);
        run = end;
    }
    free(b.bytes);
    return st;
}

void merge_plan_describe(const struct merge_plan *p, size_t i, const struct catalogue *c, FILE *out)
{
    char hidden[128];
    struct plan one;
    if (plan_load(&one, c, p->ids.v[i], p->texts[i], NULL, NULL) == ST_OK && one.n_runs == 1) {
        opt_format(opt_find(&net_option_table, "hidden"), &one.runs[0].net, hidden, sizeof hidden);
        (void)fprintf(out, " (%s, hidden %s, seed %" PRIu64 ")", one.runs[0].label, hidden, one.runs[0].seed);
    }
    plan_free(&one);
}

void merge_plan_free(struct merge_plan *p)
{
    free(p->texts);
    texts_free(&p->ids);
    mem_free(&p->mem);
    *p = (struct merge_plan){.texts = NULL};
}

/* A folder with a runs.csv. */
struct source {
    const char *folder;
    struct csv_table table;
};

/* A row of a source. */
struct entry {
    const struct source *source;
    size_t row;
    const char *id; /* of its run */
    bool finished;
    const char *fault; /* of its curve, if it is finished */
};

struct merge {
    struct mem mem;
    const char *out;
    const struct catalogue *catalogue;
    struct source *sources;
    size_t n_sources;
    struct entry *entries; /* [n_entries] as they were read */
    size_t n_entries;
    struct texts ids;           /* of their runs */
    const struct entry **taken; /* [ids.n] the row that is taken of each run */
    struct record *rows;        /* that are written */
    struct merge_plan plan;
    struct run usual; /* take_usual */
    struct mem defaults;
    int lock; /* of OUT; -1: not taken */
};

static const char *text_of(const struct entry *a, const char *column)
{
    return csv_text(&a->source->table, a->row, column);
}

static bool is_nan(const struct entry *a, const char *column)
{
    return strcmp(text_of(a, column), "nan") == 0;
}

/* "FOLDER/runs.csv: line 3" */
static const char *place_of(const struct entry *a, char text[RUN_FILE])
{
    const struct csv_table *t = &a->source->table;
    (void)snprintf(text, RUN_FILE, "%s: line %zu", t->source, a->row + t->first_line);
    return text;
}

static status differ(const struct entry *a, const struct entry *b, const char *column, const char *what,
                     struct error *e)
{
    char first[RUN_FILE], second[RUN_FILE];
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

/* m->usual: a run of the solver and the dataset of a row (NULL: not known here), all options at their
 * defaults. ST_MEMORY. */
static status take_usual(struct merge *m, const struct csv_table *t, size_t row, struct error *e)
{
    struct run *u = &m->usual;
    const struct solver *solver = catalogue_solver(m->catalogue, csv_text(t, row, "solver"));
    const struct dataset_source *dataset = catalogue_dataset(m->catalogue, csv_text(t, row, "dataset"));
    if (solver == u->solver && dataset == u->dataset) return ST_OK;
    mem_free(&m->defaults);
    *u = (struct run){.solver_options = mem_alloc(&m->defaults, 1, solver ? solver->options.size : 1, e),
                      .dataset_options = mem_alloc(&m->defaults, 1, dataset ? dataset->options.size : 1, e)};
    if (!u->solver_options || !u->dataset_options) return ST_MEMORY;
    u->solver = solver;
    u->dataset = dataset;
    for (int s = 0; s < N_SECTIONS; s++) {
        if ((s == SECTION_SOLVER && !solver) || (s == SECTION_DATASET && !dataset)) continue;
        const struct section_view view = run_section(u, (enum section)s);
        TRY(opt_defaults(view.table, view.options, e));
    }
    return ST_OK;
}

/* The dataset of a row and its options, but for those at their defaults: a row that is older than an option
 * does not have it. */
static void data_key(const struct entry *a, const struct run *usual, char key[KEY_SIZE])
{
    char text[OPT_STRING_MAX + 64];
    const struct csv_table *t = &a->source->table;
    (void)snprintf(key, KEY_SIZE, "%s", text_of(a, "dataset"));
    for (size_t c = 0; c < t->n_columns; c++) {
        const char *name = t->names[c], *value = csv_cell(t, a->row, c);
        if (strncmp(name, "dataset.", 8) != 0 || strcmp(value, "nan") == 0) continue;
        if (usual->dataset && run_option_text(usual, name, text, sizeof text) && strcmp(text, value) == 0)
            continue;
        (void)text_add(key, KEY_SIZE, " %s=%s", name, value);
    }
}

/* The same options of the dataset must have led to the same data. */
static status check_data(struct merge *m, struct error *e)
{
    char key[KEY_SIZE];
    struct texts keys = {.n = 0};
    const struct entry **firsts = mem_alloc(&m->mem, m->n_entries + 1, sizeof *firsts, e);
    status st = firsts ? ST_OK : ST_MEMORY;
    for (size_t i = 0; st == ST_OK && i < m->n_entries && !keys.no_memory; i++) {
        const struct entry *a = &m->entries[i];
        if (is_nan(a, "data_sha256")) continue;
        if ((st = take_usual(m, &a->source->table, a->row, e)) != ST_OK) break;
        data_key(a, &m->usual, key);
        const size_t place = texts_place(&keys, key);
        if (!firsts[place])
            firsts[place] = a;
        else if (strcmp(text_of(firsts[place], "data_sha256"), text_of(a, "data_sha256")) != 0)
            st = differ(firsts[place], a, "data_sha256", "this is not the same data", e);
    }
    return texts_end(&keys, 1, st, "the datasets of all rows", e);
}

/* Two finished rows of one run must say the same, but for times, machine and provenance. A column that one
 * may lack by its age alone is the same by the run's id. */
static status check_same(const struct entry *a, const struct entry *b, struct error *e)
{
    char why[300];
    const struct csv_table *const tables[] = {&a->source->table, &b->source->table};
    for (size_t k = 0; k < 2; k++)
        for (size_t c = 0; c < tables[k]->n_columns; c++) {
            const char *name = tables[k]->names[c];
            const bool younger = column_is_option(name) || strcmp(name, "start_sha256") == 0;
            if (column_has(name, false, COLUMN_MACHINE | COLUMN_PROVENANCE)) continue;
            if (strcmp(text_of(a, name), text_of(b, name)) == 0) continue;
            if (younger && (is_nan(a, name) || is_nan(b, name))) continue;
            (void)snprintf(
                why, sizeof why,
                "run %.20s has two results (BLAS kernels %.40s and %.40s, commits %.20s and %.20s)", a->id,
                text_of(b, "blas_core"), text_of(a, "blas_core"), text_of(b, "git_commit"),
                text_of(a, "git_commit"));
            return differ(a, b, name, why, e);
        }
    return ST_OK;
}

/* Which of several rows of a run is taken: a finished one with its curve, and of these one with valid times.
 */
static int merit(const struct entry *a)
{
    const bool timed = strcmp(text_of(a, "timing_valid"), "1") == 0;
    return !a->finished ? 0 : a->fault ? 1 : 2 + timed;
}

/* Takes one row of each run. */
static status choose_rows(struct merge *m, struct error *e)
{
    if (!(m->taken = mem_alloc(&m->mem, m->n_entries + 1, sizeof *m->taken, e))) return ST_MEMORY;
    for (size_t i = 0; i < m->n_entries; i++) {
        const struct entry *next = &m->entries[i];
        const size_t place = texts_place(&m->ids, next->id);
        if (m->ids.no_memory) return FAIL(e, ST_MEMORY, "no memory for the runs of %zu rows", m->n_entries);
        const struct entry *before = m->taken[place];
        if (before && before->finished && next->finished) TRY(check_same(before, next, e));
        if (!before || merit(next) > merit(before)) m->taken[place] = next;
    }
    return ST_OK;
}

static bool is_planned(struct merge *m, const char *id)
{
    return texts_find(&m->plan.ids, id) < m->plan.ids.n;
}

/* The row that is taken of a run, or NULL. */
static const struct entry *find(struct merge *m, const char *id)
{
    const size_t place = texts_find(&m->ids, id);
    return place < m->ids.n ? m->taken[place] : NULL;
}

static status check_curves(const struct merge *m, struct error *e)
{
    char place[RUN_FILE];
    for (size_t i = 0; i < m->ids.n; i++) {
        const struct entry *a = m->taken[i];
        if (!a->fault) continue;
        return FAIL(e, ST_DATA, "%.300s: run %.20s: %s; 'spikebench run' there makes it again",
                    place_of(a, place), a->id, a->fault);
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
    char path[RUN_FILE];
    size_t rows = 0;
    m->sources = mem_alloc(&m->mem, n + 1, sizeof *m->sources, e);
    if (!m->sources) return ST_MEMORY;
    if (access(folder_file(path, m->out, "runs.csv"), F_OK) == 0) TRY(add_source(m, m->out, e));
    for (size_t i = 0; i < n; i++)
        if (!same_folder(folders[i], m->out)) TRY(add_source(m, folders[i], e));
    for (size_t i = 0; i < m->n_sources; i++) rows += m->sources[i].table.n_rows;
    m->entries = mem_alloc(&m->mem, rows + 1, sizeof *m->entries, e);
    if (!m->entries) return ST_MEMORY;
    for (size_t i = 0; i < m->n_sources; i++)
        for (size_t row = 0; row < m->sources[i].table.n_rows; row++) {
            const struct csv_table *t = &m->sources[i].table;
            struct entry *a = &m->entries[m->n_entries++];
            *a = (struct entry){.source = &m->sources[i], .row = row, .id = csv_text(t, row, "run_id")};
            a->finished = record_finished(t, row);
            a->fault = a->finished ? curve_fault(a->source->folder, t, row) : NULL;
        }
    return ST_OK;
}

/* Copies FOLDER/PART/<id>END to OUT, where it is there. */
static status copy_part(const struct merge *m, const struct entry *a, const char *part, const char *end,
                        struct error *e)
{
    char from[RUN_FILE], to[RUN_FILE];
    (void)run_file(from, a->source->folder, part, a->id, end);
    if (access(from, F_OK) != 0) return ST_OK;
    TRY(path_make(folder_file(to, m->out, part), e));
    return file_copy(from, run_file(to, m->out, part, a->id, end), false, e);
}

static status copy_files(const struct merge *m, struct error *e)
{
    for (size_t i = 0; i < m->ids.n; i++) {
        const struct entry *a = m->taken[i];
        if (a->source->folder == m->out) continue;
        TRY(copy_part(m, a, "curves", ".csv", e));
        TRY(copy_part(m, a, "tasks", ".csv", e));
        TRY(copy_part(m, a, "ranks", ".csv", e));
        TRY(copy_part(m, a, ".work", a->finished ? ".end" : ".ckpt", e));
    }
    return ST_OK;
}

/* Options that are younger than a row of the plan: its run has their defaults, as its id names no others. */
static bool younger_option(void *context, size_t row, const char *column, char *text, size_t size)
{
    struct merge *m = context;
    const struct record *r = &m->rows[row];
    /* other rules have other defaults */
    if (!column_is_option(column) || record_rules(r->table, r->row) != RESULT_RULES) return false;
    if (take_usual(m, r->table, r->row, NULL) != ST_OK || !m->usual.solver || !m->usual.dataset) return false;
    return is_planned(m, csv_text(r->table, r->row, "run_id")) &&
           run_option_text(&m->usual, column, text, size);
}

/* runs.csv: the plan's runs in its order, then what else there is. */
static status write_table(struct merge *m, struct merge_outcome *o, struct error *e)
{
    char path[RUN_FILE];
    size_t n = 0;
    if (!(m->rows = mem_alloc(&m->mem, m->n_entries + 1, sizeof *m->rows, e))) return ST_MEMORY;
    for (size_t i = 0; i < m->plan.ids.n; i++) {
        const struct entry *a = find(m, m->plan.ids.v[i]);
        if (a) m->rows[n++] = (struct record){&a->source->table, a->row};
    }
    for (size_t i = 0; i < m->n_entries; i++) {
        const struct entry *a = &m->entries[i];
        if (find(m, a->id) == a && !is_planned(m, a->id))
            m->rows[n++] = (struct record){&a->source->table, a->row};
    }
    o->n_runs = n;
    (void)folder_file(path, m->out, "runs.csv");
    return rows_write(path, m->rows, n, younger_option, m, e);
}

/* What of the plan has no row, or one that says that it is not finished. */
static void print_missing(struct merge *m, FILE *report, struct merge_outcome *o)
{
    enum { PRINTED_MOST = 20 };
    o->n_planned = m->plan.ids.n;
    for (size_t i = 0; i < m->plan.ids.n; i++) {
        const struct entry *a = find(m, m->plan.ids.v[i]);
        if (a && a->finished) continue;
        o->n_absent += !a;
        o->n_open += a != NULL;
        if (o->n_absent + o->n_open > PRINTED_MOST) continue;
        (void)fprintf(report, "missing: run %s", m->plan.ids.v[i]);
        merge_plan_describe(&m->plan, i, m->catalogue, report);
        (void)fprintf(report, a ? ": %s\n" : "\n", a ? text_of(a, "status") : "");
    }
    if (o->n_absent + o->n_open > PRINTED_MOST)
        (void)fprintf(report, "missing: %zu more\n", o->n_absent + o->n_open - PRINTED_MOST);
}

/* No runner may come in from before OUT is read until all is written. */
static status lock_out(struct merge *m, struct error *e)
{
    char path[RUN_FILE];
    bool taken = false;
    TRY(path_make(folder_file(path, m->out, ".work"), e));
    TRY(file_lock(folder_file(path, m->out, ".work/lock"), &m->lock, &taken, e));
    return taken ? ST_OK : FAIL(e, ST_IO, "%s: a 'spikebench run' uses this folder", m->out);
}

/* config.resolved.yaml of all runs. */
static status write_plan(const struct merge *m, struct error *e)
{
    struct file_writer w;
    char path[RUN_FILE];
    TRY(file_create(&w, folder_file(path, m->out, "config.resolved.yaml"), e));
    for (size_t i = 0; i < m->plan.ids.n; i++)
        (void)fputs(m->plan.texts[i], w.file); /* file_commit sees an error */
    return file_commit(&w, e);
}

static status write_merged(struct merge *m, FILE *report, struct merge_outcome *o, struct error *e)
{
    char path[RUN_FILE];
    if (m->lock < 0) TRY(lock_out(m, e));
    (void)folder_file(path, m->out, "runs.csv");
    if (m->sources[0].folder != m->out && access(path, F_OK) == 0)
        return FAIL(e, ST_IO, "%s came there in the meantime; merge again", path);
    TRY(copy_files(m, e));
    TRY(write_plan(m, e));
    TRY(write_table(m, o, e));
    print_missing(m, report, o);
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
    if (st == ST_OK) st = write_merged(&m, report, o, e);
    if (m.lock >= 0) (void)close(m.lock);
    merge_plan_free(&m.plan);
    texts_free(&m.ids);
    mem_free(&m.defaults);
    for (size_t i = 0; i < m.n_sources; i++) csv_table_free(&m.sources[i].table);
    mem_free(&m.mem);
    return st;
}
