/* Dividing the runs of a plan among machines (see plan_check.h). */
#include "experiments/plan_check.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

status shard_read(struct shard *s, const char *text, struct error *e)
{
    static const char digits[] = "0123456789";
    const size_t n = strspn(text, digits);
    const char *second = text + n + 1;
    if (n == 0 || n > 5 || text[n] != '/' || !*second || strlen(second) > 5 ||
        strspn(second, digits) != strlen(second))
        return FAIL(e, ST_USAGE, "--shard '%.60s': I/N is needed, such as 2/4", text);
    s->index = strtoul(text, NULL, 10);
    s->count = strtoul(second, NULL, 10);
    if (s->index < 1 || s->index > s->count || s->count > SHARDS_MAX)
        return FAIL(e, ST_USAGE, "--shard %.60s: allowed are 1/N to N/N, N at most %d", text, SHARDS_MAX);
    return ST_OK;
}

/* A run on its way to a part. */
struct load {
    struct run *run;
    double work;
};

static int heaviest_first(const void *a, const void *b)
{
    const struct load *x = a, *y = b;
    if (x->work != y->work) return x->work < y->work ? 1 : -1;
    const int order = strcmp(x->run->solver->name, y->run->solver->name);
    return order ? order : strcmp(x->run->id, y->run->id);
}

status plan_divide(struct plan *p, const struct plan_report *checked, struct shard shard, struct error *e)
{
    struct mem m = {.blocks = NULL};
    struct load *loads = mem_alloc(&m, p->n_runs, sizeof *loads, e);
    double *sums = mem_alloc(&m, shard.count, sizeof *sums, e);
    status st = loads && sums ? ST_OK : ST_MEMORY;
    for (size_t i = 0; st == ST_OK && i < p->n_runs; i++) {
        const struct plan_configuration *c = plan_configuration_of(checked, i);
        loads[i] = (struct load){&p->runs[i], c->work};
        if (c->probe->outcome != ST_OK)
            st = FAIL(e, ST_NO_DATA, "%s: the runs are divided by ids and work, which need the data: %s",
                      p->source, c->probe->message);
    }
    if (st == ST_OK) {
        p->shard = shard;
        qsort(loads, p->n_runs, sizeof *loads, heaviest_first);
    }
    for (size_t i = 0; st == ST_OK && i < p->n_runs; i++) {
        size_t least = 0;
        for (size_t k = 1; k < shard.count; k++)
            if (sums[k] < sums[least]) least = k;
        sums[least] += loads[i].work;
        loads[i].run->shard = least + 1;
    }
    mem_free(&m);
    return st;
}

void shards_print(const struct plan_report *checked, FILE *out)
{
    const struct plan *p = checked->plan;
    const size_t count = p->shard.count;
    double all = 0;
    for (size_t i = 0; i < p->n_runs; i++) all += plan_configuration_of(checked, i)->work;
    for (size_t k = 1; k <= count; k++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < p->n_runs; i++) {
            if (p->runs[i].shard != k) continue;
            sum += plan_configuration_of(checked, i)->work;
            n++;
        }
        (void)fprintf(out, "shard %zu/%zu: %zu run%s, %.1f %% of the estimated work\n", k, count, n,
                      text_plural(n), all > 0 ? 100 * sum / all : 0);
    }
}
