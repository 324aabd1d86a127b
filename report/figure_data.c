/* Tidy CSV files for figures (see figure_data.h). */
#include "report/figure_data.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_COLUMNS = 7 }; /* of summary.csv, before its numbers */

/* Distinct texts, numbered from 1. */
struct texts {
    size_t n;
    char (*text)[GROUP_LABEL];
};

static size_t number_of(struct texts *t, const char *text)
{
    size_t i = 0;
    while (i < t->n && strncmp(t->text[i], text, GROUP_LABEL - 1) != 0) i++;
    if (i == t->n) (void)snprintf(t->text[t->n++], GROUP_LABEL, "%s", text);
    return i + 1;
}

/* The lists of one figure. */
struct lists {
    struct mem mem;
    struct texts solvers, names, lines, widths, options[FIGURE_OPTIONS];
};

static status lists_create(struct lists *l, size_t n, struct error *e)
{
    struct texts *all[] = {&l->solvers, &l->names, &l->lines, &l->widths, &l->options[0], &l->options[1]};
    memset(l, 0, sizeof *l);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        all[i]->text = mem_alloc(&l->mem, n + 1, sizeof *all[i]->text, e);
        if (!all[i]->text) return ST_MEMORY;
    }
    return ST_OK;
}

status figure_data_open(struct figure_data *f, const struct groups *g, const struct drawing *d,
                        struct error *e)
{
    char from[4400], name[60], to[DRAWING_PATH + 60];
    struct csv_table curve;
    *f = (struct figure_data){.groups = g, .drawing = d};
    f->shown = mem_alloc(&f->mem, g->n + 1, sizeof *f->shown, e);
    f->points = mem_alloc(&f->mem, g->n + 1, sizeof *f->points, e);
    if (!f->shown || !f->points) return ST_MEMORY;
    TRY(csv_load(&f->summary, e, "%s/summary.csv", g->folder));
    if (f->summary.n_rows != g->n) return FAIL(e, ST_DATA, "%s is not of these runs", f->summary.source);
    struct csv_writer none; /* of groups without a curve: gnuplot looks at files that it does not draw */
    TRY(drawing_csv(f->drawing, "curve_0.csv", "iter,train_s_med,forward_passes_med,acc_test_med\n0,1,1,0",
                    &none, e));
    TRY(csv_close(&none, e));
    for (size_t k = 0; k < g->n; k++) {
        (void)snprintf(from, sizeof from, "%s/curves_summary/%s.csv", g->folder, g->group[k].label);
        (void)snprintf(name, sizeof name, "curve_%zu.csv", k + 1);
        drawing_file(d, name, to, sizeof to);
        if (access(from, R_OK) != 0) continue;
        status st = csv_read(&curve, from, 1, e);
        f->points[k] = curve.n_rows;
        csv_table_free(&curve);
        TRY(st);
        TRY(file_copy(from, to, e));
    }
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
                      struct lists *l, struct csv_writer *w)
{
    const struct group *one = &f->groups->group[k];
    char text[GROUP_LABEL];
    line_name(one->name, one->hidden, one->label, text, sizeof text);
    drawing_text(w, text);
    csv_put_number(w, f->points[k] > 0 ? (double)(k + 1) : 0);
    csv_put_number(w, (double)number_of(&l->solvers, one->solver));
    csv_put_number(w, (double)number_of(&l->names, one->name));
    csv_put_number(w, (double)number_of(&l->lines, text));
    csv_put_number(w, (double)number_of(&l->widths, one->hidden));
    csv_put_number(w, (double)one->depth);
    csv_put_number(w, (double)one->n);
    for (int i = 0; i < FIGURE_OPTIONS && options[i]; i++) {
        const char *value = option_of(&f->groups->runs, one->rows[0], options[i]);
        bool there = strcmp(value, "nan") != 0;
        drawing_text(w, there ? value : "-");
        csv_put_number(w, there ? (double)number_of(&l->options[i], value) : 0);
    }
    for (size_t c = HEAD_COLUMNS; c < f->summary.n_columns; c++)
        csv_put_number(w, strtod(csv_cell(&f->summary, k, c), NULL));
    csv_end_row(w);
}

