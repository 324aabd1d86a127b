/* The one table of result columns: what runs.csv, curves and summaries hold, and what each column means. */
#ifndef SPIKEBENCH_RECORDS_COLUMNS_H
#define SPIKEBENCH_RECORDS_COLUMNS_H

#include "datasets/dataset.h"
#include "network/evaluate.h"
#include "support/ranks.h"

/* What training took so far, and the best validation result. */
struct run_totals {
    double samples, setup_s, train_s, eval_s, cpu_s, time_to_target_s;
    double forward_passes, backward_passes, train_macs, gradient_evaluations;
    struct rank_traffic traffic; /* of all ranks */
    double accumulations;        /* of the simulations of training, up to the last evaluation */
    double best_val,
        best_test; /* at best_iter: accuracies, or losses with their sign turned; nan: none yet */
};

/* What a run measured and where: the columns are computed from this. Texts are borrowed. */
struct run_result {
    const char *run_id, *experiment, *solver, *label, *dataset, *seed, *status, *stop_reason, *error;
    const char *data_sha256; /* "" where no data was read */
    const char *plugin_sha256;
    const char *start_sha256; /* "nan" where network.start names no file */
    const char *prediction;   /* "simulated" or "own rule" */
    const char *test_side;    /* test_side_names, "nan" where no data was read */
    const char *curve_crc32;  /* "nan" where there is no curve */
    const char *git_commit, *dirty, *compiler, *flags, *blas, *blas_core, *isa, *cpu, *date;
    double schema, rules, threads, ranks, blas_threads, timing_valid;
    const double *metrics;   /* [N_SPLITS x n_metrics] of the dataset, by split; NULL: none yet */
    bool evaluated, classes; /* there was an evaluation; the targets are classes */
    struct run_totals totals;
    struct evaluation last[N_SPLITS];
    double n_test, iters, best_iter, peak_bytes, solver_bytes, footprint_bytes, synops, macs, energy,
        synops_dense, rate_mean;
    double acc_val_tasks, acc_test_tasks, drop_val, drop_test; /* tasks in sequence; else nan */
    double train_synops, acc_val_best, acc_test_at_best_val, loss_val_best,
        loss_test_at_best_val; /* derived */
};

/* Texts and numbers are those at `offset`; options stand for the columns of all options of the run, metrics
 * for those of its dataset's metrics. */
enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_OPTIONS, COLUMN_METRICS };

enum column_flag {
    COLUMN_COUNTED = 2,  /* passes and operations: of another rule before schema 2 */
    COLUMN_PRODUCTS = 1, /* operations: the readout's products were counted otherwise before schema 3 */
    COLUMN_MACHINE = 4,  /* times, memory, date: never compared */
    COLUMN_ACCURACY = 8, /* compared within 0.01 (see tolerance_of for the others) */
    COLUMN_HEAD = 16,    /* known before a run starts: also of runs that were lost */
    COLUMN_TRAIN = 32,   /* trainers may be chosen by these: training and its cost, and validation */
    COLUMN_VALIDATION = 64,
    COLUMN_TEST = 128,     /* nothing may be chosen by these */
    COLUMN_EXACT = 256,    /* counts that rounding cannot change: compared for equality */
    COLUMN_AT_BEST = 512,  /* hangs on which iteration was best, which rounding can tip: compared in double */
    COLUMN_SMALLER = 1024, /* the smallest is best */
    COLUMN_PROVENANCE = 2048 /* how and where a run was made, which what came out does not depend on */
};

struct result_column {
    const char *name, *curve; /* in runs.csv; in curves (NULL: not there) */
    int summary;              /* its place in summary.csv, from 1; 0: not there */
    unsigned flags;           /* enum column_flag */
    const char *unit;
    enum column_kind kind;
    size_t offset; /* in struct run_result */
    const char *help;
};

/* In the order of the files. Column `schema` is RECORD_SCHEMA in new rows. */
enum { RECORD_SCHEMA = 3 };
extern const struct result_column result_columns[];
extern const size_t n_result_columns;

/* The column of this name in runs.csv or, where `curve`, in curves, where iters is iter and loss_train is
 * loss; NULL without one. And whether it has one of these flags. */
const struct result_column *column_find(const char *name, bool curve);
bool column_has(const char *name, bool curve, unsigned flags);
/* The column at place k of the summary, from 1; NULL behind the last. */
const struct result_column *column_summarised(int k);
/* Fills in the derived numbers: the best validation result by whether there are classes, and the operations.
 */
void result_complete(struct run_result *r);
double column_value(const struct result_column *c, const struct run_result *r);

/* The columns that every curve begins with: how many, their names in order, and a row of their values. */
size_t curve_count(void);
const char *curve_name(size_t i);
void curve_values(const struct run_result *r, double *row);

/* Whether a column of runs.csv is an option that results depend on: one of a section ("solver.rho"), or of
 * the run ("precision"). */
bool column_is_option(const char *name);
/* Whether it is a metric of a dataset's own: NAME_train, NAME_val or NAME_test, and none of the table's. */
bool column_is_metric(const char *name);

#endif
