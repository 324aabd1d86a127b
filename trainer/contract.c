/* See contract.h. */
#include "trainer/contract.h"
#include "trainer/suit.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Three steps, and three of a second trainee that differs in threads or measuring. */
static status compare_runs(const struct contract_case *c, size_t threads, bool measure, const char *what,
                           struct error *e)
{
    struct trainee a, b = {.c = c};
    status st = trainee_begin(&a, c, 1, e);
    if (st == ST_OK) st = trainee_begin(&b, c, threads, e);
    if (st == ST_OK) st = trainee_steps(&a, 3, false, e);
    if (st == ST_OK) st = trainee_steps(&b, 3, measure, e);
    if (st == ST_OK) st = trainee_compare(&a, &b, what, e);
    trainee_end(&a);
    trainee_end(&b);
    return st;
}

static status check_seed(const struct contract_case *c, struct error *e)
{
    return compare_runs(c, 1, false, "a second run", e);
}

static status check_threads(const struct contract_case *c, struct error *e)
{
    return compare_runs(c, 2, false, "two threads", e);
}

static status check_measuring(const struct contract_case *c, struct error *e)
{
    return compare_runs(c, 1, true, "steps that are measured", e);
}

static status check_resume(const struct contract_case *c, struct error *e)
{
    struct trainee a, b = {.c = c};
    char *bytes = NULL;
    size_t size = 0;
    status st = trainee_begin(&a, c, 1, e);
    if (st == ST_OK) st = trainee_steps(&a, 2, false, e);
    if (st == ST_OK) st = trainee_save(&a, &bytes, &size, e);
    if (st == ST_OK) st = trainee_begin(&b, c, 1, e);
    if (st == ST_OK) st = trainee_resume(&b, &a, e);
    if (st == ST_OK) st = trainee_steps(&a, 3, false, e);
    if (st == ST_OK) st = trainee_steps(&b, 3, false, e);
    if (st == ST_OK) st = trainee_compare(&a, &b, "a resumed run", e);
    if (st == ST_OK && size > 1 && trainee_restore(&b, bytes, size - 1, NULL) == ST_OK)
        st = FAIL(e, ST_INTERNAL, "a checkpoint that lacks its last byte is taken");
    free(bytes);
    trainee_end(&a);
    trainee_end(&b);
    return st;
}

/* The scores of the training samples by a: b is begun for them and only takes a's weights. */
static status compare_predictions(const struct trainee *a, struct trainee *b, struct error *e)
{
    const struct batch *train = &a->env.train;
    const size_t n = a->net.n[a->net.L] * train->n;
    real *scores = mem_reals(&b->mem, 2 * n, e);
    if (!scores) return ST_MEMORY;
    net_copy_weights(&b->net, &a->net);
    TRY(a->c->solver->predict(a->state, train, scores, e));
    TRY(b->c->solver->predict(b->state, train, scores + n, e));
    if (memcmp(scores, scores + n, n * sizeof *scores) == 0) return ST_OK;
    return FAIL(e, ST_INTERNAL, "predict depends on more than the weights and the options");
}

static status check_prediction(const struct contract_case *c, struct error *e)
{
    struct trainee a, b = {.c = c};
    if (!c->solver->predict) return ST_OK;
    status st = trainee_begin(&a, c, 1, e);
    if (st == ST_OK) st = trainee_steps(&a, 2, false, e);
    if (st == ST_OK) st = trainee_begin(&b, c, 1, e);
    if (st == ST_OK) st = compare_predictions(&a, &b, e);
    trainee_end(&a);
    trainee_end(&b);
    return st;
}

/* Steps until the loss has fallen to this share of what it was; it must within so many. */
#define FALLEN 0.8
enum { LEARNING_STEPS = 60, LEARNING_LOOK = 15 };

