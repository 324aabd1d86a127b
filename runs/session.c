/* See session.h. */
#include "runs/session.h"
#include "support/env.h"
#include "support/paths.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

status session_folder(const struct session *s, const char *folder, char path[RUN_FILE], struct error *e)
{
    TRY(path_make(folder_file(path, s->settings->out, folder), e));
    (void)run_file(path, s->settings->out, folder, s->run->id, ".csv");
    return ST_OK;
}

status session_agree(struct session *s, status st, struct error *e)
{
    const status all = ranks_agree(s->ranks, st, e);
    s->agreed = all != ST_OK;
    return all;
}

status session_reserve_rows(struct session *s, size_t n, struct error *e)
{
    if (n <= s->rows_capacity) return ST_OK;
    size_t capacity = n < 64 ? 64 : 2 * n;
    double *rows = realloc(s->rows, capacity * s->n_columns * sizeof *rows);
    if (!rows) return FAIL(e, ST_MEMORY, "no memory for %zu curve points", capacity);
    s->rows = rows;
    s->rows_capacity = capacity;
    return ST_OK;
}

/* Mean firing rate of the hidden neurons on the training samples. */
static double mean_rate(const struct session *s)
{
    double spikes = 0, neurons = 0;
    for (size_t l = 1; l < s->net.L; l++) {
        spikes += s->last[SPLIT_TRAIN].rate[l] * (double)s->net.n[l];
        neurons += (double)s->net.n[l];
    }
    return spikes / neurons;
}

double *session_known(const struct session *s, enum split split, size_t i, size_t j)
{
    return &s->known[((size_t)split * s->n_tasks + i) * s->n_tasks + j];
}

/* After the last task, the average of its accuracies and how far they have dropped since each task's own end;
 * nan before, and without tasks. */
static void outcome_of_tasks(const struct session *s, enum split split, double *average, double *drop)
{
    const size_t n = s->n_tasks;
    double sum = 0, lost = 0;
    *average = *drop = NAN;
    if (!s->known) return;
    for (size_t j = 0; j < n; j++) sum += *session_known(s, split, n - 1, j);
    for (size_t j = 0; j + 1 < n; j++)
        lost += *session_known(s, split, j, j) - *session_known(s, split, n - 1, j);
    *average = sum / (double)n;
    *drop = lost / (double)(n - 1);
}

struct run_result session_result(const struct session *s)
{
    const struct evaluation *train = &s->last[SPLIT_TRAIN], *test = &s->last[SPLIT_TEST];
    const struct progress_state *at = &s->at;
    const bool evaluated = at->n_rows > 0;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct run_result result = {
        .totals = at->totals,
        .evaluated = evaluated,
        .classes = s->data.info.n_classes > 0,
        .timing_valid = at->machine_shared ? 0 : 1,
        .iters = (double)at->iter,
        .best_iter = (double)at->best_iter,
        .peak_bytes = (double)usage.ru_maxrss * 1024.0,
        .n_test = s->data.info.sha256[0] ? (double)s->data.info.n[SPLIT_TEST] : NAN,
        .solver_bytes = s->created ? (double)s->solver_bytes : NAN,
        .footprint_bytes = evaluated ? (double)net_footprint(&s->net) : NAN,
        .synops = evaluated ? test->synops : NAN,
        .macs = evaluated ? test->macs : NAN,
        .energy = evaluated ? energy_of(&s->run->run.energy, test->synops, test->macs) : NAN,
        .synops_dense = evaluated ? train->synops_dense : NAN,
        .rate_mean = evaluated ? mean_rate(s) : NAN,
    };
    memcpy(result.last, s->last, sizeof result.last);
    outcome_of_tasks(s, SPLIT_VALIDATION, &result.acc_val_tasks, &result.drop_val);
    outcome_of_tasks(s, SPLIT_TEST, &result.acc_test_tasks, &result.drop_test);
    /* the operations of a rule of the solver's own are not those of its training */
    result.totals.accumulations += at->new_spike_passes * (s->run->solver->predict ? NAN : train->synops);
    result_complete(&result);
    return result;
}

size_t session_measures(const struct session *s)
{
    return N_SPLITS * s->run->dataset->n_metrics;
}

status session_write_curve(struct session *s, struct error *e)
{
    char path[RUN_FILE], name[80];
    struct csv_writer w;
    TRY(csv_open(&w, run_file(path, s->settings->out, "curves", s->run->id, ".csv"), e));
    for (size_t c = 0; c < curve_count(); c++) csv_put(&w, curve_name(c));
    for (size_t l = 1; l < s->net.L; l++) {
        snprintf(name, sizeof name, "fwd_rate_%zu", l);
        csv_put(&w, name);
    }
    size_t extra = metric_count(&s->run->solver->metrics, s->net.L);
    for (size_t k = 0; k < extra; k++) {
        metric_column(&s->run->solver->metrics, s->net.L, k, name, sizeof name);
        csv_put(&w, name);
    }
    for (size_t k = 0; k < session_measures(s); k++) {
        record_metric_name(s->run->dataset, k, name, sizeof name);
        csv_put(&w, name);
    }
    csv_end_row(&w);
    for (size_t i = 0; i < s->at.n_rows; i++) csv_numbers(&w, s->rows + i * s->n_columns, s->n_columns);
    TRY(csv_close(&w, e));
    return file_crc32(path, s->curve_crc32, e);
}

status session_write_row(const struct session *s, const char *word, const char *text, struct error *e)
{
    struct run_result result = session_result(s);
    char path[RUN_FILE], blas[ENV_TEXT], core[ENV_TEXT], cpu[ENV_TEXT], date[ENV_TEXT];
    env_blas_config(blas, sizeof blas);
    env_blas_core(core, sizeof core);
    env_cpu(cpu, sizeof cpu);
    env_date(date, sizeof date);
    result.status = word;
    if (s->at.n_rows > 0) result.metrics = s->rows + s->at.n_rows * s->n_columns - session_measures(s);
    result.stop_reason = s->stop_reason;
    result.curve_crc32 = s->curve_crc32[0] ? s->curve_crc32 : "nan";
    result.error = text[0] ? text : "none";
    result.data_sha256 = s->data.info.sha256[0] ? s->data.info.sha256 : "nan";
    result.test_side = s->data.info.sha256[0] ? test_side_names[s->data.info.test_side] : "nan";
    result.git_commit = env_commit();
    result.dirty = env_dirty() ? "1" : "0";
    result.compiler = env_compiler();
    result.flags = env_flags();
    result.blas = blas;
    result.blas_core = core;
    result.blas_threads = env_blas_threads();
    result.isa = kernels_name();
    result.cpu = cpu;
    result.date = date;
    (void)run_file(path, s->settings->out, ".work", s->run->id, ".row.csv");
    return record_write(path, s->run, &result, true, e);
}
