/* What every registered solver and dataset must do. */
#include "network/evaluate.h"
#include "tests/toy_data.h"
#include <criterion/alloc.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

struct solver_case {
    size_t index;
    size_t combination; /* into `combinations`; N_COMBINATIONS: none */
    bool variant;       /* random orders for ADMM, sgd and a clip for gradients, another loss, propagation or
                           estimator */
};

/* Options of the ADMM family that change what a state is: "key=value key=value ...". */
static const struct {
    const char *solver, *options;
} combinations[] = {
    {"admm", "output=joint multiplier=all"},
    {"admm", "output=joint multiplier=last relaxation=1.5"},
    {"admm", "relaxation=1.5"},
    {"admm", "output=joint multiplier=none layer_order=backward"},
    {"admm", "restart_every=3"},
    {"admm", "penalties=geometric"},
    {"admm", "penalties=balancing"},
    {"admm", "penalties=adaptive start_output=simulated"},
    {"admm", "penalties=adaptive layer_order=backward restart_every=1 weights=trust box=none"},
    {"admm", "weights=pinv box=exact"},
    {"admm_joint", "potentials=dynamic"},
    {"admm_joint", "potentials=pattern penalties=adaptive weights=trust"},
    {"admm_linearized", "box=none layer_order=random"},
    {"admm_linearized", "inner=20"},
    {"admm_hybrid", "exact_weights=true exact_last_spikes=false"},
    {"admm_hybrid", "exact_spikes=true exact_readout=false"},
    {"admm_anderson", "base=admm box=clip memory=2"},
    {"admm_anderson", "base=admm_joint output=joint"},
    {"admm_anderson", "base=admm_linearized"},
    {"admm_anderson", "base=admm_hybrid time_order=sequential"},
    {"admm_resync", "momentum=0.5 batch=40"},
    {"admm_resync", "multiplier=true gain=single_flip"},
    {"admm_resync", "precondition=none margin=false time_credit=false"},
    {"admm_resync", "rho_hidden=0.5"},
    {"admm_resync", "keep=0.7"},
    {"admm_resync", "keep=1 feed=auxiliary"},
    {"admm_resync", "keep=0.5 batch=40"},
};
enum { N_COMBINATIONS = sizeof combinations / sizeof *combinations };

static void free_cases(struct criterion_test_params *params)
{
    cr_free(params->params);
}

/* Two cases for each solver of the registry, however many there are. */
static struct criterion_test_params all_solvers(void)
{
    size_t registered = 0, n = 0;
    while (solvers[registered]) registered++;
    struct solver_case *cases = cr_calloc(2 * registered, sizeof *cases);
    for (size_t i = 0; i < registered; i++)
        for (int variant = 0; variant < 2; variant++)
            cases[n++] = (struct solver_case){i, N_COMBINATIONS, variant};
    return cr_make_param_array(struct solver_case, cases, n, free_cases);
}

/* A solver in the middle of training. */
struct setting {
    struct mem mem;
    struct dataset data;
    struct net_options net_options;
    struct net net;
    struct pool *pool;
    struct rng rng;
    struct train_env env;
    const struct solver *solver;
    void *options, *state;
};

static void set(struct setting *s, const char *key, const char *value)
{
    const struct option *o = opt_find(&s->solver->options, key);
    if (o) cr_assert_eq(opt_set(o, s->options, value, NULL), ST_OK);
}

/* Plain gradient descent on goodness, and rewards, need their own. */
static const char *learning_rate(const char *solver, bool variant)
{
    if (strcmp(solver, "lfp") == 0) return "0.1";
    return strcmp(solver, "forward_forward") == 0 ? (variant ? "3" : "0.03") : "0.01";
}

/* "key=value key=value ...", all of which the solver must know. */
static void set_all(struct setting *s, const char *text)
{
    char copy[200], *rest = copy;
    struct error e = {0};
    cr_assert_lt(strlen(text), sizeof copy);
    strcpy(copy, text);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        char *value = strchr(word, '=');
        cr_assert_not_null(value);
        *value++ = '\0';
        const struct option *o = opt_find(&s->solver->options, word);
        if (!o && strcmp(word, "time_order") == 0) continue;
        cr_assert_not_null(o, "%s has no option %s", s->solver->name, word);
        cr_assert_eq(opt_set(o, s->options, value, &e), ST_OK, "%s", e.text);
    }
}

