/* Running a plan: one worker process per run. */
#include "runs/runner.h"
#include "records/results_file.h"
#include "runs/env.h"
#include "support/progress.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signal_seen;

static void on_signal(int number)
{
    signal_seen = number;
}

/* One running worker. */
struct child {
    pid_t pid; /* 0: free */
    size_t run;
    int pipe;
    long iter, max_iter;
    char text[200];
    size_t used;
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
    int lock; /* descriptor of FOLDER/.work/lock */
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

static void work_file(const struct runner *r, size_t i, const char *suffix, char *path, size_t size)
{
    snprintf(path, size, "%s/.work/%s%s", r->folder, r->plan->runs[i].id, suffix);
}

/* --fresh: the old row and checkpoint go before the first run starts, so that an interrupted --fresh is
 * resumed by the same command without it. */
static void forget(struct runner *r, size_t i)
{
    char path[4200];
    record_free(&r->results.rows[i]);
    work_file(r, i, ".ckpt", path, sizeof path);
    remove(path);
}

static bool has_curve(const struct runner *r, size_t i)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/curves/%s.csv", r->folder, r->plan->runs[i].id);
    return access(path, F_OK) == 0;
}

/* Decides which runs are to be done. */
static void select_runs(struct runner *r)
{
    for (size_t i = 0; i < r->plan->n_runs; i++) {
        const struct record *row = &r->results.rows[i];
        const char *word = row->n ? record_get(row, "status") : NULL;
        bool finished = word && (strcmp(word, "ok") == 0 || strcmp(word, "diverged") == 0) && has_curve(r, i);
        r->wanted[i] = !finished || r->settings->fresh;
        if (r->wanted[i]) {
            r->to_do++;
            if (r->settings->fresh) forget(r, i);
            continue;
        }
        const char *commit = record_get(row, "git_commit"), *dirty = record_get(row, "dirty");
        bool same = commit && strcmp(commit, env_commit()) == 0 && dirty && (dirty[0] == '1') == env_dirty();
        if (same)
            r->outcome->skipped++;
        else
            r->outcome->stale++;
    }
}

