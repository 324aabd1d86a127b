/* What every registered solver and dataset must do. */
#include "commands/registry.h"
#include "network/evaluate.h"
#include "runs/worker_record.h"
#include "tests/allocations.h"
#include "tests/folder.h"
#include "tests/setting.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_same_weights(const struct setting *a, const struct setting *b, const char *what)
{
    for (size_t l = 1; l <= a->net.L; l++)
        cr_expect_eq(memcmp(a->net.W[l], b->net.W[l], a->net.n[l] * a->net.n[l - 1] * sizeof(real)), 0,
                     "%s: layer %zu: %s", a->solver->name, l, what);
}

static void expect_same_passes(const struct setting *a, const struct setting *b, const char *what)
{
    cr_expect(a->forward == b->forward && a->backward == b->backward, "%s: passes: %s", a->solver->name,
              what);
    cr_expect(a->spikes == b->spikes && a->macs == b->macs, "%s: operations: %s", a->solver->name, what);
    cr_expect(a->evaluations == b->evaluations, "%s: gradients: %s", a->solver->name, what);
}

/* The loss of the simulated readout; for solvers that predict in another way, their share of wrong labels. */
static double loss_now(struct setting *s)
{
    struct evaluator *ev;
    struct evaluation result;
    if (s->solver->predict) {
        struct error e = {0};
        real *scores = mem_reals(&s->mem, s->net.n[s->net.L] * s->env.train.n, NULL);
        cr_assert_eq(s->solver->predict(s->state, &s->env.train, scores, &e), ST_OK, "%s", e.text);
        evaluate_scores(&s->net, &s->env.train, scores, &result);
        return 1 - result.accuracy;
    }
    cr_assert_eq(evaluator_create(&ev, &s->net, s->data.info.T, NULL, NULL), ST_OK);
    evaluate(ev, &s->net, &s->env.train, &result, NULL);
    evaluator_free(ev);
    return result.loss;
}

ParameterizedTestParameters(contract, same_bits_for_seed_threads_and_measuring)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, same_bits_for_seed_threads_and_measuring)
{
    struct setting a, b, threaded, measured;
    setting_begin(&a, c, 1);
    setting_begin(&b, c, 1);
    setting_begin(&threaded, c, 2);
    setting_begin(&measured, c, 1);
    setting_steps(&a, 3, false);
    setting_steps(&b, 3, false);
    setting_steps(&threaded, 3, false);
    setting_steps(&measured, 3, true);
    expect_same_weights(&a, &b, "a second run differs");
    expect_same_weights(&a, &threaded, "two threads give other bits");
    expect_same_weights(&a, &measured, "diagnostics change the result");
    expect_same_passes(&a, &threaded, "two threads");
    expect_same_passes(&a, &measured, "diagnostics");
    setting_end(&a);
    setting_end(&b);
    setting_end(&threaded);
    setting_end(&measured);
}

/* The state of `a` through the file into *b, which begins as a resumed run does: from create and start. */
static void resume(struct setting *b, const struct setting *a, const struct solver_case *c, FILE *f)
{
    struct checkpoint out = {.file = f}, in = {.file = f, .reading = true};
    struct error e = {0};
    if (a->solver->checkpoint) cr_assert_eq(a->solver->checkpoint(a->state, &out, &e), ST_OK, "%s", e.text);
    setting_begin(b, c, 1);
    net_copy_weights(&b->net, &a->net);
    b->rng = a->rng;
    b->forward = a->forward, b->backward = a->backward, b->spikes = a->spikes, b->macs = a->macs;
    b->evaluations = a->evaluations;
    rewind(f);
    if (a->solver->checkpoint) cr_assert_eq(b->solver->checkpoint(b->state, &in, &e), ST_OK, "%s", e.text);
}

ParameterizedTestParameters(contract, checkpoint_continues_bit_for_bit)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, checkpoint_continues_bit_for_bit)
{
    struct setting a, b;
    FILE *f = folder_scratch();
    setting_begin(&a, c, 1);
    setting_steps(&a, 2, false);
    resume(&b, &a, c, f);
    setting_steps(&a, 3, false);
    setting_steps(&b, 3, false);
    expect_same_weights(&a, &b, "a resumed run differs");
    expect_same_passes(&a, &b, "a resumed run");
    struct checkpoint cut = {.file = f, .reading = true};
    cr_assert(!b.solver->checkpoint || fseek(f, -1, SEEK_END) == 0);
    if (b.solver->checkpoint)
        cr_expect_neq(b.solver->checkpoint(b.state, &cut, NULL), ST_OK, "a cut checkpoint must be refused");
    fclose(f);
    setting_end(&a);
    setting_end(&b);
}

