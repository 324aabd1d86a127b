/* Result rows. */
#include "records/record.h"
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

status record_put(struct record *r, const char *name, const char *value, struct error *e)
{
    if (r->n == RECORD_MAX) return FAIL(e, ST_INTERNAL, "more than %d result columns", RECORD_MAX);
    char *n = mem_string(&r->mem, name, e), *v = mem_string(&r->mem, value, e);
    if (!n || !v) return ST_MEMORY;
    for (char *c = v; *c; c++)
        if (*c == ',' || *c == '\n' || *c == '\r') *c = ' ';
    r->names[r->n] = n;
    r->values[r->n++] = v;
    return ST_OK;
}

status record_put_number(struct record *r, const char *name, double value, struct error *e)
{
    char text[40];
    if (isnan(value))
        snprintf(text, sizeof text, "nan");
    else
        snprintf(text, sizeof text, "%.17g", value);
    return record_put(r, name, text, e);
}

const char *record_get(const struct record *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->names[i], name) == 0) return r->values[i];
    return NULL;
}

void record_free(struct record *r)
{
    mem_free(&r->mem);
    r->n = 0;
}

static size_t find(const char *const *names, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(names[i], name) != 0) i++;
    return i;
}

struct visit {
    struct record *record;
    struct error *e;
    status st;
};

static void put_option(void *context, const char *name, const char *value, bool is_default)
{
    struct visit *v = context;
    (void)is_default;
    if (v->st == ST_OK) v->st = record_put(v->record, name, value, v->e);
}

status record_of_run(struct record *r, const struct run *run, const struct run_result *result, bool whole,
                     struct error *e)
{
    char seed[32];
    struct run_result own = *result;
    struct visit v = {r, e, ST_OK};
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
    for (size_t i = 0; i < n_result_columns; i++) {
        const struct result_column *c = &result_columns[i];
        if (!whole && !(c->flags & COLUMN_HEAD)) continue;
        if (c->kind == COLUMN_OPTIONS) {
            run_visit_options(run, false, put_option, &v);
            TRY(v.st);
        } else if (c->kind == COLUMN_TEXT) {
            TRY(record_put(r, c->name, *(const char *const *)((const char *)&own + c->offset), e));
        } else {
            TRY(record_put_number(r, c->name, column_value(c, &own), e));
        }
    }
    return ST_OK;
}

bool record_counted_otherwise(const struct csv_table *runs, size_t row, const char *column)
{
    if (!column_has(column, false, COLUMN_COUNTED)) return false; /* called the same in curves */
    return !(strtod(csv_text(runs, row, "schema"), NULL) >= RECORD_SCHEMA);
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

status record_check(const struct csv_table *runs, struct error *e)
{
    static const char *const needed[] = {"solver", "dataset", "seed", "status", "run_id"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (csv_column(runs, needed[i]) == CSV_NONE)
            return FAIL(e, ST_DATA, "%s: line 1: there is no column '%s'", runs->source, needed[i]);
    for (size_t row = 0; row < runs->n_rows; row++) {
        const char *id = csv_text(runs, row, "run_id");
        size_t n = 0;
        while (isalnum((unsigned char)id[n]) || id[n] == '_' || id[n] == '-') n++;
        if (n == 0 || id[n])
            return FAIL(e, ST_DATA, "%s: line %zu: run_id '%.40s' is not made of letters and digits",
                        runs->source, row + runs->first_line, id);
    }
    return ST_OK;
}

status record_from_table(struct record *r, const struct csv_table *t, size_t row, struct error *e)
{
    for (size_t c = 0; c < t->n_columns; c++) TRY(record_put(r, t->names[c], csv_cell(t, row, c), e));
    return ST_OK;
}

status record_write(const struct record *r, const char *path, struct error *e)
{
    return records_write(&r, 1, path, e);
}

status records_write(const struct record *const *rows, size_t n, const char *path, struct error *e)
{
    const char *names[4 * RECORD_MAX];
    size_t columns = 0;
    for (size_t i = 0; i < n; i++) {
        size_t place = 0; /* where a new column of this row goes */
        for (size_t c = 0; c < rows[i]->n; c++) {
            size_t at = find(names, columns, rows[i]->names[c]);
            if (at == columns) {
                if (columns == sizeof names / sizeof *names)
                    return FAIL(e, ST_INTERNAL, "too many result columns");
                memmove(names + place + 1, names + place, (columns - place) * sizeof *names);
                names[place] = rows[i]->names[c];
                columns++;
                at = place;
            }
            place = at + 1;
        }
    }
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    for (size_t c = 0; c < columns; c++) csv_put(&w, names[c]);
    csv_end_row(&w);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < columns; c++) {
            const char *value = record_get(rows[i], names[c]);
            csv_put(&w, value ? value : "nan");
        }
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}
