/* The tables of the paper and of the results page (see result_tables.h). */
#include "report/result_tables.h"
#include "report/groups.h"
#include "support/statistics.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = GROUP_LABEL, ITEMS_MAX = 512 };

/* Distinct texts in the order in which they come. */
struct items {
    size_t n;
    char text[ITEMS_MAX][NAME];
};

/* The place of a text, which is added if it is new; ITEMS_MAX where there is no more room. */
static size_t place_of(struct items *list, const char *text)
{
    size_t i = 0;
    while (i < list->n && strncmp(list->text[i], text, NAME - 1) != 0) i++;
    if (i == list->n && i < ITEMS_MAX) (void)snprintf(list->text[list->n++], NAME, "%s", text);
    return i;
}

static int by_number(const void *a, const void *b)
{
    double x = strtod(a, NULL), y = strtod(b, NULL);
    return (x > y) - (x < y);
}

/* What a table is made from: one result file, and room for three lists. */
struct source {
    const char *experiment, *folder;
    struct csv_table file;
    struct items rows, columns, levels;
};

static double number(const struct csv_table *t, size_t row, const char *column)
{
    const char *text = csv_text(t, row, column);
    char *end;
    double v = strtod(text, &end);
    return end == text || *end ? NAN : v;
}

static void put_number(struct table *t, const char *format, double v) __attribute__((format(printf, 2, 0)));
static void put_number(struct table *t, const char *format, double v)
{
    char text[60];
    (void)snprintf(text, sizeof text, format, v);
    table_put(t, "%s", isnan(v) ? "--" : text);
}

static void put_with_deviation(struct table *t, double mean, double deviation)
{
    if (isnan(deviation))
        put_number(t, "%.1f", 100 * mean);
    else
        table_put(t, "%.1f +- %.1f", 100 * mean, 100 * deviation);
}