/* In the child process: becomes the worker. */
static void become_worker(const struct runner *r, size_t i, int pipe_out)
{
    char program[4200], spec[4200], jobs[32], fd[32];
    const struct run *run = &r->plan->runs[i];
    snprintf(program, sizeof program, "%s/spikebench-%s", r->program,
             run->run.precision == PRECISION_FLOAT ? "f32" : "f64");
    work_file(r, i, ".yaml", spec, sizeof spec);
    snprintf(jobs, sizeof jobs, "%zu", r->settings->jobs);
    snprintf(fd, sizeof fd, "%d", pipe_out);
    const char *argv[16] = {program, "worker", spec, "--out",      r->folder, "--id",
                            run->id, "--jobs", jobs, "--progress", fd};
    size_t n = 11;
    if (r->settings->weights) {
        argv[n++] = "--weights";
        argv[n++] = r->settings->weights;
    }
    if (run->plugin) {
        argv[n++] = "--plugin";
        argv[n++] = run->plugin->file;
    }
    execv(program, (char *const *)argv);
    fprintf(stderr, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

static status start_child(struct runner *r, struct child *c, size_t i, struct error *e)
{
    char path[4200];
    int ends[2];
    work_file(r, i, ".yaml", path, sizeof path);
    FILE *f = fopen(path, "w");
    if (!f) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    status st = run_write_yaml(&r->plan->runs[i], f, e);
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    TRY(st);
    work_file(r, i, ".row.csv", path, sizeof path);
    remove(path);
    if (pipe(ends) != 0) return FAIL(e, ST_IO, "pipe: %s", strerror(errno));
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    /* The worker is born with these blocked and takes them once it can save: one that comes early waits. */
    sigset_t stopping, before;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGINT), sigaddset(&stopping, SIGTERM), sigaddset(&stopping, SIGHUP);
    sigprocmask(SIG_BLOCK, &stopping, &before);
    pid_t runner = getpid(), pid = fork();
    if (pid == 0) {
        close(ends[0]);
        /* A worker does not outlive its runner: it saves and stops. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != runner) _exit(1);
        become_worker(r, i, ends[1]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return FAIL(e, ST_IO, "fork: %s", strerror(errno));
    }
    *c = (struct child){.pid = pid, .run = i, .pipe = ends[0], .max_iter = r->plan->runs[i].stop.max_iter};
    return ST_OK;
}

/* A row for a worker that ended without writing one. */
static status lost_worker(struct runner *r, const struct child *c, int wait_status, struct error *e)
{
    char reason[64];
    struct record *row = &r->results.rows[c->run];
    if (WIFSIGNALED(wait_status))
        snprintf(reason, sizeof reason, "worker killed by signal %d", WTERMSIG(wait_status));
    else
        snprintf(reason, sizeof reason, "worker exited with code %d", WEXITSTATUS(wait_status));
    record_free(row);
    const struct run_result lost = {
        .status = "failed", .stop_reason = "error", .error = reason, .data_sha256 = "nan"};
    return record_of_run(row, &r->plan->runs[c->run], &lost, false, e);
}

/* What is said about a finished run where there is no progress line. */
static void announce(struct runner *r, size_t i)
{
    const struct record *row = &r->results.rows[i];
    const struct run *run = &r->plan->runs[i];
    const char *word = record_get(row, "status"), *train = record_get(row, "acc_train"),
               *test = record_get(row, "acc_test");
    const char *seconds = record_get(row, "train_s"), *error = record_get(row, "error");
    char hidden[128];
    opt_format(opt_find(&net_option_table, "hidden"), &run->net, hidden, sizeof hidden);
    bool good = word && (strcmp(word, "ok") == 0 || strcmp(word, "interrupted") == 0);
    progress_clear(&r->progress);
    if (good && r->settings->weights) return;
    printf("[%zu/%zu] %s %s seed %llu: %s", r->finished, r->to_do, run->label, hidden,
           (unsigned long long)run->seed, word ? word : "?");
    if (good && train && isnan(strtod(train, NULL)) && record_get(row, "loss_test")) /* regression */
        printf(", train loss %.4g, test loss %.4g, %.2f s", strtod(record_get(row, "loss_train"), NULL),
               strtod(record_get(row, "loss_test"), NULL), strtod(seconds, NULL));
    else if (good && train)
        printf(", train %.2f %%, test %.2f %%, %.2f s", 100 * strtod(train, NULL), 100 * strtod(test, NULL),
               strtod(seconds, NULL));
    else if (error)
        printf(" (%s)", error);
    printf("\n");
    fflush(stdout);
}

static status child_ended(struct runner *r, struct child *c, int wait_status, struct error *e)
{
    char path[4200];
    bool found;
    work_file(r, c->run, ".row.csv", path, sizeof path);
    TRY(results_take(&r->results, c->run, path, &found, e));
    if (!found) TRY(lost_worker(r, c, wait_status, e));
    TRY(results_write(&r->results, e));
    const char *word = record_get(&r->results.rows[c->run], "status");
    r->finished++;
    if (strcmp(word, "ok") == 0 || strcmp(word, "diverged") == 0)
        r->outcome->done++;
    else if (strcmp(word, "no_data") == 0)
        r->outcome->no_data++;
    else if (strcmp(word, "interrupted") == 0)
        r->outcome->interrupted++;
    else
        r->outcome->failed++;
    announce(r, c->run);
    if (strcmp(word, "interrupted") != 0) {
        work_file(r, c->run, ".yaml", path, sizeof path);
        remove(path);
    }
    close(c->pipe);
    c->pid = 0;
    return ST_OK;
}

/* Reads "iter max_iter accuracy" lines; the last one counts. */
static void read_progress(struct child *c)
{
    char buffer[512];
    ssize_t n;
    while ((n = read(c->pipe, buffer, sizeof buffer)) > 0)
        for (ssize_t k = 0; k < n; k++) {
            if (buffer[k] != '\n' && c->used < sizeof c->text - 1) {
                c->text[c->used++] = buffer[k];
                continue;
            }
            c->text[c->used] = '\0';
            c->used = 0;
            char *end;
            c->iter = strtol(c->text, &end, 10);
        }
}

static void show_progress(struct runner *r)
{
    double done = (double)r->finished;
    char text[256] = "";
    for (size_t k = 0; k < r->settings->jobs; k++) {
        const struct child *c = &r->children[k];
        if (c->pid == 0) continue;
        const struct run *run = &r->plan->runs[c->run];
        done += c->max_iter > 0 ? (double)c->iter / (double)c->max_iter : 0;
        snprintf(text, sizeof text, "%s, %zu hidden, seed %llu, iteration %ld", run->label, run->net.hidden.n,
                 (unsigned long long)run->seed, c->iter);
    }
    progress_update(&r->progress, r->to_do ? done / (double)r->to_do : 1, r->finished, r->to_do, text);
}

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

static size_t running(const struct runner *r)
{
    size_t n = 0;
    for (size_t k = 0; k < r->settings->jobs; k++) n += r->children[k].pid != 0;
    return n;
}

static void forward_signal(struct runner *r, int number)
{
    for (size_t k = 0; k < r->settings->jobs; k++)
        if (r->children[k].pid != 0) kill(r->children[k].pid, number);
}

/* Runs everything that is wanted; on an error of its own, the workers are stopped and waited for. */
static status run_all(struct runner *r, struct error *e)
{
    status st = ST_OK;
    bool told = false;
    for (;;) {
        if (st == ST_OK && !signal_seen) st = start_more(r, e);
        if ((signal_seen || st != ST_OK) && !told) {
            forward_signal(r, SIGTERM);
            told = true;
        }
        if (running(r) == 0) break;
        for (size_t k = 0; k < r->settings->jobs; k++) {
            struct child *c = &r->children[k];
            int how;
            if (c->pid == 0) continue;
            read_progress(c);
            if (waitpid(c->pid, &how, WNOHANG) != c->pid) continue;
            struct error local = {0};
            status ended = child_ended(r, c, how, &local);
            c->pid = 0;
            if (ended != ST_OK && st == ST_OK) {
                st = ended;
                *e = local;
            }
        }
        show_progress(r);
        poll(NULL, 0, 10);
    }
    progress_clear(&r->progress);
    return st != ST_OK   ? st
           : signal_seen ? FAIL(e, ST_INTERRUPTED, "interrupted; the same command resumes")
                         : ST_OK;
}

/* The experiment file as it was run, overrides included, one run after another. */
static status write_resolved(const struct runner *r, struct error *e)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/config.resolved.yaml", r->folder);
    FILE *f = fopen(path, "w");
    if (!f) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < r->plan->n_runs; i++) {
        fprintf(f, "--- # run %s\n", r->plan->runs[i].id);
        st = run_write_yaml(&r->plan->runs[i], f, e);
    }
    if (fclose(f) != 0 && st == ST_OK) st = FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    return st;
}

/* One runner at a time in a folder. The workers inherit the lock: it is free when the last of them has ended.
 */
static status take_lock(struct runner *r, struct error *e)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/.work/lock", r->folder);
    r->lock = open(path, O_RDWR | O_CREAT, 0666);
    if (r->lock < 0) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    if (flock(r->lock, LOCK_EX | LOCK_NB) == 0) return ST_OK;
    return FAIL(e, ST_IO, "%s: %s", r->folder,
                errno == EWOULDBLOCK ? "another 'spikebench run', or a worker of one, uses this folder"
                                     : strerror(errno));
}

