/* Tasks in sequence (see session.h): the data of each, a trainer for each, and how well all are known. */
#include "datasets/tasks.h"
#include "runs/session.h"
#include "support/csvio.h"
#include <math.h>
#include <string.h>

static const struct augment_options *augment_of(const struct session *s)
{
    return &((const struct dataset_common *)s->run->dataset_options)->augment;
}

/* The samples of an iteration by these options. */
static status make_samples(struct session *s, const struct augment_options *o, uint64_t epoch,
                           struct error *e)
{
    const struct dataset_info *info = &s->data.info;
    const struct augment_shape shape = {info->channels, info->width, info->height, info->valued};
    const struct augment_source source = {s->plain.x, o, &shape, s->run->seed, epoch};
    return augment_make(&s->augmented, &source, s->pool, e);
}

status sequence_refresh(struct session *s, struct error *e)
{
    return augment_asked(augment_of(s)) ? make_samples(s, augment_of(s), (uint64_t)s->at.iter, e) : ST_OK;
}

/* The samples of the task that begins; those of training, where they will change, begin as they are in the
 * data. */
static status select_data(struct session *s, struct error *e)
{
    static const struct augment_options none = {.shift = 0};
    struct dataset *part = s->n_tasks > 1 ? &s->part[s->at.task % 2] : &s->data;
    if (s->n_tasks > 1) {
        dataset_free(part);
        TRY(task_select(&s->data, s->n_tasks, (size_t)s->at.task, part, e));
    }
    s->env.train = dataset_batch(part, SPLIT_TRAIN);
    s->env.validation = dataset_batch(part, SPLIT_VALIDATION);
    s->env.info = &part->info;
    s->plain = s->env.train;
    if (!augment_asked(augment_of(s))) return ST_OK;
    s->env.train.x = &s->augmented.x;
    return make_samples(s, &none, 0, e);
}

status sequence_create(struct session *s, struct error *e)
{
    s->n_tasks = tasks_of(s->run->dataset_options);
    if (s->n_tasks == 1) return select_data(s, e);
    const size_t n = (size_t)N_SPLITS * s->n_tasks * s->n_tasks;
    s->known = mem_alloc(&s->mem, n, sizeof *s->known, e);
    if (!s->known) return ST_MEMORY;
    for (size_t i = 0; i < n; i++) s->known[i] = NAN;
    s->largest = tasks_largest(&s->data, s->n_tasks);
    TRY(net_create(&s->begun, &s->run->net, s->net.n[0], s->net.n[s->net.L], &s->mem, e));
    return select_data(s, e);
}

void sequence_free_solver(struct session *s)
{
    if (s->created && s->run->solver->free) s->run->solver->free(s->solver);
    s->created = false;
    mem_free(&s->solver_mem);
}

static status new_solver(struct session *s, struct error *e)
{
    const struct solver *solver = s->run->solver;
    const struct dataset_info *info = s->n_tasks > 1 && solver->task ? &s->largest : s->env.info;
    const struct shapes shapes = {&s->net, &s->run->net, info, pool_threads(s->pool), ranks_count(s->ranks)};
    sequence_free_solver(s);
    const status st = solver->create(solver, &s->solver, s->run->solver_options, &shapes, &s->solver_mem, e);
    s->created = st == ST_OK;
    TRY(session_agree(s, st, e));
    accounts_start(&s->accounts); /* that was no training */
    if (s->solver_mem.bytes > s->solver_bytes) s->solver_bytes = s->solver_mem.bytes;
    return solver->start(s->solver, &s->env, e);
}

status sequence_next(struct session *s, bool resumed, struct error *e)
{
    const struct solver *solver = s->run->solver;
    const bool first = s->at.task == 0, own = solver->task && s->created;
    if (!first || resumed) TRY(select_data(s, e));
    if (s->n_tasks > 1 && !resumed) {
        net_copy_weights(&s->begun, &s->net);
        s->begun_rng = s->rng;
    }
    s->watch = (struct stopwatch){0};
    accounts_start(&s->accounts);
    stopwatch_start(&s->watch);
    status st = own ? solver->task(s->solver, &s->env, e) : new_solver(s, e);
    stopwatch_hold(&s->watch);
    accounts_stop(&s->accounts, s->watch.total, s->watch.cpu_total);
    TRY(st);
    if (!first && !own) net_copy_weights(&s->net, &s->begun); /* a start that maps weights did so at first */
    if (s->n_tasks > 1) dataset_free(&s->part[(s->at.task + 1) % 2]);
    if (resumed) return ST_OK;
    s->at.totals.setup_s += s->watch.total;
    s->at.totals.cpu_s += s->watch.cpu_total;
    return ST_OK;
}

void sequence_score(struct session *s, enum split split, const real *scores)
{
    const struct batch b = dataset_batch(&s->data, split);
    const size_t K = s->net.n[s->net.L];
    for (size_t task = 0; task < s->n_tasks; task++) {
        size_t n = 0, right = 0;
        for (size_t i = 0; i < b.n; i++) {
            if (task_of(&s->data.info, s->n_tasks, b.labels[i]) != task) continue;
            right += loss_argmax(K, scores + i * K) == (size_t)b.labels[i];
            n++;
        }
        *session_known(s, split, (size_t)s->at.task, task) = n ? (double)right / (double)n : NAN;
    }
}

status sequence_write(const struct session *s, struct error *e)
{
    char path[RUN_FILE];
    struct csv_writer w;
    if (s->n_tasks <= 1) return ST_OK;
    TRY(session_folder(s, "tasks", path, e));
    TRY(csv_start(&w, "after,task,acc_train,acc_val,acc_test", e, "%s", path));
    for (size_t i = 0; i <= (size_t)s->at.task; i++)
        for (size_t j = 0; j < s->n_tasks; j++) {
            csv_put_numbers(&w, (const double[]){(double)i + 1, (double)j + 1}, 2);
            for (int split = 0; split < N_SPLITS; split++)
                csv_put_number(&w, *session_known(s, (enum split)split, i, j));
            csv_end_row(&w);
        }
    return csv_close(&w, e);
}
