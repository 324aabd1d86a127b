/* The figures of an experiment (see figures.h). */
#include "report/figures.h"
#include "report/figure_data.h"
#include "support/paths.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Configurations in an overlay, in figures of any experiment, and in an experiment's own figure: more are not
 * told apart, or take gnuplot minutes. */
enum { OVERLAY_MOST = 7, GENERAL_MOST = 256, OWN_MOST = 400 };

/* The figure of experiments called `name` or name_something, drawn by experiments/NAME.gp: the options that
 * it wants as data, and what may follow figure's name in the files that it draws. */
enum { FIGURE_PARTS = 5 };

struct own_figure {
    const char *name;
    const char *options[FIGURE_OPTIONS];
    const char *parts[FIGURE_PARTS];
    enum { NO_CURVES, SOME_CURVES, ALL_CURVES } drawn; /* ALL: without curves there is no figure */
};

static const struct own_figure own_figures[] = {
    {"ablation", {NULL}, {""}, NO_CURVES},
    {"acceleration", {NULL}, {""}, NO_CURVES},
    {"assimilation", {"ensemble"}, {""}, ALL_CURVES},
    {"conditioning", {"precision", "start_noise"}, {""}, ALL_CURVES},
    {"conversion", {"steps", "activation"}, {""}, SOME_CURVES},
    {"data_size", {NULL}, {""}, NO_CURVES},
    {"depth", {NULL}, {""}, NO_CURVES},
    {"equilibrium", {"backward_steps", "kappa", "T"}, {""}, SOME_CURVES},
    {"gradient", {"train_epochs"}, {"", "_directions"}, ALL_CURVES},
    {"harmonic", {"iterations", "steps", "energy_mac"}, {""}, ALL_CURVES},
    {"memory", {"keep", "feed"}, {""}, SOME_CURVES},
    {"online_rules", {"T"}, {""}, NO_CURVES},
    {"optimizers", {"optimizer"}, {""}, ALL_CURVES},
    {"recurrent", {"recurrent"}, {""}, NO_CURVES},
    {"rivals", {NULL}, {"", "_passes", "_final", "_synops", "_profile"}, SOME_CURVES},
    {"sensitivity", {"rho", "beta"}, {""}, NO_CURVES},
    {"split_digits", {"tasks"}, {""}, NO_CURVES},
    {"stability", {"lr"}, {""}, NO_CURVES},
    {"start", {NULL}, {""}, NO_CURVES},
    {"width", {NULL}, {""}, NO_CURVES},
};

static const struct own_figure general = {.parts = {""}};

struct plotter {
    struct groups groups; /* those that are shown: the first of the experiment's */
    size_t n_groups;      /* of the experiment */
    const struct figures_request *request;
    struct drawing drawing;
    struct figure_data data;
    FILE *names, *problems;
    bool failed;
    size_t left_out; /* figures of curves with one point */
};

/* What all scripts find in figure.csv. */
struct labels {
    const char *title, *widths;
    size_t layers;
    bool by_time, spike_solves;
    bool searched; /* a name has several configurations, of which one is to be chosen: by validation */
};

/* Draws the groups that are shown, with the options and parts of `own`; the files are called `figure`, in the
 * folder that was asked for. */
static void draw(struct plotter *p, const char *script, const char *figure, const struct own_figure *own,
                 const struct labels *l)
{
    static const char *const formats[] = {"svg", "png", "pdf"};
    char path[4600];
    struct error e = {.code = ST_OK};
    const struct drawing_field fields[] = {{"dataset", p->groups.group[0].dataset, 0},
                                           {"title", l->title, 0},
                                           {"widths", l->widths, 0},
                                           {"layers", NULL, (double)l->layers},
                                           {"by_time", NULL, l->by_time},
                                           {"spike_solves", NULL, l->spike_solves},
                                           {"searched", NULL, l->searched}};
    status st = figure_data_write(&p->data, own->options, &e);
    if (st == ST_OK)
        st =
            drawing_run(&p->drawing, script, p->request->formats, fields, sizeof fields / sizeof *fields, &e);
    for (size_t i = 0; st == ST_OK && i < 3 * FIGURE_PARTS && own->parts[i / 3]; i++) {
        const char *part = own->parts[i / 3], *format = formats[i % 3];
        bool found = false;
        (void)snprintf(path, sizeof path, "%s/%s%s.%s", p->request->out, figure, part, format);
        st = drawing_take(&p->drawing, part, format, path, &found, &e);
        if (st == ST_OK && found && p->names) (void)fprintf(p->names, "%s\n", path);
    }
    if (st == ST_OK) return;
    (void)fprintf(p->problems, "spikebench plot: %s\n", e.text);
    p->failed = true;
}

