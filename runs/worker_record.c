/* The result files of one run. */
#include "runs/worker_record.h"
#include "records/record.h"
#include "runs/env.h"
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

const char *const curve_fixed[CURVE_FIXED] = {
    "iter",       "samples", "train_s",   "forward_passes", "backward_passes", "train_synops",
    "train_macs", "loss",    "acc_train", "acc_val",        "acc_test"};

status worker_write_curve(const struct session *s, struct error *e)
{
    char path[4200], name[80];
    struct csv_writer w;
    snprintf(path, sizeof path, "%s/curves/%s.csv", s->settings->out, s->run->id);
    TRY(csv_open(&w, path, e));
    for (size_t c = 0; c < CURVE_FIXED; c++) csv_put(&w, curve_fixed[c]);
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
    return csv_close(&w, e);
}

struct visit {
    struct record *record;
    struct error *e;
    status st;
};

static void put_option(void *context, const char *name, const char *value, bool is_default)
{
    struct visit *v = context;
    (void)is_default;
    if (v->st == ST_OK) v->st = record_put(v->record, name, value, v->e);
}

status record_identity(struct record *r, const struct run *run, const char *word, const char *reason,
                       const char *text, const char *sha256, struct error *e)
{
    TRY(record_put_number(r, "schema", RECORD_SCHEMA, e));
    TRY(record_put(r, "run_id", run->id, e));
    TRY(record_put(r, "experiment", run->experiment, e));
    TRY(record_put(r, "solver", run->solver->name, e));
    TRY(record_put(r, "label", run->label, e));
    TRY(record_put(r, "dataset", run->dataset->name, e));
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, (uint64_t)run->seed);
    TRY(record_put(r, "seed", seed, e));
    TRY(record_put(r, "status", word, e));
    TRY(record_put(r, "stop_reason", reason, e));
    TRY(record_put(r, "error", text[0] ? text : "none", e));
    struct visit v = {r, e, ST_OK};
    run_visit_options(run, false, put_option, &v);
    TRY(v.st);
    TRY(record_put(r, "data_sha256", sha256[0] ? sha256 : "nan", e));
    return record_put_number(r, "threads", (double)run->run.threads, e);
}

static status put_numbers(struct record *r, const struct session *s, struct error *e)
{
    const struct evaluation *test = &s->last[SPLIT_TEST], *train = &s->last[SPLIT_TRAIN];
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    bool evaluated = s->at.n_rows > 0, classes = s->data.info.n_classes > 0;
    double rate = 0, dense = 0;
    for (size_t l = 1; l < s->net.L; l++) {
        rate += train->rate[l] * (double)s->net.n[l];
        dense += (double)s->net.n[l];
    }
    const struct {
        const char *name;
        double value;
    } cells[] = {
        {"iters", (double)s->at.iter},
        {"samples", s->at.samples},
        {"setup_s", s->at.setup_s},
        {"train_s", s->at.train_s},
        {"forward_passes", s->at.forward_passes},
        {"backward_passes", s->at.backward_passes},
        {"train_synops", evaluated ? session_accumulations(s) + s->at.train_macs : NAN},
        {"train_macs", s->at.train_macs},
        {"eval_s", s->at.eval_s},
        {"cpu_s", s->at.cpu_s},
        {"time_to_target_s", s->at.time_to_target_s},
        {"peak_bytes", (double)usage.ru_maxrss * 1024.0},
        {"loss_train", train->loss},
        {"acc_train", train->accuracy},
        {"acc_val", s->last[SPLIT_VALIDATION].accuracy},
        {"acc_test", test->accuracy},
        {"best_iter", evaluated && !isnan(s->at.best_val) ? (double)s->at.best_iter : NAN},
        {"acc_val_best", evaluated && classes ? s->at.best_val : NAN},
        {"acc_test_at_best_val", evaluated && classes ? s->at.best_test : NAN},
        {"loss_val", s->last[SPLIT_VALIDATION].loss},
        {"loss_test", test->loss},
        {"loss_val_best", evaluated && !classes ? -s->at.best_val : NAN},
        {"loss_test_at_best_val", evaluated && !classes ? -s->at.best_test : NAN},
        {"footprint_bytes", evaluated ? (double)net_footprint(&s->net) : NAN},
        {"synops", evaluated ? test->synops : NAN},
        {"synops_dense", evaluated ? train->synops_dense : NAN},
        {"rate_mean", evaluated ? rate / dense : NAN},
        {"timing_valid", s->settings->jobs > 1 ? 0.0 : 1.0},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        TRY(record_put_number(r, cells[i].name, cells[i].value, e));
    return ST_OK;
}

static status put_environment(struct record *r, struct error *e)
{
    char text[ENV_TEXT];
    TRY(record_put(r, "git_commit", env_commit(), e));
    TRY(record_put(r, "dirty", env_dirty() ? "1" : "0", e));
    TRY(record_put(r, "compiler", env_compiler(), e));
    TRY(record_put(r, "flags", env_flags(), e));
    env_blas_config(text, sizeof text);
    TRY(record_put(r, "blas", text, e));
    env_blas_core(text, sizeof text);
    TRY(record_put(r, "blas_core", text, e));
    TRY(record_put_number(r, "blas_threads", env_blas_threads(), e));
    env_cpu(text, sizeof text);
    TRY(record_put(r, "cpu", text, e));
    env_date(text, sizeof text);
    return record_put(r, "date", text, e);
}

status worker_write_row(const struct session *s, const char *word, const char *text, struct error *e)
{
    struct record r = {0};
    char path[4200];
    snprintf(path, sizeof path, "%s/.work/%s.row.csv", s->settings->out, s->run->id);
    status st = record_identity(&r, s->run, word, s->stop_reason, text, s->data.info.sha256, e);
    if (st == ST_OK) st = put_numbers(&r, s, e);
    if (st == ST_OK) st = put_environment(&r, e);
    if (st == ST_OK) st = record_write(&r, path, e);
    record_free(&r);
    return st;
}