static status write_groups(const struct figure_data *f, const char *const options[FIGURE_OPTIONS],
                           struct lists *l, struct error *e)
{
    static const char *const head[] = {"text", "curve", "solver", "name", "line", "width", "layers", "seeds"};
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
        if (f->shown[k]) put_group(f, k, options, l, &w);
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
        drawing_text(&w, t->text[i]);
        const double place = (double)colour_of(t->text[i], &others), depth = (double)depth_of(t->text[i]);
        csv_put_numbers(&w, (const double[]){place, strtod(t->text[i], NULL), depth}, 3);
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
        group += f->shown[k];
        for (size_t i = 0; f->shown[k] && i < g->group[k].n; i++) {
            csv_put_number(&w, (double)group);
            for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
                csv_put_number(&w, csv_value(&g->runs, g->group[k].rows[i], columns[c]));
            csv_end_row(&w);
        }
    }
    return csv_close(&w, e);
}

/* The rows of a file of the experiment whose line is shown: their `line`, then the numbers of all columns
 * (words become nan; `measure` is numbered from 1). Nothing without the file. */
static status write_by_line(const struct figure_data *f, const char *file, const char *to, struct lists *l,
                            struct error *e)
{
    struct texts measures = {3, (char[3][GROUP_LABEL]){"seconds", "forward_passes", "train_synops"}};
    char path[4400], text[GROUP_LABEL];
    struct csv_table t;
    struct csv_writer w;
    (void)snprintf(path, sizeof path, "%s/%s", f->groups->folder, file);
    if (access(path, R_OK) != 0)
        return drawing_csv(f->drawing, to, "line", &w, e) == ST_OK ? csv_close(&w, e) : ST_IO;
    status st = csv_read(&t, path, 1, e);
    if (st == ST_OK) st = drawing_csv(f->drawing, to, NULL, &w, e);
    if (st == ST_OK) {
        csv_put(&w, "line");
        csv_put_texts(&w, (const char *const *)t.names, t.n_columns);
        csv_end_row(&w);
        for (size_t r = 0; r < t.n_rows; r++) {
            const char *label = csv_text(&t, r, "label"), *hidden = csv_text(&t, r, "hidden");
            bool lines = csv_column(&t, "hidden") == CSV_NONE; /* the label is one already */
            line_name(csv_text(&t, r, "name"), hidden, label, text, sizeof text);
            size_t known = l->lines.n, line = number_of(&l->lines, lines ? label : text);
            l->lines.n = known;
            if (line > known) continue;
            csv_put_number(&w, (double)line);
            for (size_t c = 0; c < t.n_columns; c++)
                csv_put_number(&w, strcmp(t.names[c], "measure") == 0
                                       ? (double)number_of(&measures, csv_cell(&t, r, c))
                                       : strtod(csv_cell(&t, r, c), NULL));
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
    struct lists l;
    status st = lists_create(&l, f->groups->n, e);
    if (st == ST_OK) st = write_groups(f, options, &l, e);
    if (st == ST_OK) st = write_texts(f, "solvers.csv", &l.solvers, e);
    if (st == ST_OK) st = write_texts(f, "names.csv", &l.names, e);
    if (st == ST_OK) st = write_texts(f, "lines.csv", &l.lines, e);
    if (st == ST_OK) st = write_texts(f, "widths.csv", &l.widths, e);
    if (st == ST_OK) st = write_points(f, e);
    if (st == ST_OK) st = write_by_line(f, "time_to_accuracy.csv", "times.csv", &l, e);
    if (st == ST_OK) st = write_by_line(f, "profile.csv", "profile.csv", &l, e);
    mem_free(&l.mem);
    return st;
}
