/* See pairs.h. FLOPs are those of a step as it reports them: its products and solves, and its simulations. */
#include "commands/registry.h"
#include "tests/bench/pairs.h"
#include "trainer/cost.h"
#include "trainer/solver.h"
#include <string.h>

/* A solver in the middle of training. */
struct training {
    const struct solver *solver;
    struct net_options net_options;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    void *options, *state;
    struct net before; /* as start left it */
    double entries;    /* list entries of the training samples */
};
struct steps {
    struct dataset data;
    struct training side[2];
};

/* The k-th trainer of classification that is not bptt, or NULL. */
static const struct solver *trainer(size_t k)
{
    for (size_t i = 0; solvers[i]; i++) {
        bool trains =
            solvers[i]->features & FEATURE_CLASSIFICATION && !(solvers[i]->features & FEATURE_MEASURES);
        if (!trains || strcmp(solvers[i]->name, "bptt") == 0) continue;
        if (k-- == 0) return solvers[i];
    }
    return NULL;
}

const char *steps_variant(size_t k)
{
    const struct solver *solver = trainer(k);
    return solver ? solver->name : NULL;
}

/* Gradients, the published method and its recipe with a restart: what their pools go over differs. */
static const char *const threaded[] = {"bptt", "admm", "admm_resync", NULL};
enum { N_THREADED = sizeof threaded / sizeof *threaded - 1 };

const char *threads_variant(size_t k)
{
    return k < N_THREADED ? threaded[k] : NULL;
}

static status copy_start(struct training *to, const struct training *from, const struct dataset *d,
                         struct mem *m, struct error *e)
{
    to->net_options = from->net_options;
    TRY(net_create(&to->net, &to->net_options, d->info.n_inputs, d->info.n_classes, m, e));
    net_copy_weights(&to->net, &from->net);
    return ST_OK;
}

/* The network has started. */
static status begin(struct training *t, const struct solver *solver, size_t threads, const struct dataset *d,
                    struct mem *m, struct error *e)
{
    if (!solver) return FAIL(e, ST_INTERNAL, "no such solver");
    t->solver = solver;
    t->options = mem_alloc(m, 1, solver->options.size, e);
    if (!t->options) return ST_MEMORY;
    TRY(opt_defaults(&solver->options, t->options, e));
    TRY(pool_create(&t->pool, threads, e));
    rng_seed(&t->rng, 1, "solver");
    t->env = (struct train_env){.net = &t->net,
                                .net_options = &t->net_options,
                                .info = &d->info,
                                .train = dataset_batch(d, SPLIT_TRAIN),
                                .validation = dataset_batch(d, SPLIT_VALIDATION),
                                .pool = t->pool,
                                .rng = &t->rng};
    const struct shapes shapes = {&t->net, &t->net_options, &d->info, threads, 1};
    if (solver->check) TRY(solver->check(solver, t->options, &t->net_options, &d->info, e));
    TRY(solver->create(solver, &t->state, t->options, &shapes, m, e));
    TRY(solver->start(t->state, &t->env, e));
    t->entries = (double)spikes_nonzero(&t->env.train);
    TRY(net_create(&t->before, &t->net_options, d->info.n_inputs, d->info.n_classes, m, e));
    net_copy_weights(&t->before, &t->net);
    return ST_OK;
}

/* FLOPs of a step that reported *r. */
static double step_flops(const struct training *t, const struct step_report *r)
{
    const struct batch *b = &t->env.train;
    struct step_cost simulated = {0};
    cost_simulation(&simulated, &t->net, r->spike_passes * (double)b->x->T,
                    r->spike_passes / (double)b->n * t->entries);
    return 2 * (r->dense_macs + cost_macs(&simulated));
}

status steps_open(struct pair *p, const void *setting, size_t variant, struct error *e)
{
    const struct steps_setting *set = setting;
    struct steps *s = p->state = mem_alloc(&p->mem, 1, sizeof *s, e);
    if (!s) return ST_MEMORY;
    const struct solver *b = set->threads ? catalogue_solver(&registry, threaded[variant]) : trainer(variant);
    if (!b) return FAIL(e, ST_INTERNAL, "no such solver");
    /* It takes one spike per input. */
    const bool latency = strcmp(b->name, "exact_spike_time") == 0;
    TRY(bench_open(&s->data, latency ? &bench_digits_latency : &bench_digits, e));
    TRY(bench_net(&s->side[SIDE_A].net, &s->side[SIDE_A].net_options, set->hidden, &s->data, &p->mem, e));
    TRY(copy_start(&s->side[SIDE_B], &s->side[SIDE_A], &s->data, &p->mem, e));
    TRY(begin(&s->side[SIDE_A], set->threads ? b : catalogue_solver(&registry, "bptt"), 1, &s->data, &p->mem,
              e));
    TRY(begin(&s->side[SIDE_B], b, set->threads ? 2 : 1, &s->data, &p->mem, e));
    (void)snprintf(p->sizes, sizeof p->sizes, "digits%s, %zu samples, T %zu, %zu-%s-%zu",
                   latency ? " (latency)" : "", s->data.info.n[SPLIT_TRAIN], s->data.info.T,
                   s->data.info.n_inputs, set->hidden, s->data.info.n_classes);
    return ST_OK;
}

status steps_run(struct pair *p, enum side side, struct error *e)
{
    struct training *t = &((struct steps *)p->state)->side[side];
    struct step_report report = {0};
    TRY(t->solver->step(t->state, &report, e));
    p->flops[side] = step_flops(t, &report);
    return ST_OK;
}

/* Weights of other bits. */
static double differing(const struct net *one, const struct net *two)
{
    double differ = 0;
    for (size_t l = 1; l <= one->L; l++)
        for (size_t i = 0; i < one->n[l] * one->n[l - 1]; i++)
            differ += memcmp(&one->W[l][i], &two->W[l][i], sizeof(real)) != 0;
    return differ;
}

double steps_difference(struct pair *p)
{
    const struct steps *s = p->state;
    double untrained = 0;
    for (int side = 0; side < 2; side++) {
        const struct training *t = &s->side[side];
        untrained += !net_finite(&t->net) || differing(&t->net, &t->before) == 0;
    }
    return untrained;
}

double threads_difference(struct pair *p)
{
    const struct steps *s = p->state;
    return differing(&s->side[0].net, &s->side[1].net);
}

void steps_close(struct pair *p)
{
    struct steps *s = p->state;
    for (int side = 0; s && side < 2; side++) {
        struct training *t = &s->side[side];
        if (t->solver && t->solver->free && t->state) t->solver->free(t->state);
        pool_free(t->pool);
    }
    if (s) dataset_free(&s->data);
}
