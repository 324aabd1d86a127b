/* What a solver's feature mask promises works, and what it leaves out is refused by name; create takes memory
 * that is counted and not touched. */
#include "commands/registry.h"
#include "experiments/plan_check.h"
#include "tests/setting.h"
#include "tests/toy_training.h"
#include "trainer/contract.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

Test(contract, masks_and_functions_are_complete)
{
    for (size_t i = 0; solvers[i]; i++) {
        const struct contract_case c = {.solver = solvers[i]};
        struct error e = {0};
        cr_expect_str_eq(contract_checks[0].name, "name, functions and features are complete");
        cr_expect_eq(contract_checks[0].run(&c, &e), ST_OK, "%s: %s", solvers[i]->name, e.text);
    }
}

/* A network's choices, and the bits that stand for them. */
struct choices {
    int loss, reset, readout, start;
};

static bool promised(const struct solver *s, const struct choices *c, char *missing, size_t size)
{
    const struct {
        const char *key, *value;
        bool has;
    } all[] = {
        {"loss", loss_names[c->loss], s->features & (unsigned)FEATURE_LOSS_SQUARED << c->loss},
        {"reset", reset_names[c->reset], s->features & (unsigned)FEATURE_RESET_SOFT << c->reset},
        {"readout", readout_names[c->readout], s->features & (unsigned)FEATURE_READOUT_LAST << c->readout},
        {"start", start_names[c->start], s->features & (unsigned)FEATURE_START_RATE << c->start},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].has) continue;
        (void)snprintf(missing, size, "network.%s = %s", all[i].key, all[i].value);
        return false;
    }
    return true;
}

/* Two steps on 40 samples must succeed and leave finite weights. */
static void expect_works(struct toy_training *t, const char *what)
{
    struct error e = {0};
    toy_training_init(t, 3);
    for (int i = 0; i < 2; i++) {
        struct step_report r = {.measure = true};
        cr_expect_eq(t->solver->step(t->state, &r, &e), ST_OK, "%s %s: %s", t->solver->name, what, e.text);
    }
    cr_expect(net_finite(&t->net), "%s %s", t->solver->name, what);
}

static void try_choices(const struct solver *s, const struct choices *c)
{
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    char missing[80], what[80];
    toy_data_create(&t.data, 40, 5, 8, 3, 4);
    toy_training_create(&t, s->name);
    const struct option *draws =
        opt_find(&s->options, "draws"); /* a hundred differences of losses by default */
    if (draws) cr_assert_eq(opt_set(draws, t.options, "2", &e), ST_OK, "%s", e.text);
    t.net_options.hidden = (struct int_list){2, {9, 6}};
    t.net_options.loss = c->loss;
    t.net_options.reset = c->reset;
    t.net_options.readout = c->readout;
    t.net_options.start = c->start;
    /* with zero weights no simulated output says anything of the labels */
    status st = toy_check(s, t.options, &t.net_options, &t.data.info, &e);
    (void)snprintf(what, sizeof what, "%s %s %s %s", loss_names[c->loss], reset_names[c->reset],
                   readout_names[c->readout], start_names[c->start]);
    if (promised(s, c, missing, sizeof missing)) {
        cr_expect_eq(st, ST_OK, "%s promises %s: %s", s->name, what, e.text);
        if (st == ST_OK) expect_works(&t, what);
    } else {
        cr_expect_eq(st, ST_CONFIG, "%s leaves out %s", s->name, missing);
        cr_expect(strstr(e.text, missing) && strstr(e.text, s->name) && strstr(e.text, "allows"),
                  "%s, not %s", e.text, missing);
    }
    toy_training_free(&t);
}

ParameterizedTestParameters(contract, networks_are_promised_or_refused)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *sc, contract, networks_are_promised_or_refused)
{
    const struct solver *s = solvers[sc->index];
    struct choices c;
    if (s->features & FEATURE_OWN_NETWORK) return; /* its data are others: own_networks_keep_their_promises */
    if (sc->variant) return; /* its options are not the defaults, which are tried here */
    for (c.loss = 0; loss_names[c.loss]; c.loss++)
        for (c.reset = 0; reset_names[c.reset]; c.reset++)
            for (c.readout = 0; readout_names[c.readout]; c.readout++) {
                c.start = START_RATE;
                try_choices(s, &c);
            }
    c = (struct choices){LOSS_SQUARED, RESET_SOFT, READOUT_LAST, START_RATE};
    for (; start_names[c.start]; c.start++) try_choices(s, &c);
}

ParameterizedTestParameters(contract, own_networks_keep_their_promises)
{
    return setting_all_solvers();
}
ParameterizedTest(struct solver_case *sc, contract, own_networks_keep_their_promises)
{
    struct setting s;
    struct error e = {0};
    if (!(solvers[sc->index]->features & FEATURE_OWN_NETWORK)) return;
    setting_create(&s, sc);
    for (const struct contract_check *k = contract_checks; k->name; k++)
        cr_expect_eq(k->run(&s.contract, &e), ST_OK, "%s: %s: %s", s.solver->name, k->name, e.text);
    setting_free(&s);
}

