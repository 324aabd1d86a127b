/* The tables of the paper and of the results page (see result_tables.h). */
#include "report/result_tables.h"
#include "records/record.h"
#include "report/groups.h"
#include "support/csv_index.h"
#include "support/paths.h"
#include "support/text.h"
#include "support/texts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_number(const void *a, const void *b)
{
    double x = strtod(*(const char *const *)a, NULL), y = strtod(*(const char *const *)b, NULL);
    return (x > y) - (x < y);
}

/* Distinct texts that a table is made of; of depth_table: its rows, depths and levels, the places of each
 * entry in these, and the rows whose accuracies are by a rule of the trainer's own. */
enum { ROWS, COLUMNS, LEVELS, ENTRIES, OWN_RULES, N_LISTS };

/* What a table is made from. */
struct source {
    const struct kind *kind;
    const char *experiment, *folder;
    struct csv_table file;
    long rules; /* the newest in the file */
    struct texts lists[N_LISTS];
};

/* A column of a table that has a row per row of its file: a text (`format` NULL; of the experiment where
 * `column` is NULL), or a number times `factor`, with +- the number in column `spread` where there is one. */
struct list_column {
    const char *title, *column, *format, *spread;
    double factor;
};

static const char whole[] = "%.0f"; /* numbers are cut, not rounded */
static const char layers[] = "%zu"; /* of the widths that a text says */

static const struct list_column numbers_columns[] = {
    {"experiment", NULL, NULL, NULL, 1},
    {"label", "label", NULL, NULL, 1},
    {"train", "acc_train_mean", "%.1f", NULL, 100},
    {"val", "acc_val_mean", "%.1f", NULL, 100},
    {"test", "acc_test_mean", "%.1f", NULL, 100},
    {"seconds", "train_s_mean", "%.2f", NULL, 1},
    {"iters", "iters_mean", whole, NULL, 1},
    {"seeds", "seeds", NULL, NULL, 1},
    {"half", "acc_test_half", "%.1f", NULL, 100},
    {"loss", "loss_train_mean", "%.4f", NULL, 1},
    {"error", "loss_test_mean", "%.4f", NULL, 1},
    {"tasks", "acc_test_tasks_mean", "%.1f", NULL, 100},
    {"drop", "drop_test_mean", "%.1f", NULL, 100},
    {"memory", "solver_bytes_mean", "%.1f", NULL, 1e-6},
    {NULL, NULL, NULL, NULL, 0},
};
static const struct list_column list_columns[] = {
    {"Configuration", "label", NULL, NULL, 1},
    {"Seeds", "seeds", NULL, NULL, 1},
    {"Training %", "acc_train_mean", "%.1f", "acc_train_sd", 100},
    {"Test %", "acc_test_mean", "%.1f", "acc_test_sd", 100},
    {"Training time, s", "train_s_mean", "%.2f", NULL, 1},
    {NULL, NULL, NULL, NULL, 0},
};
static const struct list_column paired_columns[] = {
    {"Trainer", "name", NULL, NULL, 1},
    {"Hidden layers", "hidden", layers, NULL, 1},
    {"Pairs", "pairs", NULL, NULL, 1},
    {"Training", "acc_train_difference", "%+.1f", "acc_train_half", 100},
    {"Validation", "acc_val_difference", "%+.1f", "acc_val_half", 100},
    {"Test", "acc_test_difference", "%+.1f", "acc_test_half", 100},
    {NULL, NULL, NULL, NULL, 0},
};

struct kind {
    const char *name, *file;
    status (*make)(struct source *s, struct table *t, struct error *e);
    bool many;                         /* takes several experiments */
    const struct list_column *columns; /* of list_table */
};

static void put_number(struct table *t, const char *format, double v) __attribute__((format(printf, 2, 0)));
static void put_number(struct table *t, const char *format, double v)
{
    char text[60];
    (void)snprintf(text, sizeof text, format, v);
    table_put(t, "%s", isnan(v) ? "--" : text);
}

static void put_entry(const struct source *s, size_t r, const struct list_column *c, struct table *t)
{
    char text[120], more[60] = "";
    const char *own = c->column ? csv_text(&s->file, r, c->column) : s->experiment;
    if (c->format == layers) table_put(t, "%zu", depth_of(own));
    if (!c->format) table_put(t, "%s", own);
    if (!c->format || c->format == layers) return;
    double v = c->factor * csv_value(&s->file, r, c->column);
    double spread = c->spread ? c->factor * csv_value(&s->file, r, c->spread) : NAN;
    if (!isnan(spread)) (void)snprintf(more, sizeof more, " +- %.1f", spread);
    (void)snprintf(text, sizeof text, "%s%s", c->format, more);
    put_number(t, text, c->format == whole ? trunc(v) : v);
}

