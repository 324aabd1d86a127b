/* spikebench plot: draws an experiment's figures with gnuplot from its summary CSV files. */
#include "commands/commands.h"
#include "report/drawing.h"
#include "report/groups.h"
#include "report/profile.h"
#include "support/paths.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ARGS = 16, SCRIPT = 4, FIGURE = 6 /* places in argv */ };

struct plotter {
    struct groups groups;
    char scripts[4096], out[4096];
    char formats[32];          /* what gnuplot runs before a script: the formats to draw in */
    bool all;                  /* the general figures too, where the experiment has a script of its own */
    char text[MAX_ARGS][4500]; /* storage of arguments */
    char *argv[MAX_ARGS + 8];
    size_t n;
    bool failed;
};

static void add(struct plotter *p, const char *format, const char *a, const char *b)
{
    if (p->n >= MAX_ARGS) return;
    snprintf(p->text[p->n], sizeof p->text[p->n], format, a, b);
    p->argv[p->n] = p->text[p->n];
    p->n++;
}

static void begin(struct plotter *p, const char *script, const char *figure)
{
    p->n = 0;
    add(p, "gnuplot%s%s", "", "");
    add(p, "-e%s%s", "", "");
    add(p, "%s%s", p->formats, "");
    add(p, "-c%s%s", "", "");
    add(p, "%s/%s", p->scripts, script);
    add(p, "%s%s", p->scripts, "");
    add(p, "%s/%s", p->out, figure);
}

static void draw(struct plotter *p)
{
    p->argv[p->n] = NULL;
    struct error e = {0};
    if (gnuplot_run(p->argv, &e) != ST_OK) {
        fprintf(stderr, "spikebench plot: %s\n", e.text);
        p->failed = true;
        return;
    }
    static const char *const formats[] = {"svg", "png", "pdf"};
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++)
        if (strstr(p->formats, formats[k])) printf("%s.%s\n", p->argv[FIGURE], formats[k]);
}

/* The paper's panel and the numerical error of one ADMM configuration. */
static void draw_admm(struct plotter *p, const struct group *g)
{
    char figure[GROUP_LABEL + 16], title[GROUP_LABEL + 64], layers[16];
    snprintf(layers, sizeof layers, "%zu", g->depth);
    int used = snprintf(title, sizeof title, "%s, %s: hidden %s, ", g->name, g->dataset, g->hidden);
    if (used > 0 && (size_t)used < sizeof title)
        snprintf(title + used, sizeof title - (size_t)used, g->n == 1 ? "one seed" : "median of %zu seeds",
                 g->n);
    const char *const scripts[] = {"panel", "numerical_error"};
    for (size_t k = 0; k < 2; k++) {
        char script[32], curve[4400];
        snprintf(script, sizeof script, "%s.gp", scripts[k]);
        snprintf(figure, sizeof figure, "%s_%s", scripts[k], g->label);
        snprintf(curve, sizeof curve, "%s/curves_summary/%s.csv", p->groups.folder, g->label);
        begin(p, script, figure);
        add(p, "%s%s", title, "");
        add(p, "%s%s", layers, "");
        add(p, "%s%s", curve, "");
        draw(p);
    }
}

/* Test accuracy of all configurations with these widths, against `x`. The labels, which are words, go in one
   argument: gnuplot -c passes nine at most. */
static void draw_accuracy(struct plotter *p, const char *hidden, const char *x)
{
    char figure[200], labels[sizeof p->text[0]] = "";
    size_t used = 0;
    for (size_t k = 0; k < p->groups.n; k++) {
        const struct group *g = &p->groups.group[k];
        if (strcmp(g->hidden, hidden) != 0) continue;
        if (used + strlen(g->label) + 2 > sizeof labels) {
            fprintf(stderr, "spikebench plot: too many configurations for one figure: %s is left out\n",
                    g->label);
            p->failed = true;
            continue;
        }
        used += (size_t)snprintf(labels + used, sizeof labels - used, "%s%s", used ? " " : "", g->label);
    }
    snprintf(figure, sizeof figure, "accuracy_%s_%s", x, hidden);
    begin(p, "accuracy.gp", figure);
    add(p, "%s%s", p->groups.folder, "/curves_summary");
    add(p, "%s%s", hidden, "");
    add(p, "%s%s", x, "");
    add(p, "%s%s", labels, "");
    draw(p);
}

