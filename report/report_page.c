/* A report's page: its data as JSON, in which cells of runs.csv are the texts that they are, and its parts
 * (see report_page.h). */
#include "report/report_page.h"
#include "experiments/run.h"
#include "records/columns.h"
#include "records/record.h"
#include "support/env.h"
#include "support/file.h"
#include "support/find.h"
#include "support/paths.h"
#include "support/text.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points of a curve, and configurations with curves, that a page holds. */
enum {
    MOST_POINTS = 200,
    MOST_CURVES = 400,
    MOST_FIGURES = 60,
    FIGURE_BYTES = 4 << 20,
    PART_BYTES = 1 << 20
};

struct maker {
    const struct groups *g;
    const struct catalogue *catalogue;
    struct error *e;
    bool no_memory; /* cJSON has said so */
};

static void put(struct maker *m, cJSON *object, const char *name, cJSON *value)
{
    const bool added = !object ? false
                       : name  ? cJSON_AddItemToObject(object, name, value)
                               : cJSON_AddItemToArray(object, value);
    if (added && value) return;
    m->no_memory = true;
    cJSON_Delete(value);
}

static void put_text(struct maker *m, cJSON *object, const char *name, const char *text)
{
    put(m, object, name, cJSON_CreateString(text));
}

static void put_number(struct maker *m, cJSON *object, const char *name, double v)
{
    put(m, object, name, isfinite(v) ? cJSON_CreateNumber(v) : cJSON_CreateNull());
}

/* A list or an object in another. */
static cJSON *put_new(struct maker *m, cJSON *object, const char *name, cJSON *made)
{
    put(m, object, name, made);
    return m->no_memory ? NULL : made;
}

/* ---- columns and rows of runs.csv ---- */

/* The option `key` of the trainer or the dataset of the first row whose one has it. */
static const struct option *option_of_rows(const struct maker *m, bool solver, const char *key)
{
    const struct csv_table *t = &m->g->runs;
    const struct option *found = NULL;
    for (size_t row = 0; row < t->n_rows && !found; row++) {
        const char *name = csv_text(t, row, solver ? "solver" : "dataset");
        const struct solver *s = solver ? catalogue_solver(m->catalogue, name) : NULL;
        const struct dataset_source *d = solver ? NULL : catalogue_dataset(m->catalogue, name);
        if (s || d) found = opt_find(s ? &s->options : &d->options, key);
    }
    return found;
}

/* The option of a column, "seed" or "solver.lr"; NULL: none that is known. */
static const struct option *column_option(const struct maker *m, const char *name)
{
    const char *dot = strchr(name, '.');
    if (!column_is_option(name)) return NULL;
    if (!dot) return opt_find(&run_option_table, name);
    if (strncmp(name, "stop.", 5) == 0) return opt_find(&stop_option_table, dot + 1);
    if (strncmp(name, "network.", 8) == 0) return opt_find(&net_option_table, dot + 1);
    return option_of_rows(m, strncmp(name, "solver.", 7) == 0, dot + 1);
}

/* Name, unit, meaning, whether it is an option; the value where it is the same in all rows. */
static void put_column(struct maker *m, cJSON *columns, const struct csv_table *t, size_t c, bool constant)
{
    const char *name = t->names[c];
    const struct result_column *known = column_find(name, false);
    const struct option *option = column_option(m, name);
    cJSON *one = put_new(m, columns, NULL, cJSON_CreateObject());
    put_text(m, one, "name", name);
    put_text(m, one, "unit", option && option->unit ? option->unit : known && known->unit ? known->unit : "");
    put_text(m, one, "help", option && option->help ? option->help : known && known->help ? known->help : "");
    put(m, one, "option", cJSON_CreateBool(column_is_option(name)));
    if (constant) put_text(m, one, "value", csv_cell(t, 0, c));
}

static void put_runs(struct maker *m, cJSON *root)
{
    const struct csv_table *t = &m->g->runs;
    cJSON *columns = put_new(m, root, "columns", cJSON_CreateArray());
    cJSON *constants = put_new(m, root, "constants", cJSON_CreateArray());
    cJSON *rows = put_new(m, root, "rows", cJSON_CreateArray());
    cJSON *lines = put_new(m, root, "lines", cJSON_CreateArray());
    for (size_t row = 0; row < t->n_rows && !m->no_memory; row++) {
        put_number(m, lines, NULL, (double)(t->first_line + row));
        (void)put_new(m, rows, NULL, cJSON_CreateArray());
    }
    for (size_t c = 0; c < t->n_columns && !m->no_memory; c++) {
        const bool constant = csv_constant(t, c);
        size_t row = 0;
        put_column(m, constant ? constants : columns, t, c, constant);
        for (cJSON *cells = constant ? NULL : rows->child; cells; cells = cells->next)
            put_text(m, cells, NULL, csv_cell(t, row++, c));
    }
}