static status list_table(struct source *s, struct table *t, struct error *e)
{
    (void)e;
    const struct list_column *c = s->kind->columns;
    for (size_t k = 0; t->n_cells == 0 && c[k].title; k++)
        table_column(t, !c[k].format && (k == 0 || strcmp(c[k].title, "label") == 0), 0, "%s", c[k].title);
    for (size_t r = 0; r < s->file.n_rows; r++)
        for (size_t k = 0; c[k].title; k++) put_entry(s, r, &c[k], t);
    return ST_OK;
}

/* Lines of figures: what a label says but the widths; "NAME_start_rate=0.1" is "NAME 0.1". */
static void row_name(const struct csv_table *t, size_t row, char *text)
{
    static const char start[] = "_start_rate=";
    line_name(csv_text(t, row, "name"), csv_text(t, row, "hidden"), csv_text(t, row, "label"), text,
              GROUP_LABEL);
    char *cut = strstr(text, start);
    if (!cut) return;
    *cut = ' ';
    memmove(cut + 1, cut + sizeof start - 1, strlen(cut + sizeof start - 1) + 1);
}

/* The value of an option in a label, "" where it says none. */
static void setting(const char *label, const char *key, char *value, size_t size)
{
    char pattern[60];
    (void)snprintf(pattern, sizeof pattern, "_%s=", key);
    const char *at = strstr(label, pattern);
    if (at) at += strlen(pattern);
    (void)snprintf(value, size, "%.*s", at ? (int)strcspn(at, "_") : 0, at ? at : "");
}

static void put_accuracies(const struct csv_table *f, size_t r, struct table *t)
{
    char text[2][30] = {"--", "--"};
    const double v[] = {100 * csv_value(f, r, "acc_train_mean"), 100 * csv_value(f, r, "acc_test_mean")};
    for (int k = 0; k < 2; k++)
        if (!isnan(v[k])) (void)snprintf(text[k], sizeof text[k], "%.1f", v[k]);
    if (r == f->n_rows)
        table_put(t, "--");
    else
        table_put(t, "%s / %s", text[0], text[1]);
}

static void put_iterations(const struct csv_table *f, size_t r, struct table *t)
{
    double iters = csv_value(f, r, "iters_mean"), reached = csv_value(f, r, "reached");
    if (reached > 0 && reached < csv_value(f, r, "seeds"))
        table_put(t, "%.1f (%.0f/%s)", iters, reached, csv_text(f, r, "seeds"));
    else
        put_number(t, "%.1f", iters);
}

/* The entry of a line, a depth and a level. */
static void entry_key(struct source *s, const char *line, const char *depth, const char *level, char text[80])
{
    (void)snprintf(text, 80, "%zu %zu %zu", texts_place(&s->lists[ROWS], line),
                   texts_place(&s->lists[COLUMNS], depth), texts_place(&s->lists[LEVELS], level));
}

/* The last row of each entry, in the order of the entries; in the arena. NULL: ST_MEMORY. */
static size_t *last_rows(struct source *s, struct mem *m, struct error *e)
{
    const struct csv_table *f = &s->file;
    char name[GROUP_LABEL], key[80];
    size_t *last = mem_alloc(m, f->n_rows + 1, sizeof *last, e);
    for (size_t r = 0; last && r < f->n_rows; r++) {
        row_name(f, r, name);
        entry_key(s, name, csv_text(f, r, "hidden_layers"), csv_text(f, r, "accuracy"), key);
        last[texts_place(&s->lists[ENTRIES], key)] = r;
        if (strcmp(csv_text(f, r, "prediction"), "own rule") == 0)
            (void)texts_place(&s->lists[OWN_RULES], name);
    }
    if (last) last[s->lists[ENTRIES].n] = f->n_rows; /* of no entry */
    return last;
}