static bool is_admm(const struct group *g)
{
    return strncmp(g->solver, "admm", 4) == 0;
}

/* Appends a word and a space; false if there is no room. */
static bool add_word(char *words, size_t size, const char *word)
{
    size_t used = strlen(words);
    return (size_t)snprintf(words + used, size - used, "%s%s", used ? " " : "", word) < size - used;
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0')) return true;
    return false;
}

/* The panel's curves of all ADMM configurations with these widths in one figure, where there are two or more.
 */
static void draw_overlay(struct plotter *p, const char *hidden)
{
    enum { MOST = 7 };
    char figure[200], title[300], layers[24] = "", labels[4400] = "", names[1024] = "";
    const char *dataset = "";
    size_t n = 0;
    for (size_t k = 0; k < p->groups.n && n < MOST; k++) {
        const struct group *g = &p->groups.group[k];
        if (!is_admm(g) || strcmp(g->hidden, hidden) != 0) continue;
        /* the name, unless it is taken: then the whole label */
        if (!add_word(labels, sizeof labels, g->label) ||
            !add_word(names, sizeof names, has_word(names, g->name) ? g->label : g->name))
            break;
        snprintf(layers, sizeof layers, "%zu", g->depth);
        dataset = g->dataset;
        n++;
    }
    if (n < 2) return;
    snprintf(figure, sizeof figure, "overlay_%s", hidden);
    snprintf(title, sizeof title, "ADMM on %s, hidden %s: medians over seeds", dataset, hidden);
    begin(p, "overlay.gp", figure);
    add(p, "%s%s", title, "");
    add(p, "%s%s", layers, "");
    add(p, "%s%s", p->groups.folder, "/curves_summary");
    add(p, "%s%s", labels, "");
    add(p, "%s%s", names, "");
    draw(p);
}

/* true if no two groups of this name have the same depth, so that the name is a curve over depth. */
static bool is_curve(const struct groups *g, const char *name)
{
    for (size_t i = 0; i < g->n; i++)
        for (size_t k = i + 1; k < g->n; k++)
            if (strcmp(g->group[i].name, name) == 0 && strcmp(g->group[k].name, name) == 0 &&
                g->group[i].depth == g->group[k].depth)
                return false;
    return true;
}

/* Final accuracy against the number of hidden layers, where there is more than one. */
static void draw_depth(struct plotter *p)
{
    char names[2048] = "", deepest[24], title[300];
    size_t most = 0, least = SIZE_MAX;
    for (size_t k = 0; k < p->groups.n; k++) {
        const struct group *g = &p->groups.group[k];
        most = g->depth > most ? g->depth : most;
        least = g->depth < least ? g->depth : least;
        if (!has_word(names, g->name) && is_curve(&p->groups, g->name) &&
            !add_word(names, sizeof names, g->name))
            break;
    }
    if (most <= least || !names[0]) return;
    snprintf(deepest, sizeof deepest, "%zu", most);
    snprintf(title, sizeof title, "Simulated network on %s: mean and standard deviation over seeds",
             p->groups.group[0].dataset);
    begin(p, "depth.gp", "depth");
    add(p, "%s%s", title, "");
    add(p, "%s%s", p->groups.folder, "/summary.csv");
    add(p, "%s%s", names, "");
    add(p, "%s%s", deepest, "");
    add(p, "%s%s", p->groups.group[0].dataset, "");
    draw(p);
}

/* The rule of an experiment's own figure: plots/experiments/NAME.gp, where NAME is the experiment's name, or
 * what is left of it without its last words ("depth_nmnist" is drawn by depth.gp). false if there is none. */
