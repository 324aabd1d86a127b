/* See toy_training.h. */
#include "tests/toy_training.h"
#include "commands/registry.h"
#include "experiments/plan_check.h"
#include "tests/bench/data.h"
#include "trainer/suit.h"
#include <criterion/criterion.h>

status toy_begin(const struct solver *solver, void **state, const void *options, const struct train_env *env,
                 struct mem *m, struct error *e)
{
    const struct shapes shapes = {env->net, env->net_options, env->info, pool_threads(env->pool), 1};
    TRY(solver->create(solver, state, options, &shapes, m, e));
    return solver->start(*state, env, e);
}

status toy_check(const struct solver *solver, void *options, const struct net_options *net,
                 const struct dataset_info *info, struct error *e)
{
    struct dataset_info some = *info;
    struct dataset_common usual = {.tasks = 1}; /* all that a check of the run reads */
    const struct run run = {.solver = solver,
                            .dataset = dataset_sources[0],
                            .dataset_options = &usual,
                            .net = *net,
                            .solver_options = options};
    if (some.n[SPLIT_TRAIN] == 0) some.n[SPLIT_TRAIN] = 10;
    return run_check(&run, &some, e);
}

void toy_training_create(struct toy_training *t, const char *solver)
{
    t->solver = catalogue_solver(&registry, solver);
    cr_assert_not_null(t->solver);
    cr_assert_eq(opt_defaults(&net_option_table, &t->net_options, NULL), ST_OK);
    t->options = mem_alloc(&t->mem, 1, t->solver->options.size, NULL);
    cr_assert_not_null(t->options);
    cr_assert_eq(opt_defaults(&t->solver->options, t->options, NULL), ST_OK);
}

void toy_training_set(struct toy_training *t, const char *option, const char *value)
{
    struct error e = {0};
    const struct option *o = opt_find(&t->solver->options, option);
    cr_assert_not_null(o, "%s", option);
    cr_assert_eq(opt_set(o, t->options, value, &e), ST_OK, "%s", e.text);
}

void toy_training_set_all(struct toy_training *t, const char *text)
{
    struct error e = {0};
    cr_assert_eq(bench_set(&t->solver->options, t->options, text, &e), ST_OK, "%s", e.text);
}

void toy_training_init(struct toy_training *t, uint64_t net_seed)
{
    toy_training_init_on(t, net_seed, NULL);
}

void toy_training_init_on(struct toy_training *t, uint64_t net_seed, struct pool *pool)
{
    struct error e = {0};
    if (t->solver->features & FEATURE_OWN_NETWORK)
        cr_assert_eq(
            solver_network(t->solver, t->options, &t->net_options, &t->data.info, &t->net, &t->mem, &e),
            ST_OK, "%s", e.text);
    else
        toy_net_create(&t->net, &t->net_options, &t->data, &t->mem, net_seed);
    rng_seed(&t->rng, 1, "solver");
    t->env = (struct train_env){.net = &t->net,
                                .net_options = &t->net_options,
                                .info = &t->data.info,
                                .train = dataset_batch(&t->data, SPLIT_TRAIN),
                                .validation = dataset_batch(&t->data, SPLIT_VALIDATION),
                                .rng = &t->rng,
                                .pool = pool};
    cr_assert_eq(toy_begin(t->solver, &t->state, t->options, &t->env, &t->mem, &e), ST_OK, "%s", e.text);
}

double toy_training_step(struct toy_training *t)
{
    struct step_report r = {0};
    struct error e = {0};
    cr_assert_eq(t->solver->step(t->state, &r, &e), ST_OK, "%s", e.text);
    return r.samples;
}

void toy_training_free(struct toy_training *t)
{
    if (t->state && t->solver->free) t->solver->free(t->state);
    dataset_free(&t->data);
    mem_free(&t->mem);
}
