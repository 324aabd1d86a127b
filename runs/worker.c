/* One run: set-up, the training loop, evaluation on a fixed schedule, and the result files. */
#include "experiments/plan_check.h"
#include "records/trained.h"
#include "runs/session.h"
#include "support/blas.h"
#include "support/mpi_link.h"
#include "support/process.h"
#include "support/progress.h"
#include "trainer/suit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKPOINT_SECONDS = 60 };
/* A loss above this says that training has diverged, as one that is no number does. */
static const double LOSS_LIMIT = 1e12;
static const char SAVE[] = "save"; /* a word of rank 0: a checkpoint is due */

/* Joins the run's ranks; but for the first they are silent from then on: what they would say it says, too. */
static status join(struct session *s, struct error *e)
{
    const size_t ranks = (size_t)s->run->run.ranks;
    blas_single_thread();
    if (ranks > 1) TRY(mpi_join(&s->ranks, ranks, e));
    if (ranks_own(s->ranks) > 0 && !freopen("/dev/null", "w", stderr))
        return FAIL(e, ST_IO, "/dev/null cannot be opened");
    return accounts_create(&s->accounts, s->ranks, &s->mem, e);
}

/* What a rank can fail at alone. */
static status open_data(struct session *s, struct error *e)
{
    struct run *run = s->run;
    struct dataset_share *share = &((struct dataset_common *)run->dataset_options)->share;
    *share = (struct dataset_share){1, 0};
    if (run_divides(run)) *share = (struct dataset_share){ranks_count(s->ranks), ranks_own(s->ranks)};
    TRY(run->dataset->open(run->dataset_options, run->seed, &s->data, e));
    TRY(run_hash_start(run, e));
    run_identify(run, s->data.info.sha256);
    const struct dataset_info *info = &s->data.info;
    TRY(run_check(run, info, e));
    TRY(pool_create(&s->pool, (size_t)run->run.threads, e));
    pool_join(s->pool, s->ranks);
    TRY(solver_network(run->solver, run->solver_options, &run->net, info, &s->net, &s->mem, e));
    s->env = (struct train_env){.net = &s->net, .net_options = &run->net, .pool = s->pool, .rng = &s->rng};
    return sequence_create(s, e);
}

/* Everything before the first step, but for the solver's create and start. */
static status prepare(struct session *s, struct error *e)
{
    struct run *run = s->run;
    const struct dataset_info *info = &s->data.info;
    TRY(join(s, e));
    TRY(session_agree(s, open_data(s, e), e));
    dataset_count_elsewhere(&s->data, &((const struct dataset_common *)run->dataset_options)->share,
                            s->ranks);
    struct rng start;
    rng_seed(&start, run->seed, "start");
    rng_seed(&s->rng, run->seed, "solver");
    struct start_miss miss;
    TRY(net_start(&s->net, &run->net, &s->plain, s->pool, &start, &miss, e));
    if (miss.layer > 0)
        (void)fprintf(
            stderr,
            "warning: start: rate: on %zu samples of %zu steps no scale was found for a firing rate "
            "of %g in layer %zu: the nearest, off by %.3g, is taken\n",
            miss.samples, info->T, run->net.start_rate, miss.layer, miss.by);
    TRY(evaluator_create(&s->evaluator, &s->net, info->T, s->pool, e));
    if (run->solver->predict || s->n_tasks > 1 || session_measures(s) > 0) {
        size_t most = 0;
        for (int k = 0; k < N_SPLITS; k++) most = info->n[k] > most ? info->n[k] : most;
        s->scores = mem_reals(&s->mem, most * s->net.n[s->net.L], e);
        if (!s->scores) return ST_MEMORY;
    }
    s->n_columns =
        curve_count() + s->net.L - 1 + metric_count(&run->solver->metrics, s->net.L) + session_measures(s);
    return ST_OK;
}

/* What is better the larger it is: the accuracy, or for regression the loss with its sign turned. */
static double merit(const struct session *s, enum split k)
{
    return s->data.info.n_classes ? s->last[k].accuracy : -s->last[k].loss;
}

/* The network as it is now on a split: simulated, or by the solver's own rule. */
static status evaluate_split(const struct session *s, enum split k, struct evaluation *now, struct error *e)
{
    const struct solver *solver = s->run->solver;
    const struct batch b = dataset_batch(&s->data, k);
    evaluate(s->evaluator, &s->net, &b, now, s->scores);
    return solver->predict ? solver_evaluate(solver, s->solver, &s->net, &b, s->scores, now, e) : ST_OK;
}

