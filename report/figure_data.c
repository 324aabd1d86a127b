/* Tidy CSV files for figures (see figure_data.h). */
#include "report/figure_data.h"
#include "report/profile.h"
#include "support/texts.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_COLUMNS = 9 }; /* of summary.csv, before its numbers */

/* The lists of one figure; texts are numbered from 1. */
enum { SOLVERS, NAMES, LINES, WIDTHS, OPTIONS, N_LISTS = OPTIONS + FIGURE_OPTIONS };

static double number_of(struct texts *t, const char *text)
{
    return (double)(texts_place(t, text) + 1);
}

/* Copies the curve of group k, if there is one. */
static status copy_curve(struct figure_data *f, size_t k, struct error *e)
{
    char from[4400], name[60], to[DRAWING_PATH + 60];
    struct csv_table curve;
    (void)snprintf(from, sizeof from, "%s/curves_summary/%s.csv", groups_of_curves(f->groups),
                   f->groups->group[k].label);
    (void)snprintf(name, sizeof name, "curve_%zu.csv", k + 1);
    drawing_file(f->drawing, name, to, sizeof to);
    if (access(from, R_OK) != 0) return ST_OK;
    status st = csv_read(&curve, from, 1, e);
    f->group[k].points = curve.n_rows;
    f->group[k].panel = csv_column(&curve, "lagrangian_med") != CSV_NONE;
    f->group[k].solves = csv_column(&curve, "backward_error_a_1_med") != CSV_NONE;
    csv_table_free(&curve);
    return st == ST_OK ? file_copy(from, to, true, e) : st;
}

status figure_data_open(struct figure_data *f, const struct groups *g, const struct drawing *d,
                        struct error *e)
{
    struct csv_writer none; /* of groups without a curve: gnuplot looks at files that it does not draw */
    *f = (struct figure_data){.groups = g, .drawing = d};
    f->group = mem_alloc(&f->mem, g->n, sizeof *f->group, e);
    if (!f->group) return ST_MEMORY;
    TRY(csv_load(&f->summary, e, "%s/summary.csv", g->out));
    if (f->summary.n_rows < g->n) return FAIL(e, ST_DATA, "%s is not of these runs", f->summary.source);
    TRY(drawing_csv(d, "curve_0.csv", "iter,train_s_med,forward_passes_med,acc_test_med\n0,1,1,0", &none, e));
    TRY(csv_close(&none, e));
    for (size_t k = 0; k < g->n; k++) TRY(copy_curve(f, k, e));
    return ST_OK;
}

void figure_data_free(struct figure_data *f)
{
    csv_table_free(&f->summary);
    mem_free(&f->mem);
}

/* The text of option `key` of a group, "nan" if there is none: the column of that name, or SECTION.key. */
static const char *option_of(const struct csv_table *runs, size_t row, const char *key)
{
    for (size_t c = 0; c < runs->n_columns; c++) {
        const char *dot = strrchr(runs->names[c], '.');
        if (strcmp(dot ? dot + 1 : runs->names[c], key) == 0) return csv_cell(runs, row, c);
    }
    return "nan";
}

static void put_group(const struct figure_data *f, size_t k, const char *const options[FIGURE_OPTIONS],
                      struct texts *lists, struct csv_writer *w)
{
    const struct group *one = &f->groups->group[k];
    char text[GROUP_LABEL];
    line_name(one->name, one->hidden, one->label, text, sizeof text);
    drawing_text(w, text);
    csv_put_numbers(w,
                    (const double[]){f->group[k].points > 0 ? (double)(k + 1) : 0,
                                     number_of(&lists[SOLVERS], one->solver),
                                     number_of(&lists[NAMES], one->name), number_of(&lists[LINES], text),
                                     number_of(&lists[WIDTHS], one->hidden), (double)one->depth,
                                     (double)one->n, one->own_rule},
                    8);
    for (int i = 0; i < FIGURE_OPTIONS && options[i]; i++) {
        const char *value = option_of(&f->groups->runs, one->rows[0], options[i]);
        bool there = strcmp(value, "nan") != 0;
        drawing_text(w, there ? value : "-");
        csv_put_number(w, there ? number_of(&lists[OPTIONS + i], value) : 0);
    }
    for (size_t c = HEAD_COLUMNS; c < f->summary.n_columns; c++)
        csv_put_number(w, strtod(csv_cell(&f->summary, k, c), NULL));
    csv_end_row(w);
}

static status write_groups(const struct figure_data *f, const char *const options[FIGURE_OPTIONS],
                           struct texts *lists, struct error *e)
{
    static const char *const head[] = {"text",  "curve",  "solver", "name",    "line",
                                       "width", "layers", "seeds",  "own_rule"};
    char name[100];
    struct csv_writer w;
    TRY(drawing_csv(f->drawing, "groups.csv", NULL, &w, e));
    csv_put_texts(&w, head, sizeof head / sizeof *head);
    for (int i = 0; i < FIGURE_OPTIONS && options[i]; i++) {
        (void)snprintf(name, sizeof name, "%s_at", options[i]);
        csv_put(&w, options[i]);
        csv_put(&w, name);
    }
    for (size_t c = HEAD_COLUMNS; c < f->summary.n_columns; c++) csv_put(&w, f->summary.names[c]);
    csv_end_row(&w);
    for (size_t k = 0; k < f->groups->n; k++)
        if (f->group[k].shown) put_group(f, k, options, lists, &w);
    return csv_close(&w, e);
}