/* Rows: lines; columns: depths, once for each accuracy where the file has them. */
static status depth_table(struct source *s, struct table *t, struct error *e)
{
    const struct csv_table *f = &s->file;
    const bool by_level = csv_column(f, "accuracy") != CSV_NONE;
    const size_t *last = last_rows(s, &t->mem, e);
    struct texts *rows = &s->lists[ROWS], *levels = &s->lists[LEVELS], *own = &s->lists[OWN_RULES];
    const size_t n = s->lists[COLUMNS].n;
    const char **depths = last ? mem_alloc(&t->mem, n, sizeof *depths, e) : NULL;
    char key[80];
    if (!depths) return ST_MEMORY;
    memcpy(depths, s->lists[COLUMNS].v, n * sizeof *depths);
    qsort(depths, n, sizeof *depths, by_number);
    table_span(t, 1, "%s", "");
    table_column(t, true, 0, "%s", by_level ? "Hidden layers" : "Trainer");
    for (size_t k = 0; k < levels->n; k++) {
        if (by_level)
            table_span(t, n, "to %g %%", 100 * strtod(levels->v[k], NULL));
        else
            table_span(t, n, "Hidden layers: training / test accuracy, %%");
        table_columns(t, depths, n, 0);
    }
    for (size_t i = 0; i < rows->n; i++) {
        table_put(t, "%s%s", rows->v[i], texts_find(own, rows->v[i]) < own->n ? " (own rule)" : "");
        for (size_t k = 0; k < levels->n * n; k++) {
            entry_key(s, rows->v[i], depths[k % n], levels->v[k / n], key);
            (by_level ? put_iterations : put_accuracies)(f, last[texts_find(&s->lists[ENTRIES], key)], t);
        }
    }
    return ST_OK;
}

/* One solver over a grid of rho and beta: the rows from `row` on. v: room for a number per row. */
static void put_sensitivity(const struct csv_table *f, struct table *t, size_t row, const size_t *next,
                            double *v)
{
    const char *name = csv_text(f, row, "name");
    size_t n = 0, best = f->n_rows;
    char rho[60], beta[60];
    for (; row < f->n_rows; row = next[row]) {
        const double accuracy = csv_value(f, row, "acc_val_mean");
        if (isnan(accuracy)) continue;
        if (best == f->n_rows || accuracy > csv_value(f, best, "acc_val_mean")) best = row;
        v[n++] = accuracy;
    }
    table_put(t, "%s", name);
    table_put(t, "%zu", n);
    for (int k = 0; k <= 2; k++) put_number(t, "%.1f", 100 * quantile(v, n, 0.5 * k));
    put_number(t, "%.1f", 100 * csv_value(f, best, "acc_test_mean"));
    setting(n ? csv_text(f, best, "label") : "", "rho", rho, sizeof rho);
    setting(n ? csv_text(f, best, "label") : "", "beta", beta, sizeof beta);
    table_put(t, n ? "(%s, %s)" : "--%.0s%.0s", rho, beta);
}

static bool is_name(const char *column)
{
    return strcmp(column, "name") == 0;
}

static status sensitivity_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const titles[] = {
        "Solver", "Settings", "least", "median", "best", "best validation", "$(\\rho, \\beta)$ there"};
    const struct csv_table *f = &s->file;
    struct csv_columns columns;
    struct csv_index index;
    size_t *next;
    double *v = mem_alloc(&t->mem, f->n_rows, sizeof *v, e);
    if (!v) return ST_MEMORY;
    TRY(csv_select(&columns, f, is_name, &t->mem, e));
    TRY(csv_index_chain(&index, f, columns, &next, &t->mem, e));
    table_span(t, 1, "%s", "");
    table_span(t, 1, "%s", "");
    table_span(t, 3, "Validation %%");
    table_span(t, 1, "Test %% at");
    table_columns(t, titles, 7, 1);
    for (size_t i = 0; i < index.n; i++) put_sensitivity(f, t, index.rows[i], next, v);
    return ST_OK;
}

/* The least (sign 1) or greatest (sign -1) number in columns PREFIX<layer>_med of a curve; nan without. */
static double extreme(const struct csv_table *t, const char *prefix, double sign)
{
    double found = NAN;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (strncmp(t->names[c], prefix, strlen(prefix)) != 0 || !strstr(t->names[c], "_med")) continue;
        for (size_t r = 0; r < t->n_rows; r++) {
            double v = csv_value(t, r, t->names[c]);
            if (!isnan(v) && (isnan(found) || sign * v < sign * found)) found = v;
        }
    }
    return found;
}