/* Rivals share the start: before its first step a solver holds the weights that network.start gave for the
 * seed; exact_spike_time, whose neurons are others, those times one factor and plus one shift per layer. */
ParameterizedTestParameters(contract, starts_where_the_network_does)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, starts_where_the_network_does)
{
    struct setting s;
    struct net start;
    setting_begin(&s, c, 1);
    toy_net_create(&start, &s.net_options, &s.data, &s.mem, 2);
    bool mapped = strcmp(s.solver->name, "exact_spike_time") == 0;
    for (size_t l = 1; l <= s.net.L; l++) {
        const real *W = s.net.W[l], *W0 = start.W[l];
        double factor = mapped ? ((double)W[1] - (double)W[0]) / ((double)W0[1] - (double)W0[0]) : 1;
        double shift = mapped ? 3.0 / (double)s.net.n[l - 1] : 0; /* start_sum thresholds of 1 */
        cr_expect_gt(factor, 0);
        for (size_t i = 0; i < s.net.n[l] * s.net.n[l - 1]; i++)
            cr_assert_float_eq((double)W[i], factor * (double)W0[i] + shift,
                               mapped ? REAL_SELECT(1e-9, 1e-3) : 0.0, "%s: layer %zu, weight %zu",
                               s.solver->name, l, i);
    }
    setting_end(&s);
}

/* All metrics after the last step. */
static size_t reported(struct setting *s, double *values)
{
    struct metric_sink sink = {&s->solver->metrics, s->net.L, values, false};
    metric_clear(&sink);
    if (s->solver->report) s->solver->report(s->state, &sink);
    cr_expect_not(sink.bad, "%s reports a metric it does not describe", s->solver->name);
    return metric_count(sink.table, sink.L);
}

ParameterizedTestParameters(contract, admm_options_resume_and_thread_bit_for_bit)
{
    return setting_all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, admm_options_resume_and_thread_bit_for_bit)
{
    struct setting a, b, threaded;
    double one[128], two[128], three[128];
    const char *what = setting_combinations[c->combination].options;
    setting_begin(&a, c, 1);
    setting_begin(&threaded, c, 2);
    setting_steps(&a, 4, false);
    FILE *f = folder_scratch();
    resume(&b, &a, c, f);
    fclose(f);
    setting_steps(&a, 4, true);
    setting_steps(&b, 4, true);
    setting_steps(&threaded, 4, false);
    setting_steps(&threaded, 4, true);
    expect_same_weights(&a, &b, what);
    expect_same_weights(&a, &threaded, what);
    expect_same_passes(&a, &b, what);
    expect_same_passes(&a, &threaded, what);
    cr_expect(net_finite(&a.net), "%s: %s", a.solver->name, what);
    size_t n = reported(&a, one);
    cr_assert_lt(n, 128);
    reported(&b, two);
    reported(&threaded, three);
    for (size_t k = 0; k < n; k++) {
        cr_expect(one[k] == two[k] || (isnan(one[k]) && isnan(two[k])), "%s: metric %zu resumed", what, k);
        cr_expect(one[k] == three[k] || (isnan(one[k]) && isnan(three[k])), "%s: metric %zu threads", what,
                  k);
    }
    setting_end(&a);
    setting_end(&b);
    setting_end(&threaded);
}

/* Whatever start and steps need was taken in create, and from the arena alone: what `check` counts is all
 * there is, and the clock does not time the system's allocator. */
static void expect_no_allocation_after_create(const struct solver_case *c, const char *what)
{
    struct setting s;
    void *state;
    struct mem arena = {0}, reserved = {.reserve = true};
    setting_begin(&s, c, 1);
    const struct shapes shapes = {&s.net, &s.net_options, &s.data.info, 1};
    size_t before = allocations_so_far(), blocks = 0;
    cr_assert_eq(s.solver->create(s.solver, &state, s.options, &shapes, &arena, NULL), ST_OK);
    blocks = allocations_so_far() - before;
    cr_assert_gt(blocks, 0, "allocations are counted");
    before = allocations_so_far();
    cr_assert_eq(s.solver->create(s.solver, &state, s.options, &shapes, &reserved, NULL), ST_OK);
    cr_expect_eq(allocations_so_far(), before, "%s %s: reserved pages only", s.solver->name, what);
    cr_expect_eq(reserved.bytes, arena.bytes, "%s %s: %zu and %zu bytes", s.solver->name, what,
                 reserved.bytes, arena.bytes);
    if (s.solver->free) s.solver->free(state);
    mem_free(&arena);
    mem_free(&reserved);
    size_t bytes = s.mem.bytes;
    cr_assert_eq(s.solver->create(s.solver, &s.state, s.options, &shapes, &s.mem, NULL), ST_OK);
    before = allocations_so_far();
    bytes = s.mem.bytes;
    cr_assert_eq(s.solver->start(s.state, &s.env, NULL), ST_OK);
    setting_steps(&s, 4, false);
    cr_expect_eq(allocations_so_far(), before, "%s %s", s.solver->name, what);
    cr_expect_eq(s.mem.bytes, bytes, "%s %s", s.solver->name, what);
    setting_end(&s);
}

