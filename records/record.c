/* Rows of runs.csv (see record.h). */
#include "records/record.h"
#include "support/paths.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char *folder_file(char path[RUN_FILE], const char *folder, const char *name)
{
    (void)snprintf(path, RUN_FILE, "%s/%s", folder, name);
    return path;
}

char *run_file(char path[RUN_FILE], const char *folder, const char *part, const char *id, const char *end)
{
    (void)snprintf(path, RUN_FILE, "%s/%s/%s%s", folder, part, id, end);
    return path;
}

void run_remove(const char *folder, const char *id, const char *end)
{
    char path[RUN_FILE];
    (void)remove(run_file(path, folder, ".work", id, end));
}

/* A row that is being written: first the names of its columns, then their values. */
struct row {
    struct csv_writer file;
    bool names;
};

void record_clean(char *text)
{
    for (; *text; text++)
        if (strchr(",\n\r", *text)) *text = ' ';
}

static void put_text(struct row *row, const char *name, const char *value)
{
    char text[2 * OPT_STRING_MAX + 400]; /* longer than an error's text */
    (void)snprintf(text, sizeof text, "%s", row->names ? name : value);
    record_clean(text);
    csv_put(&row->file, text);
}

static void put_options(struct row *row, const struct run *run)
{
    for (struct run_option o = {.option = NULL}; run_next_option(run, &o);)
        if (!(o.option->flags & OPT_NO_IDENTITY)) put_text(row, o.name, o.value);
}

void record_metric_name(const struct dataset_source *dataset, size_t k, char *name, size_t size)
{
    static const char *const splits[N_SPLITS] = {"train", "val", "test"};
    (void)snprintf(name, size, "%s_%s", dataset->metrics[k % dataset->n_metrics].name,
                   splits[k / dataset->n_metrics]);
}

static void put_metrics(struct row *row, const struct run *run, const double *values)
{
    for (size_t k = 0; k < N_SPLITS * run->dataset->n_metrics; k++) {
        char name[80];
        record_metric_name(run->dataset, k, name, sizeof name);
        if (row->names)
            csv_put(&row->file, name);
        else
            csv_put_number(&row->file, values ? values[k] : NAN);
    }
}

static void put_row(struct row *row, const struct run *run, const struct run_result *r, bool whole)
{
    for (size_t i = 0; i < n_result_columns; i++) {
        const struct result_column *c = &result_columns[i];
        if (!whole && !(c->flags & COLUMN_HEAD)) continue;
        if (c->kind == COLUMN_OPTIONS)
            put_options(row, run);
        else if (c->kind == COLUMN_METRICS)
            put_metrics(row, run, r->metrics);
        else if (c->kind == COLUMN_TEXT)
            put_text(row, c->name, *(const char *const *)((const char *)r + c->offset));
        else if (row->names)
            csv_put(&row->file, c->name);
        else
            csv_put_number(&row->file, column_value(c, r));
    }
    csv_end_row(&row->file);
}

status record_write(const char *path, const struct run *run, const struct run_result *result, bool whole,
                    struct error *e)
{
    char seed[32];
    struct run_result own = *result;
    struct row row = {.names = true};
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    own.schema = RECORD_SCHEMA;
    own.rules = RESULT_RULES;
    own.run_id = run->id;
    own.experiment = run->experiment;
    own.solver = run->solver->name;
    own.plugin_sha256 = run->plugin ? run->plugin->sha256 : "none";
    own.start_sha256 = run->start_sha256[0] ? run->start_sha256 : "nan";
    own.label = run->label;
    own.prediction = run->solver->predict ? "own rule" : "simulated";
    own.dataset = run->dataset->name;
    own.seed = seed;
    own.threads = (double)run->run.threads;
    own.ranks = (double)run->run.ranks;
    TRY(csv_open(&row.file, path, e));
    put_row(&row, run, &own, whole);
    row.names = false;
    put_row(&row, run, &own, whole);
    return csv_close(&row.file, e);
}

long record_counted_since(const char *column)
{
    if (!column_has(column, false, COLUMN_COUNTED)) return 0; /* called the same in curves */
    return column_has(column, false, COLUMN_PRODUCTS) ? 3 : 2;
}

bool record_before(const struct csv_table *runs, size_t row, long schema)
{
    return schema > 0 && !(strtod(csv_text(runs, row, "schema"), NULL) >= (double)schema);
}

bool record_counted_otherwise(const struct csv_table *runs, size_t row, const char *column)
{
    return record_before(runs, row, record_counted_since(column));
}

bool record_finished(const struct csv_table *runs, size_t row)
{
    const char *word = csv_text(runs, row, "status");
    return strcmp(word, "ok") == 0 || strcmp(word, "diverged") == 0;
}

