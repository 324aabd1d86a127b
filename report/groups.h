/* Runs of an experiment in groups: what summaries, tables and figures are made of. */
#ifndef SPIKEBENCH_REPORT_GROUPS_H
#define SPIKEBENCH_REPORT_GROUPS_H

#include "support/csv_index.h"
#include "support/statistics.h"

enum { GROUP_RUNS_MAX = 256, GROUP_LABEL = 200 };

/* Runs with the same texts in some columns. Texts are those of its first row. */
struct group {
    const char *name; /* the label of the experiment file, or the solver */
    const char *solver, *dataset, *hidden;
    size_t depth;        /* hidden layers */
    bool own_rule;       /* losses and accuracies are by the solver's own rule (column prediction), which the
                            simulated network does not repeat; of rows before that column, false */
    size_t row;          /* its first row, also where no run is finished */
    size_t n, *rows;     /* finished runs: rows of the table */
    size_t n_unfinished; /* runs that failed, diverged or have not ended */
    size_t named, line;  /* groups with the same name, and with the same name and widths, have one number */
    char label[GROUP_LABEL]; /* name_hidden, and the options in which groups of that name differ: a file name.
                                Of groups_load alone */
};

struct group_list {
    size_t n;
    struct group *v;         /* [n] in the order of the table */
    size_t *of;              /* [runs] the group of each row; SIZE_MAX: none */
    size_t n_names, n_lines; /* of the numbers `named` and `line`; of groups_load and configurations_make */
    bool *differs; /* [(n_names + 1) * columns] whether the texts of a column differ among the configurations
                      of a name, and in the end among all */
};

/* The rows that have the same texts in the columns that `keys` wants; `finished`: only finished runs. Rows of
 * other rules than the newest in the table (record_rules) are in no group. The list is in the arena.
 * ST_MEMORY. */
status group_rows(struct group_list *l, const struct csv_table *runs, csv_choice keys, bool finished,
                  struct mem *m, struct error *e);

/* What spread_of adds up of the runs of one test side; it leaves nothing for others. */
struct side_room {
    size_t first, count;
    double sum;
};

/* An experiment's finished runs, those that differ in their seed only being a group. */
struct groups {
    struct mem mem;
    char folder[3900];
    const char *out; /* where groups_write puts its files: `folder`, or that of figures_derive */
    bool curves;     /* there is FOLDER/curves; without it files derived from curves stay as they are */
    struct csv_table runs;
    struct group *group;
    size_t n, left_out;     /* left_out: rows of unfinished or failed runs */
    size_t other_rules;     /* rows of older rules, which are in no group */
    size_t n_lines;         /* of the numbers `line` of the groups */
    size_t *side;           /* [runs] rows with the same number have the same test samples */
    struct side_room *room; /* [sides] */
};

/* Whether two rows have the same test samples, as far as their options say: where the test side is drawn
 * (column test_side; before rules 2 wherever it was not published), those of different sides are training and
 * validation samples of each other. */
bool groups_same_test(const struct groups *g, size_t a, size_t b);
/* Says in a line each how many runs are left out, and how many rows of older rules, where there are any. */
void groups_note_left_out(const struct groups *g, FILE *out);

/* Reads FOLDER/runs.csv. ST_IO, ST_DATA. The caller frees with groups_free, also after an error. */
status groups_load(struct groups *g, const char *folder, struct error *e);
void groups_free(struct groups *g);

/* Numbers of a column over the finished runs of a group, values[one->n]; nan where missing: if there is no
 * such column, of train_s where timing_valid is 0, of passes and operations where record_counted_otherwise
 * says so. ST_DATA if a cell is no number. */
status group_values(const struct groups *g, const struct group *one, const char *column, double *values,
                    struct error *e);
/* Mean and standard deviation of these numbers over all finished runs; nan where there is none, or one is no
 * number. */
void group_mean(const struct groups *g, const struct group *one, const char *column, double *mean,
                double *deviation);
/* How sure a mean over runs is: what varies from value to value of its interval. Runs on one test side are no
 * independent draws of a test result, and runs of several seeds on one split none of a split. */
enum spread_over {
    OVER_DRAWS, /* all runs have one test side: training draws, a value each */
    OVER_SPLITS /* test sides differ: the mean over the runs of each is one value */
};
extern const char *const spread_names[]; /* "training draws", "splits" */
struct spread {
    enum spread_over over;
    struct interval interval; /* n: draws or splits */
};
/* The interval of the mean of values[i], which belong to these rows of the table. values is overwritten.
 * Values that are nan do not count. */
struct spread spread_of(const struct groups *g, const size_t *rows, double *values, size_t n);
/* Standard error of a test accuracy p in [0, 1], from the number of test samples of this row (column
 * n_test): sqrt(p (1 - p) / n_test), the binomial's. Two networks on the same test samples differ by less
 * than the root of the sum of both squares says. nan where the column is missing. */
double spread_test_error(const struct groups *g, size_t row, double accuracy);
/* true if no run has an accuracy: the results are of regression, and losses are shown. */
bool groups_regression(const struct groups *g);
/* The folder of what groups_write makes of curves: without curves that of the results, where such files may
 * be of a time when there were some. */
const char *groups_of_curves(const struct groups *g);
/* The number in column `cost` of a row's curve at its first evaluation whose accuracy (a column) is at least
 * `level`: infinite if there is none, nan if it is unknown, one of the columns being absent or nan or counted
 * by an earlier rule (record_counted_otherwise). ST_DATA. */
status curve_cost(const struct groups *g, size_t row, const struct csv_table *curve, const char *accuracy,
                  double level, const char *cost, double *value, struct error *e);

/* What a label says but the widths: the name of a curve over depth. */
void line_name(const char *name, const char *hidden, const char *label, char *text, size_t size);
/* Hidden layers of widths such as "100-50". */
size_t depth_of(const char *hidden);

/* Runs by configuration: the same solver, plug-in, start, dataset and options, but for network.hidden and
 * dataset.split_seed.
 * by_label: runs of different labels are different configurations, called by their labels; otherwise they
 * are called by their solver. In the arena of g. ST_MEMORY. */
status configurations_make(struct group_list *c, struct groups *g, bool by_label, struct error *e);
/* Whether a configuration is averaged over this option: network.hidden and dataset.split_seed. */
bool configurations_average(const char *option);
/* Whether option column `column` of the table is an axis of the grid: it differs among the configurations of
 * the name of `one` (NULL: among all). */
bool configurations_axis(const struct groups *g, const struct group_list *c, const struct group *one,
                         size_t column);
/* The configuration's options that are axes: "lr=0.1 network.loss=squared", without "solver."; "" if there is
 * none. */
void configuration_options(const struct groups *g, const struct group_list *c, const struct group *one,
                           char *text, size_t size);

/* Writes summary.csv, curves_summary/<label>.csv (at the evaluations that all runs of the group have; those
 * of groups that are gone are removed), time_to_accuracy.csv, profile.csv (profile.h) and traffic.csv (none
 * where no group had several ranks) into g->out; 'spikebench help results' says what they hold. Columns that
 * older results lack are nan. Without a folder of curves the files derived from them stay as they are. ST_IO,
 * ST_DATA, ST_MEMORY. (summary.c) */
status groups_write(const struct groups *g, struct error *e);

#endif