ParameterizedTestParameters(contract, start_and_steps_allocate_nothing)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, start_and_steps_allocate_nothing)
{
    expect_no_allocation_after_create(c, c->variant ? "variant" : "plain");
}

ParameterizedTestParameters(contract, admm_start_and_steps_allocate_nothing)
{
    return setting_all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, admm_start_and_steps_allocate_nothing)
{
    expect_no_allocation_after_create(c, setting_combinations[c->combination].options);
}

ParameterizedTestParameters(contract, loss_falls_and_reports_are_complete)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, loss_falls_and_reports_are_complete)
{
    struct setting s;
    setting_begin(&s, c, 1);
    double before = loss_now(&s);
    setting_steps(&s, s.solver->features & FEATURE_ONE_SHOT ? 1 : 15, true);
    cr_expect(net_finite(&s.net));
    double after = loss_now(&s);
    /* The one exception: who measures must not train. */
    if (s.solver->features & FEATURE_MEASURES)
        cr_expect_eq(after, before, "%s measures: its steps must leave the weights", s.solver->name);
    else
        cr_expect_lt(after, 0.8 * before, "%s: loss %g, then %g", s.solver->name, before, after);
    double values[128];
    size_t n = reported(&s, values), filled = 0;
    cr_assert_lt(n, 128);
    for (size_t k = 0; k < n; k++) filled += isnan(values[k]) ? 0 : 1;
    cr_expect_gt(filled, 0);
    setting_end(&s);
}

Test(contract, metrics_have_names_of_their_own)
{
    for (size_t i = 0; solvers[i]; i++)
        for (size_t m = 0; m < solvers[i]->metrics.n; m++)
            for (size_t c = 0; c < CURVE_FIXED; c++)
                cr_expect_str_neq(solvers[i]->metrics.list[m].name, curve_fixed[c], "%s", solvers[i]->name);
}

Test(contract, registry_finds_by_name)
{
    cr_expect_null(solver_find("no such solver"));
    cr_expect_eq(solver_find(solvers[0]->name), solvers[0]);
}

/* NaN, values out of range and plain text are refused for every numeric option and choice, naming the option.
 */
static void check_table(const struct option_table *t, const char *owner)
{
    static const char *const hostile[] = {"nan", "-1e308", "1e308", "", "rho", "1.5.2", "0x", "--"};
    void *options = calloc(1, t->size);
    struct error e = {0};
    cr_assert_not_null(options);
    cr_expect_eq(opt_defaults(t, options, &e), ST_OK, "%s: %s", owner, e.text);
    for (size_t i = 0; i < opt_count(t); i++) {
        const struct option *o = opt_at(t, i);
        char before[OPT_STRING_MAX], after[OPT_STRING_MAX];
        cr_expect(opt_is_default(t, o, options), "%s.%s", owner, o->key);
        cr_expect_gt(strlen(o->help), 5, "%s.%s needs a help text", owner, o->key);
        if (o->type == OPT_STRING) continue;
        opt_format(o, options, before, sizeof before);
        for (size_t k = 0; k < sizeof hostile / sizeof *hostile; k++) {
            cr_expect_eq(opt_set(o, options, hostile[k], &e), ST_CONFIG, "%s.%s took '%s'", owner, o->key,
                         hostile[k]);
            cr_expect(strstr(e.text, o->key) != NULL, "%s", e.text);
        }
        opt_format(o, options, after, sizeof after);
        cr_expect_str_eq(before, after, "a refused value must leave %s.%s alone", owner, o->key);
    }
    free(options);
}

Test(contract, hostile_options_are_refused_by_name)
{
    check_table(&net_option_table, "network");
    for (size_t i = 0; solvers[i]; i++) check_table(&solvers[i]->options, solvers[i]->name);
    for (size_t i = 0; dataset_sources[i]; i++)
        check_table(&dataset_sources[i]->options, dataset_sources[i]->name);
}