static void begin(struct setting *s, const struct solver_case *c, size_t threads)
{
    struct error e = {0};
    memset(s, 0, sizeof *s);
    s->solver = solvers[c->index];
    toy_data_create(&s->data, 150, 6, 12, 3, 4);
    cr_assert_eq(opt_defaults(&net_option_table, &s->net_options, NULL), ST_OK);
    s->net_options.hidden = (struct int_list){2, {24, 9}};
    toy_net_create(&s->net, &s->net_options, &s->data, &s->mem, 2);
    cr_assert_eq(pool_create(&s->pool, threads, NULL), ST_OK);
    rng_seed(&s->rng, 2, "solver");
    s->options = mem_alloc(&s->mem, 1, s->solver->options.size, NULL);
    cr_assert_eq(opt_defaults(&s->solver->options, s->options, &e), ST_OK, "%s", e.text);
    set(s, "batch", "40");
    set(s, "lr", learning_rate(s->solver->name, c->variant));
    if (strcmp(s->solver->name, "admm_anderson") != 0) {
        set(s, "start_output", "labels");
        set(s, "warmup", "1");
    }
    set(s, "kappa", "0.01");
    set(s, "reward", "error");
    set(s, "label_scale", "3");
    if (c->variant) {
        if (strcmp(s->solver->name, "admm_anderson") != 0) {
            set(s, "layer_order", "random");
            set(s, "time_order", "random");
            set(s, "weights", "proximal");
        }
        set(s, "optimizer", "sgd");
        set(s, "clip", "1");
        set(s, "carry", "magnitude");
        set(s, "loss", "swish");
        set(s, "skip_first", "true");
        set(s, "estimator", "weight_perturbation");
        set(s, "direction", "gaussian");
        set(s, "scope", "layer");
    }
    if (c->combination < N_COMBINATIONS) set_all(s, combinations[c->combination].options);
    s->env = (struct train_env){.net = &s->net,
                                .net_options = &s->net_options,
                                .info = &s->data.info,
                                .train = dataset_batch(&s->data, SPLIT_TRAIN),
                                .validation = dataset_batch(&s->data, SPLIT_VALIDATION),
                                .pool = s->pool,
                                .rng = &s->rng};
    if (s->solver->check)
        cr_assert_eq(s->solver->check(s->options, &s->net_options, &s->data.info, &e), ST_OK, "%s", e.text);
    cr_assert_eq(s->solver->init(&s->state, s->options, &s->env, &e), ST_OK, "%s", e.text);
}

static void steps(struct setting *s, int n, bool measure)
{
    struct error e = {0};
    for (int i = 0; i < n; i++) {
        struct step_report r = {.measure = measure};
        cr_assert_eq(s->solver->step(s->state, &r, &e), ST_OK, "%s: %s", s->solver->name, e.text);
        cr_assert_eq(r.samples, 150.0);
    }
}

static void end(struct setting *s)
{
    s->solver->free(s->state);
    pool_free(s->pool);
    dataset_free(&s->data);
    mem_free(&s->mem);
}

static void expect_same_weights(const struct setting *a, const struct setting *b, const char *what)
{
    for (size_t l = 1; l <= a->net.L; l++)
        cr_expect_eq(memcmp(a->net.W[l], b->net.W[l], a->net.n[l] * a->net.n[l - 1] * sizeof(real)), 0,
                     "%s: layer %zu: %s", a->solver->name, l, what);
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
    if (s->solver->predict) {
        real *scores = mem_reals(&s->mem, s->env.train.n * s->net.n[s->net.L], NULL);
        cr_assert_eq(s->solver->predict(s->state, &s->env.train, scores, NULL), ST_OK);
        evaluate_scores(&s->net, &s->env.train, scores, &result);
    }
    return result.loss;
}

