/* See runner.h. */
#include "runs/runner.h"
#include "datasets/tasks.h"
#include "records/results_file.h"
#include "records/results_repair.h"
#include "runs/session.h"
#include "support/env.h"
#include "support/file.h"
#include "support/mpi_link.h"
#include "support/process.h"
#include "support/progress.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One running worker. */
struct child {
    pid_t pid; /* 0: free */
    size_t run;
    int pipe;
    long iter, digits; /* finished iterations; the number that is being read */
    bool heard;        /* it has said something, and so listens to signals */
    bool told;         /* to stop */
};

struct runner {
    struct plan *plan;
    const struct runner_settings *settings;
    struct runner_outcome *outcome;
    char folder[3900], program[4000];
    struct results_file results;
    struct child *children; /* [jobs] */
    size_t next, finished, to_do;
    bool *wanted; /* [n_runs] */
    struct progress progress;
    double stopping;      /* since when workers are told to stop; 0: they are not */
    int lock;             /* descriptor of FOLDER/.work/lock */
    double written, took; /* when runs.csv was written last, and for how long, in seconds */
};

/* Gives the runs their identity by what plan_check has probed. Absent data leaves the run's SHA-256 empty. */
static status identify(struct plan *plan, const struct plan_report *checked, struct error *e)
{
    for (size_t k = 0; k < checked->n_configurations; k++) {
        const struct plan_configuration *c = &checked->configurations[k];
        const struct plan_probe *probe = c->probe;
        if (probe->outcome != ST_OK && probe->outcome != ST_NO_DATA)
            return FAIL(e, probe->outcome, "%s", probe->message);
        for (size_t s = 0; s < c->n_seeds; s++)
            run_identify(&plan->runs[c->first + s], probe->outcome == ST_OK ? probe->info.sha256 : "");
    }
    return ST_OK;
}

static bool is_word(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* Whether a run has a row that says it has ended, and the curve that belongs to it; one without is said. */
static bool is_finished(const struct runner *r, size_t i)
{
    char reason[CURVE_REASON];
    const struct record *row = &r->results.rows[i];
    const char *word = results_text(&r->results, i, "status");
    if (!is_word(word, "ok") && !is_word(word, "diverged")) return false;
    if (curve_sound(r->folder, row->table, row->row, reason)) return true;
    (void)fprintf(stderr, "run %s is made again: %s\n", r->plan->runs[i].id, reason);
    return false;
}

/* Decides which runs are to be done. With --fresh all old rows and checkpoints go before the first run
 * starts, so that a --fresh that is cut short is resumed by the same command without it. */
static status select_runs(struct runner *r, struct error *e)
{
    char path[RUN_FILE], name[RUN_FILE + 16];
    const bool fresh = r->settings->fresh;
    bool old = false;
    for (size_t i = 0; i < r->plan->n_runs; i++) {
        const bool finished = !fresh && !r->settings->weights && is_finished(r, i);
        r->wanted[i] = !finished;
        r->to_do += r->wanted[i];
        if (fresh) {
            old = old || r->results.rows[i].table;
            r->results.rows[i].table = NULL;
        } else if (finished && is_word(results_text(&r->results, i, "git_commit"), env_commit()) &&
                   is_word(results_text(&r->results, i, "dirty"), env_dirty() ? "1" : "0")) {
            r->outcome->skipped++;
        } else if (finished) {
            r->outcome->stale++;
        }
    }
    if (old) {
        TRY(file_keep(r->results.path, name, sizeof name, e));
        (void)fprintf(stderr, "--fresh: the rows so far are kept as %s\n", name);
        TRY(results_write(&r->results, e));
    }
    for (size_t i = 0; fresh && i < r->plan->n_runs; i++) {
        run_file(path, r->folder, ".work", &r->plan->runs[i], ".ckpt");
        (void)remove(path);
    }
    return ST_OK;
}

/* Runs as they are run, overrides included, one YAML document after another. */
static status write_runs(const char *path, const struct run *runs, size_t n, struct error *e)
{
    struct file_writer w;
    status st = file_create(&w, path, e);
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        fprintf(w.file, "--- # run %s\n", runs[i].id);
        st = run_write_yaml(&runs[i], w.file, e);
    }
    if (st == ST_OK) return file_commit(&w, e);
    file_abandon(&w);
    return st;
}

/* Whether a run's worker is to be started by mpirun: with several ranks, unless a launcher has started this
 * program as one of them already. */