static status prepare(struct runner *r, const struct plan_report *checked, struct error *e)
{
    char path[4200];
    int length = snprintf(r->folder, sizeof r->folder, "%s/%s", r->settings->out, r->plan->experiment);
    if (length < 0 || (size_t)length >= sizeof r->folder)
        return FAIL(e, ST_USAGE, "the name of the results folder is too long (%d characters)", length);
    TRY(path_program(r->program, sizeof r->program, e));
    snprintf(path, sizeof path, "%s/.work", r->folder);
    TRY(path_make(path, e));
    TRY(take_lock(r, e));
    snprintf(path, sizeof path, "%s/curves", r->folder);
    TRY(path_make(path, e));
    TRY(identify(r->plan, checked, e));
    TRY(results_open(&r->results, r->folder, r->plan, e));
    r->children = calloc(r->settings->jobs, sizeof *r->children);
    r->wanted = calloc(r->plan->n_runs + 1, sizeof *r->wanted);
    if (!r->children || !r->wanted) return FAIL(e, ST_MEMORY, "no memory for the runner");
    select_runs(r);
    return write_resolved(r, e);
}

status runner_run(struct plan *plan, const struct plan_report *checked, const struct runner_settings *s,
                  struct runner_outcome *out, struct error *e)
{
    struct runner r = {.plan = plan, .settings = s, .outcome = out, .lock = -1};
    struct sigaction action = {.sa_handler = on_signal}, old_int, old_term, old_hup;
    *out = (struct runner_outcome){0};
    status st = prepare(&r, checked, e);
    if (st == ST_OK) {
        signal_seen = 0;
        sigaction(SIGINT, &action, &old_int);
        sigaction(SIGTERM, &action, &old_term);
        sigaction(SIGHUP, &action, &old_hup);
        progress_start(&r.progress, stderr);
        st = run_all(&r, e);
        sigaction(SIGINT, &old_int, NULL);
        sigaction(SIGTERM, &old_term, NULL);
        sigaction(SIGHUP, &old_hup, NULL);
    }
    results_free(&r.results);
    free(r.children);
    free(r.wanted);
    if (r.lock >= 0) close(r.lock);
    return st;
}