/* Forward accuracies of all splits, one curve row, and the best validation so far. */
static status evaluate_now(struct session *s, struct error *e)
{
    const struct solver *solver = s->run->solver;
    const struct dataset_source *dataset = s->run->dataset;
    const double started = clock_seconds();
    TRY(session_reserve_rows(s, s->at.n_rows + 1, e));
    double *row = s->rows + s->at.n_rows * s->n_columns, *rates = row + curve_count(),
           *own = rates + s->net.L - 1, *measured = row + s->n_columns - session_measures(s);
    for (size_t i = 0; i < s->n_columns; i++) row[i] = NAN;
    for (int k = 0; k < N_SPLITS; k++) {
        TRY(evaluate_split(s, (enum split)k, &s->last[k], e));
        if (s->n_tasks > 1) sequence_score(s, (enum split)k, s->scores);
        if (dataset->n_metrics > 0 && s->data.info.n[k] > 0)
            dataset->measure(&s->data, (enum split)k, s->scores, measured + (size_t)k * dataset->n_metrics);
    }
    TRY(accounts_share(&s->accounts, &s->net, &s->data, &s->at.totals.traffic, e));
    struct metric_sink sink = {&solver->metrics, s->net.L, own, false};
    if (solver->report) solver->report(s->solver, &sink);
    if (sink.bad)
        return FAIL(e, ST_INTERNAL, "solver '%s' reports a metric it does not describe", solver->name);
    s->at.n_rows++;
    const struct run_result result = session_result(s);
    s->at.totals.accumulations = result.totals.accumulations;
    s->at.new_spike_passes = 0;
    curve_values(&result, row);
    for (size_t l = 1; l < s->net.L; l++) rates[l - 1] = s->last[SPLIT_TRAIN].rate[l];
    double validation = merit(s, SPLIT_VALIDATION);
    if (isnan(s->at.totals.best_val) ? !isnan(validation) : validation > s->at.totals.best_val) {
        s->at.totals.best_val = validation;
        s->at.totals.best_test = merit(s, SPLIT_TEST);
        s->at.best_iter = s->at.iter;
    }
    s->at.totals.eval_s += clock_seconds() - started;
    return ST_OK;
}

/* Whether the task that runs has had all its iterations. */
static bool task_over(const struct session *s)
{
    return s->at.converged || s->at.task_iter >= s->run->stop.max_iter;
}

/* Why to stop after an evaluation or a step, or NULL. Reads validation only. */
static const char *reason_to_stop(struct session *s)
{
    const struct stop_options *stop = &s->run->stop;
    double validation = s->last[SPLIT_VALIDATION].accuracy;
    if (stop_signal()) return "interrupted";
    if (stop->target > 0 && validation >= stop->target) {
        s->at.totals.time_to_target_s = s->at.totals.train_s;
        return "target";
    }
    if (task_over(s) && s->at.task + 1 == (long)s->n_tasks) return s->at.converged ? "converged" : "max_iter";
    if (stop->time_limit > 0 && s->at.totals.train_s >= stop->time_limit) return "time_limit";
    if (stop->patience > 0 && s->at.iter - s->at.best_iter >= stop->patience && !isnan(s->at.totals.best_val))
        return "plateau";
    return NULL;
}

/* Refuses a network whose losses are no number, or so large that nothing of it means anything. */
static status check_losses(struct session *s, struct error *e)
{
    static const char *const names[N_SPLITS] = {
        [SPLIT_TRAIN] = "training", [SPLIT_VALIDATION] = "validation", [SPLIT_TEST] = "test"};
    for (int k = 0; k < N_SPLITS; k++) {
        const double loss = s->last[k].loss;
        if (s->data.info.n[k] == 0 || fabs(loss) <= LOSS_LIMIT) continue;
        s->stop_reason = "diverged";
        return FAIL(e, ST_NUMERIC, "the %s loss is %g after iteration %ld", names[k], loss, s->at.iter);
    }
    return ST_OK;
}

/* One step of the solver, timed, and what it took. */
static status take_step(struct session *s, struct step_report *r, struct error *e)
{
    TRY(sequence_refresh(s, e));
    s->watch = (struct stopwatch){0};
    accounts_start(&s->accounts);
    stopwatch_start(&s->watch);
    status st = s->run->solver->step(s->solver, r, e);
    stopwatch_hold(&s->watch);
    accounts_stop(&s->accounts, s->watch.total, s->watch.cpu_total);
    s->at.totals.cpu_s += s->watch.cpu_total;
    s->at.totals.train_s += s->watch.total;
    s->at.iter++;
    s->at.task_iter++;
    s->at.totals.samples += r->samples;
    s->at.totals.forward_passes += r->forward_passes;
    s->at.totals.backward_passes += r->backward_passes;
    s->at.new_spike_passes += r->spike_passes;
    s->at.totals.train_macs += r->dense_macs;
    s->at.totals.gradient_evaluations += r->gradient_evaluations;
    s->at.converged = r->converged;
    return st;
}

