/* See shard.h. */
#include "experiments/shard.h"
#include "support/text.h"
#include "trainer/cost.h"
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

/* Multiply-accumulates of one simulation of n of the data's samples. */
static double simulation(const struct net *net, const struct dataset_info *info, size_t n)
{
    struct step_cost cost = {.flops = 0};
    double samples = 0;
    for (int k = 0; k < N_SPLITS; k++) samples += (double)info->n[k];
    cost_simulation(&cost, net, (double)(n * info->T),
                    samples > 0 ? (double)info->entries * (double)n / samples : 0);
    return cost_macs(&cost);
}

status run_work(const struct run *run, const struct dataset_info *info, double *work, struct error *e)
{
    struct mem pages = {.reserve = true};
    struct net net;
    const status st = net_create(&net, &run->net, info->n_inputs,
                                 info->n_classes ? info->n_classes : info->n_targets, &pages, e);
    if (st == ST_OK) {
        const size_t all = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
        const double most = (double)run->stop.max_iter,
                     iterations = run->solver->features & FEATURE_ONE_SHOT && most > 1 ? 1 : most,
                     evaluations = 1 + iterations / (double)run->run.eval_every;
        *work = 3 * iterations * simulation(&net, info, info->n[SPLIT_TRAIN]) +
                evaluations * simulation(&net, info, all);
    }
    mem_free(&pages);
    return st;
}

/* A run on its way to a part. */
struct load {
    const struct run *run;
    double work;
};

static int heaviest_first(const void *a, const void *b)
{
    const struct load *x = a, *y = b;
    if (x->work != y->work) return x->work < y->work ? 1 : -1;
    const int order = strcmp(x->run->solver->name, y->run->solver->name);
    return order ? order : strcmp(x->run->id, y->run->id);
}

/* The work of every run. */
static status weigh(const struct plan *p, const struct plan_report *checked, struct load *loads, double *work,
                    struct error *e)
{
    for (size_t k = 0; k < checked->n_configurations; k++) {
        const struct plan_configuration *c = &checked->configurations[k];
        double each;
        if (c->probe->outcome != ST_OK)
            return FAIL(e, ST_NO_DATA, "%s: the runs are divided by ids and work, which need the data: %s",
                        p->source, c->probe->message);
        TRY(run_work(&p->runs[c->first], &c->probe->info, &each, e));
        for (size_t i = c->first; i < c->first + c->n_seeds; i++) {
            work[i] = each;
            loads[i] = (struct load){&p->runs[i], each};
        }
    }
    return ST_OK;
}

status plan_divide(const struct plan *p, const struct plan_report *checked, size_t count, size_t *shard_of,
                   double *work, struct error *e)
{
    struct mem m = {.blocks = NULL};
    struct load *loads = mem_alloc(&m, p->n_runs, sizeof *loads, e);
    double *sums = mem_alloc(&m, count, sizeof *sums, e);
    status st = loads && sums ? weigh(p, checked, loads, work, e) : ST_MEMORY;
    if (st == ST_OK) {
        qsort(loads, p->n_runs, sizeof *loads, heaviest_first);
        for (size_t i = 0; i < p->n_runs; i++) {
            size_t least = 0;
            for (size_t k = 1; k < count; k++)
                if (sums[k] < sums[least]) least = k;
            sums[least] += loads[i].work;
            shard_of[loads[i].run - p->runs] = least + 1;
        }
    }
    mem_free(&m);
    return st;
}

void shards_print(const struct plan *p, size_t count, const size_t *shard_of, const double *work, FILE *out)
{
    double all = 0;
    for (size_t i = 0; i < p->n_runs; i++) all += work[i];
    for (size_t k = 1; k <= count; k++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < p->n_runs; i++) {
            if (shard_of[i] != k) continue;
            sum += work[i];
            n++;
        }
        (void)fprintf(out, "shard %zu/%zu: %zu run%s, %.1f %% of the estimated work\n", k, count, n,
                      text_plural(n), all > 0 ? 100 * sum / all : 0);
    }
}
