/* See session.h. */
#include "runs/session.h"
#include "records/record.h"
#include "support/env.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

void run_file(char path[RUN_FILE], const char *out, const char *folder, const struct run *run,
              const char *end)
{
    (void)snprintf(path, RUN_FILE, "%s/%s/%s%s", out, folder, run->id, end);
}

status session_folder(const struct session *s, const char *folder, char path[RUN_FILE], struct error *e)
{
    (void)snprintf(path, RUN_FILE, "%s/%s", s->settings->out, folder);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return FAIL(e, ST_IO, "%s: cannot be made: %s", path, strerror(errno));
    run_file(path, s->settings->out, folder, s->run, ".csv");
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

struct run_result session_result(const struct session *s)
{
    const struct evaluation *train = &s->last[SPLIT_TRAIN], *validation = &s->last[SPLIT_VALIDATION],
                            *test = &s->last[SPLIT_TEST];
    const struct progress_state *at = &s->at;
    const bool evaluated = at->n_rows > 0;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct run_result result = {
        .totals = at->totals,
        .evaluated = evaluated,
        .classes = s->data.info.n_classes > 0,
        .timing_valid = s->settings->jobs > 1 ? 0 : 1,
        .iters = (double)at->iter,
        .loss_train = train->loss,
        .loss_val = validation->loss,
        .loss_test = test->loss,
        .acc_train = train->accuracy,
        .acc_val = validation->accuracy,
        .acc_test = test->accuracy,
        .best_iter = (double)at->best_iter,
        .peak_bytes = (double)usage.ru_maxrss * 1024.0,
        .n_test = s->data.info.sha256[0] ? (double)s->data.info.n[SPLIT_TEST] : NAN,
        .solver_bytes = s->created ? (double)s->solver_bytes : NAN,
        .footprint_bytes = evaluated ? (double)net_footprint(&s->net) : NAN,
        .synops = evaluated ? test->synops : NAN,
        .synops_dense = evaluated ? train->synops_dense : NAN,
        .acc_val_tasks = at->known[SPLIT_VALIDATION].average,
        .acc_test_tasks = at->known[SPLIT_TEST].average,
        .drop_val = at->known[SPLIT_VALIDATION].drop,
        .drop_test = at->known[SPLIT_TEST].drop,
        .rate_mean = evaluated ? mean_rate(s) : NAN,
    };
    result.totals.accumulations += at->new_spike_passes * train->synops;
    return result;
}

status session_write_curve(struct session *s, struct error *e)
{
    char path[RUN_FILE], name[80];
    struct csv_writer w;
    run_file(path, s->settings->out, "curves", s->run, ".csv");
    TRY(csv_open(&w, path, e));
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
    csv_end_row(&w);
    for (size_t i = 0; i < s->at.n_rows; i++) {
        for (size_t c = 0; c < s->n_columns; c++) csv_put_number(&w, s->rows[i * s->n_columns + c]);
        csv_end_row(&w);
    }
    TRY(csv_close(&w, e));
    return file_crc32(path, s->curve_crc32, e);
}

status session_write_accounts(const struct session *s, struct error *e)
{
    char path[RUN_FILE];
    if (ranks_count(s->ranks) == 1) return ST_OK;
    TRY(session_folder(s, "ranks", path, e));
    return accounts_write(&s->accounts, path, e);
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
    run_file(path, s->settings->out, ".work", s->run, ".row.csv");
    return record_write(path, s->run, &result, true, e);
}
