/* What figures are drawn from: tidy CSV files in the private folder of a drawing. */
#ifndef SPIKEBENCH_REPORT_FIGURE_DATA_H
#define SPIKEBENCH_REPORT_FIGURE_DATA_H

#include "report/groups.h"
#include "support/drawing.h"

/* clang-format off */
/* groups.csv                 a row per group that is shown: text (its label without the widths), numbers of its
 *                            curve (0: it has none), name, line and width in the files below, layers, seeds, for
 *                            each option KEY that the figure wants its text (KEY) and the number of that text in
 *                            order (KEY_at; 0: it has no such option), and the numbers of summary.csv
 * solvers.csv, names.csv,    the texts, numbered in order; place: the colour of a trainer of that name; widths
 * lines.csv, widths.csv      have first, the neurons of the first layer, and layers
 * curve_N.csv                curves_summary of the N-th group of the experiment
 * points.csv                 a row per finished run: its group (row of groups.csv), and numbers of runs.csv
 * times.csv, profile.csv     rows of time_to_accuracy.csv and profile.csv of lines that are shown, with line */
/* clang-format on */

enum { FIGURE_OPTIONS = 3 };

/* What is known of a group. */
struct figure_group {
    bool shown;    /* it is in the figure */
    size_t points; /* of its curve; 0: no curve */
    bool panel;    /* the curve has what ADMM's panel shows, the Lagrangian */
    bool solves;   /* and the errors of solves for spikes */
};

struct figure_data {
    const struct groups *groups;
    const struct drawing *drawing;
    struct csv_table summary;
    struct mem mem;
    struct figure_group *group; /* [groups->n] */
};

/* Reads summary.csv and copies curves. ST_IO, ST_DATA, ST_MEMORY. Free also after an error. */
status figure_data_open(struct figure_data *f, const struct groups *g, const struct drawing *d,
                        struct error *e);
/* Writes the files for the groups that are shown. `options`: keys such as "rho". In groups.csv own_rule,
 * behind seeds, is 1 where the accuracies are by a rule of the trainer's own. */
status figure_data_write(const struct figure_data *f, const char *const options[FIGURE_OPTIONS],
                         struct error *e);
void figure_data_free(struct figure_data *f);

#endif
