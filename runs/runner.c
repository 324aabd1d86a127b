/* See runner.h. */
#include "runs/runner.h"
#include "datasets/tasks.h"
#include "records/results_file.h"
#include "records/results_repair.h"
#include "runs/changes.h"
#include "runs/hold.h"
#include "runs/launch.h"
#include "support/env.h"
#include "support/file.h"
#include "support/paths.h"
#include "support/process.h"
#include "support/progress.h"
#include "support/text.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One running worker. */
struct worker {
    pid_t pid; /* 0: free */
    size_t run;
    int pipe;
    long iter, most, digits;   /* finished iterations; all of them; the number that is being read */
    long first;                /* the first number that was read */
    double since;              /* and when: then it listens to signals; 0: it has said nothing yet */
    bool told;                 /* to stop */
    char shorter[RUN_ID_SIZE]; /* the run that it goes on from, or "" */
};

struct runner {
    struct mem mem;
    struct plan *plan;
    const struct plan_report *checked;
    const struct runner_settings *settings;
    struct runner_outcome *outcome;
    char folder[3900], program[4000];
    struct results_file results;
    struct worker *workers; /* [jobs] */
    size_t next, finished, to_do;
    bool *wanted;               /* [n_runs] */
    double work_all, work_done; /* of the wanted runs */
    struct names names;
    struct progress progress;
    double stopping;  /* since when workers are told to stop; 0: they are not */
    struct hold hold; /* of the folder */
    struct states states;
    double written, took; /* when runs.csv was written last, and for how long, in seconds */
};