/* A figure of curves, which needs one that has two points. */
static void draw_curves(struct plotter *p, const char *script, const char *figure, const struct labels *l)
{
    bool there = false;
    for (size_t k = 0; k < p->groups.n; k++)
        there = there || (p->data.group[k].shown && p->data.group[k].points > 1);
    if (there)
        draw(p, script, figure, &general, l);
    else
        p->left_out++;
}

/* Whether a group is in a figure of `other`. */
typedef bool (*choice)(const struct plotter *p, const struct group *g, const struct group *other);

/* Shows the groups that are `wanted`, at most `most`, those with curves alone if `curves`; returns how many.
 */
static size_t show(struct plotter *p, choice wanted, const struct group *other, bool curves, size_t most)
{
    size_t n = 0;
    for (size_t k = 0; k < p->groups.n; k++) {
        struct figure_group *one = &p->data.group[k];
        one->shown =
            n < most && (!curves || one->points > 0) && (!wanted || wanted(p, &p->groups.group[k], other));
        n += one->shown;
    }
    return n;
}

static bool is_same(const struct plotter *p, const struct group *g, const struct group *other)
{
    (void)p;
    return g == other;
}

static bool has_widths(const struct plotter *p, const struct group *g, const struct group *other)
{
    (void)p;
    return strcmp(g->hidden, other->hidden) == 0;
}

static bool is_admm(const struct group *g)
{
    return strncmp(g->solver, "admm", 4) == 0;
}

/* A trainer of the ADMM family with these widths whose curves have what the panel shows. */
static bool is_panelled(const struct plotter *p, const struct group *g, const struct group *other)
{
    return is_admm(g) && has_widths(p, g, other) && p->data.group[g - p->groups.group].panel;
}

/* A name of which no two groups have the same depth, so that it is a curve over depth. */
static bool is_curve(const struct plotter *p, const struct group *one, const struct group *other)
{
    const struct groups *g = &p->groups;
    (void)other;
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = i + 1; k < g->n; k++)
            if (strcmp(g->group[i].name, one->name) == 0 && strcmp(g->group[k].name, one->name) == 0 &&
                g->group[i].depth == g->group[k].depth)
                return false;
    return true;
}

/* Whether a name has several configurations with the widths of `one`, and runs have validation accuracies. */
static bool is_search(const struct plotter *p, const struct group *one)
{
    const struct groups *g = &p->groups;
    bool several = false, validated = false;
    for (size_t i = 0; i < g->n; i++) {
        if (!has_widths(p, &g->group[i], one)) continue;
        validated = validated || isfinite(csv_value(&p->data.summary, i, "acc_val_mean"));
        for (size_t k = 0; k < i; k++) several = several || g->group[k].line == g->group[i].line;
    }
    return several && validated;
}

/* The paper's panel and the numerical error of one ADMM configuration. */
static void draw_admm(struct plotter *p, const struct group *g)
{
    char figure[GROUP_LABEL + 32], title[2 * GROUP_LABEL + 400], text[GROUP_LABEL], seeds[40] = "one seed";
    if (g->n > 1) (void)snprintf(seeds, sizeof seeds, "median of %zu seeds", g->n);
    line_name(g->name, g->hidden, g->label, text, sizeof text);
    (void)snprintf(title, sizeof title, "%.200s, %.100s: hidden %.100s, %s", text, g->dataset, g->hidden,
                   seeds);
    const size_t at = (size_t)(g - p->groups.group);
    const struct labels l = {title, g->hidden, g->depth, false, p->data.group[at].solves, is_search(p, g)};
    if (show(p, is_same, g, true, 1) == 0) return;
    (void)snprintf(figure, sizeof figure, "panel_%s", g->label);
    if (p->data.group[at].panel) draw_curves(p, "panel.gp", figure, &l);
    (void)snprintf(figure, sizeof figure, "numerical_error_%s", g->label);
    draw_curves(p, "numerical_error.gp", figure, &l);
}

/* All configurations with these widths: accuracy against time and iterations, and the panel's curves of those
 * of ADMM, where there are two or more, in one figure. */
static void draw_widths(struct plotter *p, const struct group *g)
{
    char figure[200], title[500];
    struct labels l = {"", g->hidden, g->depth, true, false, is_search(p, g)};
    if (show(p, has_widths, g, true, SIZE_MAX) == 0) return;
    (void)snprintf(figure, sizeof figure, "accuracy_seconds_%.100s", g->hidden);
    draw_curves(p, "accuracy.gp", figure, &l);
    l.by_time = false;
    (void)snprintf(figure, sizeof figure, "accuracy_iterations_%.100s", g->hidden);
    draw_curves(p, "accuracy.gp", figure, &l);
    if (show(p, is_panelled, g, true, OVERLAY_MOST) < 2) return;
    (void)snprintf(title, sizeof title, "ADMM on %.100s, hidden %.100s", g->dataset, g->hidden);
    l.title = title;
    (void)snprintf(figure, sizeof figure, "overlay_%.100s", g->hidden);
    draw_curves(p, "overlay.gp", figure, &l);
}

