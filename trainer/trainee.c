/* See trainee.h. */
#include "trainer/trainee.h"
#include "trainer/suit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

status trainee_begin(struct trainee *t, const struct contract_case *c, size_t threads, struct error *e)
{
    const struct dataset_info *info = &c->data->info;
    const struct shapes shapes = {&t->net, c->net_options, info, threads, 1};
    struct rng start;
    *t = (struct trainee){.c = c};
    t->env = (struct train_env){.net = &t->net,
                                .net_options = c->net_options,
                                .info = info,
                                .train = dataset_batch(c->data, SPLIT_TRAIN),
                                .validation = dataset_batch(c->data, SPLIT_VALIDATION),
                                .rng = &t->rng};
    TRY(solver_network(c->solver, c->options, c->net_options, info, &t->net, &t->mem, e));
    rng_seed(&start, c->seed, "start");
    TRY(net_start(&t->net, c->net_options, &t->env.train, NULL, &start, NULL, e));
    TRY(pool_create(&t->pool, threads, e));
    t->env.pool = t->pool;
    rng_seed(&t->rng, c->seed, "solver");
    TRY(c->solver->create(c->solver, &t->state, c->options, &shapes, &t->mem, e));
    t->created = true;
    t->reserved = t->mem.bytes;
    return c->solver->start(t->state, &t->env, e);
}

void trainee_end(struct trainee *t)
{
    if (t->created && t->c->solver->free) t->c->solver->free(t->state);
    pool_free(t->pool);
    mem_free(&t->mem);
}

static status check_counts(const struct trainee *t, const struct step_report *r, struct error *e)
{
    const double counts[] = {r->forward_passes, r->backward_passes, r->spike_passes, r->dense_macs,
                             r->gradient_evaluations};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!isfinite(counts[i]) || counts[i] < 0) return FAIL(e, ST_INTERNAL, "a count is %g", counts[i]);
    const bool measures = t->c->solver->features & FEATURE_MEASURES; /* perhaps of some of the samples */
    if (measures ? r->samples <= 0 : r->samples != (double)t->env.train.n)
        return FAIL(e, ST_INTERNAL, "a step went through %g of %zu samples", r->samples, t->env.train.n);
    if (r->forward_passes == 0) return FAIL(e, ST_INTERNAL, "a step counts no forward pass");
    if (r->spike_passes > r->forward_passes)
        return FAIL(e, ST_INTERNAL, "%g simulations are more than all %g forward passes", r->spike_passes,
                    r->forward_passes);
    if (r->spike_passes < r->forward_passes && r->dense_macs == 0)
        return FAIL(e, ST_INTERNAL, "passes that are no simulation have no operations");
    if (t->mem.bytes != t->reserved)
        return FAIL(e, ST_INTERNAL, "%zu bytes are taken after create", t->mem.bytes - t->reserved);
    return ST_OK;
}

status trainee_steps(struct trainee *t, int n, bool measure, struct error *e)
{
    for (int i = 0; i < n; i++) {
        struct step_report r = {.measure = measure};
        TRY(t->c->solver->step(t->state, &r, e));
        TRY(check_counts(t, &r, e));
        t->forward += r.forward_passes;
        t->backward += r.backward_passes;
        t->spikes += r.spike_passes;
        t->macs += r.dense_macs;
        t->gradients += r.gradient_evaluations;
        t->converged = r.converged;
    }
    return ST_OK;
}

static status predicted_loss(struct trainee *t, double *loss, struct error *e)
{
    struct mem m = {.blocks = NULL};
    struct evaluation v;
    const struct batch *train = &t->env.train;
    real *scores = mem_reals(&m, t->net.n[t->net.L] * train->n, e);
    status st = scores ? solver_evaluate(t->c->solver, t->state, &t->net, train, scores, &v, e) : ST_MEMORY;
    if (st == ST_OK) *loss = train->labels ? 1 - v.accuracy : v.loss;
    mem_free(&m);
    return st;
}

status trainee_loss(struct trainee *t, double *loss, struct error *e)
{
    struct evaluator *evaluator;
    struct evaluation v;
    if (t->c->solver->predict) return predicted_loss(t, loss, e);
    TRY(evaluator_create(&evaluator, &t->net, t->c->data->info.T, NULL, e));
    evaluate(evaluator, &t->net, &t->env.train, &v, NULL);
    evaluator_free(evaluator);
    *loss = v.loss;
    return ST_OK;
}

status trainee_compare(const struct trainee *a, const struct trainee *b, const char *what, struct error *e)
{
    for (size_t k = 1; k <= a->net.blocks; k++)
        if (memcmp(a->net.W[k], b->net.W[k], net_block_size(&a->net, k) * sizeof(real)) != 0)
            return FAIL(e, ST_INTERNAL, "%s: the weights %s differ", what, net_block(&a->net, k).name);
    if (a->forward != b->forward || a->backward != b->backward || a->spikes != b->spikes ||
        a->macs != b->macs || a->gradients != b->gradients)
        return FAIL(e, ST_INTERNAL, "%s: the counts of passes and operations differ", what);
    return ST_OK;
}

status trainee_save(const struct trainee *t, char **bytes, size_t *size, struct error *e)
{
    *bytes = NULL;
    *size = 0;
    if (!t->c->solver->checkpoint) return ST_OK;
    FILE *f = open_memstream(bytes, size);
    if (!f) return FAIL(e, ST_MEMORY, "no memory for a checkpoint");
    struct checkpoint to = {.file = f};
    status st = t->c->solver->checkpoint(t->state, &to, e);
    const bool written = fclose(f) == 0 && to.failure == 0;
    return written || st != ST_OK ? st : FAIL(e, ST_MEMORY, "no memory for a checkpoint");
}

status trainee_restore(struct trainee *t, char *bytes, size_t size, struct error *e)
{
    if (size == 0) return ST_OK;
    FILE *f = fmemopen(bytes, size, "rb");
    if (!f) return FAIL(e, ST_MEMORY, "no memory for a checkpoint");
    struct checkpoint from = {.file = f, .reading = true};
    status st = t->c->solver->checkpoint(t->state, &from, e);
    (void)fclose(f);
    return st;
}

status trainee_resume(struct trainee *b, const struct trainee *a, struct error *e)
{
    char *bytes;
    size_t size;
    net_copy_weights(&b->net, &a->net);
    b->rng = a->rng;
    b->forward = a->forward;
    b->backward = a->backward;
    b->spikes = a->spikes;
    b->macs = a->macs;
    b->gradients = a->gradients;
    status st = trainee_save(a, &bytes, &size, e);
    if (st == ST_OK) st = trainee_restore(b, bytes, size, e);
    free(bytes);
    return st;
}
