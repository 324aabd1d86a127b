/* What all solvers share: metric columns, the runner's clock, checkpoint blocks. */
#include "trainer/solver.h"
#include <math.h>
#include <string.h>

static size_t columns_of(const struct metric_desc *m, size_t L)
{
    return m->scope == METRIC_RUN ? 1 : m->scope == METRIC_LAYER ? L : L - 1;
}

size_t metric_count(const struct metric_desc *m, size_t n_metrics, size_t L)
{
    size_t sum = 0;
    for (size_t i = 0; i < n_metrics; i++) sum += columns_of(&m[i], L);
    return sum;
}

void metric_column(const struct metric_desc *m, size_t n_metrics, size_t L, size_t k, char *name, size_t size)
{
    for (size_t i = 0; i < n_metrics; i++) {
        size_t columns = columns_of(&m[i], L);
        if (k >= columns) {
            k -= columns;
            continue;
        }
        if (m[i].scope == METRIC_RUN)
            snprintf(name, size, "%s", m[i].name);
        else
            snprintf(name, size, "%s_%zu", m[i].name, k + 1);
        return;
    }
    snprintf(name, size, "%s", "");
}

void metric_clear(struct metric_sink *s)
{
    size_t n = metric_count(s->metrics, s->n_metrics, s->L);
    for (size_t k = 0; k < n; k++) s->values[k] = NAN;
}

void metric_put(struct metric_sink *s, const char *name, size_t index, double value)
{
    size_t first = 0;
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct metric_desc *m = &s->metrics[i];
        size_t columns = columns_of(m, s->L), k = m->scope == METRIC_RUN ? index : index - 1;
        if (strcmp(m->name, name) == 0 && k < columns) {
            s->values[first + k] = value;
            return;
        }
        first += columns;
    }
    s->bad = true;
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

double training_entries(const struct dataset_info *info)
{
    size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
    return samples ? (double)info->entries * (double)info->n[SPLIT_TRAIN] / (double)samples : 0.0;
}

double step_length(double first, double last, long n, long k)
{
    return k + 1 < n ? first * pow(last / first, (double)k / (double)(n - 1)) : last;
}

status checkpoint_write(FILE *f, const void *bytes, size_t size, struct error *e)
{
    if (size > 0 && fwrite(bytes, size, 1, f) != 1)
        return FAIL(e, ST_IO, "cannot write %zu bytes of a checkpoint", size);
    return ST_OK;
}

status checkpoint_read(FILE *f, void *bytes, size_t size, struct error *e)
{
    if (size > 0 && fread(bytes, size, 1, f) != 1)
        return FAIL(e, ST_IO, "the checkpoint ends %zu bytes early", size);
    return ST_OK;
}
