/* Rows of runs.csv (see record.h). */
#include "records/record.h"
#include "support/paths.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A row that is being written: first the names of its columns, then their values. */
struct row {
    struct csv_writer file;
    bool names;
};

static void put_text(struct row *row, const char *name, const char *value)
{
    char text[2 * OPT_STRING_MAX + 400]; /* longer than an error's text */
    (void)snprintf(text, sizeof text, "%s", row->names ? name : value);
    for (char *c = text; *c; c++)
        if (*c == ',' || *c == '\n' || *c == '\r') *c = ' ';
    csv_put(&row->file, text);
}

static void put_option(void *row, const char *name, const char *value, bool is_default)
{
    (void)is_default;
    put_text(row, name, value);
}

static void put_row(struct row *row, const struct run *run, const struct run_result *r, bool whole)
{
    for (size_t i = 0; i < n_result_columns; i++) {
        const struct result_column *c = &result_columns[i];
        if (!whole && !(c->flags & COLUMN_HEAD)) continue;
        if (c->kind == COLUMN_OPTIONS)
            run_visit_options(run, false, put_option, row);
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
    own.label = run->label;
    own.prediction = run->solver->predict ? "own rule" : "simulated";
    own.dataset = run->dataset->name;
    own.seed = seed;
    own.threads = (double)run->run.threads;
    result_complete(&own);
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

status records_read(struct csv_table *runs, const char *folder, struct error *e)
{
    static const char *const needed[] = {"solver", "dataset", "seed", "status", "run_id"};
    TRY(csv_load(runs, e, "%s/runs.csv", folder));
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (csv_column(runs, needed[i]) == CSV_NONE)
            return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", runs->source, needed[i]);
    for (size_t row = 0; row < runs->n_rows; row++) {
        const char *id = csv_text(runs, row, "run_id");
        if (!path_fits_name(id, SIZE_MAX, ""))
            return FAIL(e, ST_DATA, "%s: line %zu: run_id '%.40s' is not made of letters and digits",
                        runs->source, row + runs->first_line, id);
    }
    return ST_OK;
}