static void put_conditions(const struct csv_table *curve, struct table *t)
{
    const double v[] = {extreme(curve, "rcond_w_", 1), extreme(curve, "backward_error_w_", -1)};
    for (int k = 0; k < 2; k++) put_number(t, v[k] <= 0 ? "0" : "%.1e", v[k]);
    put_number(t, "%.1f", curve->n_rows ? 100 * csv_value(curve, curve->n_rows - 1, "acc_train_med") : NAN);
}

/* From the curves of each configuration; those whose start was changed by noise make the same solves. */
static status conditioning_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const titles[] = {"Weight solve", "Precision", "Least rcond", "Largest backward error",
                                         "Training %"};
    char noise[60], precision[60];
    table_columns(t, titles, 5, 2);
    for (size_t r = 0; r < s->file.n_rows; r++) {
        const char *label = csv_text(&s->file, r, "label");
        struct csv_table curve;
        setting(label, "start_noise", noise, sizeof noise);
        setting(label, "precision", precision, sizeof precision);
        if (strtod(noise, NULL) != 0 || strchr(label, '/')) continue;
        table_put(t, "%s", csv_text(&s->file, r, "name"));
        table_put(t, "%s", precision[0] ? precision : "--");
        status st = csv_load(&curve, e, "%s/curves_summary/%s.csv", s->folder, label);
        if (st == ST_OK) put_conditions(&curve, t);
        csv_table_free(&curve);
        TRY(st);
    }
    return ST_OK;
}

/* Runs that ended well, by the newest rules in the table. */
static bool finished(const struct source *s, size_t row)
{
    return record_rules(&s->file, row) == s->rules && strcmp(csv_text(&s->file, row, "status"), "ok") == 0;
}

/* Slope of log(seconds per iteration) over log(`x`) among a solver's runs in which column `fixed` is as in
 * row `at`. */
static double exponent(const struct source *s, const char *solver, const char *x, const char *fixed,
                       size_t at)
{
    const struct csv_table *f = &s->file;
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t r = 0; r < f->n_rows; r++) {
        if (!finished(s, r) || strcmp(csv_text(f, r, "solver"), solver) != 0 ||
            strcmp(csv_text(f, r, fixed), csv_text(f, at, fixed)) != 0)
            continue;
        double a = log(csv_value(f, r, x)), b = log(csv_value(f, r, "train_s") / csv_value(f, r, "iters"));
        n++;
        sx += a;
        sy += b;
        sxx += a * a;
        sxy += a * b;
    }
    double spread = n * sxx - sx * sx;
    return spread > 1e-12 ? (n * sxy - sx * sy) / spread : NAN;
}

/* The first finished run with the largest number in a column. */
static size_t largest(const struct source *s, const char *column)
{
    const struct csv_table *f = &s->file;
    size_t found = f->n_rows;
    for (size_t r = f->n_rows; r-- > 0;)
        if (finished(s, r) && (found == f->n_rows || csv_value(f, r, column) >= csv_value(f, found, column)))
            found = r;
    return found;
}

static status data_size_table(struct source *s, struct table *t, struct error *e)
{
    static const char samples[] = "dataset.n_train", steps[] = "dataset.T";
    const struct csv_table *f = &s->file;
    size_t most = largest(s, samples), longest = largest(s, steps);
    if (most == f->n_rows) return FAIL(e, ST_DATA, "%s holds no finished run", f->source);
    table_column(t, true, 0, "Solver");
    table_column(t, false, 0, "Exponent of $N$ ($T = %.0f$)", csv_value(f, most, steps));
    table_column(t, false, 0, "Exponent of $T$ ($N = %.0f$)", csv_value(f, longest, samples));
    for (size_t r = 0; r < f->n_rows; r++)
        if (finished(s, r)) (void)texts_place(&s->lists[ROWS], csv_text(f, r, "solver"));
    for (size_t i = 0; i < s->lists[ROWS].n; i++) {
        table_put(t, "%s", s->lists[ROWS].v[i]);
        put_number(t, "%.2f", exponent(s, s->lists[ROWS].v[i], samples, steps, most));
        put_number(t, "%.2f", exponent(s, s->lists[ROWS].v[i], steps, samples, longest));
    }
    return ST_OK;
}

static void put_joined(struct table *t, const struct texts *list)
{
    char all[800] = "";
    for (size_t i = 0; i < list->n; i++) (void)text_add(all, sizeof all, "%s%s", i ? "; " : "", list->v[i]);
    table_put(t, "%s", all);
}

