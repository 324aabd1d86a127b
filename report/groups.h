/* Finished runs of an experiment grouped over their seeds: what summaries and plots are made of. */
#ifndef SPIKEBENCH_REPORT_GROUPS_H
#define SPIKEBENCH_REPORT_GROUPS_H

#include "support/csvio.h"
#include <stdbool.h>

enum { GROUP_RUNS_MAX = 256, GROUP_LABEL = 200 };

/* Runs that differ in their seed only. */
struct group {
    char label[GROUP_LABEL]; /* name_hidden, and the options that set it apart from its likes: a file name */
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
/* Whether a column holds an option: these stand between `error` and `data_sha256`. */
bool groups_is_option(const struct csv_table *runs, size_t column);
/* The label of a row, or the solver where it has none. */
const char *groups_name(const struct csv_table *runs, size_t row);

/* Quantile p in [0, 1] of the values that are not nan, linear between order statistics; nan if there is none.
 * The values are sorted in place, the NaNs last. */
double quantile(double *values, size_t n, double p);
/* Mean and sample standard deviation (nan below two values) of the values that are not nan. */
double mean_of(const double *values, size_t n);
double deviation_of(const double *values, size_t n);

/* Writes FOLDER/summary.csv (a row per group), FOLDER/curves_summary/<label>.csv (median, q1, q3 over seeds
 * of every column, at the evaluations that all runs of the group have) and FOLDER/time_to_accuracy.csv (per
 * group and accuracy: iterations, seconds and forward passes of the first evaluation with that training
 * accuracy, mean and deviation over the runs that `reached` it). Columns that older results lack are nan.
 * Without a folder FOLDER/curves the files derived from curves
 * stay as they are. ST_IO, ST_DATA, ST_MEMORY. */
status groups_write(const struct groups *g, struct error *e);

#endif