/* ---- configurations ---- */

/* Mean and standard deviation of a column over a group's runs, where there is one. */
static void put_mean(struct maker *m, cJSON *means, const struct group *one, const char *column)
{
    double mean, deviation;
    group_mean(m->g, one, column, &mean, &deviation);
    if (!isfinite(mean)) return;
    cJSON *pair = put_new(m, means, column, cJSON_CreateArray());
    put_number(m, pair, NULL, mean);
    put_number(m, pair, NULL, deviation);
}

static void put_groups(struct maker *m, cJSON *root)
{
    cJSON *groups = put_new(m, root, "groups", cJSON_CreateArray());
    for (size_t i = 0; i < m->g->n && !m->no_memory; i++) {
        const struct group *one = &m->g->group[i];
        cJSON *group = put_new(m, groups, NULL, cJSON_CreateObject());
        put_text(m, group, "label", one->label);
        put_text(m, group, "name", one->name);
        put_text(m, group, "hidden", one->hidden);
        put(m, group, "own_rule", cJSON_CreateBool(one->own_rule));
        cJSON *rows = put_new(m, group, "rows", cJSON_CreateArray());
        for (size_t k = 0; k < one->n; k++) put_number(m, rows, NULL, (double)one->rows[k]);
        cJSON *means = put_new(m, group, "mean", cJSON_CreateObject());
        for (size_t c = 0; c < n_result_columns; c++)
            if (result_columns[c].kind == COLUMN_NUMBER &&
                result_columns[c].flags & (COLUMN_TRAIN | COLUMN_VALIDATION | COLUMN_TEST))
                put_mean(m, means, one, result_columns[c].name);
    }
}

/* ---- curves ---- */

/* Every k-th row of a column, and the last. */
static void put_points(struct maker *m, cJSON *list, const struct csv_table *t, long column, size_t step)
{
    for (size_t row = 0; row < t->n_rows; row++)
        if (row % step == 0 || row + 1 == t->n_rows) {
            double v = NAN;
            (void)csv_number(t, row, (size_t)column, &v, NULL);
            put_number(m, list, NULL, v);
        }
}

static void put_curve(struct maker *m, cJSON *curves, size_t group, const struct csv_table *t)
{
    static const char *const names[] = {"train_s",  "forward_passes", "acc_train", "acc_val",
                                        "acc_test", "loss",           "loss_val",  "loss_test"};
    static const char *const parts[] = {"med", "q1", "q3"};
    const size_t step = (t->n_rows + MOST_POINTS - 1) / MOST_POINTS;
    char name[80];
    cJSON *curve = put_new(m, curves, NULL, cJSON_CreateObject());
    put_number(m, curve, "group", (double)group);
    put_points(m, put_new(m, curve, "iter", cJSON_CreateArray()), t, 0, step);
    cJSON *columns = put_new(m, curve, "columns", cJSON_CreateObject());
    for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
        cJSON *three = NULL;
        for (size_t k = 0; k < 3; k++) {
            (void)snprintf(name, sizeof name, "%s_%s", names[c], parts[k]);
            const long column = csv_column(t, name);
            if (column == CSV_NONE) break;
            if (k == 0) three = put_new(m, columns, names[c], cJSON_CreateArray());
            put_points(m, put_new(m, three, NULL, cJSON_CreateArray()), t, column, step);
        }
    }
}

/* Of the files that groups_write has made; a configuration without one has no curve. */
static void put_curves(struct maker *m, cJSON *root)
{
    const char *folder = groups_of_curves(m->g);
    cJSON *curves = put_new(m, root, "curves", cJSON_CreateArray());
    for (size_t i = 0; i < m->g->n && i < MOST_CURVES && !m->no_memory; i++) {
        struct csv_table t;
        if (m->g->group[i].n > 0 &&
            csv_load(&t, NULL, "%s/curves_summary/%s.csv", folder, m->g->group[i].label) == ST_OK &&
            t.n_rows > 0)
            put_curve(m, curves, i, &t);
        csv_table_free(&t);
    }
}

/* ---- figures ---- */

static status put_figure(struct maker *m, cJSON *figures, const char *name)
{
    char path[4600];
    struct file_buffer svg = {.bytes = NULL};
    (void)snprintf(path, sizeof path, "%s/%s", m->g->out, name);
    TRY(file_read(path, FIGURE_BYTES, &svg, m->e));
    cJSON *figure = put_new(m, figures, NULL, cJSON_CreateObject());
    (void)snprintf(path, sizeof path, "%.*s", (int)strlen(name) - 4, name);
    put_text(m, figure, "name", path);
    put_text(m, figure, "svg", (const char *)svg.bytes);
    free(svg.bytes);
    return ST_OK;
}