/* Whether the next step is the last and is measured for that alone: a longer run would not do so. */
static bool ends_between_evaluations(const struct session *s)
{
    const long next = s->at.task_iter + 1;
    return next >= s->run->stop.max_iter && next % s->run->run.eval_every != 0 &&
           !(s->run->solver->features & FEATURE_ONE_SHOT);
}

static status next_task(struct session *s, struct error *e)
{
    s->at.task++;
    s->at.task_iter = 0;
    s->at.converged = false;
    return sequence_next(s, false, e);
}

/* What rank 0 decides for all: clocks and signals are its own. "": to go on; SAVE, or why to stop. */
static const char *decide(struct session *s, double saved)
{
    const struct rank_block word = rank_memory(s->word, sizeof s->word);
    const char *reason = reason_to_stop(s);
    const bool save = clock_seconds() - saved > CHECKPOINT_SECONDS;
    (void)snprintf(s->word, sizeof s->word, "%s", reason ? reason : save ? SAVE : "");
    ranks_broadcast(s->ranks, &word, 1);
    return s->word;
}

/* Tells the runner how many iterations are done. A reader that is gone is no reason to stop. */
static void tell(const struct session *s)
{
    if (ranks_own(s->ranks) == 0 && s->settings->progress_fd >= 0)
        (void)dprintf(s->settings->progress_fd, "%ld\n", s->at.iter);
}

/* A step, and the evaluation that is due after it. */
static status iterate(struct session *s, struct error *e)
{
    const struct solver *solver = s->run->solver;
    if (ends_between_evaluations(s)) TRY(checkpoint_keep(s, e));
    long next = s->at.task_iter + 1, every = s->run->run.eval_every;
    struct step_report r = stopwatch_report(&s->watch);
    r.measure = next % every == 0 || next >= s->run->stop.max_iter || (solver->features & FEATURE_ONE_SHOT);
    status st = take_step(s, &r, e);
    if (st == ST_NUMERIC || (st == ST_OK && !net_finite(&s->net))) {
        s->stop_reason = "diverged";
        if (st == ST_OK) st = FAIL(e, ST_NUMERIC, "a weight is not finite after iteration %ld", s->at.iter);
        return st;
    }
    TRY(st);
    if (r.measure || r.converged) {
        TRY(evaluate_now(s, e));
        TRY(check_losses(s, e));
    }
    tell(s);
    return ST_OK;
}

static status train(struct session *s, struct error *e)
{
    double saved = clock_seconds();
    for (;;) {
        const char *word = decide(s, saved);
        if (strcmp(word, SAVE) == 0) {
            TRY(checkpoint_save(s, e));
            saved = clock_seconds();
        } else if (word[0]) {
            s->stop_reason = word;
            return ST_OK;
        } else {
            TRY(task_over(s) ? next_task(s, e) : iterate(s, e));
        }
    }
}

static status perform(struct session *s, struct error *e)
{
    bool resumed;
    TRY(prepare(s, e));
    tell(s); /* and that signals are heard */
    status restored = checkpoint_restore(s, &resumed, e);
    if (restored != ST_OK) {
        s->at.n_rows = 0;       /* what was read in part is no curve, */
        s->at.end_kept = false; /* and the state at the end is not this attempt's to remove */
    }
    TRY(restored);
    if (s->settings->jobs > 1) s->at.machine_shared = true;
    if (!resumed) {
        TRY(sequence_next(s, false, e));
        TRY(evaluate_now(s, e));
    }
    if (s->settings->begun) s->settings->begun();
    return train(s, e);
}

/* How a run ended, and the status word of its row. */
enum outcome { ENDED_OK, ENDED_DIVERGED, ENDED_INTERRUPTED, ENDED_NO_DATA, ENDED_FAILED };
static const char *const outcome_words[] = {[ENDED_OK] = "ok",
                                            [ENDED_DIVERGED] = "diverged",
                                            [ENDED_INTERRUPTED] = "interrupted",
                                            [ENDED_NO_DATA] = "no_data",
                                            [ENDED_FAILED] = "failed"};

static enum outcome outcome_of(const struct session *s, status st)
{
    if (st == ST_NO_DATA) return ENDED_NO_DATA;
    if (st != ST_OK)
        return s->stop_reason && strcmp(s->stop_reason, "diverged") == 0 ? ENDED_DIVERGED : ENDED_FAILED;
    return strcmp(s->stop_reason, "interrupted") == 0 ? ENDED_INTERRUPTED : ENDED_OK;
}