static bool is_word(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

/* Whether a run has a row that says it has ended, and the curve that belongs to it; one without is said. */
static bool is_finished(const struct runner *r, size_t i)
{
    const struct record *row = &r->results.rows[i];
    if (!row->table || !record_finished(row->table, row->row)) return false;
    const char *fault = curve_fault(r->folder, row->table, row->row);
    if (fault) (void)fprintf(stderr, "run %s is made again: %s\n", r->plan->runs[i].id, fault);
    return !fault;
}

/* Decides which runs are to be done. With --fresh all old rows and checkpoints go before the first run
 * starts, so that a --fresh that is cut short is resumed by the same command without it. */
static status select_runs(struct runner *r, struct error *e)
{
    char name[RUN_FILE + 16];
    const bool fresh = r->settings->fresh;
    bool old = false;
    for (size_t i = 0; i < r->plan->n_runs; i++) {
        if (!plan_makes(r->plan, &r->plan->runs[i])) continue;
        const bool finished = !fresh && !r->settings->weights && is_finished(r, i);
        r->wanted[i] = !finished;
        r->to_do += !finished;
        if (!finished) r->work_all += plan_configuration_of(r->checked, i)->work;
        const bool current = is_word(results_text(&r->results, i, "git_commit"), env_commit()) &&
                             is_word(results_text(&r->results, i, "dirty"), env_dirty() ? "1" : "0");
        r->outcome->skipped += finished && current;
        r->outcome->stale += finished && !current;
        old = old || r->results.rows[i].table;
        if (fresh) results_drop(&r->results, i);
    }
    if (fresh && old) {
        TRY(file_keep(r->results.path, name, sizeof name, e));
        (void)fprintf(stderr, "--fresh: the rows so far are kept as %s\n", name);
        TRY(results_write(&r->results, e));
    }
    for (size_t i = 0; fresh && i < r->plan->n_runs; i++) {
        const struct run *run = &r->plan->runs[i];
        if (!plan_makes(r->plan, run)) continue;
        run_remove(r->folder, run->id, ".ckpt");
        run_remove(r->folder, run->id, ".end");
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

/* The run's shorter one, unless it repeats or resumes its own; what there is of it is said. */
static void find_extension(struct runner *r, const struct run *run, struct extension *x)
{
    char path[RUN_FILE];
    *x = (struct extension){.max_iter = 0};
    (void)run_file(path, r->folder, ".work", run->id, ".ckpt");
    if (r->settings->fresh || access(path, F_OK) == 0) return;
    extension_find(&r->results, run, x);
    if (!x->id[0] || (x->has_state && r->settings->quiet)) return;
    progress_clear(&r->progress);
    (void)fprintf(stderr,
                  x->has_state
                      ? "run %s goes on from the end of run %s (stop.max_iter %ld)\n"
                      : "run %s begins anew: of run %s (stop.max_iter %ld), which it would go on from, the "
                        "state at the end is gone\n",
                  run->id, x->id, x->max_iter);
}

static status start_worker(struct runner *r, struct worker *c, size_t i, struct error *e)
{
    char program[4200], spec[RUN_FILE], jobs[32], out[32], states[32], version[LAUNCH_VERSION];
    struct launch l;
    struct extension x;
    const struct run *run = &r->plan->runs[i];
    const struct runner_settings *s = r->settings;
    const bool several = launch_needed(run);
    int ends[2];
    TRY(write_runs(run_file(spec, r->folder, ".work", run->id, ".yaml"), run, 1, e));
    find_extension(r, run, &x);
    run_remove(r->folder, run->id, ".row.csv");
    TRY(process_pipe(ends, e));
    snprintf(program, sizeof program, "%s/spikebench-%s", r->program, precision_tags[run->run.precision]);
    snprintf(jobs, sizeof jobs, "%zu", s->jobs == 1 && s->machine_shared ? 2 : s->jobs);
    snprintf(states, sizeof states, "%zu", s->states);
    snprintf(out, sizeof out, "%d", several ? STDOUT_FILENO : ends[1]);
    launch_version(version);
    const char *const worker[] = {program, "worker",   spec,     "--out", r->folder,
                                  "--id",  run->id,    "--jobs", jobs,    "--progress",
                                  out,     "--states", states,   "--for", version};
    const char *const optional[][2] = {{"--after", x.has_state ? x.id : NULL},
                                       {"--weights", s->weights},
                                       {"--plugin", run->plugin ? run->plugin->file : NULL}};
    const char *argv[LAUNCH_ARGUMENTS_MAX] = {NULL};
    size_t n = several ? launch_arguments(argv, &l, r->folder, run) : 0;
    for (size_t k = 0; k < sizeof worker / sizeof *worker; k++) argv[n++] = worker[k];
    for (size_t k = 0; k < sizeof optional / sizeof *optional; k++)
        for (size_t part = 0; part < 2 && optional[k][1]; part++) argv[n++] = optional[k][part];
    struct worker started = {.run = i, .pipe = ends[0]};
    started.most = run->stop.max_iter * (long)tasks_of(run->dataset_options);
    if (x.has_state) memcpy(started.shorter, x.id, sizeof started.shorter);
    status st = several ? process_start_launcher(argv, ends[1], &started.pid, e)
                        : process_start(argv, &started.pid, e);
    close(ends[1]);
    if (st == ST_OK)
        *c = started;
    else
        close(ends[0]);
    return st;
}

/* The share of the work that is done, runs under way by their iterations. */
static double fraction_done(const struct runner *r)
{
    double done = r->work_done;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        const struct worker *c = &r->workers[k];
        if (c->pid != 0 && c->most > 0)
            done +=
                plan_configuration_of(r->checked, c->run)->work * fmin(1, (double)c->iter / (double)c->most);
    }
    return r->work_all > 0 ? done / r->work_all : 1;
}

/* Training and validation results of a run that ended well, seconds and iterations per second. Never of the
 * test side: nobody shall choose by what passes by. */
static void print_results(const struct csv_table *row)
{
    const bool regression = isnan(csv_value(row, 0, "acc_train"));
    const char *const columns[] = {regression ? "loss_train" : "acc_train",
                                   regression ? "loss_val" : "acc_val"};
    const double seconds = csv_value(row, 0, "train_s"), iterations = csv_value(row, 0, "iters");
    for (size_t k = 0; k < 2; k++) {
        const double value = csv_value(row, 0, columns[k]);
        if (isnan(value)) continue; /* no validation samples */
        if (regression)
            printf(", %s loss %.4g", split_names[k], value);
        else
            printf(", %s %.2f %%", split_names[k], 100 * value);
    }
    if (!isnan(seconds)) printf(", %.2f s", seconds); /* else it was stopped before it trained */
    const double rate = iterations / seconds;
    if (iterations > 1 && seconds > 0)
        printf(rate < 100 ? ", %.3g iterations/s" : ", %.0f iterations/s", rate);
}

/* What is said about a finished run. */
static void announce(struct runner *r, size_t i)
{
    const struct csv_table *row = &r->results.news[i];
    const char *word = csv_text(row, 0, "status");
    char name[RUN_NAME], left[PROGRESS_LEFT] = "";
    names_format(&r->names, &r->plan->runs[i], name, sizeof name);
    progress_clear(&r->progress);
    const bool good = is_word(word, "ok") || is_word(word, "interrupted");
    if (good && (r->settings->weights || r->settings->quiet)) return;
    if (r->finished < r->to_do) progress_left(&r->progress, fraction_done(r), left);
    printf("[%zu/%zu] %s: %s", r->finished, r->to_do, name, word);
    if (good)
        print_results(row);
    else
        printf(" (%s)", csv_text(row, 0, "error"));
    printf(left[0] ? "; ETA %s\n" : "\n", left);
    fflush(stdout);
}

/* Takes up the row file of run i. */
static status run_ended(struct runner *r, size_t i, struct error *e)
{
    struct runner_outcome *o = r->outcome;
    TRY(results_take(&r->results, i, e));
    const char *word = results_text(&r->results, i, "status");
    const bool interrupted = is_word(word, "interrupted");
    size_t *const count = is_word(word, "ok")         ? &o->done
                          : is_word(word, "diverged") ? &o->diverged
                          : is_word(word, "no_data")  ? &o->no_data
                          : interrupted               ? &o->interrupted
                                                      : &o->failed;
    ++*count;
    r->finished++;
    r->work_done += plan_configuration_of(r->checked, i)->work;
    announce(r, i);
    if (!interrupted) run_remove(r->folder, r->plan->runs[i].id, ".yaml");
    return ST_OK;
}

static status worker_ended(struct runner *r, struct worker *c, int wait_status, struct error *e)
{
    char path[RUN_FILE];
    const struct run *run = &r->plan->runs[c->run];
    (void)run_file(path, r->folder, ".work", run->id, ".row.csv");
    close(c->pipe);
    launch_end(r->folder, run);
    c->pid = 0;
    if (access(path, F_OK) != 0) TRY(launch_lost(path, run, wait_status, e));
    TRY(run_ended(r, c->run, e));
    const bool good = is_word(results_text(&r->results, c->run, "status"), "ok");
    return good ? states_bound(&r->states, run, c->shorter, e) : ST_OK;
}

/* A run whose data cannot be read fails without a worker, for the reason `why`. */
static status fail_damaged(struct runner *r, size_t i, const char *why, struct error *e)
{
    char path[RUN_FILE];
    const struct run_result failed = {
        .status = "failed", .stop_reason = "error", .error = why, .data_sha256 = "nan"};
    (void)run_file(path, r->folder, ".work", r->plan->runs[i].id, ".row.csv");
    TRY(record_write(path, &r->plan->runs[i], &failed, false, e));
    return run_ended(r, i, e);
}

/* Reads the numbers of finished iterations, a line each. */
static void read_progress(struct worker *c)
{
    char buffer[512];
    ssize_t n;
    while ((n = read(c->pipe, buffer, sizeof buffer)) > 0) {
        for (ssize_t k = 0; k < n; k++) {
            if (isdigit((unsigned char)buffer[k])) {
                c->digits = 10 * c->digits + (buffer[k] - '0');
            } else {
                c->iter = c->digits;
                if (c->since <= 0) {
                    c->first = c->iter;
                    c->since = clock_seconds();
                }
                c->digits = 0;
            }
        }
    }
}

static void show_progress(struct runner *r)
{
    char text[RUN_NAME + 100] = "", name[RUN_NAME];
    if (!r->progress.on) return;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        const struct worker *c = &r->workers[k];
        const double seconds = clock_seconds() - c->since;
        if (c->pid == 0) continue;
        names_format(&r->names, &r->plan->runs[c->run], name, sizeof name);
        snprintf(text, sizeof text, "%s, iteration %ld of %ld", name, c->iter, c->most);
        if (c->iter > c->first && seconds > 0)
            (void)text_add(text, sizeof text, ", %.3g/s", (double)(c->iter - c->first) / seconds);
    }
    progress_update(&r->progress, fraction_done(r), r->finished, r->to_do, text);
}

/* Brings runs.csv up to date where rows are pending: at the end, else at most for a twentieth of the time. */
static status write_pending(struct runner *r, bool end, struct error *e)
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
        for (; r->next < r->plan->n_runs; r->next++) {
            const struct plan_probe *data = plan_configuration_of(r->checked, r->next)->probe;
            if (!r->wanted[r->next]) continue;
            if (data->outcome == ST_OK || data->outcome == ST_NO_DATA) break;
            TRY(fail_damaged(r, r->next, data->message, e));
        }
        if (r->workers[k].pid != 0 || r->next == r->plan->n_runs) continue;
        TRY(start_worker(r, &r->workers[k], r->next, e));
        r->next++;
    }
    return ST_OK;
}