/* Lines of figures: what a label says but the widths; "NAME_start_rate=0.1" is "NAME 0.1". */
static void row_name(const struct csv_table *t, size_t row, char *text)
{
    static const char start[] = "_start_rate=";
    line_name(csv_text(t, row, "name"), csv_text(t, row, "hidden"), csv_text(t, row, "label"), text, NAME);
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

/* The row of the file with these entries, or n_rows. `level` may be NULL. */
static size_t find_row(const struct source *s, const char *line, const char *depth, const char *level)
{
    char name[NAME];
    for (size_t r = s->file.n_rows; r-- > 0;) { /* the last one counts */
        row_name(&s->file, r, name);
        if (strcmp(name, line) == 0 && strcmp(csv_text(&s->file, r, "hidden_layers"), depth) == 0 &&
            (!level || strcmp(csv_text(&s->file, r, "accuracy"), level) == 0))
            return r;
    }
    return s->file.n_rows;
}

/* Rows: lines; columns: depths; levels: accuracies, where the file has them. */
static void collect(struct source *s)
{
    char name[NAME];
    for (size_t r = 0; r < s->file.n_rows; r++) {
        row_name(&s->file, r, name);
        (void)place_of(&s->rows, name);
        (void)place_of(&s->columns, csv_text(&s->file, r, "hidden_layers"));
        (void)place_of(&s->levels, csv_text(&s->file, r, "accuracy"));
    }
    qsort(s->columns.text, s->columns.n, NAME, by_number);
}

static status depth_table(struct source *s, struct table *t, struct error *e)
{
    (void)e;
    collect(s);
    table_span(t, 1, "%s", "");
    table_span(t, s->columns.n, "Hidden layers: training / test accuracy, %%");
    table_column(t, true, 0, "Trainer");
    for (size_t d = 0; d < s->columns.n; d++) table_column(t, false, 0, "%s", s->columns.text[d]);
    for (size_t i = 0; i < s->rows.n; i++) {
        table_put(t, "%s", s->rows.text[i]);
        for (size_t d = 0; d < s->columns.n; d++) {
            size_t r = find_row(s, s->rows.text[i], s->columns.text[d], NULL);
            char train[30] = "--", test[30] = "--";
            double a = r < s->file.n_rows ? number(&s->file, r, "acc_train_mean") : NAN;
            double b = r < s->file.n_rows ? number(&s->file, r, "acc_test_mean") : NAN;
            if (!isnan(a)) (void)snprintf(train, sizeof train, "%.1f", 100 * a);
            if (!isnan(b)) (void)snprintf(test, sizeof test, "%.1f", 100 * b);
            if (r == s->file.n_rows)
                table_put(t, "--");
            else
                table_put(t, "%s / %s", train, test);
        }
    }
    return ST_OK;
}

static status list_table(struct source *s, struct table *t, struct error *e)
{
    (void)e;
    table_column(t, true, 0, "Configuration");
    table_column(t, false, 0, "Seeds");
    table_column(t, false, 0, "Training %%");
    table_column(t, false, 0, "Test %%");
    table_column(t, false, 0, "Training time, s");
    for (size_t r = 0; r < s->file.n_rows; r++) {
        table_put(t, "%s", csv_text(&s->file, r, "label"));
        table_put(t, "%s", csv_text(&s->file, r, "seeds"));
        put_with_deviation(t, number(&s->file, r, "acc_train_mean"), number(&s->file, r, "acc_train_sd"));
        put_with_deviation(t, number(&s->file, r, "acc_test_mean"), number(&s->file, r, "acc_test_sd"));
        put_number(t, "%.2f", number(&s->file, r, "train_s_mean"));
    }
    return ST_OK;
}

static status paired_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const splits[] = {"train", "val", "test"};
    static const char *const titles[] = {"Trainer",  "Hidden layers", "Pairs",
                                         "Training", "Validation",    "Test"};
    char name[60];
    (void)e;
    for (int c = 0; c < 6; c++) table_column(t, c == 0, 0, "%s", titles[c]);
    for (size_t r = 0; r < s->file.n_rows; r++) {
        table_put(t, "%s", csv_text(&s->file, r, "name"));
        table_put(t, "%zu", depth_of(csv_text(&s->file, r, "hidden")));
        table_put(t, "%s", csv_text(&s->file, r, "pairs"));
        for (int k = 0; k < 3; k++) {
            (void)snprintf(name, sizeof name, "acc_%s_difference", splits[k]);
            double difference = number(&s->file, r, name);
            (void)snprintf(name, sizeof name, "acc_%s_half", splits[k]);
            table_put(t, "%+.1f +- %.1f", 100 * difference, 100 * number(&s->file, r, name));
        }
    }
    return ST_OK;
}

static status acceleration_table(struct source *s, struct table *t, struct error *e)
{
    (void)e;
    collect(s);
    table_span(t, 1, "%s", "");
    table_column(t, true, 0, "Hidden layers");
    for (size_t k = 0; k < s->levels.n; k++) {
        table_span(t, s->columns.n, "to %g %%", 100 * strtod(s->levels.text[k], NULL));
        for (size_t d = 0; d < s->columns.n; d++) table_column(t, false, 0, "%s", s->columns.text[d]);
    }
    for (size_t i = 0; i < s->rows.n; i++) {
        table_put(t, "%s", s->rows.text[i]);
        for (size_t at = 0; at < s->levels.n * s->columns.n; at++) {
            size_t r = find_row(s, s->rows.text[i], s->columns.text[at % s->columns.n],
                                s->levels.text[at / s->columns.n]);
            double iters = r < s->file.n_rows ? number(&s->file, r, "iters_mean") : NAN;
            double reached = r < s->file.n_rows ? number(&s->file, r, "reached") : 0;
            if (reached > 0 && reached < number(&s->file, r, "seeds"))
                table_put(t, "%.1f (%.0f/%s)", iters, reached, csv_text(&s->file, r, "seeds"));
            else
                put_number(t, "%.1f", iters);
        }
    }
    return ST_OK;
}