/* A trainer trains; one that measures leaves the weights. */
static status learn(struct trainee *t, struct error *e)
{
    double before = 0, after = 0;
    const unsigned features = t->c->solver->features;
    const int look = features & FEATURE_ONE_SHOT ? 1 : LEARNING_LOOK;
    TRY(trainee_loss(t, &before, e));
    for (int steps = 0; steps < LEARNING_STEPS; steps += look) {
        TRY(trainee_steps(t, look, true, e));
        TRY(trainee_loss(t, &after, e));
        if (!net_finite(&t->net)) return FAIL(e, ST_INTERNAL, "a weight is not finite");
        if (features & (FEATURE_MEASURES | FEATURE_ONE_SHOT) || after < FALLEN * before) break;
    }
    if (features & FEATURE_MEASURES && after != before)
        return FAIL(e, ST_INTERNAL, "it measures, yet its steps change the weights");
    if (!(features & FEATURE_MEASURES) && !(after < FALLEN * before))
        return FAIL(e, ST_INTERNAL, "the loss was %.4g and is %.4g", before, after);
    return ST_OK;
}

static status check_learning(const struct contract_case *c, struct error *e)
{
    struct trainee t;
    status st = trainee_begin(&t, c, 1, e);
    if (st == ST_OK) st = learn(&t, e);
    trainee_end(&t);
    return st;
}

/* After a measured step: all names are of the table, and something is reported. */
static status check_report(struct trainee *t, struct error *e)
{
    const struct solver *solver = t->c->solver;
    struct metric_sink sink = {.table = &solver->metrics, .L = t->net.L};
    const size_t n = metric_count(sink.table, sink.L);
    size_t filled = 0;
    if (n == 0) return ST_OK;
    if (!solver->report) return FAIL(e, ST_INTERNAL, "it describes metrics, yet has no report");
    sink.values = mem_alloc(&t->mem, n, sizeof *sink.values, e);
    if (!sink.values) return ST_MEMORY;
    metric_clear(&sink);
    solver->report(t->state, &sink);
    for (size_t k = 0; k < n; k++) filled += isnan(sink.values[k]) ? 0 : 1;
    if (sink.bad) return FAIL(e, ST_INTERNAL, "it reports a metric that it does not describe");
    return filled ? ST_OK : FAIL(e, ST_INTERNAL, "it reports none of its metrics");
}

static status check_metrics(const struct contract_case *c, struct error *e)
{
    const struct metric_table *metrics = &c->solver->metrics;
    struct trainee t;
    for (size_t m = 0; m < metrics->n; m++)
        for (size_t k = 0; k < c->n_columns; k++)
            if (strcmp(metrics->list[m].name, c->column(k)) == 0)
                return FAIL(e, ST_INTERNAL, "the column '%s' of curves is everybody's", c->column(k));
    status st = trainee_begin(&t, c, 1, e);
    if (st == ST_OK) st = trainee_steps(&t, 1, true, e);
    if (st == ST_OK) st = check_report(&t, e);
    trainee_end(&t);
    return st;
}

/* A refusal names the option and leaves its value. */
static status refuses(const struct option *o, void *options, const char *text, const char *owner,
                      struct error *e)
{
    char before[OPT_STRING_MAX], after[OPT_STRING_MAX];
    struct error said = {.code = ST_OK};
    opt_format(o, options, before, sizeof before);
    if (opt_set(o, options, text, &said) != ST_CONFIG)
        return FAIL(e, ST_INTERNAL, "%s.%s takes '%s'", owner, o->key, text);
    if (!strstr(said.text, o->key))
        return FAIL(e, ST_INTERNAL, "%s.%s is not named by: %s", owner, o->key, said.text);
    opt_format(o, options, after, sizeof after);
    if (strcmp(before, after) != 0)
        return FAIL(e, ST_INTERNAL, "%s.%s is changed by '%s', which is refused", owner, o->key, text);
    return ST_OK;
}

static status check_table(const struct option_table *t, void *options, const char *owner, struct error *e)
{
    static const char *const hostile[] = {"nan", "-1e308", "1e308", "", "rho", "1.5.2", "0x", "--"};
    TRY(opt_defaults(t, options, e));
    for (size_t i = 0, n = opt_count(t); i < n; i++) {
        const struct option *o = opt_at(t, i);
        if (!opt_is_default(t, o, options))
            return FAIL(e, ST_INTERNAL, "the default of %s.%s is not what it is set to", owner, o->key);
        if (!o->help || strlen(o->help) < 6)
            return FAIL(e, ST_INTERNAL, "%s.%s needs a help text", owner, o->key);
        for (size_t k = 0; o->type != OPT_STRING && k < sizeof hostile / sizeof *hostile; k++)
            TRY(refuses(o, options, hostile[k], owner, e));
    }
    return ST_OK;
}