static bool needs_launcher(const struct run *run)
{
    size_t own;
    return run->run.ranks > 1 && mpi_launched(&own) == 1;
}

enum { ARGUMENTS_MAX = 32 };

/* What goes before the worker's command line where it has several ranks. */
static size_t launcher(const char **argv, const char *ranks)
{
    size_t n = 0;
    argv[n++] = "mpirun";
    if (geteuid() == 0) argv[n++] = "--allow-run-as-root";
    /* as many ranks as were asked for, whose threads may go to any processor */
    argv[n++] = "--oversubscribe", argv[n++] = "--bind-to", argv[n++] = "none";
    /* who waits lets others run: the machine may be shared */
    argv[n++] = "--mca", argv[n++] = "mpi_yield_when_idle", argv[n++] = "1";
    argv[n++] = "-n", argv[n++] = ranks;
    return n;
}

static status start_child(struct runner *r, struct child *c, size_t i, struct error *e)
{
    char program[4200], spec[RUN_FILE], row[RUN_FILE], jobs[32], out[32], ranks[32];
    const struct run *run = &r->plan->runs[i];
    const struct runner_settings *s = r->settings;
    const bool several = needs_launcher(run);
    int ends[2];
    run_file(spec, r->folder, ".work", run, ".yaml");
    run_file(row, r->folder, ".work", run, ".row.csv");
    TRY(write_runs(spec, run, 1, e));
    remove(row);
    TRY(process_pipe(ends, e));
    snprintf(program, sizeof program, "%s/spikebench-%s", r->program,
             run->run.precision == PRECISION_FLOAT ? "f32" : "f64");
    snprintf(jobs, sizeof jobs, "%zu", s->jobs);
    snprintf(out, sizeof out, "%d", several ? STDOUT_FILENO : ends[1]);
    snprintf(ranks, sizeof ranks, "%ld", run->run.ranks);
    const char *const worker[] = {program, "worker", spec, "--out",      r->folder, "--id",
                                  run->id, "--jobs", jobs, "--progress", out};
    const char *argv[ARGUMENTS_MAX] = {NULL};
    size_t n = several ? launcher(argv, ranks) : 0;
    for (size_t k = 0; k < sizeof worker / sizeof *worker; k++) argv[n++] = worker[k];
    if (s->weights) argv[n++] = "--weights", argv[n++] = s->weights;
    if (run->plugin) argv[n++] = "--plugin", argv[n++] = run->plugin->file;
    struct child started = {.run = i, .pipe = ends[0]};
    status st = several ? process_start_launcher(argv, ends[1], &started.pid, e)
                        : process_start(argv, &started.pid, e);
    close(ends[1]);
    if (st == ST_OK)
        *c = started;
    else
        close(ends[0]);
    return st;
}

/* The row file of a worker that ended without writing one. */
static status lost_worker(const char *path, const struct run *run, int wait_status, struct error *e)
{
    char reason[80];
    if (run->run.ranks > 1 && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 127)
        snprintf(reason, sizeof reason, "mpirun was not found (openmpi-bin)");
    else if (run->run.ranks > 1)
        snprintf(reason, sizeof reason, "a rank was lost (see what mpirun said); the same command resumes");
    else if (WIFSIGNALED(wait_status))
        snprintf(reason, sizeof reason, "worker killed by signal %d", WTERMSIG(wait_status));
    else
        snprintf(reason, sizeof reason, "worker exited with code %d", WEXITSTATUS(wait_status));
    const struct run_result lost = {
        .status = "failed", .stop_reason = "error", .error = reason, .data_sha256 = "nan"};
    return record_write(path, run, &lost, false, e);
}

/* Results of a run that ended well. Never of the test side: nobody shall choose by what passes by. */
static void announce_results(const struct csv_table *row)
{
    const bool regression = isnan(csv_value(row, 0, "acc_train"));
    const char *const columns[] = {regression ? "loss_train" : "acc_train",
                                   regression ? "loss_val" : "acc_val"};
    static const char *const words[] = {"train", "validation"};
    for (size_t k = 0; k < 2; k++) {
        const double value = csv_value(row, 0, columns[k]);
        if (isnan(value)) continue; /* no validation samples */
        if (regression)
            printf(", %s loss %.4g", words[k], value);
        else
            printf(", %s %.2f %%", words[k], 100 * value);
    }
    printf(", %.2f s", csv_value(row, 0, "train_s"));
}