/* What the workers have said, and those that have ended; returns how many there were. *st and *e keep the
 * first error. */
static size_t poll_workers(struct runner *r, status *st, struct error *e)
{
    size_t n = 0;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        struct worker *c = &r->workers[k];
        int how;
        if (c->pid == 0) continue;
        n++;
        read_progress(c);
        if (waitpid(c->pid, &how, WNOHANG) != c->pid) continue;
        const status ended = worker_ended(r, c, how, *st == ST_OK ? e : NULL);
        if (*st == ST_OK) *st = ended;
    }
    return n;
}

/* Tells the workers to stop. SIGTERM would let mpirun end its ranks before they have saved anything; it hands
 * on SIGUSR1, which a rank that does not listen yet would end by. Ranks that never listen are ended. */
static void stop_workers(struct runner *r)
{
    enum { PATIENCE_SECONDS = 30 };
    if (r->stopping == 0) r->stopping = clock_seconds();
    const bool patient = clock_seconds() - r->stopping < PATIENCE_SECONDS;
    for (size_t k = 0; k < r->settings->jobs; k++) {
        struct worker *c = &r->workers[k];
        if (c->pid == 0 || c->told) continue;
        const bool several = launch_needed(&r->plan->runs[c->run]);
        const bool heard = c->since > 0;
        if (several && !heard && patient) continue;
        kill(c->pid, several && heard ? SIGUSR1 : SIGTERM);
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
        if (stop) stop_workers(r);
        show_progress(r);
        if (st == ST_OK) st = write_pending(r, false, e);
        poll(NULL, 0, 10);
    } while (poll_workers(r, &st, e) > 0);
    progress_clear(&r->progress);
    if (st == ST_OK) st = write_pending(r, true, e);
    /* A signal that came when all had ended has interrupted nothing. */
    const bool cut = r->outcome->interrupted > 0 || r->finished < r->to_do;
    if (st == ST_OK && cut && stop_signal())
        return FAIL(e, ST_INTERRUPTED, "interrupted; the same command resumes");
    return st;
}