status contract_options(const struct option_table *t, const char *owner, struct error *e)
{
    struct mem m = {.blocks = NULL};
    void *options = mem_alloc(&m, 1, t->size, e);
    status st = options ? check_table(t, options, owner, e) : ST_MEMORY;
    mem_free(&m);
    return st;
}

static status check_options(const struct contract_case *c, struct error *e)
{
    return contract_options(&c->solver->options, c->solver->name, e);
}

/* What stands in the struct itself. */
static status check_description(const struct contract_case *c, struct error *e)
{
    static const struct {
        unsigned bits;
        const char *what;
    } groups[] = {{FEATURE_CLASSIFICATION | FEATURE_REGRESSION, "task"},
                  {FEATURE_LOSSES, "loss"},
                  {FEATURE_RESETS, "reset"},
                  {FEATURE_READOUTS, "readout"},
                  {FEATURE_STARTS, "start"},
                  {FEATURE_FULL_BATCH | FEATURE_MINI_BATCH | FEATURE_MEASURES, "way of training"}};
    const struct solver *s = c->solver;
    if (s->abi != (unsigned)SOLVER_ABI) return FAIL(e, ST_INTERNAL, "abi is %u, not SOLVER_ABI", s->abi);
    if (!s->name[0] || !s->summary[0] || !s->reference[0])
        return FAIL(e, ST_INTERNAL, "name, summary or reference is empty");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (!(s->features & groups[i].bits))
            return FAIL(e, ST_INTERNAL, "features have no %s", groups[i].what);
    if (!s->predict != !(s->features & FEATURE_OWN_PREDICTION))
        return FAIL(e, ST_INTERNAL, "FEATURE_OWN_PREDICTION and predict belong together");
    if (!s->report != !s->metrics.n) return FAIL(e, ST_INTERNAL, "metrics and report belong together");
    return ST_OK;
}

/* create on reserved pages, as `spikebench check` counts it, takes what it takes elsewhere. */
static status check_create(const struct contract_case *c, struct error *e)
{
    struct trainee t;
    struct mem usual = {.blocks = NULL}, reserved = {.reserve = true};
    struct mem *const arenas[] = {&usual, &reserved};
    const struct solver *s = c->solver;
    status st = trainee_begin(&t, c, 1, e);
    const struct shapes shapes = {&t.net, c->net_options, &c->data->info, 1, 1};
    for (int i = 0; i < 2 && st == ST_OK; i++) {
        void *state;
        st = s->create(s, &state, c->options, &shapes, arenas[i], e);
        if (st == ST_OK && s->free) s->free(state);
    }
    if (st == ST_OK && usual.bytes != reserved.bytes)
        st = FAIL(e, ST_INTERNAL, "create takes %zu bytes, and %zu the next time", usual.bytes,
                  reserved.bytes);
    mem_free(&usual);
    mem_free(&reserved);
    trainee_end(&t);
    return st;
}

static status two_steps(const struct contract_case *c, struct error *e)
{
    struct trainee t;
    status st = trainee_begin(&t, c, 1, e);
    if (st == ST_OK) st = trainee_steps(&t, 2, true, e);
    if (st == ST_OK && !net_finite(&t.net)) st = FAIL(e, ST_INTERNAL, "a weight is not finite");
    trainee_end(&t);
    return st;
}

/* What the plan says of the trainer on this network, or on data of the other task. */
static status planned(const struct contract_case *c, bool other_task, struct error *e)
{
    struct dataset_info info = c->data->info;
    if (other_task) {
        const size_t classes = info.n_classes;
        info.n_classes = info.n_targets;
        info.n_targets = classes;
    }
    return solver_suits(c->solver, c->options, c->net_options, &info, "toy", e);
}

static status try_network(const struct contract_case *c, bool promised, const char *what, struct error *e)
{
    struct error said = {.code = ST_OK};
    const status st = planned(c, false, &said);
    if (promised && st != ST_OK) return FAIL(e, ST_INTERNAL, "%s is promised, but: %s", what, said.text);
    if (promised) return two_steps(c, e) == ST_OK ? ST_OK : err_prefix(e, "%s", what);
    if (st != ST_CONFIG || !strstr(said.text, what))
        return FAIL(e, ST_INTERNAL, "%s is not promised, yet not refused by name", what);
    return ST_OK;
}