/* The colour of a trainer: its place here, those of other names behind in the order in which they come, but
 * every seventh colour, which is black. */
static size_t colour_of(const char *name, size_t *others)
{
    static const char *const trainers[] = {
        "bptt",        "admm_resync",     "admm",          "forward_mode", "forward_forward",
        "lfp",         "random_features", "admm_anderson", "admm_joint",   "admm_linearized",
        "admm_hybrid", "exact_spike_time"};
    const size_t n = sizeof trainers / sizeof *trainers;
    for (size_t i = 0; i < n; i++)
        if (strcmp(trainers[i], name) == 0) return i + 1;
    size_t k = ++*others;
    return n + k + (n % 7 + k - 1) / 6;
}

static status write_texts(const struct figure_data *f, const char *file, const struct texts *t,
                          struct error *e)
{
    struct csv_writer w;
    size_t others = 0;
    TRY(drawing_csv(f->drawing, file, "text,place,first,layers", &w, e));
    for (size_t i = 0; i < t->n; i++) {
        drawing_text(&w, t->v[i]);
        const double place = (double)colour_of(t->v[i], &others), depth = (double)depth_of(t->v[i]);
        csv_put_numbers(&w, (const double[]){place, strtod(t->v[i], NULL), depth}, 3);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status write_points(const struct figure_data *f, struct error *e)
{
    static const char *const columns[] = {"dataset.n_train", "dataset.T", "iters",       "train_s",
                                          "acc_train",       "acc_test",  "timing_valid"};
    const struct groups *g = f->groups;
    struct csv_writer w;
    size_t group = 0;
    TRY(drawing_csv(f->drawing, "points.csv", "group,n_train,T,iters,train_s,acc_train,acc_test,timing_valid",
                    &w, e));
    for (size_t k = 0; k < g->n; k++) {
        group += f->group[k].shown;
        for (size_t i = 0; f->group[k].shown && i < g->group[k].n; i++) {
            csv_put_number(&w, (double)group);
            for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
                csv_put_number(&w, csv_value(&g->runs, g->group[k].rows[i], columns[c]));
            csv_end_row(&w);
        }
    }
    return csv_close(&w, e);
}

/* The number in a cell; nan for words, but a `measure` is numbered from 1. */
static double number_in(const struct csv_table *t, size_t row, size_t column)
{
    const char *text = csv_cell(t, row, column);
    for (size_t m = 0; m < N_PROFILE_MEASURES; m++)
        if (strcmp(t->names[column], "measure") == 0 && strcmp(text, profile_measures[m]) == 0)
            return (double)(m + 1);
    return strtod(text, NULL);
}

/* The rows of a file of the experiment whose line is shown: their `line`, then the numbers of all columns
 * (words become nan; `measure` is numbered from 1). Nothing without the file. */
static status write_by_line(const struct figure_data *f, const char *file, const char *to,
                            struct texts *lines, struct error *e)
{
    char path[4400], text[GROUP_LABEL];
    struct csv_table t = {.n_rows = 0};
    struct csv_writer w;
    (void)snprintf(path, sizeof path, "%s/%s", groups_of_curves(f->groups), file);
    status st = access(path, R_OK) == 0 ? csv_read(&t, path, 1, e) : ST_OK;
    const bool whole = csv_column(&t, "hidden") == CSV_NONE; /* the label is a line already */
    if (st == ST_OK) st = drawing_csv(f->drawing, to, NULL, &w, e);
    if (st == ST_OK) {
        csv_put(&w, "line");
        csv_put_texts(&w, (const char *const *)t.names, t.n_columns);
        csv_end_row(&w);
        for (size_t r = 0; r < t.n_rows; r++) {
            const char *label = csv_text(&t, r, "label");
            line_name(csv_text(&t, r, "name"), csv_text(&t, r, "hidden"), label, text, sizeof text);
            const size_t line = texts_find(lines, whole ? label : text);
            if (line == lines->n) continue;
            csv_put_number(&w, (double)(line + 1));
            for (size_t c = 0; c < t.n_columns; c++) csv_put_number(&w, number_in(&t, r, c));
            csv_end_row(&w);
        }
        st = csv_close(&w, e);
    }
    csv_table_free(&t);
    return st;
}

status figure_data_write(const struct figure_data *f, const char *const options[FIGURE_OPTIONS],
                         struct error *e)
{
    static const char *const files[OPTIONS] = {"solvers.csv", "names.csv", "lines.csv", "widths.csv"};
    struct texts lists[N_LISTS] = {{.n = 0}};
    status st = write_groups(f, options, lists, e);
    for (int k = 0; st == ST_OK && k < OPTIONS; k++) st = write_texts(f, files[k], &lists[k], e);
    if (st == ST_OK) st = write_points(f, e);
    if (st == ST_OK) st = write_by_line(f, "time_to_accuracy.csv", "times.csv", &lists[LINES], e);
    if (st == ST_OK) st = write_by_line(f, "profile.csv", "profile.csv", &lists[LINES], e);
    return texts_end(lists, N_LISTS, st, "the texts of a figure", e);
}