/* Counts the configurations that have no run but diverged ones. */
static void count_lost(struct runner *r)
{
    size_t diverged = 0; /* of the configuration of run i, up to that */
    for (size_t i = 0; i < r->plan->n_runs; i++) {
        if (i % r->plan->n_seeds == 0) diverged = 0;
        diverged += is_word(results_text(&r->results, i, "status"), "diverged");
        r->outcome->lost += diverged == r->plan->n_seeds;
    }
}

static status prepare(struct runner *r, struct error *e)
{
    char path[RUN_FILE];
    int length = snprintf(r->folder, sizeof r->folder, "%s/%s", r->settings->out, r->plan->experiment);
    if (length < 0 || (size_t)length >= sizeof r->folder)
        return FAIL(e, ST_USAGE, "the name of the results folder is too long (%d characters)", length);
    TRY(path_program(r->program, sizeof r->program, e));
    TRY(path_make(folder_file(path, r->folder, ".work"), e));
    TRY(hold_take(&r->hold, r->folder, r->plan->shard, e));
    TRY(path_make(folder_file(path, r->folder, "curves"), e));
    TRY(plan_identify(r->plan, r->checked, e));
    hold_clean(r->folder, r->plan);
    r->states = (struct states){.folder = r->folder, .mebibytes = r->settings->states};
    TRY(results_open(&r->results, r->folder, r->plan, e));
    r->workers = mem_alloc(&r->mem, r->settings->jobs, sizeof *r->workers, e);
    r->wanted = mem_alloc(&r->mem, r->plan->n_runs, sizeof *r->wanted, e);
    if (!r->workers || !r->wanted) return ST_MEMORY;
    TRY(select_runs(r, e));
    TRY(names_create(&r->names, r->plan, &r->mem, e));
    if (r->settings->n_set > 0) changes_print(&r->results, r->settings->set, r->settings->n_set, stderr);
    (void)folder_file(path, r->folder, "config.resolved.yaml");
    return write_runs(path, r->plan->runs, r->plan->n_runs, e);
}

status runner_run(struct plan *plan, const struct plan_report *checked, const struct runner_settings *s,
                  struct runner_outcome *out, struct error *e)
{
    struct runner r = {.plan = plan, .checked = checked, .settings = s, .outcome = out, .hold = {-1, -1}};
    struct stop_signals before;
    *out = (struct runner_outcome){0};
    status st = prepare(&r, e);
    if (st == ST_OK) {
        stop_catch(&before);
        progress_start(&r.progress, stderr);
        if (s->quiet) r.progress.on = false;
        st = run_all(&r, e);
        stop_release(&before);
        count_lost(&r);
        if (!s->quiet) states_tell(&r.states, stderr);
    }
    results_free(&r.results);
    mem_free(&r.mem);
    hold_release(&r.hold);
    return st;
}