ParameterizedTestParameters(contract, same_bits_for_seed_threads_and_measuring)
{
    return all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, same_bits_for_seed_threads_and_measuring)
{
    struct setting a, b, threaded, measured;
    begin(&a, c, 1);
    begin(&b, c, 1);
    begin(&threaded, c, 2);
    begin(&measured, c, 1);
    steps(&a, 3, false);
    steps(&b, 3, false);
    steps(&threaded, 3, false);
    steps(&measured, 3, true);
    expect_same_weights(&a, &b, "a second run differs");
    expect_same_weights(&a, &threaded, "two threads give other bits");
    expect_same_weights(&a, &measured, "diagnostics change the result");
    end(&a);
    end(&b);
    end(&threaded);
    end(&measured);
}

ParameterizedTestParameters(contract, checkpoint_continues_bit_for_bit)
{
    return all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, checkpoint_continues_bit_for_bit)
{
    struct setting a, b;
    begin(&a, c, 1);
    if (!a.solver->save) {
        end(&a);
        cr_skip_test("%s keeps no state", solvers[c->index]->name);
    }
    steps(&a, 2, false);
    FILE *f = tmpfile();
    cr_assert_not_null(f);
    cr_assert_eq(a.solver->save(a.state, f, NULL), ST_OK);
    begin(&b, c, 1);
    net_copy_weights(&b.net, &a.net);
    b.rng = a.rng;
    rewind(f);
    cr_assert_eq(b.solver->load(b.state, f, NULL), ST_OK);
    steps(&a, 3, false);
    steps(&b, 3, false);
    expect_same_weights(&a, &b, "a resumed run differs");
    rewind(f);
    cr_assert_eq(fseek(f, -1, SEEK_END), 0);
    cr_expect_neq(b.solver->load(b.state, f, NULL), ST_OK, "a cut checkpoint must be refused");
    fclose(f);
    end(&a);
    end(&b);
}

static struct criterion_test_params all_combinations(void)
{
    struct solver_case *cases = cr_calloc(N_COMBINATIONS, sizeof *cases);
    for (size_t k = 0; k < N_COMBINATIONS; k++) {
        size_t i = 0;
        while (solvers[i] && strcmp(solvers[i]->name, combinations[k].solver) != 0) i++;
        cases[k] = (struct solver_case){i, k, false};
    }
    return cr_make_param_array(struct solver_case, cases, N_COMBINATIONS, free_cases);
}

/* All metrics after the last step. */
static size_t reported(struct setting *s, double *values)
{
    struct metric_sink sink = {s->solver->metrics, s->solver->n_metrics, s->net.L, values, false};
    metric_clear(&sink);
    s->solver->report(s->state, &sink);
    cr_expect_not(sink.bad, "%s reports a metric it does not describe", s->solver->name);
    return metric_count(sink.metrics, sink.n_metrics, sink.L);
}

ParameterizedTestParameters(contract, admm_options_resume_and_thread_bit_for_bit)
{
    return all_combinations();
}
ParameterizedTest(struct solver_case *c, contract, admm_options_resume_and_thread_bit_for_bit)
{
    struct setting a, b, threaded;
    double one[128], two[128], three[128];
    const char *what = combinations[c->combination].options;
    begin(&a, c, 1);
    begin(&threaded, c, 2);
    steps(&a, 4, false);
    FILE *f = tmpfile();
    cr_assert_not_null(f);
    cr_assert_eq(a.solver->save(a.state, f, NULL), ST_OK);
    begin(&b, c, 1);
    net_copy_weights(&b.net, &a.net);
    b.rng = a.rng;
    rewind(f);
    cr_assert_eq(b.solver->load(b.state, f, NULL), ST_OK);
    fclose(f);
    steps(&a, 4, true);
    steps(&b, 4, true);
    steps(&threaded, 4, false);
    steps(&threaded, 4, true);
    expect_same_weights(&a, &b, what);
    expect_same_weights(&a, &threaded, what);
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
    end(&a);
    end(&b);
    end(&threaded);
}

