/* The one table of result columns (see columns.h). */
#include "records/columns.h"
#include "experiments/plan.h"
#include <math.h>
#include <string.h>

enum {
    HEAD = COLUMN_HEAD,
    TRAIN = COLUMN_TRAIN,
    VALIDATION = COLUMN_VALIDATION,
    TEST = COLUMN_TEST,
    MACHINE = COLUMN_MACHINE,
    COUNTED = COLUMN_COUNTED,
    PRODUCTS = COLUMN_PRODUCTS,
    ACCURACY = COLUMN_ACCURACY,
    EXACT = COLUMN_EXACT,
    AT_BEST = COLUMN_AT_BEST,
    SMALLER = COLUMN_SMALLER
};
#define TEXT(field)   COLUMN_TEXT, offsetof(struct run_result, field)
#define NUMBER(field) COLUMN_NUMBER, offsetof(struct run_result, field)

const struct result_column result_columns[] = {
    {"schema", NULL, 0, HEAD, "",
     "version of these columns: rows before 2 counted passes and operations of training by an earlier rule, "
     "rows before 3 operations (products of the readout at each step where they are made once a sample); "
     "summaries, profiles and compare pass over these counts",
     NUMBER(schema)},
    {"run_id", NULL, 0, HEAD, "",
     "12 digits over rules, the options that are not at their default, solver, dataset, seed and data",
     TEXT(run_id)},
    {"experiment", NULL, 0, HEAD, "", "name of the experiment", TEXT(experiment)},
    {"solver", NULL, 0, HEAD, "", "the solver", TEXT(solver)},
    {"label", NULL, 0, HEAD, "", "what figures call it: the label of the experiment file, or the solver",
     TEXT(label)},
    {"dataset", NULL, 0, HEAD, "", "the dataset", TEXT(dataset)},
    {"seed", NULL, 0, HEAD, "", "the seed of training and validation samples, codes, start and solver",
     TEXT(seed)},
    {"status", NULL, 0, HEAD, "", "how the run ended", TEXT(status)},
    {"stop_reason", NULL, 0, HEAD, "", "why it ended", TEXT(stop_reason)},
    {"error", NULL, 0, HEAD, "", "the message of a run that failed; none otherwise", TEXT(error)},
    {"precision, eval_every, energy_*, stop.*, dataset.*, network.*, solver.*", NULL, 0, HEAD, "",
     "every option that results depend on; nan where the solver has no such option", COLUMN_OPTIONS, 0},
    {"rules", NULL, 0, HEAD, "",
     "number of the rules and defaults by which the options became results; 1 where there is no such column. "
     "Rows of different numbers are never grouped or compared",
     NUMBER(rules)},
    {"data_sha256", NULL, 0, HEAD, "", "SHA-256 of the data that was read", TEXT(data_sha256)},
    {"test_side", NULL, 0, 0, "",
     "where test samples come from: published (a side of their own), made (on the spot), or drawn by "
     "dataset.split_seed from the samples of which the others are training and validation",
     TEXT(test_side)},
    {"n_test", NULL, 0, EXACT, "samples", "number of test samples", NUMBER(n_test)},
    {"plugin_sha256", NULL, 0, HEAD, "",
     "SHA-256 of the plug-in that brought the solver; none: it is the program's own", TEXT(plugin_sha256)},
    {"start_sha256", NULL, 0, HEAD, "",
     "SHA-256 of the file that network.start names; nan where it names none", TEXT(start_sha256)},
    {"prediction", NULL, 0, HEAD, "",
     "what losses and accuracies are of: the simulated network, or the solver's own rule (own rule), which "
     "the simulated network does not repeat",
     TEXT(prediction)},
    {"threads", NULL, 0, HEAD, "threads", "threads of the run; results do not depend on it", NUMBER(threads)},
    {"ranks", NULL, 0, HEAD, "processes",
     "processes that shared the samples of the run; results do not depend on it", NUMBER(ranks)},
    {"iters", "iter", 1, TRAIN | EXACT, "iterations", "iterations (epochs) done", NUMBER(iters)},
    {"samples", "samples", 0, TRAIN | EXACT, "samples", "training samples gone through, each time counted",
     NUMBER(totals.samples)},
    {"setup_s", NULL, 0, TRAIN | MACHINE, "s", "time of the solver's set-up", NUMBER(totals.setup_s)},
    {"train_s", "train_s", 2, TRAIN | MACHINE, "s",
     "time of training alone: without set-up, evaluation and diagnostics", NUMBER(totals.train_s)},
    {"forward_passes", "forward_passes", 12, TRAIN | COUNTED | EXACT, "passes",
     "forward passes of training: one sample through the whole network is one, in a simulation, a tangent or "
     "ADMM's products with its own spikes; a part of the layers counts by its weights; predictions and "
     "diagnostics do not count, nor does the network's start",
     NUMBER(totals.forward_passes)},
    {"backward_passes", "backward_passes", 13, TRAIN | COUNTED | EXACT, "passes",
     "backward passes of training, counted likewise", NUMBER(totals.backward_passes)},
    {"train_synops", "train_synops", 14, TRAIN | COUNTED | PRODUCTS, "operations",
     "synaptic operations of training: accumulations of its simulations of binary spikes, and train_macs. "
     "The former are an estimate: between two evaluations, simulations times the accumulations per training "
     "sample of the network simulated at the later one; nan where the solver predicts by a rule of its own: "
     "the simulated network is not the one that is trained",
     NUMBER(train_synops)},
    {"train_macs", "train_macs", 15, TRAIN | COUNTED | PRODUCTS, "operations",
     "multiply-accumulates of training outside of simulations: backward products and sums of gradients, "
     "tangents, ADMM's products with spikes that are not simulated, Gram matrices, factors, solves, "
     "admm_joint's solves of paths; half of their FLOPs as the solver's step counts them, dense, but "
     "products with the inputs by their entries; elementwise work (neurons, losses, optimizers) does not "
     "count. Rows of earlier schemas counted by other rules",
     NUMBER(totals.train_macs)},
    {"gradient_evaluations", "gradient_evaluations", 16, TRAIN | EXACT, "gradients",
     "gradients of a mini-batch's loss, or directions in place of one, that training worked out: optimizers "
     "that look "
     "more than once an update differ in it; 0 for trainers without gradients",
     NUMBER(totals.gradient_evaluations)},
    {"eval_s", NULL, 0, TRAIN | MACHINE, "s", "time of evaluations", NUMBER(totals.eval_s)},
    {"cpu_s", NULL, 0, TRAIN | MACHINE, "s", "CPU time of set-up and training, over all threads; of rank 0",
     NUMBER(totals.cpu_s)},
    {"messages", "messages", 0, TRAIN | MACHINE, "messages",
     "messages between ranks in set-up and training, of all ranks; evaluations do not count. Of each rank: "
     "ranks/<run_id>.csv",
     NUMBER(totals.messages)},
    {"bytes_sent", "bytes_sent", 0, TRAIN | MACHINE, "bytes", "what these messages held",
     NUMBER(totals.bytes_sent)},
    {"wait_s", NULL, 0, TRAIN | MACHINE, "s",
     "time that ranks spent in sending and receiving them, added over all ranks", NUMBER(totals.wait_s)},
    {"time_to_target_s", NULL, 0, TRAIN | MACHINE, "s",
     "training time at which stop.target was reached; nan if it was not", NUMBER(totals.time_to_target_s)},
    {"peak_bytes", NULL, 0, TRAIN | MACHINE, "bytes", "largest resident memory of the run's process",
     NUMBER(peak_bytes)},
    {"solver_bytes", NULL, 17, TRAIN | MACHINE, "bytes",
     "memory of the solver's state, all taken before the first step: workspaces of all threads, without "
     "samples and weights",
     NUMBER(solver_bytes)},
    {"loss_train", "loss", 7, TRAIN | SMALLER, "", "loss of the simulated network on the training samples",
     NUMBER(loss_train)},
    {"acc_train", "acc_train", 3, TRAIN | ACCURACY, "",
     "training accuracy of the simulated network at the end, as a fraction", NUMBER(acc_train)},
    {"acc_val", "acc_val", 4, VALIDATION | ACCURACY, "", "validation accuracy at the end", NUMBER(acc_val)},
    {"acc_test", "acc_test", 5, TEST | ACCURACY, "", "test accuracy at the end", NUMBER(acc_test)},
    {"best_iter", NULL, 0, VALIDATION | AT_BEST, "iterations", "iteration of the best validation accuracy",
     NUMBER(best_iter)},
    {"acc_val_best", NULL, 0, VALIDATION | ACCURACY, "", "the best validation accuracy",
     NUMBER(acc_val_best)},
    {"acc_test_at_best_val", NULL, 6, TEST | AT_BEST, "", "test accuracy at best_iter",
     NUMBER(acc_test_at_best_val)},
    {"loss_val", NULL, 10, VALIDATION | SMALLER, "", "validation loss at the end", NUMBER(loss_val)},
    {"loss_test", NULL, 11, TEST | SMALLER, "", "test loss at the end", NUMBER(loss_test)},
    {"loss_val_best", NULL, 0, VALIDATION | SMALLER, "", "regression: the best validation loss",
     NUMBER(loss_val_best)},
    {"loss_test_at_best_val", NULL, 0, TEST | AT_BEST | SMALLER, "", "regression: test loss at best_iter",
     NUMBER(loss_test_at_best_val)},
    {"METRIC_train, METRIC_val, METRIC_test", NULL, 0, 0, "",
     "metrics of the dataset's own, at the end; also in curves, as the last columns", COLUMN_METRICS, 0},
    {"acc_val_tasks", NULL, 0, VALIDATION | ACCURACY, "",
     "dataset.tasks: validation accuracy after the last task, mean over the tasks; nan with one task. The "
     "readout chooses among all classes",
     NUMBER(acc_val_tasks)},
    {"acc_test_tasks", NULL, 18, TEST | ACCURACY, "", "the same of test samples", NUMBER(acc_test_tasks)},
    {"drop_val", NULL, 0, VALIDATION | ACCURACY | SMALLER, "",
     "dataset.tasks: what was forgotten: validation accuracy on a task at its own end less that after the "
     "last task, mean over all tasks but the last",
     NUMBER(drop_val)},
    {"drop_test", NULL, 19, TEST | ACCURACY | SMALLER, "", "the same of test samples", NUMBER(drop_test)},
    {"footprint_bytes", NULL, 0, TRAIN | EXACT, "bytes", "size of the weights", NUMBER(footprint_bytes)},
    {"synops", NULL, 9, TRAIN, "operations",
     "synaptic operations per test sample: accumulations for inputs that are not zero; of a rule of the "
     "solver's own what it counts, nan where it does not",
     NUMBER(synops)},
    {"macs", NULL, 0, TRAIN, "operations",
     "those of synops that multiply: a weight times an input that is no spike, or an activation",
     NUMBER(macs)},
    {"energy", "energy", 20, TRAIN, "nJ",
     "energy of these operations per test sample: energy_mac for each of macs, energy_accumulation for each "
     "other; arithmetic alone, by figures for 45 nm (Horowitz, ISSCC 2014)",
     NUMBER(energy)},
    {"synops_dense", NULL, 0, TRAIN, "operations",
     "synops if every input were taken; nan where the solver predicts by a rule of its own",
     NUMBER(synops_dense)},
    {"rate_mean", NULL, 8, TRAIN, "spikes/step",
     "mean firing rate of the hidden neurons on the training samples; nan likewise", NUMBER(rate_mean)},
    {"curve_crc32", NULL, 0, MACHINE, "",
     "CRC-32 of the file of the run's curve; one that has another is damaged", TEXT(curve_crc32)},
    {"timing_valid", NULL, 0, 0, "", "0 if runs shared the machine (--jobs above 1)", NUMBER(timing_valid)},
    {"git_commit", NULL, 0, 0, "", "commit of the program", TEXT(git_commit)},
    {"dirty", NULL, 0, 0, "", "1 if its sources were modified", TEXT(dirty)},
    {"compiler", NULL, 0, 0, "", "the compiler", TEXT(compiler)},
    {"flags", NULL, 0, 0, "", "its flags", TEXT(flags)},
    {"blas", NULL, 0, 0, "", "the BLAS library", TEXT(blas)},
    {"blas_core", NULL, 0, 0, "", "the processor type that it chose its kernels for", TEXT(blas_core)},
    {"blas_threads", NULL, 0, 0, "threads", "its threads per call", NUMBER(blas_threads)},
    {"isa", NULL, 0, MACHINE, "", "the level of the program's own kernels: generic, avx2 or avx512",
     TEXT(isa)},
    {"cpu", NULL, 0, 0, "", "the processor", TEXT(cpu)},
    {"date", NULL, 0, MACHINE, "", "when the run ended, UTC", TEXT(date)},
};
const size_t n_result_columns = sizeof result_columns / sizeof *result_columns;

