/* The one table of result columns (see columns.h). */
#include "records/columns.h"
#include "experiments/plan.h"
#include <math.h>
#include <string.h>

static double train_synops(const struct run_result *r)
{
    return r->evaluated ? r->accumulations + r->train_macs : NAN;
}

static double best_iter(const struct run_result *r)
{
    return isnan(r->best_val) ? NAN : r->best_iter;
}

static double acc_val_best(const struct run_result *r)
{
    return r->classes ? r->best_val : NAN;
}

static double acc_test_at_best_val(const struct run_result *r)
{
    return r->classes ? r->best_test : NAN;
}

static double loss_val_best(const struct run_result *r)
{
    return r->classes ? NAN : -r->best_val;
}

static double loss_test_at_best_val(const struct run_result *r)
{
    return r->classes ? NAN : -r->best_test;
}

#define FIELD(name) offsetof(struct run_result, name)

const struct result_column result_columns[] = {
    {"schema", NULL, "",
     "version of these columns: rows before 2 counted passes and operations of training by an earlier rule; "
     "summaries, profiles and compare pass over these counts",
     COLUMN_HEAD, 0, COLUMN_NUMBER, FIELD(schema), NULL},
    {"run_id", NULL, "",
     "12 digits over the options that are not at their default, solver, dataset, seed and data", COLUMN_HEAD,
     0, COLUMN_TEXT, FIELD(run_id), NULL},
    {"experiment", NULL, "", "name of the experiment", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(experiment), NULL},
    {"solver", NULL, "", "the solver", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(solver), NULL},
    {"label", NULL, "", "what figures call it: the label of the experiment file, or the solver", COLUMN_HEAD,
     0, COLUMN_TEXT, FIELD(label), NULL},
    {"dataset", NULL, "", "the dataset", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(dataset), NULL},
    {"seed", NULL, "", "the seed of split, codes, start and solver", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(seed),
     NULL},
    {"status", NULL, "", "how the run ended", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(status), NULL},
    {"stop_reason", NULL, "", "why it ended", COLUMN_HEAD, 0, COLUMN_TEXT, FIELD(stop_reason), NULL},
    {"error", NULL, "", "the message of a run that failed; none otherwise", COLUMN_HEAD, 0, COLUMN_TEXT,
     FIELD(error), NULL},
    {"precision, eval_every, stop.*, dataset.*, network.*, solver.*", NULL, "",
     "every option that results depend on; nan where the solver has no such option", COLUMN_HEAD, 0,
     COLUMN_OPTIONS, 0, NULL},
    {"data_sha256", NULL, "", "SHA-256 of the data that was read", COLUMN_HEAD, 0, COLUMN_TEXT,
     FIELD(data_sha256), NULL},
    {"plugin_sha256", NULL, "",
     "SHA-256 of the plug-in that brought the solver; none: it is the program's own", COLUMN_HEAD, 0,
     COLUMN_TEXT, FIELD(plugin_sha256), NULL},
    {"threads", NULL, "threads", "threads of the run; results do not depend on it", COLUMN_HEAD, 0,
     COLUMN_NUMBER, FIELD(threads), NULL},
    {"iters", "iter", "iterations", "iterations (epochs) done", COLUMN_TRAIN, 1, COLUMN_NUMBER, FIELD(iters),
     NULL},
    {"samples", "samples", "samples", "training samples gone through, each time counted", COLUMN_TRAIN, 0,
     COLUMN_NUMBER, FIELD(samples), NULL},
    {"setup_s", NULL, "s", "time of the solver's set-up", COLUMN_TRAIN | COLUMN_MACHINE, 0, COLUMN_NUMBER,
     FIELD(setup_s), NULL},
    {"train_s", "train_s", "s", "time of training alone: without set-up, evaluation and diagnostics",
     COLUMN_TRAIN | COLUMN_MACHINE, 2, COLUMN_NUMBER, FIELD(train_s), NULL},
    {"forward_passes", "forward_passes", "passes",
     "forward passes of training: one sample through the whole network is one, in a simulation, a tangent or "
     "ADMM's products with its own spikes; a part of the layers counts by its weights; predictions and "
     "diagnostics do not count, nor does the network's start",
     COLUMN_TRAIN | COLUMN_COUNTED, 12, COLUMN_NUMBER, FIELD(forward_passes), NULL},
    {"backward_passes", "backward_passes", "passes", "backward passes of training, counted likewise",
     COLUMN_TRAIN | COLUMN_COUNTED, 13, COLUMN_NUMBER, FIELD(backward_passes), NULL},
    {"train_synops", "train_synops", "operations",
     "synaptic operations of training: accumulations of its simulations of binary spikes, and train_macs. "
     "The former are an estimate: between two evaluations, simulations times the accumulations per training "
     "sample of the network simulated at the later one; nan where the solver predicts by a rule of its own "
     "(forward_forward, exact_spike_time): the simulated network is not the one that is trained",
     COLUMN_TRAIN | COLUMN_COUNTED, 14, COLUMN_NUMBER, 0, train_synops},
    {"train_macs", "train_macs", "operations",
     "multiply-accumulates of training outside of simulations: backward products and sums of gradients, "
     "tangents, ADMM's products with spikes that are not simulated, Gram matrices, factors, solves, "
     "admm_joint's solves of paths; half of their FLOPs as the solver's step counts them, dense, but "
     "products with the inputs by their entries; elementwise work (neurons, losses, optimizers) does not "
     "count. Rows of schema 1 counted passes and operations by an earlier rule",
     COLUMN_TRAIN | COLUMN_COUNTED, 15, COLUMN_NUMBER, FIELD(train_macs), NULL},
    {"eval_s", NULL, "s", "time of evaluations", COLUMN_TRAIN | COLUMN_MACHINE, 0, COLUMN_NUMBER,
     FIELD(eval_s), NULL},
    {"cpu_s", NULL, "s", "CPU time of set-up and training, over all threads", COLUMN_TRAIN | COLUMN_MACHINE,
     0, COLUMN_NUMBER, FIELD(cpu_s), NULL},
    {"time_to_target_s", NULL, "s", "training time at which stop.target was reached; nan if it was not",
     COLUMN_TRAIN | COLUMN_MACHINE, 0, COLUMN_NUMBER, FIELD(time_to_target_s), NULL},
    {"peak_bytes", NULL, "bytes", "largest resident memory of the run's process",
     COLUMN_TRAIN | COLUMN_MACHINE, 0, COLUMN_NUMBER, FIELD(peak_bytes), NULL},
    {"loss_train", "loss", "", "loss of the simulated network on the training samples", COLUMN_TRAIN, 7,
     COLUMN_NUMBER, FIELD(loss_train), NULL},
    {"acc_train", "acc_train", "", "training accuracy of the simulated network at the end, as a fraction",
     COLUMN_TRAIN | COLUMN_ACCURACY, 3, COLUMN_NUMBER, FIELD(acc_train), NULL},
    {"acc_val", "acc_val", "", "validation accuracy at the end", COLUMN_VALIDATION | COLUMN_ACCURACY, 4,
     COLUMN_NUMBER, FIELD(acc_val), NULL},
    {"acc_test", "acc_test", "", "test accuracy at the end", COLUMN_TEST | COLUMN_ACCURACY, 5, COLUMN_NUMBER,
     FIELD(acc_test), NULL},
    {"best_iter", NULL, "iterations", "iteration of the best validation accuracy", COLUMN_VALIDATION, 0,
     COLUMN_NUMBER, 0, best_iter},
    {"acc_val_best", NULL, "", "the best validation accuracy", COLUMN_VALIDATION, 0, COLUMN_NUMBER, 0,
     acc_val_best},
    {"acc_test_at_best_val", NULL, "", "test accuracy at best_iter", COLUMN_TEST, 6, COLUMN_NUMBER, 0,
     acc_test_at_best_val},
    {"loss_val", NULL, "", "validation loss at the end", COLUMN_VALIDATION, 10, COLUMN_NUMBER,
     FIELD(loss_val), NULL},
    {"loss_test", NULL, "", "test loss at the end", COLUMN_TEST, 11, COLUMN_NUMBER, FIELD(loss_test), NULL},
    {"loss_val_best", NULL, "", "regression: the best validation loss", COLUMN_VALIDATION, 0, COLUMN_NUMBER,
     0, loss_val_best},
    {"loss_test_at_best_val", NULL, "", "regression: test loss at best_iter", COLUMN_TEST, 0, COLUMN_NUMBER,
     0, loss_test_at_best_val},
    {"footprint_bytes", NULL, "bytes", "size of the weights", COLUMN_TRAIN, 0, COLUMN_NUMBER,
     FIELD(footprint_bytes), NULL},
    {"synops", NULL, "operations",
     "synaptic operations per test sample: accumulations for inputs that are not zero; nan as train_synops",
     COLUMN_TRAIN, 9, COLUMN_NUMBER, FIELD(synops), NULL},
    {"synops_dense", NULL, "operations", "the same if every input were taken; nan likewise", COLUMN_TRAIN, 0,
     COLUMN_NUMBER, FIELD(synops_dense), NULL},
    {"rate_mean", NULL, "spikes/step",
     "mean firing rate of the hidden neurons on the training samples; nan likewise", COLUMN_TRAIN, 8,
     COLUMN_NUMBER, FIELD(rate_mean), NULL},
    {"timing_valid", NULL, "", "0 if runs shared the machine (--jobs above 1)", 0, 0, COLUMN_NUMBER,
     FIELD(timing_valid), NULL},
    {"git_commit", NULL, "", "commit of the program", 0, 0, COLUMN_TEXT, FIELD(git_commit), NULL},
    {"dirty", NULL, "", "1 if its sources were modified", 0, 0, COLUMN_TEXT, FIELD(dirty), NULL},
    {"compiler", NULL, "", "the compiler", 0, 0, COLUMN_TEXT, FIELD(compiler), NULL},
    {"flags", NULL, "", "its flags", 0, 0, COLUMN_TEXT, FIELD(flags), NULL},
    {"blas", NULL, "", "the BLAS library", 0, 0, COLUMN_TEXT, FIELD(blas), NULL},
    {"blas_core", NULL, "", "the processor type that it chose its kernels for", 0, 0, COLUMN_TEXT,
     FIELD(blas_core), NULL},
    {"blas_threads", NULL, "threads", "its threads per call", 0, 0, COLUMN_NUMBER, FIELD(blas_threads), NULL},
    {"cpu", NULL, "", "the processor", 0, 0, COLUMN_TEXT, FIELD(cpu), NULL},
    {"date", NULL, "", "when the run ended, UTC", COLUMN_MACHINE, 0, COLUMN_TEXT, FIELD(date), NULL},
};
const size_t n_result_columns = sizeof result_columns / sizeof *result_columns;