/* The network as it is now, with its accuracies, which may be newer than the last row's. */
static status save_weights(struct session *s, struct error *e)
{
    char how[300];
    double shown[N_SPLITS];
    bool classes = s->data.info.n_classes > 0;
    const struct solver *solver = s->run->solver;
    const char *unit = classes ? " %" : "";
    for (int k = 0; k < N_SPLITS; k++) {
        struct evaluation now;
        TRY(evaluate_split(s, (enum split)k, &now, e));
        shown[k] = classes ? 100 * now.accuracy : now.loss;
    }
    snprintf(how, sizeof how,
             "%s, %ld iterations (%s); %s %s: training %.2f%s, validation %.2f%s, test %.2f%s", solver->name,
             s->at.iter, s->stop_reason, solver->predict ? "own rule's" : "simulated",
             classes ? "accuracy" : "loss", shown[SPLIT_TRAIN], unit, shown[SPLIT_VALIDATION], unit,
             shown[SPLIT_TEST], unit);
    if (ranks_own(s->ranks) > 0) return ST_OK;
    return trained_save(s->run, &s->net, s->data.info.sha256, how, s->settings->weights, e);
}

/* Curve, tasks, OUT/ranks/<id>.csv where there are several, and row. */
static status write_results(struct session *s, enum outcome how, const char *text, struct error *e)
{
    char path[RUN_FILE];
    if (s->at.n_rows > 0) {
        TRY(session_write_curve(s, e));
        TRY(sequence_write(s, e));
        if (ranks_count(s->ranks) > 1) {
            TRY(session_folder(s, "ranks", path, e));
            TRY(accounts_write(&s->accounts, path, e));
        }
    }
    return session_write_row(s, outcome_words[how], text, e);
}

/* Puts what the run has led to on the disk. Its checkpoint goes only where the row says that the run has
 * ended; the state at the end comes last, which nothing else needs. */
static status keep(struct session *s, enum outcome how, const char *text, struct error *e)
{
    const bool good = how == ENDED_OK || how == ENDED_INTERRUPTED, first = ranks_own(s->ranks) == 0;
    /* also before weights are written: where that fails, the training is not lost */
    if (s->created && (how == ENDED_INTERRUPTED || (good && s->settings->weights)))
        TRY(checkpoint_save(s, e));
    if (good && s->settings->weights) TRY(save_weights(s, e));
    if (first) TRY(write_results(s, how, text, e));
    if (first && (how == ENDED_OK || how == ENDED_DIVERGED))
        run_remove(s->settings->out, s->run->id, ".ckpt");
    if (first && !good && s->at.end_kept) run_remove(s->settings->out, s->run->id, ".end");
    return s->created && how == ENDED_OK ? checkpoint_keep(s, e) : ST_OK;
}

/* Whether all ranks have ended alike: memory and files can fail on one of them alone. */
static bool all_ended(const struct session *s, status st, status kept)
{
    return kept == ST_OK && (s->agreed || (st != ST_MEMORY && st != ST_IO && st != ST_NO_DATA));
}

static void release(struct session *s)
{
    sequence_free_solver(s);
    evaluator_free(s->evaluator);
    pool_free(s->pool);
    augment_free(&s->augmented);
    for (int k = 0; k < 2; k++) dataset_free(&s->part[k]);
    dataset_free(&s->data);
    mem_free(&s->mem);
    free(s->rows);
    free(s);
}

status worker_run(struct run *run, const struct worker_settings *settings, struct error *e)
{
    struct session *s = calloc(1, sizeof *s);
    if (!s) return FAIL(e, ST_MEMORY, "no memory for a run");
    s->run = run;
    s->settings = settings;
    for (int k = 0; k < N_SPLITS; k++) s->last[k].loss = s->last[k].accuracy = NAN;
    s->at.totals.best_val = s->at.totals.best_test = s->at.totals.time_to_target_s = NAN;
    status st = perform(s, e);
    if (st != ST_OK && !s->stop_reason) s->stop_reason = st == ST_NO_DATA ? "no_data" : "error";
    const enum outcome how = outcome_of(s, st);
    struct error second = {.code = ST_OK};
    const status kept = keep(s, how, st == ST_OK ? "" : e->text, &second);
    mpi_leave(s->ranks, all_ended(s, st, kept));
    release(s);
    if (st == ST_OK && kept != ST_OK) {
        *e = second;
        return kept;
    }
    return how == ENDED_INTERRUPTED ? FAIL(e, ST_INTERRUPTED, "interrupted") : st;
}