/* Those that were drawn where groups_write has put its files. */
static status put_figures(struct maker *m, cJSON *root, const char *undrawn, const char *missing)
{
    struct find_list names = {.n = 0};
    cJSON *figures = put_new(m, root, "figures", cJSON_CreateArray());
    status st = find_ending(m->g->out, ".svg", &names, m->e);
    for (size_t i = 0; i < names.n && i < MOST_FIGURES && st == ST_OK; i++)
        st = put_figure(m, figures, names.names[i]);
    find_free(&names);
    cJSON *problems = put_new(m, root, "problems", cJSON_CreateArray());
    char line[400];
    for (const char *p = undrawn; *p;) {
        const size_t length = strcspn(p, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)length, p);
        put_text(m, problems, NULL, line);
        p += length + (p[length] == '\n');
    }
    put_text(m, root, "figures_missing", missing);
    return st;
}

/* ---- the whole ---- */

/* Heap; NULL after an error. */
static status make_data(const struct groups *g, const struct catalogue *c, const char *undrawn,
                        const char *missing, char **json, struct error *e)
{
    char program[200];
    struct maker m = {.g = g, .catalogue = c, .e = e};
    cJSON *root = cJSON_CreateObject();
    *json = NULL;
    if (!root) return FAIL(e, ST_MEMORY, "no memory for the report");
    (void)snprintf(program, sizeof program, "spikebench %s (%s%s)", env_version(), env_commit(),
                   env_dirty() ? ", modified" : "");
    put_text(&m, root, "program", program);
    put_number(&m, root, "left_out", (double)g->left_out);
    put_number(&m, root, "other_rules", (double)g->other_rules);
    put_runs(&m, root);
    put_groups(&m, root);
    put_curves(&m, root);
    status st = put_figures(&m, root, undrawn, missing);
    if (st == ST_OK && !m.no_memory) *json = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    if (st != ST_OK) return st;
    return *json ? ST_OK : FAIL(e, ST_MEMORY, "no memory for the report");
}

/* ---- the page ---- */

/* What takes the places of @TITLE@ and its like. */
enum { TITLE, STYLE, SCRIPT, DATA, N_PLACES };

static void put_place(int place, const char *text, FILE *f)
{
    if (place == TITLE) text_escape(text, f);
    for (; place != TITLE && *text; text++)
        if (place == DATA && *text == '<')
            (void)fputs("\\u003c", f); /* in a script element; it stands in texts alone */
        else
            (void)fputc(*text, f);
}

static void write_parts(const char *html, const char *const texts[N_PLACES], FILE *f)
{
    static const char *const marks[N_PLACES] = {"@TITLE@", "@STYLE@", "@SCRIPT@", "@DATA@"};
    while (*html) {
        int k = 0;
        while (k < N_PLACES && strncmp(html, marks[k], strlen(marks[k])) != 0) k++;
        if (k < N_PLACES)
            put_place(k, texts[k], f);
        else
            (void)fputc(*html, f);
        html += k < N_PLACES ? strlen(marks[k]) : 1;
    }
}

static status write_file(const char *html, const char *const texts[N_PLACES], const char *path,
                         struct error *e)
{
    struct file_writer w;
    TRY(file_create(&w, path, e));
    write_parts(html, texts, w.file);
    status st = ferror(w.file) ? FAIL(e, ST_IO, "%s: %s", path, strerror(errno)) : file_commit(&w, e);
    file_abandon(&w);
    return st;
}

status report_page_write(const struct groups *g, const struct catalogue *c, const char *undrawn,
                         const char *missing, const char *path, struct error *e)
{
    static const char *const names[] = {"page.html", "page.css", "page.js"};
    struct file_buffer part[3] = {{.bytes = NULL}};
    char home[3900], own[4096], *data = NULL;
    status st = path_home(home, sizeof home, e);
    for (size_t k = 0; st == ST_OK && k < 3; k++) {
        (void)snprintf(own, sizeof own, "%s/report/%s", home, names[k]);
        st = file_read(own, PART_BYTES, &part[k], e);
    }
    if (st == ST_OK) st = make_data(g, c, undrawn, missing, &data, e);
    const char *const texts[N_PLACES] = {g->runs.n_rows > 0 ? csv_text(&g->runs, 0, "experiment") : "no runs",
                                         (const char *)part[1].bytes, (const char *)part[2].bytes, data};
    if (st == ST_OK) st = write_file((const char *)part[0].bytes, texts, path, e);
    for (size_t k = 0; k < 3; k++) free(part[k].bytes);
    free(data);
    return st;
}
