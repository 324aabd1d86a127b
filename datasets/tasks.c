/* See tasks.h. */
#include "datasets/tasks.h"
#include <string.h>

size_t tasks_of(const void *options)
{
    return (size_t)((const struct dataset_common *)options)->tasks;
}

status tasks_check(size_t tasks, const struct dataset_info *info, const char *name, struct error *e)
{
    if (tasks == 1) return ST_OK;
    if (info->n_classes == 0)
        return FAIL(e, ST_CONFIG, "dataset.tasks = %zu needs classes; dataset '%s' has real-valued targets",
                    tasks, name);
    if (info->n_classes % tasks != 0)
        return FAIL(e, ST_CONFIG, "dataset.tasks = %zu does not divide the %zu classes of dataset '%s'",
                    tasks, info->n_classes, name);
    return ST_OK;
}

size_t task_of(const struct dataset_info *info, size_t tasks, int label)
{
    return (size_t)label / (info->n_classes / tasks);
}

static bool is_of(const struct dataset *all, enum split k, size_t i, size_t tasks, size_t task)
{
    return task_of(&all->info, tasks, all->labels[k][i]) == task;
}

/* Samples of a split in the task, and the entries of their lists. */
static size_t count(const struct dataset *all, enum split k, size_t tasks, size_t task, size_t *entries)
{
    const struct spikes *x = &all->x[k];
    size_t n = 0;
    *entries = 0;
    for (size_t i = 0; i < all->info.n[k]; i++) {
        if (!is_of(all, k, i, tasks, task)) continue;
        *entries += x->start[(i + 1) * x->T] - x->start[i * x->T];
        n++;
    }
    return n;
}

/* Copies the lists of sample i of *from behind those of the n samples that *to has. */
static void append(struct spikes *to, const struct spikes *from, size_t n, size_t i)
{
    const size_t T = from->T, first = from->start[i * T], at = to->start[n * T];
    const size_t entries = from->start[(i + 1) * T] - first;
    for (size_t t = 1; t <= T; t++) to->start[n * T + t] = from->start[i * T + t] - first + at;
    memcpy(to->index + at, from->index + first, entries * sizeof *to->index);
    if (to->value) memcpy(to->value + at, from->value + first, entries * sizeof *to->value);
}

static status select_split(const struct dataset *all, enum split k, size_t tasks, size_t task,
                           struct dataset *d, struct error *e)
{
    const struct spikes *from = &all->x[k];
    size_t entries, n = count(all, k, tasks, task, &entries), used = 0;
    struct spikes *x = &d->x[k];
    if (n == 0 && all->info.n[k] > 0)
        return FAIL(e, ST_CONFIG, "dataset.tasks = %zu: task %zu has no %s samples", tasks, task + 1,
                    split_names[k]);
    *x = (struct spikes){.n_inputs = from->n_inputs, .T = from->T, .n_samples = n};
    x->start = mem_alloc(&d->mem, n * from->T + 1, sizeof *x->start, e);
    x->index = mem_alloc(&d->mem, entries, sizeof *x->index, e);
    x->value = from->value ? mem_reals(&d->mem, entries, e) : NULL; /* NULL: all are 1 */
    d->labels[k] = mem_alloc(&d->mem, n, sizeof *d->labels[k], e);
    if (!x->start || !x->index || (from->value && !x->value) || !d->labels[k]) return ST_MEMORY;
    for (size_t i = 0; i < all->info.n[k]; i++) {
        if (!is_of(all, k, i, tasks, task)) continue;
        append(x, from, used, i);
        d->labels[k][used++] = all->labels[k][i];
    }
    d->info.n[k] = n;
    return ST_OK;
}

status task_select(const struct dataset *all, size_t tasks, size_t task, struct dataset *d, struct error *e)
{
    memset(d, 0, sizeof *d);
    d->info = all->info;
    d->info.n[SPLIT_TEST] = 0;
    TRY(select_split(all, SPLIT_TRAIN, tasks, task, d, e));
    return select_split(all, SPLIT_VALIDATION, tasks, task, d, e);
}

struct dataset_info tasks_largest(const struct dataset *all, size_t tasks)
{
    struct dataset_info largest = all->info;
    memset(largest.n, 0, sizeof largest.n);
    for (int k = SPLIT_TRAIN; k <= SPLIT_VALIDATION; k++)
        for (size_t task = 0; task < tasks; task++) {
            size_t entries, n = count(all, (enum split)k, tasks, task, &entries);
            if (n > largest.n[k]) largest.n[k] = n;
        }
    return largest;
}