/* One solver over a grid of rho and beta. */
static void put_sensitivity(const struct source *s, struct table *t, const char *name, double *v)
{
    size_t n = 0, best = s->file.n_rows;
    char rho[60] = "", beta[60] = "";
    for (size_t r = 0; r < s->file.n_rows; r++) {
        double accuracy = number(&s->file, r, "acc_val_mean");
        if (strcmp(csv_text(&s->file, r, "name"), name) != 0 || isnan(accuracy)) continue;
        if (best == s->file.n_rows || accuracy > number(&s->file, best, "acc_val_mean")) best = r;
        v[n++] = accuracy;
    }
    table_put(t, "%s", name);
    table_put(t, "%zu", n);
    put_number(t, "%.1f", 100 * quantile(v, n, 0));
    put_number(t, "%.1f", 100 * quantile(v, n, 0.5));
    put_number(t, "%.1f", 100 * quantile(v, n, 1));
    if (n == 0) {
        table_put(t, "--");
        table_put(t, "--");
        return;
    }
    setting(csv_text(&s->file, best, "label"), "rho", rho, sizeof rho);
    setting(csv_text(&s->file, best, "label"), "beta", beta, sizeof beta);
    put_number(t, "%.1f", 100 * number(&s->file, best, "acc_test_mean"));
    table_put(t, "(%s, %s)", rho, beta);
}

static status sensitivity_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const titles[] = {
        "Solver", "Settings", "least", "median", "best", "best validation", "$(\\rho, \\beta)$ there"};
    double *v = mem_alloc(&t->mem, s->file.n_rows, sizeof *v, e);
    if (!v) return ST_MEMORY;
    table_span(t, 1, "%s", "");
    table_span(t, 1, "%s", "");
    table_span(t, 3, "Validation %%");
    table_span(t, 1, "Test %% at");
    for (int c = 0; c < 7; c++) table_column(t, c == 0, 0, "%s", titles[c]);
    for (size_t r = 0; r < s->file.n_rows; r++) (void)place_of(&s->rows, csv_text(&s->file, r, "name"));
    for (size_t i = 0; i < s->rows.n; i++) put_sensitivity(s, t, s->rows.text[i], v);
    return ST_OK;
}

/* The least (sign 1) or greatest (sign -1) number in columns PREFIX<layer>_med of a curve; nan without. */
static double extreme(const struct csv_table *t, const char *prefix, double sign)
{
    double found = NAN;
    for (size_t c = 0; c < t->n_columns; c++) {
        if (strncmp(t->names[c], prefix, strlen(prefix)) != 0 || !strstr(t->names[c], "_med")) continue;
        for (size_t r = 0; r < t->n_rows; r++) {
            double v = number(t, r, t->names[c]);
            if (!isnan(v) && (isnan(found) || sign * v < sign * found)) found = v;
        }
    }
    return found;
}

static void put_scientific(struct table *t, double v)
{
    if (v <= 0)
        table_put(t, "0");
    else
        put_number(t, "%.1e", v);
}

/* From the curves of each configuration; those whose start was changed by noise make the same solves. */
static status conditioning_table(struct source *s, struct table *t, struct error *e)
{
    static const char *const titles[] = {"Weight solve", "Precision", "Least rcond", "Largest backward error",
                                         "Training %"};
    char path[4400], noise[60], precision[60];
    for (int c = 0; c < 5; c++) table_column(t, c < 2, 0, "%s", titles[c]);
    for (size_t r = 0; r < s->file.n_rows; r++) {
        const char *label = csv_text(&s->file, r, "label");
        struct csv_table curve;
        setting(label, "start_noise", noise, sizeof noise);
        setting(label, "precision", precision, sizeof precision);
        if (strtod(noise, NULL) != 0 || strchr(label, '/')) continue;
        (void)snprintf(path, sizeof path, "%s/curves_summary/%s.csv", s->folder, label);
        status st = csv_read(&curve, path, 1, e);
        if (st == ST_OK) {
            table_put(t, "%s", csv_text(&s->file, r, "name"));
            table_put(t, "%s", precision[0] ? precision : "--");
            put_scientific(t, extreme(&curve, "rcond_w_", 1));
            put_scientific(t, extreme(&curve, "backward_error_w_", -1));
            put_number(t, "%.1f",
                       curve.n_rows ? 100 * number(&curve, curve.n_rows - 1, "acc_train_med") : NAN);
        }
        csv_table_free(&curve);
        TRY(st);
    }
    return ST_OK;
}

