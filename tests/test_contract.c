/* What every registered solver and dataset must do. */
#include "commands/registry.h"
#include "records/columns.h"
#include "tests/allocations.h"
#include "tests/setting.h"
#include "trainer/contract.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* The check of this name (trainer/contract.h) succeeds. */
static void expect_kept(const struct solver_case *c, const char *promise)
{
    struct setting s;
    struct error e = {0};
    const struct contract_check *check = contract_checks;
    setting_create(&s, c);
    while (check->name && strcmp(check->name, promise) != 0) check++;
    cr_assert_not_null(check->name, "there is no check '%s'", promise);
    cr_expect_eq(check->run(&s.contract, &e), ST_OK, "%s: %s: %s", s.solver->name, promise, e.text);
    setting_free(&s);
}

ParameterizedTestParameters(contract, same_bits_for_seed_threads_and_measuring)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, same_bits_for_seed_threads_and_measuring)
{
    expect_kept(c, "the same seed gives the same bits");
    expect_kept(c, "two threads give the same bits");
    expect_kept(c, "measuring changes nothing");
}

ParameterizedTestParameters(contract, checkpoint_continues_bit_for_bit)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, checkpoint_continues_bit_for_bit)
{
    expect_kept(c, "a resumed run equals one that was not interrupted");
}

/* Rivals share the start: before its first step a solver holds the weights that network.start gave for the
 * seed; exact_spike_time, whose neurons are others, those times one factor and plus one shift per layer; ide
 * and spide, which read rates, those of the readout over the sum of leak^(T-t). */
ParameterizedTestParameters(contract, starts_where_the_network_does)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, starts_where_the_network_does)
{
    struct setting s;
    struct net start;
    setting_begin(&s, c, 1);
    if (s.t.net.own) { /* its trainer's own start */
        setting_end(&s);
        return;
    }
    toy_net_create(&start, &s.net_options, &s.data, &s.mem, 2);
    bool mapped = strcmp(s.solver->name, "exact_spike_time") == 0;
    const bool rates = strcmp(s.solver->name, "ide") == 0 || strcmp(s.solver->name, "spide") == 0;
    const double sum = (1 - pow(0.9, 6)) / (1 - 0.9);
    for (size_t l = 1; l <= s.t.net.L; l++) {
        const real *W = s.t.net.W[l], *W0 = start.W[l];
        double factor = mapped ? ((double)W[1] - (double)W[0]) / ((double)W0[1] - (double)W0[0]) : 1;
        if (rates && l == s.t.net.L) factor = 1 / sum;
        double shift = mapped ? 3.0 / (double)s.t.net.n[l - 1] : 0; /* start_sum thresholds of 1 */
        cr_expect_gt(factor, 0);
        for (size_t i = 0; i < s.t.net.n[l] * s.t.net.n[l - 1]; i++)
            cr_assert_float_eq((double)W[i], factor * (double)W0[i] + shift,
                               mapped  ? REAL_SELECT(1e-9, 1e-3)
                               : rates ? REAL_SELECT(1e-14, 1e-6)
                                       : 0.0,
                               "%s: layer %zu, weight %zu", s.solver->name, l, i);
    }
    setting_end(&s);
}

/* As many hidden layers as there may be, for whose leaks, one more, a list has no room. */
Test(contract, networks_of_the_most_layers)
{
    struct setting s;
    struct error e = {0};
    struct solver_case c = {.combination = setting_n_combinations};
    const struct contract_check *check = contract_checks;
    while (strcmp(solvers[c.index]->name, "bptt") != 0) c.index++;
    setting_create(&s, &c);
    s.net_options.hidden.n = OPT_LIST_MAX;
    s.net_options.start = START_KAIMING; /* a rate is sought for long in so many layers: once is enough */
    for (size_t l = 0; l < OPT_LIST_MAX; l++) s.net_options.hidden.v[l] = 12;
    while (!strstr(check->name, "each network that is promised works")) check++;
    cr_expect_eq(check->run(&s.contract, &e), ST_OK, "%s", e.text);
    setting_free(&s);
}

/* All metrics after the last step. */
static size_t reported(struct setting *s, double *values)
{
    struct metric_sink sink = {&s->solver->metrics, s->t.net.L, values, false};
    metric_clear(&sink);
    if (s->solver->report) s->solver->report(s->t.state, &sink);
    cr_expect_not(sink.bad, "%s reports a metric it does not describe", s->solver->name);
    return metric_count(sink.table, sink.L);
}

ParameterizedTestParameters(contract, options_resume_and_thread_bit_for_bit)
{
    return setting_all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, options_resume_and_thread_bit_for_bit)
{
    struct setting a, b, threaded;
    struct error e = {0};
    double one[128], two[128], three[128];
    const char *what = setting_combinations[c->combination].options;
    setting_begin(&a, c, 1);
    setting_begin(&threaded, c, 2);
    setting_steps(&a, 4, false);
    setting_begin(&b, c, 1);
    cr_assert_eq(trainee_resume(&b.t, &a.t, &e), ST_OK, "%s: %s", what, e.text);
    setting_steps(&a, 4, true);
    setting_steps(&b, 4, true);
    setting_steps(&threaded, 4, false);
    setting_steps(&threaded, 4, true);
    cr_expect_eq(trainee_compare(&a.t, &b.t, "a resumed run", &e), ST_OK, "%s: %s", what, e.text);
    cr_expect_eq(trainee_compare(&a.t, &threaded.t, "two threads", &e), ST_OK, "%s: %s", what, e.text);
    cr_expect(net_finite(&a.t.net), "%s: %s", a.solver->name, what);
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
    const struct shapes shapes = {&s.t.net, &s.net_options, &s.data.info, 1, 1};
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
    size_t bytes = s.t.mem.bytes;
    cr_assert_eq(s.solver->create(s.solver, &s.t.state, s.options, &shapes, &s.t.mem, NULL), ST_OK);
    before = allocations_so_far();
    s.t.reserved = bytes = s.t.mem.bytes;
    cr_assert_eq(s.solver->start(s.t.state, &s.t.env, NULL), ST_OK);
    setting_steps(&s, 4, false);
    cr_expect_eq(allocations_so_far(), before, "%s %s", s.solver->name, what);
    cr_expect_eq(s.t.mem.bytes, bytes, "%s %s", s.solver->name, what);
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

ParameterizedTestParameters(contract, options_start_and_steps_allocate_nothing)
{
    return setting_all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, options_start_and_steps_allocate_nothing)
{
    expect_no_allocation_after_create(c, setting_combinations[c->combination].options);
}

ParameterizedTestParameters(contract, loss_falls_and_reports_are_complete)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, loss_falls_and_reports_are_complete)
{
    expect_kept(c, "the loss falls");
    expect_kept(c, "the metrics are those that are described");
}

Test(contract, registry_finds_by_name)
{
    cr_expect_null(catalogue_solver(&registry, "no such solver"));
    cr_expect_eq(catalogue_solver(&registry, solvers[0]->name), solvers[0]);
}

static void check_table(const struct option_table *t, const char *owner)
{
    struct error e = {0};
    cr_expect_eq(contract_options(t, owner, &e), ST_OK, "%s", e.text);
}

Test(contract, hostile_options_are_refused_by_name)
{
    check_table(&net_option_table, "network");
    for (size_t i = 0; solvers[i]; i++) check_table(&solvers[i]->options, solvers[i]->name);
    for (size_t i = 0; dataset_sources[i]; i++)
        check_table(&dataset_sources[i]->options, dataset_sources[i]->name);
}