/* Final accuracy against the number of hidden layers, where there is more than one. */
static void draw_depth(struct plotter *p)
{
    char title[500];
    size_t most = 0, least = SIZE_MAX;
    for (size_t k = 0; k < p->groups.n; k++) {
        size_t depth = p->groups.group[k].depth;
        most = depth > most ? depth : most;
        least = depth < least ? depth : least;
    }
    if (most <= least || show(p, is_curve, NULL, false, SIZE_MAX) == 0) return;
    (void)snprintf(title, sizeof title, "Simulated network on %.100s", p->groups.group[0].dataset);
    draw(p, "depth.gp", "depth", &general, &(struct labels){.title = title, .widths = ""});
}

/* "depth_nmnist" is drawn as "depth" is: words at the end of an experiment's name do not count. */
static const struct own_figure *find_own(const struct groups *g)
{
    const char *experiment = csv_text(&g->runs, 0, "experiment");
    for (size_t i = 0; i < sizeof own_figures / sizeof *own_figures; i++) {
        size_t n = strlen(own_figures[i].name);
        if (strncmp(experiment, own_figures[i].name, n) == 0 && (experiment[n] == '_' || !experiment[n]))
            return &own_figures[i];
    }
    return NULL;
}

/* Leaves out all configurations but the first `most`, and says so. */
static void limit(struct plotter *p, size_t most, const char *figures)
{
    p->groups.n = p->n_groups < most ? p->n_groups : most;
    if (p->groups.n < p->n_groups)
        (void)fprintf(
            p->problems,
            "spikebench plot: %zu of %zu configurations are left out: %s the first %zu of runs.csv\n",
            p->n_groups - p->groups.n, p->n_groups, figures, p->groups.n);
}

static void draw_all(struct plotter *p)
{
    const struct groups *g = &p->groups;
    const struct own_figure *own = find_own(g);
    char script[60];
    if (own) {
        limit(p, OWN_MOST, "the experiment's own figure shows");
        bool curves = show(p, NULL, NULL, true, SIZE_MAX) > 0;
        if (own->drawn == ALL_CURVES && !curves) {
            (void)fprintf(p->problems, "spikebench plot: %s has no curves, which figure %s is made of\n",
                          g->folder, own->name);
            p->failed = true;
            return;
        }
        (void)show(p, NULL, NULL, false, SIZE_MAX);
        (void)snprintf(script, sizeof script, "experiments/%s.gp", own->name);
        draw(p, script, own->name, own, &(struct labels){.title = "", .widths = ""});
        if (own->drawn == SOME_CURVES && !curves)
            (void)fprintf(p->problems,
                          "spikebench plot: %s has no curves: what is drawn of them is left out\n",
                          g->folder);
    }
    if (own && !p->request->all) return;
    limit(p, GENERAL_MOST, "figures show");
    if (show(p, NULL, NULL, true, SIZE_MAX) < g->n) {
        (void)fprintf(p->problems,
                      "spikebench plot: %s has no curves of some configurations, which are left out\n",
                      g->folder);
        p->failed = true;
    }
    for (size_t k = 0; k < g->n; k++)
        if (is_admm(&g->group[k])) draw_admm(p, &g->group[k]);
    for (size_t k = 0; k < g->n; k++) {
        size_t first = 0;
        while (strcmp(g->group[first].hidden, g->group[k].hidden) != 0) first++;
        if (first == k) draw_widths(p, &g->group[k]);
    }
    draw_depth(p);
    if (p->left_out > 0)
        (void)fprintf(p->problems, "spikebench plot: %zu figures are left out: their curves have one point\n",
                      p->left_out);
}

status figures_draw(const struct groups *g, const struct figures_request *r, FILE *names, FILE *problems,
                    bool *failed, struct error *e)
{
    struct plotter p = {.groups = *g, .n_groups = g->n, .request = r, .names = names, .problems = problems};
    if (g->n == 0) return FAIL(e, ST_DATA, "%s holds no finished run", g->runs.source);
    if (p.groups.n > OWN_MOST) p.groups.n = OWN_MOST;
    status st = drawing_open(&p.drawing, e);
    if (st == ST_OK) st = figure_data_open(&p.data, &p.groups, &p.drawing, e);
    if (st == ST_OK) draw_all(&p);
    figure_data_free(&p.data);
    drawing_end(&p.drawing);
    *failed = p.failed;
    return st;
}

status figures_derive(struct groups *g, struct drawing *derived, struct error *e)
{
    TRY(drawing_open(derived, e));
    g->out = derived->folder;
    return groups_write(g, e);
}

void figures_forget(struct groups *g, struct drawing *derived)
{
    char path[DRAWING_PATH + 60];
    drawing_file(derived, "curves_summary", path, sizeof path);
    if (derived->folder[0]) path_remove(path);
    drawing_end(derived);
    g->out = g->folder;
}