/* Slope of log(seconds per iteration) over log(`x`) among a solver's runs in which column `fixed` is as in
 * row `at`. */
static double exponent(const struct csv_table *f, const char *solver, const char *x, const char *fixed,
                       size_t at)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t r = 0; r < f->n_rows; r++) {
        if (strcmp(csv_text(f, r, "status"), "ok") != 0 || strcmp(csv_text(f, r, "solver"), solver) != 0 ||
            strcmp(csv_text(f, r, fixed), csv_text(f, at, fixed)) != 0)
            continue;
        double a = log(number(f, r, x)), b = log(number(f, r, "train_s") / number(f, r, "iters"));
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
static size_t largest(const struct csv_table *f, const char *column)
{
    size_t found = f->n_rows;
    for (size_t r = f->n_rows; r-- > 0;)
        if (strcmp(csv_text(f, r, "status"), "ok") == 0 &&
            (found == f->n_rows || number(f, r, column) >= number(f, found, column)))
            found = r;
    return found;
}

static status data_size_table(struct source *s, struct table *t, struct error *e)
{
    static const char samples[] = "dataset.n_train", steps[] = "dataset.T";
    const struct csv_table *f = &s->file;
    size_t most = largest(f, samples), longest = largest(f, steps);
    if (most == f->n_rows) return FAIL(e, ST_DATA, "%s holds no finished run", f->source);
    table_column(t, true, 0, "Solver");
    table_column(t, false, 0, "Exponent of $N$ ($T = %.0f$)", number(f, most, steps));
    table_column(t, false, 0, "Exponent of $T$ ($N = %.0f$)", number(f, longest, samples));
    for (size_t r = 0; r < f->n_rows; r++) {
        const char *solver = csv_text(f, r, "solver");
        if (strcmp(csv_text(f, r, "status"), "ok") != 0 || place_of(&s->rows, solver) + 1 < s->rows.n)
            continue;
        if (t->n_cells / 3 == s->rows.n) continue;
        table_put(t, "%s", solver);
        put_number(t, "%.2f", exponent(f, solver, samples, steps, most));
        put_number(t, "%.2f", exponent(f, solver, steps, samples, longest));
    }
    return ST_OK;
}

/* Adds a text to "a; b; c". */
static void join(char *all, size_t size, const struct items *list)
{
    all[0] = '\0';
    for (size_t i = 0, used = 0; i < list->n && used < size; i++)
        used += (size_t)snprintf(all + used, size - used, "%s%s", i ? "; " : "", list->text[i]);
}

static status provenance_table(struct source *s, struct table *t, struct error *e)
{
    char text[NAME], all[800];
    size_t finished = 0;
    (void)e;
    if (t->n_columns == 0) {
        static const char *const titles[] = {"Experiment", "Runs", "Commit", "Machine"};
        static const size_t widths[] = {0, 0, 21, 38};
        for (int c = 0; c < 4; c++) table_column(t, c != 1, widths[c], "%s", titles[c]);
    }
    for (size_t r = 0; r < s->file.n_rows; r++) {
        const char *blas = csv_text(&s->file, r, "blas");
        size_t first = strcspn(blas, " "),
               second = blas[first] ? first + 1 + strcspn(blas + first + 1, " ") : 0;
        finished += strcmp(csv_text(&s->file, r, "status"), "ok") == 0;
        (void)snprintf(text, sizeof text, "%s%s", csv_text(&s->file, r, "git_commit"),
                       strcmp(csv_text(&s->file, r, "dirty"), "1") == 0 ? " (changed)" : "");
        (void)place_of(&s->rows, text);
        (void)snprintf(text, sizeof text, "%.80s, %.*s %s", csv_text(&s->file, r, "cpu"),
                       second ? (int)(second < 60 ? second : 60) : 8, second ? blas : "OpenBLAS",
                       csv_text(&s->file, r, "blas_core"));
        (void)place_of(&s->columns, text);
    }
    table_put(t, "%s", s->experiment);
    table_put(t, "%zu", finished);
    join(all, sizeof all, &s->rows);
    table_put(t, "%s", all);
    join(all, sizeof all, &s->columns);
    table_put(t, "%s", all);
    return ST_OK;
}

static const char *const number_keys[] = {"train", "val", "test", "seconds", "iters", "seeds"};

static status numbers_table(struct source *s, struct table *t, struct error *e)
{
    (void)e;
    if (t->n_columns == 0) {
        table_column(t, true, 0, "experiment");
        table_column(t, true, 0, "label");
        for (int c = 0; c < 6; c++) table_column(t, false, 0, "%s", number_keys[c]);
    }
    for (size_t r = 0; r < s->file.n_rows; r++) {
        table_put(t, "%s", s->experiment);
        table_put(t, "%s", csv_text(&s->file, r, "label"));
        put_number(t, "%.1f", 100 * number(&s->file, r, "acc_train_mean"));
        put_number(t, "%.1f", 100 * number(&s->file, r, "acc_val_mean"));
        put_number(t, "%.1f", 100 * number(&s->file, r, "acc_test_mean"));
        put_number(t, "%.2f", number(&s->file, r, "train_s_mean"));
        put_number(t, "%.0f", trunc(number(&s->file, r, "iters_mean")));
        table_put(t, "%s", csv_text(&s->file, r, "seeds"));
    }
    return ST_OK;
}

/* \setresult{EXPERIMENT}{LABEL}{KEY}{TEXT} for each number; what TeX would read as its own becomes ?. */
static void print_macros(const struct table *t, FILE *out)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t column = i % t->n_columns, row = i - column;
        if (column < 2) continue;
        const char *const parts[] = {t->cells[row], t->cells[row + 1], number_keys[column - 2], t->cells[i]};
        (void)fputs("\\setresult", out);
        for (int k = 0; k < 4; k++) {
            (void)fputc('{', out);
            for (const char *c = parts[k]; *c; c++) (void)fputc(strchr("\\{}%#$&~^", *c) ? '?' : *c, out);
            (void)fputc('}', out);
        }
        (void)fputc('\n', out);
    }
}

