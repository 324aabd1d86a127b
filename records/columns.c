/* The one table of result columns (see columns.h). */
#include "records/columns.h"
#include "experiments/run.h"
#include <math.h>
#include <string.h>

enum {
    HEAD = COLUMN_HEAD,
    TRAIN = COLUMN_TRAIN,
    VALIDATION = COLUMN_VALIDATION,
    TEST = COLUMN_TEST,
    MACHINE = COLUMN_MACHINE,
    PROVENANCE = COLUMN_PROVENANCE,
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
    {"schema", NULL, 0, HEAD, "", NUMBER(schema),
     "version of these columns: rows before 2 counted passes and operations of training by an earlier rule, "
     "rows before 3 operations (products of the readout at each step where they are made once a sample); "
     "summaries, profiles and compare pass over these counts"},
    {"run_id", NULL, 0, HEAD, "", TEXT(run_id),
     "12 digits over rules, the options that are not at their default, solver, dataset, seed and data"},
    {"experiment", NULL, 0, HEAD, "", TEXT(experiment), "name of the experiment"},
    {"solver", NULL, 0, HEAD, "", TEXT(solver), "the solver"},
    {"label", NULL, 0, HEAD, "", TEXT(label),
     "what figures call it: the label of the experiment file, or the solver"},
    {"dataset", NULL, 0, HEAD, "", TEXT(dataset), "the dataset"},
    {"seed", NULL, 0, HEAD, "", TEXT(seed),
     "the seed of training and validation samples, codes, start and solver"},
    {"status", NULL, 0, HEAD, "", TEXT(status), "how the run ended"},
    {"stop_reason", NULL, 0, HEAD, "", TEXT(stop_reason), "why it ended"},
    {"error", NULL, 0, HEAD, "", TEXT(error), "the message of a run that failed; none otherwise"},
    {"precision, eval_every, energy_*, stop.*, dataset.*, network.*, solver.*", NULL, 0, HEAD, "",
     COLUMN_OPTIONS, 0, "every option that results depend on; nan where the solver has no such option"},
    {"rules", NULL, 0, HEAD, "", NUMBER(rules),
     "number of the rules and defaults by which the options became results; 1 where there is no such column. "
     "Rows of different numbers are never grouped or compared"},
    {"data_sha256", NULL, 0, HEAD, "", TEXT(data_sha256), "SHA-256 of the data that was read"},
    {"test_side", NULL, 0, 0, "", TEXT(test_side),
     "where test samples come from: published (a side of their own), made (on the spot), or drawn by "
     "dataset.split_seed from the samples of which the others are training and validation"},
    {"n_test", NULL, 0, EXACT, "samples", NUMBER(n_test), "number of test samples"},
    {"plugin_sha256", NULL, 0, HEAD, "", TEXT(plugin_sha256),
     "SHA-256 of the plug-in that brought the solver; none: it is the program's own"},
    {"start_sha256", NULL, 0, HEAD, "", TEXT(start_sha256),
     "SHA-256 of the file that network.start names; nan where it names none"},
    {"prediction", NULL, 0, HEAD, "", TEXT(prediction),
     "what losses and accuracies are of: the simulated network, or the solver's own rule (own rule), which "
     "the simulated network does not repeat"},
    {"threads", NULL, 0, HEAD | PROVENANCE, "threads", NUMBER(threads),
     "threads of the run; results do not depend on it"},
    {"ranks", NULL, 0, HEAD, "processes", NUMBER(ranks),
     "processes that shared the samples of the run; results do not depend on it"},
    {"iters", "iter", 1, TRAIN | EXACT, "iterations", NUMBER(iters), "iterations (epochs) done"},
    {"samples", "samples", 0, TRAIN | EXACT, "samples", NUMBER(totals.samples),
     "training samples gone through, each time counted"},
    {"setup_s", NULL, 0, TRAIN | MACHINE, "s", NUMBER(totals.setup_s), "time of the solver's set-up"},
    {"train_s", "train_s", 2, TRAIN | MACHINE, "s", NUMBER(totals.train_s),
     "time of training alone: without set-up, evaluation and diagnostics"},
    {"forward_passes", "forward_passes", 12, TRAIN | COUNTED | EXACT, "passes", NUMBER(totals.forward_passes),
     "forward passes of training: one sample through the whole network is one, in a simulation, a tangent or "
     "ADMM's products with its own spikes; a part of the layers counts by its weights; predictions and "
     "diagnostics do not count, nor does the network's start"},
    {"backward_passes", "backward_passes", 13, TRAIN | COUNTED | EXACT, "passes",
     NUMBER(totals.backward_passes), "backward passes of training, counted likewise"},
    {"train_synops", "train_synops", 14, TRAIN | COUNTED | PRODUCTS, "operations", NUMBER(train_synops),
     "synaptic operations of training: accumulations of its simulations of binary spikes, and train_macs. "
     "The former are an estimate: between two evaluations, simulations times the accumulations per training "
     "sample of the network simulated at the later one; nan where the solver predicts by a rule of its own: "
     "the simulated network is not the one that is trained"},
    {"train_macs", "train_macs", 15, TRAIN | COUNTED | PRODUCTS, "operations", NUMBER(totals.train_macs),
     "multiply-accumulates of training outside of simulations: backward products and sums of gradients, "
     "tangents, ADMM's products with spikes that are not simulated, Gram matrices, factors, solves, "
     "admm_joint's solves of paths; half of their FLOPs as the solver's step counts them, dense, but "
     "products with the inputs by their entries; elementwise work (neurons, losses, optimizers) does not "
     "count. Rows of earlier schemas counted by other rules"},
    {"gradient_evaluations", "gradient_evaluations", 16, TRAIN | EXACT, "gradients",
     NUMBER(totals.gradient_evaluations),
     "gradients of a mini-batch's loss, or directions in place of one, that training worked out: optimizers "
     "that look more than once an update differ in it; 0 for trainers without gradients"},
    {"eval_s", NULL, 0, TRAIN | MACHINE, "s", NUMBER(totals.eval_s), "time of evaluations"},
    {"cpu_s", NULL, 0, TRAIN | MACHINE, "s", NUMBER(totals.cpu_s),
     "CPU time of set-up and training, over all threads; of rank 0"},
    {"messages", "messages", 0, TRAIN | MACHINE, "messages", NUMBER(totals.traffic.messages),
     "messages between ranks in set-up and training, of all ranks; evaluations do not count. Of each rank: "
     "ranks/<run_id>.csv"},
    {"bytes_sent", "bytes_sent", 0, TRAIN | MACHINE, "bytes", NUMBER(totals.traffic.bytes),
     "what these messages held"},
    {"wait_s", NULL, 0, TRAIN | MACHINE, "s", NUMBER(totals.traffic.wait_s),
     "time that ranks spent in sending and receiving them, added over all ranks"},
    {"time_to_target_s", NULL, 0, TRAIN | MACHINE, "s", NUMBER(totals.time_to_target_s),
     "training time at which stop.target was reached; nan if it was not"},
    {"peak_bytes", NULL, 0, TRAIN | MACHINE, "bytes", NUMBER(peak_bytes),
     "largest resident memory of the run's process"},
    {"solver_bytes", NULL, 17, TRAIN | MACHINE, "bytes", NUMBER(solver_bytes),
     "memory of the solver's state, all taken before the first step: workspaces of all threads, without "
     "samples and weights"},
    {"loss_train", "loss", 7, TRAIN | SMALLER, "", NUMBER(last[SPLIT_TRAIN].loss),
     "loss of the simulated network on the training samples"},
    {"acc_train", "acc_train", 3, TRAIN | ACCURACY, "", NUMBER(last[SPLIT_TRAIN].accuracy),
     "training accuracy of the simulated network at the end, as a fraction"},
    {"acc_val", "acc_val", 4, VALIDATION | ACCURACY, "", NUMBER(last[SPLIT_VALIDATION].accuracy),
     "validation accuracy at the end"},
    {"acc_test", "acc_test", 5, TEST | ACCURACY, "", NUMBER(last[SPLIT_TEST].accuracy),
     "test accuracy at the end"},
    {"best_iter", NULL, 0, VALIDATION | AT_BEST, "iterations", NUMBER(best_iter),
     "iteration of the best validation accuracy"},
    {"acc_val_best", NULL, 0, VALIDATION | ACCURACY, "", NUMBER(acc_val_best),
     "the best validation accuracy"},
    {"acc_test_at_best_val", NULL, 6, TEST | AT_BEST, "", NUMBER(acc_test_at_best_val),
     "test accuracy at best_iter"},
    {"loss_val", NULL, 10, VALIDATION | SMALLER, "", NUMBER(last[SPLIT_VALIDATION].loss),
     "validation loss at the end"},
    {"loss_test", NULL, 11, TEST | SMALLER, "", NUMBER(last[SPLIT_TEST].loss), "test loss at the end"},
    {"loss_val_best", NULL, 0, VALIDATION | SMALLER, "", NUMBER(loss_val_best),
     "regression: the best validation loss"},
    {"loss_test_at_best_val", NULL, 0, TEST | AT_BEST | SMALLER, "", NUMBER(loss_test_at_best_val),
     "regression: test loss at best_iter"},
    {"METRIC_train, METRIC_val, METRIC_test", NULL, 0, 0, "", COLUMN_METRICS, 0,
     "metrics of the dataset's own, at the end; also in curves, as the last columns"},
    {"acc_val_tasks", NULL, 0, VALIDATION | ACCURACY, "", NUMBER(acc_val_tasks),
     "dataset.tasks: validation accuracy after the last task, mean over the tasks; nan with one task. The "
     "readout chooses among all classes"},
    {"acc_test_tasks", NULL, 18, TEST | ACCURACY, "", NUMBER(acc_test_tasks), "the same of test samples"},
    {"drop_val", NULL, 0, VALIDATION | ACCURACY | SMALLER, "", NUMBER(drop_val),
     "dataset.tasks: what was forgotten: validation accuracy on a task at its own end less that after the "
     "last task, mean over all tasks but the last"},
    {"drop_test", NULL, 19, TEST | ACCURACY | SMALLER, "", NUMBER(drop_test), "the same of test samples"},
    {"footprint_bytes", NULL, 0, TRAIN | EXACT, "bytes", NUMBER(footprint_bytes), "size of the weights"},
    {"synops", NULL, 9, TRAIN, "operations", NUMBER(synops),
     "synaptic operations per test sample: accumulations for inputs that are not zero; of a rule of the "
     "solver's own what it counts, nan where it does not"},
    {"macs", NULL, 0, TRAIN, "operations", NUMBER(macs),
     "those of synops that multiply: a weight times an input that is no spike, or an activation"},
    {"energy", "energy", 20, TRAIN, "nJ", NUMBER(energy),
     "energy of these operations per test sample: energy_mac for each of macs, energy_accumulation for each "
     "other; arithmetic alone, by figures for 45 nm (Horowitz, ISSCC 2014)"},
    {"synops_dense", NULL, 0, TRAIN, "operations", NUMBER(synops_dense),
     "synops if every input were taken; nan where the solver predicts by a rule of its own"},
    {"rate_mean", NULL, 8, TRAIN, "spikes/step", NUMBER(rate_mean),
     "mean firing rate of the hidden neurons on the training samples; nan likewise"},
    {"curve_crc32", NULL, 0, MACHINE, "", TEXT(curve_crc32),
     "CRC-32 of the file of the run's curve; one that has another is damaged"},
    {"timing_valid", NULL, 0, PROVENANCE, "", NUMBER(timing_valid),
     "0 if runs shared the machine (--jobs above 1)"},
    {"git_commit", NULL, 0, PROVENANCE, "", TEXT(git_commit), "commit of the program"},
    {"dirty", NULL, 0, PROVENANCE, "", TEXT(dirty), "1 if its sources were modified"},
    {"compiler", NULL, 0, PROVENANCE, "", TEXT(compiler), "the compiler"},
    {"flags", NULL, 0, PROVENANCE, "", TEXT(flags), "its flags"},
    {"blas", NULL, 0, PROVENANCE, "", TEXT(blas), "the BLAS library"},
    {"blas_core", NULL, 0, PROVENANCE, "", TEXT(blas_core),
     "the processor type that it chose its kernels for"},
    {"blas_threads", NULL, 0, PROVENANCE, "threads", NUMBER(blas_threads), "its threads per call"},
    {"isa", NULL, 0, MACHINE, "", TEXT(isa),
     "the level of the program's own kernels: generic, avx2 or avx512"},
    {"cpu", NULL, 0, PROVENANCE, "", TEXT(cpu), "the processor"},
    {"date", NULL, 0, MACHINE, "", TEXT(date), "when the run ended, UTC"},
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
    for (size_t i = 0; i < curve_count(); i++) row[i] = column_value(curve_column(i), r);
}

bool column_is_option(const char *name)
{
    const char *key;
    const enum section section = section_of(name, &key);
    if (section != SECTION_RUN) return section != N_SECTIONS;
    const struct option *o = opt_find(&run_option_table, key);
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