const struct result_column *column_find(const char *name, bool curve)
{
    for (const struct result_column *c = result_columns; c < result_columns + n_result_columns; c++) {
        const char *own = curve ? c->curve : c->name;
        if (own && strcmp(own, name) == 0) return c;
    }
    return NULL;
}

bool column_has(const char *name, bool curve, unsigned flags)
{
    const struct result_column *c = column_find(name, curve);
    return c && c->flags & flags;
}

const struct result_column *column_summarised(int k)
{
    for (size_t i = 0; i < n_result_columns; i++)
        if (result_columns[i].summary == k) return &result_columns[i];
    return NULL;
}

void result_complete(struct run_result *r)
{
    r->train_synops = r->evaluated ? r->totals.accumulations + r->totals.train_macs : NAN;
    r->acc_val_best = r->classes ? r->totals.best_val : NAN;
    r->acc_test_at_best_val = r->classes ? r->totals.best_test : NAN;
    r->loss_val_best = r->classes ? NAN : -r->totals.best_val;
    r->loss_test_at_best_val = r->classes ? NAN : -r->totals.best_test;
    if (isnan(r->totals.best_val)) r->best_iter = NAN;
}

double column_value(const struct result_column *c, const struct run_result *r)
{
    double value;
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
    struct run_result whole = *r;
    result_complete(&whole);
    for (size_t i = 0; i < curve_count(); i++) row[i] = column_value(curve_column(i), &whole);
}

bool column_is_option(const char *name)
{
    static const char *const sections[] = {"solver.", "dataset.", "network.", "stop."};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strncmp(name, sections[i], strlen(sections[i])) == 0) return true;
    const struct option *o = opt_find(&run_option_table, name);
    return o && !(o->flags & OPT_NO_IDENTITY);
}

bool column_is_metric(const char *name)
{
    static const char *const ends[] = {"_train", "_val", "_test"};
    const char *split = strrchr(name, '_');
    bool found = false;
    for (size_t i = 0; split && i < sizeof ends / sizeof *ends; i++)
        found = found || strcmp(split, ends[i]) == 0;
    return found && !column_find(name, false) && !column_is_option(name);
}