/* What is said about a finished run where there is no progress line. */
static void announce(struct runner *r, size_t i)
{
    const struct csv_table *row = &r->results.news[i];
    const struct run *run = &r->plan->runs[i];
    const char *word = csv_text(row, 0, "status");
    char hidden[128];
    opt_format(opt_find(&net_option_table, "hidden"), &run->net, hidden, sizeof hidden);
    progress_clear(&r->progress);
    const bool good = is_word(word, "ok") || is_word(word, "interrupted");
    if (good && r->settings->weights) return;
    printf("[%zu/%zu] %s %s seed %llu: %s", r->finished, r->to_do, run->label, hidden,
           (unsigned long long)run->seed, word);
    if (good)
        announce_results(row);
    else
        printf(" (%s)", csv_text(row, 0, "error"));
    printf("\n");
    fflush(stdout);
}

static status child_ended(struct runner *r, struct child *c, int wait_status, struct error *e)
{
    char path[RUN_FILE];
    struct runner_outcome *o = r->outcome;
    const struct run *run = &r->plan->runs[c->run];
    run_file(path, r->folder, ".work", run, ".row.csv");
    close(c->pipe);
    c->pid = 0;
    if (access(path, F_OK) != 0) TRY(lost_worker(path, run, wait_status, e));
    TRY(results_take(&r->results, c->run, e));
    const char *word = results_text(&r->results, c->run, "status");
    const bool interrupted = is_word(word, "interrupted");
    size_t *const count = is_word(word, "ok")         ? &o->done
                          : is_word(word, "diverged") ? &o->diverged
                          : is_word(word, "no_data")  ? &o->no_data
                          : interrupted               ? &o->interrupted
                                                      : &o->failed;
    ++*count;
    r->finished++;
    announce(r, c->run);
    run_file(path, r->folder, ".work", run, ".yaml");
    if (!interrupted) remove(path);
    return ST_OK;
}

/* Reads the numbers of finished iterations, a line each. */
static void read_progress(struct child *c)
{
    char buffer[512];
    ssize_t n;
    while ((n = read(c->pipe, buffer, sizeof buffer)) > 0) {
        for (ssize_t k = 0; k < n; k++) {
            if (isdigit((unsigned char)buffer[k])) {
                c->digits = 10 * c->digits + (buffer[k] - '0');
            } else {
                c->iter = c->digits;
                c->digits = 0;
                c->heard = true;
            }
        }
    }
}

static void show_progress(struct runner *r)
{
    double done = (double)r->finished;
    char text[256] = "";
    for (size_t k = 0; k < r->settings->jobs; k++) {
        const struct child *c = &r->children[k];
        const struct run *run = &r->plan->runs[c->run];
        if (c->pid == 0) continue;
        const double most = (double)run->stop.max_iter * (double)tasks_of(run->dataset_options);
        if (most > 0) done += (double)c->iter / most;
        snprintf(text, sizeof text, "%s, %zu hidden, seed %llu, iteration %ld", run->label, run->net.hidden.n,
                 (unsigned long long)run->seed, c->iter);
    }
    progress_update(&r->progress, r->to_do ? done / (double)r->to_do : 1, r->finished, r->to_do, text);
}

/* Brings runs.csv up to date where rows are pending: at the end, else at most for a twentieth of the time. */
static status settle(struct runner *r, bool end, struct error *e)
{
    const double now = clock_seconds();
    if (r->results.n_pending == 0 || (!end && now - r->written < 1 + 20 * r->took)) return ST_OK;
    TRY(results_write(&r->results, e));
    r->written = clock_seconds();
    r->took = r->written - now;
    return ST_OK;
}

/* Starts what there is a free place for. */
static status start_more(struct runner *r, struct error *e)
{
    for (size_t k = 0; k < r->settings->jobs; k++) {
        while (r->next < r->plan->n_runs && !r->wanted[r->next]) r->next++;
        if (r->children[k].pid != 0 || r->next == r->plan->n_runs) continue;
        TRY(start_child(r, &r->children[k], r->next, e));
        r->next++;
    }
    return ST_OK;
}

/* What the workers have said, and those that have ended; returns how many there were. *st and *e keep the
 * first error. */
static size_t look_after(struct runner *r, status *st, struct error *e)
{
    size_t n = 0;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        struct child *c = &r->children[k];
        int how;
        if (c->pid == 0) continue;
        n++;
        read_progress(c);
        if (waitpid(c->pid, &how, WNOHANG) != c->pid) continue;
        const status ended = child_ended(r, c, how, *st == ST_OK ? e : NULL);
        if (*st == ST_OK) *st = ended;
    }
    return n;
}