/* Every task: a regression of two targets, and class labels. */
Test(contract, tasks_are_promised_or_refused)
{
    const struct dataset_source *source = catalogue_dataset(&registry, "mexican_hat");
    for (size_t i = 0; solvers[i]; i++) {
        const struct solver *s = solvers[i];
        struct toy_training t = {.state = NULL};
        struct error e = {0};
        void *options = mem_alloc(&t.mem, 1, source->options.size, NULL);
        cr_assert_eq(opt_defaults(&source->options, options, NULL), ST_OK);
        ((struct dataset_common *)options)->n_train = 40;
        cr_assert_eq(source->open(options, 1, &t.data, &e), ST_OK, "%s", e.text);
        cr_assert_eq(t.data.info.n_classes, 0);
        toy_training_create(&t, s->name);
        t.net_options.hidden = (struct int_list){1, {9}};
        status st = toy_check(s, t.options, &t.net_options, &t.data.info, &e);
        if (s->features & FEATURE_REGRESSION) {
            cr_expect_eq(st, ST_OK, "%s: %s", s->name, e.text);
            expect_works(&t, "regression");
            t.net_options.loss = LOSS_HINGE;
            cr_expect_eq(toy_check(s, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
            cr_expect(strstr(e.text, "network.loss = hinge") != NULL, "%s", e.text);
        } else {
            cr_expect_eq(st, ST_CONFIG, "%s", s->name);
            cr_expect(strstr(e.text, "labels") && strstr(e.text, s->name), "%s", e.text);
        }
        toy_training_free(&t);
    }
}

Test(contract, a_dataset_without_training_samples_is_refused)
{
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    const struct dataset_info info = {.n_inputs = 8, .n_classes = 3, .T = 4};
    toy_training_create(&t, solvers[0]->name);
    struct dataset_common usual = {.tasks = 1};
    const struct run run = {.solver = t.solver,
                            .dataset_options = &usual,
                            .dataset = catalogue_dataset(&registry, "digits"),
                            .net = t.net_options,
                            .solver_options = t.options};
    cr_expect_eq(run_check(&run, &info, &e), ST_CONFIG);
    cr_expect(strstr(e.text, "digits") && strstr(e.text, "no training samples"), "%s", e.text);
    toy_training_free(&t);
}

/* Bytes of this process that the machine backs. */
static size_t resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    cr_assert_not_null(f);
    cr_assert_eq(fscanf(f, "%lu %lu", &size, &pages), 2);
    (void)fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A layer of 4000 neurons over 200 steps of 100,000 samples: for the ADMM family more than this machine has.
 */
Test(contract, create_on_reserved_pages_touches_next_to_nothing)
{
    for (size_t i = 0; solvers[i]; i++) {
        if (solvers[i]->features & FEATURE_RETRIEVAL) continue; /* has no data of such a size */
        struct toy_training t = {.state = NULL};
        struct mem pages = {.reserve = true};
        struct error e = {0};
        const struct dataset_info info = {
            .n_inputs = 500, .n_classes = 10, .T = 200, .n = {100000, 1000, 1000}, .entries = 1000000};
        toy_training_create(&t, solvers[i]->name);
        t.net_options.hidden = (struct int_list){1, {4000}};
        cr_assert_eq(net_create(&t.net, &t.net_options, 500, 10, &pages, &e), ST_OK, "%s", e.text);
        const struct shapes shapes = {&t.net, &t.net_options, &info, 4, 1};
        const size_t before = resident(), weights = pages.bytes, touches_most = (size_t)4 << 20;
        cr_assert_eq(t.solver->create(t.solver, &t.state, t.options, &shapes, &pages, &e), ST_OK, "%s",
                     e.text);
        const size_t touched = resident() - before;
        cr_expect_gt(pages.bytes, weights + touches_most, "%s: %zu bytes", t.solver->name, pages.bytes);
        cr_expect_lt(touched, touches_most, "%s touches %zu of %zu bytes", t.solver->name, touched,
                     pages.bytes);
        if (strncmp(t.solver->name, "admm", 4) == 0 && strcmp(t.solver->name, "admm_resync") != 0)
            cr_expect_gt(pages.bytes, (size_t)100 << 30, "%s: %zu bytes", t.solver->name, pages.bytes);
        if (t.solver->free) t.solver->free(t.state);
        t.state = NULL;
        mem_free(&pages);
        toy_training_free(&t);
    }
}

/* A forward_forward whose predict looks at how often it was asked. */
static status count_predictions(void *state, const struct batch *b, real *scores, struct operations *counts,
                                struct error *e)
{
    static real times;
    (void)state;
    (void)counts;
    (void)e;
    scores[0] = times++;
    memset(scores + 1, 0, (b->n * 3 - 1) * sizeof *scores);
    return ST_OK;
}

Test(contract, a_prediction_by_more_than_weights_and_options_is_found)
{
    const struct contract_check *check = contract_checks;
    struct solver forgetful = *catalogue_solver(&registry, "forward_forward");
    struct net_options net;
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    while (strcmp(check->name, "weights and options are enough to predict") != 0) check++;
    toy_data_create(&t.data, 40, 5, 8, 3, 4);
    toy_training_create(&t, "forward_forward");
    net = t.net_options;
    net.hidden = (struct int_list){2, {9, 6}};
    struct contract_case c = {
        .solver = &forgetful, .options = t.options, .net_options = &net, .data = &t.data, .seed = 1};
    cr_expect_eq(check->run(&c, &e), ST_OK, "%s", e.text);
    forgetful.predict = count_predictions;
    cr_expect_eq(check->run(&c, &e), ST_INTERNAL);
    cr_expect_not_null(strstr(e.text, "predict"), "%s", e.text);
    toy_training_free(&t);
}