ParameterizedTestParameters(contract, loss_falls_and_reports_are_complete)
{
    return all_solvers();
}
ParameterizedTest(struct solver_case *c, contract, loss_falls_and_reports_are_complete)
{
    struct setting s;
    begin(&s, c, 1);
    double before = loss_now(&s);
    steps(&s, s.solver->caps & CAP_ONE_SHOT ? 1 : 15, true);
    cr_expect(net_finite(&s.net));
    double after = loss_now(&s);
    cr_expect_lt(after, 0.8 * before, "%s: loss %g, then %g", s.solver->name, before, after);
    double values[128];
    struct metric_sink sink = {s.solver->metrics, s.solver->n_metrics, s.net.L, values, false};
    size_t n = metric_count(sink.metrics, sink.n_metrics, sink.L);
    cr_assert_lt(n, 128);
    metric_clear(&sink);
    s.solver->report(s.state, &sink);
    cr_expect_not(sink.bad, "%s reports a metric it does not describe", s.solver->name);
    size_t filled = 0;
    for (size_t k = 0; k < n; k++) filled += isnan(values[k]) ? 0 : 1;
    cr_expect_gt(filled, 0);
    end(&s);
}

Test(contract, free_accepts_null)
{
    for (size_t i = 0; solvers[i]; i++) solvers[i]->free(NULL);
    cr_expect_null(solver_find("no such solver"));
    cr_expect_eq(solver_find("admm"), solvers[0]);
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
    for (size_t i = 0; i < t->n; i++) {
        const struct option *o = &t->options[i];
        char before[OPT_STRING_MAX], after[OPT_STRING_MAX];
        cr_expect(opt_is_default(o, options), "%s.%s", owner, o->key);
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

/* What a solver's check says about a net, with the solver's default options. */
static status checked(const struct solver *solver, const struct net_options *net,
                      const struct dataset_info *info, struct error *e)
{
    void *options = calloc(1, solver->options.size);
    cr_assert_not_null(options);
    cr_assert_eq(opt_defaults(&solver->options, options, NULL), ST_OK);
    status st = solver->check(options, net, info, e);
    free(options);
    return st;
}

Test(contract, admm_refuses_what_it_cannot_solve)
{
    const struct dataset_info labels = {.n_classes = 3, .T = 4}, targets = {.n_targets = 1, .T = 4};
    for (size_t i = 0; solvers[i]; i++) {
        struct net_options plain, hard, mean;
        struct error e = {0};
        const struct solver *s = solvers[i];
        if (strncmp(s->name, "admm", 4) != 0) continue;
        cr_assert_eq(opt_defaults(&net_option_table, &plain, NULL), ST_OK);
        hard = mean = plain;
        hard.reset = RESET_HARD;
        mean.readout = READOUT_MEAN;
        cr_expect_eq(checked(s, &plain, &labels, &e), ST_OK, "%s: %s", s->name, e.text);
        cr_expect_eq(checked(s, &hard, &labels, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "network.reset") && strstr(e.text, s->name), "%s", e.text);
        cr_expect_eq(checked(s, &mean, &labels, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "network.readout") && strstr(e.text, s->name), "%s", e.text);
        cr_expect_eq(checked(s, &plain, &targets, &e), ST_CONFIG);
        cr_expect(strstr(e.text, "labels") != NULL, "%s", e.text);
    }
}

Test(contract, combinations_that_mean_nothing_are_refused_by_name)
{
    static const struct {
        const char *solver, *options, *named;
    } wrong[] = {{"admm", "multiplier=none relaxation=1.5", "relaxation"},
                 {"admm", "multiplier=all", "multiplier"},
                 {"admm_linearized", "box=exact", "box"},
                 {"admm_hybrid", "box=exact exact_last_spikes=false", "box"},
                 {"admm_anderson", "beta=3", "beta"},
                 {"admm_anderson", "base=admm win=1", "win"}};
    const struct dataset_info labels = {.n_classes = 3, .T = 4};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct setting s = {.solver = solver_find(wrong[i].solver)};
        struct error e = {0};
        cr_assert_eq(opt_defaults(&net_option_table, &s.net_options, NULL), ST_OK);
        s.options = mem_alloc(&s.mem, 1, s.solver->options.size, NULL);
        cr_assert_eq(opt_defaults(&s.solver->options, s.options, NULL), ST_OK);
        set_all(&s, wrong[i].options);
        cr_expect_eq(s.solver->check(s.options, &s.net_options, &labels, &e), ST_CONFIG, "%s %s",
                     wrong[i].solver, wrong[i].options);
        cr_expect(strstr(e.text, wrong[i].named) != NULL, "%s", e.text);
        mem_free(&s.mem);
    }
}