long record_rules(const struct csv_table *runs, size_t row)
{
    const char *text = csv_text(runs, row, "rules");
    return strcmp(text, "nan") == 0 ? 1 : strtol(text, NULL, 10);
}

long record_newest_rules(const struct csv_table *runs)
{
    long newest = 0;
    for (size_t row = 0; row < runs->n_rows; row++)
        if (record_rules(runs, row) > newest) newest = record_rules(runs, row);
    return newest;
}

/* Columns of names: what a YAML file may say there, or nan where older results lack it. */
struct named_column {
    const char *name, *more; /* letters besides those of path_fits_name */
    const char *what;
};

static const struct named_column named_columns[] = {
    {"run_id", "", "letters and digits"},
    {"experiment", "", "letters, digits, '_' and '-'"},
    {"solver", "", "letters, digits, '_' and '-'"},
    {"label", ".+", "letters, digits and '._+-'"},
    {"dataset", "", "letters, digits, '_' and '-'"},
    {"status", "", "letters, digits, '_' and '-'"},
};

/* Widths: numbers with '-' between them. */
static bool fits_widths(const char *text)
{
    if (strcmp(text, "nan") == 0) return true;
    for (;;) {
        const size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 9) return false;
        if (text[digits] == '\0') return true;
        if (text[digits] != '-') return false;
        text += digits + 1;
    }
}

static status check_names(const struct csv_table *t, size_t row, struct error *e)
{
    for (size_t k = 0; k < sizeof named_columns / sizeof *named_columns; k++) {
        const struct named_column *c = &named_columns[k];
        const char *text = csv_text(t, row, c->name);
        if (!path_fits_name(text, k == 0 ? SIZE_MAX : RECORD_NAME_MAX, c->more))
            return FAIL(e, ST_DATA, "%s: line %zu: %s '%.40s' is not made of %s", t->source,
                        row + t->first_line, c->name, text, c->what);
    }
    const char *hidden = csv_text(t, row, "network.hidden");
    if (fits_widths(hidden)) return ST_OK;
    return FAIL(e, ST_DATA,
                "%s: line %zu: network.hidden '%.40s' is not made of numbers with '-' between them",
                t->source, row + t->first_line, hidden);
}

/* A row that is older than the column is of no plug-in. */
static status complete_plugin(struct csv_table *runs, struct error *e)
{
    const long column = csv_column(runs, "plugin_sha256");
    char *none = mem_string(&runs->mem, "none", e);
    if (!none) return ST_MEMORY;
    for (size_t row = 0; column != CSV_NONE && row < runs->n_rows; row++) {
        char **cell = &runs->cells[row * runs->n_columns + (size_t)column];
        if (strcmp(*cell, "nan") == 0) *cell = none;
    }
    return ST_OK;
}

status records_read(struct csv_table *runs, const char *folder, struct error *e)
{
    static const char *const needed[] = {"solver", "dataset", "seed", "status", "run_id"};
    TRY(csv_load(runs, e, "%s/runs.csv", folder));
    TRY(csv_need(runs, needed, sizeof needed / sizeof *needed, e));
    for (size_t row = 0; row < runs->n_rows; row++) TRY(check_names(runs, row, e));
    return complete_plugin(runs, e);
}

enum { COLUMNS_MAX = 768, CELL_MAX = 1024 };

/* The union of the columns; returns how many, COLUMNS_MAX + 1 if they are more. */
static size_t merge_columns(const struct record *rows, size_t n_rows, const char *names[COLUMNS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const struct csv_table *t = rows[i].table;
        size_t place = 0; /* where a new column of this row goes */
        if (i > 0 && t == rows[i - 1].table) continue;
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

status rows_write(const char *path, const struct record *rows, size_t n, missing_cell missing, void *context,
                  struct error *e)
{
    const char *names[COLUMNS_MAX];
    long places[COLUMNS_MAX]; /* of the names in the table of the row */
    char text[CELL_MAX];
    const size_t columns = merge_columns(rows, n, names);
    struct csv_writer w;
    if (columns > COLUMNS_MAX) return FAIL(e, ST_INTERNAL, "too many result columns");
    if (columns == 0)
        return remove(path) == 0 || errno == ENOENT ? ST_OK : FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    TRY(csv_open(&w, path, e));
    csv_put_texts(&w, names, columns);
    csv_end_row(&w);
    const struct csv_table *last = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct csv_table *t = rows[i].table;
        if (!t) continue;
        for (size_t c = 0; t != last && c < columns; c++) places[c] = csv_column(t, names[c]);
        last = t;
        for (size_t c = 0; c < columns; c++) {
            const char *cell = places[c] == CSV_NONE ? "nan" : csv_cell(t, rows[i].row, (size_t)places[c]);
            const bool lacks = missing && strcmp(cell, "nan") == 0;
            csv_put(&w, lacks && missing(context, i, names[c], text, sizeof text) ? text : cell);
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}