static const struct kind {
    const char *name, *file;
    status (*make)(struct source *s, struct table *t, struct error *e);
    bool many; /* takes several experiments */
} kinds[] = {
    {"numbers", "summary.csv", numbers_table, true},
    {"depth", "summary.csv", depth_table, false},
    {"list", "summary.csv", list_table, false},
    {"acceleration", "time_to_accuracy.csv", acceleration_table, false},
    {"sensitivity", "summary.csv", sensitivity_table, false},
    {"conditioning", "summary.csv", conditioning_table, false},
    {"provenance", "runs.csv", provenance_table, true},
    {"paired", "paired.csv", paired_table, false},
    {"data_size", "runs.csv", data_size_table, false},
};

static status add(const struct kind *kind, const char *folder, struct table *t, struct error *e)
{
    char path[4400];
    const char *slash = strrchr(folder, '/');
    struct source *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for a table");
    s->folder = folder;
    s->experiment = slash ? slash + 1 : folder;
    (void)snprintf(path, sizeof path, "%s/%s", folder, kind->file);
    status st = csv_read(&s->file, path, 1, e);
    if (st == ST_OK && s->file.n_rows == 0) st = FAIL(e, ST_DATA, "%s holds no rows", path);
    if (st == ST_OK) st = kind->make(s, t, e);
    csv_table_free(&s->file);
    free(s);
    return st;
}

status result_table(const char *name, const char *const *folders, size_t n, enum table_format format,
                    FILE *out, struct error *e)
{
    struct table t = {.n_cells = 0};
    const struct kind *kind = NULL;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(kinds[k].name, name) == 0) kind = &kinds[k];
    if (!kind)
        return FAIL(e, ST_USAGE,
                    "no table '%.60s': numbers, depth, list, acceleration, sensitivity, conditioning, "
                    "provenance, paired or data_size",
                    name);
    if (n > 1 && !kind->many) return FAIL(e, ST_USAGE, "table %s takes one experiment", name);
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < n; i++) st = add(kind, folders[i], &t, e);
    if (st == ST_OK && format == TABLE_LATEX && kind->make == numbers_table)
        print_macros(&t, out);
    else if (st == ST_OK)
        st = table_print(&t, format, out, e);
    table_free(&t);
    return st;
}