/* A value of an option that asks for what network_extras has of this key. */
static void ask(const char *key, struct net_options *net)
{
    if (strcmp(key, "recurrent") == 0) net->recurrent = true;
    if (strcmp(key, "synapse") == 0) net->synapse = SYNAPSE_CURRENT;
    if (strcmp(key, "leak") == 0) net->leak.n = net->hidden.n + 1;
    if (strcmp(key, "threshold") == 0) net->threshold.n = net->hidden.n;
    for (size_t l = 1; l < net->leak.n; l++) net->leak.v[l] = net->leak.v[0] * (1 - 0.1 * (double)l);
    for (size_t l = 1; l < net->threshold.n; l++)
        net->threshold.v[l] = net->threshold.v[0] * (1 + 0.1 * (double)l);
}

static status try_extras(const struct contract_case *c, const void *options, struct error *e)
{
    for (const struct network_extra *x = network_extras; x->key; x++) {
        char what[100];
        struct net_options net = *c->net_options;
        struct contract_case other = *c;
        other.options = options;
        other.net_options = &net;
        ask(x->key, &net);
        (void)snprintf(what, sizeof what, "network.%s", x->key);
        if (x->asked(&net)) TRY(try_network(&other, c->solver->features & x->feature, what, e));
    }
    return ST_OK;
}

/* All choices, one at a time, with the default options: others may need a network. */
static status try_networks(const struct contract_case *c, void *options, struct error *e)
{
    TRY(opt_defaults(&c->solver->options, options, e));
    for (const struct network_choice *choice = network_choices; choice->key; choice++) {
        const struct option *o = opt_find(&net_option_table, choice->key);
        for (size_t k = 0; opt_choice(o, k); k++) {
            char what[100];
            struct net_options net = *c->net_options;
            struct contract_case other = *c;
            other.options = options;
            other.net_options = &net;
            TRY(opt_set(o, &net, opt_choice(o, k), e));
            (void)snprintf(what, sizeof what, "network.%s = %s", choice->key, opt_choice(o, k));
            if (net.loss != LOSS_SQUARED && c->data->info.n_classes == 0) continue; /* needs labels */
            TRY(try_network(&other, c->solver->features & choice->first << k, what, e));
        }
    }
    return try_extras(c, options, e);
}

static status check_networks(const struct contract_case *c, struct error *e)
{
    struct mem m = {.blocks = NULL};
    void *options = mem_alloc(&m, 1, c->solver->options.size, e);
    status st = options ? try_networks(c, options, e) : ST_MEMORY;
    mem_free(&m);
    return st;
}

static status check_tasks(const struct contract_case *c, struct error *e)
{
    const bool labels = c->data->info.n_classes > 0;
    const unsigned other = labels ? FEATURE_REGRESSION : FEATURE_CLASSIFICATION;
    struct contract_case squared = *c;
    struct net_options net = *c->net_options;
    struct error said = {.code = ST_OK};
    net.loss = LOSS_SQUARED; /* what regression needs */
    squared.net_options = &net;
    const status st = planned(&squared, true, &said);
    if (c->solver->features & other)
        return st == ST_OK ? ST_OK : FAIL(e, ST_INTERNAL, "the other task is promised, but: %s", said.text);
    if (st != ST_CONFIG || !strstr(said.text, c->solver->name))
        return FAIL(e, ST_INTERNAL, "%s is not promised, yet not refused",
                    labels ? "regression" : "classification");
    return ST_OK;
}

const struct contract_check contract_checks[] = {
    {"name, functions and features are complete", check_description, false},
    {"hostile options are refused by name", check_options, false},
    {"create takes the same memory each time", check_create, false},
    {"the same seed gives the same bits", check_seed, false},
    {"two threads give the same bits", check_threads, false},
    {"measuring changes nothing", check_measuring, false},
    {"a resumed run equals one that was not interrupted", check_resume, false},
    {"weights and options are enough to predict", check_prediction, false},
    {"the loss falls", check_learning, true},
    {"the metrics are those that are described", check_metrics, false},
    {"each network that is promised works, each other one is refused", check_networks, false},
    {"a task that is not promised is refused", check_tasks, false},
    {NULL, NULL, false},
};