const struct result_column *column_find(const char *name, bool curve)
{
    for (size_t i = 0; i < n_result_columns; i++) {
        const char *own = curve ? result_columns[i].curve : result_columns[i].name;
        if (own && strcmp(own, name) == 0) return &result_columns[i];
    }
    return NULL;
}

bool column_has(const char *name, bool curve, unsigned flags)
{
    const struct result_column *c = column_find(name, curve);
    return c && (c->flags & flags);
}

const struct result_column *column_summarised(int k)
{
    for (size_t i = 0; i < n_result_columns; i++)
        if (result_columns[i].summary == k) return &result_columns[i];
    return NULL;
}

double column_value(const struct result_column *c, const struct run_result *r)
{
    double value;
    if (c->value) return c->value(r);
    memcpy(&value, (const char *)r + c->offset, sizeof value);
    return value;
}

size_t curve_count(void)
{
    size_t n = 0;
    for (size_t i = 0; i < n_result_columns; i++) n += result_columns[i].curve != NULL;
    return n;
}

/* Column i of those that every curve begins with. */
static const struct result_column *curve_column(size_t i)
{
    const struct result_column *c = result_columns;
    while (!c->curve || i-- > 0) c++;
    return c;
}

const char *curve_name(size_t i)
{
    return curve_column(i)->curve;
}

void curve_values(const struct run_result *r, double *row)
{
    for (size_t i = 0; i < curve_count(); i++) row[i] = column_value(curve_column(i), r);
}

size_t curve_place(const char *name)
{
    size_t i = 0;
    while (strcmp(curve_name(i), name) != 0) i++;
    return i;
}

bool column_is_option(const char *name)
{
    static const char *const sections[] = {"solver.", "dataset.", "network.", "stop."};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strncmp(name, sections[i], strlen(sections[i])) == 0) return true;
    const struct option *o = opt_find(&run_option_table, name);
    return o && !(o->flags & OPT_NO_IDENTITY);
}