enum { PATIENCE_SECONDS = 30 };

/* Tells the workers to stop. SIGTERM would let mpirun end its ranks before they have saved anything; it hands
 * on SIGUSR1, which a rank that does not listen yet would end by. Ranks that never listen are ended. */
static void stop_children(struct runner *r)
{
    if (r->stopping == 0) r->stopping = clock_seconds();
    const bool patient = clock_seconds() - r->stopping < PATIENCE_SECONDS;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        struct child *c = &r->children[k];
        if (c->pid == 0 || c->told) continue;
        const bool several = needs_launcher(&r->plan->runs[c->run]);
        if (several && !c->heard && patient) continue;
        kill(c->pid, several && c->heard ? SIGUSR1 : SIGTERM);
        c->told = true;
    }
}

/* Runs everything that is wanted; on an error of its own, the workers are stopped and waited for. */
static status run_all(struct runner *r, struct error *e)
{
    status st = ST_OK;
    do {
        const bool stop = stop_signal() || st != ST_OK;
        if (!stop) st = start_more(r, e);
        if (stop) stop_children(r);
        show_progress(r);
        if (st == ST_OK) st = settle(r, false, e);
        poll(NULL, 0, 10);
    } while (look_after(r, &st, e) > 0);
    progress_clear(&r->progress);
    if (st == ST_OK) st = settle(r, true, e);
    /* A signal that came when all had ended has interrupted nothing. */
    const bool cut = r->outcome->interrupted > 0 || r->finished < r->to_do;
    if (st == ST_OK && cut && stop_signal())
        return FAIL(e, ST_INTERRUPTED, "interrupted; the same command resumes");
    return st;
}

/* Counts the configurations that have no run but diverged ones. */
static void count_lost(struct runner *r, const struct plan_report *checked)
{
    for (size_t k = 0; k < checked->n_configurations; k++) {
        const struct plan_configuration *c = &checked->configurations[k];
        size_t diverged = 0;
        for (size_t i = c->first; i < c->first + c->n_seeds; i++)
            diverged += is_word(results_text(&r->results, i, "status"), "diverged");
        r->outcome->lost += diverged == c->n_seeds;
    }
}

static status prepare(struct runner *r, const struct plan_report *checked, struct error *e)
{
    char path[RUN_FILE];
    bool taken = false;
    int length = snprintf(r->folder, sizeof r->folder, "%s/%s", r->settings->out, r->plan->experiment);
    if (length < 0 || (size_t)length >= sizeof r->folder)
        return FAIL(e, ST_USAGE, "the name of the results folder is too long (%d characters)", length);
    TRY(path_program(r->program, sizeof r->program, e));
    snprintf(path, sizeof path, "%s/.work", r->folder);
    TRY(path_make(path, e));
    /* The workers inherit the lock: it is free when the last of them has ended. */
    snprintf(path, sizeof path, "%s/.work/lock", r->folder);
    TRY(file_lock(path, &r->lock, &taken, e));
    if (!taken)
        return FAIL(e, ST_IO, "%s: another 'spikebench run', or a worker of one, uses this folder",
                    r->folder);
    snprintf(path, sizeof path, "%s/curves", r->folder);
    TRY(path_make(path, e));
    TRY(identify(r->plan, checked, e));
    TRY(results_open(&r->results, r->folder, r->plan, e));
    r->children = calloc(r->settings->jobs, sizeof *r->children);
    r->wanted = calloc(r->plan->n_runs + 1, sizeof *r->wanted);
    if (!r->children || !r->wanted) return FAIL(e, ST_MEMORY, "no memory for the runner");
    TRY(select_runs(r, e));
    snprintf(path, sizeof path, "%s/config.resolved.yaml", r->folder);
    return write_runs(path, r->plan->runs, r->plan->n_runs, e);
}

status runner_run(struct plan *plan, const struct plan_report *checked, const struct runner_settings *s,
                  struct runner_outcome *out, struct error *e)
{
    struct runner r = {.plan = plan, .settings = s, .outcome = out, .lock = -1};
    struct stop_signals before;
    *out = (struct runner_outcome){0};
    status st = prepare(&r, checked, e);
    if (st == ST_OK) {
        stop_catch(&before);
        progress_start(&r.progress, stderr);
        st = run_all(&r, e);
        stop_release(&before);
        count_lost(&r, checked);
    }
    results_free(&r.results);
    free(r.children);
    free(r.wanted);
    if (r.lock >= 0) close(r.lock);
    return st;
}
