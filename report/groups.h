/* Finished runs of an experiment grouped over their seeds: what summaries and plots are made of. */
#ifndef SPIKEBENCH_REPORT_GROUPS_H
#define SPIKEBENCH_REPORT_GROUPS_H

#include "support/csvio.h"

enum { GROUP_RUNS_MAX = 256, GROUP_LABEL = 200 };

/* Runs that differ in their seed only. */
struct group {
    char label[GROUP_LABEL]; /* name_hidden, and the options in which groups of that name differ: a file name
                              */
    const char *solver, *dataset, *hidden;
    size_t depth;                   /* hidden layers */
    const char *name;               /* the label of the experiment file, or the solver */
    size_t n, rows[GROUP_RUNS_MAX]; /* rows of the table */
};

struct groups {
    struct mem mem;
    char folder[3900];
    struct csv_table runs; /* FOLDER/runs.csv */
    struct group *group;
    size_t n, left_out; /* left_out: rows whose status is not ok */
};

/* Reads FOLDER/runs.csv. ST_IO, ST_DATA. Free with groups_free, also after an error. */
status groups_load(struct groups *g, const char *folder, struct error *e);
void groups_free(struct groups *g);

/* Numbers of one column over a group's runs, nan where missing; train_s is missing where timing_valid is 0,
 * passes and operations where record_counted_otherwise says so.
 * ST_DATA if the column is missing or a cell no number. */
status group_values(const struct groups *g, const struct group *one, const char *column, double *values,
                    struct error *e);

/* The same of one row: the column must be there. */
status groups_number(const struct groups *g, size_t row, const char *column, double *value, struct error *e);
/* The label of a row, or the solver where it has none. */
const char *groups_name(const struct csv_table *runs, size_t row);
/* true if no run has an accuracy: the results are of regression, and losses are shown. */
bool groups_regression(const struct groups *g);
/* Whether there is the folder of curves; without it files derived from curves stay as they are. */
bool groups_have_curves(const struct groups *g);

/* What a label says but the widths: the name of a curve over depth. */
void line_name(const char *name, const char *hidden, const char *label, char *text, size_t size);
/* Hidden layers of widths such as "100-50". */
size_t depth_of(const char *hidden);

/* Writes FOLDER/summary.csv (a row per group), FOLDER/curves_summary/<label>.csv (median, q1, q3 over seeds
 * of every column, at the evaluations that all runs of the group have) and FOLDER/time_to_accuracy.csv (per
 * group and accuracy: iterations, seconds and forward passes of the first evaluation with that training
 * accuracy, mean and deviation over the runs that `reached` it). Columns that older results lack are nan.
 * Without a folder FOLDER/curves the files derived from curves stay as they are. ST_IO, ST_DATA, ST_MEMORY.
 * (summary.c) */
status groups_write(const struct groups *g, struct error *e);

#endif
