/* What all solvers share: metric columns, the runner's clock, checkpoint blocks. */
#include "trainer/solver.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static size_t columns_of(const struct metric_desc *m, size_t L)
{
    return m->scope == METRIC_RUN ? 1 : m->scope == METRIC_LAYER ? L : L - 1;
}

size_t metric_count(const struct metric_table *t, size_t L)
{
    size_t sum = 0;
    for (size_t i = 0; i < t->n; i++) sum += columns_of(&t->list[i], L);
    return sum;
}

void metric_column(const struct metric_table *t, size_t L, size_t k, char *name, size_t size)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct metric_desc *m = &t->list[i];
        size_t columns = columns_of(m, L);
        if (k >= columns) {
            k -= columns;
            continue;
        }
        if (m->scope == METRIC_RUN)
            snprintf(name, size, "%s", m->name);
        else
            snprintf(name, size, "%s_%zu", m->name, k + 1);
        return;
    }
    snprintf(name, size, "%s", "");
}

void metric_clear(struct metric_sink *s)
{
    size_t n = metric_count(s->table, s->L);
    for (size_t k = 0; k < n; k++) s->values[k] = NAN;
}

void metric_put(struct metric_sink *s, const char *name, size_t index, double value)
{
    size_t first = 0;
    for (size_t i = 0; i < s->table->n; i++) {
        const struct metric_desc *m = &s->table->list[i];
        size_t columns = columns_of(m, s->L), k = m->scope == METRIC_RUN ? index : index - 1;
        if (strcmp(m->name, name) == 0 && k < columns) {
            s->values[first + k] = value;
            return;
        }
        first += columns;
    }
    s->bad = true;
}

void operations_mean(const struct operations *parts, size_t n_parts, size_t n, struct operations *mean)
{
    *mean = (struct operations){0, 0};
    for (size_t k = 0; k < n_parts; k++) {
        mean->accumulations += parts[k].accumulations / (double)n;
        mean->macs += parts[k].macs / (double)n;
    }
}

void step_hold(struct step_report *r)
{
    if (r && r->hold) r->hold(r->clock);
}

void step_resume(struct step_report *r)
{
    if (r && r->resume) r->resume(r->clock);
}

struct step_time step_now(struct step_report *r)
{
    return r && r->now ? r->now(r->clock) : (struct step_time){0, 0};
}

void step_spent(struct step_report *r, struct step_time since, struct step_time *sum)
{
    const struct step_time now = step_now(r);
    sum->wall += now.wall - since.wall;
    sum->cpu += now.cpu - since.cpu;
}

void step_discount(struct step_report *r, struct step_time sum, size_t threads)
{
    if (r && r->discount) r->discount(r->clock, (struct step_time){sum.wall / (double)threads, sum.cpu});
}

status solver_keep_env(void *state, const struct train_env *env, struct error *e)
{
    (void)e;
    *(struct train_env *)state = *env;
    return ST_OK;
}

double step_length(double first, double last, long n, long k)
{
    return k + 1 < n ? first * pow(last / first, (double)k / (double)(n - 1)) : last;
}

void checkpoint_fail(struct checkpoint *c)
{
    c->failure = errno != 0 ? errno : EIO;
    c->file = NULL;
}

status checkpoint_block(struct checkpoint *c, void *bytes, size_t size, struct error *e)
{
    if (size == 0 || !c->file) return ST_OK;
    if (c->reading && fread(bytes, size, 1, c->file) != 1)
        return FAIL(e, ST_IO, "the checkpoint ends %zu bytes early", size);
    if (!c->reading && fwrite(bytes, size, 1, c->file) != 1) checkpoint_fail(c);
    return ST_OK;
}

status checkpoint_samples(struct checkpoint *c, const struct partition *part, void *bytes, size_t size,
                          struct error *e)
{
    if (!c->reading) part_gather_samples(c->pool, part, bytes, size);
    return checkpoint_block(c, bytes, part->n * size, e);
}

status checkpoint_indices(struct checkpoint *c, size_t *indices, size_t n, struct index_range range,
                          const char *what, struct error *e)
{
    TRY(checkpoint_block(c, indices, n * sizeof *indices, e));
    for (size_t k = 0; k < n; k++)
        if (indices[k] < range.first || indices[k] >= range.end)
            return FAIL(e, ST_DATA, "the checkpoint's %s %zu is not one of %zu to %zu", what, indices[k],
                        range.first, range.end - 1);
    return ST_OK;
}

status checkpoint_flag(struct checkpoint *c, bool *flag, const char *what, struct error *e)
{
    unsigned char value = *flag;
    TRY(checkpoint_block(c, &value, sizeof value, e));
    if (value > 1) return FAIL(e, ST_DATA, "the checkpoint's %s is %u, not yes (1) or no (0)", what, value);
    *flag = value == 1;
    return ST_OK;
}

status checkpoint_count(struct checkpoint *c, long *count, const char *what, struct error *e)
{
    const long most = LONG_MAX / 2;
    long value = *count;
    TRY(checkpoint_block(c, &value, sizeof value, e));
    if (value < 0 || value > most)
        return FAIL(e, ST_DATA, "the checkpoint's %s is %ld, not one of 0 to %ld", what, value, most);
    *count = value;
    return ST_OK;
}