static status provenance_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const titles[] = {"Experiment", "Runs", "Commit", "Machine"};
    static const size_t widths[] = {0, 0, 21, 38};
    const struct csv_table *f = &s->file;
    char text[GROUP_LABEL];
    size_t n = 0;
    (void)e;
    for (int c = 0; t->n_cells == 0 && c < 4; c++) table_column(t, c != 1, widths[c], "%s", titles[c]);
    for (size_t r = 0; r < f->n_rows; r++) {
        const char *blas = csv_text(f, r, "blas"); /* its first two words */
        size_t first = strcspn(blas, " "),
               second = blas[first] ? first + 1 + strcspn(blas + first + 1, " ") : 0;
        if (record_rules(f, r) != s->rules) continue;
        n += finished(s, r);
        (void)snprintf(text, sizeof text, "%s%s", csv_text(f, r, "git_commit"),
                       strcmp(csv_text(f, r, "dirty"), "1") == 0 ? " (changed)" : "");
        (void)texts_place(&s->lists[ROWS], text);
        (void)snprintf(text, sizeof text, "%.80s, %.*s %s", csv_text(f, r, "cpu"),
                       second ? (int)(second < 60 ? second : 60) : 8, second ? blas : "OpenBLAS",
                       csv_text(f, r, "blas_core"));
        (void)texts_place(&s->lists[COLUMNS], text);
    }
    table_put(t, "%s", s->experiment);
    table_put(t, "%zu", n);
    put_joined(t, &s->lists[ROWS]);
    put_joined(t, &s->lists[COLUMNS]);
    return ST_OK;
}

/* \setresult{EXPERIMENT}{LABEL}{KEY}{TEXT} for each number; what TeX would read as its own becomes ?. */
static void print_macros(const struct table *t, FILE *out)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t column = i % t->n_columns, row = i - column;
        if (column < 2) continue;
        const char *const parts[] = {t->cells[row], t->cells[row + 1], numbers_columns[column].title,
                                     t->cells[i]};
        (void)fputs("\\setresult", out);
        for (int k = 0; k < 4; k++) {
            (void)fputc('{', out);
            for (const char *c = parts[k]; *c; c++) (void)fputc(strchr("\\{}%#$&~^", *c) ? '?' : *c, out);
            (void)fputc('}', out);
        }
        (void)fputc('\n', out);
    }
}

static const struct kind kinds[] = {
    {"numbers", "summary.csv", list_table, true, numbers_columns},
    {"depth", "summary.csv", depth_table, false, NULL},
    {"list", "summary.csv", list_table, false, list_columns},
    {"acceleration", "time_to_accuracy.csv", depth_table, false, NULL},
    {"sensitivity", "summary.csv", sensitivity_table, false, NULL},
    {"conditioning", "summary.csv", conditioning_table, false, NULL},
    {"provenance", "runs.csv", provenance_table, true, NULL},
    {"paired", "paired.csv", list_table, false, paired_columns},
    {"data_size", "runs.csv", data_size_table, false, NULL},
};

static status add(const struct kind *kind, const char *folder, struct table *t, struct error *e)
{
    struct source s = {.kind = kind, .folder = folder, .experiment = path_base(folder)};
    status st = csv_load(&s.file, e, "%s/%s", folder, kind->file);
    if (st == ST_OK && s.file.n_rows == 0) st = FAIL(e, ST_DATA, "%s holds no rows", s.file.source);
    if (st == ST_OK) {
        s.rules = record_newest_rules(&s.file);
        st = kind->make(&s, t, e);
    }
    csv_table_free(&s.file);
    return texts_end(s.lists, N_LISTS, st, "a table", e);
}

status result_table(const char *name, const char *const *folders, size_t n, enum table_format format,
                    FILE *out, struct error *e)
{
    struct table t = {.n_cells = 0};
    const struct kind *kind = NULL;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(kinds[k].name, name) == 0) kind = &kinds[k];
    if (!kind) return FAIL(e, ST_USAGE, "no table '%.60s'", name);
    if (n > 1 && !kind->many) return FAIL(e, ST_USAGE, "table %s takes one experiment", name);
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < n; i++) st = add(kind, folders[i], &t, e);
    if (st == ST_OK && format == TABLE_LATEX && kind->columns == numbers_columns)
        print_macros(&t, out);
    else if (st == ST_OK)
        st = table_print(&t, format, out, e);
    table_free(&t);
    return st;
}