static bool own_script(const struct plotter *p, char *name, size_t size)
{
    char path[sizeof p->scripts + GROUP_LABEL + 20];
    long column = csv_column(&p->groups.runs, "experiment");
    if (column == CSV_NONE) return false;
    snprintf(name, size, "%s", csv_cell(&p->groups.runs, 0, (size_t)column));
    for (char *cut = name; cut; cut = strrchr(name, '_')) {
        if (cut != name) *cut = '\0';
        snprintf(path, sizeof path, "%s/experiments/%s.gp", p->scripts, name);
        if (name[0] && access(path, R_OK) == 0) return true;
    }
    return false;
}

/* The experiment's own figure: the script gets the experiment's folder, the dataset, all labels and all
 * names. */
static void draw_own(struct plotter *p, const char *name)
{
    char script[GROUP_LABEL + 20], labels[sizeof p->text[0]] = "", names[sizeof p->text[0]] = "";
    for (size_t k = 0; k < p->groups.n; k++) {
        const struct group *g = &p->groups.group[k];
        if (!add_word(labels, sizeof labels, g->label) ||
            (!has_word(names, g->name) && !add_word(names, sizeof names, g->name))) {
            fprintf(stderr, "spikebench plot: too many configurations for one figure\n");
            p->failed = true;
            return;
        }
    }
    snprintf(script, sizeof script, "experiments/%s.gp", name);
    begin(p, script, name);
    add(p, "%s%s", p->groups.folder, "");
    add(p, "%s%s", p->groups.group[0].dataset, "");
    add(p, "%s%s", labels, "");
    add(p, "%s%s", names, "");
    draw(p);
}

static void draw_all(struct plotter *p)
{
    char own[GROUP_LABEL];
    bool has_own = own_script(p, own, sizeof own);
    if (has_own) draw_own(p, own);
    if (has_own && !p->all) return;
    for (size_t k = 0; k < p->groups.n; k++)
        if (is_admm(&p->groups.group[k])) draw_admm(p, &p->groups.group[k]);
    for (size_t k = 0; k < p->groups.n; k++) {
        size_t j = 0;
        while (strcmp(p->groups.group[j].hidden, p->groups.group[k].hidden) != 0) j++;
        if (j < k) continue; /* these widths are drawn already */
        draw_accuracy(p, p->groups.group[k].hidden, "seconds");
        draw_accuracy(p, p->groups.group[k].hidden, "iterations");
        draw_overlay(p, p->groups.group[k].hidden);
    }
    draw_depth(p);
}

static status prepare(struct plotter *p, const char *results, const char *experiment, const char *out,
                      struct error *e)
{
    char folder[3900], home[4000];
    snprintf(folder, sizeof folder, "%s/%s", results, experiment);
    TRY(groups_load(&p->groups, folder, e));
    if (p->groups.n == 0) return FAIL(e, ST_DATA, "%s/runs.csv holds no finished run", folder);
    TRY(groups_write(&p->groups, e));
    TRY(profile_write(&p->groups, e));
    TRY(path_home(home, sizeof home, e));
    snprintf(p->scripts, sizeof p->scripts, "%s/plots", home);
    if (out)
        snprintf(p->out, sizeof p->out, "%s", out);
    else
        snprintf(p->out, sizeof p->out, "plots/out/%s", experiment);
    return path_make(p->out, e);
}

status command_plot(struct call *call, struct error *e)
{
    const char *format = call_text(call, "format");
    struct plotter *p = mem_alloc(&call->mem, 1, sizeof *p, e);
    if (!p) return ST_MEMORY;
    status st = prepare(p, call_text(call, "results"), call->arguments[0], call_text(call, "out"), e);
    if (st == ST_OK) {
        p->all = call_has(call, "all");
        snprintf(p->formats, sizeof p->formats, "formats = '%s'", format ? format : "svg png");
        draw_all(p);
        if (p->failed) st = FAIL(e, ST_IO, "not all figures are drawn");
    }
    groups_free(&p->groups);
    return st;
}
