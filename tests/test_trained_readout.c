/* trained_readout against bptt: the last layers move by its gradient, the others not at all. */
#include "commands/registry.h"
#include "tests/toy_training.h"
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>
#include <string.h>

enum { DEPTH = 4 };

struct frozen_case {
    int layers, loss, optimizer;
};

static const char *const optimizers_used[] = {"optimizer=sgd momentum=0.5 lr=0.01 weight_decay=0.1 batch=16",
                                              "optimizer=adamw lr=0.01 weight_decay=0.5 batch=100",
                                              "optimizer=lion lr=0.01 weight_decay=0.5 batch=30",
                                              "optimizer=muon lr=0.01 weight_decay=0.5 batch=30",
                                              "optimizer=mars_adamw lr=0.01 weight_decay=0.5 batch=30",
                                              "optimizer=implicit_newton lr=0.01 batch=30"};
enum { OPTIMIZERS = sizeof optimizers_used / sizeof *optimizers_used, IMPLICIT = OPTIMIZERS - 1 };

/* A net 6-24-12-8-3 with two epochs of a trainer behind it. */
static void train(struct toy_training *t, const struct frozen_case *c, const char *solver, int epochs)
{
    memset(t, 0, sizeof *t);
    toy_data_create(&t->data, 90, 6, 6, 3, 4);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){3, {24, 12, 8}};
    t->net_options.loss = c->loss;
    toy_training_set_all(t, optimizers_used[c->optimizer]);
    if (strcmp(solver, "trained_readout") == 0)
        toy_training_set(t, "layers", (const char *const[]){"", "1", "2", "3", "4"}[c->layers]);
    toy_training_init(t, 2);
    for (int i = 0; i < epochs; i++) cr_assert_eq(toy_training_step(t), 90.0);
}

ParameterizedTestParameters(trained_readout, only_the_last_layers_move)
{
    static struct frozen_case cases[DEPTH * 2 * OPTIMIZERS];
    size_t n = 0;
    for (int layers = 1; layers <= DEPTH; layers++)
        for (int loss = 0; loss < 2; loss++)
            for (int optimizer = 0; optimizer < OPTIMIZERS; optimizer++)
                cases[n++] = (struct frozen_case){layers, loss, optimizer};
    return cr_make_param_array(struct frozen_case, cases, n);
}
ParameterizedTest(struct frozen_case *c, trained_readout, only_the_last_layers_move)
{
    struct toy_training before, after;
    train(&before, c, "trained_readout", 0);
    train(&after, c, "trained_readout", 3);
    for (int l = 1; l <= DEPTH; l++) {
        const size_t bytes = after.net.n[l] * after.net.n[l - 1] * sizeof(real);
        const bool moved = memcmp(before.net.W[l], after.net.W[l], bytes) != 0;
        if (l <= DEPTH - c->layers)
            cr_expect_not(moved, "layer %d of %d, %d trained", l, DEPTH, c->layers);
        else if (c->optimizer < IMPLICIT) /* which may refuse a step */
            cr_expect(moved, "layer %d of %d, %d trained", l, DEPTH, c->layers);
    }
    toy_training_free(&before);
    toy_training_free(&after);
}

/* Of the first mini-batch bptt has the same gradient at the same weights, so that plain descent makes the
 * same step there, bit for bit, whatever it does below. */
ParameterizedTestParameters(trained_readout, steps_as_bptt_does)
{
    static struct frozen_case cases[DEPTH * 2];
    for (int i = 0; i < DEPTH * 2; i++) cases[i] = (struct frozen_case){1 + i / 2, i % 2, 1};
    return cr_make_param_array(struct frozen_case, cases, DEPTH * 2);
}
ParameterizedTest(struct frozen_case *c, trained_readout, steps_as_bptt_does)
{
    struct toy_training own, whole, start;
    train(&own, c, "trained_readout", 1); /* one mini-batch an epoch */
    train(&whole, c, "bptt", 1);
    train(&start, c, "bptt", 0);
    for (int l = 1; l <= DEPTH; l++) {
        const size_t bytes = own.net.n[l] * own.net.n[l - 1] * sizeof(real);
        const struct net *wanted = l > DEPTH - c->layers ? &whole.net : &start.net;
        cr_expect_eq(memcmp(own.net.W[l], wanted->W[l], bytes), 0, "layer %d, %d trained", l, c->layers);
    }
    cr_expect_neq(memcmp(whole.net.W[1], start.net.W[1], 144 * sizeof(real)), 0, "bptt moves them all");
    toy_training_free(&own);
    toy_training_free(&whole);
    toy_training_free(&start);
}

Test(trained_readout, more_layers_than_there_are_are_refused)
{
    struct toy_training t = {0};
    struct error e = {0};
    toy_data_create(&t.data, 20, 6, 6, 3, 4);
    toy_training_create(&t, "trained_readout");
    t.net_options.hidden = (struct int_list){1, {5}};
    toy_training_set(&t, "layers", "2");
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_OK, "%s", e.text);
    toy_training_set(&t, "layers", "3");
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "option 'layers': the network has 2 layers"), "%s", e.text);
    dataset_free(&t.data);
    mem_free(&t.mem);
}

/* Memory of a solver's state with the optimizer of a case. */
static double state_bytes(int layers, int optimizer)
{
    struct toy_training t;
    train(&t, &(struct frozen_case){layers, 0, optimizer}, "trained_readout", 0);
    const double bytes = (double)t.mem.bytes;
    toy_training_free(&t);
    return bytes;
}

/* adamw holds a gradient and two moments of each weight that is trained; the blocks' sums come on top. */
Test(trained_readout, frozen_layers_have_no_buffers)
{
    const double frozen = 6 * 24 + 24 * 12 + 12 * 8;
    const double saved = state_bytes(DEPTH, 1) - state_bytes(1, 1);
    cr_expect_geq(saved, 3 * frozen * (double)sizeof(real), "%g bytes", saved);
}

/* The residual of an implicit optimizer's updates is reported, of another's there is none. */
Test(trained_readout, reports_the_inner_residual)
{
    for (int optimizer = IMPLICIT - 1; optimizer <= IMPLICIT; optimizer++) {
        struct toy_training t;
        double values[DEPTH + 1];
        char name[40];
        train(&t, &(struct frozen_case){2, 0, optimizer}, "trained_readout", 1);
        struct metric_sink sink = {&t.solver->metrics, DEPTH, values, false};
        metric_column(&t.solver->metrics, DEPTH, DEPTH, name, sizeof name);
        cr_assert_str_eq(name, "inner_residual");
        metric_clear(&sink);
        t.solver->report(t.state, &sink);
        cr_expect_not(sink.bad);
        cr_expect_eq(isnan(values[DEPTH]), optimizer != IMPLICIT, "%g", values[DEPTH]);
        cr_expect_eq(values[0], 0.0, "a frozen layer's norm is %g", values[0]);
        cr_expect_gt(values[DEPTH - 1], 0.0);
        toy_training_free(&t);
    }
}
